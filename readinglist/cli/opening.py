"""Opening a paper, or its code, in another program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from readinglist.cli.session import PAPER, Session, pass_session, put, say
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper
    from readinglist.domain.web_address import WebAddress

_TO_FAIL = 0.5
"""Seconds that a program has to say that it can't."""


@click.command(name="open", short_help="Open a paper, or its code.")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...", type=PAPER)
@click.option("--code", is_flag=True, help="The code or the project page, instead of the paper.")
@click.option("--yes", is_flag=True, help="Also of a host that was never opened from here.")
@pass_session
def open_(session: Session, keys: tuple[str, ...], code: bool, yes: bool) -> int:
    """Open the papers KEY, and print what is opened: the stored PDF, else the web page.

    An address of a host that was never opened from this machine is shown first: on a terminal
    you are asked, elsewhere it is opened only with --yes.

    \b
    Example: readinglist open vaswani2017attention
             readinglist open vaswani2017attention --code
    """
    from readinglist.services.opening import open_pdf

    with session.open_library(reading=True) as library:
        papers = [library.paper(key) for key in keys]
        pdfs = [None if code else library.pdf_of(paper) for paper in papers]
    viewer = session.load_config().viewer
    left = 0
    for paper, pdf in zip(papers, pdfs, strict=True):
        if pdf:
            put(f"{pdf}\n")
            open_pdf(pdf, viewer).check(_TO_FAIL)
        else:
            address = _address(paper, code)
            if _is_wanted(address, yes):
                _browse(address)
            else:
                left += 1
    return 1 if left else 0


def _address(paper: Paper, code: bool) -> WebAddress:
    """Return the web address of a paper, or of its code.

    Raises:
        ReadingListError: none is known.
    """
    from readinglist.services.opening import code_first

    addresses = code_first(paper.links if code else [paper.web_address or ""])
    if not addresses:
        what = "code or project page" if code else "address"
        raise ReadingListError(f"No {what} is known for {paper.key}.")
    return addresses[0]


def _is_wanted(address: WebAddress, yes: bool) -> bool:
    """Return whether to open an address: where its host is known, or somebody says so now.

    Raises:
        ReadingListError: it is to be asked, and nobody is there.
    """
    from readinglist.services.known_hosts import KnownHosts

    hosts = KnownHosts()
    if not yes and not hosts.know(address):
        if not sys.stdin.isatty():
            raise ReadingListError(
                f"{address.text} was not opened: its host, {address.host}, is new here.",
                "Say --yes to open it.",
            )
        for line in (address.text, *address.remarks()):
            say(line)
        if not click.confirm(f"Its host is {address.host}. Open it?", err=True):
            return False
    hosts.add(address)
    return True


def _browse(address: WebAddress) -> None:
    # Here a browser of the terminal is welcome, too.
    import webbrowser

    put(f"{address.text}\n")
    if not webbrowser.open(address.text):
        raise ReadingListError("No browser could be opened.", "Set $BROWSER to one.")
