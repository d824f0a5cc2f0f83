"""What a researcher does in the app, key by key."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from textual import events
from textual.containers import VerticalScroll
from textual.widgets import Input, Static, TextArea
from textual.widgets._toast import Toast

from readinglist.config import Config, ExportConfig
from readinglist.domain.paper import Priority, Status
from readinglist.errors import ConfigError, ReadingListError
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.keymap import LIBRARY, TRIAGE
from tests.tui.conftest import current, line, report, screen_of, settle, told, until

MakeApp = Callable[..., ReadingListApp]


async def test_moving_through_the_list(make_app: MakeApp) -> None:
    """The cursor goes by one, by half a page, to both ends, and stops there."""
    app = make_app()
    async with app.run_test(size=(100, 24)) as pilot:
        papers = screen_of(app).papers
        first = current(app)
        await pilot.press("j", "j", "down")
        assert papers.cursor == 3
        await pilot.press("k", "up")
        assert papers.cursor == 1
        await pilot.press("ctrl+d")
        half = papers.cursor - 1
        assert half == papers.size.height // 2
        await pilot.press("pagedown", "ctrl+u", "pageup")
        assert papers.cursor == 1
        await pilot.press("G")
        assert papers.cursor == 39
        await pilot.press("j")
        assert papers.cursor == 39
        await pilot.press("g")
        assert current(app) == first
        await pilot.press("end", "home", "k")
        assert papers.cursor == 0


async def test_what_is_typed_ahead_is_no_command(make_app: MakeApp, sample: Library) -> None:
    """Letters that come in one piece behind `/` or `n` mark nothing."""
    app = make_app()
    async with app.run_test() as pilot:
        before = sample.papers(screen_of(app).papers.ids)
        for key in "/xrx":
            app.post_message(events.Key("slash" if key == "/" else key, key))
        await until(pilot, lambda: screen_of(app).search.value == "xrx")
        await pilot.press("escape", "escape")
        for key in "nxrx":
            app.post_message(events.Key(key, key))
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("escape")
        await settle(pilot)
        assert [p.status for p in sample.papers([p.id for p in before])] == [
            p.status for p in before
        ]


async def test_searching_with_a_typo_and_clearing(make_app: MakeApp) -> None:
    """Two misspelt words find the paper as one types; Esc goes back, then clears."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"atention al yuo")
        await pilot.pause()
        assert current(app).title == "Attention Is All You Need"
        await pilot.press("escape")
        assert screen_of(app).papers.has_focus
        assert screen_of(app).search.value == "atention al yuo"
        await pilot.press("escape")
        assert screen_of(app).search.value == ""
        assert len(screen_of(app).papers.ids) == 40


async def test_a_search_that_finds_nothing_says_so(make_app: MakeApp) -> None:
    """Nonsense finds nothing, and the app says how to go on."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"zzqqxx")
        await pilot.pause()
        assert "Nothing matches “zzqqxx”" in line(app, "#message")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert screen_of(app).papers.display


async def test_a_wrong_filter_is_told_in_place(make_app: MakeApp) -> None:
    """What is wrong in a query stands beside it, and the rest is still searched."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"status:foo mamba")
        await pilot.pause()
        assert "status: takes" in line(app, "#search-problem")
        assert current(app).key == "gu2023mamba"


