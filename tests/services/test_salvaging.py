"""Of a damaged library what can be read is saved; of what can't, one is told."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Priority, Status
from readinglist.errors import LibraryError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.services.salvaging import readable, salvage
from tests.conftest import Listed, PageMaker, by_sql

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
