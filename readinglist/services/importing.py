"""Importing files: papers that are new are added, known ones get what they lacked.

Of votes, comments and stars the larger number holds: a newer page brings it up to date. What
the researcher did is never touched, and importing a file again changes nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import ALIAS, ENTRIES, SOURCE, WHOLE_PAPER, Action, Change
from readinglist.domain.citekey import possible_keys
from readinglist.domain.entry import Entry, with_entry
from readinglist.domain.identity import (
    contradict,
    edition,
    only_share_identifier,
    paper_id,
    title_key,
)
from readinglist.domain.text import encodable
from readinglist.domain.union import says_more
from readinglist.errors import FormatError, InvalidValueError
from readinglist.formats import recognition
from readinglist.formats.parsed import Parsed
from readinglist.services.changing import field_change
from readinglist.services.foreign_files import read_file, read_stream
from readinglist.services.updating import newer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from readinglist.domain.entry import Parts
    from readinglist.domain.paper import Paper
    from readinglist.storage.working_copy import WorkingCopy

IMPORT_FORMATS = recognition.IMPORT_FORMATS
"""The formats that can be imported, by name."""

ONLINE = "online"
"""The format of what came from no file."""
_CORRECTED = 85
"""How alike two titles of one key are, of 100, that are one title and its correction."""
_FACTS = (
    "authors", "author_count", "organization", "abstract", "published", "venue", "arxiv", "doi",
    "url", "comments", "votes", "stars", "type",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    file: str
    format: str | None = None
    entries: int = 0
    added: int = 0
    completed: int = 0
    unchanged: int = 0
    problems: tuple[str, ...] = ()
    """Each thing that could not be read, with file and line."""
    assumptions: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    """What differs from the library, which stays as it is; one sentence for each paper."""
    failed: bool = False
    """True if nothing of it was imported."""
    papers: tuple[int, ...] = ()
    """What its entries are in the library now, in their order."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of all files."""

    files: tuple[FileReport, ...]

    @property
    def added(self) -> int:
        """How many papers are new."""
        return sum(file.added for file in self.files)

    @property
    def completed(self) -> int:
        """How many known papers got what they lacked, or counts that have grown since."""
        return sum(file.completed for file in self.files)

    @property
    def unchanged(self) -> int:
        """How many entries brought nothing new."""
        return sum(file.unchanged for file in self.files)


@dataclass(frozen=True, slots=True)
class _Told:
    """Sentences for the report of a file, while it is imported."""

    assumptions: list[str]
    offers: list[str]


