"""The note of a paper, to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import TextArea

from readinglist.domain.text import printable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class NoteEditor(ModalScreen[str]):
    """Edits a note in Markdown; leaving it keeps what was written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+s", "save", "Save and close", priority=True)
    ]
    """The way out."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self._title = title
        self._note = note

    def compose(self) -> ComposeResult:
        """Show the note, the cursor at its end."""
        with Vertical(classes="dialog wide") as dialog:
            # Titles are text: a border's title would read [brackets] as markup.
            dialog.border_title = f"Note: {printable(self._title)}".replace("[", r"\[")
            dialog.border_subtitle = "Markdown · Esc saves and closes"
            yield TextArea(
                self._note, soft_wrap=True, show_line_numbers=False, tab_behavior="indent"
            )

    def on_mount(self) -> None:
        """Begin where the note ends."""
        area = self.query_one(TextArea)
        area.cursor_blink = self.app.animation_level != "none"
        area.move_cursor(area.document.end)

    def action_save(self) -> None:
        """Give back what was written."""
        self.dismiss(self.query_one(TextArea).text)
