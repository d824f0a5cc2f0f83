"""The side bar: the views with the number of their papers; one key or a click opens one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.message import Message
from textual.widgets.option_list import Option

from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH = 22
"""Cells of a line: those of the stylesheet without margin and border."""


class Row(NamedTuple):
    """A view in the side bar."""

    name: str
    label: str
    key: str = ""
    """The key that opens it, as written."""


class ViewBar(OptionList, can_focus=True, inherit_bindings=False):
    """Views, one a line, in groups."""

    @dataclass
    class Opened(Message):
        """A view was asked for."""

        name: str

    def __init__(self) -> None:
        super().__init__(id="views", markup=False)
        self._rows: list[Row] = []
        self._counts: Mapping[str, int] = {}
        self._current = ""

    def show(self, groups: Sequence[Sequence[Row]], current: str) -> None:
        """Show views in groups, a line between two of these."""
        rows = [row for group in groups for row in group]
        self._current = current
        if rows != self._rows:
            self._rows = rows
            self.clear_options()
            for place, group in enumerate(filter(None, groups)):
                if place:
                    self.add_option(None)
                self.add_options(Option(self._prompt(row)) for row in group)
        self.show_current(current)

    def show_current(self, name: str) -> None:
        """Highlight the view that is shown."""
        self._current = name
        place = next((n for n, row in enumerate(self._rows) if row.name == name), None)
        self.highlighted = place

    def count(self, counts: Mapping[str, int]) -> None:
        """Show the number of papers of each view, by its name."""
        self._counts = counts
        for place, row in enumerate(self._rows):
            prompt = self._prompt(row)
            if prompt != self.get_option_at_index(place).prompt:
                self.replace_option_prompt_at_index(place, prompt)

    def open(self) -> None:
        """Ask for the highlighted view."""
        self.action_select()

    def move(self, by: int) -> None:
        """Highlight the next view, or the one before."""
        self.action_cursor_down() if by > 0 else self.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask for the view."""
        event.stop()
        place = self.place_of(event)
        if place is not None:
            self.post_message(self.Opened(self._rows[place].name))

    def on_blur(self) -> None:
        """Highlight what is shown, not what one has only looked at."""
        self.show_current(self._current)

    def _prompt(self, row: Row) -> Content:
        count = f"{self._counts[row.name]:,}" if row.name in self._counts else ""
        room = _WIDTH - 4 - len(count) - 1
        label = row.label
        if cell_len(label) > room:
            label = set_cell_size(label, room - 1).rstrip() + "…"
        label = set_cell_size(label, room)
        return Content.assemble((f"{row.key:<3} ", "$foreground-muted"), f"{label} {count}")
