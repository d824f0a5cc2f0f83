"""A terminal with a person at it: a private tmux, keys in, the screen out."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

_POLL = 0.02
"""Seconds between two looks at the screen."""
_PATIENCE = 30
"""Seconds that tmux itself may take."""
_RUN = """sh -c 'tmux set-option -s @pid $$; exec "$@"' sh {}; tmux set-option -s @end $?"""
"""Runs a command and tells its process and exit code; tmux 3.3 alone misses some ends."""


class Terminal:
    """A terminal of a given size that one program runs in.

    Leave it as a context manager, or call `close`: its tmux server ends with it.
    """

    def __init__(self, columns: int, lines: int, home: Path) -> None:
        """Make a terminal for a user whose home is `home`; the program starts in that folder.

        Args:
            columns: its width.
            lines: its height.
            home: the user's folder; all that programs keep or pass through is below it.
        """
        if not shutil.which("tmux"):
            pytest.skip("tmux is not installed")
        self._columns = columns
        self._lines = lines
        self._home = home
        self._socket = f"readinglist-{os.getpid()}-{secrets.token_hex(6)}"
        self.temporary = home / "tmp"
        """Where the program makes its temporary files."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.environment = _environment(home, self.temporary)
        """What the program finds in its environment."""
        self.is_first_start = False
        """Whether the user has never seen the app: it gives them its tour."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, command: Sequence[str]) -> None:
        """Run `command` in the terminal."""
        if not self.is_first_start:
            tour = Path(self.environment["XDG_STATE_HOME"]) / "readinglist" / "tour-shown"
            tour.parent.mkdir(parents=True, exist_ok=True)
            tour.touch()
        size = ("-x", str(self._columns), "-y", str(self._lines))
        self._tmux(
            # All in one call: without a session the server would end at once.
            *("start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";"),
            *("set-option", "-g", "status", "off", ";"),
            *("set-option", "-g", "default-shell", "/bin/sh", ";"),
            *("new-session", "-d", *size, "-c", str(self._home), _RUN.format(shlex.join(command))),
        )

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names: `j`, `Enter`, `Escape`, `C-s`."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type `text` letter by letter."""
        self._tmux("send-keys", "-l", "--", text)

    def paste(self, text: str) -> None:
        """Paste `text`, as from a clipboard."""
        clipboard = self.temporary / "clipboard"  # an argument has 128 KB at most
        clipboard.write_text(text, encoding="utf-8", newline="")
        self._tmux("load-buffer", str(clipboard), ";", "paste-buffer", "-d", "-p")
        clipboard.unlink()

    def click(self, column: int, line: int) -> None:
        """Click into a cell, counted from 0."""
        place = f"0;{column + 1};{line + 1}"
        self.type(f"\x1b[<{place}M\x1b[<{place}m")  # as a mouse tells it, "SGR" style

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self._columns, self._lines = columns, lines
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def record(self, file: Path) -> None:
        """Write all bytes that the program sends from now on to `file`."""
        self._tmux("pipe-pane", "-O", f"cat > {shlex.quote(str(file))}")

    def screen(self) -> str:
        """Return what is on the screen, line by line, without the blanks at the ends."""
        return self._tmux("capture-pane", "-p")

    def styled_screen(self) -> str:
        """Return what is on the screen, with the escapes of its colours."""
        return self._tmux("capture-pane", "-e", "-p")

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 15) -> str:
        """Wait until `wanted` is on the screen, or holds of it; return that screen.

        Raises:
            AssertionError: it didn't come about in time; the message shows the screen.
        """
        deadline = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if wanted in screen if isinstance(wanted, str) else wanted(screen):
                return screen
            if time.monotonic() > deadline:
                what = repr(wanted) if isinstance(wanted, str) else "what was waited for"
                frame = "-" * self._columns
                raise AssertionError(
                    f"{what} did not appear in {seconds} s:\n{frame}\n{screen}\n{frame}"
                )
            time.sleep(_POLL)

    def wait_for_end(self, seconds: float = 15) -> int:
        """Wait until the program has ended; return its exit code, 128 + n after the signal n."""
        self.wait_for(lambda _: bool(self._told("@end")), seconds)
        return int(self._told("@end"))

    @property
    def pid(self) -> int:
        """The process of the program."""
        return int(self._told("@pid"))

    @property
    def is_as_before(self) -> bool:
        """Whether a program has left the terminal as it was: its screen and its mouse."""
        return [self._told(mode) for mode in ("alternate_on", "mouse_any_flag")] == ["0", "0"]

    def close(self) -> None:
        """End the terminal and all that runs in it; do nothing if it has ended."""
        with contextlib.suppress(subprocess.CalledProcessError):
            socket = Path(self._told("socket_path"))
            self._tmux("kill-server")
            socket.unlink(missing_ok=True)  # tmux itself leaves it

    def _told(self, name: str) -> str:
        return self._tmux("display-message", "-p", f"#{{{name}}}").strip()

    def _tmux(self, *arguments: str) -> str:
        run = subprocess.run(
            ["tmux", "-u", "-L", self._socket, "-f", "/dev/null", *arguments],
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE,
            check=True,
        )
        return run.stdout


def _environment(home: Path, temporary: Path) -> Mapping[str, str]:
    """Return an environment in which nothing of the real user can be seen."""
    # Which package is tested is the caller's business: one that is installed, or a checkout.
    path = os.environ.get("PYTHONPATH", "")
    return {
        **({"PYTHONPATH": path} if path else {}),
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "SHELL": "/bin/sh",
        "PS1": "$ ",
    }
