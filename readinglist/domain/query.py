"""The language of the search bar: words, phrases, and filters, in any order.

transformer atention        both words, misspelt or cut short
"mixture of experts"        the words next to each other, as written
-survey                     not this word
tag:ml,nlp -status:read     one of several values; not this one
author:nguyen year:2022..   see `FIELDS`
venue:"neural systems"      a value with spaces; a quote within is written twice
"""

from __future__ import annotations

import re
from typing import NamedTuple

from readinglist.domain.paper import Priority, Status

FIELDS = {
    "status": "unread, reading, read or skipped",
    "priority": "high, medium, low or none, low..high or >=medium",
    "tag": "one of your tags",
    "author": "part of a name",
    "venue": "words of where it was published",
    "year": "2023, 2022..2024, >=2022 or <2020",
    "added": "2026, 2026-03, 2026-01..2026-03 or >2026-03-31",
    "has": "note, abstract, tags, doi, arxiv, url, venue or authors",
    "key": "the beginning of a citation key",
}
"""The fields of a filter, each with what may stand behind its colon."""

CHOICES: dict[str, tuple[str, ...]] = {
    "status": tuple(map(str, Status)),
    "priority": tuple(map(str, Priority)),
    "has": ("note", "abstract", "tags", "doi", "arxiv", "url", "venue", "authors"),
}
"""The fields that take one of a few values, each with these."""

_DATES = ("year", "added")
_RANGES = (*_DATES, "priority")

LONGEST = 1000
"""So many letters of a query count."""

TERM = re.compile(
    r'(?P<minus>-)?(?:(?P<field>[^\W\d_]+):(?P<value>(?:"(?:[^"]|"")*"?|[^\s"])*)'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)
"""A part of a query: a filter, a phrase, or a word."""
ONE_OF_VALUES = re.compile(r'(?:"(?:[^"]|"")*"?|[^",])+')
"""One of the values of a filter, which have commas between them."""
_QUOTED = re.compile(r'"((?:[^"]|"")*)"?')
_NEEDS_QUOTES = re.compile(r'[\s",]')
_SIGNED = re.compile(r"([<>])(=?)(.*)")
_BETWEEN = re.compile(r"(.*?)\.\.?(.*)")
_RANGE_WITHOUT_END = re.compile(r"[<>]=?|\.\.?")
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_SOME_DATE = "0000-01-01"
_AFTER_ALL = "~"
"""Stands behind all that dates are made of: `2024~` comes after each date in 2024."""


class Words(NamedTuple):
    """Text to look for in all that a paper says."""

    text: str
    phrase: bool = False
    """True: just these words, next to each other."""
    negated: bool = False
    unfinished: bool = False
    """True for the last word, with nothing behind it yet: it may be a beginning."""


class Filter(NamedTuple):
    """A condition on one field: any of `values`, or a date `within` two."""

    field: str
    values: tuple[str, ...] = ()
    within: tuple[str, str] | None = None
    """From the first up to, not including, the second, compared as text."""
    negated: bool = False


class QueryProblem(NamedTuple):
    """What could not be understood in a query; the rest of it still holds."""

    sentence: str
    start: int
    """Where in the text it begins."""
    end: int

    def __str__(self) -> str:
        return self.sentence