async def test_marking_read_and_unread(make_app: MakeApp, sample: Library) -> None:
    """`r` marks read and unread, `R` reading, `x` skipped; each is durable at once."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"mamba", "enter")
        key = current(app).key
        for pressed, status in (
            ("r", Status.READ),
            ("r", Status.UNREAD),
            ("R", Status.READING),
            ("x", Status.SKIPPED),
        ):
            await pilot.press(pressed)
            await pilot.pause()
            assert current(app).status is status
            other = sample.sibling()
            assert other.paper(key).status is status
            other.close()
        assert "3 reading" not in line(app, "#status")


async def test_setting_priorities(make_app: MakeApp) -> None:
    """The figures set the priority."""
    app = make_app()
    async with app.run_test() as pilot:
        for pressed, priority in (
            ("1", Priority.HIGH),
            ("2", Priority.MEDIUM),
            ("3", Priority.LOW),
            ("0", Priority.NONE),
        ):
            await pilot.press(pressed)
            await pilot.pause()
            assert current(app).priority is priority


async def test_choosing_several_and_marking_them(make_app: MakeApp, sample: Library) -> None:
    """Space chooses and goes on; a mark then holds for all chosen; one undo takes it back."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("space", "space", "space")
        assert screen_of(app).papers.cursor == 3
        assert "3 chosen" in line(app, "#status")
        await pilot.press("1")
        ids = screen_of(app).papers.ids[:3]
        assert {paper.priority for paper in sample.papers(ids)} == {Priority.HIGH}
        await pilot.press("u")
        await pilot.pause()
        assert [p.priority for p in sample.papers(ids)] != [Priority.HIGH] * 3
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert {paper.priority for paper in sample.papers(ids)} == {Priority.HIGH}
        await pilot.press("escape")
        assert not screen_of(app).papers.chosen


async def test_choosing_all_that_are_shown(make_app: MakeApp) -> None:
    """`a` chooses what the search shows, and nothing else; again: none."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"author:kingma", "enter", "a")
        assert len(screen_of(app).papers.chosen) == len(screen_of(app).papers.ids) >= 2
        await pilot.press("a")
        assert not screen_of(app).papers.chosen


@pytest.mark.parametrize("leave", ["escape", "ctrl+s"])
async def test_writing_a_note(make_app: MakeApp, sample: Library, leave: str) -> None:
    """`n` opens the note, leaving the editor keeps it, and it is found at once."""
    app = make_app()
    async with app.run_test() as pilot:
        key = current(app).key
        await pilot.press("n")
        await pilot.pause()
        app.screen.query_one(TextArea).text = ""
        await pilot.press(*"quokka", "enter", *"two", leave)
        await settle(pilot)
        assert sample.paper(key).note == "quokka\ntwo"
        await pilot.press("slash", *"quoka")
        await pilot.pause()
        assert current(app).key == key


async def test_a_note_in_the_editor_of_ones_choice(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`E` hands the note to the editor and brings back what it wrote; its failure is told."""
    app = make_app()

    class Suspended:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    async with app.run_test(notifications=True) as pilot:
        monkeypatch.setattr(app, "suspend", Suspended)
        screen_of(app)._edit_externally = lambda text, editor: text + " and more"
        key, before = current(app).key, current(app).note
        await pilot.press("E")
        await settle(pilot)
        assert sample.paper(key).note == f"{before} and more"

        def fail(text: str, editor: str) -> str:
            raise ReadingListError("The editor is gone.")

        screen_of(app)._edit_externally = fail
        await pilot.press("E")
        await settle(pilot)
        assert any("The editor is gone." in n.message for n in app._notifications)


async def test_setting_tags(make_app: MakeApp, sample: Library) -> None:
    """`t` shows the tags; adding and leaving out both hold; Esc changes nothing."""
    app = make_app()
    async with app.run_test() as pilot:
        key = current(app).key
        assert current(app).tags == ("nlp", "transformers")
        await pilot.press("t")
        await pilot.pause()
        app.screen.query_one(Input).value = "nlp, thesis, thesis"
        await pilot.press("enter")
        await settle(pilot)
        assert sample.paper(key).tags == ("nlp", "thesis")
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("x", "escape")
        await settle(pilot)
        assert sample.paper(key).tags == ("nlp", "thesis")


