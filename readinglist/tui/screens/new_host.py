"""A web address of a host that was never opened from this machine, to be looked at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from readinglist.domain.text import printable
from readinglist.tui.dialog_keys import HOST
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from readinglist.domain.web_address import WebAddress


class NewHost(Dialog[bool]):
    """Shows where an address leads, and all of it; True to open it."""

    KEYS = HOST
    BINDINGS = bindings(HOST)

    def __init__(self, address: WebAddress) -> None:
        super().__init__()
        self._address = address

    def compose(self) -> ComposeResult:
        """Show the host apart from the address: that is what one would misread."""
        with Vertical(classes="dialog", id="new-host") as dialog:
            dialog.border_title = "Open in the browser?"
            dialog.border_subtitle = self.edge("{host.open} open · {host.close} back")
            yield Static(Content.styled(self._address.host, "bold $text-accent"), id="host")
            for remark in self._address.remarks():
                yield Static(remark, classes="remark", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._shown_address(), id="address")
            if not self._address.user:  # else it is asked about each time
                yield Static(
                    "This host is new here. Opened once, it is not asked about again.",
                    classes="explanation",
                    markup=False,
                )

    def _shown_address(self) -> Content:
        """Return the address, the host in it set off."""
        text, (start, end) = self._address.text, self._address.place
        return Content.assemble(
            (printable(text[:start]), "$text-muted"),
            (printable(text[start:end]), "$text-accent"),
            (printable(text[end:]), "$text-muted"),
        )

    def action_scroll(self, by: int) -> None:
        """Read on in a long address."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
