"""What a word of a query may mean: itself, another number, a beginning, a misspelling.

A word of four letters or more may be one edit away from what was meant, one of eight or
more two; swapping two neighbours is one edit (optimal string alignment).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

from readinglist.search.tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from readinglist.domain.query import Words

EXACT, NUMBER, BEGINNING, ONE_EDIT, TWO_EDITS = 1.0, 0.95, 0.85, 0.7, 0.5
"""How good a match is, by its kind."""
_SHORTEST_BEGINNING = 3
_MOST_TERMS = 80


def warm_up() -> None:
    """Load what looks for misspellings, so that the first of them need not wait for it."""
    import rapidfuzz.distance
    import rapidfuzz.process  # noqa: F401 - loaded for later


class Vocabulary:
    """The words of a library, to look up beginnings and misspellings in."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._terms = sorted(terms)
        self._known = frozenset(terms)
        self._by_length: dict[int, list[str]] = {}
        for term in self._terms:
            self._by_length.setdefault(len(term), []).append(term)
        self._beginnings: dict[int, dict[str, list[str]]] = {}
        # Who types looks for all words but the last again with each key.
        self._near: dict[tuple[str, int], dict[str, int]] = {}

    def __contains__(self, term: str) -> bool:
        return term in self._known

    def beginning_with(self, start: str) -> list[str]:
        """Return the words that begin with `start`."""
        following = islice(self._terms, bisect_left(self._terms, start), None)
        return list(takewhile(lambda term: term.startswith(start), following))

    def near(self, word: str, edits: int) -> dict[str, int]:
        """Return the words at most `edits` away from `word`, with their distance."""
        near = self._near.get((word, edits))
        if near is None:
            near = self._near[word, edits] = {}
            for length in range(max(2, len(word) - edits), len(word) + edits + 1):
                near.update(_within(word, self._by_length.get(length, ()), edits))
        return near

    def near_beginning(self, start: str, edits: int) -> dict[str, int]:
        """Return the words whose beginning is at most `edits` away from `start`."""
        near: dict[str, int] = {}
        for length in range(len(start) - edits, len(start) + edits + 1):
            beginnings = self._beginnings_of(length)
            for beginning, distance in _within(start, list(beginnings), edits).items():
                for term in beginnings[beginning]:
                    near[term] = min(distance, near.get(term, distance))
        return near

    def _beginnings_of(self, length: int) -> dict[str, list[str]]:
        if length not in self._beginnings:
            groups: dict[str, list[str]] = {}
            for term in self._terms:
                if len(term) >= length:
                    groups.setdefault(term[:length], []).append(term)
            self._beginnings[length] = groups
        return self._beginnings[length]


def _within(word: str, choices: Sequence[str], edits: int) -> dict[str, int]:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    if not choices:
        return {}
    found = extract(word, choices, scorer=OSA.distance, score_cutoff=edits, limit=None)
    return {choice: int(distance) for choice, distance, _ in found}


@dataclass
class Meaning:
    """What one word of a query may mean: terms of the library, each with its quality."""

    word: str
    terms: dict[str, float] = field(default_factory=dict)
    beginnings: tuple[str, ...] = ()
    """Any term that begins with one of them is meant, too."""

    @cached_property
    def known(self) -> frozenset[str]:
        """The terms, as a set to meet those of other words with."""
        return frozenset(self.terms)

    def quality(self, term: str) -> float:
        """Return how well `term` fits, 0 to 1."""
        quality = self.terms.get(term, 0.0)
        if not quality and term.startswith(self.beginnings):
            return BEGINNING
        return quality

    def best(self, weights: Mapping[str, float]) -> float:
        """Return how well the best of some words of the library fits, each with its weight."""
        terms = self.terms
        return max([weights[term] * terms[term] for term in weights if term in terms], default=0.0)

    def expression(self) -> str:
        """Return the meaning as an expression of SQLite's FTS5."""
        # One prefix stands for all the words that merely begin so.
        terms = {term: quality for term, quality in self.terms.items() if quality != BEGINNING}
        best = sorted(terms, key=lambda term: (-terms[term], term))[:_MOST_TERMS]
        parts = [f'"{term}"' for term in best]
        parts += [f'"{beginning}"*' for beginning in self.beginnings]
        return "(" + " OR ".join(parts) + ")"

    def __bool__(self) -> bool:
        return bool(self.terms)