async def test_tags_for_a_paper_that_is_gone_meanwhile(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(notifications=True) as pilot:
        current = screen_of(app).papers.current
        assert current
        await pilot.press("t", *"new,")
        with closing(sample.sibling()) as git:
            git.delete([current.id])
        await pilot.press("enter")
        await settle(pilot)
        assert any("Nothing was changed" in n.message for n in app._notifications)


async def test_a_tag_is_completed(make_app: MakeApp) -> None:
    """The right arrow completes the last tag from those in use."""
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press(*"genera")
        await until(pilot, lambda: bool(app.screen.query_one(Input)._suggestion))
        await pilot.press("right")
        assert app.screen.query_one(Input).value.endswith("generative")


async def test_copying(make_app: MakeApp, sample: Library) -> None:
    """`y` copies the key, `Y` the entry; from then on the key is frozen."""
    app = make_app()
    async with app.run_test() as pilot:
        key = current(app).key
        await pilot.press("y")
        assert app.clipboard == key
        assert sample.paper(key).key_frozen
        await pilot.press("Y")
        assert app.clipboard.startswith("@inproceedings{" + key)


async def test_exporting_after_a_preview(make_app: MakeApp, tmp_path: Path) -> None:
    """`e` shows the .bib and its path; a file that is there is replaced only when asked twice."""
    target = tmp_path / "paper" / "refs.bib"
    target.parent.mkdir()
    app = make_app(config=Config(export=ExportConfig(path=str(target))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "e")
        await pilot.pause()
        preview = app.screen.query_one(TextArea).text
        assert preview.count("@") == 2
        await pilot.press("enter")
        await settle(pilot)
        assert target.read_text() == preview
        await pilot.press("escape", "e")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert target.read_text() == preview
        await pilot.press("enter")
        await settle(pilot)
        assert target.read_text().count("@") == 1


async def test_what_an_export_would_take_away_is_named_first(
    make_app: MakeApp, tmp_path: Path
) -> None:
    target = tmp_path / "refs.bib"
    theirs = "@misc{thesis, title={On Hours of Work}}\n"
    target.write_text(theirs)
    app = make_app(config=Config(export=ExportConfig(path=str(target))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        hint = " ".join(str(app.screen.query_one("#export-hint", Static).render()).split())
        assert "has 1 entry that the library doesn't have: thesis. Enter again" in hint
        assert target.read_text() == theirs
        await pilot.press("enter")
        await settle(pilot)
        assert "thesis" not in target.read_text()


async def test_what_an_export_may_not_replace_is_no_question(
    make_app: MakeApp, tmp_path: Path
) -> None:
    target = tmp_path / "thesis.tex"
    target.write_text("\\documentclass{book}")
    app = make_app(config=Config(export=ExportConfig(path=str(target))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        for _ in range(2):
            await pilot.press("enter")
            await pilot.pause()
            hint = str(app.screen.query_one("#export-hint", Static).render())
            assert "is no bibliography. Name another file." in " ".join(hint.split())
        app.screen.query_one(Input).value = str(tmp_path)
        await pilot.press("enter")
        await pilot.pause()
        assert "add a file's name" in str(app.screen.query_one("#export-hint", Static).render())
        assert target.read_text() == "\\documentclass{book}"


async def test_an_export_that_fails_is_told(make_app: MakeApp, tmp_path: Path) -> None:
    """A folder that isn't there is named, and Esc writes nothing."""
    app = make_app(config=Config(export=ExportConfig(path=str(tmp_path / "no" / "refs.bib"))))
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert any("can't be written" in n.message for n in app._notifications)
        assert app.screen.query_one(Input).value.endswith("refs.bib")
        await pilot.press("escape")
        await settle(pilot)
        assert not list(tmp_path.glob("*.bib"))


async def test_importing_a_page(make_app: MakeApp, sample: Library, tmp_path: Path) -> None:
    """`i` imports a page, says what came of it, and the list shows it."""
    page = tmp_path / "page.txt"
    abstract = "We look at the paws of foxes and find them cold in winter. " * 4
    page.write_text(f"Get trending papers in your email inbox!\n\nFoxes in Snow\n\n{abstract}\n")
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        app.screen.query_one(Input).value = str(page)
        await pilot.press("enter")
        await until(pilot, lambda: "1 added" in report(app))
        await pilot.press("escape")
        await settle(pilot)
        assert current(app).title == "Foxes in Snow" or len(screen_of(app).papers.ids) == 41
        await pilot.press("u")
        await settle(pilot)
        assert sample.count() == 40


async def test_taking_what_a_bib_file_says_otherwise(make_app: MakeApp, tmp_path: Path) -> None:
    """What differs is told after an import; ctrl+t takes it, and `u` gives it back."""
    file = tmp_path / "refs.bib"
    others = "".join(f"@misc{{o{n}, title={{Owl {n}}}, year=2001}}" for n in range(20))
    text = f"@misc{{foxes, title={{Foxes in Snow}}, year=2001}}{others}"
    file.write_text(text)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        library = screen_of(app)._library
        library.import_files([file])
        file.write_text(text.replace("2001", "2002"))
        await pilot.press("i")
        await pilot.pause()
        app.screen.query_one(Input).value = str(file)
        await pilot.press("ctrl+t")  # nothing differs yet
        await pilot.press("enter")
        await until(pilot, lambda: "year is “2002” in the file, “2001” here" in report(app))
        assert library.paper("foxes").year == 2001
        scrolled = app.screen.query_one(VerticalScroll)
        await pilot.press("pagedown")
        await until(pilot, lambda: scrolled.scroll_y > 5)
        await pilot.press("pageup")
        await until(pilot, lambda: scrolled.scroll_y == 0)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "21 completed" in report(app))
        assert library.paper("foxes").year == 2002
        await pilot.press("escape", "u")
        await settle(pilot)
        assert library.paper("foxes").year == 2001


async def test_importing_what_cannot_be_read(make_app: MakeApp, tmp_path: Path) -> None:
    """A file that is no page, or not there, gives a sentence and no counts; nothing changes."""
    (tmp_path / "bad.txt").write_text("hello\n")
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        for name, told in (("bad.txt", "no listing page"), ("no.txt", "It can't be read: No such")):
            app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("enter")
            await until(pilot, lambda told=told: told in report(app))  # type: ignore[misc]
            assert "unchanged" not in report(app)
        await pilot.press("escape")
        await settle(pilot)
        assert len(screen_of(app).papers.ids) == 40


async def test_completing_a_path(make_app: MakeApp, tmp_path: Path) -> None:
    """Tab goes down folder by folder, each with its slash, to a file; hidden ones are typed."""
    (tmp_path / "home" / "pages" / "new").mkdir(parents=True)
    for name in (".hidden", "a monday.txt", "tuesday.txt"):
        (tmp_path / "home" / "pages" / "new" / name).touch()
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        field = app.screen.query_one(Input)
        await pilot.press("tab")
        assert field.value == ""
        await pilot.press("~")
        for path in ("~/", "~/pages/", "~/pages/new/", "~/pages/new/a monday.txt"):
            await until(pilot, lambda path=path: field._suggestion == path)  # type: ignore[misc]
            await pilot.press("tab")
            assert field.value == path
        field.value = "~/pages/new/.h"
        await until(pilot, lambda: field._suggestion == "~/pages/new/.hidden")


async def test_sorting(make_app: MakeApp) -> None:
    """`s` chooses the order; the cursor stays on its paper."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j")
        before = current(app)
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("j", "j", "j", "enter")
        await settle(pilot)
        screen = screen_of(app)
        titles = [p.title.lower() for p in screen._library.papers(screen.papers.ids)]
        assert titles == sorted(titles)
        assert current(app).id == before.id


async def test_views(make_app: MakeApp) -> None:
    """`v` chooses a view: next up is what is unread, most important first; tags are views."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("j", "enter")
        await settle(pilot)
        screen = screen_of(app)
        papers = screen._library.papers(screen.papers.ids)
        assert {p.status for p in papers} == {Status.UNREAD}
        order = [list(Priority).index(p.priority) for p in papers]
        assert order == sorted(order)
        await pilot.press("r")
        await pilot.pause()
        assert len(screen.papers.ids) == len(papers) - 1
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("k", *"jjjjj", "enter")
        await settle(pilot)
        assert screen._view.name.startswith("tag:") or screen._view.name == "read"


async def test_deleting_asks_first(make_app: MakeApp, sample: Library) -> None:
    """`d` asks; no keeps the paper, yes takes it away, undo brings it back."""
    app = make_app()
    async with app.run_test() as pilot:
        key = current(app).key
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("n")
        await settle(pilot)
        assert sample.count() == 40
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await settle(pilot)
        assert sample.count() == 39
        assert current(app).key != key
        await pilot.press("u")
        await settle(pilot)
        assert sample.paper(key).note


async def test_undo_with_nothing_left_says_so(make_app: MakeApp) -> None:
    """When all is undone, `u` says so; so does redo."""
    app = make_app()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "There is nothing to redo." in told(app))
        await pilot.press("u", "u", "u", "u", "u")
        await until(pilot, lambda: "There is nothing to undo." in told(app))
        assert "i                        import" in line(app, "#message")


async def test_reading_the_details(make_app: MakeApp) -> None:
    """Enter gives the details the keyboard, j and k scroll them, Esc goes back."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        screen = screen_of(app)
        assert screen.detail.has_focus
        await pilot.press("j", "ctrl+d", "k", "ctrl+u")
        assert screen.papers.cursor == 0
        await pilot.press("escape")
        assert screen.papers.has_focus
        assert screen.query_one("#list-pane").display


async def test_help_names_every_key(make_app: MakeApp) -> None:
    """`?` shows what each key does."""
    app = make_app()
    async with app.run_test(size=(120, 90)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        svg = app.export_screenshot().replace("&#160;", " ")
        for key in LIBRARY:
            if not re.fullmatch(r"view\.\d", key.id):
                words = key.help.split(";")[0].split(",")[0].split()[:4]
                assert " ".join(words).replace("'", "&#x27;") in svg
        assert "F1 … F9" in svg
        await pilot.press("j", "k", "escape")
        await settle(pilot)
        assert len(app.screen_stack) == 1


async def test_the_palette_finds_actions(make_app: MakeApp, sample: Library) -> None:
    """Ctrl+p finds an action by its name and carries it out."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        key = current(app).key
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"skip")
        await until(pilot, lambda: "Mark skipped" in app.export_screenshot().replace("&#160;", " "))
        await pilot.press("enter")
        await until(pilot, lambda: sample.paper(key).status is Status.SKIPPED)


async def test_quitting_saves(make_app: MakeApp, sample: Library) -> None:
    """`q` leaves; the next start shows what was done."""
    app = make_app()
    async with app.run_test() as pilot:
        key = current(app).key
        await pilot.press("x", "q")
        await pilot.pause()
    sample.save()
    again = Library.open(sample.path, state=sample.path.parent / "another machine")
    assert again.paper(key).status is Status.SKIPPED


async def test_the_file_follows_within_a_second(make_app: MakeApp, sample: Library) -> None:
    """An edit reaches the library file by itself."""
    app = make_app()
    async with app.run_test() as pilot:
        before = sample.path.stat().st_mtime_ns
        await pilot.press("x")
        await until(pilot, lambda: sample.path.stat().st_mtime_ns != before)
        await until(pilot, sample.is_saved)


async def test_another_program_s_edit_appears(make_app: MakeApp, sample: Library) -> None:
    """What another window does is shown without a key."""
    app = make_app()
    async with app.run_test() as pilot:
        other = sample.sibling()
        other.mark([current(app).id], status=Status.READING)
        other.close()
        await until(pilot, lambda: current(app).status is Status.READING)


async def test_the_mouse(make_app: MakeApp) -> None:
    """A click puts the cursor, two open the paper, the wheel scrolls, the key bar clicks."""
    app = make_app()
    async with app.run_test(size=(120, 20)) as pilot:
        screen = screen_of(app)
        await pilot.click("#papers", offset=(10, 4))
        assert screen.papers.cursor == 4
        await pilot.click("#papers", offset=(10, 2), times=2)
        await pilot.pause()
        assert screen.detail.has_focus
        await pilot.press("escape")
        await pilot.click("#keys", offset=(3, 0))
        await pilot.pause()
        assert screen.search.has_focus


async def test_remapped_keys(make_app: MakeApp) -> None:
    """A key from the configuration does it, the old one no longer; the help shows it."""
    app = make_app(config=Config(keys={"paper.read": "z"}))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("G")
        before = current(app).status
        await pilot.press("r")
        assert current(app).status is before
        await pilot.press("z")
        await pilot.pause()
        assert current(app).status is not before


def test_keys_that_clash_or_are_unknown_are_named(make_app: MakeApp) -> None:
    """Two actions on one key, or an action that isn't, end in one sentence."""
    with pytest.raises(ConfigError, match=r"“e” is given to both export and paper\.read|both"):
        make_app(config=Config(keys={"paper.read": "e"}))
    with pytest.raises(ConfigError, match=r"Did you mean “paper\.read”"):
        make_app(config=Config(keys={"paper.raed": "m"}))
    with pytest.raises(ConfigError, match="no theme"):
        make_app(config=Config(theme="nosuch"))


async def test_hostile_text_is_text(tmp_path: Path, make_app: MakeApp) -> None:
    """Markup, escapes and brackets in titles, notes and tags are shown, never obeyed."""
    library = Library.open(tmp_path / "h.db", state=tmp_path / "h")
    hostile = "A [bold]title[/] [/b] x [@click=app.bell]y[/] \x1b]52;c;AAAA\x07 \u202eabc [sic]"
    page = tmp_path / "h.json"
    import json

    page.write_text(json.dumps([{"title": hostile, "note": hostile, "tags": ["[red]x"]}]))
    assert library.import_files([page]).added == 1
    app = make_app(library)
    async with app.run_test(size=(140, 30), notifications=True) as pilot:
        await pilot.pause(0.1)
        shown = app.export_screenshot().replace("&#160;", " ")
        assert "A [bold]title[/] [/b]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("n", "t")
        await pilot.pause()
        await pilot.press("escape", "v")
        await pilot.pause()
        await pilot.press("escape", "1", "u", "slash", *"sic [b")
        await settle(pilot)
        assert library.papers(screen_of(app).papers.ids)[0].title == " ".join(hostile.split()) or (
            library.papers(screen_of(app).papers.ids)[0].title == hostile
        )


def test_every_default_key_has_a_story() -> None:
    """Each key of the registry is pressed in a story."""
    stories = Path(__file__).parent.glob("test_*stories.py")
    source = "".join(path.read_text(encoding="utf-8") for path in stories)
    pressed = set(re.findall(r'"([^"\s]+)"', source))
    for key in (*LIBRARY, *TRIAGE):
        for one in key.keys.split(","):
            assert one in pressed, f"no story presses {one}"


async def test_a_notice_whose_time_is_over_as_it_is_shown_does_not_stop_the_app(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Textual's timer of such a notice would run round for ever."""
    app = make_app()
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)
        looks = itertools.count()
        monkeypatch.setattr("textual.notifications.time", lambda: time.time() + next(looks) / 10)
        for timeout in range(1, 15):  # each look at the clock is a tenth later
            app.clear_notifications()
            looks = itertools.count()
            app.notify(f"for {timeout} tenths", timeout=timeout / 10 - 0.05)
            await pilot.pause()
        await until(pilot, lambda: not app.screen.query(Toast))
