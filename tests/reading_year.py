"""A library with a journal of a year and more, made up: imports in heaps, reading by moods."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.library import Library

TAGS = ("transformers", "survey", "thesis", "evaluation", "vision", "agents", "to-cite", "data")


def fill_with_a_year(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    today: datetime.date,
    days: int = 500,
    seed: int = 7,
) -> None:
    """Let papers come and be read, day by day up to `today`, by the clock of each day.

    Args:
        library: an empty one.
        monkeypatch: what sets the journal's clock, and sets it back at the end of the test.
        today: the last day.
        days: how many days it goes back.
        seed: another number is another reader.
    """
    chance = random.Random(seed)
    unread: list[int] = []
    number = 0
    for day in (today - datetime.timedelta(days=n) for n in reversed(range(days))):
        moment = f"{day}T12:00:00Z"
        monkeypatch.setattr("readinglist.storage.journal.now", lambda moment=moment: moment)
        new = chance.choice((1, 3, 6, 16)) if day.weekday() == 0 and chance.random() < 0.8 else 0
        papers = [
            Paper(
                id=number + n + 1,
                key=f"made{number + n}",
                title=f"Made-up paper {number + n}",
                added_at=moment,
                priority=chance.choice((*Priority, Priority.NONE, Priority.NONE)),
                tags=tuple(sorted(chance.sample(TAGS, chance.choice((0, 1, 1, 2))))),
            )
            for n in range(new)
        ]
        number += new
        with library._working.transaction():
            for paper in papers:
                library._working.papers.add(paper)
        unread += [paper.id for paper in papers]
        mood = 0.45 if day.month in (2, 3, 4, 9, 10, 11) else 0.15
        if chance.random() < (mood if day.weekday() < 5 else mood / 3):
            wanted = min(len(unread), chance.choice((1, 1, 1, 2, 2, 3, 5)))
            done = [unread.pop(chance.randrange(len(unread))) for _ in range(wanted)]
            library.mark(done, status=Status.READ if chance.random() < 0.9 else Status.SKIPPED)
    library.mark(unread[-3:], status=Status.READING)


def year_of_reading(
    folder: Path, monkeypatch: pytest.MonkeyPatch, today: datetime.date | None = None
) -> Library:
    """Return a library of its own that was read in for more than a year."""
    library = Library.open(folder / "year.db", state=folder / "year")
    fill_with_a_year(library, monkeypatch, today or datetime.date.today())
    return library
