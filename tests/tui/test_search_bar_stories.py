"""What a researcher does in the search bar: complete, recall, be told what is wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot

from readinglist.domain.paper import Priority, Status
from readinglist.services.finding import Found
from readinglist.services.library import Library
from readinglist.services.live_search import Question
from readinglist.tui.app import ReadingListApp
from readinglist.tui.widgets.offers import Offers
from tests.tui.conftest import current, screen_of, settle, until

MakeApp = Callable[..., ReadingListApp]


def offers(app: ReadingListApp) -> list[str]:
    """Return the offers under the search bar as they are shown."""
    found = screen_of(app).query(Offers)
    shown = found.first() if found else None
    return [str(option.prompt) for option in shown.options] if shown and shown.is_open else []


def highlighted(app: ReadingListApp) -> str:
    """Return the value of the offer that one is at."""
    shown = screen_of(app).query_one(Offers)
    return offers(app)[shown.highlighted or 0].rsplit(maxsplit=1)[0].strip()


async def offered(pilot: Pilot[None], app: ReadingListApp, first: str) -> None:
    """Wait until the first offer is `first`."""
    await until(pilot, lambda: bool(offers(app)) and offers(app)[0].strip().startswith(first))


def typed(app: ReadingListApp) -> str:
    """Return the search bar's text, with `|` for the cursor."""
    search = screen_of(app).search
    return f"{search.value[: search.cursor_position]}|{search.value[search.cursor_position :]}"


def marked(app: ReadingListApp) -> list[str]:
    """Return what of the search bar is underlined."""
    strip = screen_of(app).search.render_line(0)
    return [part.text for part in strip if part.style and part.style.underline]


async def test_the_values_of_a_field_are_offered_with_their_counts(make_app: MakeApp) -> None:
    """Behind `tag:` stand the tags, most used first; letters narrow them, Tab takes one."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"deep -tag:")
        await offered(pilot, app, "classics")
        assert len(offers(app)) == 8
        assert offers(app)[0].split() == ["classics", "11"]
        await pilot.press("v")
        await offered(pilot, app, "variational")
        await pilot.press("i", "s")
        await offered(pilot, app, "vision")
        assert [offer.split()[0] for offer in offers(app)] == ["vision", "visualisation"]
        await pilot.press("tab")
        assert typed(app) == "deep -tag:vision|"
        assert offers(app) == []
        await until(pilot, lambda: len(screen_of(app).papers.ids) > 0)
        assert screen_of(app).search.has_focus
        await pilot.press("tab")
        assert screen_of(app).papers.has_focus


async def test_moving_in_the_offers(make_app: MakeApp) -> None:
    """Down and up go through the offers and round; Enter takes the one that was gone to."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"author:v")
        await offered(pilot, app, "Vinyals")
        assert highlighted(app) == "Vinyals"
        await pilot.press("down", "down")
        assert highlighted(app) == "van den Driessche"
        await pilot.press("up", "up", "up")
        assert screen_of(app).query_one(Offers).highlighted == len(offers(app)) - 1
        await pilot.press("down", "down", "down", "enter")
        assert typed(app) == 'author:"van den Driessche"|'
        assert screen_of(app).search.has_focus
        await until(pilot, lambda: current(app).key == "silver2016mastering")
        await pilot.press("enter")
        assert screen_of(app).papers.has_focus


async def test_enter_is_done_with_the_query_where_nothing_was_gone_to(make_app: MakeApp) -> None:
    """What was typed counts, not what was offered."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"tag:vis")
        await offered(pilot, app, "vision")
        await pilot.press("enter")
        assert screen_of(app).papers.has_focus
        assert screen_of(app).search.value == "tag:vis"
        assert offers(app) == []


async def test_escape_takes_the_offers_away_first(make_app: MakeApp) -> None:
    """Then it leaves; the next letter brings other offers."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"author:v")
        await offered(pilot, app, "Vinyals")
        await pilot.press("escape")
        assert offers(app) == []
        assert screen_of(app).search.has_focus
        await pilot.press("a")
        await offered(pilot, app, "Vaswani")
        await pilot.press("escape", "escape")
        assert screen_of(app).papers.has_focus
        assert screen_of(app).search.value == "author:va"


async def test_one_of_several_values_and_one_in_the_midst(make_app: MakeApp) -> None:
    """Behind a comma the others are offered; what stands around is left as it is."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"tag:vision,")
        await offered(pilot, app, "classics")
        assert not any(offer.split()[0] == "vision" for offer in offers(app))
        await pilot.press("n", "tab")
        assert typed(app) == "tag:vision,nlp|"
        await pilot.press("space", *"deep", "home", *["right"] * 10, *["backspace"] * 4)
        assert typed(app) == "tag:vi|,nlp deep"
        await offered(pilot, app, "vision")
        await pilot.press("down", "tab")
        assert typed(app) == "tag:visualisation|,nlp deep"


async def test_leaving_the_place_takes_the_offers_away(make_app: MakeApp) -> None:
    """Offers are for where the cursor is."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"author:v")
        await offered(pilot, app, "Vinyals")
        await pilot.press("home")
        await until(pilot, lambda: not offers(app))
        await pilot.press("end", "a")
        await offered(pilot, app, "Vaswani")
        await pilot.click("#papers", offset=(90, 2))
        await until(pilot, lambda: not offers(app))


