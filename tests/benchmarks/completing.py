"""Measures how papers are completed: what is right, how long it takes, what one feels.

    python tests/benchmarks/completing.py [--look-alikes 5000] [--pace 1.0] [--keys]

All papers of the real pages (or as many invented ones) are completed from a local server in a
process of its own, which has them, written as other sources write titles, among look-alikes:
titles with one or two words changed, added, dropped or swapped. Every second paper was published,
too. Told are the right and the wrong completions, the doubtful ones, and the time against the
least that the sources' own limits allow: of the source that takes longest, its requests times the
seconds that it wants between two of them. With `--pace 0.1` all of them want a tenth.

With `--keys`, then, an app in tmux at 200x50 completes the same papers while the cursor is moved
and queries are typed, against the same app at rest.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.config import Config, OnlineConfig
from readinglist.online import catalogue
from readinglist.services.library import Library
from tests.benchmarks.papers import listing_pages
from tests.benchmarks.terminals import QuickTerminal
from tests.look_alikes import as_others_write, look_alikes
from tests.online.forms import Work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from readinglist.domain.paper import Paper
    from readinglist.online.source import Source

_FAMILIES = ("Ortiz", "Xu", "Yamada", "Zhou")
"""They begin with no letter of a query: so what is found first stays."""
_MOVES = 40
_QUERIES = ("quantum", "attention", "language")
_PAUSE = (0.08, 0.12)


def works_of(papers: list[Paper], others: int) -> tuple[list[Work], dict[int, str]]:
    """Return what the server has, and the right arXiv id of each paper."""
    lots = random.Random(5)
    works: list[Work] = []
    right: dict[int, str] = {}
    for number, paper in enumerate(papers):
        right[paper.id] = f"23{1 + number % 12:02}.{10_000 + number}"
        count = paper.author_count or lots.randrange(1, 9)
        date = paper.published or "2022-03-04"
        works += _versions(paper.title, number, count, date, right[paper.id])
    for number, title in enumerate(look_alikes([paper.title for paper in papers], others), 1000):
        arxiv = f"24{1 + number % 12:02}.{10_000 + number}"
        works += _versions(title, number, lots.randrange(1, 9), "2022-05-05", arxiv)
    lots.shuffle(works)
    return works, right


def _versions(title: str, number: int, count: int, date: str, arxiv: str) -> Iterator[Work]:
    lots = random.Random(number)
    authors = tuple(
        f"{lots.choice(_FAMILIES)}{lots.randrange(1000)}, {lots.choice('WXYZ')}ia"
        for _ in range(count)
    )
    written = as_others_write(title, number)
    yield Work(written, authors, date, "preprint", arxiv=arxiv, abstract="We study it.")
    if number % 2:
        yield Work(
            as_others_write(title, number + 1), authors, str(int(date[:4]) + 1), "inproceedings",
            venue="Proc. of Things", doi=f"10.1000/things.{number}", pages="1-9",
        )  # fmt: skip


def _serve(works: list[Work], link: Connection) -> None:
    import logging

    from pytest_httpserver import HTTPServer

    from tests.online.local_sources import LocalSources

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        sources = LocalSources(server, works)
        link.send(dict(sources.config().addresses))
        while link.recv() == "requests":
            link.send(dict(sources.requests))
            sources.requests.clear()


@contextmanager
def serving(works: list[Work]) -> Iterator[tuple[dict[str, str], Connection]]:
    """Let a process of its own serve works; give its addresses, and what it can be asked by."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(works, there), daemon=True)
    process.start()
    try:
        yield here.recv(), here
    finally:
        here.send("end")
        process.join(5)


def complete(
    addresses: dict[str, str], link: Connection, folder: Path, right: dict[int, str]
) -> None:
    """Complete all papers, and print what came of it."""
    config = Config(online=OnlineConfig(addresses=addresses, cache_days=0))
    with Library.open(folder / "library.db", config, folder / "state") as library:
        begin = time.perf_counter()
        completion = library.complete_papers(right)
        seconds = time.perf_counter() - begin
        papers = library.papers(right)
    link.send("requests")
    requests = link.recv()
    intervals = {name: source.interval for name, source in catalogue.sources(config.online).items()}
    limits = {name: (count - 1) * intervals[name] for name, count in requests.items()}
    good = sum(paper.arxiv == right[paper.id] for paper in papers)
    wrong = sum(paper.arxiv not in (None, right[paper.id]) for paper in papers)
    places = {paper: place for place, paper in enumerate(right)}
    published = [paper for paper in papers if paper.venue]
    strange = sum(paper.doi != f"10.1000/things.{places[paper.id]}" for paper in published)
    doubtful = len({one.paper for one in completion.doubtful})
    print(f"{good} of {len(right)} right, {wrong} wrong, {doubtful} doubtful")
    print(f"published: {len(published) - strange} of {len(right) // 2} right, {strange} wrong")
    print("requests: " + ", ".join(f"{name} {count}" for name, count in sorted(requests.items())))
    slowest = max(limits, key=lambda name: limits[name])
    print(
        f"{seconds:.1f} s; {slowest} allows no less than {limits[slowest]:.1f} s: "
        f"{seconds / limits[slowest]:.2f} times"
    )


