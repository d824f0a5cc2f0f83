"""Measures one key in the search bar to its results on the screen, in a real terminal.

    python tests/benchmarks/keystroke.py [--papers 10000 100000] [--rounds 1]
    python tests/benchmarks/keystroke.py --library FILE... [--state FOLDER...]

A bare Textual app that draws 30 other rows at each letter (`bare_scroll.py`), and readinglist
with libraries of some sizes, get the same letters in turns. What each letter leads to is known
from a first pass. `results` is when the search bar and the lines of the list are as they will be,
`whole` when all of the screen is: the number of papers found, the detail pane. A burst is the
first letters of a query sent at once, up to its results.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from tests.benchmarks import libraries
from tests.benchmarks.terminals import QuickTerminal

if TYPE_CHECKING:
    from collections.abc import Sequence

_BURST = 7
"""Letters that are sent at once."""
_QUIET = 0.15
"""Seconds without change after which one goes on."""
_PAUSE = (0.08, 0.12)
"""Seconds between two letters: a fast typist, in step with no clock of the app."""
_BARE = "bare app"

Times = dict[str, list[float]]


class Typist:
    """Types into one app what it was shown the results of before."""

    def __init__(self, terminal: QuickTerminal) -> None:
        self._terminal = terminal
        self._screens: dict[str, str] = {}
        self.key: Times = {"results": [], "whole": []}
        self.burst: Times = {"results": [], "whole": []}

    def learn(self, typed: str) -> None:
        """Note the screen to which the last letter of `typed` has led, all papers counted."""
        while "+ shown" in (screen := self._terminal.settled(_QUIET)):
            pass
        self._screens[typed] = screen

    def type(self, letters: str) -> None:
        """Type, and wait for nothing."""
        self._terminal.type(letters)

    def clear(self) -> None:
        """Empty the search bar, and let the app come to rest."""
        self._terminal.keys("C-u")
        self._terminal.settled(_QUIET)

    def time(self, letters: str, typed: str, times: Times) -> None:
        """Type the last `letters` of `typed` at once, and note how long the screen took."""
        time.sleep(random.uniform(*_PAUSE))
        whole = self._screens[typed]
        results = _results(whole)
        begin = time.perf_counter()
        self._terminal.type(letters)
        taken = self._terminal.seconds_until(
            lambda screen: _results(screen) == results, whole.__eq__, begin=begin
        )
        for name, seconds in zip(times, taken, strict=True):
            times[name].append(1000 * seconds)


def _results(screen: str) -> list[str]:
    """Return the search bar, and the list without its scrollbar and all that is beside it."""
    return [line.partition("▏")[0][:-1].rstrip() for line in screen.splitlines()[:-2]]


def measure(typists: dict[str, Typist], asked: Sequence[str], rounds: int) -> None:
    """Let all type `asked`, once to learn and then in turns."""
    for query in asked:
        for end in range(1, len(query) + 1):
            for typist in typists.values():
                typist.type(query[end - 1])
            time.sleep(0.4)
            for typist in typists.values():
                typist.learn(query[:end])
        for typist in typists.values():
            typist.clear()
    for query in rounds * list(asked):
        for end in range(1, len(query) + 1):
            for typist in typists.values():
                typist.time(query[end - 1], query[:end], typist.key)
        for typist in typists.values():
            typist.clear()
            if len(query) >= _BURST:
                typist.time(query[:_BURST], query[:_BURST], typist.burst)
                typist.clear()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with libraries.chosen(options) as chosen, ExitStack() as stack:
        asked = libraries.to_type(chosen[0], options.seed)
        typists: dict[str, Typist] = {}
        for library_or_none in (None, *chosen):
            home = Path(stack.enter_context(TemporaryDirectory()))
            terminal = stack.enter_context(QuickTerminal(home))
            if library_or_none:
                terminal.start_app(library_or_none)
                terminal.settled()
                terminal.type("/")
            else:
                terminal.start_bare("bare_scroll.py")
            name = f"{library_or_none.papers:,} papers" if library_or_none else _BARE
            typists[name] = Typist(terminal)
        measure(typists, asked, options.rounds)
    print(*asked, sep="\n")
    report(typists)


def report(typists: dict[str, Typist]) -> None:
    """Print medians and 95th percentiles, and their ratios to the bare app's."""
    bare = typists[_BARE]
    columns = ("median", "95th", "/ bare", "/ bare", "burst", "/ key")
    print(f"\n{'':25}", "{:>9} {:>9} {:>6} {:>6} {:>9} {:>6}".format(*columns))
    for name, typist in typists.items():
        for what, key in typist.key.items():
            median, late = statistics.median(key), statistics.quantiles(key, n=20)[-1]
            its = bare.key[what]
            burst = statistics.median(typist.burst[what])
            print(
                f"{name:16} {what:8} {median:6.1f} ms {late:6.1f} ms "
                f"{median / statistics.median(its):6.2f} "
                f"{late / statistics.quantiles(its, n=20)[-1]:6.2f} "
                f"{burst:6.1f} ms {burst / median:6.2f}"
            )
    print(f"({len(bare.key['whole'])} letters, {len(bare.burst['whole'])} bursts of {_BURST})")


if __name__ == "__main__":
    main()
