"""The papers nearest in content to one, by the words that they share.

A paper is a vector of its words, each with 1 + log of its count and the log of its rarity
(TF-IDF), and two papers are as near as the cosine of their vectors. The nearest ones are looked
for twice: the second time with the words of those that were found the first time (J. Rocchio,
"Relevance feedback in information retrieval", 1971, without the person in between), so that
papers are found that speak of the same with other words.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from readinglist.search.index import SearchIndex
    from readinglist.search.vocabulary import Vocabulary

    Vector = Mapping[str, float]

_COMMONEST = 0.3
"""Words in a greater share of the papers say nothing,"""
_FEW = 10
"""but not so where that would be fewer papers than these."""
_FEEDBACK = 20
"""So many of the nearest papers of the first time lend their words."""
_WEIGHT = 2.0
"""What their mean counts, beside the paper itself."""
_POSTINGS = 20_000
"""So many places of words in papers are looked at, those of the weightiest words."""
_CANDIDATES = 300
"""So many papers, those with the weightiest words, are compared in full."""


class Neighbourhood:
    """Finds the papers that are near to another."""

    def __init__(self, index: SearchIndex, vocabulary: Vocabulary) -> None:
        self._index = index
        self._vocabulary = vocabulary
        self._count = index.count()
        self._frequencies: dict[str, int] = {}
        self._known: dict[int, tuple[int, Vector]] = {}

    def nearest(self, paper: int, most: int) -> dict[int, float]:
        """Return at most so many papers with their nearness, 0 to 1, the nearest first."""
        rows = self._index.read("SELECT number FROM doc WHERE paper = ?", (paper,))
        if not rows:
            return {}
        ((number,),) = rows
        ((_, own),) = self._vectors([number])
        first = self._nearest_to(own, number, _FEEDBACK)
        widened = defaultdict(float, own)
        for _, _, vector in first:
            for word, weight in vector.items():
                widened[word] += _WEIGHT / _FEEDBACK * weight
        found = self._nearest_to(_unit(widened), number, most)
        return {near: nearness for near, nearness, _ in found}

    def _nearest_to(self, wanted: Vector, but: int, most: int) -> list[tuple[int, float, Vector]]:
        """Return papers with their nearness and their vectors, the nearest first."""
        shared = self._candidates(wanted)
        shared.pop(but, None)
        numbers = heapq.nlargest(_CANDIDATES, shared, key=shared.__getitem__)
        near = [(paper, _dot(wanted, vector), vector) for paper, vector in self._vectors(numbers)]
        return sorted(near, key=lambda one: -one[1])[:most]

    def _candidates(self, wanted: Vector) -> dict[int, float]:
        """Return the numbers of papers with what they share of the weightiest words."""
        shared: defaultdict[int, float] = defaultdict(float)
        left = _POSTINGS
        for word, weight in sorted(wanted.items(), key=lambda pair: -pair[1]):
            if self._frequencies[word] <= left:
                numbers = self._index.read_numbers(
                    "SELECT rowid FROM whole WHERE whole MATCH ? AND rowid NOT IN gone",
                    (f'"{word}"',),
                )
                left -= len(numbers)
                for number in numbers:
                    shared[number] += weight * weight  # as if it weighed as much there
        return shared

    def _vectors(self, numbers: Sequence[int]) -> list[tuple[int, Vector]]:
        """Return papers with their vectors of length 1."""
        bags = self._index.bags([number for number in numbers if number not in self._known])
        words = {word for _, bag in bags.values() for word in bag} - self._frequencies.keys()
        self._frequencies |= self._vocabulary.known(words)
        for number, (paper, bag) in bags.items():
            vector = _unit({w: self._weight(w, n) for w, n in Counter(bag).items()})
            self._known[number] = paper, vector
        return [self._known[number] for number in numbers if number in self._known]

    def _weight(self, word: str, count: int) -> float:
        papers = self._frequencies.get(word, 0)
        if not 1 < papers <= max(_FEW, _COMMONEST * self._count):
            return 0.0
        return (1 + math.log(count)) * math.log(self._count / papers)


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {word: weight / length for word, weight in vector.items() if weight}


def _dot(one: Vector, other: Vector) -> float:
    return sum(weight * other[word] for word, weight in one.items() if word in other)
