"""`A` fetches PDFs in the background: one goes on reading, and may stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from readinglist.config import Config
from readinglist.domain.paper import Paper
from readinglist.errors import SourceError, StoppedError
from readinglist.online.download import PdfDownloads
from readinglist.services import fetching
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.bulk_preview import BulkPreview
from tests.tui.conftest import by_palette, current, screen_of, settle, told, until

MakeApp = Callable[..., ReadingListApp]


class Web:
    """Has a PDF of each paper; it may keep one waiting, or have none."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.none_of: set[str] = set()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def downloads(self, config: Config, stop: threading.Event) -> PdfDownloads:
        web = self

        class Fake(PdfDownloads):
            def fetch(self, paper: Paper, target: Path) -> None:
                web.asked.append(paper.key)
                while not web.may_answer.wait(0.005):
                    if stop.is_set():
                        raise StoppedError("Stopped.")
                if paper.key in web.none_of:
                    raise SourceError("No open-access PDF of it is known.")
                target.write_bytes(b"%PDF-")

        return Fake()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = Web()
    monkeypatch.setattr(fetching, "pdf_downloads", web.downloads)
    return web


def names(library: Library) -> list[str]:
    """Return the names of the stored PDFs."""
    return sorted(file.name for file in (library.path.parent / "pdfs").glob("*.pdf"))


async def test_the_pdf_of_the_paper_is_fetched(
    make_app: MakeApp, sample: Library, web: Web
) -> None:
    """By key and by palette; the details tell of it, and its key stays."""
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        key = current(app).key
        await pilot.press("A")
        await until(pilot, lambda: f"pdfs/{key}.pdf is there." in told(app))
        assert "Fetching 1 PDF; A stops." in told(app)
        await until(pilot, lambda: f"pdfs/{key}.pdf" in app.export_screenshot())
        assert sample.paper(key).key_frozen
        await by_palette(pilot, "fetch pdf", "Fetch the open-access PDFs")
        await until(pilot, lambda: f"pdfs/{key}.pdf is there already." in told(app))
        assert web.asked == [key]
        await until(pilot, sample.is_saved)
        await settle(pilot)


async def test_the_chosen_papers_are_fetched_while_one_goes_on(
    make_app: MakeApp, sample: Library, web: Web
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        web.may_answer.clear()
        first, second = (p.key for p in sample.papers(screen_of(app).papers.ids[:2]))
        web.none_of.add(second)
        await pilot.press("space", "space", "A")
        await until(pilot, lambda: web.asked == [first])
        await pilot.press("j", "x")
        assert sample.paper(first).status == "skipped"
        web.may_answer.set()
        await until(pilot, lambda: "1 PDF fetched, 1 not to be had." in told(app))
        assert f"{second}: No open-access PDF of it is known." in told(app)
        assert names(sample) == [f"{first}.pdf"]
        await settle(pilot)


async def test_the_same_key_stops(make_app: MakeApp, sample: Library, web: Web) -> None:
    app = make_app(config=Config(keys={"fetch.pdf": "f12"}))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        web.may_answer.clear()
        await pilot.press("space", "space", "f12")
        await until(pilot, lambda: len(web.asked) == 1)
        assert "F12 stops." in told(app)
        await pilot.press("f12")
        await until(pilot, lambda: "Stopped." in told(app))
        web.may_answer.set()
        await pilot.press("f12")
        await until(pilot, lambda: "2 PDFs fetched." in told(app))
        assert len(names(sample)) == 2
        await settle(pilot)


async def test_many_are_fetched_after_a_look(make_app: MakeApp, sample: Library, web: Web) -> None:
    app = make_app()
    async with app.run_test(size=(120, 24), notifications=True) as pilot:
        await pilot.press("a", "A")
        await until(pilot, lambda: isinstance(app.screen, BulkPreview))
        await pilot.press("escape")
        assert web.asked == []
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, BulkPreview))
        await pilot.press("enter")
        await until(pilot, lambda: "40 PDFs fetched." in told(app))
        assert len(names(sample)) == 40
        await settle(pilot)


async def test_quitting_stops_it(make_app: MakeApp, sample: Library, web: Web) -> None:
    """Nobody waits for what will never come."""
    app = make_app()
    web.may_answer.clear()
    async with app.run_test() as pilot:
        await pilot.press("A")
        await until(pilot, lambda: len(web.asked) == 1)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0
    assert names(sample) == []


async def test_where_there_is_no_paper_nothing_is_fetched(
    make_app: MakeApp, tmp_path: Path, web: Web
) -> None:
    library = Library.open(tmp_path / "empty.db", state=tmp_path / "state")
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("A", "o", "O")
        await settle(pilot)
        assert told(app) == ""
    library.close()
