"""What a researcher does with notes, key by key and by mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import OptionList, TextArea

from readinglist.config import Config, NotesConfig
from readinglist.errors import ReadingListError
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp, run_app
from readinglist.tui.screens.note_editor import NoteEditor
from readinglist.tui.widgets.note_area import NoteArea
from readinglist.tui.widgets.offers import Offers
from tests.conftest import by_sql
from tests.tui.conftest import current, screen_of, settle, told, until

MakeApp = Callable[..., ReadingListApp]
ATTENTION, ADAM, BERT = "vaswani2017attention", "kingma2015adam", "devlin2019bert"


@pytest.fixture
def library(sample: Library) -> Library:
    """The sample without its notes."""
    for paper in sample.papers(sample.find().ids):
        sample.note(paper.key, "")
    return sample


def editor_of(app: ReadingListApp) -> NoteEditor:
    """Return the editor that is open."""
    assert isinstance(app.screen, NoteEditor)
    return app.screen


async def open_editor(pilot: Pilot[None], app: ReadingListApp) -> NoteArea:
    """Press `n`, and return where one writes."""
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, NoteEditor))
    await pilot.pause()
    return editor_of(app).area


def offers(app: ReadingListApp) -> list[str]:
    """Return what is offered."""
    found = list(app.screen.query(Offers))
    if not found or not found[0].is_open:
        return []
    return [offer.value for offer in found[0]._offered]


async def go_to(pilot: Pilot[None], app: ReadingListApp, key: str) -> None:
    """Put the cursor on a paper."""
    ids = screen_of(app).papers.ids
    papers = screen_of(app)._library.papers(list(ids))
    screen_of(app).papers.move_to(next(n for n, p in enumerate(papers) if p.key == key))
    await pilot.pause()


def drafts(library: Library) -> list[Path]:
    """Return the files of drafts."""
    return list(library._drafts._folder.glob("*.json"))


def messages(app: ReadingListApp) -> str:
    """Return what the app has told."""
    return "\n".join(Content.from_markup(note.message).plain for note in app._notifications)


def detail(app: ReadingListApp) -> str:
    """Return what the detail pane shows, line by line."""
    content = screen_of(app).detail._content
    strips = content.render_lines(content.region.reset_offset)
    return "\n".join(strip.text.rstrip() for strip in strips)


# --- writing


async def test_markdown_is_coloured_as_one_types(make_app: MakeApp, library: Library) -> None:
    """Each part of a line has its style, also below an edit that opens or closes code."""
    app = make_app(library)

    def style_of(row: int, text: str) -> str:
        strip = area.render_line(row)
        segment = next(s for s in strip._segments if text in s.text)
        assert segment.style is not None
        return str(segment.style.color and segment.style.color.name) + str(segment.style)

    async with app.run_test(size=(120, 40)) as pilot:
        area = await open_editor(pilot, app)
        await pilot.press(*"# head", "enter", *"a **bold** x", "enter", *"`", *"code`")
        await pilot.pause()
        assert "bold" in style_of(0, "head")
        assert "bold" in style_of(1, "bold")
        plain, code = style_of(1, "x"), style_of(2, "code")
        assert plain != code
        area.move_cursor((0, 0))
        await pilot.press(*"```", "enter")
        await pilot.pause()
        assert style_of(3, "code").partition("`")[0] == style_of(2, "bold").partition("`")[0]
        assert "bold" not in style_of(2, "bold")
        while "```" in area.text:
            await pilot.press("ctrl+z")
        await pilot.pause()
        assert "bold" in style_of(1, "bold")


async def test_what_is_drawn_is_what_textual_would_draw(
    make_app: MakeApp, library: Library
) -> None:
    """Kept lines are the lines that would be drawn anew: wide letters, tabs, long lines, choice."""
    text = "# H\n" + "word **bold** `code` 漢字 " * 30 + "\n\ttab\tx\n" + "y" * 300 + "\n- end"
    library.note(ATTENTION, text)
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await go_to(pilot, app, ATTENTION)
        area = await open_editor(pilot, app)
        keys = ("ctrl+home", "down", "down", "x", "shift+down", "shift+right", "right", "y", "up")
        for key in (*keys, "enter", "backspace", "shift+home", "down", "ctrl+z"):
            await pilot.press(key)
            await pilot.pause()
            kept = [area.render_line(y) for y in range(area.size.height)]
            area._strips.clear()
            area._line_cache.clear()
            assert kept == [area.render_line(y) for y in range(area.size.height)], key


async def test_a_hostile_note_steers_no_terminal(make_app: MakeApp, library: Library) -> None:
    """Escape sequences and reordering marks are one sign each, here, beside, and in the detail."""
    library.note(ATTENTION, "a\x1b]0;x\x07b \u202egnp [bold]x[/] \x9b31m [x](javascript:y)")
    app = make_app(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await go_to(pilot, app, ATTENTION)
        await settle(pilot)
        shown = detail(app)
        area = await open_editor(pilot, app)
        await until(pilot, lambda: bool(editor_of(app).preview._strips))
        shown += area.render_line(0).text + editor_of(app).preview.render_line(0).text
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(shown)
        assert shown.count("[bold]x[/]") >= 3


async def test_a_long_text_that_was_pasted_can_be_taken_back(
    make_app: MakeApp, library: Library
) -> None:
    """The scroll bar goes with it, and with the lines that the cursor was on."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        area = await open_editor(pilot, app)
        area.replace("line\n" * 200, (0, 0), (0, 0))
        area.move_cursor(area.document.end)
        await until(pilot, lambda: area.show_vertical_scrollbar)
        await pilot.press("ctrl+z")
        assert area.text == ""
        await pilot.press("ctrl+y", "ctrl+z", "x", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        paper = screen_of(app).papers.current
        assert paper
        assert library.paper(paper.key).note == "x"


async def test_what_is_typed_ahead_of_leaving_is_in_the_note(
    make_app: MakeApp, library: Library
) -> None:
    """Letters, backspaces and Esc that come in one piece are done in their order."""
    app = make_app(library)
    async with app.run_test() as pilot:
        key = current(app).key
        await open_editor(pilot, app)
        for one in (*"abx", "backspace", *"cd", "left", "e", "escape"):
            app.post_message(events.Key(one, one if len(one) == 1 else None))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert library.paper(key).note == "abced"


async def test_a_note_that_is_left_as_it_was_is_no_step(
    make_app: MakeApp, library: Library
) -> None:
    """Looking at a note changes nothing, whatever its ends of lines."""
    note = "one\r\ntwo\x0bthree\n"
    library.note(ATTENTION, note)
    before = library.history()
    app = make_app(library)
    async with app.run_test() as pilot:
        await go_to(pilot, app, ATTENTION)
        await open_editor(pilot, app)
        await pilot.press("escape")
        await settle(pilot)
        assert library.history() == before
        assert library.paper(ATTENTION).note == note


# --- the preview


async def test_the_preview_follows_what_is_typed(make_app: MakeApp, library: Library) -> None:
    """Where there is room the note stands rendered beside the text, its math in Unicode."""
    app = make_app(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_editor(pilot, app)
        preview = editor_of(app).preview
        assert preview.display
        await pilot.press(*"# Head", "enter", *"**b** costs $x^2$")
        await until(pilot, lambda: any("b costs x²" in s.text for s in preview._strips))
        assert preview._strips[0].text.strip() == "Head"
        await pilot.press("f2")
        assert not preview.display
        await pilot.press("f2")
        assert preview.display


async def test_a_narrow_screen_shows_the_preview_when_asked(
    make_app: MakeApp, library: Library
) -> None:
    """At 80 columns the text has all the room, until F2, or a click, asks for the preview."""
    app = make_app(library)
    async with app.run_test(size=(80, 24)) as pilot:
        area = await open_editor(pilot, app)
        preview = editor_of(app).preview
        assert not preview.display
        height = area.size.height
        assert height >= 18
        await pilot.press(*"_x_")
        bar = app.screen.query_one("#keys")
        text = str(bar.render())
        assert await pilot.click("#keys", offset=(text.index("F2") + 1, 0))
        await pilot.pause()
        assert preview.display
        assert area.size.height < height
        await until(pilot, lambda: [s.text.strip() for s in preview._strips] == ["x"])
        await pilot.press("f2")
        assert not preview.display


async def test_the_preview_of_a_long_note_is_where_one_writes(
    make_app: MakeApp, library: Library
) -> None:
    """Of a long note what is about the cursor is rendered, and scrolled to."""
    library.note(ATTENTION, "\n\n".join(f"paragraph {n} " + "word " * 30 for n in range(2000)))
    app = make_app(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await go_to(pilot, app, ATTENTION)
        area = await open_editor(pilot, app)
        preview = editor_of(app).preview

        def shown() -> str:
            top = preview.scroll_offset.y
            return " ".join(strip.text for strip in preview._strips[top : top + 40])

        await until(pilot, lambda: "paragraph 1999 " in shown())
        area.move_cursor((2000, 0))
        await until(pilot, lambda: "paragraph 1000 " in shown())
        assert len(preview._strips) < 1000


# --- links


async def test_a_link_is_completed(make_app: MakeApp, library: Library) -> None:
    """`[[` and words of a title offer papers; Tab, Enter or a click puts the key in."""
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await go_to(pilot, app, ATTENTION)
        area = await open_editor(pilot, app)
        await pilot.press(*"see [[")
        await until(pilot, lambda: len(offers(app)) == 8)
        assert ATTENTION not in offers(app)
        await pilot.press(*"optimiz")
        await until(pilot, lambda: offers(app)[:1] == [ADAM])
        await pilot.press("tab")
        assert area.text == f"see [[{ADAM}]]"
        assert not offers(app)
        await pilot.press(*", [[devlin2")
        await until(pilot, lambda: offers(app)[:1] == [BERT])
        await pilot.press("enter")
        assert area.text == f"see [[{ADAM}]], [[{BERT}]]"
        await pilot.press(*" [[deep learn")
        await until(pilot, lambda: len(offers(app)) > 2)
        second = offers(app)[1]
        await pilot.press("down", "up", "down", "tab")
        assert area.text.endswith(f" [[{second}]]")
        await pilot.press(*" [[optimiz")
        await until(pilot, lambda: offers(app)[:1] == [ADAM])
        assert await pilot.click(Offers, offset=(3, 0))
        await pilot.pause()
        assert area.text.endswith(f"[[{second}]] [[{ADAM}]]")
        assert area.has_focus


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_offers_stay_within_the_frame(
    make_app: MakeApp, library: Library, columns: int
) -> None:
    """Wherever the link begins, however long the titles are; what has no room ends in dots."""
    app = make_app(library)
    async with app.run_test(size=(columns, 24)) as pilot:
        area = await open_editor(pilot, app)
        frame = app.screen.query_one(".dialog").region.shrink((1, 1, 1, 1))
        area.text = "word " * (columns // 10 - 1)
        area.move_cursor(area.document.end)
        await pilot.press(*"[[deep")
        await until(pilot, lambda: bool(offers(app)))
        shown = app.screen.query_one(Offers)
        await until(pilot, lambda: shown.region.height == len(offers(app)))
        assert frame.contains_region(shown.region)
        assert columns > 60 or "…" in shown.render_line(0).text


async def test_offers_go_away(make_app: MakeApp, library: Library) -> None:
    """Esc closes the offers first, then the editor; a closed link offers nothing; nor does code."""
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        key = current(app).key
        area = await open_editor(pilot, app)
        await pilot.press(*"[[ad")
        await until(pilot, lambda: bool(offers(app)))
        await pilot.press("escape")
        assert not offers(app)
        assert isinstance(app.screen, NoteEditor)
        await pilot.press("a")
        await until(pilot, lambda: bool(offers(app)))
        await pilot.press(*"]]")
        await pilot.pause()
        assert not offers(app)
        await pilot.press("enter", *"```", "enter", *"[[ada")
        await settle(pilot)
        assert not offers(app)
        assert area.text == "[[ada]]\n```\n[[ada"
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert library.paper(key).note == area.text
        await open_editor(pilot, app)
        await settle(pilot)
        assert not offers(app)


async def test_following_a_link_and_coming_back(make_app: MakeApp, library: Library) -> None:
    """`f` goes to the one paper that is linked, and from there back to who links; Esc goes back."""
    library.note(ADAM, f"Used in [[{ATTENTION}]].")
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: screen_of(app)._links is not None)
        await pilot.press("slash", *"stochastic optimization", "enter")
        await until(pilot, lambda: current(app).key == ADAM)
        await pilot.press("f")
        await until(pilot, lambda: current(app).key == ATTENTION)
        assert screen_of(app).search.value == ""
        await pilot.press("f")
        await until(pilot, lambda: current(app).key == ADAM)
        await pilot.press("escape")
        await until(pilot, lambda: current(app).key == ATTENTION)
        await pilot.press("escape")
        await until(pilot, lambda: screen_of(app).search.value == "stochastic optimization")
        assert current(app).key == ADAM
        await go_to(pilot, app, ADAM)
        await pilot.press("escape", "j", "f")
        await settle(pilot)


async def test_one_of_several_links_is_chosen(make_app: MakeApp, library: Library) -> None:
    """With several links `f` asks: those of the note first, then the papers that link here."""
    library.note(ATTENTION, f"[[{ADAM}]], [[nobody]], [[{BERT}|it]]")
    library.note("he2016deep", f"[[{ATTENTION}]]")
    app = make_app(library)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: screen_of(app)._links is not None)
        await go_to(pilot, app, ATTENTION)
        await pilot.press("f")
        options = app.screen.query_one(OptionList)
        prompts = [str(options.get_option_at_index(n).prompt) for n in range(3)]
        assert [prompt[0] for prompt in prompts] == ["→", "→", "←"]
        assert options.option_count == 3
        await pilot.press("escape")
        assert current(app).key == ATTENTION
        await pilot.press("f", "j", "j", "enter")
        await until(pilot, lambda: current(app).key == "he2016deep")
        await pilot.press("escape")
        await until(pilot, lambda: current(app).key == ATTENTION)


async def test_following_nothing_says_so(make_app: MakeApp, library: Library) -> None:
    """A paper without links stays, and one learns how to make some."""
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        paper = current(app)
        await pilot.press("f")
        await pilot.pause()
        assert current(app) == paper
        assert "[[ in a note begins a link" in messages(app)


async def test_the_detail_tells_of_links(make_app: MakeApp, library: Library) -> None:
    """The pane has the titles in both directions, as soon as a note is changed; a click goes."""
    app = make_app(library)
    async with app.run_test(size=(140, 60)) as pilot:
        await until(pilot, lambda: screen_of(app)._links is not None)
        await go_to(pilot, app, ADAM)
        await open_editor(pilot, app)
        await pilot.press(*f"[[{ATTENTION}]]", "escape", "escape")
        await until(pilot, lambda: "Links to\nAttention Is All You Need" in detail(app))
        await go_to(pilot, app, ATTENTION)
        await until(pilot, lambda: "Linked from\nAdam: A Method" in detail(app))
        line = detail(app).splitlines().index("Linked from") + 1
        assert await pilot.click("#detail-content", offset=(3, line))
        await until(pilot, lambda: current(app).key == ADAM)
        await pilot.press("u")
        await go_to(pilot, app, ATTENTION)
        await until(pilot, lambda: "Linked from" not in detail(app))


async def test_a_former_key_leads_to_its_paper(make_app: MakeApp, library: Library) -> None:
    """A link goes on working when the paper has another key."""
    library.note(ADAM, f"[[{ATTENTION}]]")
    library.edit(ATTENTION, {"key": "attention"})
    app = make_app(library)
    async with app.run_test(size=(140, 60)) as pilot:
        await go_to(pilot, app, ADAM)
        await pilot.press("f")
        await until(pilot, lambda: current(app).key == "attention")
        await until(pilot, lambda: "Linked from\nAdam" in detail(app))


async def test_a_link_is_followed_from_the_editor(make_app: MakeApp, library: Library) -> None:
    """`ctrl+o` keeps the note and goes to the paper; where there is no link it says so."""
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        await go_to(pilot, app, ADAM)
        area = await open_editor(pilot, app)
        await pilot.press(*"see [[nobody]]", "ctrl+o")
        await until(pilot, lambda: "no paper with the key nobody" in messages(app))
        await pilot.press("enter", "ctrl+o")
        await until(pilot, lambda: "no link at the cursor" in messages(app))
        await pilot.press(*f"[[{ATTENTION}]]", "ctrl+o")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: current(app).key == ATTENTION)
        assert library.paper(ADAM).note == area.text
        await pilot.press("escape")
        await until(pilot, lambda: current(app).key == ADAM)


async def test_a_paper_far_down_is_gone_to_at_once(
    make_app: MakeApp, library: Library, tmp_path: Path
) -> None:
    """In a long list the cursor goes to the linked paper, beyond the first that are fetched."""
    lines = "".join(f"@misc{{far{n}, title = {{Far Paper Number {n}}}}}\n\n" for n in range(1200))
    (tmp_path / "far.bib").write_text(lines)
    library.import_files([tmp_path / "far.bib"])
    last = library.papers([library.find().ids[-1]])[0]
    library.note("far7", f"[[{last.key}]]")
    app = make_app(library)
    async with app.run_test() as pilot:
        await pilot.press("slash", *"far paper number 7", "enter")
        await until(pilot, lambda: current(app).key == "far7")
        await pilot.press("f")
        await until(pilot, lambda: current(app).key == last.key)
        await settle(pilot)
        assert current(app).key == last.key


# --- templates

TEMPLATES = NotesConfig("short", {"short": "# {title}\n", "[long]": "by {authors}, {key}\n"})


async def test_a_new_note_begins_with_the_template(make_app: MakeApp, library: Library) -> None:
    """The facts are filled in; left as it is, it is no note; written on, it is."""
    app = make_app(library, config=Config(notes=TEMPLATES))
    async with app.run_test() as pilot:
        await go_to(pilot, app, ATTENTION)
        area = await open_editor(pilot, app)
        assert area.text == "# Attention Is All You Need\n"
        await pilot.press("escape")
        await settle(pilot)
        assert library.paper(ATTENTION).note is None
        await open_editor(pilot, app)
        await pilot.press("x", "escape")
        await settle(pilot)
        assert library.paper(ATTENTION).note == "# Attention Is All You Need\nx"
        area = await open_editor(pilot, app)
        assert area.text == "# Attention Is All You Need\nx"


async def test_a_template_is_inserted(make_app: MakeApp, library: Library) -> None:
    """`ctrl+t` offers the templates, and puts the chosen one where the cursor is."""
    app = make_app(library, config=Config(notes=replace(TEMPLATES, template="")))
    async with app.run_test(size=(100, 30)) as pilot:
        await go_to(pilot, app, ATTENTION)
        area = await open_editor(pilot, app)
        await pilot.press("a", "ctrl+t")
        await until(pilot, lambda: not isinstance(app.screen, NoteEditor))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: not isinstance(app.screen, NoteEditor))
        await pilot.press("down", "enter")
        await until(pilot, lambda: area.text != "a")
        assert area.text.startswith("aby Ashish Vaswani, ")
        assert area.text.endswith(f", {ATTENTION}\n")


