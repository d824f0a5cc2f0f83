"""Which note links to which paper: found once for the library, then kept up to date.

all notes with `[[` -> their keys -> the papers of the keys, present or former -> both directions
a step of anybody -> the papers that it changed -> their notes alone are read again
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from readinglist.domain.change import ALIAS, WHOLE_PAPER
from readinglist.domain.note_links import links_in
from readinglist.storage.journal import Journal
from readinglist.storage.papers import PaperStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readinglist.storage.working_copy import WorkingCopy

_NAMES = ("key", ALIAS, WHOLE_PAPER)
"""What may change where a link leads."""
_FIELDS = ("note", *_NAMES)
"""What may change a link, too."""


@dataclass(frozen=True, slots=True)
class NoteLinks:
    """The links between papers, as of one moment."""

    step: int = -1
    """The last row of the journal at that moment."""
    keys: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The keys that the note of a paper links to, in lower case."""
    papers: Mapping[str, int] = field(default_factory=dict)
    """The papers of these keys."""
    back: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The papers whose notes link to a paper."""

    def from_paper(self, paper: int) -> tuple[int, ...]:
        """Return the papers that the note of one links to, in its order."""
        linked = (self.papers.get(key) for key in self.keys.get(paper, ()))
        return tuple(dict.fromkeys(to for to in linked if to is not None and to != paper))

    def to_paper(self, paper: int) -> tuple[int, ...]:
        """Return the papers whose notes link to one."""
        return self.back.get(paper, ())


def are_current(working: WorkingCopy, known: NoteLinks) -> bool:
    """Return whether nothing has been done that may change a link: a look, no search."""
    return not working.journal.papers_changed(known.step, _FIELDS, most=1)


def find_links(working: WorkingCopy, known: NoteLinks | None = None) -> NoteLinks:
    """Return the links of all notes, in any thread: they are read over a connection of its own.

    Args:
        working: the library.
        known: those of an earlier moment, so that only what changed since is read.
    """
    known = known or NoteLinks()
    with closing(working.another_connection()) as connection:
        store, journal = PaperStore(connection), Journal(connection, working.files.machine)
        step = journal.last_row()
        changed = None if known.step < 0 else journal.papers_changed(known.step, _FIELDS)
        keys = {paper: to for paper, to in known.keys.items() if paper not in (changed or ())}
        for paper, note in store.linking_notes(changed):
            if links := links_in(note):
                keys[paper] = tuple(link.key.lower() for link in links)
        wanted = {key for several in keys.values() for key in several}
        papers: dict[str, int] = {}
        if not journal.papers_changed(known.step, _NAMES, most=1):
            papers.update(known.papers)
        papers.update(store.ids_of_keys(wanted - papers.keys()))
    back: dict[int, dict[int, None]] = {}
    for paper, several in keys.items():
        for key in several:
            to = papers.get(key)
            if to is not None and to != paper:
                back.setdefault(to, {})[paper] = None
    return NoteLinks(step, keys, papers, {to: tuple(by) for to, by in back.items()})
