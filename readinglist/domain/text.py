"""Text as people compare it (folded) and as a terminal may show it (printable)."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

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

#: What steers a terminal, reorders a line, or may stand neither in UTF-8 nor in XML.
STEERING = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(map(chr, range(0xFFFE, 0x110000, 0x10000)))
    + "".join(map(chr, range(0xFFFF, 0x110000, 0x10000)))
)
#: What takes no place in a line, or as much as the terminal likes: joiners, selectors, fillers,
#: tags, the tones of skins.
_PLACELESS = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
)
_UNPRINTABLE = re.compile(f"[{STEERING}{_PLACELESS}]")
#: What no text holds; white space stays.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_STEERING_BUT_TABS = re.compile(f"(?!\t)[{STEERING}]")
_IS_PLACELESS = re.compile(f"[{_PLACELESS}]")
_MOST_MARKS = 3
#: So many signs in a row that are no letters that there may be too many marks among them.
_FLOOD = re.compile(rf"[^\x00-\u02ff\s\w]{{{_MOST_MARKS + 1},}}")
#: What Unicode calls a letter that carries a vowel, and is named by one: alef.
_VOWEL_CARRIER = re.compile(r"(?!.*HANGUL).* LETTER (?:.* )?([AEIOU])[A-Z]*")


def fold(text: str) -> str:
    """Return `text` without case and accents: `Schrödinger` and `schrodinger` fold alike."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.casefold().translate(_BASE_LETTERS)


def printable(text: str) -> str:
    """Return `text` as one line that any terminal shows as it stands.

    White space becomes single spaces; control characters, bidirectional overrides and what
    takes no place of its own go; floods of combining marks are cut to three.
    """
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return _FLOOD.sub(_thinned, " ".join(_UNPRINTABLE.sub("", line).split()))


def printable_block(text: str) -> str:
    """Return `text` with its line breaks and indents, each line fit for a terminal."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        _FLOOD.sub(_thinned, _UNPRINTABLE.sub("", line.expandtabs(4))) for line in lines
    )


def legible(text: str) -> str:
    """Return what is being written as a terminal may show it, each letter in its place.

    � stands for what steers a terminal; what takes no place of its own has none.
    """
    if text.isascii() and text.isprintable():
        return text
    return _IS_PLACELESS.sub(
        "\N{ZERO WIDTH SPACE}", _STEERING_BUT_TABS.sub("\N{REPLACEMENT CHARACTER}", text)
    )


def harmless(text: str) -> str:
    """Return `text` without what steers a terminal; all else stays, letter for letter."""
    return _STEERING_BUT_TABS.sub("", text)


def is_harmless(text: str) -> bool:
    """Return whether nothing in `text` steers a terminal."""
    return not _STEERING_BUT_TABS.search(text)


def encodable(text: str) -> str:
    """Return `text` as UTF-8 can hold it: bytes of an argument that were none stand escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _thinned(flood: re.Match[str]) -> str:
    """Return signs with no more than three marks in a row."""
    kept: list[str] = []
    marks = 0
    for sign in flood[0]:
        marks = marks + 1 if unicodedata.category(sign).startswith("M") else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def cut(text: str, width: int) -> str:
    """Return `text`, which is printable, in at most `width` columns of a terminal."""
    ends = list(accumulate(map(_columns, text)))
    if not ends or ends[-1] <= width:
        return text
    return text[: sum(end < width for end in ends)] + "…"


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def without_controls(text: str) -> str:
    """Return `text` letter for letter, without control characters and lone surrogates."""
    return _CONTROLS.sub("", text)


def plural(count: int, noun: str, plural_form: str = "") -> str:
    """Return `count` with its noun: `1 paper`, `12 papers`."""
    return f"{count:,} {noun if count == 1 else plural_form or noun + 's'}"


def roman(letter: str) -> str:
    """Return a letter of any script, with its marks, in ASCII; nothing if no sound is known."""
    from anyascii import anyascii

    sound = anyascii(letter)
    if sound:
        return sound
    carrier = _VOWEL_CARRIER.fullmatch(unicodedata.name(letter[0], ""))
    return carrier[1].lower() if carrier else ""


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
        base = roman(letter) if letter.isalpha() else ""
        return base if base.isalnum() else " "
    if not base.isalpha():
        return base if base.isdigit() else " "
    return base.capitalize() if letter.isupper() else base
