"""Commands about git: set a clone up, sync it, settle conflicts, recover what was dropped."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readinglist.cli.session import Session, json_option, pass_session, print_json, say
from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from readinglist.domain.change import Change
    from readinglist.services.conflicts import Conflict
    from readinglist.services.library import Library


@click.command(short_help="Make a folder ready for git.")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(file_okay=False))
@pass_session
def init(session: Session, folder: str | None) -> None:
    """Make the library's folder (or DIR) a git repository that merges libraries.

    What is there already stays. In a clone of such a repository this installs what git
    doesn't copy: the commands that merge and show the library.

    \b
    Example: readinglist init ~/papers
             readinglist init
    """
    from readinglist.services.syncing import check_set_up, set_up

    file = session.library_path(session.load_config())
    if folder is not None:
        file = Path(folder).expanduser() / file.name
        session = Session(str(file), session.config)
    check_set_up(file)
    if folder is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    with session.open_library() as library:
        setup = set_up(library)
        for line in setup.done or ["All was ready."]:
            say(line)
        if folder is not None and library.path != session.load_config().library_path.resolve():
            say(f"To open it always, write `library: {library.path}` into the configuration.")


@click.command(short_help="Commit, pull and push the library.")
@click.option("--no-push", is_flag=True, help="Commit and pull only.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@json_option
@pass_session
def sync(session: Session, no_push: bool, dry_run: bool, as_json: bool) -> int:
    """Commit the library, merge what came from the remote, and push.

    Nothing but the library's own file is committed. Values that were set here and elsewhere
    don't stop it: the later one holds, `readinglist conflicts` shows the other.

    \b
    Example: readinglist sync
    """
    from readinglist.services.syncing import sync as sync_library

    with session.open_library() as library:
        report = sync_library(
            library,
            push=not no_push,
            dry_run=dry_run,
            most_loose=session.load_config().sync.most_loose * 2**20,
            progress=(lambda what: say(f"{what}…")) if sys.stderr.isatty() else lambda what: None,
        )
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        for line in report.lines(dry_run):
            say(line)
    return 1 if report.left and report.remote else 0


@click.command(short_help="Show and settle values that two machines set.")
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER...]")
@click.option("--take", is_flag=True, help="Take the other value of these, or of all.")
@click.option("--keep", is_flag=True, help="Keep what holds of these, or of all.")
@json_option
@pass_session
def conflicts(
    session: Session, numbers: tuple[int, ...], take: bool, keep: bool, as_json: bool
) -> int:
    """List the conflicts that are open, or settle those of these NUMBERs.

    The later edit holds already. `undo` opens a conflict again.

    \b
    Example: readinglist conflicts
             readinglist conflicts --take 2
    """
    if take and keep:
        raise click.UsageError("--take and --keep exclude each other.")
    with session.open_library() as library:
        found = library.conflicts()
        wrong = [number for number in numbers if not 1 <= number <= len(found)]
        if wrong:
            raise click.UsageError(f"There is no conflict {wrong[0]}.")
        chosen = [found[number - 1] for number in numbers] or found
        if take or keep:
            step = library.settle(chosen, take=take)
            say(step.summary)
            return 0
        if as_json:
            print_json([dataclasses.asdict(conflict) for conflict in chosen])
            return 0
        if not found:
            say("No conflict is open.")
        for number, conflict in enumerate(found, 1):
            if conflict in chosen:
                click.echo("\n".join(conflict_lines(conflict, number)))
    return 0


def conflict_lines(conflict: Conflict, number: int) -> list[str]:
    """Return a conflict as lines of text."""
    if conflict.is_deletion:
        return [
            printable(f"{number}. {conflict.key}  {conflict.title}"),
            "   " + printable(f"was deleted {conflict.origin}, and edited elsewhere: it stays"),
        ]
    return [
        printable(f"{number}. {conflict.key}  {conflict.field_name}"),
        "   before: " + printable(_glimpse(conflict.base)),
        "   holds:  " + printable(_glimpse(conflict.kept)),
        "   other:  " + printable(f"{_glimpse(conflict.other)}  {conflict.origin}"),
    ]


def _glimpse(value: str | None) -> str:
    line = " ".join((value or "nothing").split())
    return line if len(line) <= 160 else f"{line[:159]}…"


@click.command(short_help="Bring back edits that git dropped.")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(readable=False))
@click.option("--dry-run", is_flag=True, help="Tell what would come back.")
@pass_session
def recover(session: Session, files: tuple[str, ...], dry_run: bool) -> int:
    """Bring back edits that are in the repository, or in FILE, and not in the library.

    It merges what git left unmerged, finds merges that threw one side away, and offers what a
    checkout or a reset took out. FILE is another version of the library, such as the
    conflicted copy of a sync client. What was edited since stays.

    \b
    Example: readinglist recover
             readinglist recover "library (conflicted copy).db"
    """
    from readinglist.cli.checking import tell_earlier
    from readinglist.services.recovering import dropped_sides, merge_stages, version_in_file
    from readinglist.services.repository import Repository

    missing = False
    with session.open_library() as library:
        sides = [version_in_file(library, Path(file).expanduser()) for file in files]
        if not files:
            repository = Repository.of(library.path)
            if repository:
                if not dry_run and merge_stages(library, repository) is not None:
                    say("Merged the versions that git had left unmerged; git commit finishes it.")
                    missing = True
                sides = dropped_sides(library, repository)
            taken_out = library.withdrawn()
            if taken_out:
                edits = plural(len(taken_out), "edit")
                say(f"The library file no longer has {edits} of this machine:")
                _tell(taken_out)
                missing = True
                if not dry_run:
                    _tell_left_out(library)
            missing |= tell_earlier(library.path)
        for side in (side for side in sides if side.changes):
            missing = True
            say(f"{side.name} has {plural(len(side.changes), 'edit')} more. {side.subject}")
            _tell(list(side.changes))
            if not dry_run:
                library.merge_in(side.tables)
        if not missing:
            say("Nothing is missing.")
    return 0


def _tell_left_out(library: Library) -> None:
    """Bring back what git took out, and tell what of it was not made again, and why."""
    step = library.bring_back()
    if step.left_out:
        say(f"{plural(step.left_out, 'change')} left out: the same place was changed since.")
    waiting = library.withdrawn()
    if waiting:
        names = ", ".join(list(dict.fromkeys(change.key for change in waiting))[:5])
        told = f"Left out for now: {plural(len(waiting), 'edit')} of what is not in the library: "
        say(f"{told}{names}. Import or add that, then say it again.")


def _tell(changes: list[Change]) -> None:
    from readinglist.domain.change import describe

    for change in changes[:10]:
        say(f"  {change.key}  {describe(change)}")
    if len(changes) > 10:
        say(f"  and {len(changes) - 10} more")


@click.command(name="merge-driver", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("mine", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("rest", nargs=-1)
def merge_driver(base: Path, mine: Path, theirs: Path, rest: tuple[str, ...]) -> int:
    """Merge three versions of a library for git; MINE becomes what came of it.

    \b
    Example: readinglist merge-driver %O %A %B %L %P
    """
    from readinglist.services.merge_driver import merge_files

    try:
        count = merge_files(base, mine, theirs)
    except ReadingListError as error:
        told = error.message  # of files that git deletes at once
        name = rest[1] if len(rest) > 1 else mine.name
        sides = (
            (base, "the common version of"),
            (theirs, "the other side's"),
            (mine, "this side's"),
        )
        for file, which in sides:
            told = told.replace(str(file), f"{which} {name}")
        say(f"readinglist: {told} Nothing was merged: git merge --abort takes the attempt back.")
        return 1
    if count:
        say(f"readinglist: {plural(count, 'conflict')} to settle, see readinglist conflicts.")
    return 0


@click.command(hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
def textconv(file: Path) -> None:
    """Print a library file as text, for git diff.

    \b
    Example: readinglist textconv library.db
    """
    from readinglist.services.version_text import version_lines

    sys.stdout.write("".join(f"{line}\n" for line in version_lines(file)))
