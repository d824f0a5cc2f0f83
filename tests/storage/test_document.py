"""The library file is believed only when it is sound, and only ever replaced whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from readinglist.config import state_folder
from readinglist.domain.paper import Status
from readinglist.errors import LibraryError, UnfinishedError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.storage import document
from readinglist.storage.document import (
    DocumentChangedError,
    fingerprint,
    open_inspected,
    replacing,
)
from tests.conftest import Listed, PageMaker, by_sql, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def saved(library_file: Path, page: PageMaker) -> Path:
    """A library file with enough papers to have many pages."""
    with Library.open(library_file) as library:
        library.import_files([page(*(Listed(f"Paper number {n}") for n in range(60)))])
    return library_file


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def cut_off_in_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def added_to(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(5000))


def not_sqlite(path: Path) -> None:
    path.write_bytes(b"A shopping list: bread, milk, a new keyboard. " * 200)


def conflict_markers(path: Path) -> None:
    path.write_bytes(b"<<<<<<< HEAD\n")


def damaged_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 6] = os.urandom(4096 * 3)
    path.write_bytes(data)


SPOILED: dict[str, tuple[Callable[[Path], None] | str, str]] = {
    "empty": (empty, "is empty"),
    "cut off": (cut_off, "cut off or not complete"),
    "cut off within a page": (cut_off_in_a_page, "cut off or not complete"),
    "too long": (added_to, "longer than it says itself"),
    "not SQLite": (not_sqlite, "not a readinglist library"),
    "a few bytes": (conflict_markers, "not a readinglist library"),
    "a damaged page": (damaged_page, "damaged"),
    "another application": ("PRAGMA application_id = 7", "another program"),
    "no version": ("PRAGMA user_version = 0", "does not have the tables"),
    "a trigger": (
        "CREATE TRIGGER t AFTER INSERT ON paper BEGIN DELETE FROM paper; END",
        "does not have the tables",
    ),
    "a view": ("CREATE VIEW v AS SELECT * FROM paper", "does not have the tables"),
    "a table": ("CREATE TABLE extra (x)", "does not have the tables"),
    "an index": ("CREATE INDEX i ON paper (title)", "does not have the tables"),
    "a column": ("ALTER TABLE paper ADD COLUMN rating INTEGER", "does not have the tables"),
    "a table less": ("DROP TABLE key_alias", "does not have the tables"),
    "a trigger called as sqlite-utils calls its table": (
        "CREATE TRIGGER _sqlite_migrations AFTER INSERT ON paper BEGIN DELETE FROM paper; END",
        "does not have the tables",
    ),
    "an unknown status": ("UPDATE paper SET status = 'burnt'", "be the status of a paper"),
    "an unknown priority": ("UPDATE paper SET priority = '9'", "be the priority of a paper"),
    "authors that are no list": ("UPDATE paper SET authors = '{}'", "be the authors of a paper"),
    "a date that is none": ("UPDATE paper SET published = 'soon'", "be the published of a paper"),
    "a key that steers terminals": (
        "UPDATE paper SET key = 'a' || char(27) || '[2J'", "be the key of a paper",
    ),
    "a key that ends its BibTeX entry": ("UPDATE paper SET key = 'a,}'", "be the key of a paper"),
    "a type with a space": ("UPDATE paper SET type = 'a b'", "be the type of a paper"),
    "an address of a local file": (
        "UPDATE paper SET url = 'file:///etc/passwd'", "be the url of a paper",
    ),
    "a link that runs": (
        """UPDATE paper SET links = '["javascript:alert(1)"]'""", "be the link of a paper",
    ),
    "an unknown action": ("UPDATE journal SET action = 'x'", "an action that can't be one"),
    "a text beyond all bounds": (
        "UPDATE paper SET note = hex(zeroblob(5000000)) WHERE rowid = (SELECT min(id) FROM paper)",
        "damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_a_file_that_is_not_sound_is_refused_in_one_sentence_and_left_as_it_is(
    saved: Path, what: str
) -> None:
    deed, says = SPOILED[what]
    if isinstance(deed, str):
        by_sql(saved, deed)
    else:
        deed(saved)
    before = saved.read_bytes(), fingerprint(saved)
    with pytest.raises(LibraryError, match=says) as refused:
        Library.open(saved)
    assert "\n" not in str(refused.value)
    assert (saved.read_bytes(), fingerprint(saved)) == before
    assert beside(saved) == []


@pytest.mark.parametrize("what", SPOILED)
def test_a_fresh_machine_refuses_it_too(saved: Path, what: str, tmp_path: Path) -> None:
    deed, _ = SPOILED[what]
    if isinstance(deed, str):
        by_sql(saved, deed)
    else:
        deed(saved)
    with pytest.raises(LibraryError):
        Library.open(saved, state=tmp_path / "another machine")


@pytest.mark.parametrize(
    ("what", "next_step"),
    [
        ("an unknown status", "Another program changed it: readinglist check {path} says"),
        ("an unknown action", "Another program changed it: readinglist check {path} says"),
        ("not SQLite", "if it was one, readinglist check {path} says"),
    ],
)
def test_the_file_is_named_and_what_to_do_with_it(saved: Path, what: str, next_step: str) -> None:
    deed, _ = SPOILED[what]
    if isinstance(deed, str):
        by_sql(saved, deed)
    else:
        deed(saved)
    with pytest.raises(LibraryError) as refused:
        Library.open(saved)
    assert refused.value.message.startswith(str(saved))
    assert next_step.format(path=saved) in refused.value.hint


def test_a_link_or_a_folder_is_no_library(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(saved)
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(LibraryError, match=r"symbolic link.*library\.db"):
        Library.open(tmp_path / "link.db")
    with pytest.raises(LibraryError, match="not a file"):
        Library.open(tmp_path / "folder.db")
    assert (tmp_path / "link.db").is_symlink()


def test_a_path_through_a_file_can_not_be_read(saved: Path) -> None:
    with pytest.raises(LibraryError, match="Not a directory"):
        fingerprint(saved / "library.db")


def test_a_file_that_vanishes_before_it_is_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="can't be read"), open_inspected(tmp_path / "gone.db"):
        pass


def test_a_file_larger_than_any_library_is_not_even_copied(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "LARGEST_FILE", 4096)
    with pytest.raises(LibraryError, match="larger than a library may be"), open_inspected(saved):
        pass


def test_damage_that_shows_only_while_reading_is_told_in_one_sentence(saved: Path) -> None:
    with pytest.raises(LibraryError, match="damaged"), open_inspected(saved) as connection:
        connection.execute("SELECT * FROM no_such_table")


def test_an_inspected_library_can_not_be_written(saved: Path) -> None:
    with open_inspected(saved) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM paper")


def beside(path: Path) -> list[str]:
    """Return the names of what lies beside a library file on account of it."""
    return sorted(p.name for p in path.parent.iterdir() if "library.db" in p.name and p != path)


def test_a_reader_of_the_old_file_still_reads_the_old(saved: Path, page: PageMaker) -> None:
    with saved.open("rb") as reader:
        before, inode = reader.read(), os.fstat(reader.fileno()).st_ino
        with Library.open(saved) as library:
            library.import_files([page("A paper that comes later", name="later.txt")])
        reader.seek(0)
        assert reader.read() == before
        assert saved.stat().st_ino != inode
        assert saved.read_bytes() != before
    assert beside(saved) == []


def test_nothing_lies_beside_the_file_at_any_moment_of_a_save_but_the_draft(saved: Path) -> None:
    with replacing(saved, fingerprint(saved)) as draft:
        draft.connection.execute("UPDATE paper SET status = 'read'")
        (name,) = beside(saved)
        assert name.startswith(".library.db.")
        assert name.endswith(".new")
    assert beside(saved) == []
    assert rows(saved, "SELECT DISTINCT status FROM paper") == [("read",)]
    assert draft.fingerprint == fingerprint(saved)


def test_a_file_that_was_changed_meanwhile_is_not_replaced(saved: Path) -> None:
    def write() -> None:
        with replacing(saved, fingerprint(saved)) as draft:
            draft.connection.execute("UPDATE paper SET status = 'read'")
            by_sql(saved, "UPDATE paper SET status = 'skipped'")

    with pytest.raises(DocumentChangedError):
        write()
    assert rows(saved, "SELECT DISTINCT status FROM paper") == [("skipped",)]
    assert beside(saved) == []


def test_a_file_that_came_meanwhile_is_not_replaced_by_a_new_one(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(DocumentChangedError), replacing(saved, None):
        pass
    assert saved.read_bytes() == before


def test_a_file_that_is_not_the_one_that_was_read_is_not_even_copied(saved: Path) -> None:
    read = fingerprint(saved)
    by_sql(saved, "UPDATE paper SET status = 'skipped'")
    with pytest.raises(DocumentChangedError), replacing(saved, read):
        raise AssertionError("it was given to write to")


@pytest.mark.parametrize(
    "error", [OSError(30, "Read-only file system"), sqlite3.Error("disk full")]
)
def test_what_fails_while_writing_leaves_the_old_file(saved: Path, error: Exception) -> None:
    before = saved.read_bytes()

    def write() -> None:
        with replacing(saved, fingerprint(saved)) as draft:
            draft.connection.execute("DELETE FROM paper")
            raise error

    with pytest.raises(LibraryError, match=r"can't be written: (Read-only|disk full)"):
        write()
    assert saved.read_bytes() == before
    assert beside(saved) == []


def test_permissions_of_the_file_stay(saved: Path) -> None:
    saved.chmod(0o640)
    with replacing(saved, fingerprint(saved)) as draft:
        draft.connection.execute("UPDATE paper SET status = 'read'")
    assert saved.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    with replacing(tmp_path / "folder" / "library.db", None):
        pass
    mode = (tmp_path / "folder" / "library.db").stat().st_mode
    assert mode == (tmp_path / "any").stat().st_mode


def test_what_a_killed_process_left_beside_the_file_goes_with_the_next_save(saved: Path) -> None:
    left, fresh = (saved.with_name(f".library.db.{name}.new") for name in ("old", "fresh"))
    left.write_bytes(b"half of it")
    fresh.write_bytes(b"another machine is at it")
    os.utime(left, (0, 0))
    with replacing(saved, fingerprint(saved)):
        pass
    assert beside(saved) == [".library.db.fresh.new"]


@pytest.mark.parametrize("mark", ["index.lock", "MERGE_HEAD", "rebase-merge/", "rebase-apply/"])
def test_git_is_busy_while_it_says_so(tmp_path: Path, mark: str) -> None:
    file = tmp_path / "repository" / "papers" / "library.db"
    git = tmp_path / "repository" / ".git"
    git.mkdir(parents=True)
    assert not document.git_is_busy(file)
    (git / mark).mkdir() if mark.endswith("/") else (git / mark).touch()
    assert document.git_is_busy(file)
    assert not document.git_is_busy(tmp_path / "elsewhere" / "library.db")


def test_a_worktree_has_its_git_folder_elsewhere(tmp_path: Path) -> None:
    real = tmp_path / "main" / ".git" / "worktrees" / "thesis"
    real.mkdir(parents=True)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / ".git").write_text("gitdir: ../main/.git/worktrees/thesis\n")
    assert not document.git_is_busy(tmp_path / "thesis" / "library.db")
    (real / "index.lock").touch()
    assert document.git_is_busy(tmp_path / "thesis" / "library.db")


# --- programs that write the file itself

_BY_HAND = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    try:
        connection.execute(line).fetchall()
        print("done", flush=True)
    except sqlite3.Error as error:
        print(error, flush=True)
"""


