"""The working copy: a database of this machine in which every edit is durable at once.

It has the tables of the library file, and beside them what is derived or of this machine
only: what is still to be saved, what is still to be indexed, the search index. It can be
deleted at any time; it is made anew from the library file.

    edit -> working copy (one transaction) -> `save` patches the library file within a second
    git, another program -> library file -> `take_in` brings it here and replays what is unsaved
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, NamedTuple

from readinglist.domain.change import (
    ALIAS,
    CONFLICT,
    NOTHING,
    SOURCE,
    TAG,
    WHOLE_PAPER,
    Action,
    Change,
)
from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.differences import (
    attach,
    differing_papers,
    entangled,
    excerpt,
    names_another,
)
from readinglist.storage.document import DocumentChangedError
from readinglist.storage.journal import Journal, change_from_row, check_action
from readinglist.storage.papers import COLUMNS, PaperStore, decode, paper_from_json, received_paper
from readinglist.storage.tables import (
    OF_PAPERS,
    PRIMARY_KEYS,
    Tables,
    differing,
    empty,
    read_table,
    read_tables,
    write_differences,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from readinglist.storage.tables import Row

_DATABASE = "working.db"
_LAYOUT = "4"
_CONFLICTS_AT_HAND = (
    "CREATE INDEX IF NOT EXISTS journal_conflicts ON journal (id) WHERE action = 'conflict'",
    "CREATE INDEX IF NOT EXISTS journal_settled ON journal (id) WHERE field = 'conflict'",
)
_SELDOM_DONE = (
    "CREATE INDEX journal_turned_back ON journal (reverts) WHERE reverts IS NOT NULL",
    "CREATE INDEX journal_deletions ON journal (paper) WHERE field = 'paper' AND new IS NULL",
    "CREATE INDEX journal_identifiers ON journal (id) WHERE field IN ('arxiv', 'doi')",
    "CREATE INDEX journal_reading ON journal (paper, new, id, at) "
    "WHERE field = 'status' AND action = 'edit'",
)
"""What few rows of the journal tell of is found without looking through all of them."""
_LATEST_FIRST = (
    "CREATE INDEX paper_by_added ON paper (added_at DESC, id)",
    "DROP INDEX IF EXISTS paper_by_status",
    "CREATE INDEX paper_by_status ON paper (status, added_at DESC, id)",
)
_COUNTING = "INSERT INTO status_count SELECT status, count(*) FROM paper GROUP BY status"
_COUNTS_AT_HAND = (
    "CREATE TABLE status_count (status TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID",
    _COUNTING,
    *(
        f"CREATE TRIGGER count_{event.partition(' ')[0].lower()} AFTER {event} ON paper BEGIN "
        + "".join(
            f"INSERT INTO status_count VALUES ({row}.status, {by}) "
            "ON CONFLICT DO UPDATE SET papers = papers + excluded.papers;"
            for row, by in steps
        )
        + " END"
        for event, steps in {
            "INSERT": (("new", 1),),
            "DELETE": (("old", -1),),
            "UPDATE OF status": (("old", -1), ("new", 1)),
        }.items()
    ),
)
"""How many papers have each status, kept by triggers: counting a million takes a while."""
_SINCE_LAYOUT_2 = (
    "DROP TABLE IF EXISTS search_terms",
    "DROP TABLE IF EXISTS search_text",
    "ALTER TABLE unindexed ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    *_LATEST_FIRST,
    *_COUNTS_AT_HAND,
)
_SINCE_SCHEMA_2 = (
    "ALTER TABLE paper ADD COLUMN votes INTEGER",
    "ALTER TABLE paper ADD COLUMN stars INTEGER",
    "ALTER TABLE paper ADD COLUMN cite_as TEXT",
    "ALTER TABLE journal ADD COLUMN source TEXT",
    *_SELDOM_DONE,
)
_UPGRADES = {
    "1.1": (
        "ALTER TABLE paper ADD COLUMN entries TEXT",
        "ALTER TABLE source ADD COLUMN definitions TEXT",
        *_CONFLICTS_AT_HAND,
        *_SINCE_LAYOUT_2,
        *_SINCE_SCHEMA_2,
    ),
    "2.1": (*_CONFLICTS_AT_HAND, *_SINCE_LAYOUT_2, *_SINCE_SCHEMA_2),
    "2.2": (*_SINCE_LAYOUT_2, *_SINCE_SCHEMA_2),
    "2.3": _SINCE_SCHEMA_2,
    "3.3": _SELDOM_DONE,
}
"""What brings a working copy of an earlier layout to this one: its edits may be unsaved."""
_SCHEMA = f"""
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE unsaved (paper INTEGER PRIMARY KEY, version INTEGER NOT NULL);
    CREATE TABLE unindexed (paper INTEGER PRIMARY KEY, version INTEGER NOT NULL);
    CREATE INDEX paper_by_key ON paper (key COLLATE NOCASE);
    CREATE INDEX paper_by_date ON paper (published);
    {"; ".join(_LATEST_FIRST)};
    CREATE INDEX tag_papers ON paper_tag (tag);
    CREATE INDEX journal_by_paper ON journal (paper);
    CREATE INDEX journal_by_machine ON journal (machine, batch);
    {"; ".join((*_CONFLICTS_AT_HAND, *_SELDOM_DONE))};
    {"; ".join(_COUNTS_AT_HAND)};
    INSERT INTO meta VALUES ('saved', 0);
