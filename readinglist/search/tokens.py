"""The words of a text, folded, with their places."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Letters, also with their accents as characters of their own (as macOS writes them).
_RUN = r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
_WORD = re.compile(rf"{_RUN}(?:['’]{_RUN})*")
#: What ASCII characters mean: themselves, nothing (an apostrophe within a word), or a gap.
_ASCII = str.maketrans(
    {i: chr(i).lower() if chr(i).isalnum() else " " for i in range(128)} | {ord("'"): ""}
)
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
    if not text.isascii():
        return [token.word for token in sorted(tokens(text), key=lambda token: token.glued)]
    # The same, several times as fast: whole libraries go through here.
    text = text.replace("''", " ")
    plain = text.translate(_ASCII).split()
    if "-" in text:
        for piece in text.split():
            if "-" in piece:
                plain += _glued(piece)
    return plain


def _glued(piece: str) -> Iterator[str]:
    """Yield the pairs of words that a hyphen joins in an ASCII text without spaces."""
    for one, other in pairwise(piece.split("-")):
        if one[-1:].isalnum() and other[:1].isalnum():
            yield one.translate(_ASCII).split()[-1] + other.translate(_ASCII).split()[0]


def _folded(word: str) -> str:
    folded = fold(word)
    return folded if folded.isalnum() else "".join(c for c in folded if c.isalnum())
