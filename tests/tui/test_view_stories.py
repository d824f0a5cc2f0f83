"""What a researcher does with views of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Input, OptionList, Static

from readinglist.config import Config, views_path
from readinglist.domain.paper import Status
from readinglist.errors import ReadingListError
from readinglist.services.kept_views import KeptViews
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from tests.tui.conftest import line, screen_of, settle, told, until

MakeApp = Callable[..., ReadingListApp]


def views() -> KeptViews:
    """Return the user's own views."""
    return KeptViews(views_path())


def choices(app: ReadingListApp) -> list[str]:
    """Return what the dialog offers to choose from."""
    return [str(option.prompt) for option in app.screen.query_one(OptionList).options]


def choose(app: ReadingListApp, label: str) -> None:
    """Go to a choice."""
    place = next(n for n, text in enumerate(choices(app)) if text.startswith(label))
    app.screen.query_one(OptionList).highlighted = place


async def test_a_query_is_kept_as_a_view(make_app: MakeApp, sample: Library) -> None:
    """`V` asks for a name; the view holds what was shown, in its order, and goes on narrowing."""
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = screen_of(app)
        await pilot.press("slash", *"learning -status:read", "enter", "s", *"jjj", "enter")
        await until(pilot, lambda: "by title" in line(app, "#status"))
        shown = screen.papers.ids
        assert len(shown) > 2
        await pilot.press("V")
        await pilot.pause()
        hint = str(app.screen.query_one(".hint", Static).content)
        assert hint == "learning -status:read · by title"
        await pilot.press(*"To learn", "enter")
        await settle(pilot)
        assert views().all()["To learn"].query == "learning -status:read"
        assert views().all()["To learn"].sort == "title"
        assert screen.search.value == ""
        assert screen.papers.ids == shown
        assert " · To learn · by title · " in line(app, "#status")
        await pilot.press("slash", *"-status:unread", "enter")
        await until(pilot, lambda: len(screen.papers.ids) < len(shown))
        papers = sample.papers(screen.papers.ids)
        assert {paper.status for paper in papers} <= {Status.READING, Status.SKIPPED}


async def test_kept_views_are_chosen_with_the_others(make_app: MakeApp, sample: Library) -> None:
    """`v` shows them with their counts and what they ask for; `d` deletes one, after a question."""
    old, new = (len(sample.find(query).ids) for query in ("year:<2000", "year:>=2020"))
    views().keep("old", "year:<2000", "date")
    views().keep("new", "year:>=2020")
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: f"old  {old}  year:<2000" in choices(app))
        await until(pilot, lambda: f"new  {new}  year:>=2020" in choices(app))
        assert "d delete" in str(app.screen.query_one(".dialog").border_subtitle)
        choose(app, "old")
        await pilot.press("enter")
        await settle(pilot)
        assert f"{old} shown · old · by date" in line(app, "#status")
        await pilot.press("v")
        await pilot.pause()
        choose(app, "Unread")
        await pilot.press("d")
        assert len(app.screen_stack) == 2
        choose(app, "new")
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        assert "new" in views().all()
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: "new" not in views().all())
        await until(pilot, lambda: not any(text.startswith("new") for text in choices(app)))
        choose(app, "Tag classics")
        await pilot.press("enter")
        await settle(pilot)
        assert "Tag classics" in line(app, "#status")


async def test_a_name_is_not_taken_without_a_question(make_app: MakeApp) -> None:
    """Another view stays unless one says yes; the view that is shown is simply kept anew."""
    views().keep("mine", "tag:nlp")
    app = make_app(config=Config(view="mine"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        assert len(screen_of(app).papers.ids) == 5
        await pilot.press("slash", *"year:>=2019", "enter", "V")
        await pilot.pause()
        assert app.screen.query_one(Input).value == "mine"
        await pilot.press("enter")
        await settle(pilot)
        assert views().all()["mine"].query == "tag:nlp year:>=2019"
        views().keep("other", "tag:llm")
        await pilot.press("V", "ctrl+u", *"other", "enter")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        assert views().all()["other"].query == "tag:llm"
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("y")
        await settle(pilot)
        assert views().all()["other"].query == "tag:nlp year:>=2019"


async def test_what_can_not_be_a_name_is_said_in_the_dialog(make_app: MakeApp) -> None:
    """And one may write another."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"owls", "enter", "V", *"next", "enter")
        await pilot.pause()
        hint = str(app.screen.query_one(".hint", Static).content)
        assert hint == "Each library has a view “next”. Take another name."
        await pilot.press(*" owls", "enter")
        await settle(pilot)
        assert list(views().all()) == ["next owls"]


async def test_nothing_typed_is_nothing_to_keep(make_app: MakeApp) -> None:
    """`V` says how to begin."""
    app = make_app()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("V")
        assert len(app.screen_stack) == 1
        assert any("no query to keep" in n.message for n in app._notifications)


async def test_a_wrong_file_of_views_is_told_and_left_alone(make_app: MakeApp) -> None:
    """At the start, with its line; the views that each library has can still be chosen."""
    app = make_app()
    file = views_path()
    file.parent.mkdir(parents=True)
    file.write_text("mine: x\nother: [x]\n")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        at_start = f"views come back when their file is mended: {file}:2: “other” is a query"
        await until(pilot, lambda: at_start in told(app))
        assert told(app).count(str(file)) == 1
        await pilot.press("slash", *"owls", "enter", "V", *"mine", "enter")
        await pilot.pause()
        hint = str(app.screen.query_one(".hint", Static).content)
        assert f"{file}:2: “other” is a query" in hint
        await pilot.press("escape", "v")
        await pilot.pause()
        assert any(n.message.startswith(f"{file}:2:") for n in app._notifications)
        choose(app, "Reading")
        await pilot.press("enter")
        await settle(pilot)
        assert " · Reading · " in line(app, "#status")
    assert file.read_text() == "mine: x\nother: [x]\n"


async def test_the_view_that_the_configuration_begins_with_stays(make_app: MakeApp) -> None:
    """Without it, the app would not start."""
    views().keep("mine", "tag:nlp")
    app = make_app(config=Config(view="mine"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("v")
        await pilot.pause()
        choose(app, "mine")
        await pilot.press("d")
        await pilot.pause()
        assert any("name another there first" in n.message for n in app._notifications)
        assert "mine" in views().all()


def test_a_view_that_is_not_there_is_named(make_app: MakeApp) -> None:
    """The configuration may name a view of one's own, by its name."""
    views().keep("thesis", "tag:thesis")
    make_app(config=Config(view="thesis"))
    with pytest.raises(ReadingListError, match="Did you mean “thesis”"):
        make_app(config=Config(view="tesis"))


async def test_hostile_names_and_queries_are_text(make_app: MakeApp) -> None:
    """What others wrote into the file is shown as it stands."""
    file = views_path()
    file.parent.mkdir(parents=True)
    file.write_text('"[red]x[/] [/b]": "[@click=app.bell]y[/] \\x1b[31m"\n"a\\u202eb": x\n')
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: "…" not in "".join(choices(app)))
        shown = app.export_screenshot().replace("&#160;", " ")
        assert "[red]x[/] [/b]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        choose(app, "[red]")
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: list(views().all()) == ["a\u202eb"])
