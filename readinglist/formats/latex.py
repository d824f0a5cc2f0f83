r"""Unicode text as LaTeX that pdflatex prints, and that bibtex and biber sort and abbreviate.

The text comes from listing pages: it is plain, yet may hold a formula between `$`, an
accent such as `\"o`, or `\emph{..}`. What is on the lists below and well formed is taken
for TeX; everything else is printed as the characters that it is made of, so that no text
can command TeX. The result is ASCII, and its braces are balanced as BibTeX counts them.

Three forms look odd and have a reason, each measured with TeX Live 2022 and biber 2.18:

- An accent stands in braces with its letter, `{\"o}`: BibTeX then keeps both when it
  abbreviates a name.
- `{\~{\^{e{}}}}`, and macros of our own such as `{\rldot{e}}`: biber turns an accented
  letter that it understands into Unicode, which pdflatex can't print beyond Latin
  Extended-A. These it leaves alone.
- A letter that pdflatex has no means to print, and of which no sound is known, is written as
  `{U+39DD}`: it can be seen and looked up, and no style changes its case.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from enum import Enum
from functools import cache, lru_cache
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Literal, NamedTuple

from readinglist.domain.text import printable, roman

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_Kind = Literal["text", "math", "^", "_", "stand-in"]


class Repertoire(Enum):
    """Which characters beyond ASCII stand as they are."""

    ASCII = "none"
    UNREACHABLE = "those that pdflatex can't print: the document needs XeLaTeX or LuaLaTeX"
    UNICODE = "those, and the letters and quotes that pdflatex reads"


_NBSP = "\u00a0"
#: What a formula, a group or a stand-in is in the shape of a word: something of no case.
_OBJECT = "\ufffc"
#: TeX itself ends at 255 levels.
_DEEPEST = 20

_SPECIAL = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"{\textasciicircum}",
    "~": r"{\textasciitilde}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
}
_WRITTEN = {
    "Å": r"{\AA}",
    "å": r"{\aa}",
    "ȷ": r"{\j}",
    "‐": "-",
    "‑": "-",
    "‒": "--",
    "–": "--",
    "—": "---",
    "―": "---",
    "‘": "`",
    "’": "'",
    "‚": ",",
    "“": "``",
    "”": "''",
    "„": ",,",
    "…": r"{\ldots}",
}
_READ_BY_PDFLATEX = frozenset("ȘșȚț‘’“”„‚–—…")
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0326": "textcommabelow",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
MARK_OF_ACCENT = {accent: mark for mark, accent in _ACCENTS.items()}
#: The accents that biber must not understand: hook and horn have no other command.
MACRO_OF_MARK = {
    "\u0306": "rlbreve",
    "\u0309": "rlhook",
    "\u030a": "rlring",
    "\u030b": "rldoubleacute",
    "\u030c": "rlcaron",
    "\u031b": "rlhorn",
    "\u0323": "rldot",
    "\u0327": "rlcedilla",
    "\u0328": "rlogonek",
    "\u0331": "rlbar",
}
#: Definitions that a file needs where it uses the command; none overrides a package's own.
_DEFINITIONS = {
    **{
        macro: rf"\providecommand{{\{macro}}}[1]{{\{_ACCENTS[mark]}{{#1}}}}"
        for mark, macro in MACRO_OF_MARK.items()
        if mark in _ACCENTS
    },
    "rlhook": r"\providecommand{\rlhook}[1]{\leavevmode\setbox0\hbox{#1}"
    r"\rlap{\hbox to\wd0{\hss\raise\ht0\hbox{\tiny ?}\hss}}\box0 }",
    "rlhorn": r"\providecommand{\rlhorn}[1]{#1\kern-.1em{'}}",
    "noopsort": r"\providecommand{\noopsort}[1]{}",
    "SortNoop": r"\providecommand{\SortNoop}[1]{}",
    "mathbb": r"\providecommand{\mathbb}[1]{\mathbf{#1}}",
    "mathfrak": r"\providecommand{\mathfrak}[1]{\mathbf{#1}}",
    "boldsymbol": r"\providecommand{\boldsymbol}[1]{\mathbf{#1}}",
    "operatorname": r"\providecommand{\operatorname}[1]{\mathrm{#1}}",
    "text": r"\providecommand{\text}[1]{\mbox{#1}}",
    "rllangle": r"\providecommand{\rllangle}{\langle}",
    "rlrangle": r"\providecommand{\rlrangle}{\rangle}",
    "lesssim": r"\providecommand{\lesssim}{\stackrel{<}{\sim}}",
    "gtrsim": r"\providecommand{\gtrsim}{\stackrel{>}{\sim}}",
    "leqslant": r"\providecommand{\leqslant}{\leq}",
    "geqslant": r"\providecommand{\geqslant}{\geq}",
    "varnothing": r"\providecommand{\varnothing}{\emptyset}",
}


def names(listed: str) -> frozenset[str]:
    """Return the names in a list that is written with spaces between them."""
    return frozenset(listed.split())


STYLES = names(
    """
    emph mbox textbf textit textmd textnormal textrm textsc textsf textsl textsubscript
    textsuperscript texttt textup
    """
)
#: Commands of one character each that pdflatex knows without a package.
_TEXT_SYMBOLS = names(
    """
    AE DH DJ IJ L NG O OE TH ae dh dj i ij l ng o oe ss th guillemotleft guillemotright
    guilsinglleft guilsinglright textacutedbl textasciiacute textasciibreve textasciicaron
    textasciidieresis textasciimacron textasteriskcentered textbaht textbigcircle textblank
    textbrokenbar textbullet textcelsius textcent textcircledP textcolonmonetary
    textcopyright textcurrency textdagger textdaggerdbl textdegree textdiscount textdiv
    textdong textdownarrow textellipsis textemdash textendash textestimated texteuro
    textexclamdown textflorin textfractionsolidus textinterrobang textlangle textleftarrow
    textlira textlnot textmho textmu textmusicalnote textnaira textnumero textohm
    textonehalf textonequarter textopenbullet textordfeminine textordmasculine textparagraph
    textperiodcentered textpertenthousand textperthousand textpeso textquestiondown
    textquotedblleft textquotedblright textquoteleft textquoteright textrangle textrecipe
    textreferencemark textregistered textrightarrow textsection textservicemark textsterling
    textthreequarters texttrademark textuparrow textvisiblespace textwon textyen
    """
)
_NEEDS_T1 = re.compile(
    r"\\(?:DH|DJ|NG|TH|dh|dj|ng|th|k|rlogonek|guil(?:lemot|singl)(?:left|right))(?![A-Za-z])"
)

_MATH_SYMBOLS = names(
    """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu
    nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma
    Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega aleph hbar imath jmath ell wp Re Im
    partial infty prime emptyset varnothing nabla surd top bot angle forall exists neg flat
    natural sharp clubsuit diamondsuit heartsuit spadesuit Vert backslash sum prod coprod
    int oint bigcap bigcup bigsqcup bigvee bigwedge bigodot bigotimes bigoplus biguplus pm
    mp times div ast star circ bullet cdot cap cup uplus sqcap sqcup vee wedge setminus wr
    diamond bigtriangleup bigtriangledown triangleleft triangleright oplus ominus otimes
    oslash odot bigcirc dagger ddagger amalg le leq leqslant lesssim prec preceq ll subset
    subseteq sqsubseteq in vdash ge geq geqslant gtrsim succ succeq gg supset supseteq
    sqsupseteq ni dashv ne neq equiv sim simeq asymp approx cong doteq propto models perp
    mid parallel bowtie smile frown notin leftarrow gets Leftarrow rightarrow to Rightarrow
    leftrightarrow Leftrightarrow mapsto longleftarrow Longleftarrow longrightarrow
    Longrightarrow longleftrightarrow Longleftrightarrow longmapsto hookleftarrow
    hookrightarrow leftharpoonup leftharpoondown rightharpoonup rightharpoondown
    rightleftharpoons uparrow Uparrow downarrow Downarrow updownarrow Updownarrow nearrow
    searrow swarrow nwarrow iff langle rangle lceil rceil lfloor rfloor lbrace rbrace ldots
    cdots vdots ddots dots quad qquad arccos arcsin arctan arg cos cosh cot coth csc deg det
    dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr sec sin sinh sup tan tanh
    """
)
_MATH_OF_ONE = names(
    """
    mathbb mathbf mathcal mathfrak mathit mathnormal mathrm mathsf mathtt boldsymbol
    operatorname acute bar breve check ddot dot grave hat tilde vec widehat widetilde
    overline underline sqrt not
    """
)
_MATH_OF_TWO = names("frac stackrel")
_MATH_TEXT = names(
    """
    text mbox textbf textit textrm textsc textsf texttt
    """
)
MATH_COMMANDS = _MATH_SYMBOLS | _MATH_OF_ONE | _MATH_OF_TWO | _MATH_TEXT
"""The commands that a formula may have."""
#: What the table writes as text or not at all, and mathematicians as math.
_MATH_CHARACTERS: dict[str, tuple[_Kind, str]] = {
    "−": ("math", "-"),
    "×": ("math", r"\times"),
    "√": ("math", r"\surd"),
    "←": ("math", r"\leftarrow"),
    "↑": ("math", r"\uparrow"),
    "→": ("math", r"\rightarrow"),
    "↓": ("math", r"\downarrow"),
}
_DELIMITER = re.compile(r"[()\[\]|/.<>]|\\[{}|]|\\(?:[lr](?:angle|ceil|floor|brace)|Vert)")
_MATH_TOKEN = re.compile(r"\\[A-Za-z]+|\\[{},;:! %#&_$|]|[A-Za-z0-9 +*/=<>()\[\]|.,:;!?@~'^_{}-]")
_PLAIN_ARGUMENT = re.compile(r"[A-Za-z0-9 .,:;+*/()-]")

_ANGLE = re.compile(r"\\([lr]angle)(?![A-Za-z])")
_COMMAND_AS_ARGUMENT = re.compile(
    rf"((?<!\\)[\^_]|\\(?:{'|'.join(sorted(_MATH_OF_ONE))})(?![A-Za-z]))\ *"
    rf"(\\(?:{'|'.join(sorted(_MATH_OF_ONE | _MATH_TEXT))})\{{[^{{}}]*\}}|\\[A-Za-z]+)"
)

_DOLLAR = re.compile(r"(?<!\\)\$")
_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
_ASCII_OR_NOT = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
_CLUSTER = re.compile(r".[\u0300-\u036f]*", re.DOTALL)
_COMMAND = re.compile(r"\\([A-Za-z]+)")

_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")
_FAMILY_WITH_SUFFIX = re.compile(rf"(.+) ({_SUFFIX.pattern})")
_SYMBOL = re.compile(r"\\[^A-Za-z]|`|\{\\(?:text[A-Za-z]+|ldots)\}")
#: An ayn, romanised, before a letter.
_AYN = re.compile(r"`(?=[A-Za-z]|\{\\(?!text|ldots))")
_WORD_BEGINS_WITH_SYMBOL = re.compile(r"(?:^|[ ~-])[^\w \"'.,~-]")
_MISREAD_IN_NAME = re.compile(r"[\[\]()=]|(?:^| )(?:and|others)(?: |$)", re.IGNORECASE)

#: Characters that TeX takes for themselves behind a backslash.
_ESCAPED = "&%$#_{}"
_OPENERS = frozenset(f"\\{style}" for style in STYLES)
#: Characters after which a straight double quote opens.
_OPENING = frozenset(" ([{-–—/`‘“")
#: Characters that close a word without being part of it.
_CLOSING = frozenset(".,:;!?'\")]…’”»")
#: Of those, what belongs to the word if the word has opened it: `SU(2)`.
_OPENED_BY = {")": "(", "]": "["}
_COMPOUND = re.compile(r"[-‐‑–—/:+'’=.,;(){}\[\]<>|]")


class _Piece(NamedTuple):
    """A part of a text, with the characters it stands for and its LaTeX."""

    shape: str
    latex: str
    bare: str = ""
    """A formula without the braces that keep its case."""


_OPENING_QUOTE, _CLOSING_QUOTE = _Piece('"', "``"), _Piece('"', "''")


def to_latex(text: str, repertoire: Repertoire = Repertoire.ASCII) -> str:
    """Return `text` as LaTeX for a field that no style changes the case of."""
    text = _clean(text)
    return "".join(piece.latex for piece in _pieces(text, _possible(text, repertoire)))


def protect_title(
    text: str,
    repertoire: Repertoire = Repertoire.ASCII,
    protected: frozenset[str] = frozenset(),
) -> str:
    """Return `text` as LaTeX, with braces around each word that must keep its capitals.

    Such a word has a capital after its first letter, a capital and a digit, or is a single
    capital: `{BERT}`, `{GPT-4o}`, `{C\\#}`. The parts of a compound count one by one, so
    that `Chain-of-Thought` stays open to the style. So are the words in `protected`.
    """
    text = _clean(text)
    repertoire = _possible(text, repertoire)
    if not any(character in text for character in "\\{}$\u00a0"):
        return " ".join(_title_word(word, repertoire, protected) for word in text.split(" "))
    words = groupby(_pieces(text, repertoire), lambda piece: piece.shape == " ")
    return "".join(
        "".join(piece.latex for piece in word) if space else _protected(list(word), protected)
        for space, word in words
    )


def latex_name(author: str, repertoire: Repertoire = Repertoire.ASCII) -> str:
    """Return `author`, given as `Family, Given`, as one name of an author field.

    `King, Jr., Martin Luther` and `King Jr., Martin Luther` both give the form that BibTeX
    takes a suffix in. A name without a comma is a body; it is braced, as is what BibTeX or
    natbib would misread. Returns nothing for a name of which nothing can be seen.
    """
    # Biber parts names at a tie, too, even within braces, and takes the brace for an initial.
    author = _clean(author).replace(_NBSP, " ")
    repertoire = _possible(author, repertoire)
    parts = [part for part in (part.strip() for part in author.split(",")) if part]
    if not parts:
        return ""
    family = _FAMILY_WITH_SUFFIX.fullmatch(parts[0])
    if len(parts) == 2 and family:
        parts = [family[1], family[2], parts[1]]
    elif len(parts) == 3 and _SUFFIX.fullmatch(parts[2]):
        parts = [parts[0], parts[2], parts[1]]
    if len(parts) == 1:
        return _body(parts[0], repertoire)
    if len(parts) > 3 or (len(parts) == 3 and not _SUFFIX.fullmatch(parts[1])):
        return _body(", ".join(parts), repertoire)
    return ", ".join(_name_part(part, repertoire) for part in parts)


def definitions(latex: str) -> list[str]:
    """Return the definitions that a file needs before it holds `latex`."""
    used = set(_COMMAND.findall(latex))
    return [definition for macro, definition in _DEFINITIONS.items() if macro in used]


def needs_t1(latex: str) -> bool:
    r"""Return whether `latex` holds letters that want `\usepackage[T1]{fontenc}`."""
    return bool(_NEEDS_T1.search(latex))


def romanised(text: str) -> str:
    """Return the characters of `text` that pdflatex can't print, each once, in their order."""
    if text.isascii():
        return ""
    clusters = _CLUSTER.findall(_clean(text))
    return "".join(dict.fromkeys(c for c in clusters if not c.isascii() and _is_unreachable(c)))


