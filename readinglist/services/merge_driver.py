"""Library files merged by git: what `merge.readinglist.driver` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.document import DocumentChangedError, open_inspected
from readinglist.storage.merging import merge
from readinglist.storage.tables import (
    PRIMARY_KEYS,
    Table,
    Tables,
    empty,
    read_table,
    read_tables,
    write_differences,
)
from readinglist.storage.working_copy import check_received

if TYPE_CHECKING:
    from pathlib import Path


def merge_files(base: Path, mine: Path, theirs: Path) -> int:
    """Put what came of three versions in the place of `mine`; return the number of conflicts.

    `mine` is replaced whole, by a file that was read back, or stays as it is.

    Args:
        base: the last common version; an empty file where there is none.
        mine: a side.
        theirs: the other side.

    Raises:
        LibraryError: a version is no sound library, or one of a newer readinglist.
    """
    before = document.fingerprint(mine)
    versions = (read_version(base, may_be_empty=True), read_version(mine), read_version(theirs))
    for side in versions[1:]:  # rows that are the same in all stay, and are not looked at
        check_received(side, known=versions[0])
        check_received(versions[0], known=side)
    merged = merge(*versions)
    try:
        with document.replacing(mine, before) as draft:
            for table in PRIMARY_KEYS:
                write_differences(draft.connection, table, merged.tables[table], versions[1][table])
            if read_tables(draft.connection) != merged.tables:
                raise LibraryError(f"{mine} could not be merged: it reads back otherwise.")
    except DocumentChangedError as error:
        raise LibraryError(f"{mine} changed while it was merged.", "Try again.") from error
    return len(merged.conflicts)


def read_journal(path: Path) -> Table:
    """Return the rows of a library file's journal, after a short inspection.

    Raises:
        LibraryError: it is no library.
    """
    with open_inspected(path, thorough=False) as connection:
        return read_table(connection, "journal")


def read_version(path: Path, may_be_empty: bool = False) -> Tables:
    """Return the rows of a library file, after inspecting it.

    Raises:
        LibraryError: it is no sound library.
    """
    if may_be_empty and not path.stat().st_size:
        return empty()
    with open_inspected(path) as connection:
        return read_tables(connection)
