"""Changing papers: each edit is applied and written to the journal in one transaction.

edit -> changes -> working copy and journal, together
undo -> the changes of the last step, turned round -> the same way, as a step of their own
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

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
    deletes,
    summary,
)
from readinglist.domain.citekey import possible_keys
from readinglist.domain.fields import EDITABLE, parse_field, parse_tag
from readinglist.domain.union import TAKEABLE, UNITED, proposed, united
from readinglist.errors import (
    InvalidValueError,
    LibraryError,
    NothingToUndoError,
    UnknownKeyError,
)
from readinglist.storage.papers import decode, encode, paper_from_json, paper_to_json
from readinglist.storage.received import checked
from readinglist.storage.working_copy import is_by_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from readinglist.domain.paper import Paper, Priority, Status
    from readinglist.services.conflicts import Conflict
    from readinglist.storage.papers import Marks, PaperStore
    from readinglist.storage.working_copy import WorkingCopy


_P = TypeVar("_P")
_TOLD_EVERY = 200
"""After so many papers it is told how far a change is."""
_TURNED_AT_ONCE = 10 * _TOLD_EVERY
"""So many changes are turned back together, where none depends on another."""
_OF_NO_COLUMN = (WHOLE_PAPER, TAG, ALIAS, SOURCE, CONFLICT, NOTHING)
OF_READING = frozenset(("status", "priority", "note"))
"""The fields that only a person sets."""
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
    fields: frozenset[str] = frozenset()
    """What of them changed."""
    left_out: int = 0
    """How many changes were not made, or turned back, since somebody changed the place after."""
    waiting: int = 0
    """How many edits that git took out were not made again yet, since their paper is gone."""
    overwritten: tuple[str, ...] = ()
    """The fields that were changed elsewhere while they were edited here."""
    batch: int | None = None
    """What `undo` takes back if it is asked for just this step; None where it is not told."""


class Editor:
    """Changes the papers of one library."""

    def __init__(
        self, working: WorkingCopy, progress: Callable[[int, int], None] = lambda done, of: None
    ) -> None:
        """Prepare to change.

        Args:
            working: the working copy.
            progress: called with how many papers of a large change are done, and of how many;
                what it raises takes the change back.
        """
        self._working = working
        self._progress = progress

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
        with self._working.transaction(), self._working.room():
            marked = self._some_at_a_time(ids, self._working.papers.marks)
            for paper in chain.from_iterable(marked):
                for field, value in (("status", status), ("priority", priority)):
                    if value is not None and getattr(paper, field) != value:
                        changes.append(field_change(paper, field, value))
                changes += tag_changes(paper, added, removed)
            self._working.apply_all(changes)
            self._working.journal.record(changes, Action.EDIT)
            return step_of(changes)

    def edit(self, seen: Paper, texts: Mapping[str, str]) -> Step:
        """Set fields of a paper from text, as one step.

        What was changed since somebody looked at it stays, but for the fields of `texts`, of
        which the step then says that they were overwritten. Tags are added and taken away as
        `texts` does with those that were seen.

        Args:
            seen: the paper as whoever edits it sees it.
            texts: by field.

        Raises:
            InvalidValueError: there is no such field, a text doesn't fit, or the new
                citation key belongs to another paper.
            UnknownKeyError: the paper is gone meanwhile.
        """
        changes: list[Change] = []
        overwritten: list[str] = []
        values = dict(parse_field(name, text) for name, text in texts.items())
        with self._working.transaction():
            paper = next(iter(self._working.papers.get([seen.id])), None)
            if paper is None:
                raise UnknownKeyError(f"The paper {seen.key} was deleted meanwhile.")
            for field, value in values.items():
                if field == "tags":
                    added = [tag for tag in value if tag not in seen.tags]
                    removed = [tag for tag in seen.tags if tag not in value]
                    changes += tag_changes(paper, added, removed)
                elif value != (present := getattr(paper, field)):
                    if field == "key":
                        self.check_key(value, paper.id)
                    if present != getattr(seen, field):
                        overwritten.append(field)
                    changes.append(field_change(paper, field, value))
            return replace(self.carry_out(changes), overwritten=tuple(overwritten))

    def check_key(self, key: str, paper: int | None = None, hint: str = "Choose another.") -> None:
        """Look whether a citation key can be that of a paper; None for one that is not here yet.

        Raises:
            InvalidValueError: it names another paper; `hint` says what to do.
        """
        if self._working.papers.id_of_key(key) not in (None, paper):
            raise InvalidValueError(f"Another paper has the key {key}.", hint)

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
            return step_of(changes)

    def delete(self, ids: Iterable[int]) -> Step:
        """Delete papers, as one step that `undo` can bring back."""
        with self._working.transaction(), self._working.room():
            changes: list[Change] = []
            for papers in self._some_at_a_time(sorted(ids), self._working.papers.get):
                made = list(chain.from_iterable(deletions(self._working.papers, papers).values()))
                self._working.apply_all(made)
                changes += made
            self._working.journal.record(changes, Action.EDIT)
            return step_of(changes)

    def merge(self, keep: int, drop: int, take: Collection[str] | None = None) -> Step:
        """Make one paper of two that are the same work, as one step.

        The paper `keep` gets what the other one has beside it, and its citation keys, too;
        the other one is deleted.

        Args:
            keep: the paper that stays.
            drop: the paper that goes.
            take: of `TAKEABLE`, the fields in which the value of `drop` holds; None for what
                `proposed` says.

        Raises:
            InvalidValueError: they are one paper, one of them isn't there, or a value of such a
                field can't be taken.
        """
        with self._working.transaction():
            papers = self._working.papers.get([keep, drop])
            if keep == drop or len(papers) < 2:
                raise InvalidValueError("A merge takes two papers that are in the library.")
            kept, dropped = papers
            offered = proposed(kept, dropped)
            whole = united(kept, dropped, _takeable(offered if take is None else take))
            names = self._working.papers.aliases_of([drop]).get(drop, ())
            sources = self._working.papers.sources_of([keep, drop])
            new_sources = set(sources.get(drop, ())).difference(sources.get(keep, ()))
            added = [
                *((ALIAS, name) for name in (dropped.key, *names)),
                *((SOURCE, str(source)) for source in sorted(new_sources)),
                *((TAG, tag) for tag in whole.tags if tag not in kept.tags),
            ]
            changes = [
                # Its keys go first: each can name one paper at a time.
                *deletions(self._working.papers, [dropped])[drop],
                *(Change(keep, field, None, value, key=kept.key) for field, value in added),
            ]
            # What a file said and nobody chose goes on as that: an import may complete it.
            filled: list[Change] = []
            by_hand = self._working.journal.edited_fields(drop) | OF_READING
            for field in (*TAKEABLE, "note", "links", ENTRIES, "added_at", "key_frozen"):
                value = getattr(whole, field)
                if value != getattr(kept, field):
                    chosen = field in by_hand or (field in TAKEABLE and field not in offered)
                    (changes if chosen else filled).append(field_change(kept, field, value))
            self._apply([*changes, *filled])
            step = self._working.journal.record(changes, Action.EDIT)
            self._working.journal.record(filled, Action.IMPORT, batch=step)
            fields = frozenset(change.field for change in [*changes, *filled])
            return Step((keep, drop), f"{dropped.key} merged into {whole.key}", fields)

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
            return step_of(changes, len(refused))

    def _taking(self, conflict: Conflict) -> list[Change]:
        """Return the changes that give a paper the other value of a conflict."""
        papers = self._working.papers.get([conflict.paper])
        if not papers:
            return []
        if conflict.field == WHOLE_PAPER:
            return deletions(self._working.papers, papers)[conflict.paper]
        if conflict.field == "key" and conflict.other is not None:
            self.check_key(conflict.other, conflict.paper, "Rename that one first.")
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
                return self.carry_out(self._deletion_turned_back(change, present))
            if present is None:
                raise InvalidValueError(
                    f"{change.key} is deleted.",
                    "Bring the paper back first, from its deletion in its history.",
                )
            return self.carry_out(self._former_value(change, present))

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
            self.check_key(value, present.id, "Rename that one first.")
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
        self.check_key(paper.key, paper.id, "Rename that one first.")
        return [
            change.turned_round(),
            *(
                other.turned_round()
                for other in self._working.journal.history(change.paper)
                if other.field in (ALIAS, SOURCE)
                and (other.batch, other.machine) == (change.batch, change.machine)
            ),
        ]

    def undo(self, batch: int | None = None) -> Step:
        """Take back a step of this machine: the newest that is in force, unless one is named.

        Raises:
            NothingToUndoError: there is none.
        """
        with self._working.transaction():
            if batch is None:
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
        told: list[Change] = []
        left_out = 0
        step = self._working.journal.step(batch)
        with self._working.room():
            for change, turned in self._turned(step):
                if turned is None:
                    left_out += 1
                    continue
                changes += [replace(change, action=action) for change in turned]
                # An undo is told by what it takes back, a redo by what it does again.
                done = [replace(change, action=Action.EDIT)] if turned else []
                told += done if action is Action.UNDO else turned
        # A step that found nothing left to turn back is noted all the same: it is done.
        noted = changes or [Change(0, NOTHING, None, None)]
        self._working.journal.record(noted, action, reverts=batch)
        in_order = told[::-1] if action is Action.UNDO else told
        return replace(step_of(changes, left_out), summary=summary(in_order))

    def _turned(self, step: Sequence[Change]) -> Iterator[tuple[Change, list[Change] | None]]:
        """Turn a step back, its last change first, and give each one with what did so.

        That is None where the place was changed since. What the step did to a paper that it
        added goes with the paper, or stays with it.
        """
        added = {c.paper for c in step if c.field == WHOLE_PAPER and c.old is None}
        back = [c for c in step[::-1] if c.field == WHOLE_PAPER or c.paper not in added]
        at_once = _TURNED_AT_ONCE if _is_without_order(step) else 1
        for start in range(0, len(back), at_once):
            if not start % _TOLD_EVERY:
                self._progress(start, len(back))
            some = back[start : start + at_once]
            turned = self._turned_round(some)
            self._working.apply_all([change for one in turned for change in one or ()])
            yield from zip(some, turned, strict=True)

    def _turned_round(self, some: Sequence[Change]) -> list[list[Change] | None]:
        """Return what takes each of some changes back; None where its place was changed since."""
        papers = self._working.papers
        ids = {change.paper for change in some}
        present = papers.stored_values(ids, {change.field for change in some})
        tags = papers.tags_of(ids)
        # To take a paper away would take away what was done to it elsewhere.
        elsewhere = self._working.journal.changed_elsewhere
        added = [c for c in some if c.field == WHOLE_PAPER and c.old is None]
        unchanged = [change.paper for change in added if not elsewhere(change.paper, change.id)]
        gone = deletions(papers, papers.get(unchanged))

        def turned(change: Change) -> list[Change] | None:
            if change.field == WHOLE_PAPER and change.old is None:
                return gone.get(change.paper)
            is_left = change.field in (SOURCE, ALIAS, CONFLICT) or (
                change.paper not in present
                if change.field == WHOLE_PAPER
                else _is_in_force(change, present, tags)
            )
            return [change.turned_round()] if is_left else None

        return [turned(change) for change in some]

    def _some_at_a_time(
        self, ids: Iterable[int], get: Callable[[list[int]], list[_P]]
    ) -> Iterator[list[_P]]:
        """Give what `get` has of papers, of some at a time, and tell how far it is."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _TOLD_EVERY):
            self._progress(start, len(wanted))
            yield get(wanted[start : start + _TOLD_EVERY])

    def carry_out(self, changes: Sequence[Change]) -> Step:
        """Make changes and note them in the journal, as one step of a person."""
        self._apply(changes)
        self._working.journal.record(changes, Action.EDIT)
        return step_of(changes)

    def _apply(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._working.apply(change)


def deletions(store: PaperStore, papers: Sequence[Paper]) -> dict[int, list[Change]]:
    """Return what takes papers away, each with all that hangs on it: no merge keeps that."""
    ids = [paper.id for paper in papers]
    names = store.aliases_of(ids)
    sources = store.sources_of(ids)
    return {
        paper.id: [
            *(Change(paper.id, ALIAS, n, None, key=paper.key) for n in names.get(paper.id, ())),
            *(
                Change(paper.id, SOURCE, str(source), None, key=paper.key)
                for source in sources.get(paper.id, ())
            ),
            Change(paper.id, WHOLE_PAPER, paper_to_json(paper), None, key=paper.key),
        ]
        for paper in papers
    }


def _takeable(fields: Collection[str]) -> Collection[str]:
    """Return `fields` if of each one of two values can be chosen.

    Raises:
        InvalidValueError: of one, both are kept; or there is none of its name.
    """
    for field in fields:
        if field in UNITED:
            raise InvalidValueError(
                f"There is nothing to take of the {field}: a merge keeps what both have."
            )
        if field not in TAKEABLE:
            raise InvalidValueError(
                f"There is no field “{field}” to take.", f"It is one of {', '.join(TAKEABLE)}."
            )
    return fields


def field_change(paper: Paper | Marks, field: str, value: Any) -> Change:
    """Return the change that gives `field` of `paper` the value `value`."""
    return Change(
        paper.id, field, _stored(field, getattr(paper, field)), _stored(field, value), key=paper.key
    )


def tag_changes(paper: Paper | Marks, add: Iterable[str], remove: Iterable[str]) -> list[Change]:
    """Return the changes that give tags to `paper` and take tags from it."""
    added = [tag for tag in dict.fromkeys(add) if tag not in paper.tags]
    removed = [tag for tag in dict.fromkeys(remove) if tag in paper.tags]
    return [
        *(Change(paper.id, TAG, None, tag, key=paper.key) for tag in added),
        *(Change(paper.id, TAG, tag, None, key=paper.key) for tag in removed),
    ]


def step_of(changes: Sequence[Change], left_out: int = 0) -> Step:
    """Return what changes did together."""
    papers = tuple(dict.fromkeys(change.paper for change in changes))
    fields = frozenset(change.field for change in changes)
    return Step(papers, summary(changes), fields, left_out)


def _is_without_order(step: Sequence[Change]) -> bool:
    """Return whether the changes of a step can be turned back in any order."""
    several = (TAG, ALIAS, SOURCE)
    places = {(c.paper, c.field, c.field in several and (c.new or c.old)) for c in step}
    gone = {change.paper for change in step if deletes(change)}
    return len(places) == len(step) and all(
        is_by_itself(change)
        and (change.field in (WHOLE_PAPER, ALIAS, SOURCE) or change.paper not in gone)
        for change in step
    )


def _is_in_force(
    change: Change,
    present: Mapping[int, Mapping[str, str | None]],
    tags: Collection[tuple[int, str | None]],
) -> bool:
    """Return whether a paper has what a plain change gave it, by what papers have now."""
    if change.paper not in present:
        return False
    if change.field == TAG:
        return ((change.paper, change.new or change.old) in tags) == (change.new is not None)
    return present[change.paper][change.field] == change.new


def _stored(field: str, value: Any) -> str | None:
    stored = encode(field, value)
    return None if stored is None else str(stored)
