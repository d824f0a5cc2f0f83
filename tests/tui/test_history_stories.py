"""A paper's life: what was done to it is read, and an old value comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.history import History
from readinglist.tui.screens.triage import Triage
from tests.tui.conftest import current, screen_of, settle, until
from tests.tui.test_triage_stories import told

MakeApp = Callable[..., ReadingListApp]


def first(sample: Library) -> Paper:
    """Return the paper that the app begins with."""
    return sample.papers(sample.find().ids)[0]


async def opened(pilot: Pilot[None], app: ReadingListApp) -> OptionList:
    """Press H, and return the list of entries."""
    await pilot.press("H")
    await until(pilot, lambda: isinstance(app.screen, History))
    await settle(pilot)
    return app.screen.query_one(OptionList)


def entries(app: ReadingListApp) -> list[str]:
    """Return what the entries say, newest first."""
    options = app.screen.query_one(OptionList)
    return [str(option.prompt) for option in options.options]


def shown(app: ReadingListApp) -> str:
    """Return what stands of the entry under the cursor."""
    return str(app.screen.query_one("#past-value", Static).content)


async def test_the_life_is_told_newest_first(make_app: MakeApp, sample: Library) -> None:
    paper = first(sample)
    sample.edit(paper.key, {"venue": "Nature [bold]"})
    sample.mark([paper.id], add_tags=["herons"])
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        lines = entries(app)
        assert lines[0].startswith("2026-01-02 03:04  tag +herons  ")
        assert "Nature [bold]" in lines[1]
        assert "added from" in lines[-1]
        assert shown(app).split("\n")[0] == "tag"
        assert shown(app).endswith("before\nnothing\n\nafter\nherons\n")
        await pilot.press("j")
        assert f"before\n{paper.venue}\n\nafter\nNature [bold]\n" in shown(app)
        await pilot.press("k")
        assert "herons" in shown(app)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is screen_of(app)
        assert sample.history(paper.key)[0].field == "tag"


@pytest.mark.parametrize("key", ["b", "enter"])
async def test_an_old_value_is_brought_back_as_one_step(
    make_app: MakeApp, sample: Library, key: str
) -> None:
    paper = first(sample)
    sample.edit(paper.key, {"venue": "Nature"})
    sample.mark([paper.id], priority=Priority.LOW, add_tags=["herons"])
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        options = await opened(pilot, app)
        while "venue: " not in entries(app)[options.highlighted or 0]:
            await pilot.press("j")
        await pilot.press(key)
        await until(pilot, lambda: app.screen is screen_of(app))
        assert current(app).venue == paper.venue
        assert "herons" in current(app).tags
        assert f"Brought back: {paper.key}: venue" in told(app)
        await pilot.press("u")
        assert current(app).venue == "Nature"
        await until(pilot, sample.is_saved)


async def test_by_the_mouse(make_app: MakeApp, sample: Library) -> None:
    """A click shows an entry, a double click brings its old value back."""
    paper = first(sample)
    sample.note(paper.key, "first\nsecond")
    sample.note(paper.key, "first\nthird")
    sample.mark([paper.id], add_tags=["herons"])
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        options = await opened(pilot, app)
        await pilot.click(OptionList, offset=(10, 1))
        assert options.highlighted == 1
        assert isinstance(app.screen, History)
        assert shown(app).endswith("  first\n- second\n+ third")
        await pilot.click(OptionList, offset=(10, options.option_count + 3))  # beside all entries
        assert options.highlighted == 1
        await pilot.click(OptionList, offset=(10, 1), times=2)
        await until(pilot, lambda: app.screen is screen_of(app))
        assert current(app).note == "first\nsecond"


async def test_what_can_not_be_brought_back_is_said_in_place(
    make_app: MakeApp, sample: Library
) -> None:
    paper = first(sample)
    sample.edit(paper.key, {"venue": "Nature"})
    sample.edit(paper.key, {"venue": "Science"})
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        options = await opened(pilot, app)
        sample.undo()
        await pilot.press("b")
        assert "The paper has that value already." in told(app)
        await pilot.press("end", "b")
        assert options.highlighted == options.option_count - 1
        assert "Before that, the paper was not in the library." in told(app)
        assert isinstance(app.screen, History)
        sample.delete([paper.id])
        await pilot.press("home", "b")
        assert f"{paper.key} is deleted." in told(app)
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen_of(app))


async def test_a_long_value_is_scrolled(make_app: MakeApp, sample: Library) -> None:
    paper = first(sample)
    sample.note(paper.key, "\n".join(f"line {n}" for n in range(200)))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        pane = app.screen.query_one("#life VerticalScroll")
        await pilot.press("ctrl+d", "ctrl+d")
        assert pane.scroll_offset.y > 5
        await pilot.press("ctrl+u", "ctrl+u")
        assert pane.scroll_offset.y == 0
        assert pane.region.y > app.screen.query_one(OptionList).region.y
        await pilot.resize_terminal(140, 40)
        await settle(pilot)
        assert pane.region.y == app.screen.query_one(OptionList).region.y


async def test_in_triage_it_is_a_decision(make_app: MakeApp, sample: Library) -> None:
    """The next paper comes, and `u` goes back to this one."""
    inbox = list(sample.find("status:unread priority:none", sort="added").ids)
    sample.mark(inbox[:1], add_tags=["herons"])
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("T")
        await until(pilot, lambda: isinstance(app.screen, Triage))
        assert isinstance(app.screen, Triage)
        paper = app.screen._current()
        assert paper is not None
        await opened(pilot, app)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, Triage))
        assert sample.papers([paper.id])[0].tags == tuple(t for t in paper.tags if t != "herons")
        following = app.screen._current()
        assert following is not None
        assert following.id != paper.id
        await pilot.press("u")
        assert app.screen._current() == paper
        assert sample.papers([paper.id])[0].status is Status.UNREAD


async def test_hostile_text_is_text(make_app: MakeApp, sample: Library) -> None:
    """Neither markup nor an escape sequence of a note or of a title does anything."""
    paper = first(sample)
    sample.edit(paper.key, {"title": "[red]Evil[/red] \x1b[2J title [/]"})
    sample.note(paper.key, "[/] \x1b]0;own\x07 [bold]\nx" * 9)
    sample.note(paper.key, "[/] \x1b]0;own\x07 [bold]\ny" * 9)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        assert "[/] ]0;own [bold]" in shown(app)
        assert "\x1b" not in shown(app)
        assert "[red]Evil[/red] [2J title [/]" in app.export_screenshot().replace("&#160;", " ")