def foreign_text(run: str, repertoire: Repertoire) -> str:
    """Return characters beyond ASCII, with their combining marks, as LaTeX for running text."""
    return "".join(piece.latex for piece in _foreign(run, repertoire))


def _name_part(part: str, repertoire: Repertoire) -> str:
    if _MISREAD_IN_NAME.search(part) or _WORD_BEGINS_WITH_SYMBOL.search(part):
        return _body(part, repertoire)
    latex = _in_name(part, repertoire)
    # A cedilla alone, and commas of other scripts, are romanised as a comma.
    return f"{{{latex}}}" if "," in latex else latex


def _body(name: str, repertoire: Repertoire) -> str:
    latex = _in_name(name, repertoire)
    return latex if re.fullmatch(r"\{[^{}]*\}", latex) else f"{{{latex}}}"


def _in_name(text: str, repertoire: Repertoire) -> str:
    """Return `text` as LaTeX of which biber can take the initials.

    Biber strips commands from the beginning and takes the next character, were it a closing
    brace: so what begins with a command that stands for a symbol is written as its number.
    An ayn is left out, as names in English do.
    """
    pieces = [*_pieces(text, repertoire, groups=False)]
    latex = [piece.latex for piece in pieces]
    if pieces and _SYMBOL.match(latex[0]):
        sign = pieces[0].shape
        is_ayn = sign.isalpha() and _AYN.match("".join(latex[:2]))
        latex[0] = "" if is_ayn else f"{{{_code_points(sign)}}}"
    return "".join(latex)


