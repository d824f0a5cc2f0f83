"""The line-by-line mode: for screen readers, plain terminals, and scripts.

line -> a short form or a command -> the command line's own code, in this process
     -> else a search -> numbered lines, which later lines name papers by
"""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from readinglist.cli.listing import Listing
from readinglist.cli.main import cli
from readinglist.cli.session import PAPER, Session, keys_beginning, say, view_names
from readinglist.domain.text import plural, printable
from readinglist.errors import InvalidValueError, ReadingListError, UnknownKeyError
from readinglist.services.finding import SORT_NAMES, VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from readinglist.cli.listing import Asked

_HELP = """\
Type words to search for, as in the app: neural netw author:he year:2022..
A slash before them searches for words that are commands, too: /open questions
Papers are listed with numbers. N is a number or a key; where several fit, 1 3 5-7 or all, too.
more: the next papers. list: all papers. next: what to read next. view NAME: a view.
sort ORDER: the list in another order. like N: similar papers. keep NAME: keep as a view.
show N: all of a paper. open N: its PDF or page. open --code N: its code. fetch-pdf N: the PDF.
copy N: the key. export N: the BibTeX entry.
read, reading, skip, unread N: the status. high, medium, low, none N: the priority.
tags N a,b: set the tags. tag N a,b: add. untag N a,b: remove. tags: those in use.
note N TEXT: add to the note. note N: write it in your editor. delete N: with its note.
history N: what was done to a paper. restore N ENTRY: as it was before. undo. redo.
import FILE, export -o FILE, sync, conflicts, stats and more: help COMMAND tells of one.
quit, or ctrl+d: leave. All is saved."""
_MARKS = {
    **{word: ("--status", word) for word in ("read", "reading", "unread")},
    "skip": ("--status", "skipped"),
    **{word: ("--priority", word) for word in ("high", "medium", "low", "none")},
}


class _Leaving(Exception):  # noqa: N818 - no error: the user has said so
    """Ends the mode."""


def run_plain(session: Session) -> int:
    """Carry out what is typed, or comes from a pipe, line by line.

    Returns:
        The exit code: 1 if a line of a pipe could not be carried out.

    Raises:
        ReadingListError: the library can't be opened.
    """
    plain = Plain(Session(session.library, session.config, Listing()))
    failed = False
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    is_typed = sys.stdin.isatty()
    with suppress(_Leaving):
        for line in _typed(plain) if is_typed else sys.stdin:
            failed |= plain.carry_out(line) != 0
    return int(failed and not is_typed)


def _typed(plain: Plain) -> Iterator[str]:
    """Yield what a person types, with the library's queries to go back to."""
    plain.greet()
    plain.set_up_line_editing()
    while True:
        try:
            yield input("> ")
        except EOFError:
            click.echo()
            return
        except KeyboardInterrupt:
            click.echo()


def _commands() -> list[str]:
    return cli.list_commands(click.Context(cli))


