"""Filters of a query as SQL over the table `paper`, and the orders of a list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from readinglist.domain.text import fold
from readinglist.search.tokens import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.query import Filter

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


def has_author(authors: str | None, organization: str | None, wanted: str) -> bool:
    """Return whether one author has names that begin as all words of `wanted` do."""
    names = [*json.loads(authors or "[]"), organization or ""]
    asked = words(wanted)
    return any(_begin_so(asked, words(name)) for name in names)


def has_words(text: str | None, wanted: str) -> bool:
    """Return whether `text` has words that begin as all words of `wanted` do."""
    return _begin_so(words(wanted), words(text or ""))


def _begin_so(asked: Sequence[str], there: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in there) for beginning in asked)


def condition(filters: Sequence[Filter]) -> tuple[str, list[object]]:
    """Return the SQL of `filters` over the table paper, and its parameters.

    The columns bear the name of their table: the index has an `authors` and a `key`, too.
    SQL calls `fold`, `has_author` and `has_words`.
    """
    conditions: list[str] = []
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
