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
    ENTRIES,
    NOTHING,
    SOURCE,
    TAG,
    WHOLE_PAPER,
    Action,
    Change,
    summary,
)
from readinglist.domain.citekey import possible_keys
from readinglist.domain.fields import EDITABLE, parse_field, parse_tag
from readinglist.errors import InvalidValueError, LibraryError, NothingToUndoError
from readinglist.storage.papers import checked, decode, encode, paper_from_json, paper_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from readinglist.domain.paper import Paper, Priority, Status
    from readinglist.services.conflicts import Conflict
    from readinglist.storage.working_copy import WorkingCopy


_OF_NO_COLUMN = (WHOLE_PAPER, TAG, ALIAS, SOURCE, CONFLICT, NOTHING)
_NOT_TO_RESTORE = {
    ALIAS: "A key that a paper had before goes on naming it: there is nothing to bring back.",
    SOURCE: "Where a paper was found is no value that could be brought back.",
    CONFLICT: "That a conflict was settled is no value that could be brought back.",
    NOTHING: "Nothing was done there that could be brought back.",
}


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
                    self._require_free_key(value, paper.id, "Choose another.")
                changes.append(field_change(paper, field, value))
            return self._carry_out(changes)

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
            self._require_free_key(conflict.other, conflict.paper, "Rename that one first.")
        return [field_change(papers[0], conflict.field, decode(conflict.field, conflict.other))]

    def restore(self, change: Change) -> Step:
        """Give a paper the value again that it had before a change, as one step.

        Of a conflict, that is the value which does not hold; of a deletion, the paper.

        Args:
            change: one of the journal, of whichever machine.

        Raises:
            InvalidValueError: there is no such value, it can't be one of a paper, the paper is
                gone, or its key belongs to another paper by now.
        """
        with self._working.transaction():
            present = next(iter(self._working.papers.get([change.paper])), None)
            if change.field == WHOLE_PAPER:
                return self._carry_out(self._deletion_turned_back(change, present))
            if present is None:
                raise InvalidValueError(f"{change.key} is deleted.", "Bring the paper back first.")
            return self._carry_out(self._former_value(change, present))

    def _former_value(self, change: Change, present: Paper) -> list[Change]:
        """Return what gives a paper the value of a field that it had before `change`."""
        if change.field == TAG:
            if ((change.old or change.new) in present.tags) == (change.old is not None):
                return []
            tag = parse_tag(change.old) if change.old is not None else None
            return [Change(present.id, TAG, change.new, tag, key=present.key)]
        if change.field not in EDITABLE and change.field != ENTRIES:
            raise InvalidValueError(
                _NOT_TO_RESTORE.get(change.field, "That is nothing that a paper has.")
            )
        try:
            value = decode(change.field, change.former)
            checked(replace(present, **{change.field: value}))
        except LibraryError as error:
            raise InvalidValueError(
                f"The journal holds no {change.field.replace('_', ' ')} that a paper can have.",
            ) from error
        if value == getattr(present, change.field):
            return []
        if change.field == "key":
            self._require_free_key(value, present.id, "Rename that one first.")
        return [field_change(present, change.field, value)]

    def _deletion_turned_back(self, change: Change, present: Paper | None) -> list[Change]:
        """Return what brings back a paper that `change` deleted, with its sources."""
        if change.action == Action.CONFLICT:
            raise InvalidValueError(
                "The paper was deleted on another machine: that is no value.",
                "The list of conflicts settles it.",
            )
        if change.old is None:
            raise InvalidValueError("Before that, the paper was not in the library.")
        if present:
            raise InvalidValueError("The paper is in the library.")
        try:
            paper = checked(paper_from_json(change.old))
        except LibraryError as error:
            raise InvalidValueError(
                "The journal holds a deleted paper that can't be read."
            ) from error
        if paper.id != change.paper:
            raise InvalidValueError("The journal holds another paper than the one deleted there.")
        self._require_free_key(paper.key, paper.id, "Rename that one first.")
        return [
            change.turned_round(),
            *(
                other.turned_round()
                for other in self._working.journal.history(change.paper)
                if other.field == SOURCE
                and (other.batch, other.machine) == (change.batch, change.machine)
            ),
        ]

    def _require_free_key(self, key: str, paper: int, hint: str) -> None:
        if self._working.papers.id_of_key(key) not in (None, paper):
            raise InvalidValueError(f"Another paper has the key {key}.", hint)

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
