"""A paper, as the researcher keeps it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from readinglist.domain.text import printable
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from readinglist.domain.entry import Entry

VERSIONS = ("published", "preprint")
"""What of a paper can be cited, where there is both."""

NAME_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")
"""What belongs to the family name that it follows."""

_TEAMS = frozenset(("team", "collaboration", "consortium", "group", "labs"))
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class Status(StrEnum):
    """How far the reading has come."""

    UNREAD = "unread"
    READING = "reading"
    READ = "read"
    SKIPPED = "skipped"


class Priority(StrEnum):
    """How much a paper matters, most first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Paper:
    """One work: the facts that cite it, and what the researcher says of it.

    Facts that are not known are None or empty; they are never invented.
    """

    title: str
    """Letter for letter as the source has it: Unicode text, with TeX math between `$`."""
    id: int = 0
    """Computed from the title, see `readinglist.domain.identity`; 63 bits."""
    key: str = ""
    """The citation key that people see and type."""
    key_frozen: bool = False
    """True once the key has left the library: from then on it never changes by itself."""
    type: str = "misc"
    """The BibTeX entry type, in lower case."""
    authors: tuple[str, ...] = ()
    """Each as `Family, Given`; a body has no comma."""
    author_count: int | None = None
    """How many authors there are, where only their number is known."""
    organization: str | None = None
    abstract: str | None = None
    published: str | None = None
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    venue: str | None = None
    arxiv: str | None = None
    """The arXiv identifier without version: `1706.03762`."""
    doi: str | None = None
    url: str | None = None
    links: tuple[str, ...] = ()
    """Code and project pages."""
    comments: int | None = None
    """How many comments the listing page showed."""
    votes: int | None = None
    """How many readers of the listing page voted for it."""
    stars: int | None = None
    """How many stars its repository has."""
    cite_as: str | None = None
    """One of `VERSIONS`, where a person prefers it; else the configuration says which."""
    status: Status = Status.UNREAD
    priority: Priority = Priority.NONE
    tags: tuple[str, ...] = ()
    """Sorted, without repetition."""
    note: str | None = None
    """Markdown, of the researcher's own."""
    added_at: str = ""
    """When it came into the library: ISO 8601, UTC, to the second."""
    sources: tuple[str, ...] = ()
    """The names of the pages and files that it came from, in the order of their import."""
    entries: tuple[Entry, ...] = ()
    """What .bib files say of it: a preprint and its published version are two."""

    @property
    def year(self) -> int | None:
        """The year of publication."""
        return int(self.published[:4]) if self.published else None

    @property
    def byline(self) -> str:
        """Who wrote it, as far as that is known: names, an organization, or a number."""
        if self.authors:
            return ", ".join(natural_name(author) for author in self.authors)
        if self.organization:
            return self.organization
        if self.author_count:
            return "1 author" if self.author_count == 1 else f"{self.author_count} authors"
        return ""

    @property
    def web_address(self) -> str | None:
        """Where the paper can be read: its URL, else what its identifiers or links give."""
        if self.url:
            return self.url
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return self.links[0] if self.links else None


def natural_name(author: str) -> str:
    """Return `Given Family` of `Family, Given`."""
    family, comma, given = author.partition(", ")
    return f"{given} {family}" if comma else author


def printable_name(name: str) -> str:
    """Return a name from outside as one printable line, without the braces that edit names."""
    return printable(name.replace("{", " ").replace("}", " "))


def inverted_name(name: str) -> str:
    """Return `Family, Given` of a name written in either order.

    One word stays as it is, and so do the name of a team and what stands in braces.
    """
    name = " ".join(name.split()).strip(", ")
    if name.startswith("{") and name.endswith("}"):
        return name[1:-1].strip()
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma and not (" " in family and NAME_SUFFIX.fullmatch(given)):
        return f"{family}, {given}"
    words = name.replace(",", " ").split()
    if len(words) < 2 or words[-1].lower() in _TEAMS or words[-1] == "AI":
        return name
    last = len(words) - (2 if len(words) > 2 and NAME_SUFFIX.fullmatch(words[-1]) else 1)
    # Particles in lower case belong to the family name.
    start = next((i for i, word in enumerate(words[1:last], 1) if word[:1].islower()), last)
    return f"{' '.join(words[start:])}, {' '.join(words[:start])}"


def family_name(author: str) -> str:
    """Return `Family` of `Family, Given`."""
    return author.partition(", ")[0]


def check_date(text: str) -> str:
    """Return `text` if it is `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and in the calendar.

    Raises:
        InvalidValueError: it is not.
    """
    match = _PARTIAL_DATE.fullmatch(text)
    if match:
        year, month, day = (int(part or 1) for part in match.groups())
        try:
            datetime.date(year, month, day)
        except ValueError:
            pass
        else:
            return text
    raise InvalidValueError(f"“{text}” is no date.", "Write a date as 2024, 2024-05 or 2024-05-31.")
