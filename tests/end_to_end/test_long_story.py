"""A researcher's day in a terminal, from the first start to the evening; and poor terminals."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from readinglist.services.app_memory import AppMemory
from tests.conftest import Listed, PageMaker, until
from tests.end_to_end.latex_toolchain import compile_bibliography, missing_program
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_terminal_story import (
    FOXES,
    PROGRAM,
    UMBRELLAS,
    clear_search,
    on_the_command_line,
    only_shows,
    row_of,
    search,
    shows,
)

WORDS = (
    "Amber", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Grove", "Heath", "Inlet", "Jetty",
    "Kelp", "Loam", "Marsh", "Needle", "Orchard", "Pine", "Quarry", "Reef", "Shoal", "Thicket",
)  # fmt: skip
CHAPTERS = tuple(f"{word} and the Height of the Tide" for word in WORDS)
PAPERS = (
    Listed(FOXES, authors=7, date="Dec 8, 2022 3"),
    Listed(UMBRELLAS, authors=1, date="Dec 7, 2022"),
    Listed("Sundials Learn in Days"),
    Listed("Zithers at Dawn", date="Dec 6, 2022 12"),
    *(Listed(title, authors=3, date="Nov 4, 2021 4") for title in CHAPTERS),
)
ALL = f"{len(PAPERS)} papers · All papers · last added first"
ENGINE = "Notes on the Whispering Engine"
SNOW = "Whispering Foxes in the Winter Snow"
PASTED = """\
@article{lovelace1843,
  author = {Lovelace, Ada},
  title = {Notes on the Whispering Engine},
  journal = {Taylor's Scientific Memoirs},
  year = {1843},
  url = {https://example.org/engine}
}
@misc{fox2023,
  author = {Fox, Ann and Hare, Ben},
  title = {Whispering Foxes in the Winter Snow},
  year = {2023}
}
"""
BROWSER = '#!/bin/sh\necho "$1" >>"$HOME/opened"\n'
IDENTITY = "[user]\nname = T\nemail = t@example.org\n[init]\ndefaultBranch = main\n"
LONG = 90
"""Seconds for what may take long where much else is going on."""


class Office(Terminal):
    """The researcher's terminal; the tour is not kept away from them."""

    def __init__(self, home: Path) -> None:
        super().__init__(200, 50, home)
        self.is_first_start = True
        self.environment = {**self.environment, "BROWSER": f"{home / 'browser'} %s"}

    def start_app(self) -> None:
        """Run the app, and wait for its last line."""
        self.start(PROGRAM)
        self.wait_for("? Help", LONG)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user with a page, a name for git, an empty repository elsewhere, and a browser."""
    home = tmp_path / "home"
    PageMaker(home)(*PAPERS)
    (home / ".gitconfig").write_text(IDENTITY)
    (home / "browser").write_text(BROWSER)
    (home / "browser").chmod(0o755)
    return home


def detail_of(title: str) -> str:
    """Return how the details of a paper begin, beside the list."""
    return f"▏ {title}"


def the_first_start(home: Path) -> None:
    """The tour comes, is skipped, and never comes again."""
    with Office(home) as terminal:
        terminal.start_app()
        terminal.wait_for("Welcome · 1 of 5", LONG)
        terminal.keys("Enter")
        terminal.wait_for("Welcome · 2 of 5")
        terminal.keys("Escape")
        terminal.wait_for(lambda screen: "Welcome" not in screen)
        terminal.wait_for("Your reading list is empty.")
        terminal.keys("q")
        assert terminal.wait_for_end(LONG) == 0


def a_page_comes_in(terminal: Terminal) -> None:
    """A listing page is imported, and counted in the side bar; no tour is in the way."""
    terminal.keys("i")
    terminal.wait_for("A listing page, a .bib file")
    terminal.type("~/page.txt")
    terminal.keys("Enter")
    terminal.wait_for(f"{len(PAPERS)} added, 0 completed, 0 unchanged", LONG)
    terminal.keys("Escape")
    terminal.wait_for(f"{ALL} · ○ {len(PAPERS)} unread")
    terminal.wait_for(lambda s: bool(re.search(rf"F3  Inbox +{len(PAPERS)}▕", s)), LONG)


def new_papers_are_decided_about(terminal: Terminal) -> None:
    """One key for each; the last decision is taken back."""
    terminal.keys("T")
    place = f"Triage · Inbox · {{}} of {len(PAPERS)}"
    for number, key in enumerate(("Enter", "x", "1"), start=1):
        terminal.wait_for(place.format(number))
        terminal.keys(key)
    terminal.wait_for(place.format(4))
    terminal.wait_for("Zithers at Dawn")
    set_tags(terminal, "hasty")
    terminal.wait_for(place.format(5))
    terminal.keys("u")
    terminal.wait_for(place.format(4))
    terminal.keys("Escape")
    terminal.wait_for(f"○ {len(PAPERS) - 2} unread · ► 1 reading · ● 0 read · × 1 skipped")
    screen = terminal.wait_for(shows("Sundials Learn in Days", "○", "!!!"))
    assert shows(FOXES, "►")(screen)
    assert "hasty" not in row_of(screen, "Zithers at Dawn")


def a_paper_is_found_and_marked(terminal: Terminal) -> None:
    """Misspelt, it is found; it is read in full, has tags, a priority, a note."""
    search(terminal, "wispering foxs", FOXES)
    terminal.keys("Enter")
    terminal.wait_for("Back to the list")
    terminal.keys("Escape")
    terminal.wait_for("Space Choose")
    set_tags(terminal, "foxes, winter")
    terminal.wait_for(lambda screen: "foxes winter" in row_of(screen, FOXES))
    terminal.keys("1")
    terminal.wait_for(shows(FOXES, "►", "!!!"))
    terminal.keys("n")
    terminal.wait_for(f"Note: {FOXES}")
    terminal.type("Compare with the otters of [Lutra].")
    terminal.keys("Enter")
    terminal.type("- warm dens")
    terminal.wait_for("- warm dens")
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: "Note: " not in screen and "• warm dens" in screen)
    terminal.wait_for(shows(FOXES, "►¶", "!!!"))
    clear_search(terminal)


def set_tags(terminal: Terminal, tags: str) -> None:
    terminal.keys("t")
    terminal.wait_for("Tags, with commas between them.")
    terminal.type(tags)
    terminal.wait_for(tags)
    terminal.keys("Enter")
    terminal.wait_for(lambda screen: "Tags, with commas" not in screen)


def views_are_opened(terminal: Terminal) -> None:
    """By a key, by the mouse, by the side bar's own cursor."""
    terminal.keys("F5")
    terminal.wait_for(" · 1 shown · Reading · ")
    screen = terminal.wait_for(only_shows(FOXES))
    line = next(n for n, text in enumerate(screen.splitlines()) if text.startswith(" F7  Skipped"))
    terminal.click(6, line)
    terminal.wait_for(" · 1 shown · Skipped · ")
    terminal.wait_for(only_shows(UMBRELLAS))
    terminal.keys("b")
    terminal.wait_for(lambda screen: "F7  Skipped" not in screen)
    terminal.keys("b")
    terminal.wait_for("b Fold away")
    terminal.keys("k", "k", "Enter")
    terminal.wait_for(" · 1 shown · Reading · ")
    terminal.keys("F1")
    terminal.wait_for(ALL)


def the_list_is_sorted(terminal: Terminal) -> None:
    """By a click on a column, by another one the other way round; `s` chooses the usual order."""
    for order, sign, first in (
        ("by title ·", "Title ↓", UMBRELLAS),
        ("by title, turned round ·", "Title ↑", "Zithers at Dawn"),
    ):
        header = terminal.screen().splitlines()[1]
        terminal.click(header.index("Title"), 1)
        terminal.wait_for(order)
        terminal.wait_for(only_shows(first))
        terminal.wait_for(sign)
    terminal.keys("s")
    terminal.wait_for("Sort by (again: turned round)")
    terminal.keys("k", "k", "k", "Enter")
    terminal.wait_for(ALL)


def many_are_marked(terminal: Terminal) -> None:
    """In a small terminal a range is more than is in view: what will change is shown before."""
    terminal.resize(80, 24)
    terminal.wait_for(lambda s: len(s.splitlines()) == 24 and shows(FOXES, "►¶", "!!!")(s))
    terminal.keys("g", *["j"] * 4, "Space")
    terminal.wait_for(" · 1 chosen · ")
    terminal.keys(*["j"] * 13, "X")
    terminal.wait_for(" · 15 chosen · ")
    terminal.keys("r")
    terminal.wait_for("Set status read: 15 papers")
    terminal.wait_for("15 unread → read")
    terminal.keys("Enter")
    terminal.wait_for("15 papers: status read  u undo")
    terminal.resize(200, 50)
    terminal.wait_for("► 1 reading · ● 15 read", LONG)
    terminal.keys("u")
    terminal.wait_for("► 1 reading · ● 0 read")
    terminal.wait_for(shows(CHAPTERS[0], "○"))
    terminal.keys("C-r")
    terminal.wait_for("► 1 reading · ● 15 read")
    screen = terminal.wait_for(shows(CHAPTERS[0], "●"))
    assert shows(CHAPTERS[14], "●")(screen)
    assert shows(CHAPTERS[15], "○")(screen)
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: " chosen · " not in screen)


def papers_are_pasted(terminal: Terminal, home: Path) -> None:
    """BibTeX from a clipboard is two new papers; the first of them is opened in the browser."""
    terminal.keys("N")
    terminal.wait_for("Paste or write BibTeX")
    terminal.paste(PASTED)
    terminal.wait_for("BibTeX, 2 entries")
    terminal.keys("C-s")
    terminal.wait_for("2 added, 0 completed, 0 unchanged", LONG)
    terminal.wait_for(f"{len(PAPERS) + 2} papers · All papers")
    terminal.wait_for(detail_of(ENGINE))
    terminal.keys("o")
    terminal.wait_for("Open in the browser?")
    assert not (home / "opened").exists()
    terminal.keys("Enter")
    terminal.wait_for("Opened https://example.org/engine")
    until((home / "opened").exists)
    until(lambda: (home / "opened").read_text() == "https://example.org/engine\n")


def duplicates_are_merged(terminal: Terminal) -> None:
    """The pasted foxes are those of the page; what was done to these stays."""
    terminal.keys("D")
    terminal.wait_for("Duplicates · 1 of 1 pair", LONG)
    terminal.wait_for("nearly the same title")
    terminal.keys("Enter")
    terminal.wait_for("That was all.")
    terminal.keys("Escape")
    terminal.wait_for(f"{len(PAPERS) + 1} papers · All papers")
    screen = terminal.wait_for(shows(SNOW, "►¶", "!!!"))
    assert "foxes winter" in row_of(screen, SNOW)
    assert not row_of(screen, FOXES)


def a_date_is_mended(terminal: Terminal) -> None:
    """The form does not take what is no date, and says so; then it takes one."""
    search(terminal, "whispring engin", ENGINE)
    terminal.keys("F")
    terminal.wait_for(f"Edit: {ENGINE}")
    terminal.keys(*["Tab"] * 4, "End", "C-u")
    terminal.wait_for("Date           2024, 2024-05 or 2024-05-31")  # it is empty
    terminal.type("1843-13")
    terminal.wait_for("“1843-13” is no date.")
    terminal.keys("C-s", "C-u")
    terminal.wait_for("Date           2024, 2024-05 or 2024-05-31")
    terminal.type("1842")
    terminal.wait_for(lambda screen: "Date           1842" in screen and "is no date" not in screen)
    terminal.keys("C-s")
    terminal.wait_for("Edited: lovelace1843")
    terminal.wait_for(lambda screen: "1842 Notes" in row_of(screen, ENGINE))


def an_old_value_comes_back(terminal: Terminal) -> None:
    """The life of the paper has the edit, and the value from before it."""
    terminal.keys("H")
    terminal.wait_for(f"The life of {ENGINE}")
    terminal.wait_for("published: 1843 → 1842")
    terminal.keys("b")
    terminal.wait_for("Brought back: lovelace1843")
    terminal.wait_for(lambda screen: "1843 Notes" in row_of(screen, ENGINE))
    clear_search(terminal)


def the_reading_is_plotted(terminal: Terminal) -> None:
    """The log counts what was read."""
    terminal.keys("L")
    terminal.wait_for("15 papers on 1 day", LONG)
    terminal.wait_for("Read, by priority")
    terminal.keys("Escape")
    terminal.wait_for("Space Choose")


def all_is_exported(terminal: Terminal) -> None:
    """All that are shown are chosen, and written to a file that is named before."""
    count = len(PAPERS) + 1
    terminal.keys("a")
    terminal.wait_for(f" · {count} chosen · ")
    terminal.keys("e")
    terminal.wait_for(f"Export {count} papers")
    terminal.wait_for("@misc{AmberHeightTide2021,")
    terminal.keys("Enter")
    terminal.wait_for(f"{count} papers written to references.bib")
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: " chosen · " not in screen)


