"""What all boxes over another screen have in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen, ScreenResultType

from readinglist.tui.keymap import displayed
from readinglist.tui.presentation import as_markup
from readinglist.tui.screens.leaving import Leaving

if TYPE_CHECKING:
    from textual.types import CSSPathType

    from readinglist.tui.keymap import Key


class Dialog(ModalScreen[ScreenResultType], Leaving[ScreenResultType]):
    """A box that asks for something, or shows it, and then goes away."""

    CSS_PATH: ClassVar[CSSPathType | None] = "dialog.tcss"
    """Read when the first of them is opened: the start does not wait for it."""
    KEYS: ClassVar[tuple[Key, ...]] = ()
    """See `readinglist.tui.dialog_keys`."""

    def key(self, id_: str) -> str:
        """Return the first key of one of `KEYS` as people write it, as it is now."""
        remapped = getattr(self.app, "remapped", {})
        keys = next(key.keys for key in self.KEYS if key.id == id_)
        return displayed(remapped.get(id_, keys)).split()[0]

    def edge(self, words: str) -> str:
        """Return a line for the edge of the box, as markup, each `{id}` in it become its key."""
        return re.sub(r"\{([a-z_.]+)\}", lambda m: as_markup(self.key(m[1])), words)
