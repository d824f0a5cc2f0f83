"""What a researcher sees of the reading: plots, by key and by mouse."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from readinglist.config import Config
from readinglist.domain.paper import Paper, Status
from readinglist.errors import LibraryError
from readinglist.services.library import Library
from readinglist.tui import plots
from readinglist.tui.app import ReadingListApp
from readinglist.tui.keymap import READING_LOG
from readinglist.tui.screens.reading_log import ReadingLogScreen
from readinglist.tui.widgets.key_bar import KeyBar
from tests.conftest import PageMaker
from tests.reading_year import year_of_reading
from tests.tui.conftest import screen_of, settle, until

MakeApp = Callable[..., ReadingListApp]


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library that was read in for more than a year."""
    return year_of_reading(tmp_path, monkeypatch)


def log(app: ReadingListApp) -> ReadingLogScreen:
    """Return the reading log, which is in front."""
    assert isinstance(app.screen, ReadingLogScreen)
    return app.screen


def shown(app: ReadingListApp, name: str) -> str:
    """Return what a plot shows; nothing where it is not there."""
    plot = log(app).query_one(f"#plot-{name}", Static)
    return str(plot.content) if plot.display else ""


def words(app: ReadingListApp) -> str:
    """Return the line above the plots."""
    return str(log(app).query_one("#log-words", Static).content)


async def opened(pilot: Pilot[None], app: ReadingListApp) -> None:
    """Press L, and wait until all is counted."""
    await pilot.press("L")
    await until(pilot, lambda: isinstance(app.screen, ReadingLogScreen))
    await until(pilot, lambda: not words(app).startswith("Counting"))
    await settle(pilot)


async def click_key(pilot: Pilot[None], app: ReadingListApp, label: str) -> None:
    """Click on a word in the line of keys."""
    line = str(log(app).query_one(KeyBar).content)
    await pilot.click("#keys", offset=(line.index(label) + 1, 0))
    await settle(pilot)


async def test_the_log_shows_each_plot_with_its_figures(make_app: MakeApp, year: Library) -> None:
    app = make_app(year)
    known = year.statistics()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert words(app).startswith(f"{known.papers} papers · ")
        assert f"Read in {known.today.year} · " in shown(app, "calendar")
        assert shown(app, "read").startswith("Read a week · the last 26 weeks\n")
        assert f"\n{max(week.read for week in known.weeks[-26:])}┤" in shown(app, "read")
        assert f"{max(week.added for week in known.weeks[-26:])}┤" in shown(app, "added")
        assert f"{max(week.left for week in known.weeks[-26:])}┤" in shown(app, "left")
        assert f"half within {-(-known.days_to_read // 1):.0f} days" in shown(app, "waits")  # type: ignore[operator]
        assert "365+" in shown(app, "waits")
        papers, read = known.by_priority["high"]
        assert f"{read} of {papers}" in shown(app, "priority").split("\n")[2]
        for tag, (papers, read) in known.by_tag.items():
            assert any(
                row.startswith(tag) and row.endswith(f" {read} of {papers}")
                for row in shown(app, "tag").split("\n")
            )


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 50)])
async def test_the_plots_fit_the_terminal(
    make_app: MakeApp, year: Library, size: tuple[int, int]
) -> None:
    """Side by side where there is room; no line is longer than its place."""
    app = make_app(year)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app)
        read, added = (log(app).query_one(f"#plot-{name}") for name in ("read", "added"))
        assert (read.region.y == added.region.y) == (size[0] >= 110)
        for plot in log(app).query(".plot").results(Static):
            if size[0] >= 80:
                assert max(map(len, str(plot.content).split("\n"))) <= plot.size.width
        assert log(app).body.max_scroll_x == 0


async def test_more_weeks_and_fewer_by_key_and_by_mouse(make_app: MakeApp, year: Library) -> None:
    app = make_app(year)
    first = year.statistics().weeks[0].start
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("h")
        assert "the last 13 weeks" in shown(app, "read")
        await pilot.press("h", "left")
        assert "the last 13 weeks" in shown(app, "left")
        await pilot.press("l", "right")
        assert "the last 52 weeks" in shown(app, "added")
        await click_key(pilot, app, "More")
        assert f"since {first.day} {first:%B %Y}" in shown(app, "read")
        assert shown(app, "read").startswith("Read in 2 weeks each")
        await pilot.press("l")
        await click_key(pilot, app, "Fewer weeks")
        assert "the last 52 weeks" in shown(app, "read")


