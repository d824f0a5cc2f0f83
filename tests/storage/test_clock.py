"""Clocks are set back and forward: what was done stays in its order, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.config import state_folder
from readinglist.domain.paper import Priority, Status
from readinglist.online.answer_cache import AnswerCache
from readinglist.services.library import Library
from readinglist.services.pdf_files import PdfFiles
from tests.conftest import add_by_hand

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR = 365 * 86_400
TITLES = ["Attention to Detail", "Build It Twice"]
KEY = "AttentionDetail"


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the clock so many seconds forward."""
    true_time = time.time

    def set_to(seconds: float) -> None:
        def shifted() -> float:
            return true_time() + seconds

        monkeypatch.setattr(time, "time", shifted)
        # What took the function when it was made.
        monkeypatch.setattr("readinglist.storage.journal.Journal.__init__.__defaults__", (shifted,))

    return set_to


@pytest.fixture
def library_of_two(library: Library, tmp_path: Path) -> list[int]:
    ids = add_by_hand(library, TITLES, tmp_path)
    library.save()
    return ids


@pytest.mark.parametrize("steps", [(-YEAR,), (YEAR, -YEAR), (YEAR, 0), (-YEAR, 0)])
def test_edits_stay_in_their_order_and_are_undone_in_it(
    library_file: Path,
    library: Library,
    library_of_two: list[int],
    set_clock: Callable[[float], None],
    steps: tuple[float, ...],
) -> None:
    tags = ["before", *map(str, range(len(steps)))]
    library.mark(library_of_two[:1], add_tags=["before"])
    for number, seconds in enumerate(steps):
        set_clock(seconds)
        with Library.open(library_file) as again:
            again.mark(library_of_two[:1], add_tags=[str(number)])
    history = [change.new for change in library.history(KEY) if change.field == "tag"]
    assert history == tags[::-1]
    for _ in tags:
        library.undo()
    assert library.paper(KEY).tags == ()
    for _ in tags:
        library.redo()
    assert library.paper(KEY).tags == tuple(sorted(tags))
    library.save()
    shutil.rmtree(state_folder())
    with Library.open(library_file) as again:
        assert again.paper(KEY).tags == tuple(sorted(tags))


def test_a_library_that_was_touched_in_the_future_takes_later_edits(
    library_file: Path,
    library: Library,
    library_of_two: list[int],
    set_clock: Callable[[float], None],
) -> None:
    set_clock(YEAR)
    with Library.open(library_file) as ahead:
        ahead.mark(library_of_two, status=Status.READ)
    os.utime(library_file, (time.time(), time.time()))
    set_clock(0)
    with Library.open(library_file) as now:
        assert now.paper(KEY).status is Status.READ
        now.mark(library_of_two, status=Status.SKIPPED)
    shutil.rmtree(state_folder())
    with Library.open(library_file) as again:
        assert again.paper(KEY).status is Status.SKIPPED


@pytest.mark.parametrize("ahead", [YEAR, -YEAR])
def test_what_git_missed_is_put_back_or_offered_however_the_clock_was_set_meanwhile(
    library_file: Path,
    library: Library,
    library_of_two: list[int],
    set_clock: Callable[[float], None],
    ahead: float,
) -> None:
    earlier = library_file.read_bytes()
    set_clock(ahead)
    library.mark(library_of_two[:1], priority=Priority.HIGH)
    library.save()
    set_clock(0)
    library_file.unlink()
    library_file.write_bytes(earlier)
    came = library.take_in()
    assert came.put_back + came.withdrawn == 1
    if came.withdrawn:
        library.bring_back()
    assert library.paper(KEY).priority is Priority.HIGH


def test_what_a_checkout_took_away_stays_away_though_the_clock_was_set_back(
    library_file: Path,
    library: Library,
    library_of_two: list[int],
    set_clock: Callable[[float], None],
) -> None:
    set_clock(YEAR)
    library.mark(library_of_two[:1], add_tags=["ahead"])
    library.save()
    set_clock(-100)
    library.mark(library_of_two[:1], add_tags=["kept"])
    library.save()
    earlier = library_file.read_bytes()
    library.mark(library_of_two[:1], priority=Priority.HIGH)
    library.save()
    set_clock(0)
    library_file.unlink()
    library_file.write_bytes(earlier)
    came = library.take_in()
    assert (came.put_back, came.withdrawn) == (0, 1)


@pytest.mark.parametrize("ahead", [YEAR, -YEAR])
def test_temporary_files_of_another_time_are_swept_once_they_are_old(
    library_file: Path,
    library: Library,
    library_of_two: list[int],
    set_clock: Callable[[float], None],
    ahead: float,
) -> None:
    left = library_file.with_name(f".{library_file.name}.abc.new")
    left.touch()
    at = time.time() + ahead
    os.utime(left, (at, at))
    library.mark(library_of_two[:1], status=Status.READ)
    assert library.save()
    assert not left.exists()


@pytest.mark.parametrize("ahead", [YEAR, -YEAR])
def test_downloads_of_another_time_are_swept_once_they_are_old(
    library_file: Path, ahead: float
) -> None:
    files = PdfFiles(library_file)
    files.place("key")
    left = files.folder / ".abc.part"
    left.touch()
    os.utime(left, (time.time() + ahead, time.time() + ahead))
    files.place("key")
    assert not left.exists()


@pytest.mark.parametrize("ahead", [YEAR, -YEAR])
def test_an_answer_of_another_time_is_asked_for_again(
    tmp_path: Path, set_clock: Callable[[float], None], ahead: float
) -> None:
    answers = AnswerCache(tmp_path / "answers", days=7)
    answers.put("question", "answer")
    assert answers.get("question") == "answer"
    set_clock(ahead)
    assert answers.get("question") is None
    answers.forget_old()
    assert not list((tmp_path / "answers").iterdir())