"""
_NO_WORKING_COPY = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file without our tables, a damaged one, and one that is no database."""
_PATIENCE = 10
"""Seconds to wait for another process at work on the same library."""
_SAVED_AT_ONCE = 2000
"""So many papers are in memory while the library file is written."""
_TOLD_EVERY = 1000
"""After so many rows of a new library it is told how far it is."""
_MUCH_MEMORY, _LITTLE_MEMORY = 65_536, 2_000
"""KiB of the working copy that are kept in memory: while much of it is written, and else."""
_RACE = 5
"""Seconds before the file changed, in which its writer may have missed what was saved."""


class TakenIn(NamedTuple):
    """What came of looking at the library file."""

    changed: bool = False
    """Whether anything here is other than before."""
    put_back: int = 0
    """How many edits of this machine its writer had missed; they are in again."""
    withdrawn: int = 0
    """How many edits of this machine git has taken out; they can be brought back."""
    conflicts: int = 0
    """How many values were set here and there."""

    def __bool__(self) -> bool:
        return self.changed


class WorkingCopy:
    """The working copy of the library file at `path`.

    Attributes:
        papers: the rows of papers.
        journal: what was done to them.
        machine: the name of this machine in the journal.
        database: the file of the working copy.
        came_in: what was brought in when it was opened.
        folder: what this machine keeps of the library.
    """

    def __init__(
        self,
        path: Path,
        state: Path,
        keep: bool = False,
        progress: Callable[[int, int], None] = lambda done, of: None,
    ) -> None:
        """Open the working copy, made anew if need be, with what the library file holds now.

        Args:
            path: the library file; made if it is not there. But in a git repository, where a
                branch may lack it, what this machine has of it stays, and the file comes back
                with the next edit.
            state: the folder for what belongs to this machine.
            keep: whether that holds outside of a repository, too.
            progress: called with how much of the file is read, and of how much, where it is new
                here, or another than before.

        Raises:
            LibraryError: the file is no sound library, or a folder can't be written.
        """
        self.path = path.parent.resolve() / path.name
        self.folder = _folder_of(self.path, state)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.machine = _machine_name(state, self.path)
        except OSError as error:
            raise LibraryError(
                f"{error.filename} can't be written: {error.strerror}.",
                "It keeps your edits until they are saved; set XDG_STATE_HOME to another folder.",
            ) from error
        self._lock = self.folder / "lock.db"
        self.database = self.folder.absolute() / _DATABASE
        self._own_edits = 0
        self._progress = progress
        current = document.fingerprint(self.path)
        if current is None:
            with self._alone():
                if document.fingerprint(self.path) is None:
                    # git deletes and writes again what it replaces.
                    if self.database.exists() and document.git_is_busy(self.path):
                        raise LibraryError(
                            f"{self.path} is missing, and git is at work in its folder.",
                            "Try again when git is done.",
                        )
                    keep = keep or document.is_in_repository(self.path)
                    if not (keep and self._has_papers()):
                        self._begin_anew()
        self.connection = self._connect()
        self.papers = PaperStore(self.connection)
        self.journal = Journal(self.connection, self.machine)
        try:
            self.came_in = self.take_in()
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Close the database; edits stay in it, saved or not."""
        self.connection.close()

    def another_connection(self) -> sqlite3.Connection:
        """Open the database once more, for another thread."""
        connection = self._open_database()
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    @contextmanager
    def transaction(self, is_edit: bool = True) -> Iterator[None]:
        """Make all writes within one: all of them are kept, or none.

        Args:
            is_edit: whether papers change; else it is about what is saved where.
        """
        if self.connection.in_transaction:
            yield
            return
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise LibraryError(
                f"Another program has been at work on {self.path} for {_PATIENCE} seconds.",
                "Close it and try again.",
            ) from error
        before = self.connection.total_changes
        try:
            yield
            edits = int(is_edit and self.connection.total_changes != before)
            if edits:
                self._set_meta("edits", int(self._meta("edits") or 0) + 1)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        self._own_edits += edits

    def version(self) -> int:
        """Return a number that changes when another connection has changed papers here."""
        return int(self._meta("edits") or 0) - self._own_edits

    def is_saved(self) -> bool:
        """Return whether the library file has all that the working copy has."""
        row = self.connection.execute("SELECT 1 FROM unsaved LIMIT 1").fetchone()
        return row is None and self.journal.is_saved()

    def is_current(self) -> bool:
        """Return whether the library file is the one last read or written here."""
        return bool(str(document.fingerprint(self.path)) == self._meta("document"))

    def save(self, during_merge: bool = False) -> bool:
        """Bring the library file up to date; return whether it is.

        False: git is at work in its folder, so that the edits wait in the working copy.

        Args:
            during_merge: whether a merge that has stopped is no reason to wait.

        Raises:
            LibraryError: the file can't be written, or another program damaged it.
        """
        with self._alone():
            for _ in range(5):
                if self.is_saved():
                    return True
                marks = (document.GIT_LOCK,) if during_merge else document.GIT_AT_WORK
                if document.git_is_busy(self.path, marks):
                    return False
                if not self.is_current():
                    self._take_in()
                with contextlib.suppress(DocumentChangedError):
                    self._write_document()
                    return True
        return False

    def take_in(self) -> TakenIn:
        """Bring in what another program wrote to the library file.

        What is unsaved here is merged with it. So is what was saved a moment before the file
        changed and is not in it: its writer, git mostly, had read an earlier version. What was
        saved earlier and is missing was taken away on purpose, by a checkout or a reset: it is
        not put back, but kept, see `withdrawn`.

        Raises:
            LibraryError: the file is no sound library; nothing was changed.
        """
        if self.is_current():
            return TakenIn()
        with self._alone():
            return TakenIn() if self.is_current() else self._take_in()

    # --- from the library file to the working copy

    def _take_in(self) -> TakenIn:
        before = document.fingerprint(self.path)
        if before is None:
            # Between two steps of git, or deleted: what we have is written again at `save`.
            self._set_meta("document", "None")
            return TakenIn()
        from readinglist.storage.merging import merge

        with document.open_inspected(self.path) as incoming:
            if not self._has_rows():
                return self._copy(incoming, before)
            # Long before what is edited meanwhile has to wait: that is unsaved, and taken then.
            attach(incoming, self.connection)
            papers = differing_papers(incoming, self._progress)
            with self.transaction():
                versions = (self.connection, incoming)
                known = self.withdrawn()
                papers.update(change.paper for change in (*self.journal.unsaved(), *known))
                papers.update(p for (p,) in self.connection.execute("SELECT paper FROM unsaved"))
                papers = entangled(versions, papers)
                ours, theirs = (excerpt(version, papers) for version in versions)
                check_received(theirs, known=ours)
                put_back, gone = self._missing(ours, theirs, before)
                there = theirs["journal"]
                known = [c for c in known if (c.id, c.machine) not in there]
                pending = [*put_back, *self.journal.unsaved()]
                base = self._before(pending, ours)
                merged = merge(base, ours, theirs, is_taken=names_another(versions, papers))
                changed = self._write(merged.tables, ours, theirs)
                withdrawn = [astuple(change) for change in known + gone]
                self._set_meta("withdrawn", json.dumps(withdrawn))
                self._set_meta("document", str(before))
        return TakenIn(changed, len(put_back), len(gone), len(merged.conflicts))

    def _copy(self, incoming: sqlite3.Connection, file: document.Fingerprint) -> TakenIn:
        """Bring in all of a library file where nothing is here yet, row by row."""
        counts = (f"(SELECT count(*) FROM {table})" for table in PRIMARY_KEYS)
        (rows_in_all,) = incoming.execute(f"SELECT {' + '.join(counts)}").fetchone()
        done = 0

        def told(rows: Iterable[Row]) -> Iterator[Row]:
            nonlocal done
            for row in rows:
                if not done % _TOLD_EVERY:
                    self._progress(done, rows_in_all)
                done += 1
                yield row

        with self.transaction(), self._without_indexes():
            for table in PRIMARY_KEYS:
                rows = incoming.execute(f"SELECT * FROM {table}")
                marks = ",".join("?" * len(rows.description))
                self.connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks})", told(_checked(rows, table))
                )
            self.connection.execute("INSERT OR IGNORE INTO unindexed SELECT id, 1 FROM paper")
            self._note_saved()
            self._set_meta("document", str(file))
        return TakenIn(self._has_rows())

    @contextmanager
    def _without_indexes(self) -> Iterator[None]:
        """Make indexes and counts anew after many rows have come in: that takes less time."""
        made = self.connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL "
            "AND type IN ('index', 'trigger')"
        ).fetchall()
        with self.room():
            for kind, name, _ in made:
                self.connection.execute(f"DROP {kind} {name}")
            yield
            for *_, statement in made:
                self.connection.execute(statement)
            self.connection.execute("DELETE FROM status_count")
            self.connection.execute(_COUNTING)

    @contextmanager
    def room(self) -> Iterator[None]:
        """Keep more of the database in memory meanwhile: for changes of many papers."""
        self.connection.execute(f"PRAGMA cache_size = -{_MUCH_MEMORY}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA cache_size = -{_LITTLE_MEMORY}")

    def _has_rows(self) -> bool:
        """Return whether anything is here: a paper, or what was done to one."""
        return any(
            self.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
            for table in (*PRIMARY_KEYS, "unsaved")
        )

    def merge_in(self, theirs: Tables, base: Tables | None = None) -> TakenIn:
        """Merge another version of the library into this one; `save` writes what came of it.

        Args:
            theirs: the rows of the other version.
            base: the last version that both had; None for the state in which the journals
                last agreed.

        Raises:
            LibraryError: a value is not one that we would have written.
        """
        from readinglist.storage.merging import merge

        self.take_in()
        saved = empty()
        if document.fingerprint(self.path) is not None:
            with document.open_inspected(self.path) as connection:
                saved = read_tables(connection)
        with self.transaction():
            ours = read_tables(self.connection)
            check_received(theirs, known=ours)
            if base is None:
                rows = (row for key, row in ours["journal"].items() if key not in theirs["journal"])
                base = self._before([change_from_row(row) for row in sorted(rows)], ours)
            merged = merge(base, ours, theirs)
            changed = self._write(merged.tables, ours, saved)
        return TakenIn(changed, conflicts=len(merged.conflicts))

    def withdrawn(self) -> list[Change]:
        """Return the edits of this machine that git has taken out of the library file."""
        return [Change(*row) for row in json.loads(self._meta("withdrawn") or "[]")]

    def forget_withdrawn(self) -> None:
        """Keep the edits no longer that git has taken out of the library file."""
        self._set_meta("withdrawn", "[]")

    def _missing(
        self, ours: Tables, theirs: Tables, file: document.Fingerprint
    ) -> tuple[list[Change], list[Change]]:
        """Return the edits of this machine that were saved and are not in the library file.

        First those that were saved just before the file was written, then the others.
        """
        saves = json.loads(self._meta("saves") or "[]")
        recent = file.modified / 1e9 - _RACE
        fresh_from = min((first for first, _, at in saves if at >= recent), default=None)
        lost: list[Change] = []
        withdrawn: list[Change] = []
        missing = (key for key in ours["journal"] if key not in theirs["journal"])
        for rowid, change in self.journal.saved(number for number, _ in missing):
            if (change.id, change.machine) in theirs["journal"]:
                continue
            if fresh_from is not None and rowid > fresh_from:
                lost.append(change)
            else:
                withdrawn.append(change)
        return lost, withdrawn

    def _before(self, changes: list[Change], ours: Tables) -> Tables:
        """Return the working copy as it was before `changes`, and without frozen keys."""
        base = {table: dict(rows) for table, rows in ours.items()}
        for change in changes:
            base["journal"].pop((change.id, change.machine), None)
        touched = {change.paper for change in changes}
        touched |= {paper for (paper,) in self.connection.execute("SELECT paper FROM unsaved")}
        self.connection.execute("SAVEPOINT before")
        for change in reversed(changes):
            if change.action != Action.CONFLICT:
                self.apply(change.turned_round())
        for paper in touched:  # an export is no edit: the journal doesn't tell of it
            if self.papers.has(paper):
                self.papers.set(paper, "key_frozen", False)
        for table in OF_PAPERS:
            for key in [key for key in base[table] if key[0] in touched]:
                del base[table][key]
            base[table] |= read_table(self.connection, table, touched)
        base["key_alias"] = read_table(self.connection, "key_alias")
        self.connection.execute("ROLLBACK TO before")
        self.connection.execute("RELEASE before")
        new = {key[1] for key in ours["paper_source"] if key not in base["paper_source"]}
        base["source"] = {key: row for key, row in ours["source"].items() if key[0] not in new}
        return base

    def _write(self, wanted: Tables, present: Tables, saved: Tables) -> bool:
        """Make the rows here the `wanted` ones; what is not in the `saved` ones is unsaved."""
        changed = False
        for table in ("source", "key_alias", *OF_PAPERS):
            changed |= write_differences(self.connection, table, wanted[table], present[table])
        for table in ("paper", "paper_tag"):
            touched = {key[:1] for key in differing(wanted[table], present[table])}
            self.papers.to_be_indexed(touched)
        self.connection.execute("DELETE FROM unsaved")
        unsaved = {key[:1] for table in OF_PAPERS for key in differing(wanted[table], saved[table])}
        self.connection.executemany("INSERT INTO unsaved VALUES (?, 1)", unsaved)
        # Rows of the journal that are not saved come after those that are.
        both = {
            key: row for key, row in wanted["journal"].items() if saved["journal"].get(key) == row
        }
        changed |= write_differences(self.connection, "journal", both, present["journal"])
        self._note_saved()
        write_differences(self.connection, "journal", wanted["journal"], both)
        return changed

    def _note_saved(self) -> None:
        """Note that the library file has all rows of the journal that are here now."""
        self.connection.execute(
            "UPDATE meta SET value = (SELECT coalesce(max(rowid), 0) FROM journal) "
            "WHERE name = 'saved'"
        )

    def apply(self, change: Change) -> None:
        """Give the field of a change its new value, where the paper is there."""
        if change.field in (CONFLICT, NOTHING):
            return
        if change.field == WHOLE_PAPER:
            if change.new is None:
                self.papers.delete(change.paper)
            elif change.new.startswith("{") and not self.papers.has(change.paper):
                self.papers.add(paper_from_json(change.new))
        elif not self.papers.has(change.paper):
            return
        elif change.field == TAG:
            if change.old is not None:
                self.papers.remove_tag(change.paper, change.old)
            if change.new is not None:
                self.papers.add_tag(change.paper, change.new)
        elif change.field == ALIAS:
            if change.old is not None:
                self.papers.remove_alias(change.old)
            if change.new is not None:
                self.papers.add_alias(change.new, change.paper)
        elif change.field == SOURCE:
            if change.old is not None:
                self.papers.remove_source(change.paper, int(change.old))
            if change.new is not None:
                self.papers.add_source(change.paper, int(change.new))
        else:
            self.papers.set(change.paper, change.field, decode(change.field, change.new))
            if change.field == "key" and change.new is not None:
                self.papers.remove_alias(change.new)
                if change.old is not None:
                    self.papers.add_alias(change.old, change.paper)

    def apply_all(self, changes: Iterable[Change]) -> None:
        """Do the same as `apply` for changes of many papers.

        Args:
            changes: `is_plain` holds for each of them, and no two are of the same place.
        """
        changes = list(changes)
        there = self.papers.those_there({change.paper for change in changes})
        by_field: dict[str, list[Change]] = {}
        for change in changes:
            if change.paper in there:
                by_field.setdefault(change.field, []).append(change)
        for field, some in by_field.items():
            if field == TAG:
                self.papers.remove_tags((c.paper, c.old) for c in some if c.old is not None)
                self.papers.add_tags((c.paper, c.new) for c in some if c.new is not None)
            else:
                values = ((c.paper, decode(field, c.new)) for c in some)
                self.papers.set_of_many(field, values)
        self.papers.touch(there)

    # --- from the working copy to the library file

    def _write_document(self) -> None:
        """Patch the library file. The caller is alone at it.

        Raises:
            DocumentChangedError: another program was faster; nothing was written.
        """
        expected = document.fingerprint(self.path)
        if str(expected) != self._meta("document"):  # its rows are not here yet
            raise DocumentChangedError(self.path)
        self.connection.execute("BEGIN")  # one view of all tables, while edits go on elsewhere
        try:
            versions = self.connection.execute(
                "SELECT paper, version FROM unsaved ORDER BY paper"
            ).fetchall()
            (newest,) = self.connection.execute(
                "SELECT coalesce(max(rowid), 0) FROM journal"
            ).fetchone()
            saved, papers = 0, None
            if expected is not None:  # else the file is gone: write all of it
                saved, papers = int(self._meta("saved") or 0), [paper for paper, _ in versions]
            with document.replacing(self.path, expected) as draft:
                target = draft.connection
                parts: list[list[int] | None] = [None]
                if papers is not None:
                    starts = range(0, len(papers), _SAVED_AT_ONCE)
                    parts = [papers[start : start + _SAVED_AT_ONCE] for start in starts]
                for table in (*OF_PAPERS, "source", "key_alias"):
                    for some in parts if table in OF_PAPERS else [None]:
                        rows = read_table(self.connection, table, some)
                        write_differences(target, table, rows, read_table(target, table, some))
                target.executemany(
                    "INSERT OR REPLACE INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                    self.connection.execute(
                        "SELECT * FROM journal WHERE rowid > ? ORDER BY rowid", (saved,)
                    ),
                )
        finally:
            self.connection.execute("COMMIT")
        with self.transaction(is_edit=False):
            self.connection.executemany(
                "DELETE FROM unsaved WHERE paper = ? AND version = ?", versions
            )
            self.connection.execute("UPDATE meta SET value = ? WHERE name = 'saved'", (newest,))
            self._set_meta("document", str(draft.fingerprint))
            saves = json.loads(self._meta("saves") or "[]")
            now = time.time()
            recent = [save for save in saves if save[2] > now - 10 * _RACE]
            self._set_meta("saves", json.dumps([*recent, (saved, newest, now)]))

    # --- the files

    def _has_papers(self) -> bool:
        """Return whether the database holds a library."""
        connection = self._open_existing()
        if connection is None:
            return False
        (found,) = connection.execute("SELECT EXISTS (SELECT 1 FROM paper)").fetchone()
        connection.close()
        return bool(found)

    def _begin_anew(self) -> None:
        """Make an empty library file; what an earlier one left here is set aside."""
        if self.database.exists():
            self._set_aside("earlier")
        # Another machine may write the same file at this moment: then it is there.
        with contextlib.suppress(DocumentChangedError), document.replacing(self.path, None):
            pass

    def _set_aside(self, name: str) -> None:
        """Rename the database, with its log, in which the last edits are."""
        for suffix in ("", "-wal", "-shm"):
            aside = self.folder / f"{name}.db{suffix}"
            aside.unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.folder / f"working.db{suffix}", aside)

    def _connect(self) -> sqlite3.Connection:
        """Open the database of the working copy; one that is damaged or older is made anew."""
        connection = self._open_existing()
        if connection:
            return connection
        with self._alone():
            return self._open_existing() or self._make_anew()  # or another process was faster

    def _open_existing(self) -> sqlite3.Connection | None:
        """Return the database as it is; None where there is none that can be used."""
        if not self.database.exists():
            return None
        connection = self._open_database()
        try:
            connection.execute("PRAGMA synchronous = FULL")
            row = connection.execute("SELECT value FROM meta WHERE name = 'layout'").fetchone()
            if row == (_layout_now(),) or (row and self._upgrade(connection, row[0])):
                return connection
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _NO_WORKING_COPY:
                connection.close()
                raise LibraryError(f"{self.database} can't be read: {error}.") from error
        connection.close()
        return None

    def _upgrade(self, connection: sqlite3.Connection, layout: str) -> bool:
        """Bring a working copy of an earlier `layout` to this one; return whether it is."""
        if layout not in _UPGRADES:
            return False
        connection.execute("BEGIN IMMEDIATE")
        query = "SELECT value FROM meta WHERE name = 'layout'"
        if connection.execute(query).fetchone() == (layout,):  # no other process was faster
            for statement in _UPGRADES[layout]:
                connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE name = 'layout'", (_layout_now(),))
        connection.execute("COMMIT")
        return True

    def _make_anew(self) -> sqlite3.Connection:
        with document.open_inspected(self.path) as incoming:
            statements = incoming.execute(
                "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name IN "
                f"({','.join('?' * len(PRIMARY_KEYS))})",
                tuple(PRIMARY_KEYS),
            ).fetchall()
        self._set_aside("set-aside")
        connection = self._open_database()
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        # The inspection compared these with what our own migrations make.
        connection.executescript(
            "BEGIN;"
            + ";".join(sql for (sql,) in statements)
            + ";"
            + _SCHEMA
            + f"INSERT INTO meta VALUES ('layout', '{_layout_now()}');COMMIT;"
        )
        return connection

    def _open_database(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.database, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise LibraryError(f"{self.database} can't be opened: {error}.") from error
        # Else a row that is replaced is not counted as gone.
        connection.execute("PRAGMA recursive_triggers = ON")
        return connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from reading or writing the library file meanwhile.

        The lock is a transaction on a database of its own: it ends with the process.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)  # it may be deleted at any time
            lock = sqlite3.connect(self._lock, timeout=_PATIENCE, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(f"{self._lock} can't be written: {error}.") from error
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise LibraryError(f"{self.folder} can't be used: {error}.") from error
            raise LibraryError(
                f"Another readinglist has been at work on {self.path} for {_PATIENCE} seconds.",
                "Your edits are kept on this machine; close the other one and try again.",
            ) from error
        finally:
            lock.close()

    def _meta(self, name: str) -> Any:
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set_meta(self, name: str, value: str | int) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def copy_library(path: Path, state: Path, copy: Path, copied_state: Path) -> None:
    """Copy a library file and its working copy, with what is unsaved and the search index.

    Args:
        path: the library file.
        state: the folder for what belongs to this machine.
        copy: the file to write.
        copied_state: the folder for what belongs to the copy.

    Raises:
        LibraryError: there is no library file, or it can't be copied.
    """
    path = path.parent.resolve() / path.name
    before = document.fingerprint(path)
    if before is None:
        raise LibraryError(f"There is no library {path}.")
    database = _folder_of(path, state).absolute() / _DATABASE
    folder = _folder_of(copy.parent.resolve() / copy.name, copied_state)
    try:
        shutil.copyfile(path, copy)
        folder.mkdir(parents=True)
        if database.exists():
            with (
                closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as here,
                closing(sqlite3.connect(folder / _DATABASE)) as there,
            ):
                here.backup(there)
                there.execute(  # it has the rows of the copied file: they need no reading again
                    "UPDATE meta SET value = ? WHERE name = 'document' AND value = ?",
                    (str(document.fingerprint(copy)), str(before)),
                )
                there.commit()
    except OSError as error:
        raise LibraryError(f"{path} can't be copied: {error.strerror}.") from error
    except sqlite3.Error:
        (folder / _DATABASE).unlink(missing_ok=True)  # it is made anew from the file


def _folder_of(path: Path, state: Path) -> Path:
    """Return what this machine keeps of the library file at a resolved path."""
    return state / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def is_plain(change: Change) -> bool:
    """Return whether a change is of one value of a paper, on which nothing else depends."""
    return change.field == TAG or (change.field in COLUMNS and change.field not in ("id", "key"))


def check_received(theirs: Tables, known: Tables) -> None:
    """Look at the values of a library that another program may have written, but for `known` ones.

    Raises:
        LibraryError: one is not a value that we would have written.
    """
    for table, check in _CHECKS.items():
        for key, row in theirs[table].items():
            if known[table].get(key) != row:
                check(row)


def _checked(rows: Iterable[Row], table: str) -> Iterator[Row]:
    check = _CHECKS.get(table)
    for row in rows:
        if check:
            check(row)
        yield row


_CHECKS: dict[str, Callable[[Row], object]] = {"paper": received_paper, "journal": check_action}
"""What raises a `LibraryError` for a row of a table that we would not have written."""


def _layout_now() -> str:
    return f"{document.SCHEMA_VERSION}.{_LAYOUT}"


def _machine_name(state: Path, library: Path) -> str:
    """Return the name of this machine's copy of this library: host name and some digits.

    The digits come from a secret of this machine and the library's place, so that two clones
    on one machine never write journal rows under one name.
    """
    secret = state / "machine"
    if not secret.exists():
        draft = state / f"machine.{os.getpid()}"
        draft.write_text(os.urandom(16).hex(), encoding="ascii")
        os.replace(draft, secret)  # all of it at once: another process may be reading
    place = secret.read_bytes() + os.fsencode(library)
    host = platform.node().partition(".")[0][:32] or "machine"
    return f"{host}-{hashlib.sha256(place).hexdigest()[:6]}"
