"""Libraries that two years of work have gone through: a journal, tags, notes, sources, undo.

The papers are those of `generated.py`. Some came one listing page a day, some in a few large .bib
files. Three machines marked them, tagged them, wrote notes and changed these again, let sources
of metadata complete them, and took some of it back. Few tags are on thousands of papers, most
on a few. What a paper has now is what the journal says of it.
"""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from readinglist.domain.change import SOURCE, TAG, WHOLE_PAPER, Action
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.storage.document import fingerprint, replacing
from tests.benchmarks import generated, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

VERSION = 1
"""To be raised with each change of what is made here: see `libraries.kept`."""
_DAYS = 730
_FIRST_DAY = 1_700_000_000
"""Seconds since 1970."""
_DAY = 86_400
_PAGE = 40
"""Papers that come at once, but for those of the large files."""
_OF_LARGE_FILES = 0.15
"""The share of the papers that came in three large files."""
_RANDOM_BITS = 21
_CONFLICTS = 40
_SOURCES = ("arxiv", "crossref", "dblp")
_BULK = (20, 2000)
"""Papers that are marked at once, now and then; in a smaller library a fiftieth at most."""

_Row = tuple[object, ...]


@dataclass(slots=True)
class _State:
    """What the journal has made of a paper."""

    key: str
    values: dict[str, str | None]
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is beside the papers."""

    papers: int
    tags: int
    notes: int
    rows: int
    """Of the journal, about."""


def size_of(papers: int) -> Size:
    """Return what belongs to so many papers: 1,000 tags, 20,000 notes, 500,000 rows to 100,000."""
    return Size(papers, max(10, papers // 100), papers // 5, papers * 5)


def fill(path: Path, size: Size, machine: str, seed: int = 1) -> None:
    """Make a library file.

    Args:
        path: the file.
        size: how much is in it.
        machine: the name in the journal of the machine on which it is opened.
        seed: another one makes another library.
    """
    life = _Life(size, (machine, "desk-5ad1ff", "train-09c2e7"), seed)
    papers = {paper.id: paper for paper in generated.papers(size.papers, seed)}
    life.live(list(papers.values()))
    generated.fill(path, (life.present(paper) for paper in papers.values()))
    with replacing(path, fingerprint(path)) as draft:
        insert = draft.connection.executemany
        insert("INSERT INTO source VALUES (?, ?, ?, ?, NULL)", life.sources)
        insert("INSERT INTO paper_source VALUES (?, ?)", life.came_from.items())
        insert(f"INSERT INTO journal VALUES ({','.join('?' * 12)})", life.journal)


class _Life:
    """Two years of work, day by day."""

    def __init__(self, size: Size, machines: Sequence[str], seed: int) -> None:
        self.journal: list[_Row] = []
        self.sources: list[tuple[int, str, str, str]] = []
        self.came_from: dict[int, int] = {}
        self._size = size
        self._machines = machines
        self._dice = generated.Dice(seed)
        self._states: dict[int, _State] = {}
        self._added_at: dict[int, str] = {}
        self._ids: list[int] = []
        self._tags = [_tag(number) for number in range(size.tags)]
        self._tag_weights = list(accumulate(1 / (number + 2) for number in range(size.tags)))
        self._noted: list[int] = []
        self._last: dict[str, list[_Row]] = {}
        self._seconds = 0.0

    def live(self, papers: list[Paper]) -> None:
        """Let the papers come, and work with them."""
        dice = self._dice
        large = int(len(papers) * _OF_LARGE_FILES) // 3
        waiting = iter(papers)
        left = len(papers) - 3 * large
        for day in range(_DAYS):
            self._seconds = _FIRST_DAY + day * _DAY
            if day % 250 == 100 and large:
                self._import([next(waiting) for _ in range(large)], f"thesis-{day}.bib", "bibtex")
            due = left * (day + 1) // _DAYS - left * day // _DAYS
            while due > 0:
                page = [next(waiting) for _ in range(min(due, _PAGE))]
                self._import(page, f"papers-{day}.txt", "daily-papers")
                due -= len(page)
            share = (self._size.rows - len(papers)) * (day + 1) / _DAYS
            while len(self.journal) - len(self._ids) < share and self._ids:
                self._seconds += dice.random() * 60
                self._work()
        for _ in range(min(_CONFLICTS, len(papers) // 20)):
            self._conflict()

    def present(self, paper: Paper) -> Paper:
        """Return a paper with what the journal says of it."""
        state = self._states[paper.id]
        return replace(
            paper,
            status=Status(state.values["status"] or ""),
            priority=Priority(state.values["priority"] or ""),
            note=state.values["note"],
            venue=state.values["venue"],
            tags=tuple(sorted(state.tags)),
            added_at=self._added_at[paper.id],
        )

    def _import(self, papers: Sequence[Paper], name: str, kind: str) -> None:
        self._seconds += 30
        at = _moment(self._seconds)
        source = len(self.sources) + 1
        self.sources.append((source, name, kind, f"{at[:-1]}.000000Z"))
        rows = []
        for number, paper in enumerate(papers):
            values = {"status": "unread", "priority": "none", "note": None, "venue": paper.venue}
            self._states[paper.id] = _State(paper.key, values)
            self._added_at[paper.id] = f"{at[:-1]}.{999_999 - number:06}Z"
            self.came_from[paper.id] = source
            self._ids.append(paper.id)
            rows.append((Action.IMPORT, paper.id, WHOLE_PAPER, None, name, name))
        self._step(self._dice.choice(self._machines), rows)

    def _work(self) -> None:
        dice = self._dice
        machine = dice.choice(self._machines)
        kind = dice.random()
        if kind < 0.3:
            paper = self._recent()
            self._set(machine, [paper], "status", dice.choice(_STATUSES))
        elif kind < 0.4:
            self._set(machine, [self._recent()], "priority", dice.choice(_PRIORITIES))
        elif kind < 0.7:
            self._retag(machine, [self._recent()])
        elif kind < 0.85:
            self._write(machine)
        elif kind < 0.855:
            some = {self._recent() for _ in range(dice.randint(20, 120))}
            venue, source = dice.choice(words.VENUES), dice.choice(_SOURCES)
            self._set(machine, some, "venue", venue, Action.IMPORT, source)
        elif kind < 0.8565:
            most = min(_BULK[1], len(self._ids) // 50)
            some = {self._recent() for _ in range(dice.randint(1, max(1, most)))}
            if dice.random() < 0.5:
                self._set(machine, some, "status", dice.choice(_STATUSES))
            else:
                self._retag(machine, some)
        elif kind < 0.89:
            self._take_back(machine)
        else:
            self._set(machine, [self._recent()], "status", "read")

    def _recent(self) -> int:
        """Return a paper: what came lately is worked with more."""
        return self._ids[int(len(self._ids) * (1 - self._dice.random() ** 2))]

    def _set(
        self,
        machine: str,
        papers: Iterable[int],
        name: str,
        value: str | None,
        action: Action = Action.EDIT,
        source: str | None = None,
    ) -> None:
        rows: list[tuple[object, ...]] = []
        for paper in papers:
            values = self._states[paper].values
            if values[name] != value:
                rows.append((action, paper, name, values[name], value, source))
                values[name] = value
        self._step(machine, rows)

    def _retag(self, machine: str, papers: Iterable[int]) -> None:
        (tag,) = self._dice.choices(self._tags, cum_weights=self._tag_weights)
        rows: list[tuple[object, ...]] = []
        for paper in papers:
            tags = self._states[paper].tags
            if tag not in tags:
                rows.append((Action.EDIT, paper, TAG, None, tag, None))
                tags.append(tag)
            elif self._dice.random() < 0.5:
                rows.append((Action.EDIT, paper, TAG, tag, None, None))
                tags.remove(tag)
        self._step(machine, rows)

    def _write(self, machine: str) -> None:
        """Write a note, or go on with one."""
        dice = self._dice
        wanted = self._size.notes * len(self._ids) / self._size.papers
        if len(self._noted) < wanted:
            paper = self._recent()
            if self._states[paper].values["note"] is None:
                self._noted.append(paper)
        elif self._noted:
            paper = dice.choice(self._noted)
        else:
            return
        before = self._states[paper].values["note"] or ""
        told = " ".join(dice.choice(words.NOTES) for _ in range(dice.randint(1, 8)))
        if dice.random() < 0.1:
            told += f" See [[{self._states[self._recent()].key}]]."
        note = f"{before}\n\n{told}".strip() if len(before) < 4000 else told
        self._set(machine, [paper], "note", note)

    def _take_back(self, machine: str) -> None:
        """Take the last step of a machine back, where nobody has changed its places since."""
        rows = self._last.pop(machine, [])
        turned: list[tuple[object, ...]] = []
        for row in reversed(rows):
            _, _, _, _, action, _, paper, _, name, old, new, source = row
            assert isinstance(paper, int)
            assert isinstance(name, str)
            state = self._states[paper]
            if action not in (Action.EDIT, Action.IMPORT) or name in (WHOLE_PAPER, SOURCE):
                return
            if name == TAG:
                if (new in state.tags) != (new is not None):
                    return
                (state.tags.remove if new else state.tags.append)(new or old)  # type: ignore[arg-type]
            elif state.values[name] != new:
                return
            else:
                state.values[name] = old  # type: ignore[assignment]
            turned.append((Action.UNDO, paper, name, new, old, source))
        if turned:
            self._step(machine, turned, reverts=rows[0][2])

    def _conflict(self) -> None:
        paper = self._recent()
        state = self._states[paper]
        lost = self._dice.choice(("reading", "skipped"))
        number = self.journal[-1 - self._dice.below(len(self.journal) // 2)][0]
        machine = f"desk-5ad1ff!{self._dice.getrandbits(40):010x}"
        at = _moment(self._seconds)
        self.journal.append(
            (
                *(number, machine, number, at, "conflict", None),
                *(paper, state.key, "status", "unread", lost, None),
            )
        )

    def _step(
        self, machine: str, rows: Iterable[tuple[object, ...]], reverts: object = None
    ) -> None:
        first = (int(self._seconds * 1000) << _RANDOM_BITS) | self._dice.below(1 << _RANDOM_BITS)
        if self.journal:
            first = max(first, self.journal[-1][0] + 1)  # type: ignore[operator]
        at = _moment(self._seconds)
        written: list[_Row] = [
            (
                *(first + n, machine, first, at, str(action), reverts, paper),
                *(self._states[paper].key, *values),  # type: ignore[index]
            )
            for n, (action, paper, *values) in enumerate(rows)
        ]
        if written:
            self.journal += written
            self._last[machine] = written


_STATUSES = (*["reading"] * 4, *["read"] * 5, "skipped", "unread")
_PRIORITIES = ("low", "medium", "medium", "high", "none")


def _moment(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _tag(number: int) -> str:
    if number < len(words.TAGS):
        return words.TAGS[number]
    stem = words.STEMS[number % len(words.STEMS)]
    return f"{stem}{words.SUFFIXES[number % len(words.SUFFIXES)]}-{number}"


def count_of(path: Path) -> str:
    """Return in words what a library file has."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:

        def count(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        papers = count("SELECT count(*) FROM paper")
        tags = count("SELECT count(DISTINCT tag) FROM paper_tag")
        notes = count("SELECT count(*) FROM paper WHERE note IS NOT NULL")
        rows = count("SELECT count(*) FROM journal")
        return f"{papers:,} papers, {tags:,} tags, {notes:,} notes, {rows:,} rows in the journal"
