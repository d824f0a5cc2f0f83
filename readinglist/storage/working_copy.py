"""The working copy: a database of this machine in which every edit is durable at once.

It has the tables of the library file, and beside them what is derived or of this machine
only: what is still to be saved, what is still to be indexed, the search index. It can be
deleted at any time; it is made anew from the library file.

    edit -> working copy (one transaction) -> `save` patches the library file within a second
    git, another program -> library file -> `take_in` brings it here and replays what is unsaved
"""

from __future__ import annotations

import contextlib
import json
import shlex
import time
from contextlib import contextmanager
from dataclasses import astuple, replace
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
    is_addition,
    is_whole,
)
from readinglist.domain.text import plural
from readinglist.errors import LibraryError, UnfinishedError
from readinglist.storage import document
from readinglist.storage.differences import (
    attach,
    differing_papers,
    entangled,
    excerpt,
    names_another,
)
from readinglist.storage.document import DocumentChangedError
from readinglist.storage.journal import Journal, change_from_row
from readinglist.storage.layout import COUNTING
from readinglist.storage.papers import (
    COLUMNS,
    PaperStore,
    decode,
    paper_from_json,
    paper_to_json,
)
from readinglist.storage.received import (
    check_received,
    checked,
    checked_rows,
    checked_value,
)
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
from readinglist.storage.withdrawn import Beside
from readinglist.storage.working_files import WorkingFiles, unusable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from readinglist.storage.tables import Row

_NEWER = f" newer than {document.SCHEMA_VERSION}"
"""Stands behind the fingerprint of a file of which this readinglist knows a part: one that knows
more reads it again."""
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
    held_up: LibraryError | None = None
    """Why the file could not be looked at yet: another program is changing it."""

    def __bool__(self) -> bool:
        return self.changed