def all_is_synced(terminal: Terminal, home: Path) -> None:
    """The folder becomes a repository; with a remote one, all goes there."""
    folder = home / "readinglist"
    terminal.keys("S")
    terminal.wait_for("Enter makes its folder one.")
    terminal.keys("Enter")
    terminal.wait_for("The first version is committed.", LONG)
    terminal.wait_for("There is no remote to push to")
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: "is committed" not in screen)
    git(terminal, "init", "-q", "--bare", str(home / "hub.git"))
    git(terminal, "-C", str(folder), "remote", "add", "origin", str(home / "hub.git"))
    terminal.keys("S")
    terminal.wait_for("went to origin", LONG)
    terminal.keys("Escape")
    terminal.wait_for(lambda screen: "went to origin" not in screen)


def git(terminal: Terminal, *arguments: str) -> None:
    subprocess.run(["git", *arguments], env=terminal.environment, check=True)


def the_power_fails(terminal: Terminal, home: Path) -> Look:
    """Killed between two edits: in a theme, whose look is returned, in a view, on a paper."""
    dark = background(terminal)
    terminal.keys("C-p")
    terminal.wait_for("Search for commands")
    terminal.type("theme")
    terminal.wait_for("Choose the colours")
    terminal.keys("Enter")
    terminal.wait_for("Search for themes")
    terminal.type("readinglist-light")
    terminal.wait_for(lambda screen: screen.count("readinglist-light") == 2)
    terminal.keys("Enter")
    terminal.wait_for(lambda screen: "readinglist-light" not in screen)
    terminal.keys("F6")
    terminal.wait_for(" · 15 shown · Read · ")
    terminal.keys("j", "j", "2")
    terminal.wait_for(shows(CHAPTERS[2], "●", "!!"))
    terminal.wait_for(detail_of(CHAPTERS[2]))
    (file,) = home.glob("state/readinglist/*/app.json")
    (paper,) = on_the_command_line(terminal, "list", "--json", "key:CedarHeightTide2021")
    memory = AppMemory(file, file)
    until(lambda: memory.state().paper == int(paper["id"], 16), LONG)
    assert (memory.state().view, memory.state().theme) == ("read", "readinglist-light")
    set_tags(terminal, "by candlelight")
    terminal.wait_for(lambda screen: "by candlelight" in row_of(screen, CHAPTERS[2]))
    terminal.keys("3")
    terminal.wait_for(shows(CHAPTERS[2], "●", "!"))
    light = background(terminal)
    assert light != dark
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.wait_for_end() == 128 + signal.SIGKILL
    return light


