"""DBLP, the bibliography of computer science: where a preprint was published.

The form of its answers: https://dblp.org/faq/13501473.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from readinglist.domain.identity import arxiv_id
from readinglist.domain.paper import inverted_name
from readinglist.errors import FormatError
from readinglist.online.source import (
    MOST_CANDIDATES,
    at,
    candidate,
    date,
    identifiers,
    lacks_publication,
    line,
    marked_line,
    people,
    read_json,
    rows,
    title_and_author,
    title_words,
    works,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

_KINDS = {
    "Journal Articles": ("article", "journal"),
    "Conference and Workshop Papers": ("inproceedings", "booktitle"),
    "Parts in Books or Collections": ("incollection", "booktitle"),
    "Reference Works": ("incollection", "booktitle"),
    "Books and Theses": ("book", "series"),
    "Informal and Other Publications": ("", ""),
    "Informal Publications": ("", ""),
}
"""The kind of the entry, and its field for the venue; none for preprints."""
_HOMONYM = re.compile(r" [0-9]{4}$")


class Dblp:
    """DBLP's search for publications: one title at a time."""

    name = "DBLP"
    address = "https://dblp.org"
    interval = 1.5

    def wants(self, paper: Paper) -> bool:
        """Return whether no published version of `paper` is known, or nobody who wrote it."""
        return lacks_publication(paper) or not paper.authors

    def has_identifier(self, paper: Paper) -> bool:
        """Return False: a title is all that can be asked for."""
        return False

    def batch(self, waiting: Sequence[Paper]) -> Sequence[Paper]:
        """Return the first: there is one question for each."""
        return waiting[:1]

    def find(self, papers: Sequence[Paper], web: Web) -> list[list[Paper]]:
        """Return for each of `papers` those that it may be, the likeliest first.

        Raises:
            SourceError: DBLP can't be asked.
            StoppedError: no answer is wanted any more.
        """
        return [_find(paper, web) for paper in papers]


def _find(paper: Paper, web: Web) -> list[Paper]:
    if not title_words(paper):
        return []
    parameters = {
        "q": title_and_author(paper),
        "format": "json",
        "h": str(MOST_CANDIDATES),
        "c": "0",
    }
    return web.ask("/search/publ/api", parameters, _read, is_search=True) or []


def _read(text: str) -> list[Paper]:
    result = at(read_json(text), "result")
    status = at(result, "status", "@code")
    if not isinstance(result, dict) or status not in (None, "200"):
        raise FormatError("it has no result.")
    hits = rows(at(result, "hits", "hit"))[:MOST_CANDIDATES]
    return works(hits, lambda hit: _work(at(hit, "info")))


def _work(info: Any) -> Paper | None:
    known = line(at(info, "type"))
    if known not in _KINDS:
        return None  # proceedings as such, data sets
    kind, place = _KINDS[known]
    if line(at(info, "key")).startswith("phd/"):
        kind = "phdthesis"
    title = marked_line(at(info, "title"))
    record = {"title": title if title.endswith("..") else title.removesuffix(".")}
    record["date"] = date(at(info, "year"))
    if kind:
        record[place] = next(filter(None, map(marked_line, rows(at(info, "venue")))), "")
        for name in ("volume", "number", "pages", "publisher"):
            record[name] = marked_line(at(info, name))
    record |= _identifiers(info, is_preprint=not kind)
    names = [_name(author) for author in rows(at(info, "authors", "author"))]
    return candidate(kind, record, {"author": people(names)})


def _identifiers(info: Any, *, is_preprint: bool) -> dict[str, str]:
    """Return the DOI or the arXiv id; an address only where there is neither."""
    addresses = [line(value) for value in rows(at(info, "ee"))]
    for text in (line(at(info, "doi")), *addresses):
        if found := identifiers(text):
            return found
    if is_preprint:
        for text in (line(at(info, "volume")).removeprefix("abs/"), *addresses):
            if arxiv := arxiv_id(text):
                return {"arxiv": arxiv}
    address = next((text for text in addresses if text.startswith(("https://", "http://"))), "")
    return {"url": address}


def _name(author: Any) -> str:
    name = marked_line(author if isinstance(author, str) else at(author, "text"))
    # People of one name are numbered: `Wei Wang 0001`.
    return inverted_name(_HOMONYM.sub("", name))
