"""What a researcher sees while searching: what matched, what is alike, how far the index is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import AwaitMount, Widget
from textual.widgets import Input, ProgressBar

from readinglist.domain.paper import Status
from readinglist.errors import LibraryError
from readinglist.services.finding import Finder, Found
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens import library as library_screen
from readinglist.tui.screens.library import LibraryScreen
from tests.tui.conftest import current, line, report, screen_of, settle, until

MakeApp = Callable[..., ReadingListApp]

FILLER = "Some words of no interest stand here, and others follow them. " * 6
HOSTILE = "[bold]a[/] [/b] [@click=app.bell]b[/] \x1b]52;c;AAAA\x07 \u202ec \u200b[sic] "
SHOWN: tuple[dict[str, object], ...] = (
    {"key": "plain", "title": "Gibbons at Dawn"},
    {"key": "abstract", "title": "At Noon", "abstract": f"{FILLER}A gibbon sings. {FILLER}"},
    {"key": "note", "title": "At Dusk", "note": f"# Mine\n\n- {FILLER}\n- about **gibbons**\n"},
    {"key": "tag", "title": "At Night", "tags": ["gibbon"]},
    {"key": "venue", "title": "Of Old", "venue": "Gibbon Letters"},
    {"key": "author", "title": "By Whom", "authors": ["One, A", "Two, B", "Gibbon, Edward"]},
    {"key": "long", "title": f"{FILLER[:120]} and all the gibbons"},
    {"key": "wide", "title": "夕暮れの森" * 9, "abstract": "森で夜を待つ。" * 30 + "gibbon だ。"},
    {"key": "hostile", "title": f"[red]{HOSTILE}", "abstract": HOSTILE * 9 + "gibbon" + HOSTILE},
)  # fmt: skip


def library_of(folder: Path, *papers: dict[str, object]) -> Library:
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    library = Library.open(folder / "own.db", state=folder / "own state")
    assert library.import_files([file]).added == len(papers)
    return library


def many(folder: Path, count: int) -> Library:
    papers: list[dict[str, object]] = [{"title": f"Report {n} on marmots"} for n in range(count)]
    return library_of(folder, *papers)


def marked(app: ReadingListApp, strip: Strip) -> list[str]:
    """Return what of a line is set off as a match: by the cursor, it has the cursor's colour."""
    parts = screen_of(app).papers._parts
    assert parts["match"].underline
    assert parts["match-here"].underline
    colors = {parts["match"].color, parts["cursor"].color}
    return [s.text for s in strip if s.style and s.style.underline and s.style.color in colors]


def lines(app: ReadingListApp) -> dict[str, Strip]:
    """Return the lines of the list by the key of their paper."""
    papers = screen_of(app).papers
    strips = [papers.render_line(y) for y in range(min(len(papers.ids), papers.size.height))]
    found = screen_of(app)._library.papers(papers.ids)
    return {paper.key: strip for paper, strip in zip(found, strips, strict=False)}


async def searched(pilot: Pilot[None], text: str) -> None:
    """Type a query, and leave the search bar."""
    await pilot.press("slash", *text, "enter")
    await pilot.pause()


async def shown(pilot: Pilot[None], key: str) -> list[str]:
    """Go to the paper of a key; return what is set off in its details."""
    app = pilot.app
    assert isinstance(app, ReadingListApp)
    papers = screen_of(app).papers
    wanted = screen_of(app)._library.paper(key)
    papers.move_to(list(papers.ids).index(wanted.id))
    detail = screen_of(app).detail
    await until(pilot, lambda: detail._details is not None and detail._details.paper.key == key)
    await pilot.pause()
    content = detail.query_one("#detail-content")
    strips = [content.render_line(y) for y in range(content.size.height)]
    return [text for strip in strips for text in marked(app, strip)]


# --- what matched


