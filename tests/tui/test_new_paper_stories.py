"""What a researcher does with a paper that is on no page: typed in, or pasted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from readinglist.services.importing import ImportReport
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.dialogs import Confirm
from readinglist.tui.screens.entry_form import EntryForm
from readinglist.tui.screens.library import LibraryScreen
from readinglist.tui.screens.new_paper import NewPaper
from tests.tui.conftest import current, screen_of, until
from tests.tui.test_entry_form_stories import back_in_the_list, field, problem, write
from tests.tui.test_triage_stories import told

MakeApp = Callable[..., ReadingListApp]

BIBTEX = """@article{knuth84,
  title = {Literate Programming},
  author = {Donald E. Knuth},
  year = 1984,
}
@misc{dijkstra68, title = {Go To Statement Considered Harmful}, year = 1968}
"""


async def opened(pilot: Pilot[None]) -> None:
    """Press N."""
    await pilot.press("N")
    await until(pilot, lambda: isinstance(pilot.app.screen, NewPaper))
    await pilot.pause()


async def paste(pilot: Pilot[None], text: str) -> None:
    assert pilot.app.screen.focused
    pilot.app.screen.focused.post_message(events.Paste(text))
    await pilot.pause()


def said(pilot: Pilot[None], selector: str = "#recognised") -> str:
    """Return what stands under the box."""
    return str(pilot.app.screen.query_one(selector, Static).content).strip()


def keys(pilot: Pilot[None]) -> str:
    """Return what the keys do by now."""
    return str(pilot.app.screen.query_one(".dialog").border_subtitle)


async def in_the_form(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, EntryForm))
    await pilot.pause()


async def test_a_title_opens_the_form_and_the_cursor_goes_to_the_new_paper(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        count = sample.count()
        await opened(pilot)
        assert said(pilot) == ""
        await pilot.press(*"On", "space", *"Herons")
        assert said(pilot) == "a title"
        await pilot.press("enter")
        await in_the_form(pilot)
        assert field(pilot, "title").text == "On Herons"
        assert app.screen.focused is field(pilot, "title").editor
        await write(pilot, "authors", *"Jane", "space", *"Doe")
        await write(pilot, "published", *"2020")
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).title == "On Herons")
        assert current(app).key == "doe2020herons"
        assert sample.count() == count + 1
        assert "doe2020herons: added" in told(app)
        await pilot.press("u")
        assert sample.count() == count
        await pilot.press("ctrl+r")
        assert sample.paper("doe2020herons").authors == ("Doe, Jane",)
        await until(pilot, sample.is_saved)


async def test_what_is_pasted_is_recognised_and_fills_in_its_field(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for text, name, filled, value in (
            ("https://arxiv.org/abs/2401.00001v2", "arXiv id 2401.00001", "arxiv", "2401.00001"),
            ("doi.org/10.1000/182", "DOI 10.1000/182", "doi", "10.1000/182"),
            ("https://e.org/a", "a web address", "url", "https://e.org/a"),
            ("Two\nlines", "a title", "title", "Two lines"),
        ):
            await opened(pilot)
            await paste(pilot, text)
            assert said(pilot) == name
            await pilot.press("enter")
            await in_the_form(pilot)
            assert field(pilot, filled).text == value
            assert app.screen.focused is field(pilot, "title").editor
            await pilot.press("escape")
            await back_in_the_list(pilot)


async def test_a_new_paper_needs_a_title_and_is_given_a_key(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await paste(pilot, "arXiv:2401.00001")
        await pilot.press("enter")
        await in_the_form(pilot)
        assert problem(pilot, "title") == ""
        await pilot.press("ctrl+s")
        assert problem(pilot, "title") == "A paper needs a title."
        await pilot.press(*"Herons")
        await write(pilot, "key", *"a", "backspace")
        assert problem(pilot, "key") == ""
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).title == "Herons")
        assert current(app).arxiv == "2401.00001"
        assert current(app).key == "Herons"


async def test_a_paper_that_is_known_is_gone_to_instead(make_app: MakeApp, sample: Library) -> None:
    """Also where the search leaves it out; or one goes on, for it may be another work."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        known = sample.papers([sample.find().ids[20]])[0]
        search = screen_of(app).search
        search.value = "tag:nlp"
        await until(pilot, lambda: known.id not in screen_of(app).papers.ids)
        await opened(pilot)
        await paste(pilot, known.title.upper())
        await pilot.press("enter")
        await until(pilot, lambda: "has it already" in said(pilot))
        assert known.key in said(pilot)
        await pilot.press("x", "backspace")
        assert said(pilot) == "a title"
        await pilot.press("enter")
        await until(pilot, lambda: "has it already" in said(pilot))
        await pilot.press("enter")
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).id == known.id)
        assert search.value == ""
        await opened(pilot)
        await paste(pilot, known.title)
        await pilot.press("enter")
        await until(pilot, lambda: "has it already" in said(pilot))
        await pilot.press("ctrl+n")
        await in_the_form(pilot)
        await pilot.press("ctrl+s")
        await until(
            pilot, lambda: f"has this paper already: {known.key}" in said(pilot, "#form-problem")
        )
        await write(pilot, "authors", *"Nobody")
        await pilot.press("ctrl+s")
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).authors == ("Nobody",))


