"""Changing papers: each edit is applied and written to the journal in one transaction.

edit -> changes -> working copy and journal, together
undo -> the changes of the last step, turned round -> the same way, as a step of their own
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import (
    ALIAS,
    CONFLICT,
    NOTHING,
    SOURCE,
    TAG,
    WHOLE_PAPER,
    Action,
    Change,
    summary,
)
from readinglist.domain.citekey import possible_keys
from readinglist.domain.fields import parse_field, parse_tag
from readinglist.errors import InvalidValueError, NothingToUndoError, UnknownKeyError
from readinglist.storage.papers import decode, encode, paper_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from readinglist.domain.paper import Paper, Priority, Status
    from readinglist.services.conflicts import Conflict
    from readinglist.storage.working_copy import WorkingCopy


_OF_NO_COLUMN = (WHOLE_PAPER, TAG, ALIAS, SOURCE, CONFLICT, NOTHING)


@dataclass(frozen=True, slots=True)
class Step:
    """What one edit, undo or redo did."""

    papers: tuple[int, ...]
    """The papers that changed, in order."""
    summary: str
    """In the user's words: `3 papers: status read`."""
    left_out: int = 0
    """How many changes were not turned back, since somebody changed the same place after."""


class Editor:
    """Changes the papers of one library."""

    def __init__(self, working: WorkingCopy) -> None:
        self._working = working

    def mark(
        self,
        ids: Iterable[int],
        *,
        status: Status | None = None,
        priority: Priority | None = None,
        add_tags: Iterable[str] = (),
        remove_tags: Iterable[str] = (),
    ) -> Step:
        """Set status, priority and tags of papers, as one step.

        Raises:
            InvalidValueError: a tag can't be one.
        """
        added = [parse_tag(tag) for tag in add_tags]
        removed = [parse_tag(tag) for tag in remove_tags]
        changes: list[Change] = []
        with self._working.transaction():
            for paper in self._working.papers.get(dict.fromkeys(ids)):
                for field, value in (("status", status), ("priority", priority)):
                    if value is not None and getattr(paper, field) != value:
                        changes.append(field_change(paper, field, value))
                changes += [
                    Change(paper.id, TAG, None, tag, key=paper.key)
                    for tag in dict.fromkeys(added)
                    if tag not in paper.tags
                ]
                changes += [
                    Change(paper.id, TAG, tag, None, key=paper.key)
                    for tag in dict.fromkeys(removed)
                    if tag in paper.tags
                ]
            return self._carry_out(changes)

    def edit(self, paper: Paper, texts: Mapping[str, str]) -> Step:
        """Set fields of a paper from text, as one step.

        Raises:
            InvalidValueError: there is no such field, a text doesn't fit, or the new
                citation key belongs to another paper.
        """
        changes = []
        values = dict(parse_field(name, text) for name, text in texts.items())
        with self._working.transaction():
            for field, value in values.items():
                if value == getattr(paper, field):
                    continue
                if field == "key":
                    owner = self._working.papers.id_of_key(value)
                    if owner not in (None, paper.id):
                        raise InvalidValueError(
                            f"Another paper has the key {value}.", "Choose another."
                        )
                changes.append(field_change(paper, field, value))
            return self._carry_out(changes)

    def write_note(self, paper: Paper, text: str) -> tuple[Step, bool]:
        """Set the note of a paper that a person has written anew, as one step.

        Args:
            paper: the paper, with its note as it was when they began.
            text: what they wrote; where the note was changed meanwhile, both are kept.

        Returns:
            The step, and whether it has both.

        Raises:
            UnknownKeyError: the paper is not there any more.
            InvalidValueError: the text can't be a note.
        """
        with self._working.transaction():
            present = next(iter(self._working.papers.get([paper.id])), None)
            if present is None:
                raise UnknownKeyError(f"The paper {paper.key} is not there any more.")
            is_joined = present.note not in (paper.note, None) and text != present.note
            if is_joined:
                text = f"{present.note}\n\n{text}" if text.strip() else present.note or ""
            return self.edit(present, {"note": text}), is_joined

    def rekey(self, ids: Iterable[int], pattern: str) -> Step:
        """Give papers the keys that `pattern` makes, as one step; the old ones go on as aliases."""
        changes: list[Change] = []
        with self._working.transaction():
            papers = self._working.papers.get(dict.fromkeys(ids))
            taken = {key.lower(): None for key in self._working.papers.all_keys()}
            for paper in sorted(papers, key=lambda paper: paper.id):  # not by who came first
                for key in possible_keys(paper, pattern):
                    owner = self._working.papers.id_of_key(key)
                    if key.lower() not in taken or owner == paper.id:
                        break
                taken[key.lower()] = None
                if key != paper.key:
                    change = field_change(paper, "key", key)
                    self._apply([change])
                    changes.append(change)
            self._working.journal.record(changes, Action.EDIT)
            return _step(changes)

    def delete(self, ids: Iterable[int]) -> Step:
        """Delete papers, as one step that `undo` can bring back."""
        with self._working.transaction():
            papers = self._working.papers.get(dict.fromkeys(ids))
            changes = [change for paper in papers for change in self._deletion(paper)]
            return self._carry_out(changes)

    def settle(self, conflicts: Iterable[Conflict], *, take: bool) -> Step:
        """Settle conflicts, as one step: with what holds, or with the other value.

        Raises:
            InvalidValueError: of each, the other value is a citation key that another paper has.
        """
        changes: list[Change] = []
        refused: list[InvalidValueError] = []
        with self._working.transaction():
            for conflict in conflicts:
                settled = Change(conflict.paper, CONFLICT, None, conflict.id, key=conflict.key)
                try:
                    made = [*(self._taking(conflict) if take else ()), settled]
                except InvalidValueError as error:
                    refused.append(error)
                    continue
                self._apply(made)
                changes += made
            if refused and not changes:
                raise refused[0]
            self._working.journal.record(changes, Action.EDIT)
            return _step(changes, len(refused))

    def _taking(self, conflict: Conflict) -> list[Change]:
        """Return the changes that give a paper the other value of a conflict."""
        papers = self._working.papers.get([conflict.paper])
        if not papers:
            return []
        if conflict.field == WHOLE_PAPER:
            return self._deletion(papers[0])
        if conflict.field == "key" and conflict.other is not None:
            owner = self._working.papers.id_of_key(conflict.other)
            if owner not in (None, conflict.paper):
                raise InvalidValueError(
                    f"Another paper has the key {conflict.other}.", "Rename that one first."
                )
        return [field_change(papers[0], conflict.field, decode(conflict.field, conflict.other))]

    def bring_back(self) -> Step:
        """Make the edits again that git has taken out of the library file, as one step."""
        with self._working.transaction():
            changes: list[Change] = []
            for change in self._working.withdrawn():
                papers = self._working.papers.get([change.paper])
                if change.field in _OF_NO_COLUMN:
                    again = replace(change, action=Action.EDIT)
                elif papers:
                    value = decode(change.field, change.new)
                    again = field_change(papers[0], change.field, value)
                else:
                    continue
                self._apply([again])
                changes.append(again)
            self._working.forget_withdrawn()
            self._working.journal.record(changes, Action.EDIT)
            return _step(changes)

    def undo(self) -> Step:
        """Take back the newest step of this machine that is still in force.

        Raises:
            NothingToUndoError: there is none.
        """
        with self._working.transaction():
            batch = self._working.journal.undoable()
            if batch is None:
                raise NothingToUndoError("There is nothing to undo.")
            return self._turn_back(batch, Action.UNDO)

    def redo(self) -> Step:
        """Bring again what the newest undo took back.

        Raises:
            NothingToUndoError: there is none.
        """
        with self._working.transaction():
            batch = self._working.journal.redoable()
            if batch is None:
                raise NothingToUndoError("There is nothing to redo.")
            return self._turn_back(batch, Action.REDO)

    def _turn_back(self, batch: int, action: Action) -> Step:
        changes: list[Change] = []
        left_out = 0
        for change in reversed(self._working.journal.step(batch)):
            turned = self._turned_round(change)
            if turned is None:
                left_out += 1
                continue
            self._apply(turned)  # at once: the next one looks at what this one left
            changes += turned
        # A step that found nothing left to turn back is noted all the same: it is done.
        noted = changes or [Change(0, NOTHING, None, None)]
        self._working.journal.record(noted, action, reverts=batch)
        return _step(changes, left_out)

    def _turned_round(self, change: Change) -> list[Change] | None:
        """Return what takes `change` back; None if its place was changed since."""
        present = next(iter(self._working.papers.get([change.paper])), None)
        if change.field == WHOLE_PAPER:
            if change.old is None:
                # To take it away would take away what was done to it elsewhere.
                elsewhere = self._working.journal.changed_elsewhere(change.paper, change.id)
                return self._deletion(present) if present and not elsewhere else None
            return None if present else [change.turned_round()]
        if change.field in (SOURCE, ALIAS, CONFLICT):
            return [change.turned_round()]
        if present is None:
            return None
        if change.field == TAG:
            there = (change.new or change.old) in present.tags
            return [change.turned_round()] if there == (change.new is not None) else None
        if _stored(change.field, getattr(present, change.field)) != change.new:
            return None
        return [change.turned_round()]

    def _deletion(self, paper: Paper) -> list[Change]:
        sources = self._working.papers.sources_of(paper.id)
        return [
            *(Change(paper.id, SOURCE, str(source), None, key=paper.key) for source in sources),
            Change(paper.id, WHOLE_PAPER, paper_to_json(paper), None, key=paper.key),
        ]

    def _carry_out(self, changes: Sequence[Change]) -> Step:
        self._apply(changes)
        self._working.journal.record(changes, Action.EDIT)
        return _step(changes)

    def _apply(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._working.apply(change)


def field_change(paper: Paper, field: str, value: Any) -> Change:
    """Return the change that gives `field` of `paper` the value `value`."""
    return Change(
        paper.id, field, _stored(field, getattr(paper, field)), _stored(field, value), key=paper.key
    )


def _step(changes: Sequence[Change], left_out: int = 0) -> Step:
    return Step(tuple(dict.fromkeys(c.paper for c in changes)), summary(changes), left_out)


def _stored(field: str, value: Any) -> str | None:
    stored = encode(field, value)
    return None if stored is None else str(stored)
