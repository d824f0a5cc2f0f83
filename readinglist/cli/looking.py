"""Commands that show papers and change nothing."""

from __future__ import annotations

import math
import shutil
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readinglist.cli.listing import Asked
from readinglist.cli.session import (
    PAPER,
    Session,
    complete_view,
    json_option,
    pass_session,
    print_json,
    put,
    say,
)
from readinglist.domain.text import cut, plural, printable, printable_block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readinglist.domain.change import Change
    from readinglist.domain.paper import Paper
    from readinglist.services.library import Library
    from readinglist.services.statistics import Statistics

_BAR, _KINDS = 30, 15
"""The cells of the longest bar, and how many priorities or tags are counted."""
_WEEKS, _PLOTTED_WEEKS = 12, 52
"""So many weeks are shown if the user doesn't say."""
_MARKS = {"unread": " ", "reading": "~", "read": "x", "skipped": "-"}
_PRIORITIES = {"high": "!!!", "medium": "!! ", "low": "!  ", "none": "   "}


@click.command(name="list", short_help="List papers, or search them.")
@click.argument("query", nargs=-1)
@click.option(
    "--sort",
    metavar="ORDER",
    help="next (deadline, priority, age), added, date, title, author, priority, status, tags, "
    "venue or key; with a minus before it turned round; without it, with words in the query the "
    "best match comes first.",
)
@click.option(
    "--view",
    "name",
    metavar="NAME",
    shell_complete=complete_view,
    help="Of a view: all, next, unread, reading, read, skipped, or one of your own.",
)
@click.option(
    "--like",
    "key",
    metavar="KEY",
    type=PAPER,
    help="Papers near in content to the paper KEY, the nearest first.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N papers.")
