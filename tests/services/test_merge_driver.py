"""What git runs for a merge: it makes a sound library, or changes nothing and says why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from readinglist.cli.main import run
from readinglist.domain.paper import Status
from readinglist.errors import LibraryError, UnfinishedError
from readinglist.services.library import Library
from readinglist.services.merge_driver import merge_files
from readinglist.storage.document import SCHEMA_VERSION
from tests.conftest import PageMaker, by_sql, rows
from tests.storage.test_document import SPOILED
from tests.storage.test_migrations import first_schema

Versions = tuple[Path, Path, Path]


@pytest.fixture
def versions(tmp_path: Path, page: PageMaker) -> Versions:
    """A base and two sides: one has read the paper, the other has a note."""
    base, one, other = (tmp_path / f"{name}.db" for name in ("base", "one", "other"))
    with Library.open(base) as library:
        library.import_files([page("Foxes", "Owls")])
    for path in (one, other):
        shutil.copy(base, path)
    with Library.open(one) as library:
        library.mark([library.find("foxes").ids[0]], status=Status.READ)
    with Library.open(other) as library:
        library.note("Foxes", "mine")
    return base, one, other


def test_both_sides_are_in_the_result(versions: Versions, tmp_path: Path) -> None:
    assert merge_files(*versions) == 0
    with Library.open(versions[1], state=tmp_path / "fresh") as library:
        paper = library.paper("Foxes")
        assert (paper.status, paper.note) == (Status.READ, "mine")
        assert len(library.history(paper.key)) == 3


@pytest.mark.parametrize("place", [0, 1, 2], ids=["base", "mine", "theirs"])
@pytest.mark.parametrize("what", SPOILED)
def test_a_version_that_is_not_sound_is_refused_and_nothing_changes(
    versions: Versions, what: str, place: int
) -> None:
    deed, says = SPOILED[what]
    if isinstance(deed, str):
        by_sql(versions[place], deed)
    else:
        deed(versions[place])
    before = versions[1].read_bytes()
    if what == "empty" and place == 0:
        merge_files(*versions)  # there was no common version
        assert rows(versions[1], "SELECT count(*) FROM paper") == [(2,)]
        return
    with pytest.raises(LibraryError, match=says):
        merge_files(*versions)
    assert versions[1].read_bytes() == before


def test_the_first_schema_on_one_side_or_both(tmp_path: Path, page: PageMaker) -> None:
    base, one, other = (tmp_path / f"{name}.db" for name in ("base", "one", "other"))
    for path in (base, one):
        first_schema(path)
    with Library.open(other) as library:
        library.import_files([page("Foxes")])
    by_sql(
        one,
        "INSERT INTO paper (id, key, title, added_at) VALUES (7, 'old', 'Old', '2024-01-01')",
    )
    older = tmp_path / "older.db"
    shutil.copy(one, older)
    merge_files(base, one, other)
    merge_files(base, other, older)
    for merged in (one, other):
        assert rows(merged, "SELECT title FROM paper ORDER BY title") == [("Foxes",), ("Old",)]
        assert rows(merged, "PRAGMA user_version") == [(SCHEMA_VERSION,)]


def test_the_command_says_what_git_shall_tell(
    versions: Versions, capsys: pytest.CaptureFixture[str]
) -> None:
    base, one, other = versions
    command = ["merge-driver", str(base), str(one), str(other), "7", "library.db"]
    with Library.open(other) as library:
        library.mark([library.find("foxes").ids[0]], status=Status.READING)
    assert run(command) == 0
    told = capsys.readouterr().err
    assert told == "readinglist: 1 conflict to settle, see readinglist conflicts.\n"
    other.write_bytes(b"")
    assert run(command) == 1
    told = capsys.readouterr().err
    assert "the other side's library.db is empty" in told
    assert "git merge --abort" in told


def test_a_forged_journal_beside_a_version_harms_nothing(versions: Versions) -> None:
    """A hot journal may name any file, which SQLite would delete; ours is never opened there."""
    victim = versions[1].with_name("victim.txt")
    victim.write_text("precious")
    journal = versions[1].with_name(f"{versions[1].name}-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + str(victim).encode() + b"\0" * 512)
    before = journal.read_bytes()
    with pytest.raises(UnfinishedError):
        merge_files(*versions)
    assert victim.read_text() == "precious"
    assert journal.read_bytes() == before


def test_deleted_text_is_not_left_in_the_file(versions: Versions) -> None:
    base, one, other = versions
    with Library.open(base) as library:
        library.note("Owls", "SECRETWORD")
    for path in (one, other):
        shutil.copy(base, path)
    by_sql(
        one,
        "PRAGMA secure_delete = ON",
        "UPDATE paper SET note = NULL",
        "DELETE FROM journal WHERE field = 'note'",
    )
    merge_files(base, one, other)
    assert b"SECRETWORD" not in one.read_bytes()
