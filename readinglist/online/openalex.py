"""OpenAlex, an open catalogue of the works of all sciences.

The form of its answers: https://developers.openalex.org/api-reference/works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from readinglist.domain.entry import is_preprint_server
from readinglist.domain.identity import arxiv_id
from readinglist.domain.paper import inverted_name
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
    title_words,
    works,
)

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

_KINDS = {
    **dict.fromkeys(("article", "review", "letter", "editorial", "preprint"), "article"),
    **dict.fromkeys(("book-chapter", "book-section", "reference-entry"), "incollection"),
    "book": "book",
    "dissertation": "phdthesis",
    "report": "techreport",
}
"""The kind of the entry of a published work. Other types are no work, or data, or software."""
_VENUES = {
    "article": "journal",
    "inproceedings": "booktitle",
    "incollection": "booktitle",
    "book": "series",
    "phdthesis": "school",
    "techreport": "institution",
}
_FIELDS = (
    "doi", "title", "publication_date", "type", "authorships", "primary_location", "locations",
    "biblio", "abstract_inverted_index",
)  # fmt: skip
_LISTED_AUTHORS = 100
"""A list of works has no more authors of one, and doesn't say so."""
_ROWS = 5


class OpenAlex(ByDoi):
    """OpenAlex's works: by DOI, many at once; else by title, which it lets one do less often."""

    name = "OpenAlex"
    address = "https://api.openalex.org"
    interval = 0.1
    at_once = 50

    def __init__(self, key: str = "") -> None:
        """Prepare to ask.

        Args:
            key: for more questions a day than who has none may ask.
        """
        self._secrets = {"api_key": key} if key else {}

    def wants(self, paper: Paper) -> bool:
        """Return whether no published version, no author or no abstract of `paper` is known."""
        return super().wants(paper) or not paper.abstract

    def _by_dois(self, dois: list[str], web: Web) -> list[Paper]:
        # A comma parts filters, a bar their values.
        single = [doi for doi in dois if "," in doi or "|" in doi]
        listed = [doi for doi in dois if doi not in single]
        found = []
        for doi in single:
            path = f"/works/doi:{quote(doi, safe='')}"
            found += web.ask(path, {"select": ",".join(_FIELDS)}, _read_one, self._secrets) or []
        if listed:
            found += self._list(f"doi:{'|'.join(listed)}", len(listed), web)
        return found

    def _by_title(self, paper: Paper, web: Web) -> list[Paper]:
        words = title_words(paper)
        return self._list(f"title.search:{words}", _ROWS, web) if words else []

    def _list(self, wanted: str, most: int, web: Web) -> list[Paper]:
        question = {"filter": wanted, "per_page": str(most), "select": ",".join(_FIELDS)}
        return web.ask("/works", question, _read_list, self._secrets, is_search=True) or []


def _read_one(text: str) -> list[Paper]:
    value = read_json(text)
    if not isinstance(value, dict):
        raise FormatError("it has no work.")
    return works([value], _work)


def _read_list(text: str) -> list[Paper]:
    results = at(read_json(text), "results")
    if not isinstance(results, list):
        raise FormatError("it has no list of works.")
    return works(results, _work)


def _work(result: Any) -> Paper | None:
    known = line(at(result, "type"))
    if known not in _KINDS:
        return None
    kind = _KINDS[known]
    locations = [at(result, "primary_location"), *rows(at(result, "locations"))]
    record = {
        "title": marked_line(at(result, "title")),
        "date": _date(line(at(result, "publication_date"))),
        "abstract": _abstract(at(result, "abstract_inverted_index")),
        "arxiv": _arxiv(locations),
    }
    record |= identifiers(line(at(result, "doi")))
    published = next(filter(_is_of_publisher, locations), None)
    if published is None:
        kind = ""
    else:
        if at(published, "source", "type") == "conference" and kind == "article":
            kind = "inproceedings"
        record |= _places(result, published, _VENUES[kind])
    listed = rows(at(result, "authorships"))
    names = people(map(_name, listed)) if len(listed) < _LISTED_AUTHORS else ()
    return candidate(kind, record, {"author": names})


def _is_of_publisher(location: Any) -> bool:
    """Return whether this is the published version, at its publisher, which is named."""
    venue, kind = line(at(location, "source", "display_name")), at(location, "source", "type")
    if not venue or is_preprint_server(venue) or kind == "repository":
        return False
    return kind in ("journal", "conference") or at(location, "version") == "publishedVersion"


def _places(result: Any, location: Any, place: str) -> dict[str, str]:
    """Return where a published work stands."""
    first, last = (line(at(result, "biblio", name)) for name in ("first_page", "last_page"))
    return {
        place: marked_line(at(location, "source", "display_name")),
        "volume": line(at(result, "biblio", "volume")),
        "number": line(at(result, "biblio", "issue")),
        "pages": f"{first}-{last}" if first and last and first != last else first,
        "publisher": marked_line(at(location, "source", "host_organization_name")),
        "issn": line(at(location, "source", "issn_l")),
    }


def _arxiv(locations: list[Any]) -> str:
    for location in locations:
        for name in ("landing_page_url", "pdf_url"):
            address = line(at(location, name))
            if found := arxiv_id(address) or identifiers(address).get("arxiv"):
                return found
    return ""


def _date(text: str) -> str:
    """Return a date as far as it is known: the first of January stands for a year alone."""
    return date(*text.removesuffix("-01-01").split("-"))


def _abstract(index: Any) -> str:
    """Return the text of an index `{word: [its places]}`."""
    if not isinstance(index, dict):
        return ""
    places = [
        (place, word)
        for word, listed in index.items()
        for place in rows(listed)
        if isinstance(place, int)
    ]
    return marked_text(" ".join(word for _, word in sorted(places)))


def _name(authorship: Any) -> str:
    # The name that an author is known by may be that of somebody else, merged by mistake.
    written = marked_line(at(authorship, "raw_author_name"))
    return inverted_name(written or marked_line(at(authorship, "author", "display_name")))