def _clean(text: str) -> str:
    """Return `text` composed and on one line, with nothing in it that can't be seen."""
    if not text.isascii():
        text = _NBSP.join(printable(part) for part in text.split(_NBSP)).strip(_NBSP)
        return unicodedata.normalize("NFC", text)
    return printable(text)


# Words and their case


@lru_cache(maxsize=1 << 14)
def _title_word(word: str, repertoire: Repertoire, protected: frozenset[str]) -> str:
    return _protected(_pieces(word, repertoire), protected)


def _protected(word: Sequence[_Piece], words: frozenset[str]) -> str:
    start, end = 0, len(word)
    while start < end and not (word[start].shape.isalnum() or word[start].shape == _OBJECT):
        start += 1
    signs = Counter(piece.shape for piece in word[start:])
    while (
        end > start
        and (last := word[end - 1].shape) in _CLOSING
        and signs[last] > signs[_OPENED_BY.get(last, "")]
    ):
        signs[last] -= 1
        end -= 1
    core = word[start:end]
    shape = "".join(piece.shape for piece in core)
    if shape not in words and not _keeps_case(shape):
        return "".join(piece.latex for piece in word)
    inner = "".join(piece.bare or piece.latex for piece in core)
    # BibTeX changes the case in a group that begins with a backslash.
    guard = "{}" if inner.startswith("\\") else ""
    before = "".join(piece.latex for piece in word[:start])
    after = "".join(piece.latex for piece in word[end:])
    return f"{before}{{{guard}{inner}}}{after}"


