"""The schema is what it says it is, however it is made."""

from __future__ import annotations

import runpy
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from readinglist.domain.paper import Status
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
        "priority", "note", "added_at", "entries", "votes", "stars", "cite_as",
    ],
    "paper_tag": ["paper", "tag"],
    "source": ["id", "name", "format", "added_at", "definitions"],
    "paper_source": ["paper", "source"],
    "key_alias": ["key", "paper"],
    "journal": [
        "id", "machine", "batch", "at", "action", "reverts", "paper", "key", "field", "old", "new",
        "source",
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


_TO_3_3 = (
    "DROP INDEX journal_turned_back; DROP INDEX journal_deletions;DROP INDEX journal_identifiers;"
)
_TO_2_3 = _TO_3_3 + (
    "ALTER TABLE paper DROP COLUMN votes; ALTER TABLE paper DROP COLUMN stars;"
    "ALTER TABLE paper DROP COLUMN cite_as; ALTER TABLE journal DROP COLUMN source;"
)
_TO_2_2 = _TO_2_3 + (
    "ALTER TABLE unindexed DROP COLUMN version; DROP INDEX paper_by_added;"
    "DROP INDEX paper_by_status; CREATE INDEX paper_by_status ON paper (status);"
    "DROP TABLE status_count; DROP TRIGGER count_insert; DROP TRIGGER count_delete;"
    "DROP TRIGGER count_update; DELETE FROM meta WHERE name = 'search';"
    "CREATE VIRTUAL TABLE search_text USING fts5(title, authors, tags, key, venue, note, "
    "abstract, tokenize = 'ascii', detail = full);"
    "CREATE VIRTUAL TABLE search_terms USING fts5vocab(search_text, 'row');"
    "INSERT INTO search_text (rowid, title) SELECT id, lower(title) FROM paper;"
    "DELETE FROM unindexed;"
)
_TO_1_1 = (
    "ALTER TABLE paper DROP COLUMN entries; ALTER TABLE source DROP COLUMN definitions;"
    "DROP INDEX journal_conflicts; DROP INDEX journal_settled;"
)


@pytest.mark.parametrize(
    ("layout", "script"),
    [
        ("1.1", _TO_2_2 + _TO_1_1),
        ("2.1", _TO_2_2 + "DROP INDEX journal_conflicts; DROP INDEX journal_settled;"),
        ("2.2", _TO_2_2),
        ("2.3", _TO_2_3),
        ("3.3", _TO_3_3),
    ],
)
def test_edits_that_an_earlier_version_could_not_save_outlive_the_update(
    tmp_path: Path, page: PageMaker, layout: str, script: str
) -> None:
    path, state = tmp_path / "library.db", tmp_path / "state"
    with Library.open(path, state=state) as library:
        library.import_files([page("A Title", "Another One")])
        library.mark([library.paper("AnotherOne").id], status=Status.READ)
    (working,) = state.glob("*/working.db")
    with closing(sqlite3.connect(working)) as connection:  # as that version left it
        connection.executescript(
            f"{script} UPDATE meta SET value = '{layout}' WHERE name = 'layout';"
            "UPDATE paper SET note = 'not saved yet'; INSERT INTO unsaved SELECT id, 1 FROM paper"
        )

    with Library.open(path, state=state) as library, closing(library.sibling()) as sibling:
        assert {paper.note for paper in library.papers(library.find().ids)} == {"not saved yet"}
        assert [hit.paper.title for hit in library.search("anothr saved")] == ["Another One"]
        assert library.count_by_status()[Status.READ] == 1
        library.mark([library.paper("AnotherOne").id], status=Status.UNREAD)
        assert sibling.count_by_status()[Status.UNREAD] == 2
        library.note("Title", "zymurgy")
        assert len(sibling.find("zymurgy").ids) == 1

    tables = rows(working, "SELECT name FROM sqlite_schema WHERE name LIKE 'search_%'")
    assert tables == []
    assert schema_of(working) == schema_of(next(_fresh(tmp_path / "fresh").glob("*/working.db")))
    assert not (working.parent / "set-aside.db").exists()


def _fresh(folder: Path) -> Path:
    """Return the state of a library of today."""
    Library.open(folder / "library.db", state=folder / "state").close()
    return folder / "state"


def schema_of(path: Path) -> set[tuple[object, ...]]:
    """Return the tables with their columns, the indexes and the triggers of a database."""
    columns = "SELECT group_concat(name || ' ' || type || pk) FROM pragma_table_info(m.name)"
    return set(
        rows(
            path,
            f"SELECT type, name, iif(type = 'table', ({columns}), replace(sql, ' IF NOT EXISTS', "
            "'')) FROM sqlite_schema AS m WHERE name NOT LIKE 'sqlite_%'",
        )
    )
