"""What `moving.py` compares with: 100,000 rows with a cursor, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_ROWS = 100_000
_CURSOR = Style(reverse=True)


class Rows(ScrollView, can_focus=True):
    """Rows, drawn line by line."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "move(1)", ""), ("k", "move(-1)", "")]
    cursor = 0

    def on_mount(self) -> None:
        """Say how many there are."""
        self.virtual_size = Size(self.size.width, _ROWS)

    def action_move(self, by: int) -> None:
        """Move the cursor, and redraw two lines."""
        self.refresh_line(self.cursor)
        self.cursor += by
        self.refresh_line(self.cursor)

    def render_line(self, y: int) -> Strip:
        """Draw one."""
        width = self.scrollable_content_region.width
        number = self.scroll_offset.y + y
        text = f"{number:6}  The title of paper {number}, by Anonymous et al."
        style = _CURSOR if number == self.cursor else None
        return Strip([Segment(text.ljust(width), style)]).crop(0, width)


class BareApp(App[None]):
    """The rows."""

    def compose(self) -> ComposeResult:
        """Show them."""
        yield Rows()


if __name__ == "__main__":
    BareApp().run()
