"""Commands about a library file that may be damaged: is it sound, and what can be saved of it."""

from __future__ import annotations

import dataclasses
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readinglist.cli.session import Session, json_option, pass_session, print_json, say
from readinglist.domain.text import plural, printable
from readinglist.errors import LibraryError, UnfinishedError

if TYPE_CHECKING:
    from readinglist.services.salvaging import Salvaged

_SHOWN = 20
"""So many names of what is missing fit on a screen."""


@click.command(short_help="Check that a library file is sound.")
@click.argument("file", required=False, type=click.Path(readable=False))
@json_option
@pass_session
def check(session: Session, file: str | None, as_json: bool) -> int:
    """Check that the library file (or FILE) is sound; nothing in it is changed.

    Of one that is not, it says what is wrong, and what could still be read.

    \b
    Example: readinglist check ~/papers/library.db
    """
    from readinglist.services.checking import check_library, lacks_edits

    path = Path(file) if file else session.library_path(session.load_config())
    try:
        verdict = check_library(path)
    except UnfinishedError:  # what salvage would save is not what that program has written
        raise
    except LibraryError as error:
        return _tell_unsound(path, error, as_json)
    if as_json:
        print_json({"file": str(path), "sound": True, **dataclasses.asdict(verdict)})
        return 0
    for warning in verdict.warnings:
        say(warning)
    if lacks_edits(path):
        say("This machine has edits that it lacks: the next command saves them.")
    tell_earlier(path)
    click.echo(
        printable(
            f"{path} is sound: {plural(verdict.papers, 'paper')}, "
            f"{plural(verdict.changes, 'change')} in its journal."
        )
    )
    return 0


def tell_earlier(path: Path) -> bool:
    """Say what this machine keeps of libraries that were at a path before; return whether any."""
    from readinglist.services.recovering import earlier_libraries, recover_command

    found = earlier_libraries(path)
    for kept in found:
        say(
            f"What this machine had of an earlier library in this place is kept as {kept}: "
            f"{recover_command(path, kept)} brings it back."
        )
    return bool(found)


def _tell_unsound(path: Path, error: LibraryError, as_json: bool) -> int:
    """Say what is wrong with a library file, and what salvaging would save of it."""
    from readinglist.services.salvaging import readable

    try:
        left = readable(path)
    except LibraryError:
        is_there = os.path.isfile(path)  # false also where one may not look
        hint = "Nothing of a library can be read in it." if is_there else error.hint
        raise LibraryError(error.message, hint) from None
    if as_json:
        saves = dataclasses.asdict(left)
        print_json({"file": str(path), "sound": False, "problem": str(error), "readable": saves})
        return error.exit_code
    say(f"readinglist: {error.message}")
    _tell_missing(left)
    say(
        f"{plural(left.papers, 'paper')} and {plural(left.changes, 'change')} can be read: "
        f"readinglist salvage {shlex.quote(str(path))} -o NEW saves them."
    )
    return error.exit_code


@click.command(short_help="Save what can be read of a damaged library.")
@click.argument("damaged", metavar="DAMAGED", type=click.Path(readable=False))
@click.option("-o", "--output", metavar="NEW", required=True, help="The library file to write.")
@json_option
@pass_session
def salvage(session: Session, damaged: str, output: str, as_json: bool) -> int:
    """Save each row that can be read of the library file DAMAGED into a new library.

    What this machine still has of that library is used, too. DAMAGED is left as it is. The exit
    code is 1 where something is missing, or may be.

    \b
    Example: readinglist salvage library.db -o saved.db
    """
    from readinglist.services import salvaging

    saved = salvaging.salvage(Path(damaged), Path(output))
    if as_json:
        print_json({"file": output, **dataclasses.asdict(saved), "whole": saved.is_whole})
    else:
        _tell_missing(saved)
        here = f", {plural(saved.from_here, 'row')} of them from this machine's working copy"
        missing = "what is missing is named above"
        if saved.cut_off or saved.pages:
            missing += ", as far as that can be known"
        if saved.is_whole:
            missing = "nothing else is missing" if saved.too_long else "nothing is missing"
        elif saved.has_all_seen:
            missing = "nothing is missing that this machine has seen"
        say(
            f"{output} has {plural(saved.papers, 'paper')} and "
            f"{plural(saved.changes, 'change')}{here if saved.from_here else ''}: "
            f"{missing}."
        )
        say(f"Look at it with readinglist --library {output}, then put it in the other's place.")
    return 0 if saved.is_whole else 1


def _tell_missing(saved: Salvaged) -> None:
    for problem in filter(None, (saved.unfinished, saved.working_copy)):
        say(problem)
    if saved.cut_off:
        say(f"{saved.cut_off:,} of {plural(saved.of_pages, 'page')} are missing at the file's end.")
    if saved.lost:
        one = len(saved.lost) == 1
        say(
            f"{plural(len(saved.lost), 'paper')} {'is' if one else 'are'} missing, or "
            f"{'its deletion' if one else 'their deletions'} can't be read: {_some(saved.lost)}."
        )
    if saved.mended:
        say(f"{plural(len(saved.mended), 'value')} can't be read: {_some(saved.mended)}.")
    if saved.pages:
        rows = f"{plural(saved.rows, 'row')} can't be read" if saved.rows else "Something is wrong"
        pages = _some([str(page) for page in saved.pages])
        say(f"{rows} on {'page' if len(saved.pages) == 1 else 'pages'} {pages} of the file.")
    if saved.strange:
        say(f"{plural(saved.strange, 'row')} of no table that readinglist knows: left out.")
    if saved.too_long:
        say(
            f"{plural(saved.too_long, 'row')} with more values than readinglist knows: those "
            "values are left out."
        )


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", and {more:,} more" if more > 0 else "")
