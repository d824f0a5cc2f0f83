"""Which papers answer the words of a query, and how well.

Candidates come from the index in tiers, until there are enough of them for the first places:
all words in the head before some in the body, as written before beginnings and misspellings.
Of a tier with many papers the best by bm25 are taken, of one with very many the latest. The
candidates are then ranked by where and how well each word matched, and by whether neighbours
in the query are neighbours in the title.
"""

from __future__ import annotations

import itertools
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from readinglist.search.matching import EXACT, MOST_TERMS, NUMBER, Matcher, Meaning
from readinglist.search.tokens import BEHIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
    Phrases = Sequence[tuple[str, ...]]
    _Marks = tuple[tuple[int, float], ...]
    # The places of the words of a query that may mean a word, each with how well it fits.

_ENOUGH = 100
"""With so many candidates for the first places, no further ones are looked for."""
_MANY = 3000
"""Of more papers than these the latest are taken, without regard to bm25."""
_MOST_PARTS = 60
"""So many choices of some of the words are looked for when no paper has all of them."""
_FIELD_WEIGHTS = (1.0, 0.8, 0.75, 0.75, 0.6)
"""What a word counts in each field of the head."""
_BODY_WEIGHT = 0.45
"""What a word counts in a note or an abstract."""
_SIDE_BY_SIDE = 0.15
"""What it counts more that all words follow each other in a note or an abstract."""
_BM25 = "bm25(head, 10.0, 6.0, 5.0, 5.0, 2.0)"
_SHORTEST = 3
"""Of the words that begin with fewer letters, only the frequent ones are looked for."""
_NONE = sys.maxsize
"""No beginning has so many letters."""
_NEXT = "\n"
"""Between the fields of a head."""
_ANY = 0.0
"""The quality of a word that merely may be meant."""


