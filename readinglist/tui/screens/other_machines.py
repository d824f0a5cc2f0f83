"""What other machines and programs did: sync, conflicts, a changed file."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message

from readinglist.domain.text import plural
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting, editing

if TYPE_CHECKING:
    from readinglist.config import Config
    from readinglist.services.changing import Step
    from readinglist.services.library import Library


class OtherMachines(Acting):
    """Brings in what was done elsewhere, and settles what does not agree."""

    @dataclass
    class CameIn(Message):
        """The library file was looked at."""

        is_other: bool = False
        """Whether anything is other than before."""
        put_back: int = 0
        """How many edits git had missed."""
        error: str = ""
        """Why it can't be used."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__(library, config)
        self._version = library.version()
        self._is_taking_in = False
        self._withdrawn = len(library.withdrawn())
        """How many edits git has taken out, as far as that was told."""
        self._is_read_only = False
        """Whether the library can only be read, as far as that was told."""
        self._index_failed = ""
        """Why the index is not up to date, as it was told."""

    def action_sync(self) -> None:
        """Commit, pull and push."""
        from readinglist.tui.screens.syncing import SyncLibrary

        dialog = SyncLibrary(self._library, self._config.sync.most_loose * 2**20)
        self.app.push_screen(dialog, lambda _: self._look_for_changes())

    def action_conflicts(self) -> None:
        """Settle values that two machines set."""
        from readinglist.tui.screens.conflicts import Conflicts

        self.app.push_screen(Conflicts(self._library), lambda _: self._after_settling())

    def _after_settling(self) -> None:
        self._reload()
        self._save_soon()

    @editing
    def action_bring_back(self) -> None:
        """Make the edits again that git took out of the library file."""

        def brought_back(step: Step) -> None:
            self._withdrawn = step.waiting
            if step.papers or not step.waiting:
                self._after(step, "Brought back: ")
            if step.waiting:
                self._tell(
                    f"{plural(step.waiting, 'edit')} left out: the paper is not in the library. "
                    "Import or add it, then B makes them.",
                    "warning",
                )

        self._do(
            "Bring back …", self._withdrawn, lambda library: library.bring_back(), brought_back
        )

    def _tell_withdrawn(self) -> None:
        before, self._withdrawn = self._withdrawn, len(self._library.withdrawn())
        if self._withdrawn > before:
            self._tell(
                f"The library file no longer has {plural(self._withdrawn - before, 'edit')} of "
                "this machine. B brings them back.",
                "warning",
            )

    def _tell_read_only(self) -> None:
        """Say so once, when the file turns out to be one that this readinglist can't write."""
        before, self._is_read_only = self._is_read_only, self._library.is_read_only
        if self._is_read_only and not before:
            told = "A newer readinglist wrote this library: you can read it here, not change it."
            self._tell(told, "warning", seconds=10)

    def _shows_changes(self) -> bool:
        """Return whether what this app does in the background is being shown bit by bit."""
        return False

    def _after_taking_in(self) -> None:
        """Look anew at what is known of all papers."""
        raise NotImplementedError

    def _look_for_changes(self) -> None:
        """Bring in what git or another readinglist did: in a thread, for it may take seconds."""
        self._library.check_place()  # else that is the end of the app: it saves, and says why
        try:
            is_current = self._library.is_current()
        except ReadingListError as error:
            self._tell_save_failed(str(error))
            return
        self._tell_read_only()
        if is_current:
            self._show_what_came()
        elif not self._is_taking_in:
            self._is_taking_in = True
            self._take_in()

    @work(thread=True, group="take in")
    def _take_in(self) -> None:
        try:
            with closing(self._library.sibling()) as library:
                came_in = library.came_in
            held_up = str(came_in.held_up or "")
            self.post_message(self.CameIn(bool(came_in), came_in.put_back, held_up))
        except ReadingListError as error:
            self.post_message(self.CameIn(error=str(error)))

    def on_other_machines_came_in(self, message: CameIn) -> None:
        """Show what was brought in."""
        self._is_taking_in = False
        if message.error:
            self._tell_save_failed(message.error)
        else:
            self._show_what_came(message.is_other, message.put_back)

    def _show_what_came(self, is_other: bool = False, put_back: int = 0) -> None:
        if put_back:
            self._tell(f"git had missed {plural(put_back, 'edit')}: put back.")
        # A thread of this app may have been the one to take it in, so look at what there is now.
        version = self._library.version()
        is_other = is_other or (version != self._version and not self._shows_changes())
        if is_other:
            self._version = version
            self._tell_withdrawn()
            self._reload()
            self._count_soon()
            self._after_taking_in()
        if is_other or self._index_failed:
            self._index_ahead()
        if not self._library.is_saved():
            self._save_soon()
        else:
            self._tell_saved()
