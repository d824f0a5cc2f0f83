"""Citation keys: made from a pattern, checked, kept unique."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from readinglist.domain.key_pattern import fill_in, has_title, title_words
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from readinglist.domain.paper import Paper

DEFAULT_PATTERN = "[auth:lower][year][title:1:lower]"

#: What bibtex, biber and LaTeX all accept in a key.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.+/-]*")
_LONGEST = 80
_LONGEST_IMPORTED = 250
_IN_IMPORTED_KEYS = frozenset("!*+-./:;<>?@[]_|`'")


def check_key(key: str) -> str:
    """Return `key` if bibtex and biber accept it.

    Raises:
        InvalidValueError: it is empty, too long, or holds other characters.
    """
    if len(key) <= _LONGEST and _KEY.fullmatch(key):
        return key
    raise InvalidValueError(
        f"“{key}” can't be a citation key.",
        f"Use at most {_LONGEST} letters and digits without accents, and : _ . + / -",
    )


def importable_key(key: str) -> str:
    """Return `key`, which a file brought, without what breaks LaTeX or a terminal.

    More is allowed than in a key that we make, for documents cite it already: letters of
    all alphabets, and what bibtex takes and LaTeX prints or carries unharmed.
    """
    if _KEY.fullmatch(key):
        return key[:_LONGEST_IMPORTED]
    kept = "".join(c for c in key if c.isalnum() or c in _IN_IMPORTED_KEYS)
    return kept.lstrip("-")[:_LONGEST_IMPORTED]


def make_key(paper: Paper, pattern: str = DEFAULT_PATTERN, words: int = 0) -> str:
    """Return the citation key that `pattern` gives to `paper`.

    Without a known author, the key is made of the first three words of the title and the
    year, whatever the pattern: `DeepModelAssembling2022`.

    Args:
        paper: the paper to name.
        pattern: see `readinglist.domain.key_pattern`.
        words: how many more words of the title to take, to tell papers apart.
    """
    if paper.authors:
        key = fill_in(pattern, paper, words)
        if words and not has_title(pattern):
            key += "".join(title_words(paper.title, words))
    else:
        key = "".join(title_words(paper.title, 3 + words)) + str(paper.year or "")
    key = "".join(_KEY.findall(key))[:_LONGEST]
    return key or f"paper{paper.id % 10**6:06}"


def unique_key(paper: Paper, taken: Container[str], pattern: str = DEFAULT_PATTERN) -> str:
    """Return a key for `paper` that is not in `taken` (keys in lower case)."""
    return next(key for key in possible_keys(paper, pattern) if key.lower() not in taken)


def possible_keys(paper: Paper, pattern: str = DEFAULT_PATTERN) -> Iterator[str]:
    """Yield the keys that `paper` may have, the shortest first.

    More words of the title tell papers apart, then digits of the paper's identity: both
    are the same on every machine.
    """
    yield from dict.fromkeys(make_key(paper, pattern, words) for words in range(3))
    key = make_key(paper, pattern)[: _LONGEST - 17]
    for length in range(4, 17):
        yield f"{key}-{paper.id:016x}"[: len(key) + 1 + length]
