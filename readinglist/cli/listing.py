"""Papers as numbered lines, some at a time: the list of the line-by-line mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from readinglist.cli.session import say
from readinglist.domain.paper import Priority, family_name
from readinglist.domain.text import plural, printable
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper
    from readinglist.services.finding import View
    from readinglist.services.library import Library

_PAGE = 10
"""So many papers are printed at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list answers."""

    text: str
    view: View
    sort: str | None


class Listing:
    """The last list, of which a first part was printed.

    Attributes:
        asked: what it answers; None where nothing was listed.
        keys: the citation keys of what was printed: the number 1 is the first one's.
    """

    def __init__(self) -> None:
        self.asked: Asked | None = None
        self.keys: list[str] = []
        self._ids: Sequence[int] = ()

    def begin(self, library: Library, ids: Sequence[int], asked: Asked) -> None:
        """Print the first papers of another list."""
        self.asked, self._ids = asked, ids
        self.keys.clear()
        if not ids:
            say("No paper answers that." if asked.text else f"{asked.view.label}: no paper.")
            return
        self.go_on(library)

    def go_on(self, library: Library) -> None:
        """Print the next papers, and say how many there are.

        Raises:
            InvalidValueError: nothing was listed.
        """
        if not self._ids:
            raise InvalidValueError("Nothing is listed.", "Type what to search for, or list.")
        start = len(self.keys)
        if start == len(self._ids):
            say("That was all.")
            return
        # One that was deleted meanwhile keeps its number free.
        papers = {paper.id: paper for paper in library.papers(self._ids[start : start + _PAGE])}
        for number, id_ in enumerate(self._ids[start : start + _PAGE], start + 1):
            paper = papers.get(id_)
            self.keys.append(paper.key if paper else "")
            click.echo(f"{number}. {line(paper) if paper else 'deleted meanwhile'}")
        count = len(self._ids)
        all_told = plural(count, "paper")
        rest = len(self.keys) < count
        say(f"{len(self.keys):,} of {all_told}; more goes on." if rest else f"{all_told}.")

    def key_of(self, text: str) -> str:
        """Return the citation key that a number of the list, or a key, stands for.

        Raises:
            InvalidValueError: the list has no such number.
        """
        if not (text.isascii() and text.isdecimal()):
            return text
        number = int(text) if len(text) < 10 else 0
        if not 1 <= number <= len(self.keys) or not self.keys[number - 1]:
            raise InvalidValueError(
                f"There is no number {text} in the last list.",
                f"It has 1 to {len(self.keys)}." if self.keys else "List some papers first.",
            )
        return self.keys[number - 1]


def line(paper: Paper) -> str:
    """Return what one must know of a paper, with semicolons to pause at."""
    title = paper.title
    if "$" in title:
        from readinglist.formats.math_text import with_readable_math

        title = with_readable_math(title)
    has_priority = paper.priority is not Priority.NONE
    state = f"{paper.status}, {paper.priority} priority" if has_priority else str(paper.status)
    parts = (title, _by(paper), str(paper.year or ""), state, paper.key)
    return "; ".join(filter(None, map(printable, parts)))


def _by(paper: Paper) -> str:
    names = [family_name(author) for author in paper.authors]
    if len(names) > 2:
        return f"{names[0]} and others"
    return " and ".join(names) or paper.byline