class Ranking:
    """The papers that answer the words of a query best.

    Attributes:
        scores: the papers with their scores; 1 and more for all words exactly in the title.
    """

    def __init__(
        self,
        read: Read,
        meanings: Sequence[Meaning],
        phrases: Phrases,
        unwanted: str,
        condition: tuple[str, list[object]],
        before: Mapping[int, float] | None = None,
    ) -> None:
        """Prepare a search.

        Args:
            read: queries the index, see `SearchIndex`.
            meanings: what each word may mean.
            phrases: words that must be neighbours.
            unwanted: what must not be there, as an FTS5 expression over `whole`; or empty.
            condition: what must hold of `paper`, as SQL, with its parameters; or empty.
            before: the papers that were found with less to mean, all words as they were asked for
                among them: they come first.
        """
        self._read = read
        self._meanings = meanings
        self._phrases = phrases
        self._unwanted = unwanted
        self._condition = condition
        self._terms = frozenset().union(*(m.terms for m in meanings))
        self._beginnings = tuple(start for m in meanings for start in m.beginnings)
        self._marks: dict[str, _Marks] = {}
        self._is_cut = False
        self._is_second = before is not None
        self.scores = dict(before or {})
        self._below = min(self.scores.values(), default=0.0)

    @property
    def is_complete(self) -> bool:
        """Whether there are no other papers that answer."""
        return not self.everything or not (
            self._is_cut or any(len(m.terms) >= MOST_TERMS for m in self._meanings)
        )

    @cached_property
    def matcher(self) -> Matcher:
        """What finds the words in a text."""
        return Matcher([m for m in self._meanings if m], self._phrases)

    @property
    def everything(self) -> str:
        """All papers that have all words, as an FTS5 expression over `whole`; empty for none."""
        if not all(self._meanings):
            return ""
        return self._wanted(_all(m.expression(_ANY, _SHORTEST) for m in self._meanings))

    def find_all_words(self) -> None:
        """Find papers that have all words."""
        self._find(self._meanings)

    def find_fewer_words(self) -> None:
        """Find papers that have as many of the words as any."""
        known = [m for m in self._meanings if m]
        tried = 0
        for size in range(len(known) - all(self._meanings), 0, -1):
            parts = list(itertools.combinations(known, size))
            tried += len(parts)
            if self.scores or tried > _MOST_PARTS:
                break
            for part in parts:
                self._find(part, enough=len(self.scores) + _ENOUGH // len(parts))
        if not self.scores and known:
            any_word = " OR ".join(m.expression(_ANY, _SHORTEST) for m in known)
            self._add("head", any_word, ())
            self._add("whole", self._wanted(any_word), ())

    def _find(self, meanings: Sequence[Meaning], enough: int = _ENOUGH) -> None:
        """Find papers that have all words of `meanings`."""
        if not all(meanings) or not (meanings or self._phrases):
            return
        is_all = self._find_in_head(meanings, _ANY)
        if not is_all and meanings:
            self._find_in_head(meanings, NUMBER)
        for least in (NUMBER, _ANY) if meanings and not self._is_second else (_ANY,):
            if len(self.scores) < enough:
                self._find_in_body(meanings, least)

    def _find_in_head(self, meanings: Sequence[Meaning], least: float) -> bool:
        """Find papers that have all words in the head; return whether these are all."""
        expressions = [m.expression(least) for m in meanings]
        wanted = _all(expressions)
        if not all(expressions):
            return True
        if self._phrases or self._unwanted:
            # Only the whole knows what is in a note or an abstract.
            return self._add("whole", self._wanted(wanted, "head"), meanings)
        counted = "SELECT count(*) FROM (SELECT 1 FROM head WHERE head MATCH ? LIMIT ?)"
        ((count,),) = self._read(counted, (wanted, _MANY))
        if count == _MANY:
            if len(meanings) > 1:
                self._add("head", f'title : "{" ".join(m.word for m in meanings)}"', meanings)
            self._add("head", f"title : ({wanted})", meanings)
        return not count or self._add("head", wanted, meanings, ranked=count < _MANY)

    def _find_in_body(self, meanings: Sequence[Meaning], least: float) -> None:
        """Find papers that have some or all words in the body."""
        expressions = [m.expression(least, _NONE) for m in meanings]
        if not all(expressions):
            return
        wanted = _all(expressions)
        if least and len(meanings) > 1:
            phrase = f'"{" ".join(m.word for m in meanings)}"' + "*" * bool(meanings[-1].beginnings)
            self._add("whole", self._wanted(phrase), meanings, least, more=_SIDE_BY_SIDE)
        is_all = self._add("whole", self._wanted(wanted), meanings, least)
        if not is_all and len(meanings) > 1:
            some = " OR ".join(f"head : ({expression})" for expression in expressions)
            self._add("whole", self._wanted(f"({wanted}) AND ({some})"), meanings, least)

    def _wanted(self, expression: str, column: str = "") -> str:
        """Return an FTS5 expression over `whole` with the phrases and without the unwanted."""
        phrases = [f'"{" ".join(phrase)}"' for phrase in self._phrases]
        wanted = _all([expression, *phrases] if expression else phrases)
        wanted = f"{column} : ({wanted})" if column else wanted
        return f"({wanted}) NOT ({self._unwanted})" if self._unwanted else wanted

    def _add(
        self,
        table: str,
        expression: str,
        meanings: Sequence[Meaning],
        least: float = NUMBER,
        ranked: bool = False,
        more: float = 0.0,
    ) -> bool:
        """Add what matches an FTS5 expression, at most `_ENOUGH` papers; return whether it is all.

        Args:
            table: `head` or `whole`.
            expression: what to match.
            meanings: the words that each of the papers has somewhere.
            least: the quality that they have at least.
            ranked: whether the best by bm25 are taken, or the latest.
            more: what is added to the scores of the papers that are new among the candidates.
        """
        order = _BM25 if ranked else f"{table}.rowid DESC"
        condition, parameters = self._condition
        if condition:
            condition = f"AND ({condition})"
            source = (
                f"{table} JOIN doc ON number = {table}.rowid JOIN paper ON paper.id = doc.paper"
            )
        else:
            source = table
        rows = self._read(
            f"SELECT paper, words FROM (SELECT {table}.rowid AS found FROM {source} "
            f"WHERE {table} MATCH ? AND {table}.rowid NOT IN gone {condition} "
            f"ORDER BY {order} LIMIT ?) JOIN doc ON number = found",
            [expression, *parameters, _ENOUGH],
        )
        for paper, words in rows:
            if paper not in self.scores:
                self.scores[paper] = self._score(words, meanings, least, more)
        self._is_cut |= len(rows) == _ENOUGH
        return len(rows) < _ENOUGH

    def _score(self, words: str, meanings: Sequence[Meaning], least: float, more: float) -> float:
        """Return how well a paper answers: 1 and more for all words exactly in its title."""
        best = [0.0] * len(self._meanings)
        title: list[_Marks] = []
        length = 0
        for number, (field, weight) in enumerate(
            zip(words.split(_NEXT), _FIELD_WEIGHTS, strict=True)
        ):
            for word in field.split():
                marks = self._marks.get(word)
                if marks is None:
                    marks = self._mark(word)
                for place, quality in marks:
                    best[place] = max(best[place], weight * quality)
                if not number:
                    title.append(marks)
                    length += word != BEHIND
        for place, wanted in enumerate(self._meanings):
            if not best[place] and wanted in meanings:
                best[place] = _BODY_WEIGHT * (EXACT if least else wanted.worst)
        score = more + sum(best) / max(1, len(best))
        score += 0.1 * sum(map(bool, title)) / max(1, length)
        if len(best) > 1:
            score += 0.3 * _neighbours(title) / (len(best) - 1)
        for phrase in self._phrases:
            there = f" {' '.join(phrase)} " in f" {' '.join(words.partition(_NEXT)[0].split())} "
            score += 0.5 if there else 0.1
        # A word as it was asked for, wherever it stands, comes before a misspelling of it.
        return self._below * score / (1 + score) if self._below else score

    def _mark(self, word: str) -> _Marks:
        marks: _Marks = ()
        if word in self._terms or word.startswith(self._beginnings):
            found = [(place, m.quality(word)) for place, m in enumerate(self._meanings)]
            marks = tuple(pair for pair in found if pair[1])
        self._marks[word] = marks
        return marks


def _neighbours(title: Sequence[_Marks]) -> int:
    """Return how many words of the query come in the title right before the one after them."""
    return len(
        {
            one
            for left, right in itertools.pairwise(title)
            if left and right
            for one, _ in left
            for other, _ in right
            if other == one + 1
        }
    )


def _all(expressions: Iterable[str]) -> str:
    return " AND ".join(f"({expression})" for expression in expressions)
