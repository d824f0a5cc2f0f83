"""Making again what git has taken out of the library file: `B`, and `recover`.

A checkout or a reset takes out edits of this machine; the working copy keeps them, in order, with
the papers that they added.

a paper that is there             -> its edits are made again, on what it has by now
a paper that they added           -> comes back as it was last; its edits are noted as they were
another paper that is not there   -> its edits wait until it is
what was decided otherwise since  -> is left out: a paper that was edited after its deletion stays,
                                     and a key that another paper has by now
two papers that were made one     -> all of that, or nothing
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from readinglist.domain.change import (
    ALIAS,
    CONFLICT,
    NOTHING,
    SOURCE,
    TAG,
    WHOLE_PAPER,
    Action,
    Change,
    deletes,
    is_addition,
    is_whole,
)
from readinglist.domain.citekey import possible_keys
from readinglist.services.changing import OF_READING, deletions, field_change, step_of
from readinglist.storage.papers import decode, paper_from_json, paper_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.storage.working_copy import WorkingCopy

_TOLD_EVERY = 200
"""After so many edits it is told how far it is."""


def bring_back(working: WorkingCopy, progress: Callable[[int, int], None]) -> Step:
    """Make the edits again that git has taken out of the library file, as one step.

    Args:
        working: the working copy.
        progress: called with how many edits are done, and of how many.
    """
    with working.transaction(), working.room():
        return _Again(working, progress).made()


class _Again:
    """What is made again of the edits that git took out."""

    def __init__(self, working: WorkingCopy, progress: Callable[[int, int], None]) -> None:
        self._working = working
        self._papers = working.papers
        self._progress = progress
        withdrawn = working.withdrawn()
        self._beside = working.beside_withdrawn()
        self._there = self._papers.those_there({change.paper for change in withdrawn})
        self._edits = self._to_be_made(withdrawn)
        self._deleting = {_step_and_paper(change) for change in withdrawn if deletes(change)}
        self._added: set[int] = set()
        self._made: list[Change] = []
        self._waiting: list[Change] = []
        self._left_out = 0

    def made(self) -> Step:
        """Make them, and return what was done."""
        done = 0
        for _, step in groupby(self._edits, lambda change: (change.batch, change.machine)):
            edits = list(step)
            if not self._is_merge_to_be_left(edits):
                for number, change in enumerate(edits, done):
                    if not number % _TOLD_EVERY:
                        self._progress(number, len(self._edits))
                    self._make(change)
            done += len(edits)
        self._working.keep_withdrawn(self._waiting)
        batch: int | None = None
        for action, some in groupby(self._made, lambda change: change.action):
            batch = self._working.journal.record(list(some), action, batch=batch)
        return replace(step_of(self._made, self._left_out), waiting=len(self._waiting))

    def _to_be_made(self, withdrawn: Sequence[Change]) -> list[Change]:
        """Return the edits without what was taken back, and deletions of what is gone anyway."""
        of_paper: dict[int, list[Change]] = {}
        for change in withdrawn:
            of_paper.setdefault(change.paper, []).append(change)
        needless: set[tuple[int, str, str]] = set()
        for paper, edits in of_paper.items():
            whole = [change for change in edits if change.field == WHOLE_PAPER]
            for change, later in pairwise(whole):
                if deletes(change) and is_addition(later):
                    needless |= _names_of_deletion(change, edits)
                    needless |= {_name(later)} if paper in self._there else set()
            names = [change for change in edits if change.field == ALIAS]
            for place, change in enumerate(names):
                given = {_name(c) for c in names[:place] if c.new and c.new == change.old}
                needless |= {_name(change), *given} if given else set()
            gone = {name for c in whole if deletes(c) for name in _names_of_deletion(c, edits)}
            if paper not in self._there and gone.issuperset(map(_name, edits)):
                needless |= gone
        return [change for change in withdrawn if _name(change) not in needless]

    def _is_merge_to_be_left(self, edits: Sequence[Change]) -> bool:
        """See to two papers that were made one, where not all of that can be done again."""
        deleted = {change.paper: change for change in edits if deletes(change)}
        keys = {change.key for change in deleted.values()}
        kept = {c.paper for c in edits if c.field == ALIAS and c.new in keys} - deleted.keys()
        if not kept:
            return False
        if not kept <= self._there | self._added:
            self._waiting += edits
            return True
        if any(self._is_edited_since(change) for change in deleted.values()):
            self._left_out += len(edits)
            return True
        return False

    def _is_edited_since(self, deletion: Change) -> bool:
        is_there = deletion.paper in self._there
        return is_there and self._working.journal.changed_since(deletion.paper, deletion.id)

    def _make(self, change: Change) -> None:
        present = next(iter(self._papers.get([change.paper])), None)
        if change.paper in self._added and not deletes(change):
            if change.field == ALIAS and present:  # its key may have been another's until now
                is_own = change.new and change.new.lower() == present.key.lower()
                if change.new and not is_own and not self._names_another(change):
                    self._do(self._on(present, change))
            elif not is_addition(change) and not self._goes_with_paper(change):
                self._made.append(replace(change, action=_of(change)))
        elif is_addition(change):
            if not present:
                self._add(change)
        elif change.field == NOTHING or self._goes_with_paper(change):
            pass
        elif present is None:
            self._waiting.append(change)
        elif deletes(change):
            if change.paper not in self._added and self._is_edited_since(change):
                self._left_out += 1
            else:
                self._do(deletions(self._papers, [present])[present.id])
        elif self._names_another(change):
            self._left_out += 1
        else:
            self._do(self._on(present, change))

    def _do(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._working.apply(change)
        self._made += changes

    def _add(self, change: Change) -> None:
        """Add a paper as it was last, under a key that is free."""
        paper = paper_from_json(change.new or "") if is_whole(change) else None
        names = (paper.key, *possible_keys(paper)) if paper else ()
        key = next((name for name in names if self._is_free(name, change.paper)), None)
        if paper is None or key is None:
            self._waiting.append(change)
            return
        text = paper_to_json(replace(paper, key=key))
        sources, aliases = self._beside.of(change.paper)
        for source in sources:
            self._know(source)
        beside = [
            *((SOURCE, str(source)) for source in sources),
            *(
                (ALIAS, name)
                for name in aliases
                if name.lower() != key.lower() and self._is_free(name, change.paper)
            ),
        ]
        self._added.add(change.paper)
        self._do(
            [
                Change(change.paper, WHOLE_PAPER, None, text, key=key, source=change.source),
                *(Change(change.paper, field, None, value, key=key) for field, value in beside),
            ]
        )

    def _on(self, present: Paper, change: Change) -> list[Change]:
        """Return what makes an edit again of a paper that is there; nothing where that is so."""
        again = replace(change, action=_of(change))
        if change.field in (TAG, ALIAS, SOURCE):
            is_there = (change.new or change.old) in self._several(present, change.field)
            if is_there == (change.new is not None):
                return []
        if change.field == SOURCE and change.new is not None:
            self._know(int(change.new))
        if change.field in (TAG, ALIAS, SOURCE, CONFLICT):
            return [again]
        made = field_change(present, change.field, decode(change.field, change.new))
        made = replace(made, action=_of(change), source=change.source)
        if made.old != made.new:
            return [made]
        if change.field == "key":  # the one before goes on naming the paper
            is_missing = change.old and self._papers.id_of_key(change.old) is None
            return [replace(made, field=ALIAS, old=None, new=change.old)] if is_missing else []
        # An import leaves alone what a person has edited: of some fields, just by that.
        return [] if change.field in OF_READING else [made]

    def _several(self, present: Paper, field: str) -> Collection[str]:
        """Return the tags, earlier keys or sources of a paper, as the journal names them."""
        if field == TAG:
            return present.tags
        if field == ALIAS:
            return self._papers.aliases_of([present.id]).get(present.id, ())
        return {str(n) for n in self._papers.sources_of([present.id]).get(present.id, ())}

    def _know(self, source: int) -> None:
        row = self._beside.sources.get(source)
        if row:
            self._papers.save_source(*row)

    def _goes_with_paper(self, change: Change) -> bool:
        is_beside = change.field in (ALIAS, SOURCE) and change.new is None
        return is_beside and _step_and_paper(change) in self._deleting

    def _names_another(self, change: Change) -> bool:
        """Return whether a change gives a paper a citation key that another one has by now."""
        is_key = change.field in ("key", ALIAS) and change.new is not None
        return is_key and not self._is_free(change.new or "", change.paper)

    def _is_free(self, key: str, paper: int) -> bool:
        return self._papers.id_of_key(key) in (None, paper)


def _of(change: Change) -> Action:
    return Action.IMPORT if change.action == Action.IMPORT else Action.EDIT


def _name(change: Change) -> tuple[int, str, str]:
    return change.id, change.machine, change.field


def _step_and_paper(change: Change) -> tuple[int, str, int]:
    return change.batch, change.machine, change.paper


def _names_of_deletion(deletion: Change, edits: Sequence[Change]) -> set[tuple[int, str, str]]:
    """Return the edits of a paper that are its deletion, with what hangs on the paper."""
    return {
        _name(change)
        for change in edits
        if _step_and_paper(change) == _step_and_paper(deletion)
        and (deletes(change) or (change.field in (ALIAS, SOURCE) and change.new is None))
    }