class Plain:
    """Carries out lines."""

    def __init__(self, session: Session) -> None:
        """Prepare for lines.

        Args:
            session: which library; it has a `Listing`.
        """
        assert session.listing is not None
        self._session = session
        self._listing = session.listing
        self._deeds: dict[str, Callable[[str], int]] = {
            "help": self._help,
            "more": self._more,
            "next": lambda rest: self._list("--view", "next", text=rest),
            "view": self._view,
            "sort": self._sort,
            "like": self._like,
            "keep": self._keep,
            "copy": self._copy,
            "cite": self._cite,
            "note": self._note,
            "tags": partial(self._tags, add=True, remove=True),
            "tag": partial(self._tags, add=True),
            "untag": partial(self._tags, remove=True),
            **{word: partial(self._mark, options) for word, options in _MARKS.items()},
            "quit": self._quit,
            "exit": self._quit,
        }

    @property
    def words(self) -> list[str]:
        """What a line may begin with, beside what is searched for."""
        return list(dict.fromkeys([*self._deeds, *_commands()]))

    def carry_out(self, line: str) -> int:
        """Carry out a line and return its exit code; what is wrong is told in a sentence."""
        line = line.strip()
        word, _, rest = line.partition(" ")
        try:
            if not line:
                return 0
            if word in self._deeds:
                return self._deeds[word](rest.strip())
            if word in self.words:
                return self._run(self._with_papers(self._split(line)))
            return self._search(line.removeprefix("/").strip())
        except click.exceptions.Exit as stop:
            return stop.exit_code
        except (click.Abort, KeyboardInterrupt):
            say("Stopped.")
            return 130
        except click.ClickException as error:
            say(error.format_message())
            return error.exit_code
        except UnknownKeyError as error:
            say(f"{error.message} To search for these words: /{line}")
            return error.exit_code
        except ReadingListError as error:
            say(str(error))
            return error.exit_code

    def greet(self) -> None:
        """Say where one is.

        Raises:
            ReadingListError: the library can't be opened.
        """
        with self._session.open_library(reading=True) as library:
            say(f"{plural(library.count(), 'paper')}. help tells what can be typed; quit leaves.")

    def set_up_line_editing(self) -> None:
        """Offer earlier queries with the arrow keys, and completion with Tab."""
        try:
            import readline
        except ImportError:  # a Python without it: lines are typed without help
            return
        with self._session.open_library(reading=True) as library:
            for query in library.queries():
                readline.add_history(query)
        offers: list[str] = []

        def complete(text: str, state: int) -> str | None:
            if state == 0:
                offers[:] = self.offers(readline.get_line_buffer()[: readline.get_begidx()], text)
            return offers[state] if state < len(offers) else None

        readline.set_completer_delims(" ")
        readline.set_completer(complete)
        if "libedit" in (readline.__doc__ or ""):
            readline.parse_and_bind("bind ^I rl_complete")
        else:
            readline.parse_and_bind("set enable-bracketed-paste off")
            readline.parse_and_bind("tab: complete")

    def offers(self, before: str, text: str) -> list[str]:
        """Return how `text`, which stands behind `before`, may go on: each with a blank."""
        first = before.partition(" ")[0]
        if not before.strip():
            known = self.words
        elif first == "view":
            known = view_names(self._session)
        elif first == "sort":
            known = list(SORT_NAMES)
        elif first == "help":
            known = self.words
        elif text:
            known = keys_beginning(self._session, text)
        else:
            known = []
        return [f"{word} " for word in known if word.lower().startswith(text.lower())]

    # --- what a line may be

    def _run(self, words: list[str]) -> int:
        """Run a command of the command line in this process."""
        if words[0] in ("import", "note") and "-" in words[1:]:
            raise InvalidValueError(
                "Standard input is this prompt.", "Name a file, or give a text."
            )
        result = cli.main(words, prog_name="readinglist", standalone_mode=False, obj=self._session)
        return result if isinstance(result, int) else 0

    def _search(self, text: str) -> int:
        if sys.stdin.isatty():
            with self._session.open_library(reading=True) as library:
                library.remember_query(text)
        return self._list(text=text)

    def _asked(self) -> Asked:
        if self._listing.asked is None:
            raise InvalidValueError("Nothing is listed.", "Type what to search for, or list.")
        return self._listing.asked

    def _list(self, *options: str, text: str = "") -> int:
        return self._run(["list", *options, "--", text])

    def _help(self, command: str) -> int:
        if command in _commands():
            return self._run([command, "--help"])
        click.echo(_HELP)
        return 0

    def _more(self, rest: str) -> int:
        with self._session.open_library(reading=True) as library:
            self._listing.go_on(library)
        return 0

    def _view(self, rest: str) -> int:
        names = [*VIEWS, *self._session.kept_views().all()]
        if not rest:
            click.echo(printable(f"Views: {', '.join(names)}."))
            return 0
        # A name may have blanks; what follows it is searched for in the view.
        fitting = [name for name in names if f"{rest} ".startswith(f"{name} ")]
        name = max(fitting, key=len, default=rest)
        return self._list("--view", name, text=rest[len(name) :].strip())

    def _sort(self, order: str) -> int:
        asked = self._asked()
        name = asked.view.name
        of = ("--view", name) if asked.view.like is None else ("--like", name.removeprefix("like:"))
        return self._list(*of, "--sort", order, text=asked.text)

    def _like(self, rest: str) -> int:
        return self._list("--like", self._papers(rest)[0])

    def _keep(self, name: str) -> int:
        from readinglist.domain.query import joined

        asked = self._asked()
        query = joined(asked.view.query, asked.text)
        if not query and not asked.sort:
            raise InvalidValueError("There is no query to keep yet.", "Search first.")
        view = self._session.kept_views().keep(name, query, asked.sort or "")
        say(f"Kept: view {view.name} shows it again.")
        return 0

    def _mark(self, options: tuple[str, str], rest: str) -> int:
        return self._run(["mark", *options, "--", *self._papers(rest)])

    def _tags(self, rest: str, add: bool = False, remove: bool = False) -> int:
        """Add tags, remove them, or, for both, set them."""
        named, _, listed = rest.partition(" ")
        tags = [tag for part in listed.split(",") if (tag := part.strip())]
        with self._session.open_library() as library:
            if not rest:
                for tag, count in library.tags():
                    click.echo(f"{printable(tag)}: {plural(count, 'paper')}")
                return 0
            papers = [library.paper(key) for key in self._papers(named)]
            if not tags:
                raise InvalidValueError("Say which tags.", "For example: tags 3 a,b.")
            worn = {tag for paper in papers for tag in paper.tags}
            step = library.mark(
                [paper.id for paper in papers],
                add_tags=tags if add else (),
                remove_tags=(worn - set(tags) if add else tags) if remove else (),
            )
            say(step.summary)
        return 0

    def _note(self, rest: str) -> int:
        named, _, text = rest.partition(" ")
        text = text.strip()
        if text.startswith("--") or text == "-":
            return self._run(["note", *self._split(rest)])
        (key,) = self._papers(named)[:1]
        if text:
            return self._run(["note", "--append", text, "--", key])
        if not sys.stdin.isatty():
            raise InvalidValueError("Say what to note.", "For example: note 3 See section 2.")
        return self._run(["note", "--", key])

    def _copy(self, rest: str) -> int:
        from readinglist.services import clipboard

        with self._session.open_library() as library:
            papers = [library.paper(key) for key in self._papers(rest)]
            library.freeze_keys(papers)
        text = ",".join(paper.key for paper in papers)
        click.echo(text)
        tool = clipboard.copy(text)
        say(f"Copied with {tool}." if tool else "No program for the clipboard is there.")
        return 0 if tool else 1

    def _cite(self, rest: str) -> int:
        key = self._listing.key_of
        return self._run(["cite", *(key(w) if w.isdecimal() else w for w in self._split(rest))])

    def _quit(self, rest: str) -> int:
        raise _Leaving

    # --- what words mean

    @staticmethod
    def _split(line: str) -> list[str]:
        try:
            return shlex.split(line)
        except ValueError as error:
            raise InvalidValueError("A quotation mark is not closed.") from error

    def _with_papers(self, words: list[str]) -> list[str]:
        """Return the words of a command with the papers named one by one, if it takes several."""
        command = cli.get_command(click.Context(cli), words[0])
        several = (
            any(p.type is PAPER and p.nargs == -1 for p in command.params) if command else False
        )
        ends = (place for place, word in enumerate(words) if word.startswith("-"))
        end = next(ends, len(words))
        if not several or end == 1:
            return words
        return [words[0], *self._papers(" ".join(words[1:end])), *words[end:]]

    def _papers(self, text: str) -> list[str]:
        """Return the citation keys that numbers, ranges of them, `all`, or keys stand for.

        Raises:
            InvalidValueError: none is named, or the list has no such number.
        """
        keys: list[str] = []
        for word in text.replace(",", " ").split():
            first, dash, last = word.partition("-")
            if word == "all":
                keys += filter(None, self._listing.keys)
            elif dash and first.isdecimal() and last.isdecimal():
                self._listing.key_of(first), self._listing.key_of(last)
                keys += map(self._listing.key_of, map(str, range(int(first), int(last) + 1)))
            else:
                keys.append(self._listing.key_of(word))
        if not keys:
            raise InvalidValueError("Say which paper, by its number.", "For example: read 3.")
        return list(dict.fromkeys(keys))
