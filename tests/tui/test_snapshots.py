"""How the app looks in its main states, in three sizes; each was looked at as a picture."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from readinglist.config import Config
from readinglist.services.completing import Completion, Doubtful, Progress
from readinglist.services.library import Library
from readinglist.services.statistics import statistics
from readinglist.storage.reading_log import ReadingLog
from readinglist.tui import themes
from readinglist.tui.app import ReadingListApp
from tests.reading_year import fill_with_a_year
from tests.tui.conftest import at_rest, line, screen_of, until

MakeApp = Callable[..., ReadingListApp]
Compare = Callable[..., bool]

SIZES = [(80, 24), (120, 40), (200, 50)]
THEMES = [theme.name for theme in themes.OWN]
MAIN = {
    "list": [*"jjj"],
    "search": ["slash", *"neurl netw"],
    "triage": ["T", "1", "x"],
    "note": [*"jjjjjjjj", "n"],
    "bulk": ["a", "R"],
    "help": ["question_mark"],
    "error": ["i", *"nowhere.txt", "enter"],
}
"""The main states, by the keys that lead there."""
OTHERS = {
    "chosen": ["space", "space", "j", "space", "1"],
    "found": ["slash", *"netw", "enter"],
    "nothing": ["slash", *"zzqqxx"],
    "export": ["space", "space", "e"],
    "views": ["v"],
    "next": ["f2", "j"],
    "side bar": ["b", "j"],
    "columns": ["vertical_line", "j"],
    "offers": ["slash", *"deep author:v"],
    "problem": ["slash", *"status:rad deep au"],
    "delete": ["d"],
    "duplicates": ["D"],
    "form": ["F"],
    "new": ["N", *"1706.03762"],
    "history": ["H"],
}
STATES = MAIN | OTHERS


def after(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press `keys` and wait until all is drawn."""

    async def run(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*keys)
        app = pilot.app
        assert isinstance(app, ReadingListApp)
        await until(pilot, lambda: screen_of(app).is_at_rest)
        await at_rest(pilot)
        if keys == tuple(STATES["offers"]):  # they come when the library's values were counted
            await until(pilot, lambda: any(app.screen.query("#offers").results()))
            await until(pilot, lambda: app.screen.query_one("#offers").display)
        for _ in range(5):
            await pilot.pause(0.02)

    return run


