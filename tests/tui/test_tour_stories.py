"""What a newcomer sees at the first start."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.containers import Vertical
from textual.widgets import Static

from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.tour import STEPS, Tour
from tests.tui.conftest import until

Start = Callable[..., ReadingListApp]


@pytest.fixture
def start(sample: Library) -> Callable[..., ReadingListApp]:
    """Make the app as the program does."""

    def make(config: Config | None = None) -> ReadingListApp:
        return ReadingListApp(sample, config or Config(), gives_tour=True)

    return make


async def test_five_steps_and_never_again(start: Start) -> None:
    """Enter goes on, left goes back; behind the last step the list is there, for good."""
    app = start(config=Config(keys={"import": "I"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Tour))
        dialog = app.screen.query_one("#tour", Vertical)
        await until(pilot, lambda: dialog.border_title == "Welcome · 1 of 5")
        text = str(app.screen.query_one("#tour Static", Static).content)
        assert "     I   Import" in text
        await pilot.press("enter", "left", "left", "right", "space")
        assert dialog.border_title == "Welcome · 3 of 5"
        await pilot.click("#tour")
        assert dialog.border_title == "Welcome · 4 of 5"
        await pilot.press("enter", "enter")
        assert len(app.screen_stack) == 1
    app = start()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_the_tour_can_be_skipped(start: Start, sample: Library) -> None:
    """Esc ends it at once; it does not return for another library either."""
    app = start()
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, Tour))
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
    assert sample.memory.had_tour


def test_it_is_short() -> None:
    """Five steps, each of a few lines."""
    assert len(STEPS) == 5
    assert max(len(text) for _, text, _ in STEPS) < 140