class WorkingCopy:
    """The working copy of the library file at `path`.

    Attributes:
        path: the library file.
        files: what this machine keeps of it, the database among that.
        papers: the rows of papers.
        journal: what was done to them.
        came_in: what was brought in when it was opened.
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
                branch may lack it, and where there are edits that were not saved, what this
                machine has of it stays, and the file comes back with the next edit.
            state: the folder for what belongs to this machine.
            keep: whether that holds outside of a repository, too.
            progress: called with how much of the file is read, and of how much, where it is new
                here, or another than before.

        Raises:
            LibraryError: the file is no sound library, or a folder can't be written.
        """
        self.files = WorkingFiles(path, state)
        self.path = self.files.path
        self._own_edits = 0
        self._progress = progress
        self.connection = self.files.open(keep)
        self.papers = PaperStore(self.connection)
        self.journal = Journal(self.connection, self.files.machine)
        self.mended = self.files.told
        """What became of an earlier or a damaged working copy when this one was opened."""
        try:
            with self.files.faults_told():
                self.came_in = self._take_in_if_finished()
                self._carry_over()
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Close the database; edits stay in it, saved or not."""
        self.connection.close()

    def another_connection(self) -> sqlite3.Connection:
        """Open the database once more, for another thread."""
        connection = self.files.connect()
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    @contextmanager
    def transaction(self, is_edit: bool = True) -> Iterator[None]:
        """Make all writes within one: all of them are kept, or none.

        Args:
            is_edit: whether papers change; else it is about what is saved where.

        Raises:
            LibraryError: the library can only be read, or its working copy can't be written;
                nothing was changed.
        """
        if is_edit:
            self.check_may_edit()
        with self._transaction(is_edit):
            yield

    @contextmanager
    def _transaction(self, is_edit: bool = True) -> Iterator[None]:
        if self.connection.in_transaction:
            yield
            return
        with self.files.faults_told():
            self.connection.execute("BEGIN IMMEDIATE")
            before = self.connection.total_changes
            try:
                yield
                edits = int(is_edit and self.connection.total_changes != before)
                if edits:
                    self._set_meta("edits", int(self._meta("edits") or 0) + 1)
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # SQLite ends it itself where a disk is full
                    self.connection.execute("ROLLBACK")
                raise
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
        return is_of(self._meta("document"), document.fingerprint(self.path))

    @property
    def is_read_only(self) -> bool:
        """Whether the library file is one of a newer readinglist, of which a part is here."""
        return str(self._meta("document")).endswith(_NEWER)

    def check_may_edit(self) -> None:
        """Look whether papers may change.

        Raises:
            LibraryError: the library can only be read.
        """
        if self.is_read_only:
            raise LibraryError(
                f"{self.path} was written by a newer readinglist: this one can only read it.",
                "Update readinglist.",
            )

    def save(self, during_merge: bool = False) -> bool:
        """Bring the library file up to date; return whether it is.

        False: git is at work in its folder, so that the edits wait in the working copy.

        Args:
            during_merge: whether a merge that has stopped is no reason to wait.

        Raises:
            LibraryError: the file can't be written, or another program damaged it.
        """
        with self.files.alone():
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
        with self.files.alone():
            return TakenIn() if self.is_current() else self._take_in()

    # --- from the library file to the working copy

    def _take_in_if_finished(self) -> TakenIn:
        """Bring in what is in the library file; what is here will do while that is being changed.

        Raises:
            LibraryError: it is no sound library, or nothing is here yet.
        """
        try:
            return self.take_in()
        except UnfinishedError as error:
            if self._meta("document") is None:
                raise
            return TakenIn(held_up=error)

    def _take_in(self) -> TakenIn:
        before = document.fingerprint(self.path)
        if before is None:
            # Between two steps of git, or deleted: what we have is written again at `save`.
            self._set_meta("document", "None")
            return TakenIn()
        from readinglist.storage.merging import merge

        with (
            document.open_inspected(self.path, may_be_newer=True) as incoming,
            self.files.damage_told(self.connection),
        ):
            file = f"{before}{_NEWER if document.is_newer(incoming) else ''}"
            if not self._has_rows():
                return self._copy(incoming, file)
            # Long before what is edited meanwhile has to wait: that is unsaved, and taken then.
            attach(incoming, self.connection)
            papers = differing_papers(incoming, self._progress)
            with self._transaction():
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
                self._keep_beside(gone, ours)
                self.keep_withdrawn([*known, *self._with_papers(gone)])
                changed = self._write(merged.tables, ours, theirs)
                self._set_meta("document", file)
        return TakenIn(changed, len(put_back), len(gone), len(merged.conflicts))

    def _copy(self, incoming: sqlite3.Connection, file: str) -> TakenIn:
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

        with self._transaction(), self._without_indexes():
            for table in PRIMARY_KEYS:
                rows = incoming.execute(f"SELECT * FROM {table}")
                marks = ",".join("?" * len(rows.description))
                self.connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks})", told(checked_rows(rows, table))
                )
            self.connection.execute("INSERT OR IGNORE INTO unindexed SELECT id, 1 FROM paper")
            self._note_saved()
            self._set_meta("document", file)
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
            self.connection.execute(COUNTING)

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

    def keep_withdrawn(self, changes: Iterable[Change]) -> None:
        """Keep these as the edits that git has taken out of the library file, no others."""
        kept = [astuple(change) for change in changes]
        self._set_meta("withdrawn", json.dumps(kept))
        if not kept:
            self._set_meta("beside_withdrawn", "")

    def _keep_beside(self, gone: list[Change], ours: Tables) -> None:
        """Keep what is known here of papers that git takes out, and of sources, beside them."""
        beside = self.beside_withdrawn()
        added = {change.paper for change in gone if is_addition(change)}
        found = {int(c.new) for c in gone if c.field == SOURCE and c.new is not None}
        for paper, source in ours["paper_source"]:
            if paper in added:
                beside.sources_of.setdefault(paper, []).append(source)
                found.add(source)
        for key, paper in ours["key_alias"].values():
            if paper in added:
                beside.aliases_of.setdefault(paper, []).append(key)
        for source in found:
            if (source,) in ours["source"]:
                beside.sources[source] = ours["source"][(source,)]
        if beside != Beside():
            self._set_meta("beside_withdrawn", beside.as_json())

    def beside_withdrawn(self) -> Beside:
        """Return what hung on the papers that git has taken out."""
        return Beside.from_json(self._meta("beside_withdrawn"))

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

    def _with_papers(self, gone: list[Change]) -> list[Change]:
        """Return edits that git takes out; what added a paper has all of it.

        An import's row of the journal has but the name of the file, which may be gone by then.
        """
        whole = [change for change in gone if change.field == WHOLE_PAPER]
        texts = {change.paper: change.old for change in whole if change.new is None}
        papers = self.papers.get({change.paper for change in whole})
        texts |= {paper.id: paper_to_json(paper) for paper in papers}
        return [
            replace(change, new=texts.get(change.paper) or change.new)
            if is_addition(change)
            else change
            for change in gone
        ]

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
        """Give the field of a change its new value, where the paper is there.

        Raises:
            LibraryError: the journal, which may come from outside, has a value that can't be one.
        """
        self.apply_all([change])

    def apply_all(self, changes: Sequence[Change]) -> None:
        """Do the same for changes of many papers, much faster than one by one.

        Args:
            changes: they need no order, see `is_by_itself`, and no two are of the same place.
                Papers come first, and go last.

        Raises:
            LibraryError: the journal, which may come from outside, has a value that can't be one.
        """
        papers = self.papers
        there = papers.those_there({change.paper for change in changes})
        whole = [change for change in changes if change.field == WHOLE_PAPER]
        back = {c.paper: c.new or "" for c in whole if is_whole(c)}
        coming = [
            checked(replace(paper_from_json(text), id=paper))
            for paper, text in back.items()
            if paper not in there
        ]
        papers.add_all(coming)
        there.update(paper.id for paper in coming)
        by_field: dict[str, list[Change]] = {}
        for change in changes:
            if change.paper in there and change.field not in (WHOLE_PAPER, CONFLICT, NOTHING):
                by_field.setdefault(change.field, []).append(change)
        for field, some in by_field.items():
            taken = [(change.paper, change.old) for change in some if change.old is not None]
            given = [(change.paper, change.new) for change in some if change.new is not None]
            if field == ALIAS:
                papers.remove_aliases(key for _, key in taken)
                papers.add_aliases((key, paper) for paper, key in given)
                continue
            if field == "key":  # the former one goes on naming the paper
                papers.remove_aliases(key for _, key in given)
                papers.add_aliases((key, paper) for paper, key in taken)
            if field == TAG:
                papers.remove_tags(taken)
                papers.add_tags(given)
            elif field == SOURCE:
                papers.remove_sources((paper, int(source)) for paper, source in taken)
                papers.add_sources((paper, int(source)) for paper, source in given)
            else:
                values = ((c.paper, checked_value(field, decode(field, c.new))) for c in some)
                papers.set_of_many(field, values)
            papers.touch({change.paper for change in some})
        papers.delete([change.paper for change in whole if change.new is None])

    def _carry_over(self) -> None:
        """Bring in what was not saved of a database that was set aside, as far as it can be read.

        It is merged with what the library file has by now, as another version of it.
        """
        aside = self._meta("aside")
        if not aside:
            return
        from readinglist.storage.merging import merge
        from readinglist.storage.rescue import rescue, still_known, with_rescued

        try:
            rescued = rescue(self.files.folder / aside)
        except OSError as error:
            raise unusable(self.files.folder / aside, str(error.strerror)) from error
        with self.transaction():
            if not self._meta("aside"):  # another process was faster
                return
            ours = read_tables(self.connection)
            theirs, carried = with_rescued(rescued, ours, self.connection, self.apply)
            before = self._before(carried, ours)
            before["journal"] = still_known(rescued, ours)
            merged = merge(before, ours, theirs)
            self._write(merged.tables, ours, ours)
            for paper in rescued.frozen:
                if self.papers.has(paper):
                    self.papers.set(paper, "key_frozen", True)
            self.keep_withdrawn(
                c for c in rescued.withdrawn if (c.id, c.machine) not in ours["journal"]
            )
            self._set_meta("aside", "")
        new = sum((row[0], row[1]) not in ours["journal"] for row in rescued.journal)
        self._tell_mended(self.files.folder / aside, carried, new, rescued.is_whole)

    def _tell_mended(self, aside: Path, carried: list[Change], found: int, is_whole: bool) -> None:
        """Say what became of the edits in a database that was set aside."""
        edits = plural(len(carried), "edit")
        told = (
            f"{edits} that the file lacked could be read and {'is' if len(carried) == 1 else 'are'}"
            " carried over"
            if carried
            else "no edit could be read in it that the file lacks"
        )
        self.mended = (
            f"The working copy of {self.path} was damaged and has been made anew from the file: "
            f"{told}; the damaged one is kept as {aside}."
        )
        lost = found - len(carried)
        if lost:
            self.mended += f" {plural(lost, 'edit')} in it can't be made again"
        elif not is_whole:
            self.mended += " Not all of it can be read, and more edits may be in it"
        if lost or not is_whole:
            kept = shlex.quote(str(aside))
            self.mended += f": readinglist salvage {kept} -o NEW saves what can be read."

    # --- from the working copy to the library file

    def _write_document(self) -> None:
        """Patch the library file. The caller is alone at it.

        Raises:
            DocumentChangedError: another program was faster; nothing was written.
        """
        expected = document.fingerprint(self.path)
        if not is_of(self._meta("document"), expected):  # its rows are not here yet
            raise DocumentChangedError(self.path)
        if self.is_read_only:
            raise LibraryError(
                f"{self.path} was written by a newer readinglist: your edits can't be in it yet.",
                "They are kept on this machine: update readinglist.",
            )
        self.files.check_folder(
            "Your edits are kept on this machine until it is back (is its disk there?)."
        )
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
            with (
                document.replacing(self.path, expected, keep_outgrown=True) as draft,
                self.files.damage_told(self.connection),
            ):
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
            # One of the future is of before the clock was set back: when it was, nobody knows.
            recent = [save for save in saves if abs(now - save[2]) < 10 * _RACE]
            self._set_meta("saves", json.dumps([*recent, (saved, newest, now)]))

    def _meta(self, name: str) -> Any:
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set_meta(self, name: str, value: str | int) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def is_by_itself(change: Change) -> bool:
    """Return whether nothing else depends on a change, as other keys do on a key."""
    return change.field in (TAG, ALIAS, SOURCE, WHOLE_PAPER) or (
        change.field in COLUMNS and change.field not in ("id", "key")
    )


def is_of(noted: object, file: document.Fingerprint | None) -> bool:
    """Return whether it is this file that was noted as the one last read or written."""
    return noted in (str(file), f"{file}{_NEWER}")
