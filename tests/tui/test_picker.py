"""The search under the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from readinglist.config import Config
from readinglist.services.demo import fill_with_sample
from readinglist.tui.picker import Picker

if TYPE_CHECKING:
    from readinglist.services.library import Library


@pytest.fixture
def sample(library: Library) -> Library:
    fill_with_sample(library)
    return library


def keys(library: Library, picker: Picker) -> list[str]:
    return [paper.key for paper in library.papers(picker.return_value or ())]


async def test_enter_takes_what_was_searched(sample: Library) -> None:
    picker = Picker(sample, Config())
    async with picker.run_test(size=(80, 14)) as pilot:
        await pilot.press(*"atention is al yuo")
        await pilot.press("enter")
    assert keys(sample, picker) == ["vaswani2017attention"]


async def test_tab_takes_several(sample: Library) -> None:
    picker = Picker(sample, Config(), "language")
    async with picker.run_test(size=(80, 14)) as pilot:
        first, second, third = sample.papers(picker.papers.ids[:3])
        await pilot.press("tab", "tab", "enter")
    assert keys(sample, picker) == [first.key, second.key]
    assert third.key not in keys(sample, picker)


async def test_arrows_move_and_escape_leaves(sample: Library) -> None:
    picker = Picker(sample, Config())
    async with picker.run_test(size=(80, 14)) as pilot:
        await pilot.press("down", "ctrl+n", "up", "pagedown", "pageup", "down")
        assert picker.papers.cursor == 2
        await pilot.press("escape")
    assert picker.return_value is None


async def test_enter_on_nothing_stays(sample: Library) -> None:
    picker = Picker(sample, Config(), "zzqqxx")
    async with picker.run_test(size=(80, 14)) as pilot:
        await pilot.press("enter")
        assert picker.is_running
        await pilot.press("escape")
