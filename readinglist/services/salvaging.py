"""Saving what can be read of a damaged library into a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from readinglist.config import state_folder
from readinglist.errors import LibraryError, UnfinishedError
from readinglist.storage import document
from readinglist.storage.document import DocumentChangedError
from readinglist.storage.inspection import survey
from readinglist.storage.journal import COLUMNS as JOURNAL_COLUMNS
from readinglist.storage.kept_here import kept_here
from readinglist.storage.salvaging import Salvage, read_damaged, taken_away
from readinglist.storage.tables import OF_PAPERS, PRIMARY_KEYS, write_differences

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.storage.kept_here import Kept
    from readinglist.storage.tables import Row, Tables

_PAPER = JOURNAL_COLUMNS.split(", ").index("paper")


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
    """The citation keys of papers that are missing, as far as the journal knows them; where rows
    of the journal could not be read, these may have been deleted."""
    rows: int
    """How many rows could not be read."""
    pages: tuple[int, ...]
    """The pages of the file on which there is something that could not be read."""
    cut_off: int
    """How many pages are missing at the end of the file."""
    of_pages: int
    """How many it had, as far as it tells."""
    strange: int
    """How many rows are of no table that we know."""
    too_long: int
    """How many rows had more values than we know of: those are left out, the rest is not."""
    unfinished: str
    """What another program has not brought into the file yet; empty if nothing."""
    working_copy: str
    """What is wrong with this machine's working copy of it; empty if nothing."""
    has_all_seen: bool
    """Whether all is there that this machine has seen of it: only what others wrote later, and was
    on the pages that can't be read, may be missing."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is known to be missing."""
        return not (
            self.mended
            or self.lost
            or self.pages
            or self.cut_off
            or self.strange
            or self.unfinished
            or self.working_copy
        )


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
    unfinished: str = ""
    kept: Kept | None = None


def _found(path: Path, state: Path) -> _Found:
    if document.fingerprint(path) is None:
        raise LibraryError(f"There is no library {path}.", "Name a file with --library.")
    # It may be the database of a working copy that was set aside: its last edits are in its log.
    is_of_here = path.resolve().is_relative_to(state.resolve())
    found = _Found(read_damaged(path, log=is_of_here))
    try:
        if not is_of_here:
            document.check_finished(path)
    except UnfinishedError as error:
        found.unfinished = f"{error} What is in it is not read."
    found.kept = kept_here(path, state)
    if found.kept:
        _complete(found, found.kept)
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
    unsaved = _unsaved(kept, salvage)
    ours = kept.tables if kept.is_current else _still_there(kept.tables, salvage, unsaved)
    better = unsaved | {paper for paper in salvage.mended if (paper,) in ours["paper"]}
    for table, rows in ours.items():
        known = salvage.tables[table]
        here = {} if kept.is_current else known
        if table in OF_PAPERS:
            here = {key: row for key, row in here.items() if key[0] not in better}
        mine = rows | here
        found.from_here += sum(known.get(key) != row for key, row in mine.items())
        salvage.tables[table] = mine
    for paper in [*salvage.mended]:
        if paper in better or kept.is_current:
            del salvage.mended[paper]
    if kept.is_current:  # it had all of the file when that was sound
        salvage.unreadable.clear()
        salvage.missing = 0


def _still_there(ours: Tables, salvage: Salvage, unsaved: frozenset[int]) -> Tables:
    """Return the rows of the working copy without those that were taken away elsewhere since."""
    gone = taken_away(salvage.tables["journal"] | ours["journal"])

    def is_gone(table: str, key: tuple[Any, ...], row: Row) -> bool:
        paper = row[1] if table == "key_alias" else key[0] if table in OF_PAPERS else None
        return paper not in unsaved and ((table, key) in gone or ("paper", (paper,)) in gone)

    return {
        table: {key: row for key, row in rows.items() if not is_gone(table, key, row)}
        for table, rows in ours.items()
    }


def _unsaved(kept: Kept, salvage: Salvage) -> frozenset[int]:
    """Return the papers that are newer in the working copy than in the file."""
    if not kept.problem:
        return kept.unsaved
    there = salvage.tables["journal"]
    return frozenset(row[_PAPER] for key, row in kept.tables["journal"].items() if key not in there)


def _told(found: _Found) -> Salvaged:
    salvage, kept = found.salvage, found.kept
    papers = salvage.tables["paper"]
    lost = tuple(salvage.lost())
    is_known = kept is not None and bool(kept.tables["journal"]) and not kept.problem
    return Salvaged(
        papers=len(papers),
        changes=len(salvage.tables["journal"]),
        from_here=found.from_here,
        mended=tuple(
            f"the {name.replace('_', ' ')} of {papers[(paper,)][1]}"
            for paper, names in salvage.mended.items()
            for name in names
        ),
        lost=lost,
        rows=sum(salvage.unreadable.values()),
        pages=tuple(sorted(salvage.unreadable)),
        cut_off=salvage.missing,
        of_pages=salvage.pages,
        strange=salvage.strange,
        too_long=salvage.too_long,
        unfinished=found.unfinished,
        working_copy=kept.problem if kept else "",
        has_all_seen=is_known and not (salvage.mended or lost or salvage.strange),
    )