async def test_without_templates_there_is_no_key_for_them(
    make_app: MakeApp, library: Library
) -> None:
    """The line of keys says what there is; with templates one more."""
    for config, has_templates in ((Config(), False), (Config(notes=TEMPLATES), True)):
        app = make_app(library, config=config)
        async with app.run_test(size=(80, 24)) as pilot:
            await open_editor(pilot, app)
            text = str(app.screen.query_one("#keys").render())
            assert ("ctrl+t" in text) is has_templates
            assert "F2 Preview" in text
            assert len(text) <= app.screen.query_one("#keys").size.width
            await pilot.press("ctrl+t" if not has_templates else "escape")
            await settle(pilot)


# --- drafts


async def test_what_is_typed_is_a_draft_until_it_is_a_note(
    make_app: MakeApp, library: Library
) -> None:
    """A draft follows the typing; leaving makes one step of it and takes the draft away."""
    app = make_app(library)
    async with app.run_test() as pilot:
        key = current(app).key
        await open_editor(pilot, app)
        await pilot.press(*"one")
        await until(pilot, lambda: any('"one"' in f.read_text() for f in drafts(library)))
        await pilot.press(*" two")
        await until(pilot, lambda: any('"one two"' in f.read_text() for f in drafts(library)))
        steps = len(library.history())
        await pilot.press("escape")
        await settle(pilot)
        assert library.paper(key).note == "one two"
        assert len(library.history()) == steps + 1
        assert not drafts(library)


