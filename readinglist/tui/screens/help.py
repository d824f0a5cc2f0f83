"""What each key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from readinglist.domain.query import FIELDS
from readinglist.tui.dialog_keys import HELP, NOTE
from readinglist.tui.keymap import (
    LIBRARY_SECTIONS,
    LINK,
    PALETTE,
    SEARCH_BAR,
    bindings,
    help_lines,
)
from readinglist.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType
    from textual import events
    from textual.app import ComposeResult

    from readinglist.tui.keymap import Key

Section = tuple[str, "Sequence[tuple[str, str]]"]
"""A title, and keys with what they do."""

_FOR_TWO = 100
"""From so many cells on, there is room for two columns."""


class Help(Dialog[None]):
    """The keys of a place, in sections."""

    KEYS = HELP
    BINDINGS = bindings(HELP)

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        """Prepare the help of a place: its title, and the keys."""
        super().__init__()
        self._title = title
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Show all."""
        with VerticalScroll(classes="dialog wide") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = self.edge("{help.down} {help.up} scroll · {help.close} back")
            yield Static()

    def on_mount(self) -> None:
        """Have the focus, so that the keys scroll."""
        self.query_one(VerticalScroll).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Use the room that there is."""
        room = min(event.size.width * 96 // 100, 110) - 8
        self.query_one(Static).update(_columns(self._sections, 2 if room >= _FOR_TWO else 1))

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def library_help(remapped: Mapping[str, str]) -> Help:
    """Return the help of the library: its keys, and how to write a query."""
    sections: list[Section] = [
        (title, help_lines(keys, remapped)) for title, keys in LIBRARY_SECTIONS.items()
    ]
    title, lines = sections[-1]
    sections[-1] = (title, [*lines, PALETTE])
    queries = [
        ("words", "in any order; misspelt or cut short is fine"),
        ('"a phrase"', "just these words, side by side"),
        ("-word", "without this word"),
        *((f"{name}:", values) for name, values in FIELDS.items()),
        ("-tag:x,y", "a filter turned round; one of several values"),
    ]
    sections += [
        ("In the note editor", [*help_lines(NOTE, remapped), LINK]),
        ("In the search bar", SEARCH_BAR),
        ("Queries", queries),
    ]
    return Help("Keys and queries", sections)


def help_of(place: str, keys: Iterable[Key], remapped: Mapping[str, str]) -> Help:
    """Return the help of a place with few keys: `In triage`."""
    return Help("Keys", [(place, help_lines(keys, remapped))])


def _columns(sections: Sequence[Section], count: int) -> RenderableType:
    """Return sections in columns of about the same length."""
    lengths = [len(lines) + 2 for _, lines in sections]
    columns: list[list[Section]] = [[] for _ in range(count)]
    passed = 0
    for section, length in zip(sections, lengths, strict=True):
        columns[min(count - 1, (passed + length // 2) * count // sum(lengths))].append(section)
        passed += length
    grid = Table.grid(padding=(0, 2), expand=True)
    for _ in columns:
        grid.add_column(ratio=1)
    grid.add_row(*(Group(*map(_table, column)) for column in columns))
    return grid


def _table(section: Section) -> RenderableType:
    title, lines = section
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold", width=12)
    table.add_column()
    table.add_row("", Text(title, "bold underline"))
    for key, deed in lines:
        table.add_row(Text(key), Text(deed))
    table.add_row("", "")
    return table
