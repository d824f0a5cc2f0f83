"""Every edit is a step that can be taken back, and brought again, for ever."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from readinglist.config import state_folder
from readinglist.domain.change import Action, Change, describe
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import InvalidValueError, NothingToUndoError, UnknownKeyError
from readinglist.services.library import Library
from readinglist.storage.journal import Journal
from readinglist.storage.working_copy import WorkingCopy
from tests.conftest import PageMaker, add_by_hand

TITLES = ["Attention to Detail", "Build It Twice", "Caches and Their Discontents"]
KEYS = ["AttentionDetail", "BuildTwice", "CachesTheirDiscontents"]


@pytest.fixture
def ids(library: Library, tmp_path: Path) -> list[int]:
    return add_by_hand(library, TITLES, tmp_path)


def content(library: Library) -> dict[int, Paper]:
    return {paper.id: paper for paper in library.papers(library.find().ids)}


class Elsewhere:
    """Another machine's edits, as a pull brings them."""

    def __init__(self, path: Path) -> None:
        self._working = WorkingCopy(path, state_folder())
        self._journal = Journal(self._working.connection, "laptop-ffffff")

    def edit(self, paper: int, field: str, old: str | None, new: str | None) -> None:
        change = Change(paper, field, old, new, key="elsewhere")
        with self._working.transaction():
            self._working.apply(change)
            self._journal.record([change], Action.EDIT)

    def close(self) -> None:
        self._working.close()


# --- marking and editing


def test_marks_are_one_step_and_say_what_they_did(library: Library, ids: list[int]) -> None:
    step = library.mark(ids[:2], status=Status.READ, priority=Priority.HIGH, add_tags=["b", "a"])
    assert step.papers == tuple(ids[:2])
    assert step.summary == "2 papers: 4 changes"
    paper = library.paper(KEYS[0])
    assert (paper.status, paper.priority, paper.tags) == (Status.READ, Priority.HIGH, ("a", "b"))
    assert library.paper(KEYS[2]).status is Status.UNREAD
    library.undo()
    assert library.paper(KEYS[1]).tags == ()