@pytest.mark.parametrize("size", [(200, 40), (120, 40), (80, 24), (50, 24), (24, 24)])
async def test_the_list_shows_what_matched(
    make_app: MakeApp, tmp_path: Path, size: tuple[int, int]
) -> None:
    """In the columns, or else by a line of the text that matched, also in a narrow terminal."""
    app = make_app(library_of(tmp_path, *SHOWN))
    async with app.run_test(size=size) as pilot:
        await searched(pilot, "gibon")
        found = lines(app)
        assert set(found) == {paper["key"] for paper in SHOWN}
        width = screen_of(app).papers.scrollable_content_region.width
        for key, strip in found.items():
            assert cell_len(strip.text) == strip.cell_length == width
            assert strip.text.isprintable()
            if width >= 40:
                assert "gibbon" in "".join(marked(app, strip)).lower(), key
        if width >= 40:
            assert "  " in found["note"].text.rstrip()
            assert "At Dusk" in found["note"].text
            assert "At Noon" in found["abstract"].text


async def test_the_words_as_they_are_written_are_set_off_though_misspelt_in_the_query(
    make_app: MakeApp, tmp_path: Path
) -> None:
    """In the list and in the details: title, authors, tags, venue, note and abstract."""
    app = make_app(library_of(tmp_path, *SHOWN))
    async with app.run_test(size=(160, 50)) as pilot:
        await searched(pilot, "gibon")
        assert marked(app, lines(app)["plain"]) == ["Gibbons"]
        assert await shown(pilot, "plain") == ["Gibbons"]
        assert await shown(pilot, "abstract") == ["gibbon"]
        assert await shown(pilot, "note") == ["gibbons"]
        assert await shown(pilot, "tag") == ["gibbon"]
        assert await shown(pilot, "venue") == ["Gibbon"]
        assert await shown(pilot, "author") == ["Gibbon"]
        await pilot.press("escape")
        await pilot.pause()
        assert await shown(pilot, "note") == []
        assert marked(app, lines(app)["plain"]) == []


async def test_a_note_is_set_off_as_it_is_shown(make_app: MakeApp, tmp_path: Path) -> None:
    """Its Markdown is drawn, its wide letters have two cells, a phrase may have a bold word."""
    note = "# 猫 Gibbons\n\n| 猫猫 | gibbon |\n|---|---|\n| a | a **slow** gibbon sings |\n"
    app = make_app(library_of(tmp_path, {"key": "n", "title": "Title", "note": note}))
    async with app.run_test(size=(120, 40)) as pilot:
        await searched(pilot, "gibbons")
        assert await shown(pilot, "n") == ["Gibbons", "gibbon", "gibbon"]
        await pilot.press("escape")
        await searched(pilot, '"slow gibbon"')
        assert "".join(await shown(pilot, "n")) == "slow gibbon"


async def test_what_nobody_asked_for_shows_no_excerpt(make_app: MakeApp, tmp_path: Path) -> None:
    """A filter or a word that must not be there matches nothing in a text."""
    app = make_app(library_of(tmp_path, *SHOWN))
    async with app.run_test(size=(120, 40)) as pilot:
        for query in ("has:abstract", "-owls", "tag:gibbon"):
            await searched(pilot, query)
            assert all(marked(app, strip) == [] for strip in lines(app).values())
            assert "Some words" not in "".join(
                strip.text for key, strip in lines(app).items() if key != "long"
            )
            await pilot.press("escape")


# --- more like this


