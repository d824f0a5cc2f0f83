"""What a reader did, in figures."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.library import Library
from readinglist.services.statistics import (
    Statistics,
    Week,
    month_labels,
    recent,
    shades,
    statistics,
    weeks_of_year,
)
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


def test_each_day_has_what_was_read_on_it_and_each_wait_who_waited(
    library: Library, at: At
) -> None:
    at("2026-02-17T08:00:00Z")
    library.mark([1, 5], status=Status.READ)
    at("2026-03-01T08:00:00Z")
    library.mark([2], status=Status.READ)
    library.mark([3], status=Status.SKIPPED)
    known = figures(library)
    assert known.read_on == {datetime.date(2026, 2, 17): 2, datetime.date(2026, 3, 1): 1}
    assert known.years == range(2026, 2027)
    assert {wait.days: wait.papers for wait in known.waits if wait.papers} == {
        "0": 1, "7–13": 1, "14–29": 1,
    }  # fmt: skip
    assert [wait.days for wait in known.waits] == [
        "0", "1–6", "7–13", "14–29", "30–89", "90–364", "365+",
    ]  # fmt: skip


def test_where_the_clock_went_back_the_last_mark_counts(library: Library, at: At) -> None:
    """The journal's order says what came last, not its times; nobody waits less than no day."""
    at("2030-06-01T08:00:00Z")
    library.mark([1], status=Status.READ)
    at("2026-02-17T08:00:00Z")
    library.mark([1], status=Status.UNREAD)
    library.mark([1], status=Status.READ)
    at("2020-01-01T08:00:00Z")
    library.mark([6], status=Status.READ)
    known = figures(library)
    assert list(known.read_on) == [datetime.date(2020, 1, 1), datetime.date(2026, 2, 17)]
    assert known.years == range(2020, 2027)
    assert known.days_to_read == 4  # 8 and 0
    assert known.weeks[0].read == 1


def test_undo_and_redo_move_no_reading(library: Library, at: At) -> None:
    at("2026-02-17T08:00:00Z")
    library.mark([1], status=Status.READ)
    at("2026-02-25T08:00:00Z")
    library.mark([1], status=Status.UNREAD)
    at("2026-03-02T08:00:00Z")
    library.undo()
    assert list(figures(library).read_on) == [datetime.date(2026, 2, 17)]
    library.undo()
    assert figures(library).read_on == {}
    library.redo()
    assert list(figures(library).read_on) == [datetime.date(2026, 2, 17)]


def test_moments_that_are_none_are_left_out(library: Library, at: At) -> None:
    """Another program wrote a time that is no time, and one before the calendar."""
    for number, added in ((7, "yesterday"), (8, "0000-01-01T00:00:00Z")):
        with library._working.transaction():
            library._working.papers.add(
                Paper(id=number, title=f"Paper {number}", key=f"q{number}", added_at=added)
            )
    at("2026-02-17T08:00:00Z")
    library.mark([7, 8], status=Status.READ)
    known = figures(library)
    assert known.read_on == {datetime.date(2026, 2, 17): 2}
    assert sum(wait.papers for wait in known.waits) == 1


DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1))


class MadeUp(ReadingLog):
    """A log of papers that were made up: when each came, what became of it, and when."""

    def __init__(self, papers: list[tuple[datetime.date, str, datetime.date | None]]) -> None:
        self._papers = papers

    def added(self) -> dict[str, int]:
        return {
            str(day): sum(came == day for came, _, _ in self._papers) for day, _, _ in self._papers
        }

    def done(self) -> list[tuple[str, str | None, str | None]]:
        return [
            (status, str(came), str(end) if end else None)
            for came, status, end in self._papers
            if status in (Status.READ, Status.SKIPPED)
        ]

    def by_priority(self) -> dict[str, tuple[int, int]]:
        return {}

    by_tag = by_priority


@given(
    st.lists(
        st.tuples(DAYS, st.sampled_from([str(s) for s in Status]), st.none() | DAYS), max_size=20
    ),
    DAYS,
)
def test_days_weeks_and_waits_tell_of_the_same_papers(
    papers: list[tuple[datetime.date, str, datetime.date | None]], today: datetime.date
) -> None:
    """Whatever the clocks said, each paper is counted once, and not behind the present day."""
    known = statistics(MadeUp(papers), {}, today)
    marked = [status for _, status, end in papers if end]
    assert sum(week.added for week in known.weeks) == len(papers)
    assert sum(week.skipped for week in known.weeks) == marked.count("skipped")
    assert sum(known.read_on.values()) == marked.count("read")
    assert sum(wait.papers for wait in known.waits) == marked.count("read")
    for week in known.weeks:
        days = (week.start + datetime.timedelta(days=n) for n in range(7))
        assert week.read == sum(known.read_on.get(day, 0) for day in days)
    assert max(known.read_on, default=today) <= today
    assert list(known.read_on) == sorted(known.read_on)
    if known.weeks:
        undone = sum(status in (Status.UNREAD, Status.READING) for _, status, _ in papers)
        assert known.weeks[-1].left == undone


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=300),
    st.none() | st.integers(1, 400),
    st.integers(1, 100),
)
def test_weeks_together_keep_their_sums(read: list[int], count: int | None, most: int) -> None:
    start = datetime.date(2020, 1, 6)
    weeks = [
        Week(start + datetime.timedelta(weeks=n), 2 * papers, papers, 1, n)
        for n, papers in enumerate(read)
    ]
    shown, each = recent(weeks, count, most)
    chosen = weeks[-count:] if count else weeks
    assert len(shown) <= most
    assert sum(week.read for week in shown) == sum(week.read for week in chosen)
    assert sum(week.added for week in shown) == sum(week.added for week in chosen)
    assert (shown[0].start, shown[-1].left) == (chosen[0].start, chosen[-1].left)
    assert (each == "a week") == (len(shown) == len(chosen))


@given(st.integers(1900, 2200))
def test_a_year_is_all_its_days_in_whole_weeks(year: int) -> None:
    weeks = weeks_of_year(year)
    days = [day for week in weeks for day in week if day]
    assert days[0] == datetime.date(year, 1, 1)
    assert days[-1] == datetime.date(year, 12, 31)
    assert len(days) == (days[-1] - days[0]).days + 1
    for week in weeks:
        assert len(week) == 7
        assert all(day is None or day.weekday() == place for place, day in enumerate(week))
        assert any(week)


@given(st.lists(st.integers(1, 1000), min_size=1))
def test_each_count_has_a_shade_and_the_most_has_the_darkest(counts: list[int]) -> None:
    starts = shades(counts)
    assert starts[0] == 1
    assert starts == sorted(set(starts))
    assert len(starts) <= 4
    assert starts[-1] <= max(counts)


def test_months_are_named_where_they_begin_and_years_in_a_long_time() -> None:
    start = datetime.date(2025, 11, 17)
    weeks = [Week(start + datetime.timedelta(weeks=n), 0, 0, 0, 0) for n in range(14)]
    assert month_labels(weeks) == {2: "Dec", 7: "2026", 11: "Feb"}
    long = [Week(start + datetime.timedelta(weeks=4 * n), 0, 0, 0, 0) for n in range(40)]
    assert set(month_labels(long).values()) == {"2026", "2027", "2028"}
    assert shades([]) == []
    assert month_labels([]) == {}