def the_light_is_back(home: Path, before: Look) -> None:
    """All that was shown is there, and one is where one was, in the same colours."""
    with Office(home) as terminal:
        terminal.start_app()
        terminal.wait_for(" · 15 shown · Read · ", LONG)
        screen = terminal.wait_for(detail_of(CHAPTERS[2]))
        assert shows(CHAPTERS[2], "●", "!")(screen)
        assert "by candlelight" in row_of(screen, CHAPTERS[2])
        assert "Welcome" not in screen
        assert background(terminal) == before
        terminal.keys("q")
        assert terminal.wait_for_end(LONG) == 0


def what_is_in_the_files(home: Path, terminal: Terminal) -> None:
    """The library has the day; git elsewhere has all up to the sync; nothing lies about."""
    papers = on_the_command_line(terminal, "list", "--json")
    assert len(papers) == len(PAPERS) + 1
    by_title = {paper["title"]: paper for paper in papers}
    foxes, engine = by_title[SNOW], by_title[ENGINE]
    assert (foxes["status"], foxes["priority"], foxes["key"]) == ("reading", "high", "fox2023")
    assert foxes["tags"] == ["foxes", "winter"]
    assert foxes["note"] == "Compare with the otters of [Lutra].\n- warm dens"
    assert (foxes["authors"], engine["published"]) == (["Fox, Ann", "Hare, Ben"], "1843")
    assert by_title[UMBRELLAS]["status"] == "skipped"
    read = [paper["title"] for paper in papers if paper["status"] == "read"]
    assert sorted(read) == sorted(CHAPTERS[:15])
    assert (by_title[CHAPTERS[2]]["priority"], by_title[CHAPTERS[2]]["tags"]) == (
        "low",
        ["by candlelight"],
    )
    assert {path.name for path in (home / "readinglist").iterdir()} == {
        ".git", ".gitattributes", ".gitignore", "library.db",
    }  # fmt: skip
    assert list(terminal.temporary.iterdir()) == []
    git(terminal, "clone", "-q", str(home / "hub.git"), str(home / "clone"))
    clone = str(home / "clone" / "library.db")
    there = on_the_command_line(terminal, "--library", clone, "list", "--json")
    assert len(there) == len(papers)
    assert {paper["title"]: paper["note"] for paper in there}[SNOW] == foxes["note"]


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_day(home: Path, tmp_path: Path) -> None:
    """Everything one does in a day, in one sitting but for a power cut."""
    the_first_start(home)
    with Office(home) as terminal:
        terminal.start_app()
        a_page_comes_in(terminal)
        new_papers_are_decided_about(terminal)
        a_paper_is_found_and_marked(terminal)
        views_are_opened(terminal)
        the_list_is_sorted(terminal)
        many_are_marked(terminal)
        papers_are_pasted(terminal, home)
        duplicates_are_merged(terminal)
        a_date_is_mended(terminal)
        an_old_value_comes_back(terminal)
        the_reading_is_plotted(terminal)
        all_is_exported(terminal)
        all_is_synced(terminal, home)
        the_light_is_back(home, the_power_fails(terminal, home))
        what_is_in_the_files(home, terminal)
    if missing_program():
        pytest.skip(f"{missing_program()} is not installed: what was exported is not typeset")
    latex = tmp_path / "latex"
    latex.mkdir()
    exported = (home / "references.bib").read_text(encoding="utf-8")
    outcome = compile_bibliography(latex, exported, "plain")
    assert (outcome.errors, outcome.warnings) == ([], [])


