"""Finding papers: what a line in the search bar gives, in which order."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.query import Query, parse_query, quoted
from readinglist.domain.text import printable
from readinglist.errors import InvalidValueError
from readinglist.search.engine import Searcher
from readinglist.search.filters import SORTS, is_sort, needs_index
from readinglist.search.index import DamagedIndexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from readinglist.domain.paper import Paper
    from readinglist.search.ranking import Ranking
    from readinglist.storage.working_copy import WorkingCopy

SORT_NAMES = tuple(SORTS)
"""The orders of a list; with a minus before it, each is turned round."""

_ALIKE = 100
"""So many papers are shown as more like one."""
_SOON = 500
"""So many papers are indexed before a search that is to be quick."""

Span = tuple[int, int]
"""A part of a text that matched: from one letter up to, not including, another."""


class View(NamedTuple):
    """A part of the library to look at: what answers a query, with its own order."""

    name: str
    label: str
    query: str = ""
    sort: str = "added"
    """Empty: the best match first, as in a search."""
    like: int | None = None
    """The paper that those of the view are like, the likest first."""


VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (
        View("all", "All papers"),
        View("next", "Next up", "status:unread", "next"),
        View("inbox", "Inbox", "status:unread priority:none"),
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


def like_view(paper: Paper) -> View:
    """Return the view of the papers nearest in content to one."""
    return View(f"like:{paper.key}", f"More like “{printable(paper.title)}”", "", "", paper.id)


class Hit(NamedTuple):
    """A paper that answers a query."""

    paper: Paper
    score: float
    """Comparable within one search: the higher, the better; 0 where nothing was ranked."""
    spans: Mapping[str, list[Span]]
    """What matched, by field: title, authors, abstract, note, venue, tags, key."""


class Found(NamedTuple):
    """The papers that answer a query, by their ids."""

    ids: array[int]
    query: Query
    """What was asked for, by the view, too."""
    sort: str = ""
    """The order that they are in; empty: the best match first."""
    ranking: Ranking | None = None
    """How the words were understood; None where nothing was ranked."""
    is_complete: bool = True
    """False: these are the first ones, `Finder.complete` finds the others."""
    is_indexed: bool = True
    """False: papers wait to be indexed, see `Finder.index`."""

    @property
    def spans(self) -> Callable[[str], list[Span]] | None:
        """What finds in a text what of the query matches; None where nothing was ranked."""
        return self.ranking.matcher.spans if self.ranking else None


class Finder:
    """Answers queries over one library."""

    def __init__(self, working: WorkingCopy, given_up: Callable[[], bool] | None = None) -> None:
        """Make a finder.

        Args:
            working: what to search in.
            given_up: for a finder in a thread of its own, which gets connections of its own and
                waits for no other: asked now and then whether the answer is still wanted.
        """
        self._working = working
        self._connection = working.another_connection() if given_up else None
        self._searcher = Searcher(
            self._connection or working.connection, working.files.database, given_up
        )

    def close(self) -> None:
        """Close the index."""
        self._searcher.close()
        if self._connection:
            self._connection.close()

    def interrupt(self) -> None:
        """Let what is being searched in another thread end with a `SearchInterruptedError`."""
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
        What the view itself asks for may have words, too.

        Args:
            text: what is typed in the search bar.
            view: the papers to look at.
            sort: one of `SORT_NAMES`; None for the best match, or the order of the view.
            most: about so many at once, the first ones, from what is indexed by now; None for
                all, if need be after the index was brought up to date.

        Raises:
            InvalidValueError: there is no such order.
            SearchInterruptedError: the answer is not wanted any more.
        """
        if sort is not None and not is_sort(sort):
            raise InvalidValueError(
                f"There is no order “{printable(sort)}”.",
                f"It is one of {', '.join(SORTS)}, or with a minus before it turned round.",
            )
        try:
            return self._find(text, view, sort, most)
        except DamagedIndexError:
            self._searcher.renew()
            return self._find(text, view, sort, most)

    def count(self, view: View) -> int:
        """Return the number of papers of a view.

        Raises:
            SearchInterruptedError: the answer is not wanted any more.
        """
        query = parse_query(view.query)
        if query.words or view.like is not None or needs_index(query.filters):
            return len(self.find("", view).ids)
        try:
            return self._searcher.count(query)
        except DamagedIndexError:
            self._searcher.renew()
            return self._searcher.count(query)

    def complete(self, found: Found) -> Found:
        """Return all papers that answer, in the same order, where `found` has the first ones.

        Raises:
            SearchInterruptedError: the answer is not wanted any more.
        """
        if found.is_complete:
            return found
        try:
            return self._complete(found)
        except DamagedIndexError:
            self._searcher.renew()
            is_indexed = self._searcher.prepare(_SOON)
            return self._complete(found)._replace(is_indexed=is_indexed)

    def _complete(self, found: Found) -> Found:
        if found.ranking is None:
            ids = self._searcher.filtered(found.query, found.sort)
        else:
            ids = found.ids + self._searcher.others(found.query, found.ranking, found.is_indexed)
        return found._replace(ids=ids, is_complete=True)

    def _find(self, text: str, view: View, sort: str | None, most: int | None) -> Found:
        typed, limits = parse_query(text), parse_query(view.query)
        query = limits.joined(typed)
        sort = sort or ("" if typed.is_ranked else view.sort)
        indexed = not (query.words or view.like is not None or needs_index(query.filters))
        if not indexed:
            indexed = self._searcher.prepare(None if most is None else _SOON)
        if view.like is not None:
            found = self._find_like(view.like, query, indexed)
            return self._in_order(found, sort) if sort else found
        if not query.is_ranked:
            sort = sort or "added"
            ids = self._searcher.filtered(query, sort, -1 if most is None else most)
            return Found(ids, query, sort, None, most is None or len(ids) < most, indexed)
        # Words find papers that lack one of them where none has all: not so those of a view.
        is_within = typed.is_ranked and limits.is_ranked
        asked = query._replace(words=typed.words) if is_within else query
        ranking = self._searcher.ranked(asked, indexed)
        ids = array("q", sorted(ranking.scores, key=ranking.scores.__getitem__, reverse=True))
        found = Found(ids, query, sort, ranking, ranking.is_complete, indexed)
        if most is None or sort or is_within:
            found = self.complete(found)
        if is_within:
            found = _limited_to(found, self.complete(self._find("", view, None, most)).ids)
        return self._in_order(found, sort) if sort else found

    def _in_order(self, found: Found, sort: str) -> Found:
        return found._replace(ids=self._searcher.ordered(found.ids, sort), sort=sort)

    def _find_like(self, paper: int, query: Query, indexed: bool) -> Found:
        """Return the papers that are like one, as far as they answer a query."""
        near = Found(array("q", self._searcher.similar(paper, _ALIKE)), query, is_indexed=indexed)
        if not query.words and not query.filters:
            return near
        if query.is_ranked:
            ranking = self._searcher.ranked(query)
            answers = self.complete(Found(array("q", ranking.scores), query, "", ranking, False))
            return _limited_to(near, answers.ids)._replace(ranking=ranking)
        return _limited_to(near, self._searcher.filtered(query, "added"))

    def search(self, text: str, limit: int | None = 10, sort: str | None = None) -> list[Hit]:
        """Return the papers that answer `text`, best first, with what matched in them."""
        found = self.find(text, sort=sort)
        papers = self._working.papers.get(found.ids[:limit])
        scores = found.ranking.scores if found.ranking else {}
        return [Hit(p, scores.get(p.id, 0.0), self._spans(found, p)) for p in papers]

    def similar(self, paper: int, limit: int) -> list[Hit]:
        """Return the papers nearest in content to one, nearest first; scores are 0 to 1."""
        try:
            self._searcher.prepare(None)
            scores = self._searcher.similar(paper, limit)
        except DamagedIndexError:
            self._searcher.renew()
            self._searcher.prepare(None)
            scores = self._searcher.similar(paper, limit)
        return [Hit(near, scores[near.id], {}) for near in self._working.papers.get(scores)]

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
        matching = found.spans or (lambda text: [])
        return {name: spans for name, text in texts.items() if (spans := matching(text))}


def _limited_to(found: Found, papers: Iterable[int]) -> Found:
    inside = set(papers)
    return found._replace(ids=array("q", (paper for paper in found.ids if paper in inside)))
