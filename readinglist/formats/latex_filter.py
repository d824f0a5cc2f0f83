r"""TeX from a .bib file as it may leave: what is on the lists stays letter for letter.

A field of somebody else's file can hold any command, and LaTeX obeys: it reads files, writes
files, redefines, loops. So a command stands only if it is on a list (ours, the user's, or
one that the file itself defines by harmless ones); all others are printed as text. Nothing
else is altered but what would break the document: a bare `%`, `&`, `#`, `_` or `^`, `^^`,
control characters, and characters that pdflatex can't print.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from string import printable
from typing import NamedTuple
from urllib.parse import quote

from readinglist.formats.latex import (
    MACRO_OF_MARK,
    MATH_COMMANDS,
    STYLES,
    Repertoire,
    foreign_text,
    named_characters,
    names,
)

_ALLOWED = names(
    """
    u v H c d b k r t textcommabelow
    i j aa AA ae AE oe OE o O l L ss SS dh DH dj DJ ng NG th TH ij IJ
    em it bf sc sl tt rm sf bfseries itshape scshape slshape ttfamily rmfamily sffamily
    mdseries upshape normalfont textnormal small footnotesize
    TeX LaTeX LaTeXe BibTeX ldots dots textellipsis slash hyphen relax protect unskip
    ensuremath underline mathrm mathit textquotesingle textquotedbl dag ddag P S pounds
    copyright quad qquad enspace thinspace nobreakspace space textsuperscript textsubscript
    url path href nolinkurl doi
    mkbibquote mkbibemph mkbibbold mkbibitalic mkbibparens mkbibbrackets mkbibacro mkbibnamefamily
    mkbibnamegiven mkbibordinal mkbibsuperscript mkbibsubscript enquote textquote foreignquote
    bibstring bibsstring biblstring bibsentence bibrangedash adddot addcomma addspace addcolon
    addsemicolon addperiod addthinspace addnbspace addabbrvspace adddotspace addslash isdot
    nopunct newunit autocap hyphenate textins emphasis foreignlanguage textlatin
    cite citet citep citealt citeauthor citetitle citeyear autocite textcite parencite footcite
    fullcite noopsort SortNoop
    """
)
_SINGLE = frozenset("""&%$#_{}-/,;:!@ '"`^~=.()[]|<>""")
#: Commands whose argument is an address, not TeX.
_ADDRESSES = frozenset(("url", "path", "href", "nolinkurl", "doi"))
_MATH_MORE = names(
    """
    mathscr mathbin mathrel mathord mathop mathopen mathclose mathpunct limits nolimits displaystyle
    textstyle scriptstyle big Big bigg Bigg bigl bigr Bigl Bigr left right middle binom tfrac dfrac
    cfrac overset underset overbrace underbrace overrightarrow overleftarrow ensuremath textnormal
    mathstrut phantom hphantom vphantom pmod bmod mod lvert rvert lVert rVert dagger ldotp cdotp
    bold bm pmb em it rm bf cal tt sf sc
    """
)
_MATH_SINGLE = frozenset("{},;:! %#&_$|><")
_TOKEN = re.compile(
    r"""
      (?P<plain>[A-Za-z0-9 .,:;!?()\[\]'"`/*+=<>|@~\n\t-]+)
    | \\(?P<command>[A-Za-z@]+)\*?
    | \\(?P<single>.)
    | (?P<brace>[{}])
    | (?P<math>\$\$(?:[^$\\]|\\.)+\$\$ | \$(?:[^$\\]|\\.)+\$)
    | (?P<foreign>[^\x00-\x7f]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SAFE = re.compile(r"[A-Za-z0-9 .,:;!?()\[\]'\"`/*+=<>|@~\n\t{}-]*")
_MATH_TOKEN = re.compile(r"\\([A-Za-z]+)|\\(.)|(.)", re.DOTALL)
_ARGUMENT = re.compile(r"\s*\{([^{}\\^$]*(?:\\[_%#&~][^{}\\^$]*)*)\}")
_DEFINITION = re.compile(
    r"\\(?:provide|new|renew)command\*?\s*\{?\s*\\([A-Za-z@]+)\s*\}?\s*(?:\[([1-9])\])?\s*\{"
)
_PARAMETER = re.compile(r"#([1-9])")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_LITERAL = {
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "^": r"{\textasciicircum}",
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
}
_SPACE_BEFORE_AT = re.compile(r"(?<!\s)\s+@")
_DEEPEST = 60


class Filtered(NamedTuple):
    """A value that may leave, and the commands in it that became text."""

    latex: str
    refused: tuple[str, ...]


@lru_cache(maxsize=1 << 13)
def filter_tex(
    value: str,
    repertoire: Repertoire = Repertoire.ASCII,
    allowed: frozenset[str] = frozenset(),
) -> Filtered:
    """Return `value` with all that is not on the lists as text.

    Args:
        value: TeX with balanced braces, as it stands in a .bib file.
        repertoire: which characters beyond ASCII stand as they are.
        allowed: further commands, by name.
    """
    if _SAFE.fullmatch(value) and _is_shallow(value):
        return Filtered(_without_at_at_line_start(value), ())
    value = _UNSEEN.sub("", value)
    reading = _Reading(value, repertoire, allowed, value.count(r"\{") != value.count(r"\}"))
    if not reading.balanced and not reading.spelt_braces:
        reading = _Reading(value, repertoire, allowed, spelt_braces=True)
    latex = _without_at_at_line_start("".join(reading.out))
    return Filtered(latex, tuple(dict.fromkeys(reading.refused)))


def _without_at_at_line_start(latex: str) -> str:
    return _SPACE_BEFORE_AT.sub(lambda found: " @" if "\n" in found[0] else found[0], latex)


class _Reading:
    """One pass over a value. BibTeX counts all braces, TeX those without a backslash."""

    def __init__(
        self, value: str, repertoire: Repertoire, allowed: frozenset[str], spelt_braces: bool
    ) -> None:
        self.out: list[str] = []
        self.refused: list[str] = []
        self.balanced = True
        self.spelt_braces = spelt_braces
        self._allowed = allowed
        self._repertoire = repertoire
        depth = position = 0
        while position < len(value):
            token = _TOKEN.match(value, position)
            assert token is not None  # `other` takes any character
            position = token.end()
            kind = token.lastgroup
            if kind == "plain":
                self.out.append(token[0])
            elif kind == "brace":
                depth += 1 if token[0] == "{" else -1
                if 0 <= depth <= _DEEPEST:
                    self.out.append(token[0])
                else:
                    self.balanced = False
                    depth = min(max(depth, 0), _DEEPEST)
            elif kind == "command":
                position = self._command(token["command"], token[0], value, position)
            elif kind == "single":
                self._single(token["single"])
            elif kind == "math":
                self._math(token[0])
            elif kind == "foreign":
                self.out.append(foreign_text(token[0], repertoire))
            else:
                self.out.append(_LITERAL.get(token[0], ""))
        self.balanced &= not depth
        self.out.append("}" * depth)

    def _command(self, name: str, written: str, value: str, position: int) -> int:
        """Take a command or spell it; return where reading goes on."""
        if name in _ADDRESSES:
            argument = _ARGUMENT.match(value, position)
            if argument:
                address = argument[0]
                if self._repertoire is Repertoire.ASCII and not address.isascii():
                    address = quote(address, safe=printable)
                self.out.append(written + address)
                return argument.end()
        elif name in _ALLOWED or name in self._allowed or name in _text_commands():
            self.out.append(written)
            return position
        self.refused.append(name)
        self.out.append(_LITERAL["\\"] + name)
        return position

    def _single(self, sign: str) -> None:
        if sign in "{}" and self.spelt_braces:
            self.out.append(_LITERAL[sign])
        elif sign in _SINGLE:
            self.out.append("\\" + sign)
        elif sign in "\n\t\\":  # \\ breaks the line
            self.out.append("\\ " if sign != "\\" else " ")
        else:
            self.refused.append(sign)
            self.out.append(_LITERAL["\\"] + _LITERAL.get(sign, sign if sign.isascii() else ""))

    def _math(self, formula: str) -> None:
        """Take a formula if all its commands are on the lists, else spell it."""
        stray = []
        depth = 0
        for name, single, plain in _MATH_TOKEN.findall(formula.strip("$")):
            if name:
                known = name in MATH_COMMANDS or name in _MATH_MORE or name in self._allowed
            elif single:
                known = single in _MATH_SINGLE and not (single in "{}" and self.spelt_braces)
            else:
                known = plain.isascii() and plain not in "%#&"
                depth += (plain == "{") - (plain == "}")
            if not known or depth < 0:
                stray.append(name or single or plain)
        if stray or depth or "^^" in formula:
            self.refused += stray or ["$"]
            self.balanced &= not depth
            self.out += (_LITERAL.get(c, c if c.isascii() else "") for c in formula)
        else:
            self.out.append(formula)


def _is_shallow(value: str) -> bool:
    return value.count("{") <= _DEEPEST


def definitions_of(preamble: str) -> dict[str, str]:
    r"""Return the harmless definitions of a @preamble, each by the name of its command.

    Such is a `\newcommand` (or `\providecommand`) whose body has commands of the lists
    only, or of other harmless definitions. They come back as `\providecommand`, which
    never overrides what a document or a package has defined.
    """
    bodies: dict[str, tuple[str, str]] = {}
    for head in _DEFINITION.finditer(preamble):
        body = _group(preamble, head.end() - 1)
        if body is not None:
            bodies[head[1]] = head[2] or "", body
    while True:
        names = frozenset(bodies)
        harmful = [n for n, (count, body) in bodies.items() if not _is_harmless(body, count, names)]
        if not harmful:
            break
        for name in harmful:
            del bodies[name]
    return {
        name: rf"\providecommand{{\{name}}}{f'[{count}]' if count else ''}{{{body}}}"
        for name, (count, body) in bodies.items()
    }


def _is_harmless(body: str, count: str, names: frozenset[str]) -> bool:
    used = {int(number) for number in _PARAMETER.findall(body)}
    if used and max(used) > int(count or 0):
        return False
    bare = _PARAMETER.sub("x", body)
    result = filter_tex(bare, Repertoire.ASCII, names)
    return not result.refused and result.latex == bare and '"' not in bare


def _group(text: str, position: int) -> str | None:
    depth = 0
    for place in range(position, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if not depth:
            return text[position + 1 : place]
    return None


@cache
def _text_commands() -> frozenset[str]:
    # What we write ourselves, with its definition, comes back in a file of ours.
    return STYLES | frozenset(named_characters()) | frozenset(MACRO_OF_MARK.values())