async def test_another_year_by_key_and_by_mouse(make_app: MakeApp, year: Library) -> None:
    """Not before the first reading, and not behind the present year."""
    app = make_app(year)
    years = year.statistics().years
    assert len(years) > 1
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("right_square_bracket")
        assert shown(app, "calendar").startswith(f"Read in {years[-1]} ")
        await pilot.press("left_square_bracket")
        assert shown(app, "calendar").startswith(f"Read in {years[-2]} ")
        await pilot.press(*["left_square_bracket"] * 5)
        assert shown(app, "calendar").startswith(f"Read in {years[0]} ")
        await click_key(pilot, app, "After")
        assert shown(app, "calendar").startswith(f"Read in {years[1]} ")
        await click_key(pilot, app, "Year before")
        assert shown(app, "calendar").startswith(f"Read in {years[0]} ")


async def test_scrolling_by_key_and_by_wheel(make_app: MakeApp, year: Library) -> None:
    app = make_app(year)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        body = log(app).body
        await pilot.press("j", "down")
        assert body.scroll_y == 4
        await pilot.press("k", "up", "ctrl+d")
        half = body.scroll_y
        assert half == body.size.height // 2
        await pilot.press("pagedown", "ctrl+u", "pageup")
        assert body.scroll_y == 0
        await pilot.press("G")
        assert body.scroll_y == body.max_scroll_y > 40
        await pilot.press("g", "end", "home")
        assert body.scroll_y == 0
        await pilot._post_mouse_events([events.MouseScrollDown], "#log", (5, 5), button=0)
        await until(pilot, lambda: body.scroll_y > 0)


@pytest.mark.parametrize("key", ["escape", "q", "L"])
async def test_three_keys_lead_back(make_app: MakeApp, sample: Library, key: str) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press(key)
        await settle(pilot)
        assert app.screen is screen_of(app)


async def test_a_click_leads_back_and_leaving_while_it_counts_is_no_fault(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    count = Library.statistics
    is_left: list[bool] = []

    def slow(library: Library) -> object:
        while not is_left:
            time.sleep(0.001)
        return count(library)

    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await click_key(pilot, app, "Back")
        assert app.screen is screen_of(app)
        monkeypatch.setattr(Library, "statistics", slow)
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, ReadingLogScreen))
        assert words(app) == "Counting …"
        await pilot.press("l", "right_square_bracket", "q")
        is_left.append(True)
        await settle(pilot)
        assert app.screen is screen_of(app)


