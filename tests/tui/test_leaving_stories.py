"""Screens that are left twice, or while another one stands over them."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.events import Click
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, OptionList, TextArea
from textual.widgets.option_list import Option

from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.conflicts import Conflicts
from readinglist.tui.screens.dialogs import Choose, Confirm, Item
from readinglist.tui.screens.leaving import Palette
from readinglist.tui.screens.library import LibraryScreen
from readinglist.tui.screens.working import Done, Working
from tests.tui.conftest import screen_of, settle, until

MakeApp = Callable[..., ReadingListApp]


async def test_a_choice_that_is_made_twice_is_made_once(make_app: MakeApp) -> None:
    """Two Enter, read in one go, choose once: what stands below stays."""
    app = make_app()
    chosen: list[str | None] = []
    async with app.run_test() as pilot:
        await settle(pilot)
        app.push_screen(Confirm("Below?"))
        app.push_screen(Choose("Above", [Item("a", "A"), Item("b", "B")]), chosen.append)
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        options.action_select()
        options.action_select()
        await until(pilot, lambda: bool(chosen))
        await pilot.pause()
        assert chosen == ["a"]
        assert isinstance(app.screen, Confirm)


async def test_the_palette_is_left_while_it_carries_out(make_app: MakeApp) -> None:
    """Enter, and Esc before that was seen to: the list is still there."""
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        for leave_first in (True, False):
            await pilot.press("ctrl+p")
            palette = app.screen
            assert isinstance(palette, Palette)
            await until(pilot, partial(_offers, palette))
            if leave_first:
                palette._action_escape()
            palette.dismiss()
            palette.dismiss()
            await settle(pilot)
            assert app.screen is screen_of(app)
            assert app.is_running


@pytest.mark.parametrize("over", [Palette, lambda: Confirm("Over?")])
async def test_what_is_done_in_a_thread_ends_below_another_screen(
    make_app: MakeApp, sample: Library, over: Callable[[], Palette | Confirm]
) -> None:
    """While it goes on, one looks into the palette: at its end the list has the keys again."""
    app = make_app()
    go_on = threading.Event()
    done: list[Done | None] = []

    async with app.run_test() as pilot:
        await settle(pilot)
        app.push_screen(Working("Waiting …", sample, lambda _: go_on.wait(20)), done.append)
        await pilot.pause()
        app.push_screen(over())
        await pilot.pause()
        go_on.set()
        await until(pilot, lambda: bool(done))
        await settle(pilot)
        assert done == [Done(result=True)]
        assert isinstance(app.screen, LibraryScreen)
        await pilot.press("j")
        assert screen_of(app).papers.cursor == 1


@pytest.mark.parametrize("over", [Palette, lambda: Confirm("Sure?")])
async def test_a_screen_is_left_before_it_is_set_up(
    make_app: MakeApp, over: Callable[[], Palette | Confirm]
) -> None:
    """Esc comes right behind the key that shows it, or a thread below is done."""
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        app.push_screen(over())
        app.screen.dismiss()
        await settle(pilot)
        await pilot.pause()
        assert app.screen is screen_of(app)
        assert app.is_running


async def test_the_palette_is_left_while_it_looks_for_something(make_app: MakeApp) -> None:
    """Esc right behind a letter: what it would be shown in goes first, then what looks for it."""
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        palette = Palette()
        await app.push_screen(palette)
        await until(pilot, partial(_offers, palette))
        await palette.query_one(OptionList).remove()
        palette.query_one(Input).value = "t"
        await settle(pilot)
        palette._action_escape()
        await settle(pilot)
        assert app.screen is screen_of(app)
        assert app.is_running


@pytest.mark.parametrize("make", [Palette, partial(Choose, "Which", [Item("a", "A")])])
async def test_a_click_on_what_was_taken_away_meanwhile(
    make_app: MakeApp, make: Callable[[], Palette | Choose]
) -> None:
    """The mouse went down on the line of something that what came since has not."""
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        asked = make()
        await app.push_screen(asked)
        options = asked.query_one(OptionList)
        await until(pilot, lambda: bool(options.option_count))
        gone = Style(meta={"option": options.option_count})
        options.post_message(Click(options, 2, 2, 0, 0, 1, False, False, False, style=gone))
        await settle(pilot)
        assert app.screen is asked


async def test_what_was_chosen_and_taken_away_is_not_another(make_app: MakeApp) -> None:
    app = make_app()
    chosen: list[str | None] = []
    async with app.run_test() as pilot:
        await settle(pilot)
        asked = Choose("Which", [Item(name, name) for name in "abc"])
        app.push_screen(asked, chosen.append)
        await pilot.pause()
        options = asked.query_one(OptionList)
        options.highlighted = 1
        options.action_select()
        asked.remove_item("b")
        await settle(pilot)
        assert app.screen is asked
        options.action_select()
        asked.remove_item("a")
        await until(pilot, lambda: bool(chosen))
        assert chosen == ["c"]


def _offers(palette: Palette) -> bool:
    return bool(palette.query_one(OptionList).option_count)


async def test_a_conflict_that_is_settled_before_it_was_shown(
    make_app: MakeApp, sample: Library
) -> None:
    """What tells of the cursor comes late: the line that it was on is gone."""
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("C")
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        options.add_option(Option("settled since"))
        options.highlighted = 0
        await settle(pilot)
        assert isinstance(app.screen, Conflicts)
        assert app.is_running


@pytest.mark.parametrize("key", ["n", "F"])
async def test_what_was_written_in_is_not_held_for_ever(make_app: MakeApp, key: str) -> None:
    """A note may be long: once it is closed its text area is gone from the memory, and its look."""
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        before = lines_of_the_gone()
        for _ in range(4):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.focused, TextArea | Input))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is screen_of(app))
            await settle(pilot)
        gc.collect()
        areas = [one for one in gc.get_objects() if isinstance(one, TextArea)]
        assert len([one for one in areas if one.app is app]) <= 2
        assert not lines_of_the_gone() - before


def lines_of_the_gone() -> set[int]:
    """Return which lines drawn by widgets are held though the widgets are not."""
    gc.collect()
    things = gc.get_objects()
    alive = {id(one._styles_cache) for one in things if isinstance(one, Widget)}
    caches = [one for one in things if isinstance(one, StylesCache) and id(one) not in alive]
    return {id(one) for one in caches if one._cache}


async def page_keys(pilot: Pilot[None]) -> None:
    await pilot.press("pagedown", "pageup", "pagedown", "end", "home", "down", "up")
    await pilot.pause()


@pytest.mark.parametrize("key", ["s", "v", "vertical_line", "H", "D", "ctrl+p"])
async def test_a_list_to_choose_from_pages_in_a_terminal_without_room(
    make_app: MakeApp, key: str, tmp_path: Path
) -> None:
    """Nothing of it is laid out there; later it is."""
    app = make_app()
    async with app.run_test(size=(12, 4)) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await page_keys(pilot)
        await pilot.resize_terminal(100, 30)
        await page_keys(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is screen_of(app)
        assert app.is_running


async def test_a_list_pages_before_it_is_drawn(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("s")
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        shown = list(options.options)
        options.clear_options()
        options.add_options(shown)
        options.highlighted = 0
        options.action_page_down()  # type: ignore[no-untyped-call]
        options.action_page_up()  # type: ignore[no-untyped-call]
        assert options.highlighted == 0
