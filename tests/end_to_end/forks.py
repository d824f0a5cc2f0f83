"""Runs commands of readinglist, each in a fork of one process that has all of it in memory.

python -m tests.end_to_end.forks

A request is a line of JSON on standard input, the answer one on standard output. As each command
is a process of its own, it ends as one; but it need not import anything, so that hundreds of them
take seconds. Without arguments the command is the app: a person gives the first paper a medium
priority, waits for what comes of it, and leaves; errors that it tells are on standard error, too.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from readinglist.domain.paper import Priority
from readinglist.storage import working_files
from readinglist.tui.screens.library import LibraryScreen
from readinglist.tui.widgets.paper_list import PaperList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from textual.pilot import Pilot

ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 60
"""Seconds after which a command is ended that does not end."""
_PATIENCE = 20
"""Seconds that somebody before the app waits for their edit to be saved."""
HAS_POWER = os.getuid() == 0
"""Whether modes of files mean nothing to this process."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


class Forks:
    """The process that forks; to it, modes of files mean what they do to everybody."""

    def __init__(self) -> None:
        drop = ("setpriv", "--inh-caps=-all", "--bounding-set=-all") if HAS_POWER else ()
        self.respects_modes = not HAS_POWER or bool(shutil.which("setpriv"))
        """Whether a file that may not be written can't be."""
        self._process = subprocess.Popen(
            [*(drop if self.respects_modes else ()), sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        largest_file: int | None = None,
        patience: float | None = None,
    ) -> Done:
        """Run a command in a folder, with the environment of this process.

        Args:
            folder: where it runs; its output goes through two files there.
            arguments: what is typed behind `readinglist`; nothing is the app.
            largest_file: the bytes that a file may have which it writes, as with `ulimit -f`.
            patience: the seconds that it waits for another program, if not as usual.
        """
        request = {
            "arguments": arguments,
            "folder": str(folder),
            "largest_file": largest_file,
            "patience": patience,
            "environment": dict(os.environ),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        code = json.loads(self._process.stdout.readline())
        return Done(code, *((folder / name).read_text() for name in ("out", "err")))


def main() -> None:
    """Fork for each request until there are no more."""
    import readinglist.cli.main
    import readinglist.tui.app

    for module in readinglist.cli.main._MODULES.values():
        __import__(f"readinglist.cli.{module.partition(':')[0]}")
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _carry_out(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _carry_out(request: dict[str, Any]) -> None:
    code = 70
    signal.alarm(_LONGEST)
    try:
        os.chdir(request["folder"])
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        os.environ.clear()
        os.environ.update(request["environment"])
        if request["largest_file"] is not None:
            limits = (request["largest_file"], resource.RLIM_INFINITY)
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        if request["patience"] is not None:
            working_files._PATIENCE = request["patience"]
        if not request["arguments"]:
            _put_somebody_before_the_app()
        from readinglist.cli.main import run

        code = run(request["arguments"])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _put_somebody_before_the_app() -> None:
    from readinglist.cli import files
    from readinglist.tui.app import ReadingListApp
    from readinglist.tui.screens import acting, library

    run, notify = ReadingListApp.run, ReadingListApp.notify
    troubles: list[str] = []

    def tell(app: ReadingListApp, message: str, **options: Any) -> None:
        if options.get("severity") == "error":
            troubles.append(message)
            os.write(2, f"readinglist: {message}\n".encode())
        notify(app, message, **options)

    async def mark_one(pilot: Pilot[Any]) -> None:
        screen = pilot.app.screen_stack[0]
        assert isinstance(screen, LibraryScreen)
        library, deadline = screen._library, time.monotonic() + _PATIENCE

        async def come(what: Callable[[], object]) -> None:
            while not (troubles or what()) and time.monotonic() < deadline:
                await pilot.pause(0.01)

        await pilot.pause()
        if pilot.app.screen is not screen:  # the tour
            await pilot.press("escape")
        await come(lambda: screen.query("PaperList:focus") and screen.query_one(PaperList).current)
        ids = screen.query_one(PaperList).ids[:1]
        await pilot.press("2")
        await come(
            lambda: library.papers(ids)[0].priority is Priority.MEDIUM and library.is_saved()
        )
        await pilot.press("q")

    vars(files)["need_terminal"] = lambda what: None
    acting._SAVE_AFTER = library._FIRST_SCREEN = 0.01
    ReadingListApp.notify = tell  # type: ignore[method-assign, assignment]
    ReadingListApp.run = lambda app: run(  # type: ignore[method-assign, misc, assignment]
        app, headless=True, size=(100, 30), auto_pilot=mark_one
    )


if __name__ == "__main__":
    main()
