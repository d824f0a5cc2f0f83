"""Syncing from within the app: what is done, and what came of it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.services.syncing import set_up, state_of, sync
from readinglist.tui.dialog_keys import SYNC
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from readinglist.services.library import Library

_NO_REPOSITORY = "The library is in no git repository yet.\n\nEnter makes its folder one."
_NO_DRIVER = (
    "This clone of the repository can't merge libraries yet.\n\n"
    "Enter lets git merge and show them with readinglist, in this clone."
)


class SyncLibrary(Dialog[bool]):
    """Commits, pulls and pushes, and tells of it; True once it has begun."""

    KEYS = SYNC
    BINDINGS = bindings(SYNC)

    @dataclass
    class Said(Message):
        """What is being done, or, at the end, what was."""

        text: str
        is_end: bool = False

    def __init__(self, library: Library, most_loose: int) -> None:
        super().__init__()
        self._library = library
        self._most_loose = most_loose
        self._asks = False
        self._ended = True

    def compose(self) -> ComposeResult:
        """Show what is going on."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Sync"
            yield Static("", markup=False, id="sync-report")

    def on_mount(self) -> None:
        """Begin, or ask whether to install what is missing."""
        try:
            missing = state_of(self._library)
        except ReadingListError as error:
            self._show(str(error))
            return
        if missing is None:
            self._start(install=False)
        else:
            self._asks = True
            self._show(_NO_REPOSITORY if missing == "repository" else _NO_DRIVER)

    def _start(self, install: bool) -> None:
        self._asks = self._ended = False
        self._show("Saving…")
        self._sync(install)

    @work(thread=True, group="sync")
    def _sync(self, install: bool) -> None:
        """Sync in a thread, over a connection of its own."""

        def tell(what: str) -> None:
            self.post_message(self.Said(f"{what}…"))

        try:
            with closing(self._library.sibling()) as library:
                lines = set_up(library).done if install else []
                report = sync(library, most_loose=self._most_loose, progress=tell)
            text = "\n".join([*lines, *report.lines(settle="C")])
        except ReadingListError as error:
            text = str(error)
        self.post_message(self.Said(text, is_end=True))

    def on_sync_library_said(self, message: Said) -> None:
        """Show it."""
        self._ended = message.is_end
        self._show(message.text)

    def _show(self, text: str) -> None:
        self.query_one("#sync-report", Static).update(
            Text("\n".join(printable(line) for line in text.split("\n")))
        )
        keys = "{syncing.go} do it · {syncing.close} back" if self._asks else "{syncing.close} back"
        self.query_one(".dialog").border_subtitle = self.edge(keys) if self._ended else ""

    def action_go(self) -> None:
        """Install what is missing and sync; or go back at the end."""
        if self._asks:
            self._start(install=True)
        elif self._ended:
            self.dismiss(True)

    def action_close(self) -> None:
        """Go back; what was begun goes on."""
        self.dismiss(True)