# --- what one feels


class Typist:
    """Moves the cursor and searches in one app, and notes how long it took to be seen."""

    def __init__(self, terminal: QuickTerminal, found: dict[str, str]) -> None:
        self._terminal = terminal
        self._found = found

    def moves(self) -> list[float]:
        """Return the milliseconds from `j` or `k` to the cursor in its new line."""
        times = []
        self._terminal.type("g")
        time.sleep(0.5)
        for number in range(_MOVES):
            time.sleep(random.uniform(*_PAUSE))
            before = self._cursor_line(self._terminal.styled_screen())
            begin = time.perf_counter()
            self._terminal.type("j" if number < _MOVES // 2 else "k")
            step = 1 if number < _MOVES // 2 else -1
            times += self._terminal.seconds_until(
                lambda screen, wanted=before + step: self._cursor_line(screen) == wanted,  # type: ignore[misc]
                begin=begin,
                styled=True,
            )
        return [1000 * seconds for seconds in times]

    def letters(self) -> list[float]:
        """Return the milliseconds from a letter to the first line of what is found then."""
        times = []
        for query in _QUERIES:
            self._terminal.type("/")
            for end in range(1, len(query) + 1):
                time.sleep(random.uniform(*_PAUSE))
                begin = time.perf_counter()
                self._terminal.type(query[end - 1])
                wanted = self._found[query[:end]]
                times += self._terminal.seconds_until(
                    lambda screen, typed=query[:end], wanted=wanted: (  # type: ignore[misc]
                        typed in screen.splitlines()[0] and wanted in screen.splitlines()[2]
                    ),
                    begin=begin,
                )
            self._terminal.keys("Escape")
            time.sleep(0.3)
            self._terminal.keys("Escape")
            time.sleep(0.5)
        return [1000 * seconds for seconds in times]

    @staticmethod
    def _cursor_line(screen: str) -> int:
        """Return the line of the list in which the cursor is: it alone begins in bold."""
        lines = screen.splitlines()[2:-2]
        return max(range(len(lines)), key=lambda n: lines[n].partition("▏")[0].count("\x1b[1m"))


def feel(addresses: dict[str, str], folder: Path) -> None:
    """Move and type in an app at rest, then in one that completes all papers; print both."""
    library = folder / "library.db"
    config = folder / "config.yaml"
    lines = [f"    {name}: {address}" for name, address in addresses.items()]
    config.write_text("\n".join(["online:", "  cache_days: 0", "  addresses:", *lines]) + "\n")
    with Library.open(library, state=folder / "home" / "state" / "readinglist") as opened:
        prefixes = {query[:end] for query in _QUERIES for end in range(1, len(query) + 1)}
        found = {text: opened.papers(opened.find(text).ids[:1])[0].title[:20] for text in prefixes}
    with QuickTerminal(folder / "home") as terminal:
        command = [sys.executable, "-m", "readinglist", "--config", str(config)]
        terminal.start([*command, "--library", str(library)])
        terminal.wait_for("paper", seconds=30)
        terminal.settled(1.5)
        typist = Typist(terminal, found)
        for what in ("at rest", "completing"):
            if what == "completing":
                terminal.type("a")
                terminal.settled(0.5)
                terminal.type("c")
                terminal.wait_for("Completing:", seconds=10)
            for name, times in (("move", typist.moves()), ("letter", typist.letters())):
                late = statistics.quantiles(times, n=20)[-1]
                print(
                    f"{what:11} {name:7} median {statistics.median(times):5.1f} ms   "
                    f"95th percentile {late:5.1f} ms   most {max(times):5.1f} ms ({len(times)})"
                )
        still = "Completing:" in terminal.screen()
        print(f"{'it was' if still else 'it was NOT'} still completing at the end")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look-alikes", type=int, default=5000)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--keys", action="store_true", help="only what one feels")
    options = parser.parse_args()
    usual = catalogue.sources

    def paced(config: OnlineConfig) -> dict[str, Source]:
        found = usual(config)
        for source in found.values():
            source.interval *= options.pace
        return found

    catalogue.sources = paced
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("CACHE", "CONFIG", "STATE"):
            os.environ[f"XDG_{kind}_HOME"] = str(folder / kind.lower())
        with Library.open(folder / "library.db", state=folder / "state") as library:
            library.import_files(listing_pages(folder))
            papers = library.papers(library.find().ids)
        works, right = works_of(papers, options.look_alikes)
        with serving(works) as (addresses, link):
            if options.keys:
                feel(addresses, folder)
            else:
                complete(addresses, link, folder, right)


if __name__ == "__main__":
    main()
