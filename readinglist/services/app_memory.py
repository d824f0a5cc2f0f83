"""What the app remembers of a library on this machine: where one was, and how it looked."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from readinglist.services.side_file import SideFile

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class AppState:
    """How a user left the app; what they never touched is None."""

    view: str | None = None
    """The name of the view."""
    sort: str | None = None
    paper: int | None = None
    """The paper under the cursor."""
    side_bar: bool | None = None
    """Whether the side bar is unfolded."""
    theme: str | None = None
    columns: list[str] | None = None
    starred: list[str] | None = None
    """The tags that have a place in the side bar."""
    counts: dict[str, int] | None = None
    """How many papers the views of the side bar had, until they are counted again."""


class AppMemory:
    """A file of this machine. It is a convenience: that it can't be kept is no error."""

    def __init__(self, file: Path, tour: Path) -> None:
        """Remember in files.

        Args:
            file: how the user left the app.
            tour: is there once the tour was shown, whatever the library.
        """
        self._file = SideFile(file)
        self._tour = tour

    def state(self) -> AppState:
        """Return what is remembered; nothing where the file is missing or damaged."""
        stored = self._file.value()
        if not isinstance(stored, dict):
            return AppState()
        hints = get_type_hints(AppState)
        known = {field.name: stored.get(field.name) for field in fields(AppState)}
        return AppState(**{name: v for name, v in known.items() if _fits(v, hints[name])})

    def keep(self, state: AppState) -> None:
        """Remember a state."""
        if state != self.state():
            self._file.keep(asdict(state))

    @property
    def had_tour(self) -> bool:
        """Whether the tour was shown on this machine."""
        return self._tour.exists()

    def note_tour(self) -> None:
        """Remember that the tour was shown."""
        with contextlib.suppress(OSError):
            self._tour.parent.mkdir(parents=True, exist_ok=True)
            self._tour.touch()


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(value, list):
        return list[str] in get_args(hint) and all(isinstance(one, str) for one in value)
    if isinstance(value, dict):  # JSON has no keys but texts
        return dict[str, int] in get_args(hint) and all(type(n) is int for n in value.values())
    # To Python, True is a number, too.
    return type(value) in get_args(hint)
