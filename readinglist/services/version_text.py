"""A library file as text, for `git diff`: a line for each field of each paper, sorted by key.

Nothing in it can steer a terminal, and a file that is no sound library gives one line that
says so, instead of an error that would stop `git log`.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import ALIAS, CONFLICT, TAG, Action
from readinglist.domain.text import printable, printable_block
from readinglist.errors import LibraryError
from readinglist.services.merge_driver import read_version
from readinglist.storage.papers import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from readinglist.storage.tables import Row, Tables

_LINES = ("title", "authors", "published", "venue", "type", "arxiv", "doi", "url", "links",
          "organization", "author_count", "comments", "votes", "stars", "cite_as", "status",
          "priority", "abstract")  # fmt: skip
_FIELDS = [(name, COLUMNS.index(name)) for name in _LINES]
_ID, _KEY, _NOTE, _ENTRIES = (COLUMNS.index(name) for name in ("id", "key", "note", "entries"))
_LONGEST = 300
#: What a new paper has is not worth a line.
_USUAL = {"status": "unread", "priority": "none", "type": "misc"}


def version_lines(path: Path) -> Iterator[str]:
    """Yield the lines of the library file at `path`; it need not be sound."""
    try:
        tables = read_version(path, may_be_empty=True)
    except LibraryError as error:
        yield f"not readable: {printable(str(error).replace(str(path), 'the file'))}"
        return
    more = _more(tables)
    for row in sorted(tables["paper"].values(), key=lambda row: (row[_KEY].lower(), row[_ID])):
        yield from _paper_lines(row, more.get(row[_ID], []))


def _paper_lines(row: Row, more: list[str]) -> Iterator[str]:
    key = printable(row[_KEY])
    for name, place in _FIELDS:
        value = row[place]
        if value is not None and value != _USUAL.get(name):
            yield f"{key}  {name}: {_shown(value)}"
    for line in sorted(more):
        yield f"{key}  {line}"
    if row[_ENTRIES]:
        for line in _entry_lines(row[_ENTRIES]):
            yield f"{key}  {line}"
    if row[_NOTE]:
        for line in printable_block(row[_NOTE]).split("\n"):
            yield f"{key}  note: {line}"


def _entry_lines(text: str) -> Iterator[str]:
    try:
        entries = json.loads(text)
        for entry in entries:
            for name, value in entry["fields"]:
                yield f"@{printable(entry['key'])}  {printable(name)} = {_shown(value)}"
    except (ValueError, TypeError, KeyError, RecursionError):  # another program's
        yield f"@  {_shown(text)}"


def _more(tables: Tables) -> dict[int, list[str]]:
    """Return the lines of what belongs to a paper beside its own row, by paper."""
    lines: dict[int, list[str]] = {}
    for paper, tag in tables["paper_tag"]:
        lines.setdefault(paper, []).append(f"{TAG}: {_shown(tag)}")
    for alias, paper in tables["key_alias"].values():
        lines.setdefault(paper, []).append(f"{ALIAS}: {_shown(alias)}")
    for paper, source in tables["paper_source"]:
        origin = tables["source"].get((source,))
        if origin:
            lines.setdefault(paper, []).append(f"from: {_shown(origin[1])}")
    for row in tables["journal"].values():
        if row[4] == Action.CONFLICT:
            lines.setdefault(row[6], []).append(f"{CONFLICT}: {row[8]}: {_shown(row[10])}")
    return lines


def _shown(value: Any) -> str:
    """Return a value as one line; of a long one the beginning, and what tells it from others."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.startswith('["'):
        with suppress(ValueError, TypeError, RecursionError):  # another program's
            text = "; ".join(json.loads(text))
    if len(text) > _LONGEST:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
        text = f"{text[:_LONGEST]}… [{len(text)} characters, {digest}]"
    return printable(text)