async def test_an_app_that_ends_in_the_editor_keeps_what_was_typed(
    make_app: MakeApp, library: Library
) -> None:
    """What was typed a moment before is brought back by the next app, which tells so."""
    app = make_app(library)
    async with app.run_test() as pilot:
        key = current(app).key
        await open_editor(pilot, app)
        await pilot.press(*"half a tho")
    assert library.paper(key).note is None
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: library.paper(key).note == "half a tho")
        await until(pilot, lambda: library.paper(key).title in messages(app))
        await until(pilot, lambda: current(app).note == "half a tho")
        await pilot.press("u")
        await settle(pilot)
        assert library.paper(key).note is None
    assert not drafts(library)


async def test_a_draft_of_a_paper_that_is_gone_is_told(make_app: MakeApp, library: Library) -> None:
    """The text is in a file, and the app says where."""
    paper = library.paper(ADAM)
    draft = library.draft(paper)
    draft.text = "orphan"
    draft.write()
    draft.abandon()
    library.delete([paper.id])
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: ".md" in messages(app))
        assert ADAM in messages(app)


async def test_a_note_of_a_paper_that_goes_meanwhile_is_in_a_file(
    make_app: MakeApp, library: Library
) -> None:
    """Nothing that was typed is lost where another app deletes the paper."""
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        paper = current(app)
        await open_editor(pilot, app)
        await pilot.press(*"keep me")
        library.delete([paper.id])
        await pilot.press("escape")
        await until(pilot, lambda: ".md" in messages(app))
        (file,) = library._drafts._folder.glob("*.md")
        assert file.read_text() == "keep me"


