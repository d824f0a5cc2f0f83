"""Finding papers: what a line in the search bar gives, in which order."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from readinglist.domain.query import Filter, Query, parse_query
from readinglist.errors import InvalidValueError
from readinglist.search.engine import Searcher
from readinglist.search.filters import SORTS
from readinglist.search.index import DamagedIndexError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from readinglist.domain.paper import Paper
    from readinglist.search.ranking import Ranking
    from readinglist.storage.working_copy import WorkingCopy

SORT_NAMES = tuple(SORTS)
"""The orders of a list: added, date, title, author, priority, status, key."""

_SOON = 500
"""So many papers are indexed before a search that is to be quick."""

Span = tuple[int, int]
"""A part of a text that matched: from one letter up to, not including, another."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of the library to look at, with its own order."""

    name: str
    label: str
    filters: tuple[Filter, ...] = ()
    sort: str = "added"


VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (
        View("all", "All papers"),
        View("next", "Next up", (Filter("status", ("unread",)),), "priority"),
        View("unread", "Unread", (Filter("status", ("unread",)),)),
        View("reading", "Reading", (Filter("status", ("reading",)),)),
        View("read", "Read", (Filter("status", ("read",)),)),
        View("skipped", "Skipped", (Filter("status", ("skipped",)),)),
    )
}
"""The views that each library has."""


def tag_view(tag: str) -> View:
    """Return the view of the papers with a tag."""
    return View(f"tag:{tag}", f"Tag {tag}", (Filter("tag", (tag,)),))


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that answers a query."""

    paper: Paper
    score: float
    """Comparable within one search: the higher, the better; 0 where nothing was ranked."""
    spans: Mapping[str, list[Span]] = field(default_factory=dict)
    """What matched, by field: title, authors, abstract, note, venue, tags, key."""


@dataclass(frozen=True, slots=True)
class Found:
    """The papers that answer a query, best first."""

    ids: array[int]
    """The papers by their ids."""
    query: Query
    is_complete: bool = True
    """False: these are the first ones, `Finder.complete` finds them all."""
    is_indexed: bool = True
    """False: papers wait to be indexed, see `Finder.index`."""
    ranking: Ranking | None = None
    """How the words were understood; None where nothing was ranked."""
    view: View = VIEWS["all"]
    sort: str | None = None

    def spans(self, text: str) -> list[Span]:
        """Return what of the query matches in `text`."""
        return self.ranking.matcher.spans(text) if self.ranking else []


class Finder:
    """Answers queries over one library."""

    def __init__(self, working: WorkingCopy) -> None:
        self._working = working
        self._searcher = Searcher(working.connection, working.database)

    def close(self) -> None:
        """Close the index."""
        self._searcher.close()

    def interrupt(self) -> None:
        """Let what another thread is asking end with a `SearchInterruptedError`."""
        self._searcher.interrupt()

    def find(
        self,
        text: str,
        view: View = VIEWS["all"],
        sort: str | None = None,
        most: int | None = None,
    ) -> Found:
        """Return the papers of `view` that answer `text`.

        With words in `text` the best match comes first, unless `sort` names another order.

        Args:
            text: what is typed in the search bar.
            view: the papers to look at.
            sort: one of `SORT_NAMES`; None for the best match, or the order of the view.
            most: about so many at once, the first ones, from what is indexed by now; None for
                all, if need be after the index was brought up to date.

        Raises:
            InvalidValueError: there is no such order.
        """
        if sort is not None and sort not in SORTS:
            raise InvalidValueError(
                f"There is no order “{sort}”.", f"It is one of {', '.join(SORTS)}."
            )
        query = parse_query(text)
        try:
            return self._find(query, view, sort, most)
        except DamagedIndexError:
            self._searcher.renew()
            return self._find(query, view, sort, most)

    def complete(self, found: Found) -> Found:
        """Return all papers that answer, in the same order, where `found` has the first ones."""
        limited = _within(found.view, found.query)
        if found.ranking is None:
            ids = self._searcher.filtered(limited, found.sort or found.view.sort)
        else:
            ids = found.ids + self._searcher.others(limited, found.ranking)
        return replace(found, ids=ids, is_complete=True)

    def _find(self, query: Query, view: View, sort: str | None, most: int | None) -> Found:
        limited = _within(view, query)
        indexed = not query.words or self._searcher.prepare(None if most is None else _SOON)
        if all(word.negated for word in query.words):
            ids = self._searcher.filtered(limited, sort or view.sort, -1 if most is None else most)
            is_complete = most is None or len(ids) < most
            return Found(ids, query, is_complete, indexed, None, view, sort)
        ranking = self._searcher.ranked(limited)
        ids = array("q", sorted(ranking.scores, key=ranking.scores.__getitem__, reverse=True))
        found = Found(ids, query, ranking.is_complete, indexed, ranking, view, sort)
        if not found.is_complete and (most is None or sort):
            found = self.complete(found)
        return replace(found, ids=self._searcher.ordered(found.ids, sort)) if sort else found

    def search(self, text: str, limit: int | None = 10, sort: str | None = None) -> list[Hit]:
        """Return the papers that answer `text`, best first, with what matched in them."""
        found = self.find(text, sort=sort)
        papers = self._working.papers.get(found.ids[:limit])
        scores = found.ranking.scores if found.ranking else {}
        return [Hit(p, scores.get(p.id, 0.0), self._spans(found, p)) for p in papers]

    def similar(self, paper: int, limit: int) -> list[Hit]:
        """Return the papers nearest in content to one, nearest first; scores are 0 to 1."""
        self._searcher.prepare(None)
        scores = self._searcher.similar(paper, limit)
        return [Hit(near, scores[near.id]) for near in self._working.papers.get(scores)]

    def index(self, goes_on: Callable[[int, int], bool] = lambda done, of: True) -> bool:
        """Index what changed, in short steps; return whether all is done.

        Args:
            goes_on: asked between two steps whether to go on, with the number of papers that are
                done, and of how many.
        """
        return self._searcher.bring_up_to_date(goes_on)

    @staticmethod
    def _spans(found: Found, paper: Paper) -> dict[str, list[Span]]:
        texts = {
            "title": paper.title,
            "authors": "; ".join(paper.authors),
            "abstract": paper.abstract or "",
            "note": paper.note or "",
            "venue": paper.venue or "",
            "tags": " ".join(paper.tags),
            "key": paper.key,
        }
        return {name: spans for name, text in texts.items() if (spans := found.spans(text))}


def _within(view: View, query: Query) -> Query:
    return replace(query, filters=view.filters + query.filters)
