"""Reading: a paper, its code or its project page, each opened in another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.services.opening import Opened

_TO_FAIL = 3.0
"""Seconds that a program has to say that it can't."""


class Opening(Acting):
    """Opens what belongs to the paper that one is at."""

    def action_open(self) -> None:
        """Open the paper: its stored PDF, else in the browser."""
        from readinglist.services import opening

        paper = self._current()
        if paper is None:
            return
        pdf = self._library.pdf_of(paper)
        if pdf:
            viewer = self._config.viewer
            self._open(lambda: opening.open_pdf(pdf, viewer), f"{pdf.parent.name}/{pdf.name}")
        elif paper.web_address and opening.is_web_address(paper.web_address):
            self._browse(paper.web_address)
        else:
            self._tell("No address is known for this paper.", "warning")

    def action_open_code(self) -> None:
        """Open the code or the project page; of several, one by choice."""
        from readinglist.services.opening import code_first

        paper = self._current()
        if paper is None:
            return
        addresses = code_first(paper.links)
        if not addresses:
            self._tell("No code or project page is known for this paper.", "warning")
        elif len(addresses) == 1:
            self._browse(addresses[0])
        else:
            from readinglist.tui.screens.dialogs import Choose, Item

            def go(answer: str | None) -> None:
                if answer is not None:
                    self._browse(answer)

            items = [Item(address, printable(address)) for address in addresses]
            self.app.push_screen(Choose("Open", items), go)

    def _browse(self, address: str) -> None:
        from readinglist.services import opening

        if self.app.is_web:  # the browser is not on this machine
            self.app.open_url(address)
            self._tell(f"Opened {address}")
        else:
            self._open(lambda: opening.open_address(address), address)

    @work(thread=True, group="open")
    def _open(self, start: Callable[[], Opened], what: str) -> None:
        """Start a program in a thread: it may take its time, also to say that it can't."""
        try:
            opened = start()
            self.app.call_from_thread(self._tell, f"Opened {what}")
            opened.check(_TO_FAIL)
        except ReadingListError as error:
            self.app.call_from_thread(self._tell, str(error), "error")