async def test_a_note_changed_elsewhere_meanwhile_is_joined(
    make_app: MakeApp, library: Library
) -> None:
    """Both texts are kept, and one is told."""
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        paper = current(app)
        await open_editor(pilot, app)
        await pilot.press(*"mine")
        library.note(paper.key, "theirs")
        await pilot.press("escape")
        await until(pilot, lambda: "both are kept" in messages(app))
        assert library.paper(paper.key).note == "theirs\n\nmine"


async def test_that_drafts_can_not_be_written_is_told_once(
    make_app: MakeApp, library: Library
) -> None:
    """Typing goes on; the note is kept all the same."""
    library._drafts._folder.write_text("in the way")
    app = make_app(library)
    async with app.run_test(notifications=True) as pilot:
        key = current(app).key
        await open_editor(pilot, app)
        await pilot.press(*"abc")
        await until(pilot, lambda: "can't be written" in messages(app))
        await pilot.press("escape")
        await settle(pilot)
        assert library.paper(key).note == "abc"


async def test_a_note_that_the_library_does_not_take_any_more_stays_a_draft(
    make_app: MakeApp, library: Library
) -> None:
    """A pull brings the library of a newer readinglist while a note is being written."""
    library.save()
    before = library.path.read_bytes()
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await go_to(pilot, app, ADAM)
        await open_editor(pilot, app)
        await pilot.press(*"momentum")
        by_sql(library.path, "PRAGMA user_version = 9")
        library.take_in()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen_of(app))
        assert "What you wrote stays a draft" in told(app)
    library.path.write_bytes(before)  # as if this were the newer one
    library.take_in()
    (kept,) = library.take_up_drafts()
    assert (kept.key, library.paper(ADAM).note) == (ADAM, "momentum")


