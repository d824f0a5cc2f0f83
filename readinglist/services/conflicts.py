"""Values that two machines set: one holds, the other one is kept until somebody chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.domain.change import WHOLE_PAPER

if TYPE_CHECKING:
    from readinglist.domain.change import Change
    from readinglist.storage.working_copy import WorkingCopy


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field of a paper that was set on two machines."""

    id: str
    """What tells it from the others, on every machine."""
    paper: int
    key: str
    title: str
    field: str
    """`paper` where the other machine deleted the paper."""
    base: str | None
    """What both had before, as stored."""
    kept: str | None
    """What holds."""
    other: str | None
    """What the other machine set."""
    at: str
    """When the other one was set; empty where no journal tells."""
    machine: str
    """Where."""

    @property
    def is_deletion(self) -> bool:
        """True where the other machine deleted the paper."""
        return self.field == WHOLE_PAPER

    @property
    def field_name(self) -> str:
        """The field, in words."""
        return "deletion" if self.is_deletion else self.field.replace("_", " ")

    @property
    def origin(self) -> str:
        """Where and when the other value was set: `on laptop-3f2a, 2026-11-21 10:02`."""
        where = [f"on {self.machine}"] if self.machine else ["elsewhere"]
        when = [self.at[:16].replace("T", " ")] if self.at else []
        return ", ".join(where + when)


def open_conflicts(working: WorkingCopy) -> list[Conflict]:
    """Return the conflicts that nobody has settled, newest first."""
    rows = working.journal.conflicts()
    settled = working.journal.settled() if rows else set()
    rows = [row for row in rows if _name(row) not in settled]
    papers = working.papers.stored_values({row.paper for row in rows}, {row.field for row in rows})
    found = []
    for row in rows:
        paper = papers.get(row.paper)
        if paper is None:
            continue
        kept = paper.get(row.field)
        if row.field != WHOLE_PAPER and kept == row.new:
            continue  # it was set to the other value since
        found.append(
            Conflict(
                _name(row),
                row.paper,
                paper["key"] or "",
                paper["title"] or "",
                row.field,
                row.old,
                kept,
                row.new,
                row.at,
                row.machine_name,
            )
        )
    return found


def _name(row: Change) -> str:
    return f"{row.id}:{row.machine}"
