"""What a researcher does with the list: order, columns, side bar, many papers at once."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList, ProgressBar, Static
from textual.widgets._toast import Toast

from readinglist.config import Config
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.app_memory import AppState
from readinglist.services.finding import VIEWS
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.presentation import COLUMN_LABELS
from readinglist.tui.screens.bulk_preview import BulkPreview
from readinglist.tui.screens.dialogs import Confirm
from readinglist.tui.screens.working import Working
from readinglist.tui.widgets.list_header import ListHeader
from readinglist.tui.widgets.paper_list import PaperList
from tests.tui.conftest import at_rest, current, line, screen_of, settle, until

MakeApp = Callable[..., ReadingListApp]


def of_size(folder: Path, count: int) -> Library:
    library = Library.open(folder / "many.db", state=folder / "many")
    file = folder / "many.json"
    lines = ",".join(f'{{"title": "On the Number {n}"}}' for n in range(count))
    file.write_text(f"[{lines}]")
    library.import_files([file])
    library.index()
    return library


@pytest.fixture
def many(tmp_path: Path) -> Library:
    """A library of more papers than are changed at once."""
    return of_size(tmp_path, 450)


def shown(app: ReadingListApp) -> list[Paper]:
    """Return the papers of the list, in order."""
    screen = screen_of(app)
    return screen._library.papers(screen.papers.ids)


def header(app: ReadingListApp) -> str:
    """Return what stands above the list."""
    return str(screen_of(app).query_one(ListHeader).render())


def views(app: ReadingListApp) -> list[str]:
    """Return the lines of the side bar."""
    return [" ".join(str(option.prompt).split()) for option in screen_of(app).views.options]


def where(app: ReadingListApp, column: str) -> tuple[int, int]:
    """Return where in the header a column begins."""
    x = 1
    for laid in screen_of(app).papers.columns:
        if laid.name == column:
            break
        x += laid.width + 1
    return x, 0


async def test_a_click_on_a_column_sorts_by_it(make_app: MakeApp) -> None:
    """Again, it is turned round; the cursor stays on its paper, and what has nothing comes last."""
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("j", "j", "j")
        before = current(app)
        assert await pilot.click(ListHeader, offset=where(app, "title"))
        titles = [paper.title.lower() for paper in shown(app)]
        assert titles == sorted(titles)
        assert "Title ↓" in header(app)
        assert await pilot.click(ListHeader, offset=where(app, "title"))
        assert [paper.title.lower() for paper in shown(app)] == titles[::-1]
        assert "Title ↑" in header(app)
        assert "by title, turned round" in line(app, "#status")
        assert await pilot.click(ListHeader, offset=where(app, "year"))
        years = [paper.year for paper in shown(app) if paper.year]
        assert years == sorted(years, reverse=True)
        assert current(app).id == before.id


async def test_choosing_the_same_order_again_turns_it_round(make_app: MakeApp) -> None:
    """`s` and the order that the list has; the first choice gives the view its own again."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        newest = [paper.id for paper in shown(app)]
        await pilot.press("s", "j", "enter")
        await until(pilot, lambda: "last added first, turned round" in line(app, "#status"))
        assert shown(app)[0].id != newest[0]
        await pilot.press("s", "g", "k", "enter")
        await until(pilot, lambda: "turned" not in line(app, "#status"))
        assert [paper.id for paper in shown(app)] == newest


async def test_columns_by_hand(make_app: MakeApp, sample: Library) -> None:
    """`|` chooses and moves columns; they are remembered, `r` brings the configured ones back."""
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("vertical_line")
        await pilot.press("space", "j", "J", "enter")  # no status; the priority behind the year
        await settle(pilot)
        names = [column.name for column in screen_of(app).papers.columns]
        assert names[:3] == ["year", "priority", "title"]
        assert header(app).split()[:3] == ["Year", "!", "Title"]
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        assert [column.name for column in screen_of(app).papers.columns][:2] == ["year", "priority"]
        await pilot.press("vertical_line", "j", "j", "space", "escape")
        assert header(app).split()[:3] == ["Year", "!", "Title"]
        await pilot.press("vertical_line")
        await pilot.pause()
        await pilot.click(OptionList, offset=(3, 2))  # the title always stays
        await pilot.press("k", "K", "shift+up", "shift+down", "r", "enter")
        await settle(pilot)
        assert screen_of(app).papers.columns[0].name == "status"


