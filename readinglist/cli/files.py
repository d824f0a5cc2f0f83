"""Commands about files: import, export, the configuration, the library itself."""

from __future__ import annotations

import dataclasses
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readinglist.cli.choosing import check_query, chosen
from readinglist.cli.session import (
    PAPER,
    Session,
    json_option,
    need_terminal,
    pass_session,
    print_json,
    progress_bar,
    put,
    say,
)
from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from readinglist.services.citing import CitedReport
    from readinglist.services.exporting import Exported
    from readinglist.services.importing import ImportReport

_IMPORT_FORMATS = (
    "daily-papers", "hugging-face", "arxiv-atom", "arxiv-mail", "bibtex", "csl-json", "ris", "json",
)  # fmt: skip
_OFFERS_SHOWN = 10
_EXPORT_FORMATS = ("bibtex", "biblatex", "csl-json", "json")


def open_app(session: Session) -> None:
    """Open the app on the library of this run."""
    from readinglist.services.library import Library

    config = session.load_config()
    need_terminal("The app")
    path = session.library_path(config)
    with progress_bar(f"Reading {path.name}") as progress:
        library = Library.open(path, config, progress=progress)
    try:
        from readinglist.tui.app import run_app

        run_app(library, config, session.kept_views())
    finally:
        library.close()


@click.command(name="import", short_help="Import listing pages and .bib files.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(readable=False)
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(_IMPORT_FORMATS),
    help="The format, instead of recognising it from the content.",
)
@click.option(
    "--year",
    type=click.IntRange(1000, 9999),
    metavar="Y",
    help="The year of dates without one, on pages that name no year.",
)
@click.option(
    "--update", is_flag=True, help="Take what .bib files say where it differs; else it is told."
)
@json_option
@pass_session
def import_(
    session: Session,
    files: tuple[str, ...],
    kind: str | None,
    year: int | None,
    update: bool,
    as_json: bool,
) -> int:
    """Import papers from each FILE, or from standard input for -.

    Told apart by their content: listing pages of Hugging Face Daily Papers, copied as text or
    saved as HTML, and its API's JSON; arXiv's feeds and daily mails; BibTeX, CSL-JSON, RIS and
    our own JSON.

    New papers are added, known ones get what they lacked, and the larger numbers of votes,
    comments and stars; what you did to them stays. A file
    that can't be read is named and doesn't stop the others; the exit code is 1 then.

    \b
    Example: readinglist import monday.txt tuesday.txt
             xclip -o | readinglist import -
    """
    with session.open_library() as library:
        with _progress(sys.stderr.isatty() and not session.listing) as progress:
            report = library.import_files(files, kind, year, progress, update=update)
        _tell(report)
        if as_json:
            print_json(_report_object(report))
    return 1 if any(file.problems for file in report.files) else 0


