"""What may stand at the cursor of a line or a text, under it, over all else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets.option_list import Option

from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDEST_VALUE = 48
_WIDEST = 68


class Offer(NamedTuple):
    """Something that may be taken."""

    value: str
    """What is taken."""
    beside: str = ""
    """What is said of it, more quietly."""


class Offers(OptionList, can_focus=False):
    """A short list, from a place of the screen on."""

    def __init__(self, take: Callable[[str], None]) -> None:
        """Make an empty list; `take` is called with the value that is taken."""
        super().__init__(id="offers", markup=False, compact=True)
        self._take = take
        self._offered: list[Offer] = []
        self.was_moved = False
        """Whether one has gone to an offer, rather than being offered the first."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether there are offers."""
        return self.display

    def show(self, offers: Sequence[Offer], left: int, top: int, is_numbers: bool = False) -> None:
        """Show offers from a place of the screen on.

        Args:
            offers: what may be taken.
            left: the column of the place.
            top: the line of the place.
            is_numbers: what stands beside the values are numbers.
        """
        shown = list(offers)
        if shown == self._offered and self.is_open:
            return
        self._offered = shown
        self.was_moved = False
        self.display = bool(shown)
        if not shown:
            return
        width = min(max(cell_len(offer.value) for offer in shown), _WIDEST_VALUE)
        widest = max(cell_len(offer.beside) for offer in shown)
        room = min(widest, _WIDEST - width)
        self.clear_options()
        for value, said in shown:
            beside = said.rjust(room) if is_numbers else _fitted(said, room)
            quiet = "$foreground-muted" if is_numbers else "dim"
            self.add_option(
                Option(Content.assemble(f" {_fitted(value, width)}  ", (beside, quiet), " "))
            )
        self.highlighted = 0
        self.styles.offset = (left - 1, top)
        self.styles.width = width + room + 4
        self.styles.height = len(shown)

    def close(self) -> bool:
        """Take the offers away; return whether there were any."""
        was_open, self.display = self.is_open, False
        return was_open

    def move(self, by: int) -> None:
        """Go to the next offer, or to the one before."""
        self.was_moved = True
        self.action_cursor_down() if by > 0 else self.action_cursor_up()

    def take(self) -> None:
        """Hand over the offer that one is at."""
        self._take(self._offered[self.highlighted or 0].value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand over the offer that was clicked."""
        event.stop()
        place = self.place_of(event)
        if self.is_open and place is not None:
            self._take(self._offered[place].value)


def _fitted(text: str, width: int) -> str:
    """Return `text` as wide as `width` cells."""
    if cell_len(text) > width:
        text = set_cell_size(text, max(0, width - 1)).rstrip() + "…"
    return set_cell_size(text, width)
