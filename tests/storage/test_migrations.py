"""The schema is what it says it is, however it is made."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from readinglist.storage.document import (
    APPLICATION_ID,
    SCHEMA_DIGESTS,
    SCHEMA_VERSION,
    open_inspected,
    schema_digest,
)
from readinglist.storage.migrating import migrate, migrations_file
from tests.conftest import rows

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {
    "paper": [
        "id", "key", "key_frozen", "type", "title", "authors", "author_count", "organization",
        "abstract", "published", "venue", "arxiv", "doi", "url", "links", "comments", "status",
        "priority", "note", "added_at",
    ],
    "paper_tag": ["paper", "tag"],
    "source": ["id", "name", "format", "added_at"],
    "paper_source": ["paper", "source"],
    "key_alias": ["key", "paper"],
    "journal": [
        "id", "machine", "batch", "at", "action", "reverts", "paper", "key", "field", "old", "new",
    ],
}  # fmt: skip


def digest_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return schema_digest(connection)


def test_the_migrations_make_the_tables_that_are_promised(tmp_path: Path) -> None:
    migrate(tmp_path / "library.db")
    tables = {
        name: [
            column
            for (column,) in rows(
                tmp_path / "library.db", f"SELECT name FROM pragma_table_info('{name}')"
            )
        ]
        for (name,) in rows(
            tmp_path / "library.db",
            "SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE '\\_%' ESCAPE '\\'",
        )
    }
    assert tables == SCHEMA


def test_each_version_has_the_digest_that_inspection_asks_for(tmp_path: Path) -> None:
    migrate(tmp_path / "library.db")
    assert set(SCHEMA_DIGESTS) == set(range(1, SCHEMA_VERSION + 1))
    assert digest_of(tmp_path / "library.db") == SCHEMA_DIGESTS[SCHEMA_VERSION]
    assert rows(tmp_path / "library.db", "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert rows(tmp_path / "library.db", "PRAGMA application_id") == [(APPLICATION_ID,)]


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    migrate(tmp_path / "library.db")
    before = (tmp_path / "library.db").read_bytes()
    migrate(tmp_path / "library.db")
    assert (tmp_path / "library.db").read_bytes() == before


def test_sqlite_utils_makes_the_same_library_on_the_command_line(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "sqlite_utils",
            "migrate",
            str(tmp_path / "library.db"),
            str(migrations_file().parent),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert digest_of(tmp_path / "library.db") == SCHEMA_DIGESTS[SCHEMA_VERSION]
    with open_inspected(tmp_path / "library.db") as connection:
        assert connection.execute("SELECT count(*) FROM paper").fetchone() == (0,)


def test_nothing_but_primary_keys_is_unique_so_that_no_merge_fails(tmp_path: Path) -> None:
    migrate(tmp_path / "library.db")
    constraints = rows(
        tmp_path / "library.db",
        "SELECT m.name, i.origin FROM sqlite_schema AS m, pragma_index_list(m.name) AS i "
        "WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\' AND i.origin <> 'pk'",
    )
    foreign = rows(
        tmp_path / "library.db",
        "SELECT m.name FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f",
    )
    assert (constraints, foreign) == ([], [])