def test_many_papers_are_undone_and_saved_some_at_a_time(
    library: Library, ids: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readinglist.services.changing._TURNED_AT_ONCE", 2)
    monkeypatch.setattr("readinglist.storage.working_copy._SAVED_AT_ONCE", 2)
    library.mark(ids[:1], priority=Priority.LOW, add_tags=["old"])
    step = library.mark(ids, status=Status.READ, add_tags=["new"], remove_tags=["old"])
    library.mark(ids[1:2], status=Status.READING)
    library.mark(ids[2:], remove_tags=["new"])
    journal = library._working.journal
    batch = journal.history(limit=3)[-1].batch
    undone = library.undo(dataclasses.replace(step, batch=batch))
    assert undone.left_out == 2
    library.save()
    with Library.open(library.path, state=tmp_path / "elsewhere") as other:
        marks = {(paper.status, paper.priority, paper.tags) for paper in other.papers(ids)}
    assert marks == {
        (Status.UNREAD, Priority.LOW, ("old",)),
        (Status.READING, Priority.NONE, ()),
        (Status.UNREAD, Priority.NONE, ()),
    }


def test_a_mark_that_changes_nothing_is_no_step(library: Library, ids: list[int]) -> None:
    before = library.history()
    step = library.mark(ids, status=Status.UNREAD, remove_tags=["never"])
    assert (step.papers, step.summary) == ((), "nothing to change")
    assert library.mark([], status=Status.READ).papers == ()
    assert library.history() == before


def test_a_paper_that_is_named_twice_is_changed_once(library: Library, ids: list[int]) -> None:
    before = len(library.history())
    library.mark([ids[0], ids[0]], status=Status.READ, add_tags=["x"])
    assert len(library.history()) == before + 2
    library.delete([ids[0], ids[0]])
    assert library.undo().left_out == library.undo().left_out == 0
    assert library.paper(KEYS[0]).status is Status.UNREAD


def test_tags_are_cleaned_and_wrong_ones_stop_the_whole_step(
    library: Library, ids: list[int]
) -> None:
    library.mark(ids[:1], add_tags=["  to   read,", "to read"], remove_tags=["x"])
    assert library.paper(KEYS[0]).tags == ("to read",)
    assert library.tags() == [("to read", 1)]
    for wrong in ("", " , ", "x" * 101, "a\x1b[2J"):
        with pytest.raises(InvalidValueError, match="can't be a tag"):
            library.mark(ids, status=Status.READ, add_tags=[wrong])
    assert library.paper(KEYS[0]).status is Status.UNREAD
    library.mark(ids[:1], remove_tags=["to read"])
    assert library.tags() == []


def test_facts_are_edited_as_text(library: Library, ids: list[int]) -> None:
    step = library.edit(
        KEYS[0], {"authors": "Marie Curie; Planck, Max", "year": "1911", "url": "https://e.org/a"}
    )
    paper = library.paper(KEYS[0])
    assert paper.authors == ("Curie, Marie", "Planck, Max")
    assert (paper.published, paper.url) == ("1911", "https://e.org/a")
    assert step.summary == f"{KEYS[0]}: authors, published, url"
    assert library.edit(KEYS[0], {"year": "1911"}).papers == ()


def test_tags_status_and_facts_are_one_step(library: Library, ids: list[int]) -> None:
    library.mark(ids[:1], add_tags=["a", "b"])
    library.edit(KEYS[0], {"tags": "b, c", "status": "reading", "venue": "NeurIPS"})
    paper = library.paper(KEYS[0])
    assert (paper.tags, paper.status, paper.venue) == (("b", "c"), Status.READING, "NeurIPS")
    library.undo()
    paper = library.paper(KEYS[0])
    assert (paper.tags, paper.status, paper.venue) == (("a", "b"), Status.UNREAD, None)


def test_what_changed_while_one_looked_stays_but_for_what_one_edits(
    library: Library, ids: list[int]
) -> None:
    library.mark(ids[:1], add_tags=["a", "b"])
    seen = library.paper(KEYS[0])
    library.edit(
        KEYS[0], {"venue": "Theirs", "year": "2001", "url": "https://e.org", "tags": "b,x"}
    )
    step = library.edit_seen(
        seen, {"venue": "Mine", "year": "2001", "title": "Better", "tags": "a, c"}
    )
    paper = library.paper(KEYS[0])
    assert (paper.title, paper.venue, paper.published) == ("Better", "Mine", "2001")
    assert paper.url == "https://e.org"
    assert paper.tags == ("c", "x")
    assert step.overwritten == ("venue",)
    assert any((c.field, c.old) == ("venue", "Theirs") for c in library.history(KEYS[0]))


def test_a_paper_that_was_deleted_while_one_looked_is_not_edited(
    library: Library, ids: list[int]
) -> None:
    seen = library.paper(KEYS[0])
    library.delete(ids[:1])
    with pytest.raises(UnknownKeyError, match="deleted meanwhile"):
        library.edit_seen(seen, {"venue": "Mine"})


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"titel": "x"}, "Did you mean title"),
        ({"qqqq": "x"}, "Fields: key"),
        ({"title": " "}, "needs a title"),
        ({"year": "soon"}, "no date"),
        ({"status": "burnt"}, "no status"),
        ({"venue": "fine", "doi": "nonsense"}, "no DOI"),
        ({"venue": "fine", "key": "a b"}, "can't be a citation key"),
        ({"venue": "fine", "key": KEYS[1].upper()}, "Another paper has the key"),
    ],
)
def test_a_value_that_does_not_fit_stops_the_whole_edit(
    library: Library, ids: list[int], texts: dict[str, str], says: str
) -> None:
    before = content(library), library.history()
    with pytest.raises(InvalidValueError, match=says):
        library.edit(KEYS[0], texts)
    assert (content(library), library.history()) == before


def test_a_renamed_paper_still_answers_to_its_former_key(library: Library, ids: list[int]) -> None:
    library.edit(KEYS[0], {"key": "new2024"})
    assert library.paper(KEYS[0]).key == "new2024"
    assert library.paper(KEYS[0].upper()).id == ids[0]
    with pytest.raises(InvalidValueError, match="Another paper has the key"):
        library.edit(KEYS[1], {"key": KEYS[0]})
    library.undo()
    assert library.paper("new2024").key == KEYS[0]
    library.redo()
    assert library.paper(KEYS[0]).key == "new2024"
    library.edit("new2024", {"key": KEYS[0]})
    assert library.paper(KEYS[0]).key == KEYS[0]
    assert library.paper("new2024").key == KEYS[0]


