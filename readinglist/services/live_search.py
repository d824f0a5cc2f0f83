"""Search as one types: the latest question is answered, earlier ones are given up.

letter -> `ask` -> a thread of its own: the first papers, at once or -> `answer`
                                a moment later, all of them -> `answer`
papers shown at once, before anything is asked -> `complete` -> all of them -> `answer`
next letter -> what the thread is searching is interrupted, its answer is not waited for
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.errors import ReadingListError
from readinglist.search.index import SearchInterruptedError
from readinglist.services.finding import VIEWS, Finder, Found, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.storage.working_copy import WorkingCopy

FIRST = 500
"""So many papers are answered at once, more than any screen shows."""


_MOMENT = 0.05
"""Seconds in which the first papers are drawn; the thread would take half of the time for it."""


@dataclass(slots=True)
class Question:
    """What is asked for."""

    text: str = ""
    view: View = VIEWS["all"]
    sort: str | None = None
    keep: bool = False
    """Whether the cursor is to stay on its paper when the answer is shown."""
    paper: int | None = None
    """The paper on which it stays, where it is another one than that under the cursor."""
    reach: int = 0
    """So many papers are needed at once, as the cursor stands so far down."""


class LiveSearch:
    """Answers questions in a thread, one at a time.

    Attributes:
        pending: whether an answer is still to come.
    """

    def __init__(
        self,
        working: WorkingCopy,
        answer: Callable[[Question, Found], object],
        fail: Callable[[ReadingListError], object],
    ) -> None:
        """Prepare to answer.

        Args:
            working: what to search in.
            answer: called in the thread, at first with some of the papers if there are many.
            fail: called in the thread when there is no answer.
        """
        self._answer = answer
        self._fail = fail
        self._changed = threading.Condition()
        self._question: Question | None = None
        self._begun: Found | None = None
        self._is_closed = False
        self._awaited: Question | None = None
        self._handed: Found | None = None
        self._answered: tuple[Question, Found] | None = None
        self._thread: threading.Thread | None = None
        self.pending = False
        self._finder = Finder(working, given_up=self._is_given_up)

    def ask(self, question: Question, patience: float = 0.0) -> Found | None:
        """Ask something else; what is being searched for is given up.

        Args:
            question: what is asked for.
            patience: so many seconds are waited for the first papers: they are returned then,
                and `answer` is called with what comes later only.
        """
        with self._changed:
            self._begin(question)
            self._awaited, self._handed = question if patience else None, None
            self._changed.wait_for(lambda: self._awaited is None, patience)
            self._awaited = None
            return self._handed

    def complete(self, question: Question, found: Found) -> None:
        """Find all papers where the first ones are known by now; `answer` is called with them."""
        with self._changed:
            self._begin(question, found)

    def wait(self, question: Question, patience: float) -> Found | None:
        """Return what answers the question that was asked last, once it is known.

        Args:
            question: that question.
            patience: the seconds that are waited for the first papers at most.
        """

        def answer() -> Found | None:
            asked, found = self._answered or (None, None)
            return found if asked is question else None

        with self._changed:
            self._changed.wait_for(lambda: answer() or not self.pending, patience)
            return answer()

    def _begin(self, question: Question, found: Found | None = None) -> None:
        self._question, self._begun = question, found
        self.pending = True
        self._finder.interrupt()
        self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="search", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Give up, and close the finder once the thread has ended."""
        with self._changed:
            self._is_closed = True
            self._finder.interrupt()
            self._changed.notify_all()
        if self._thread:
            self._thread.join()
        self._finder.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._is_given_up)
                question, self._question = self._question, None
                begun, self._begun = self._begun, None
                if self._is_closed or question is None:
                    return
            try:
                self._search(question, begun)
            except SearchInterruptedError:
                continue
            except ReadingListError as error:
                with self._changed:
                    self.pending = False
                    self._changed.notify_all()
                self._fail(error)

    def _is_given_up(self) -> bool:
        return self._question is not None or self._is_closed

    def _search(self, question: Question, begun: Found | None) -> None:
        if begun:
            self._tell(question, self._finder.complete(begun))
            return
        most = max(FIRST, question.reach)
        found = self._finder.find(question.text, question.view, question.sort, most)
        if question.paper is not None and question.paper not in found.ids:
            found = self._finder.complete(found)
        if self._tell(question, found) and not found.is_complete:
            with self._changed:
                self._changed.wait_for(self._is_given_up, _MOMENT)
            self._tell(question, self._finder.complete(found))

    def _tell(self, question: Question, found: Found) -> bool:
        """Answer, unless something else was asked meanwhile; return whether nothing was."""
        with self._changed:
            if self._is_given_up():
                return False
            self._answered = question, found
            self._changed.notify_all()
            if self._awaited is question:
                self._awaited, self._handed = None, found
                self.pending = not found.is_complete
                return True
        self._answer(question, found)
        with self._changed:
            self.pending = self._question is not None or not found.is_complete
        return True
