from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from readinglist.config import Config
from readinglist.domain.paper import Paper
from readinglist.domain.web_address import WebAddress
from readinglist.errors import ReadingListError
from readinglist.services import opening
from readinglist.services.demo import fill_with_sample
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.library import LibraryScreen


@pytest.fixture(autouse=True)
def _still_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing blinks, moves or tells the time."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr("readinglist.storage.journal.now", lambda: "2026-01-02T03:04:05Z")


@pytest.fixture(autouse=True)
def _patient_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A story goes on when what was searched for is shown."""
    wait_for_screen = Pilot._wait_for_screen

    async def wait(pilot: Pilot[object], timeout: float = 30) -> bool:
        is_there = await wait_for_screen(pilot, timeout)
        while any(getattr(screen, "is_searching", False) for screen in pilot.app.screen_stack):
            await asyncio.sleep(0.001)
            is_there = await wait_for_screen(pilot, timeout)
        return is_there

    monkeypatch.setattr(Pilot, "_wait_for_screen", wait)


@pytest.fixture
def sample(tmp_path: Path) -> Library:
    """A library that holds the sample."""
    library = Library.open(tmp_path / "library.db", state=tmp_path / "state")
    fill_with_sample(library)
    return library


@pytest.fixture
def make_app(sample: Library) -> Callable[..., ReadingListApp]:
    """Make the app over the sample, or over another library."""

    def make(library: Library = sample, config: Config | None = None) -> ReadingListApp:
        return ReadingListApp(library, config or Config())

    return make


class Opener:
    """Stands for the programs that show papers and web pages."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.missing = False
        """Whether there is no program."""
        self.fails = False
        """Whether the program ends with an error."""

    def open_address(self, address: WebAddress) -> Opener:
        return self._open(address.text)

    def open_pdf(self, file: Path, viewer: str = "") -> Opener:
        return self._open(f"{viewer} {file}".strip())

    def check(self, seconds: float) -> None:
        if self.fails:
            raise ReadingListError("xdg-open could not open it (code 3).", "Set viewer.")

    def _open(self, what: str) -> Opener:
        if self.missing:
            raise ReadingListError("zathura can't be started: No such file.", "Set viewer.")
        self.opened.append(what)
        return self


@pytest.fixture
def opener(monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Nothing is really opened."""
    opener = Opener()
    monkeypatch.setattr(opening, "open_address", opener.open_address)
    monkeypatch.setattr(opening, "open_pdf", opener.open_pdf)
    return opener


def told(app: ReadingListApp) -> str:
    """Return what the messages say."""
    return " ".join(message.message for message in app._notifications)


async def by_palette(pilot: Pilot[None], words: str, shown: str) -> None:
    """Find a line in the palette by its name, and carry it out."""
    await pilot.press("ctrl+p")
    await pilot.pause()
    await pilot.press(*("space" if letter == " " else letter for letter in words))
    for _ in range(400):
        if shown in html.unescape(pilot.app.export_screenshot()).replace("\xa0", " "):
            break
        await pilot.pause(0.01)
    await pilot.press("enter")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds, and the app has shown the messages that were sent by then."""
    for _ in range(1000):
        if condition():
            is_shown = asyncio.Event()
            pilot.app.call_later(is_shown.set)
            await asyncio.wait_for(is_shown.wait(), 30)
            return
        await pilot.pause(0.01)
    raise AssertionError("the condition never held")


async def at_rest(pilot: Pilot[None]) -> None:
    """Wait until no worker runs: one that gave way to a newer one is no failure."""
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.01)


def screen_of(app: ReadingListApp) -> LibraryScreen:
    """Return the app's one main screen."""
    screen = app.screen_stack[0]
    assert isinstance(screen, LibraryScreen)
    return screen


def line(app: ReadingListApp, selector: str) -> str:
    """Return the text that a Static shows."""
    return str(screen_of(app).query_one(selector, Static).content)


def current(app: ReadingListApp) -> Paper:
    """Return the paper under the cursor."""
    paper = screen_of(app).papers.current
    assert paper is not None
    return paper


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all that was begun is done."""
    await at_rest(pilot)
    await pilot.pause()


def report(app: ReadingListApp) -> str:
    """Return what the import dialog says."""
    return str(app.screen.query_one("#import-report", Static).content)