# --- how it looks


@dataclass(frozen=True)
class Look:
    """How a cell looks: numbers of "select graphic rendition"."""

    styles: frozenset[int] = frozenset()
    """1 bold, 2 dim, 3 italic, 4 underlined, 7 turned round."""
    colours: tuple[tuple[int, ...], ...] = field(default=())
    """Of the letter (30 to 38, 90 to 97) and of what is behind it (40 to 48, 100 to 107)."""


BOLD, TURNED_ROUND = 1, 7
TITLE = 14
"""A column in which each title has a letter, with no side bar."""


def looks(styled: str) -> list[list[Look]]:
    """Return how each cell of a screen looks, line by line."""
    lines: list[list[Look]] = [[]]
    styles: set[int] = set()
    fore: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    for number, part in enumerate(re.split(r"\x1b\[([\d;]*)m", styled)):
        if not number % 2:
            look = Look(frozenset(styles), tuple(filter(None, (fore, back))))
            for place, text in enumerate(part.split("\n")):
                if place:
                    lines.append([])
                lines[-1] += [look] * len(text)
            continue
        codes = iter([int(code or 0) for code in part.split(";")])
        for code in codes:
            if not code:
                styles, fore, back = set(), (), ()
            elif code in (38, 48):
                kind = next(codes)
                colour = (code, kind, *(next(codes) for _ in range(1 if kind == 5 else 3)))
                fore, back = (colour, back) if code == 38 else (fore, colour)
            elif code == 39:
                fore = ()
            elif code == 49:
                back = ()
            elif code in (*range(30, 38), *range(90, 98)):
                fore = (code,)
            elif code in (*range(40, 48), *range(100, 108)):
                back = (code,)
            else:
                styles.add(code)
    return lines