@json_option
@pass_session
def list_(
    session: Session,
    query: tuple[str, ...],
    sort: str | None,
    name: str | None,
    key: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the papers that answer QUERY, written as in the app's search bar; or all papers.

    Words may be misspelt or cut short; "a phrase" stands as it is; -word is left out. Filters,
    -turned round likewise (a query that begins with a minus goes behind --):

    \b
    status:unread priority:high,medium priority:>=low tag:ml author:nguyen key:vas
    year:2023 year:2022..2024 year:>=2022 added:2026-03 added:2026-01..2026-02
    venue:neurips has:note (or abstract, tags, doi, arxiv, url, venue, authors)

    \b
    Example: readinglist list atention year:2017..2020
             readinglist list --json status:unread 'priority:>=medium'
             readinglist list --view next -- -tag:survey diffusion
             readinglist list --like vaswani2017attention --limit 10
    """
    with session.open_library(reading=True) as library:
        text = " ".join(query)
        if key and name:
            raise click.UsageError("--view and --like exclude each other.")
        from readinglist.services.finding import like_view

        view = like_view(library.paper(key)) if key else session.kept_views().named(name or "all")
        found = library.find(text, view, sort)
        for problem in found.query.problems:
            say(str(problem))
        if session.listing and not as_json:
            session.listing.begin(library, found.ids[:limit], Asked(text, view, sort))
            return
        papers = library.papers(found.ids[:limit])
    if as_json:
        from readinglist.formats.json_lines import to_object

        print_json([to_object(paper) for paper in papers])
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in _lines(papers, width):
        click.echo(line)
    say(plural(len(papers), "paper") + (f" of {len(found.ids):,}" if limit else ""))


def _lines(papers: list[Paper], width: int | None) -> list[str]:
    key_width = max((len(paper.key) for paper in papers), default=0)
    lines = []
    for paper in papers:
        line = (
            f"[{_MARKS[paper.status]}] {_PRIORITIES[paper.priority]} {paper.key:{key_width}}  "
            f"{paper.year or '':4}  {printable(paper.title)}"
        )
        lines.append(cut(line, width) if width else line)
    return lines


@click.command(short_help="Show all of a paper.")
@click.argument("key", type=PAPER)
@json_option
@pass_session
def show(session: Session, key: str, as_json: bool) -> None:
    """Show all that is known of the paper KEY.

    \b
    Example: readinglist show vaswani2017attention
    """
    with session.open_library(reading=True) as library:
        paper = library.paper(key)
        linked = () if as_json else _linked(library, paper)
        origins = library.origins(paper)
        pdf = library.pdf_of(paper)
    if as_json:
        from readinglist.formats.json_lines import to_object

        print_json(to_object(paper))
        return
    click.echo(printable(paper.title))
    if paper.byline:
        click.echo(printable(paper.byline))
    click.echo()
    facts = {
        "key": paper.key,
        "type": paper.type,
        "status": paper.status,
        "priority": paper.priority,
        "tags": ", ".join(paper.tags),
        "published": paper.published,
        "venue": paper.venue,
        "arXiv": paper.arxiv,
        "DOI": paper.doi,
        "URL": paper.url,
        "PDF": f"{pdf.parent.name}/{pdf.name}" if pdf else "",
        "links": " ".join(paper.links),
        "also": ", ".join(e.key for e in paper.entries if e.key not in ("", paper.key)),
        "from": ", ".join(paper.sources),
        "given by": "; ".join(
            f"{source} ({', '.join(map(_field_name, fields))})"
            for source, fields in origins.items()
        ),
        "votes": paper.votes,
        "comments": paper.comments,
        "stars": paper.stars,
        "by": paper.organization if paper.authors else None,
        "cite as": paper.cite_as,
        "added": paper.added_at[:10],
    }
    for name, value in facts.items():
        if value:
            click.echo(f"{name:>9}  {printable(str(value))}")
    for name, text in (("Abstract", paper.abstract), ("Note", paper.note)):
        if text:
            click.echo(f"\n{name}\n{printable_block(text)}")
    for name, papers in linked:
        if papers:
            click.echo(f"\n{name}")
        for one in papers:
            click.echo(printable(f"{one.key} {one.title}"))


def _field_name(field: str) -> str:
    return {"entries": "BibTeX", "published": "date"}.get(field, field.replace("_", " "))


def _linked(library: Library, paper: Paper) -> tuple[tuple[str, list[Paper]], ...]:
    """Return the papers that the note links to, and those whose notes link to the paper."""
    links = library.links()
    return (
        ("Links to", library.papers(links.from_paper(paper.id))),
        ("Linked from", library.papers(links.to_paper(paper.id))),
    )


@click.command(short_help="Show papers that may be the same.")
@json_option
@pass_session
def duplicates(session: Session, as_json: bool) -> None:
    """Show the papers that are likely the same work, two by two, the surest first.

    They have the same arXiv id, DOI or title, or nearly the same title. `merge` makes one paper
    of two; those of which the app was told that they are two works are left out.

    \b
    Example: readinglist duplicates
             readinglist duplicates --json | jq -r '.[] | .papers | map(.key) | join(" ")'
    """
    with session.open_library(reading=True) as library:
        pairs = [(pair, library.papers([pair.first, pair.second])) for pair in library.duplicates()]
    if as_json:
        from readinglist.formats.json_lines import to_object

        print_json([{"why": p.why, "papers": [to_object(one) for one in two]} for p, two in pairs])
        return
    for pair, papers in pairs:
        click.echo(pair.why)
        for paper in papers:
            click.echo(f"    {paper.key}  {printable(paper.title)}")
    say(plural(len(pairs), "pair") + (". One paper of two: readinglist merge" if pairs else ""))


@click.command(short_help="Show what was done, newest first.")
@click.argument("key", required=False, type=PAPER)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N")
@json_option
@pass_session
def history(session: Session, key: str | None, limit: int, as_json: bool) -> None:
    """Show what was done to the paper KEY, or to all papers, newest first.

    Of one paper, each entry has a number for `restore`: the oldest is 1, so that what comes
    later changes no number. A deleted paper has its history, too.

    \b
    Example: readinglist history vaswani2017attention
    """
    from readinglist.domain.change import describe

    with session.open_library(reading=True) as library:
        changes = library.history(key, None if key else limit)
    numbers = [n if key else None for n in range(len(changes), 0, -1)][:limit]
    told = list(zip(numbers, changes, strict=False))
    if as_json:
        print_json([_change_object(change, number) for number, change in told])
        return
    width = len(str(len(changes)))
    for number, change in told:
        when = change.at.replace("T", " ").removesuffix("Z")
        parts = (when, change.key, describe(change), f"({change.machine_name})")
        line = "  ".join(printable(part) for part in parts if part)
        click.echo(f"{number:{width}}  {line}" if number else line)


@click.command(short_help="Show what changed, field by field.")
@click.argument("key", required=False, type=PAPER)
@click.option("--limit", type=click.IntRange(1), default=1000, help="At most so many changes.")
@pass_session
def log(session: Session, key: str | None, limit: int) -> None:
    """Show what changed, step by step as it was done, on all machines, newest first.

    It tells from the journal what `git log -p` tells from the commits, and is faster.

    \b
    Example: readinglist log --limit 20
    """
    from readinglist.domain.change import describe

    with session.open_library(reading=True) as library:
        changes = library.history(key, limit)
    for _, step in groupby(changes, lambda change: (change.batch, change.machine)):
        rows = list(step)
        when = rows[0].at.replace("T", " ").removesuffix("Z")
        click.echo(printable(f"{when}  {rows[0].machine_name}"))
        for change in rows:
            click.echo("    " + printable(f"{change.key}  {describe(change)}"))


@click.command(short_help="Show the reading in figures, week by week.")
@click.option(
    "--weeks",
    type=click.IntRange(1),
    metavar="N",
    help=f"The last N weeks; else {_WEEKS}, or {_PLOTTED_WEEKS} in a plot.",
)
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Draw the plots of the reading log into an SVG file (or, for -, to standard output).",
)
@json_option
@pass_session
def stats(session: Session, weeks: int | None, plot: str | None, as_json: bool) -> None:
    """Show what came, what was read and what is left, week by week, by priority and by tag.

    With --plot the path of the file is printed instead. With --json all figures are given, of
    all weeks: papers; status, priority, tags (of each name the papers, and how many are read);
    median_days_to_read; weeks (start, added, read, skipped, left); days (of each date on which
    something was read, how many papers); days_to_read (from, to, papers; to is null where there
    is no end).

    \b
    Example: readinglist stats --weeks 26
             readinglist stats --plot reading.svg
    """
    if plot == "-" and as_json:
        raise click.UsageError("--plot - and --json would both write to standard output.")
    with session.open_library(reading=True) as library:
        known = library.statistics()
    if plot is not None:
        from readinglist.services.plot_file import picture, write_plots

        if plot == "-":
            put(picture(known, weeks or _PLOTTED_WEEKS))
            return
        write_plots(known, weeks or _PLOTTED_WEEKS, Path(plot), library.path)
        if not as_json:
            put(f"{plot}\n")
            return
    if as_json:
        print_json(_statistics_object(known))
        return
    _print_statistics(known, weeks or _WEEKS, has_bars=not session.listing)


def _print_statistics(known: Statistics, weeks: int, has_bars: bool) -> None:
    states = ", ".join(f"{count:,} {status}" for status, count in known.by_status.items())
    click.echo(f"{plural(known.papers, 'paper')}: {states}")
    if known.days_to_read is not None:
        days = plural(math.ceil(known.days_to_read), "day")
        click.echo(f"Of what was read here, half was read within {days} of its import.")
    if known.weeks:
        click.echo("\nweek of     added  read  skipped   left")
        most = max(week.read for week in known.weeks[-weeks:])
        for week in known.weeks[-weeks:]:
            bar = "█" * round(_BAR * week.read / max(1, most)) if has_bars else ""
            figures = f"{week.added:7,}{week.read:6,}{week.skipped:9,}{week.left:7,}"
            click.echo(f"{week.start}{figures}  {bar}".rstrip())
    for name, counted in (("priority", known.by_priority), ("tag", known.by_tag)):
        kinds = list(counted.items())[:_KINDS]
        if kinds:
            click.echo(f"\npapers  read  {name}")
            for kind, (papers, read) in kinds:
                click.echo(f"{papers:6,}{read:6,}  {printable(kind)}")


def _statistics_object(known: Statistics) -> dict[str, object]:
    def counted(kinds: Mapping[str, tuple[int, int]]) -> dict[str, object]:
        return {kind: {"papers": papers, "read": read} for kind, (papers, read) in kinds.items()}

    return {
        "papers": known.papers,
        "status": dict(known.by_status),
        "priority": counted(known.by_priority),
        "tags": counted(known.by_tag),
        "median_days_to_read": known.days_to_read,
        "weeks": [
            {
                "start": week.start.isoformat(),
                "added": week.added,
                "read": week.read,
                "skipped": week.skipped,
                "left": week.left,
            }
            for week in known.weeks
        ],
        "days": {day.isoformat(): papers for day, papers in known.read_on.items()},
        "days_to_read": [
            {"from": wait.least, "to": wait.most, "papers": wait.papers} for wait in known.waits
        ],
    }


def _change_object(change: Change, number: int | None) -> dict[str, object]:
    return {
        **({"number": number} if number else {}),
        "at": change.at,
        "machine": change.machine,
        "action": str(change.action),
        "paper": f"{change.paper:016x}",
        "key": change.key,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "source": change.source,
    }
