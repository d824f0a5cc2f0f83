"""A list to choose from."""

from __future__ import annotations

from textual import widgets


class OptionList(widgets.OptionList):
    """Textual's list, which pages also while nothing of it is laid out yet.

    That is so in a terminal of a few lines, and between a change of what is offered and its
    drawing.
    """

    def action_page_up(self) -> None:
        """Go up by what is in view."""
        if self._lines:  # asking for them lays them out, where there is room
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """Go down by what is in view."""
        if self._lines:
            super().action_page_down()  # type: ignore[no-untyped-call]
