"""Finding papers: what a line in the search bar gives, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from readinglist.domain.query import Filter, Query, parse_query
from readinglist.errors import InvalidValueError
from readinglist.search.engine import SORTS, Searcher
from readinglist.search.matching import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from readinglist.domain.paper import Paper
    from readinglist.search.matching import Matcher
    from readinglist.storage.working_copy import WorkingCopy

SORT_NAMES = tuple(SORTS)
"""The orders of a list: added, date, title, author, priority, status, key."""

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
    """The papers that answer a query, by their ids, best first."""

    ids: tuple[int, ...]
    scores: Mapping[int, float]
    query: Query
    matcher: Matcher | None = None

    def spans(self, text: str) -> list[Span]:
        """Return what of the query matches in `text`."""
        return self.matcher.spans(text) if self.matcher else []


class Finder:
    """Answers queries over one library."""

    def __init__(self, working: WorkingCopy) -> None:
        self._working = working
        self._searcher = Searcher(working.connection, working.papers.get)

    def find(self, text: str, view: View = VIEWS["all"], sort: str | None = None) -> Found:
        """Return the papers of `view` that answer `text`.

        With words in `text` the best match comes first, unless `sort` names another order.

        Raises:
            InvalidValueError: there is no such order.
        """
        if sort is not None and sort not in SORTS:
            raise InvalidValueError(
                f"There is no order “{sort}”.", f"It is one of {', '.join(SORTS)}."
            )
        query = parse_query(text)
        limited = replace(query, filters=view.filters + query.filters)
        if all(word.negated for word in query.words):
            ids = self._searcher.filtered(limited, sort or view.sort)
            return Found(tuple(ids), {}, query)
        ranked, matcher = self._searcher.ranked(limited)
        ids = [paper for paper, _ in ranked]
        if sort:
            kept = set(ids)
            ids = [
                i
                for i in self._searcher.filtered(Query(filters=limited.filters), sort)
                if i in kept
            ]
        return Found(tuple(ids), dict(ranked), query, matcher)

    def search(self, text: str, limit: int | None = 10, sort: str | None = None) -> list[Hit]:
        """Return the papers that answer `text`, best first, with what matched in them."""
        found = self.find(text, sort=sort)
        papers = self._working.papers.get(found.ids[:limit])
        return [Hit(p, found.scores.get(p.id, 0.0), self._spans(found, p)) for p in papers]

    def index(self, enough: Callable[[], bool] = lambda: False) -> bool:
        """Index what changed, in short steps; return whether all is done."""
        warm_up()
        return self._searcher.bring_up_to_date(enough)

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
