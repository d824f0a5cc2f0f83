"""A query in, the ids of papers out, best first."""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING

from readinglist.domain.text import fold
from readinglist.search.filters import condition, has_author, has_words, order_by
from readinglist.search.index import SearchIndex
from readinglist.search.matching import Asked, Meaning, meaning, split_words
from readinglist.search.ranking import Ranking
from readinglist.search.similar import Neighbourhood
from readinglist.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from readinglist.domain.query import Query

_FEW = 10
"""Fewer hits than this, and misspellings of known words are looked for, too."""
_MOST_WORDS = 32
"""The words of a query that count: more than a long title has."""
_REMEMBERED = 2000
"""So many meanings of words are kept in memory."""


class Searcher:
    """Answers queries over the papers of one working copy."""

    def __init__(
        self,
        working: sqlite3.Connection,
        database: Path,
        given_up: Callable[[], bool] | None = None,
    ) -> None:
        self._index = SearchIndex(working, database, given_up)
        self._index.create_function("fold", 1, fold)
        self._index.create_function("has_author", 3, has_author)
        self._index.create_function("has_words", 2, has_words)
        self._vocabulary = Vocabulary(self._index.read)
        self._meanings: dict[tuple[Asked, bool], Meaning] = {}
        self._meanings_version = self._index.version()

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def interrupt(self) -> None:
        """Let what is being asked in another thread end with a `SearchInterruptedError`."""
        self._index.interrupt()

    def bring_up_to_date(self, goes_on: Callable[[int, int], bool] = lambda done, of: True) -> bool:
        """Index what changed; return whether all is done. See `SearchIndex`."""
        return self._index.bring_up_to_date(goes_on)

    def renew(self) -> None:
        """Begin with an empty index, as after damage."""
        self._index.renew()

    def prepare(self, most: int | None) -> bool:
        """Index what changed, if it is at most so many papers; return whether all is indexed."""
        self._index.refresh()
        if most is not None and self._index.backlog(most + 1) > most:
            return False
        return self._index.bring_up_to_date()

    def filtered(self, query: Query, sort: str, most: int = -1) -> array[int]:
        """Return the papers that pass the filters of `query`, in the order `sort`.

        Of its words only those count that must not be there.

        Args:
            query: what is asked for.
            sort: the name of an order, see `filters.is_sort`.
            most: so many of them, the first ones; -1 for all.
        """
        where, parameters = self._passing(query)
        return self._index.read_numbers(
            f"SELECT id FROM paper WHERE {where} ORDER BY {order_by(sort)} LIMIT ?",
            [*parameters, most],
        )

    def count(self, query: Query) -> int:
        """Return how many papers `filtered` would."""
        where, parameters = self._passing(query)
        return self._index.read_numbers(f"SELECT count(*) FROM paper WHERE {where}", parameters)[0]

    @staticmethod
    def _passing(query: Query) -> tuple[str, list[object]]:
        where, parameters = condition(query.filters)
        if unwanted := _unwanted(query):
            with_it = "SELECT paper FROM whole JOIN doc ON number = whole.rowid WHERE whole MATCH ?"
            return f"({where or 1}) AND id NOT IN ({with_it})", [*parameters, unwanted]
        return where or "1", [*parameters]

    def ranked(self, query: Query, is_indexed: bool = True) -> Ranking:
        """Return the papers that answer the words of `query` best.

        All words must match; papers that lack one come only when none has them all.

        Args:
            query: what is asked for.
            is_indexed: whether the index knows of all that changed.
        """
        plain = [w for w in query.words if not w.phrase and not w.negated]
        asked = list(dict.fromkeys(split_words(plain)))[:_MOST_WORDS]
        phrases = [
            tuple(split)
            for w in query.words
            if w.phrase and not w.negated and (split := [part.word for part in split_words([w])])
        ]
        limits = (phrases, _unwanted(query), _condition(query, is_indexed))
        ranking = Ranking(self._index.read, self._understood(asked, misspelt=False), *limits)
        ranking.find_all_words()
        if len(ranking.scores) < _FEW and asked:
            understood = self._understood(asked, misspelt=True)
            ranking = Ranking(self._index.read, understood, *limits, before=ranking.scores)
            ranking.find_all_words()
            if not ranking.scores and len(asked) > 1:
                ranking.find_fewer_words()
        return ranking

    def others(self, query: Query, ranking: Ranking, is_indexed: bool = True) -> array[int]:
        """Return the papers that answer, too, but are not among the best. See `ranked`."""
        if not ranking.everything:
            return array("q")
        where, parameters = _condition(query, is_indexed)
        # The table of papers is wide: it is not asked without need.
        passing = f"AND doc.paper IN (SELECT id FROM paper WHERE {where})" if where else ""
        found = self._index.read_numbers(
            "SELECT doc.paper FROM whole JOIN doc ON number = whole.rowid "
            f"WHERE whole MATCH ? {passing} ORDER BY whole.rowid DESC",
            [ranking.everything, *parameters],
        )
        return array("q", (paper for paper in found if paper not in ranking.scores))

    def similar(self, paper: int, most: int) -> dict[int, float]:
        """Return the papers nearest in content to one, with their nearness, 0 to 1."""
        return Neighbourhood(self._index, self._vocabulary).nearest(paper, most)

    def ordered(self, papers: array[int], sort: str) -> array[int]:
        """Return papers in the order `sort`."""
        return self._index.read_numbers(
            "SELECT id FROM paper WHERE id IN (SELECT value FROM json_each(?)) "
            f"ORDER BY {order_by(sort)}",
            [json.dumps(papers.tolist())],
        )

    def _understood(self, asked: Sequence[Asked], misspelt: bool) -> list[Meaning]:
        return [self._meaning(word, misspelt) for word in asked]

    def _meaning(self, asked: Asked, misspelt: bool) -> Meaning:
        """Return what a word means; who types asks for all words but the last again."""
        if self._meanings_version != self._index.version() or len(self._meanings) > _REMEMBERED:
            self._meanings_version = self._index.version()
            self._meanings.clear()
        if (asked, misspelt) not in self._meanings:
            self._meanings[asked, misspelt] = meaning(asked, self._vocabulary, misspelt)
        return self._meanings[asked, misspelt]


def _unwanted(query: Query) -> str:
    """Return the words that must not be there as an FTS5 expression."""
    return " OR ".join(
        '"' + " ".join(split) + '"'
        for w in query.words
        if w.negated and (split := [part.word for part in split_words([w])])
    )


def _condition(query: Query, is_indexed: bool) -> tuple[str, list[object]]:
    """Return what must hold of a paper, as SQL with its parameters; empty for nothing."""
    where, parameters = condition(query.filters)
    # What the index doesn't know yet may be gone.
    return where or ("" if is_indexed else "1"), parameters
