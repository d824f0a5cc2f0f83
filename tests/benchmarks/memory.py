"""Measures how much memory the app takes at its peak, against a bare Textual app with a table.

    python tests/benchmarks/memory.py [--papers 10000 100000]
    python tests/benchmarks/memory.py --library FILE... [--state FOLDER...]

Each runs in a terminal of its own. Printed is the most that its process ever had in memory
(VmHWM, in MiB): after the start; after some searches, typed letter by letter; after scrolling
to the end of all papers and back; after more like this. Linux only.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from tests.benchmarks import libraries
from tests.benchmarks.terminals import QuickTerminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.libraries import Ready

_STEPS = ("start", "searches", "scrolling", "more like this")
_LETTER = 0.1
"""Seconds between two letters."""
_PAGES = 30


def peaks(terminal: QuickTerminal, asked: Sequence[str]) -> dict[str, float]:
    """Return the peak of readinglist after each of the steps."""
    terminal.settled()
    found = {"start": peak(terminal)}
    terminal.type("/")
    for query in asked:
        for letter in query:
            terminal.type(letter)
            time.sleep(random.uniform(0.5, 1.5) * _LETTER)
        terminal.settled()
        terminal.keys("C-u")
        terminal.settled()
    found["searches"] = peak(terminal)
    terminal.keys("Escape")
    terminal.settled()
    scroll(terminal, "C-d")
    terminal.type("G")
    terminal.settled()
    scroll(terminal, "C-u")
    found["scrolling"] = peak(terminal)
    terminal.type("m")
    terminal.settled()
    found["more like this"] = peak(terminal)
    return found


def bare_peaks(terminal: QuickTerminal) -> dict[str, float]:
    """Return the peak of the bare app, which is only scrolled: it has nothing to search in."""
    terminal.settled()
    start = peak(terminal)
    scroll(terminal, "Down")
    end = peak(terminal)
    return dict(zip(_STEPS, (start, end, end, end), strict=True))


def scroll(terminal: QuickTerminal, key: str) -> None:
    """Press a key often."""
    for _ in range(_PAGES):
        terminal.keys(key)
        time.sleep(_LETTER / 2)
    terminal.settled()


def peak(terminal: QuickTerminal) -> float:
    """Return the most memory that the program in a terminal had, in MiB."""
    status = Path(f"/proc/{terminal.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def measured(library: Ready | None, asked: Sequence[str]) -> dict[str, float]:
    """Return the peaks of readinglist with a library, or of the bare app."""
    with TemporaryDirectory() as folder, QuickTerminal(Path(folder)) as terminal:
        if library:
            terminal.start_app(library)
            return peaks(terminal, asked)
        terminal.start_bare("bare_app.py")
        return bare_peaks(terminal)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with libraries.chosen(options) as chosen:
        asked = libraries.to_type(chosen[0], options.seed)
        bare = measured(None, asked)
        print(f"{'MiB':18}", *(f"{step:>21}" for step in _STEPS))
        print(f"{'bare app':18}", *(f"{bare[step]:13.1f}        " for step in _STEPS))
        for library in chosen:
            ours = measured(library, asked)
            figures = (f"{ours[s]:13.1f} ({ours[s] / bare[s]:4.2f} x)" for s in _STEPS)
            print(f"{library.papers:11,} papers", *figures)


if __name__ == "__main__":
    main()
