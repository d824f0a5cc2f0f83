"""The keys of boxes are the user's to choose, as all others are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from textual.widgets import OptionList

from readinglist.config import Config
from readinglist.errors import ConfigError
from readinglist.tui.app import ReadingListApp
from readinglist.tui.dialog_keys import DIALOGS, WRITTEN_IN
from readinglist.tui.keymap import check_keys
from readinglist.tui.screens.columns import ChooseColumns
from readinglist.tui.screens.dialogs import Choose, Confirm
from readinglist.tui.screens.entry_form import EntryForm
from readinglist.tui.screens.note_editor import NoteEditor
from readinglist.tui.widgets.key_bar import KeyBar
from tests.tui.conftest import screen_of, settle

MakeApp = Callable[..., ReadingListApp]


@pytest.mark.parametrize("box", DIALOGS)
def test_the_keys_of_a_box_do_not_clash(box: str) -> None:
    keys = DIALOGS[box]
    assert [name for name, n in Counter(key.id for key in keys).items() if n > 1] == []
    pressed = Counter(one for key in keys for one in key.keys.split(","))
    assert [name for name, n in pressed.items() if n > 1] == []
    assert all(key.label and key.help and key.action for key in keys)
    check_keys({keys[0].id: keys[0].keys})


def test_one_id_has_one_meaning() -> None:
    """What two boxes share is the same key of both."""
    by_id = {key.id: key for keys in DIALOGS.values() for key in keys}
    assert all(by_id[key.id] == key for keys in DIALOGS.values() for key in keys)
    assert set(WRITTEN_IN) <= set(DIALOGS)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"bulk.do": "n"}, "“n” is given to both bulk.do and bulk.close"),
        ({"settle.take": "ctrl+p"}, "“ctrl+p” is given to both the palette and settle.take"),
        ({"editor.preview": "p"}, "“p” can't be editor.preview: one writes with it there"),
        ({"form.save": "space"}, "“space” can't be form.save"),
        ({"line.close": "escape, Q"}, "“Q” can't be line.close"),
        ({"line.close": "enter"}, "“enter” can't be line.close"),
        ({"editor.preview": "delete"}, "“delete” can't be editor.preview"),
        ({"choice.down": "enter"}, "“enter” is given to both what chooses and choice.down"),
        ({"confirm.yes": ""}, "confirm.yes has an empty key"),
        ({"paper.read": "z,"}, "paper.read has an empty key"),
        ({"paper.read": "ctrl+"}, "paper.read has “ctrl+”, which is no key. Name one, as z"),
        ({"paper.read": "f5, hugo"}, "paper.read has “hugo”, which is no key"),
        ({"bulk.doit": "z"}, "there is no action “bulk.doit”. Did you mean “bulk.do”?"),
    ],
)
def test_what_can_be_no_key_is_named(keys: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_keys(keys)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "key", ["ctrl+q", "alt+x", "f12", "shift+f3", "pageup", "shift+tab", "ctrl+slash"]
)
def test_what_writes_nothing_can_be_a_key_where_one_writes(key: str) -> None:
    check_keys({"line.close": key})


async def test_a_box_does_what_the_user_s_keys_say_and_names_them(make_app: MakeApp) -> None:
    """In a question, a list, the columns, the form, and the note."""
    app = make_app(
        config=Config(
            keys={
                "confirm.yes": "z", "choice.close": "f9", "choice.down": "n",
                "columns.reset": "R", "editor.close": "f8", "form.save": "f7",
            }
        )
    )  # fmt: skip
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        papers = screen_of(app).papers
        before = len(papers.ids)

        await pilot.press("d")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        assert str(app.screen.query_one(".dialog").border_subtitle) == "z yes · n no"
        await pilot.press("y")
        assert isinstance(app.screen, Confirm)
        await pilot.press("z")
        await settle(pilot)
        assert len(papers.ids) == before - 1

        await pilot.press("s")
        await settle(pilot)
        assert isinstance(app.screen, Choose)
        assert str(app.screen.query_one(".dialog").border_subtitle) == "Enter choose · F9 back"
        await pilot.press("n")
        assert app.screen.query_one(OptionList).highlighted == 1
        await pilot.press("escape")
        assert isinstance(app.screen, Choose)
        await pilot.press("f9")

        await pilot.press("vertical_line")
        await settle(pilot)
        assert isinstance(app.screen, ChooseColumns)
        assert "R reset" in str(app.screen.query_one(".dialog").border_subtitle)
        await pilot.press("escape")

        await pilot.press("F")
        await settle(pilot)
        assert isinstance(app.screen, EntryForm)
        assert "F7 save" in str(app.screen.query_one(".dialog").border_subtitle)
        await pilot.press("f7")
        await settle(pilot)

        await pilot.press("n")
        await settle(pilot)
        assert isinstance(app.screen, NoteEditor)
        assert "F8 Save" in str(app.screen.query_one(KeyBar).content)
        await pilot.press(*"Read it.", "f8")
        await settle(pilot)
        assert papers.current
        assert papers.current.note == "Read it."