async def test_the_side_bar(make_app: MakeApp, sample: Library) -> None:
    """It folds away and comes back, with the number of papers; Enter and a click open a view."""
    sample.mark([sample.find("attention").ids[0]], add_tags=["zebra"])
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        screen = screen_of(app)
        await until(pilot, lambda: "F3 Inbox 6" in views(app))
        assert views(app)[:2] == ["F1 All papers 40", "F2 Next up 20"]
        await pilot.press("b")
        assert not screen.views.display
        await pilot.press("b")
        assert screen.views.display
        assert screen.focused is screen.views
        await pilot.press("j", "j", "down", "k", "enter")
        assert screen.focused is screen.papers
        assert "Inbox" in line(app, "#status")
        assert len(shown(app)) == 6
        assert await pilot.click(screen.views, offset=(6, 4))
        assert {paper.status for paper in shown(app)} == {Status.READING}
        await pilot.press("asterisk")
        await pilot.pause()
        tags = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        app.screen.query_one(OptionList).highlighted = tags.index("  zebra")
        await pilot.press("enter")
        await until(pilot, lambda: views(app)[-1] == "F8 Tag zebra 1")
        await pilot.press("f8")
        assert len(shown(app)) == 1
        await pilot.press("x")
        await until(pilot, lambda: "F7 Skipped 3" in views(app))


@pytest.mark.parametrize("is_kept_open", [False, True])
async def test_a_terminal_made_small(make_app: MakeApp, is_kept_open: bool) -> None:
    """The side bar gives way, unless it was unfolded by hand; the list never does."""
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        screen = screen_of(app)
        await until(pilot, lambda: screen.views.region.width == 24)
        if is_kept_open:
            await pilot.press("b", "b")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: screen.views.display == is_kept_open)
        await until(pilot, lambda: screen.papers.region.width == (56 if is_kept_open else 80))
        assert screen.papers.region.height > 8
        assert screen.detail.region.height > 5
        await pilot.resize_terminal(200, 50)
        await until(pilot, lambda: screen.views.region.width == 24)
        assert len(views(app)) == len(VIEWS)


async def test_each_view_has_a_key(make_app: MakeApp) -> None:
    """F1 and its like, or alt with a digit, were the side bar folded away."""
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        assert not screen_of(app).views.display
        for keys in (
            ("f1", "f2", "f3", "f4", "f5", "f6", "f7"),
            ("alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "alt+6", "alt+7"),
        ):
            opened = []
            for key in keys:
                await pilot.press(key)
                opened.append(screen_of(app)._view.name)
            assert opened == list(VIEWS)
        await pilot.press("f8", "alt+8", "f9", "alt+9")
        await pilot.pause()
        assert "There are 7 views" in str(app.screen.query(Toast).last()._notification.message)
        assert screen_of(app)._view.name == "skipped"


async def test_what_is_next_says_why(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deadline that is near goes first, then what matters; in its view a column says so."""
    today = datetime.date.today()
    monkeypatch.setattr("readinglist.tui.presentation._today", lambda: today)
    late = sample.find("status:unread priority:none").ids[-1]
    soon, far = (today + datetime.timedelta(days=n) for n in (3, 300))
    sample.mark([late], add_tags=[f"due:{soon}"])
    other = sample.find("status:unread priority:low").ids[0]
    sample.mark([other], add_tags=[f"due:{far}", "due:2026-02-31", "due:soon"])
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("f2")
        assert COLUMN_LABELS["why"] in header(app)
        assert shown(app)[0].id == late
        priorities = [paper.priority for paper in shown(app)[1:]]
        assert priorities == sorted(priorities, key=[*Priority].index)
        svg = app.export_screenshot().replace("&#160;", " ")
        assert "due in 3 days" in svg
        assert "high · " in svg
        await pilot.press("f1")
        assert COLUMN_LABELS["why"] not in header(app)


async def test_choosing_a_range(make_app: MakeApp) -> None:
    """`J` and `K` choose as they go, `X` all from the last chosen to here; so does the mouse."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        papers = screen_of(app).papers
        ids = papers.ids
        await pilot.press("J", "shift+down", "K", "shift+up")
        assert papers.chosen == set(ids[:3])
        await pilot.press("escape")
        assert not papers.chosen
        await pilot.press("g", "space", "j", "j", "X")
        assert papers.chosen == set(ids[:4])
        assert "4 chosen" in line(app, "#status")
        await pilot.press("escape")
        await pilot.click(PaperList, offset=(20, 5), control=True)
        await pilot.click(PaperList, offset=(20, 9), shift=True)
        assert papers.chosen == set(ids[5:10])
        await pilot.click(PaperList, offset=(0, 6))
        assert papers.chosen == {ids[5], *ids[7:10]}


async def test_many_papers_are_shown_before_they_change(make_app: MakeApp, sample: Library) -> None:
    """More than a screen: how, and whom; Esc changes nothing, Enter does it, in one step."""
    app = make_app()
    async with app.run_test(size=(100, 20), notifications=True) as pilot:
        await pilot.press("a", "R")
        await pilot.pause()
        assert isinstance(app.screen, BulkPreview)
        effects = str(app.screen.query_one("#effects").content)  # type: ignore[attr-defined]
        assert effects.splitlines()[0] == "20 unread → reading"
        assert effects.splitlines()[-1] == "4 as they are"
        preview = app.screen.query_one(PaperList)
        await pilot.press("j", "G", "k", "g", "ctrl+d", "ctrl+u", "down")
        assert preview.cursor == 1
        await pilot.press("escape")
        assert sample.count_by_status()[Status.READING] == 4
        await pilot.press("R", "enter")
        await settle(pilot)
        assert sample.count_by_status()[Status.READING] == 40
        await pilot.press("t", *"everything", "enter")
        await pilot.pause()
        effects = str(app.screen.query_one("#effects").content)  # type: ignore[attr-defined]
        assert effects == "+ everything: 40 papers"
        await pilot.press("enter", "u", "u")
        await settle(pilot)
        assert sample.count_by_status()[Status.READING] == 4
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, BulkPreview)
        await pilot.press("y")
        await until(pilot, lambda: sample.count() == 0)
        assert not screen_of(app).papers.chosen
        await pilot.press("u")
        await until(pilot, lambda: sample.count() == 40)


async def test_a_large_change_is_made_in_a_thread(make_app: MakeApp, many: Library) -> None:
    """It is one step; undo and redo of it take their time elsewhere, too."""
    app = make_app(many)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("a", "1", "enter")
        await until(pilot, lambda: many.find("priority:high").ids[449:] != [])
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("u")
        await until(pilot, lambda: not many.find("priority:high").ids)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(many.find("priority:high").ids) == 450)


