"""CSL-JSON, the items of pandoc, Zotero and citeproc, in and out (CSL 1.0.2 schema)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from readinglist.domain.entry import Entry
from readinglist.domain.paper import VERSIONS
from readinglist.domain.versions import cited_version
from readinglist.errors import FormatError
from readinglist.formats.bibtex_reading import paper_of_record
from readinglist.formats.html_text import plain_text
from readinglist.formats.json_text import read_json, write_json
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from readinglist.domain.paper import Paper

_TYPES = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "article": "misc", "paper-conference": "inproceedings", "book": "book", "thesis": "phdthesis",
    "chapter": "incollection", "report": "techreport", "webpage": "misc", "manuscript": "misc",
}  # fmt: skip
_CSL_TYPES = {
    "article": "article-journal", "inproceedings": "paper-conference",
    "conference": "paper-conference", "book": "book", "incollection": "chapter",
    "inbook": "chapter", "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis",
    "techreport": "report", "report": "report", "proceedings": "book", "dataset": "dataset",
    "software": "software", "online": "webpage",
}  # fmt: skip
_FIELDS = {
    "volume": "volume", "issue": "number", "page": "pages", "publisher": "publisher",
    "publisher-place": "address", "collection-title": "series", "edition": "edition",
    "ISBN": "isbn", "ISSN": "issn", "abstract": "abstract", "note": "note", "keyword": "keywords",
    "language": "language", "DOI": "doi", "URL": "url",
}  # fmt: skip


def parse(text: str) -> Parsed:
    """Return the papers of an array of items, or of one item.

    Raises:
        FormatError: the text is no JSON, or holds no item.
    """
    items = read_json(text)
    papers: list[Paper] = []
    problems: list[Problem] = []
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        try:
            papers.append(_paper(item))
        except (AttributeError, TypeError, ValueError, LookupError, OverflowError, RecursionError):
            problems.append(Problem(1, f"Item {number} is no CSL item with a title."))
    if not papers:
        raise FormatError(problems[0].message if problems else "It holds no items.")
    return Parsed(tuple(papers), tuple(problems))


def _paper(item: dict[str, Any]) -> Paper:
    kind = _TYPES.get(item["type"], "misc")
    record = {name: str(item[csl]) for csl, name in _FIELDS.items() if item.get(csl)}
    record["title"] = plain_text(item["title"])
    if "abstract" in record:
        record["abstract"] = plain_text(record["abstract"])
    container = item.get("container-title")
    if container:
        place = "journal" if kind in ("article", "misc") else "booktitle"
        record[place] = plain_text(container[0] if isinstance(container, list) else container)
    if kind in ("phdthesis", "techreport") and "publisher" in record:
        record["school" if kind == "phdthesis" else "institution"] = record.pop("publisher")
    parts = item.get("issued", {}).get("date-parts")
    if parts and parts[0]:
        record["date"] = "-".join(
            f"{int(part):0{width}}" for part, width in zip(parts[0], (4, 2, 2), strict=False)
        )
    names = {role: [_name(name) for name in item.get(role, [])] for role in ("author", "editor")}
    paper = paper_of_record(str(item.get("id") or ""), kind, record, names)
    if not paper.title:
        raise ValueError("no title")
    return paper


def _name(name: dict[str, str]) -> str:
    if name.get("literal"):
        return " ".join(name["literal"].replace(",", " ").split())
    particle = name.get("non-dropping-particle") or name.get("dropping-particle") or ""
    family = " ".join(filter(None, (particle, name.get("family"), name.get("suffix"))))
    given = name.get("given", "")
    return f"{family}, {given}" if family and given else family or given


def write(papers: Iterable[Paper], cite: str = VERSIONS[0]) -> str:
    """Return `papers` as an array of CSL items, sorted by their keys, as pandoc reads it.

    Args:
        papers: the papers.
        cite: which version of a paper is written, where a person has said nothing of it.
    """
    ordered = sorted(papers, key=lambda paper: (paper.key.lower(), paper.key))
    return write_json([_item(*cited_version(paper, cite)) for paper in ordered], indent=2) + "\n"


def _item(paper: Paper, source: Entry | None) -> dict[str, Any]:
    from readinglist.formats.latex_text import to_text

    entry = source or Entry("", "", ())
    item: dict[str, Any] = {
        "id": paper.key,
        "type": _CSL_TYPES.get(paper.type, "article"),
        "title": paper.title,
    }
    if paper.authors:
        item["author"] = [_csl_name(author) for author in paper.authors]
    elif paper.organization:
        item["author"] = [{"literal": paper.organization}]
    if paper.published:
        item["issued"] = {"date-parts": [[int(part) for part in paper.published.split("-")]]}
    if paper.venue:
        item["container-title"] = paper.venue
    for csl, name in _FIELDS.items():
        text = entry.get(name)
        if text and csl not in ("abstract", "note", "DOI", "URL"):
            item[csl] = to_text(text)
    address = paper.url or (f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else None)
    item |= {
        name: value
        for name, value in (("abstract", paper.abstract), ("DOI", paper.doi), ("URL", address))
        if value
    }
    if paper.arxiv:
        item["number"] = f"arXiv:{paper.arxiv}"
    return item


def _csl_name(author: str) -> dict[str, str]:
    family, comma, given = author.partition(", ")
    return {"family": family, "given": given} if comma else {"literal": author}
