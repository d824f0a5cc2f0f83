"""Saving what can be read of a damaged library into a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.config import state_folder
from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.document import DocumentChangedError
from readinglist.storage.inspection import survey
from readinglist.storage.kept_here import kept_here
from readinglist.storage.salvaging import Salvage, read_damaged
from readinglist.storage.tables import OF_PAPERS, PRIMARY_KEYS, write_differences

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.storage.kept_here import Kept


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What became of a damaged library."""

    papers: int
    changes: int
    """Rows of the journal."""
    from_here: int
    """How many rows this machine's working copy had, and the file had not, or not so."""
    mended: tuple[str, ...]
    """What could not be read of papers that could: `the note of vaswani2017attention`."""
    lost: tuple[str, ...]
    """The citation keys of papers that are missing, as far as the journal knows them."""
    rows: int
    """How many rows could not be read."""
    pages: tuple[int, ...]
    """The pages of the file on which there is something that could not be read."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is known to be missing."""
        return not (self.mended or self.lost or self.pages)


def readable(path: Path, state: Path | None = None) -> Salvaged:
    """Return what `salvage` would save of the file at `path`, and write nothing.

    Raises:
        LibraryError: there is no such file, or nothing of a library in it.
    """
    return _told(_found(path, state or state_folder()))


def salvage(path: Path, new: Path, state: Path | None = None) -> Salvaged:
    """Write all that can be read of the library file at `path` to a new one.

    What this machine's working copy has of the library is used for what the file has no more, and
    for edits that were not saved yet. The file itself is left as it is.

    Args:
        path: a file that is, or was, a library.
        new: the library file to write.
        state: where this machine's working copies are; the usual folder if not given.

    Raises:
        LibraryError: there is nothing to save, `new` is there already, or can't be written.
    """
    if document.fingerprint(new) is not None:
        raise LibraryError(f"{new} is there already.", "Name a file that is not.")
    found = _found(path, state or state_folder())
    try:
        with document.replacing(new, None) as draft:
            for table in PRIMARY_KEYS:
                write_differences(draft.connection, table, found.salvage.tables[table], {})
    except DocumentChangedError as error:
        raise LibraryError(f"{new} came to be meanwhile.", "Name a file that is not there.") from (
            error
        )
    survey(new)
    return _told(found)


@dataclass(slots=True)
class _Found:
    salvage: Salvage
    from_here: int = 0


def _found(path: Path, state: Path) -> _Found:
    if document.fingerprint(path) is None:
        raise LibraryError(f"There is no library {path}.", "Name a file with --library.")
    found = _Found(read_damaged(path))
    kept = kept_here(path, state)
    if kept:
        _complete(found, kept)
    if not any(found.salvage.tables[table] for table in ("paper", "journal")):
        raise LibraryError(
            f"Nothing of a library can be read in {path}.",
            "Bring back an earlier version, e.g. from git.",
        )
    return found


def _complete(found: _Found, kept: Kept) -> None:
    """Add what the working copy has; where that is newer, or the file is damaged, it goes before.

    The file may also be newer: a pull may have brought it.
    """
    salvage = found.salvage
    better = kept.unsaved | salvage.mended.keys()
    for table, rows in kept.tables.items():
        here = salvage.tables[table]
        if table in OF_PAPERS:
            here = {key: row for key, row in here.items() if key[0] not in better}
        mine = rows if kept.is_current else {**rows, **here}
        known = salvage.tables[table]
        found.from_here += sum(known.get(key) != row for key, row in mine.items())
        salvage.tables[table] = mine
    for (paper,) in kept.tables["paper"]:
        salvage.mended.pop(paper, None)
    if kept.is_current:  # it had all of the file when that was sound
        salvage.unreadable.clear()


def _told(found: _Found) -> Salvaged:
    salvage = found.salvage
    papers = salvage.tables["paper"]
    return Salvaged(
        len(papers),
        len(salvage.tables["journal"]),
        found.from_here,
        tuple(
            f"the {name.replace('_', ' ')} of {papers[(paper,)][1]}"
            for paper, names in salvage.mended.items()
            for name in names
        ),
        tuple(salvage.lost()),
        sum(salvage.unreadable.values()),
        tuple(sorted(salvage.unreadable)),
    )
