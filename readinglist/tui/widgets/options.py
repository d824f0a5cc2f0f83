"""A list to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import widgets

if TYPE_CHECKING:
    from textual.events import Click


class OptionList(widgets.OptionList):
    """Textual's list, where what is offered may change between a key or a click and its turn.

    Textual pages by what is laid out, which is nothing in a terminal of a few lines, and takes
    a click for one on the option that stood there when the mouse went down.
    """

    def place_of(self, event: widgets.OptionList.OptionSelected) -> int | None:
        """Return where the option that was chosen stands now; None if it is gone since."""
        places = (n for n, option in enumerate(self.options) if option is event.option)
        return next(places, None)

    async def _on_click(self, event: Click) -> None:
        """Let a click go where the list has become too short for it."""
        if event.style.meta.get("option", -1) >= self.option_count:
            event.prevent_default().stop()

    def action_page_up(self) -> None:
        """Go up by what is in view."""
        if self._lines:  # asking for them lays them out, where there is room
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """Go down by what is in view."""
        if self._lines:
            super().action_page_down()  # type: ignore[no-untyped-call]
