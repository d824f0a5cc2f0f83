"""The pictures of README and manual: what the app shows of the sample, made by its keys.

`UPDATE_DOCS=1 pytest tests/tui/test_pictures.py` draws them anew.
"""

from __future__ import annotations

import datetime
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from readinglist.config import Config
from readinglist.domain.paper import Priority, Status
from readinglist.services.demo import SAMPLE
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.bulk_preview import BulkPreview
from readinglist.tui.screens.columns import ChooseColumns
from readinglist.tui.screens.duplicates import Duplicates
from readinglist.tui.screens.entry_form import EntryForm
from readinglist.tui.screens.history import History
from readinglist.tui.screens.library import LibraryScreen
from readinglist.tui.screens.note_editor import NoteEditor
from readinglist.tui.screens.reading_log import ReadingLogScreen
from readinglist.tui.screens.triage import Triage
from readinglist.tui.screenshot import without_linked_fonts
from tests.reading_year import year_of_reading
from tests.test_docs import ROOT, compare
from tests.tui.conftest import at_rest, screen_of, until

TODAY = datetime.date(2024, 11, 18)
"""A day gone by: SQLite, whose clock can't be set, takes the deadlines in the pictures for near."""
MakeApp = Callable[..., ReadingListApp]
Draw = Callable[..., Awaitable[None]]