class Query(NamedTuple):
    """What a line in the search bar asks for."""

    words: tuple[Words, ...] = ()
    filters: tuple[Filter, ...] = ()
    problems: tuple[QueryProblem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every paper answers it."""
        return not self.words and not self.filters

    @property
    def is_ranked(self) -> bool:
        """Whether some papers answer it better than others: it has words to look for."""
        return not all(words.negated for words in self.words)

    def joined(self, other: Query) -> Query:
        """Return what asks for both."""
        return Query(
            self.words + other.words, self.filters + other.filters, self.problems + other.problems
        )


def parse_query(text: str, is_complete: bool = False) -> Query:
    """Return what `text` asks for. Any text is a query: see `Query.problems`.

    Args:
        text: the query.
        is_complete: nobody types on: a filter without a value is a problem.
    """
    words: list[Words] = []
    filters: list[Filter] = []
    problems: list[QueryProblem] = []
    if len(text) > LONGEST:
        problems.append(
            QueryProblem(f"Only the first {LONGEST:,} letters count.", LONGEST, len(text))
        )
        text = text[:LONGEST]
    # A command line that is not UTF-8 arrives with lone surrogates, which no database takes.
    text = text.encode("utf-8", "replace").decode("utf-8")
    for term in TERM.finditer(text):
        negated = bool(term["minus"])
        field = (term["field"] or "").lower()
        problem = ""
        if term["phrase"] is not None:
            words.append(Words(term["phrase"], phrase=True, negated=negated))
        elif not field:
            unfinished = term.end() == len(text) and not negated
            words.append(Words(term["word"], negated=negated, unfinished=unfinished))
        elif field in FIELDS:
            found, problem = _filter(field, _values(term["value"]), negated)
            if found:
                filters.append(found)
            elif is_complete:
                problem = _takes(field)
        else:
            nearest = _nearest_field(field)
            if nearest and term["value"]:
                problem = f"“{field}:” is no filter; did you mean {nearest}:?"
            else:
                words += (
                    Words(part, negated=negated)
                    for part in (term["field"], term["value"].replace('"', " "))
                    if part.strip()
                )
        if problem:
            problems.append(QueryProblem(problem, term.start(), term.end()))
    return Query(
        tuple(w for w in words if any(c.isalnum() for c in w.text)), tuple(filters), tuple(problems)
    )


def quoted(value: str) -> str:
    """Return how a value is written in a query."""
    return '"' + value.replace('"', '""') + '"' if _NEEDS_QUOTES.search(value) else value


def unquoted(written: str) -> str:
    """Return the value that is written so in a query; its last quote may be missing."""
    return _QUOTED.sub(lambda quote: quote[1].replace('""', '"'), written)


def joined(*queries: str) -> str:
    """Return what asks for all of `queries`; a quote that was left open ends with its query."""
    closed = (query + '"' if query.count('"') % 2 else query for query in map(str.strip, queries))
    return " ".join(filter(None, closed))


def _values(written: str) -> tuple[str, ...]:
    values = (unquoted(one) for one in ONE_OF_VALUES.findall(written))
    return tuple(value for value in dict.fromkeys(values) if value)


def _filter(field: str, values: tuple[str, ...], negated: bool) -> tuple[Filter | None, str]:
    """Return the filter, if there is any yet, and a sentence about what was wrong, or none."""
    problem = _takes(field)
    if field in _RANGES:
        values = tuple(value for value in values if not _RANGE_WITHOUT_END.fullmatch(value))
    if not values:
        return None, ""
    if field in _DATES:
        within = _dates(values[0]) if len(values) == 1 else None
        return (Filter(field, within=within, negated=negated), "") if within else (None, problem)
    if field not in CHOICES:
        return Filter(field, values, negated=negated), ""
    understood = [_chosen(field, value.lower()) for value in values]
    meant = sorted(set().union(*understood))
    found = Filter(field, tuple(meant), negated=negated) if meant else None
    return found, "" if all(understood) else problem


def _takes(field: str) -> str:
    return f"{field}: takes {FIELDS[field]}"


def _dates(text: str) -> tuple[str, str] | None:
    """Return the range of dates that `text` means, None if it means none.

    A date may be cut short: 202 are the twenties. So its range narrows while it is typed.
    """
    first, last, inclusive = _bounds(text) or (text, text, True)
    for date in (first, last):
        if not _DATE.fullmatch(date + _SOME_DATE[len(date) :]):
            return None
        inclusive = inclusive or not _DATE.fullmatch(date or _SOME_DATE)
    if last and first > last + _AFTER_ALL:
        first, last = last, first
    return (
        (first if inclusive else first + _AFTER_ALL) if first else "0",
        (last + _AFTER_ALL if inclusive else last) if last else _AFTER_ALL,
    )


def _chosen(field: str, text: str) -> set[str]:
    """Return the choices that `text`, perhaps cut short, means."""
    choices = CHOICES[field]
    bounds = _bounds(text) if field in _RANGES else None
    if not bounds:
        return {text} & set(choices) or {choice for choice in choices if choice.startswith(text)}
    first, last, inclusive = bounds
    rising = choices[::-1]
    ends = (first or rising[0], last or rising[-1])
    places = [rising.index(choice) for end in ends for choice in rising if choice.startswith(end)]
    if len(places) < len(ends):
        return set()
    low, high = sorted(places)
    if not inclusive:
        low, high = (low + 1, high) if first else (low, high - 1)
    return set(rising[low : high + 1])


def _bounds(text: str) -> tuple[str, str, bool] | None:
    """Return the first and the last of a range, empty if open, and whether these count, too."""
    signed = _SIGNED.fullmatch(text)
    if signed:
        sign, equal, bound = signed.groups()
        return (bound, "", bool(equal)) if sign == ">" else ("", bound, bool(equal))
    between = _BETWEEN.fullmatch(text)
    return (between[1], between[2], True) if between else None


def _nearest_field(field: str) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(field, FIELDS, n=1, cutoff=0.75)), None)