async def test_a_large_change_can_be_stopped(
    make_app: MakeApp, many: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a second on one sees how far it is; Esc stops it, and nothing has changed."""
    monkeypatch.setattr("readinglist.tui.screens.working._SHOWN_AFTER", 0.01)
    reached: list[int] = []
    mark = Library.mark

    def mark_slowly(library: Library, ids: list[int], **values: Any) -> object:
        report = library.on_progress

        def wait(done: int, of: int) -> None:
            reached.append(done)
            if done:
                while not app.screen._is_stopped:  # type: ignore[attr-defined]
                    pass
            report(done, of)

        library.on_progress = wait
        return mark(library, ids, **values)

    monkeypatch.setattr(Library, "mark", mark_slowly)
    app = make_app(many)
    async with app.run_test(size=(100, 20), notifications=True) as pilot:
        await pilot.press("a", "x", "enter")
        await until(pilot, lambda: len(reached) > 1)
        screen = app.screen
        assert isinstance(screen, Working)
        await until(pilot, lambda: not screen.query_one(".dialog").has_class("hidden"))
        assert screen.query_one(ProgressBar).total == 450
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        assert "nothing was changed" in str(app.screen.query(Toast).last()._notification.message)
        assert many.count_by_status()[Status.SKIPPED] == 0


async def test_a_toast_offers_undo(make_app: MakeApp, sample: Library) -> None:
    """It names the key, and a click on it takes the change back."""
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        before = [paper.priority for paper in shown(app)[:2]]
        await pilot.press("space", "space", "3")
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        toast = app.screen.query_one(Toast)
        text = str(toast.render())
        assert text.endswith("u undo")
        width = toast.content_region.width
        row = len(text[: text.index("u undo")]) // width
        await pilot.click(Toast, offset=(len(text) % width + 1, row + 1))
        await until(pilot, lambda: [p.priority for p in shown(app)[:2]] == before)


async def test_a_notice_that_stands_is_not_told_a_second_time(make_app: MakeApp) -> None:
    """It comes last, its time begins anew, and what it offers is for the last change."""
    app = make_app()

    def told() -> list[str]:
        return [str(toast.render()) for toast in app.screen.query(Toast)]

    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("space", "space", "3", "2")
        low, medium = (f"2 papers: priority {one}  u undo" for one in ("low", "medium"))
        await until(pilot, lambda: told() == [low, medium])
        again = time.time()
        await pilot.press("3")
        await until(pilot, lambda: told() == [medium, low])
        toast = app.screen.query(Toast).last()
        assert toast._notification.raised_at >= again
        await pilot.click(toast, offset=(low.index("u undo") + 3, 1))
        await until(pilot, lambda: {p.priority for p in shown(app)[:2]} == {Priority.MEDIUM})
        await pilot.press("ctrl+c", "ctrl+c")
        await until(pilot, lambda: any("quit" in text for text in told()))
        await pilot.pause()
        assert str(told()).count("Do you want to quit?") == 1


async def test_the_palette_has_the_views(make_app: MakeApp) -> None:
    """Each by its name, with its key."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p", *"view next up")
        await until(pilot, lambda: "(F2)" in app.export_screenshot().replace("&#160;", " "))
        await pilot.press("enter")
        await until(pilot, lambda: screen_of(app)._view.name == "next")


