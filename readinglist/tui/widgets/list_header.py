"""What stands above the columns of the list; a click sorts by a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from readinglist.tui.presentation import COLUMN_LABELS, COLUMN_SORTS, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class ListHeader(Static):
    """The names of the columns, and by which one the list is sorted, in which direction."""

    @dataclass
    class Clicked(Message):
        """The list is to be sorted by a column."""

        sort: str

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._columns: Sequence[Column] = ()

    def show(self, columns: Sequence[Column], sort: str) -> None:
        """Show the names of `columns` in their places, and the order `sort`."""
        self._columns = columns
        parts: list[Content] = [Content(" ")]
        sign = "↑" if sort.startswith("-") else "↓"
        for column in columns:
            is_sorted = COLUMN_SORTS[column.name] == sort.removeprefix("-")
            label = COLUMN_LABELS[column.name][: column.width]
            if is_sorted:  # the sign may take the gap to the next column
                label += f" {sign}" if label and len(label) + 2 <= column.width else sign
            part = Content(set_cell_size(label, column.width + 1))
            parts.append(part.stylize("bold") if is_sorted else part)
        self.update(Content("").join(parts), layout=False)

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the mouse."""
        x = event.x - 1
        for column in self._columns:
            if x <= column.width:
                self.post_message(self.Clicked(COLUMN_SORTS[column.name]))
                return
            x -= column.width + 1
