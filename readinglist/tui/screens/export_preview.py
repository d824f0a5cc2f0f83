"""What an export will write, and where."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Static, TextArea

from readinglist.domain.text import plural, printable, printable_block
from readinglist.errors import ReadingListError
from readinglist.tui.dialog_keys import LINE
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.text_line import PathLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from readinglist.services.exporting import Exported


_SHOWN = 200_000
"""So many letters are shown of what will be written."""


class ExportPreview(Dialog[str | None]):
    """Shows the text to be written and asks for its file; None if one would rather not."""

    KEYS = LINE
    BINDINGS = bindings(LINE)
    """The way back."""

    def __init__(
        self, exported: Exported, path: str, lost_by_export: Callable[[Path], str]
    ) -> None:
        """Prepare to ask.

        Args:
            exported: what is to be written.
            path: the file to begin with.
            lost_by_export: what would be lost of a file, see `Library.lost_by_export`.
        """
        super().__init__()
        self._warnings = exported.warnings
        self._text = exported.text
        self._count = len(exported.papers)
        self._path = path
        self._lost_by_export = lost_by_export
        self._replacing = ""

    def compose(self) -> ComposeResult:
        """Show the text and its path."""
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = f"Export {plural(self._count, 'paper')}"
            dialog.border_subtitle = self.edge(
                "Enter write · Tab scroll the preview · {line.close} back"
            )
            yield PathLine(self._path, select_on_focus=False)
            yield Static("", id="export-hint", classes="hint", markup=False)
            if self._warnings:
                yield Static(
                    printable(self._warnings[0])
                    + (f" (and {len(self._warnings) - 1} more)" if self._warnings[1:] else ""),
                    id="export-warning",
                    classes="hint",
                    markup=False,
                )
            preview = TextArea(self._beginning(), read_only=True, soft_wrap=False)
            preview.can_focus = True
            yield preview

    def _beginning(self) -> str:
        """Return what is to be written, or as much of it as one may want to look at."""
        text = printable_block(self._text[:_SHOWN])
        return text if len(self._text) <= _SHOWN else f"{text.rpartition(chr(10))[0]}\n\n…"

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say where the file will be, and whether one is there."""
        self._replacing = ""
        self._hint(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give back the path; one that is taken only when asked twice."""
        path = event.value.strip()
        if not path:
            return
        file = Path(os.path.expanduser(path))
        if file.is_file() and self._replacing != path:
            self._ask(file, path)
        elif not file.is_dir():
            self.dismiss(path)

    def _ask(self, file: Path, path: str) -> None:
        """Say what is there already, and that Enter again replaces it, if it may."""
        try:
            lost = self._lost_by_export(file) or f"{file.name} is there already."
        except ReadingListError as error:
            self._tell(str(error))
            return
        self._replacing = path
        self._tell(f"{lost} Enter again replaces all that is in it.")

    def _tell(self, hint: str) -> None:
        self.query_one("#export-hint", Static).update(printable(hint))

    def _hint(self, value: str) -> None:
        path = Path(os.path.expanduser(value))
        hint = f"→ {path.absolute()}"
        if path.is_dir():
            hint += " (a folder: add a file's name)"
        elif path.exists():
            hint += " (will be replaced)"
        self._tell(hint)