def _keeps_case(word: str) -> bool:
    if word == "A" or word == word.lower():
        return False
    return any(map(str.isdigit, word)) or any(map(_part_keeps_case, _COMPOUND.split(word)))


def _part_keeps_case(part: str) -> bool:
    letters = [c for c in part if c.isalnum() or c == _OBJECT]
    if any(c.isupper() for c in letters[1:]):
        return True
    return bool(letters) and letters[0].isupper() and (len(letters) == 1 or _OBJECT in letters)


# Text in pieces


def _pieces(text: str, repertoire: Repertoire, groups: bool = True) -> list[_Piece]:
    """Return clean `text` in pieces; a group in braces is one, if there may be any."""
    segments = _split_at_formulas(text)
    tokens = [_token().findall(segment) for segment in segments[::2]]
    # Braces after a command that is refused are that command's own: they are printed too.
    bare_groups = groups and not any("\\" in some for some in tokens)
    known: dict[str, tuple[_Piece, ...]] = {}
    pieces: list[_Piece] = []
    open_groups: list[tuple[str, int]] = []
    for some, formula in zip_longest(tokens, segments[1::2]):
        for token in some:
            if token in known:
                pieces += known[token]
            elif token == "{" or token[:-1] in _OPENERS:
                open_groups.append((token, len(pieces)))
                pieces += _literally(token)
            elif token == "}":
                opener, start = open_groups.pop() if open_groups else ("", 0)
                allowed = bare_groups if opener == "{" else groups and opener
                if allowed and len(open_groups) < _DEEPEST:
                    inner = "".join(piece.latex for piece in pieces[start + len(opener) :])
                    pieces[start:] = [_Piece(_OBJECT, f"{opener}{inner}}}")]
                else:
                    pieces += _literally(token)
            elif token == '"':
                opens = not pieces or pieces[-1].shape in _OPENING
                pieces.append(_OPENING_QUOTE if opens else _CLOSING_QUOTE)
            else:
                known[token] = _made_of(token, repertoire)
                pieces += known[token]
        if formula:
            pieces.append(_math_piece(formula))
    return pieces


