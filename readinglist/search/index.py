"""The search index: a file of its own beside the working copy, kept current from `unindexed`.

    doc     a number for each paper as it was indexed, and the words of its head
    gone    the numbers that papers had before
    head    title, authors, tags, key and venue (FTS5): small, so that it is ranked in full
    whole   the head, the note and the abstract (FTS5): large, so that it is never ranked
    term    each word with the number of its papers; `ending` has the longer ones backwards
    step    how often papers were indexed, which the working copy knows, too

The FTS5 tables hold no text. A paper that changed gets a new number and the words of its old
one stay behind, until so many do that the index is made anew. So it is, too, when the file is
missing, damaged, or behind what the working copy knows: a log that was lost takes papers with it.
Nothing is in it that can't be had from the papers.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from array import array
from contextlib import closing, contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from readinglist.errors import LibraryError
from readinglist.search.tokens import spaced, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

FIELDS = ("title", "authors", "tags", "key", "venue")
"""The columns of the head, most telling first."""

_SCHEMA = f"""
    CREATE TABLE doc (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        paper INTEGER NOT NULL UNIQUE,
        digest INTEGER NOT NULL,
        words TEXT NOT NULL
    );
    CREATE TABLE gone (number INTEGER PRIMARY KEY);
    CREATE VIRTUAL TABLE head USING fts5(
        {", ".join(FIELDS)}, content = '', prefix = '1 2 3', tokenize = 'ascii'
    );
    CREATE VIRTUAL TABLE whole USING fts5(
        head, note, abstract, content = '', columnsize = 0, tokenize = 'ascii'
    );
    CREATE TABLE term (term TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE ending (ending TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE step (number INTEGER NOT NULL);
    INSERT INTO step VALUES (0);
    INSERT INTO whole (whole, rank) VALUES ('hashsize', 4194304);
    PRAGMA user_version = 2;
"""
_COUNTING = """
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.fresh USING fts5(
        head, note, abstract, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.fresh_term USING fts5vocab(fresh, row);
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.whole_term USING fts5vocab(main, whole, row);
    INSERT INTO temp.fresh (fresh, rank) VALUES ('hashsize', 4194304);
"""
"""Count in how many of the papers that are being indexed each word is: the first ones are all of
`whole`, later ones are in `fresh`, too, until they are counted."""
_TABLES = {
    *("doc", "gone", "term", "ending", "step"),
    *("head", "head_data", "head_idx", "head_docsize", "head_config"),
    *("whole", "whole_data", "whole_idx", "whole_config"),
}
"""Those that the schema makes, with those that FTS5 makes for itself."""
_NAME = "search"
"""Of the file, and in `meta` of the working copy for what follows in its name."""
_KNOWN_STEP = "search step"
"""In `meta` of the working copy: the last step of which it has cleared the queue."""
_PAPER = """
    SELECT id, title, authors, organization,
        (SELECT group_concat(tag, ' ') FROM paper_tag WHERE paper = paper.id),
        key, venue, substr(published, 1, 4), note, abstract
    FROM paper WHERE id IN (SELECT value FROM json_each(?)) ORDER BY added_at, id
"""
_STEP = 16_000
"""So many papers are indexed in one transaction: each rewrites much of the tables of terms."""
_BATCH = 500
"""After so many one may stop: what is done by then is kept."""
SHORTEST_ENDING = 6
"""The letters of the shortest word that is two edits away from another, see `vocabulary`."""
_MOST_GONE = 0.2
"""With a greater share of numbers that are gone, the index is made anew."""
_READING, _WRITING = 1024, 8192
"""KiB of the file that are kept in memory: the system does so, too, and searches as fast."""
_CHECKPOINT = 4096
"""Pages of the log after which they are written to the file."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
_PATIENCE = 10
"""Seconds to wait for another process that writes the same index."""


class DamagedIndexError(LibraryError):
    """The file of the index can't be used; `SearchIndex.renew` makes another."""


class SearchInterruptedError(Exception):
    """Nobody waits for the answer any more."""


class SearchIndex:
    """The words of the papers of one working copy.

    Attributes:
        connection: reads the index, and the tables of the working copy with it.
    """

    def __init__(
        self,
        working: sqlite3.Connection,
        database: Path,
        given_up: Callable[[], bool] | None = None,
    ) -> None:
        """Open the index of a working copy.

        Args:
            working: a connection to the working copy.
            database: the file of the working copy.
            given_up: asked before each query whether to end with a `SearchInterruptedError`;
                who gives it waits for no other writer of the index.
        """
        self._working = working
        self._given_up = given_up or (lambda: False)
        self._patience = 0 if given_up else _PATIENCE
        self._database = database
        self._changes = 0
        self._name = ""
        self._step = 0
        self.connection: sqlite3.Connection
        self._functions: list[tuple[str, int, Callable[..., Any]]] = [
            ("backwards", 1, lambda word: word[::-1])
        ]
        self.refresh()

    # --- the file

    def refresh(self) -> None:
        """Open the index that is in use now: another process may have made it anew.

        Raises:
            LibraryError: there is none, and none can be made.
        """
        name = self._name_in_use()
        if self._name and name == self._name:
            return
        with self._told_apart():
            is_there = bool(name) and self._open(name)
        if not is_there:
            self._make(name)

    def renew(self) -> None:
        """Begin with an empty index, unless another process has done so; all is to be indexed.

        Raises:
            LibraryError: none can be made.
        """
        self._make(self._name)

    def _name_in_use(self) -> str:
        row = self._working.execute("SELECT value FROM meta WHERE name = ?", (_NAME,)).fetchone()
        return row[0] if row else ""

    def _known_step(self) -> int:
        query = "SELECT value FROM meta WHERE name = ?"
        row = self._working.execute(query, (_KNOWN_STEP,)).fetchone()
        return int(row[0]) if row else 0

    def _make(self, instead_of: str) -> None:
        """Make an empty index, unless another process has made one since `instead_of`."""
        self.close()
        with self._told_apart():
            with self._writing():
                name = self._name_in_use()
                if name == instead_of:
                    name = self._make_file()
            if not self._open(name):
                raise self._unusable("its folder is another one by now")

    def _make_file(self) -> str:
        """Make an empty index the one in use, in the place of any other; return its name."""
        name = f"{_NAME}-{os.urandom(4).hex()}.db"
        with closing(self._connect(name)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        self._working.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_NAME, name))
        self._working.execute("DELETE FROM meta WHERE name = ?", (_KNOWN_STEP,))
        self._working.execute("INSERT OR IGNORE INTO unindexed SELECT id, 1 FROM paper")
        for old in self._database.parent.glob(f"{_NAME}-*"):
            if not old.name.startswith(name):
                with suppress(OSError):  # what can't be deleted is in nobody's way
                    old.unlink()  # who has it open goes on with it until `refresh`
        return name

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write to the working copy."""
        self._working.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._working.execute("ROLLBACK")
            raise
        self._working.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        if self._name:
            self._name = ""
            self.connection.close()

    def interrupt(self) -> None:
        """Let what is being asked in another thread end with a `SearchInterruptedError`."""
        with suppress(sqlite3.ProgrammingError):  # at this moment it is being opened anew
            self.connection.interrupt()

    def create_function(self, name: str, parameters: int, function: Callable[..., Any]) -> None:
        """Let SQL call a function, now and after the index was made anew."""
        self._functions.append((name, parameters, function))
        self.connection.create_function(name, parameters, function, deterministic=True)

    def _connect(self, name: str) -> sqlite3.Connection:
        return sqlite3.connect(
            self._database.parent / name,
            timeout=_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )

    def _open(self, name: str) -> bool:
        """Open the file `name`; return whether it is an index."""
        self.close()
        if not (self._database.parent / name).is_file():
            return False
        try:
            connection = self._connect(name)
        except sqlite3.OperationalError:  # another user's
            return False
        try:
            # What leaves the queue must be on disk.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
            connection.execute("ATTACH ? AS library", (f"{self._database.as_uri()}?mode=ro",))
            for database in ("main", "library"):
                connection.execute(f"PRAGMA {database}.cache_size = -{_READING}")
            is_whole = _is_whole(connection) and _step(connection) >= self._known_step()
            connection.execute(f"PRAGMA busy_timeout = {self._patience * 1000}")
        except sqlite3.DatabaseError as error:
            is_whole = False
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                connection.close()
                raise
        if not is_whole:
            connection.close()
            return False
        for function in self._functions:
            connection.create_function(*function, deterministic=True)
        self.connection, self._name, self._step = connection, name, _step(connection)
        self._changes += 1
        return True

    def read(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of an SQL query over the index and the working copy.

        Raises:
            DamagedIndexError: the file is damaged.
            SearchInterruptedError: the answer is not wanted any more.
            LibraryError: the index can't be used.
        """
        self._begin()
        with self._told_apart():
            return self.connection.execute(query, parameters).fetchall()

    def read_numbers(self, query: str, parameters: Sequence[object] = ()) -> array[int]:
        """Return the rows of a query for one number each, however many, in little room.

        Raises: as `read`.
        """
        self._begin()
        with self._told_apart():
            rows = self.connection.execute(query, parameters)
            return array("q", chain.from_iterable(rows))

    def _begin(self) -> None:
        if self._given_up():
            raise SearchInterruptedError
        if not self._name:  # what was to be made anew could not be made
            self.refresh()

    @contextmanager
    def _told_apart(self) -> Iterator[None]:
        """Turn what SQLite says of damage, and of an interruption, into errors of our own."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = error.sqlite_errorcode
            if code == sqlite3.SQLITE_INTERRUPT:
                raise SearchInterruptedError from error
            is_torn = code == sqlite3.SQLITE_ERROR and self._name and not _is_whole(self.connection)
            is_damaged = is_torn or code & 0xFF in _DAMAGED
            kind = DamagedIndexError if is_damaged else LibraryError
            raise self._unusable(str(error), kind) from error
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error

    def _unusable(self, why: str, kind: type[LibraryError] = LibraryError) -> LibraryError:
        return kind(
            f"The search index in {self._database.parent} can't be used: {why}.",
            "It is made anew when it is deleted.",
        )

    # --- its content

    def version(self) -> tuple[int, int]:
        """Return what changes when the words of the library do.

        Raises:
            DamagedIndexError: the index has lost what it had.
        """
        ((others,),) = self.read("PRAGMA main.data_version")
        ((step,),) = self.read("SELECT number FROM step")
        if step < self._step:
            raise self._unusable("it is not what it was", DamagedIndexError)
        self._step = step
        return int(others), self._changes

    def backlog(self, most: int) -> int:
        """Return how many papers are to be indexed, counted up to `most`."""
        query = "SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?)"
        (count,) = self._working.execute(query, (most,)).fetchone()
        return int(count)

    def count(self) -> int:
        """Return in how many papers the words are counted, also those that are gone."""
        ((count,),) = self.read(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'doc'"
        )
        return int(count)

    def _is_worn(self) -> bool:
        ((gone,),) = self.read("SELECT count(*) FROM gone")
        return bool(gone > _MOST_GONE * self.count())

    def bags(self, numbers: Iterable[int]) -> dict[int, tuple[int, list[str]]]:
        """Return papers with the words of their titles, abstracts and notes, by doc number."""
        rows = self.read(
            "SELECT number, paper, title, abstract, note FROM doc JOIN paper ON id = doc.paper "
            "WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        return {
            number: (paper, [word for text in texts if text for word in words(text)])
            for number, paper, *texts in rows
        }

    def bring_up_to_date(self, goes_on: Callable[[int, int], bool] = lambda done, of: True) -> bool:
        """Index what changed, in short transactions; return whether all is done.

        Args:
            goes_on: asked between two transactions whether to go on, with the number of papers
                that are done, and of how many.
        """
        self.refresh()
        queue = array(
            "q",
            (
                paper
                for (paper,) in self._working.execute(
                    "SELECT unindexed.paper FROM unindexed LEFT JOIN paper ON id = unindexed.paper "
                    "ORDER BY added_at, id"
                )
            ),
        )
        try:
            for start in range(0, len(queue), _STEP):
                if not self._index(queue[start : start + _STEP], start, len(queue), goes_on):
                    return False
            # Who is in a hurry leaves that to others.
            is_to_be_made = bool(queue and self._patience and self._is_worn())
        except DamagedIndexError:
            is_to_be_made = True
        if is_to_be_made:
            self.renew()
            return self.bring_up_to_date(goes_on)
        return True

    def _index(
        self, papers: array[int], done: int, of: int, goes_on: Callable[[int, int], bool]
    ) -> bool:
        """Index papers in one transaction; return whether it was not stopped, or kept out."""
        queue: list[tuple[int, int]] = []
        self._begin()
        with self._told_apart(), self._room_to_write():
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                if self._patience:
                    raise
                return False
            try:
                counted = "fresh" if self.count() else "whole"
                for start in range(0, len(papers), _BATCH):
                    is_stopped = not goes_on(done + start, of)
                    if is_stopped:
                        break
                    some = json.dumps(papers[start : start + _BATCH].tolist())
                    # Over this connection: the versions of just what this transaction sees.
                    queue += self.connection.execute(
                        "SELECT paper, version FROM unindexed "
                        "WHERE paper IN (SELECT value FROM json_each(?))",
                        (some,),
                    )
                    self._write(some, {"whole", counted})
                self._write_terms(f"{counted}_term")
                self.connection.execute("UPDATE step SET number = number + 1")
                step = _step(self.connection)
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # SQLite ends it when it is interrupted
                    self.connection.execute("ROLLBACK")
                raise
            self._clear(queue, step)
        return not is_stopped

    def _clear(self, queue: Iterable[tuple[int, int]], step: int) -> None:
        """Take from the queue what is indexed: only now, so that a crash loses nothing of it.

        Raises:
            DamagedIndexError: another process has made the index anew meanwhile.
        """
        with self._writing():
            if self._name_in_use() != self._name:
                raise self._unusable("it was made anew", DamagedIndexError)
            delete = "DELETE FROM unindexed WHERE paper = ? AND version = ?"
            self._working.executemany(delete, queue)
            known = max(step, self._known_step())  # another process may have been faster
            self._working.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KNOWN_STEP, str(known))
            )

    @contextmanager
    def _room_to_write(self) -> Iterator[None]:
        """Keep more of the file in memory meanwhile: what changed there is written at the end."""
        self.connection.executescript(_COUNTING)
        self.connection.execute(f"PRAGMA main.cache_size = -{_WRITING}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA main.cache_size = -{_READING}")

    def _write(self, some: str, tables: Iterable[str]) -> None:
        """Write papers, named in a JSON array, and all of their words to some tables."""
        known = {
            paper: (number, digest)
            for number, paper, digest in self.connection.execute(
                "SELECT number, paper, digest FROM doc "
                "WHERE paper IN (SELECT value FROM json_each(?))",
                (some,),
            )
        }
        number = self.count()
        docs, heads, wholes = [], [], []
        # All at once: who comes to Python between any two rows lets no other thread have a turn.
        papers = self.connection.execute(_PAPER, (some,)).fetchall()
        for paper, *values in papers:
            *fields, note, abstract = map(spaced, _texts(*values))
            head = "\n".join(fields)
            digest = _digest("\0".join((head, note, abstract)))
            # A paper that was merely marked read has the words that it had.
            if known.get(paper, (0, None))[1] == digest:
                del known[paper]
                continue
            number += 1
            docs.append((number, paper, digest, head))
            heads.append((number, *fields))
            wholes.append((number, head, note, abstract))
        write = self.connection.executemany
        gone = [(number,) for number, _ in known.values()]
        write("DELETE FROM doc WHERE number = ?", gone)
        write("INSERT INTO gone VALUES (?)", gone)
        write("INSERT INTO doc VALUES (?, ?, ?, ?)", docs)
        marks = ",".join("?" * len(FIELDS))
        write(f"INSERT INTO head (rowid, {','.join(FIELDS)}) VALUES (?, {marks})", heads)
        for table in tables:
            write(f"INSERT INTO {table} (rowid, head, note, abstract) VALUES (?, ?, ?, ?)", wholes)
        self._changes += bool(docs or known)

    def _write_terms(self, vocabulary: str) -> None:
        """Count the words of the papers that were written."""
        self.connection.execute(
            f"INSERT INTO term SELECT term, doc FROM {vocabulary} WHERE true "
            "ON CONFLICT DO UPDATE SET papers = papers + excluded.papers"
        )
        self.connection.execute(
            f"INSERT OR IGNORE INTO ending SELECT backwards(term) AS ending FROM {vocabulary} "
            f"WHERE length(term) >= {SHORTEST_ENDING} ORDER BY ending"
        )
        self.connection.execute("INSERT INTO fresh (fresh) VALUES ('delete-all')")


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Return whether a database has the tables of an index of this version."""
    (version,) = connection.execute("PRAGMA main.user_version").fetchone()
    tables = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
    return version == 2 and {name for (name,) in tables} >= _TABLES


def _step(connection: sqlite3.Connection) -> int:
    ((number,),) = connection.execute("SELECT number FROM main.step")
    return int(number)


def _texts(
    title: str,
    authors: str | None,
    organization: str | None,
    tags: str | None,
    key: str,
    venue: str | None,
    year: str | None,
    note: str | None,
    abstract: str | None,
) -> tuple[str, ...]:
    """Return the texts of a paper as `FIELDS`, note and abstract."""
    names = " ".join([*json.loads(authors or "[]"), organization or ""])
    return title, names, tags or "", key, f"{venue or ''} {year or ''}", note or "", abstract or ""


def _digest(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
