"""What can be read of a working copy that is damaged: the edits that were not saved yet.

damaged database -> `rescue`: rows, as they are, by SQLite, and page by page what SQLite can't read
                 -> `with_rescued`: those that can be -> merged
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import Change
from readinglist.errors import LibraryError
from readinglist.storage.journal import COLUMNS, change_from_row
from readinglist.storage.papers import COLUMNS as PAPER_COLUMNS
from readinglist.storage.papers import PaperStore
from readinglist.storage.received import received_paper
from readinglist.storage.salvaging import read_damaged
from readinglist.storage.tables import OF_PAPERS, read_table, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.storage.salvaging import Salvage
    from readinglist.storage.tables import Row, Table, Tables

_PAPER = COLUMNS.split(", ").index("paper")
_FROZEN = PAPER_COLUMNS.index("key_frozen")


@dataclass(slots=True)
class Rescued:
    """What was read; none of it is checked."""

    journal: list[Row] = field(default_factory=list)
    """The rows of the journal that were not in the library file, in order."""
    known: set[tuple[Any, ...]] | None = None
    """The keys of the rows that were in the library file; None where they can't be read."""
    papers: dict[int, list[tuple[str, Row]]] = field(default_factory=dict)
    """The rows of the papers of which these tell, each with the name of its table."""
    sources: list[Row] = field(default_factory=list)
    frozen: list[int] = field(default_factory=list)
    """The papers whose keys are known outside."""
    withdrawn: list[Change] = field(default_factory=list)
    """The edits that git had taken out of the library file."""
    is_whole: bool = True
    """Whether no edit was unreadable."""


def rescue(database: Path) -> Rescued:
    """Read what can be read of a database, in a copy: it stays as it is.

    Raises:
        OSError: it can't be copied.
    """
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        copy = Path(folder) / "copy.db"
        shutil.copyfile(database, copy)
        with suppress(FileNotFoundError):
            # The last edits are in its log.
            shutil.copyfile(f"{database}-wal", f"{copy}-wal")
        with closing(sqlite3.connect(copy)) as connection:
            rescued, saved, is_all = _read(connection)
    if not is_all:
        with suppress(LibraryError):
            _add(rescued, saved, read_damaged(database, log=True))
    return rescued


def _read(connection: sqlite3.Connection) -> tuple[Rescued, int | None, bool]:
    """Return what SQLite can read, the last row that was saved, and whether that is all."""
    rescued = Rescued()
    is_all = True
    meta = dict(_rows(connection, "SELECT name, value FROM meta", "name")[0])
    saved = meta.get("saved")
    since = saved if isinstance(saved, int) else 0
    journal, rescued.is_whole = _rows(
        connection, f"SELECT rowid, {COLUMNS} FROM journal WHERE rowid > {since}", "rowid"
    )
    rescued.journal = [row for _, *row in journal]
    earlier, are_all = _rows(
        connection, f"SELECT rowid, id, machine FROM journal WHERE rowid <= {since}", "rowid"
    )
    rescued.known = {(id_, machine) for _, id_, machine in earlier} if are_all else None
    for paper in {row[_PAPER] for row in rescued.journal}:
        try:
            rescued.papers[paper] = [
                (table, row)
                for table in OF_PAPERS
                for row in read_table(connection, table, [paper]).values()
            ]
        except sqlite3.DatabaseError:
            is_all = False
    rescued.sources, are_sources_all = _rows(connection, "SELECT * FROM source", "rowid")
    frozen, are_papers_all = _rows(connection, "SELECT id FROM paper WHERE key_frozen", "id")
    rescued.frozen = [paper for (paper,) in frozen]
    rescued.withdrawn = _withdrawn(meta.get("withdrawn"))
    is_all = is_all and rescued.is_whole and are_all and are_sources_all and are_papers_all
    if not isinstance(saved, int):
        return rescued, None, False
    return rescued, saved, is_all


