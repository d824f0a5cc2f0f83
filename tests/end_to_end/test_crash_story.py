"""A fault of the program, as its user meets it: the terminal is back, two sentences, a report."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from readinglist.services.checking import check_library
from tests.conftest import PageMaker
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_terminal_story import at_the_prompt

TITLE = "Secret Foxes in Snow"
FAULTY = """\
import sys
from threading import Thread
from readinglist.tui.screens.library import LibraryScreen as Screen

def fault():
    own = "a value"
    raise ValueError("\\x1b[2Jan" + " odd\\x1b]0;owned\\x07 \\u202evalue")

faults = {
    "key": lambda screen: fault(),
    "worker": lambda screen: screen.run_worker(fault, thread=True),
    "thread": lambda screen: Thread(target=fault).start(),
    "endless": lambda screen: Screen.action_help(screen),
}
Screen.action_help = faults[sys.argv.pop(1)]

from readinglist.__main__ import main
main()
"""
KINDS = dict.fromkeys(("key", "worker", "thread"), "ValueError") | {"endless": "RecursionError"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    PageMaker(home)(TITLE)
    (home / "faulty.py").write_text(FAULTY)
    return home


def reports(home: Path) -> list[Path]:
    return sorted((home / "state" / "readinglist" / "crashes").glob("*"))


def start(terminal: Terminal, fault: str) -> None:
    """Have a shell that starts a faulty app on a library with a paper."""
    program = f"{sys.executable} -m readinglist"
    terminal.start(["/bin/sh"])
    terminal.wait_for(at_the_prompt)
    terminal.type(f"{program} import page.txt && {sys.executable} faulty.py {fault}; echo code $?")
    terminal.keys("Enter")
    terminal.wait_for("? Help")
    terminal.wait_for(TITLE)


@pytest.mark.parametrize("fault", list(KINDS))
def test_the_app_gives_the_terminal_back_and_tells(home: Path, fault: str) -> None:
    with Terminal(100, 30, home) as terminal:
        start(terminal, fault)
        terminal.keys("r")
        terminal.wait_for("● 1 read")
        terminal.keys("?")
        screen = terminal.wait_for("code 70", 30)
        assert at_the_prompt(screen)
        assert "Traceback" not in screen
        told = screen.replace("\n", "")
        assert f"readinglist ended for a fault of its own ({KINDS[fault]}" in told
        assert "Your library is safe: it is sound, and has every edit." in told or (
            "Your library is safe: it is sound, and the edits that its file lacks are kept" in told
        )
        if KINDS[fault] == "ValueError":
            assert "an odd" in told
        (report,) = reports(home)
        assert str(report) in told
        text = report.read_text(encoding="utf-8")
        assert report.stat().st_mode & 0o777 == 0o600
        assert KINDS[fault] in text
        assert "faulty.py" in text
        assert "library: sound" in text
        for own in (TITLE, "Foxes", "a value", "an odd", str(home), "\x1b"):
            assert own not in text
        # The terminal is as it was: what is typed is shown, and the mouse writes nothing.
        terminal.type("echo typed")
        terminal.wait_for("$ echo typed")
        terminal.keys("Enter")
        terminal.wait_for("\ntyped")
    verdict = check_library(home / "readinglist" / "library.db")
    assert (verdict.papers, verdict.warnings) == (1, ())
