"""Commands of other programs, as users write them in settings and variables."""

from __future__ import annotations

import shlex

from readinglist.errors import InvalidValueError


def words_of(command: str) -> list[str]:
    """Return the words of a command, quotes resolved; no shell reads it.

    Raises:
        InvalidValueError: it has none, or a quote that never ends.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        raise InvalidValueError(
            f"“{command}” is no command: a quotation mark is not closed.", "Close it."
        ) from None
    if not words or not words[0]:
        raise InvalidValueError(f"“{command}” is no command.", "Name a program.")
    return words
