"""Crossref, where publishers register what they publish.

The form of its answers: https://api.crossref.org/swagger-ui/index.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from readinglist.errors import FormatError
from readinglist.online.by_doi import ByDoi
from readinglist.online.source import (
    at,
    candidate,
    date,
    identifiers,
    line,
    marked_line,
    marked_text,
    people,
    read_json,
    rows,
    title_and_author,
    title_words,
    works,
)

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

_KINDS = {
    "journal-article": ("article", "journal"),
    "proceedings-article": ("inproceedings", "booktitle"),
    **dict.fromkeys(
        ("book-chapter", "book-section", "book-part", "book-track", "reference-entry"),
        ("incollection", "booktitle"),
    ),
    **dict.fromkeys(("book", "monograph", "edited-book", "reference-book"), ("book", "series")),
    "dissertation": ("phdthesis", "school"),
    "report": ("techreport", "institution"),
    "posted-content": ("", ""),
}
"""The kind of the entry, and its field for the venue; none for preprints."""
_FIELDS = (
    "DOI", "type", "title", "subtitle", "author", "editor", "issued", "container-title", "volume",
    "issue", "page", "article-number", "publisher", "ISSN", "ISBN", "abstract", "update-to",
)  # fmt: skip
_NOTICE = re.compile(
    r"(?:(?:author|publisher)(?:['’]s)? )?(?:correction|corrigendum|erratum|retraction|addendum)\b"
    r"(?: note)?(?: (?:to|for))?\s*[:“‘\"]|faculty opinions recommendation",
    re.IGNORECASE,
)
_NOTICES = frozenset(
    ("correction", "corrigendum", "erratum", "retraction", "addendum", "expression_of_concern")
)
_ROWS = 5


class Crossref(ByDoi):
    """Crossref's works: by DOI, many at once; else by title."""

    name = "Crossref"
    address = "https://api.crossref.org"
    at_once = 40

    def __init__(self, mail: str = "") -> None:
        """Prepare to ask.

        Args:
            mail: an address that Crossref may write to; whoever gives one may ask more often.
        """
        self.interval = 0.34 if mail else 1.0
        self._secrets = {"mailto": mail} if mail else {}

    def _by_dois(self, dois: list[str], web: Web) -> list[Paper]:
        # A comma parts filters.
        single = [doi for doi in dois if "," in doi]
        listed = [doi for doi in dois if "," not in doi]
        found = []
        for doi in single:
            found += web.ask(f"/works/{quote(doi, safe='')}", {}, _read_one, self._secrets) or []
        if listed:
            filters = ",".join(f"doi:{doi}" for doi in listed)
            found += self._list({"filter": filters, "rows": str(len(listed))}, web)
        return found

    def _by_title(self, paper: Paper, web: Web) -> list[Paper]:
        if not title_words(paper):
            return []
        question = {"query.bibliographic": title_and_author(paper), "rows": str(_ROWS)}
        return self._list(question, web)

    def _list(self, question: dict[str, str], web: Web) -> list[Paper]:
        question["select"] = ",".join(_FIELDS)
        return web.ask("/works", question, _read_list, self._secrets, is_search=True) or []


def _read_one(text: str) -> list[Paper]:
    message = at(read_json(text), "message")
    if not isinstance(message, dict):
        raise FormatError("it has no work.")
    return works([message], _work)


def _read_list(text: str) -> list[Paper]:
    items = at(read_json(text), "message", "items")
    if not isinstance(items, list):
        raise FormatError("it has no list of works.")  # of what was wrong with the question, say
    return works(items, _work)


def _work(item: Any) -> Paper | None:
    known = line(at(item, "type"))
    title, subtitle = (_first(at(item, name)) for name in ("title", "subtitle"))
    if known not in _KINDS or _is_notice(item, title):
        return None
    kind, place = _KINDS[known]
    if title and subtitle.lower() not in title.lower():
        title = line(f"{title}: {subtitle}")
    record = {"title": title, "date": _date(at(item, "issued"))}
    record |= identifiers(line(at(item, "DOI")))
    record["abstract"] = marked_text(at(item, "abstract"))
    if kind:
        record |= _places(item, place)
    names = {role: people(map(_name, rows(at(item, role)))) for role in ("author", "editor")}
    return candidate(kind, record, names)


def _is_notice(item: Any, title: str) -> bool:
    """Return whether this is no work, only what is to be said of one."""
    kinds = {line(at(update, "type")) for update in rows(at(item, "update-to"))}
    return bool(_NOTICE.match(title)) or not kinds.isdisjoint(_NOTICES)


def _places(item: Any, place: str) -> dict[str, str]:
    """Return where a published work stands."""
    record = {
        "volume": line(at(item, "volume")),
        "number": line(at(item, "issue")),
        "pages": line(at(item, "page")) or line(at(item, "article-number")),
        "issn": _first(at(item, "ISSN")),
        "isbn": _first(at(item, "ISBN")).rpartition("/")[2],
    }
    publisher = marked_line(at(item, "publisher"))
    if place in ("school", "institution"):
        return record | {place: publisher}
    containers = list(filter(None, map(marked_line, rows(at(item, "container-title")))))
    if place == "booktitle" and len(containers) > 1:
        record["series"] = containers.pop(0)  # which the book is a volume of
    if containers:
        record[place] = containers[0]
    return record | {"publisher": publisher}


def _first(value: Any) -> str:
    return next(filter(None, map(marked_line, rows(value))), "")


def _date(value: Any) -> str:
    """Return the date of `{"date-parts": [[2024, 5, 31]]}`, as far as it goes."""
    parts = next(iter(rows(at(value, "date-parts"))), None)
    return date(*rows(parts))


def _name(person: Any) -> str:
    """Return `Family, Given`; a body has no comma."""
    family, suffix, given, body = (
        " ".join(marked_line(at(person, name)).replace(",", " ").split())
        for name in ("family", "suffix", "given", "name")
    )
    family = f"{family} {suffix}".strip()
    return f"{family}, {given}" if family and given else family or given or body
