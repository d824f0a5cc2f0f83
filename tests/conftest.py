"""What the stories share: a folder of their own, a library, pages to import."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from pytest_httpserver import HTTPServer

from readinglist.errors import StoppedError
from readinglist.online.web import Web
from readinglist.services.library import Library
from tests.services.clones import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# A machine that is busy with something else is no fault.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

LISTINGS = Path(__file__).resolve().parents[1].parent / "shared" / "listings"
ABSTRACT = (
    "We study how careful measurement changes what people believe about their programs, and "
    "find in three experiments that a number beats an opinion."
)


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever sees or touches the user's files."""
    for variable in [name for name in os.environ if name.startswith("READINGLIST_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home" / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    (tmp_path / "home").mkdir()


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request goes through a proxy of the machine that the tests run on."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="session")
def running_server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def server(running_server: HTTPServer, no_proxy: None) -> Iterator[HTTPServer]:
    """A server of one's own, in place of the live ones."""
    running_server.clear()
    yield running_server
    running_server.clear()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No source wants anybody to wait."""

    def wait(web: Web, _seconds: float) -> None:
        if web._stop.is_set():
            raise StoppedError("Stopped.")

    monkeypatch.setattr(Web, "_wait", wait)


@pytest.fixture
def library_file(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def library(library_file: Path) -> Iterator[Library]:
    library = Library.open(library_file)
    yield library
    library.close()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A bare repository for clones, and a git that knows nothing of the user's."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "")  # put back at the end
    (tmp_path / "world").mkdir()
    return World(tmp_path / "world")


@dataclass(frozen=True)
class Listed:
    """A paper on an invented listing page."""

    title: str
    abstract: str = ABSTRACT
    authors: int | None = None
    date: str | None = None


class PageMaker:
    """Writes listing pages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(
        self, *papers: str | Listed, name: str = "page.txt", date: str | None = None
    ) -> Path:
        """Write a page with `papers` and return its path; `date` stands in its head."""
        lines = [
            "Get trending papers in your email inbox!",
            "Subscribe",
            "byAK and the research community",
        ]
        lines += [date] if date else []
        for paper in papers:
            listed = Listed(paper) if isinstance(paper, str) else paper
            lines += [listed.title, listed.abstract]
            if listed.authors:
                lines.append(f"  • {listed.authors} authors")
            if listed.date:
                lines += ["·", listed.date]
        path = self._folder / name
        path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
        return path


@pytest.fixture
def page(tmp_path: Path) -> PageMaker:
    return PageMaker(tmp_path)


@pytest.fixture
def listings() -> Path:
    """The folder of the real pages."""
    if not LISTINGS.is_dir():
        pytest.skip(f"the real listing pages are not in {LISTINGS}")
    return LISTINGS


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `readinglist` as a program of its own."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "readinglist", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **variables},
        )

    return run


def by_sql(path: Path, *statements: str) -> None:
    """Change a database as another program would."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """Return what a query gives on a database, without writing beside it."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def add_by_hand(library: Library, titles: Sequence[str], folder: Path) -> list[int]:
    """Import papers of these titles and return their ids, in the order of `titles`."""
    path = PageMaker(folder)(*titles, name=f"{len(titles)}-{titles[0][:8]}.txt")
    library.import_files([path])
    ids = {paper.title: paper.id for paper in library.papers(library.find().ids)}
    return [ids[title] for title in titles]


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for another process, by looking again and again."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come about in time")
        time.sleep(0.005)
