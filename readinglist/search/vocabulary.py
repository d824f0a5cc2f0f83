"""The words of a library, to look up beginnings and misspellings in.

They stay in the index: a library of a million papers has about as many of them. A word that
is one edit away is found by trying all edits (Peter Norvig, "How to Write a Spelling
Corrector"), one that is two edits away by its halves: the first one has at most one edit or
the second one has none, so that the first half, its near variants and the second half are
looked up, and what begins or ends with one of them is compared.
"""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

_LETTERS = string.ascii_lowercase + string.digits
_LAST = "\U0010ffff"
"""Sorts behind each letter."""
_LONGEST = 40
"""No edits are tried on words of more letters."""


class Vocabulary:
    """The words of a library.

    Each look-up gives words with the number of their papers, or with their distance.
    """

    def __init__(self, read: Callable[[str, Sequence[object]], list[tuple[Any, ...]]]) -> None:
        """Take the words from the tables that `read` queries, see `SearchIndex`."""
        self._read = read

    def known(self, words: Iterable[str]) -> dict[str, int]:
        """Return those of `words` that are in the library."""
        return dict(
            self._read(
                "SELECT term, papers FROM term WHERE term IN (SELECT value FROM json_each(?))",
                (json.dumps(list(words)),),
            )
        )

    def beginning_with(self, start: str, most: int) -> dict[str, int]:
        """Return the `most` frequent words that begin with `start`."""
        return dict(
            self._read(
                "SELECT term, papers FROM term WHERE term >= ? AND term < ? "
                "ORDER BY papers DESC, term LIMIT ?",
                (start, start + _LAST, most),
            )
        )

    def near(self, word: str, edits: int) -> dict[str, int]:
        """Return the words at most `edits` (1 or 2) away from `word`, with their distance.

        A swap of two neighbours is one edit (optimal string alignment). The nearest come
        first, of the equally near ones the most frequent.
        """
        if len(word) > _LONGEST:
            return {}
        near = dict.fromkeys(_variants(word), 1)
        if edits > 1:
            near |= self._two_edits_away(word)
        near.pop(word, None)
        papers = self.known(near)
        order = sorted(papers, key=lambda term: (near[term], -papers[term], term))
        return {term: near[term] for term in order}

    def near_beginnings(self, start: str) -> list[str]:
        """Return the beginnings of words that are one edit away from `start`."""
        if len(start) > _LONGEST:
            return []
        return self._beginnings(_variants(start) - {start})

    def _beginnings(self, starts: Iterable[str]) -> list[str]:
        """Return those of `starts` with which words begin."""
        rows = self._read(
            "SELECT value FROM json_each(?) WHERE substr("
            "(SELECT term FROM term WHERE term >= value ORDER BY term LIMIT 1), 1, length(value)"
            ") = value",
            (json.dumps(list(starts)),),
        )
        return [start for (start,) in rows]

    def _two_edits_away(self, word: str) -> dict[str, int]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        half = (len(word) + 1) // 2
        lengths = (len(word) - 2, len(word) + 2)
        found: set[str] = set()
        for start in self._beginnings(_variants(word[:half], word)):
            found.update(self._between("term", start, lengths))
        # Two neighbours that were swapped may be the last of one half and the first of the other.
        for end in (word[half:], word[half - 1] + word[half + 1 :]):
            found.update(term[::-1] for term in self._between("ending", end[::-1], lengths))
        near = extract(word, list(found), scorer=OSA.distance, score_cutoff=2, limit=None)
        return {term: distance for term, distance, _ in near}

    def _between(self, column: str, start: str, lengths: tuple[int, int]) -> list[str]:
        rows = self._read(
            f"SELECT {column} FROM {column} WHERE {column} >= ? AND {column} < ? "
            f"AND length({column}) BETWEEN ? AND ?",
            (start, start + _LAST, *lengths),
        )
        return [term for (term,) in rows]


def _variants(word: str, letters_of: str = "") -> set[str]:
    """Return `word` and what is one edit away from it.

    Args:
        word: of which variants are wanted.
        letters_of: what has the letters that they may have beside those of `word` and ASCII's.
    """
    letters = {*_LETTERS, *(letter for letter in word + letters_of if not letter.isascii())}
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    variants = {one + other[1:] for one, other in cuts if other}
    variants |= {one + other[1] + other[0] + other[2:] for one, other in cuts if len(other) > 1}
    for one, other in cuts:
        variants.update([one + letter + other for letter in letters])
        if other:
            variants.update([one + letter + other[1:] for letter in letters])
    return variants
