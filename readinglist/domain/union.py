"""Two papers that are one work become one: whose values hold, and what both have is united."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from readinglist.domain.entry import with_entry
from readinglist.domain.paper import Paper, Priority, Status

if TYPE_CHECKING:
    from collections.abc import Collection

TAKEABLE = (
    "title", "authors", "author_count", "organization", "published", "venue", "arxiv", "doi",
    "url", "key", "type", "status", "priority", "comments", "votes", "stars", "cite_as",
    "abstract",
)  # fmt: skip
"""The fields of which one of the two values holds."""
UNITED = ("tags", "note", "links", "entries", "sources")
"""The fields that hold what both papers have."""

_COUNTS = ("comments", "votes", "stars")
_NEARER_TO_READ = (Status.UNREAD, Status.SKIPPED, Status.READING, Status.READ)
_MORE_URGENT = tuple(reversed(Priority))


def says_more(field: str, mine: Any, theirs: Any) -> bool:
    """Return whether a source that has `theirs` in a field completes a paper that has `mine`.

    What is missing is filled; of a date and of an abstract that was cut off, the one that goes
    on where the other ends says more; of two counts, which only grow, the larger one is newer.
    """
    if field == "type":
        return bool(mine == "misc" != theirs)
    if theirs in (None, ()):
        return False
    if mine in (None, ()):
        return True
    if field in _COUNTS:
        return bool(theirs > mine)
    is_longer = field in ("published", "abstract") and len(theirs) > len(mine)
    return is_longer and bool(theirs.startswith(mine))


def proposed(kept: Paper, dropped: Paper) -> frozenset[str]:
    """Return the fields that `kept` had better take from `dropped`.

    They are those that it lacks, and status and priority where the other's are further.
    """
    orders = {"status": _NEARER_TO_READ, "priority": _MORE_URGENT}
    fields = set()
    for field in TAKEABLE:
        mine, theirs = getattr(kept, field), getattr(dropped, field)
        if field in orders:
            is_better = orders[field].index(theirs) > orders[field].index(mine)
        else:
            is_better = says_more(field, mine, theirs)
        fields |= {field} if is_better else set()
    return frozenset(fields)


def united(kept: Paper, dropped: Paper, take: Collection[str]) -> Paper:
    """Return `kept` with all that `dropped` has beside it, and its values in the fields `take`.

    Args:
        kept: the paper whose identity and whose other values go on.
        dropped: the same work once more.
        take: of `TAKEABLE`, the fields in which the value of `dropped` holds.
    """
    entries = kept.entries
    for entry in dropped.entries:
        entries = with_entry(entries, entry)
    return replace(
        kept,
        **{field: getattr(dropped, field) for field in take},
        tags=tuple(sorted({*kept.tags, *dropped.tags})),
        note=_joined(kept.note, dropped.note),
        links=_both(kept.links, dropped.links),
        sources=_both(kept.sources, dropped.sources),
        entries=entries,
        key_frozen=kept.key_frozen or ("key" in take and dropped.key_frozen),
        added_at=min(filter(None, (kept.added_at, dropped.added_at)), default=""),
    )


def _both(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mine + theirs))


def _joined(mine: str | None, theirs: str | None) -> str | None:
    """Return two notes as one, a blank line between them; equal ones once."""
    if not mine or not theirs or mine.strip() == theirs.strip():
        return mine or theirs
    return f"{mine.rstrip()}\n\n{theirs}"
