"""Search as one types: the last question is answered, none is waited for."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from readinglist.errors import InvalidValueError, LibraryError
from readinglist.services.finding import Finder, Found, View, like_view
from readinglist.services.live_search import FIRST, LiveSearch, Question
from tests.conftest import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from readinglist.errors import ReadingListError
    from readinglist.services.library import Library

MANY = FIRST + 200


@dataclass
class Typist:
    """Asks, and takes down what is answered."""

    library: Library
    answers: list[tuple[str, Found]] = field(default_factory=list)
    errors: list[ReadingListError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.live: LiveSearch = self.library.live_search(
            lambda question, found: self.answers.append((question.text, found)),
            self.errors.append,
        )

    def asks(self, text: str, view: View | None = None, sort: str | None = None) -> None:
        self.live.ask(Question(text, view, sort) if view else Question(text, sort=sort))

    def is_told(self) -> Found:
        """Return the last answer, once nothing is to come any more."""
        until(lambda: not self.live.pending)
        return self.answers[-1][1]


@pytest.fixture
def many(library: Library, tmp_path: Path) -> Library:
    """More papers than are answered at once."""
    file = tmp_path / "many.jsonl"
    papers = (
        {
            "key": f"m{n}",
            "title": f"Report number {n} on marmots",
            "abstract": f"They live in burrow{n % 50}.",
        }
        for n in range(MANY)
    )
    file.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    library.import_files([file])
    library.index()
    return library


@pytest.fixture
def typist(many: Library) -> Iterator[Typist]:
    typist = Typist(many)
    yield typist
    typist.live.close()


@dataclass
class Gate:
    """Holds each search up until it is opened; opened, it stays so."""

    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    opened: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate in the thread, just before what is asked is looked for."""
    gate = Gate()
    find = Finder.find

    def held_up(self: Finder, text: str, *arguments: object) -> Found:
        gate.begun.release()
        assert gate.opened.wait(20)
        return find(self, text, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Finder, "find", held_up)
        yield gate
    gate.opened.set()


def test_a_question_is_answered_as_the_library_answers_it(typist: Typist) -> None:
    for text in ("number 17 marmot", "marmots -17", "mramots 3", "status:unread 12", "zzyzx"):
        typist.asks(text)
        assert typist.is_told().ids == typist.library.find(text).ids
    assert not typist.errors


def test_the_first_papers_come_at_once_and_then_all(typist: Typist) -> None:
    for text in ("marmots", "", "-zzyzx", "status:unread"):
        typist.answers.clear()
        typist.asks(text)
        everything = typist.is_told()
        (_, first), (_, last) = typist.answers
        assert last is everything
        assert not first.is_complete
        assert 0 < len(first.ids) <= FIRST
        assert last.is_complete
        assert len(last.ids) == MANY
        assert last.ids[: len(first.ids)] == first.ids
        assert last.ids == typist.library.find(text).ids


def test_an_answer_is_pending_until_all_papers_are_there(many: Library) -> None:
    pending: list[tuple[bool, bool]] = []
    live = many.live_search(
        lambda question, found: pending.append((found.is_complete, live.pending)), print
    )
    assert not live.pending
    live.ask(Question("marmots"))
    until(lambda: not live.pending)
    assert pending == [(False, True), (True, True)]
    live.close()


def test_what_was_asked_before_is_given_up(typist: Typist, gate: Gate) -> None:
    """Of all that is typed while one search goes on, only the last is searched for."""
    typist.asks("n")
    assert gate.begun.acquire(timeout=20)
    for text in ("nu", "num", "numb", "number 3"):
        typist.asks(text)
    gate.opened.set()
    typist.is_told()
    assert {text for text, _ in typist.answers} == {"number 3"}


