"""Of a damaged library what can be read is saved; of what can't, one is told."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from readinglist.config import state_folder
from readinglist.domain.paper import Priority, Status
from readinglist.errors import LibraryError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.services.salvaging import Salvaged, readable, salvage
from tests.conftest import Listed, PageMaker, by_sql, rows

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def damaged(library_file: Path, page: PageMaker, tmp_path: Path) -> Path:
    """A library of another machine, still sound."""
    with Library.open(library_file, state=tmp_path / "other machine") as library:
        library.import_files([page(*(Listed(f"Paper number {n}") for n in range(40)))])
        library.mark([library.paper("PaperNumber7").id], status=Status.READ, add_tags=["thesis"])
        library.note("PaperNumber8", "long\n" * 2000)
        library.edit("PaperNumber9", {"key": "nine"})
        library.delete([library.paper("PaperNumber10").id])
    return library_file


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "saved" / "new.db"


def page_with(data: bytes, text: bytes) -> int:
    """Return where the page begins that has this text."""
    return data.index(text) // 4096 * 4096


def overwrite(path: Path, start: int, end: int, byte: int = 0xAA) -> None:
    data = bytearray(path.read_bytes())
    data[start:end] = bytes([byte]) * (end - start)
    path.write_bytes(data)


def test_of_a_library_without_its_beginning_all_is_saved(damaged: Path, new: Path) -> None:
    """The schema and all that SQLite would need to find a row are gone."""
    overwrite(damaged, 0, 4096, 0)
    before = damaged.read_bytes()
    with pytest.raises(LibraryError):
        check_library(damaged)
    saved = salvage(damaged, new)
    assert saved.is_whole
    assert saved.papers == 39
    assert damaged.read_bytes() == before
    with Library.open(new) as library:
        assert library.paper("PaperNumber7").status is Status.READ
        assert library.paper("PaperNumber7").tags == ("thesis",)
        assert library.paper("PaperNumber8").note == "long\n" * 2000
        assert library.paper("PaperNumber9").key == "nine"
        assert library.count() == 39


def test_papers_that_are_lost_are_named(damaged: Path, new: Path) -> None:
    start = page_with(damaged.read_bytes(), b"Paper number 12")
    overwrite(damaged, start, start + 4096)
    saved = salvage(damaged, new)
    assert not saved.is_whole
    assert "PaperNumber12" in saved.lost
    assert len(saved.lost) == 39 - saved.papers
    assert "PaperNumber10" not in saved.lost  # it was deleted
    assert saved.pages == (start // 4096 + 1,)


@pytest.mark.parametrize(
    ("spoil", "mended"),
    [
        ("UPDATE paper SET status = 'burnt' WHERE key = 'nine'", "the status of nine"),
        ("UPDATE paper SET authors = '{}' WHERE key = 'nine'", "the authors of nine"),
        ("UPDATE paper SET note = CAST(x'41ff' AS TEXT) WHERE key = 'nine'", "the note of nine"),
    ],
)
def test_a_paper_is_saved_without_the_value_that_can_not_be_one(
    damaged: Path, new: Path, spoil: str, mended: str
) -> None:
    by_sql(damaged, "UPDATE paper SET priority = 'high'", spoil)
    saved = salvage(damaged, new)
    assert saved.mended == (mended,)
    assert saved.lost == ()
    with Library.open(new) as library:
        nine = library.paper("nine")
        assert (nine.status, nine.priority) == (Status.UNREAD, Priority.HIGH)
        assert nine.note in (None, "A\ufffd")


def test_a_key_that_can_not_be_one_is_made_anew(damaged: Path, new: Path) -> None:
    by_sql(damaged, "UPDATE paper SET key = char(27) || '[2J' WHERE key = 'nine'")
    salvage(damaged, new)
    with Library.open(new) as library:
        (paper,) = (p for p in library.papers(library.find().ids) if p.title == "Paper number 9")
        assert paper.key == f"paper{paper.id}"


def test_tables_and_triggers_of_strangers_are_left_behind(damaged: Path, new: Path) -> None:
    by_sql(
        damaged,
        "CREATE TABLE extra (a, b)",
        "INSERT INTO extra VALUES (1, 'x')",
        "CREATE TRIGGER t AFTER INSERT ON paper BEGIN DELETE FROM paper; END",
    )
    assert salvage(damaged, new).is_whole
    assert check_library(new).papers == 39


def test_what_this_machine_still_has_of_it_is_used(damaged: Path, new: Path) -> None:
    """The file of its own library is damaged under an app with an edit that is not saved yet."""
    with closing(Library.open(damaged)) as library:
        library.mark([library.paper("nine").id], status=Status.READ)
    # No one has written the file meanwhile: it went bad.
    damaged_at = damaged.stat()
    start = page_with(damaged.read_bytes(), b"Paper number 12")
    overwrite(damaged, start, start + 4096)
    os.utime(damaged, ns=(damaged_at.st_atime_ns, damaged_at.st_mtime_ns))
    saved = salvage(damaged, new)
    assert saved.is_whole
    assert saved.papers == 39
    assert saved.from_here > 0
    with Library.open(new) as library:
        assert library.paper("nine").status is Status.READ
        assert library.paper("PaperNumber12").title == "Paper number 12"


def test_what_a_pull_brought_goes_before_what_is_here(damaged: Path, new: Path) -> None:
    """A newer version came damaged: what can be read of it holds, the rest is from here."""
    with closing(Library.open(damaged)) as library:
        library.mark([library.paper("PaperNumber3").id], add_tags=["mine"])
    by_sql(damaged, "UPDATE paper SET note = 'from elsewhere' WHERE key = 'nine'")
    data = damaged.read_bytes()
    nine = page_with(data, b"Paper number 9")
    titles = [b"Paper number %d" % n for n in range(11, 40)]
    start = next(page for page in (page_with(data, title) for title in titles) if page != nine)
    overwrite(damaged, start, start + 4096)
    saved = salvage(damaged, new)
    assert (saved.papers, saved.lost) == (39, ())
    with Library.open(new) as library:
        assert library.paper("nine").note == "from elsewhere"
        assert library.paper("PaperNumber3").tags == ("mine",)
        assert library.paper("PaperNumber12").title == "Paper number 12"
        assert library.count() == 39


def test_what_this_machine_never_had_is_saved_from_the_file(damaged: Path, new: Path) -> None:
    """There is a working copy without papers: the library was refused when it was opened."""
    by_sql(damaged, "UPDATE paper SET status = 'burnt' WHERE key = 'nine'")
    with pytest.raises(LibraryError):
        Library.open(damaged)
    saved = salvage(damaged, new)
    assert (saved.papers, saved.mended) == (39, ("the status of nine",))


def test_what_was_deleted_here_is_not_mourned(damaged: Path, new: Path) -> None:
    """The paper that is spoiled in the file was deleted, and that is not saved yet."""
    with closing(Library.open(damaged)) as library:
        library.delete([library.paper("nine").id])
    by_sql(damaged, "UPDATE paper SET status = 'burnt' WHERE key = 'nine'")
    saved = salvage(damaged, new)
    assert (saved.papers, saved.mended, saved.lost) == (38, (), ())


def test_a_page_of_zeros_is_missed(damaged: Path, new: Path) -> None:
    """The rows that were on it leave no other trace."""
    ((page,),) = rows(damaged, "SELECT rootpage FROM sqlite_schema WHERE name = 'paper_tag'")
    assert isinstance(page, int)
    overwrite(damaged, (page - 1) * 4096, page * 4096, 0)
    saved = salvage(damaged, new)
    assert (saved.papers, saved.pages, saved.is_whole) == (39, (page,), False)


def test_pages_without_rows_are_no_damage(damaged: Path, new: Path, tmp_path: Path) -> None:
    """Pages that nothing needs any more, and those in which SQLite notes where others belong."""
    by_sql(damaged, "PRAGMA secure_delete = ON", "UPDATE paper SET note = NULL")
    assert rows(damaged, "PRAGMA freelist_count") > [(0,)]
    assert salvage(damaged, new).is_whole
    by_sql(damaged, "PRAGMA auto_vacuum = FULL")
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute("VACUUM")
    assert check_library(damaged).papers == 39
    assert salvage(damaged, tmp_path / "other.db").is_whole


def test_it_is_told_how_much_was_cut_off(damaged: Path, new: Path) -> None:
    size = damaged.stat().st_size
    os.truncate(damaged, size - 2 * 4096 - 100)
    saved = salvage(damaged, new)
    assert (saved.cut_off, saved.of_pages) == (3, size // 4096)
    assert not saved.is_whole


def test_what_was_added_at_the_end_is_no_loss(damaged: Path, new: Path) -> None:
    with damaged.open("ab") as file:
        file.write(b"something else" * 1000)
    with pytest.raises(LibraryError, match="is longer than it says itself"):
        check_library(damaged)
    saved = salvage(damaged, new)
    assert (saved.papers, saved.is_whole) == (39, True)


@pytest.mark.parametrize("table", ["paper", "paper_tag", "source", "key_alias", "journal"])
def test_a_column_more_costs_nothing_else(damaged: Path, new: Path, table: str) -> None:
    """Another program has added it, or a newer readinglist."""
    before = rows(damaged, f"SELECT * FROM {table} ORDER BY 1, 2")
    by_sql(
        damaged, f"ALTER TABLE {table} ADD COLUMN rating INTEGER", f"UPDATE {table} SET rating = 5"
    )
    saved = salvage(damaged, new)
    assert saved.is_whole
    assert saved.too_long == len(before)
    assert rows(new, f"SELECT * FROM {table} ORDER BY 1, 2") == before


def test_an_index_of_strangers_brings_no_tags(damaged: Path, new: Path) -> None:
    """Its rows begin as those of tags do."""
    by_sql(damaged, "CREATE INDEX by_field ON journal (paper, field)")
    assert salvage(damaged, new).is_whole
    assert rows(new, "SELECT tag FROM paper_tag") == [("thesis",)]


def test_rows_that_fit_no_table_are_counted(damaged: Path, new: Path) -> None:
    by_sql(
        damaged,
        "CREATE TABLE extra AS SELECT key, title, authors, note, added_at FROM paper",
        "CREATE INDEX extra_titles ON extra (title)",
    )
    saved = salvage(damaged, new)
    assert (saved.papers, saved.strange, saved.is_whole) == (39, 39, False)


def check_unsaved_edit_is_used(damaged: Path, new: Path) -> Salvaged:
    saved = salvage(damaged, new)
    with Library.open(new) as library:
        assert library.paper("nine").status is Status.READ
        assert library.count() == 39
    return saved


@pytest.fixture
def working_copy(damaged: Path) -> Path:
    """The database of this machine, with an edit that is not saved yet."""
    with closing(Library.open(damaged)) as library:
        library.mark([library.paper("nine").id], status=Status.READ)
    return next(state_folder().glob("*/working.db"))


def test_a_working_copy_where_nothing_can_be_written_is_used(
    damaged: Path, new: Path, working_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite writes a file beside it even to read it."""
    connect = sqlite3.connect

    def refuse(database: Path | str, **options: Any) -> sqlite3.Connection:
        if str(database).startswith(working_copy.as_uri()):
            raise sqlite3.OperationalError("unable to open database file")
        connection: sqlite3.Connection = connect(database, **options)
        return connection

    monkeypatch.setattr(sqlite3, "connect", refuse)
    assert check_unsaved_edit_is_used(damaged, new).is_whole