def _made_of(token: str, repertoire: Repertoire) -> tuple[_Piece, ...]:
    if token.isspace():
        return (_Piece(" ", "~" if _NBSP in token else " "),)
    if len(token) == 2 and token[0] == "\\" and token[1] in _ESCAPED:
        return _literally(token[1])
    if "\\" in token[:-1]:
        named = named_characters().get(token.strip("{\\} "))
        return _foreign(named or _accented(token), repertoire)
    if not token.isascii():
        return _foreign(token, repertoire)
    return (_Piece(token, _SPECIAL.get(token, token)),)


@lru_cache(maxsize=1 << 10)
def _literally(characters: str) -> tuple[_Piece, ...]:
    return tuple(_Piece(c, _SPECIAL.get(c, c)) for c in characters)


@cache
def _token() -> re.Pattern[str]:
    """Return what is taken together in plain text, the TeX that it may hold included."""
    accent = (
        r"""\\(?:[`'^"~=.]\s*|[uvHcdbkr](?:\s+|(?=\{)))"""
        r"(?:\{(?:[A-Za-z]|\\[ij])\}|\\[ij](?![A-Za-z])|[A-Za-z](?![\u0300-\u036f]))"
    )
    names = "|".join(sorted(named_characters(), key=len, reverse=True))
    return re.compile(
        rf"""
          [A-Za-z0-9]+(?![\u0300-\u036f]) | [!()*+,\-./:;=?@\[\]'`]
        | [\ {_NBSP}]+
        | [A-Za-z0-9]?[^\x00-\x7f{_NBSP}]+
        | \{{{accent}\}} | {accent}
        | \{{\\(?:{names})\ *\}} | \\(?:{names})(?![A-Za-z])(?:\{{\}}|\ +)?
        | \\[{_ESCAPED}]
        | \\(?:{"|".join(sorted(STYLES))})\{{
        | .
        """,
        re.VERBOSE,
    )


