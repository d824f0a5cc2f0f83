"""What a researcher does in a terminal, with the real command in a real one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from tests.conftest import LISTINGS, Listed
from tests.end_to_end.latex_toolchain import compile_bibliography, missing_program
from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conftest import PageMaker

PROGRAM = (sys.executable, "-m", "readinglist")
FOXES = "Whispering Foxes in Winter Snow"
UMBRELLAS = "A Ledger of Lost Umbrellas & 100% of Their Owners"
SUNDIALS = "Sundials Learn in $O(n^2)$ Days"
PAPERS = (
    Listed(FOXES, authors=7, date="Dec 8, 2022 3"),
    Listed(UMBRELLAS, authors=1, date="Dec 7, 2022"),
    Listed(SUNDIALS),
    Listed("Zithers at Dawn", date="Dec 6, 2022 12"),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder in which all is done."""
    return tmp_path / "home"


@pytest.fixture
def own_page(home: Path, page: PageMaker) -> str:
    """A page in the user's folder; return its name there."""
    return page(*PAPERS).rename(home / "page.txt").name


def rows(screen: str) -> list[str]:
    """Return the lines of the list, without its header and what stands beside it."""
    lines = [line.partition("▏")[0].rpartition("▕")[2] for line in screen.splitlines()]
    return lines[2:]


def row_of(screen: str, title: str) -> str:
    """Return the list's line with `title`."""
    return next((row for row in rows(screen) if title in row), "")


def shows(title: str, sign: str, priority: str = "") -> Callable[[str], bool]:
    """Return a test whether the list has `title` with this status sign and priority."""
    # Behind the sign there may be a mark for a note.
    important = priority and priority + r"\s+"
    line = re.compile(rf".{sign}\S?\s+{important}(?:\d{{4}}\s+)?{re.escape(title)}")
    return lambda screen: bool(line.match(row_of(screen, title)))


def on_screen(title: str) -> str:
    """Return a title as it is read: its math in Unicode."""
    return title.replace("$O(n^2)$", "O(n²)")


def only_shows(title: str) -> Callable[[str], bool]:
    """Return a test whether the first line of the list is `title`."""
    return lambda screen: on_screen(title) in next(iter(rows(screen)), "")


def at_the_prompt(screen: str) -> bool:
    """Return whether the shell waits for a command."""
    return screen.rstrip().endswith("$")


def enter(terminal: Terminal, command: Sequence[str]) -> None:
    """Type a command at the shell's prompt and run it."""
    terminal.wait_for(at_the_prompt)
    terminal.type(" ".join(command))
    terminal.keys("Enter")


def search(terminal: Terminal, query: str, title: str) -> None:
    """Type `query` into the search bar and go to the list when its first line is `title`."""
    terminal.keys("/")
    terminal.wait_for("To the list")
    terminal.type(query)
    terminal.wait_for(only_shows(title))
    terminal.keys("Enter")
    terminal.wait_for("? Help")


def clear_search(terminal: Terminal) -> None:
    """Leave the search, so that all papers are shown."""
    terminal.keys("Escape")
    terminal.wait_for("Search: words")


def on_the_command_line(terminal: Terminal, *arguments: str) -> Any:
    """Return the JSON that a command prints, run beside the terminal."""
    run = subprocess.run(
        [*PROGRAM, *arguments],
        env=terminal.environment,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    return json.loads(run.stdout)


def import_all(terminal: Terminal, readinglist: Sequence[str], own_page: str) -> int:
    """Import the page, and the real ones where they are, in the shell; return how many came."""
    count = len(PAPERS)
    enter(terminal, (*readinglist, "import", own_page))
    terminal.wait_for(f"{own_page}: {count} added, 0 completed, 0 unchanged")
    if not LISTINGS.is_dir():
        return count
    enter(terminal, (*readinglist, "import", f"{LISTINGS}/*.txt"))
    terminal.wait_for("In all: 376 added", 60)
    return count + 376


def read_and_note(terminal: Terminal) -> None:
    """Find a paper by misspelt words, mark it read and important, write a note."""
    search(terminal, "wispering foxs", FOXES)
    terminal.keys("r")
    terminal.wait_for(shows(FOXES, "●"))
    terminal.keys("1")
    terminal.wait_for(shows(FOXES, "●", "!!!"))
    terminal.keys("n")
    terminal.wait_for(f"Note: {FOXES}")
    terminal.type("Compare with the otters of [Lutra].")
    terminal.keys("Enter")
    terminal.type("- warm dens")
    terminal.wait_for("- warm dens")
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: "Note: " not in screen and "• warm dens" in screen)
    clear_search(terminal)


