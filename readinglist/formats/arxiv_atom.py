"""arXiv's feeds: the Atom that its API answers, and the daily Atom and RSS of rss.arxiv.org.

An entry of the API has its authors one by one, and the day of the first version. The daily
feeds have all authors in one element, a line of their own before the abstract, and the day of
the announcement.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from readinglist.domain.identity import paper_id
from readinglist.domain.links import find_links
from readinglist.domain.paper import Paper
from readinglist.domain.text import printable, without_controls
from readinglist.errors import FormatError
from readinglist.formats.arxiv_text import (
    author_names,
    day,
    first_doi,
    identifier,
    month_of,
    title_line,
    unwrapped,
)
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFINITIONS = ("<!DOCTYPE", "<!ENTITY")
_ERROR = "/api/errors"
_ANNOUNCED = re.compile(
    r"\s*arXiv:\S+\s+Announce Type:\s*(?P<type>[\w-]+)\s+Abstract:\s*", re.IGNORECASE
)


def parse(text: str) -> Parsed:
    """Return the papers of a feed, replacements and cross-lists with the others.

    Raises:
        FormatError: it is no feed of arXiv's, tells of an error, or has no papers.
    """
    papers, problems = _read(text)
    if not papers:
        if problems:
            raise FormatError(problems[0].message)
        raise FormatError("It holds no papers.", "At weekends, arXiv's feeds are empty.")
    return Parsed(tuple(papers), tuple(problems))


def parse_answer(text: str) -> tuple[Paper, ...]:
    """Return the papers of an answer of the API, which may have none.

    Raises:
        FormatError: it is no feed of arXiv's, or tells of an error.
    """
    return tuple(_read(text)[0])


def _read(text: str) -> tuple[list[Paper], list[Problem]]:
    if any(word in text for word in _DEFINITIONS):
        raise FormatError("It is XML with definitions of its own, which no feed of arXiv's has.")
    try:
        root = ElementTree.fromstring(text.strip())
    except ElementTree.ParseError as error:
        line = error.position[0] + text[: len(text) - len(text.lstrip())].count("\n")
        reason = str(error).partition(":")[0]
        raise FormatError(f"It is cut off, or no XML: {reason}.", line=line) from error
    except (ValueError, LookupError) as error:  # letters that are none
        raise FormatError("It is no XML that can be read.") from error
    papers: list[Paper] = []
    problems: list[Problem] = []
    entries = [child for child in root.iter() if _name(child) in ("entry", "item")]
    for number, entry in enumerate(entries, 1):
        texts = _texts(entry)
        paper = _paper(texts)
        if paper:
            papers.append(paper)
        else:
            problems.append(Problem(1, f"Entry {number} is no paper with an arXiv id and a title."))
    return papers, problems


def _name(element: ElementTree.Element) -> str:
    """Return the name of an element without its namespace: the API and the feeds differ there."""
    return element.tag.rpartition("}")[2].lower()


def _texts(entry: ElementTree.Element) -> Mapping[str, list[str]]:
    """Return the texts of an entry by the names of its elements."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for child in entry:
        name = _name(child)
        if name == "author":
            texts[name] += (part.text or "" for part in child if _name(part) == "name")
        else:
            text = "".join(child.itertext()) or child.get("href", "")
            texts[name].append(without_controls(text))
    return texts


def _paper(texts: Mapping[str, list[str]]) -> Paper | None:
    def first(*names: str) -> str:
        return next((text for name in names for text in texts[name] if text.strip()), "")

    title, summary = title_line(first("title")), first("summary", "description")
    if any(_ERROR in text for text in texts["id"]):
        raise FormatError(f"arXiv said: {printable(summary)[:200] or title}")
    addresses = (*texts["id"], *texts["guid"], *texts["link"])
    arxiv = next(filter(None, map(identifier, addresses)), None)
    if not (arxiv and title):
        return None
    announced = _ANNOUNCED.match(summary)
    kind = first("announce_type").strip().lower() or (announced["type"] if announced else "new")
    # A feed dates what it announces: new papers rightly, others long after they appeared.
    published = day(first("published", "pubdate")) if kind == "new" else month_of(arxiv)
    abstract = unwrapped(summary[announced.end() :] if announced else summary)
    authors = texts["author"] if any(map(str.strip, texts["author"])) else texts["creator"]
    return Paper(
        title,
        paper_id(title),
        authors=author_names(", ".join(authors)),
        abstract=abstract,
        published=published,
        arxiv=arxiv,
        doi=first_doi(first("doi")),
        links=find_links(abstract or ""),
    )