def tell_time(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let what is done now be done at a moment."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return cls.fromisoformat(moment)

    told = SimpleNamespace(**{**vars(datetime), "datetime": Clock})
    monkeypatch.setattr("readinglist.services.importing.datetime", told)
    monkeypatch.setattr("readinglist.storage.journal.now", lambda: moment)


@pytest.fixture(autouse=True)
def _the_day_and_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same day, on the same machine, whoever draws."""
    monkeypatch.setattr("readinglist.tui.presentation._today", lambda: TODAY)
    monkeypatch.setattr(
        "readinglist.storage.working_files._machine_name", lambda _state, _library: "desk-1f6a20"
    )
    tell_time(monkeypatch, "2024-11-04T08:30:00Z")


@pytest.fixture(autouse=True)
def _the_zone() -> Iterator[None]:
    """A day ends at the same moment, wherever one draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def draw(make_app: MakeApp) -> Draw:
    """Press keys, see that they led to a screen, and compare what it shows with its picture."""

    async def draw(
        name: str,
        size: tuple[int, int],
        *keys: str,
        at: type[Screen[Any]] = LibraryScreen,
        library: Library | None = None,
        config: Config | None = None,
    ) -> None:
        app = make_app(*([library] if library else []), config=config)
        async with app.run_test(size=size) as pilot:
            await all_drawn(pilot)
            for key in keys:
                await pilot.press(key)
                await all_drawn(pilot)
            assert isinstance(app.screen, at)
            picture = without_linked_fonts(app.export_screenshot(title="readinglist"))
        # Rich makes names from a checksum of more than is to be seen.
        picture = re.sub(r"terminal-\d+", name, picture)
        lines = [line.rstrip() for line in picture.splitlines()]
        compare(ROOT / "docs" / "pictures" / f"{name}.svg", "\n".join(lines) + "\n")

    return draw


async def all_drawn(pilot: Pilot[None]) -> None:
    """Wait until all that was begun is done and drawn."""
    await at_rest(pilot)
    await until(pilot, lambda: screen_of(pilot.app).is_at_rest)  # type: ignore[arg-type]
    await pilot.pause(0.02)


def keys_of(library: Library, *keys: str) -> list[int]:
    """Return the ids of papers."""
    return [library.paper(key).id for key in keys]


async def test_the_list(draw: Draw) -> None:
    """The papers, and the details of one."""
    await draw("list", (120, 34), "b", "enter", *"jjjjjjj")


@pytest.fixture
def grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The sample, as if it had come little by little; two papers have a deadline."""
    library = Library.open(tmp_path / "grown.db", state=tmp_path / "grown")
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "page.jsonl"
    for number, day in enumerate(("2024-04-22", "2024-09-02", "2024-10-14", "2024-11-11")):
        tell_time(monkeypatch, f"{day}T08:30:00Z")
        file.write_text("\n".join(lines[number::4]), encoding="utf-8")
        library.import_files([file])
    library.mark(keys_of(library, "benjamini1995controlling"), add_tags=["due:2024-11-21"])
    library.mark(keys_of(library, "radford2021learning"), add_tags=["due:2024-11-29"])
    return library


async def test_what_to_read_next(draw: Draw, grown: Library) -> None:
    """Next up, and why, in a wide terminal, which has room for the side bar."""
    await draw("next-up", (160, 36), "f2", "j", library=grown)


async def test_a_search(draw: Draw) -> None:
    """Misspelt words, and what they found."""
    await draw("search", (120, 30), "slash", *"nueral netwrks year:2014..")


async def test_triage(draw: Draw) -> None:
    """One paper at a time."""
    await draw("triage", (100, 26), "T", "1", "x", at=Triage)


async def test_a_note(draw: Draw) -> None:
    """A note in Markdown, written here."""
    await draw("note", (110, 30), "slash", *"atention need", "escape", "n", at=NoteEditor)


async def test_the_reading_log(draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year of reading, made up."""
    from readinglist.services import statistics

    counted = statistics.statistics
    monkeypatch.setattr(statistics, "statistics", lambda log, by: counted(log, by, TODAY))
    library = year_of_reading(tmp_path, monkeypatch, TODAY)
    await draw("reading-log", (140, 55), "L", at=ReadingLogScreen, library=library)


async def test_a_change_of_many(draw: Draw) -> None:
    """What more papers than are in view would get, before they get it."""
    await draw("bulk", (100, 28), "a", "2", at=BulkPreview)


async def test_duplicates(draw: Draw, sample: Library, tmp_path: Path) -> None:
    """Two pairs, and the papers of one side by side."""
    file = tmp_path / "again.jsonl"
    papers = (
        {
            "title": "Adam: A Metod for Stochastic Optimization",
            "authors": ["Kingma, Diederik P."],
            "published": "2014-12-22",
            "venue": "ICLR",
            "tags": ["to-cite"],
            "priority": "high",
            "note": "Bias correction: section 3.",
        },
        {"title": "Generative Adverserial Nets", "url": "https://example.org/gan"},
    )
    file.write_text("\n".join(map(json.dumps, papers)), encoding="utf-8")
    sample.import_files([file])
    await draw("duplicates", (120, 30), "D", at=Duplicates)


async def test_the_form(draw: Draw) -> None:
    """All fields of a paper."""
    await draw("form", (120, 40), "slash", *"atention need", "escape", "F", at=EntryForm)


async def test_a_life(draw: Draw, sample: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done to a paper, and what a note was before."""
    (paper,) = keys_of(sample, "hu2022lora")
    tell_time(monkeypatch, "2024-11-05T10:20:00Z")
    sample.mark([paper], priority=Priority.MEDIUM, add_tags=["thesis"])
    tell_time(monkeypatch, "2024-11-06T14:07:00Z")
    sample.note("hu2022lora", "Rank 8 is enough on GLUE.\n\nAsk Mia for their runs.")
    tell_time(monkeypatch, "2024-11-11T16:41:00Z")
    sample.mark([paper], status=Status.READ)
    tell_time(monkeypatch, "2024-11-14T11:32:00Z")
    sample.note("hu2022lora", "Rank 4 is enough on GLUE: table 6.\n\nAsk Mia for their runs.")
    tell_time(monkeypatch, "2024-11-18T09:15:00Z")
    sample.edit("hu2022lora", {"venue": "ICLR"})
    await draw("life", (120, 26), "slash", *"lora", "escape", "H", "j", at=History, library=sample)


async def test_the_light_theme(draw: Draw) -> None:
    """Another theme, and the columns to choose from."""
    light = Config(theme="readinglist-light")
    await draw("light", (110, 30), *"jjj", "vertical_line", at=ChooseColumns, config=light)