def background(terminal: Terminal) -> Look:
    """Return how the screen looks beside the last line of the list."""
    return looks(terminal.styled_screen())[-4][30]


@pytest.fixture
def library_of_the_page(home: Path) -> Path:
    """The home of a user who has imported their page."""
    with Terminal(120, 40, home) as terminal:
        subprocess.run(
            [*PROGRAM, "import", "page.txt"], cwd=home, env=terminal.environment, check=True
        )
    return home


@pytest.mark.parametrize(
    ("setting", "most_colours"),
    [("NO_COLOR=1", 0), ("TERM=xterm-16color", 16), ("TERM=vt100", 16), ("TERM=linux", 16)],
)
def test_the_list_can_be_read_in_a_poor_terminal(
    library_of_the_page: Path, setting: str, most_colours: int
) -> None:
    """No colour is sent that was not wanted; the current line differs in more than a colour."""
    with Terminal(120, 40, library_of_the_page) as terminal:
        terminal.start(["env", setting, *PROGRAM])
        terminal.wait_for(detail_of(FOXES), LONG)
        terminal.wait_for(lambda s: ALL in s and all(shows(p.title, "○")(s) for p in PAPERS))
        terminal.keys("j")
        terminal.wait_for(detail_of(UMBRELLAS[:30]))
        before, current, after = (line for line in looks(terminal.styled_screen())[2:5])
        marks = [line[TITLE].styles for line in (before, current, after)]
        assert marks[0] == marks[2] == frozenset()
        assert marks[1] == ({BOLD, TURNED_ROUND} if not most_colours else {BOLD})
        colours = {
            colour
            for line in looks(terminal.styled_screen())
            for look in line
            for colour in look.colours
        }
        assert bool(colours) == bool(most_colours)
        assert all(len(colour) == 1 for colour in colours), "one of 256 colours was sent"
        terminal.keys("q")
        assert terminal.wait_for_end(LONG) == 0