async def test_the_name_of_a_field_is_suggested(make_app: MakeApp) -> None:
    """Grey behind the first letters, also behind a minus; Tab takes it and offers its values."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        search = screen_of(app).search
        await pilot.press("slash", *"deep -st")
        await until(pilot, lambda: search._suggestion == "deep -status:")
        assert offers(app) == []
        await pilot.press("tab")
        assert typed(app) == "deep -status:|"
        await offered(pilot, app, "unread")
        assert [o.split() for o in offers(app)] == [
            ["unread", "20"], ["reading", "4"], ["read", "14"], ["skipped", "2"],
        ]  # fmt: skip
        await pilot.press("down", "tab")
        assert typed(app) == "deep -status:reading|"
        await pilot.press("space", *"mind", "tab")
        assert screen_of(app).papers.has_focus


async def test_nothing_waits_for_the_offers(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a large library is looked through, letters are shown and searched for."""
    looked_up = threading.Event()
    known = Library.known_values

    def slowly(self: Library, field: str) -> list[tuple[str, int]]:
        looked_up.wait(20)
        return known(self, field)

    monkeypatch.setattr(Library, "known_values", slowly)
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"author:vasw")
        assert typed(app) == "author:vasw|"
        await until(pilot, lambda: len(screen_of(app).papers.ids) == 1)
        await pilot.press("tab")
        assert screen_of(app).search.has_focus
        assert offers(app) == []
        looked_up.set()
        await offered(pilot, app, "Vaswani")


async def test_a_new_tag_is_offered_when_one_comes_back(make_app: MakeApp, sample: Library) -> None:
    """What was known is asked for again."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"tag:v")
        await offered(pilot, app, "variational")
        await pilot.press("escape", "escape", "escape")
        sample.mark([current(app).id], add_tags=["vexing"])
        await pilot.press("slash", *"tag:ve")
        await offered(pilot, app, "vexing")


async def test_a_click_takes_an_offer(make_app: MakeApp) -> None:
    """The mouse does what Tab does, and one goes on typing."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"tag:v")
        await offered(pilot, app, "variational")
        await pilot.pause()
        await pilot.click(Offers, offset=(3, 1))
        await until(pilot, lambda: typed(app) == "tag:vision|")
        assert screen_of(app).search.has_focus
        assert offers(app) == []


async def test_hostile_values_are_offered_as_text(make_app: MakeApp, tmp_path: Path) -> None:
    """Markup in a tag is shown and searched for; what steers a terminal is not offered."""
    page = tmp_path / "h.json"
    tags = ["[red]x[/]", "[@click=app.bell]y[/]", 'z"q']
    authors = ["\x1b[31mEvil\u202e, A", "[b]Bold, B"]
    page.write_text(json.dumps([{"title": "T", "tags": tags, "authors": authors}]))
    library = Library.open(tmp_path / "h.db", state=tmp_path / "h")
    library.import_files([page])
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"tag:")
        await offered(pilot, app, "[@click=app.bell]y[/]")
        assert "[red]x[/]" in app.export_screenshot().replace("&#160;", " ")
        await pilot.press("down", "down", "tab")
        assert typed(app) == 'tag:"z""q"|'
        assert len(screen_of(app).papers.ids) == 1
        await pilot.press("space", *"author:")
        await offered(pilot, app, "[b]Bold")
        assert "\x1b" not in app.export_screenshot()


async def test_the_offers_stay_on_the_screen(make_app: MakeApp) -> None:
    """At the right end of a narrow terminal they move to the left."""
    app = make_app()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("slash", *"a rather long query of many words ahead of author:van")
        await offered(pilot, app, "van den Driessche")
        await pilot.pause()
        region = screen_of(app).query_one(Offers).region
        assert region.right <= 60
        assert region.y == 1


# --- earlier queries


