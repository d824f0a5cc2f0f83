"""What stands above the columns of the list; a click sorts by a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from readinglist.tui.presentation import COLUMN_LABELS, COLUMN_SORTS, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events


class ListHeader(Widget):
    """The names of the columns, and by which one the list is sorted, in which direction."""

    @dataclass
    class Clicked(Message):
        """The list is to be sorted by a column."""

        sort: str

    def __init__(self, columns: Callable[[], Sequence[Column]]) -> None:
        """Make a header; `columns` gives the columns below as they are when it is drawn."""
        super().__init__(id="header")
        self._columns = columns
        self._sort = ""

    def show(self, sort: str) -> None:
        """Show the columns as they are now, and the order `sort`."""
        self._sort = sort
        self.refresh()

    def render(self) -> Content:
        """Name the columns in their places."""
        parts: list[Content] = [Content(" ")]
        sign = "↑" if self._sort.startswith("-") else "↓"
        for column in self._columns():
            is_sorted = COLUMN_SORTS[column.name] == self._sort.removeprefix("-")
            label = COLUMN_LABELS[column.name][: column.width]
            if is_sorted:  # the sign may take the gap to the next column
                label += f" {sign}" if label and len(label) + 2 <= column.width else sign
            part = Content(set_cell_size(label, column.width + 1))
            parts.append(part.stylize("bold") if is_sorted else part)
        return Content("").join(parts)

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the mouse."""
        x = event.x - 1
        for column in self._columns():
            if x <= column.width:
                self.post_message(self.Clicked(COLUMN_SORTS[column.name]))
                return
            x -= column.width + 1
