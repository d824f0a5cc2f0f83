"""Measures how long a letter in the search bar takes to become a new list on the screen.

    python tests/benchmarks/keystroke.py [--library FILE...]

The apps run without a terminal: a bare one that draws 30 other rows at each letter
(`bare_scroll.py`), and readinglist with the papers of the pages, or with libraries that have their
working copies in a folder `state` beside them. Each letter goes to all of them in turns, in an
order that changes. Printed are, in milliseconds:

- results: from the key to the screen with its results, with Textual's own handling and pacing;
- burst: the same for the first letters of a query sent at once, up to the results of the last;
- stall: the longest time in which the app's loop came to nothing else, while it was searched.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import statistics
import sys
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from textual.events import Key
from textual.widgets import Input

from readinglist.__main__ import GARBAGE_THRESHOLDS
from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.library import LibraryScreen
from tests.benchmarks.bare_scroll import BareApp, Rows
from tests.benchmarks.papers import listing_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

QUERIES = (
    "attention", "atention is al", "difusion models", "langauge modle", "video generaton",
    "retreival augmented", "reinforcment lerning", "mixture of exprets", "quantizaton",
    "multimodal resoning", "year:2022.. transfomer", "status:unread agnets", '"large language"',
    "a", "zzqqxx nonsens", "the of and with",
)  # fmt: skip
"""What is typed: whole words, words cut short, typos, filters, a phrase, nonsense."""
_PAUSE = 0.12
"""Seconds between two letters."""
_BURST = 7
_SIZE = (200, 50)


class Typist:
    """Types into one app and notes when what came of it was drawn."""

    def __init__(self, app: App[Any]) -> None:
        self.app = app
        self.times: dict[str, list[float]] = {"results": [], "burst": [], "stall": []}
        self._shown = 0
        self._drawn = 0.0
        self._line: Input

    async def begin(self) -> None:
        """Watch what is shown and drawn."""
        screen = self.app.screen
        if isinstance(screen, LibraryScreen):
            self._line = screen.search
            self._watch(screen, "_show")
        else:
            self._line = screen.query_one(Input)
            self._watch(screen.query_one(Rows), "show")
        self._line.focus()
        display = self.app._display

        def displayed(*arguments: Any) -> None:
            display(*arguments)
            if self._shown:
                self._drawn = time.perf_counter()

        self.app._display = displayed  # type: ignore[assignment,method-assign]

    def _watch(self, owner: Any, name: str) -> None:
        show: Callable[..., None] = getattr(owner, name)

        def shown(*arguments: Any, **options: Any) -> None:
            show(*arguments, **options)
            self._shown += 1

        setattr(owner, name, shown)

    async def clear(self) -> None:
        """Empty the line."""
        self._line.value = ""
        await asyncio.sleep(3 * _PAUSE)

    async def type(self, letters: str, kind: str) -> None:
        """Type at once, and wait for what is found."""
        await asyncio.sleep(random.uniform(0.7, 1.3) * _PAUSE)
        before = self._line.value
        self._shown, self._drawn = 0, 0.0
        begin = last = time.perf_counter()
        for letter in letters:
            self._line.post_message(Key(letter, letter))
        stall = 0.0
        while not (self._drawn and self._line.value == before + letters and self._is_still()):
            await asyncio.sleep(0)
            now = time.perf_counter()
            if not self._shown:  # else it is the drawing
                stall = max(stall, now - last)
            last = now
        self.times[kind].append(1000 * (self._drawn - begin))
        self.times["stall"].append(1000 * stall)

    def _is_still(self) -> bool:
        """Whether the answer to what was typed last is the one that was drawn."""
        screen = self.app.screen
        return not isinstance(screen, LibraryScreen) or (
            screen._question.text == self._line.value and screen._found.query is not None
        )


async def measure(libraries: dict[str, Library]) -> dict[str, Typist]:
    """Return what was measured, by the name of the app."""
    apps: dict[str, App[Any]] = {"bare app": BareApp()}
    apps |= {name: ReadingListApp(library, Config()) for name, library in libraries.items()}
    typists = {name: Typist(app) for name, app in apps.items()}
    async with AsyncExitStack() as stack:
        for typist in typists.values():
            pilot = await stack.enter_async_context(typist.app.run_test(size=_SIZE))
            await pilot.app.workers.wait_for_complete()
            await typist.begin()
        order = list(typists.values())
        for query in QUERIES:
            for number, letter in enumerate(query):
                random.shuffle(order)
                for typist in order:
                    if not number:
                        await typist.clear()
                    await typist.type(letter, "results")
        for query in QUERIES:
            if len(query) >= _BURST:
                random.shuffle(order)
                for typist in order:
                    await typist.clear()
                    await typist.type(query[:_BURST], "burst")
    return typists


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, nargs="+", help="the libraries to search in")
    options = parser.parse_args()
    gc.set_threshold(*GARBAGE_THRESHOLDS)  # as the program does at its start
    with TemporaryDirectory() as folder, ExitStack() as stack:
        libraries = {}
        for path in options.library or [Path(folder) / "library.db"]:
            library = stack.enter_context(Library.open(path, state=path.with_name("state")))
            if not options.library:
                library.import_files(listing_pages(Path(folder)))
            library.index()
            libraries[f"{library.count():,} papers"] = library
        typists = asyncio.run(measure(libraries))
    bare = typists["bare app"].times
    for name, typist in typists.items():
        for kind, values in typist.times.items():
            median, percentile = statistics.median(values), statistics.quantiles(values, n=20)[-1]
            print(
                f"{name:18} {kind:8} median {median:6.1f} ms   95th percentile {percentile:6.1f} "
                f"ms   most {max(values):6.1f} ms   median to the bare app's "
                f"{median / statistics.median(bare[kind]):5.2f}"
            )


if __name__ == "__main__":
    main()
