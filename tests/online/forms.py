"""The answers of the sources in their real form, written from simple records.

Where a form is documented:

- DBLP: https://dblp.org/faq/13501473
- Crossref: https://api.crossref.org/swagger-ui/index.html, and for the fields of a work
  https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md
- OpenAlex: https://developers.openalex.org/api-reference/works
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Work:
    """One work as the tests think of it; what is empty is not known."""

    title: str
    authors: tuple[str, ...] = ()
    """Each as `Family, Given`; a body has no comma."""
    published: str = ""
    """`YYYY[-MM[-DD]]`."""
    kind: str = "article"
    """article, inproceedings, incollection, book, phdthesis, techreport, or preprint."""
    venue: str = ""
    doi: str = ""
    arxiv: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    """`3-17`."""
    publisher: str = ""
    issn: str = ""
    abstract: str = ""
    url: str = ""

    @property
    def year(self) -> str:
        return self.published[:4]


ATTENTION = Work(
    title="Attention is All you Need",
    authors=("Vaswani, Ashish", "Shazeer, Noam", "van der Parmar, Niki"),
    published="2017",
    kind="inproceedings",
    venue="NIPS",
    pages="5998-6008",
    url="https://proceedings.neurips.cc/paper/2017/hash/3f5e-Abstract.html",
)
ATTENTION_PREPRINT = Work(
    title="Attention Is All You Need",
    authors=("Vaswani, Ashish", "Shazeer, Noam"),
    published="2017",
    kind="preprint",
    arxiv="1706.03762",
)
LEARNING = Work(
    title="Deep learning & its “uses”",
    authors=("LeCun, Yann", "Bengio, Yoshua", "Hinton, Geoffrey"),
    published="2015-05-27",
    kind="article",
    venue="Nature",
    doi="10.1038/nature14539",
    volume="521",
    number="7553",
    pages="436-444",
    publisher="Springer Science and Business Media LLC",
    issn="0028-0836",
    abstract="Deep learning allows models of many layers & more. They learn.",
)


def natural(name: str) -> str:
    """Return `Given Family`."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma else name


