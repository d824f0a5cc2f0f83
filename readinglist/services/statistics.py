"""The reading in figures: what came, what was read, what is left, week by week."""

from __future__ import annotations

import datetime
import statistics as _statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.domain.paper import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readinglist.storage.reading_log import ReadingLog

_WEEK = datetime.timedelta(weeks=1)
_MOST_WEEKS = 52 * 50


@dataclass(frozen=True, slots=True)
class Week:
    """One week, from Monday to Sunday."""

    start: datetime.date
    added: int
    read: int
    skipped: int
    left: int
    """How many papers were neither read nor skipped at its end."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the reading."""

    papers: int
    by_status: Mapping[Status, int]
    by_priority: Mapping[str, tuple[int, int]]
    """How many papers there are, and how many of these are read; the same by tag."""
    by_tag: Mapping[str, tuple[int, int]]
    weeks: tuple[Week, ...]
    """From the first paper's week to the present one, without a gap."""
    days_to_read: float | None
    """The median from a paper's import to its reading; None where nothing was read here."""


def statistics(
    log: ReadingLog, by_status: Mapping[Status, int], today: datetime.date | None = None
) -> Statistics:
    """Return the reading in figures.

    Args:
        log: when papers came and were read.
        by_status: how many papers have each status.
        today: the day on which it ends; the present one if not given.
    """
    last = _monday(today or datetime.date.today())

    def week_of(day: str) -> datetime.date:
        """Return a Monday; a clock that was wrong makes no thousands of weeks."""
        return min(last, max(last - _MOST_WEEKS * _WEEK, _monday(_date(day))))

    added, long_done = Counter[datetime.date](), Counter[datetime.date]()
    read, skipped = Counter[datetime.date](), Counter[datetime.date]()
    for day, count in log.added().items():
        added[week_of(day)] += count
    days = []
    for status, came, end in log.done():
        if end is None:
            long_done[week_of(came)] += 1
        elif status == Status.SKIPPED:
            skipped[week_of(end)] += 1
        else:
            read[week_of(end)] += 1
            days.append(max(0, (_date(end) - _date(came)).days))
    weeks = []
    left = 0
    monday = min([*added, *read, *skipped], default=last + _WEEK)
    while monday <= last:
        left += added[monday] - read[monday] - skipped[monday] - long_done[monday]
        weeks.append(Week(monday, added[monday], read[monday], skipped[monday], left))
        monday += _WEEK
    return Statistics(
        papers=sum(by_status.values()),
        by_status=by_status,
        by_priority=log.by_priority(),
        by_tag=log.by_tag(),
        weeks=tuple(weeks),
        days_to_read=_statistics.median(days) if days else None,
    )


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def _date(day: str) -> datetime.date:
    return datetime.date.fromisoformat(day)