def _add(rescued: Rescued, saved: int | None, salvage: Salvage) -> None:
    """Add what was read page by page, without SQLite."""
    journal, places = salvage.tables["journal"], salvage.places
    is_all = salvage.is_working_copy and not (salvage.unreadable or salvage.missing)
    known = {key for key in journal if saved is not None and places[key] <= saved}
    if saved is not None and is_all:
        rescued.known = known
    later = {key: row for key, row in journal.items() if key not in known}
    for row in rescued.journal:
        match row:
            case [int(number), str(machine), *_]:  # else it has no place in the order
                later[number, machine] = row
    rescued.journal = [later[key] for key in sorted(later)]
    rescued.is_whole = rescued.is_whole or is_all
    papers = {row[_PAPER] for row in rescued.journal} - rescued.papers.keys()
    for table in OF_PAPERS:
        for key, row in salvage.tables[table].items():
            if key[0] in papers:
                rescued.papers.setdefault(key[0], []).append((table, row))
    rescued.sources.extend(salvage.tables["source"].values())
    frozen = (paper for (paper,), row in salvage.tables["paper"].items() if row[_FROZEN])
    rescued.frozen = list({*rescued.frozen, *frozen})
    rescued.withdrawn = rescued.withdrawn or _withdrawn(salvage.withdrawn)


def _withdrawn(noted: Any) -> list[Change]:
    with suppress(ValueError, TypeError):
        return [Change(*row) for row in json.loads(noted or "[]")]
    return []


def _rows(connection: sqlite3.Connection, query: str, order: str) -> tuple[list[Any], bool]:
    """Return the rows that can be read from either end of a table, and whether these are all."""
    found: dict[Any, Row] = {}
    for direction in ("ASC", "DESC"):
        try:
            for row in connection.execute(f"{query} ORDER BY {order} {direction}"):
                found.setdefault(row[0], row)
            return list(found.values()), not found or direction == "ASC"
        except sqlite3.DatabaseError:
            continue
    return [found[key] for key in sorted(found)], False


def still_known(rescued: Rescued, ours: Tables) -> Table:
    """Return the rows of the journal here that a database had which was set aside."""
    known = rescued.known
    return {key: row for key, row in ours["journal"].items() if known is None or key in known}


def with_rescued(
    rescued: Rescued,
    ours: Tables,
    connection: sqlite3.Connection,
    apply: Callable[[Change], None],
) -> tuple[Tables, list[Change]]:
    """Return what is here with what was rescued, and which changes that brought.

    Each is looked at as if another program had written it; those that can't be are left out.

    Args:
        rescued: what was read.
        ours: the rows of the working copy.
        connection: the working copy, where it is tried; nothing of it stays there.
        apply: makes a change there.
    """
    papers = PaperStore(connection)
    carried: list[Change] = []
    brought: Table = {}
    connection.execute("SAVEPOINT rescued")
    for row in rescued.journal:
        key = (row[0], row[1])
        if key in ours["journal"]:
            continue
        connection.execute("SAVEPOINT change")
        try:
            change = change_from_row(tuple(row))
            if not papers.has(change.paper):
                for table, values in rescued.papers.get(change.paper, ()):
                    marks = ",".join("?" * len(values))
                    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
            apply(change)
            changed = read_table(connection, "paper", [change.paper]).values()
            if not changed and change.new is not None:
                raise LibraryError(f"{change.key} could not be read.")
            for paper in changed:
                received_paper(paper)
        except (LibraryError, ValueError, TypeError, sqlite3.IntegrityError):
            connection.execute("ROLLBACK TO change")
        else:
            carried.append(change)
            brought[key] = tuple(row)
        connection.execute("RELEASE change")
    theirs = read_tables(connection)
    connection.execute("ROLLBACK TO rescued")
    connection.execute("RELEASE rescued")
    theirs["journal"] = {**still_known(rescued, ours), **brought}
    theirs["source"] = {row[:1]: row for row in rescued.sources} | theirs["source"]
    return theirs, carried
