"""What a researcher does with papers that are in the library twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, ProgressBar, Static

from readinglist.config import Config
from readinglist.domain.paper import Paper, Status
from readinglist.errors import ConfigError, ReadingListError
from readinglist.services.duplicates import Pair
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.keymap import DUPLICATES, check_keys
from readinglist.tui.screens.duplicates import Duplicates
from readinglist.tui.screens.help import Help
from tests.tui.conftest import screen_of, settle, until
from tests.tui.test_triage_stories import text, told

MakeApp = Callable[..., ReadingListApp]
ADAM, NETS = "Adam: A Method for Stochastic Optimization", "Generative Adversarial Nets"


@pytest.fixture
def doubled(sample: Library, tmp_path: Path) -> Library:
    """The sample with two papers that came once more."""
    return also(
        sample,
        tmp_path,
        {"title": "Adam: A Metod for Stochastic Optimization", "venue": "ICLR", "doi": "10.1000/1",
         "authors": ["Kingma, Diederik P."], "tags": ["again"], "status": "read"},
        {"title": "Generative Adverserial Nets", "note": "Games [b]and[/b] equilibria\x1b[31m."},
    )  # fmt: skip


def also(library: Library, folder: Path, *papers: dict[str, object]) -> Library:
    """Import papers, too."""
    file = folder / f"{library.count()}.jsonl"
    file.write_text("\n".join(map(json.dumps, papers)))
    library.import_files([file])
    return library


def screen(app: ReadingListApp) -> Duplicates:
    """Return the screen of duplicates, which is in front."""
    assert isinstance(app.screen, Duplicates)
    return app.screen


async def begun(pilot: Pilot[None]) -> Duplicates:
    """Press D and wait for the pairs."""
    await pilot.press("D")
    await until(pilot, lambda: isinstance(pilot.app.screen, Duplicates))
    duplicates = pilot.app.screen
    assert isinstance(duplicates, Duplicates)
    await until(pilot, lambda: not duplicates.is_looking)
    await settle(pilot)
    return duplicates


def place(app: ReadingListApp) -> str:
    """Return the line that says how far one is."""
    return str(screen(app).query_one("#duplicates-place", Static).content)


def titles(app: ReadingListApp) -> list[str]:
    """Return the titles of the pairs."""
    return [str(option.prompt).partition("\n")[0] for option in screen(app).listed.options]


def adams(library: Library) -> list[Paper]:
    """Return the papers on the optimiser."""
    papers = library.papers(library.find().ids)
    return [paper for paper in papers if paper.title.startswith("Adam")]


async def test_two_papers_are_seen_side_by_side_and_one_key_makes_one(
    make_app: MakeApp, doubled: Library
) -> None:
    app = make_app()
    count = doubled.count()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        assert titles(app) == [ADAM, NETS]
        assert place(app) == "Duplicates · 1 of 2 pairs"
        seen = text(app)
        for part in ("nearly the same title", "stays", "goes", "ICLR", "10.1000/1", "again"):
            assert part in seen
        assert not screen(app).query_one(ProgressBar).display
        await pilot.press("enter")
        assert doubled.count() == count - 1
        (adam,) = adams(doubled)
        assert (adam.title, adam.doi, adam.status) == (ADAM, "10.1000/1", Status.READ)
        assert "again" in adam.tags
        assert "merged into kingma2015adam" in told(app)
        assert titles(app) == [NETS]
        await pilot.press("M")
        assert place(app) == "Duplicates"
        assert "That was all." in text(app)
        await until(pilot, doubled.is_saved)
        await pilot.press("escape")
        await settle(pilot)
        assert len(screen_of(app)._found.ids) == count - 2


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_another_value_is_taken_by_key_and_by_mouse(
    make_app: MakeApp, doubled: Library, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await begun(pilot)
        fields = screen(app).query_one("#fields", OptionList)
        assert "doi" in screen(app).pair.take
        await pilot.press("tab")
        assert fields.has_focus
        rows = screen(app).pair._rows
        for _ in range(rows.index("venue")):
            await pilot.press("j")
        await pilot.press("space")
        assert "venue" in screen(app).pair.take
        await pilot.click(fields, offset=(30, 0))
        assert "title" in screen(app).pair.take
        await pilot.click(fields, offset=(30, 0))
        assert "title" not in screen(app).pair.take
        assert fields.highlighted == 0
        await pilot.press("G", "k", "g", "left")
        assert screen(app).listed.has_focus
        await pilot.press("enter")
        (adam,) = adams(doubled)
        assert (adam.title, adam.venue) == (ADAM, "ICLR")


async def test_a_value_may_be_left_where_it_is(make_app: MakeApp, doubled: Library) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        before = set(screen(app).pair.take)
        await pilot.press("space")  # from the pairs it only goes to the fields
        assert screen(app).pair.take == before
        for _ in range(screen(app).pair._rows.index("doi")):
            await pilot.press("down")
        await pilot.press("space", "enter")
        (adam,) = adams(doubled)
        assert adam.doi is None


async def test_what_both_have_is_kept_and_can_not_be_chosen(
    make_app: MakeApp, doubled: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        before = set(screen(app).pair.take)
        await pilot.press("tab")
        for _ in range(screen(app).pair._rows.index("tags")):
            await pilot.press("j")
        await pilot.press("space")
        assert "What both papers have is kept." in told(app)
        await pilot.press("g", "j", "space")  # the authors are the same
        assert screen(app).pair.take - {"authors"} == before


async def test_two_works_are_no_pair_any_more_unless_that_is_taken_back(
    make_app: MakeApp, doubled: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        before = doubled.history()
        await pilot.press("u")
        assert "Nothing has been decided here yet." in told(app)
        await pilot.press("j", "x")
        assert titles(app) == [ADAM]
        assert len(doubled.duplicates()) == 1
        await pilot.press("enter")
        assert titles(app) == []
        await pilot.press("u")
        assert titles(app) == [ADAM]
        assert len(adams(doubled)) == 2
        await pilot.press("u")
        assert titles(app) == [ADAM, NETS]
        assert place(app) == "Duplicates · 2 of 2 pairs"
        assert len(doubled.duplicates()) == 2
        assert len(doubled.history()) > len(before)
        await pilot.press("x", "escape")
        await begun(pilot)
        assert titles(app) == [ADAM]


async def test_a_paper_that_is_gone_is_in_no_pair(
    make_app: MakeApp, doubled: Library, tmp_path: Path
) -> None:
    also(doubled, tmp_path, {"title": "Adam: A Method for Stochastic Optimizaton"})
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        pairs = screen(app)._pairs
        assert len(pairs) > 2
        await pilot.press("enter")
        gone = pairs[0].second
        assert all(gone not in (pair.first, pair.second) for pair in screen(app)._pairs)
        await pilot.press("u")
        assert screen(app)._pairs == pairs
        # Another program deletes one: there is nothing to be merged.
        doubled.delete([pairs[0].second])
        await pilot.press("j", "k")
        assert "gone meanwhile" in text(app)
        count = doubled.count()
        await pilot.press("enter", "x")
        assert doubled.count() == count


async def test_a_chosen_paper_that_is_merged_is_chosen_no_more(
    make_app: MakeApp, doubled: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"Metod", "enter", "space")
        assert screen_of(app).papers.chosen
        await begun(pilot)
        await pilot.press("enter", "q")
        await settle(pilot)
        assert not screen_of(app).papers.chosen


async def test_a_library_without_duplicates_says_so(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        assert "No two papers look like one work." in text(app)
        for key in ("enter", "x", "space", "j", "G", "u", "tab"):
            await pilot.press(key)
        assert isinstance(app.screen, Duplicates)


async def test_what_steers_a_terminal_is_shown_as_text(make_app: MakeApp, doubled: Library) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot)
        await pilot.press("j")
        assert "Games [b]and[/b] equilibria[31m." in text(app)


async def test_who_leaves_stops_the_search(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sees how far it is, and need not wait."""
    stopped, patience = threading.Event(), threading.Event()

    def look(library: Library, goes_on: Callable[[int, int], bool]) -> list[Pair]:
        while goes_on(1, 4):
            patience.wait(0.01)
        stopped.set()
        return []

    monkeypatch.setattr(Library, "duplicates", look)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, Duplicates))
        bar = screen(app).query_one(ProgressBar)
        await until(pilot, lambda: (bar.progress, bar.total) == (1, 4))
        assert place(app) == f"Duplicates · comparing {sample.count()} papers"
        await pilot.press("enter", "x", "escape")
        await until(pilot, stopped.is_set)
        assert app.screen is screen_of(app)


async def test_a_search_that_fails_says_why(
    make_app: MakeApp, doubled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ReadingListError("The disk is on fire.")

    monkeypatch.setattr(Library, "duplicates", fail)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        assert "The disk is on fire." in told(app)


async def test_the_keys_fit_a_small_terminal_and_help_has_them_all(
    make_app: MakeApp, doubled: Library
) -> None:
    app = make_app(config=Config(keys={"duplicates.apart": "N"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        bar = str(screen(app).query_one("#keys", Static).render())
        assert "N Not the same" in bar
        assert len(bar) <= 80
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        assert "Make one paper of the two" in text(app)
        await pilot.press("escape", "N")
        assert titles(app) == [NETS]
        count = doubled.count()
        await pilot.click("#keys", offset=(3, 0))
        assert doubled.count() == count - 1


def test_two_actions_of_the_screen_can_not_have_one_key() -> None:
    with pytest.raises(ConfigError, match="“x” is given to both"):
        check_keys({"duplicates.take": "x"})
    assert len({key.id for key in DUPLICATES}) == len(DUPLICATES)
