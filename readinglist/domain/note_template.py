"""Templates of notes: text with places for the facts of a paper, as `{title}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from readinglist.domain.text import printable
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.domain.paper import Paper

_PLACE = re.compile(r"\{\{([A-Za-z_]+)\}\}|\{([A-Za-z_]+)\}")
"""Doubled braces are braces."""

_FACTS: dict[str, Callable[[Paper, str], str]] = {
    "title": lambda paper, _: paper.title,
    "authors": lambda paper, _: paper.byline,
    "year": lambda paper, _: str(paper.year or ""),
    "key": lambda paper, _: paper.key,
    "date": lambda _, today: today,
    "venue": lambda paper, _: paper.venue or "",
}
PLACES = tuple(_FACTS)
"""What can stand in braces; `date` is the day of the note."""


def check_template(template: str) -> str:
    """Return `template` if it can be filled.

    Raises:
        InvalidValueError: something in braces is no fact of a paper.
    """
    for match in _PLACE.finditer(template):
        if match[2] and match[2] not in _FACTS:
            raise InvalidValueError(
                f"{{{match[2]}}} is nothing that a template knows.",
                f"Known are: {', '.join(f'{{{place}}}' for place in PLACES)}; "
                f"{{{{{match[2]}}}}} stands for itself.",
            )
    return template


def filled(template: str, paper: Paper, today: str) -> str:
    """Return the text of `template` for a paper.

    What is filled in is text of one line each, whatever it holds.

    Args:
        template: one that `check_template` has passed.
        paper: the paper of the note.
        today: the day, as it is to stand there.
    """
    return _PLACE.sub(
        lambda match: f"{{{match[1]}}}" if match[1] else printable(_FACTS[match[2]](paper, today)),
        template,
    )
