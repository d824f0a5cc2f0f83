"""A damaged working copy: what was not saved in it is carried over, the rest is made anew."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.config import state_folder
from readinglist.domain.paper import Priority, Status
from readinglist.errors import LibraryError
from readinglist.services.library import Library
from tests.conftest import add_by_hand, by_sql, rows

if TYPE_CHECKING:
    from collections.abc import Callable

TITLES = ["Attention to Detail", "Build It Twice", "Caches and Their Discontents"]
KEY = "AttentionDetail"


@pytest.fixture
def unsaved(library_file: Path, tmp_path: Path) -> Path:
    """The database of a library of three papers with some edits that were not saved."""
    library = Library.open(library_file)
    ids = add_by_hand(library, TITLES, tmp_path)
    library.save()
    library.mark(ids[:1], status=Status.READ, add_tags=["mine"])
    library.note(KEY, "not saved yet")
    add_by_hand(library, ["The Fourth Paper"], tmp_path)
    library.delete(ids[1:2])
    # Closing would empty the log: what a program leaves that was killed is a copy of now.
    killed = tmp_path / "killed"
    shutil.copytree(state_folder(), killed)
    library.close()
    shutil.rmtree(state_folder())
    killed.rename(state_folder())
    return next(state_folder().glob("*/working.db"))


def check_carried_over(library: Library) -> None:
    paper = library.paper(KEY)
    assert (paper.status, paper.tags, paper.note) == (Status.READ, ("mine",), "not saved yet")
    assert set(library.all_keys()) == {KEY, "CachesTheirDiscontents", "FourthPaper"}
    assert library.papers(library.find("fourth").ids)[0].sources == ("1-The Four.txt",)


def test_edits_that_were_not_saved_are_carried_over(unsaved: Path, library_file: Path) -> None:
    unsaved.with_name("damaged").touch()
    log = unsaved.with_name("working.db-wal").read_bytes()
    assert log
    with Library.open(library_file) as library:
        check_carried_over(library)
        told = library.mended
        library.undo()
        assert library.count() == 4
        library.redo()
    aside = unsaved.with_name("set-aside.db")
    assert told == (
        f"The working copy of {library_file} was damaged and has been made anew from the file: "
        f"6 edits that the file lacked could be read and are carried over; the damaged one is kept "
        f"as {aside}."
    )
    assert aside.with_name("set-aside.db-wal").read_bytes() == log
    shutil.rmtree(state_folder())
    with Library.open(library_file) as library:
        assert not library.mended
        check_carried_over(library)


def checkpoint(database: Path) -> None:
    """Bring the log into the database."""
    by_sql(database, "PRAGMA wal_checkpoint(TRUNCATE)")


def spoil_page(database: Path, number: int) -> None:
    """Overwrite a page, counted from 1."""
    with database.open("r+b") as file:
        size = int.from_bytes(file.read(18)[16:], "big")
        file.seek((number - 1) * size)
        file.write(b"\xa5" * size)


def spoil_table(database: Path, name: str) -> None:
    checkpoint(database)
    ((page,),) = rows(database, f"SELECT rootpage FROM sqlite_schema WHERE name = '{name}'")
    assert isinstance(page, int)
    spoil_page(database, page)


def spoil_header(database: Path) -> None:
    """What is in the log can be read all the same."""
    with database.open("r+b") as file:
        file.write(bytes(4096))


def spoil_index(database: Path) -> None:
    spoil_table(database, "paper_by_key")


def spoil_meta(database: Path) -> None:
    spoil_table(database, "meta")


def spoil_name(database: Path) -> None:
    """SQLite reads nothing of a file that does not begin as it must."""
    checkpoint(database)
    with database.open("r+b") as file:
        file.write(b"X")


def spoil_name_and_meta(database: Path) -> None:
    spoil_meta(database)
    spoil_name(database)


def spoil_status_counts(database: Path) -> None:
    spoil_table(database, "status_count")


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_index,
        spoil_meta,
        spoil_name,
        spoil_name_and_meta,
        spoil_status_counts,
    ],
)
def test_wherever_it_is_damaged_what_can_be_read_is_carried_over(
    unsaved: Path, library_file: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(unsaved)
    told: list[str] = []
    for _ in range(2):  # damage that is met late is noted, and mended with the next start
        try:
            with Library.open(library_file) as library, library.faults_told():
                library.papers(library.find("attention").ids)
                library.mark(library.find().ids, priority=Priority.HIGH)
                library.count_by_status()
                library.paper(KEY)
                told.append(library.mended)
        except LibraryError as error:
            assert "is damaged" in str(error)  # noqa: PT017
            assert "Try again" in error.hint  # noqa: PT017
    assert any("damaged and has been made anew" in one for one in told)
    with Library.open(library_file) as library:
        check_carried_over(library)


@pytest.mark.parametrize("spoil", [spoil_name, spoil_meta])
def test_where_every_edit_can_be_read_none_is_missed(
    unsaved: Path, library_file: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(unsaved)
    with Library.open(library_file) as library:
        check_carried_over(library)
        assert "6 edits that the file lacked could be read" in library.mended
        assert "readinglist salvage" not in library.mended


@pytest.mark.parametrize("is_other", [True, False])
def test_the_library_file_is_not_blamed_for_it(
    unsaved: Path, library_file: Path, is_other: bool
) -> None:
    """Whether it is met while that is taken in, or while it is written."""
    spoil_table(unsaved, "paper")
    if is_other:
        by_sql(library_file, "UPDATE paper SET venue = 'Theirs'")
    with pytest.raises(LibraryError, match=r"working.db is damaged .*Try again"):
        Library.open(library_file).save()
    with Library.open(library_file) as library:
        assert "5 edits that the file lacked could be read and are carried over" in library.mended
        assert library.paper(KEY).note == "not saved yet"
        assert library.paper(KEY).venue == ("Theirs" if is_other else None)


def test_papers_whose_rows_are_lost_keep_their_edits(unsaved: Path, library_file: Path) -> None:
    spoil_table(unsaved, "paper")
    unsaved.with_name("damaged").touch()
    with Library.open(library_file) as library:
        assert "5 edits that the file lacked could be read" in library.mended
        aside = unsaved.with_name("set-aside.db")
        assert f" 1 edit in it can't be made again: readinglist salvage {aside} " in library.mended
        paper = library.paper(KEY)
        assert (paper.status, paper.tags, paper.note) == (Status.READ, ("mine",), "not saved yet")


def test_a_database_that_is_no_database_is_kept(unsaved: Path, library_file: Path) -> None:
    for name in ("working.db-wal", "working.db-shm"):
        unsaved.with_name(name).unlink()
    for number in (0, 1000):
        unsaved.write_bytes(b"no database at all " * number)
        with Library.open(library_file) as library:
            assert "no edit could be read in it that the file lacks;" in library.mended
            assert "more edits may be in it: readinglist salvage" in library.mended
            assert library.count() == 3
    kept = [unsaved.with_name(f"set-aside{end}.db") for end in ("", "-2")]
    assert [file.read_bytes() for file in kept] == [b"no database at all " * n for n in (0, 1000)]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'explode'",
        "new = 'devoured'",
        "paper = 17",
        "new = NULL",
    ],
)
def test_a_row_that_can_not_be_one_is_left_out(
    unsaved: Path, library_file: Path, change: str
) -> None:
    by_sql(unsaved, f"UPDATE journal SET {change} WHERE field = 'status'")
    unsaved.with_name("damaged").touch()
    with Library.open(library_file) as library:
        assert "5 edits that the file lacked could be read" in library.mended
        assert library.paper(KEY).status is Status.UNREAD
        assert library.paper(KEY).note == "not saved yet"
        assert library.save()


def test_what_others_did_meanwhile_is_merged_as_ever(unsaved: Path, library_file: Path) -> None:
    by_sql(
        library_file,
        f"UPDATE paper SET status = 'skipped', priority = 'low' WHERE key = '{KEY}'",
        "INSERT INTO journal SELECT 9000000000000000000, 'lab', 1, '2030', 'edit', NULL, id, key, "
        f"'status', 'unread', 'skipped', NULL FROM paper WHERE key = '{KEY}'",
    )
    unsaved.with_name("damaged").touch()
    with Library.open(library_file) as library:
        paper = library.paper(KEY)
        assert (paper.status, paper.priority) == (Status.SKIPPED, Priority.LOW)
        assert paper.note == "not saved yet"
        (conflict,) = library.conflicts()
        assert conflict.other == "read"


def test_a_crash_before_it_is_carried_over_loses_nothing(
    unsaved: Path, library_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsaved.with_name("damaged").touch()

    def crash(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("readinglist.storage.rescue.rescue", crash)
        with pytest.raises(KeyboardInterrupt):
            Library.open(library_file)
    with Library.open(library_file) as library:
        check_carried_over(library)
        assert library.mended


def test_the_command_line_says_it_once_on_standard_error(
    unsaved: Path, library_file: Path, program: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    unsaved.with_name("damaged").touch()
    first, second = (program("list", READINGLIST_LIBRARY=str(library_file)) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert "was damaged and has been made anew from the file: 6 edits" in first.stderr
    assert "damaged" not in second.stderr
    assert "FourthPaper" in first.stdout
    assert first.stdout == second.stdout