def _accented(token: str) -> str:
    r"""Return the letter that `\"o`, `\c{c}` or `{\'\i}` stands for."""
    accent, letter = token.strip("{} ")[1], token.rstrip("} ")[-1]
    return unicodedata.normalize("NFC", letter + MARK_OF_ACCENT[accent])


@lru_cache(maxsize=1 << 14)
def _foreign(run: str, repertoire: Repertoire) -> tuple[_Piece, ...]:
    """Return the pieces of a run of characters beyond ASCII."""
    pieces: list[_Piece] = []
    formula = ""
    scripts: set[str] = set()
    for kind, group in _by_kind(run, repertoire):
        sources, written = zip(*group, strict=True)
        joined = _join_math(written)
        if kind == "math":
            formula = joined
            scripts = set()
        elif kind in ("^", "_") and formula and kind not in scripts:
            pieces.pop()
            formula += f"{kind}{{{joined}}}"
            scripts.add(kind)
        elif kind == "stand-in":
            formula = ""
            pieces.append(_Piece(_OBJECT, f"{{{' '.join(written)}}}"))
        else:
            formula = ""
            pieces += (
                map(_Piece, sources, written)
                if kind == "text"
                else [_Piece(joined, _script(kind, joined))]
            )
        if formula:
            pieces.append(_math_piece(formula))
    return tuple(pieces)


def _math_piece(formula: str) -> _Piece:
    # biber would put the character in its place, which ends in an error after \left.
    bare = "$" + _ANGLE.sub(r"\\rl\1", formula) + "$"
    return _Piece(_OBJECT, f"{{{bare}}}", bare)


def _script(kind: _Kind, latex: str) -> str:
    return rf"\text{'superscript' if kind == '^' else 'subscript'}{{{latex}}}"


def _by_kind(
    run: str, repertoire: Repertoire = Repertoire.ASCII
) -> Iterator[tuple[_Kind, list[tuple[str, str]]]]:
    """Yield runs of characters of one kind, each character with its LaTeX.

    A mark that has no sound, such as a virama or a tone, leaves that of the letter as it is.
    """
    clusters: list[tuple[str, _Kind, str]] = []
    for cluster in _CLUSTER.findall(run):
        kind, latex = _character(cluster, repertoire)
        behind_text = clusters and clusters[-1][1] == "text"
        if not (kind == "stand-in" and behind_text and _is_mark(cluster)):
            clusters.append((cluster, kind, latex))
    for kind, group in groupby(clusters, lambda cluster: cluster[1]):
        yield kind, [(source, latex) for source, _, latex in group]


@lru_cache(maxsize=1 << 14)
def _character(cluster: str, repertoire: Repertoire) -> tuple[_Kind, str]:
    """Return the kind and the LaTeX of one character with its combining marks."""
    if repertoire is Repertoire.UNICODE and _is_read_by_pdflatex(cluster):
        return "text", cluster
    known = _known_character(cluster)
    if known:
        return known
    if repertoire is not Repertoire.ASCII:
        return "text", cluster
    sound = roman(cluster)
    if sound.strip() and sound.isprintable():
        return "text", "".join(_SPECIAL.get(c, c) for c in sound)
    return "stand-in", _code_points(cluster)


