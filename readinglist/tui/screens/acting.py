"""What the actions on papers share: which papers, what is told, when it is saved."""

from __future__ import annotations

from contextlib import closing
from functools import wraps
from typing import TYPE_CHECKING, ClassVar, Concatenate, ParamSpec, TypeVar, cast

from textual import work

from readinglist.domain.text import plural
from readinglist.errors import NothingToUndoError, ReadingListError, StoppedError
from readinglist.tui.keymap import displayed
from readinglist.tui.presentation import BREAKPOINTS, WIDE, as_markup
from readinglist.tui.screens.leaving import Leaving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.timer import Timer

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.library import Library
    from readinglist.tui.keymap import Key

T = TypeVar("T")
A = TypeVar("A", bound="Acting")
P = ParamSpec("P")

_AT_ONCE = 200
"""So many papers are changed before anybody notices."""
_SAVE_AFTER = 0.4
"""Seconds from an edit to the writing of the library file."""


def editing(action: Callable[Concatenate[A, P], None]) -> Callable[Concatenate[A, P], None]:
    """Begin an action only where the library can be changed: nobody writes in vain."""

    @wraps(action)
    def checked(screen: A, /, *arguments: P.args, **named: P.kwargs) -> None:
        try:
            screen._library.check_may_edit()
        except ReadingListError as error:
            screen._tell_not_done(error)
        else:
            action(screen, *arguments, **named)

    return checked


class Acting(Leaving[None]):
    """A screen on which something can be done to papers."""

    KEYS: ClassVar[tuple[Key, ...]] = ()
    """What its keys do."""
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    """Where there is little room, what else stands side by side is one under the other."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__()
        self._library = library
        self._config = config
        self._save_timer: Timer | None = None
        self._save_failed = ""
        """Why the library file lacks edits, as it was told; empty where it lacks none."""
        # At once, so that the first screen is styled and laid out once.
        is_wide = self.app.size.width >= WIDE
        self.add_class("-wide" if is_wide else "-narrow")

    def _reload(self, keep: bool = True) -> None:
        """Show the papers as they are now; the cursor stays on its paper if `keep` says so."""
        raise NotImplementedError

    def _show_change(self, step: Step) -> None:
        """Show the papers as they are after a step."""
        self._reload()

    def _index_ahead(self) -> None:
        """Bring the search index up to date, in a thread, before a search asks for it."""
        raise NotImplementedError

    def _go_to(self, paper: int) -> None:
        """Show the papers as they are now, the cursor on one of them."""
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

    def _screenful(self) -> int:
        """Return how many papers are in view; what happens to more is shown before it is done."""
        return 1

    def _do(
        self, what: str, size: int, act: Callable[[Library], T], then: Callable[[T], object]
    ) -> None:
        """Do something to the library: at once, or, if it is large, in a thread.

        Args:
            what: what it is, in the user's words.
            size: to how many papers.
            act: does it.
            then: is called with what `act` returned, when it is done.
        """
        if size <= _AT_ONCE:
            try:
                result = act(self._library)
            except ReadingListError as error:
                self._tell_not_done(error)
            else:
                then(result)
            return
        from readinglist.tui.screens.working import Done, Working

        def finish(done: Done | None) -> None:
            if done and done.error:
                self._tell_not_done(done.error)
            elif done:
                then(cast("T", done.result))

        self.app.push_screen(Working(what, self._library, act), finish)

    def _tell_not_done(self, error: ReadingListError) -> None:
        is_fault = not isinstance(error, NothingToUndoError | StoppedError)
        self._tell(str(error), "error" if is_fault else "information")

    def _after(self, step: Step, done: str = "", offer: str = "undo") -> None:
        """Show what a step did, tell it where it is not plain to see, and have it saved.

        Args:
            step: what was done.
            done: how: "Undone: ".
            offer: the action that turns it back.
        """
        if len(step.papers) > 1 or done:
            self._tell(f"{done}{step.summary}", offer=offer if step.papers else "")
        if step.left_out:
            self._tell(f"{plural(step.left_out, 'change')} left out: changed since.", "warning")
        self._show_change(step)
        self._save_soon()

    def _count_soon(self) -> None:
        """Count anew what many papers together give, once no more of them change."""

    def _save_soon(self) -> None:
        self._count_soon()
        if self._save_timer:
            self._save_timer.stop()
        self._save_timer = self.set_timer(_SAVE_AFTER, self._save)

    @work(thread=True, group="save")
    def _save(self) -> None:
        """Write the library file in a thread, over a connection of its own."""
        try:
            with closing(self._library.sibling()) as library:
                is_saved = library.save()
        except ReadingListError as error:
            self.app.call_from_thread(self._tell_save_failed, str(error))
        else:
            if is_saved:
                self.app.call_from_thread(self._tell_saved)

    def _tell_save_failed(self, error: str) -> None:
        if error != self._save_failed:
            self._save_failed = error
            self._tell(error, "error")

    def _tell_saved(self) -> None:
        """Say that it is over, where it was told that edits wait."""
        if self._save_failed:
            self._save_failed = ""
            self._tell("The library file has all edits again.")

    def _key_of(self, id_: str) -> str:
        """Return the first key of an action of this screen, as people write it."""
        key = next(key for key in self.KEYS if key.id == id_)
        return displayed(self._config.keys.get(id_, key.keys)).split()[0]

    def _tell(
        self,
        text: str,
        severity: str = "information",
        offer: str = "",
        seconds: float | None = None,
    ) -> None:
        """Tell something for a moment.

        Args:
            text: what.
            severity: information, warning or error.
            offer: an action of this screen that a click there does; its key is shown.
            seconds: for how long, if not as usual.
        """
        shown = as_markup(text)
        key = next((key for key in self.KEYS if key.action == offer), None)
        if key:
            keys = as_markup(self._key_of(key.id))
            shown += f"  [@click=screen.{offer}][b]{keys}[/b] {key.label.lower()}[/]"
        self.notify(
            shown,
            severity=severity,  # type: ignore[arg-type]  # one of Textual's three words
            timeout=seconds,
        )
