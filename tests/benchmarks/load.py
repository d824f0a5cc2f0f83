"""Measures whether the numbers hold on a library that two years of work have gone through.

    python tests/benchmarks/load.py [--papers 100000] [--small 1000] [--rounds 9] [--only NAME...]

Three libraries in turns: `small` of 1,000 papers and `plain` of 100,000, both without a journal,
and `lived in`, with as many papers, 1,000 tags, 20,000 notes and 500,000 rows in its journal (see
lived_in.py). What stands before a screen, a key or a save is timed as the app has it done, without
the drawing; what is a process, as a process, with the most memory that it had. The libraries are
made once and kept under the folder for temporary files; each run begins with fresh copies.

The times are medians of the processor's time, which tells more on a machine that does other
things, too; of what is lived in, the time on the wall stands beside it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.domain.paper import Status
from readinglist.formats import json_lines
from readinglist.services.library import Library
from readinglist.services.live_search import FIRST
from readinglist.services.syncing import set_up, sync
from tests.benchmarks import generated, libraries, lived_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.benchmarks.libraries import Ready

_QUERIES = ("sparse att", "tag:survey", "rewrad", "author:nguyen 2022")
_LINES = 50
"""Papers on a screen."""
_SHARE = 10
"""One paper of so many is marked at once."""
_MEASURING = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
_KINDS = ("at_a_key", "in_a_moment", "of_many", "versions", "synced", "processes")
"""What is done, see `Deeds`."""
_PAGE = 40
"""Papers of a listing page."""


@dataclass(slots=True)
class Times:
    """What one deed took in one library."""

    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    """MiB at most; of processes alone."""

    def add(self, act: Callable[[], object]) -> None:
        """Do something, and note what it took."""
        processor, wall = time.process_time(), time.perf_counter()
        act()
        self.processor.append(time.process_time() - processor)
        self.wall.append(time.perf_counter() - wall)

    def add_process(self, *arguments: object, library: Ready) -> None:
        """Run readinglist in a process of its own, and note what it took."""
        command = [sys.executable, "-m", "readinglist", *map(str, arguments)]
        wall = time.perf_counter()
        # Whom a large process starts is said to have had as much memory as that: start it by a
        # small one.
        told = subprocess.run(
            [sys.executable, "-S", "-c", _MEASURING, *command],
            stdout=subprocess.PIPE,
            env=environment(library),
            check=True,
        ).stdout
        self.wall.append(time.perf_counter() - wall)
        processor, memory = map(float, told.split())
        self.processor.append(processor)
        self.memory.append(memory / 1024)


Measured = dict[str, Times]
"""By deed, in the order in which they are told."""


def environment(library: Ready) -> dict[str, str]:
    """Return the environment in which a process finds the working copy of a library."""
    home = library.path.parent / "home"
    link = home / "readinglist"
    if not link.exists():
        home.mkdir(exist_ok=True)
        link.symlink_to(library.state)
    return {
        **os.environ,
        "XDG_STATE_HOME": str(home),
        "READINGLIST_LIBRARY": str(library.path),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "GIT_CONFIG_GLOBAL": str(library.path.parent / "gitconfig"),
    }


class Deeds:
    """What is done to one library, each time to other papers."""

    def __init__(self, ready: Ready, seed: int = 5) -> None:
        self.ready = ready
        self._library = Library.open(ready.path, state=ready.state)
        self._dice = random.Random(seed)
        self._ids = list(self._library.find().ids)
        self._number = 0
        self.times: Measured = {}

    def close(self) -> None:
        """Close the library."""
        self._library.close()

    def _time(self, name: str, act: Callable[[], object]) -> None:
        self.times.setdefault(name, Times()).add(act)

    def _process(self, name: str, *arguments: object) -> None:
        self.times.setdefault(name, Times()).add_process(*arguments, library=self.ready)

    def at_a_key(self) -> None:
        """Do what is done at a key, or each second."""
        library = self._library
        paper = self._dice.choice(self._ids)
        (seen,) = library.papers([paper])
        self._number += 1
        self._time("start: open, first screen", self._first_screen)
        self._time("a letter in the search", self._letters)
        self._time("cursor: the details", lambda: self._details(paper))
        status = Status.READ if seen.status != Status.READ else Status.READING
        self._time("status key", lambda: self._mark(paper, status))
        self._time("undo of it", self._undo)
        self._time("redo", library.redo)
        self._time("note", lambda: library.note(seen.key, f"Note {self._number}."))
        self._time("undo of it, a note", self._undo)
        library.mark([paper], status=status)
        self._time("the look each second", self._look)
        self._time("history of the paper", lambda: library.history_of(paper, None))
        self._time("latest 1,000 of the journal", lambda: library.history_of(None))
        self._time("conflicts", library.conflicts)
        self._time("tags", library.tags)

    def in_a_moment(self) -> None:
        """Do what takes a moment."""
        library = self._library
        self._number += 1
        library.note(library.papers(self._ids[:1])[0].key, f"Note {self._number}.")
        self._time("save of one edit", library.save)
        self._time("import of a page", self._import)
        self._time("undo of the import", self._undo)
        self._time("links of the notes", library.links)
        self._time("reading log", library.statistics)

    def many(self) -> list[int]:
        """Return some of the papers, to be changed at once."""
        return self._dice.sample(self._ids, len(self._ids) // _SHARE)

    def of_many(self) -> None:
        """Do what is done to many papers, or to all."""
        library, some = self._library, self.many()
        self._number += 1
        tag = f"bulk-{self._number}"
        name = "a tenth of all"
        self._time(f"{name}: preview", lambda: self._preview(some))
        self._time(f"{name}: status", lambda: library.mark(some, status=Status.SKIPPED))
        self._time(f"{name}: undo", self._undo)
        self._time(f"{name}: redo", library.redo)
        self._time(f"{name}: save", library.save)
        self._time(f"{name}: tag", lambda: library.mark(some, add_tags=[tag]))
        self._time(f"{name}: undo of the tag", self._undo)
        self._time(f"{name}: delete", lambda: library.delete(some))
        self._time(f"{name}: undo of that", self._undo)
        library.save()
        library.index()

    def processes(self) -> None:
        """Do what is a process of its own."""
        folder = self.ready.path.parent
        key = self._library.papers(self._ids[:1])[0].key
        self._process("list, the process", "list", "sparse", "attention")
        self._process("mark, the process", "mark", key, "--status", "read")
        for kind in ("bibtex", "csl-json", "json"):
            # The first freezes all keys: to be saved once, and not counted.
            self._library.freeze_keys(self._library.papers(self._ids))
            self._library.save()
            self._process(f"export of all: {kind}", "export", "--format", kind, "-o", folder / kind)
        self._process("check", "check")

    def versions(self) -> None:
        """Do what git asks for, and what comes after it."""
        library, folder = self._library, self.ready.path.parent
        library.save()
        base, mine, theirs = (folder / f"{name}.db" for name in ("base", "mine", "theirs"))
        shutil.copyfile(self.ready.path, base)
        for place, path in enumerate((mine, theirs)):
            shutil.copyfile(base, path)
            with Library.open(path, state=folder / f"state-{path.stem}") as other:
                ids = self._ids[25 * place : 25 * place + 50]
                other.mark(ids, status=(Status.READ, Status.READING)[place])
                other.note(other.papers(ids[:1])[0].key, f"A note in {path.name}.")
            shutil.rmtree(folder / f"state-{path.stem}")
        self._process("merge driver", "merge-driver", base, mine, theirs, 7, "library.db")
        with TemporaryDirectory(dir=folder) as state:
            self._time("first opening", lambda: Library.open(base, state=Path(state)).close())
        os.replace(mine, self.ready.path)
        self._time("after a pull: taken in", library.take_in)
        self._time("after a pull: indexed", library.index)
        library.save()

    def synced(self) -> None:
        """Sync with a remote, where another clone has edited."""
        folder, library = self.ready.path.parent, self._library
        os.environ |= environment(self.ready)
        remote, clone = folder / "remote.git", folder / "clone"
        if not remote.exists():
            git = ["git", "config", "--global"]
            subprocess.run([*git, "user.name", "T"], check=True)
            subprocess.run([*git, "user.email", "t@example.org"], check=True)
            subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
            set_up(library)
            subprocess.run(["git", "remote", "add", "origin", remote], check=True, cwd=folder)
            sync(library)
            subprocess.run(["git", "clone", "-q", remote, clone], check=True)
            with Library.open(clone / "library.db", state=folder / "state-clone") as other:
                set_up(other)
        with Library.open(clone / "library.db", state=folder / "state-clone") as other:
            other.mark(self._dice.sample(self._ids, 10), status=Status.READ)
            sync(other)
        library.mark(self._dice.sample(self._ids, 10), status=Status.READING)
        library.save()
        self._process("sync, both edited", "sync")
        self._process("sync, nothing to do", "sync")

    # --- one deed

    def _first_screen(self) -> None:
        with closing(Library.open(self.ready.path, state=self.ready.state)) as library:
            found = library.find(most=FIRST)
            library.papers(found.ids[:_LINES])
            library.count_by_status()
            library.conflicts()
            library.withdrawn()
            self._details_of(library, found.ids[0])

    def _letters(self) -> None:
        query = _QUERIES[self._number % len(_QUERIES)]
        end = 1 + self._number % len(query)
        found = self._library.find(query[:end], most=FIRST)
        self._library.papers(found.ids[:_LINES])

    def _details(self, paper: int) -> None:
        self._details_of(self._library, paper)

    @staticmethod
    def _details_of(library: Library, paper: int) -> None:
        library.history_of(paper, limit=6)
        library.papers([paper])

    def _mark(self, paper: int, status: Status) -> None:
        self._library.mark([paper], status=status)
        self._library.papers([paper])
        self._library.count_by_status()
        self._library.conflicts()

    def _undo(self) -> None:
        assert self._library.undo_extent()
        assert not self._library.undo().left_out

    def _look(self) -> None:
        self._library.take_in()
        self._library.version()
        self._library.is_saved()

    def _import(self) -> None:
        papers = list(generated.papers(_PAGE, seed=1000 + self._number))
        text = json_lines.write(papers)
        report = self._library.import_text(text, f"page {self._number}")
        assert report.added, report

    def _preview(self, some: list[int]) -> None:
        self._library.values_among(some, "status")
        self._library.papers(some[:_LINES])


def in_turns(deeds: Mapping[str, Deeds], kind: str, rounds: int) -> None:
    """Do all of a kind to one library after the other, again and again."""
    for _ in range(rounds):
        for deed in deeds.values():
            getattr(deed, kind)()


def print_head(names: Iterable[str]) -> None:
    """Print what stands in which column."""
    print(f"{'':32}" + "".join(f"{name:>11}" for name in names), end="")
    print(f"{'on the wall':>13}{'most':>9}   {'to small':>9}{'to plain':>9}")


def report(deeds: Mapping[str, Deeds]) -> None:
    """Print medians, and how what was lived in compares with the others; forget them."""
    names = [*deeds]
    for what in deeds[names[-1]].times:
        times = [deed.times[what] for deed in deeds.values()]
        medians = [statistics.median(one.processor) for one in times]
        wall = statistics.median(times[-1].wall)
        line = f"{what:32}" + "".join(f"{_told(median):>11}" for median in medians)
        line += f"{_told(wall):>13}{_told(max(times[-1].wall)):>9}   "
        line += "".join(f"{medians[-1] / median:9.2f}" for median in medians[:-1])
        if times[-1].memory:
            line += "   " + ", ".join(f"{max(one.memory):.0f}" for one in times) + " MiB"
        print(line, flush=True)
    for deed in deeds.values():
        deed.times.clear()


def _told(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--few", type=int, default=3, help="rounds of what takes long")
    parser.add_argument("--only", nargs="+", default=_KINDS, choices=_KINDS)
    options = parser.parse_args()
    with ExitStack() as stack:
        deeds: dict[str, Deeds] = {}
        for name, count, is_lived_in in (
            ("small", options.small, False),
            ("plain", options.papers, False),
            ("lived in", options.papers, True),
        ):
            ready = libraries.kept(count, is_lived_in=is_lived_in)
            if is_lived_in:
                print(lived_in.count_of(ready.path))
            deeds[name] = stack.enter_context(closing(Deeds(ready)))
        print_head(deeds)
        for kind in options.only:
            is_short = kind in ("at_a_key", "in_a_moment")
            in_turns(deeds, kind, options.rounds if is_short else options.few)
            report(deeds)


if __name__ == "__main__":
    main()
