"""Completing papers in the app: one key, and one goes on working."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from textual.pilot import Pilot
from textual.widgets import Static
from werkzeug import Request

from readinglist.config import Config, OnlineConfig
from readinglist.domain.paper import Status
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.doubtful import DoubtfulMatches
from readinglist.tui.screens.duplicates import PairList
from readinglist.tui.screens.entry_form import EntryForm
from tests.conftest import Listed, PageMaker
from tests.online.local_sources import LocalSources
from tests.online.works import AUTHORS, PREPRINTS, PUBLISHED, TITLES
from tests.tui.conftest import screen_of, until

pytestmark = pytest.mark.usefixtures("hurry")

MakeApp = Callable[..., ReadingListApp]


@pytest.fixture
def sources(server: HTTPServer) -> LocalSources:
    return LocalSources(server, [*PREPRINTS, PUBLISHED])


@pytest.fixture
def make(tmp_path: Path, sources: LocalSources, page: PageMaker) -> MakeApp:
    """Make the app over a library with a page of titles; some settings may be others."""

    def make_it(*listed: str | Listed, online: OnlineConfig | None = None) -> ReadingListApp:
        config = Config(online=online or sources.config())
        library = Library.open(tmp_path / "library.db", config, tmp_path / "state")
        library.import_files([page(*(listed or TITLES))])
        return ReadingListApp(library, config)

    return make_it


def papers(app: ReadingListApp) -> dict[str, tuple[str, ...]]:
    library = screen_of(app)._library
    return {paper.title: paper.authors for paper in library.papers(library.find().ids)}


def paper_of(app: ReadingListApp, title: str) -> int:
    library = screen_of(app)._library
    return next(p.id for p in library.papers(library.find().ids) if p.title == title)


def told(app: ReadingListApp) -> str:
    return "\n".join(str(toast.message) for toast in app._notifications)


def shown(app: ReadingListApp, selector: str) -> str:
    found = app.screen.query(selector)
    return str(found.first(Static).content) if found else ""


def screenshot(app: ReadingListApp) -> str:
    return app.export_screenshot().replace("&#160;", " ")


def held_until(release: threading.Event) -> Callable[[Request], None]:
    """Return what lets a source answer only then."""

    def hold(_request: Request) -> None:
        release.wait(30)

    return hold


async def completed(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, ReadingListApp)
    await until(pilot, lambda: not screen_of(app).is_completing)


async def test_one_key_makes_the_chosen_papers_citable(make: MakeApp) -> None:
    """`a c` completes all; the list, the details and the toast show it; `u` takes it back."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "c")
        await completed(pilot)
        assert papers(app) == dict(zip(TITLES, AUTHORS, strict=True))
        assert "4 papers completed (arXiv 4, DBLP 1)" in told(app)
        await until(pilot, lambda: "Mina Ahn" in screenshot(app))
        await pilot.press("u")
        await until(pilot, lambda: not any(papers(app).values()))
        assert "4 papers: completed from arXiv, DBLP" in told(app)


async def test_without_a_choice_it_is_the_paper_under_the_cursor(make: MakeApp) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "c")
        await completed(pilot)
        assert [title for title, authors in papers(app).items() if authors] == [TITLES[1]]


async def test_one_goes_on_while_sources_are_asked(make: MakeApp, sources: LocalSources) -> None:
    """While a source doesn't answer one moves, searches and marks; a line tells how far it is."""
    app = make()
    release = threading.Event()
    sources.trouble["arxiv"] = held_until(release)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("a", "c")
            assert (
                shown(app, "#completing")
                == "Completing 4 papers: 0 got something, 0 done · c stops"
            )
            await pilot.press("escape", "j", "r")
            library = screen_of(app)._library
            assert library.count_by_status()[Status.READ] == 1
            await pilot.press("slash", *"forgetful", "enter")
            wanted = paper_of(app, TITLES[2])
            await until(pilot, lambda: list(screen_of(app).papers.ids)[:1] == [wanted])
            release.set()
            await completed(pilot)
            await until(pilot, lambda: not app.screen.query("#completing"))
            assert screen_of(app).search.value == "forgetful"
            assert all(papers(app).values())
    finally:
        release.set()


async def test_the_same_key_stops_it(make: MakeApp, sources: LocalSources) -> None:
    app = make()
    release = threading.Event()
    sources.trouble["dblp"] = held_until(release)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("a", "c")
            await until(pilot, lambda: all(papers(app).values()))
            await pilot.press("c")
            await completed(pilot)
            assert "Stopped: 4 papers completed (arXiv 4)" in told(app)
    finally:
        release.set()


async def test_leaving_stops_it_too(make: MakeApp, sources: LocalSources) -> None:
    app = make()
    release = threading.Event()
    asked = threading.Event()

    def hang(_: Request) -> None:
        asked.set()
        release.wait(30)

    sources.trouble["arxiv"] = hang
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("a", "c")
            await until(pilot, asked.is_set)
            await pilot.press("q")
        assert not release.is_set()
    finally:
        release.set()


