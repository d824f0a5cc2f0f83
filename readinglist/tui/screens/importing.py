"""Importing files from within the app."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, ProgressBar, Static

from readinglist.domain.text import is_harmless, printable
from readinglist.errors import ReadingListError
from readinglist.tui.dialog_keys import IMPORT
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.text_line import PathLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from readinglist.services.importing import ImportReport
    from readinglist.services.library import Library


_KEYS = "Enter import · {importing.complete} complete · {importing.close} back"
_KEYS_TO_TAKE = (
    "{importing.take} take what the file says · {importing.page_down} more · {importing.close} back"
)


class ImportFiles(Dialog[bool]):
    """Asks for files, imports them and says what came of it; True if anything changed."""

    KEYS = IMPORT
    BINDINGS = bindings(IMPORT)

    @dataclass
    class Progress(Message):
        """So many entries of a file are done."""

        done: int
        of: int

        def can_replace(self, message: Message) -> bool:
            """Let a newer one stand for all before it."""
            return isinstance(message, ImportFiles.Progress)

    @dataclass
    class Done(Message):
        """All files are imported, or the library could not be written."""

        report: ImportReport | None
        error: str = ""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._changed = False
        self._differing: list[str] = []

    def compose(self) -> ComposeResult:
        """Ask for the files."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Import"
            dialog.border_subtitle = self.edge(_KEYS)
            yield PathLine(
                placeholder="A listing page, a .bib file, or several: ~/pages/*.txt",
                suggester=PathSuggester(),
            )
            yield ProgressBar(show_eta=False, classes="hidden")
            with VerticalScroll(can_focus=False):
                yield Static("", classes="hint", markup=False, id="import-report")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Import what was named."""
        pattern = os.path.expanduser(event.value.strip())
        if pattern:
            self._start(sorted(glob.glob(pattern)) or [pattern])

    def action_page(self, pages: int) -> None:
        """Scroll the report."""
        scrolled = self.query_one(VerticalScroll)
        (scrolled.scroll_page_down if pages > 0 else scrolled.scroll_page_up)(animate=False)

    def action_take(self) -> None:
        """Import again what differed, and take what it says."""
        if self._differing:
            self._start(self._differing, update=True)

    def _start(self, files: list[str], update: bool = False) -> None:
        self._differing = []
        self.query_one(ProgressBar).remove_class("hidden")
        self._import(files, update)

    @work(thread=True, exclusive=True, group="import")
    def _import(self, files: list[str], update: bool) -> None:
        """Import in a thread, over a connection of its own."""
        library = self._library.sibling()
        try:
            report = library.import_files(files, progress=self._tell_progress, update=update)
            library.save()
            self.post_message(self.Done(report))
        except ReadingListError as error:
            self.post_message(self.Done(None, str(error)))
        finally:
            library.close()

    def _tell_progress(self, _name: str, done: int, of: int) -> None:
        self.post_message(self.Progress(done, of))

    def on_import_files_progress(self, message: Progress) -> None:
        """Move the bar."""
        self.query_one(ProgressBar).update(total=message.of, progress=message.done)

    def on_import_files_done(self, message: Done) -> None:
        """Say what came of it."""
        lines = [message.error] if message.error else []
        if message.report:
            report = message.report
            self._changed |= bool(report.added or report.completed)
            if not all(file.failed for file in report.files):
                counts = f"{report.added} added, {report.completed} completed, "
                lines.append(f"{counts}{report.unchanged} unchanged")
            self._differing = [file.file for file in report.files if file.offers]
            for file in report.files:
                lines += [*file.problems, *file.assumptions, *file.offers]
        keys = _KEYS_TO_TAKE if self._differing else _KEYS
        self.query_one(".dialog").border_subtitle = self.edge(keys)
        self.query_one("#import-report", Static).update(
            Text("\n".join(printable(line) for line in lines))
        )
        self.query_one(ProgressBar).add_class("hidden")

    def action_complete(self) -> None:
        """Take the completion of the path that is shown."""
        self.query_one(Input).action_cursor_right()

    def action_close(self) -> None:
        """Go back; what is being imported goes on."""
        self.dismiss(self._changed)


class PathSuggester(Suggester):
    """Completes the path of a file."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` completed to the first file or folder that begins so.

        A folder has its slash, so that the next completion goes on within it.
        """
        if not value:
            return None
        folder, start = os.path.split(value)
        if start and os.path.isdir(os.path.expanduser(value)):
            return f"{value}/"
        try:
            names = sorted(filter(is_harmless, os.listdir(os.path.expanduser(folder) or ".")))
        except OSError:
            return None
        longer = (name for name in names if name.startswith(start) and name != start)
        full = next((name for name in longer if start or name[0] != "."), None)
        if full is None:
            return None
        path = value.removesuffix(start) + full
        return f"{path}/" if os.path.isdir(os.path.expanduser(path)) else path