def test_a_working_copy_of_an_earlier_layout_is_used(
    damaged: Path, new: Path, working_copy: Path
) -> None:
    by_sql(
        working_copy,
        *(
            f"DROP INDEX journal_{name}"
            for name in ("turned_back", "deletions", "identifiers", "reading")
        ),
        "UPDATE meta SET value = '3.3' WHERE name = 'layout'",
    )
    before = working_copy.read_bytes()
    assert check_unsaved_edit_is_used(damaged, new).is_whole
    assert working_copy.read_bytes() == before


def test_a_damaged_working_copy_is_used_as_far_as_it_can_be_read(
    damaged: Path, new: Path, working_copy: Path
) -> None:
    before = rows(damaged, "SELECT * FROM key_alias"), rows(damaged, "SELECT * FROM paper_source")
    ((page,),) = rows(working_copy, "SELECT rootpage FROM sqlite_schema WHERE name = 'meta'")
    assert isinstance(page, int)
    overwrite(working_copy, (page - 1) * 4096, page * 4096)
    saved = check_unsaved_edit_is_used(damaged, new)
    assert f"{working_copy} can't be read as a whole: it is damaged" in saved.working_copy
    assert not saved.is_whole
    assert before == (rows(new, "SELECT * FROM key_alias"), rows(new, "SELECT * FROM paper_source"))


