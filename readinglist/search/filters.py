"""Filters of a query as SQL over the table `paper`, and the orders of a list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from readinglist.domain.next_up import DUE_PATTERN, SOON
from readinglist.domain.text import fold
from readinglist.search.tokens import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.query import Filter

_IMPORTANCE = "CASE priority WHEN 'high' THEN 0 WHEN 'medium' THEN 1 WHEN 'low' THEN 2 ELSE 3 END"
_TAGS = "(SELECT group_concat(tag, ' ') FROM (SELECT tag FROM paper_tag WHERE paper = paper.id))"
_DUE = (
    "(SELECT substr(min(tag), 5) FROM paper_tag WHERE paper_tag.paper = paper.id "
    f"AND tag GLOB '{DUE_PATTERN}' AND date(substr(tag, 5), '+0 days') = substr(tag, 5))"
)
SORTS = {
    "added": "added_at {down}, id {up}",
    "date": "published IS NULL, published {down}, added_at {down}, id {up}",
    "title": "title COLLATE NOCASE {up}, id {up}",
    "author": "authors IS NULL, authors COLLATE NOCASE {up}, published {up}, id {up}",
    "priority": f"{_IMPORTANCE} {{up}}, coalesce(published, '') {{down}}, "
    "added_at {down}, id {up}",
    "status": "CASE status WHEN 'reading' THEN 0 WHEN 'unread' THEN 1 WHEN 'read' THEN 2 "
    "ELSE 3 END {up}, added_at {down}, id {up}",
    "tags": f"{_TAGS} IS NULL, {_TAGS} COLLATE NOCASE {{up}}, added_at {{down}}, id {{up}}",
    "venue": "venue IS NULL, venue COLLATE NOCASE {up}, published {down}, id {up}",
    "key": "key COLLATE NOCASE {up}, id {up}",
    "next": f"CASE WHEN {_DUE} <= date('now', 'localtime', '+{SOON} days') THEN {_DUE} ELSE 'z' "
    f"END {{up}}, {_IMPORTANCE} {{up}}, iif(priority = 'none', NULL, added_at) {{up}}, "
    "added_at {down}, id {up}",
}
"""The orders of a list by name, as SQL; ids settle what is equal, so that each is stable."""


def is_sort(name: str) -> bool:
    """Return whether there is an order of this name; `-title` is `title` turned round."""
    return name.removeprefix("-") in SORTS


def order_by(name: str) -> str:
    """Return an order as SQL; papers without what they are ordered by come last either way."""
    up, down = ("DESC", "ASC") if name.startswith("-") else ("ASC", "DESC")
    return SORTS[name.removeprefix("-")].format(up=up, down=down)


_DATES = {"year": "paper.published", "added": "paper.added_at"}
_HAS = {
    **{
        name: f"coalesce(paper.{name}, '') NOT IN ('', '[]')"
        for name in ("note", "abstract", "doi", "arxiv", "url", "venue", "authors")
    },
    "tags": "EXISTS (SELECT 1 FROM paper_tag WHERE paper = paper.id)",
}
_LAST = "\U0010ffff"
"""Sorts behind each letter."""
_IN_HEAD = (
    "paper.id IN (SELECT doc.paper FROM head JOIN doc ON number = head.rowid WHERE head MATCH ?)"
)
_TAGGED = """paper.id IN (
    WITH RECURSIVE known (tag) AS (
        SELECT min(tag) FROM paper_tag
        UNION ALL
        SELECT (SELECT min(paper_tag.tag) FROM paper_tag WHERE paper_tag.tag > known.tag)
        FROM known WHERE known.tag IS NOT NULL
    )
    SELECT paper FROM paper_tag
    WHERE tag IN (SELECT tag FROM known WHERE fold(coalesce(tag, '')) = ?)
)"""


def needs_index(filters: Sequence[Filter]) -> bool:
    """Return whether what `condition` makes of `filters` asks the search index."""
    return any(wanted.field in ("author", "venue") for wanted in filters)


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
            parts = [f"{date} >= ? AND {date} < ?"]
            parameters += wanted.within
        for value in wanted.values:
            part, given = _one(wanted.field, value)
            parts.append(part)
            parameters += given
        sql = "(" + " OR ".join(parts) + ")"
        conditions.append(f"NOT coalesce({sql}, 0)" if wanted.negated else sql)
    return " AND ".join(conditions), parameters


def _one(field: str, value: str) -> tuple[str, list[object]]:
    """Return the SQL for one value of a field, with its parameters."""
    if field in ("status", "priority"):
        return f"paper.{field} = ?", [value]
    if field == "key":
        between = "(paper.key >= ? COLLATE NOCASE AND paper.key < ? COLLATE NOCASE)"
        return between, [value, value + _LAST]
    if field == "tag":
        return _TAGGED, [fold(value)]
    if field == "has":
        return _HAS[value], []
    # The index finds who may be meant, the paper says whether they are.
    column = "authors" if field == "author" else "venue"
    asked = " AND ".join(f'"{word}"*' for word in words(value))
    if not asked:
        return "0", []
    check = "has_author(paper.authors, paper.organization, ?)"
    if field == "venue":
        check = "has_words(paper.venue, ?)"
    return f"({_IN_HEAD} AND {check})", [f"{column} : ({asked})", value]
