"""Measures the time from a command to its first whole screen, in a real terminal.

    python tests/benchmarks/first_screen.py [ROUNDS]

A bare Textual app and readinglist with 376 papers start in turns in the same shell. The screen
is whole when it holds all the text that it settles on.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from tests.benchmarks.papers import listing_pages
from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS, _LINES = 200, 50
_SETTLED = 1.0
"""Seconds without change after which a screen is what it will be."""


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    bare = [sys.executable, str(Path(__file__).with_name("bare_app.py"))]
    program = [sys.executable, "-m", "readinglist"]
    with TemporaryDirectory() as folder, Terminal(_COLUMNS, _LINES, Path(folder)) as terminal:
        pages = [str(page) for page in listing_pages(Path(folder))]
        subprocess.run(
            [*program, "import", "--year", "2024", *pages],
            env=terminal.environment,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        terminal.start(["/bin/sh"])
        terminal.wait_for("$")
        commands = {"bare app": bare, "readinglist": program}
        screens = {name: _settled(terminal, command) for name, command in commands.items()}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(_time(terminal, command, screens[name]))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        print(f"{name:12} median {medians[name]:6.0f} ms   fastest {min(values):6.0f} ms")
    print(f"ratio {medians['readinglist'] / medians['bare app']:.2f}  ({rounds} rounds)")


def _settled(terminal: Terminal, command: Sequence[str]) -> str:
    """Start a program, return the screen on which it comes to rest, and leave it."""
    _enter(terminal, command)
    terminal.wait_for(_in_app)
    screen, since = terminal.screen(), time.monotonic()
    while time.monotonic() - since < _SETTLED:
        time.sleep(0.05)
        if (now := terminal.screen()) != screen:
            screen, since = now, time.monotonic()
    _leave(terminal)
    return screen


def _time(terminal: Terminal, command: Sequence[str], whole: str) -> float:
    """Return the milliseconds from the Enter key to the screen `whole`."""
    begin = _enter(terminal, command)
    deadline = begin + 30
    while terminal.screen() != whole:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"the screen never was as before:\n{terminal.screen()}")
    taken = 1000 * (time.perf_counter() - begin)
    _leave(terminal)
    return taken


def _enter(terminal: Terminal, command: Sequence[str]) -> float:
    """Type a command, run it, and return when that was."""
    terminal.type(" ".join(command))
    terminal.wait_for(lambda screen: command[-1] in screen)
    begin = time.perf_counter()
    terminal.keys("Enter")
    return begin


def _leave(terminal: Terminal) -> None:
    terminal.keys("q")
    terminal.wait_for(lambda screen: not _in_app(screen) and screen.rstrip().endswith("$"))
    terminal.type("clear")
    terminal.keys("Enter")
    terminal.wait_for(lambda screen: screen.strip() == "$")


def _in_app(screen: str) -> bool:
    return "paper" in screen and not screen.startswith("$")


if __name__ == "__main__":
    main()