def test_a_value_that_can_not_be_one_in_a_working_copy_goes_nowhere(
    damaged: Path, new: Path, working_copy: Path
) -> None:
    by_sql(working_copy, "UPDATE journal SET action = 'explode' WHERE key = 'PaperNumber7'")
    overwrite(damaged, 0, 4096)
    assert "it is damaged" in check_unsaved_edit_is_used(damaged, new).working_copy


def test_a_working_copy_that_can_not_be_read_is_told(
    damaged: Path, new: Path, working_copy: Path
) -> None:
    working_copy.unlink()
    working_copy.mkdir()
    saved = salvage(damaged, new)
    assert f"{working_copy} can't be read: Is a directory." in saved.working_copy
    assert (saved.papers, saved.is_whole) == (39, False)


def test_of_a_library_that_was_cut_off_what_was_seen_here_is_saved(
    damaged: Path, new: Path, working_copy: Path, tmp_path: Path
) -> None:
    """What others wrote since then may have been in the rest, and nothing tells."""
    os.truncate(damaged, damaged.stat().st_size - 3 * 4096)
    saved = check_unsaved_edit_is_used(damaged, new)
    assert (saved.lost, saved.has_all_seen, saved.is_whole) == ((), True, False)
    assert saved.from_here > 0
    shutil.rmtree(working_copy.parent)
    assert not salvage(damaged, tmp_path / "less.db").has_all_seen


