"""Measures the time from a command to its first whole screen, in a real terminal.

    python tests/benchmarks/first_screen.py [--papers 1000 100000] [--rounds 15]
    python tests/benchmarks/first_screen.py --library FILE... [--state FOLDER...]
    python tests/benchmarks/first_screen.py --bibtui PROGRAM

A bare Textual app with one table of 30 rows, and readinglist with libraries of some sizes, start
in turns, each in a shell of its own. The screen is whole when it holds all the text that it
settles on: the list, the details, the numbers of the views. With --bibtui, that program starts on
the same papers as a .bib file.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.services.library import Library
from tests.benchmarks import libraries
from tests.benchmarks.terminals import COLUMNS, LINES
from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.libraries import Ready

_SETTLED = 1.5
"""Seconds without change after which a screen is what it will be."""
_BARE = "bare app"


class Starter:
    """Starts one program again and again in a shell."""

    def __init__(self, terminal: Terminal, command: Sequence[str], sign: str) -> None:
        """Start it once, and learn the screen on which it comes to rest.

        Args:
            terminal: where.
            command: what.
            sign: what is on the screen while it runs.
        """
        self._terminal = terminal
        self._line = shlex.join(command)
        self._sign = sign
        terminal.start(["/bin/sh"])
        terminal.wait_for("$")
        self._screen = ""
        for _ in range(2):  # the first start may have more to do
            self._enter()
            self._screen = self._settled()
            self._leave()
        self.times: list[float] = []

    def time(self) -> None:
        """Start it, note the milliseconds up to that screen, and leave it."""
        begin = self._enter()
        while self._terminal.screen() != self._screen:
            if time.perf_counter() > begin + 120:
                raise TimeoutError(f"the screen never was as before:\n{self._terminal.screen()}")
        self.times.append(1000 * (time.perf_counter() - begin))
        self._leave()

    def _settled(self) -> str:
        self._terminal.wait_for(self._is_running, seconds=120)
        screen, since = self._terminal.screen(), time.monotonic()
        while time.monotonic() - since < _SETTLED:
            time.sleep(0.05)
            if (now := self._terminal.screen()) != screen:
                screen, since = now, time.monotonic()
        return screen

    def _enter(self) -> float:
        self._terminal.type(self._line)
        self._terminal.wait_for(lambda screen: self._line[-40:] in screen.replace("\n", ""))
        begin = time.perf_counter()
        self._terminal.keys("Enter")
        return begin

    def _leave(self) -> None:
        self._terminal.keys("q")
        self._terminal.wait_for(
            lambda screen: not self._is_running(screen) and screen.rstrip().endswith("$")
        )
        self._terminal.type("clear")
        self._terminal.keys("Enter")
        self._terminal.wait_for(lambda screen: screen.strip() == "$")

    def _is_running(self, screen: str) -> bool:
        return self._sign in screen and not screen.startswith("$")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [1_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--bibtui", metavar="PROGRAM")
    options = parser.parse_args()
    with libraries.chosen(options) as chosen, ExitStack() as stack:

        def terminal() -> tuple[Terminal, Path]:
            home = Path(stack.enter_context(TemporaryDirectory()))
            return stack.enter_context(Terminal(COLUMNS, LINES, home)), home

        bare = [sys.executable, str(Path(__file__).with_name("bare_app.py"))]
        starters = {_BARE: Starter(terminal()[0], bare, "paper")}
        for library in chosen:
            place, home = terminal()
            (home / "state").mkdir()
            (home / "state" / "readinglist").symlink_to(library.state)
            command = [sys.executable, "-m", "readinglist", "--library", str(library.path)]
            starters[f"{library.papers:,} papers"] = Starter(place, command, "paper")
            if options.bibtui:
                file = _as_bib(library, home)
                place, home = terminal()
                settings = home / ".config" / "bibtui" / "config.toml"
                settings.parent.mkdir(parents=True)  # else it begins with a welcome
                settings.write_text("[updates]\ncheck_for_updates = false\n")
                name = f"bibtui, {library.papers:,}"
                starters[name] = Starter(place, [options.bibtui, str(file)], "Title")
        for _ in range(options.rounds):
            for starter in starters.values():
                starter.time()
    usual = statistics.median(starters[_BARE].times)
    for name, starter in starters.items():
        median = statistics.median(starter.times)
        print(
            f"{name:20} median {median:6.0f} ms   fastest {min(starter.times):6.0f} ms   "
            f"ratio {median / usual:.2f}   of the fastest "
            f"{min(starter.times) / min(starters[_BARE].times):.2f}"
        )
    print(f"({options.rounds} rounds)")


def _as_bib(library: Ready, folder: Path) -> Path:
    """Write the papers of a library as a .bib file."""
    with Library.open(library.path, state=library.state) as opened:
        opened.export(path=folder / "library.bib")
    return folder / "library.bib"


if __name__ == "__main__":
    main()
