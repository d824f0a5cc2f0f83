"""Two machines, key by key: sync, conflicts, and what git took away."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from readinglist.config import Config
from readinglist.domain.paper import Status
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from tests.conftest import by_sql
from tests.services.clones import Clone, World, add
from tests.tui.conftest import line, screen_of, settle, told, until

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def two(world: World) -> tuple[Clone, Clone]:
    return world.first("Foxes", "Owls"), world.clone("two")


def app_of(clone: Clone) -> ReadingListApp:
    return ReadingListApp(clone.library, Config())


def text(app: ReadingListApp, selector: str) -> str:
    found = app.screen.query(selector)
    return str(found.first(Static).content) if found else ""


async def test_a_library_without_a_repository_gets_one(world: World, tmp_path: Path) -> None:
    """`S` offers to make the folder a repository; Enter does it, and syncs."""
    (tmp_path / "alone").mkdir()
    clone = Clone(tmp_path / "alone")
    add(clone, "Foxes")
    app = app_of(clone)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("S")
        await until(pilot, lambda: "in no git repository yet" in text(app, "#sync-report"))
        assert not (clone.folder / ".git").exists()
        await pilot.press("enter")
        await until(pilot, lambda: "There is no remote" in text(app, "#sync-report"))
        assert "is a git repository now" in text(app, "#sync-report")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is screen_of(app)
    assert "Begin a reading list" in clone.git("log", "--format=%s")


async def test_a_clone_is_set_up_only_when_asked(world: World) -> None:
    """Nothing from a repository is installed unasked; Esc leaves all as it is."""
    world.first("Foxes")
    clone = world.clone("two", driver=False)
    app = app_of(clone)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: any("S sets it up" in n.message for n in app._notifications))
        await pilot.press("S")
        await until(pilot, lambda: "can't merge libraries yet" in text(app, "#sync-report"))
        await pilot.press("escape")
        assert not clone.repository.has_driver()
        await pilot.press("S")
        await pilot.pause()
        await pilot.press("enter")
        await until(
            pilot,
            lambda: (
                "to merge and to show" in text(app, "#sync-report")
                or "git merges and shows" in text(app, "#sync-report")
            ),
        )
    assert clone.repository.has_driver()


async def test_what_two_machines_did_is_on_both(two: tuple[Clone, Clone]) -> None:
    """`S` sends and fetches; what was set on both is a conflict, `C` settles it, `u` undoes."""
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    one.sync()
    other.library.edit("foxes", {"venue": "Science"})
    app = app_of(other)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("S")
        await until(pilot, lambda: "went to origin" in text(app, "#sync-report"))
        assert "1 conflict to settle" in text(app, "#sync-report")
        await pilot.press("escape")
        await until(pilot, lambda: line(app, "#status").startswith("! 1 conflict"))
        await pilot.press("C")
        await until(pilot, lambda: "Nature" in text(app, "#conflict"))
        assert "Science" in text(app, "#conflict")
        await pilot.press("j", "t")
        await until(pilot, lambda: "No conflict is open" in text(app, "#conflict"))
        await pilot.press("escape")
        await until(pilot, lambda: "conflict" not in line(app, "#status"))
        assert other.library.paper("foxes").venue == "Nature"
        await pilot.press("u")
        await until(pilot, lambda: line(app, "#status").startswith("! 1 conflict"))
        await pilot.press("C")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("k")
        await until(pilot, lambda: "No conflict is open" in text(app, "#conflict"))
        await pilot.press("q")
    assert other.library.paper("foxes").venue == "Science"


async def test_what_git_took_away_is_offered(two: tuple[Clone, Clone]) -> None:
    """An open app shows what git does to the file; `B` brings edits back."""
    one, _ = two
    number = one.library.paper("foxes").id
    one.library.mark([number], status=Status.READ)
    one.library.save()
    app = app_of(one)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        one.git("checkout", "-q", "--", "library.db")
        later = time.time() + 60
        os.utime(one.library.path, (later, later))
        await until(pilot, lambda: one.library.papers([number])[0].status is Status.UNREAD)
        await until(pilot, lambda: any("B brings" in n.message for n in app._notifications))
        await pilot.press("B")
        await until(pilot, lambda: one.library.papers([number])[0].status is Status.READ)


async def test_what_git_took_away_of_a_paper_that_is_gone_is_offered_again(
    two: tuple[Clone, Clone],
) -> None:
    one, _ = two
    number = one.library.paper("foxes").id
    one.library.mark([number], status=Status.READ)
    one.library.save()
    one.git("checkout", "-q", "--", "library.db")
    later = time.time() + 60
    os.utime(one.library.path, (later, later))
    one.library.take_in()
    step = one.library.delete([number])
    app = app_of(one)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("B")
        await until(pilot, lambda: "1 edit left out: the paper is not in the library" in told(app))
        one.library.undo(step)
        await pilot.press("B")
        await until(pilot, lambda: "Brought back: " in told(app))
    assert one.library.papers([number])[0].status is Status.READ


async def test_a_library_of_a_newer_version_can_be_looked_at(
    make_app: Callable[..., ReadingListApp], sample: Library
) -> None:
    """It is said once; searching works, an edit is refused in a sentence, leaving too."""
    sample.save()
    by_sql(sample.path, "PRAGMA user_version = 9")
    before = sample.path.read_bytes()
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "A newer readinglist wrote this library" in told(app))
        await pilot.press("slash", *"shannon", "enter")
        paper = screen_of(app).papers.current
        assert paper
        await pilot.press("r")
        await until(pilot, lambda: "this one can only read it. Update readinglist." in told(app))
        assert sample.papers([paper.id])[0].status == paper.status
        await pilot.press("q")
    assert sample.path.read_bytes() == before
    assert app.return_code == 0


async def test_nothing_is_begun_that_a_library_of_a_newer_version_would_not_take(
    make_app: Callable[..., ReadingListApp], sample: Library
) -> None:
    """No dialog or editor opens in which one would write in vain."""
    sample.save()
    by_sql(sample.path, "PRAGMA user_version = 9")
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: sample.is_read_only)
        for key in (*"nEtFdNicrRx10uB", "ctrl+r"):
            app.clear_notifications()
            await pilot.press(key)
            await until(pilot, lambda: "can only read it. Upd" in told(app))
            assert app.screen is screen_of(app)
