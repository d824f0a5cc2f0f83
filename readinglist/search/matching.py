"""What a word of a query may mean: itself, another number, a beginning, a misspelling.

A word of four letters or more may be one edit away from what was meant, one of eight or
more two; swapping two neighbours is one edit (optimal string alignment).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from readinglist.search.tokens import HYPHENS, WORD, Token, folded_word, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from readinglist.domain.query import Words
    from readinglist.search.vocabulary import Vocabulary

EXACT, NUMBER, BEGINNING, ONE_EDIT, TWO_EDITS = 1.0, 0.95, 0.85, 0.7, 0.5
"""How good a match is, by its kind."""
_SHORTEST_BEGINNING = 3
MOST_TERMS = 40
"""So many words may stand for one, the most frequent ones."""


@dataclass(eq=False)
class Meaning:
    """What one word of a query may mean: words of the library, each with its quality."""

    word: str
    terms: dict[str, float] = field(default_factory=dict)
    beginnings: tuple[str, ...] = ()
    """Any word that begins with one of them is meant, too; `terms` has the frequent ones."""

    def quality(self, term: str) -> float:
        """Return how well `term` fits, 0 to 1."""
        quality = self.terms.get(term, 0.0)
        if not quality and self.beginnings and term.startswith(self.beginnings):
            return BEGINNING
        return quality

    @property
    def worst(self) -> float:
        """The quality of the least fitting word that may be meant."""
        return min(self.terms.values())

    def expression(self, least: float, shortest: int = 1) -> str:
        """Return the meaning as an expression of SQLite's FTS5.

        Args:
            least: the quality that a word must have.
            shortest: the letters of a beginning from which any word counts that begins so;
                with less, only the frequent ones do.
        """
        prefixes = [start for start in self.beginnings if len(start) >= shortest]
        if least > BEGINNING:
            prefixes = []
        terms = [
            term
            for term, quality in self.terms.items()
            if quality >= least and not (quality == BEGINNING and term.startswith(tuple(prefixes)))
        ]
        return " OR ".join([f'"{term}"' for term in terms] + [f'"{start}"*' for start in prefixes])

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
    known = vocabulary.known((word, *_other_number(word), *compounds))
    found.terms = {term: EXACT if term == word else NUMBER for term in known}
    if unfinished or len(word) >= _SHORTEST_BEGINNING:
        for start in (word, *(compounds if unfinished else ())):
            if terms := vocabulary.beginning_with(start, MOST_TERMS):
                found.beginnings += (start,)
                for term in terms:
                    found.terms.setdefault(term, BEGINNING)
    edits = 0 if len(word) < 3 or word.isdecimal() else 1 if len(word) < 8 else 2
    if edits and (misspelt or not found):
        near = vocabulary.near(word, edits)
        if len(word) == 3:  # a word of four letters without one
            near = {term: 1 for term in near if len(term) == 4}
        for term, distance in islice(near.items(), MOST_TERMS):
            found.terms.setdefault(term, ONE_EDIT if distance == 1 else TWO_EDITS)
        if unfinished and len(word) > 3 and word not in known:
            for start in vocabulary.near_beginnings(word):
                for term in vocabulary.beginning_with(start, MOST_TERMS // 4):
                    found.terms[term] = max(ONE_EDIT, found.terms.get(term, ONE_EDIT))
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
        self._matches: dict[str, bool] = {}
        self._seen: dict[str, tuple[str, bool]] = {}

    def __bool__(self) -> bool:
        return bool(self.meanings or self.phrases)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places in `text` that match, in order, without overlaps."""
        if not self or not text:
            return []
        places = list(self._words_meant(text))
        if self.phrases:
            found = list(tokens(text))
            for phrase in self.phrases:
                places += _phrase_spans(found, phrase)
        merged: list[tuple[int, int]] = []
        for start, end in sorted(places):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _words_meant(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of words that match.

        The words are those of `tokens`; here each is folded only once, as most come often.
        """
        before, start, end = "", 0, -2
        for match in WORD.finditer(text):
            written = match.group()
            word, is_meant = self._seen.get(written) or self._looked_at(written)
            if not word:
                continue
            begin = match.start()
            if is_meant:
                yield begin, match.end()
            if begin == end + 1 and text[end] in HYPHENS and self._is_meant(before + word):
                yield start, match.end()
            before, start, end = word, begin, match.end()

    def _looked_at(self, written: str) -> tuple[str, bool]:
        """Return a word folded, and whether it is meant; remember both."""
        word = folded_word(written)
        self._seen[written] = word, self._is_meant(word)
        return self._seen[written]

    def _is_meant(self, word: str) -> bool:
        if word not in self._matches:
            self._matches[word] = any(meaning.quality(word) for meaning in self.meanings)
        return self._matches[word]


def _phrase_spans(found: Sequence[Token], phrase: tuple[str, ...]) -> list[tuple[int, int]]:
    if len(phrase) == 1:
        return [(token.start, token.end) for token in found if token.word == phrase[0]]
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
