"""Text as people compare it (folded) and as a terminal may show it (printable)."""

from __future__ import annotations

import re
import unicodedata

#: Letters that Unicode does not decompose into a base letter and a mark.
_BASE_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
        "’": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "−": "-",
    }
)

#: Characters that steer a terminal, reorder a line, or take no place in it.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
#: What no text holds; white space stays.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_MANY_MARKS = re.compile(
    r"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def fold(text: str) -> str:
    """Return `text` without case and accents: `Schrödinger` and `schrodinger` fold alike."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.casefold().translate(_BASE_LETTERS)


def printable(text: str) -> str:
    """Return `text` as one line that any terminal shows as it stands.

    White space becomes single spaces; control characters, bidirectional overrides and
    zero-width characters go; floods of combining marks are cut to three.
    """
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return _MANY_MARKS.sub(r"\1", " ".join(_UNPRINTABLE.sub("", line).split()))


def printable_block(text: str) -> str:
    """Return `text` with its line breaks and indents, each line fit for a terminal."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        _MANY_MARKS.sub(r"\1", _UNPRINTABLE.sub("", line.expandtabs(4))) for line in lines
    )


def without_controls(text: str) -> str:
    """Return `text` letter for letter, without control characters and lone surrogates."""
    return _CONTROLS.sub("", text)


def plural(count: int, noun: str, plural_form: str = "") -> str:
    """Return `count` with its noun: `1 paper`, `12 papers`."""
    return f"{count:,} {noun if count == 1 else plural_form or noun + 's'}"


def transliterate(text: str) -> str:
    """Return `text` in ASCII with its case, apostrophes closed up; other scripts as in English."""
    decomposed = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", ""))
    letters = (c if c.isascii() else _like_case(c) for c in decomposed)
    return "".join(letters)


def _like_case(letter: str) -> str:
    if unicodedata.combining(letter):
        return ""
    base = fold(letter)
    if not base.isascii():
        from anyascii import anyascii

        base = anyascii(letter) if letter.isalpha() else ""
        return base if base.isalnum() else " "
    if not base.isalpha():
        return base if base.isdigit() else " "
    return base.capitalize() if letter.isupper() else base