def test_what_another_machine_deleted_stays_deleted(
    damaged: Path, new: Path, working_copy: Path, tmp_path: Path
) -> None:
    with Library.open(damaged, state=tmp_path / "other machine") as library:
        library.delete([library.paper("PaperNumber3").id])
        library.mark([library.paper("PaperNumber7").id], remove_tags=["thesis"])
    overwrite(damaged, 0, 4096)
    saved = salvage(damaged, new)
    assert (saved.papers, saved.lost) == (38, ())
    with Library.open(new) as library:
        assert library.paper("PaperNumber7").tags == ()
        assert library.paper("nine").status is Status.READ
        assert "PaperNumber3" not in library.all_keys()


def test_an_edit_beats_a_deletion_of_another_machine(
    damaged: Path, new: Path, working_copy: Path, tmp_path: Path
) -> None:
    with Library.open(damaged, state=tmp_path / "other machine") as library:
        library.delete([library.paper("nine").id])
    overwrite(damaged, 0, 4096)
    check_unsaved_edit_is_used(damaged, new)


def test_a_database_that_was_set_aside_is_saved_with_the_edits_in_its_log(
    damaged: Path, new: Path, working_copy: Path
) -> None:
    """It has indexes, whose rows look like aliases and sources."""
    aside = working_copy.with_name("set-aside.db")
    with closing(Library.open(damaged)) as library:
        library.note("nine", "in the log")
        shutil.copyfile(working_copy, aside)
        shutil.copyfile(f"{working_copy}-wal", f"{aside}-wal")
    overwrite(aside, 0, 16)
    saved = salvage(aside, new)
    assert saved.is_whole
    with Library.open(new) as library:
        assert library.paper("nine").note == "in the log"
        assert library.count() == 39
    for table in ("key_alias", "paper_source", "paper_tag", "source"):
        assert rows(new, f"SELECT * FROM {table}") == rows(damaged, f"SELECT * FROM {table}")


def test_a_full_temporary_folder_is_told(
    damaged: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(LibraryError, match=r"^/tmp can't be written: No space left") as error:
        salvage(damaged, new)
    assert "set TMPDIR" in error.value.hint


def test_the_saved_library_takes_the_place_of_the_damaged_one(damaged: Path, new: Path) -> None:
    """What is not saved yet on this machine goes on from there."""
    with closing(Library.open(damaged)) as library:
        library.mark([library.paper("nine").id], status=Status.READ)
    overwrite(damaged, 0, 100)
    salvage(damaged, new)
    new.replace(damaged)
    with Library.open(damaged) as library:
        assert library.count() == 39
        assert library.paper("nine").status is Status.READ
        assert library.undo().papers
    with closing(sqlite3.connect(damaged)) as connection:
        assert connection.execute("SELECT status FROM paper WHERE key = 'nine'").fetchone() == (
            "unread",
        )


def test_nothing_is_overwritten_and_nothing_is_made_of_nothing(
    damaged: Path, new: Path, tmp_path: Path
) -> None:
    new.parent.mkdir()
    new.write_text("mine")
    with pytest.raises(LibraryError, match="is there already"):
        salvage(damaged, new)
    assert new.read_text() == "mine"
    text = tmp_path / "text.txt"
    text.write_text("no library at all " * 1000)
    for path in (text, tmp_path / "none.db"):
        with pytest.raises(LibraryError, match=r"Nothing of a library|There is no library"):
            salvage(path, tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


def test_looking_first_writes_nothing(damaged: Path, tmp_path: Path) -> None:
    overwrite(damaged, 0, 100)
    files = sorted(tmp_path.rglob("*"))
    assert readable(damaged).papers == 39
    assert sorted(tmp_path.rglob("*")) == files