@pytest.fixture(autouse=True)
def _one_day_on_one_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts days counts from the same one, and machines have the same names."""
    monkeypatch.setattr("readinglist.tui.presentation._today", lambda: datetime.date(2026, 3, 1))
    monkeypatch.setattr(
        "readinglist.storage.working_files._machine_name", lambda state, path: f"ada-{state.name}"
    )


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The app runs in a folder that has the same name each time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "absolute", lambda self: Path("/home/ada/paper") / self)


def by_size(size: tuple[int, int]) -> str:
    """Return how a size is called."""
    return f"{size[0]}x{size[1]}"


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=by_size)
@pytest.mark.parametrize("state", MAIN)
def test_main_state(
    snap_compare: Compare, make_app: MakeApp, state: str, size: tuple[int, int], theme: str
) -> None:
    """The state looks as it did when it was last looked at."""
    app = make_app(config=Config(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=after(*STATES[state]))


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("size", SIZES, ids=by_size)
@pytest.mark.parametrize("state", OTHERS)
def test_state(
    snap_compare: Compare, make_app: MakeApp, sample: Library, state: str, size: tuple[int, int]
) -> None:
    """The state looks as it did when it was last looked at."""
    if state == "duplicates":
        sample.add({"title": "Attention Is All You Ned", "year": "2017", "tags": "nlp, to read"})
    assert snap_compare(make_app(), terminal_size=size, run_before=after(*STATES[state]))


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_completing(
    snap_compare: Compare, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """A line tells how far it is."""

    def complete(
        _library: Library,
        ids: list[int],
        progress: Callable[[Progress], None],
        stop: threading.Event,
    ) -> Completion:
        progress(Progress(12, 40, 9, 2))
        stop.wait(30)
        return Completion(len(ids))

    monkeypatch.setattr(Library, "complete_papers", complete)
    app = make_app()

    async def run(pilot: Pilot[None]) -> None:
        await pilot.press("a", "c")
        await until(pilot, lambda: "12 done" in line(app, "#completing"))
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_doubtful(
    snap_compare: Compare, make_app: MakeApp, sample: Library, size: tuple[int, int]
) -> None:
    """What may be a paper stands beside it."""
    sample.add({"title": "Foxes of Kent", "author_count": "24"})
    (paper,) = sample.papers(sample.find("foxes kent").ids[:1])
    found = replace(
        paper, key="", author_count=None, authors=("Ahn, Mina", "Baker, Tom"),
        published="2022-12-08", arxiv="2212.00001", abstract="We watched them for two winters.",
    )  # fmt: skip
    longer = replace(found, title="Foxes of Kent and Sussex", arxiv="2301.00002")
    app = make_app()

    async def run(pilot: Pilot[None]) -> None:
        await pilot.pause()
        screen_of(app)._doubtful = [
            Doubtful(paper.id, "arXiv", found, "the number of authors differs", (("DBLP", found),)),
            Doubtful(paper.id, "Crossref", longer, "the title differs"),
        ]
        await pilot.press("M")
        await at_rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=run)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_empty_library(
    snap_compare: Compare, make_app: MakeApp, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    """A new library says how to fill it."""
    empty = Library.open(tmp_path / "empty.db", state=tmp_path / "empty")
    app = make_app(empty, Config(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=after())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_reading_log(
    snap_compare: Compare,
    make_app: MakeApp,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    size: tuple[int, int],
    theme: str,
) -> None:
    """The plots of a year and more."""
    today = datetime.date(2026, 3, 1)
    year = Library.open(tmp_path / "year.db", state=tmp_path / "year")
    fill_with_a_year(year, monkeypatch, today)
    monkeypatch.setattr(
        Library,
        "statistics",
        lambda self: statistics(
            ReadingLog(self._working.connection), self.count_by_status(), today
        ),
    )
    app = make_app(year, Config(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=after("L"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_conflict(
    snap_compare: Compare,
    make_app: MakeApp,
    sample: Library,
    tmp_path: Path,
    size: tuple[int, int],
    theme: str,
) -> None:
    """A value that two machines set is told in the status line."""
    sample.save()
    other = tmp_path / "other.db"
    shutil.copy(sample.path, other)
    with Library.open(other, state=tmp_path / "another machine") as elsewhere:
        elsewhere.edit("vaswani2017attention", {"venue": "Science"})
    sample.edit("vaswani2017attention", {"venue": "Nature"})
    os.replace(other, sample.path)
    sample.take_in()
    assert len(sample.conflicts()) == 1
    app = make_app(config=Config(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=after("C"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES[:2], ids=by_size)
@pytest.mark.parametrize("kind", ["code", "look-alike"])
def test_new_host(
    snap_compare: Compare,
    make_app: MakeApp,
    sample: Library,
    kind: str,
    size: tuple[int, int],
    theme: str,
) -> None:
    """An address is shown before the first one of its host is opened."""
    if kind == "look-alike":
        address = "https://github.com@аррӏе.com/tensorflow/tensor2tensor?redirect=login#top"
        sample.edit("vaswani2017attention", {"links": address})
    app = make_app(config=Config(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=after("O"))


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_tour(snap_compare: Compare, sample: Library, size: tuple[int, int]) -> None:
    """What a newcomer sees first."""
    app = ReadingListApp(sample, Config(), gives_tour=True)
    assert snap_compare(app, terminal_size=size, run_before=after("enter"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_hostile_titles(
    snap_compare: Compare, make_app: MakeApp, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    """Escapes, markup, wide letters and floods stay in their column."""
    titles = [
        "[bold red]markup[/] and [/b] more [sic]",
        "escape \x1b[31mred\x1b]0;title\x07 and \x9b31m",
        "bidi \u202eright to left\u202c and zero\u200bwidth",
        "統計的機械学習における深層学習の理論と応用についての総合的な研究報告書",
        "combining " + "a" + "\u0301" * 40 + " flood",
        "a very long " + "title " * 60,
        "emoji 🦙 and 👩‍🔬 in a title",
    ]
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps([{"title": t, "abstract": t, "tags": ["[red]x"]} for t in titles]))
    library = Library.open(tmp_path / "h.db", state=tmp_path / "h")
    library.import_files([file])
    app = make_app(library, Config(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=after("j"))
