"""Completing papers with what sources of metadata know of them.

papers -> the first source that may know what they lack -> candidates -> those that are meant
       -> written at once, all as one step -> the next source, until nobody is left to ask

A thread for each source asks at the source's pace; so all of them are at work at the same time,
each for other papers. The caller's thread alone writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from queue import Empty, Queue
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from readinglist.config import APP
from readinglist.domain.change import SOURCE, Action, Change, summary
from readinglist.domain.citekey import possible_keys
from readinglist.domain.identity import arxiv_of_doi, paper_id, share_identifier
from readinglist.domain.paper import Paper
from readinglist.domain.versions import completed
from readinglist.errors import ReadingListError, SourceError, StoppedError
from readinglist.formats.html_text import plain_text
from readinglist.services.changing import Step, field_change
from readinglist.services.importing import ONLINE, FileReport, Importer, Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from readinglist.config import OnlineConfig
    from readinglist.online.source import Source
    from readinglist.online.web import Web
    from readinglist.storage.working_copy import WorkingCopy

_FAILURES_IN_A_ROW = 3
"""After so many, a source is not asked any more."""
_LOOK_EVERY = 0.1
"""Seconds between two looks whether it is enough."""
_TOLD_EVERY = 0.1
"""Seconds between two words about how far it is."""
_BREATH = 0.005
"""Seconds after each paper in which an app can answer to its keys."""
_OWNED = "another paper here has its identifier"
_MOST_DOUBTS = 4
"""So many candidates for one paper are worth a look."""


class Progress(NamedTuple):
    """How far it is."""

    done: int = 0
    of: int = 0
    completed: int = 0
    doubtful: int = 0
    papers: tuple[int, ...] = ()
    """Those that got something since it was told last."""


class Doubtful(NamedTuple):
    """What a source has that may be a paper: a person decides."""

    paper: int
    source: str
    """What people call the source."""
    candidate: Paper
    why: str
    """Why it was not taken."""
    also: tuple[tuple[str, Paper], ...] = ()
    """The same work once more, as other sources have it: by their names."""

    @property
    def sources(self) -> str:
        """The names of all sources that have it."""
        return ", ".join(dict.fromkeys((self.source, *(source for source, _ in self.also))))


@dataclass(frozen=True, slots=True)
class Completion:
    """What became of papers that were to be completed."""

    asked: int
    """How many papers lacked something that a source may know."""
    completed: tuple[int, ...] = ()
    """The papers that got something, in order."""
    by_source: Mapping[str, int] = field(default_factory=dict)
    """How many papers got something from each source, by its name."""
    doubtful: tuple[Doubtful, ...] = ()
    twins: tuple[tuple[int, int], ...] = ()
    """Papers of which the identifiers now say that they are other papers of the library."""
    problems: tuple[str, ...] = ()
    """One sentence for each source that could not be asked, or not for all."""
    is_stopped: bool = False


class Completer:
    """Completes papers of one library."""

    def __init__(
        self,
        working: WorkingCopy,
        config: OnlineConfig,
        key_pattern: str,
        cache: Path,
    ) -> None:
        """Prepare to ask.

        Args:
            working: the working copy.
            config: whom to ask.
            key_pattern: see `readinglist.domain.key_pattern`.
            cache: the folder for answers.
        """
        self._working = working
        self._config = config
        self._key_pattern = key_pattern
        self._cache = cache
        self._batch: int | None = None
        self._owners: dict[str, int] = {}
        self._twins: dict[tuple[int, int], None] = {}

    def complete(
        self,
        papers: Iterable[int],
        progress: Callable[[Progress], object] = lambda progress: None,
        stop: threading.Event | None = None,
    ) -> Completion:
        """Give papers what they lack, as one step.

        Args:
            papers: their ids.
            progress: called ten times a second at most, while there is something new.
            stop: set when it is enough; what was found by then stays.

        Raises:
            SourceError: no source can be reached; nothing was changed.
        """
        stop = stop or threading.Event()
        for owner, _, arxiv, doi in self._working.papers.identifiers():
            for identifier in _identifiers(Paper("", arxiv=arxiv, doi=doi)):
                self._owners.setdefault(identifier, owner)
        stations = self._stations(stop)
        run = _Run(stations)
        try:
            for paper in self._working.papers.get(dict.fromkeys(papers)):
                run.send(paper, 0)
            total = run.waiting
            progress(Progress(0, total))
            for station in stations:
                station.thread.start()
            while run.waiting and not stop.is_set():
                try:
                    answer = run.answers.get(timeout=_LOOK_EVERY)
                except Empty:
                    if run.changed:
                        progress(run.progress(total))
                    continue
                for paper, candidates in self._answered(run, answer):
                    if self._choose(run, answer.station, paper, candidates):
                        run.changed.append(paper.id)
                    stop.wait(_BREATH)
                    if monotonic() > run.told_at + _TOLD_EVERY or not run.waiting:
                        progress(run.progress(total))
        except _TakenBackError:
            run.forget()
        finally:
            is_stopped = stop.is_set() or run.is_taken_back
            stop.set()
            for station in stations:
                station.send(None)
        if self._batch is not None and self._working.journal.is_turned_back(self._batch):
            run.forget()
        if run.is_offline:
            raise SourceError(
                "No source of metadata can be reached: nothing was changed.",
                "Is there a network?",
            )
        return Completion(
            total,
            tuple(run.done),
            run.by_source,
            tuple(one for ones in run.doubts.values() for one in ones),
            tuple(self._twins),
            tuple(run.problems.values()),
            is_stopped,
        )

    def facts(self, number: int, candidate: Paper) -> dict[str, Any]:
        """Return what a paper would get from a candidate: values by field."""
        present = next(iter(self._working.papers.get([number])), None)
        edited = self._working.journal.edited_fields(number)
        return completed(present, candidate, edited) if present else {}

    def take(self, doubtful: Doubtful) -> Step:
        """Give a paper what a person says is known of it, as one step."""
        self._batch = None
        with self._working.transaction():
            changes = self._apply(doubtful.paper, doubtful.candidate, doubtful.source)
            for source, candidate in doubtful.also:
                changes += self._apply(doubtful.paper, candidate, source)
        papers = (doubtful.paper,) if changes else ()
        fields = frozenset(change.field for change in changes)
        return Step(papers, summary(changes), fields, batch=self._batch)

    def add(self, arxiv: str | None, doi: str | None) -> FileReport | None:
        """Add the paper of an identifier, as one step; None where no source has it.

        Raises:
            SourceError: none of those that may have it can be asked.
        """
        wanted = Paper("", arxiv=arxiv or arxiv_of_doi(doi or ""), doi=doi)
        stop = threading.Event()
        failure: SourceError | None = None
        has_answer = False
        for station in self._stations(stop):
            if not station.source.has_identifier(wanted):
                continue
            try:
                with closing(station.web):
                    (candidates,) = station.source.find([wanted], station.web)
                has_answer = True
            except SourceError as error:
                failure = failure or error
                continue
            found = next((one for one in candidates if share_identifier(one, wanted)), None)
            if found:
                return self._added(found, station.source.name)
        if failure and not has_answer:
            raise failure
        return None

    def _added(self, found: Paper, source: str) -> FileReport:
        """Add a paper that a source has, or complete it."""
        title = plain_text(found.title)
        if title and title != found.title:
            found = replace(found, title=title, id=paper_id(title))
        number = Known(self._working, self._working.version()).find(found)
        if number is None:
            importer = Importer(self._working, self._key_pattern)
            return importer.import_found(found, _source_id(source), source)
        self._batch = None
        with self._working.transaction():
            is_new = bool(self._apply(number, found, source))
        return FileReport(
            source, ONLINE, 1, completed=int(is_new), unchanged=int(not is_new), papers=(number,)
        )

    # --- asking

    def _stations(self, stop: threading.Event) -> list[_Station]:
        from readinglist.online.answer_cache import AnswerCache
        from readinglist.online.catalogue import sources
        from readinglist.online.web import Web

        cache = AnswerCache(self._cache, self._config.cache_days)
        cache.forget_old()
        return [
            _Station(
                source,
                Web(
                    source.name,
                    self._config.addresses.get(name, source.address),
                    source.interval,
                    agent=agent(),
                    cache=cache,
                    stop=stop,
                ),
                stop,
            )
            for name, source in sources(self._config).items()
        ]

    def _answered(self, run: _Run, answer: _Answer) -> Iterator[tuple[Paper, Sequence[Paper]]]:
        """Yield the papers of an answer with what the source has for each."""
        run.note(answer)
        for place, paper in enumerate(answer.papers):
            yield paper, () if answer.error else answer.candidates[place]

    def _choose(
        self, run: _Run, station: _Station, paper: Paper, candidates: Sequence[Paper]
    ) -> bool:
        """Write what is meant, note what is doubtful, and go on to the next source.

        Returns:
            Whether the paper got something.
        """
        from readinglist.online.matching import Choice, Doubt, choose

        source = station.source.name
        choice = choose(paper, candidates)
        owned = [Doubt(one, _OWNED) for one in choice.same if self._owners_of(paper, one)]
        for doubt in owned:
            owners = self._owners_of(paper, doubt.candidate)
            self._twins |= {(paper.id, owner): None for owner in owners}
        unsure = [
            Doubt(one, f"{why}, and {_OWNED}" if self._owners_of(paper, one) else why)
            for one, why in choice.doubts
        ]
        choice = Choice(() if owned else choice.same, (*owned, *unsure))
        changed = False
        for candidate in choice.same:
            with self._working.transaction():
                changed |= bool(self._apply(paper.id, candidate, source))
        if changed:
            run.by_source[source] = run.by_source.get(source, 0) + 1
            run.done[paper.id] = None
        if choice.same:
            run.doubts.pop(paper.id, None)
            run.certain.add(paper.id)
        elif choice.doubts and paper.id not in run.certain:
            for doubt in choice.doubts:
                run.doubt(Doubtful(paper.id, source, doubt.candidate, doubt.why))
        run.waiting -= 1
        for present in self._working.papers.get([paper.id]):
            run.send(present, run.stations.index(station) + 1)
        return changed

    # --- writing

    def _apply(self, number: int, candidate: Paper, source: str) -> list[Change]:
        """Give a paper what a candidate has beside it; return the changes that this takes."""
        papers, journal = self._working.papers, self._working.journal
        present = next(iter(papers.get([number])), None)
        if present is None:
            return []
        origin = _source_id(source)
        entries = tuple(replace(entry, source=origin) for entry in candidate.entries)
        candidate = replace(candidate, entries=entries)
        facts = completed(present, candidate, journal.edited_fields(number))
        changes = [field_change(present, name, value) for name, value in facts.items()]
        if not changes:
            return []
        changes += self._new_key(present, replace(present, **facts))
        if origin not in papers.sources_of([number]).get(number, ()):
            at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            papers.save_source(origin, source, ONLINE, at)
            changes.append(Change(number, SOURCE, None, str(origin), key=present.key))
        changes = [replace(change, source=source) for change in changes]
        for change in changes:
            self._working.apply(change)
        if self._batch is not None and journal.is_turned_back(self._batch):
            raise _TakenBackError("It was taken back.")
        self._batch = journal.record(changes, Action.IMPORT, batch=self._batch)
        for identifier in _identifiers(candidate):
            self._owners.setdefault(identifier, number)
        return changes

    def _new_key(self, before: Paper, after: Paper) -> list[Change]:
        """Return what gives a paper a better key, where ours was made without its authors."""
        if before.key_frozen or before.authors or not after.authors:
            return []
        if before.entries and any(entry.key for entry in before.entries):
            return []
        made = {key.lower() for key in possible_keys(before, self._key_pattern)}
        by_hand = "key" in self._working.journal.edited_fields(before.id)
        if by_hand or before.key.lower() not in made:
            return []
        for key in possible_keys(after, self._key_pattern):
            if self._working.papers.id_of_key(key) in (None, before.id):
                return [field_change(before, "key", key)] if key != before.key else []
        return []

    def _owners_of(self, paper: Paper, candidate: Paper) -> list[int]:
        """Return the other papers that have an identifier of a candidate for `paper`."""
        own = set(_identifiers(paper))
        new = (identifier for identifier in _identifiers(candidate) if identifier not in own)
        return sorted({self._owners.get(identifier, paper.id) for identifier in new} - {paper.id})


def _identifiers(paper: Paper) -> Iterator[str]:
    yield from (text.lower() for text in (paper.arxiv, paper.doi) if text)


def agent() -> str:
    """Return who asks, for those who keep the sources."""
    from readinglist import __version__

    return f"{APP}/{__version__}"


class _TakenBackError(StoppedError):
    """The user has undone what was completed so far: no more is wanted."""


class _Answer(NamedTuple):
    """What came of one request."""

    station: _Station
    papers: Sequence[Paper]
    candidates: Sequence[Sequence[Paper]] = ()
    error: ReadingListError | None = None


class _Station:
    """One source, the papers that wait for it, and the thread that asks."""

    def __init__(self, source: Source, web: Web, stop: threading.Event) -> None:
        self.source = source
        self.web = web
        self.is_given_up = False
        self._failures = 0
        self._stop = stop
        self._arriving: Queue[Paper | None] = Queue()
        self._answers: Queue[_Answer] | None = None
        self.thread = threading.Thread(target=self._work, name=source.name, daemon=True)

    def join(self, answers: Queue[_Answer]) -> None:
        """Put what is answered there."""
        self._answers = answers

    def send(self, paper: Paper | None) -> None:
        """Let a paper wait for this source; None is the last one."""
        self._arriving.put(paper)

    def _work(self) -> None:
        assert self._answers
        waiting: list[Paper] = []
        try:
            while not self._stop.is_set():
                waiting += self._arrived(is_patient=not waiting)
                # While the source wants us to wait, others arrive: one request may do for all.
                if not self.is_given_up:
                    self.web.wait_for_turn()
                waiting += self._arrived()
                if waiting:
                    batch = list(self.source.batch(waiting))
                    chosen = {paper.id for paper in batch}
                    waiting = [paper for paper in waiting if paper.id not in chosen]
                    self._answers.put(self._ask(batch))
        except StoppedError:
            pass
        finally:
            self.web.close()

    def _arrived(self, is_patient: bool = False) -> Iterator[Paper]:
        """Yield the papers that came, if need be after waiting for one."""
        with contextlib.suppress(Empty):
            while True:
                paper = self._arriving.get(block=is_patient)
                is_patient = False
                if paper:
                    yield paper

    def _ask(self, batch: Sequence[Paper]) -> _Answer:
        if self.is_given_up:
            return _Answer(self, batch, error=StoppedError("given up"))
        try:
            found = self.source.find(batch, self.web)
            self._failures = 0
            return _Answer(self, batch, found)
        except ReadingListError as error:
            self._failures += 1
            is_final = isinstance(error, SourceError) and error.is_final
            self.is_given_up = is_final or self._failures == _FAILURES_IN_A_ROW
            return _Answer(self, batch, error=error)
        except Exception as error:  # else all the others would wait for this one for ever
            self.is_given_up = True
            fault = f"{type(error).__name__}: {error}"[:200]
            return _Answer(self, batch, error=SourceError(f"{self.source.name} failed: {fault}."))


class _Run:
    """What is known while papers are completed."""

    def __init__(self, stations: list[_Station]) -> None:
        self.stations = stations
        self.answers: Queue[_Answer] = Queue()
        self.waiting = 0
        """How many papers are still to be answered."""
        self.is_taken_back = False
        self.told_at = 0.0
        self.changed: list[int] = []
        """What got something since it was told how far it is."""
        self.done: dict[int, None] = {}
        self.certain: set[int] = set()
        self.by_source: dict[str, int] = {}
        self.doubts: dict[int, list[Doubtful]] = {}
        self.problems: dict[str, str] = {}
        self._has_answer = False
        self._is_unreachable = False
        for station in stations:
            station.join(self.answers)

    @property
    def is_offline(self) -> bool:
        """Whether none of the sources that were asked could be reached."""
        return self._is_unreachable and not self._has_answer

    def forget(self) -> None:
        """Note that all of it was undone."""
        self.is_taken_back = True
        self.done.clear()
        self.by_source.clear()

    def progress(self, total: int) -> Progress:
        """Return how far it is, and note that it is told."""
        changed, self.changed, self.told_at = tuple(self.changed), [], monotonic()
        counts = (total - self.waiting, total, len(self.done), len(self.doubts))
        return Progress(*counts, changed)

    def send(self, paper: Paper, place: int) -> None:
        """Let a paper wait for the first source from `place` on that may know what it lacks."""
        for station in self.stations[place:]:
            if not station.is_given_up and station.source.wants(paper):
                self.waiting += 1
                station.send(paper)
                return

    def doubt(self, doubtful: Doubtful) -> None:
        """Note what may be a paper, beside the same work where another source had it."""
        from readinglist.online.matching import Verdict, judge

        known = self.doubts.setdefault(doubtful.paper, [])
        for place, one in enumerate(known):
            if judge(one.candidate, doubtful.candidate).verdict is Verdict.SAME:
                also = (*one.also, (doubtful.source, doubtful.candidate))
                known[place] = one._replace(also=also)
                return
        if len(known) < _MOST_DOUBTS:
            known.append(doubtful)

    def note(self, answer: _Answer) -> None:
        """Note whether a source could be asked."""
        error = answer.error
        if isinstance(error, StoppedError):
            return
        is_unreachable = isinstance(error, SourceError) and error.is_unreachable
        self._is_unreachable |= is_unreachable
        self._has_answer |= not is_unreachable
        if error:
            self.problems.setdefault(answer.station.source.name, str(error))


def _source_id(name: str) -> int:
    """Return the id of a source in the library: the same on every machine."""
    digest = hashlib.sha256(f"{ONLINE}\0{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
