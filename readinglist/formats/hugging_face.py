"""Hugging Face papers: listing pages saved as HTML, and what the API answers.

Both hold the same objects. A page keeps them in an attribute of one of its elements, as JSON:

    <div data-target="DailyPapers" data-props="{&quot;dailyPapers&quot;:[…]}">

The API gives an array of them, or the paper alone:

    [{"paper": {"id": "2401.00001", "title": …, "upvotes": 12}, "numComments": 2}, …]
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from readinglist.domain.identity import arxiv_id, paper_id
from readinglist.domain.links import find_links
from readinglist.domain.paper import Paper, inverted_name, printable_name
from readinglist.domain.text import printable, without_controls
from readinglist.errors import FormatError
from readinglist.formats.arxiv_text import MOST_AUTHORS, day, title_line, unwrapped
from readinglist.formats.html_text import unescaped
from readinglist.formats.json_text import read_json
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PROPS = re.compile(r"\bdata-props\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE | re.ASCII)
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)
_LONGEST_ADDRESS = 2000
_LONGEST_NAME = 200
_NO_COUNT = 10**9
_CUT_OFF = "Is it cut off? Save the page again."

Object = dict[str, Any]


def parse(text: str) -> Parsed:
    """Return the papers of a page saved as HTML, or of an answer of the API.

    Raises:
        FormatError: there are none in it.
    """
    return parse_page(text) if text.lstrip()[:1] == "<" else parse_api(text)


def parse_page(text: str) -> Parsed:
    """Return the papers of a page saved as HTML: a listing, or the page of one paper.

    Raises:
        FormatError: there are none in it.
    """
    single: Parsed | None = None
    for line, props in _objects_of(text):
        listed = props.get("dailyPapers")
        if isinstance(listed, list):
            return _parsed(listed, line)
        if single is None and paper_of(props.get("paper")):
            single = _parsed([props["paper"]], line)
    if single is None:
        raise FormatError("The page holds no papers of Hugging Face.", _CUT_OFF)
    return single


def parse_api(text: str) -> Parsed:
    """Return the papers that the API answered, with a list or with one of them.

    Raises:
        FormatError: the text is no JSON, an error, or without a paper.
    """
    return _parsed(_objects_in(text), 1)


def parse_answer(text: str) -> tuple[Paper, ...]:
    """Return the papers that the API answered, which may be none.

    Raises:
        FormatError: the text is no JSON, or an error.
    """
    return tuple(filter(None, map(paper_of, _objects_in(text))))


def _objects_in(text: str) -> list[object]:
    """Return what the API answered, one object or many, as a list."""
    try:
        answer = read_json(text)
    except FormatError as error:
        raise FormatError(error.message, "Is it cut off?", error.line) from error
    if isinstance(answer, dict):
        if isinstance(answer.get("error"), str):
            raise FormatError(f"Hugging Face said: {printable(answer['error'])[:200]}")
        listed = answer.get("dailyPapers")
        answer = listed if isinstance(listed, list) else [answer]
    return answer if isinstance(answer, list) else []


def paper_of(value: object) -> Paper | None:
    """Return the paper that an object tells of; None where it has no title.

    What an object lacks, or has in another form than it should, is not known of its paper.

    Args:
        value: a paper as the API has it, or what a listing wraps around one.
    """
    if not isinstance(value, dict):
        return None
    inner = value.get("paper")
    paper: Object = inner if isinstance(inner, dict) else value
    either = (paper, value)
    title = title_line(_first(either, "title"))
    if not title:
        return None
    summary = _first(either, "summary")
    # Pages of what is trending have one sentence of a machine's instead.
    abstract = None if summary == _text(paper, "ai_summary") else unwrapped(summary)
    counts = (paper.get("upvotes"), value.get("numComments"), paper.get("githubStars"))
    votes, comments, stars = map(_count, counts)
    return Paper(
        title,
        paper_id(title),
        authors=tuple(_authors(paper.get("authors"))),
        organization=next(
            filter(None, (_organization(o.get("organization")) for o in either)), None
        ),
        abstract=abstract,
        published=day(_first(either, "publishedAt")),
        arxiv=arxiv_id(_text(paper, "id")),
        links=tuple(dict.fromkeys((*_links(paper), *find_links(abstract or "")))),
        comments=comments,
        votes=votes,
        stars=stars,
    )


def _parsed(objects: Sequence[object], line: int) -> Parsed:
    papers: list[Paper] = []
    problems: list[Problem] = []
    for number, value in enumerate(objects, 1):
        paper = paper_of(value)
        if paper:
            papers.append(paper)
        else:
            problems.append(Problem(line, f"Paper {number} has no title; left out."))
    if not papers:
        raise FormatError(problems[0].message if problems else "It holds no papers.", line=line)
    return Parsed(tuple(papers), tuple(problems))


def _objects_of(text: str) -> Iterator[tuple[int, Object]]:
    """Yield the JSON objects in the attributes of a page, each with its line."""
    line, place = 1, 0
    for found in _PROPS.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        # By far the most, and slow one by one.
        props = unescaped((found[1] or found[2] or "").replace("&quot;", '"'))
        if '"dailyPapers"' in props or '"paper"' in props:
            try:
                value = read_json(props)
            except FormatError:
                continue
            if isinstance(value, dict):
                yield line, value


def _text(source: Object, name: str) -> str:
    value = source.get(name)
    return without_controls(value) if isinstance(value, str) else ""


def _first(sources: Sequence[Object], name: str) -> str:
    return next(filter(str.strip, (_text(source, name) for source in sources)), "")


def _authors(value: object) -> Iterator[str]:
    for author in value[:MOST_AUTHORS] if isinstance(value, list) else ():
        if isinstance(author, dict) and author.get("hidden") is not True:
            name = printable_name(_text(author, "name")[: 2 * _LONGEST_NAME])
            if name and len(name) <= _LONGEST_NAME:
                yield inverted_name(name)


def _organization(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    return printable(_text(value, "fullname") or _text(value, "name"))[:_LONGEST_NAME] or None


def _links(paper: Object) -> Iterator[str]:
    """Yield the addresses of code and project; `owner/name` is a repository on GitHub."""
    for name in ("githubRepo", "projectPage"):
        address = _text(paper, name).strip()
        if name == "githubRepo" and _REPOSITORY.fullmatch(address):
            address = f"https://github.com/{address}"
        if _ADDRESS.match(address) and len(address) <= _LONGEST_ADDRESS:
            yield from find_links(address.removesuffix(".git"))[:1]


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _NO_COUNT
    return int(value) if is_count and isinstance(value, int) else None
