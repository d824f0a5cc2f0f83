"""What all sources of metadata have in common.

An answer is data from outside: any part of it may be missing, of another type, or huge. `at`,
`rows`, `line` and the like take from it what is sound, and nothing else.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from readinglist.domain.entry import is_preprint_server
from readinglist.domain.identity import arxiv_of_doi, doi_name
from readinglist.domain.paper import check_date, family_name
from readinglist.domain.text import printable
from readinglist.errors import FormatError, InvalidValueError
from readinglist.formats.bibtex_reading import paper_of_record
from readinglist.formats.html_text import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

MOST_CANDIDATES = 10
_MOST_RECORDS = 100
_MOST_AUTHORS = 5000
_LONGEST_LINE = 2000
_LONGEST_NAME = 500
_LONGEST_TEXT = 4_000_000
_MOST_WORDS = 40
_WHOLE = frozenset(("book", "phdthesis", "techreport"))
"""The kinds of works that are no part of another."""
_MATH = re.compile(r"\$[^$]*\$")
_WORD = re.compile(r"[^\W_]+")
_DOI_TO_ASK_FOR = re.compile(r"10\.\d{4,9}/[!-~]{1,300}")


class Source(Protocol):
    """One source of metadata: a module of this room has a class for it."""

    name: str
    """What people call it, and what a paper remembers: `arXiv`."""
    address: str
    """Its usual base URL."""
    interval: float
    """The least seconds from one request to the next, as its keepers ask for."""

    def wants(self, paper: Paper) -> bool:
        """Return whether it may know what `paper` lacks."""

    def has_identifier(self, paper: Paper) -> bool:
        """Return whether it finds papers by an identifier that `paper` has."""

    def batch(self, waiting: Sequence[Paper]) -> Sequence[Paper]:
        """Return those of the papers `waiting` that one request can look up; at least one."""

    def find(self, papers: Sequence[Paper], web: Web) -> list[list[Paper]]:
        """Return for each of `papers` those that it may be, the likeliest first.

        Raises:
            SourceError: the source can't be asked.
            StoppedError: no answer is wanted any more.
        """


# --- what is asked


def lacks_publication(paper: Paper) -> bool:
    """Return whether no published version is known, or nothing but its venue and its DOI."""
    if not paper.venue or is_preprint_server(paper.venue):
        return True
    return bool(doi_to_ask_for(paper)) and not any(not entry.is_preprint for entry in paper.entries)


def title_words(paper: Paper) -> str:
    """Return the words of a title as any search takes them: no signs, no formulas, lower case."""
    words = _WORD.findall(_MATH.sub(" ", paper.title)) or _WORD.findall(paper.title)
    return " ".join(words[:_MOST_WORDS]).lower()


def title_and_author(paper: Paper) -> str:
    """Return the words of a title, and the family name of the first author where it is known."""
    family = _WORD.findall(family_name(paper.authors[0])) if paper.authors else []
    return " ".join([title_words(paper), *family]).strip().lower()


def doi_to_ask_for(paper: Paper) -> str:
    """Return the DOI of a paper, empty where it is arXiv's, whose DOIs are kept elsewhere."""
    doi = (paper.doi or "").lower()
    known = _DOI_TO_ASK_FOR.fullmatch(doi) and not doi.startswith("10.48550/")
    return doi if known else ""


# --- what is answered


def read_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        FormatError: it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError("it is no JSON.") from error


def at(value: Any, *path: str) -> Any:
    """Return what stands at a path of names in JSON objects; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def rows(value: Any) -> list[Any]:
    """Return the values of a JSON array; one that stands there alone counts as an array of it."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def works(items: list[Any], read: Callable[[Any], Paper | None]) -> list[Paper]:
    """Return what `read` makes of the records of an answer, without those that are no work."""
    return [work for item in items[:_MOST_RECORDS] if (work := read(item))]


def line(value: Any) -> str:
    """Return a JSON string as one printable line; empty for anything else, or what is too long."""
    return printable(value) if isinstance(value, str) and len(value) <= _LONGEST_LINE else ""


def marked_line(value: Any) -> str:
    """Return a JSON string that may hold tags and entities as one printable line without them."""
    # Formulas in MathML are many times as long as what is seen of them.
    return line(plain_text(value)) if isinstance(value, str) and len(value) <= 20_000 else ""


def marked_text(value: Any) -> str:
    """Return a JSON string that may be an abstract like `marked_line`, whatever its length."""
    sound = isinstance(value, str) and len(value) <= _LONGEST_TEXT
    return printable(plain_text(value)) if sound else ""


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each as `Family, Given`, that can be names; none if one is left out.

    A list with a gap would be taken for all the authors.
    """
    listed = tuple(names)
    if len(listed) > _MOST_AUTHORS or not all(0 < len(name) <= _LONGEST_NAME for name in listed):
        return ()
    return listed


def date(*parts: Any) -> str:
    """Return the date of a year, a month, a day, as far as they are in the calendar; or nothing."""
    found = ""
    for part, width in zip(parts, (4, 2, 2), strict=False):
        number = int(part) if isinstance(part, str) and re.fullmatch("[0-9]{1,4}", part) else part
        if not isinstance(number, int) or isinstance(number, bool):
            break
        try:
            found = check_date(f"{found}-{number:0{width}}" if found else f"{number:0{width}}")
        except InvalidValueError:
            break
    return found


def identifiers(doi: str) -> dict[str, str]:
    """Return a DOI, with or without its resolver, as `doi`, or as `arxiv` if it is arXiv's."""
    found = doi_name(doi)
    if not found:
        return {}
    if found.startswith("10.48550/"):
        arxiv = arxiv_of_doi(found)
        return {"arxiv": arxiv} if arxiv else {}
    return {"doi": found}


def candidate(
    kind: str, record: Mapping[str, str], names: Mapping[str, Sequence[str]]
) -> Paper | None:
    """Return the work that a source tells of; None if it has no title.

    Args:
        kind: the type of its entry; empty for a preprint, which has no entry, only facts. What
            stands in a preprint server is one, too.
        record: plain text by the name of the field of a .bib file, with `arxiv` and `abstract`,
            which belong to the paper alone.
        names: people as `Family, Given`, by `author` and `editor`.
    """
    fields = {name: text for name, text in record.items() if text}
    if not any(character.isalnum() for character in fields.get("title", "")):
        return None
    abstract, arxiv = fields.pop("abstract", ""), fields.pop("arxiv", "")
    place = fields.get("journal") or fields.get("booktitle") or ""
    if is_preprint_server(place):
        kind = ""
    paper = paper_of_record("", kind or "misc", fields, names)
    # Whoever edited the proceedings has not written the article.
    authors = names.get("author") or (names.get("editor") if kind == "book" else ()) or ()
    return replace(
        paper,
        authors=tuple(authors),
        abstract=abstract or None,
        arxiv=arxiv or None,
        # A publisher is no venue of an article, only of a book.
        venue=(place or (paper.venue if kind in _WHOLE else None)) if kind else None,
        entries=paper.entries if kind else (),
    )
