"""Papers as a classic BibTeX file, which plain, natbib and biblatex styles all read.

What a style would warn about or misprint is not written: an article without a journal is
written as `@misc`, and the number of authors, or an organization, is a note and never an
author. What was written is read back and compared before anyone gets it, because
bibtexparser's writer checks nothing and LaTeX reports such faults far from their cause.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from readinglist.domain.citekey import check_key
from readinglist.domain.text import plural
from readinglist.errors import ReadingListError
from readinglist.formats.latex import (
    definitions,
    latex_name,
    needs_t1,
    protect_title,
    to_latex,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from readinglist.domain.paper import Paper

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
#: The types that the plain styles print without a warning from an author, a year and the
#: venue alone, with the field that holds the venue.
_VENUE_FIELD = {
    "article": "journal",
    "book": "publisher",
    "conference": "booktitle",
    "incollection": "booktitle",
    "inproceedings": "booktitle",
    "mastersthesis": "school",
    "phdthesis": "school",
    "techreport": "institution",
}
_ALIASES = {"report": "techreport", "thesis": "phdthesis"}

#: What natbib prints for a year that is not known, where it warns of a missing one; biber
#: warns of any year that is no number, and prints its own. So the macro is empty for biber,
#: which skips the comment, and not for BibTeX, which reads what stands in it.
_NO_YEAR = "undated"
_NO_YEAR_MACRO = """@string{undated = {}}
@comment{For BibTeX alone: @string{undated = {n.d.}}}"""

_DOI = re.compile(r"10\.\d{4,9}/[A-Za-z0-9._;()/:<>\[\]+=,*!@#&$'~?|-]+")
_EPRINT = re.compile(r"[A-Za-z0-9./-]+")
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WANTS_URL_PACKAGE = re.compile(r"[%#&_~^$]")
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_LONGEST_SORT_KEY = 40


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as it is meant: each value as it stands after the `=`."""

    type: str
    key: str
    fields: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        lines = "".join(f"  {name} = {value},\n" for name, value in self.fields)
        return f"@{self.type}{{{self.key},\n{lines}}}\n"


def write_bibtex(papers: Iterable[Paper]) -> str:
    """Return the papers as a BibTeX file, sorted by their keys.

    Raises:
        ReadingListError: two papers have one key, a key is not one that BibTeX accepts, or
            the text doesn't read back as what was meant.
    """
    entries = sorted(
        (_entry(paper, _NO_YEAR) for paper in papers), key=lambda e: (e.key.lower(), e.key)
    )
    for one, other in pairwise(entries):
        if one.key.lower() == other.key.lower():
            raise ReadingListError(
                f"Two papers have the key “{other.key}”.",
                "BibTeX takes capitals and small letters for the same: rename one of them.",
            )
    body = "\n".join(map(str, entries))
    preamble = definitions(body)
    text = _head(entries, body, preamble) + body
    _check(text, entries, preamble)
    return text


def entry(paper: Paper) -> str:
    """Return one paper as a BibTeX entry.

    Raises:
        ReadingListError: its key is not one that BibTeX accepts, or the text doesn't read
            back as what was meant.
    """
    meant = _entry(paper)
    text = str(meant)
    _check(text, [meant], [])
    return text


def _entry(paper: Paper, no_year: str = "") -> _Entry:
    authors = [name for name in map(latex_name, paper.authors) if name]
    type_ = _type(paper, bool(authors))
    fields = {
        "author": _braced(" and ".join(authors)),
        "key": "" if authors else _braced(_sort_key(paper)),
        "title": _braced(protect_title(paper.title)),
        _VENUE_FIELD.get(type_, "howpublished"): _braced(to_latex(paper.venue or "")),
        "year": _braced(paper.published[:4]) if paper.published else no_year,
        "month": _month(paper.published or ""),
        **_eprint(paper.arxiv or ""),
        "doi": _braced(_doi(paper.doi or "")),
        "url": _braced(_url(_address(paper))),
        "note": "" if authors else _braced(to_latex(_who(paper))),
    }
    written = tuple((name, value) for name, value in fields.items() if value)
    return _Entry(type_, check_key(paper.key), written)


def _braced(value: str) -> str:
    return value and f"{{{value}}}"


def _type(paper: Paper, has_authors: bool) -> str:
    """Return the paper's type, or `misc` where a style would miss a field of it."""
    type_ = _ALIASES.get(paper.type, paper.type)
    complete = has_authors and paper.venue and paper.published
    return type_ if type_ in _VENUE_FIELD and complete else "misc"


def _sort_key(paper: Paper) -> str:
    """Return what styles sort and label a paper by that has no author.

    It is in ASCII letters and digits: natbib puts it into an optional argument.
    """
    ascii_title = unicodedata.normalize("NFKD", paper.title).encode("ascii", "ignore").decode()
    words: list[str] = []
    for word in _WORD.findall(ascii_title):
        if len(" ".join([*words, word])) > _LONGEST_SORT_KEY:
            break
        words.append(word)
    return " ".join(words) or paper.key


def _who(paper: Paper) -> str:
    count = plural(paper.author_count, "author") if paper.author_count else ""
    return ", ".join(filter(None, [paper.organization, count]))


def _month(published: str) -> str:
    return _MONTHS[int(published[5:7]) - 1] if len(published) >= 7 else ""


def _eprint(arxiv: str) -> dict[str, str]:
    if not _EPRINT.fullmatch(arxiv):
        return {}
    return {"eprint": _braced(arxiv), "archivePrefix": "{arXiv}"}


def _doi(doi: str) -> str:
    return doi if _DOI.fullmatch(doi) else ""


def _address(paper: Paper) -> str:
    if paper.url or not paper.arxiv or _doi(paper.doi or ""):
        return paper.url or ""
    return f"https://arxiv.org/abs/{paper.arxiv}"


def _url(url: str) -> str:
    """Return `url` with everything percent-encoded that a URL may not hold."""
    encoded = quote(url.strip(), safe=_URL_CHARACTERS, errors="replace")
    return _LONE_PERCENT.sub("%25", encoded)


def _head(entries: Sequence[_Entry], body: str, preamble: Sequence[str]) -> str:
    """Return what a file needs before its entries: what to load, and definitions."""
    raw = [v for e in entries for name, v in e.fields if name in ("url", "doi")]
    notes = [
        r"% Needs \usepackage{url} or {hyperref}, for its addresses."
        * any(map(_WANTS_URL_PACKAGE.search, raw)),
        r"% Needs \usepackage[T1]{fontenc}, for its letters." * needs_t1(body),
        _NO_YEAR_MACRO * any(("year", _NO_YEAR) in e.fields for e in entries),
        *(f'@preamble{{"{definition}"}}' for definition in preamble),
    ]
    head = "\n".join(filter(None, notes))
    return f"{head}\n\n" if head else ""


def _check(text: str, entries: Sequence[_Entry], preamble: Sequence[str]) -> None:
    """Read `text` and compare it with what was meant.

    Raises:
        ReadingListError: they differ; it names the first key that does.
    """
    from bibtexparser.entrypoint import parse_string

    library = parse_string(text, parse_stack=[])
    read = [
        _Entry(e.entry_type, e.key, tuple((f.key, f.value) for f in e.fields))
        for e in library.entries
    ]
    if read == list(entries) and [p.value for p in library.preambles] == [
        f'"{definition}"' for definition in preamble
    ]:
        return
    wrong = next((meant.key for meant in entries if meant not in read), "@preamble")
    raise ReadingListError(
        f"“{wrong}” can't be written as BibTeX: it would not read back as it was meant.",
        "Look for unusual characters in its fields, and report this as a defect.",
    )
