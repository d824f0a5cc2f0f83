"""What a researcher does with the papers of the day: one at a time, one key each."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import ProgressBar, Static

from readinglist.config import Config
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.finding import VIEWS
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.keymap import TRIAGE
from readinglist.tui.screens.triage import Triage
from tests.tui.conftest import screen_of, settle, until

MakeApp = Callable[..., ReadingListApp]


def triage(app: ReadingListApp) -> Triage:
    """Return the screen of triage, which is in front."""
    assert isinstance(app.screen, Triage)
    return app.screen


def shown(app: ReadingListApp) -> Paper:
    """Return the paper on the screen."""
    paper = triage(app)._current()
    assert paper is not None
    return paper


def place(app: ReadingListApp) -> str:
    """Return the line that says how far one is."""
    return str(triage(app).query_one("#triage-place", Static).content)


def told(app: ReadingListApp) -> str:
    """Return what the messages say."""
    return " ".join(message.message for message in app._notifications)


def text(app: ReadingListApp) -> str:
    """Return all that can be read."""
    return html.unescape(app.export_screenshot()).replace("\xa0", " ")


async def begun(pilot: Pilot[None], app: ReadingListApp) -> list[int]:
    """Press T, and return the papers of the inbox."""
    await pilot.press("T")
    await until(pilot, lambda: isinstance(app.screen, Triage))
    await settle(pilot)
    return list(triage(app)._ids)


async def test_one_key_decides_and_the_next_paper_comes(make_app: MakeApp, sample: Library) -> None:
    sample.mark(sample.find().ids, status=Status.UNREAD, priority=Priority.NONE)
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        assert inbox == list(sample.find(view=VIEWS["inbox"]).ids)
        assert place(app) == f"Triage · Inbox · 1 of {len(inbox)}"
        assert shown(app).title in " ".join(text(app).split())
        await pilot.press("enter", "1", "2", "3", "x", "r")
        papers = {paper.id: paper for paper in sample.papers(inbox[:6])}
        assert papers[inbox[0]].status is Status.READING
        assert papers[inbox[1]].priority is Priority.HIGH
        assert papers[inbox[2]].priority is Priority.MEDIUM
        assert papers[inbox[3]].priority is Priority.LOW
        assert papers[inbox[4]].status is Status.SKIPPED
        assert papers[inbox[5]].status is Status.READ
        assert shown(app).id == inbox[6]
        assert triage(app).query_one(ProgressBar).progress == 6
        await pilot.press("R")
        assert sample.papers([inbox[6]])[0].status is Status.READING
        await until(pilot, sample.is_saved)


async def test_leaving_a_paper_for_later_and_going_back(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        before = sample.version()
        for key in ("space", "j", "down", "right"):
            await pilot.press(key)
        assert shown(app).id == inbox[4]
        for key in ("k", "up", "left"):
            await pilot.press(key)
        assert shown(app).id == inbox[1]
        await pilot.press("k", "k", "k")
        assert shown(app).id == inbox[0]
        assert sample.version() == before


async def test_undo_goes_back_to_the_paper(make_app: MakeApp, sample: Library) -> None:
    """Only what was decided here is undone, and what decided nothing is no decision."""
    sample.mark([sample.find().ids[0]], status=Status.SKIPPED)
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        await pilot.press("u")
        assert sample.papers([sample.find().ids[0]])[0].status is Status.SKIPPED
        await pilot.press("x", "space", "1", "u")
        assert shown(app).id == inbox[2]
        assert shown(app).priority is Priority.NONE
        await pilot.press("k", "k", "x")
        # The first paper is skipped already: nothing was decided.
        assert shown(app).id == inbox[1]
        await pilot.press("u")
        assert shown(app).id == inbox[0]
        assert shown(app).status is Status.UNREAD
        await pilot.press("u")
        assert shown(app).id == inbox[0]


async def test_tags_and_notes_decide_too(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        await pilot.press("t")
        await pilot.pause()
        await pilot.press(*"herons", "enter")
        await settle(pilot)
        assert "herons" in sample.papers([inbox[0]])[0].tags
        assert shown(app).id == inbox[1]
        await pilot.press("n")
        await pilot.pause()
        await pilot.press(*"waders", "escape")
        await settle(pilot)
        assert "waders" in (sample.papers([inbox[1]])[0].note or "")
        assert shown(app).id == inbox[2]
        # A dialog that was left without a word decides nothing.
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("escape")
        await settle(pilot)
        assert shown(app).id == inbox[2]


async def test_the_end_says_what_was_decided(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        await pilot.press("1", "1", *["x"] * (len(inbox) - 2))
        assert f"That was all: {len(inbox)} papers seen." in text(app)
        assert "priority high" in text(app)
        assert "status skipped" in text(app)
        await pilot.press("x", "space", "o")
        assert triage(app)._current() is None
        await pilot.press("k")
        assert shown(app).id == inbox[-1]
        await pilot.press("q")
        await settle(pilot)
        assert app.screen is screen_of(app)
        assert list(sample.find(view=VIEWS["inbox"]).ids) == []
        await pilot.press("T")
        await pilot.pause()
        assert app.screen is screen_of(app)
        assert "No paper is in the view “Inbox”." in told(app)


async def test_the_chosen_papers_come_before_the_new_ones(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("space", "space")
        chosen = set(screen_of(app).papers.chosen)
        assert set(await begun(pilot, app)) == chosen
        assert place(app) == "Triage · Chosen papers · 1 of 2"
        await pilot.press("escape")
        await settle(pilot)
        assert screen_of(app).papers.chosen == chosen


async def test_what_is_new_is_a_view_of_the_users_choice(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app(config=Config(triage="reading"))
    async with app.run_test(size=(100, 40)) as pilot:
        assert await begun(pilot, app) == list(sample.find(view=VIEWS["reading"]).ids)


async def test_a_paper_that_is_deleted_meanwhile_is_passed_by(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        sample.delete([inbox[1]])
        await pilot.press("x")
        assert "This paper is gone meanwhile" in text(app)
        await pilot.press("t", "n", "o", "E")
        assert triage(app)._current() is None
        await pilot.press("x")
        assert shown(app).id == inbox[2]


async def test_the_keys_are_those_of_the_library(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remapped in one place is so in the other; help and footer say it."""
    app = make_app(config=Config(keys={"paper.skipped": "z", "triage.later": "l"}))
    async with app.run_test(size=(100, 60)) as pilot:
        inbox = await begun(pilot, app)
        await pilot.press("x")
        assert shown(app).id == inbox[0]
        await pilot.press("z")
        assert sample.papers([inbox[0]])[0].status is Status.SKIPPED
        await pilot.press("l")
        assert shown(app).id == inbox[2]
        await pilot.press("question_mark")
        await pilot.pause()
        for key in TRIAGE:
            assert key.help.split(";")[0].split(",")[0] in text(app)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.click("#keys", offset=(3, 0))
        await settle(pilot)
        assert sample.papers([inbox[2]])[0].status is Status.READING


