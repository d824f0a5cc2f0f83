"""What a researcher does to correct a paper: all of its fields in one form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.dialogs import Confirm
from readinglist.tui.screens.entry_form import EntryForm
from readinglist.tui.screens.library import LibraryScreen
from readinglist.tui.screens.triage import Triage
from readinglist.tui.widgets.form_field import FormField, Line, OneOf
from tests.conftest import by_sql
from tests.tui.conftest import current, screen_of, until
from tests.tui.test_triage_stories import shown, text, told

MakeApp = Callable[..., ReadingListApp]

HOSTILE = "[b]Bold[/b] \x1b[31mred\nand more \u202eback [@click=app.quit]quit[/]"


async def opened(pilot: Pilot[None]) -> EntryForm:
    """Press F and return the form."""
    await pilot.press("F")
    await until(pilot, lambda: isinstance(pilot.app.screen, EntryForm))
    await pilot.pause()
    return form(pilot)


def form(pilot: Pilot[None]) -> EntryForm:
    assert isinstance(pilot.app.screen, EntryForm)
    return pilot.app.screen


def field(pilot: Pilot[None], name: str) -> FormField:
    """Return a field of the form by its name."""
    return next(f for f in form(pilot).query(FormField) if f.prompt.name == name)


def problem(pilot: Pilot[None], name: str) -> str:
    """Return what is said to be wrong in a field."""
    said = field(pilot, name).query_one(".problem", Static)
    return str(said.content) if said.display else ""


async def write(pilot: Pilot[None], name: str, *keys: str) -> None:
    """Go to a field, empty it and press keys."""
    editor = field(pilot, name).editor
    editor.focus()
    await pilot.pause()
    if isinstance(editor, Line):
        await pilot.press("end", "ctrl+u", *keys)
    elif isinstance(editor, OneOf):
        await pilot.press(*keys)
    else:
        editor.select_all()
        await pilot.press("delete", *keys)
    await pilot.pause()


async def back_in_the_list(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))


def again(library: Library, paper: Paper) -> Paper:
    """Return a paper as it is now."""
    return library.papers([paper.id])[0]


async def test_all_fields_are_saved_as_one_step(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        before = current(app)
        await opened(pilot)
        assert field(pilot, "title").text == before.title
        assert field(pilot, "authors").text.splitlines() == list(before.authors)
        await write(pilot, "title", *"New", "space", *"Title")
        await write(pilot, "authors", *"Doe", "comma", "space", *"Jane", "enter", *"ACME")
        await write(pilot, "published", *"2001-02")
        await write(pilot, "tags", *"zz", "comma", *"aa")
        await write(pilot, "status", "s")
        await write(pilot, "priority", "right", "right")
        await write(pilot, "key", *"mine2001")
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        paper = again(sample, before)
        assert (paper.title, paper.published) == ("New Title", "2001-02")
        assert paper.authors == ("Doe, Jane", "ACME")
        assert (paper.tags, paper.key) == (("aa", "zz"), "mine2001")
        assert (paper.status, paper.priority) == (Status.SKIPPED, Priority.LOW)
        assert (paper.abstract, paper.venue, paper.links) == (
            *(before.abstract, before.venue, before.links),
        )
        assert current(app).title == "New Title"
        await pilot.press("u")
        assert again(sample, before) == before
        await until(pilot, sample.is_saved)


async def test_the_keys_move_from_field_to_field(make_app: MakeApp) -> None:
    """In a block of lines up and down leave it only at its ends."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)

        def at() -> str:
            assert app.screen.focused
            return app.screen.focused.query_ancestor(FormField).prompt.name

        assert at() == "title"
        names = [f.prompt.name for f in app.screen.query(FormField)]
        for name in names[1:]:
            await pilot.press("tab")
            assert at() == name
            # What one is at is in view, also where the form is longer than the screen.
            area = field(pilot, name).editor.region
            assert app.screen.query_one(".form").content_region.contains_region(area)
        await pilot.press("tab")
        assert at() == "title"
        await pilot.press("enter")
        assert at() == "authors"
        lines = len(field(pilot, "authors").text.splitlines())
        assert lines > 1
        await pilot.press(*["down"] * (lines - 1))
        assert at() == "authors"
        await pilot.press("down", "down")
        assert at() == "organization"
        await pilot.press("shift+tab", "up")
        assert at() == "authors"
        await pilot.press(*["up"] * lines)
        assert at() == "title"
        await pilot.press("escape")
        await back_in_the_list(pilot)


async def test_what_is_wrong_is_said_as_one_types(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = current(app)
        version = sample.history()
        await opened(pilot)
        await write(pilot, "published", *"20x")
        assert problem(pilot, "published") == (
            "“20x” is no date. Write a date as 2024, 2024-05 or 2024-05-31."
        )
        await pilot.press("backspace", *"24")
        assert problem(pilot, "published") == ""
        other = sample.papers([sample.find().ids[3]])[0]
        await write(pilot, "key", *other.key.upper())
        assert problem(pilot, "key").startswith("Another paper has the key")
        await write(pilot, "title")
        assert problem(pilot, "title") == "A paper needs a title."
        await write(pilot, "tags", *"a")
        # Saving goes to the first field that is wrong, and saves nothing.
        await pilot.press("ctrl+s")
        assert app.screen.focused is field(pilot, "title").editor
        await pilot.press(*"Right")
        await pilot.press("ctrl+s")
        assert app.screen.focused is field(pilot, "key").editor
        assert sample.history() == version
        await write(pilot, "key", *before.key)
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        assert again(sample, before).title == "Right"
        assert again(sample, before).published == "2024"


async def test_leaving_asks_when_something_was_changed(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = current(app)
        await opened(pilot)
        await pilot.press("escape")
        await back_in_the_list(pilot)
        await opened(pilot)
        await write(pilot, "venue", *"x")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "Changed: Venue." in " ".join(text(app).split())
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, EntryForm))
        assert field(pilot, "venue").text == "x"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await back_in_the_list(pilot)
        assert again(sample, before) == before