@contextmanager
def _progress(is_shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar, if there is one to see, for one file after the other."""
    if not is_shown:
        yield lambda name, done, of: None
        return
    with click.progressbar(length=1, file=sys.stderr, width=20) as bar:

        def progress(name: str, done: int, of: int) -> None:
            bar.label = f"{printable(Path(name).name)[:36]:36}"
            bar.length = of
            bar.finished = False  # each file begins anew
            bar.pos = done - 1
            bar.update(1)  # draws; less than a step would not

        yield progress


def _tell(report: ImportReport) -> None:
    for file in report.files:
        for line in (*file.problems, *(f"{file.file}: {text}" for text in file.assumptions)):
            say(line)
        for offer in file.offers[:_OFFERS_SHOWN]:
            say(f"{file.file}: {offer}")
        if file.offers:
            more = len(file.offers) - _OFFERS_SHOWN
            rest = f"so do {plural(more, 'more paper')}; " if more > 0 else ""
            say(f"{file.file}: {rest}--update takes what the file says.")
        if not file.failed:
            say(f"{file.file}: {_counts(file.added, file.completed, file.unchanged)}")
    if len(report.files) > 1:
        say(f"In all: {_counts(report.added, report.completed, report.unchanged)}")


def _counts(added: int, completed: int, unchanged: int) -> str:
    return f"{added} added, {completed} completed, {unchanged} unchanged"


def _report_object(report: ImportReport) -> dict[str, object]:
    return {
        "added": report.added,
        "completed": report.completed,
        "unchanged": report.unchanged,
        "files": [
            {
                "file": file.file,
                "format": file.format,
                "entries": file.entries,
                "added": file.added,
                "completed": file.completed,
                "unchanged": file.unchanged,
                "problems": list(file.problems),
                "offers": list(file.offers),
            }
            for file in report.files
        ],
    }


@click.command(short_help="Export papers as BibTeX.")
@click.argument("keys", nargs=-1, metavar="[KEY...]", type=PAPER)
@click.option("--query", metavar="QUERY", help="The papers that answer QUERY.")
@click.option(
    "--format", "kind", type=click.Choice(_EXPORT_FORMATS), help="Default: the file's own."
)
@click.option(
    "-o", "--output", metavar="FILE", help="The file to write; else (or for -) standard output."
)
@click.option(
    "--for",
    "document",
    metavar="FILE",
    type=click.Path(readable=False),
    help="The papers that this .tex, .aux or .bcf cites, into the .bib file that it names.",
)
@click.option(
    "--replace", is_flag=True, help="Replace a file with entries that the library doesn't have."
)
@click.option("--watch", is_flag=True, help="With --for: go on until Ctrl-C, after each change.")
@pass_session
def export(
    session: Session,
    keys: tuple[str, ...],
    query: str | None,
    kind: str | None,
    output: str | None,
    document: str | None,
    replace: bool,
    watch: bool,
) -> int:
    """Export the papers KEY, or those that answer QUERY, or all.

    The file is written whole or not at all. From then on the citation keys stay as they are.
    With --for, entries in the .bib file that are not ours stay to the byte, and the exit code
    is 1 where a cited key is nobody's.

    \b
    Example: readinglist export --query "tag:thesis" -o references.bib
             readinglist export --for paper.tex --watch
    """
    to_stdout = output == "-"
    output = None if to_stdout else output
    if document is not None:
        if keys or query is not None or kind in ("csl-json", "json"):
            raise click.UsageError("--for takes its papers from the document, and writes BibTeX.")
        if to_stdout and watch:
            raise click.UsageError("--watch needs a file to write.")
        target = Path(output) if output else None
        return _export_cited(session, Path(document), target, kind, watch, write=not to_stdout)
    if watch:
        raise click.UsageError("--watch needs --for FILE.")
    if query is not None:
        check_query(query, "For all papers, leave it out.")
    with session.open_library() as library:
        ids: list[int] | None = [] if keys else None
        ids = ids if query is None else chosen(library, (), query)
        with progress_bar("Writing BibTeX", is_shown=not session.listing) as progress:
            library.on_progress = progress
            exported = library.export(ids, output, kind, keys, replace_all=replace)
        if output:
            say(f"{plural(len(exported.papers), 'paper')} written to {output}")
        else:
            put(exported.text)
        _tell_warnings(exported)
    return 0


def _export_cited(
    session: Session,
    document: Path,
    output: Path | None,
    kind: str | None,
    watch: bool,
    write: bool,
) -> int:
    from readinglist.services.citing import export_cited

    with session.open_library() as library:
        version = library.version()
        report = export_cited(library, document, output, kind, write=write)
        if not write:
            put(report.text)
        _tell_cited(report)
        told = ""
        while watch:
            # Another process may write any of the files: looking is all that is portable.
            while (
                report.citations.are_current()
                and not library.take_in()
                and version == library.version()
            ):
                time.sleep(0.3)
            version = library.version()
            try:
                report = export_cited(library, document, output, kind)
            except ReadingListError as error:  # an editor is between two steps of a save
                if str(error) != told:
                    told = str(error)
                    say(told)
                time.sleep(0.3)
                continue
            told = ""
            if report.changed:
                _tell_cited(report)
    return 1 if report.unknown else 0


def _tell_cited(report: CitedReport) -> None:
    for warning in report.warnings:
        say(warning)
    for name in report.citations.missing_files:
        say(f"{name} is not there, or can't be read; what it cites is not known.")
    for key, near in report.unknown:
        say(f"Nobody has {key}." + (f" Did you mean {' or '.join(near)}?" if near else ""))
    for old, new in report.aliases:
        say(f"{old} is {new} now; it was written as {old}.")
    if report.foreign:
        cited = plural(len(report.foreign), "cited entry", "cited entries")
        say(f"{cited} of the file's own left alone.")
    if not (report.citations.keys or report.citations.everything):
        say(f"{report.citations.files[0]} cites nothing.")
    if not report.text and not report.changed:
        return
    count = plural(len(report.written), "entry", "entries")
    if report.target != Path("-"):
        say(f"{count} {'written to' if report.changed else 'already in'} {report.target}")


def _tell_warnings(exported: Exported) -> None:
    for warning in exported.warnings:
        say(warning)
    nameless = sum(not (paper.authors or paper.entries) for paper in exported.papers)
    if nameless and exported.format in ("bibtex", "biblatex"):
        say(f"{plural(nameless, 'paper')} without known authors: listing pages don't name them.")


@click.command(short_help="Show or check the configuration.")
@click.argument("what", type=click.Choice(["path", "show", "check"]), default="show")
@pass_session
def config(session: Session, what: str) -> None:
    """Print the configuration's path, show what holds now, or check the file.

    \b
    Example: readinglist config check
    """
    from readinglist.config import config_path

    if what == "path":
        put(f"{config_path(session.config)}\n")
        return
    settings = session.load_config()
    if what == "check":
        from readinglist.tui.app import check_settings

        views = session.kept_views()
        views.all()
        check_settings(settings, views)
        say("The configuration can be used.")
        return
    import yaml

    values = dataclasses.asdict(settings)
    del values["_places"]
    values["columns"] = list(values["columns"])
    put(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))


@click.command(short_help="Open the app on a sample library.")
@pass_session
def demo(session: Session) -> None:
    """Open the app on a throw-away library of well-known papers.

    \b
    Example: readinglist demo
    """
    from readinglist.services.demo import sample_library
    from readinglist.services.kept_views import KeptViews

    settings = session.load_config()
    need_terminal("The demo")
    with sample_library(settings) as library:
        from readinglist.tui.app import run_app

        run_app(library, settings, KeptViews(library.path.with_name("views.yaml")))
