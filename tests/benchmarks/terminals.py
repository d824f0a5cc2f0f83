"""Terminals in which an app is measured as who sits before it sees it."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.libraries import Ready

COLUMNS, LINES = 200, 50
SETTLED = 1.0
"""Seconds without change after which a screen is what it will be."""
_POLL = 0.001
_PATIENCE = 30
_CHECKOUT = Path(__file__).resolve().parents[2]


class QuickTerminal(Terminal):
    """A terminal that is looked at every other millisecond.

    A process of tmux for each look would take longer than many a search: here one client stays
    attached and is asked line by line ("control mode").
    """

    def __init__(self, home: Path) -> None:
        super().__init__(COLUMNS, LINES, home)
        self.environment = {**self.environment, "PYTHONPATH": str(_CHECKOUT)}
        self._home_folder = home
        self._client: subprocess.Popen[str] | None = None

    def start(self, command: Sequence[str]) -> None:
        """Run `command`, and attach the client."""
        super().start(command)
        attach = ["-C", "attach-session", "-f", "ignore-size,no-output"]
        self._client = subprocess.Popen(
            ["tmux", "-u", "-L", self._socket, *attach],
            env=self.environment,
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._answer(self._client)

    def start_app(self, library: Ready) -> None:
        """Run readinglist over a library, and wait for its list."""
        link = self._home_folder / "state" / "readinglist"
        link.parent.mkdir()
        link.symlink_to(library.state)
        self.start([sys.executable, "-m", "readinglist", "--library", str(library.path)])
        self.wait_for("paper", seconds=_PATIENCE)

    def start_bare(self, name: str) -> None:
        """Run one of the apps beside this file, and wait for its first rows."""
        self.start([sys.executable, str(Path(__file__).with_name(name))])
        self.wait_for("paper", seconds=_PATIENCE)

    def settled(self, seconds: float = SETTLED) -> str:
        """Wait until the screen has not changed for so many seconds; return it."""
        screen, since = self.screen(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(10 * _POLL)
            if (now := self.screen()) != screen:
                screen, since = now, time.monotonic()
        return screen

    def seconds_until(
        self, *conditions: Callable[[str], bool], begin: float, styled: bool = False
    ) -> list[float]:
        """Return after how many seconds each of some conditions held of the screen at first.

        Args:
            conditions: what to wait for.
            begin: since when, by `time.perf_counter`.
            styled: whether they look at the colours, too.
        """
        look = self.styled_screen if styled else self.screen
        times: dict[int, float] = {}
        while len(times) < len(conditions):
            screen, now = look(), time.perf_counter()
            for number, condition in enumerate(conditions):
                if number not in times and condition(screen):
                    times[number] = now - begin
            if now > begin + _PATIENCE:
                raise TimeoutError(f"the screen never was as before:\n{screen}")
            time.sleep(_POLL)
        return [times[number] for number in range(len(conditions))]

    def close(self) -> None:
        """End the terminal, and let go of the client."""
        super().close()
        if self._client:
            self._client.communicate()

    def _tmux(self, *arguments: str) -> str:
        if not self._client or arguments == ("kill-server",):
            return super()._tmux(*arguments)
        assert self._client.stdin
        self._client.stdin.write(shlex.join(arguments) + "\n")
        self._client.stdin.flush()
        return self._answer(self._client)

    @staticmethod
    def _answer(client: subprocess.Popen[str]) -> str:
        """Return what tmux says to the last command, between two lines that begin with %."""
        assert client.stdout
        lines: list[str] = []
        for line in client.stdout:
            if line.startswith("%begin "):
                lines = []
            elif line.startswith(("%end ", "%error ")):
                break
            else:
                lines.append(line)
        return "".join(lines)
