"""Importing files: papers that are new are added, known ones get what they lacked.

What the researcher did is never touched, and importing a file again changes nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import SOURCE, WHOLE_PAPER, Action, Change
from readinglist.domain.citekey import unique_key
from readinglist.domain.identity import contradict, paper_id, title_key
from readinglist.errors import FormatError, InvalidValueError
from readinglist.formats import recognition
from readinglist.services.changing import field_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from readinglist.domain.paper import Paper
    from readinglist.storage.working_copy import WorkingCopy

IMPORT_FORMATS = recognition.IMPORT_FORMATS
"""The formats that can be imported, by name."""

_FACTS = (
    "authors", "author_count", "organization", "abstract", "published", "venue", "arxiv", "doi",
    "url", "comments",
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
    failed: bool = False
    """True if nothing of it was imported."""


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
        """How many known papers got what they lacked."""
        return sum(file.completed for file in self.files)

    @property
    def unchanged(self) -> int:
        """How many entries brought nothing new."""
        return sum(file.unchanged for file in self.files)


class Importer:
    """Imports texts into one library."""

    def __init__(self, working: WorkingCopy, key_pattern: str) -> None:
        self._working = working
        self._key_pattern = key_pattern
        self._batch: int | None = None

    def import_files(
        self,
        files: Iterable[str | Path],
        kind: str | None = None,
        year: int | None = None,
        progress: Callable[[str, int, int], None] = lambda name, done, of: None,
    ) -> ImportReport:
        """Import each of `files`, as one step; one that can't be read doesn't stop the others.

        Args:
            files: their paths; `-` for standard input.
            kind: their format; None to recognise it from the content.
            year: the year of dates without one, on pages that name no year at all.
            progress: called with the file, how many of its entries are done, and of how many.

        Raises:
            InvalidValueError: there is no such format.
        """
        if kind not in (None, *IMPORT_FORMATS):
            raise InvalidValueError(
                f"There is no format “{kind}”.", f"It is one of {', '.join(IMPORT_FORMATS)}."
            )
        reports = []
        self._batch = None
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

    def _import_data(
        self,
        data: bytes,
        name: str,
        kind: str | None,
        fallback_year: tuple[int, str],
        progress: Callable[[int, int], None],
    ) -> FileReport:
        """Import the content of one file, all of it or, if it can't be read, nothing."""
        try:
            text, assumption = recognition.read_text(data)
            kind = kind or recognition.recognise(text)
            parsed = recognition.parse(text, kind, lambda: fallback_year)
        except FormatError as error:
            return _failure(name, error)
        counts = {"added": 0, "completed": 0, "unchanged": 0}
        source = int.from_bytes(hashlib.sha256(data).digest()[:8], "big") >> 1
        with self._working.transaction():
            known = _Known(self._working)
            started = datetime.datetime.now(datetime.UTC)
            changes: list[Change] = []
            for number, paper in enumerate(parsed.papers):
                # The first of a page is the newest, so that a list in order of time shows
                # the page as it was.
                at = started + datetime.timedelta(microseconds=len(parsed.papers) - number)
                outcome, made = self._take(paper, source, Path(name).name, at, known)
                counts[outcome] += 1
                changes += made
                progress(number + 1, len(parsed.papers))
            if changes and not self._working.papers.has_source(source):
                at_text = started.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                self._working.papers.save_source(source, Path(name).name, kind, at_text)
            self._batch = self._working.journal.record(changes, Action.IMPORT, batch=self._batch)
        return FileReport(
            name,
            kind,
            len(parsed.papers),
            counts["added"],
            counts["completed"],
            counts["unchanged"],
            tuple(f"{name}:{problem.line}: {problem.message}" for problem in parsed.problems),
            tuple(filter(None, (assumption, *parsed.assumptions))),
        )

    def _take(
        self, paper: Paper, source: int, name: str, at: datetime.datetime, known: _Known
    ) -> tuple[str, list[Change]]:
        """Add or complete one paper; return what became of it, and the changes made."""
        papers = self._working.papers
        number = known.find(paper)
        if number is None:
            new = replace(
                paper, id=known.new_id(paper), added_at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            )
            if not new.key or new.key.lower() in known.keys:
                new = replace(new, key=unique_key(new, known.keys, self._key_pattern))
            papers.add(new)
            papers.add_source(new.id, source)
            known.add(new)
            return "added", [Change(new.id, WHOLE_PAPER, None, name, key=new.key)]
        present = papers.get([number])[0]
        facts = self._missing_facts(present, paper)
        changes = [field_change(present, field, value) for field, value in facts.items()]
        if source not in papers.sources_of(number):
            changes.append(Change(number, SOURCE, None, str(source), key=present.key))
        for change in changes:
            self._working.apply(change)
        return ("completed" if facts else "unchanged"), changes

    def _missing_facts(self, present: Paper, incoming: Paper) -> dict[str, Any]:
        """Return what `present` lacks and `incoming` has, but for what a person has set."""
        facts: dict[str, Any] = {}
        for field in _FACTS:
            old, new = getattr(present, field), getattr(incoming, field)
            lacks = old in (None, ())
            if old and new and field in ("published", "abstract"):
                # A date that says more, an abstract that goes on where a cut-off page ended.
                lacks = len(new) > len(old) and new.startswith(old)
            if lacks and new not in (None, ()):
                facts[field] = new
        links = tuple(dict.fromkeys(present.links + incoming.links))
        if links != present.links:
            facts["links"] = links
        if present.type == "misc" != incoming.type:
            facts["type"] = incoming.type
        if facts:
            edited = self._working.journal.edited_fields(present.id)
            facts = {field: value for field, value in facts.items() if field not in edited}
        return facts


