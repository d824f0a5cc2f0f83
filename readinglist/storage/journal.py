"""The journal: what was done, by whom and when, never rewritten."""

from __future__ import annotations

import datetime
import json
import os
import time
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import Action, Change
from readinglist.domain.text import encodable
from readinglist.errors import ForeignValueError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

COLUMNS = "id, machine, batch, at, action, reverts, paper, key, field, old, new, source"
_ACTION = COLUMNS.split(", ").index("action")
_ACTIONS = frozenset(map(str, Action))
_RANDOM_BITS = 21
_UNSAVED = "(journal.rowid > (SELECT value FROM meta WHERE name = 'saved'))"


def now() -> str:
    """Return the present time as the library writes it: ISO 8601, UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Journal:
    """The journal of one working copy, in the name of one machine."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        machine: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._machine = machine
        self._clock = clock

    def record(
        self,
        changes: Iterable[Change],
        action: Action,
        reverts: int | None = None,
        batch: int | None = None,
        source: str | None = None,
    ) -> int | None:
        """Append `changes` as one step and return the step's id; None where there are none.

        Ids grow even when the clock goes back: they say what came after what.

        Args:
            changes: what was done, in order.
            action: why.
            reverts: the step that an undo or a redo turns back.
            batch: an earlier step that this one goes on with.
            source: what the values came from, where a change doesn't say.
        """
        (last,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()
        clocked = (int(self._clock() * 1000) << _RANDOM_BITS) | int.from_bytes(os.urandom(4)) >> (
            32 - _RANDOM_BITS
        )
        first = max(clocked, last + 1)
        at = now()
        rows = [
            (first + n, self._machine, batch or first, at, action, reverts, *_facts(c, source))
            for n, c in enumerate(changes)
        ]
        if not rows:
            return batch
        self._connection.executemany(
            f"INSERT INTO journal ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows
        )
        return batch or first

    def conflicts(self) -> list[Change]:
        """Return the rows that tell of conflicts, settled or not, newest first."""
        return self._select("action = 'conflict' ORDER BY id DESC, machine")

    def settled(self) -> set[str]:
        """Return the ids of the conflicts that somebody has settled."""
        settled: set[str] = set()
        # The plus keeps SQLite from walking all of the journal in the order that it has anyway.
        for row in self._select("field = 'conflict' ORDER BY +id, machine"):
            settled.discard(row.old or "")
            settled |= {row.new} if row.new else set()
        return settled

    def undoable(self) -> int | None:
        """Return the newest step of this machine that is in force, or None."""
        turned_back: set[int | None] = set()
        for batch, action, reverts in self._steps_back():
            if action == Action.UNDO:
                turned_back.add(reverts)
            elif batch not in turned_back:
                return batch
        return None

    def redoable(self) -> int | None:
        """Return the undo that can be taken back, newest first, or None."""
        done_again: set[int | None] = set()
        for batch, action, reverts in self._steps_back():
            if action == Action.REDO:
                done_again.add(reverts)
            elif action != Action.UNDO:  # what is done after an undo makes an end of redoing
                return None
            elif batch not in done_again:
                return batch
        return None

    def is_turned_back(self, batch: int) -> bool:
        """Return whether a step of this machine was undone, were it for a while."""
        query = "SELECT 1 FROM journal WHERE reverts = ? AND machine = ?"
        return self._connection.execute(query, (batch, self._machine)).fetchone() is not None

    def extent(self, batch: int) -> int:
        """Return how many changes a step of this machine has."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM journal WHERE batch = ? AND machine = ?", (batch, self._machine)
        ).fetchone()
        return int(count)

    def step(self, batch: int) -> list[Change]:
        """Return the changes of one step of this machine, in order."""
        return self._select("batch = ? AND machine = ? ORDER BY id", batch, self._machine)

    def history(self, paper: int | None = None, limit: int | None = 1000) -> list[Change]:
        """Return the newest changes, newest first: of one paper, or of the library."""
        most = -1 if limit is None else limit
        if paper is None:
            return self._select("1 ORDER BY id DESC, machine LIMIT ?", most)
        return self._select("paper = ? ORDER BY id DESC, machine LIMIT ?", paper, most)

    def paper_of_key(self, key: str) -> int | None:
        """Return the paper that had this citation key when it was last changed; it may be gone."""
        query = "SELECT paper FROM journal WHERE key = ? COLLATE NOCASE ORDER BY id DESC LIMIT 1"
        row = self._connection.execute(query, (encodable(key),)).fetchone()
        return int(row[0]) if row else None

    def last_row(self) -> int:
        """Return the number of the row that was written last, by whichever machine."""
        query = "SELECT coalesce(max(rowid), 0) FROM journal"
        return int(self._connection.execute(query).fetchone()[0])

    def papers_changed(self, since: int, fields: Iterable[str], most: int = -1) -> set[int]:
        """Return the papers that had one of `fields` changed.

        Args:
            since: the row from which on, see `last_row`.
            fields: what counts.
            most: at most so many papers; negative for all.
        """
        names = tuple(fields)
        rows = self._connection.execute(
            "SELECT DISTINCT paper FROM journal WHERE rowid > ? AND field IN "
            f"({','.join('?' * len(names))}) LIMIT ?",
            (since, *names, most),
        )
        return {paper for (paper,) in rows}

    def edited_fields(self, paper: int) -> frozenset[str]:
        """Return the fields of a paper that a person has set: no import may touch them."""
        rows = self._connection.execute(
            "SELECT DISTINCT field FROM journal WHERE paper = ? AND action = ?",
            (paper, Action.EDIT),
        )
        return frozenset(field for (field,) in rows)

    def edited_fields_of(self, papers: Iterable[int]) -> dict[int, frozenset[str]]:
        """Return the fields that a person has set, by paper; papers without any are left out."""
        fields: dict[int, set[str]] = {}
        rows = self._connection.execute(
            "SELECT DISTINCT paper, field FROM journal "
            "WHERE paper IN (SELECT value FROM json_each(?)) AND action = ?",
            (json.dumps(list(papers)), Action.EDIT),
        )
        for paper, field in rows:
            fields.setdefault(paper, set()).add(field)
        return {paper: frozenset(names) for paper, names in fields.items()}

    def former_identifiers(self) -> list[tuple[int, str, str]]:
        """Return paper, field and value of each arXiv id and DOI that a person has corrected."""
        return self._connection.execute(
            "SELECT paper, field, old FROM journal WHERE field IN ('arxiv', 'doi') "
            "AND action = ? AND old IS NOT NULL ORDER BY +id",
            (Action.EDIT,),
        ).fetchall()

    def merged_papers(self) -> list[tuple[int, str]]:
        """Return the papers that were merged into others, each with the key that it had.

        The step that took such a paper away gave its key to the other one.
        """
        return self._connection.execute(
            "SELECT gone.paper, gone.key FROM journal AS gone CROSS JOIN journal AS given "
            "ON given.batch = gone.batch AND given.machine = gone.machine "
            "AND given.field = 'alias' AND given.new = gone.key AND given.paper <> gone.paper "
            "WHERE gone.field = 'paper' AND gone.new IS NULL"
        ).fetchall()

    def changed_elsewhere(self, paper: int, since: int) -> bool:
        """Return whether another machine has changed a paper since the change `since`."""
        row = self._connection.execute(
            "SELECT 1 FROM journal WHERE paper = ? AND machine <> ? AND id > ?",
            (paper, self._machine, since),
        ).fetchone()
        return row is not None

    def changed_since(self, paper: int, since: int) -> bool:
        """Return whether any machine has changed a paper since the change `since`."""
        query = "SELECT 1 FROM journal WHERE paper = ? AND id > ? LIMIT 1"
        return self._connection.execute(query, (paper, since)).fetchone() is not None

    def is_saved(self) -> bool:
        """Return whether the library file has all changes."""
        query = f"SELECT 1 FROM journal WHERE {_UNSAVED} LIMIT 1"
        return self._connection.execute(query).fetchone() is None

    def unsaved(self) -> list[Change]:
        """Return the changes that the library file lacks, in order."""
        return self._select(f"{_UNSAVED} ORDER BY rowid")

    def saved(self, ids: Iterable[int]) -> list[tuple[int, Change]]:
        """Return those changes of this machine that the library file has or had, in order.

        Args:
            ids: of which changes.

        Returns:
            Each with the number of its row.
        """
        rows = self._connection.execute(
            f"SELECT rowid, {COLUMNS} FROM journal WHERE NOT {_UNSAVED} AND machine = ? "
            "AND id IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            (self._machine, json.dumps(list(ids))),
        )
        return [(rowid, change_from_row(tuple(row))) for rowid, *row in rows]

    def _steps_back(self) -> Iterator[tuple[int, str, int | None]]:
        """Yield the steps of this machine, the newest first: id, action, what it turned back."""
        query = (
            "SELECT batch, action, reverts FROM journal WHERE machine = ? AND batch < ? "
            "ORDER BY batch DESC LIMIT 1"
        )
        last = (1 << 63) - 1
        while row := self._connection.execute(query, (self._machine, last)).fetchone():
            yield row
            last = row[0]

    def _select(self, condition: str, *parameters: object) -> list[Change]:
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM journal WHERE {condition}", parameters
        )
        return [change_from_row(row) for row in rows]


def _facts(change: Change, source: str | None) -> tuple[object, ...]:
    told = change.paper, change.key, change.field, change.old, change.new
    return (*told, change.source or source)


def change_from_row(row: tuple[Any, ...]) -> Change:
    """Return the change of a row of `COLUMNS`.

    Raises:
        LibraryError: a value doesn't fit.
    """
    id_, machine, batch, at, _, reverts, paper, key, field, old, new, source = row
    known = Action(check_action(row))
    return Change(paper, field, old, new, known, id_, batch, reverts, at, machine, key, source)


def check_action(row: tuple[Any, ...]) -> str:
    """Return the action of a row of `COLUMNS` that another program may have written.

    Raises:
        LibraryError: there is no such action.
    """
    action = row[_ACTION]
    if action not in _ACTIONS:
        raise ForeignValueError(f"an action that can't be one in its journal: {action!r:.60}")
    return str(action)
