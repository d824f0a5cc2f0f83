"""When a file can't be written, or was damaged, the app says so, and goes on where it can."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from readinglist.config import Config
from readinglist.domain.paper import Status
from readinglist.errors import LibraryError
from readinglist.services.kept_views import KeptViews
from readinglist.services.library import Library
from readinglist.storage.papers import PaperStore
from readinglist.tui import app as app_module
from readinglist.tui.app import ReadingListApp, run_app
from readinglist.tui.screens import acting
from readinglist.tui.screens import library as library_module
from tests.tui.conftest import line, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "_SAVE_AFTER", 0.01)
    monkeypatch.setattr(library_module, "_LOOK_EVERY", 0.05)


async def come(pilot: Pilot[Any], what: Callable[[], bool]) -> None:
    for _ in range(1000):
        if what():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not come about in time")


async def test_it_is_said_that_edits_wait_and_when_they_do_no_longer(
    make_app: Callable[..., ReadingListApp], sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkstemp

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    sample.save()
    app = make_app()
    async with app.run_test(size=(120, 30)) as pilot:
        monkeypatch.setattr(tempfile, "mkstemp", full)
        await pilot.press("r")
        await come(pilot, lambda: "Your edits are kept" in told(app))
        assert line(app, "#status").startswith("! not saved · ")
        await pilot.press("j", "r")
        monkeypatch.setattr(tempfile, "mkstemp", make)
        await come(pilot, lambda: "has all edits again" in told(app))
        assert "not saved" not in line(app, "#status")
        assert told(app).count("can't be written") == 1
        assert told(app).count("has all edits again") == 1
    assert sample.is_saved()


async def test_a_program_that_was_killed_at_the_library_is_told_of_once(
    make_app: Callable[..., ReadingListApp], sample: Library
) -> None:
    sample.save()
    log = sample.path.with_name("library.db-wal")
    log.write_bytes(b"begun")
    app = make_app()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("r")
        await come(pilot, lambda: "library.db-wal lies beside the library" in told(app))
        os.utime(sample.path)
        await pilot.press("j", "r")
        await pilot.pause(0.3)
        assert line(app, "#status").startswith("! not saved · ")
        log.unlink()
        await come(pilot, lambda: "has all edits again" in told(app))
        assert told(app).count("lies beside the library") == 1
    assert sample.is_saved()


async def test_what_went_wrong_can_be_read_for_longer_than_what_went_well(
    make_app: Callable[..., ReadingListApp], sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise LibraryError("Another program has been at work.", "Close it and try again.")

    app = make_app()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("r", "u")
        monkeypatch.setattr(Library, "mark", locked)
        await pilot.press("r")
        await come(pilot, lambda: "at work" in told(app))
        seconds = {message.severity: message.timeout for message in app._notifications}
        assert seconds["error"] >= 10 > seconds["information"]


async def test_what_became_of_a_damaged_working_copy_is_said(
    make_app: Callable[..., ReadingListApp], sample: Library, tmp_path: Path
) -> None:
    paper = sample.find().ids[0]
    sample.save()
    sample.mark([paper], status=Status.SKIPPED)
    sample.close()
    (database,) = (tmp_path / "state").glob("*/working.db")
    database.with_name("damaged").touch()
    again = Library.open(sample.path, state=tmp_path / "state")
    app = make_app(again)
    async with app.run_test(size=(120, 30)) as pilot:
        await come(pilot, lambda: "was damaged and has been made anew" in told(app))
        assert "1 edit that the file lacked could be read and is carried over" in told(app)
        assert again.papers([paper])[0].status is Status.SKIPPED
    again.close()


@pytest.mark.parametrize("fault", ["damaged", "deleted"])
def test_a_working_copy_that_is_lost_is_the_end_of_the_app_in_one_sentence(
    sample: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: str,
) -> None:
    def damaged(*_: object) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    sample.memory.note_tour()
    paper = sample.find().ids[0]

    async def lose(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        if fault == "deleted":
            shutil.rmtree(tmp_path / "state")
            sample.mark([paper], status=Status.SKIPPED)
        else:
            sample.mark([paper], status=Status.SKIPPED)
            monkeypatch.setattr(PaperStore, "marks", damaged)
            await come(pilot, lambda: bool(pilot.app.screen_stack[0].query("PaperList:focus")))
            await pilot.press("r")
        app = pilot.app
        assert isinstance(app, ReadingListApp)
        await come(pilot, lambda: app.fault is not None)

    run = ReadingListApp.run
    monkeypatch.setattr(ReadingListApp, "run", lambda app: run(app, headless=True, auto_pilot=lose))
    monkeypatch.setattr(app_module, "tune_interpreter", lambda: None)
    with pytest.raises(
        LibraryError, match=r"working.db is damaged, or was taken away. Start again"
    ):
        run_app(sample, Config(), KeptViews(tmp_path / "views.yaml"))
    assert "Traceback" not in "".join(capsys.readouterr())
    sample.close()
    with Library.open(sample.path, state=tmp_path / "state") as again:
        assert again.papers([paper])[0].status is Status.SKIPPED
