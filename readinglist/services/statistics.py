"""The reading in figures: what came, what was read, what is left, day by day, week by week."""

from __future__ import annotations

import datetime
import statistics as _statistics
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from readinglist.domain.paper import Priority, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from readinglist.storage.reading_log import ReadingLog

_DAY, _WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
_MOST_WEEKS = 52 * 50
_WAITS = (0, 1, 7, 14, 30, 90, 365)
"""Where the kinds of waiting begin, in days: the same day, less than a week, less than two, …"""
_SHADES = 4
_MONTHS_UP_TO = 110 * _WEEK


@dataclass(frozen=True, slots=True)
class Week:
    """One week, from Monday to Sunday, or several weeks together."""

    start: datetime.date
    added: int
    read: int
    skipped: int
    left: int
    """How many papers were neither read nor skipped at its end."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How many papers were read so many days after they came."""

    least: int
    most: int | None
    """The last of these days; None where there is no end."""
    papers: int

    @property
    def days(self) -> str:
        """The days in a few characters: `0`, `1–6`, `365+`."""
        if self.most is None:
            return f"{self.least}+"
        return str(self.least) if self.most == self.least else f"{self.least}–{self.most}"


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
    read_on: Mapping[datetime.date, int]
    """How many papers were read on each day, in order; days without one are left out."""
    waits: tuple[Wait, ...]
    """From a paper's import to its reading, the shortest first; empty like the days."""
    days_to_read: float | None
    """The median from a paper's import to its reading; None where nothing was read here."""
    today: datetime.date
    """The day on which it ends."""

    @property
    def priorities(self) -> dict[str, tuple[int, int]]:
        """The same as `by_priority`, the highest priority first."""
        return {str(p): self.by_priority[p] for p in Priority if p in self.by_priority}

    @property
    def years(self) -> range:
        """The years from the first reading to the present one."""
        return range(min(self.read_on, default=self.today).year, self.today.year + 1)


def statistics(
    log: ReadingLog, by_status: Mapping[Status, int], today: datetime.date | None = None
) -> Statistics:
    """Return the reading in figures.

    Args:
        log: when papers came and were read.
        by_status: how many papers have each status.
        today: the day on which it ends; the present one if not given.
    """
    today = today or datetime.date.today()
    last = _monday(today)
    first = last - _MOST_WEEKS * _WEEK

    def day_of(text: str) -> datetime.date:
        """Return a day; a clock that was wrong makes no thousands of weeks."""
        return min(today, max(first, datetime.date.fromisoformat(text)))

    added, long_done = Counter[datetime.date](), Counter[datetime.date]()
    read_on, skipped = Counter[datetime.date](), Counter[datetime.date]()
    for day, count in log.added().items():
        added[_monday(day_of(day))] += count
    days = []
    for status, came, end in log.done():
        if end is None:
            if came is not None:
                long_done[_monday(day_of(came))] += 1
        elif status == Status.SKIPPED:
            skipped[_monday(day_of(end))] += 1
        else:
            read_on[day_of(end)] += 1
            if came is not None:
                days.append(max(0, (day_of(end) - day_of(came)).days))
    read = Counter[datetime.date]()
    for date, count in read_on.items():
        read[_monday(date)] += count
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
        read_on=dict(sorted(read_on.items())),
        waits=_waits(days),
        days_to_read=_statistics.median(days) if days else None,
        today=today,
    )


def recent(weeks: Sequence[Week], count: int | None, most: int) -> tuple[list[Week], str]:
    """Return the last weeks, several as one where they are too many for a plot.

    Args:
        weeks: one or more.
        count: so many of them; None for all.
        most: so many there may be in the end; the first one may hold fewer weeks than the others.

    Returns:
        The weeks, and for how long each of them is, as one says behind `read`: `a week`.
    """
    chosen = weeks[-count:] if count else weeks
    size = -(-len(chosen) // most)
    ends = range(len(chosen), 0, -size)
    groups = [chosen[max(0, end - size) : end] for end in reversed(ends)]
    shown = [
        Week(
            group[0].start,
            sum(week.added for week in group),
            sum(week.read for week in group),
            sum(week.skipped for week in group),
            group[-1].left,
        )
        for group in groups
    ]
    return shown, "a week" if size == 1 else f"in {size} weeks each"


def month_labels(weeks: Sequence[Week]) -> dict[int, str]:
    """Return by the place of a week the month that begins in it; for January, the year.

    Over more than two years, only years are named.
    """
    is_long = bool(weeks) and weeks[-1].start - weeks[0].start > _MONTHS_UP_TO
    labels = {}
    for place, (before, week) in enumerate(pairwise(weeks), 1):
        if before.start.year != week.start.year:
            labels[place] = str(week.start.year)
        elif before.start.month != week.start.month and not is_long:
            labels[place] = f"{week.start:%b}"
    return labels


def weeks_of_year(year: int) -> list[tuple[datetime.date | None, ...]]:
    """Return the days of a year, week by week from Monday on; None for days of another year."""
    monday = _monday(datetime.date(year, 1, 1))
    weeks = []
    while monday.year <= year:
        week = (monday + number * _DAY for number in range(7))
        weeks.append(tuple(day if day.year == year else None for day in week))
        monday += _WEEK
    return weeks


def shades(counts: Iterable[int]) -> list[int]:
    """Return from which count on each shade of a calendar holds, the palest first: up to four."""
    most = max(counts, default=0)
    return sorted({most * number // _SHADES + 1 for number in range(_SHADES)}) if most else []


def _waits(days: Sequence[int]) -> tuple[Wait, ...]:
    ends = [*(start - 1 for start in _WAITS[1:]), None]
    return tuple(
        Wait(least, most, sum(least <= day and (most is None or day <= most) for day in days))
        for least, most in zip(_WAITS, ends, strict=True)
        if days
    )


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())