def test_an_unknown_key_names_the_nearest(library: Library, ids: list[int]) -> None:
    with pytest.raises(UnknownKeyError, match=f"Did you mean {KEYS[1]}"):
        library.edit("buildtwise", {"venue": "x"})
    with pytest.raises(UnknownKeyError, match="See: readinglist list"):
        library.paper("zzzzzzzz")


def test_an_empty_note_is_no_note(library: Library, ids: list[int]) -> None:
    library.note(KEYS[0], "# Good\n")
    assert library.paper(KEYS[0]).note == "# Good\n"
    library.note(KEYS[0], " \n")
    assert library.paper(KEYS[0]).note is None


# --- undo and redo


def test_every_kind_of_step_is_taken_back_and_brought_again(
    library: Library, ids: list[int], library_file: Path, page: PageMaker
) -> None:
    library.mark(ids[:1], add_tags=["before"])
    states = [content(library)]

    def note_state() -> None:
        states.append(content(library))

    library.mark(ids, status=Status.READ, add_tags=["a", "b"])
    note_state()
    library.edit(KEYS[0], {"key": "other", "authors": "Curie, Marie", "note": "hm"})
    note_state()
    library.mark(ids[:2], remove_tags=["a"], priority=Priority.LOW)
    note_state()
    library.delete(ids[:2])
    note_state()
    library.import_files([page("Delayed Gratification", TITLES[2], name="more.txt")])
    note_state()
    library.delete(ids[2:])
    note_state()
    for state in reversed(states[:-1]):
        step = library.undo()
        assert step.left_out == 0
        assert content(library) == state
        library.save()
        library.close()
        library.__init__(*reopened(library_file))  # type: ignore[misc]
    for state in states[1:]:
        assert library.redo().left_out == 0
        assert content(library) == state
    with pytest.raises(NothingToUndoError, match="nothing to redo"):
        library.redo()


def reopened(path: Path) -> tuple[Any, ...]:
    library = Library.open(path)
    return library._working, library._config, library._state


def test_undo_reaches_over_a_restart(library: Library, ids: list[int], library_file: Path) -> None:
    library.mark(ids[:1], status=Status.READ)
    library.save()
    with Library.open(library_file) as again:
        again.mark(ids[:1], status=Status.SKIPPED)
        again.undo()
    with Library.open(library_file) as again:
        again.undo()
        assert again.paper(KEYS[0]).status is Status.UNREAD
        again.redo()
        again.redo()
        assert again.paper(KEYS[0]).status is Status.SKIPPED


def test_a_new_edit_forgets_what_could_be_brought_again(library: Library, ids: list[int]) -> None:
    library.mark(ids[:1], status=Status.READ)
    library.undo()
    library.mark(ids[:1], priority=Priority.LOW)
    with pytest.raises(NothingToUndoError):
        library.redo()


def test_an_empty_library_has_nothing_to_undo(library: Library) -> None:
    with pytest.raises(NothingToUndoError, match="nothing to undo"):
        library.undo()


