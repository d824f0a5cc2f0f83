"""The working copy: every edit is durable at once, and nothing of it is ever needed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from readinglist.config import state_folder
from readinglist.domain.change import Action, Change, describe
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import LibraryError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.services.salvaging import salvage
from readinglist.storage import document, working_files
from readinglist.storage.working_copy import WorkingCopy
from readinglist.storage.working_files import recover_command
from tests.conftest import Listed, PageMaker, add_by_hand, by_sql, rows, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TITLES = ["Attention to Detail", "Build It Twice", "Caches and Their Discontents"]
KEYS = ["AttentionDetail", "BuildTwice", "CachesTheirDiscontents"]


@pytest.fixture
def three(library: Library, tmp_path: Path) -> list[int]:
    """Three papers in a saved library, by their ids."""
    ids = add_by_hand(library, TITLES, tmp_path)
    assert library.save()
    return ids


def content(library: Library) -> list[Paper]:
    return library.papers(sorted(library.find().ids))


def working_database() -> Path:
    (path,) = state_folder().glob("*/working.db")
    return path


def beside(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if "library.db" in p.name and p != path)


# --- it can be deleted, damaged, shared


def test_a_new_library_is_a_sound_empty_file_at_once(library: Library, library_file: Path) -> None:
    assert rows(library_file, "SELECT count(*) FROM paper") == [(0,)]
    assert library.is_saved()
    assert beside(library_file) == []


def test_without_the_state_folder_the_same_library_is_there(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.mark(three[:2], status=Status.READ, add_tags=["ml"])
    library.note(KEYS[0], "see [[BuildTwice]]")
    library.save()
    before = content(library), library.history()
    shutil.rmtree(state_folder())
    with Library.open(library_file) as again:
        assert (content(again), again.history()) == before


def test_deleting_the_state_folder_under_an_open_library_loses_no_edit(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.mark(three[:1], status=Status.READ)
    shutil.rmtree(state_folder())
    library.mark(three[1:2], priority=Priority.HIGH)
    assert library.save()
    with Library.open(library_file) as again:
        assert content(again) == content(library)


def header(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def no_tables(path: Path) -> None:
    path.write_bytes(b"")


def other_layout(path: Path) -> None:
    by_sql(path, "UPDATE meta SET value = '0.0' WHERE name = 'layout'")


@pytest.mark.parametrize("spoil", [header, no_tables, other_layout])
def test_a_working_copy_that_can_not_be_used_is_set_aside_and_made_anew(
    library_file: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    with Library.open(library_file) as library:
        add_by_hand(library, TITLES, tmp_path)
        before = content(library)
    database = working_database()
    spoil(database)
    spoilt = database.read_bytes()
    for _ in range(2):
        with Library.open(library_file) as library:
            assert content(library) == before
    assert database.with_name("set-aside.db").read_bytes() == spoilt


def test_a_working_copy_that_is_only_busy_is_not_set_aside(
    library: Library, library_file: Path, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    library.mark(three[:1], status=Status.READ)
    monkeypatch.setattr(working_files, "_PATIENCE", 0.01)
    library.close()
    holder = sqlite3.connect(working_database(), isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LibraryError, match="Another program has been at work"):
        Library.open(library_file)
    holder.close()
    with Library.open(library_file) as again:
        assert again.paper(KEYS[0]).status is Status.READ


def test_a_state_folder_that_can_not_be_made_is_named(library_file: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file is in the way")
    with pytest.raises(LibraryError, match=r"state.*can't be used.*XDG_STATE_HOME"):
        Library.open(library_file, state=tmp_path / "state")
    assert not library_file.exists()


def test_a_lock_that_can_not_be_made_is_named(library: Library, three: list[int]) -> None:
    library.mark(three[:1], status=Status.READ)
    shutil.rmtree(state_folder())
    state_folder().write_text("a file is in the way")
    with pytest.raises(LibraryError, match=r"can't be used: .*XDG_STATE_HOME"):
        library.save()


def test_a_working_database_that_can_not_be_opened_is_named(
    library_file: Path, tmp_path: Path
) -> None:
    Library.open(library_file).close()
    working_database().unlink()
    working_database_folder = next(state_folder().glob("*/lock.db")).parent
    (working_database_folder / "working.db").mkdir()
    with pytest.raises(LibraryError, match=r"working\.db can't be used: Is a directory"):
        Library.open(library_file)


@pytest.mark.parametrize("name", ["working.db", "working.db-shm", "working.db-wal"])
def test_the_part_of_it_that_is_no_file_is_named(
    library: Library, library_file: Path, three: list[int], name: str
) -> None:
    library.close()
    part = working_database().with_name(name)
    part.unlink(missing_ok=True)
    os.mkfifo(part)
    with pytest.raises(LibraryError, match=rf"{part} can't be used: it is not a file"):
        Library.open(library_file).mark(three[:1], status=Status.READ)


def test_another_process_that_holds_the_library_for_long_is_told_of(
    library: Library, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_files, "_PATIENCE", 0.01)
    library.mark(three[:1], status=Status.READ)
    lock = sqlite3.connect(next(state_folder().glob("*/lock.db")), isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LibraryError, match="Another readinglist"):
        library.save()
    lock.close()
    assert library.save()


def test_two_clones_on_one_machine_are_two_machines_to_the_journal(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    names = set()
    for clone in ("a", "b", "a"):
        working = WorkingCopy(tmp_path / clone / "library.db", tmp_path / "state")
        names.add(working.files.machine)
        working.close()
    assert len(names) == 2


def test_a_transaction_is_kept_whole_or_not_at_all(
    library_file: Path, library: Library, three: list[int]
) -> None:
    working = WorkingCopy(library_file, state_folder())

    def fail_after_a_write() -> None:
        with working.transaction():
            with working.transaction():
                working.papers.set(three[0], "status", Status.READ)
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_a_write()
    assert library.paper(KEYS[0]).status is Status.UNREAD
    working.close()


# --- saving


def test_saving_with_nothing_changed_does_not_touch_the_file(
    library: Library, library_file: Path, three: list[int]
) -> None:
    before = library_file.read_bytes(), document.fingerprint(library_file)
    assert library.save()
    library.mark(three, status=Status.UNREAD)
    assert library.save()
    assert (library_file.read_bytes(), document.fingerprint(library_file)) == before


def test_an_edit_changes_few_pages_of_the_file(
    library: Library, library_file: Path, page: PageMaker
) -> None:
    library.import_files([page(*(Listed(f"Paper number {n}") for n in range(400)))])
    library.save()
    before = library_file.read_bytes()
    library.mark(library.find().ids[:1], status=Status.READ)
    library.save()
    after = library_file.read_bytes()
    changed = [
        n for n in range(0, len(before), 4096) if before[n : n + 4096] != after[n : n + 4096]
    ]
    assert 0 < len(changed) <= 8
    assert len(before) >= 40 * 4096


@pytest.mark.parametrize("mark", ["index.lock", "MERGE_HEAD"])
def test_saving_waits_until_git_is_done(
    library: Library, library_file: Path, three: list[int], mark: str
) -> None:
    git = library_file.parent / ".git"
    git.mkdir()
    before = library_file.read_bytes()
    library.mark(three[:1], status=Status.READ)
    (git / mark).touch()
    assert not library.save()
    assert not library.is_saved()
    assert library_file.read_bytes() == before
    (git / mark).unlink()
    assert library.save()
    assert rows(library_file, "SELECT count(*) FROM paper WHERE status = 'read'") == [(1,)]


def test_a_library_that_git_is_replacing_is_not_begun_anew(
    library_file: Path, tmp_path: Path
) -> None:
    with Library.open(library_file) as library:
        add_by_hand(library, TITLES, tmp_path)
        before = content(library)
    kept = library_file.read_bytes()
    (library_file.parent / ".git").mkdir()
    (library_file.parent / ".git" / "index.lock").touch()
    library_file.unlink()
    with pytest.raises(LibraryError, match="git is at work"):
        Library.open(library_file)
    assert not library_file.exists()
    library_file.write_bytes(kept)
    with Library.open(library_file) as library:
        assert content(library) == before


@pytest.mark.parametrize("broken", ["mkstemp", "replace"])
def test_a_folder_that_can_not_be_written_loses_no_edit(
    library: Library,
    library_file: Path,
    three: list[int],
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    before = library_file.read_bytes()
    library.mark(three[:1], status=Status.READ)
    with monkeypatch.context() as patch:
        patch.setattr(*((tempfile, "mkstemp") if broken == "mkstemp" else (os, "replace")), fail)
        with pytest.raises(LibraryError, match=r"can't be written: Read-only .*edits are kept"):
            library.save()
        library.close()
        assert library_file.read_bytes() == before
        assert beside(library_file) == []
        reopened = Library.open(library_file)
        assert reopened.paper(KEYS[0]).status is Status.READ
    assert reopened.save()
    reopened.close()
    assert rows(library_file, "SELECT status FROM paper ORDER BY title LIMIT 1") == [("read",)]


def test_a_deleted_file_is_written_whole_with_the_next_edit(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library_file.unlink()
    assert not library.take_in()
    library.mark(three[:1], status=Status.READ)
    assert library.save()
    before = content(library)
    shutil.rmtree(state_folder())
    with Library.open(library_file) as again:
        assert content(again) == before
        assert len(again.history()) == 4


def test_a_deleted_file_comes_back_where_edits_were_not_saved(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.mark(three[:1], status=Status.READ)
    library.close()
    library_file.unlink()
    with Library.open(library_file) as again:
        assert again.paper(KEYS[0]).status is Status.READ
    assert rows(library_file, "SELECT count(*) FROM paper") == [(3,)]


def test_where_all_was_saved_a_deleted_file_is_a_new_library(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.close()
    earlier = working_database().with_name("earlier.db")
    library_file.unlink()
    with Library.open(library_file) as new:
        assert new.count() == 0
    assert rows(earlier, "SELECT count(*) FROM paper") == [(3,)]


def test_each_deleted_library_is_kept_and_it_is_said_how_to_get_it_back(
    library: Library, library_file: Path, three: list[int], tmp_path: Path
) -> None:
    library.close()
    aside = [working_database().with_name(f"earlier{end}.db") for end in ("", "-2", "-3")]
    library_file.unlink()
    with Library.open(library_file) as second:
        back = f"kept as {aside[0]}; {recover_command(library_file, aside[0])} brings it back."
        assert second.mended == f"{library_file} was missing: what this machine had of it is {back}"
    library_file.unlink()
    with Library.open(library_file) as third:  # the second one was empty
        assert not third.mended
        add_by_hand(third, TITLES[:1], tmp_path)
    library_file.unlink()
    with Library.open(library_file) as fourth:
        assert f"is kept as {aside[1]};" in fourth.mended
    assert not aside[2].exists()
    for file, count in zip(aside[:2], (3, 1), strict=True):
        assert salvage(file, tmp_path / f"{file.name}-saved").papers == count


def test_a_library_whose_folder_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    with Library.open(folder / "library.db") as library:
        add_by_hand(library, TITLES, tmp_path)
    folder.rename(tmp_path / "pulled out")
    with pytest.raises(LibraryError, match=r"stick is gone.*Bring it back"):
        Library.open(folder / "library.db")
    assert not folder.exists()
    (tmp_path / "pulled out").rename(folder)
    with Library.open(folder / "library.db") as library:
        assert library.count() == 3


def test_a_folder_that_goes_while_the_library_is_open_is_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    with closing(Library.open(folder / "library.db")) as library:
        ids = add_by_hand(library, TITLES, tmp_path)
        library.save()
        library.mark(ids[:1], status=Status.READ)
        folder.rename(tmp_path / "pulled out")
        library.take_in()
        with pytest.raises(LibraryError, match=r"stick is gone.*Your edits are kept"):
            library.save()
        assert not folder.exists()
        (tmp_path / "pulled out").rename(folder)
        assert library.save()
    status = rows(folder / "library.db", f"SELECT status FROM paper WHERE id = {ids[0]}")
    assert status == [("read",)]


def test_they_are_set_aside_where_no_file_has_two_names(
    library: Library, library_file: Path, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    test_where_all_was_saved_a_deleted_file_is_a_new_library(library, library_file, three)


@pytest.mark.parametrize("kill", range(1, 10))
def test_they_are_set_aside_whole_by_who_is_killed_meanwhile(
    library: Library,
    library_file: Path,
    three: list[int],
    monkeypatch: pytest.MonkeyPatch,
    kill: int,
) -> None:
    library.mark(three[:1], status=Status.READ)  # it is in the log: the database is open
    library.save()
    library_file.unlink()
    steps = iter(range(1, kill))

    def killed(step: Callable[..., None]) -> Callable[..., None]:
        def until_the_last(*arguments: object, **named: object) -> None:
            if next(steps, None) is None:
                raise KeyboardInterrupt
            step(*arguments, **named)

        return until_the_last

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        for name in ("link", "unlink", "replace"):
            patch.setattr(os, name, killed(getattr(os, name)))
        Library.open(library_file).close()
    with Library.open(library_file) as new:
        assert new.count() == 0
    library.close()
    earlier = working_database().with_name("earlier.db")
    assert rows(earlier, "SELECT count(*) FROM paper WHERE status = 'read'") == [(1,)]


def test_a_library_that_a_branch_lacks_is_not_forgotten(
    library: Library, library_file: Path, three: list[int], tmp_path: Path
) -> None:
    library.save()
    (tmp_path / ".git").mkdir()
    library_file.unlink()
    with Library.open(library_file) as again:
        assert again.count() == 3
        assert not library_file.exists()  # reading brings nothing back
        again.mark(three[:1], status=Status.READ)
    assert rows(library_file, "SELECT count(*) FROM paper") == [(3,)]


def test_a_library_whose_file_vanishes_while_it_is_open_comes_back_with_the_next_edit(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.save()
    library_file.unlink()
    sibling = library.sibling()
    assert sibling.count() == 3
    library.mark(three[:1], status=Status.READ)
    assert sibling.save()
    sibling.close()
    assert rows(library_file, "SELECT count(*) FROM paper") == [(3,)]
    assert rows(library_file, "SELECT count(*) FROM journal") == [(4,)]


def test_a_file_that_another_machine_makes_at_the_same_moment_is_opened(
    library_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(tmp_path / "other.db") as other:
        add_by_hand(other, TITLES, tmp_path)
    original = document.replacing

    def other_is_faster(path: Path, expected: document.Fingerprint | None) -> object:
        if path == library_file:
            shutil.copyfile(tmp_path / "other.db", library_file)
        return original(path, expected)

    monkeypatch.setattr(document, "replacing", other_is_faster)
    with Library.open(library_file) as library:
        assert library.count() == 3


def test_a_file_that_is_always_changed_while_saving_is_left_for_later(
    library: Library, library_file: Path, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    library.mark(three[:1], status=Status.READ)
    original = document.schema_digest
    tags = iter(range(100))

    def meanwhile(connection: sqlite3.Connection) -> str:
        by_sql(library_file, f"INSERT INTO paper_tag VALUES ({three[1]}, 'tag {next(tags)}')")
        return original(connection)

    with monkeypatch.context() as patch:
        patch.setattr(document, "schema_digest", meanwhile)
        by_sql(library_file, "UPDATE paper SET comments = 7")
        assert not library.save()
    assert library.save()
    assert library.paper(KEYS[0]).status is Status.READ
    assert len(library.paper(KEYS[1]).tags) == next(tags)


# --- taking in


def test_what_another_program_wrote_is_taken_in(
    library: Library, library_file: Path, three: list[int]
) -> None:
    by_sql(
        library_file,
        f"UPDATE paper SET status = 'read' WHERE id = {three[0]}",
        f"DELETE FROM paper WHERE id = {three[1]}",
        f"DELETE FROM paper_source WHERE paper = {three[1]}",
        "INSERT INTO paper (id, key, title, added_at) VALUES (7, 'new2024', 'New', '2024-01-01')",
        "INSERT INTO paper_tag VALUES (7, 'fresh')",
    )
    assert tuple(library.find("fresh").ids) == ()
    assert library.take_in()
    assert not library.take_in()
    assert library.paper(KEYS[0]).status is Status.READ
    assert library.paper("new2024").tags == ("fresh",)
    assert library.count() == 3
    assert tuple(library.find("tag:fresh").ids) == (7,)
    assert tuple(library.find("twice").ids) == ()
    assert library.is_saved()


def test_a_file_in_wal_mode_is_taken_in_and_saved_as_a_single_file(
    library: Library, library_file: Path, three: list[int]
) -> None:
    by_sql(library_file, "PRAGMA journal_mode = WAL")
    by_sql(library_file, "UPDATE paper SET comments = 3")
    library.take_in()
    library.mark(three[:1], status=Status.READ)
    assert library.save()
    assert beside(library_file) == []
    assert rows(library_file, "SELECT count(*) FROM paper WHERE comments = 3") == [(3,)]
    assert beside(library_file) == []


def test_papers_that_went_and_came_back_before_they_were_looked_for_are_found(
    library: Library, library_file: Path, three: list[int], tmp_path: Path
) -> None:
    """As on a branch whose library is empty, and back again."""
    with_three = library_file.read_bytes()
    Library.open(tmp_path / "empty.db", state=tmp_path / "elsewhere").close()
    for moment, file in enumerate([(tmp_path / "empty.db").read_bytes(), with_three]):
        put(library_file, file)
        os.utime(library_file, (4e9 + moment, 4e9 + moment))
        library.take_in()
        assert library.count() == (3 if file == with_three else 0)
    assert tuple(library.find("twice").ids) == (three[1],)


def test_touching_the_file_is_no_change(
    library: Library, library_file: Path, three: list[int]
) -> None:
    os.utime(library_file, (1, 1))
    assert not library.take_in()
    by_sql(library_file, "VACUUM")
    assert not library.take_in()


def test_unsaved_edits_are_made_again_on_top_of_what_came(
    library: Library, library_file: Path, three: list[int], tmp_path: Path
) -> None:
    library.mark(three[:1], status=Status.READ, add_tags=["mine"])
    library.edit(KEYS[1], {"venue": "A Workshop", "key": "twice2024"})
    library.delete(three[2:])
    by_sql(
        library_file,
        f"UPDATE paper SET priority = 'high' WHERE id = {three[0]}",
        f"INSERT INTO paper_tag VALUES ({three[0]}, 'theirs')",
        f"UPDATE paper SET note = 'by hand' WHERE id = {three[1]}",
    )
    assert library.take_in()
    assert library.save()
    elsewhere = Library.open(library_file, state=tmp_path / "another machine")
    for reader in (library, elsewhere):
        first, second = reader.papers(three)
        assert (first.status, first.priority) == (Status.READ, Priority.HIGH)
        assert first.tags == ("mine", "theirs")
        assert (second.venue, second.note) == ("A Workshop", "by hand")
        assert reader.paper(KEYS[1]).key == "twice2024"
        assert reader.count() == 2
    elsewhere.close()


def test_an_edit_beats_a_delete_by_another_program(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.mark(three[:1], status=Status.READ, add_tags=["mine"])
    before = library.papers(three[:1])
    by_sql(library_file, "DELETE FROM paper", "DELETE FROM paper_source", "DELETE FROM source")
    library.take_in()
    assert library.papers(three) == before
    library.save()
    assert rows(library_file, "SELECT id, status FROM paper") == [(three[0], "read")]


def test_papers_that_were_just_imported_stay(
    library: Library, library_file: Path, three: list[int], page: PageMaker
) -> None:
    library.import_files([page("Delayed Gratification", name="d.txt")])
    by_sql(library_file, "UPDATE paper SET status = 'read'")
    library.take_in()
    assert library.count() == 4
    assert library.paper("DelayedGratification").sources == ("d.txt",)
    assert library.paper("DelayedGratification").status is Status.UNREAD
    library.save()
    assert rows(library_file, "SELECT count(*) FROM paper_source") == [(4,)]


def test_a_key_that_was_just_exported_stays_frozen(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.export(three[:1], format="json")
    by_sql(library_file, "UPDATE paper SET status = 'read'")
    library.take_in()
    assert [paper.key_frozen for paper in library.papers(three)] == [True, False, False]
    library.save()
    assert rows(library_file, "SELECT sum(key_frozen) FROM paper") == [(1,)]


def test_what_is_written_between_looking_and_saving_is_taken_in_first(
    library: Library, library_file: Path, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program writes just after save has found the file to be the known one."""
    library.mark(three[:1], status=Status.READ)
    original = document.git_is_busy
    original_current = WorkingCopy.is_current
    pending = [f"UPDATE paper SET priority = 'high' WHERE id = {three[1]}"]

    def looked(working: WorkingCopy) -> bool:
        current = original_current(working)
        if pending:
            by_sql(library_file, pending.pop())
        return current

    monkeypatch.setattr(WorkingCopy, "is_current", looked)
    assert not original(library_file)
    assert library.save()
    assert library.paper(KEYS[1]).priority is Priority.HIGH
    assert library.paper(KEYS[0]).status is Status.READ
    assert rows(library_file, "SELECT status, priority FROM paper ORDER BY title LIMIT 2") == [
        ("read", "none"),
        ("unread", "high"),
    ]


