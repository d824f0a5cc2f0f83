"""The language of the search bar: words, phrases, and filters, in any order.

transformer atention        both words, misspelt or cut short
"mixture of experts"        the words next to each other, as written
-survey                     not this word
author:nguyen year:2022..   fields: status, priority, tag, author, year, key
tag:ml,nlp -status:read     one of several values; not this one
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from readinglist.domain.paper import Priority, Status

FIELDS = {
    "status": "unread, reading, read or skipped",
    "priority": "high, medium, low or none",
    "tag": "one of your tags",
    "author": "part of a name",
    "year": "2023, 2022..2024, 2022.. or ..2020",
    "key": "the beginning of a citation key",
}
"""The fields of a filter, each with what may stand behind its colon."""

_TERM = re.compile(
    r'(?P<minus>-)?(?:(?P<field>[^\W\d_]+):(?P<value>(?:"[^"]*"?|[^\s"])*)'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)
_LONGEST = 1000
_YEARS = re.compile(r"(\d{4})?(?:(\.\.)(\d{4})?)?")


@dataclass(frozen=True, slots=True)
class Words:
    """Text to look for in all that a paper says."""

    text: str
    phrase: bool = False
    """True: just these words, next to each other."""
    negated: bool = False
    unfinished: bool = False
    """True for the last word, with nothing behind it yet: it may be a beginning."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one field: any of `values`, or a year within `years`."""

    field: str
    values: tuple[str, ...] = ()
    years: tuple[int, int] = (0, 9999)
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a line in the search bar asks for."""

    words: tuple[Words, ...] = ()
    filters: tuple[Filter, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be understood, one sentence each; the rest still holds."""

    @property
    def is_empty(self) -> bool:
        """Whether every paper answers it."""
        return not self.words and not self.filters


def parse_query(text: str) -> Query:
    """Return what `text` asks for. Any text is a query: see `Query.problems`."""
    words: list[Words] = []
    filters: list[Filter] = []
    problems: list[str] = []
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
        problems.append(f"Only the first {_LONGEST:,} letters count.")
    # A command line that is not UTF-8 arrives with lone surrogates, which no database takes.
    text = text.encode("utf-8", "replace").decode("utf-8")
    for term in _TERM.finditer(text):
        negated = bool(term["minus"])
        field = (term["field"] or "").lower()
        if term["phrase"] is not None:
            words.append(Words(term["phrase"], phrase=True, negated=negated))
        elif not field:
            unfinished = term.end() == len(text) and not negated
            words.append(Words(term["word"], negated=negated, unfinished=unfinished))
        elif field in FIELDS:
            values = tuple(v for v in dict.fromkeys(term["value"].replace('"', "").split(",")) if v)
            if values:
                outcome = _filter(field, values, negated)
                if isinstance(outcome, Filter):
                    filters.append(outcome)
                else:
                    problems.append(outcome)
        else:
            nearest = _nearest_field(field)
            if nearest and term["value"]:
                problems.append(f"“{field}:” is no filter; did you mean {nearest}:?")
            else:
                words += (
                    Words(part, negated=negated)
                    for part in (term["field"], term["value"].replace('"', " "))
                    if part.strip()
                )
    return Query(
        tuple(w for w in words if any(c.isalnum() for c in w.text)), tuple(filters), tuple(problems)
    )


def _filter(field: str, values: tuple[str, ...], negated: bool) -> Filter | str:
    """Return the filter, or the sentence that says why there is none."""
    if field == "year":
        match = _YEARS.fullmatch(values[0])
        if len(values) > 1 or not match or not (match[1] or match[3]):
            return f"year: takes {FIELDS['year']}"
        first, dots, last = match.groups()
        if not dots:
            last = first
        years = sorted((int(first or 0), int(last or 9999)))
        return Filter(field, years=(years[0], years[1]), negated=negated)
    if field in ("status", "priority"):
        known = tuple(Status) if field == "status" else tuple(Priority)
        meant = {
            str(full)
            for value in values
            for full in known
            if full == value.lower()
            or (value.lower() not in known and full.startswith(value.lower()))
        }
        if not meant:
            return f"{field}: takes {FIELDS[field]}"
        return Filter(field, tuple(sorted(meant)), negated=negated)
    return Filter(field, values, negated=negated)


def _nearest_field(field: str) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(field, FIELDS, n=1, cutoff=0.75)), None)
