"""What `keystroke.py` compares with: a line to type in, and other rows at each letter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from rich.segment import Segment
from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.app import ComposeResult

_ROWS = 30


class Rows(ScrollView, can_focus=False):
    """Thirty rows, drawn line by line."""

    first = 0

    def on_mount(self) -> None:
        """Say how many there are."""
        self.virtual_size = Size(self.size.width, _ROWS)

    def show(self, first: int) -> None:
        """Show others."""
        self.first = first
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one."""
        width = self.scrollable_content_region.width
        number = self.first + y
        text = f"{number:6} {1990 + y}  The title of paper {number}, by Anonymous et al."
        return Strip([Segment(text)] if y < _ROWS else []).adjust_cell_length(width)


class BareApp(App[None]):
    """A line to type in, and the rows."""

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield Input(compact=True)
        yield Rows()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show rows that depend on nothing but the line."""
        self.query_one(Rows).show(crc32(event.value.encode()) % 100_000)


if __name__ == "__main__":
    BareApp().run()