def test_what_is_written_just_after_saving_is_taken_in_later(
    library: Library, library_file: Path, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program replaces the file in the moment between our rename and our next look."""
    library.mark(three[:1], status=Status.READ)
    original = document._sync_to_disk

    def meanwhile(path: Path) -> None:
        original(path)
        if path.is_dir():
            by_sql(library_file, "UPDATE paper SET priority = 'low'")

    with monkeypatch.context() as patch:
        patch.setattr(document, "_sync_to_disk", meanwhile)
        assert library.save()
    assert library.take_in()
    assert {paper.priority for paper in library.papers(three)} == {Priority.LOW}


def test_a_file_that_came_damaged_changes_nothing_and_is_not_overwritten(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.mark(three[:1], status=Status.READ)
    before = content(library)
    library_file.write_bytes(b"")
    for attempt in (library.take_in, library.save):
        with pytest.raises(LibraryError, match="is empty"):
            attempt()
    assert library_file.read_bytes() == b""
    assert content(library) == before


@pytest.mark.parametrize(
    "change",
    [
        Change(1, "status", "unread", "read"),
        Change(1, "tag", None, "ml"),
        Change(1, "source", "5", None),
        Change(1, "paper", "{}", None),
    ],
)
def test_a_change_of_a_paper_that_is_not_there_does_nothing(
    library: Library, library_file: Path, three: list[int], change: Change
) -> None:
    working = WorkingCopy(library_file, state_folder())
    before = content(library)
    working.apply(change)
    assert content(library) == before
    working.close()


# --- several at once


def test_two_open_libraries_see_each_others_edits(
    library: Library, library_file: Path, three: list[int]
) -> None:
    other = Library.open(library_file)
    version = other.version()
    library.mark(three[:1], status=Status.READ)
    assert other.version() != version
    assert other.paper(KEYS[0]).status is Status.READ
    other.note(KEYS[0], "from the other one")
    assert library.paper(KEYS[0]).note == "from the other one"
    assert tuple(library.find("other one").ids) == (three[0],)
    assert other.save()
    assert library.is_saved()
    assert not library.take_in()
    other.close()


EDITOR = """
import sys
from readinglist.services.library import Library
from readinglist.domain.paper import Status
library = Library.open(sys.argv[1])
print("open", flush=True)
for line in sys.stdin:
    library.mark([int(line)], add_tags=[sys.argv[2]], status=Status.READ)
    print("done", flush=True)
library.save()
library.close()
"""


def editor(path: Path, tag: str) -> subprocess.Popen[str]:
    """Start a process that gives papers a tag and tells when each edit is done."""
    return subprocess.Popen(
        [sys.executable, "-c", EDITOR, str(path), tag],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def tell(process: subprocess.Popen[str], paper: int) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{paper}\n")
    process.stdin.flush()
    return process.stdout.readline()


def test_an_edit_survives_the_death_of_its_process(
    library: Library, library_file: Path, three: list[int]
) -> None:
    saved = library_file.read_bytes()
    library.close()
    for number, paper in enumerate(three):
        process = editor(library_file, f"round {number}")
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert tell(process, paper) == "done\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert library_file.read_bytes() == saved
    with Library.open(library_file) as again:
        assert [paper.tags for paper in again.papers(three)] == [
            ("round 0",),
            ("round 1",),
            ("round 2",),
        ]
    shutil.rmtree(state_folder())
    with Library.open(library_file) as again:
        assert {paper.status for paper in again.papers(three)} == {Status.READ}


def test_processes_that_open_a_library_for_the_first_time_at_once_share_it(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.close()
    shutil.rmtree(state_folder())
    tags = [f"process {n}" for n in range(4)]
    processes = [editor(library_file, tag) for tag in tags]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
    for process in processes:
        assert tell(process, three[0]) == "done\n"
    onlooker = Library.open(library_file)
    assert list(onlooker.paper(KEYS[0]).tags) == tags
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert not list(state_folder().glob("*/set-aside.db"))
    onlooker.close()


WRITER = """
import sys
from readinglist.services.library import Library
library = Library.open(sys.argv[1])
(paper,) = library.find().ids
print("open", flush=True)
for number in range(10_000):
    library.mark([paper], add_tags=[f"tag {number}"])
    library.save()
    print(number, flush=True)
"""


def test_a_process_killed_while_saving_leaves_a_whole_file(
    library: Library, library_file: Path, tmp_path: Path
) -> None:
    add_by_hand(library, ["The Only Paper"], tmp_path)
    library.save()
    library.close()
    seen = 0
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(library_file)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        lines = process.stdout
        assert lines.readline() == "open\n"
        for _ in range(3 + round_):
            seen = max(seen, int(lines.readline()))
        process.send_signal(signal.SIGKILL)
        process.wait()
        lines.close()
        with document.open_inspected(library_file) as connection:
            assert connection.execute("SELECT count(*) FROM paper").fetchone() == (1,)
        with Library.open(library_file) as again:
            tags = again.paper("OnlyPaper").tags
            assert {f"tag {n}" for n in range(seen + 1)} <= set(tags)


def test_two_processes_that_edit_and_save_lose_nothing(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.close()
    processes = [editor(library_file, tag) for tag in ("one", "two")]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for paper in three:
        for process in processes:
            assert tell(process, paper) == "done\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    until(lambda: all(process.poll() == 0 for process in processes))
    for process in processes:
        process.stdout.close()  # type: ignore[union-attr]
    shutil.rmtree(state_folder())
    with Library.open(library_file) as again:
        assert {paper.tags for paper in again.papers(three)} == {("one", "two")}
        assert len([c for c in again.history() if c.action is Action.EDIT]) == 9


# --- a file that lacks what was saved


@pytest.fixture
def earlier(library: Library, library_file: Path, three: list[int]) -> bytes:
    """The library file before an edit that was saved."""
    library.save()
    before = library_file.read_bytes()
    library.mark(three[:1], status=Status.READ, add_tags=["mine"])
    library.save()
    return before


def put(path: Path, data: bytes) -> None:
    """Replace a file as git does."""
    path.unlink()
    path.write_bytes(data)


def test_what_was_saved_just_before_another_program_wrote_is_put_back(
    library: Library, library_file: Path, three: list[int], earlier: bytes
) -> None:
    put(library_file, earlier)
    came = library.take_in()
    assert (came.put_back, came.withdrawn) == (2, 0)
    assert library.papers(three[:1])[0].status is Status.READ
    library.save()
    assert rows(library_file, "SELECT tag FROM paper_tag") == [("mine",)]


def test_what_was_taken_away_on_purpose_stays_away_and_can_be_brought_back(
    library: Library, library_file: Path, three: list[int], earlier: bytes
) -> None:
    put(library_file, earlier)
    os.utime(library_file, (time.time() + 60, time.time() + 60))
    came = library.take_in()
    assert (came.put_back, came.withdrawn) == (0, 2)
    assert library.papers(three[:1])[0].status is Status.UNREAD
    assert library.is_saved()
    assert [change.field for change in library.withdrawn()] == ["status", "tag"]
    library.bring_back()
    (paper,) = library.papers(three[:1])
    assert (paper.status, paper.tags) == (Status.READ, ("mine",))
    assert library.withdrawn() == []
    library.undo()
    assert library.papers(three[:1])[0].status is Status.UNREAD


def test_what_was_taken_away_of_a_paper_that_is_gone_waits_for_it(
    library: Library, library_file: Path, three: list[int], earlier: bytes
) -> None:
    put(library_file, earlier)
    os.utime(library_file, (time.time() + 60, time.time() + 60))
    library.take_in()
    library.delete(three[:1])
    step = library.bring_back()
    assert (step.papers, step.waiting) == ((), 2)
    assert [change.field for change in library.withdrawn()] == ["status", "tag"]
    library.undo()
    assert library.bring_back().waiting == 0
    (paper,) = library.papers(three[:1])
    assert (paper.status, paper.tags) == (Status.READ, ("mine",))
    assert library.withdrawn() == []


@pytest.fixture
def set_back(library: Library, library_file: Path) -> Callable[[bytes], None]:
    """Puts an earlier version of the library file in its place, on purpose."""

    def put_back(earlier: bytes) -> None:
        library.save()
        put(library_file, earlier)
        os.utime(library_file, (time.time() + 60, time.time() + 60))
        library.take_in()

    return put_back


def test_an_import_that_was_taken_away_comes_back_as_it_was(
    library: Library, library_file: Path, tmp_path: Path, set_back: Callable[[bytes], None]
) -> None:
    library.add({"title": "Another"})
    library.save()
    before = library_file.read_bytes()
    (tmp_path / "owls.bib").write_text(
        "@string{me = {Ada Vale}}\n@book{owls, title = {Owls}, author = me, year = 2020}\n"
        "@book{bats, title = {Bats}, author = me, year = 2021}\n"
    )
    library.import_files([tmp_path / "owls.bib"])
    library.note("owls", "precious")
    library.mark([library.paper("bats").id], status=Status.READ)
    there = content(library)
    set_back(before)
    assert [paper.title for paper in content(library)] == ["Another"]
    taken_out = [describe(change) for change in library.withdrawn()]
    assert taken_out[:2] == 2 * ["added from owls.bib"]
    assert taken_out[2:] == ["note: nothing → precious", "status: unread → read"]
    step = library.bring_back()
    assert (step.waiting, step.left_out) == (0, 0)
    assert content(library) == there
    assert library.paper("owls").sources == ("owls.bib",)
    library.save()
    assert rows(library_file, "SELECT name, definitions FROM source")[0][0] == "owls.bib"
    assert "Ada Vale" in str(rows(library_file, "SELECT definitions FROM source"))
    again = library.import_files([tmp_path / "owls.bib"]).files[0]
    assert (again.added, again.unchanged) == (0, 2)
    library.undo()
    assert [paper.title for paper in content(library)] == ["Another"]


def test_an_import_and_its_undo_that_were_taken_away_leave_no_paper_and_nothing_that_waits(
    library: Library, library_file: Path, tmp_path: Path, set_back: Callable[[bytes], None]
) -> None:
    library.add({"title": "Another"})
    library.save()
    before = library_file.read_bytes()
    add_by_hand(library, ["Owls in Snow"], tmp_path)
    library.note("OwlsSnow", "precious")
    library.delete([library.paper("OwlsSnow").id])
    set_back(before)
    step = library.bring_back()
    assert (step.waiting, step.left_out) == (0, 0)
    assert [paper.title for paper in content(library)] == ["Another"]
    library.undo()
    library.redo()
    assert any("precious" in f"{change.old}" for change in library.history(limit=None))


def test_a_paper_that_was_edited_since_its_deletion_was_taken_away_stays(
    library: Library, library_file: Path, three: list[int], set_back: Callable[[bytes], None]
) -> None:
    before = library_file.read_bytes()
    library.delete(three[:2])
    set_back(before)
    assert len(content(library)) == 3
    library.note(KEYS[0], "written after")
    there = content(library)
    step = library.bring_back()
    assert (step.papers, step.left_out, step.waiting) == ((three[1],), 1, 0)
    assert library.paper(KEYS[0]).note == "written after"
    assert library.withdrawn() == []
    library.undo()
    assert content(library) == there


def test_a_paper_that_comes_back_leaves_its_key_to_whom_has_it_by_now(
    library: Library, library_file: Path, three: list[int], set_back: Callable[[bytes], None]
) -> None:
    before = library_file.read_bytes()
    library.add({"title": "Owls", "key": "owls"})
    library.edit(KEYS[0], {"key": "bats"})
    set_back(before)
    library.add({"title": "Other Owls", "key": "owls"})
    library.add({"title": "Other Bats", "key": "bats"})
    step = library.bring_back()
    assert (step.left_out, step.waiting) == (1, 0)
    keys = {paper.title: paper.key for paper in content(library)}
    assert keys["Other Owls"] == "owls"
    assert keys["Other Bats"] == "bats"
    assert keys["Owls"] != "owls"
    assert len({key.lower() for key in keys.values()}) == 6
    library.save()
    assert not check_library(library_file).warnings


def test_what_came_back_by_itself_is_no_longer_missing(
    library: Library, library_file: Path, earlier: bytes
) -> None:
    later = library_file.read_bytes()
    put(library_file, earlier)
    os.utime(library_file, (time.time() + 60, time.time() + 60))
    library.take_in()
    put(library_file, later)
    library.take_in()
    assert library.withdrawn() == []
    assert library.find("tag:mine").ids


def test_a_field_set_here_and_by_another_machine_is_a_conflict(
    library: Library, library_file: Path, three: list[int]
) -> None:
    library.edit(KEYS[0], {"venue": "Nature"})
    by_sql(
        library_file,
        f"UPDATE paper SET venue = 'Science' WHERE id = {three[0]}",
        "INSERT INTO journal VALUES (9000000000000000000, 'lab', 1, '2030', 'edit', NULL, "
        f"{three[0]}, 'k', 'venue', NULL, 'Science', NULL)",
    )
    assert library.take_in().conflicts == 1
    assert library.paper(KEYS[0]).venue == "Science"
    (conflict,) = library.conflicts()
    assert conflict.other == "Nature"
    library.save()
    assert rows(library_file, "SELECT new FROM journal WHERE action = 'conflict'") == [("Nature",)]