def test_the_papers_behind_the_first_are_given_up_too(
    many: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One types on while they are fetched."""
    begun, opened = threading.Event(), threading.Event()
    complete = Finder.complete

    def held_up(self: Finder, found: Found) -> Found:
        begun.set()
        assert opened.wait(20)
        return complete(self, found)

    typist = Typist(many)
    monkeypatch.setattr(Finder, "complete", held_up)
    typist.asks("marmots")
    assert begun.wait(20)
    assert [(text, found.is_complete) for text, found in typist.answers] == [("marmots", False)]
    typist.asks("number 3")
    opened.set()
    typist.is_told()
    assert not [f for text, f in typist.answers if text == "marmots" and f.is_complete]
    assert typist.answers[-1][0] == "number 3"
    typist.live.close()


def test_who_types_very_fast_gets_the_last_answer(typist: Typist) -> None:
    line = "report numbr 17 on marmots -capybaras status:unread"
    ids = typist.library.find("status:unread").ids[:400]
    for n in range(5):
        typist.library.mark(ids, add_tags=[f"round{n}"])  # something to index on the way
        for end in range(len(line)):
            typist.asks(line[: end + 1])
        assert typist.is_told().ids == typist.library.find(line).ids
        assert typist.answers[-1][0] == line
    assert not typist.errors


def test_an_error_is_told_and_the_next_question_is_answered(
    typist: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Finder, *arguments: object) -> Found:
        raise LibraryError("The disk is on fire.")

    typist.asks("marmots", sort="colour")
    until(lambda: bool(typist.errors))
    until(lambda: not typist.live.pending)
    with monkeypatch.context() as patch:
        patch.setattr(Finder, "complete", broken)
        typist.asks("marmots")
        until(lambda: len(typist.errors) == 2)
        until(lambda: not typist.live.pending)
    typist.asks("number 3")
    assert typist.is_told().ids == typist.library.find("number 3").ids
    assert [type(error) for error in typist.errors] == [InvalidValueError, LibraryError]


def test_closing_gives_up_what_is_searched_for(typist: Typist, gate: Gate) -> None:
    typist.asks("marmots")
    assert gate.begun.acquire(timeout=20)
    closing_thread = threading.Thread(target=typist.live.close)
    closing_thread.start()
    until(lambda: typist.live._is_closed)
    gate.opened.set()
    closing_thread.join(20)
    assert not closing_thread.is_alive()
    assert typist.live._thread is not None
    assert not typist.live._thread.is_alive()
    assert (typist.answers, typist.errors) == ([], [])
    typist.asks("what is asked now is answered by nobody")
    typist.live.close()


def test_closing_what_was_never_asked(many: Library) -> None:
    live = many.live_search(print, print)
    live.close()
    assert not live.pending


def test_a_question_waits_for_no_other_process_that_indexes(typist: Typist) -> None:
    """The few papers that changed are indexed on the way, but not if that means to wait."""
    (path,) = typist.library._working.files.folder.glob("search-*.db")
    typist.library.note("m7", "A xylophone.")
    with closing(sqlite3.connect(path, isolation_level=None)) as indexing:
        indexing.execute("BEGIN IMMEDIATE")
        typist.asks("xylophone")
        found = typist.is_told()
        assert (list(found.ids), found.is_indexed) == ([], False)
        typist.asks("number 7")
        assert typist.library.paper("m7").id in typist.is_told().ids
        indexing.execute("ROLLBACK")
    typist.asks("xylophone")
    found = typist.is_told()
    assert (list(found.ids), found.is_indexed) == ([typist.library.paper("m7").id], True)
    assert not typist.errors


def test_edits_are_found_at_once(typist: Typist) -> None:
    for n in range(5):
        typist.library.note(f"m{n}", f"xylophone {n}")
        typist.asks("xilophone")
        assert len(typist.is_told().ids) == n + 1
    typist.library.undo()
    typist.asks("xilophone")
    assert len(typist.is_told().ids) == 4


def test_an_index_that_another_process_makes_anew_is_taken(typist: Typist) -> None:
    """Even while one types: nothing is told, and in the end all is found."""
    with closing(typist.library.sibling()) as other:
        for n in range(10):
            typist.asks(f"marmots {n}")
            other._the_finder._searcher.renew()
            typist.asks(f"number {n}")
            assert other.index()
    typist.asks("marmots")
    assert len(typist.is_told().ids) == MANY
    assert not typist.errors


def test_damage_is_repaired_without_a_word(typist: Typist) -> None:
    typist.asks("marmots")
    typist.is_told()
    (path,) = typist.library._working.files.folder.glob("search-*.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE term")
        connection.execute("DELETE FROM whole_data")
    typist.asks("number 3")
    assert not typist.is_told().is_indexed
    typist.library.index()
    typist.asks("number 3")
    assert typist.is_told().ids == typist.library.find("number 3").ids
    assert not typist.errors


def test_questions_within_a_view(typist: Typist) -> None:
    paper = typist.library.paper("m3")
    typist.asks("", like_view(paper))
    near = typist.is_told().ids
    assert len(near) > 10
    typist.asks("number 12", like_view(paper))
    assert set(typist.is_told().ids) <= set(near)
    typist.asks("marmots", View("mine", "Mine", "number", "title"), "key")
    assert typist.is_told().ids == typist.library.find("marmots number", sort="key").ids