class OtherProgram:
    """A process with a connection to a database."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BY_HAND, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, sql: str) -> str:
        """Carry out a statement, and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(sql, file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def other_program(saved: Path) -> Iterator[OtherProgram]:
    with closing(OtherProgram(saved)) as program:
        yield program


def test_a_save_waits_for_a_program_that_is_writing_the_file(
    saved: Path, other_program: OtherProgram
) -> None:
    assert other_program("BEGIN IMMEDIATE") == "done"
    assert other_program("UPDATE paper SET venue = 'Theirs'") == "done"
    with Library.open(saved) as library:
        library.mark(library.find().ids, status=Status.READ)
        assert not library.save()
        assert other_program("COMMIT") == "done"
        assert library.save()
    assert rows(saved, "SELECT DISTINCT status, venue FROM paper") == [("read", "Theirs")]


def test_a_program_that_writes_to_a_file_that_was_replaced_is_told_so(
    saved: Path, other_program: OtherProgram
) -> None:
    assert other_program("SELECT count(*) FROM paper") == "done"
    with Library.open(saved) as library:
        library.mark(library.find().ids, status=Status.READ)
    assert "readonly" in other_program("UPDATE paper SET venue = 'Theirs'")


def test_a_file_in_the_middle_of_a_write_is_read_when_it_is_over(
    saved: Path, other_program: OtherProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_PATIENCE", 0.05)
    assert other_program("BEGIN EXCLUSIVE") == "done"
    with pytest.raises(LibraryError, match=r"Another program has been writing .*library.db for"):
        check_library(saved)
    assert other_program("COMMIT") == "done"
    assert check_library(saved).papers == 60


# --- programs that were killed while they wrote it

_KILLED = {
    "-journal": ("PRAGMA cache_size = 1", "BEGIN", "UPDATE paper SET venue = 'Theirs'"),
    "-wal": ("PRAGMA journal_mode = WAL", "UPDATE paper SET venue = 'Theirs'"),
}


@pytest.fixture(params=_KILLED)
def unfinished(saved: Path, request: pytest.FixtureRequest) -> Path:
    """The log that a program left beside the library when it was killed."""
    program = OtherProgram(saved)
    for line in _KILLED[request.param]:
        assert program(line) == "done"
    program.kill()
    return saved.with_name(f"library.db{request.param}")


def end_change(path: Path) -> None:
    """Do what `sqlite3 FILE .tables` does."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT * FROM sqlite_schema").fetchall()


def test_a_library_that_somebody_was_killed_at_is_left_alone_until_the_change_is_ended(
    saved: Path, unfinished: Path
) -> None:
    before = saved.read_bytes(), unfinished.read_bytes()
    with closing(Library.open(saved)) as library:
        library.mark(library.find().ids, status=Status.READ)
        for _ in range(2):
            with pytest.raises(UnfinishedError, match=rf"^{unfinished} lies beside .*{saved} .tab"):
                library.save()
        assert (saved.read_bytes(), unfinished.read_bytes()) == before
        end_change(saved)
        assert library.save()
    assert rows(saved, "PRAGMA integrity_check") == [("ok",)]
    theirs = "Theirs" if unfinished.name.endswith("wal") else None
    assert rows(saved, "SELECT DISTINCT status, venue FROM paper") == [("read", theirs)]


def test_meanwhile_it_can_be_read_where_it_was_read_before(saved: Path, unfinished: Path) -> None:
    os.utime(saved)
    with Library.open(saved) as library:
        assert library.count() == 60
        assert unfinished.name in str(library.came_in.held_up)
    shutil.rmtree(state_folder())
    with pytest.raises(UnfinishedError, match="lies beside the library"):
        Library.open(saved)
    end_change(saved)
    with Library.open(saved) as library:
        assert library.count() == 60
        assert library.came_in.held_up is None


def test_no_library_is_begun_beside_the_log_of_one_that_is_gone(
    saved: Path, unfinished: Path
) -> None:
    saved.unlink()
    with pytest.raises(UnfinishedError, match=rf"missing.*delete {unfinished.name}"):
        Library.open(saved)
    assert not list(state_folder().glob("*/earlier*"))
    unfinished.unlink()
    with Library.open(saved) as library:
        assert not library.count()


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link(path: Path) -> None:
    path.symlink_to("library.db")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def an_ended_change(path: Path) -> None:
    """As SQLite leaves one with `PRAGMA journal_mode = PERSIST`, and an empty log of readers."""
    path.write_bytes(bytes(4096) if path.name.endswith("-journal") else b"")


@pytest.mark.parametrize("suffix", _KILLED)
@pytest.mark.parametrize("make", [a_folder, a_link, a_pipe, an_ended_change])
def test_what_is_no_log_of_a_change_is_not_in_the_way(
    saved: Path, suffix: str, make: Callable[[Path], None]
) -> None:
    make(saved.with_name(f"library.db{suffix}"))
    with Library.open(saved) as library:
        library.mark(library.find().ids, status=Status.READ)
        assert library.save()
    assert check_library(saved).papers == 60