def _known_character(cluster: str) -> tuple[_Kind, str] | None:
    """Return the kind and the LaTeX of a character that pdflatex can print, else None."""
    if cluster in _WRITTEN:
        return "text", _WRITTEN[cluster]
    accented = _accented_letter(cluster)
    if accented:
        return "text", accented
    form, _, _ = unicodedata.decomposition(cluster[0]).partition(" ")
    compatible = unicodedata.normalize("NFKC", cluster).replace("−", "-")
    usable = compatible.isascii() and compatible.isprintable()
    if usable and form in ("<super>", "<sub>"):
        return "^" if form == "<super>" else "_", compatible
    if cluster in _symbols():
        return _symbols()[cluster]
    if usable:
        return "text", "".join(_SPECIAL.get(c, c) for c in compatible)
    return None


def _is_unreachable(cluster: str) -> bool:
    return _known_character(cluster) is None


def _is_mark(cluster: str) -> bool:
    """Return whether a character only modifies the letter before it, as an accent does."""
    return unicodedata.category(cluster[0]) in ("Mn", "Mc", "Me", "Lm")


def _is_read_by_pdflatex(cluster: str) -> bool:
    """Return whether biber and pdflatex take a letter or a quote as it is, in UTF-8."""
    if len(cluster) > 1:
        return False
    latin = cluster <= "\u017f" and cluster.isalpha() and cluster not in "ªµºŉſ"
    return latin or cluster in _READ_BY_PDFLATEX


def _possible(text: str, repertoire: Repertoire) -> Repertoire:
    """Return UNREACHABLE for UNICODE where one letter wants a macro: then all get theirs."""
    if repertoire is not Repertoire.UNICODE or text.isascii():
        return repertoire
    for cluster in _CLUSTER.findall(text):
        is_beyond = cluster > "\u017f" or len(cluster) > 1
        if is_beyond and not _is_read_by_pdflatex(cluster) and _accented_letter(cluster):
            return Repertoire.UNREACHABLE
    return repertoire


def _code_points(characters: str) -> str:
    return " ".join(f"U+{ord(c):04X}" for c in characters)


def _accented_letter(cluster: str) -> str | None:
    decomposed = unicodedata.normalize("NFD", cluster)
    letter, marks = decomposed[0], decomposed[1:]
    if not marks or not (letter.isascii() and letter.isalpha()):
        return None
    if any(mark not in _ACCENTS and mark not in MACRO_OF_MARK for mark in marks):
        return None
    if len(cluster) == 1 and cluster <= "\u017f":
        command = _ACCENTS[marks[0]]
        return rf"{{\{command}{{{letter}}}}}" if command.isalpha() else rf"{{\{command}{letter}}}"
    latex = letter
    for mark in marks:
        command = MACRO_OF_MARK.get(mark) or _ACCENTS[mark]
        guarded = latex + "{}" if latex == letter and not command.isalpha() else latex
        latex = rf"\{command}{{{guarded}}}"
    return f"{{{latex}}}"


# What pylatexenc knows, as far as every pdflatex does


@cache
def _symbols() -> dict[str, tuple[_Kind, str]]:
    """Return characters with the kind and the LaTeX that pylatexenc's table has for them."""
    symbols: dict[str, tuple[_Kind, str]] = {}
    for character, latex in _table():
        formula = re.fullmatch(r"\\ensuremath\{(.*)\}", latex)
        if formula and not character.isascii():
            # \mathscr wants a package, and such alphabets have capitals only.
            inner = formula[1].replace("mathscr", "mathcal")
            if is_formula(inner) and not re.search(r"\\math(?:bb|cal)\{[^A-Z]", inner):
                symbols[character] = "math", inner
        elif _names_character(latex) and not character.isascii():
            symbols[character] = "text", f"{{{latex}}}"
    return symbols | _MATH_CHARACTERS


@cache
def named_characters() -> dict[str, str]:
    r"""Return the characters that commands such as `\ss` and `\textless` name."""
    names = {latex[1:]: character for character, latex in _table() if _names_character(latex)}
    written = (_SPECIAL | _WRITTEN).items()
    names |= {latex[2:-1]: character for character, latex in written if latex.startswith("{\\")}
    return names | {"dots": "…"}


