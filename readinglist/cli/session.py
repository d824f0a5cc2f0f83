"""What commands share: the library of this run, and the two ways to speak."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from readinglist.domain.text import plural, printable, printable_block
from readinglist.errors import LibraryError, ReadingListError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from threading import Event

    from click.shell_completion import CompletionItem

    from readinglist.cli.listing import Listing
    from readinglist.config import Config
    from readinglist.services.kept_views import KeptViews
    from readinglist.services.library import Library


_PATIENCE = 1.0
"""Seconds for which nobody has to be told how far something is."""


@dataclass
class Session:
    """The options that stand before the command."""

    library: str | None = None
    config: str | None = None
    listing: Listing | None = None
    """The numbered list of the line-by-line mode; None where each command runs by itself."""

    def load_config(self) -> Config:
        """Return the configuration.

        Raises:
            ConfigError: it can't be used.
        """
        from readinglist.config import load_config

        return load_config(self.config)

    def kept_views(self) -> KeptViews:
        """Return the user's own views."""
        from readinglist.config import views_path
        from readinglist.services.kept_views import KeptViews

        return KeptViews(views_path(self.config))

    def library_path(self, config: Config) -> Path:
        """Return the library file of this run."""
        return Path(os.path.expanduser(self.library)) if self.library else config.library_path

    @contextmanager
    def open_library(self, reading: bool = False) -> Iterator[Library]:
        """Open the library; what was edited is in its file at the end.

        Args:
            reading: the command only reads: that earlier edits can't be saved is told, no more.

        Raises:
            ReadingListError: the library can't be opened or written.
        """
        from readinglist.services.library import Library

        config = self.load_config()
        path = self.library_path(config)
        is_new = not os.path.exists(path)
        with progress_bar(f"Reading {path.name}", is_shown=not self.listing) as progress:
            library = Library.open(path, config, progress=progress)
        if is_new and os.path.exists(path):
            say(f"{path} is a new library.")
        elif is_new:
            say(f"{path} is missing: this is what this machine has of it.")
        if library.is_read_only:
            say(f"{path} was written by a newer readinglist: this one can only read it.")
        if library.mended:
            say(library.mended)
        if reading and library.came_in.withdrawn:
            from readinglist.services.recovering import recover_command

            edits = plural(library.came_in.withdrawn, "edit")
            told = f"The library file no longer has {edits} of this machine"
            say(f"{told}: {recover_command(path)} brings them back.")
        with closing(library):
            try:
                with library.faults_told():
                    yield library
            except BaseException:
                self._save(library, only_told=True)  # what went wrong first is the error
                raise
            self._save(library, only_told=reading)

    @staticmethod
    def _save(library: Library, only_told: bool) -> None:
        """Bring the library file up to date; `only_told`: that it can't be is no error."""
        try:
            if not library.save():
                say(f"{library.held_up()} The library file follows with the next command.")
            elif library.came_in.held_up:
                say(str(library.came_in.held_up))
        except LibraryError as error:
            if not only_told:
                raise
            say(str(error))


pass_session = click.make_pass_decorator(Session, ensure=True)


@contextmanager
def stopped_by_interrupt() -> Iterator[Event]:
    """Let Ctrl-C ask for an end instead of making one: give what it sets."""
    import signal
    from threading import Event

    stop = Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def need_terminal(what: str, hint: str = "See readinglist --help.") -> None:
    """Look whether there is a terminal.

    Raises:
        ReadingListError: there is none, and `what` needs it.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ReadingListError(f"{what} needs a terminal.", hint)


def say(text: str) -> None:
    """Narrate: one line on standard error."""
    click.echo(printable(text), err=True)


def put(text: str) -> None:
    """Print data: on a terminal so that nothing in it can steer it, elsewhere to the letter."""
    if sys.stdout.isatty():
        click.echo(printable_block(text), nl=False)
    else:  # as bytes: of text, click would take escapes out; and names of files may be no UTF-8
        click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


@contextmanager
def progress_bar(label: str, *, is_shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far something is, if it takes longer than a second.

    Args:
        label: what is done.
        is_shown: whether at all.
    """
    if not (is_shown and sys.stderr.isatty()):
        yield lambda done, of: None
        return
    begin = monotonic()
    with ExitStack() as stack:
        bar = None

        def progress(done: int, of: int) -> None:
            nonlocal bar
            if bar is None and monotonic() > begin + _PATIENCE:
                made = click.progressbar(
                    length=of, label=printable(label), file=sys.stderr, width=20
                )
                bar = stack.enter_context(made)
            if bar is not None:
                bar.length = of
                bar.update(max(1, done - bar.pos))

        yield progress


def print_json(value: Any) -> None:
    """Print data as JSON; on a terminal in ASCII, as its letters may look like others."""
    from readinglist.formats.json_text import read_json, write_json

    text = write_json(value, indent=2)
    text = text.encode("utf-8", "replace").decode()  # the names of files may be no UTF-8
    if sys.stdout.isatty():
        text = write_json(read_json(text), indent=2, is_ascii=True)
    click.echo(text)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def _session_of(context: click.Context) -> Session:
    given = context.find_root().params
    return Session(given.get("library"), given.get("config"))


def complete_view(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of views that begin with what was typed."""
    return [name for name in view_names(_session_of(context)) if name.startswith(incomplete)]


def view_names(session: Session) -> list[str]:
    """Return the names of all views that can be read and typed, for who completes one."""
    from readinglist.services.finding import VIEWS

    kept: Iterable[str] = ()
    with suppress(ReadingListError):  # one who only presses Tab asked for nothing
        kept = session.kept_views().all()
    return [*VIEWS, *(name for name in kept if printable(name) == name)]


class _PaperKey(click.ParamType):  # type: ignore[type-arg]  # plain in click before 8.3
    """A citation key; line by line, the number of a paper in the list stands for it, too."""

    name = "key"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the key that `value` means.

        Raises:
            InvalidValueError: it is a number that is not in the list.
        """
        session = ctx.find_object(Session) if ctx else None
        return session.listing.key_of(value) if session and session.listing else value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the citation keys that begin with what was typed."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(key) for key in keys_beginning(_session_of(ctx), incomplete)]


PAPER = _PaperKey()
"""The type of an argument that names a paper."""


def keys_beginning(session: Session, incomplete: str) -> list[str]:
    """Return the citation keys that begin with what was typed, in upper or lower case.

    There are none where the library or the configuration can't be read.
    """
    with suppress(ReadingListError):
        if session.library_path(session.load_config()).exists():
            with session.open_library(reading=True) as library:
                keys = library.all_keys()
            return [key for key in keys if key.lower().startswith(incomplete.lower())]
    return []
