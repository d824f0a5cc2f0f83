"""The words of a text, folded, with their places."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Letters, also with their accents as characters of their own (as macOS writes them).
_RUN = r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
WORD = re.compile(rf"{_RUN}(?:['’]{_RUN})*")
"""A word as it is written."""
#: What ASCII characters mean: themselves, nothing (an apostrophe within a word), or a gap.
_ASCII = str.maketrans(
    {i: chr(i).lower() if chr(i).isalnum() else " " for i in range(128)}
    | {ord("-"): "-", ord("'"): ""}
)
#: Apostrophes that are in no word and let a hyphen join none.
_GAPS = ("''", "'-", "-'")
BEHIND = "."
"""Stands between the words of a text and the glued ones."""
HYPHENS = frozenset(("-", "‐", "‑"))
"""What makes one word of two."""


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
    for match in WORD.finditer(text):
        word = folded_word(match.group())
        if not word:
            continue
        token = Token(word, match.start(), match.end())
        yield token
        if previous and token.start == previous.end + 1 and text[previous.end] in HYPHENS:
            yield Token(previous.word + word, previous.start, token.end, glued=True)
        previous = token


def words(text: str) -> list[str]:
    """Return the words of `text` without their places.

    The glued ones come last: in a phrase, words stand next to each other as in the text.
    """
    return [word for word in spaced(text).split() if word != BEHIND]


def spaced(text: str) -> str:
    """Return the words of `text` as `words` does, with one or more spaces between them.

    A sign that is no word stands before the glued ones: they are nobody's neighbours.
    """
    # The same as `tokens` finds, many times as fast: whole libraries go through here.
    last: list[str] = []
    if not text.isascii():
        parts: list[str] = []
        for part in text.split():
            if part.isascii():
                parts.append(part)
            else:
                single, glued = _parted(part)
                parts += single
                last += glued
        text = " ".join(parts)
    for gap in _GAPS:
        text = text.replace(gap, " ")
    folded = text.translate(_ASCII)
    if "-" in folded:
        last += _glued(folded)
        folded = folded.replace("-", " ")
    return " ".join([folded, BEHIND, *last]) if last else folded


@lru_cache(10_000)
def _parted(part: str) -> tuple[list[str], list[str]]:
    """Return the words of a text without spaces, and the glued ones: most are names, or quotes."""
    found = list(tokens(part))
    return [t.word for t in found if not t.glued], [t.word for t in found if t.glued]


def _glued(folded: str) -> Iterator[str]:
    """Yield the pairs of words that a hyphen joins, in a text of words, spaces and hyphens."""
    hyphen = folded.find("-")
    while hyphen >= 0:
        start = folded.rfind(" ", 0, hyphen) + 1
        end = folded.find(" ", hyphen)
        parts = folded[start : end if end >= 0 else None].split("-")
        for one, other in pairwise(parts):
            if one and other:
                yield one + other
        hyphen = folded.find("-", end) if end >= 0 else -1


def folded_word(word: str) -> str:
    """Return what `WORD` found as it is compared; empty where nothing is left."""
    folded = fold(word)
    return folded if folded.isalnum() else "".join(c for c in folded if c.isalnum())
