"""Opening a paper, or its code, in another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from readinglist.cli.session import PAPER, Session, pass_session, put
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper

_TO_FAIL = 0.5
"""Seconds that a program has to say that it can't."""


@click.command(name="open", short_help="Open a paper, or its code.")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...", type=PAPER)
@click.option("--code", is_flag=True, help="The code or the project page, instead of the paper.")
@pass_session
def open_(session: Session, keys: tuple[str, ...], code: bool) -> None:
    """Open the papers KEY, and print what is opened: the stored PDF, else the web page.

    \b
    Example: readinglist open vaswani2017attention
             readinglist open vaswani2017attention --code
    """
    from readinglist.services.opening import open_pdf

    with session.open_library(reading=True) as library:
        papers = [library.paper(key) for key in keys]
        pdfs = [None if code else library.pdf_of(paper) for paper in papers]
    viewer = session.load_config().viewer
    for paper, pdf in zip(papers, pdfs, strict=True):
        if pdf:
            put(f"{pdf}\n")
            open_pdf(pdf, viewer).check(_TO_FAIL)
        else:
            _browse(_address(paper, code))


def _address(paper: Paper, code: bool) -> str:
    """Return the web address of a paper, or of its code.

    Raises:
        ReadingListError: none is known.
    """
    from readinglist.services.opening import code_first, is_web_address

    addresses = code_first(paper.links) if code else [paper.web_address or ""]
    if not addresses or not is_web_address(addresses[0]):
        what = "code or project page" if code else "address"
        raise ReadingListError(f"No {what} is known for {paper.key}.")
    return addresses[0]


def _browse(address: str) -> None:
    # Here a browser of the terminal is welcome, too.
    import webbrowser

    put(f"{address}\n")
    if not webbrowser.open(address):
        raise ReadingListError("No browser could be opened.", "Set $BROWSER to one.")
