"""What a reader did, in figures."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.library import Library
from readinglist.services.statistics import Statistics, statistics
from readinglist.storage.reading_log import ReadingLog

At = Callable[[str], None]
TODAY = datetime.date(2026, 3, 4)  # a Wednesday


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Set the clock of the journal."""

    def set_clock(moment: str) -> None:
        monkeypatch.setattr("readinglist.storage.journal.now", lambda: moment)

    return set_clock


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Six papers: four of the week of 9 February, two of the week after."""
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as library:
        for number in range(6):
            day = 9 + 2 * number
            paper = Paper(
                id=number + 1,
                title=f"Paper {number}",
                key=f"p{number}",
                added_at=f"2026-02-{day:02}T10:00:00.000000Z",
            )
            with library._working.transaction():
                library._working.papers.add(paper)
        yield library


def figures(library: Library) -> Statistics:
    log = ReadingLog(library._working.connection)
    return statistics(log, library.count_by_status(), TODAY)


def weeks(library: Library) -> list[tuple[str, int, int, int, int]]:
    return [(str(w.start), w.added, w.read, w.skipped, w.left) for w in figures(library).weeks]


def test_an_empty_library_has_no_weeks(tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty.db", state=tmp_path / "state") as library:
        assert figures(library).weeks == ()
        assert figures(library).days_to_read is None
        assert library.statistics().papers == 0


def test_each_week_has_what_came_what_was_read_and_what_is_left(library: Library, at: At) -> None:
    at("2026-02-17T08:00:00Z")
    library.mark([1, 2], status=Status.READ)
    at("2026-03-02T08:00:00Z")
    library.mark([3], status=Status.SKIPPED)
    library.mark([4], status=Status.READ)
    library.mark([5], status=Status.READING)
    assert weeks(library) == [
        ("2026-02-09", 4, 0, 0, 4),
        ("2026-02-16", 2, 2, 0, 4),
        ("2026-02-23", 0, 0, 0, 4),
        ("2026-03-02", 0, 1, 1, 2),
    ]
    # 8, 6 and 15 days
    assert figures(library).days_to_read == 8


def test_what_was_undone_was_not_read_and_what_was_read_again_counts_once(
    library: Library, at: At
) -> None:
    at("2026-02-17T08:00:00Z")
    library.mark([1], status=Status.READ)
    library.mark([2], status=Status.READ)
    library.undo()
    at("2026-02-24T08:00:00Z")
    library.mark([1], status=Status.UNREAD)
    library.mark([1], status=Status.READ)
    assert [(start, read) for start, _, read, _, _ in weeks(library)] == [
        ("2026-02-09", 0),
        ("2026-02-16", 0),
        ("2026-02-23", 1),
        ("2026-03-02", 0),
    ]


def test_what_came_as_read_is_not_left_but_was_read_in_no_week(library: Library) -> None:
    paper = Paper(id=9, title="Old", key="old", added_at="2026-02-10T00:00:00Z", status=Status.READ)
    with library._working.transaction():
        library._working.papers.add(paper)
    assert weeks(library)[0] == ("2026-02-09", 5, 0, 0, 4)
    assert figures(library).days_to_read is None


def test_priorities_and_tags_are_counted_with_what_is_read_of_them(
    library: Library, at: At
) -> None:
    at("2026-02-17T08:00:00Z")
    library.mark([1, 2, 3], add_tags=["owls"], priority=Priority.HIGH)
    library.mark([1], status=Status.READ, add_tags=["day’s tag"])
    known = figures(library)
    assert list(known.by_tag.items()) == [("owls", (3, 1)), ("day’s tag", (1, 1))]
    assert known.by_priority == {"high": (3, 1), "none": (3, 0)}
    assert known.by_status[Status.READ] == 1


def test_clocks_that_were_wrong_make_no_thousands_of_weeks(library: Library, at: At) -> None:
    """A paper of the year 1, one of the year 9999, a mark from tomorrow."""
    for number, added in ((7, "0001-01-01T00:00:00Z"), (8, "9999-12-31T23:59:59Z")):
        with library._working.transaction():
            library._working.papers.add(
                Paper(id=number, title=f"Paper {number}", key=f"q{number}", added_at=added)
            )
    at("2999-01-01T00:00:00Z")
    library.mark([1], status=Status.READ)
    known = figures(library)
    assert len(known.weeks) == 52 * 50 + 1
    assert known.weeks[-1].start == datetime.date(2026, 3, 2)
    assert known.weeks[-1].left == 7
