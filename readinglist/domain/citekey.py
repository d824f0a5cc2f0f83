"""Citation keys: made from a pattern, checked, kept unique."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from readinglist.domain.paper import family_name
from readinglist.domain.text import fold
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Container

    from readinglist.domain.paper import Paper

DEFAULT_PATTERN = "[auth:lower][year][title:1:lower]"

#: What bibtex, biber and LaTeX all accept in a key.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.+/-]*")
_FIELD = re.compile(r"\[([a-z]+)((?::[a-z0-9]+)*)\]")
_WORD = re.compile(r"[A-Za-z0-9]+")
_SKIPPED_WORDS = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "by", "can", "do", "for", "from", "how", "in", "into",
        "is", "it", "its", "of", "on", "or", "that", "the", "to", "via", "what", "when", "why",
        "with",
    )
)  # fmt: skip
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


def check_pattern(pattern: str) -> str:
    """Return `pattern` if each of its `[fields]` and modifiers is known.

    Raises:
        InvalidValueError: one is not.
    """
    for name, modifiers in _FIELD.findall(pattern):
        known = name in ("auth", "year", "title") and all(
            m.isdigit() or m in ("lower", "upper") for m in modifiers.split(":")[1:]
        )
        if not known:
            raise InvalidValueError(
                f"“[{name}{modifiers}]” is no part of a citation-key pattern.",
                "Known are [auth], [year], [title], with :lower, :upper or :N words.",
            )
    rest = _FIELD.sub("", pattern)
    if (
        "[" in rest
        or not _FIELD.search(pattern)
        or (rest and not re.fullmatch(r"[\w:.+/-]+", rest))
    ):
        raise InvalidValueError(
            f"“{pattern}” is no citation-key pattern.", f"The default is {DEFAULT_PATTERN}."
        )
    return pattern


def make_key(paper: Paper, pattern: str = DEFAULT_PATTERN, words: int = 0) -> str:
    """Return the citation key that `pattern` gives to `paper`.

    Without a known author, the key is made of the first three words of the title and the
    year, whatever the pattern: `DeepModelAssembling2022`.

    Args:
        paper: the paper to name.
        pattern: text with `[auth]`, `[year]`, `[title:N]`, each with `:lower` or `:upper`.
        words: how many more words of the title to take, to tell papers apart.
    """
    if paper.authors:
        key = _FIELD.sub(lambda m: _part(paper, m[1], m[2].split(":")[1:], words), pattern)
    else:
        key = _title_words(paper.title, 3 + words) + str(paper.year or "")
    key = "".join(_KEY.findall(key))[:_LONGEST]
    return key or f"paper{paper.id % 10**6:06}"


def unique_key(paper: Paper, taken: Container[str], pattern: str = DEFAULT_PATTERN) -> str:
    """Return a key for `paper` that is not in `taken` (keys in lower case).

    More words of the title tell papers apart, then digits of the paper's identity: both
    are the same on every machine.
    """
    for words in range(3):
        key = make_key(paper, pattern, words)
        if key.lower() not in taken:
            return key
    key = make_key(paper, pattern)[: _LONGEST - 17]
    for length in range(4, 17):
        longer = f"{key}-{paper.id:016x}"[: len(key) + 1 + length]
        if longer.lower() not in taken:
            return longer
    raise AssertionError("two papers have one identity")  # pragma: no cover


def _part(paper: Paper, name: str, modifiers: list[str], more_words: int) -> str:
    count = next((int(m) for m in modifiers if m.isdigit()), 3) + more_words
    if name == "auth":
        part = _ascii(family_name(paper.authors[0])).replace(" ", "")
    elif name == "year":
        part = str(paper.year or "")
    else:
        part = _title_words(paper.title, count)
    if "lower" in modifiers:
        return part.lower()
    return part.upper() if "upper" in modifiers else part


def _title_words(title: str, count: int) -> str:
    words = [w for w in _WORD.findall(_ascii(title)) if w.lower() not in _SKIPPED_WORDS]
    return "".join(word[0].upper() + word[1:] for word in words[:count])


def _ascii(text: str) -> str:
    """Return `text` in ASCII with its case, apostrophes closed up, the rest dropped."""
    decomposed = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", ""))
    letters = (c if c.isascii() else _like_case(c) for c in decomposed)
    return "".join(letters)


def _like_case(letter: str) -> str:
    if unicodedata.combining(letter):
        return ""
    base = fold(letter)
    if not (base.isascii() and base.isalpha()):
        return " "
    return base.capitalize() if letter.isupper() else base
