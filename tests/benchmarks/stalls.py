"""Measures for how long the screen stands still while a search runs, or the index is built.

    python tests/benchmarks/stalls.py [--papers 10000 100000]
    python tests/benchmarks/stalls.py --library FILE... [--state FOLDER...]

In the app's loop, without a terminal, something wakes up each millisecond and notes how late it
is, from the moment that the search's thread was asked until all papers are found. The handling
of keys and the drawing are left out: nothing is typed, the questions are put to the thread
directly, and the screen drops answers to questions that are not its own. What remains is how
long the thread keeps the loop from running at all. `nothing` is the same without a search.

Of the index, a new one of the smallest library is built by the app itself, so that the drawing
of its progress bar counts.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.services.live_search import Question
from readinglist.tui.app import ReadingListApp, tune_interpreter
from readinglist.tui.screens.library import LibraryScreen
from tests.benchmarks import libraries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.libraries import Ready

_TICK = 0.001
_REST = 0.3
"""Seconds of doing nothing that are compared with."""


async def longest_gap(goes_on: Callable[[], bool]) -> float:
    """Return by how many milliseconds the loop was late at most."""
    longest, before = 0.0, time.perf_counter()
    while goes_on():
        await asyncio.sleep(_TICK)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return 1000 * (longest - _TICK)


async def while_searching(library: Ready, asked: Sequence[str]) -> dict[str, list[float]]:
    """Return the longest gap during each search, and as often while nothing is done."""
    gaps: dict[str, list[float]] = {"nothing": [], "search": []}
    with Library.open(library.path, state=library.state) as opened:
        app = ReadingListApp(opened, Config())
        async with app.run_test(size=(200, 50)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause(1)
            screen = app.screen
            assert isinstance(screen, LibraryScreen)
            for query in asked:
                for end in range(1, len(query) + 1):
                    stop = time.perf_counter() + random.uniform(0.5, 1) * _REST
                    gaps["nothing"].append(
                        await longest_gap(lambda stop=stop: time.perf_counter() < stop)  # type: ignore[misc]
                    )
                    screen._live.ask(Question(query[:end]))
                    gaps["search"].append(await longest_gap(lambda: screen.is_searching))
    return gaps


async def while_indexing(library: Ready) -> list[float]:
    """Return the longest gap of each tenth of a second in which the app builds an index."""
    gaps: list[float] = []
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(library.path, folder))
        with Library.open(path, state=Path(folder) / "state") as opened:
            app = ReadingListApp(opened, Config())
            async with app.run_test(size=(200, 50)):
                screen = app.screen
                assert isinstance(screen, LibraryScreen)
                while not screen._is_indexing:  # it begins behind the first screen
                    await asyncio.sleep(0.001)
                while screen._is_indexing:
                    stop = time.perf_counter() + 0.1
                    gaps.append(await longest_gap(lambda stop=stop: time.perf_counter() < stop))  # type: ignore[misc]
    return gaps


def report(name: str, gaps: Sequence[float]) -> None:
    """Print the median, the 95th percentile and the longest of some gaps."""
    print(
        f"{name:30} median {statistics.median(gaps):5.1f} ms   95th percentile "
        f"{statistics.quantiles(gaps, n=20)[-1]:5.1f} ms   most {max(gaps):5.1f} ms"
        f"   ({len(gaps)})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [10_000, 100_000])
    options = parser.parse_args()
    tune_interpreter()  # as the program does before it runs the app
    with libraries.chosen(options) as chosen:
        asked = libraries.to_type(chosen[0])
        for library in chosen:
            for name, gaps in asyncio.run(while_searching(library, asked)).items():
                report(f"{library.papers:,} papers, {name}", gaps)
        gaps = asyncio.run(while_indexing(chosen[0]))
        report(f"{chosen[0].papers:,} papers, indexing", gaps)


if __name__ == "__main__":
    main()