async def test_pasted_bibtex_is_imported_as_one_step(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        count = sample.count()
        await opened(pilot)
        await paste(pilot, BIBTEX)
        assert said(pilot) == "BibTeX, 2 entries"
        assert "ctrl+s import" in keys(pilot)
        # Enter is a line break in BibTeX.
        await pilot.press("enter", "ctrl+s")
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).key == "knuth84")
        assert "2 added, 0 completed, 0 unchanged" in told(app)
        assert current(app).sources == ("pasted BibTeX",)
        assert sample.count() == count + 2
        await pilot.press("u")
        assert sample.count() == count


async def test_nothing_can_be_written_while_it_is_imported(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()
    import_text = Library.import_text

    def slow(library: Library, text: str, name: str, *, update: bool) -> ImportReport:
        assert may_go_on.wait(20)
        return import_text(library, text, name, update=update)

    monkeypatch.setattr(Library, "import_text", slow)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await paste(pilot, BIBTEX)
        await pilot.press("ctrl+s", "x", "ctrl+s")
        assert said(pilot) == "BibTeX, 2 entries"
        assert app.screen.query_one(TextArea).text == BIBTEX
        may_go_on.set()
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).key == "knuth84")


async def test_what_was_pasted_is_not_thrown_away_by_one_key(
    make_app: MakeApp, sample: Library
) -> None:
    """Esc asks first, unless it is as short as an address."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await paste(pilot, BIBTEX)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPaper))
        assert said(pilot).startswith("BibTeX, 2 entries")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await back_in_the_list(pilot)
        await opened(pilot)
        await paste(pilot, "1706.03762")
        await pilot.press("escape")
        await back_in_the_list(pilot)


async def test_what_is_wrong_in_bibtex_is_said_before_one_goes_on(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await paste(pilot, "@misc{a, title = {Open")
        assert said(pilot).startswith("BibTeX, without an entry")
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, NewPaper)
        await pilot.press("escape")
        await back_in_the_list(pilot)
        await opened(pilot)
        await paste(pilot, f"{BIBTEX}\n@misc{{a, title = {{Open")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "pasted BibTeX:8: " in said(pilot, "#paste-report"))
        assert "2 added" in said(pilot, "#paste-report")
        await pilot.press("enter")
        await back_in_the_list(pilot)
        await until(pilot, lambda: current(app).key == "knuth84")


async def test_what_bibtex_says_otherwise_is_taken_when_asked_for(
    make_app: MakeApp, sample: Library
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        sample.import_text(BIBTEX, "refs.bib")
        await opened(pilot)
        await paste(pilot, BIBTEX.replace("1984", "1992"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "year is “1992” in the file" in said(pilot, "#paste-report"))
        assert sample.paper("knuth84").year == 1984
        await pilot.press("ctrl+t")
        await back_in_the_list(pilot)
        assert sample.paper("knuth84").year == 1992


async def test_the_first_paper_of_a_library(make_app: MakeApp, tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty.db", state=tmp_path / "state") as library:
        app = make_app(library)
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot)
            await pilot.press("enter")
            assert isinstance(app.screen, NewPaper)
            await pilot.press(*"First", "enter")
            await in_the_form(pilot)
            await pilot.press("ctrl+s")
            await back_in_the_list(pilot)
            await until(pilot, lambda: screen_of(app).papers.display)
            assert current(app).title == "First"
            # The list has the focus: its keys work.
            await pilot.press("r")
            assert library.paper("First").status == "read"


async def test_by_mouse(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await paste(pilot, "Clicked")
        dialog = app.screen.query_one(".dialog").region
        await pilot.click(offset=(dialog.right - 20, dialog.bottom - 1))
        await in_the_form(pilot)
        await pilot.press("escape")
        await back_in_the_list(pilot)
        await opened(pilot)
        dialog = app.screen.query_one(".dialog").region
        await pilot.click(offset=(dialog.right - 6, dialog.bottom - 1))
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