async def test_saving_without_a_change_is_no_step(make_app: MakeApp, sample: Library) -> None:
    """What was typed and taken away again is no change, either."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = sample.history()
        await opened(pilot)
        field(pilot, "venue").editor.focus()
        await pilot.press("end", "x", "backspace", "ctrl+s")
        await back_in_the_list(pilot)
        assert sample.history() == before


async def test_what_another_machine_changed_meanwhile_stays(
    make_app: MakeApp, sample: Library
) -> None:
    """But for what the user writes: that holds, is told, and the other is in the history."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = current(app)
        await opened(pilot)
        await write(pilot, "venue", *"Mine")
        await write(pilot, "tags", *"mine")
        theirs = {"venue": "Theirs", "title": "Their Title", "tags": f"{before.tags[0]}, theirs"}
        with_sibling = sample.sibling()
        with_sibling.edit(before.key, theirs)
        with_sibling.close()
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        paper = again(sample, before)
        assert (paper.title, paper.venue) == ("Their Title", "Mine")
        assert paper.tags == ("mine", "theirs")
        assert "Changed elsewhere meanwhile: venue. Yours holds" in told(app)
        assert any((c.field, c.old) == ("venue", "Theirs") for c in sample.history(paper.key))


async def test_a_paper_that_is_deleted_meanwhile_is_told_and_nothing_typed_is_lost(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = current(app)
        await opened(pilot)
        await write(pilot, "venue", *"Mine")
        sample.delete([before.id])
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "was deleted meanwhile" in str(
            form(pilot).query_one("#form-problem", Static).content
        )
        assert field(pilot, "venue").text == "Mine"
        sample.undo()
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        assert again(sample, before).venue == "Mine"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_text_is_shown_as_text_and_stays_as_it_is(
    make_app: MakeApp, sample: Library, size: tuple[int, int]
) -> None:
    """Only what is written anew is written: no field is changed by having been shown."""
    paper = sample.papers([sample.find().ids[0]])[0]
    sample.save()
    columns = ("title", "venue", "organization", "abstract")
    for column in columns:
        value = HOSTILE.replace("'", "''")
        by_sql(sample.path, f"UPDATE paper SET {column} = '{value}' WHERE id = {paper.id}")
    by_sql(
        sample.path,
        f"""UPDATE paper SET authors = '["A; B and C", "Two Words", "x\\u001b[2J, y"]'
        WHERE id = {paper.id}""",
    )
    sample.take_in()
    hostile = again(sample, paper)
    assert hostile.title == hostile.abstract == HOSTILE
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        screen = text(app)
        assert "\x1b" not in screen
        assert "\u202e" not in screen
        assert "[b]Bold[/b] [31mred" in " ".join(screen.split())
        assert "Edit: [b]Bold[/b]" in " ".join(screen.split())
        await write(pilot, "url", *"https://e.org")
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        now = again(sample, paper)
        assert now.url == "https://e.org"
        for column in (*columns, "authors"):
            assert getattr(now, column) == getattr(hostile, column)
        # An author that one adds leaves the others whole, bodies and all.
        await opened(pilot)
        field(pilot, "authors").editor.focus()
        await pilot.press("pagedown", "end", "enter", *"Jane", "space", *"Doe", "ctrl+s")
        await back_in_the_list(pilot)
        assert again(sample, paper).authors[0::3] == ("A; B and C", "Doe, Jane")
        assert again(sample, paper).authors[1] == "Two Words"


async def test_what_is_pasted_can_not_steer_the_terminal(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        paper = current(app)
        await opened(pilot)
        for name in ("title", "venue", "abstract"):
            await write(pilot, name)
            assert app.screen.focused
            app.screen.focused.post_message(events.Paste("Two\nlines\x1b]0;x\x07"))
            await pilot.pause()
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        now = again(sample, paper)
        assert now.title == now.venue == "Two lines]0;x"
        assert now.abstract == "Two\nlines]0;x"


async def test_the_form_by_mouse(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        before = current(app)
        await opened(pilot)
        venue = field(pilot, "venue")
        await pilot.click(venue.query_one(".label"))
        assert app.screen.focused is venue.editor
        await pilot.press("end", "ctrl+u", *"Clicked")
        status = field(pilot, "status").editor
        await pilot.click(status, offset=(2, 0))
        assert status.text == "unread"
        dialog = form(pilot).query_one(".form").region
        await pilot.click(offset=(dialog.right - 5, dialog.bottom - 1))
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, EntryForm))
        await pilot.click(offset=(dialog.right - 33, dialog.bottom - 1))
        await back_in_the_list(pilot)
        assert again(sample, before).venue == "Clicked"
        assert again(sample, before).status is Status.UNREAD


async def test_in_triage_one_stays_at_the_paper_and_can_take_it_back(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("T")
        await until(pilot, lambda: isinstance(app.screen, Triage))
        paper = shown(app)
        await opened(pilot)
        await write(pilot, "venue", *"Corrected")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Triage))
        await pilot.pause()
        assert shown(app).id == paper.id
        assert shown(app).venue == "Corrected"
        await pilot.press("u")
        assert shown(app) == paper


async def test_in_an_empty_list_there_is_nothing_to_edit(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen_of(app).search.value = "tag:nowhere"
        await pilot.pause()
        await pilot.press("F")
        await pilot.pause()
        assert isinstance(app.screen, LibraryScreen)
