"""Where two versions of a library differ, found by SQLite: a merge then reads only that.

Of 100,000 papers and what was done to them in years, a pull changes a few. These are compared
in the database, without a row of the others ever coming to Python; a merge gets an excerpt of
each version, and what comes of it is what would come of a merge of all.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readinglist.storage.tables import OF_PAPERS, PRIMARY_KEYS, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from readinglist.storage.tables import Row, Tables

_OTHER = "other"
_SOME = "IN (SELECT value FROM json_each(?))"
_PAPER_OF = {**dict.fromkeys(OF_PAPERS[1:], "paper"), "paper": "id", "journal": "paper"}
"""The column of a table that says whom a row is about."""
_NAMED = (("paper", "id"), ("key_alias", "paper"))
"""Where citation keys are, with the column of the paper that they name."""


def attach(connection: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Put the database of another connection beside that of one, to be compared with it.

    Args:
        connection: one of `open_inspected`.
        other: one to another inspected file, or to a working copy; it is only read.
    """
    _, _, file = other.execute("PRAGMA database_list").fetchone()
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)
    connection.execute(f"ATTACH ? AS {_OTHER}", (f"{Path(file).as_uri()}?mode=ro",))


def differing_papers(
    connection: sqlite3.Connection, progress: Callable[[int, int], None] = lambda done, of: None
) -> set[int]:
    """Return the papers about which the two databases of a connection don't say the same.

    That is in any table, the journal too.

    Args:
        connection: to both, see `attach`.
        progress: called with how many tables are compared, and of how many.
    """
    found = set[int]()
    for number, (table, paper) in enumerate(_PAPER_OF.items()):
        progress(number, len(_PAPER_OF))
        columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
        key = PRIMARY_KEYS[table]
        same_key = " AND ".join(f"a.{column} = b.{column}" for column in key)
        values = [column for column in columns if column not in key]
        other = f"b.{key[0]} IS NULL"
        if values:
            one, two = (", ".join(f"{t}.{column}" for column in values) for t in "ab")
            other += f" OR ({one}) IS NOT ({two})"
        pairs = connection.execute(
            f"SELECT a.{paper}, b.{paper} FROM main.{table} AS a "
            f"LEFT JOIN {_OTHER}.{table} AS b ON {same_key} WHERE {other}"
        )
        found.update(paper for pair in pairs for paper in pair if paper is not None)
        alone = connection.execute(
            f"SELECT b.{paper} FROM {_OTHER}.{table} AS b "
            f"WHERE NOT EXISTS (SELECT 1 FROM main.{table} AS a WHERE {same_key})"
        )
        found.update(paper for (paper,) in alone)
    return found


def new_rows_of_journal(connection: sqlite3.Connection) -> list[Row]:
    """Return the rows of the journal that the first database of a connection has alone."""
    return connection.execute(
        "SELECT * FROM main.journal AS a WHERE NOT EXISTS (SELECT 1 FROM "
        f"{_OTHER}.journal AS b WHERE a.id = b.id AND a.machine = b.machine) ORDER BY rowid"
    ).fetchall()


def entangled(versions: Sequence[sqlite3.Connection], papers: Iterable[int]) -> set[int]:
    """Return some papers, and those that a merge of them has to know.

    These share a citation key with one of them, in any of the versions.

    Args:
        versions: connections to them.
        papers: those of which the versions differ, and whoever else is to be there.
    """
    wanted = set(papers)
    aliases = [set(version.execute("SELECT key, paper FROM key_alias")) for version in versions]
    common = set.intersection(*aliases)
    wanted.update(paper for some in aliases for _, paper in some - common)
    for version in versions:
        version.create_function("lowered", 1, str.lower, deterministic=True)
    asked: set[int] = set()
    while asked != wanted:
        asked = set(wanted)
        keys = set[str]()
        for version in versions:
            for table, paper in _NAMED:
                query = f"SELECT lowered(key) FROM {table} WHERE {paper} {_SOME}"
                keys.update(_column(version, query, asked))
        for version in versions:
            for table, paper in _NAMED:
                query = f"SELECT {paper} FROM {table} WHERE lowered(key) {_SOME}"
                wanted.update(_column(version, query, keys))
    return wanted


def names_another(
    versions: Sequence[sqlite3.Connection], papers: Collection[int]
) -> Callable[[str], bool]:
    """Return what tells whether a citation key, in lower case, names none of some papers.

    Args:
        versions: connections to the versions in which one looks.
        papers: those that are `entangled`.
    """

    def is_taken(key: str) -> bool:
        return any(
            paper not in papers
            for version in versions
            for table, paper_of in _NAMED
            for (paper,) in version.execute(
                f"SELECT {paper_of} FROM {table} WHERE lowered(key) = ?", (key,)
            )
        )

    return is_taken


def excerpt(version: sqlite3.Connection, papers: Collection[int]) -> Tables:
    """Return all that a merge asks of a version about papers that are `entangled`.

    That is the journal, too, with the steps that were turned back in it.
    """
    tables = {table: read_table(version, table, papers) for table in OF_PAPERS}
    tables["source"] = read_table(version, "source")
    aliases = read_table(version, "key_alias")
    tables["key_alias"] = {key: row for key, row in aliases.items() if row[1] in papers}
    query = f"SELECT rowid, * FROM journal WHERE paper {_SOME}"
    journal = {number: row for number, *row in version.execute(query, (_json(papers),))}
    read: set[tuple[int, str]] = set()
    while steps := {(row[5], row[1]) for row in journal.values() if row[5] is not None} - read:
        rows = version.execute(
            "SELECT rowid, * FROM journal WHERE (batch, machine) IN (SELECT "
            "json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
            (_json(steps),),
        )
        journal |= {number: row for number, *row in rows}
        read |= steps
    # In the order in which they were written, which the working copy keeps.
    tables["journal"] = {tuple(row[:2]): tuple(row) for _, row in sorted(journal.items())}
    return tables


def _column(connection: sqlite3.Connection, query: str, values: Iterable[object]) -> list[Any]:
    return [value for (value,) in connection.execute(query, (_json(values),))]


def _json(values: Iterable[object]) -> str:
    return json.dumps(list(values))
