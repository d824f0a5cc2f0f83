"""A library that a newer readinglist wrote can be read, and is never written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Status
from readinglist.errors import LibraryError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.services.merge_driver import merge_files
from readinglist.storage import document, working_copy
from tests.conftest import PageMaker, by_sql, rows

if TYPE_CHECKING:
    from pathlib import Path

NEW_SCHEMA = (
    "ALTER TABLE paper ADD COLUMN mood TEXT DEFAULT 'calm'",
    "CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT) STRICT",
    "PRAGMA user_version = 9",
)


@pytest.fixture
def newer(library_file: Path, page: PageMaker) -> Path:
    """A library of a schema that does not exist yet."""
    with Library.open(library_file, state=library_file.parent / "newer") as library:
        library.import_files([page("One", "Two")])
        library.mark([library.paper("Two").id], add_tags=["thesis"])
        library.note("One", "what I think")
    by_sql(library_file, *NEW_SCHEMA)
    return library_file


def test_all_that_is_known_of_it_is_read(newer: Path) -> None:
    before = newer.read_bytes()
    with Library.open(newer) as library:
        assert library.is_read_only
        assert sorted(p.key for p in library.papers(library.find().ids)) == ["One", "Two"]
        assert library.paper("One").note == "what I think"
        assert [hit.paper.key for hit in library.search("tag:thesis")] == ["Two"]
        assert library.history("Two")
        assert "Two" in library.export().text
    assert check_library(newer).papers == 2
    assert newer.read_bytes() == before


def test_no_edit_is_taken(newer: Path) -> None:
    before = newer.read_bytes()
    with Library.open(newer) as library:
        with pytest.raises(LibraryError, match=r"only read it.*Update readinglist"):
            library.mark([library.paper("One").id], status=Status.READ)
        with pytest.raises(LibraryError, match="only read it"):
            library.undo()
        assert library.is_saved()
        assert library.paper("One").status is Status.UNREAD
    assert newer.read_bytes() == before


def test_edits_from_before_wait_until_it_can_be_written(
    newer: Path, page: PageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague has updated readinglist; what was edited here meanwhile is not lost."""
    of_colleague = newer.read_bytes()
    newer.unlink()
    library = Library.open(newer)
    library.import_files([page("One", "Two")])
    library.save()
    library.mark([library.paper("One").id], status=Status.READ)
    newer.write_bytes(of_colleague)
    library.take_in()
    assert library.paper("One").note == "what I think"
    assert library.paper("One").status is Status.READ
    with pytest.raises(LibraryError, match=r"can't be in it yet.*kept on this machine"):
        library.save()
    library.close()
    assert newer.read_bytes() == of_colleague

    # The update knows the schema, and so reads all of the file.
    monkeypatch.setattr(document, "SCHEMA_VERSION", 9)
    monkeypatch.setattr(working_copy, "_NEWER", " newer than 9")
    by_sql(newer, "ALTER TABLE paper DROP COLUMN mood", "DROP TABLE shelf")
    digests = {**document.SCHEMA_DIGESTS, 9: document.SCHEMA_DIGESTS[3]}
    monkeypatch.setattr(document, "SCHEMA_DIGESTS", digests)
    with Library.open(newer) as library:
        assert not library.is_read_only
        assert library.paper("One").status is Status.READ
    assert rows(newer, "SELECT status, note FROM paper WHERE key = 'One'") == [
        ("read", "what I think")
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        "ALTER TABLE paper DROP COLUMN note",
        "DROP TABLE key_alias",
        "ALTER TABLE paper RENAME TO hidden; CREATE VIEW paper AS SELECT * FROM hidden",
        "DROP TABLE key_alias; CREATE TABLE key_alias (key TEXT, paper INTEGER AS (length(key)))",
        "UPDATE paper SET status = 'burnt'",
    ],
)
def test_one_that_lacks_what_each_library_has_is_refused(newer: Path, spoil: str) -> None:
    by_sql(newer, *spoil.split(";"))
    before = newer.read_bytes()
    with pytest.raises(LibraryError) as refused:
        Library.open(newer)
    assert "\n" not in str(refused.value)
    assert newer.read_bytes() == before


def test_a_value_of_it_that_is_not_known_here_asks_for_the_update(newer: Path) -> None:
    by_sql(newer, "UPDATE paper SET status = 'pondered'")
    with pytest.raises(LibraryError, match=rf"^{newer} holds .* 'pondered'. Update readinglist"):
        Library.open(newer)


def test_it_is_not_merged(newer: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.db"
    Library.open(mine).close()
    base = tmp_path / "base.db"
    base.touch()
    before = mine.read_bytes()
    with pytest.raises(LibraryError, match="newer readinglist"):
        merge_files(base, mine, newer)
    assert mine.read_bytes() == before
