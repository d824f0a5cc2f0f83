"""A library: one file of papers, and all that can be done with it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from readinglist.config import Config, cache_folder, state_folder
from readinglist.domain.key_pattern import check_pattern
from readinglist.domain.query import CHOICES
from readinglist.domain.text import plural
from readinglist.errors import ReadingListError, UnknownKeyError
from readinglist.services.finding import VIEWS, Finder, Found, Hit, View
from readinglist.services.query_history import QueryHistory
from readinglist.storage.document import check_finished, git_at_work
from readinglist.storage.working_copy import TakenIn, WorkingCopy

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from os import PathLike
    from types import TracebackType

    from readinglist.domain.change import Change
    from readinglist.domain.paper import Paper, Priority, Status
    from readinglist.errors import LibraryError
    from readinglist.services.adding import Adder
    from readinglist.services.app_memory import AppMemory
    from readinglist.services.changing import Editor, Step
    from readinglist.services.completing import Completer, Completion, Doubtful, Progress
    from readinglist.services.conflicts import Conflict
    from readinglist.services.drafts import Draft, Drafts
    from readinglist.services.duplicates import KeptApart, Pair
    from readinglist.services.exporting import Exported
    from readinglist.services.importing import FileReport, Importer, ImportReport
    from readinglist.services.live_search import LiveSearch, Question
    from readinglist.services.note_links import NoteLinks
    from readinglist.services.notes import Kept
    from readinglist.services.statistics import Statistics
    from readinglist.storage.tables import Tables

_DRAFTS = "drafts"
"""The folder of the notes that are being written, beside the working copy."""


class Library:
    """An open library. Use it as a context manager: leaving it saves and closes it.

    Every edit is durable when its method returns; `save` brings the library file up to
    date. Papers are named by their ids here and by their citation keys in `paper`.
    """

    def __init__(self, working: WorkingCopy, config: Config, state: Path) -> None:
        self._working = working
        self._config = config
        self._state = state
        self._finder: Finder | None = None
        self.on_progress: Callable[[int, int], None] = lambda done, of: None
        """Called with how much of a large change is done, and of how much; it may raise."""

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        config: Config | None = None,
        state: Path | None = None,
        progress: Callable[[int, int], None] = lambda done, of: None,
    ) -> Self:
        """Open the library file at `path`; a new library where there is none.

        Args:
            path: the library file.
            config: the settings; the defaults if not given.
            state: where this machine's working copies are; the usual folder if not given.
            progress: called with how much of the file is read, and of how much, where it is new
                here, or another than before.

        Raises:
            LibraryError: it is no sound library, or a folder can't be written.
        """
        state = state or state_folder()
        file = Path(os.path.expanduser(path))
        return cls(WorkingCopy(file, state, progress=progress), config or Config(), state)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.save()
        finally:
            self.close()

    @property
    def path(self) -> Path:
        """The library file."""
        return self._working.path

    @property
    def mended(self) -> str:
        """What became of an earlier or a damaged working copy when this was opened; or empty."""
        return self._working.mended

    @cached_property
    def keeps_earlier(self) -> bool:
        """Whether this machine keeps more of libraries that were here before than is here."""
        from readinglist.storage.kept_here import earlier_here

        return bool(earlier_here(self.path, self._state))

    def check_place(self) -> None:
        """Look whether what is edited here is still what others would open.

        Raises:
            LibraryError: the working copy is damaged, deleted, or was made anew meanwhile.
        """
        self._working.files.check_place()

    def faults_told(self) -> AbstractContextManager[None]:
        """Tell in one sentence what can't be done with the files of the working copy."""
        return self._working.files.faults_told()

    def fault(self, error: Exception) -> LibraryError | None:
        """Return what is to be told of an error; None if it is no fault of the working copy."""
        return self._working.files.fault(error)

    def close(self) -> None:
        """Close the files. What is unsaved stays on this machine until the next `save`."""
        if self._finder:
            self._finder.close()
        self._working.close()

    def save(self, during_merge: bool = False) -> bool:
        """Bring the library file up to date; False if it has to wait until git is done.

        Args:
            during_merge: whether a merge that has stopped is no reason to wait.

        Raises:
            LibraryError: the file can't be written.
        """
        return self._working.save(during_merge)

    def held_up(self) -> LibraryError:
        """Return the error that says why `save` has to wait, and what to do if git was killed."""
        return git_at_work(self.path)

    def is_saved(self) -> bool:
        """Return whether the library file has every edit."""
        return self._working.is_saved()

    @property
    def is_read_only(self) -> bool:
        """Whether a newer readinglist wrote the library file: this one can't change it."""
        return self._working.is_read_only

    def check_may_edit(self) -> None:
        """Look whether the library can be changed.

        Raises:
            LibraryError: it can only be read.
        """
        self._working.check_may_edit()

    def sibling(self) -> Library:
        """Open the same library once more, for another thread."""
        working = WorkingCopy(self.path, self._state, keep=True)
        return Library(working, self._config, self._state)

    def is_current(self) -> bool:
        """Return whether the library file is the one last read or written here."""
        return self._working.is_current()

    def check_finished(self) -> None:
        """Look whether another program has begun to change the library file itself.

        Raises:
            LibraryError: it has, or was killed at that: the file must not be replaced.
        """
        check_finished(self.path)

    @property
    def came_in(self) -> TakenIn:
        """What was brought in when the library was opened."""
        return self._working.came_in

    def take_in(self) -> TakenIn:
        """Bring in what other programs wrote to the library file; return whether there was any.

        Raises:
            LibraryError: the file is no sound library any more; nothing was changed.
        """
        return self._working.take_in()

    # --- versions that went apart

    def conflicts(self) -> list[Conflict]:
        """Return the values that two machines set and nobody has settled, newest first."""
        from readinglist.services.conflicts import open_conflicts

        return open_conflicts(self._working)

    def settle(self, conflicts: Iterable[Conflict], *, take: bool) -> Step:
        """Settle conflicts, as one step: with what holds, or, to `take`, with the other value.

        Raises:
            InvalidValueError: the other value is a citation key that another paper has.
        """
        return self._editor.settle(conflicts, take=take)

    def merge_in(self, theirs: Tables, base: Tables | None = None) -> TakenIn:
        """Merge another version of the library into this one.

        Args:
            theirs: the rows of the other version.
            base: the last version that both had; None for the state in which the journals
                last agreed.

        Raises:
            LibraryError: a value is not one that we would have written.
        """
        return self._working.merge_in(theirs, base)

    def withdrawn(self) -> list[Change]:
        """Return the edits of this machine that git has taken out of the library file."""
        return self._working.withdrawn()

    def bring_back(self) -> Step:
        """Make the edits again that git has taken out of the library file, as one step.

        Those of a paper that is not in the library wait until it is.
        """
        from readinglist.services.bringing_back import bring_back

        return bring_back(self._working, self.on_progress)

    def version(self) -> int:
        """Return a number that changes when another process or thread has edited."""
        return self._working.version()

    # --- looking

    def papers(self, ids: Iterable[int]) -> list[Paper]:
        """Return the papers of these ids, in their order."""
        return self._working.papers.get(ids)

    def paper(self, key: str) -> Paper:
        """Return the paper with the citation key `key`, also one that it had before.

        Raises:
            UnknownKeyError: there is none; the nearest keys are named.
        """
        number = self._working.papers.id_of_key(key)
        if number is None:
            near = self.nearest_keys(key)
            hint = f"Did you mean {' or '.join(near)}?" if near else "See: readinglist list."
            raise UnknownKeyError(f"There is no paper with the key {key}.", hint)
        return self._working.papers.get([number])[0]

    def keys_of(self, paper: Paper) -> Iterator[str]:
        """Yield the citation keys that name a paper, the present one first."""
        yield paper.key
        yield from self._working.papers.aliases_of([paper.id]).get(paper.id, ())

    def pdf_of(self, paper: Paper) -> Path | None:
        """Return the PDF of a paper, if one is stored, under whichever of its keys."""
        from readinglist.services.pdf_files import PdfFiles

        return PdfFiles(self.path).find(self.keys_of(paper))

    def all_keys(self) -> list[str]:
        """Return all citation keys."""
        return self._working.papers.all_keys()

    def count(self, view: View | None = None) -> int:
        """Return the number of papers, of all or of a view."""
        return self._the_finder.count(view) if view else self._working.papers.count()

    def count_by_status(self) -> dict[Status, int]:
        """Return the number of papers of each status."""
        return self._working.papers.count_by_status()

    def tags(self) -> list[tuple[str, int]]:
        """Return all tags with the number of their papers, most used first."""
        return self._working.papers.tags()

    def known_values(self, field: str) -> list[tuple[str, int]]:
        """Return what a filter by `field` may ask for, with the number of papers, most first.

        For authors and venues every paper is read: in a large library, do it in a thread.
        """
        if field in CHOICES:
            return [(value, len(self.find(f"{field}:{value}").ids)) for value in CHOICES[field]]
        stored = {
            "tag": self._working.papers.tags,
            "author": self._working.papers.families,
            "venue": self._working.papers.venues,
        }
        return stored[field]() if field in stored else []

    def values_among(self, ids: Iterable[int], field: str) -> dict[str, int]:
        """Return which values papers have in status, priority or tag, with how many have each."""
        return self._working.papers.values_among(ids, field)

    def queries(self) -> list[str]:
        """Return the queries that were used on this machine, last used last."""
        return self._queries.queries()

    @property
    def memory(self) -> AppMemory:
        """What the app remembers of this library on this machine."""
        from readinglist.services.app_memory import AppMemory

        return AppMemory(self._working.files.folder / "app.json", state_folder() / "tour-shown")

    def known_counts(self) -> dict[str, int]:
        """Return how many papers those views have that are counted at once, by the view's name."""
        from readinglist.services.view_counts import known_counts

        return known_counts(self)

    def remember_query(self, query: str) -> None:
        """Note that a query was used."""
        self._queries.add(query)

    def find(
        self,
        query: str = "",
        view: View = VIEWS["all"],
        sort: str | None = None,
        most: int | None = None,
    ) -> Found:
        """Return the ids of the papers of `view` that answer `query`, best first.

        Args:
            query: see `search`.
            view: the papers to look at.
            sort: another order than best first.
            most: about so many at once, from what is indexed by now; `complete` gives the others.

        Raises:
            InvalidValueError: there is no order `sort`.
        """
        return self._the_finder.find(query, view, sort, most)

    def complete(self, found: Found) -> Found:
        """Return all papers that answer, where `found` has the first ones."""
        return self._the_finder.complete(found)

    def interrupt(self) -> None:
        """Let what is being searched here by another thread end with a `SearchInterruptedError`."""
        if self._finder:  # else nothing is
            self._finder.interrupt()

    def live_search(
        self,
        answer: Callable[[Question, Found], object],
        fail: Callable[[ReadingListError], object],
    ) -> LiveSearch:
        """Return what searches in a thread, for who types; see there."""
        from readinglist.services.live_search import LiveSearch

        return LiveSearch(self._working, answer, fail)

    def search(self, query: str, limit: int | None = 10, sort: str | None = None) -> list[Hit]:
        """Return the papers that answer `query`, best first, with scores and what matched.

        `query` is what one types in the search bar: words, misspelt or cut short, and
        filters such as `author:nguyen year:2022.. -tag:survey`. Without words, the papers
        come newest first, or in the order `sort`.

        Raises:
            InvalidValueError: there is no order `sort`.
        """
        return self._the_finder.search(query, limit, sort)

    def similar(self, key: str, limit: int = 10) -> list[Hit]:
        """Return the papers nearest in content to the one with a citation key, nearest first.

        They are compared by the words of title, abstract and note; a score is the cosine of
        two vectors, 0 to 1.

        Raises:
            UnknownKeyError: there is no such paper.
        """
        return self._the_finder.similar(self.paper(key).id, limit)

    def links(self, known: NoteLinks | None = None) -> NoteLinks:
        """Return which note links to which paper; in a large library, do it in any thread.

        Args:
            known: the links of an earlier moment, so that only what changed since is read.
        """
        from readinglist.services.note_links import find_links

        return find_links(self._working, known)

    def links_are_current(self, known: NoteLinks) -> bool:
        """Return whether nothing was done since that may have changed a link."""
        from readinglist.services.note_links import are_current

        return are_current(self._working, known)

    def index(self, goes_on: Callable[[int, int], bool] = lambda done, of: True) -> bool:
        """Bring the search index up to date, in short steps; return whether it is.

        Searching does so by itself; this does it ahead of time.

        Args:
            goes_on: asked between two steps whether to go on, with the number of papers that are
                done, and of how many.
        """
        return self._the_finder.index(goes_on)

    def duplicates(self, goes_on: Callable[[int, int], bool] = lambda done, of: True) -> list[Pair]:
        """Return the papers that are likely the same work, two by two, the surest first.

        Every paper is looked at: in a large library, do it in a thread.

        Args:
            goes_on: asked now and then whether to go on, with the number of steps that are done,
                and of how many; if not, no pair is returned.
        """
        from readinglist.services.duplicates import find_pairs

        return find_pairs(self._working.papers, self._kept_apart.pairs(), goes_on)

    def keep_apart(self, first: int, second: int, apart: bool = True) -> None:
        """Note on this machine that two papers are two works, or take that back."""
        self._kept_apart.put(first, second, apart)

    # --- changing

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
        return self._editor.mark(
            ids, status=status, priority=priority, add_tags=add_tags, remove_tags=remove_tags
        )

    def edit(self, key: str, texts: Mapping[str, str]) -> Step:
        """Set fields of a paper, each given as text, as one step.

        Raises:
            UnknownKeyError: there is no such paper.
            InvalidValueError: a text doesn't fit its field.
        """
        return self.edit_seen(self.paper(key), texts)

    def edit_seen(self, seen: Paper, texts: Mapping[str, str]) -> Step:
        """Set fields of a paper that somebody has been looking at, as one step.

        What was changed elsewhere since then stays, but for the fields of `texts`: those of them
        are named in the step.

        Raises:
            UnknownKeyError: the paper was deleted meanwhile.
            InvalidValueError: a text doesn't fit its field.
        """
        return self._editor.edit(seen, texts)

    def check_key(self, key: str, paper: int | None = None) -> None:
        """Look whether a citation key can be that of a paper; None for one that is not here yet.

        Raises:
            InvalidValueError: it names another paper.
        """
        self._editor.check_key(key, paper)

    def find_same(self, texts: Mapping[str, str]) -> Paper | None:
        """Return the paper that is here already and that `texts` are about, given by field.

        Every paper is looked at: in a large library, do it in a thread.

        Raises:
            InvalidValueError: a text doesn't fit its field.
        """
        return self._adder.find(texts)

    def add(self, texts: Mapping[str, str]) -> Step:
        """Add a paper whose fields are given as text, as one step; without a key it gets one.

        In a large library, do it in a thread, as with `find_same`.

        Raises:
            InvalidValueError: a text doesn't fit its field, the title is missing, the key is
                another paper's, or the paper is here already.
        """
        return self._adder.add(texts)

    def note(self, key: str, text: str) -> Step:
        """Set the note of a paper; an empty one removes it.

        Raises:
            UnknownKeyError: there is no such paper.
            InvalidValueError: the text is too long.
        """
        return self.edit(key, {"note": text})

    def keep_note(self, paper: Paper, text: str) -> Kept:
        """Make `text` the note of `paper`, which says what the note was when it was begun.

        Where the note was changed meanwhile, both are kept; where the paper is gone, or the
        text can't be a note, it goes to a file.

        Raises:
            ReadingListError: that file can't be written.
        """
        from readinglist.services.notes import keep

        return keep(self._editor, self._drafts, paper, text)

    def draft(self, paper: Paper) -> Draft:
        """Return what keeps the text that is being written about a paper; see there."""
        return self._drafts.begin(paper)

    def has_drafts(self) -> bool:
        """Return whether there are drafts: of an editor that is open, or of an app that died."""
        return any((self._working.files.folder / _DRAFTS).glob("*.json"))

    def take_up_drafts(self) -> list[Kept]:
        """Make notes of the drafts that nobody writes any more; return what became of them.

        Raises:
            ReadingListError: one can't be kept; it stays a draft.
        """
        return self._drafts.take_up(self.keep_note)

    def rekey(self, ids: Iterable[int], pattern: str | None = None) -> Step:
        """Give papers the keys that a pattern makes; the old keys go on naming them.

        Args:
            ids: the papers.
            pattern: see `readinglist.domain.key_pattern`; None for the configuration's.

        Raises:
            InvalidValueError: it is no pattern.
        """
        return self._editor.rekey(ids, check_pattern(pattern or self._config.citation_key))

    def delete(self, ids: Iterable[int]) -> Step:
        """Delete papers, as one step."""
        return self._editor.delete(ids)

    def merge_papers(self, keep: int, drop: int, take: Collection[str] | None = None) -> Step:
        """Make one paper of two that are the same work, as one step.

        What both have of tags, notes, links, sources and .bib entries is kept, and the keys of
        the one that goes also name the one that stays.

        Args:
            keep: the paper that stays.
            drop: the paper that goes.
            take: of `readinglist.domain.union.TAKEABLE`, the fields in which the value of `drop`
                holds; None for those that are empty in the other, and for status and priority
                where they are further.

        Raises:
            InvalidValueError: they are one paper, one of them isn't there, or a field can't be
                taken.
        """
        return self._editor.merge(keep, drop, take)

    def undo(self, step: Step | None = None) -> Step:
        """Take back the last step of this machine, an import too, or the one that is given.

        Raises:
            NothingToUndoError: there is none.
        """
        return self._editor.undo(step.batch if step else None)

    def undo_extent(self, redo: bool = False) -> int:
        """Return how many changes `undo` would turn back, or `redo` bring again."""
        journal = self._working.journal
        batch = journal.redoable() if redo else journal.undoable()
        return 0 if batch is None else journal.extent(batch)

    def redo(self) -> Step:
        """Bring again what the last undo took back.

        Raises:
            NothingToUndoError: there is none.
        """
        return self._editor.redo()

    def history(self, key: str | None = None, limit: int | None = 1000) -> list[Change]:
        """Return what was done to a paper, a deleted one too, or to all, newest first.

        Raises:
            UnknownKeyError: there is no such paper, and never was.
        """
        if key is None:
            return self.history_of(None, limit)
        paper = self._working.papers.id_of_key(key) or self._working.journal.paper_of_key(key)
        return self.history_of(paper or self.paper(key).id, limit)

    def history_of(self, paper: int | None, limit: int | None = 1000) -> list[Change]:
        """Return what was done to the paper of an id, or to all, newest first; None is no limit."""
        return self._working.journal.history(paper, limit)

    def origins(self, paper: Paper) -> Mapping[str, tuple[str, ...]]:
        """Return the fields of a paper that files and services gave, by what gave them."""
        from readinglist.services.origins import origins

        return origins(paper, self.history_of(paper.id, None))

    def restore(self, change: Change) -> Step:
        """Give a paper the value again that it had before a change of its history, as one step.

        Of a conflict, that is the value which does not hold; of a deletion, the paper.

        Raises:
            InvalidValueError: there is no such value, or it can't be brought back.
        """
        return self._editor.restore(change)

    # --- in and out

    def statistics(self) -> Statistics:
        """Return the reading in figures: what came, was read and is left, week by week."""
        from readinglist.services.statistics import statistics
        from readinglist.storage.reading_log import ReadingLog

        return statistics(ReadingLog(self._working.connection), self.count_by_status())

    def import_files(
        self,
        files: Iterable[str | Path],
        format: str | None = None,  # noqa: A002 - the name of the command line's option
        year: int | None = None,
        progress: Callable[[str, int, int], None] = lambda name, done, of: None,
        *,
        update: bool = False,
    ) -> ImportReport:
        """Import files; new papers are added, known ones completed, nothing is overwritten.

        All is one step for `undo`. A file that can't be read is named in the report and
        doesn't stop the others.

        Args:
            files: their paths; `-` for standard input.
            format: their format; None to recognise it from the content.
            year: the year of dates without one, on pages that name no year at all.
            progress: called with the file, how many of its entries are done, and of how many.
            update: take what .bib files say where it differs, instead of offering it; what a
                person has set stays.

        Raises:
            InvalidValueError: there is no such format.
        """
        return self._importer.import_files(files, format, year, progress, update=update)

    def import_text(self, text: str, name: str, *, update: bool = False) -> ImportReport:
        """Import what stands in no file, as one step, see `import_files`.

        Args:
            text: in any of the formats that files have.
            name: what it is called: `pasted BibTeX`.
            update: take what it says where it differs, instead of offering it.
        """
        return self._importer.import_text(text, name, update=update)

    def complete_papers(
        self,
        ids: Iterable[int],
        progress: Callable[[Progress], object] = lambda progress: None,
        stop: threading.Event | None = None,
    ) -> Completion:
        """Give papers what sources of metadata know and they lack, as one step; see there.

        It takes as long as the sources want us to wait between two questions: do it in a thread.

        Args:
            ids: the papers.
            progress: called ten times a second at most, while there is something new.
            stop: set when it is enough; what was found by then stays.

        Raises:
            SourceError: no source can be reached; nothing was changed.
        """
        return self._completer.complete(ids, progress, stop)

    def add_found(self, arxiv: str | None = None, doi: str | None = None) -> FileReport | None:
        """Add the paper of an arXiv id or a DOI, as a source of metadata has it, as one step.

        A paper that is here already is completed. It takes as long as the sources take: do it in
        a thread.

        Returns:
            What became of it; None where no source has it.

        Raises:
            SourceError: none of those that may have it can be asked.
        """
        return self._completer.add(arxiv, doi)

    def facts_of(self, doubtful: Doubtful) -> Mapping[str, object]:
        """Return what a paper would get from what may be known of it: values by field."""
        return self._completer.facts(doubtful.paper, doubtful.candidate)

    def take_candidate(self, doubtful: Doubtful) -> Step:
        """Give a paper what a person says is known of it, as one step."""
        return self._completer.take(doubtful)

    def export(
        self,
        ids: Iterable[int] | None = None,
        path: str | PathLike[str] | None = None,
        format: str | None = None,  # noqa: A002 - as above
        keys: Iterable[str] = (),
        *,
        replace_all: bool = False,
    ) -> Exported:
        """Return papers (all, if none are named) as text; also write it to `path` if given.

        Their citation keys are out in the world then, and never change by themselves again.

        Args:
            ids: the papers.
            path: the file to write, whole or not at all.
            format: one of `EXPORT_FORMATS`; None for what the file is already, or for
                what the configuration says.
            keys: further papers by citation key; each is written under just this key, were
                it an earlier one.
            replace_all: also entries of the file that the library doesn't have.

        Raises:
            InvalidValueError: there is no such format.
            UnknownKeyError: there is no paper of a key.
            ReadingListError: the file can't be written, is no bibliography, or has entries
                that the library doesn't have.
        """
        from readinglist.services.exporting import format_of_file, write_file

        cited = self.cited(keys)
        everything = ids is None and not cited
        papers = self.papers(self._working.papers.all_ids() if everything else ids or ())
        there = {paper.key.lower() for paper in cited}
        file = Path(os.path.expanduser(path)) if path is not None else None
        lost = self.lost_by_export(file) if file is not None else ""
        if lost and not replace_all:
            raise ReadingListError(
                lost, "Import or mend the file first, name another one, or say --replace."
            )
        exported = self.render(
            [*cited, *(paper for paper in papers if paper.key.lower() not in there)],
            format or (format_of_file(file) if file else None),
        )
        with self.frozen_keys(exported.papers):
            if file is not None:
                write_file(file, exported.text)
        return exported

    def lost_by_export(self, file: Path) -> str:
        """Return, in a sentence, what there is at `file` that an export would take away.

        Raises:
            ReadingListError: it is something else, and no export may take its place.
        """
        from readinglist.services.exporting import check_target, foreign_keys, is_bibtex

        check_target(file, self._working.path)
        if not is_bibtex(file):
            return ""
        try:
            foreign = foreign_keys(
                file, lambda key: self._working.papers.id_of_key(key) is not None
            )
        except ReadingListError as error:  # nobody can tell what is in it
            return error.message
        if not foreign:
            return ""
        shown = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")
        entries = plural(len(foreign), "entry", "entries")
        return f"{file} has {entries} that the library doesn't have: {shown}."

    def render(self, papers: Iterable[Paper], format: str | None = None) -> Exported:  # noqa: A002
        """Return papers as the text of a file, with what is to be said of it; write nothing.

        Raises:
            InvalidValueError: there is no such format.
            ReadingListError: a key or a value can't be written.
        """
        from readinglist.services.exporting import Exporter

        exporter = Exporter(self._working, self._config.export, self.on_progress)
        return exporter.render(papers, format)

    def find_cited(self, key: str) -> Paper | None:
        """Return the paper of a citation key, under just this key; None where there is none."""
        number = self._working.papers.id_of_key(key)
        return None if number is None else replace(self.papers([number])[0], key=key)

    def cited(self, keys: Iterable[str]) -> list[Paper]:
        """Return the papers of citation keys, each with the key that it was asked for by.

        Raises:
            UnknownKeyError: there is no such paper.
        """
        found = [(key, self.paper(key)) for key in dict.fromkeys(keys)]
        return [
            paper if paper.key.lower() == key.lower() else replace(paper, key=key)
            for key, paper in found
        ]

    def freeze_keys(self, papers: Iterable[Paper]) -> None:
        """Note that the keys of `papers` are known outside: they never change by themselves."""
        with self.frozen_keys(papers):
            pass

    @contextmanager
    def frozen_keys(self, papers: Iterable[Paper]) -> Iterator[None]:
        """Write the keys of `papers` where others read them: noted before, unless that fails."""
        loose = [paper.id for paper in papers if not paper.key_frozen]
        self._set_frozen(loose, True)
        try:
            yield
        except BaseException:
            self._set_frozen(loose, False)
            raise

    def _set_frozen(self, ids: list[int], is_frozen: bool) -> None:
        if ids and not self.is_read_only:
            with self._working.transaction():
                self._working.papers.freeze_keys(ids, is_frozen)

    @property
    def _editor(self) -> Editor:
        from readinglist.services.changing import Editor

        return Editor(self._working, self.on_progress)

    @property
    def _adder(self) -> Adder:
        from readinglist.services.adding import Adder

        return Adder(self._working, self._config.citation_key)

    @property
    def _drafts(self) -> Drafts:
        from readinglist.services.drafts import Drafts

        return Drafts(self._working.files.folder / _DRAFTS)

    @property
    def _queries(self) -> QueryHistory:
        return QueryHistory(self._working.files.folder / "queries.json")

    @property
    def _kept_apart(self) -> KeptApart:
        from readinglist.services.duplicates import KeptApart

        return KeptApart(self._working.files.folder / "apart.json")

    @property
    def _completer(self) -> Completer:
        from readinglist.services.completing import Completer

        config = self._config
        answers = cache_folder() / "answers"
        return Completer(self._working, config.online, config.citation_key, answers)

    @property
    def _the_finder(self) -> Finder:
        if self._finder is None:
            self._finder = Finder(self._working)
        return self._finder

    @property
    def _importer(self) -> Importer:
        from readinglist.services.importing import Importer

        return Importer(self._working, self._config.citation_key)

    def nearest_keys(self, key: str) -> list[str]:
        """Return up to three citation keys that look like `key`, the nearest first."""
        from rapidfuzz import fuzz, process

        from readinglist.domain.text import fold

        keys = {fold(known): known for known in self.all_keys()}
        near = process.extract(fold(key), keys.keys(), scorer=fuzz.ratio, limit=3, score_cutoff=60)
        return [keys[folded] for folded, _, _ in near]