async def test_more_like_this_and_back(make_app: MakeApp, sample: Library) -> None:
    """`m` lists the nearest papers, of one of them again; one Esc leads back to where one was."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = screen_of(app)
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("j", "j", "j", "enter")
        await settle(pilot)
        before = list(screen.papers.ids)
        assert " · Unread · " in line(app, "#status")
        await pilot.press("j")
        paper = current(app)
        await pilot.press("m")
        await pilot.pause()
        near = [hit.paper.id for hit in sample.similar(paper.key, 100)]
        assert list(screen.papers.ids) == near
        assert paper.id not in near
        assert f"More like “{paper.title}”" in line(app, "#status")
        assert screen.papers.cursor == 0
        second = current(app)
        await pilot.press("m")
        await pilot.pause()
        assert list(screen.papers.ids) == [hit.paper.id for hit in sample.similar(second.key, 100)]
        await pilot.press("j", "escape")
        await pilot.pause()
        assert list(screen.papers.ids) == before
        assert " · Unread · " in line(app, "#status")
        assert current(app).id == paper.id


async def test_searching_within_more_like_this(make_app: MakeApp, sample: Library) -> None:
    """Words and filters narrow it; Esc takes first these away, then leads back."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = screen_of(app)
        await pilot.press("m")
        await pilot.pause()
        near = list(screen.papers.ids)
        await searched(pilot, "-status:read learning")
        narrowed = list(screen.papers.ids)
        assert 0 < len(narrowed) < len(near)
        assert [paper for paper in near if paper in narrowed] == narrowed
        assert all(paper.status is not Status.READ for paper in sample.papers(narrowed))
        await pilot.press("escape")
        await pilot.pause()
        assert list(screen.papers.ids) == near
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("j", "j", "j", "enter")
        await settle(pilot)
        titles = [paper.title.lower() for paper in sample.papers(screen.papers.ids)]
        assert titles == sorted(titles)
        await pilot.press("escape")
        await pilot.pause()
        assert len(screen.papers.ids) == 40


async def test_more_like_this_of_a_found_paper_forgets_the_query(make_app: MakeApp) -> None:
    """What is alike need not have its words."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await searched(pilot, "mamba")
        await pilot.press("m")
        await pilot.pause()
        assert screen_of(app).search.value == ""
        assert "More like" in line(app, "#status")
        assert len(screen_of(app).papers.ids) > 5


async def test_more_like_nothing(make_app: MakeApp, tmp_path: Path) -> None:
    """On an empty list `m` does nothing; of a paper without its like it says so."""
    app = make_app(library_of(tmp_path, {"key": "k", "title": "Quokkas"}))
    async with app.run_test(size=(120, 40)) as pilot:
        await searched(pilot, "zzqqxx")
        await pilot.press("m")
        await pilot.pause()
        assert "Nothing matches “zzqqxx”" in line(app, "#message")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert current(app).key == "k"
        await pilot.press("m")
        await pilot.pause()
        assert "No paper is in the view “More like “Quokkas””" in line(app, "#message")
        await pilot.press("escape")
        await pilot.pause()
        assert current(app).key == "k"


async def test_a_paper_that_is_deleted_meanwhile_is_like_nothing(
    make_app: MakeApp, sample: Library
) -> None:
    """Another window takes it away while one looks at what is like it."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        paper = current(app)
        await pilot.press("m")
        await pilot.pause()
        assert len(screen_of(app).papers.ids) > 0
        with closing(sample.sibling()) as other:
            other.delete([paper.id])
        await until(pilot, lambda: not len(screen_of(app).papers.ids))
        await pilot.press("escape")
        await pilot.pause()
        assert len(screen_of(app).papers.ids) == 39


# --- acting on what was found


async def test_an_edit_while_a_search_is_shown(make_app: MakeApp, sample: Library) -> None:
    """It shows at once; a paper that answers no more goes, and the cursor stays near."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await searched(pilot, "status:unread learning")
        ids = list(screen_of(app).papers.ids)
        assert len(ids) > 2
        await pilot.press("j")
        second = current(app)
        await pilot.press("r")
        await pilot.pause()
        assert sample.paper(second.key).status is Status.READ
        assert list(screen_of(app).papers.ids) == [paper for paper in ids if paper != second.id]
        assert current(app).id == ids[2]
        await pilot.press("u")
        await pilot.pause()
        assert list(screen_of(app).papers.ids) == ids


async def test_a_note_is_found_as_soon_as_it_is_written(make_app: MakeApp) -> None:
    """Nothing has to be started or waited for."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j")
        key = current(app).key
        await pilot.press("n")
        await pilot.pause()
        await pilot.press(*"xylophone", "escape")
        await settle(pilot)
        await searched(pilot, "xilophone")
        assert [current(app).key, len(screen_of(app).papers.ids)] == [key, 1]
        assert "xylophone" in marked(app, lines(app)[key])


