"""Papers as JSON: one object a line, or one array. The names of its members are a promise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from readinglist.domain.citekey import importable_key
from readinglist.domain.fields import EDITABLE, parse_tag
from readinglist.domain.identity import paper_id
from readinglist.domain.links import find_links
from readinglist.domain.paper import Paper
from readinglist.errors import FormatError, ReadingListError
from readinglist.formats.json_text import read_json, write_json
from readinglist.formats.parsed import Parsed, Problem

_ARRAY = re.compile(r"\[\s*\{")
_TEXTS = (
    "type", "title", "organization", "abstract", "published", "venue", "arxiv", "doi", "url",
    "cite_as", "status", "priority", "note",
)  # fmt: skip


def to_object(paper: Paper) -> dict[str, Any]:
    """Return `paper` as a JSON object: null or an empty list for what is not known."""
    return {
        "id": f"{paper.id:016x}",
        "key": paper.key,
        "type": paper.type,
        "title": paper.title,
        "authors": list(paper.authors),
        "author_count": paper.author_count,
        "organization": paper.organization,
        "abstract": paper.abstract,
        "published": paper.published,
        "year": paper.year,
        "venue": paper.venue,
        "arxiv": paper.arxiv,
        "doi": paper.doi,
        "url": paper.url,
        "links": list(paper.links),
        "comments": paper.comments,
        "votes": paper.votes,
        "stars": paper.stars,
        "cite_as": paper.cite_as,
        "status": str(paper.status),
        "priority": str(paper.priority),
        "tags": list(paper.tags),
        "note": paper.note,
        "added_at": paper.added_at,
        "sources": list(paper.sources),
    }


def write(papers: list[Paper]) -> str:
    """Return `papers` one JSON object a line."""
    return "".join(write_json(to_object(paper)) + "\n" for paper in papers)


def looks_like(text: str) -> bool:
    """Return whether `text` begins as an array of objects, or as an object with a title."""
    start = text.lstrip()[:2000]
    return (start.startswith("{") and '"title"' in start) or bool(_ARRAY.match(start))


def parse(text: str) -> Parsed:
    """Return the papers of `text`: an array, an object, or one object a line.

    Raises:
        FormatError: the text is no JSON.
    """
    objects: list[tuple[int, Any]] = []
    problems: list[Problem] = []
    try:
        whole = read_json(text)
        objects = [(1, value) for value in (whole if isinstance(whole, list) else [whole])]
    except FormatError:
        if text.lstrip().startswith("["):
            raise
        # Not `splitlines`: JSON may hold other line separators unescaped.
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    objects.append((number, read_json(line)))
                except FormatError as error:
                    problems.append(Problem(number, error.message))
    papers: list[Paper] = []
    for nth, (number, value) in enumerate(objects, 1):
        try:
            papers.append(_paper(value))
        except ReadingListError as error:
            problems.append(Problem(number, f"Paper {nth}: {error}"))
    if not papers:
        if problems:
            raise FormatError(problems[0].message, line=problems[0].line)
        raise FormatError("It holds no papers.")
    return Parsed(tuple(papers), tuple(problems))


def _paper(value: object) -> Paper:
    if not isinstance(value, dict) or not isinstance(value.get("title"), str):
        raise FormatError("A paper is an object with a title.")
    fields: dict[str, Any] = {}
    for name in _TEXTS:
        text = value.get(name)
        if text is not None:
            fields[name] = EDITABLE[name](_text(name, text))
    for name in ("author_count", "comments", "votes", "stars"):
        if value.get(name) is not None:
            fields[name] = EDITABLE[name](str(value[name]))
    if "published" not in fields and value.get("year") is not None:
        fields["published"] = EDITABLE["published"](str(value["year"]))
    if value.get("key"):
        key = _text("key", value["key"])
        fields["key"] = key if importable_key(key) == key else EDITABLE["key"](key)
    for name, parse_one in (("authors", _line), ("links", str), ("tags", parse_tag)):
        texts = value.get(name) or []
        if not isinstance(texts, list):
            raise FormatError(f"“{name}” is a list.")
        fields[name] = tuple(filter(None, (parse_one(_text(name, text)) for text in texts)))
    fields["tags"] = tuple(sorted(set(fields["tags"])))
    fields["links"] = find_links(" ".join(fields["links"]))
    return replace(Paper(title=fields.pop("title")), id=paper_id(value["title"]), **fields)


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise FormatError(f"“{name}” is text.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FormatError(f"“{name}” is not valid Unicode.") from error
    return value
