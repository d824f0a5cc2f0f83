"""The command that completes papers from sources of metadata."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from readinglist.cli.choosing import check_query, chosen
from readinglist.cli.session import (
    Session,
    json_option,
    pass_session,
    print_json,
    say,
    stopped_by_interrupt,
)
from readinglist.domain.text import plural, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from readinglist.domain.paper import Paper
    from readinglist.services.completing import Completion, Doubtful, Progress
    from readinglist.services.library import Library

_FIELDS = {
    **{name: name for name in ("authors", "venue", "abstract", "arxiv", "doi")},
    "date": "published",
}
"""What a paper may lack, by the names that people have for it."""
_LABELS = (
    ("title", "title"), ("authors", "byline"), ("date", "published"), ("venue", "venue"),
    ("arXiv", "arxiv"), ("DOI", "doi"),
)  # fmt: skip


@click.command(short_help="Complete papers from online sources.")
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--all", "everything", is_flag=True, help="All papers.")
@click.option(
    "--missing",
    multiple=True,
    type=click.Choice(sorted(_FIELDS)),
    help="Only papers that have no such thing; may be repeated.",
)
@click.option("--ask", is_flag=True, help="Ask about what may be a paper and is not sure to be.")
@json_option
@pass_session
def complete(
    session: Session,
    query: tuple[str, ...],
    everything: bool,
    missing: tuple[str, ...],
    ask: bool,
    as_json: bool,
) -> int:
    """Give the papers that answer QUERY the authors, dates, identifiers and venues they lack.

    arXiv, Hugging Face, DBLP, Crossref and OpenAlex are asked, as the configuration says, at
    the pace that they wish. A paper is completed only where no word of its title differs; what
    may be meant is told, and asked with --ask. What you typed stays, and one `undo` takes all of it
    back. Ctrl-C stops; what was found by then stays.

    \b
    Example: readinglist complete --missing authors
             readinglist complete tag:thesis --ask
    """
    if not (query or everything or missing):
        raise click.UsageError("Say which papers: QUERY, --missing FIELD or --all.")
    if query and everything:
        raise click.UsageError("QUERY and --all exclude each other.")
    text = " ".join(query) if query else None
    if text is not None:
        check_query(text, "For all papers, say --all.")
    if ask and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("--ask needs a terminal.")
    with session.open_library() as library:
        papers = [
            paper.id
            for paper in library.papers(chosen(library, (), text))
            if not any(getattr(paper, _FIELDS[name]) for name in missing)
        ]
        completion = _completed(library, papers, sys.stderr.isatty() and not session.listing)
        _tell(library, completion)
        decided = _decide(library, completion.doubtful) if ask else set()
        if as_json:
            print_json(_object(library, completion))
        else:
            _tell_doubtful(library, [d for d in completion.doubtful if d not in decided])
    return 1 if completion.problems or completion.is_stopped else 0


def _completed(library: Library, papers: Sequence[int], is_shown: bool) -> Completion:
    """Complete papers; the first Ctrl-C stops it, and what was done is told."""
    with _progress(is_shown) as progress, stopped_by_interrupt() as stop:
        return library.complete_papers(papers, progress, stop)


@contextmanager
def _progress(is_shown: bool) -> Iterator[Callable[[Progress], object]]:
    """Show a progress bar, if there is one to see."""
    if not is_shown:
        yield lambda progress: None
        return
    with click.progressbar(length=1, file=sys.stderr, label="Completing", width=24) as bar:

        def progress(now: Progress) -> None:
            bar.label = f"{now.completed:,} got something, {now.doubtful:,} doubtful, done"
            bar.length = max(1, now.of)
            bar.pos = now.done
            bar.update(0)
            bar.render_progress()

        yield progress


def _tell(library: Library, completion: Completion) -> None:
    for problem in completion.problems:
        say(problem)
    for name, count in completion.by_source.items():
        say(f"{name}: {plural(count, 'paper')}")
    for number, twin in completion.twins:
        keys = [paper.key for paper in library.papers([number, twin])]
        if len(keys) == 2:
            say(f"{keys[0]} and {keys[1]} have one identifier: see readinglist duplicates.")
    if not completion.asked:
        say("No source is asked: nothing is missing that one may know.")
        return
    parts = [f"{plural(len(completion.completed), 'paper')} completed"]
    if completion.doubtful:
        parts.append(f"{len({one.paper for one in completion.doubtful}):,} doubtful")
    say(f"{'Stopped: ' if completion.is_stopped else ''}{', '.join(parts)}.")


def _tell_doubtful(library: Library, doubtful: Sequence[Doubtful]) -> None:
    keys = {paper.id: paper.key for paper in library.papers(one.paper for one in doubtful)}
    for one in doubtful:
        other = one.candidate
        names = other.byline if len(other.byline) <= 60 else f"{other.byline[:59]}…"
        facts = ", ".join(filter(None, (names, other.published, other.venue)))
        verb = "have" if one.also else "has"
        say(f"{keys[one.paper]}: {one.sources} {verb} “{other.title}” ({facts}): {one.why}.")
    if doubtful:
        say("With --ask you decide about them.")


def _decide(library: Library, doubtful: Sequence[Doubtful]) -> set[Doubtful]:
    """Ask about each one; return those about which there is no question any more."""
    decided: set[Doubtful] = set()
    taken: set[int] = set()
    for one in doubtful:
        if one.paper in taken:
            decided.add(one)
            continue
        for paper in library.papers([one.paper]):
            click.echo(err=True)
            say(f"{paper.key}, and what {one.sources} {'have' if one.also else 'has'}:")
            for label, name in _LABELS:
                mine, theirs = (_shown(p, name) for p in (paper, one.candidate))
                if mine or theirs:
                    click.echo(f"  {label:10}here  {mine or '–'}", err=True)
                    click.echo(f"  {'':10}there {theirs or '–'}", err=True)
            question = f"Is it this paper ({one.why})? y/n/q"
            answer = click.prompt(
                printable(question), type=click.Choice("ynq"), show_choices=False, err=True
            )
            if answer == "q":
                return decided
            decided.add(one)
            if answer == "y":
                taken.add(one.paper)
                say(library.take_candidate(one).summary)
    return decided


def _shown(paper: Paper, name: str) -> str:
    return printable(str(getattr(paper, name) or ""))[:200]


def _object(library: Library, completion: Completion) -> dict[str, object]:
    from readinglist.formats.json_lines import to_object

    ids = dict.fromkeys([*completion.completed, *(one.paper for one in completion.doubtful)])
    keys = {paper.id: paper.key for paper in library.papers(ids)}
    return {
        "asked": completion.asked,
        "completed": [keys[number] for number in completion.completed if number in keys],
        "by_source": dict(completion.by_source),
        "doubtful": [
            {
                "key": keys[one.paper],
                "sources": one.sources.split(", "),
                "why": one.why,
                "candidate": to_object(one.candidate),
            }
            for one in completion.doubtful
            if one.paper in keys
        ],
        "problems": list(completion.problems),
        "stopped": completion.is_stopped,
    }