class Importer:
    """Imports texts into one library."""

    def __init__(self, working: WorkingCopy, key_pattern: str) -> None:
        self._working = working
        self._key_pattern = key_pattern
        self._batch: int | None = None
        self._strings: dict[str, str | Parts] = {}
        self._known: Known | None = None
        self._update = False

    def import_files(
        self,
        files: Iterable[str | Path],
        kind: str | None = None,
        year: int | None = None,
        progress: Callable[[str, int, int], None] = lambda name, done, of: None,
        *,
        update: bool = False,
    ) -> ImportReport:
        """Import each of `files`, as one step; one that can't be read doesn't stop the others.

        Args:
            files: their paths; `-` for standard input.
            kind: their format; None to recognise it from the content.
            year: the year of dates without one, on pages that name no year at all.
            progress: called with the file, how many of its entries are done, and of how many.
            update: take what .bib files say where it differs, instead of offering it.

        Raises:
            InvalidValueError: there is no such format.
        """
        if kind not in (None, *IMPORT_FORMATS):
            raise InvalidValueError(
                f"There is no format “{kind}”.", f"It is one of {', '.join(IMPORT_FORMATS)}."
            )
        reports = []
        self._begin(update)
        for file in files:
            name = str(file)
            try:
                data, modified = _read(name)
            except OSError as error:
                problem = FormatError(f"It can't be read: {error.strerror}.")
                reports.append(_failure(name, problem))
                continue
            assumed = (year, "as --year says") if year else _year_of(modified)
            reports.append(self._import_data(data, name, kind, assumed, partial(progress, name)))
        return ImportReport(tuple(reports))

    def import_text(self, text: str, name: str, *, update: bool = False) -> ImportReport:
        """Import a text that stands in no file, as one step.

        Args:
            text: in any of the formats.
            name: what it is called in the report and as a source.
            update: see `import_files`.
        """
        self._begin(update)
        data = text.encode("utf-8", "replace")
        return ImportReport((self._import_data(data, name, None, _year_of(None)),))

    def _begin(self, update: bool) -> None:
        self._batch = None
        self._strings = {}
        self._known = None
        self._update = update

    def _import_data(
        self,
        data: bytes,
        name: str,
        kind: str | None,
        fallback_year: tuple[int, str],
        progress: Callable[[int, int], object] = lambda done, of: None,
    ) -> FileReport:
        """Import the content of one file, all of it or, if it can't be read, nothing."""
        try:
            text, assumption = recognition.read_text(data)
            kind = kind or recognition.recognise(text)
            if assumption and kind != recognition.DAILY_PAPERS:
                text, assumption = recognition.read_lines(data)
            parsed = recognition.parse(text, kind, lambda: fallback_year, self._strings)
            if not parsed.papers:  # a file of abbreviations, for those that come after it
                self._strings |= parsed.strings
        except FormatError as error:
            return _failure(name, error)
        source = int.from_bytes(hashlib.sha256(data).digest()[:8], "big") >> 1
        told = _Told([assumption] if assumption else [], [])
        return self._import_parsed(parsed, name, kind, source, told, progress)

    def import_found(self, paper: Paper, source: int, name: str) -> FileReport:
        """Import a paper that a source of metadata has and the library has not, as one step.

        Args:
            paper: what it has.
            source: the id of the source in the library.
            name: what people call it.
        """
        self._begin(update=False)
        return self._import_parsed(Parsed((paper,)), name, ONLINE, source, _Told([], []))

    def _import_parsed(
        self,
        parsed: Parsed,
        name: str,
        kind: str,
        source: int,
        told: _Told,
        progress: Callable[[int, int], object] = lambda done, of: None,
    ) -> FileReport:
        papers: list[int] = []
        counts = {"added": 0, "completed": 0, "unchanged": 0}
        file = encodable(Path(name).name)
        with self._working.transaction():
            known = self._known_now()
            started = datetime.datetime.now(datetime.UTC)
            changes: list[Change] = []
            for number, paper in enumerate(parsed.papers):
                # The first of a page is the newest, so that a list in order of time shows
                # the page as it was.
                at = started + datetime.timedelta(microseconds=len(parsed.papers) - number)
                number_here, outcome, made = self._take(paper, source, file, at, known, told, kind)
                papers.append(number_here)
                counts[outcome] += 1
                changes += made
                progress(number + 1, len(parsed.papers))
            if changes and not self._working.papers.has_source(source):
                at_text = started.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                self._working.papers.save_source(source, file, kind, at_text, _definitions(parsed))
            self._batch = self._working.journal.record(
                changes, Action.IMPORT, batch=self._batch, source=file
            )
        return FileReport(
            name,
            kind,
            len(parsed.papers),
            counts["added"],
            counts["completed"],
            counts["unchanged"],
            tuple(f"{name}:{problem.line}: {problem.message}" for problem in parsed.problems),
            (*told.assumptions, *parsed.assumptions),
            tuple(told.offers),
            papers=tuple(papers),
        )

    def _known_now(self) -> Known:
        """Return what the library has, read anew where another process has written to it."""
        version = self._working.version()
        if self._known is None or self._known.version != version:
            self._known = Known(self._working, version)
        return self._known

    def _take(
        self,
        paper: Paper,
        source: int,
        file: str,
        at: datetime.datetime,
        known: Known,
        told: _Told,
        kind: str,
    ) -> tuple[int, str, list[Change]]:
        """Add or complete one paper; return it, what became of it, and the changes made."""
        papers = self._working.papers
        entries = tuple(Entry(e.key, e.type, e.fields, e.comment, source) for e in paper.entries)
        paper = replace(paper, entries=entries, added_at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        number = known.find(paper)
        if number is None:
            free = known.new_id(paper)
            new = paper if free == paper.id else replace(paper, id=free)
            renamed: list[Change] = []
            if not new.key or new.key.lower() in known.keys:
                key, renamed = self._new_key(new, known)
                new = replace(new, key=key)
                if paper.key:
                    told.assumptions.append(
                        f"{paper.key} is another paper's key here: {new.key} was taken."
                    )
            if kind != ONLINE and any(not entry.key for entry in entries):
                named = tuple(replace(entry, key=entry.key or new.key) for entry in entries)
                new = replace(new, entries=named)
            papers.add(new, [source])
            known.add(new)
            added = Change(new.id, WHOLE_PAPER, None, file, key=new.key)
            return new.id, "added", [*renamed, added]
        present = papers.get([number])[0]
        facts = self._missing_facts(present, paper)
        changes = [field_change(present, field, value) for field, value in facts.items()]
        changes += self._entry_changes(present, entries, known)
        outcome = "completed" if changes else "unchanged"
        if source not in papers.sources_of([number]).get(number, ()):
            changes.append(Change(number, SOURCE, None, str(source), key=present.key))
        for change in changes:
            self._working.apply(change)
        known.forget(number)
        if entries:
            if changes:
                (present,) = papers.get([number])
            edited = partial(self._working.journal.edited_fields, number)
            newer_changes, offer = newer(present, paper, edited)
            if offer and not self._update:
                told.offers.append(offer)
            elif offer:
                for change in newer_changes:
                    self._working.apply(change)
                return number, "completed", [*changes, *newer_changes]
        return number, outcome, changes

    def _new_key(self, paper: Paper, known: Known) -> tuple[str, list[Change]]:
        """Return a key for `paper`, and the changes that make way for it.

        Of papers that would have one key, all get a longer one, whichever came first: so the
        keys are the same on machines that import in another order. A key that is known
        outside, or was given by a person or a file, stays.
        """
        changes: list[Change] = []
        for key in possible_keys(paper, self._key_pattern):
            if key.lower() not in known.keys:
                known.keys.add(key.lower())
                return key, changes
            owner = self._working.papers.id_of_present_key(key)
            if owner in (None, paper.id):  # the name of nobody any more, or its own to give up
                continue
            (other,) = self._working.papers.get([owner])
            if self._may_be_renamed(other, key):
                longer, more = self._new_key(other, known)
                change = field_change(other, "key", longer)
                self._working.apply(change)
                changes += [*more, change]
        raise AssertionError("two papers have one identity")  # pragma: no cover

    def _may_be_renamed(self, paper: Paper, key: str) -> bool:
        """Return whether `key` was made by us, for a paper that nobody cites yet."""
        if paper.key_frozen or paper.entries:
            return False
        made = key.lower() in (k.lower() for k in possible_keys(paper, self._key_pattern))
        return made and "key" not in self._working.journal.edited_fields(paper.id)

    def _entry_changes(
        self, present: Paper, incoming: tuple[Entry, ...], known: Known
    ) -> list[Change]:
        """Return what gives `present` the entries that a .bib file has for it, and their keys."""
        entries = present.entries
        changes: list[Change] = []
        for entry in incoming:
            entry = replace(entry, key=entry.key or present.key)  # noqa: PLW2901 - its own key
            if all(e.key.lower() != entry.key.lower() for e in entries):
                changes += self._key_changes(present, entry.key, known)
            entries = with_entry(entries, entry)
        if entries != present.entries:
            changes.append(field_change(present, ENTRIES, entries))
        return changes

    def _key_changes(self, present: Paper, key: str, known: Known) -> list[Change]:
        """Return what lets `key` name `present`: as its own key, or as an alias."""
        if key.lower() in known.keys:
            return []
        known.keys.add(key.lower())
        bound = present.key_frozen or present.entries
        if bound or "key" in self._working.journal.edited_fields(present.id):
            return [Change(present.id, ALIAS, None, key, key=present.key)]
        return [field_change(present, "key", key)]

    def _missing_facts(self, present: Paper, incoming: Paper) -> dict[str, Any]:
        """Return what `incoming` says more than `present`, but for what a person has set."""
        facts: dict[str, Any] = {
            field: getattr(incoming, field)
            for field in _FACTS
            if says_more(field, getattr(present, field), getattr(incoming, field))
        }
        links = tuple(dict.fromkeys(present.links + incoming.links))
        if links != present.links:
            facts["links"] = links
        if facts:
            edited = self._working.journal.edited_fields(present.id)
            facts = {field: value for field, value in facts.items() if field not in edited}
        return facts


class Known:
    """What the library has, to find a paper again.

    Attributes:
        version: the version of the library of which this was read.
        keys: all citation keys, and those that papers had before, in lower case.
    """

    def __init__(self, working: WorkingCopy, version: int) -> None:
        self.version = version
        self.keys = {key.lower() for key in working.papers.all_keys()}
        self._papers = working.papers
        self._ids: set[int] = set()
        self._read: dict[int, Paper] = {}
        self._titles: dict[str, list[int]] = {}
        self._identifiers: dict[str, int] = {}
        for number, title, arxiv, doi in working.papers.identifiers():
            self._note(number, title, arxiv, doi)
        self._merged = dict(working.journal.merged_papers())
        # A paper goes by the identifiers that a person corrected, too: pages repeat the error.
        for number, field, value in working.journal.former_identifiers():
            for identifier in _identifiers(**{"arxiv": None, "doi": None, field: value}):
                if number in self._ids:
                    self._identifiers.setdefault(identifier, number)

    def add(self, paper: Paper) -> None:
        """Note that a paper is new."""
        self.keys.add(paper.key.lower())
        self._read[paper.id] = paper
        self._note(paper.id, paper.title, paper.arxiv, paper.doi)

    def forget(self, number: int) -> None:
        """Note that a paper is not what it was."""
        self._read.pop(number, None)

    def _get(self, numbers: Iterable[int]) -> Iterator[Paper]:
        """Yield papers as far as identity asks for them, from memory where they were read."""
        for number in numbers:
            if number not in self._read:
                (self._read[number],) = self._papers.get([number])
            yield self._read[number]

    def find(self, paper: Paper) -> int | None:
        """Return the paper that is the same work as `paper`, or None."""
        for identifier in _identifiers(paper.arxiv, paper.doi):
            number = self._identifiers.get(identifier)
            if number and not only_share_identifier(next(self._get([number])), paper):
                return number
        named = list(filter(None, [self._present(paper.id)]))
        named += self._titles.get(title_key(paper.title), [])
        if not named:
            named = self._of_corrected_title(paper)
        same = [
            present for present in self._get(dict.fromkeys(named)) if not contradict(present, paper)
        ]
        if same:
            keys = {entry.key for entry in paper.entries if entry.key}
            cited = (p for p in same if any(entry.key in keys for entry in p.entries))
            return next(cited, same[0]).id
        if not named:
            return None
        # Another work of this title; it may be here under another title by now.
        for identifier in _identifiers(paper.arxiv, paper.doi):
            other = self._present(paper_id(paper.title, identifier))
            if other:
                return other
        editions = (paper_id(paper.title, teller) for teller in _editions(paper))
        there = self._get(filter(None, map(self._present, editions)))
        return next((p.id for p in there if not contradict(p, paper)), None)

    def _present(self, number: int) -> int | None:
        """Return the paper of an id, or the one that it was merged into; None if there is none."""
        if number in self._ids:
            return number
        key = self._merged.get(number)
        return None if key is None else self._papers.id_of_key(key)

    def _of_corrected_title(self, paper: Paper) -> list[int]:
        """Return the paper of the same key, where one title reads like the other, corrected."""
        from rapidfuzz import fuzz

        keys = [entry.key for entry in paper.entries if entry.key.lower() in self.keys]
        owners = filter(None, map(self._papers.id_of_key, keys))
        return [
            present.id
            for present in self._get(dict.fromkeys(owners))
            if any(entry.key in keys for entry in present.entries)
            and fuzz.ratio(title_key(present.title), title_key(paper.title)) >= _CORRECTED
        ]

    def new_id(self, paper: Paper) -> int:
        """Return the id of a new paper: told apart by its identifier if its title is taken."""
        number = paper.id
        tellers = _tellers(paper)
        while number in self._ids:
            number = paper_id(paper.title, next(tellers))
        return number

    def _note(self, number: int, title: str, arxiv: str | None, doi: str | None) -> None:
        self._ids.add(number)
        self._titles.setdefault(title_key(title), []).append(number)
        for identifier in _identifiers(arxiv, doi):
            self._identifiers.setdefault(identifier, number)


def _tellers(paper: Paper) -> Iterator[str]:
    """Yield what tells `paper` apart from others of its title, the most telling first."""
    yield from _identifiers(paper.arxiv, paper.doi)
    yield from _editions(paper)


def _editions(paper: Paper) -> Iterator[str]:
    yield edition(paper)
    yield from (f"{edition(paper)}/{entry.type}/{entry.key}" for entry in paper.entries)


def _read(name: str) -> tuple[bytes, float | None]:
    """Return the content of a file, and when it was last changed; None for standard input."""
    if name == "-":
        return read_stream(sys.stdin.buffer), None
    path = Path(os.path.expanduser(name))
    return read_file(path), path.stat().st_mtime


def _year_of(modified: float | None) -> tuple[int, str]:
    if modified is None:
        return datetime.date.today().year, "the page names no year; it is the present one"
    year = datetime.datetime.fromtimestamp(modified).year
    return year, "the page names no year; the file was last changed then"


def _identifiers(arxiv: str | None, doi: str | None) -> Iterator[str]:
    if arxiv:
        yield f"arxiv:{arxiv}"
    if doi:
        yield f"doi:{doi.lower()}"


def _failure(name: str, error: FormatError) -> FileReport:
    where = name if error.line is None else f"{name}:{error.line}"
    return FileReport(name, problems=(f"{where}: {error}",), failed=True)


def _definitions(parsed: Parsed) -> str | None:
    """Return what a .bib file defines beside its entries, as JSON; None where it does not."""
    if not (parsed.strings or parsed.preambles or parsed.comments):
        return None
    return json.dumps(
        {
            "strings": parsed.strings,
            "preambles": parsed.preambles,
            "comments": parsed.comments,
        },
        ensure_ascii=False,
    )
