"""What happens to papers, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Why a field changed."""

    EDIT = "edit"
    """By a person's hand: it is never overwritten by an import."""
    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"


WHOLE_PAPER = "paper"
"""The field of a change that adds a paper or takes it away as a whole.

An import writes the name of the source as `new`; a deletion writes all of the paper as
`old`, and what brings it back has that as `new`: a JSON object.
"""
TAG = "tag"
"""The field of a change that adds (`new`) or removes (`old`) one tag."""
SOURCE = "source"
"""The field of a change that adds a source to a paper."""


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