async def test_a_long_abstract_is_scrolled(make_app: MakeApp, tmp_path: Path) -> None:
    path = tmp_path / "long.bib"
    path.write_text(
        "@misc{long, title={A Long Paper on {$O(n^2)$}}, author={Doe, J},"
        f" abstract={{{'Herons wade in shallow water. ' * 200}}}}}",
        encoding="utf-8",
    )
    library = Library.open(tmp_path / "long.db", state=tmp_path / "long")
    library.import_files([path])
    app = make_app(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot, app)
        assert "O(n²)" in text(app)
        card = triage(app).card
        await pilot.press("ctrl+d", "pagedown")
        assert card.scroll_offset.y > 10
        await pilot.press("ctrl+u", "pageup")
        assert card.scroll_offset.y == 0


async def test_another_theme_and_another_size(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        inbox = await begun(pilot, app)
        app.theme = "textual-light"
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert shown(app).id == inbox[0]
        assert shown(app).title.split()[0] in text(app)


async def test_a_command_of_the_palette_for_a_closed_triage_does_nothing(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("T")
        await pilot.pause()
        triage = app.screen
        commands = [c for c in app.get_system_commands(triage) if c.title.startswith("Later")]
        assert commands
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is not triage
        await commands[0].callback()
        assert app.fault is None
