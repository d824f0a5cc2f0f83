"""The words of a text, folded, with their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Letters, also with their accents as characters of their own (as macOS writes them).
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*(?:['’](?:[^\W_]|[\u0300-\u036f])+)*")
_HYPHENS = frozenset(("-", "‐", "‑"))


class Token(NamedTuple):
    """A word as it is compared, and where it stands in the text."""

    word: str
    start: int
    end: int
    glued: bool = False
    """True for two words as one: `pretraining` of `pre-training`."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of `text`; words joined by a hyphen also as one."""
    previous: Token | None = None
    for match in _WORD.finditer(text):
        word = _folded(match.group())
        if not word:
            continue
        token = Token(word, match.start(), match.end())
        yield token
        if previous and token.start == previous.end + 1 and text[previous.end] in _HYPHENS:
            yield Token(previous.word + word, previous.start, token.end, glued=True)
        previous = token


def words(text: str) -> list[str]:
    """Return the words of `text` without their places.

    The glued ones come last: in a phrase, words stand next to each other as in the text.
    """
    return [token.word for token in sorted(tokens(text), key=lambda token: token.glued)]


def _folded(word: str) -> str:
    folded = fold(word)
    return folded if folded.isalnum() else "".join(c for c in folded if c.isalnum())
