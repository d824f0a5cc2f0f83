"""A query in, the ids of papers out, best first."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.domain.text import fold
from readinglist.search.index import SearchIndex
from readinglist.search.matching import Asked, Matcher, Meaning, Vocabulary, meaning, split_words
from readinglist.search.tokens import words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from readinglist.domain.paper import Paper
    from readinglist.domain.query import Filter, Query

SORTS = {
    "added": "added_at DESC, id",
    "date": "published IS NULL, published DESC, added_at DESC, id",
    "title": "title COLLATE NOCASE, id",
    "author": "authors IS NULL, authors COLLATE NOCASE, published, id",
    "priority": "CASE priority WHEN 'high' THEN 0 WHEN 'medium' THEN 1 WHEN 'low' THEN 2 "
    "ELSE 3 END, published IS NULL, published DESC, added_at DESC, id",
    "status": "CASE status WHEN 'reading' THEN 0 WHEN 'unread' THEN 1 WHEN 'read' THEN 2 "
    "ELSE 3 END, added_at DESC, id",
    "key": "key COLLATE NOCASE, id",
}
"""The orders of a list by name, as SQL."""

_DATES = {"year": "paper.published", "added": "paper.added_at"}
_HAS = {
    **{
        name: f"coalesce(paper.{name}, '') NOT IN ('', '[]')"
        for name in ("note", "abstract", "doi", "arxiv", "url", "venue", "authors")
    },
    "tags": "EXISTS (SELECT 1 FROM paper_tag WHERE paper = paper.id)",
}
_RERANKED = 150
"""How many of the best by bm25 are ranked closely."""
_REMEMBERED = 5000
"""Of so many papers the words are kept in memory."""
_FEW = 10
"""Fewer hits than this, and misspellings of known words are looked for, too."""
_MOST_WORDS = 32
"""The words of a query that count: more than a long title has."""
_FIELD_WEIGHTS = (1.0, 0.8, 0.75, 0.75, 0.6, 0.5, 0.4)
"""What a word counts in each field of `FIELDS`, falling."""


@dataclass(frozen=True, slots=True)
class _PaperWords:
    """The words of one paper, as far as ranking asks for them."""

    title: tuple[str, ...]
    weights: dict[str, float]
    """Each word with the weight of the most telling field that has it."""


class Searcher:
    """Answers queries over the papers of one working copy."""

    def __init__(
        self, connection: sqlite3.Connection, papers: Callable[[Iterable[int]], list[Paper]]
    ) -> None:
        self._connection = connection
        self._index = SearchIndex(connection, papers)
        self._words: dict[int, _PaperWords] = {}
        self._words_version = self._index.version()
        self._vocabulary: tuple[tuple[int, int], Vocabulary] | None = None
        connection.create_function("fold", 1, fold, deterministic=True)
        connection.create_function("has_author", 3, _has_author, deterministic=True)
        connection.create_function("has_words", 2, _has_words, deterministic=True)

    def bring_up_to_date(self, enough: Callable[[], bool] = lambda: False) -> bool:
        """Index what changed; return whether all is done. See `SearchIndex`."""
        return self._index.bring_up_to_date(enough)

    def filtered(self, query: Query, sort: str) -> list[int]:
        """Return the papers that pass the filters of `query`, in the order `sort`.

        Of its words only those count that must not be there.
        """
        condition, parameters = _condition(query.filters)
        unwanted = _unwanted(query)
        if unwanted:
            self._index.bring_up_to_date()
            condition += " AND id NOT IN (SELECT rowid FROM search_text WHERE search_text MATCH ?)"
            parameters.append(unwanted)
        rows = self._connection.execute(
            f"SELECT id FROM paper WHERE {condition} ORDER BY {SORTS[sort]}", parameters
        )
        return [paper for (paper,) in rows]

    def ranked(self, query: Query) -> tuple[list[tuple[int, float]], Matcher]:
        """Return the papers that answer the words of `query`, best first, and what matched.

        All words must match; papers that lack one come only when none has them all.
        """
        self._index.bring_up_to_date()
        plain = [w for w in query.words if not w.phrase and not w.negated]
        asked = list(dict.fromkeys(split_words(plain)))[:_MOST_WORDS]
        phrases = [
            tuple(split)
            for w in query.words
            if w.phrase and not w.negated and (split := [part.word for part in split_words([w])])
        ]
        first = self._meanings(asked, misspelt=False)
        found = self._search(query, first, phrases, all_words=True)
        meanings = first
        if len(found) < _FEW and asked:
            meanings = self._meanings(asked, misspelt=True)
            seen = {paper for paper, _ in found}
            more = self._search(query, meanings, phrases, all_words=True)
            found += [(paper, score) for paper, score in more if paper not in seen]
            if not found and len(asked) > 1:
                found = self._search(query, meanings, phrases, all_words=False)
        return found, Matcher([m for m in meanings if m], phrases)

    def _meanings(self, asked: Sequence[Asked], misspelt: bool) -> list[Meaning]:
        vocabulary = self._current_vocabulary()
        return [meaning(word, vocabulary, misspelt) for word in asked]

    def _current_vocabulary(self) -> Vocabulary:
        version = self._index.version()
        if self._vocabulary is None or self._vocabulary[0] != version:
            self._vocabulary = version, Vocabulary(self._index.terms())
        return self._vocabulary[1]

    def _words_of(self, ids: list[int]) -> dict[int, _PaperWords]:
        """Return the words of papers, from memory while the index stays as it is."""
        if self._words_version != self._index.version() or len(self._words) > _REMEMBERED:
            self._words_version = self._index.version()
            self._words.clear()
        missing = [paper for paper in ids if paper not in self._words]
        for paper, fields in self._index.fields(missing).items() if missing else ():
            weights: dict[str, float] = {}
            for text, weight in zip(reversed(fields), reversed(_FIELD_WEIGHTS), strict=True):
                weights.update(dict.fromkeys(text.split(), weight))
            self._words[paper] = _PaperWords(tuple(fields[0].split()), weights)
        return self._words

    def _search(
        self, query: Query, meanings: list[Meaning], phrases: list[tuple[str, ...]], all_words: bool
    ) -> list[tuple[int, float]]:
        parts = [m.expression() for m in meanings if m]
        if all_words and len(parts) < len(meanings):
            return []
        if not parts and not phrases:
            return []
        expression = (" AND " if all_words else " OR ").join(parts)
        required = " AND ".join('"' + " ".join(phrase) + '"' for phrase in phrases)
        expression = " AND ".join(f"({part})" for part in (expression, required) if part)
        unwanted = _unwanted(query)
        if unwanted:
            expression = f"({expression}) NOT ({unwanted})"
        condition, parameters = _condition(query.filters)
        candidates = self._index.candidates(expression, condition, parameters)
        close, rest = candidates[:_RERANKED], candidates[_RERANKED:]
        indexed = self._words_of(close)
        known = frozenset().union(*(m.known for m in meanings))
        scored = [(paper, _score(indexed[paper], meanings, known, phrases)) for paper in close]
        scored.sort(key=lambda pair: -pair[1])  # stable: equal scores stay in order of bm25
        return scored + [(paper, 0.0) for paper in rest]


def _score(
    paper: _PaperWords,
    meanings: Sequence[Meaning],
    known: frozenset[str],
    phrases: Sequence[tuple[str, ...]],
) -> float:
    """Return how well a paper answers: 1 and more for all words exactly in its title.

    `known` are the words that any of `meanings` may mean.
    """
    weights = {word: paper.weights[word] for word in known & paper.weights.keys()}
    score = sum(wanted.best(weights) for wanted in meanings) / max(1, len(meanings))
    title = paper.title
    if len(meanings) > 1:
        score += 0.3 * _adjacent(title, meanings)
    for phrase in phrases:
        score += 0.5 if f" {' '.join(phrase)} " in f" {' '.join(title)} " else 0.1
    if title:
        score += 0.1 * sum(term in known for term in title) / len(title)
    return score


def _adjacent(title: Sequence[str], meanings: Sequence[Meaning]) -> float:
    """Return the share of neighbouring words of the query that are neighbours in the title."""
    neighbours = list(itertools.pairwise(title))
    hits = sum(
        any(a in one.known and b in two.known for a, b in neighbours)
        for one, two in itertools.pairwise(meanings)
    )
    return hits / (len(meanings) - 1)


def _unwanted(query: Query) -> str:
    """Return the words that must not be there as an FTS5 expression."""
    return " OR ".join(
        '"' + " ".join(split) + '"'
        for w in query.words
        if w.negated and (split := [part.word for part in split_words([w])])
    )


def _has_author(authors: str | None, organization: str | None, wanted: str) -> bool:
    """Return whether one author has names that begin as all words of `wanted` do."""
    names = [*json.loads(authors or "[]"), organization or ""]
    asked = words(wanted)
    return any(_begin_so(asked, words(name)) for name in names)


def _has_words(text: str | None, wanted: str) -> bool:
    """Return whether `text` has words that begin as all words of `wanted` do."""
    return _begin_so(words(wanted), words(text or ""))


def _begin_so(asked: Sequence[str], there: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in there) for beginning in asked)


def _condition(filters: Sequence[Filter]) -> tuple[str, list[object]]:
    """Return the SQL of `filters` over the table paper, and its parameters.

    The columns bear the name of their table: the index has an `authors` and a `key`, too.
    """
    conditions = ["1"]
    parameters: list[object] = []
    for wanted in filters:
        parts: list[str] = []
        if wanted.within:
            date = _DATES[wanted.field]
            parts = [f"coalesce({date} >= ? AND {date} < ?, 0)"]
            parameters += wanted.within
        for value in wanted.values:
            if wanted.field in ("status", "priority"):
                parts.append(f"paper.{wanted.field} = ?")
                parameters.append(value)
            elif wanted.field == "key":
                parts.append("substr(paper.key, 1, ?) = ? COLLATE NOCASE")
                parameters += [len(value), value]
            elif wanted.field == "tag":
                parts.append(
                    "EXISTS (SELECT 1 FROM paper_tag WHERE paper = paper.id AND fold(tag) = ?)"
                )
                parameters.append(fold(value))
            elif wanted.field == "venue":
                parts.append("has_words(paper.venue, ?)")
                parameters.append(value)
            elif wanted.field == "has":
                parts.append(_HAS[value])
            else:
                parts.append("has_author(paper.authors, paper.organization, ?)")
                parameters.append(value)
        sql = "(" + " OR ".join(parts) + ")"
        conditions.append(f"NOT {sql}" if wanted.negated else sql)
    return " AND ".join(conditions), parameters
