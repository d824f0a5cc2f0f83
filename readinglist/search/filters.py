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


def has_author(authors: str | None, organization: str | None, wanted: str) -> bool:
    """Return whether one author has names that begin as all words of `wanted` do."""
    names = [*json.loads(authors or "[]"), organization or ""]
    asked = words(wanted)
    return any(
        all(any(part.startswith(word) for part in words(name)) for word in asked) for name in names
    )


def condition(filters: Sequence[Filter]) -> tuple[str, list[object]]:
    """Return the SQL of `filters` over the table paper, and its parameters.

    The columns bear the name of their table: the index has an `authors` and a `key`, too.
    SQL calls `fold` and `has_author`.
    """
    conditions: list[str] = []
    parameters: list[object] = []
    for wanted in filters:
        parts: list[str] = []
        if wanted.field == "year":
            first, last = wanted.years
            parts = ["coalesce(substr(paper.published, 1, 4), '') BETWEEN ? AND ?"]
            parameters += [f"{first:04}" if first else "0", f"{last:04}"]
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
            else:
                parts.append("has_author(paper.authors, paper.organization, ?)")
                parameters.append(value)
        sql = "(" + " OR ".join(parts) + ")"
        conditions.append(f"NOT {sql}" if wanted.negated else sql)
    return " AND ".join(conditions), parameters