async def test_earlier_queries_come_with_the_up_key(make_app: MakeApp) -> None:
    """Those that begin as was typed, newest first; down goes forward, and on to the list."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        for query in ("deep learning", "attention", "deep residual"):
            await pilot.press("slash", *query, "enter")
        await pilot.press("escape", "slash", "up")
        assert typed(app) == "deep residual|"
        await pilot.press("up", "up", "up")
        assert typed(app) == "deep learning|"
        await pilot.press("down")
        assert typed(app) == "attention|"
        await pilot.press("ctrl+u", *"dee", "up")
        assert typed(app) == "deep residual|"
        await pilot.press("up", "up")
        assert typed(app) == "deep learning|"
        await pilot.press("down", "down")
        assert typed(app) == "dee|"
        await pilot.press("down")
        assert screen_of(app).papers.has_focus
        assert screen_of(app).search.value == "dee"


async def test_a_recalled_query_offers_nothing(make_app: MakeApp) -> None:
    """So that the keys go on recalling; a letter offers again."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        for query in ("tag:nlp", "tag:v"):
            await pilot.press("slash", *query, "escape", "enter")
        await pilot.press("slash", "up")
        await pilot.pause()
        assert (typed(app), offers(app)) == ("tag:nlp|", [])
        await pilot.press("down")
        assert typed(app) == "tag:v|"
        await pilot.press("i")
        await offered(pilot, app, "vision")


async def test_what_one_acts_upon_was_searched_for(make_app: MakeApp, sample: Library) -> None:
    """A query counts when its papers are read or changed, not when it was merely typed."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *"mamba", "escape", "r")
        await settle(pilot)
        assert sample.queries() == ["mamba"]
        await pilot.press("slash", *"vaswani", "escape", "escape", "slash", *"adam", "escape")
        assert sample.queries() == ["mamba"]
        await pilot.press("enter")
        assert sample.queries() == ["mamba", "adam"]
    again = make_app()
    async with again.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", "up", "up", "enter")
        assert current(again).key == "gu2023mamba"
        assert current(again).status is Status.READ
        assert sample.queries() == ["adam", "mamba"]


# --- what is wrong


async def test_what_is_not_understood_is_marked_in_place(make_app: MakeApp) -> None:
    """Just these terms, at once, and no longer when they are right."""
    app = make_app()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("slash", *"stats:read deep -year:20x tag:nlp")
        assert marked(app) == ["stats:read", "-year:20x"]
        await pilot.press("home", "ctrl+k", *"year:20")
        assert marked(app) == []


async def test_the_marks_take_up_another_theme(make_app: MakeApp) -> None:
    """The colour is the theme's."""
    app = make_app()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("slash", *"status:x")
        assert marked(app) == ["status:x"]

        def colour() -> object:
            strip = screen_of(app).search.render_line(0)
            return next(p.style.color for p in strip if p.style and p.style.underline)

        before = colour()
        app.theme = "textual-light"
        await pilot.pause()
        assert colour() != before


async def test_letters_that_come_at_once_are_searched_for_at_their_end(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("slash")
        bar, live = screen_of(app).search, screen_of(app)._live
        asked: list[str] = []
        ask = live.ask

        def noted(question: Question, patience: float = 0.0) -> Found | None:
            asked.append(question.text)
            return ask(question, patience)

        monkeypatch.setattr(live, "ask", noted)
        for letter in "mamba":
            bar.post_message(Key(letter, letter))
        await pilot.pause()
        assert asked == ["mamba"]
        assert current(app).key == "gu2023mamba"
        # The last key of a burst need not be one that changes the line.
        bar.post_message(Key("s", "s"))
        bar.post_message(Key("left", None))
        await pilot.pause()
        assert asked == ["mamba", "mambas"]


def press_at_once(app: ReadingListApp, *keys: str) -> None:
    """Press keys faster than any of them can be handled, as in a macro or over a slow line."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ([*"teh", "backspace", "backspace", *"he"], "the"),
        ([*"abc", "ctrl+u", *"def"], "def"),
        ([*"quantum neural", *["backspace"] * 14, *"bert"], "bert"),
        ([*"btr", "left", "left", "e", "right", "delete", "end", *"r"], "betr"),
        ([*"ab", "home", "x", "ctrl+k", *"yz"], "xyz"),
    ],
)
async def test_keys_that_come_at_once_are_handled_in_their_order(
    make_app: MakeApp, keys: list[str], left: str
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        press_at_once(app, "slash", *(" " if key == "space" else key for key in keys))
        await until(pilot, lambda: screen_of(app)._question.text == left)
        await settle(pilot)
        assert screen_of(app).search.value == left


async def test_what_comes_behind_the_query_is_for_the_list(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)  # what is not indexed yet is not found
        before = sample.paper("gu2023mamba").priority
        press_at_once(app, "slash", *"mamba", "enter", "3", "R")
        await until(pilot, lambda: sample.paper("gu2023mamba").status is Status.READING)
        assert screen_of(app).search.value == "mamba"
        assert sample.paper("gu2023mamba").priority is Priority.LOW
        press_at_once(app, "slash", "ctrl+u", *"mam", "escape", "u", "u")
        await until(pilot, lambda: sample.paper("gu2023mamba").priority is before)
        assert screen_of(app).search.value == "mam"


@pytest.mark.parametrize("key", ["n", "v", "T", "t", "question_mark", "e", "slash", "m"])
async def test_what_comes_behind_the_key_that_quits_does_nothing(
    make_app: MakeApp, key: str
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        press_at_once(app, "q", key)
        await pilot.pause()
    assert app.return_code == 0