class Asked(NamedTuple):
    """One folded word that a query asks for."""

    word: str
    unfinished: bool = False
    """True: it is still being typed."""
    compounds: tuple[str, ...] = ()
    """`pretraining` for both words of `pre-training`: it may be written so in the library."""


def meaning(asked: Asked, vocabulary: Vocabulary, misspelt: bool) -> Meaning:
    """Return what a word of a query may mean among the words of `vocabulary`.

    Args:
        asked: the word.
        vocabulary: the words of the library.
        misspelt: look for misspellings even though the word is known.
    """
    word, unfinished, compounds = asked
    found = Meaning(word)
    if word in vocabulary:
        found.terms[word] = EXACT
    for other in (*_other_number(word), *compounds):
        if other in vocabulary:
            found.terms.setdefault(other, NUMBER)
    if unfinished or len(word) >= _SHORTEST_BEGINNING:
        for start in (word, *(compounds if unfinished else ())):
            if terms := vocabulary.beginning_with(start):
                found.beginnings += (start,)
                for term in terms:
                    found.terms.setdefault(term, BEGINNING)
    edits = 2 if len(word) >= 8 else 1 if len(word) >= 4 and not word.isdecimal() else 0
    if edits and (misspelt or not found):
        near = dict(vocabulary.near(word, edits))
        if unfinished:
            for term, distance in vocabulary.near_beginning(word, edits).items():
                near[term] = min(distance, near.get(term, distance))
        for term, distance in near.items():
            if term not in found.terms:
                found.terms[term] = ONE_EDIT if distance <= 1 else TWO_EDITS
    return found


def _other_number(word: str) -> tuple[str, ...]:
    if len(word) < 3:
        return ()
    plurals = [word + "s"]
    if word.endswith("y"):
        plurals.append(word[:-1] + "ies")
    if word.endswith(("s", "x", "ch", "sh")):
        plurals.append(word + "es")
    if word.endswith("ies"):
        plurals.append(word[:-3] + "y")
    if word.endswith("es"):
        plurals.append(word[:-2])
    if word.endswith("s"):
        plurals.append(word[:-1])
    return tuple(plurals)


class Matcher:
    """The words of a query with their meanings: finds what matched in a text."""

    def __init__(self, meanings: Sequence[Meaning], phrases: Sequence[tuple[str, ...]]) -> None:
        self.meanings = tuple(meanings)
        self.phrases = tuple(phrases)

    def __bool__(self) -> bool:
        return bool(self.meanings or self.phrases)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places in `text` that match, in order, without overlaps."""
        if not self or not text:
            return []
        found = list(tokens(text))
        places = [
            (token.start, token.end)
            for token in found
            if any(meaning.quality(token.word) for meaning in self.meanings)
        ]
        for phrase in self.phrases:
            places += _phrase_spans(found, phrase)
        merged: list[tuple[int, int]] = []
        for start, end in sorted(places):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged


def _phrase_spans(found: Sequence[Token], phrase: tuple[str, ...]) -> list[tuple[int, int]]:
    plain = [token for token in found if not token.glued]
    return [
        (plain[i].start, plain[i + len(phrase) - 1].end)
        for i in range(len(plain) - len(phrase) + 1)
        if all(plain[i + n].word == word for n, word in enumerate(phrase))
    ]


def split_words(query_words: Sequence[Words]) -> list[Asked]:
    """Return the single words of `query_words`, a compound in parts that know the whole."""
    split: list[Asked] = []
    for query_word in query_words:
        parts = list(tokens(query_word.text))
        plain = [token for token in parts if not token.glued]
        for token in plain:
            last = token is plain[-1] and token.end == len(query_word.text)
            compounds = tuple(t.word for t in parts if t.glued and t.start <= token.start < t.end)
            split.append(Asked(token.word, query_word.unfinished and last, compounds))
    return split