def choose_and_export(terminal: Terminal, home: Path) -> None:
    """Choose three papers, each by a search of its own, and export them."""
    misspelt = (("wispering", FOXES), ("umbrelas", UMBRELLAS), ("sundails lern", SUNDIALS))
    for number, (query, title) in enumerate(misspelt, start=1):
        search(terminal, query, title)
        terminal.keys("Space")
        terminal.wait_for(f"{number} chosen")
        clear_search(terminal)
    terminal.keys("e")
    terminal.wait_for(lambda s: "Export 3 papers" in s and f"→ {home.resolve()}" in s)
    terminal.keys("Enter")
    terminal.wait_for("3 papers written to references.bib")


def test_from_a_page_to_a_paper_that_cites_it(home: Path, own_page: str, tmp_path: Path) -> None:
    """Import, search, read, note, choose, export, quit, reopen: all is found as it was."""
    bibliography = home / "references.bib"
    readinglist = (*PROGRAM, "--library", "library.db")
    look = ("--library", str(home / "library.db"), "list", "--json")
    with Terminal(120, 40, home) as terminal:
        terminal.start(["/bin/sh"])
        count = import_all(terminal, readinglist, own_page)
        enter(terminal, readinglist)
        terminal.wait_for(f"{count} papers")
        read_and_note(terminal)
        choose_and_export(terminal, home)
        terminal.keys("q")
        terminal.wait_for(at_the_prompt)

        papers = on_the_command_line(terminal, *look)
        by_title = {paper["title"]: paper for paper in papers}
        assert len(papers) == count
        foxes = by_title[FOXES]
        assert (foxes["status"], foxes["priority"]) == ("read", "high")
        assert foxes["note"] == "Compare with the otters of [Lutra].\n- warm dens"
        assert {p["status"] for p in papers if p is not foxes} == {"unread"}
        exported = bibliography.read_text(encoding="utf-8")
        chosen = {by_title[title]["key"] for title in (FOXES, UMBRELLAS, SUNDIALS)}
        assert set(re.findall(r"^@\w+\{(.+),$", exported, re.MULTILINE)) == chosen
        if missing_program() is None:
            latex = tmp_path / "latex"
            latex.mkdir()
            outcome = compile_bibliography(latex, exported, "plain")
            assert (outcome.errors, outcome.warnings) == ([], [])

        enter(terminal, readinglist)
        terminal.wait_for(f"{count} papers")
        search(terminal, "whispring foxes", FOXES)
        screen = terminal.wait_for("• warm dens")
        assert shows(FOXES, "●", "!!!")(screen)
        assert "Compare with the otters of [Lutra]." in screen
        terminal.keys("q")
        terminal.wait_for(at_the_prompt)
        assert on_the_command_line(terminal, *look) == papers
        assert bibliography.read_text(encoding="utf-8") == exported


def test_the_first_start_shows_how_to_fill_the_library(home: Path, own_page: str) -> None:
    """Without a library the app makes one, names the key `i`, and that key imports."""
    with Terminal(120, 40, home) as terminal:
        terminal.start(PROGRAM)
        screen = terminal.wait_for("Your reading list is empty.")
        assert re.search(r"^ +i +import", screen, re.MULTILINE)
        terminal.keys("i")
        terminal.wait_for("A listing page, a .bib file")
        terminal.type(f"~/{own_page}")
        terminal.keys("Enter")
        terminal.wait_for("4 added, 0 completed, 0 unchanged")
        terminal.keys("Escape")
        terminal.wait_for("4 papers · All papers · last added first · ○ 4 unread")
        for paper in PAPERS:
            terminal.wait_for(shows(on_screen(paper.title)[:24], "○"))
        terminal.keys("q")
        assert terminal.wait_for_end() == 0
        assert (home / "readinglist" / "library.db").is_file()
        assert len(on_the_command_line(terminal, "list", "--json")) == len(PAPERS)


def test_an_edit_that_was_shown_outlives_the_program(home: Path, own_page: str) -> None:
    """Killed in the moment in which an edit appears, the program has kept it."""
    with Terminal(120, 40, home) as terminal:
        subprocess.run(
            [*PROGRAM, "import", own_page], cwd=home, env=terminal.environment, check=True
        )
        terminal.start(PROGRAM)
        terminal.wait_for("4 papers")
        search(terminal, "zihters", "Zithers at Dawn")
        terminal.keys("x", "2")
        terminal.wait_for(shows("Zithers at Dawn", "×", "!!"))
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.wait_for_end() == 128 + signal.SIGKILL
    with Terminal(120, 40, home) as terminal:
        terminal.start(PROGRAM)
        terminal.wait_for(shows("Zithers at Dawn", "×", "!!"))
        terminal.keys("q")
        assert terminal.wait_for_end() == 0
        (paper,) = on_the_command_line(terminal, "list", "--json", "zithers")
        assert (paper["status"], paper["priority"]) == ("skipped", "medium")


