"""Finding papers: what a line in the search bar gives, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from readinglist.domain.query import Query, parse_query, quoted
from readinglist.domain.text import printable
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
    """A part of the library to look at: what answers a query, with its own order."""

    name: str
    label: str
    query: str = ""
    sort: str = "added"
    """Empty: the best match first, as in a search."""


VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (
        View("all", "All papers"),
        View("next", "Next up", "status:unread", "priority"),
        View("unread", "Unread", "status:unread"),
        View("reading", "Reading", "status:reading"),
        View("read", "Read", "status:read"),
        View("skipped", "Skipped", "status:skipped"),
    )
}
"""The views that each library has."""


def tag_view(tag: str) -> View:
    """Return the view of the papers with a tag."""
    return View(f"tag:{tag}", f"Tag {printable(tag)}", f"tag:{quoted(tag)}")


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
    sort: str = ""
    """The order that they are in; empty: the best match first."""

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
        What the view itself asks for may have words, too.

        Raises:
            InvalidValueError: there is no such order.
        """
        if sort is not None and sort not in SORTS:
            raise InvalidValueError(
                f"There is no order “{sort}”.", f"It is one of {', '.join(SORTS)}."
            )
        typed, limits = parse_query(text), parse_query(view.query)
        query = limits.joined(typed)
        sort = sort or ("" if typed.is_ranked else view.sort)
        if not query.is_ranked:
            sort = sort or "added"
            return Found(tuple(self._searcher.filtered(query, sort)), {}, query, sort=sort)
        if typed.is_ranked and limits.is_ranked:
            # Words find papers that lack one of them where none has all: not so those of a view.
            ranked, matcher = self._searcher.ranked(replace(query, words=typed.words))
            inside = {paper for paper, _ in self._searcher.ranked(limits)[0]}
            ranked = [(paper, score) for paper, score in ranked if paper in inside]
        else:
            ranked, matcher = self._searcher.ranked(query)
        ids = [paper for paper, _ in ranked]
        if sort:
            kept = set(ids)
            in_order = self._searcher.filtered(Query(filters=query.filters), sort)
            ids = [i for i in in_order if i in kept]
        return Found(tuple(ids), dict(ranked), query, matcher, sort)

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
