"""Two clones, two apps, in two terminals: both edit, both sync, both show everything."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.services.clones import World

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def app(tmp_path: Path, world: World, name: str) -> Terminal:
    home = tmp_path / f"home-{name}"
    home.mkdir()
    shutil.copy(world.folder / "gitconfig", home / ".gitconfig")
    terminal = Terminal(120, 36, home)
    library = str(world.folder / name / "library.db")
    terminal.start((sys.executable, "-m", "readinglist", "--library", library))
    terminal.wait_for("2 papers")
    return terminal


def test_two_machines_edit_the_same_paper(world: World, tmp_path: Path) -> None:
    """Different papers, the same note, the same status; `S` here, there, and here again."""
    for clone in (world.first("Foxes in Snow", "Owls at Night"), world.clone("two")):
        clone.library.close()
    with app(tmp_path, world, "one") as one, app(tmp_path, world, "two") as two:
        for terminal, status, line in ((one, "r", "from the desk"), (two, "R", "from the train")):
            find(terminal, "foxes")
            terminal.keys(status)
            terminal.wait_for("● 1 read" if status == "r" else "► 1 reading")
            terminal.keys("n")
            terminal.wait_for("Note: Foxes")
            terminal.type(line)
            terminal.keys("Escape")
            terminal.wait_for(lambda screen: "Note: Foxes" not in screen)
            terminal.wait_for(line)
            terminal.keys("Escape")
            terminal.wait_for("2 papers · All papers")
        find(two, "owls")
        two.keys("1")
        two.wait_for("!!!")
        two.keys("Escape")
        two.wait_for("2 papers · All papers")

        sync(one, "went to origin")
        sync(two, "came from origin")
        two.wait_for("! 2 conflicts")
        sync(one, "came from origin")
        for terminal in (one, two):
            terminal.wait_for("! 2 conflicts")
            terminal.wait_for("!!!")
            find(terminal, "foxes")
            terminal.wait_for("from the desk")
            terminal.wait_for("from the train")
            terminal.keys("Escape")
            terminal.wait_for("2 papers · All papers")
            terminal.keys("C")
            terminal.wait_for("holds")
            terminal.wait_for("reading")
            terminal.keys("Escape")
        for terminal in (one, two):
            terminal.keys("q")
            assert terminal.wait_for_end() == 0


def find(terminal: Terminal, word: str) -> None:
    terminal.keys("/")
    terminal.type(word)
    terminal.wait_for("1 shown")
    terminal.keys("Enter")
    terminal.wait_for("Space Choose")


def sync(terminal: Terminal, told: str) -> None:
    terminal.keys("S")
    terminal.wait_for(told, seconds=30)
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: told not in screen)