def test_a_deleted_paper_comes_back_with_all_it_had(library: Library, ids: list[int]) -> None:
    library.mark(ids[:1], status=Status.READING, add_tags=["x"])
    library.note(KEYS[0], "kept")
    library.export(ids[:1], format="json")
    library.edit(KEYS[0], {"key": "renamed"})
    before = content(library)
    assert library.delete(ids[:2]).summary == "2 papers: deleted"
    assert library.count() == 1
    with pytest.raises(UnknownKeyError):
        library.paper("renamed")
    library.save()
    os.utime(library.path)  # somebody may have written it: it is merged with what is here
    library.take_in()
    library.undo()
    assert content(library) == before
    assert library.paper(KEYS[0]).key == "renamed"


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_a_deletion_goes_back_and_forth_however_many_are_turned_at_once(
    library: Library, ids: list[int], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("readinglist.services.changing._TURNED_AT_ONCE", at_once)
    library.mark(ids[:2], add_tags=["x", "y"])
    for new in ("second", "third"):
        library.edit(library.papers(ids[:1])[0].key, {"key": new})
    library.edit(KEYS[1], {"key": "other"})

    def known() -> dict[int, list[str]]:
        return {paper.id: list(library.keys_of(paper)) for paper in content(library).values()}

    before, names = content(library), known()
    assert names[ids[0]] == ["third", KEYS[0], "second"]
    library.delete(ids)
    for _ in range(2):
        assert not content(library)
        assert library.undo().left_out == 0
        assert (content(library), known()) == (before, names)
        assert library.redo().left_out == 0
    assert not library._working.connection.execute("SELECT 1 FROM key_alias").fetchone()


# --- what another machine did since is left alone


def test_undo_leaves_alone_what_was_changed_since_elsewhere(
    library: Library, ids: list[int], library_file: Path
) -> None:
    library.mark(ids[:2], status=Status.READ, add_tags=["here"])
    other = Elsewhere(library_file)
    other.edit(ids[0], "status", "read", "skipped")
    other.edit(ids[1], "tag", "here", None)
    step = library.undo()
    assert step.left_out == 2
    first, second = library.papers(ids[:2])
    assert (first.status, first.tags) == (Status.SKIPPED, ())
    assert (second.status, second.tags) == (Status.UNREAD, ())
    other.close()


def test_a_step_of_which_nothing_is_left_to_undo_is_done_with(
    library: Library, ids: list[int], library_file: Path
) -> None:
    library.mark(ids[:1], priority=Priority.LOW)
    library.mark(ids[:1], status=Status.READ)
    other = Elsewhere(library_file)
    other.edit(ids[0], "status", "read", "skipped")
    other.close()
    step = library.undo()
    assert (step.papers, step.left_out, step.summary) == ((), 1, "nothing to change")
    assert describe(library.history()[0]) == "undo: nothing was left of it"
    library.undo()
    paper = library.paper(KEYS[0])
    assert (paper.status, paper.priority) == (Status.SKIPPED, Priority.NONE)


def test_undoing_an_import_leaves_a_paper_that_was_edited_elsewhere(
    library: Library, ids: list[int], library_file: Path
) -> None:
    other = Elsewhere(library_file)
    other.edit(ids[0], "note", None, "an hour of thought")
    other.close()
    assert library.undo().left_out == 1
    (paper,) = content(library).values()
    assert paper.note == "an hour of thought"


def test_a_paper_that_was_deleted_elsewhere_is_no_place_to_undo(
    library: Library, ids: list[int], library_file: Path
) -> None:
    library.mark(ids[:1], status=Status.READ, add_tags=["x"])
    other = Elsewhere(library_file)
    other.edit(ids[0], "paper", "{}", None)
    other.close()
    assert library.undo().left_out == 2
    assert library.count() == 2


def test_a_paper_that_was_brought_back_elsewhere_is_not_brought_back_twice(
    library: Library, ids: list[int], library_file: Path, page: PageMaker
) -> None:
    library.delete(ids[:1])
    with Library.open(library_file, state=state_folder() / "another") as other:
        library.save()
        other.take_in()
        other.import_files([page(TITLES[0], name="again.txt")])
    library.take_in()
    assert library.undo().left_out == 1
    assert library.count() == 3
    assert "again.txt" in library.paper(KEYS[0]).sources


# --- the history


def test_the_history_says_what_happened_in_words(
    library: Library, ids: list[int], page: PageMaker
) -> None:
    library.mark(ids[:1], status=Status.READ, add_tags=["x"])
    library.edit(KEYS[0], {"venue": "A " + "very " * 20 + "long one", "author_count": "3"})
    library.mark(ids[:1], remove_tags=["x"])
    library.import_files([page(TITLES[0], "Another One", name="again.txt")])
    library.undo()
    library.delete(ids[:1])
    library.undo()
    told = [describe(change) for change in library.history_of(ids[0])]
    assert told == [
        "undo: found in another file",
        "undo: brought back",
        "deleted",
        "no longer from a file",
        "undo: no longer from again.txt",
        "found in again.txt",
        "tag -x",
        "author count: nothing → 3",
        "venue: nothing → A very very very very very very very ve…",
        "tag +x",
        "status: unread → read",
        "added from 3-Attentio.txt",
    ]
    assert library.history(KEYS[0], limit=2) == library.history_of(ids[0])[:2]
    assert {change.machine for change in library.history()} == {library.history()[0].machine}


# --- any edits, in any order


class Anything(RuleBasedStateMachine):
    """Random edits, undo, redo, save and reopening, against a plain list of states."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "library.db"
        self.library = self.open()
        self.count = 0

    def open(self) -> Library:
        return Library.open(self.path, state=Path(self.folder.name) / "state")

    @initialize()
    def begin(self) -> None:
        add_by_hand(self.library, TITLES, Path(self.folder.name))
        self.states = [content(self.library)]
        self.now = 0

    def done(self, expected: dict[int, Paper]) -> None:
        if expected != self.states[self.now]:
            self.states[self.now + 1 :] = [expected]
            self.now += 1

    def some(self, numbers: set[int]) -> list[int]:
        present = sorted(self.states[self.now])
        return [present[n % len(present)] for n in sorted(numbers)] if present else []

    def change(self, ids: list[int], **fields: Any) -> dict[int, Paper]:
        state = dict(self.states[self.now])
        for paper in ids:
            state[paper] = dataclasses.replace(state[paper], **fields)
        return state

    @rule(
        numbers=st.sets(st.integers(0, 5), min_size=1, max_size=3),
        status=st.sampled_from(Status),
        priority=st.sampled_from(Priority),
    )
    def mark(self, numbers: set[int], status: Status, priority: Priority) -> None:
        ids = self.some(numbers)
        self.library.mark(ids, status=status, priority=priority)
        self.done(self.change(ids, status=status, priority=priority))

    @rule(
        number=st.integers(0, 5),
        add=st.sets(st.sampled_from("abc")),
        remove=st.sets(st.sampled_from("abc")),
    )
    def tag(self, number: int, add: set[str], remove: set[str]) -> None:
        remove -= add
        for paper in self.some({number}):
            tags = set(self.states[self.now][paper].tags)
            self.library.mark([paper], add_tags=sorted(add), remove_tags=sorted(remove))
            self.done(self.change([paper], tags=tuple(sorted(tags - remove | add))))

    @rule(
        number=st.integers(0, 5),
        venue=st.sampled_from(["", "ICML", "Nature"]),
        year=st.sampled_from(["", "2020", "2021-05"]),
        note=st.text("ab \n", max_size=4),
    )
    def edit(self, number: int, venue: str, year: str, note: str) -> None:
        for paper in self.some({number}):
            key = self.states[self.now][paper].key
            self.library.edit(key, {"venue": venue, "year": year, "note": note})
            kept = note if note.strip() else None
            self.done(self.change([paper], venue=venue or None, published=year or None, note=kept))

    @rule(number=st.integers(0, 5))
    def rename(self, number: int) -> None:
        for paper in self.some({number}):
            self.count += 1
            old, new = self.states[self.now][paper].key, f"renamed{self.count}"
            self.library.edit(old, {"key": new})
            self.done(self.change([paper], key=new))
            assert self.library.paper(old).id == paper

    @rule(numbers=st.sets(st.integers(0, 5), min_size=1, max_size=3))
    def delete(self, numbers: set[int]) -> None:
        ids = self.some(numbers)
        self.library.delete(ids)
        self.done({i: p for i, p in self.states[self.now].items() if i not in ids})

    @rule(numbers=st.sets(st.integers(0, 6), min_size=1, max_size=3))
    def import_page(self, numbers: set[int]) -> None:
        before = self.states[self.now]
        titles = [*TITLES, "Delayed Gratification", "Early Returns", "Fast Enough", "Good Taste"]
        wanted = [titles[n] for n in sorted(numbers)]
        page = PageMaker(Path(self.folder.name))(*wanted, name=f"{sorted(numbers)}.txt")
        self.library.import_files([page])
        after = content(self.library)
        assert {paper.title for paper in after.values()} == {
            *wanted,
            *(paper.title for paper in before.values()),
        }
        for number, paper in before.items():
            assert dataclasses.replace(after[number], sources=()) == dataclasses.replace(
                paper, sources=(), abstract=after[number].abstract
            )
        self.done(after)

    @precondition(lambda self: self.now > 0)
    @rule()
    def undo(self) -> None:
        assert self.library.undo().left_out == 0
        self.now -= 1

    @precondition(lambda self: self.now < len(self.states) - 1)
    @rule()
    def redo(self) -> None:
        assert self.library.redo().left_out == 0
        self.now += 1

    @rule()
    def save(self) -> None:
        assert self.library.save()

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = self.open()

    @rule()
    def on_another_machine(self) -> None:
        assert self.library.save()
        state = Path(self.folder.name) / f"state {self.count}"
        self.count += 1
        with Library.open(self.path, state=state) as other:
            assert content(other) == self.states[self.now]

    @invariant()
    def holds_what_was_done(self) -> None:
        if hasattr(self, "states"):
            assert content(self.library) == self.states[self.now]

    def teardown(self) -> None:
        self.library.close()
        self.folder.cleanup()


Anything.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAnything = Anything.TestCase
