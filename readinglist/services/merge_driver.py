"""Library files merged by git: what `merge.readinglist.driver` runs."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING

from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.differences import (
    attach,
    differing_papers,
    entangled,
    excerpt,
    names_another,
    new_rows_of_journal,
)
from readinglist.storage.document import DocumentChangedError, open_inspected
from readinglist.storage.journal import change_from_row
from readinglist.storage.merging import merge
from readinglist.storage.received import check_received
from readinglist.storage.tables import (
    PRIMARY_KEYS,
    Table,
    Tables,
    empty,
    read_table,
    read_tables,
    write_differences,
)

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.domain.change import Change


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
    with ExitStack() as stack:
        versions = [
            stack.enter_context(open_inspected(path))
            for path in (base, mine, theirs)
            if path != base or not _is_empty(base)
        ]
        attach(versions[-1], versions[-2])
        papers = entangled(versions, differing_papers(versions[-1]))
        found = [excerpt(version, papers) for version in versions]
        old, one, other = [empty(), *found][-3:]
        for side in (one, other):  # rows that are the same in all stay, and are not looked at
            check_received(side, known=old)
            check_received(old, known=side)
        merged = merge(old, one, other, is_taken=names_another(versions, papers))
    try:
        with document.replacing(mine, before) as draft:
            for table in PRIMARY_KEYS:
                write_differences(draft.connection, table, merged.tables[table], one[table])
            if excerpt(draft.connection, papers) != merged.tables:
                raise LibraryError(f"{mine} could not be merged: it reads back otherwise.")
    except DocumentChangedError as error:
        raise LibraryError(f"{mine} changed while it was merged.", "Try again.") from error
    return len(merged.conflicts)


def check_version(path: Path) -> None:
    """Look whether a library file can be read to the end.

    Raises:
        LibraryError: it is no sound library.
    """
    with open_inspected(path) as connection:
        for table in PRIMARY_KEYS:
            deque(connection.execute(f"SELECT * FROM {table}"), maxlen=0)


def changes_since(path: Path, before: Path) -> list[Change]:
    """Return the changes in the journal of a library file that an earlier version hasn't, in order.

    Raises:
        LibraryError: it is no library.
    """
    with ExitStack() as stack:
        try:
            earlier = None if _is_empty(before) else stack.enter_context(open_inspected(before))
        except LibraryError:  # what was there is no library: all is new
            earlier = None
        version = stack.enter_context(open_inspected(path))
        if earlier:
            attach(version, earlier)
            rows = new_rows_of_journal(version)
        else:
            rows = list(read_table(version, "journal").values())
    return [change_from_row(row) for row in rows]


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
    if may_be_empty and _is_empty(path):
        return empty()
    with open_inspected(path) as connection:
        return read_tables(connection)


def _is_empty(path: Path) -> bool:
    return not path.stat().st_size
