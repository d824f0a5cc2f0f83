"""Writing a note in an editor of one's own, in a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import PageMaker
from tests.end_to_end.terminal import Terminal

PROGRAM = (sys.executable, "-m", "readinglist")


@pytest.mark.parametrize("editor", ["false", "/nonexistent/editor"])
@pytest.mark.parametrize("keys", [("E",), ("n", "C-e", "Escape")])
def test_an_editor_that_fails_gives_the_terminal_back(
    tmp_path: Path, page: PageMaker, editor: str, keys: tuple[str, ...]
) -> None:
    """It is told, the note is as it was, and the app goes on."""
    home = tmp_path / "home"
    file = page("Whispering Foxes").rename(home / "page.txt")
    with Terminal(100, 30, home) as terminal:
        terminal.environment = {**terminal.environment, "EDITOR": editor, "VISUAL": ""}
        terminal.start(["/bin/sh"])
        terminal.wait_for("$")
        terminal.type(" ".join((*PROGRAM, "import", file.name)))
        terminal.keys("Enter")
        terminal.wait_for("1 added")
        terminal.type(" ".join(PROGRAM))
        terminal.keys("Enter")
        terminal.wait_for("1 paper ")
        for key in keys:
            terminal.keys(key)
            if key == "n":
                terminal.wait_for("Note: Whispering Foxes")
            elif key == "Escape":
                # Not the shell's screen, which shows while the editor has the terminal.
                terminal.wait_for(lambda screen: "1 paper " in screen and "Note: " not in screen)
            else:
                terminal.wait_for("The editor")
        terminal.keys("x")
        terminal.wait_for("× 1 skipped")
        terminal.keys("q")
        terminal.wait_for(lambda screen: "1 paper " not in screen)
