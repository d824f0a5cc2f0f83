"""Settling values that two machines set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static
from textual.widgets.option_list import Option

from readinglist.domain.text import printable, printable_block
from readinglist.errors import ReadingListError
from readinglist.tui.dialog_keys import CONFLICTS
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from readinglist.services.conflicts import Conflict
    from readinglist.services.library import Library


class Conflicts(Dialog[bool]):
    """Lists the open conflicts, and takes or keeps; True if any was settled."""

    KEYS = CONFLICTS
    BINDINGS = bindings(CONFLICTS)

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._conflicts: list[Conflict] = []
        self._settled = False

    def compose(self) -> ComposeResult:
        """Lay out the list, and what there is of the conflict under the cursor."""
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = "Conflicts"
            dialog.border_subtitle = self.edge(
                "{settle.take} take the other · {settle.keep} keep what holds · {settle.close} back"
            )
            yield OptionList(markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("", markup=False, id="conflict")

    def on_mount(self) -> None:
        """Show what is open."""
        self._reload(0)

    def _reload(self, place: int) -> None:
        self._conflicts = self._library.conflicts()
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Text(printable(f"{c.key} · {c.field_name} · {c.title}")))
            for c in self._conflicts
        )
        if self._conflicts:
            options.highlighted = min(place, len(self._conflicts) - 1)
        else:
            self.query_one("#conflict", Static).update(Text("No conflict is open."))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show all of a conflict."""
        if event.option_index >= len(self._conflicts):  # it was settled since
            return
        conflict = self._conflicts[event.option_index]
        where = f" {conflict.origin}" if conflict.origin else ""
        parts = (
            [(f"deleted{where}", "and edited on another machine: it stays")]
            if conflict.is_deletion
            else [
                ("before", conflict.base or "nothing"),
                ("holds", conflict.kept or "nothing"),
                (f"other{where}", conflict.other or "nothing"),
            ]
        )
        text = Text()
        for label, value in parts:
            text.append(f"{printable(label)}\n", "bold")
            text.append(f"{printable_block(value)}\n\n")
        self.query_one("#conflict", Static).update(text)

    def action_settle(self, take: bool) -> None:
        """Settle the conflict under the cursor."""
        place = self.query_one(OptionList).highlighted
        if place is None or not self._conflicts:
            return
        try:
            self._library.settle([self._conflicts[place]], take=take)
        except ReadingListError as error:
            self.notify(printable(str(error)), severity="error", markup=False)
            return
        self._settled = True
        self._reload(place)

    def action_cursor(self, by: int) -> None:
        """Move down or up."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if by > 0 else options.action_cursor_up()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(self._settled)
