"""What takes its time: done in a thread, shown from one second on, and it can be stopped."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ProgressBar, Static

from readinglist.errors import ReadingListError, StoppedError
from readinglist.tui.dialog_keys import WORKING
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from readinglist.services.library import Library

_SHOWN_AFTER = 1.0
"""Seconds of patience that everybody has."""


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended."""

    result: object = None
    error: ReadingListError | None = None


class Working(Dialog[Done]):
    """Does something to a library in a thread; keys wait."""

    KEYS = WORKING
    BINDINGS = bindings(WORKING)

    @dataclass
    class Progressed(Message):
        """So much is done, of so much."""

        done: int
        of: int

    def __init__(self, what: str, library: Library, act: Callable[[Library], object]) -> None:
        """Prepare to act.

        Args:
            what: what is done, in the user's words.
            library: to what.
            act: does it, in a thread, to the library opened once more.
        """
        super().__init__()
        self._what = what
        self._library = library
        self._act = act
        self._is_stopped = False

    def compose(self) -> ComposeResult:
        """Show nothing for a moment."""
        with Vertical(classes="dialog hidden") as dialog:
            dialog.border_subtitle = self.edge("{working.stop} stop")
            yield Static(self._what, markup=False)
            yield ProgressBar(show_eta=False)

    def on_mount(self) -> None:
        """Begin."""
        self.set_timer(_SHOWN_AFTER, self._appear)
        self._run()

    def _appear(self) -> None:
        self.query_one(".dialog").remove_class("hidden")

    @work(thread=True)
    def _run(self) -> None:
        try:
            with closing(self._library.sibling()) as library:
                library.on_progress = self._report
                done = Done(self._act(library))
        except ReadingListError as error:
            done = Done(error=error)
        self.app.call_from_thread(self.dismiss, done)

    def _report(self, done: int, of: int) -> None:
        if self._is_stopped:
            raise StoppedError("Stopped: nothing was changed.")
        self.post_message(self.Progressed(done, of))

    def on_working_progressed(self, message: Progressed) -> None:
        """Show how far it is."""
        self.query_one(ProgressBar).update(total=message.of, progress=message.done)

    def action_stop(self) -> None:
        """Stop at the next occasion; what was done so far is taken back."""
        self._is_stopped = True
