"""What each key does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from readinglist.domain.query import FIELDS
from readinglist.tui.keymap import NOTE_EDITOR, SEARCH_BAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class Help(ModalScreen[None]):
    """The keys, and how to write a query."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", "Back"),
        Binding("j", "scroll(2)", "Down", show=False),
        Binding("k", "scroll(-2)", "Up", show=False),
    ]
    """The way back, and scrolling as in the library."""

    def __init__(self, keys: Sequence[tuple[str, str]], queries: bool = True) -> None:
        """Prepare the help of a place.

        Args:
            keys: its keys with what they do.
            queries: tell how to write a query, too.
        """
        super().__init__()
        self._keys = keys
        self._queries = queries

    def compose(self) -> ComposeResult:
        """Show all, in two columns of lines."""
        with VerticalScroll(classes="dialog wide") as dialog:
            dialog.border_title = "Keys and queries" if self._queries else "Keys"
            dialog.border_subtitle = "j k scroll · Esc back"
            yield Static(self._table())

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", style="bold", no_wrap=True)
        table.add_column()
        for key, deed in self._keys:
            table.add_row(Text(key), Text(deed))
        if self._queries:
            self._add_queries(table)
        self._add(table, "In the note editor", NOTE_EDITOR)
        return table

    @staticmethod
    def _add(table: Table, place: str, keys: Sequence[tuple[str, str]]) -> None:
        table.add_row("", "")
        table.add_row("", Text(place, style="bold"))
        for key, deed in keys:
            table.add_row(Text(key), Text(deed))

    def _add_queries(self, table: Table) -> None:
        self._add(table, "In the search bar", SEARCH_BAR)
        table.add_row("", "")
        table.add_row("words", Text("in any order; misspelt or cut short is fine"))
        table.add_row(Text('"a phrase"'), Text("just these words, side by side"))
        table.add_row("-word", Text("without this word"))
        for name, values in FIELDS.items():
            table.add_row(f"{name}:", Text(values))
        table.add_row("-tag:x,y", Text("a filter turned round; one of several values"))
