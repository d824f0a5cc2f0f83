"""TeX math in Unicode, to be read in a terminal: `$O(n^2)$` as `O(n²)`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from readinglist.formats.latex import is_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

#: As Pandoc has it: no space within the dollars, and no digit behind them, as in "$5 and $6".
_MATH = re.compile(r"(?<![\\$])\$(?![\s$])([^$]{1,300})(?<![\s\\])\$(?![\d$])")
_SCRIPT = re.compile(r"(?<!\\)([\^_])\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s\\{}]))")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
#: Spaces of TeX that a line of text needs none for.
_NO_SPACE = re.compile(r"\\[,;:! ]|\\(?:left|right|displaystyle)(?![A-Za-z])")


def with_readable_math(text: str) -> str:
    """Return `text` with the math between dollars in Unicode; what can't be, stays as it is.

    Math is what TeX can set by the commands that an export would let through, see
    `readinglist.formats.latex`.
    """
    return _MATH.sub(lambda match: _readable(match[1]) or match[0], text) if "$" in text else text


@lru_cache(maxsize=4096)
def _readable(formula: str) -> str:
    """Return a formula in Unicode; empty where it is none."""
    if not is_formula(_BEYOND_ASCII.sub("x", formula)):
        return ""
    return _plain(_SCRIPT.sub(_in_script, formula)).strip()


def _in_script(match: re.Match[str]) -> str:
    mark, text = match[1], _plain(match[2] or match[3] or "")
    characters = _scripts("<super>" if mark == "^" else "<sub>")
    if all(character in characters for character in text):
        return "".join(characters[character] for character in text)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _plain(formula: str) -> str:
    if not any(special in formula for special in "\\{}~"):
        return formula
    from pylatexenc.latex2text import LatexNodes2Text

    converted: str = LatexNodes2Text().latex_to_text(f"${_NO_SPACE.sub('', formula)}$")
    return converted


@cache
def _scripts(kind: str) -> Mapping[str, str]:
    """Return the characters that Unicode has raised or lowered, with what they are."""
    found: dict[str, str] = {" ": " "}
    for code in (*range(0xA0, 0x100), *range(0x1D00, 0x2C80)):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0] == kind:
            found.setdefault(chr(int(parts[1], 16)), chr(code))
    return found | {"-": found["−"]}