async def test_without_a_network_it_says_so_in_one_sentence(make: MakeApp) -> None:
    nowhere = dict.fromkeys(OnlineConfig().sources, "http://127.0.0.1:9")
    app = make(online=OnlineConfig(addresses=nowhere))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "c")
        await completed(pilot)
        assert "No source of metadata can be reached: nothing was changed." in told(app)
        assert not any(papers(app).values())


async def test_a_pasted_identifier_is_looked_up(make: MakeApp) -> None:
    """`N`, an arXiv id, Enter: the paper is there, with its authors, and the cursor on it."""
    app = make("Foxes of Kent")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("N", *"2212.00001")
        assert "look it up" in str(app.screen.query_one(".dialog").border_subtitle)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        current = screen_of(app).papers.current
        assert current
        assert (current.title, current.authors) == (TITLES[1], AUTHORS[1])


async def test_an_identifier_that_nobody_has_leads_to_the_form(make: MakeApp) -> None:
    app = make("Foxes of Kent")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("N", *"2301.99999", "enter")
        await until(pilot, lambda: isinstance(app.screen, EntryForm))
        assert "No source has it: fill in the fields." in told(app)


async def test_what_is_doubtful_is_shown_side_by_side(make: MakeApp) -> None:
    """`M` shows what may be meant; Enter takes it, `x` leaves it, `u` goes back by one."""
    app = make(Listed(TITLES[0], authors=24), f"{TITLES[1]} and Vines")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("M")
        assert "Nothing is doubtful" in told(app)
        await pilot.press("a", "c")
        await completed(pilot)
        assert "For 2 papers there is what may be meant: you decide." in told(app)
        await pilot.press("M")
        assert isinstance(app.screen, DoubtfulMatches)
        matches = app.screen
        first, second = (one.paper for one in (matches.undecided[0], matches.undecided[-1]))
        assert first != second
        assert "the number of authors differs" in screenshot(app)
        assert "arXiv, Hugging Face" in screenshot(app)
        assert "Mina Ahn" in screenshot(app)
        await pilot.press("enter")
        await until(pilot, lambda: bool(papers(app)[TITLES[0]]))
        assert all(one.paper == second for one in matches.undecided)
        await pilot.press("u")
        await until(pilot, lambda: not papers(app)[TITLES[0]])
        assert matches.undecided[0].paper == first
        await pilot.press("M")
        await until(pilot, lambda: bool(papers(app)[TITLES[0]]))
        left = len(matches.undecided)
        for _ in range(left):
            await pilot.press("x")
        assert matches.undecided == []
        assert "That was all." in shown(app, "#duplicates-message")
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
        assert papers(app) == {TITLES[0]: AUTHORS[0], f"{TITLES[1]} and Vines": ()}


async def test_undo_takes_back_what_was_decided_not_what_was_done_since(make: MakeApp) -> None:
    """Another window marks a paper between the decision and `u`."""
    app = make(Listed(TITLES[0], authors=24), "Foxes of Kent")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        await completed(pilot)
        await pilot.press("M", "enter")
        await until(pilot, lambda: bool(papers(app)[TITLES[0]]))
        with closing(screen_of(app)._library.sibling()) as window:
            window.mark([paper_of(app, TITLES[0])], status=Status.READ)
        await pilot.press("u")
        await until(pilot, lambda: not papers(app)[TITLES[0]])
        assert screen_of(app)._library.count_by_status()[Status.READ] == 1
        assert "completed from arXiv" in told(app)


async def test_doubts_that_come_while_one_decides_are_kept(make: MakeApp) -> None:
    app = make(Listed(TITLES[0], authors=24), f"{TITLES[1]} and Vines")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        await completed(pilot)
        await pilot.press("M")
        screen = screen_of(app)
        (known,) = {one.paper for one in screen._doubtful}
        other = next(p for p in screen._library.find().ids if p != known)
        screen._doubtful = [*screen._doubtful, screen._doubtful[0]._replace(paper=other)]
        await pilot.press("x", "escape")
        assert [one.paper for one in screen._doubtful] == [other]


async def test_what_is_undecided_waits(make: MakeApp) -> None:
    app = make(Listed(TITLES[0], authors=24), f"{TITLES[1]} and Vines")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "c")
        await completed(pilot)
        await pilot.press("M", "j", "k", "G", "g", "question_mark")
        assert "On doubtful matches" in screenshot(app)
        await pilot.press("escape")
        matches = app.screen
        assert isinstance(matches, DoubtfulMatches)
        await pilot.press("x", "q")
        before = len(screen_of(app)._doubtful)
        await pilot.press("M")
        assert len(app.screen.query_one(PairList)._options) == before
