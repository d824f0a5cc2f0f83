"""How many papers have each status: kept at hand, and always what counting them gives."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from readinglist.domain.paper import Status
from readinglist.errors import NothingToUndoError
from readinglist.services.library import Library
from readinglist.storage import document
from readinglist.storage.layout import _COUNTS_AT_HAND
from readinglist.storage.tables import read_tables
from tests.conftest import rows

STATUSES = st.sampled_from(list(Status))
SOME = st.sets(st.integers(0, 7), max_size=4)


def counted(library: Library) -> dict[Status, int]:
    """Return what counting gives."""
    working = library._working.files.database
    found = rows(working, "SELECT status FROM paper")
    return {status: found.count((status.value,)) for status in Status}


class Counts(RuleBasedStateMachine):
    """Two machines with one library each change it in all ways that there are."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.here = Library.open(self.path / "here.db", state=self.path / "state")
        self.there = Library.open(self.path / "there.db", state=self.path / "elsewhere")
        self.names = count()
        self.times = count(1_900_000_000, 60)

    def teardown(self) -> None:
        self.here.close()
        self.there.close()
        self.folder.cleanup()

    def some(self, library: Library, places: set[int]) -> list[int]:
        ids = list(library.find(sort="key").ids)
        return [ids[place] for place in places if place < len(ids)]

    def arrived(self, library: Library, data: bytes) -> None:
        """Put another file in the place of a library's, as git does, a while after a save."""
        library.path.unlink(missing_ok=True)
        library.path.write_bytes(data)
        moment = next(self.times)
        os.utime(library.path, (moment, moment))
        library.take_in()

    @rule(statuses=st.lists(STATUSES, max_size=3), here=st.booleans())
    def import_papers(self, statuses: list[Status], here: bool) -> None:
        file = self.path / f"page{next(self.names)}.json"
        papers = [{"title": f"{file.stem} {n}", "status": s} for n, s in enumerate(statuses)]
        file.write_text(json.dumps(papers))
        (self.here if here else self.there).import_files([file])

    @rule(places=SOME, status=STATUSES, here=st.booleans())
    def mark(self, places: set[int], status: Status, here: bool) -> None:
        library = self.here if here else self.there
        library.mark(self.some(library, places), status=status)

    @rule(places=SOME)
    def edit_something_else(self, places: set[int]) -> None:
        self.here.mark(self.some(self.here, places), add_tags=["tag"])

    @rule(places=SOME, here=st.booleans())
    def delete(self, places: set[int], here: bool) -> None:
        library = self.here if here else self.there
        library.delete(self.some(library, places))

    @rule()
    def undo(self) -> None:
        with suppress(NothingToUndoError):
            self.here.undo()

    @rule()
    def redo(self) -> None:
        with suppress(NothingToUndoError):
            self.here.redo()

    @rule()
    def save(self) -> None:
        self.here.save()

    @rule()
    def pull_the_other_file(self) -> None:
        self.there.save()
        self.arrived(self.here, self.there.path.read_bytes())

    @rule()
    def merge_the_other_file(self) -> None:
        self.there.save()
        with document.open_inspected(self.there.path) as connection:
            self.here.merge_in(read_tables(connection))

    @rule()
    def go_back_and_forth(self) -> None:
        before = self.here.path.read_bytes()
        self.here.save()
        after = self.here.path.read_bytes()
        self.arrived(self.here, before)
        self.arrived(self.here, after)

    @rule()
    def edit_by_another_program(self) -> None:
        self.here.save()
        with closing(sqlite3.connect(self.here.path)) as connection, connection:
            connection.execute("UPDATE paper SET status = 'skipped' WHERE status = 'read'")
            connection.execute("DELETE FROM paper WHERE status = 'reading'")
        self.here.take_in()

    @rule()
    def open_again(self) -> None:
        self.here.close()
        self.here = Library.open(self.path / "here.db", state=self.path / "state")

    @rule()
    def lose_the_working_copy(self) -> None:
        self.here.save()
        self.here.close()
        for file in self.path.glob("state/*/working.db*"):
            file.unlink()
        self.here = Library.open(self.path / "here.db", state=self.path / "state")

    @rule()
    def replace_rows(self) -> None:
        """A row that is replaced is gone: SQLite tells its triggers so only when asked to."""
        connection = self.here._working.connection
        connection.execute("INSERT OR REPLACE INTO paper SELECT * FROM paper")
        connection.execute("UPDATE OR REPLACE paper SET id = id, status = status")

    @invariant()
    def counts_are_right(self) -> None:
        for library in (self.here, self.there):
            assert library.count_by_status() == counted(library)
            assert library.count() == len(library.find().ids)


TestCounts = Counts.TestCase
TestCounts.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_a_status_that_is_replaced_within_a_replacement_is_counted_once() -> None:
    """Whatever the statement says of conflicts, it doesn't hold for the counts themselves."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("CREATE TABLE paper (id INTEGER PRIMARY KEY, key UNIQUE, status TEXT)")
    for statement in _COUNTS_AT_HAND:
        connection.execute(statement)
    for conflict in ("REPLACE", "IGNORE", "ABORT"):
        connection.execute("DELETE FROM paper")
        connection.execute(f"INSERT OR {conflict} INTO paper VALUES (1, 'a', 'read')")
        connection.execute(f"INSERT OR {conflict} INTO paper VALUES (2, 'b', 'read')")
        connection.execute("INSERT OR REPLACE INTO paper VALUES (2, 'a', 'unread')")
        connection.execute(f"UPDATE OR {conflict} paper SET status = 'reading'")
        counts = connection.execute("SELECT * FROM status_count WHERE papers != 0").fetchall()
        assert counts == [("reading", 1)]
    connection.close()