async def test_a_mark_right_behind_the_query_is_of_the_paper_that_was_found(
    make_app: MakeApp, sample: Library
) -> None:
    """However fast one types: the paper that is shown is the one that is marked."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        before = {paper.key: paper.status for paper in sample.papers(sample.find().ids)}
        await pilot.press("slash", *"mamba", "enter", "x")
        await pilot.pause()
        after = {paper.key: paper.status for paper in sample.papers(sample.find().ids)}
        changed = {key for key, status in after.items() if status is not before[key]}
        assert changed == {current(app).key} == {"gu2023mamba"}


async def test_choosing_all_takes_those_that_are_still_to_come(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many papers the first are shown at once; `a` chooses all that answer."""
    opened = threading.Event()
    complete = Finder.complete

    def held_up(self: Finder, found: Found) -> Found:
        if threading.current_thread() is not threading.main_thread():
            assert opened.wait(20)
        return complete(self, found)

    library = many(tmp_path, 700)
    library.index()
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = screen_of(app)
        await pilot.pause()
        monkeypatch.setattr(Finder, "complete", held_up)
        for key in "/marmot":
            app.post_message(events.Key("slash" if key == "/" else key, key))
        await until_then(lambda: screen.search.value == "marmot" and bool(screen._found.ranking))
        assert not screen._found.is_complete
        screen.action_choose_all()
        assert len(screen.papers.chosen) == 700
        opened.set()
        await until(pilot, lambda: len(screen.papers.ids) == 700)
        assert "700 chosen" in line(app, "#status")
        screen.action_choose_all()
        assert not screen.papers.chosen