async def test_all_actions_by_the_mouse(make_app: MakeApp, sample: Library) -> None:
    """The sign in the corner opens the palette, in which every action is; a click does it."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        key = current(app).key
        assert await pilot.click("#menu", offset=(1, 0))
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press(*"skip")
        await until(pilot, lambda: "Mark skipped" in app.export_screenshot().replace("&#160;", " "))
        assert await pilot.click(OptionList, offset=(4, 1))
        await until(pilot, lambda: sample.paper(key).status is Status.SKIPPED)


async def test_where_one_was(make_app: MakeApp, sample: Library) -> None:
    """View, order, cursor, side bar and theme are as they were left, for each library."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f4", "s", "j", "j", "j", "enter")
        await until(pilot, lambda: "by title" in line(app, "#status"))
        await pilot.press("j", "j", "b")
        app.theme = "nord"
        left = current(app)
        await pilot.press("escape", "q")
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert screen_of(app)._view.name == "unread"
        assert "by title" in line(app, "#status")
        assert screen_of(app).views.display
        assert app.theme == "nord"
        assert current(app).id == left.id
    app = make_app(config=Config(view="read", theme="textual-light"))
    async with app.run_test(size=(120, 40)) as pilot:
        assert screen_of(app)._view.name == "read"
        assert app.theme == "textual-light"


async def test_where_one_is_needs_no_farewell(make_app: MakeApp, sample: Library) -> None:
    """View, cursor and theme are on record while the app runs, for a power cut."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f4", "j", "j")
        app.theme = "nord"
        at = current(app).id

        def on_record() -> tuple[str | None, int | None, str | None]:
            state = sample.memory.state()
            return state.view, state.paper, state.theme

        await until(pilot, lambda: on_record() == ("unread", at, "nord"))


async def test_the_cursor_far_down_is_found_again(make_app: MakeApp, tmp_path: Path) -> None:
    """Behind the papers that are shown at once, too."""
    library = Library.open(tmp_path / "far.db", state=tmp_path / "far")
    file = tmp_path / "far.json"
    file.write_text("[" + ",".join(f'{{"title": "Numeral {n}"}}' for n in range(1200)) + "]")
    library.import_files([file])
    library.index()
    app = make_app(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("G", "k", "k")
        left = current(app)
        await pilot.press("q")
    app = make_app(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: current(app).id == left.id)


# --- far down in a long list


async def test_one_goes_on_far_down_where_one_was(make_app: MakeApp, tmp_path: Path) -> None:
    """Behind the first papers, too: the first key is for the paper that was left, no other."""
    library = of_size(tmp_path, 900)
    ids = list(library.find().ids)
    library.memory.keep(AppState(paper=ids[700]))
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        assert screen_of(app).papers.cursor == 700
        await pilot.press("r")
        await until(pilot, lambda: library.papers([ids[700]])[0].status is Status.READ)
        await pilot.press("q")
    assert library.memory.state().paper == ids[700]
    assert library.count_by_status()[Status.READ] == 1


async def test_the_cursor_stays_far_down_when_its_paper_goes(
    make_app: MakeApp, tmp_path: Path
) -> None:
    library = of_size(tmp_path, 900)
    ids = list(library.find().ids)
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await at_rest(pilot)
        await pilot.press("G", "k", "d")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: library.count() == 899)
        await at_rest(pilot)
        assert current(app).id == ids[899]
        assert screen_of(app).papers.cursor == 898


async def test_the_end_of_the_list_is_there_at_once(make_app: MakeApp, tmp_path: Path) -> None:
    """Also before all of it was read behind the first screen."""
    library = of_size(tmp_path, 900)
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("G")
        assert screen_of(app).papers.cursor == 899
        assert "900 papers" in str(screen_of(app).query_one("#status", Static).content)
