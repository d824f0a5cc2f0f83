"""What a change of the journal was from and to, in full, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.change import ENTRIES, WHOLE_PAPER, Action, Change
from readinglist.errors import LibraryError
from readinglist.storage.papers import decode, paper_from_json

if TYPE_CHECKING:
    from readinglist.domain.entry import Entry
    from readinglist.domain.paper import Paper


def past_values(change: Change) -> tuple[str, str]:
    """Return the values before and after a change as text; empty where there is none.

    Of a conflict, the second one is the value that does not hold.
    """
    after = change.new
    if change.field == WHOLE_PAPER and change.action == Action.IMPORT:
        after = None  # the name of the file, which the description tells
    return _readable(change.field, change.old), _readable(change.field, after)


def _readable(field: str, stored: str | None) -> str:
    if stored is None:
        return ""
    try:
        if field == WHOLE_PAPER:
            return _facts(paper_from_json(stored))
        value = decode(field, stored)
    except LibraryError:
        return stored  # it can't be brought back, but be read
    if field == ENTRIES:
        return "\n\n".join(_entry(entry) for entry in value)
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _facts(paper: Paper) -> str:
    facts = (paper.title, paper.byline, paper.published, paper.key, ", ".join(paper.tags))
    return "\n".join(filter(None, (*facts, paper.note)))


def _entry(entry: Entry) -> str:
    fields = (f"  {name} = {entry.get(name)}" for name, _ in entry.fields)
    return "\n".join((f"@{entry.type} {entry.key}".rstrip(), *fields))
