"""Why a paper is to be read next."""

from __future__ import annotations

import datetime

import pytest

from readinglist.domain.next_up import SOON, deadline, reason
from readinglist.domain.paper import Paper, Priority

TODAY = datetime.date(2026, 3, 1)


def paper(*tags: str, priority: Priority = Priority.NONE, added: str = "2026-03-01") -> Paper:
    """Return a paper that was added on a day."""
    return Paper("Foxes", tags=tags, priority=priority, added_at=f"{added}T12:00:00Z")


@pytest.mark.parametrize(
    ("tag", "day"),
    [
        ("due:2026-03-04", datetime.date(2026, 3, 4)),
        ("due:2026-02-31", None),
        ("due:20260304", None),
        ("due:2026-W10-3", None),
        ("due:soon", None),
        ("overdue:2026-03-04", None),
        ("due:٢٠٢٦-03-04", None),
    ],
)
def test_a_deadline_is_a_tag(tag: str, day: datetime.date | None) -> None:
    assert deadline(paper(tag)) == day


def test_the_first_of_several_deadlines_counts() -> None:
    assert deadline(paper("due:2026-05-01", "due:2026-04-01")) == datetime.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-2, "2 days late"),
        (-1, "1 day late"),
        (0, "due today"),
        (1, "due tomorrow"),
        (2, "due in 2 days"),
        (SOON, f"due in {SOON} days"),
        (SOON + 1, "high · new"),
    ],
)
def test_a_deadline_that_is_near_is_the_reason(days: int, told: str) -> None:
    due = TODAY + datetime.timedelta(days)
    assert reason(paper(f"due:{due}", priority=Priority.HIGH), TODAY) == told


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("2026-03-05", "low · new"),  # by a clock that is ahead
        ("2026-02-28", "low · 1 day"),
        ("2026-02-16", "low · 13 days"),
        ("2026-02-15", "low · 2 weeks"),
        ("2025-12-20", "low · 2 months"),
        ("2023-03-01", "low · 3 years"),
    ],
)
def test_else_it_is_what_matters_and_for_how_long_it_has_waited(added: str, told: str) -> None:
    assert reason(paper(priority=Priority.LOW, added=added), TODAY) == told
    assert reason(paper(added=added), TODAY) == told.removeprefix("low · ")
