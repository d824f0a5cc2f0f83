"""The schema is what it says it is, however it is made."""

from __future__ import annotations

import runpy
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from sqlite_utils import Database

from readinglist.services.library import Library
from readinglist.storage.document import (
    APPLICATION_ID,
    SCHEMA_DIGESTS,
    SCHEMA_VERSION,
    open_inspected,
    schema_digest,
)
from readinglist.storage.migrating import migrate, migrations_file
from tests.conftest import PageMaker, rows

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {
    "paper": [
        "id", "key", "key_frozen", "type", "title", "authors", "author_count", "organization",
        "abstract", "published", "venue", "arxiv", "doi", "url", "links", "comments", "status",
        "priority", "note", "added_at", "entries",
    ],
    "paper_tag": ["paper", "tag"],
    "source": ["id", "name", "format", "added_at", "definitions"],
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


def first_schema(path: Path) -> None:
    """Make a library file as the first version made it."""
    steps = runpy.run_path(str(migrations_file()))["migrations"]
    database = Database(path)
    steps.apply(database, stop_before="m0002_entries_of_bib_files")
    database.close()


def test_a_library_of_the_first_version_is_read_and_written_as_one_of_today(
    tmp_path: Path, page: PageMaker
) -> None:
    path = tmp_path / "library.db"
    first_schema(path)
    assert digest_of(path) == SCHEMA_DIGESTS[1]

    with Library.open(path, state=tmp_path / "state") as library:
        assert library.count() == 0
        assert digest_of(path) == SCHEMA_DIGESTS[1]  # reading changes nothing
        library.import_files([page("A Title")])

    assert digest_of(path) == SCHEMA_DIGESTS[SCHEMA_VERSION]
    with Library.open(path, state=tmp_path / "fresh") as library:
        assert library.count() == 1


def test_edits_that_the_first_version_could_not_save_outlive_the_update(
    tmp_path: Path, page: PageMaker
) -> None:
    path, state = tmp_path / "library.db", tmp_path / "state"
    with Library.open(path, state=state) as library:
        library.import_files([page("A Title")])
    (working,) = state.glob("*/working.db")
    with closing(sqlite3.connect(working)) as connection:  # as the first version left it
        connection.executescript(
            "ALTER TABLE paper DROP COLUMN entries; ALTER TABLE source DROP COLUMN definitions;"
            "ALTER TABLE unindexed DROP COLUMN version; DROP INDEX paper_by_added;"
            "DROP TABLE status_count; DROP TRIGGER count_insert; DROP TRIGGER count_delete;"
            "DROP TRIGGER count_update;"
            "UPDATE meta SET value = '1.1' WHERE name = 'layout';"
            "UPDATE paper SET note = 'not saved yet'; INSERT INTO unsaved SELECT id, 1 FROM paper"
        )

    with Library.open(path, state=state) as library:
        (paper,) = library.papers(library.find().ids)

    assert paper.note == "not saved yet"
