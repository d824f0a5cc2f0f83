"""What to read next, and why: a deadline that comes near, a priority, how long it has waited.

A deadline is a tag: `due:2026-12-01`.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from typing import TYPE_CHECKING

from readinglist.domain.paper import Priority
from readinglist.domain.text import plural

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper

SOON = 14
"""From so many days before it on, a deadline goes before everything else."""
DUE_PATTERN = "due:[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]"
"""Tags that are deadlines, as SQL's GLOB has it."""

_DUE = re.compile(r"due:([12]\d{3}-\d\d-\d\d)", re.ASCII)


def deadline(paper: Paper) -> datetime.date | None:
    """Return the day by which a paper is to be read, the first one if there are several."""
    days = []
    for tag in paper.tags:
        if match := _DUE.fullmatch(tag):
            with contextlib.suppress(ValueError):  # the 31st of February
                days.append(datetime.date.fromisoformat(match[1]))
    return min(days, default=None)


def reason(paper: Paper, today: datetime.date) -> str:
    """Return why a paper is to be read, in a few words: `due in 3 days`, `high · 2 weeks`."""
    due = deadline(paper)
    if due and (due - today).days <= SOON:
        left = (due - today).days
        if left < 0:
            return f"{plural(-left, 'day')} late"
        return ("due today", "due tomorrow")[left] if left < 2 else f"due in {left} days"
    waited = _span((today - datetime.date.fromisoformat(paper.added_at[:10])).days)
    return waited if paper.priority is Priority.NONE else f"{paper.priority} · {waited}"


def _span(days: int) -> str:
    """Return a number of days as people say it."""
    if days < 1:
        return "new"
    if days < 14:
        return plural(days, "day")
    if days < 60:
        return plural(days // 7, "week")
    return plural(days // 30, "month") if days < 720 else plural(days // 365, "year")
