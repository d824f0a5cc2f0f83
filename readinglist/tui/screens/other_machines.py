"""What other machines and programs did: sync, conflicts, a changed file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.text import plural
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting

if TYPE_CHECKING:
    from readinglist.config import Config
    from readinglist.services.library import Library


class OtherMachines(Acting):
    """Brings in what was done elsewhere, and settles what does not agree."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__(library, config)
        self._version = library.version()
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

    def action_bring_back(self) -> None:
        """Make the edits again that git took out of the library file."""
        self._after(self._library.bring_back(), "Brought back: ")

    def _after_taking_in(self) -> None:
        """Look anew at what is known of all papers."""
        raise NotImplementedError

    def _look_for_changes(self) -> None:
        """Bring in what git or another readinglist did."""
        try:
            came_in = self._library.take_in()
        except ReadingListError as error:
            self._tell_save_failed(str(error))
            return
        if came_in.put_back:
            self._tell(f"git had missed {plural(came_in.put_back, 'edit')}: put back.")
        if came_in.withdrawn:
            self._tell(
                f"git took {plural(came_in.withdrawn, 'edit')} of this machine out of the "
                "library. B brings them back.",
                "warning",
            )
        version = self._library.version()
        if came_in or version != self._version:
            self._version = version
            self._reload()
            self._count_soon()
        if came_in:
            self._after_taking_in()
        if came_in or self._index_failed:
            self._index_ahead()
        if not self._library.is_saved():
            self._save_soon()
