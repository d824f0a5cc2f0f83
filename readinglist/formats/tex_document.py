r"""What a LaTeX document cites.

It is read from the source (.tex), or from what LaTeX (.aux) and biblatex (.bcf) noted.

Nothing is executed, so a key that a macro puts together is not seen in the source; it is in
the .aux and the .bcf.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What begins a part that LaTeX doesn't typeset; or a sign behind a backslash, which begins none.
_MARK = re.compile(
    r"(?P<comment>%)|\\begin\{(?P<environment>verbatim\*?|lstlisting|minted|comment)\}"
    r"|\\(?P<false>iffalse)(?![A-Za-z])"
    r"|\\(?:verb\*?|lstinline(?:\[[^\[\]]*\])?|mintinline\{[^{}]*\})(?P<sign>[^A-Za-z\s{*])"
    r"|\\.",
    re.DOTALL,
)
_FI = re.compile(r"\\fi(?![A-Za-z])")
_OPTION = r"(?:\s*\[[^\[\]]*\]|\s*\([^()]*\)|\s*<[^<>]*>)*"
_CITE = re.compile(
    rf"\\(?=[A-Za-z]*[cC]ite|bibentry\b|fullref\b)[A-Za-z]++\*?((?:{_OPTION}\s*\{{[^{{}}]*\}})+)"
)
_ARGUMENT = re.compile(r"\{([^{}]*)\}")
#: Commands that begin so and don't cite, or have an argument more than keys.
_NO_CITATION = re.compile(
    r"\\(?:citestyle|citesetup|DeclareCite\w*|newcite\w*|renewcite\w*|setcite\w*|citereset|"
    r"providecite\w*|mkcite\w*|AtEveryCite\w*|AtNextCite\w*|citename|citefield|citelist|nociteall)"
    r"(?![A-Za-z])"
)
_BIBLIOGRAPHY = re.compile(r"\\(?:bibliography|nobibliography)\*?\s*\{([^{}]*)\}")
_RESOURCE = re.compile(
    r"\\add(?:bibresource|globalbib|sectionbib)\s*(?:\[[^\[\]]*\])?\s*\{([^{}]*)\}"
)
_INPUT = re.compile(r"\\(?:input|include|subfile|@input)\s*(?:\{([^{}]*)\}|([^\s{}\\]+))")
_IMPORT = re.compile(r"\\(?:sub)?(?:import|includefrom|inputfrom)\*?\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_AUX_CITATION = re.compile(r"\\citation\{([^{}]*)\}")
_AUX_BIBLATEX = re.compile(r"\\abx@aux@cite\{[^{}]*\}\{([^{}]*)\}")
_AUX_DATA = re.compile(r"\\bibdata\{([^{}]*)\}")
_BCF_KEY = re.compile(r"<bcf:citekey\b[^<>]*>([^<]*)</bcf:citekey>")
_BCF_DATA = re.compile(r"<bcf:datasource\b[^<>]*>([^<]*)</bcf:datasource>")
_EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class TexDocument:
    """What one file of a document says."""

    keys: tuple[str, ...] = ()
    """The citation keys, in order, each once."""
    everything: bool = False
    r"""True for `\nocite{*}`."""
    bibliographies: tuple[str, ...] = ()
    """The names of its .bib files, as they are written, with the ending."""
    inputs: tuple[str, ...] = ()
    """The files that it takes in, as they are written."""


def read_tex(text: str) -> TexDocument:
    """Return what a .tex file says."""
    text = "".join(_typeset(text))
    names: list[str] = []
    for match in _CITE.finditer(text):
        if not _NO_CITATION.match(match[0]):
            for argument in _ARGUMENT.findall(match[1]):
                names += argument.split(",")
    inputs = [(braced or bare).strip() for braced, bare in _INPUT.findall(text)]
    inputs += [f"{folder.strip()}/{name.strip()}" for folder, name in _IMPORT.findall(text)]
    groups = _BIBLIOGRAPHY.findall(text)
    bibliographies = [_with_ending(name) for group in groups for name in group.split(",")]
    bibliographies += [name.strip() for name in _RESOURCE.findall(text)]
    return _document(names, bibliographies, inputs)


def _typeset(text: str) -> Iterator[str]:
    r"""Yield what stands outside of comments, verbatim text and what `\iffalse` hides."""
    begin = position = 0
    never_closed: set[str] = set()
    while mark := _MARK.search(text, position):
        position = mark.end()
        if mark.lastgroup is None or mark[0] in never_closed:
            continue
        end = _end_of(mark, text)
        if end is not None:
            yield text[begin : mark.start()]
            begin = position = end
        elif mark.lastgroup != "sign":
            never_closed.add(mark[0])
    yield text[begin:]


def _end_of(mark: re.Match[str], text: str) -> int | None:
    """Return where the part that `mark` begins has its end; None where it has none."""
    if mark["false"]:
        fi = _FI.search(text, mark.end())
        return fi.end() if fi else None
    if mark["environment"]:
        limit, close = len(text), f"\\end{{{mark['environment']}}}"
    else:
        limit, close = text.find("\n", mark.end()), mark["sign"] or ""
        limit = limit if limit >= 0 else len(text)
        if mark["comment"]:
            return limit
    end = text.find(close, mark.end(), limit)
    return end + len(close) if end >= 0 else None


def read_aux(text: str) -> TexDocument:
    """Return what an .aux file says."""
    names = [name for group in _AUX_CITATION.findall(text) for name in group.split(",")]
    names += [name for group in _AUX_BIBLATEX.findall(text) for name in group.split(",")]
    bibliographies = [
        _with_ending(name)
        for group in _AUX_DATA.findall(text)
        for name in group.split(",")
        if not name.strip().endswith("-blx")
    ]
    inputs = [braced or bare for braced, bare in _INPUT.findall(text)]
    return _document(names, bibliographies, inputs)


def read_bcf(text: str) -> TexDocument:
    """Return what a .bcf file says."""
    return _document(_BCF_KEY.findall(text), _BCF_DATA.findall(text), [])


def _document(names: list[str], bibliographies: list[str], inputs: list[str]) -> TexDocument:
    keys = dict.fromkeys(filter(None, (" ".join(name.split()) for name in names)))
    everything = keys.pop(_EVERYTHING, 0) is None
    # An argument with a macro in it is no key: it shows in the .aux.
    plain = tuple(key for key in keys if "\\" not in key and "#" not in key)
    return TexDocument(plain, everything, _file_names(bibliographies), _file_names(inputs))


def _file_names(names: list[str]) -> tuple[str, ...]:
    """Return each name once; one with control characters is none."""
    return tuple(dict.fromkeys(name for name in names if name and name.isprintable()))


def _with_ending(name: str) -> str:
    name = name.strip()
    return name if not name or name.endswith(".bib") else f"{name}.bib"
