"""The journal: what was done, in an order that no clock can upset."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readinglist.domain.change import Action, Change
from readinglist.errors import LibraryError
from readinglist.storage.journal import COLUMNS, Journal, change_from_row, now
from readinglist.storage.working_copy import WorkingCopy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def working(tmp_path: Path) -> Iterator[WorkingCopy]:
    working = WorkingCopy(tmp_path / "library.db", tmp_path / "state")
    yield working
    working.close()


def edit(paper: int = 1, field: str = "status", new: str = "read") -> Change:
    return Change(paper, field, "unread", new, key=f"p{paper}")


def test_a_step_is_kept_with_who_when_and_why(working: WorkingCopy) -> None:
    journal = Journal(working.connection, "desk-1", lambda: 1_700_000_000.0)
    batch = journal.record([edit(1), edit(2)], Action.EDIT)
    assert batch is not None
    assert batch >> 21 == 1_700_000_000_000
    first, second = journal.step(batch)
    assert (first.paper, first.key, first.machine) == (1, "p1", "desk-1")
    assert (first.batch, second.batch) == (batch, batch)
    assert second.id == first.id + 1
    assert abs(
        datetime.datetime.fromisoformat(first.at) - datetime.datetime.now(datetime.UTC)
    ) < datetime.timedelta(minutes=1)


def test_ids_grow_even_when_the_clock_goes_back(working: WorkingCopy) -> None:
    times = iter([5000.0, 4000.0, 1.0, 6000.0])
    journal = Journal(working.connection, "desk-1", lambda: next(times))
    batches = [journal.record([edit(n)], Action.EDIT) or 0 for n in range(4)]
    assert batches == sorted(set(batches))
    assert [change.paper for change in journal.history()] == [3, 2, 1, 0]


@given(st.lists(st.tuples(st.sampled_from(["do", "undo", "redo", "other"]), st.integers(0, 9))))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_newest_steps_tell_what_can_be_undone_and_redone(
    deeds: list[tuple[str, int]],
) -> None:
    """As two stacks would, which are filled from the first step on."""
    with closing(sqlite3.connect(":memory:")) as connection:
        columns = COLUMNS.replace("id,", "id INTEGER,", 1)
        connection.execute(f"CREATE TABLE journal ({columns}, PRIMARY KEY (id, machine))")
        journal, other = Journal(connection, "desk-1"), Journal(connection, "lap-2")
        done: list[int] = []
        undone: list[int] = []
        for deed, pick in deeds:
            if deed == "undo" and done:
                # Most often the newest one, at times another one that is named.
                batch = done.pop(-1 if pick else 0)
                undone.append(journal.record([edit()], Action.UNDO, reverts=batch) or 0)
            elif deed == "redo" and undone:
                batch = undone.pop()
                done.append(journal.record([edit()], Action.REDO, reverts=batch) or 0)
            elif deed == "do":
                done.append(
                    journal.record([edit(n) for n in range(1 + pick % 3)], Action.EDIT) or 0
                )
                undone.clear()
            else:
                other.record([edit()], Action.EDIT)
            assert journal.undoable() == (done[-1] if done else None)
            assert journal.redoable() == (undone[-1] if undone else None)


def test_nothing_done_is_no_step(working: WorkingCopy) -> None:
    assert working.journal.record([], Action.EDIT) is None
    assert working.journal.record([], Action.IMPORT, batch=7) == 7
    assert working.journal.history() == []
    assert working.journal.undoable() is None


def test_a_step_can_go_on(working: WorkingCopy) -> None:
    batch = working.journal.record([edit(1)], Action.IMPORT)
    assert working.journal.record([edit(2)], Action.IMPORT, batch=batch) == batch
    assert len(working.journal.step(batch or 0)) == 2


def test_undo_and_redo_are_two_stacks(working: WorkingCopy) -> None:
    journal = working.journal
    one, two = (journal.record([edit(n)], Action.EDIT) for n in (1, 2))
    undo_two = journal.record([edit(2)], Action.UNDO, two)
    assert (journal.undoable(), journal.redoable()) == (one, undo_two)
    undo_one = journal.record([edit(1)], Action.UNDO, one)
    assert (journal.undoable(), journal.redoable()) == (None, undo_one)
    redo_one = journal.record([edit(1)], Action.REDO, undo_one)
    assert (journal.undoable(), journal.redoable()) == (redo_one, undo_two)
    three = journal.record([edit(3)], Action.EDIT)
    assert (journal.undoable(), journal.redoable()) == (three, None)


def test_steps_of_another_machine_are_not_ours_to_undo(working: WorkingCopy) -> None:
    other = Journal(working.connection, "laptop-2")
    theirs = other.record([edit(1)], Action.EDIT)
    assert working.journal.undoable() is None
    ours = working.journal.record([edit(2)], Action.EDIT)
    assert (working.journal.undoable(), other.undoable()) == (ours, theirs)
    assert working.journal.changed_elsewhere(1, 0)
    assert not working.journal.changed_elsewhere(1, theirs or 0)
    assert not working.journal.changed_elsewhere(2, 0)


def test_the_history_of_a_paper_is_its_own_newest_first(working: WorkingCopy) -> None:
    for new in ("reading", "read", "skipped"):
        working.journal.record([edit(1, new=new), edit(2)], Action.EDIT)
    assert [change.new for change in working.journal.history(1)] == ["skipped", "read", "reading"]
    assert len(working.journal.history(limit=4)) == 4


def test_fields_that_a_person_set_are_told_from_those_that_an_import_set(
    working: WorkingCopy,
) -> None:
    working.journal.record([edit(1, "abstract")], Action.IMPORT)
    working.journal.record([edit(1, "venue"), edit(2, "doi")], Action.EDIT)
    assert working.journal.edited_fields(1) == {"venue"}
    assert working.journal.former_identifiers() == [(2, "doi", "unread")]


def test_a_row_of_an_unknown_action_is_refused() -> None:
    with pytest.raises(LibraryError, match="action"):
        change_from_row((1, "m", 1, now(), "explode", None, 1, "k", "status", None, None, None))
