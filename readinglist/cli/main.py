"""The group of all commands, and how errors end."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from io import StringIO

import click

from readinglist import __version__
from readinglist.cli.session import Session, complete_view, say
from readinglist.domain.text import printable_block
from readinglist.errors import ReadingListError

_MODULES = {
    "import": "files:import_",
    "complete": "completing:complete",
    "add": "editing:add",
    "list": "looking:list_",
    "show": "looking:show",
    "open": "opening:open_",
    "mark": "editing:mark",
    "note": "editing:note",
    "edit": "editing:edit",
    "rekey": "editing:rekey",
    "duplicates": "looking:duplicates",
    "merge": "editing:merge",
    "delete": "editing:delete",
    "undo": "editing:undo",
    "redo": "editing:redo",
    "history": "looking:history",
    "restore": "editing:restore",
    "export": "files:export",
    "cite": "citing:cite_",
    "fetch-pdf": "fetching:fetch_pdf",
    "init": "syncing:init",
    "sync": "syncing:sync",
    "conflicts": "syncing:conflicts",
    "recover": "syncing:recover",
    "log": "looking:log",
    "stats": "looking:stats",
    "check": "checking:check",
    "salvage": "checking:salvage",
    "config": "files:config",
    "demo": "files:demo",
    "merge-driver": "syncing:merge_driver",
    "textconv": "syncing:textconv",
}
"""Where each command is, in the order in which one comes to need them."""


_OUTPUT_FAILED = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EAGAIN, errno.ENXIO,
)  # fmt: skip
"""What the system says where standard output can't be written."""


class Commands(click.Group):
    """Loads a command when it is called: a start pays for no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in order."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, None where there is none."""
        if cmd_name not in _MODULES:
            return None
        module, _, name = _MODULES[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"readinglist.cli.{module}"), name)
        return command


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command, the app opens. Exit codes: 0 done; 1 not done, or not all of it; "
    "2 wrong usage or configuration; 70 a fault of readinglist, with a report of it.",
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
@click.option(
    "--plain", is_flag=True, help="No app: a prompt, for screen readers and plain terminals."
)
@click.option(
    "--screenshot", metavar="FILE", help="No app: write what it would show, as SVG, and leave."
)
@click.option("--size", metavar="WxH", help="The columns and lines of the screenshot: 120x40.")
@click.option("--view", metavar="NAME", shell_complete=complete_view, help="The view in it.")
@click.option("--search", metavar="QUERY", help="What is searched for in it.")
@click.version_option(__version__, prog_name="readinglist")
@click.pass_context
def cli(
    context: click.Context,
    library: str | None,
    config: str | None,
    plain: bool,
    screenshot: str | None,
    size: str | None,
    view: str | None,
    search: str | None,
) -> int | None:
    """A reading list for researchers who live in a terminal, in LaTeX and in git.

    \b
    Example: readinglist import page.txt
             readinglist --library ~/papers/library.db
    """
    for option, file in (("--library", library), ("--config", config)):
        if file == "":  # perhaps an empty variable of a shell
            raise click.UsageError(f"{option} needs the name of a file.")
    context.obj = context.obj or Session(library, config)
    if plain and (screenshot is not None or context.invoked_subcommand):
        raise click.UsageError("--plain opens a prompt: it takes no command and no --screenshot.")
    if screenshot is not None and context.invoked_subcommand:
        raise click.UsageError("--screenshot takes no command.")
    if screenshot is None and (size, view, search) != (None, None, None):
        raise click.UsageError("--size, --view and --search are of the --screenshot.")
    if context.invoked_subcommand is not None:
        return None
    if screenshot is not None:
        from readinglist.cli.screenshot import take_screenshot

        take_screenshot(context.obj, screenshot, size, view, search)
        return None
    if plain:
        from readinglist.cli.plain import run_plain

        return run_plain(context.obj)
    from readinglist.cli.files import open_app

    open_app(context.obj)
    return None


def _tell_wrong_use(error: click.ClickException) -> None:
    """Say it as click does, the words that were typed made printable."""
    told = StringIO()
    error.show(told)
    click.echo(printable_block(told.getvalue()), err=True, nl=False)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code.

    What nobody foresaw ends in a report, see `readinglist.cli.crashing`.
    """
    try:
        result = cli.main(arguments, prog_name="readinglist", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        say("Stopped.")
        return 130
    except click.ClickException as error:
        _tell_wrong_use(error)
        return error.exit_code
    except ReadingListError as error:
        say(f"readinglist: {error}")
        return error.exit_code
    except BrokenPipeError:  # the reader of our output, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if not error.filename and error.errno == errno.ENOENT and _is_nowhere():
            say("readinglist: The folder that you are in is gone. Go to another one.")
            return 1
        if error.filename is None and error.errno not in _OUTPUT_FAILED:
            return _crashed(error, arguments)
        what = (
            f"{error.filename} can't be used" if error.filename else "the output can't be written"
        )
        say(f"readinglist: {what}: {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _crashed(error, arguments)
    return result if isinstance(result, int) else 0


def _is_nowhere() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _crashed(error: Exception, arguments: list[str] | None) -> int:
    from readinglist.cli.crashing import tell_crash

    return tell_crash(error, arguments)