def test_asked_to_end_it_saves_and_leaves_the_terminal_as_it_was(home: Path, own_page: str) -> None:
    """So does the shutdown of a machine, or `kill` from another terminal; a note is kept, too."""
    with Terminal(120, 40, home) as terminal:
        subprocess.run(
            [*PROGRAM, "import", own_page], cwd=home, env=terminal.environment, check=True
        )
        terminal.start(PROGRAM)
        terminal.wait_for("4 papers")
        assert not terminal.is_as_before
        search(terminal, "zihters", "Zithers at Dawn")
        terminal.keys("x", "n")
        terminal.wait_for("Markdown")
        terminal.type("half a thought")
        terminal.wait_for("half a thought")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert terminal.is_as_before
        (paper,) = on_the_command_line(terminal, "list", "--json", "zithers")
        assert (paper["status"], paper["note"].strip()) == ("skipped", "half a thought")


def test_line_by_line_nothing_but_lines_is_written(home: Path, own_page: str) -> None:
    """In a terminal that can do nothing, one searches, marks, and brings earlier lines back."""
    with Terminal(100, 30, home) as terminal:
        subprocess.run(
            [*PROGRAM, "import", own_page], cwd=home, env=terminal.environment, check=True
        )
        terminal.start(["env", "TERM=dumb", *PROGRAM, "--plain"])
        terminal.wait_for("4 papers. help tells what can be typed; quit leaves.\n>")
        terminal.type("wispering foxs")
        terminal.keys("Enter")
        terminal.wait_for(f"1. {FOXES}; 7 authors; 2022; unread; ")
        terminal.wait_for("1 paper.\n>")
        terminal.type("read 1")
        terminal.keys("Enter")
        terminal.wait_for(": status read\n>")
        terminal.type("read 9")
        terminal.keys("Enter")
        terminal.wait_for("There is no number 9 in the last list. It has 1 to 1.\n>")
        terminal.type("/read unti")
        terminal.keys("C-u")  # the line is edited as in a shell
        terminal.type("note 1 of otters")
        terminal.keys("Enter")
        terminal.wait_for(": note\n>")
        terminal.type("hist")
        terminal.keys("Tab")
        terminal.wait_for("> history")
        terminal.type("1")
        terminal.keys("Enter")
        terminal.wait_for("note: nothing → of otters")
        terminal.wait_for(lambda screen: screen.rstrip().endswith("\n>"))
        terminal.keys(*["Up"] * 5, "Enter")
        # A Ctrl+D that comes before the prompt is the terminal's own.
        screen = terminal.wait_for(
            lambda screen: screen.count("2022; read; ") == 1 and screen.rstrip().endswith("\n>")
        )
        assert re.findall("[\u2500-\u259f]", screen) == []
        terminal.keys("C-d")
        assert terminal.wait_for_end() == 0
        (paper,) = on_the_command_line(terminal, "list", "--json", "foxes")
        assert (paper["status"], paper["note"]) == ("read", "of otters")


def test_the_demo_leaves_nothing_behind(home: Path) -> None:
    """The demo opens on its forty papers, in a folder that goes with it; the tour is over."""
    with Terminal(120, 40, home) as terminal:
        terminal.is_first_start = True
        before = {*home.rglob("*")}
        terminal.start([*PROGRAM, "demo"])
        terminal.wait_for("Welcome")
        terminal.keys("q")
        terminal.wait_for(lambda screen: "Welcome" not in screen)
        terminal.wait_for("40 papers")
        terminal.wait_for(shows("Attention Is All You Need", "●", "!!!"))
        terminal.keys("q")
        assert terminal.wait_for_end() == 0
        assert list(terminal.temporary.iterdir()) == []
        left = {path for path in home.rglob("*") if path.is_file()} - before
        assert {path.name for path in left} == {"tour-shown"}


def test_everything_fits_into_a_small_terminal(home: Path) -> None:
    """At 80x24 no line is too long, the last two are in place, and `?` shows the help."""
    with Terminal(80, 24, home) as terminal:
        terminal.start([*PROGRAM, "demo"])
        fits = terminal.wait_for("? Help")
        assert shows("Attention Is All You Need", "●", "!!!")(fits)
        terminal.keys("?")
        terminal.wait_for("Keys and queries")
        terminal.wait_for("j k scroll")
        terminal.keys("Space")
        helps = terminal.wait_for(lambda screen: bool(re.search(r"/ +Search as you type", screen)))
        terminal.keys("q")
        again = terminal.wait_for(lambda screen: "Keys and queries" not in screen)
        for screen in (fits, helps, again):
            lines = screen.splitlines()
            assert len(lines) == 24
            assert max(map(cell_len, lines)) <= 80
            assert re.fullmatch(r" 40 papers · .* · .*(?:first|…)", lines[-2])
            assert lines[-1].endswith("? Help")