def test_the_end_of_the_app_takes_drafts_up(
    library: Library, monkeypatch: pytest.MonkeyPatch, make_app: MakeApp
) -> None:
    """An app that is quit from within the editor leaves a note, not a draft."""
    draft = library.draft(library.paper(ADAM))
    draft.text = "quit"
    draft.write()
    monkeypatch.setattr(ReadingListApp, "run", lambda app: draft.abandon())
    from readinglist.config import views_path
    from readinglist.services.kept_views import KeptViews

    run_app(library, Config(), KeptViews(views_path()))
    assert library.paper(ADAM).note == "quit"


# --- one's own editor


class Suspended:
    """The app, while another program has the terminal."""

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


async def test_going_on_in_ones_own_editor(
    make_app: MakeApp, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ctrl+e` hands the text over and brings it back, `ctrl+z` undoes that; a fault is told."""
    app = make_app(library)
    given: list[str] = []

    def edit(text: str, editor: str) -> str:
        given.append(text)
        assert any(text in f.read_text() for f in drafts(library))
        if len(given) == 2:
            raise ReadingListError("The editor is gone.")
        return text + " and more"

    async with app.run_test(notifications=True) as pilot:
        monkeypatch.setattr(app, "suspend", Suspended)
        screen_of(app)._edit_externally = edit
        key = current(app).key
        area = await open_editor(pilot, app)
        await pilot.press(*"here", "ctrl+e")
        await until(pilot, lambda: area.text == "here and more")
        await pilot.press("ctrl+z")
        assert area.text == "here"
        await pilot.press("!", "ctrl+e")
        await until(pilot, lambda: "The editor is gone." in messages(app))
        assert area.text == "here!"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert library.paper(key).note == "here!"
        assert given == ["here", "here!"]


async def test_in_triage_the_note_is_shown_and_written(make_app: MakeApp, library: Library) -> None:
    """The card renders the note; the editor has no key for following."""
    library.note(ADAM, "# Head\n**strong** [[x]]")
    app = make_app(library)
    async with app.run_test(size=(100, 40)) as pilot:
        await go_to(pilot, app, ADAM)
        await pilot.press("space", "T")
        await pilot.pause()
        card = app.screen.query_one("#card-content")
        text = "\n".join(s.text.rstrip() for s in card.render_lines(card.region.reset_offset))
        assert "Head" in text
        assert "# Head" not in text
        assert "strong [[x]]" in text
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await pilot.pause()
        assert "Follow" not in str(app.screen.query_one("#keys").render())
        await pilot.press("left", "ctrl+o")
        await pilot.pause()
        assert isinstance(app.screen, NoteEditor)


async def test_a_plain_area_is_found_as_any_text_area(make_app: MakeApp, library: Library) -> None:
    """The editor has one text area, with the cursor at the end of the note."""
    library.note(ATTENTION, "one\ntwo")
    app = make_app(library)
    async with app.run_test() as pilot:
        await go_to(pilot, app, ATTENTION)
        area = await open_editor(pilot, app)
        assert app.screen.query_one(TextArea) is area
        assert area.cursor_location == (1, 3)


async def test_the_preview_stays_as_it_was_wanted(make_app: MakeApp, library: Library) -> None:
    """Hidden and shown again it is rendered for its width; and no other width turns it round."""
    app = make_app(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_editor(pilot, app)
        await pilot.press(*"a line of words")
        editor = app.screen
        assert isinstance(editor, NoteEditor)
        preview = editor.preview

        def shown() -> str:
            return preview._strips[0].text.strip() if preview._strips else ""

        await until(pilot, lambda: shown() == "a line of words")
        await pilot.press("f2")
        assert not preview.display
        await pilot.press("f2")
        assert preview.display
        await pilot.press("!")
        await until(pilot, lambda: shown() == "a line of words!")
        await pilot.press("f2")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert not preview.display
        await pilot.press("f2")
        await pilot.resize_terminal(140, 40)
        await pilot.pause()
        assert preview.display
        await until(pilot, lambda: shown() == "a line of words!")
