"""Reading: a paper, its code or its project page, each opened in another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from readinglist.domain.text import printable
from readinglist.domain.web_address import WebAddress
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
        elif address := WebAddress.parse(paper.web_address or ""):
            self._browse(address)
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
                address = next((one for one in addresses if one.text == answer), None)
                if address:
                    self._browse(address)

            items = [Item(address.text, printable(address.text)) for address in addresses]
            self.app.push_screen(Choose("Open", items), go)

    def _browse(self, address: WebAddress) -> None:
        """Open an address; one of a host that is new here is shown first."""
        from readinglist.services.known_hosts import KnownHosts

        hosts = KnownHosts()
        if hosts.know(address):
            self._visit(address)
            return
        from readinglist.tui.screens.new_host import NewHost

        def go(is_wanted: bool | None) -> None:
            if is_wanted:
                hosts.add(address)
                self._visit(address)

        self.app.push_screen(NewHost(address), go)

    def _visit(self, address: WebAddress) -> None:
        from readinglist.services import opening

        if self.app.is_web:  # the browser is not on this machine
            self.app.open_url(address.text)
            self._tell(f"Opened {address.text}")
        else:
            self._open(lambda: opening.open_address(address), address.text)

    @work(thread=True, group="open")
    def _open(self, start: Callable[[], Opened], what: str) -> None:
        """Start a program in a thread: it may take its time, also to say that it can't."""
        try:
            opened = start()
            self.app.call_from_thread(self._tell, f"Opened {what}")
            opened.check(_TO_FAIL)
        except ReadingListError as error:
            self.app.call_from_thread(self._tell, str(error), "error")
