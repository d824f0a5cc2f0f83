"""What the app shows, as a picture: it runs without a terminal until all is there."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.library import LibraryScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from readinglist.config import Config
    from readinglist.services.kept_views import KeptViews
    from readinglist.services.library import Library

_MOMENT = 0.02
"""Seconds between two looks whether all is shown."""
_LINKED_FONT = re.compile(r"\s*@font-face\s*\{[^}]*\}")


def screenshot(
    library: Library, config: Config, views: KeptViews, size: tuple[int, int], query: str = ""
) -> str:
    """Return what the app shows of a library, as SVG that loads nothing.

    Args:
        library: what is shown.
        config: the settings; the view is the one that they begin with.
        views: the user's own views.
        size: columns and lines of the terminal.
        query: what is typed in the search bar.

    Raises:
        ReadingListError: the settings can't be used, or the library can't be searched.
    """
    return asyncio.run(_taken(ReadingListApp(library, config, views), size, query))


async def _taken(app: ReadingListApp, size: tuple[int, int], query: str) -> str:
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, LibraryScreen)
        screen.search.value = query
        await _all_is_shown(pilot, screen)
        return without_linked_fonts(app.export_screenshot())


async def _all_is_shown(pilot: Pilot[None], screen: LibraryScreen) -> None:
    """Wait until the screen is at rest, and still is after a moment: one thing leads to another."""
    looks_at_rest = 0
    while looks_at_rest < 2:
        await pilot.pause(_MOMENT)
        looks_at_rest = looks_at_rest + 1 if screen.is_at_rest else 0


def without_linked_fonts(svg: str) -> str:
    """Take out the fonts of another host; who shows the picture has one of equal widths."""
    style, end, picture = svg.partition("</style>")
    return _LINKED_FONT.sub("", style) + end + picture
