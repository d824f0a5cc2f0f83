r"""LaTeX as the text that it prints: for showing, searching and sorting, never for storing.

Commands that stand for characters become these, accents are put on their letters, and the
arguments of all other commands stand without them. Formulas stay TeX between `$`, as on
listing pages. Nothing raises: what makes no sense is left as it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from readinglist.domain.text import printable_block, without_controls
from readinglist.formats.latex import MACRO_OF_MARK, MARK_OF_ACCENT, named_characters

_PLAIN = re.compile(r"(?:[^\\{}$~`'\-]|-(?!-)|'(?!'))*+")
_MATH = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)*\$", re.DOTALL)
_BRACES = re.compile(r"[{}]")
_SPACES = re.compile(r"\s+")
_SUPERSCRIPT = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_MARKS = MARK_OF_ACCENT | {macro: m for m, macro in MACRO_OF_MARK.items()} | {"t": "\u0361"}
_OTHER_CHARACTERS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2ε", "dots": "…",
    "ldots": "…", "textellipsis": "…", "textasciitilde": "~", "textasciicircum": "^",
    "textbackslash": "\\", "textbraceleft": "\ue000", "textbraceright": "\ue001", "textbar": "|",
    "slash": "/", "hyphen": "-", "textendash": "–", "textemdash": "—", "P": "¶", "S": "§",
    "pounds": "£", "copyright": "©", "dag": "†", "ddag": "‡", "quad": " ", "qquad": " ",
    "nobreakspace": " ", "space": " ", "textquotesingle": "'", "textquotedbl": '"',
    "cyrchar": "", "par": " ", "newline": " ", "and": "&", "textmu": "µ", "i": "ı", "j": "ȷ",
    "bibrangedash": "–", "bibstring": "", "adddot": ".", "addcomma": ",", "addspace": " ",
    "addcolon": ":", "isdot": "",
}  # fmt: skip
#: Commands whose argument is not printed.
_UNSEEN = frozenset(("noopsort", "SortNoop", "label", "index", "hspace", "vspace", "sortkey"))
_QUOTING = frozenset(("mkbibquote", "enquote", "textquote"))
_ACCENT_NAMES = "|".join(sorted((m for m in _MARKS if m.isalpha()), key=len, reverse=True))
_ACCENT = re.compile(
    rf"""\\(?:(?P<sign>[`'^"~=.])|(?P<name>{_ACCENT_NAMES})(?![A-Za-z]))
    \s*(?:\{{\s*
            (?P<in_braces>\\[ij](?![A-Za-z])\s*|[^\W\d_][\u0300-\u036f]*)?(?:\{{\}})?\s*
          \}}
         |(?P<bare>\\[ij](?![A-Za-z])\s*|[^\W\d_]))""",
    re.VERBOSE,
)
_TOKEN = re.compile(
    rf"""
      \\(?P<script> text(?:super|sub)script)\s*\{{(?P<scripted>[^{{}}\\]*)\}}
    | \\(?P<unseen> (?:{"|".join(sorted(_UNSEEN))})(?![A-Za-z]))\s*(?:\{{[^{{}}]*\}})?
    | \\(?P<quoting> (?:{"|".join(sorted(_QUOTING))}))\s*\{{(?P<quoted>[^{{}}]*)\}}
    | \\href\s*\{{[^{{}}]*\}}
    | \\(?P<command> [A-Za-z@]+)\*?\s*(?:\{{\}})?
    | \\(?P<escape> .)
    | (?P<ligature> ---? | `` | '')
    | (?P<tilde> ~)
    """,
    re.VERBOSE | re.DOTALL,
)
_LIGATURES = {"--": "–", "---": "—", "``": "“", "''": "”"}


def to_text(latex: str) -> str:
    """Return the characters that `latex` prints, on one line."""
    return _SPACES.sub(" ", to_block(latex)).strip()


@lru_cache(maxsize=1 << 12)
def to_block(latex: str) -> str:
    """Return the characters that `latex` prints, in its own lines."""
    if _PLAIN.fullmatch(latex):
        return _composed(latex)
    parts: list[str] = []
    position = 0
    for formula in _MATH.finditer(latex):
        parts += (_text(latex[position : formula.start()]), formula[0])
        position = formula.end()
    parts.append(_text(latex[position:]))
    return _composed("".join(parts))


def _composed(text: str) -> str:
    if text.isascii():
        return text if text.isprintable() else without_controls(text)
    return printable_block(unicodedata.normalize("NFC", text))


def _text(latex: str) -> str:
    if not any(sign in latex for sign in ("\\", "~", "--", "``", "''")):
        return _BRACES.sub("", latex) if "{" in latex or "}" in latex else latex
    # Braces that are printed must outlive those that are not.
    latex = latex.replace(r"\{", "\ue000").replace(r"\}", "\ue001")
    for _ in range(3):  # accents upon accents
        latex, count = _ACCENT.subn(_accented, latex)
        if not count:
            break
    return (
        _BRACES.sub("", _TOKEN.sub(_printed, latex)).replace("\ue000", "{").replace("\ue001", "}")
    )


def _accented(match: re.Match[str]) -> str:
    letter = (match["in_braces"] or match["bare"] or "").strip().lstrip("\\")
    mark = _MARKS[match["sign"] or match["name"]]
    return unicodedata.normalize("NFC", letter + mark) if letter else ""


def _printed(match: re.Match[str]) -> str:
    if match["script"]:
        table = _SUPERSCRIPT if match["script"] == "textsuperscript" else _SUBSCRIPT
        scripted = match["scripted"].translate(table)
        return scripted if not any(map(str.isascii, scripted)) else match["scripted"]
    if match["quoting"]:
        return f"“{match['quoted']}”"
    if match["command"]:
        character = _characters().get(match["command"])
        # What is not known is gone, and its argument stays.
        return character if character is not None else ""
    if match["escape"]:
        return _escaped(match["escape"])
    if match["ligature"]:
        return _LIGATURES[match["ligature"]]
    return " " if match["tilde"] else ""


def _escaped(character: str) -> str:
    if character in "&%$#_":
        return character
    return " " if character in " \n\t\\," else ""


@cache
def _characters() -> dict[str, str]:
    return named_characters() | _OTHER_CHARACTERS
