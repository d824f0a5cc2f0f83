"""The group of all commands, and how errors end."""

from __future__ import annotations

import os
import sys

import click

from readinglist import __version__
from readinglist.cli import editing, files, looking
from readinglist.cli.session import Session, say
from readinglist.errors import ReadingListError


class Commands(click.Group):
    """Lists its commands in the order of their adding: as one comes to need them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in order."""
        return list(self.commands)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command, the app opens. Exit codes: 0 done; 1 not done, or not all of it; "
    "2 wrong usage or configuration.",
)
@click.option(
    "--library",
    envvar="READINGLIST_LIBRARY",
    metavar="FILE",
    help="The library file, instead of the one that the configuration names.",
)
@click.option(
    "--config",
    envvar="READINGLIST_CONFIG",
    metavar="FILE",
    help="The configuration file, instead of the usual one.",
)
@click.version_option(__version__, prog_name="readinglist")
@click.pass_context
def cli(context: click.Context, library: str | None, config: str | None) -> None:
    """A reading list for researchers who live in a terminal, in LaTeX and in git.

    \b
    Example: readinglist import page.txt
             readinglist --library ~/papers/library.db
    """
    context.obj = Session(library, config)
    if context.invoked_subcommand is None:
        files.open_app(context.obj)


for _command in (
    files.import_,
    looking.list_,
    looking.show,
    editing.mark,
    editing.note,
    editing.edit,
    editing.delete,
    editing.undo,
    editing.redo,
    looking.history,
    files.export,
    files.check,
    files.config,
    files.demo,
):
    cli.add_command(_command)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = cli.main(arguments, prog_name="readinglist", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        say("Stopped.")
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ReadingListError as error:
        say(f"readinglist: {error}")
        return error.exit_code
    except BrokenPipeError:  # the reader of our output, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        say(f"readinglist: the output can't be written: {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return result if isinstance(result, int) else 0
