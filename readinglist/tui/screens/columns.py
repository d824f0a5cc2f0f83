"""The columns of the list: which ones, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets.option_list import Option

from readinglist.config import COLUMNS
from readinglist.tui.dialog_keys import COLUMNS as COLUMN_KEYS
from readinglist.tui.keymap import bindings
from readinglist.tui.presentation import COLUMN_LABELS
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_IN_WORDS = {"status": "Status", "priority": "Priority", "why": "Why it is next"}


class ChooseColumns(Dialog[tuple[str, ...] | None]):
    """Lets one choose columns and move them; the title always stays."""

    KEYS = COLUMN_KEYS
    BINDINGS = bindings(COLUMN_KEYS)

    def __init__(self, columns: Sequence[str], configured: Sequence[str]) -> None:
        """Begin with `columns`; `configured` are those of the configuration."""
        super().__init__()
        self._configured = configured
        self._begin(columns)

    def _begin(self, columns: Sequence[str]) -> None:
        self._order = [*columns, *(name for name in COLUMNS if name not in columns)]
        self._shown = set(columns)

    def compose(self) -> ComposeResult:
        """Show all columns."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Columns"
            dialog.border_subtitle = self.edge(
                "{columns.choose} show · {columns.move_down} {columns.move_up} move · "
                "{columns.reset} reset · {columns.done} done · {columns.close} back"
            )
            yield OptionList(*self._options(), markup=False)

    def _options(self) -> list[Option]:
        return [
            Option(f"{'x' if name in self._shown else ' '}  {_name(name)}") for name in self._order
        ]

    def _draw(self, place: int) -> None:
        options = self.query_one(OptionList)
        for number, option in enumerate(self._options()):
            options.replace_option_prompt_at_index(number, option.prompt)
        options.highlighted = place

    def action_cursor(self, by: int) -> None:
        """Move down or up."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if by > 0 else options.action_cursor_up()

    def action_choose(self) -> None:
        """Show the highlighted column, or no longer."""
        place = self.query_one(OptionList).highlighted or 0
        if self._order[place] != "title":
            self._shown ^= {self._order[place]}
        self._draw(place)

    def action_shift(self, by: int) -> None:
        """Move the highlighted column."""
        place = self.query_one(OptionList).highlighted or 0
        new = max(0, min(len(self._order) - 1, place + by))
        self._order.insert(new, self._order.pop(place))
        self._draw(new)

    def action_reset(self) -> None:
        """Go back to the columns of the configuration."""
        self._begin(self._configured)
        self._draw(0)

    def on_option_list_option_selected(self) -> None:
        """Show the column that was clicked, or no longer."""
        self.action_choose()

    def action_done(self) -> None:
        """Give back the columns, in order."""
        self.dismiss(tuple(name for name in self._order if name in self._shown))


def _name(column: str) -> str:
    return _IN_WORDS.get(column) or COLUMN_LABELS[column]
