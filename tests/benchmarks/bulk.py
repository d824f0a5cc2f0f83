"""Measures what it takes to mark all papers of a library, and whether the screen stands still.

    python tests/benchmarks/bulk.py [--papers 10000] [--rounds 6]
    python tests/benchmarks/bulk.py --library FILE... [--state FOLDER...]

The app runs without a terminal. All papers are chosen and marked, after the preview, in turns
with one status and another; then the step is taken back. The time is from Enter in the preview
until the change is on disk and the list is shown again; of the loop that draws and takes keys,
the longest time that it was kept from running is noted. The libraries are copied before.
"""

from __future__ import annotations

import argparse
import asyncio
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
from readinglist.tui.app import ReadingListApp, tune_interpreter
from readinglist.tui.screens.bulk_preview import BulkPreview
from tests.benchmarks import libraries
from tests.benchmarks.stalls import longest_gap

if TYPE_CHECKING:
    from tests.benchmarks.libraries import Ready

_KEYS = ("1", "3")
_REST = 1.5
"""Seconds in which the app comes to rest: it saves, and counts."""


async def measure(library: Ready, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return seconds, and the longest gap in milliseconds, of each change and of each undo."""
    times: dict[str, list[tuple[float, float]]] = {"mark": [], "undo": []}
    with Library.open(library.path, state=library.state) as opened:
        app = ReadingListApp(opened, Config())
        async with app.run_test(size=(200, 50)) as pilot:
            await pilot.pause(_REST)
            await pilot.press("a")
            for number in range(rounds):
                await pilot.press(_KEYS[number % 2])
                assert isinstance(app.screen, BulkPreview)
                for what, key in (("mark", "enter"), ("undo", "u")):
                    if what == "undo" and number % 3:
                        continue
                    await pilot.pause(_REST)
                    begin = time.perf_counter()
                    app.simulate_key(key)
                    await asyncio.sleep(0)
                    before = len(opened.history(limit=1)) and opened.history(limit=1)[0].id
                    gap = await longest_gap(
                        lambda before=before: (
                            opened.history(limit=1)[0].id == before  # type: ignore[misc]
                            or len(app.screen_stack) > 1
                        )
                    )
                    times[what].append((time.perf_counter() - begin, gap))
            await pilot.pause(_REST)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [10_000])
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    tune_interpreter()  # as the program does before it runs the app
    with libraries.chosen(options) as chosen, TemporaryDirectory() as folder:
        for library in chosen:
            copy = Path(folder) / str(library.papers)
            shutil.copytree(library.path.parent, copy)
            ready = library._replace(path=copy / library.path.name, state=copy / "state")
            for what, times in asyncio.run(measure(ready, options.rounds)).items():
                seconds, gaps = zip(*times, strict=True)
                print(
                    f"{library.papers:,} papers, {what}: median "
                    f"{statistics.median(seconds):.2f} s, most {max(seconds):.2f} s; longest "
                    f"stall: median {statistics.median(gaps):.0f} ms, most {max(gaps):.0f} ms "
                    f"({len(times)})"
                )


if __name__ == "__main__":
    main()
