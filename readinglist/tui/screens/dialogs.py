"""Small questions over the library: yes or no, one of several, a line of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from readinglist.tui.dialog_keys import CHOICE, CONFIRM, LINE
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.options import OptionList
from readinglist.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class Confirm(Dialog[bool]):
    """Asks whether to do something that is not easily seen to be wanted."""

    KEYS = CONFIRM
    BINDINGS = bindings(CONFIRM)

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Show the question."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_subtitle = self.edge("{confirm.yes} yes · {confirm.no} no")
            yield Static(self._question, markup=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One of several to choose from."""

    value: str
    label: str
    detail: str = ""
    """What is said of it beside, more quietly."""


class Choose(Dialog[str | None]):
    """Lets one choose one of several; None if one would rather not."""

    KEYS = CHOICE
    BINDINGS = bindings(CHOICE)

    def __init__(self, title: str, items: Sequence[Item], current: str = "") -> None:
        super().__init__()
        self._title = title
        self._items = list(items)
        self._current = current

    def compose(self) -> ComposeResult:
        """Show what there is to choose."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = self.edge("Enter choose · {choice.close} back")
            options = OptionList(*(Option(_prompt(item)) for item in self._items), markup=False)
            options.highlighted = self._place(self._current) or 0
            yield options

    def change(self, item: Item) -> None:
        """Say otherwise what the item of a value is."""
        place = self._place(item.value)
        if place is not None:
            self._items[place] = item
            self.query_one(OptionList).replace_option_prompt_at_index(place, _prompt(item))

    def remove_item(self, value: str) -> None:
        """Offer a value no longer."""
        place = self._place(value)
        if place is not None:
            del self._items[place]
            self.query_one(OptionList).remove_option_at_index(place)

    def _place(self, value: str) -> int | None:
        return next((n for n, item in enumerate(self._items) if item.value == value), None)

    def action_cursor(self, by: int) -> None:
        """Move down or up."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if by > 0 else options.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give back what was chosen."""
        place = self.query_one(OptionList).place_of(event)
        if place is not None:
            self.dismiss(self._items[place].value)


def _prompt(item: Item) -> Content:
    gap = "  " if item.detail else ""
    return Content.assemble(item.label, gap, (item.detail, "$foreground-muted"))


class AskText(Dialog[str | None]):
    """Asks for a line of text; None if one would rather not say."""

    KEYS = LINE
    BINDINGS = bindings(LINE)

    def __init__(
        self, title: str, text: str, hint: str, suggester: Suggester | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._hint = hint
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        """Show the line with what it holds now."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = self.edge("Enter done · {line.close} back")
            yield TextLine(self._text, suggester=self._suggester, select_on_focus=False)
            yield Static(self._hint, classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give back the text."""
        self.dismiss(event.value)


class LastOfList(Suggester):
    """Completes the last of several words that have commas between them."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = known

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` with its last word completed."""
        head, comma, last = value.rpartition(",")
        word = last.lstrip()
        if not word:
            return None
        spaces = last[: len(last) - len(word)]
        full = next((k for k in self._known if k.startswith(word) and k != word), None)
        return f"{head}{comma}{spaces}{full}" if full else None