async def test_an_empty_library_says_so(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(Library.open(tmp_path / "none.db", state=tmp_path / "none"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert words(app).startswith("Your reading list is empty")
        assert not any(plot.display for plot in log(app).query(".plot"))


async def test_where_nothing_was_read_no_axes_are_empty(
    make_app: MakeApp, page: PageMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known is shown, and how the log begins."""
    library = Library.open(tmp_path / "new.db", state=tmp_path / "new")
    library.import_files([page("Attention to Detail", "Build It Twice", "Caches Everywhere")])
    app = make_app(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert "No reading is on record yet." in words(app)
        assert [shown(app, name) for name in ("calendar", "read", "waits")] == ["", "", ""]
        assert "3┤" in shown(app, "left")
        await pilot.press("q")
        today = datetime.datetime.now(datetime.UTC)
        monkeypatch.setattr(
            "readinglist.storage.journal.now", lambda: f"{today:%Y-%m-%dT%H:%M:%SZ}"
        )
        library.mark(library.find().ids[:2], status=Status.READ)
        await opened(pilot, app)
        assert "2 papers on 1 day" in shown(app, "calendar")


async def test_a_time_without_reading_says_so(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = datetime.date.today() - datetime.timedelta(weeks=150)
    monkeypatch.setattr("readinglist.storage.journal.now", lambda: f"{then}T12:00:00Z")
    sample.mark(sample.find("status:unread").ids[:1], status=Status.READ)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert shown(app, "read").endswith("None in this time.")
        await pilot.press("left_square_bracket")
        assert "papers on 0 days" in shown(app, "calendar")
        assert "░" not in shown(app, "calendar")


async def test_hostile_tags_stand_as_they_are(make_app: MakeApp, tmp_path: Path) -> None:
    """No markup, no escape, and what is wide is measured in cells."""
    library = Library.open(tmp_path / "tags.db", state=tmp_path / "tags")
    tags = ("[red]x[/red]", "[@click=app.quit]q[/]", "esc\x1b[31m\x07ape", "文" * 20, "\u202eolleh")
    with library._working.transaction():
        library._working.papers.add(
            Paper(id=1, key="a", title="A", added_at="2025-01-01T00:00:00Z", tags=tags)
        )
    library.mark([1], status=Status.READ)
    app = make_app(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        text = shown(app, "tag")
        assert "[red]x[/red]" in text
        assert "[@click=app.quit]q[/]" in text
        assert "esc[31mape" in text
        assert not set("\x1b\x07\u202e") & set(text)
        assert text.count("1 of 1") == 5
        wide = next(line for line in text.split("\n") if "文" in line)
        assert "…" in wide


async def test_help_and_remapped_keys(make_app: MakeApp, year: Library) -> None:
    app = make_app(year, config=Config(keys={"log": "W", "log.more": "m"}))
    async with app.run_test(size=(100, 60)) as pilot:
        await pilot.press("W")
        await until(pilot, lambda: isinstance(app.screen, ReadingLogScreen))
        await until(pilot, lambda: not words(app).startswith("Counting"))
        await pilot.press("m")
        assert "the last 52 weeks" in shown(app, "read")
        await pilot.press("question_mark")
        await pilot.pause()
        text = app.export_screenshot().replace("&#160;", " ")
        for key in READING_LOG:
            assert key.help.split(":")[0] in text


async def test_a_library_that_cannot_be_read_says_why(
    make_app: MakeApp, sample: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_library: Library) -> Library:
        raise LibraryError("The disk is gone.")

    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(Library, "sibling", fail)
        await opened(pilot, app)
        assert words(app) == "The disk is gone."
        await pilot.press("l", "left_square_bracket", "q")
        assert app.screen is screen_of(app)


async def test_another_theme_and_another_size(make_app: MakeApp, year: Library) -> None:
    app = make_app(year)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        narrow = shown(app, "calendar")
        app.theme = "textual-light"
        await pilot.resize_terminal(130, 40)
        await until(pilot, lambda: shown(app, "calendar") != narrow)
        assert app.theme_variables["accent"]


def test_bars_and_lines_are_exact() -> None:
    """The highest bar reaches the top, none is drawn for nothing, and all are equally broad."""
    drawn = str(plots.bars([4, 0, 2], {0: "one", 2: "three"}, 30, 8)).split("\n")
    assert [line.rstrip() for line in drawn[:3:2]] == [
        "4┤████████",
        "2┤████████          ▄▄▄▄▄▄▄▄",
    ]
    assert drawn[5].count("█") == 16
    assert "one" in drawn[-1]
    assert "three" in drawn[-1]
    only = str(plots.line([3], {}, 20, 6)).split("\n")
    assert only[0] == "3┤" + "▀" * 18
    assert len(only) == 6


def test_plots_write_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    drawn = plots.bars(list(range(60)), {}, 70, 8)
    assert capfd.readouterr() == ("", "")
    assert "\x1b" not in drawn.plain
    assert {span.style for span in drawn.spans} == {plots.ACCENT}


def test_a_calendar_shades_days_by_character() -> None:
    """A Monday with one paper, a Thursday with nine; what is to come is left free."""
    read_on = {datetime.date(2026, 1, 5): 1, datetime.date(2026, 1, 8): 9}
    lines = str(plots.calendar(read_on, 2026, datetime.date(2026, 1, 9), 70)).split("\n")
    assert lines[0].split() == [f"{datetime.date(2026, month, 1):%b}" for month in range(1, 13)]
    assert [line[4:].rstrip() for line in lines[1:8]] == [" ░", " ·", " ·", "·█", "··", "·", "·"]
    assert lines[-1].split("·")[-1].split() == [
        "none",
        "░",
        "1–2",
        "▒",
        "3–4",
        "▓",
        "5–6",
        "█",
        "7–9",
    ]
