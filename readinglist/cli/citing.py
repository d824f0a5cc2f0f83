"""The command for editors: what cites a paper."""

from __future__ import annotations

import sys

import click

from readinglist.cli.session import Session, pass_session
from readinglist.domain.citation import CITATION_STYLES, cite
from readinglist.errors import ReadingListError


@click.command(name="cite", short_help="Print what cites a paper, for editors.")
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option(
    "--style",
    type=click.Choice(CITATION_STYLES),
    metavar="S",
    default="cite",
    help=f"How to cite: {', '.join(CITATION_STYLES)}.",
)
@click.option("--pick", is_flag=True, help="Search and choose in the terminal.")
@pass_session
def cite_(session: Session, query: tuple[str, ...], style: str, pick: bool) -> int:
    """Print \\cite{key} of the paper that answers QUERY best, or whose key it is.

    With --pick the search opens under the prompt: Enter takes a paper, Tab chooses several.
    The exit code is 1 if there is none.

    \b
    Example: readinglist cite atention is all you need
             readinglist cite --pick --style citep
    """
    words = " ".join(query)
    with session.open_library() as library:
        if pick:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise ReadingListError("--pick needs a terminal.", "Without it, give a QUERY.")
            from readinglist.tui.picker import pick as pick_papers

            papers = library.papers(pick_papers(library, session.load_config(), words) or ())
        else:
            if not words:
                raise click.UsageError("Give a QUERY, or --pick.")
            known = library.find_cited(words)
            hits = () if known else library.search(words, limit=1)
            papers = [known] if known else [hit.paper for hit in hits]
            if not papers:
                raise ReadingListError(f"No paper answers “{words}”.", "Try fewer words.")
        if not papers:
            return 1
        library.freeze_keys(papers)
        click.echo(cite([paper.key for paper in papers], style))
    return 0
