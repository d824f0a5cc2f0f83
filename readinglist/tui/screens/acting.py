"""What the actions on papers share: which papers, what is told, when it is saved."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.screen import Screen

from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.timer import Timer

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.library import Library
    from readinglist.tui.keymap import Key

_SAVE_AFTER = 0.4
"""Seconds from an edit to the writing of the library file."""


class Acting(Screen[None]):
    """A screen on which something can be done to papers."""

    KEYS: ClassVar[tuple[Key, ...]] = ()
    """What its keys do."""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as in Screen
        (0, "-narrow"),
        (110, "-wide"),
    ]
    """Below 110 columns what else stands side by side is one under the other."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__()
        self._library = library
        self._config = config
        self._save_timer: Timer | None = None
        self._save_failed = ""

    def _reload(self, keep: bool = True) -> None:
        """Show the papers as they are now; the cursor stays on its paper if `keep` says so."""
        raise NotImplementedError

    def _index_ahead(self) -> None:
        """Bring the search index up to date, in a thread, before a search asks for it."""
        raise NotImplementedError

    def _current(self) -> Paper | None:
        """Return the paper that one is at."""
        raise NotImplementedError

    def _targets(self) -> list[int]:
        """Return the papers with which something is to be done: here the one that one is at."""
        current = self._current()
        return [current.id] if current else []

    def _forget(self, papers: Iterable[int]) -> None:
        """Choose some papers no longer: they are gone."""

    def _after(self, step: Step, done: str = "") -> None:
        """Show what a step did, tell it where it is not plain to see, and have it saved."""
        if len(step.papers) > 1 or done:
            self._tell(f"{done}{step.summary}")
        if step.left_out:
            self._tell(f"{plural(step.left_out, 'change')} left out: changed since.", "warning")
        self._reload()
        self._save_soon()

    def _save_soon(self) -> None:
        if self._save_timer:
            self._save_timer.stop()
        self._save_timer = self.set_timer(_SAVE_AFTER, self._save)

    @work(thread=True, group="save")
    def _save(self) -> None:
        """Write the library file in a thread, over a connection of its own."""
        try:
            with closing(self._library.sibling()) as library:
                library.save()
            self._save_failed = ""
        except ReadingListError as error:
            self.app.call_from_thread(self._tell_save_failed, str(error))

    def _tell_save_failed(self, error: str) -> None:
        if error != self._save_failed:
            self._save_failed = error
            self._tell(error, "error")

    def _tell(self, text: str, severity: str = "information", seconds: float | None = None) -> None:
        self.notify(
            printable(text),
            severity=severity,  # type: ignore[arg-type]  # one of Textual's three words
            timeout=seconds,
            markup=False,
        )
