"""What all boxes over another screen have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen, ScreenResultType

if TYPE_CHECKING:
    from textual.types import CSSPathType


class Dialog(ModalScreen[ScreenResultType]):
    """A box that asks for something, or shows it, and then goes away."""

    CSS_PATH: ClassVar[CSSPathType | None] = "dialog.tcss"
    """Read when the first of them is opened: the start does not wait for it."""
