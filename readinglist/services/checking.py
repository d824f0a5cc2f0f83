"""Is a library file sound?"""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.config import state_folder
from readinglist.errors import LibraryError
from readinglist.services.repository import is_unprepared, setting_up
from readinglist.storage import document
from readinglist.storage.inspection import survey
from readinglist.storage.kept_here import look_at

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sound library file holds."""

    papers: int
    changes: int
    """Rows of the journal."""
    warnings: tuple[str, ...]
    """What is odd but does no harm, one sentence each."""


def check_library(path: Path) -> Verdict:
    """Read all of the library file at `path` without touching it.

    Raises:
        LibraryError: it is missing, or not sound.
    """
    if document.fingerprint(path) is None:
        raise LibraryError(f"There is no library {path}.", _what_is_here(path))
    papers, changes, warnings = survey(path)
    if is_unprepared(path):
        warnings += (f"This clone can't merge libraries yet: say {setting_up(path)}, once.",)
    return Verdict(papers, changes, warnings)


def _what_is_here(path: Path) -> str:
    """Return what to do about a library file that is missing: this machine may still have it."""
    kept = look_at(path.parent.resolve() / path.name, state_folder())
    if kept is None:
        return "Name a file with --library."
    names = f"{shlex.quote(str(kept.database))} -o {shlex.quote(str(path))}"
    return f"This machine still has it: readinglist salvage {names} brings it back."


def lacks_edits(path: Path) -> bool:
    """Return whether this machine has edits that the library file at `path` lacks."""
    with suppress(LibraryError):  # what is wrong with a working copy says nothing of the file
        kept = look_at(path.parent.resolve() / path.name, state_folder())
        return bool(kept and kept.is_sound and kept.has_more)
    return False
