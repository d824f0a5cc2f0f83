"""Fetching what the library has not: PDFs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from readinglist.cli.choosing import check_choice, chosen
from readinglist.cli.session import (
    PAPER,
    Session,
    json_option,
    pass_session,
    print_json,
    put,
    say,
    stopped_by_interrupt,
)
from readinglist.errors import StoppedError

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper
    from readinglist.services.fetching import Fetched


@click.command(name="fetch-pdf", short_help="Store the open-access PDFs of papers.")
@click.argument("keys", nargs=-1, metavar="[KEY...]", type=PAPER)
@click.option("--query", metavar="QUERY", help="The papers that answer QUERY.")
@click.option("--all", "everything", is_flag=True, help="All papers.")
@json_option
@pass_session
def fetch_pdf(
    session: Session, keys: tuple[str, ...], query: str | None, everything: bool, as_json: bool
) -> int:
    """Fetch the open-access PDFs of papers into the folder `pdfs` beside the library.

    They come from arXiv, from where OpenAlex knows one for the DOI, or from an address of the
    paper that is one of a PDF. What is there already is not fetched again. git does not track
    the folder.

    \b
    Example: readinglist fetch-pdf vaswani2017attention
             readinglist fetch-pdf --query "tag:thesis year:2022.."
    """
    from readinglist.services.fetching import fetch_pdfs, pdf_downloads

    check_choice(keys, query, everything)
    done: list[Fetched] = []
    with (
        session.open_library() as library,
        stopped_by_interrupt() as stop,
        closing(pdf_downloads(session.load_config(), stop)) as downloads,
    ):
        ids = chosen(library, keys, query)

        def begin(paper: Paper) -> None:
            say(f"{len(done) + 1:,} of {len(ids):,}: fetching {paper.key} …")

        try:
            for fetched in fetch_pdfs(library, ids, downloads, begin):
                done.append(fetched)
                _tell(fetched, as_json)
        except StoppedError as error:
            raise click.Abort from error
    if as_json:
        print_json([_to_object(fetched) for fetched in done])
    return int(any(fetched.error for fetched in done))


def _tell(fetched: Fetched, as_json: bool) -> None:
    key = fetched.paper.key
    if fetched.error:
        say(f"{key}: {fetched.error}")
    elif not fetched.is_new:
        say(f"{key} is there already.")
    if fetched.file and not as_json:
        put(f"{fetched.file}\n")


def _to_object(fetched: Fetched) -> dict[str, object]:
    return {
        "key": fetched.paper.key,
        "path": str(fetched.file) if fetched.file else None,
        "new": fetched.is_new,
        "error": str(fetched.error) if fetched.error else None,
    }
