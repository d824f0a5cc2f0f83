"""How arXiv writes names, abstracts and dates: in mails, in feeds, and where it is quoted."""

from __future__ import annotations

import re

from readinglist.domain.identity import arxiv_id, doi_name
from readinglist.domain.paper import NAME_SUFFIX, check_date, inverted_name, printable_name
from readinglist.errors import InvalidValueError
from readinglist.formats.bib_syntax import MONTHS
from readinglist.formats.latex_text import to_text

LONGEST_TITLE = 2000
"""So many letters of a title are taken."""
MOST_AUTHORS = 5000
"""So many authors of a paper are taken."""

_LONGEST_NAME = 200
_LONGEST_LIST = 200 * MOST_AUTHORS
_LONGEST_ABSTRACT = 100_000
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_INDENT = re.compile(r"\n[ \t]{2,}(?=\S)")
_BRACKET = re.compile(r"[()]")
_BETWEEN_NAMES = re.compile(r"[,;:]|\s(?:and|(?:on behalf of|for)(?: the)?)\s")
_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})[a-z]* (\d{{4}})\b", re.IGNORECASE)
_ID_MONTH = re.compile(r"(?:[a-z-]+(?:\.[a-z]{2})?/)?(\d\d)(\d\d)", re.IGNORECASE)
_FIRST_YEAR = 91


def title_line(text: str) -> str:
    """Return a title as one line, letter for letter but for white space."""
    return " ".join(text.split())[:LONGEST_TITLE].strip()


def unwrapped(text: str) -> str | None:
    """Return an abstract with each paragraph on one line; None where nothing is in it.

    arXiv breaks lines of 80 letters, and indents the first one of a paragraph. Where all are
    indented, that says nothing.
    """
    text = text[:_LONGEST_ABSTRACT].replace("\r\n", "\n").strip()
    paragraphs = _BLANK_LINES.split(text)
    if any(not line[:1].isspace() for line in text.split("\n")[1:] if line):
        paragraphs = [part for whole in paragraphs for part in _INDENT.split(whole)]
    return "\n\n".join(" ".join(part.split()) for part in paragraphs) or None


def author_names(text: str) -> tuple[str, ...]:
    """Return the names of a list in natural order, each as `Family, Given`.

    What stands in parentheses is left out: an affiliation, or its number.
    """
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(_outside_brackets(" ".join(text[:_LONGEST_LIST].split()))):
        name = printable_name(to_text(part) if "\\" in part or "{" in part else part)
        if NAME_SUFFIX.fullmatch(name) and names:
            names[-1] += f" {name}"
        elif any(letter.isalpha() for letter in name) and len(name) <= _LONGEST_NAME:
            names.append(name)
    return tuple(inverted_name(name) for name in names[:MOST_AUTHORS])


def _outside_brackets(text: str) -> str:
    kept: list[str] = []
    begin = depth = 0
    for found in _BRACKET.finditer(text):
        if not depth:
            kept.append(text[begin : found.start()])
        depth = max(0, depth + (1 if found[0] == "(" else -1))
        begin = found.end()
    return " ".join([*kept, text[begin:]] if not depth else kept)


def day(text: str) -> str | None:
    """Return the day that `2024-01-31T…` or `Wed, 31 Jan 2024 …` begins with, in ISO form."""
    found = _DAY.search(text[:100])
    iso = f"{found[3]}-{MONTHS.index(found[2].lower()) + 1:02}-{found[1]:0>2}" if found else None
    try:
        return check_date(iso or text.strip()[:10])
    except InvalidValueError:
        return None


def month_of(arxiv: str | None) -> str | None:
    """Return the month that an arXiv id tells, as `YYYY-MM`: when the paper was first there."""
    found = _ID_MONTH.match(arxiv or "")
    if not found:
        return None
    century = 19 if int(found[1]) >= _FIRST_YEAR else 20
    try:
        return check_date(f"{century}{found[1]}-{found[2]}")
    except InvalidValueError:
        return None


def identifier(text: str) -> str | None:
    """Return the arXiv id that a link, an `oai:` name or `arXiv:…v2` gives, without version."""
    return arxiv_id(re.sub(r"^\s*oai:arxiv\.org:", "", text, flags=re.IGNORECASE))


def first_doi(text: str) -> str | None:
    """Return the first DOI of a field that may name several."""
    return next(filter(None, map(doi_name, text[:_LONGEST_ABSTRACT].split())), None)
