"""What a note will look like: lines that were rendered elsewhere, scrolled to where one writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from readinglist.tui.widgets.part_styles import NOTE_LOOKS, PartStyles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.segment import Segment


class NotePreview(ScrollView, can_focus=False):
    """Rendered lines."""

    def __init__(self) -> None:
        super().__init__(id="note-preview")
        self.parts = PartStyles(self, NOTE_LOOKS)
        self._strips: list[Strip] = []

    @property
    def line_width(self) -> int:
        """The cells that a line has, with room left for a scrollbar."""
        return max(1, self.size.width - 2)

    def show(self, lines: Iterable[list[Segment]]) -> None:
        """Show lines that are rendered for `line_width`."""
        self._strips = [Strip(line) for line in lines]
        self.virtual_size = Size(self.line_width, len(self._strips))
        self.refresh()

    def follow(self, part: float) -> None:
        """Bring into the middle what stands behind a part, 0 to 1, of all lines."""
        height = self.scrollable_content_region.height
        target = round(part * len(self._strips)) - height // 2
        self.scroll_to(y=max(0, target), animate=False)

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        self.parts.forget()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        place = self.scroll_offset.y + y
        strip = self._strips[place] if place < len(self._strips) else Strip([])
        width = self.scrollable_content_region.width
        return strip.apply_style(self.rich_style).adjust_cell_length(width, self.rich_style)
