"""Measures how long a letter in the search bar takes to become a new list, with 376 papers.

    python tests/benchmarks/keystroke.py

The app runs without a terminal. Printed are, over all letters of some queries:

- work: handling the change of the search bar, and drawing the list's lines anew;
- wait: from the key to the drawn screen, with Textual's own handling and pacing.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from textual.events import Key

from readinglist.__main__ import GARBAGE_THRESHOLDS
from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.library import LibraryScreen
from tests.benchmarks.papers import listing_pages

if TYPE_CHECKING:
    from collections.abc import Callable

QUERIES = (
    "attention", "atention is al", "difusion models", "langauge modle", "video generaton",
    "retreival augmented", "reinforcment lerning", "mixture of exprets", "quantizaton",
    "multimodal resoning", "year:2022.. transfomer", "status:unread agnets", '"large language"',
    "a", "zzqqxx nonsens", "the of and with",
)  # fmt: skip
"""What is typed: whole words, words cut short, typos, filters, a phrase, nonsense."""
_PAUSE = 0.08
"""Seconds between two letters: a fast typist."""
_SIZE = (200, 50)


class Meter:
    """Adds up the time of some calls, and notes when the last of them ended."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.ended = 0.0

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call`, measured."""

        def measured(*arguments: Any, **options: Any) -> Any:
            begin = time.perf_counter()
            try:
                return call(*arguments, **options)
            finally:
                self.ended = time.perf_counter()
                self.spent += self.ended - begin

        return measured


async def measure(library: Library) -> dict[str, list[float]]:
    """Return the milliseconds of each letter, by what was measured."""
    times: dict[str, list[float]] = {"search": [], "draw": [], "work": [], "wait": []}
    app = ReadingListApp(library, Config())
    async with app.run_test(size=_SIZE) as pilot:
        await app.workers.wait_for_complete()
        screen = app.screen
        assert isinstance(screen, LibraryScreen)
        search, draw, display = Meter(), Meter(), Meter()
        for target, name, meter in (
            (screen, "_reload", search),
            (screen.papers, "render_lines", draw),
            (app, "_display", display),
        ):
            setattr(target, name, meter.timed(getattr(target, name)))
        await pilot.press("slash")
        for query in QUERIES:
            screen.search.value = ""
            await pilot.pause(_PAUSE)
            for letter in query:
                search.spent = draw.spent = 0.0
                begin = time.perf_counter()
                screen.search.post_message(Key(letter, letter))
                while not begin < search.ended < display.ended:
                    await asyncio.sleep(0)
                times["search"].append(1000 * search.spent)
                times["draw"].append(1000 * draw.spent)
                times["work"].append(1000 * (search.spent + draw.spent))
                times["wait"].append(1000 * (display.ended - begin))
                await pilot.pause(_PAUSE)
            assert screen.search.value == query
    return times


def main() -> None:
    """Measure and print."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)  # as the program does at its start
    with TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        with Library.open(Path(folder) / "library.db", state=state) as library:
            report = library.import_files(listing_pages(Path(folder)))
            times = asyncio.run(measure(library))
    print(f"{report.added} papers, {len(times['work'])} letters in {len(QUERIES)} queries")
    for name, values in times.items():
        percentile = statistics.quantiles(values, n=20)[-1]
        print(
            f"{name:8} median {statistics.median(values):5.1f} ms   "
            f"95th percentile {percentile:5.1f} ms   most {max(values):5.1f} ms"
        )


if __name__ == "__main__":
    main()
