"""A block of lines to write in."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widgets import TextArea


class TextBlock(TextArea):
    """A text of any number of lines."""

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Scroll to the cursor, if that is in the text.

        Undo shortens the text before it moves the cursor; where the scroll bar goes with that,
        Textual looks for the cursor at once.
        """
        if max(self.selection)[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)
