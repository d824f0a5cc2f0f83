"""Hostile text in the app: each screen shows it as it stands, and nothing moves for it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from readinglist.config import Config
from readinglist.domain.text import printable
from readinglist.services.kept_views import KeptViews
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.presentation import cell
from tests.hostile_text import (
    EXAMPLES,
    FEW,
    IS_LONG,
    STEERING,
    TALLY,
    Hostile,
    papers_of,
    storable,
    texts,
)
from tests.tui.conftest import at_rest, screen_of, until

LITERAL = "[red]x[/red] [@click=app.owned]y[/] [b [/] [link=https://owned.example]z[/link] \\[u]"
"""Markup of all kinds, which stands in narrow places, too."""


def lines_of(app: ReadingListApp, what: object = "") -> list[str]:
    """Return what is on the screen, after a look at all of it."""
    lines = []
    for strip in app.screen._compositor.render_strips():
        text = "".join(segment.text for segment in strip)
        assert not STEERING.search(text), f"{what!a}: {text!a}"
        assert "\n" not in text, f"{what!a}: {text!a}"
        assert cell_len(text) == strip.cell_length == app.size.width, f"{what!a}: {text!a}"
        for segment in strip:
            assert not segment.control
            look = segment.style
            assert look is None or not look.link, f"{what!a}: {look.link}"
            assert look is None or "owned" not in str(look.meta), f"{what!a}: {look.meta}"
        lines.append(text)
    assert len(lines) == app.size.height
    return lines


def shown(app: ReadingListApp, what: object = "") -> str:
    """Return the screen with the lines one behind the other, without blanks and edges."""
    return "".join("".join(lines_of(app, what)).translate(_NO_FRAME).split())


def is_shown(app: ReadingListApp, text: str) -> bool:
    """Return whether a text without blanks is on the screen."""
    return text in shown(app, text)


_NO_FRAME = {ord(sign): " " for sign in "▕▏▎▊▔▁│─┌┐└┘├┤┬┴┼━┃╭╮╰╯█▌▐"}


def check_picture(app: ReadingListApp) -> None:
    """Check that a picture of the screen is XML in which nothing runs."""
    picture = ET.fromstring(app.export_screenshot())
    for element in picture.iter():
        assert element.tag.partition("}")[2] in _IN_PICTURES
        assert not any(name.startswith("on") or "href" in name for name in element.attrib)


_IN_PICTURES = ("svg", "style", "defs", "clipPath", "rect", "g", "text", "circle", "line", "path")


@pytest.fixture(scope="module", autouse=True)
def _told() -> Iterator[None]:
    """Print at the end what has been tried."""
    yield
    print("\n" + "\n".join(TALLY.lines()))


@pytest.fixture
def hostile(tmp_path: Path) -> Library:
    """A library that is full of hostile text."""
    (tmp_path / "hostile.json").write_text(json.dumps(papers_of(texts(EXAMPLES))))
    library = Library.open(tmp_path / "library.db", state=tmp_path / "state")
    library.import_files([tmp_path / "hostile.json"])
    return library


@pytest.fixture
def literal(tmp_path: Path) -> Library:
    """A library in which all is markup: two papers, which may be the same."""
    papers = [
        {
            "title": LITERAL + more, "authors": [LITERAL], "venue": LITERAL, "tags": [LITERAL],
            "abstract": LITERAL, "note": f"{LITERAL} [[{key}]]", "organization": LITERAL,
            "key": key, "url": "https://example.org/[b]", "published": "2024",
        }
        for key, more in (("one", " of deep owls in snow"), ("two", " of deep owl in snow"))
    ]  # fmt: skip
    (tmp_path / "[b]markup[@click=app.owned].json").write_text(json.dumps(papers))
    library = Library.open(tmp_path / "library.db", state=tmp_path / "state")
    library.import_files([tmp_path / "[b]markup[@click=app.owned].json"])
    return library


@asynccontextmanager
async def running(
    library: Library, size: tuple[int, int] = (120, 40), config: Config | None = None
) -> AsyncIterator[Pilot[None]]:
    """Run the app on a library."""
    app = ReadingListApp(library, config or Config())
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot


def the_app(pilot: Pilot[None]) -> ReadingListApp:
    assert isinstance(pilot.app, ReadingListApp)
    return pilot.app


async def test_the_list(hostile: Library) -> None:
    """Each title stands in its line as it is, as far as there is room."""
    async with running(hostile, (80, 24)) as pilot:
        app = the_app(pilot)
        papers = screen_of(app).papers
        await until(pilot, lambda: len(papers.ids) == hostile.count())
        seen = 0
        for top in range(0, len(papers.ids), papers.size.height):
            papers.scroll_to(y=top, animate=False, immediate=True)
            await pilot.pause()
            lines_of(app, top)
            for y in range(papers.size.height):
                place = papers.scroll_offset.y + y
                line = papers.render_line(y).text
                paper = papers._paper(place) if place < len(papers.ids) else None
                if paper:
                    title = cell(paper, "title")
                    assert title[:15].rstrip() in line, (paper.title, line)
                    seen += 1
        assert seen >= len(papers.ids)
        check_picture(app)
    TALLY.note("the app's list", texts(EXAMPLES))


async def test_the_details(hostile: Library) -> None:
    async with running(hostile, (120, 60)) as pilot:
        app = the_app(pilot)
        papers = screen_of(app).papers
        for place in range(0, len(papers.ids), max(1, len(papers.ids) // FEW)):
            papers.move_to(place)
            screen_of(app)._show_detail()
            await pilot.pause()
            assert papers.current
            title = "".join(cell(papers.current, "title").split())
            assert title[:20] in shown(app, papers.current.title)
            check_picture(app)
    TALLY.note("the app's details", texts(FEW))


async def test_what_is_pasted_into_a_line(hostile: Library) -> None:
    async with running(hostile, (80, 24)) as pilot:
        app = the_app(pilot)
        for key in ("slash", "i", "t", "V", "N"):
            if key == "V":
                screen_of(app).search.value = "owl"
                await pilot.pause()
                screen_of(app).papers.focus()
            await pilot.press(key)
            await pilot.pause()
            line = app.screen.focused
            assert isinstance(line, Input | TextArea)
            for one in texts(FEW, key):
                if isinstance(line, Input):
                    line.value = ""
                else:
                    line.text = ""
                line.post_message(events.Paste(storable(one.text)))
                await pilot.pause()
                lines_of(app, one)
            TALLY.note(f"pasted after {key}", texts(FEW, key))
            check_picture(app)
            if isinstance(line, Input):
                line.value = ""
            else:
                line.text = ""
            await pilot.press("escape", "escape")
            await pilot.pause()
            if key == "slash":
                screen_of(app).papers.focus()


async def test_what_is_told_for_a_moment(literal: Library) -> None:
    async with running(literal, (100, 30)) as pilot:
        app = the_app(pilot)
        told = [*texts(FEW, "toasts"), Hostile("markup", LITERAL), Hostile("markup", "[not a tag")]
        for one in told:
            screen_of(app)._tell(storable(one.text)[:60], offer="undo")
            words = printable(storable(one.text)[:60]).split()
            start = max(words, key=len, default="")[:8]  # no line ends within it
            await until(pilot, partial(is_shown, app, start))
            app.clear_notifications()
            await pilot.pause()
        TALLY.note("toasts", told)


SCREENS: dict[str, tuple[str, ...]] = {
    "details": ("enter",),
    "a search": ("slash", *"red"),
    "a filter": ("slash", *"tag:"),
    "a filter by author": ("slash", *"author:"),
    "the form": ("F",),
    "the note": ("n",),
    "a link in the note": ("n", "ctrl+end", "enter", *(2 * ("left_square_bracket",)), "x"),
    "tags": ("t",),
    "the views": ("v",),
    "keeping a view": ("slash", *"[b]", "enter", "V"),
    "stars": ("asterisk",),
    "triage": ("T",),
    "duplicates": ("D",),
    "merging": ("D", "enter"),
    "the history": ("H",),
    "export": ("e",),
    "deleting": ("d",),
    "the reading log": ("r", "L"),
    "links": ("f",),
    "the help": ("question_mark",),
    "similar papers": ("m",),
    "all read, undone": ("a", "r", "u"),
    "copied": ("Y",),
}  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (140, 50)][: 1 + IS_LONG], ids=str)
async def test_markup_on_each_screen(literal: Library, size: tuple[int, int]) -> None:
    async with running(literal, size) as pilot:
        app = the_app(pilot)
        for name, keys in SCREENS.items():
            await pilot.press(*keys)
            await at_rest(pilot)
            await pilot.pause()
            text = shown(app, name)
            assert "[red]" in text or name in ("the help", "the reading log", "merging"), name
            if IS_LONG or name == "the history":
                check_picture(app)
            await back(pilot)


async def back(pilot: Pilot[None]) -> None:
    """Go back to the list, as it was."""
    app = the_app(pilot)
    for _ in range(3):
        if app.screen.focused:
            await pilot.press("escape")
    while len(app.screen_stack) > 1:
        app.pop_screen()
    await pilot.pause()
    library = screen_of(app)
    library.open_view("all")
    library.search.value = ""
    library.papers.focus()
    app.clear_notifications()
    await at_rest(pilot)
    await pilot.pause()


async def test_hostile_papers_on_each_screen(hostile: Library) -> None:
    async with running(hostile, (80, 24)) as pilot:
        app = the_app(pilot)
        for name in SCREENS if IS_LONG else ("the form", "the note", "triage", "a filter"):
            keys = SCREENS[name]
            places = max(1, FEW // 10)
            for place in range(places):
                screen_of(app).papers.move_to(place * 7)
                await pilot.press(*keys)
                await at_rest(pilot)
                await pilot.pause()
                lines_of(app, name)
                for _ in range(3 * IS_LONG):
                    await pilot.press("down")
                    lines_of(app, name)
                check_picture(app)
                await back(pilot)
            TALLY.note(f"the app: {name}", texts(places))


async def test_the_palette_and_the_side_bar(literal: Library, tmp_path: Path) -> None:
    views = KeptViews(tmp_path / "views.yaml")
    (tmp_path / "views.yaml").write_text(
        json.dumps({LITERAL[:50]: "owl", "\x1b[31mred": "\x1b[31m", "a\u202eb": "[b"})
    )
    app = ReadingListApp(literal, Config(), views)
    async with app.run_test(size=(140, 50)) as pilot:
        await pilot.pause()
        lines_of(app)
        await pilot.press("ctrl+p")
        await pilot.pause(0.2)
        lines_of(app)
        await pilot.press(*"View")
        for _ in range(100):
            if "[red]x" in shown(app):
                break
            await pilot.pause(0.02)
        assert "[red]x[/red]" in shown(app)
        await pilot.press("escape")
        await pilot.press("v")
        await pilot.pause()
        await at_rest(pilot)
        assert "[red]x[/red]" in shown(app)
        check_picture(app)


async def test_the_note_as_one_writes(hostile: Library) -> None:
    async with running(hostile, (80, 24)) as pilot:
        app = the_app(pilot)
        await pilot.press("n")
        await pilot.pause()
        area = app.screen.query_one(TextArea)
        for one in texts(FEW, "note"):
            area.text = storable(one.text)
            await pilot.pause()
            lines_of(app, one)
            # Textual's document knows lines alone: what separates them, or ends them, is a break.
            assert area.text.rstrip().splitlines() == storable(one.text).rstrip().splitlines()
        TALLY.note("the note editor", texts(FEW, "note"))