class _Known:
    """What the library has, to find a paper again."""

    def __init__(self, working: WorkingCopy) -> None:
        self.keys = {key.lower() for key in working.papers.all_keys()}
        self._papers = working.papers
        self._ids: set[int] = set()
        self._titles: dict[str, int] = {}
        self._identifiers: dict[str, int] = {}
        for number, title, arxiv, doi in working.papers.identifiers():
            self._note(number, title, arxiv, doi)
        # A paper goes by the identifiers that a person corrected, too: pages repeat the error.
        for number, field, value in working.journal.former_identifiers():
            for identifier in _identifiers(**{"arxiv": None, "doi": None, field: value}):
                if number in self._ids:
                    self._identifiers.setdefault(identifier, number)

    def add(self, paper: Paper) -> None:
        self.keys.add(paper.key.lower())
        self._note(paper.id, paper.title, paper.arxiv, paper.doi)

    def find(self, paper: Paper) -> int | None:
        """Return the paper that is the same work as `paper`, or None."""
        for identifier in _identifiers(paper.arxiv, paper.doi):
            if identifier in self._identifiers:
                return self._identifiers[identifier]
        number = paper_id(paper.title)
        found = number if number in self._ids else self._titles.get(title_key(paper.title))
        if found is None or not contradict(self._papers.get([found])[0], paper):
            return found
        # Another work of this title; it may be here, with other identifiers by now.
        others = (
            paper_id(paper.title, identifier) for identifier in _identifiers(paper.arxiv, paper.doi)
        )
        return next((other for other in others if other in self._ids), None)

    def new_id(self, paper: Paper) -> int:
        """Return the id of a new paper: told apart by its identifier if its title is taken."""
        number = paper_id(paper.title)
        if number not in self._ids:
            return number
        return paper_id(paper.title, next(_identifiers(paper.arxiv, paper.doi)))

    def _note(self, number: int, title: str, arxiv: str | None, doi: str | None) -> None:
        self._ids.add(number)
        self._titles.setdefault(title_key(title), number)
        for identifier in _identifiers(arxiv, doi):
            self._identifiers.setdefault(identifier, number)


def _read(name: str) -> tuple[bytes, float | None]:
    """Return the content of a file, and when it was last changed; None for standard input."""
    if name == "-":
        return sys.stdin.buffer.read(), None
    path = Path(os.path.expanduser(name))
    return path.read_bytes(), path.stat().st_mtime


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