async def until_then(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds, also while a search goes on."""
    import asyncio

    for _ in range(4000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the condition never held")


async def test_the_papers_behind_the_first_do_not_move_the_cursor(
    make_app: MakeApp, tmp_path: Path
) -> None:
    """One goes down the list while the others come."""
    app = make_app(many(tmp_path, 700))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = screen_of(app)
        await settle(pilot)
        await searched(pilot, "marmots")
        await pilot.press("j", "j", "j")
        paper = current(app)
        screen._reload()
        await pilot.pause()
        assert len(screen.papers.ids) == 700
        assert (current(app), screen.papers.cursor) == (paper, 3)
        await pilot.press("G")
        assert screen.papers.cursor == 699


# --- how far the index is


async def test_a_large_index_shows_how_far_it_is_and_results_get_complete(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One searches from the first second; the bar goes when all is done."""
    opened = threading.Event()
    index = Library.index
    done: list[tuple[int, int]] = []

    def held_up(self: Library, goes_on: Callable[[int, int], bool]) -> bool:
        def slowly(now: int, of: int) -> bool:
            done.append((now, of))
            return goes_on(now, of) and (not now or opened.wait(20))

        return index(self, slowly)

    monkeypatch.setattr(library_screen, "_LONG", 600)
    monkeypatch.setattr(Library, "index", held_up)
    app = make_app(many(tmp_path, 700))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = screen_of(app)
        await until(pilot, lambda: bool(screen.query("#progress")))
        await until(pilot, lambda: screen.query_one("#progress", ProgressBar).progress == 500)
        assert screen.query_one("#progress", ProgressBar).total == 700
        assert len(screen.papers.ids) == 700
        await searched(pilot, "marmots")
        assert not screen._found.is_indexed
        assert len(screen.papers.ids) < 700
        await pilot.press("escape")
        await searched(pilot, "status:unread")
        assert len(screen.papers.ids) == 700
        await pilot.press("escape")
        await searched(pilot, "marmots")
        opened.set()
        await until(pilot, lambda: not screen.query("#progress"))
        await until(pilot, lambda: len(screen.papers.ids) == 700)
        assert screen._found.is_indexed


async def test_a_small_index_shows_no_bar(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done before one could read it."""
    mounted: list[Widget] = []
    mount = LibraryScreen.mount

    def noted(self: LibraryScreen, *widgets: Widget, before: Widget) -> AwaitMount:
        mounted.extend(widgets)
        return mount(self, *widgets, before=before)

    app = make_app(many(tmp_path, 700))
    async with app.run_test(size=(100, 30)) as pilot:
        monkeypatch.setattr(LibraryScreen, "mount", noted)
        await settle(pilot)
        await searched(pilot, "marmots")
        assert len(screen_of(app).papers.ids) == 700
        assert mounted == []


async def test_an_index_that_can_not_be_made_is_told_once_and_tried_again(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once, over and over, but with each look for what others did."""
    tried: list[int] = []
    told: list[str] = []
    index = Library.index

    def full(self: Library, goes_on: Callable[[int, int], bool]) -> bool:
        tried.append(1)
        if is_full:
            raise LibraryError("The disk is full.")
        return index(self, goes_on)

    is_full = True
    monkeypatch.setattr(Library, "index", full)
    monkeypatch.setattr(LibraryScreen, "_tell", lambda self, text, severity="": told.append(text))
    app = make_app(many(tmp_path, 700))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = screen_of(app)
        await searched(pilot, "marmots")
        for _ in range(50):
            screen._reload()
            await settle(pilot)
        assert 1 <= len(tried) < 50
        assert told == ["The disk is full."]
        is_full = False
        await until(pilot, lambda: len(screen.papers.ids) == 700)
        assert told == ["The disk is full."]


async def test_what_was_imported_is_found(make_app: MakeApp, tmp_path: Path) -> None:
    """In the app, many papers at once, with a search that is shown already."""
    file = tmp_path / "more.json"
    file.write_text(json.dumps([{"title": f"Capybara {n} on a raft"} for n in range(600)]))
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await searched(pilot, "capibara")
        assert len(screen_of(app).papers.ids) == 0
        await pilot.press("i")
        await pilot.pause()
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await until(pilot, lambda: "600 added" in report(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(screen_of(app).papers.ids) == 600)
        await pilot.press("u")
        await until(pilot, lambda: len(screen_of(app).papers.ids) == 0)


async def test_the_search_can_be_left_where_there_is_no_paper(
    make_app: MakeApp, sample: Library
) -> None:
    """In a view without papers, Esc and Enter lead out, and keys are keys again."""
    sample.mark(sample.find("status:skipped").ids, status=Status.READ)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for leave in ("escape", "enter"):
            await pilot.press("f7")
            await settle(pilot)
            assert "No paper is in the view" in line(app, "#message")
            await pilot.press("slash")
            assert app.screen.focused is screen_of(app).search
            await pilot.press(leave)
            await settle(pilot)
            assert "Space" in line(app, "#keys")
            await pilot.press("f1")
            await settle(pilot)
            assert current(app)


async def test_where_nothing_matches_esc_clears_the_search(make_app: MakeApp) -> None:
    """And leads out of it, too, also behind Enter."""
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for keys in (["escape"], ["enter", "escape"]):
            await pilot.press("slash", *"zzzzz")
            await until(pilot, lambda: "Nothing matches" in line(app, "#message"))
            await pilot.press(*keys)
            await settle(pilot)
            await until(pilot, lambda: screen_of(app).papers.display)
            assert screen_of(app).search.value == ""
            assert app.screen.focused is screen_of(app).papers
            assert "Space" in line(app, "#keys")