def without_empty(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as a source writes it that leaves out what it doesn't know."""
    return {name: value for name, value in record.items() if value not in ("", None, [], {})}


# --- DBLP

DBLP_TYPES = {
    "article": "Journal Articles",
    "inproceedings": "Conference and Workshop Papers",
    "incollection": "Parts in Books or Collections",
    "book": "Books and Theses",
    "phdthesis": "Books and Theses",
    "preprint": "Informal and Other Publications",
}


def dblp_hit(work: Work, number: int = 1) -> dict[str, Any]:
    """Return one hit: all numbers are strings, entities are escaped, a title ends in a dot."""
    authors: list[dict[str, str]] = [
        {"@pid": f"{place}/1", "text": html.escape(natural(name))}
        for place, name in enumerate(work.authors, 1)
    ]
    title = html.escape(work.title)
    is_preprint = work.kind == "preprint"
    arxiv_doi = f"10.48550/arXiv.{work.arxiv}" if work.arxiv else ""
    prefix = {"phdthesis": "phd", "preprint": "journals/corr"}.get(work.kind, "conf")
    info = {
        # An object where there is one author.
        "authors": {"author": authors[0] if len(authors) == 1 else authors} if authors else None,
        "title": title if title.endswith(("?", "!")) else f"{title}.",
        "venue": "CoRR" if is_preprint else html.escape(work.venue),
        "volume": f"abs/{work.arxiv}" if is_preprint else work.volume,
        "number": work.number,
        "pages": work.pages,
        "publisher": work.publisher if work.kind == "book" else "",
        "year": work.year,
        "type": DBLP_TYPES[work.kind],
        "access": "open",
        "key": f"{prefix}/Key{number}",
        "doi": work.doi or (arxiv_doi if is_preprint else ""),
        "ee": work.url or (f"https://doi.org/{work.doi or arxiv_doi}"),
        "url": f"https://dblp.org/rec/{prefix}/Key{number}",
    }
    return {
        "@score": "5",
        "@id": str(number),
        "info": without_empty(info),
        "url": f"URL#{number}",
    }


def dblp_answer(works: Sequence[Work]) -> dict[str, Any]:
    """Return the answer to a search; where nothing is found there is no `hit` at all."""
    count = str(len(works))
    hits: dict[str, Any] = {"@total": count, "@computed": count, "@sent": count, "@first": "0"}
    if works:
        hits["hit"] = [dblp_hit(work, number) for number, work in enumerate(works, 1)]
    return {
        "result": {
            "query": "attention* need*",
            "status": {"@code": "200", "text": "OK"},
            "time": {"@unit": "msecs", "text": "3.4"},
            "completions": {"@total": "0", "@computed": "0", "@sent": "0"},
            "hits": hits,
        }
    }


# --- Crossref

CROSSREF_TYPES = {
    "article": "journal-article",
    "inproceedings": "proceedings-article",
    "incollection": "book-chapter",
    "book": "monograph",
    "phdthesis": "dissertation",
    "techreport": "report",
    "preprint": "posted-content",
}


def crossref_item(work: Work) -> dict[str, Any]:
    """Return one record: texts in arrays, dates in parts, the abstract in JATS."""
    dates = [int(part) for part in work.published.split("-")] if work.published else [None]
    item = {
        "DOI": work.doi.lower(),
        "type": CROSSREF_TYPES[work.kind],
        "title": [html.escape(work.title, quote=False)],
        "author": [
            crossref_person(name, "additional" if place else "first")
            for place, name in enumerate(work.authors)
        ],
        "issued": {"date-parts": [dates]},
        "container-title": [html.escape(work.venue, quote=False)] if work.venue else [],
        "volume": work.volume,
        "issue": work.number,
        "page": work.pages,
        "publisher": work.publisher,
        "ISSN": [work.issn] if work.issn else [],
        "abstract": f"<jats:title>Abstract</jats:title><jats:p>{html.escape(work.abstract)}"
        "</jats:p>"
        if work.abstract
        else "",
    }
    return without_empty(item)


def crossref_person(name: str, sequence: str) -> dict[str, Any]:
    """Return one author; a body has a name and nothing else."""
    family, comma, given = name.partition(", ")
    parts = {"given": given, "family": family} if comma else {"name": name}
    return {**parts, "sequence": sequence, "affiliation": []}


def crossref_list(works: Sequence[Work]) -> dict[str, Any]:
    """Return the answer of `/works?…`."""
    return {
        "status": "ok",
        "message-type": "work-list",
        "message-version": "1.0.0",
        "message": {
            "facets": {},
            "total-results": 1_400_000,
            "items": [crossref_item(work) for work in works],
            "items-per-page": 5,
            "query": {"start-index": 0, "search-terms": None},
        },
    }


def crossref_single(work: Work) -> dict[str, Any]:
    """Return the answer of `/works/{doi}`."""
    return {
        "status": "ok",
        "message-type": "work",
        "message-version": "1.0.0",
        "message": crossref_item(work),
    }


def crossref_error() -> dict[str, Any]:
    """Return what is said of a question that is wrong: the message is a list here."""
    return {
        "status": "failed",
        "message-type": "validation-failure",
        "message": [
            {
                "type": "select-not-available",
                "value": "updated",
                "message": "Select 'updated' specified but there is no such select.",
            }
        ],
    }


# --- OpenAlex

OPENALEX_TYPES = {
    "article": "article",
    "inproceedings": "article",
    "incollection": "book-chapter",
    "book": "book",
    "phdthesis": "dissertation",
    "techreport": "report",
    "preprint": "preprint",
}


def openalex_work(work: Work) -> dict[str, Any]:
    """Return one work: nothing is left out, what isn't known is null."""
    locations = []
    if work.kind != "preprint":
        kind = "conference" if work.kind == "inproceedings" else "journal"
        source = {
            "id": "https://openalex.org/S1",
            "display_name": work.venue,
            "issn_l": work.issn or None,
            "issn": [work.issn] if work.issn else None,
            "type": kind,
            "host_organization_name": work.publisher or None,
        }
        locations.append(
            openalex_location(work.url or f"https://doi.org/{work.doi}", source, "publishedVersion")
        )
    if work.arxiv:
        arxiv = {
            "id": "https://openalex.org/S4306400194",
            "display_name": "arXiv (Cornell University)",
            "issn_l": None,
            "issn": None,
            "type": "repository",
            "host_organization_name": "Cornell University",
        }
        locations.append(
            openalex_location(f"http://arxiv.org/abs/{work.arxiv}", arxiv, "submittedVersion")
        )
    first, _, last = work.pages.partition("-")
    return {
        "doi": f"https://doi.org/{work.doi.lower()}" if work.doi else None,
        "title": work.title,
        "publication_date": f"{work.published}-01-01"[:10] if work.published else None,
        "type": OPENALEX_TYPES[work.kind],
        "authorships": [openalex_authorship(name) for name in work.authors],
        "primary_location": locations[0] if locations else None,
        "locations": locations,
        "biblio": {
            "volume": work.volume or None,
            "issue": work.number or None,
            "first_page": first or None,
            "last_page": last or None,
        },
        "abstract_inverted_index": inverted(work.abstract),
    }


def openalex_location(address: str, source: dict[str, Any], version: str) -> dict[str, Any]:
    """Return one place where a work can be found."""
    return {
        "is_oa": True,
        "landing_page_url": address,
        "pdf_url": None,
        "source": source,
        "license": None,
        "version": version,
        "is_accepted": version != "submittedVersion",
        "is_published": version == "publishedVersion",
    }


def openalex_authorship(name: str) -> dict[str, Any]:
    """Return one author: the name on the paper, and the one that the author is known by."""
    return {
        "author_position": "middle",
        "author": {
            "id": "https://openalex.org/A1",
            "display_name": natural(name).upper(),
            "orcid": None,
        },
        "raw_author_name": natural(name),
        "institutions": [],
        "countries": [],
        "is_corresponding": False,
        "raw_affiliation_strings": [],
    }


def inverted(text: str) -> dict[str, list[int]] | None:
    """Return the words of a text, each with its places."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        index.setdefault(word, []).append(place)
    return index or None


def openalex_list(works: Sequence[Work]) -> dict[str, Any]:
    """Return the answer of `/works?…`."""
    return {
        "meta": {"count": len(works), "db_response_time_ms": 9, "page": 1, "per_page": 25},
        "results": [openalex_work(work) for work in works],
        "group_by": [],
    }


def text(answer: Any) -> str:
    """Return the body of an answer."""
    return json.dumps(answer)
