"""How a fault of the program ends: a report, and what the user should know, in two sentences."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readinglist.cli.main import cli
from readinglist.cli.session import Session, say
from readinglist.domain.text import printable_block

if TYPE_CHECKING:
    from collections.abc import Sequence

CRASHED = 70
"""The exit code after a fault of the program: EX_SOFTWARE of sysexits.h."""
_WITHOUT_LIBRARY = (["demo"], ["merge-driver"], ["textconv"])
"""Commands that leave the user's library alone; git's files are git's to put back."""
_OF_A_FILE = {"check": "file", "salvage": "damaged"}
"""Commands that may be about another library than the user's, and what names it."""
SHOW_TRACEBACK = "READINGLIST_TRACEBACK"
"""The environment variable that asks for the traceback on the terminal, too."""


def tell_crash(error: BaseException, arguments: Sequence[str] | None = None) -> int:
    """Write a report about an exception that nobody foresaw, tell of it; return the exit code.

    Args:
        error: the exception.
        arguments: those of the command line; None for those of this process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with suppress(OSError):  # standard error may be what is broken
        _tell_crash(error, words)
    return CRASHED


def _tell_crash(error: BaseException, words: list[str]) -> None:
    from readinglist.services import crash_report

    if os.environ.get(SHOW_TRACEBACK):
        sys.stderr.write(printable_block("".join(traceback.format_exception(error))))
    command = "unknown"
    with suppress(Exception):  # what can't be loaded may be the fault
        command = _command(words)
    begin = f"readinglist ended for a fault of its own ({crash_report.what_happened(error)})."
    report = None
    try:
        report = crash_report.write_report(error, command)
        say(f"{begin} A report is in {report}.")
    except OSError as why:
        say(f"{begin} No report of it could be written ({why.strerror}): {why.filename}.")
    try:
        verdict = _verdict(words, command)
    except KeyboardInterrupt:
        told = "The library was not looked at: say readinglist check."
        noted = "library: not looked at"
    except Exception as why:  # one fault may bring another
        told = "Whether the library is safe can't be told: say readinglist check. "
        told += f"({crash_report.what_happened(why)})"
        noted = f"library: can't be looked at: {type(why).__name__}"
    else:
        told, noted = verdict
    if told:
        say(told)
    if report:
        crash_report.add_to_report(report, noted)


def _verdict(words: list[str], command: str) -> tuple[str, str]:
    """Return how the library fares, for the user and for the report."""
    from readinglist.services import crash_report

    if command.split()[1:2] in _WITHOUT_LIBRARY:
        return "", "library: not open"
    root = cli.make_context("readinglist", words, resilient_parsing=True)
    session = Session(root.params.get("library"), root.params.get("config"))
    file = _file_in_hand(words, command.split()[1:2], root)
    path = Path(file) if file else session.library_path(session.load_config())
    verdict = crash_report.verdict_on(path)
    return verdict.told, verdict.noted


def _file_in_hand(words: list[str], names: list[str], root: click.Context) -> str | None:
    """Return the file that a command was about, if not the user's library."""
    name = next((name for name in names if name in _OF_A_FILE), "")
    command = cli.get_command(root, name)
    if command is None:
        return None
    rest = words[words.index(name) + 1 :]
    file = command.make_context(name, rest, root, resilient_parsing=True).params[_OF_A_FILE[name]]
    return None if file is None else str(file)


def _command(words: list[str]) -> str:
    """Return the name of the command and of its options; what else was said is the user's."""
    context = click.Context(cli)
    name = next((word for word in words if word in cli.list_commands(context)), "")
    command = cli.get_command(context, name) if name else None
    parameters = [*cli.params, *(command.params if command else ())]
    known = {name for one in parameters for name in (*one.opts, *one.secondary_opts)}
    options = (word.partition("=")[0] for word in words if word.startswith("-"))
    return " ".join(filter(None, ["readinglist", name, *(o for o in options if o in known)]))
