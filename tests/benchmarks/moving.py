"""Measures the keys that one presses most: moving the cursor, marking, paging, in a real terminal.

    python tests/benchmarks/moving.py [--papers 1000 100000] [--rounds 2]
    python tests/benchmarks/moving.py --library FILE... [--state FOLDER...]

A bare Textual app with a list of 100,000 rows (`bare_list.py`), and readinglist with libraries of
some sizes, get the same keys in turns. `cursor` is from the key `j` or `k` to the list as it will
be, `whole` to all of the screen, the detail pane too; `status` from `r` to the paper's new sign,
by when it is on disk. For pages, `pagedown` is sent as a held key is, for five seconds, and each
frame that the terminal shows is looked at: none may have an empty line in the list.
"""

from __future__ import annotations

import argparse
import random
import shutil
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
    from collections.abc import Callable

_QUIET = 0.3
_PAUSE = (0.08, 0.12)
"""Seconds between two keys, in step with no clock of the app."""
_BARE = "bare list"
_STEPS = 12
_HELD = 5.0
"""Seconds for which a key is held."""
_REPEAT = 1 / 30
"""Seconds between two keys of a held one."""


def _list(screen: str) -> list[str]:
    """Return the list with its styles, without its scrollbar and what is beside it."""
    lines = screen.splitlines()
    return [line.rpartition("▕")[2].partition("▏")[0] for line in lines[2:-2]]


class Mover:
    """Presses keys in one app, and knows to which screens they lead."""

    def __init__(self, terminal: QuickTerminal) -> None:
        self._terminal = terminal
        self._screens: dict[tuple[str, int], str] = {}
        self._place = 0
        self._is_marked = 0
        self.times: dict[str, list[float]] = {"cursor": [], "whole": [], "status": []}

    def learn(self, key: str) -> None:
        """Press a key, and note to which screen it leads."""
        self._press(key)
        self._terminal.settled(_QUIET)
        self._screens[self._state()] = self._terminal.styled_screen()

    def time(self, key: str, names: tuple[str, ...]) -> None:
        """Press a key, and note how long the list took, and, of two names, the whole screen."""
        time.sleep(random.uniform(*_PAUSE))
        begin = time.perf_counter()
        self._press(key)
        whole = self._screens[self._state()]
        rows = _list(whole)
        conditions: list[Callable[[str], bool]] = [lambda screen: _list(screen) == rows]
        if len(names) > 1:
            conditions.append(whole.__eq__)
        taken = self._terminal.seconds_until(*conditions, begin=begin, styled=True)
        for name, seconds in zip(names, taken, strict=True):
            self.times[name].append(1000 * seconds)

    def _press(self, key: str) -> None:
        self._terminal.type(key)
        if key == "r":
            self._is_marked ^= 1
        else:
            self._place += 1 if key == "j" else -1

    def _state(self) -> tuple[str, int]:
        return ("marked" if self._is_marked else "", self._place)


def blank_frames(terminal: QuickTerminal) -> tuple[int, int]:
    """Hold the key for the next page; return how many frames were seen, how many had gaps."""
    frames = gaps = 0
    before = ""
    begin = sent = time.perf_counter()
    while (now := time.perf_counter()) < begin + _HELD:
        if now >= sent:
            terminal.keys("PageDown")
            sent += _REPEAT
        screen = terminal.screen()
        if screen != before:
            before = screen
            frames += 1
            gaps += any(not line.strip() for line in _list(screen))
    return frames, gaps


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [1_000, 100_000])
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with libraries.chosen(options) as chosen, ExitStack() as stack:
        movers: dict[str, Mover] = {}
        terminals: dict[str, QuickTerminal] = {}
        for library in (None, *chosen):
            home = Path(stack.enter_context(TemporaryDirectory()))
            terminal = stack.enter_context(QuickTerminal(home))
            if library:
                shutil.copytree(library.path.parent, home / "copy")
                copy = library._replace(
                    path=home / "copy" / library.path.name, state=home / "copy" / "state"
                )
                terminal.start_app(copy)
            else:
                terminal.start_bare("bare_list.py")
            terminal.settled(1.5)
            name = f"{library.papers:,} papers" if library else _BARE
            movers[name], terminals[name] = Mover(terminal), terminal
        there_and_back = _STEPS * "j" + _STEPS * "k"
        for key in there_and_back:
            for mover in movers.values():
                mover.learn(key)
        for _ in range(options.rounds):
            for key in there_and_back:
                for mover in movers.values():
                    mover.time(key, ("cursor", "whole"))
        marking = [mover for name, mover in movers.items() if name != _BARE]
        for mover in 2 * marking:
            mover.learn("r")
        for mover in 2 * options.rounds * _STEPS * marking:
            mover.time("r", ("status",))
        report(movers)
        for name, terminal in terminals.items():
            frames, gaps = blank_frames(terminal)
            print(f"{name:16} page down held for {_HELD:.0f} s: {frames} frames, {gaps} with gaps")


def report(movers: dict[str, Mover]) -> None:
    """Print medians, and their ratios to the bare list's."""
    bare = statistics.median(movers[_BARE].times["cursor"])
    for name, mover in movers.items():
        for what, times in mover.times.items():
            if times:
                median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
                print(
                    f"{name:16} {what:8} median {median:6.1f} ms   95th percentile "
                    f"{late:6.1f} ms   ratio {median / bare:.2f}   ({len(times)})"
                )


if __name__ == "__main__":
    main()
