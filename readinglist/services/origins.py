"""Where the values of a paper came from: the file, the service, or a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.change import Action
from readinglist.domain.fields import EDITABLE
from readinglist.storage.papers import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from readinglist.domain.change import Change
    from readinglist.domain.paper import Paper

_GIVES_A_VALUE = (Action.EDIT, Action.IMPORT)


def origins(paper: Paper, history: Iterable[Change]) -> Mapping[str, tuple[str, ...]]:
    """Return the fields that came from elsewhere, by what they came from.

    Args:
        paper: as it is now.
        history: all that was done to it, newest first. What undo and redo did is no origin.
    """
    given = [change for change in history if change.action in _GIVES_A_VALUE]
    found: dict[str, list[str]] = {}
    for field in (*EDITABLE, "entries"):
        if field == "key":  # we made it
            continue
        stored = encode(field, getattr(paper, field))
        if stored is None:
            continue
        writer = next((c for c in given if c.field == field and c.new == str(stored)), None)
        if writer and writer.source:
            found.setdefault(writer.source, []).append(field)
    return {source: tuple(fields) for source, fields in found.items()}
