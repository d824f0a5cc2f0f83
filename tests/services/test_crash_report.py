"""What a crash report holds, and what is said of the library."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from readinglist.config import state_folder
from readinglist.domain.paper import Status
from readinglist.services import crash_report
from readinglist.services.crash_report import MOST_KEPT, verdict_on, what_happened, write_report
from readinglist.services.library import Library
from tests.conftest import add_by_hand


def raised(error: BaseException) -> BaseException:
    """Return an exception as it is after it was raised."""
    try:
        raise error
    except BaseException as raised_one:
        return raised_one


def folder() -> Path:
    return state_folder() / crash_report.FOLDER


def working_copy() -> Path:
    (database,) = state_folder().glob("*/working.db")
    return database


@pytest.fixture
def path(library: Library, tmp_path: Path) -> Path:
    """A library file that nobody has open."""
    add_by_hand(library, ["Foxes in Snow"], tmp_path)
    library.save()
    library.close()
    return library.path


def test_a_report_tells_where_it_was_and_not_with_what() -> None:
    title = "Foxes in Snow"
    try:
        try:
            os.environ[title]
        except KeyError as error:
            raise ValueError(f"no {title}") from error
    except ValueError as error:
        file = write_report(error, "readinglist list --view")
    text = file.read_text(encoding="utf-8")
    assert file.parent == folder()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "command   readinglist list --view" in text
    for part in ("readinglist 0", "python ", "platform ", "textual ", "sqlite ", "when "):
        assert part in text
    assert text.index("KeyError") < text.index("ValueError")
    assert "test_crash_report.py" in text
    assert title not in text


def test_the_texts_of_the_interpreter_are_told() -> None:
    try:
        None.no_such_thing  # type: ignore[attr-defined]  # noqa: B018 - as a fault would
    except AttributeError as error:
        text = write_report(error, "readinglist").read_text(encoding="utf-8")
    assert "AttributeError: 'NoneType' object has no attribute 'no_such_thing'" in text
    database_error = raised(sqlite3.OperationalError("near Foxes"))
    assert "Foxes" not in write_report(database_error, "readinglist").read_text()
    full = raised(OSError(28, "No space left on device", "/home/me/Foxes"))
    text = write_report(full, "readinglist").read_text()
    assert "No space left on device" in text
    assert "Foxes" not in text


def test_an_endless_recursion_and_a_group_make_a_short_report() -> None:
    def deeper(n: int) -> int:
        return deeper(n + 1) + other(n)

    def other(n: int) -> int:
        return deeper(n)

    try:
        deeper(0)
    except RecursionError as error:
        group = raised(ExceptionGroup("two", [error, KeyError("Foxes")]))
        text = write_report(group, "readinglist").read_text()
    assert "RecursionError" in text
    assert "KeyError" in text
    assert len(text) < 300_000


def test_exceptions_that_came_from_each_other_end() -> None:
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first
    assert "KeyError" in write_report(first, "readinglist").read_text()


def test_the_newest_reports_are_kept() -> None:
    folder().mkdir(parents=True)
    for number in range(30):
        (folder() / f"2020-01-01T0000{number:02}Z-1.txt").touch()
    files = [write_report(ValueError(), "readinglist") for _ in range(3)]
    assert len(set(files)) == 3
    there = sorted(folder().iterdir())
    assert len(there) == MOST_KEPT
    assert set(files) <= set(there)


def test_a_report_that_can_not_be_written_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_report(ValueError(), "readinglist")
    assert list(folder().iterdir()) == []


def test_what_happened_is_one_harmless_line() -> None:
    told = what_happened(ValueError("\x1b[2Ja\nb\x1b]0;owned\x07\u202ec" + "d" * 1000))
    assert told.startswith("ValueError: [2Ja b]0;ownedcddd")
    assert told.isprintable()
    assert len(told) < 300
    assert what_happened(MemoryError()) == "MemoryError"

    class Odd(Exception):  # noqa: N818 - a name of its own
        def __str__(self) -> str:
            raise KeyError

    assert what_happened(Odd()) == "Odd"


# --- the library


def test_a_library_is_safe_if_all_is_saved(path: Path) -> None:
    verdict = verdict_on(path)
    assert verdict.is_safe
    assert verdict.told == "Your library is safe: it is sound, and has every edit."
    assert verdict.noted == "library: sound; working copy: sound, all is saved"


def test_edits_that_wait_are_told_and_are_there_at_the_next_start(path: Path) -> None:
    library = Library.open(path)
    library.mark(library.find().ids, status=Status.READ)
    library.close()
    verdict = verdict_on(path)
    assert verdict.is_safe
    assert "the edits that its file lacks are kept on this machine" in verdict.told
    with Library.open(path) as again:
        assert again.papers(again.find().ids)[0].status is Status.READ
    assert "has every edit" in verdict_on(path).told


def test_a_library_without_a_working_copy_is_safe(path: Path) -> None:
    working_copy().unlink()
    assert verdict_on(path).is_safe


def test_a_damaged_library_is_not_called_safe(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])
    verdict = verdict_on(path)
    assert not verdict.is_safe
    assert verdict.told.startswith(f"The library is not safe: {path} is cut off")
    assert f"readinglist salvage {path} -o NEW" in verdict.told
    assert str(path) not in verdict.noted


def test_where_no_library_is_nothing_is_lost(tmp_path: Path) -> None:
    assert verdict_on(tmp_path / "none.db").told == "There is no library yet: nothing is lost."


def test_a_missing_library_is_not_called_safe(path: Path) -> None:
    path.unlink()
    verdict = verdict_on(path)
    assert not verdict.is_safe
    assert str(working_copy()) in verdict.told
    assert "salvage" not in verdict.told


@pytest.mark.parametrize("damage", ["middle", "all"])
def test_a_damaged_working_copy_is_not_called_safe(path: Path, damage: str) -> None:
    database = working_copy()
    content = bytearray(database.read_bytes())
    begin = 4096 if damage == "middle" else 0
    content[begin:] = b"\xa5" * (len(content) - begin)
    database.write_bytes(content)
    verdict = verdict_on(path)
    assert not verdict.is_safe
    assert f"{path} is sound, but {database} is damaged" in verdict.told


def test_a_library_that_can_not_be_looked_at_is_called_neither(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", fail)
    verdict = verdict_on(path)
    assert not verdict.is_safe
    assert "can't be told now" in verdict.told
    assert "No space left on device" in verdict.told
    assert "not safe" not in verdict.told


def test_looking_changes_nothing(path: Path) -> None:
    before = {file: file.read_bytes() for file in (path, working_copy())}
    verdict_on(path)
    assert {file: file.read_bytes() for file in before} == before


def test_a_library_file_that_another_program_changed_is_not_said_to_have_every_edit(
    path: Path,
) -> None:
    os.utime(path, (1, 1))
    assert "has every edit" not in verdict_on(path).told
