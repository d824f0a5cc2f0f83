"""The tables of a library file as rows under their primary keys: read, compared, copied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

PRIMARY_KEYS = {
    "paper": ("id",),
    "paper_tag": ("paper", "tag"),
    "source": ("id",),
    "paper_source": ("paper", "source"),
    "key_alias": ("key",),
    "journal": ("id", "machine"),
}
"""The tables of a library file, each with the columns that tell its rows apart: the first ones."""

OF_PAPERS = ("paper", "paper_tag", "paper_source")
"""The tables whose primary key begins with a paper."""

Row = tuple[Any, ...]
Table = dict[tuple[Any, ...], Row]
"""Rows, each under the values of its primary key."""
Tables = dict[str, Table]
"""All tables of one version of a library."""


def empty() -> Tables:
    """Return the tables of a library without a paper."""
    return {table: {} for table in PRIMARY_KEYS}


def read_tables(connection: sqlite3.Connection) -> Tables:
    """Return all rows of a library."""
    return {table: read_table(connection, table) for table in PRIMARY_KEYS}


def read_table(
    connection: sqlite3.Connection, table: str, papers: Iterable[int] | None = None
) -> Table:
    """Return the rows of `table`, or those of some papers."""
    query, some = f"SELECT * FROM {table}", tuple[str, ...]()
    if papers is not None:
        query += f" WHERE {PRIMARY_KEYS[table][0]} IN (SELECT value FROM json_each(?))"
        some = (json.dumps(list(papers)),)
    width = len(PRIMARY_KEYS[table])
    return {row[:width]: row for row in connection.execute(query, some)}


def differing(one: Table, other: Table) -> list[tuple[Any, ...]]:
    """Return the keys of the rows that one table has otherwise than the other, or alone."""
    gone = [key for key in other if key not in one]
    return [*gone, *(key for key, row in one.items() if other.get(key) != row)]


def write_differences(
    connection: sqlite3.Connection, table: str, wanted: Table, present: Table
) -> bool:
    """Make the `present` rows of `table` the `wanted` ones; return whether any differed."""
    changed = differing(wanted, present)
    gone = [key for key in changed if key not in wanted]
    new = [wanted[key] for key in changed if key in wanted]
    condition = " AND ".join(f"{column} = ?" for column in PRIMARY_KEYS[table])
    connection.executemany(f"DELETE FROM {table} WHERE {condition}", gone)
    if new:
        marks = ",".join("?" * len(new[0]))
        connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", new)
    return bool(gone or new)