def _names_character(latex: str) -> bool:
    return latex.startswith("\\") and latex[1:] in _TEXT_SYMBOLS


def _table() -> Iterator[tuple[str, str]]:
    from pylatexenc.latexencode import get_builtin_conversion_rules

    for rule in get_builtin_conversion_rules("defaults"):
        for code, latex in rule.rule.items():
            yield chr(code), latex


# Formulas


def _split_at_formulas(text: str) -> list[str]:
    """Return text and formulas in turn, or `text` alone where a `$` may mean money."""
    parts = _DOLLAR.split(text)
    if len(parts) % 2 == 0:
        return [text]
    for position in range(1, len(parts), 2):
        formula = _formula(parts[position])
        if formula is None or parts[position + 1][:1].isdigit():
            return [text]
        parts[position] = formula
    return parts


@lru_cache(maxsize=1 << 14)
def _formula(source: str) -> str | None:
    """Return the formula in ASCII, or None if it is none that may stand."""
    if not source or source != source.strip():
        return None
    parts: list[str] = []
    for run in _ASCII_OR_NOT.findall(source):
        if run.isascii():
            parts.append(run)
            continue
        for kind, group in _by_kind(run):
            latex = _join_math(latex for _, latex in group)
            if kind in ("^", "_"):
                latex = f"{kind}{{{latex}}}"
            elif kind != "math":
                return None
            parts.append(latex)
    # TeX wants braces around some commands as an argument, and takes them around all.
    formula = _COMMAND_AS_ARGUMENT.sub(r"\1{\2}", _join_math(parts))
    return formula if is_formula(formula) else None


def _join_math(parts: Iterable[str]) -> str:
    joined = [""]
    for part in parts:
        if part[0].isalpha() and _ENDS_IN_COMMAND.search(joined[-1]):
            joined.append(" ")
        joined.append(part)
    return "".join(joined)


def is_formula(source: str) -> bool:
    """Return whether TeX can set `source` as math, by commands that are on our lists."""
    tokens = _MATH_TOKEN.findall(source)
    if "".join(tokens) != source or not _balanced(source):
        return False
    try:
        _FormulaReader(tokens).row("")
    except ValueError:
        return False
    return True


def _balanced(source: str) -> bool:
    """Return whether the braces are balanced as BibTeX counts them: escaped ones as well."""
    depth = 0
    for character in source:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


class _FormulaReader:
    """Reads a formula by TeX's own rules.

    Each method raises ValueError where TeX would stop.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = iter([*tokens, ""])

    def row(self, end: str, depth: int = 0) -> None:
        """Read up to and with `end`."""
        if depth > _DEEPEST:
            raise ValueError
        scripts = ""
        while (token := next(self._tokens)) != end:
            if token in ("^", "_", "'"):
                if token in scripts.replace("'", "") or (token == "'" and "^" in scripts):
                    raise ValueError
                scripts += token
                if token != "'":
                    self._argument(depth)
            elif token != " ":
                scripts = ""
                self._atom(token, depth)

    def _atom(self, token: str, depth: int) -> None:
        name = token[1:]
        if token == "{":
            self.row("}", depth + 1)
        elif token == r"\left":
            self._delimiter()
            self.row(r"\right", depth + 1)
            self._delimiter()
        elif name in _MATH_OF_ONE:
            self._argument(depth)
        elif name in _MATH_OF_TWO:
            self._argument(depth)
            self._argument(depth)
        elif name in _MATH_TEXT:
            self._plain_argument()
        else:
            self._symbol(token)

    def _argument(self, depth: int) -> None:
        token = self._next()
        if token == "{":
            self.row("}", depth + 1)
        else:
            self._symbol(token)

    def _plain_argument(self) -> None:
        if self._next() != "{":
            raise ValueError
        while (token := next(self._tokens)) != "}":
            if not _PLAIN_ARGUMENT.fullmatch(token):
                raise ValueError

    def _delimiter(self) -> None:
        if not _DELIMITER.fullmatch(self._next()):
            raise ValueError

    def _symbol(self, token: str) -> None:
        single = token not in ("", "}", "^", "_", "'") and (len(token) == 1 or len(token) == 2)
        if not (token[1:] in _MATH_SYMBOLS or (single and not token[1:].isalpha())):
            raise ValueError

    def _next(self) -> str:
        return next((token for token in self._tokens if token != " "), "")
