"""RIS, the tagged lines of publishers' pages and reference managers; rispy reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from readinglist.errors import FormatError
from readinglist.formats.bibtex_reading import paper_of_record
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper

_BEGINNING = re.compile(r"^TY  ?- ?[A-Z]", re.MULTILINE)
_END = re.compile(r"ER  ?-")
_TYPES = {
    "JOUR": "article", "MGZN": "article", "NEWS": "article", "CONF": "inproceedings",
    "CPAPER": "inproceedings", "BOOK": "book", "EBOOK": "book", "CHAP": "incollection",
    "ECHAP": "incollection", "THES": "phdthesis", "RPRT": "techreport",
}  # fmt: skip
_FIELDS = {
    "volume": "volume", "number": "number", "publisher": "publisher", "place_published": "address",
    "issn": "issn", "abstract": "abstract", "doi": "doi", "edition": "edition", "note": "note",
    "language": "language",
}  # fmt: skip
_VENUES = ("journal_name", "secondary_title", "alternate_title1", "alternate_title2",
           "alternate_title3", "custom3")  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:/(\d{1,2}))?(?:/(\d{1,2}))?")


def parse(text: str) -> Parsed:
    """Return the papers of an RIS file.

    Raises:
        FormatError: it is none.
    """
    import rispy

    text, assumptions = _with_all_ends(text)
    try:
        references: list[dict[str, Any]] = rispy.loads(text, skip_unknown_tags=False)
    except Exception as error:  # rispy raises OSError, ValueError and more for what it can't read
        raise FormatError(f"It is no RIS file: {' '.join(str(error).split())[:200]}.") from error
    starts = [n for n, line in enumerate(text.split("\n"), 1) if _BEGINNING.match(line)]
    papers: list[Paper] = []
    problems: list[Problem] = []
    for number, reference in enumerate(references):
        line = starts[number] if number < len(starts) else 1
        paper = _paper(reference)
        if paper.title:
            papers.append(paper)
        else:
            problems.append(Problem(line, "The reference has no title."))
    if not papers:
        raise FormatError(problems[0].message if problems else "It holds no references.")
    return Parsed(tuple(papers), tuple(problems), assumptions)


def _with_all_ends(text: str) -> tuple[str, tuple[str, ...]]:
    """Return `text` with the ER lines that it lacks, and what was assumed so."""
    lines: list[str] = []
    assumptions: list[str] = []
    begun = 0
    for number, line in enumerate([*text.splitlines(), "TY  - END"], 1):
        if _BEGINNING.match(line):
            if begun:
                lines[-1] += "\nER  - "
                assumptions.append(f"Line {begun}: this reference has no ER line; it was ended.")
            begun = number
        elif _END.match(line):
            begun = 0
        lines.append(line)
    return "\n".join(lines[:-1]) + "\n", tuple(assumptions)


def _paper(reference: dict[str, Any]) -> Paper:
    kind = _TYPES.get(str(reference.get("type_of_reference")), "misc")
    record = {name: str(reference[ris]) for ris, name in _FIELDS.items() if reference.get(ris)}
    record["title"] = str(reference.get("title") or reference.get("primary_title") or "")
    venue = next((str(reference[name]) for name in _VENUES if reference.get(name)), "")
    if venue:
        record["journal" if kind in ("article", "misc") else "booktitle"] = venue
    first, last = reference.get("start_page"), reference.get("end_page")
    if first:
        record["pages"] = f"{first}–{last}" if last and last != first else str(first)
    date = _DATE.match(str(reference.get("date") or reference.get("year") or ""))
    if date:
        record["date"] = "-".join(f"{int(part):02}" for part in date.groups() if part)
    addresses = reference.get("urls") or []
    if addresses:
        record["url"] = str(addresses[0])
    if reference.get("keywords"):
        record["keywords"] = ", ".join(map(str, reference["keywords"]))
    names = {
        "author": _names(reference.get("authors") or reference.get("first_authors") or []),
        "editor": _names(reference.get("secondary_authors") or []),
    }
    return paper_of_record(str(reference.get("id") or ""), kind, record, names)


def _names(names: list[str]) -> list[str]:
    """Return RIS's `Family, Given, Suffix` as `Family Suffix, Given`."""
    found = []
    for name in names:
        family, *rest = (part.strip() for part in name.split(","))
        found.append(", ".join(filter(None, (" ".join([family, *rest[1:2]]).strip(), *rest[:1]))))
    return found
