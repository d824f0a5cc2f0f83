"""Hugging Face Daily Papers: listing pages, as copied from a browser or saved as text.

A page has a head (a mail-list form, a byline, perhaps a date), then its papers: a title, an
abstract, and for some a block of metadata. Blank lines may stand between any two lines.

    Deep Model Assembling
    Large deep learning models have achieved remarkable success ...
      • 6 authors             or a handle and a name: openbmb OpenBMB
    ·
    Dec 8, 2022 3             the year may be missing; the number counts comments
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from readinglist.domain.identity import paper_id
from readinglist.domain.links import find_links
from readinglist.domain.paper import Paper
from readinglist.domain.text import without_controls
from readinglist.errors import FormatError
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    rf"(?P<month>{'|'.join(_MONTHS)})[a-z]* (?P<day>\d{{1,2}})(?:, (?P<year>\d{{4}}))?"
    r"(?: (?P<comments>\d{1,9}))?"
)
_COUNT = re.compile(r"\s*•\s*(\d{1,6}) authors?\s*")
_SEPARATOR = "·"
_MAIL_LIST = re.compile(r"Get trending papers in your email inbox.*")
_HEAD = re.compile(r"new|Daily Papers|(?:Trending )?Papers|by\s?AK and the research community")
_SUBSCRIBE = re.compile(r"Subscribe(?=\S)(?!(?:d|rs?|s)\b)")
_ORGANIZATION = re.compile(r"\s*[\w.-]+ (?P<name>\S.{0,99})")

_CUT_OFF = "It was cut off: copy the whole page again."
_LONGEST_TITLE = 350
_SHORTEST_ABSTRACT = 120
_FULL_STOP = re.compile(r".*[.!?…][\"'”’)\]}]*", re.DOTALL)
_SENTENCE_END = re.compile(
    r".*[.!?…][\"'”’)\]}]*|.*[)\]}]|(?:.*\s)?(?>\S*?https?://)\S++", re.DOTALL
)


@dataclass
class _Draft:
    """A paper as it is being read."""

    title: str
    line: int
    abstract: list[str] = field(default_factory=list)
    author_count: int | None = None
    organization: str | None = None
    date: tuple[int | None, int, int] | None = None
    date_line: int = 0
    comments: int | None = None
    complete: bool = False
    """True once metadata has been read: what comes next belongs to another paper."""


def looks_like(text: str) -> bool:
    """Return whether `text` is a listing page, by its head or its metadata blocks."""
    lines = [line.strip() for _, line in _lines(text)]
    head = lines[:12]
    if any(_MAIL_LIST.fullmatch(line) or "and the research community" in line for line in head):
        return True
    return any(
        lines[i] == _SEPARATOR and _DATE.fullmatch(lines[i + 1]) for i in range(len(lines) - 1)
    )


def parse(text: str, fallback_year: Callable[[], tuple[int, str]] | None = None) -> Parsed:
    """Return the papers of a listing page.

    A date without a year belongs to the page's own year: the year after the newest that the
    page names.

    Args:
        text: the page.
        fallback_year: gives the year of a page that names none, and where it is from.

    Raises:
        FormatError: the text is no listing page, or is cut off in the middle of a paper.
    """
    drafts, problems, header_years = _read(list(_lines(text)))
    if not drafts:
        raise FormatError(
            "It holds no papers.", "Copy a Daily Papers page whole and save it as text."
        )
    named = [draft.date[0] for draft in drafts if draft.date and draft.date[0]] + header_years
    year: int | None = max(named) + 1 if named else None
    assumptions: list[str] = []
    if any(draft.date and not draft.date[0] for draft in drafts):
        origin = f"the newest year on the page is {max(named)}" if named else ""
        if year is None and fallback_year:
            year, origin = fallback_year()
        if year is not None:
            assumptions.append(f"Dates without a year were taken to be of {year} ({origin}).")
    if not drafts[-1].complete and _have_facts(drafts):
        assumptions.append(
            f"The last paper, “{_short(drafts[-1].title)}”, has no facts as the others have: "
            "was the page copied whole?"
        )
    papers = tuple(_paper(draft, year, problems) for draft in drafts)
    return Parsed(papers, tuple(sorted(problems, key=lambda p: p.line)), tuple(assumptions))


def _have_facts(drafts: Sequence[_Draft]) -> bool:
    """Return whether all but a few papers have a block of metadata."""
    return sum(draft.complete for draft in drafts) > 0.8 * (len(drafts) - 1) > 0


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold anything, counted from 1, a title freed from `Subscribe`."""
    head = True
    text = without_controls(text).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        glued = _SUBSCRIBE.match(line.lstrip()) if head else None
        if glued:
            head = False
            yield number, "Subscribe"
            yield number, line.lstrip()[glued.end() :]
        else:
            yield number, line


