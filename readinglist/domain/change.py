"""What happens to papers, as the journal keeps it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from readinglist.domain.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence


class Action(StrEnum):
    """Why a field changed."""

    EDIT = "edit"
    """By a person's hand: it is never overwritten by an import."""
    IMPORT = "import"
    CONFLICT = "conflict"
    """No change: two machines set one field, and this is the value that does not hold."""
    UNDO = "undo"
    REDO = "redo"


WHOLE_PAPER = "paper"
"""The field of a change that adds a paper or takes it away as a whole.

An import writes the name of the source as `new`; a deletion writes all of the paper as
`old`, and what brings it back has that as `new`: a JSON object. A paper that was typed in has
its object as `new`, too: with its title alone, its other fields are changes of the same step.
"""
TAG = "tag"
"""The field of a change that adds (`new`) or removes (`old`) one tag."""
ALIAS = "alias"
"""The field of a change that lets another citation key name a paper, too."""
SOURCE = "source"
"""The field of a change that adds a source to a paper."""


ENTRIES = "entries"
"""The field of a change to what .bib files say of a paper."""
CONFLICT = "conflict"
"""The field of a change that settles (`new`) or opens again (`old`) a conflict, by its id."""
CONFLICT_MARK = "!"
"""Stands between the machine's name and a digest of the value in the journal's row of a conflict,
whose id is that of the row which wrote the value that lost."""
NOTHING = "nothing"
"""The field of a change that notes an undo or a redo that found nothing left to turn back."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one paper, from an old to a new value: a row of the journal."""

    paper: int
    field: str
    old: str | None
    """As stored; a list is a JSON array, a whole paper a JSON object; None where empty."""
    new: str | None
    action: Action = Action.EDIT
    id: int = 0
    """Orders the journal: milliseconds since 1970 times 2^21, plus a random part."""
    batch: int = 0
    """The id of the first change of the step that it was part of."""
    reverts: int | None = None
    """The batch that an undo or a redo turned back."""
    at: str = ""
    """ISO 8601, UTC, to the second."""
    machine: str = ""
    key: str = ""
    """The citation key of the paper at that time: what people call it."""
    source: str | None = None
    """The file or the service that the value came from; None for a person's."""

    @property
    def machine_name(self) -> str:
        """The name of the machine, also in the row of a conflict."""
        return self.machine.partition(CONFLICT_MARK)[0]

    @property
    def former(self) -> str | None:
        """What can be brought back: the value before; of a conflict, the one that does not hold."""
        return self.new if self.action == Action.CONFLICT else self.old

    def turned_round(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.paper, self.field, self.new, self.old, key=self.key, source=self.source)


def is_addition(change: Change) -> bool:
    """Return whether a change adds a paper."""
    return change.field == WHOLE_PAPER and change.new is not None


def deletes(change: Change) -> bool:
    """Return whether a change takes a paper away."""
    return change.field == WHOLE_PAPER and change.new is None


def is_whole(change: Change) -> bool:
    """Return whether a change adds a paper, and has all of it."""
    return is_addition(change) and (change.new or "").startswith("{")


def summary(changes: Sequence[Change]) -> str:
    """Return what `changes` do, in a few words."""
    if not changes:
        return "nothing to change"
    papers = dict.fromkeys(c.paper for c in changes)
    who = next(c.key for c in changes) if len(papers) == 1 else plural(len(papers), "paper")
    whole = {change.paper for change in changes if change.field == WHOLE_PAPER}
    telling = (c for c in changes if c.field == WHOLE_PAPER or c.paper not in whole)
    deeds = list(dict.fromkeys(_deed(change) for change in telling if change.field != SOURCE))
    sources = list(dict.fromkeys(c.source for c in changes if c.source))
    if sources and len(sources) < 6 and not whole:
        deeds = [f"completed from {', '.join(sources)}"]
    elif len(deeds) > 3:
        deeds = [plural(len(deeds), "change")]
    return f"{who}: {', '.join(deeds) or 'sources'}"


def describe(change: Change) -> str:
    """Return what one change did, with the values where they are short."""
    if change.action == Action.CONFLICT:
        if change.field == WHOLE_PAPER:
            return "conflict: was deleted elsewhere"
        return f"conflict: {change.field.replace('_', ' ')} was {_glimpse(change.new)} elsewhere"
    if change.field == WHOLE_PAPER:
        origin = change.source if is_whole(change) else change.new
        origin = origin if change.action == Action.IMPORT else None
        deed = f"added from {origin}" if origin else _deed(change)
    elif change.field == ENTRIES:
        deed = "BibTeX entry changed" if change.new else "BibTeX entry taken away"
        deed += f" ({change.source})" if change.source else ""
    elif change.field == ALIAS:
        deed = f"also {change.new}" if change.new else f"no longer {change.old}"
    elif change.field == SOURCE:
        where = change.source or "another file"
        deed = f"found in {where}" if change.new else f"no longer from {change.source or 'a file'}"
    elif change.field == TAG:
        deed = _deed(change)
    elif change.field == NOTHING:
        deed = "nothing was left of it"
    elif change.field == CONFLICT:
        deed = _deed(change)
    else:
        old, new = (_glimpse(value) for value in (change.old, change.new))
        deed = f"{change.field.replace('_', ' ')}: {old} → {new}"
        deed += f" ({change.source})" if change.source else ""
    return f"{change.action}: {deed}" if change.action in (Action.UNDO, Action.REDO) else deed


def _glimpse(value: str | None) -> str:
    text = value or ""
    if text.startswith('["'):
        with suppress(ValueError, RecursionError):
            text = "; ".join(map(str, json.loads(text)))
    line = " ".join(text.split())
    return (line if len(line) <= 40 else line[:39] + "…") or "nothing"


def _deed(change: Change) -> str:
    if change.field == WHOLE_PAPER:
        if change.new is None:
            return "deleted"
        return "brought back" if change.action in (Action.UNDO, Action.REDO) else "added"
    if change.field == TAG:
        return f"tag -{change.old}" if change.new is None else f"tag +{change.new}"
    if change.field == CONFLICT:
        return "conflict settled" if change.new else "conflict open again"
    if change.field in ("status", "priority"):
        return f"{change.field} {change.new}"
    return change.field.replace("_", " ")
