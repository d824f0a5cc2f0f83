"""A page of titles in the morning, in a real terminal: one key, and it compiles by noon."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from readinglist.services.library import Library
from tests.conftest import Listed, PageMaker, rows
from tests.end_to_end.terminal import Terminal
from tests.online.local_sources import LocalSources
from tests.online.works import AUTHORS, PREPRINTS, PUBLISHED, TITLES


@pytest.fixture
def sources(server: HTTPServer) -> LocalSources:
    return LocalSources(server, [*PREPRINTS, PUBLISHED])


def test_a_page_becomes_a_bibliography(
    tmp_path: Path, page: PageMaker, sources: LocalSources
) -> None:
    """`i`, `a c`, and while sources are asked `j`, `r`; then `e` writes what cites them."""
    home = tmp_path / "person"
    config = sources.write_config(home / "config.yaml")
    file = page(TITLES[0], f"{TITLES[1]} and Vines", name="page.txt")
    library = home / "library.db"
    with Terminal(120, 36, home) as terminal:
        command = (sys.executable, "-m", "readinglist", "--config", str(config))
        terminal.start((*command, "--library", str(library)))
        terminal.wait_for("Your reading list is empty")
        terminal.keys("i")
        terminal.wait_for("Enter import")
        terminal.type(str(file))
        terminal.keys("Enter")
        terminal.wait_for("2 added")
        terminal.keys("Escape")
        terminal.wait_for(lambda screen: "─ Import" not in screen and "2 papers" in screen)
        terminal.keys("a")
        terminal.wait_for("2 chosen")
        terminal.keys("c")
        terminal.wait_for("1 paper completed (arXiv 1, DBLP 1)")
        terminal.wait_for("Mina Ahn, Tom Baker")
        terminal.wait_for("For 1 paper there is what may be meant")
        terminal.keys("M")
        terminal.wait_for("the title differs")
        terminal.wait_for("Luz Diaz")
        terminal.keys("x")
        terminal.wait_for("That was all.")
        terminal.keys("Escape")
        terminal.wait_for("2 papers")
        terminal.keys("e")
        terminal.wait_for("@inproceedings{ahn2022sparse")
        terminal.keys("Escape")
        terminal.wait_for(lambda screen: "@inproceedings{" not in screen)
        terminal.keys("q")
        assert terminal.wait_for_end() == 0
    names = rows(library, "SELECT name FROM source ORDER BY added_at")
    assert names == [("page.txt",), ("arXiv",), ("DBLP",)]


def test_a_shell_asks_about_what_is_doubtful(
    tmp_path: Path, page: PageMaker, sources: LocalSources
) -> None:
    """What is here and what is there stand one below the other; `y` takes it, `n` does not."""
    home = tmp_path / "person"
    config = sources.write_config(home / "config.yaml")
    with Terminal(100, 40, home) as terminal:
        state = Path(terminal.environment["XDG_STATE_HOME"]) / "readinglist"
        with Library.open(home / "library.db", state=state) as opened:
            opened.import_files([page(Listed(TITLES[0], authors=24), f"{TITLES[1]} and Vines")])
        command = (sys.executable, "-m", "readinglist", "--config", str(config))
        terminal.start(
            (*command, "--library", str(home / "library.db"), "complete", "--all", "--ask")
        )
        screen = terminal.wait_for("Is it this paper (the number of authors differs)? y/n/q")
        assert "  authors   here  24 authors\n            there Mina Ahn, Tom Baker\n" in screen
        terminal.type("y")
        terminal.keys("Enter")
        terminal.wait_for("completed from arXiv")
        terminal.wait_for("Is it this paper (the title differs)? y/n/q")
        terminal.type("n")
        terminal.keys("Enter")
        assert terminal.wait_for_end() == 0
    with Library.open(home / "library.db", state=state) as opened:
        authors = {p.title: p.authors for p in opened.papers(opened.find().ids)}
    assert authors == {TITLES[0]: AUTHORS[0], f"{TITLES[1]} and Vines": ()}


def test_ctrl_c_stops_and_keeps_what_was_found(
    tmp_path: Path, page: PageMaker, sources: LocalSources
) -> None:
    """While a source is silent, Ctrl-C ends the command in a moment; one `undo` takes all back."""
    config = sources.write_config(tmp_path / "config.yaml")
    library = tmp_path / "library.db"
    with Library.open(library) as opened:
        opened.import_files([page(*TITLES)])
    asked, release = threading.Event(), threading.Event()

    def hang(_request: Request) -> None:
        asked.set()
        release.wait(30)

    sources.trouble["dblp"] = hang
    command = [sys.executable, "-m", "readinglist", "--config", str(config)]
    process = subprocess.Popen(
        [*command, "--library", str(library), "complete", "--all"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=15)
    finally:
        release.set()
        process.kill()
    assert "Stopped: 4 papers completed." in told
    assert process.returncode == 1
    with Library.open(library) as opened:
        assert all(paper.authors for paper in opened.papers(opened.find().ids))
        assert opened.undo().summary == "4 papers: completed from arXiv"
        assert not any(paper.authors for paper in opened.papers(opened.find().ids))