def _read(
    lines: Sequence[tuple[int, str]],
) -> tuple[list[_Draft], list[Problem], list[int]]:
    """Return the papers, what could not be read, and the years that the head names."""
    drafts: list[_Draft] = []
    problems: list[Problem] = []
    years: list[int] = []
    title: tuple[int, str] | None = None
    position = 0
    while position < len(lines):
        number, raw = lines[position]
        line = raw.strip()
        # Facts behind a title are those of a paper without abstract, not of the one before.
        owner = _Draft(title[1], title[0]) if title else drafts[-1] if drafts else None
        if owner and (taken := _metadata(lines, position, owner, problems)):
            if title:
                problems.append(_no_abstract(title))
                title = None
            position += taken
            continue
        position += 1
        if title is None and (_MAIL_LIST.fullmatch(line) or line == "Subscribe"):
            continue
        if not drafts and title is None:
            date = _DATE.fullmatch(line)
            if date and date["year"]:
                years.append(int(date["year"]))
            if date or _HEAD.fullmatch(line):
                continue
        if title is None:
            if len(line) <= _LONGEST_TITLE:
                title = number, line
            elif drafts and not drafts[-1].complete:
                drafts[-1].abstract.append(line)
            else:
                problems.append(Problem(number, "An abstract without a title was left out."))
        elif len(line) >= _SHORTEST_ABSTRACT or (
            len(line) > len(title[1]) / 2 and line.endswith((".", "!"))
        ):
            drafts.append(_Draft(title[1], title[0], [line]))
            title = None
        else:
            problems.append(_no_abstract(title))
            title = number, line
    if title:
        raise FormatError(
            f"The page ends after the title “{_short(title[1])}”.",
            _CUT_OFF,
            title[0],
        )
    if drafts and not drafts[-1].complete:
        last = drafts[-1]
        # Where the others have their facts behind the abstract, a web address at its end is
        # most likely half of one.
        end = _FULL_STOP if _have_facts(drafts) else _SENTENCE_END
        if not end.fullmatch(last.abstract[-1]):
            raise FormatError(
                f"The page ends within the abstract of “{_short(last.title)}”.",
                _CUT_OFF,
                lines[-1][0],
            )
    return drafts, problems, years


def _metadata(
    lines: Sequence[tuple[int, str]], start: int, draft: _Draft, problems: list[Problem]
) -> int:
    """Read the metadata block that begins at `start` into `draft`; return how many lines it has.

    Raises:
        FormatError: the page ends within the block.
    """
    number, first = lines[start]
    count = _COUNT.fullmatch(first)
    follows = lines[start + 1][1].strip() if start + 1 < len(lines) else ""
    organization = _ORGANIZATION.fullmatch(first) if follows == _SEPARATOR else None
    if not (count or organization or first.strip() == _SEPARATOR):
        return 0
    if draft.complete and not count and first.strip() != _SEPARATOR:
        return 0
    needed = 1 if first.strip() == _SEPARATOR else 2
    if start + needed >= len(lines):
        raise FormatError(
            f"The page ends within the facts of “{_short(draft.title)}”.",
            _CUT_OFF,
            number,
        )
    if count:
        draft.author_count = int(count[1])
    elif organization:
        draft.organization = organization["name"].strip()
    draft.complete = True
    taken = 0 if first.strip() == _SEPARATOR else 1
    if lines[start + taken][1].strip() != _SEPARATOR:
        return taken
    taken += 1
    date_number, date_line = lines[start + taken]
    date = _DATE.fullmatch(date_line.strip())
    if not date:
        problems.append(Problem(date_number, f"“{_short(date_line)}” is no date; it was left out."))
        # A line that is no date may be the next title: it is read again as text.
        return taken
    month = _MONTHS.index(date["month"]) + 1
    draft.date = int(date["year"]) if date["year"] else None, month, int(date["day"])
    draft.date_line = date_number
    draft.comments = int(date["comments"]) if date["comments"] else None
    return taken + 1


def _paper(draft: _Draft, page_year: int | None, problems: list[Problem]) -> Paper:
    published = None
    if draft.date:
        year, month, day = draft.date[0] or page_year, *draft.date[1:]
        try:
            published = datetime.date(year or 4, month, day).isoformat() if year else None
        except ValueError:
            problems.append(
                Problem(draft.date_line, f"There is no {_MONTHS[month - 1]} {day} in {year}.")
            )
    abstract = "\n\n".join(draft.abstract)
    return Paper(
        id=paper_id(draft.title),
        title=draft.title,
        abstract=abstract,
        author_count=draft.author_count,
        organization=draft.organization,
        published=published,
        comments=draft.comments,
        links=find_links(abstract),
    )


def _no_abstract(title: tuple[int, str]) -> Problem:
    return Problem(title[0], f"“{_short(title[1])}” has no abstract; left out.")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
