"""What is being written at the cursor of the search bar, and what it may become."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.query import FIELDS, LONGEST, ONE_OF_VALUES, TERM, quoted, unquoted
from readinglist.domain.text import fold, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_OFFERS = 8
"""So many values are offered at once."""

_LETTERS_OF_A_FIELD = 2
"""From so many letters on, a word may be the beginning of a field's name."""
_END_OF_VALUE = re.compile(r"[\s,]")

Counted = tuple[str, int]
"""A value, and how many papers have it."""


class Place(NamedTuple):
    """A part of a query that is being written."""

    text: str
    """The whole query."""
    start: int
    end: int
    """The part that a completion replaces."""
    typed: str
    """What stands there before the cursor, without quotes."""
    field: str = ""
    """The field whose value it is; empty: it is a field's name."""
    beside: tuple[str, ...] = ()
    """The other values of the same filter."""

    def completed(self, value: str) -> tuple[str, int]:
        """Return the query with `value` in this place, and where the cursor is then."""
        written = quoted(value) if self.field else f"{value}:"
        cursor = self.start + len(written)
        return self.text[: self.start] + written + self.text[self.end :], cursor


def place_at(text: str, cursor: int) -> Place | None:
    """Return what is being written at `cursor`; None if nothing there can be completed."""
    for term in TERM.finditer(text[:LONGEST]):
        if term.end() < cursor:
            continue
        field = (term["field"] or "").lower()
        if field in FIELDS and term.start("value") <= cursor:
            return _value_at(text, cursor, field, term.start("value"), term["value"])
        word = term["word"] or ""
        few = not term["minus"] and len(word) < _LETTERS_OF_A_FIELD
        if cursor == len(text) == term.end() and word.isalpha() and not few:
            return Place(text, term.start("word"), cursor, word)
        return None
    return None


def nearest_field(place: Place) -> str | None:
    """Return the field that a word may be the beginning of."""
    return next((field for field in FIELDS if field.startswith(place.typed.lower())), None)


def _value_at(text: str, cursor: int, field: str, offset: int, written: str) -> Place:
    """Return the one of the values `written`, from `offset` on, that the cursor is in."""
    start = end = cursor
    beside = []
    for one in ONE_OF_VALUES.finditer(written):
        if one.start() <= cursor - offset <= one.end():
            start, end = offset + one.start(), offset + one.end()
            rest = text[cursor:end]
            if one[0].count('"') % 2 and '"' not in rest:
                # The quote is still open: what comes after the value is not of it.
                end = cursor + len(_END_OF_VALUE.split(rest, maxsplit=1)[0])
        else:
            beside.append(unquoted(one[0]))
    return Place(text, start, end, unquoted(text[start:cursor]), field, tuple(beside))


class Values:
    """The values of a field, most used first: looked through in a millisecond, however many."""

    def __init__(self, counted: Iterable[Counted]) -> None:
        """Take the values that can be shown and written just as they are."""
        self._counted = [pair for pair in counted if pair[0] and printable(pair[0]) == pair[0]]
        folded = [fold(value) for value, _ in self._counted]
        # One text with a line for each value: looking for a part of it is one look at memory.
        self._lines = "\n" + "\n".join(folded)
        self._ends: list[int] = []
        end = 0
        for value in folded:
            end += len(value) + 1
            self._ends.append(end)

    def offers(self, place: Place) -> list[Counted]:
        """Return what may stand in `place`: values that begin so, then those that have it within.

        Nothing, if all that could stand there does so already.
        """
        typed = fold(place.typed)
        beside = {fold(value) for value in place.beside}
        found: dict[int, Counted] = {}
        if "\n" in typed:
            return []
        for pattern in ("\n" + typed, typed) if typed else ("\n",):
            for index in self._having(pattern):
                if len(found) == MOST_OFFERS:
                    break
                value, _ = self._counted[index]
                fits = place.start + len(quoted(value)) <= LONGEST
                if fits and fold(value) not in beside:
                    found[index] = self._counted[index]
        offers = list(found.values())
        return [] if [fold(value) for value, _ in offers] == [typed] else offers

    def _having(self, pattern: str) -> Iterator[int]:
        """Yield the places of the values whose lines have `pattern`."""
        at = self._lines.find(pattern)
        while 0 <= at < len(self._lines):
            index = bisect_right(self._ends, at)
            if index == len(self._counted):
                return
            yield index
            at = self._lines.find(pattern, self._ends[index])
