"""A note that was being written when the app was killed, in a real terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal

PROGRAM = (sys.executable, "-m", "readinglist")
TYPED = "A thought that must not be lost"


def run(terminal: Terminal, *arguments: str) -> str:
    """Run the command beside the terminal, as the same user."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**terminal.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


@pytest.mark.parametrize("is_deleted", [False, True])
def test_what_was_typed_survives_a_kill(tmp_path: Path, is_deleted: bool) -> None:
    """The next app has the text as the note, or, where the paper is gone, says in which file."""
    home = tmp_path / "home"
    with Terminal(120, 40, home) as terminal:
        app = ("env", f"PYTHONPATH={os.pathsep.join(sys.path)}", *PROGRAM)
        library = str(home / "library.db")
        (home / "one.bib").write_text(
            "@misc{kingma2015adam, title = {Adam: A Method}}\n@misc{b, title = {Beside}}"
        )
        run(terminal, "--library", library, "import", str(home / "one.bib"))
        run(terminal, "--library", library, "note", "kingma2015adam", "--text", "before")
        terminal.start((*app, "--library", library))
        terminal.wait_for("2 papers")
        terminal.keys("/")
        terminal.type("adam")
        terminal.wait_for("1 shown")
        terminal.keys("Enter", "n")
        terminal.wait_for("Note: Adam")
        terminal.keys("C-End", "Enter")
        terminal.type(TYPED)
        terminal.wait_for(TYPED)
        drafts = home / "state" / "readinglist"

        def has_draft(_: str) -> bool:
            return any(TYPED in file.read_text() for file in drafts.glob("*/drafts/*.json"))

        terminal.wait_for(has_draft)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_for_end()
    assert TYPED not in run(terminal, "--library", library, "show", "kingma2015adam")
    if is_deleted:
        run(terminal, "--library", library, "delete", "kingma2015adam")
    with Terminal(120, 40, home) as terminal:
        terminal.start((*app, "--library", library))
        if is_deleted:
            terminal.wait_for("kingma2015adam")  # it is in no list any more
            (file,) = drafts.glob("*/drafts/*.md")
            assert TYPED in file.read_text()
        else:
            terminal.wait_for("Your note of “Adam: A Method”")
            shown = run(terminal, "--library", library, "show", "kingma2015adam")
            assert f"before\n{TYPED}" in shown
        assert not list(drafts.glob("*/drafts/*.json"))
        terminal.keys("q")
        assert terminal.wait_for_end() == 0
