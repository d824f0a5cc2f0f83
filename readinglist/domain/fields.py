"""The fields of a paper that a person may edit, and what fits in each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from readinglist.domain.citekey import check_key
from readinglist.domain.identity import arxiv_id, doi_name
from readinglist.domain.paper import VERSIONS, Priority, Status, check_date, inverted_name
from readinglist.domain.text import is_harmless
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_TEXT = 4_000_000
_ENTRY_TYPE = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_ADDRESS = re.compile(r"(?ai:https?)://\S+")
_BETWEEN_NAMES = re.compile(r"[{}]|[;\n]|(?<=\s)and(?=\s)")


def parse_field(name: str, text: str) -> tuple[str, Any]:
    """Return the attribute of `Paper` that `name` means and the value that `text` gives it.

    Authors are separated by `;`, ` and ` or line breaks, a body stands in braces:
    `{World Health Organization}`. Links are separated by white space, tags by commas. Empty
    text empties a field.

    Raises:
        InvalidValueError: there is no such field, or the text doesn't fit it.
    """
    field = "published" if name in ("year", "date") else name
    if field not in EDITABLE:
        from difflib import get_close_matches

        near = get_close_matches(name, EDITABLE, n=1)
        raise InvalidValueError(
            f"A paper has no field “{name}”.",
            f"Did you mean {near[0]}?" if near else f"Fields: {', '.join(EDITABLE)}.",
        )
    if len(text) > _LONGEST_TEXT:
        raise InvalidValueError(f"The {name} is longer than {_LONGEST_TEXT:,} letters.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidValueError(f"The {name} is not valid Unicode.") from error
    return field, EDITABLE[field](text)


def field_text(name: str, value: Any) -> str:
    """Return the text that gives a field its value, see `parse_field`."""
    if name == "authors":
        return "\n".join(map(_author_text, value))
    if isinstance(value, tuple):
        return (", " if name == "tags" else "\n").join(value)
    return "" if value is None else str(value)


def parse_tag(text: str) -> str:
    """Return the tag that `text` names: no commas, no white space at its ends.

    Raises:
        InvalidValueError: nothing is left, it is longer than 100 letters, or holds a sign that
            can't be seen.
    """
    tag = " ".join(text.replace(",", " ").split())
    unseen = next((sign for sign in tag if not sign.isprintable()), None)
    if unseen:
        raise InvalidValueError(
            f"“{tag[:40]}” can't be a tag: it holds {_code(unseen)}, which can't be seen.",
            "Leave that out.",
        )
    if not 0 < len(tag) <= 100:
        raise InvalidValueError(f"“{tag[:40]}” can't be a tag.", "A tag has 1 to 100 letters.")
    return tag


def _line(text: str) -> str | None:
    return " ".join(text.split()) or None


def _block(text: str) -> str | None:
    return text if text.strip() else None


def _title(text: str) -> str:
    title = _line(text)
    if not title:
        raise InvalidValueError("A paper needs a title.")
    return title


def _authors(text: str) -> tuple[str, ...]:
    authors = _authors_in(text)
    if text.strip() and not any(author.strip("{}") for author in authors):
        raise InvalidValueError(f"“{text.strip()}” names no author.", "Empty text empties them.")
    return authors


def _authors_in(text: str) -> tuple[str, ...]:
    return tuple(name for part in _names(text) if (name := inverted_name(part)))


def _names(text: str) -> Iterator[str]:
    """Yield what stands between the separators; in braces only a line break is one."""
    begin = depth = 0
    for found in _BETWEEN_NAMES.finditer(text):
        if found[0] in "{}":
            depth = max(0, depth + (1 if found[0] == "{" else -1))
        elif not depth or found[0] == "\n":
            yield text[begin : found.start()]
            begin, depth = found.end(), 0
    yield text[begin:]


def _author_text(author: str) -> str:
    """Return a line that gives this author, whatever stands before and after it."""
    return author if _authors_in(f"\n{author}\n") == (author,) else f"{{{author}}}"


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text.strip()) > 9:
        raise InvalidValueError(f"“{text.strip()}” is no number.")
    return int(text)


def _date(text: str) -> str | None:
    return check_date(text.strip()) if text.strip() else None


def _type(text: str) -> str:
    kind = text.strip().lower() or "misc"
    if not _ENTRY_TYPE.fullmatch(kind):
        raise InvalidValueError(f"“{kind}” is no entry type.", "For example: article, misc, book.")
    return kind


def _arxiv(text: str) -> str | None:
    if not text.strip():
        return None
    found = arxiv_id(text)
    if not found:
        raise InvalidValueError(f"“{text.strip()}” is no arXiv id.", "For example: 1706.03762.")
    return found


def _doi(text: str) -> str | None:
    if not text.strip():
        return None
    found = doi_name(text)
    if not found:
        raise InvalidValueError(f"“{text.strip()}” is no DOI.", "For example: 10.1000/182.")
    return found


def _address(text: str) -> str | None:
    address = text.strip()
    if address and not _ADDRESS.fullmatch(address):
        raise InvalidValueError(f"“{address}” is no web address.", "It begins with https://.")
    unseen = next((sign for sign in address if not is_harmless(sign)), None)
    if unseen:
        raise InvalidValueError(
            f"“{address}” is no web address: it holds {_code(unseen)}, which can't be seen.",
            "Leave that out.",
        )
    return address or None


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def _links(text: str) -> tuple[str, ...]:
    return tuple(link for part in text.split() if (link := _address(part)))


def _tags(text: str) -> tuple[str, ...]:
    return tuple(sorted({parse_tag(tag) for tag in text.split(",") if tag.strip()}))


def _choice(kind: type[Status] | type[Priority]) -> Callable[[str], Status | Priority]:
    def parse(text: str) -> Status | Priority:
        try:
            return kind(text.strip().lower())
        except ValueError:
            raise InvalidValueError(
                f"“{text.strip()}” is no {kind.__name__.lower()}.",
                f"It is one of {', '.join(kind)}.",
            ) from None

    return parse


def _version(text: str) -> str | None:
    version = text.strip().lower()
    if version and version not in VERSIONS:
        raise InvalidValueError(f"“{version}” is no version.", f"It is {' or '.join(VERSIONS)}.")
    return version or None


EDITABLE: dict[str, Callable[[str], Any]] = {
    "key": lambda text: check_key(text.strip()),
    "type": _type,
    "title": _title,
    "authors": _authors,
    "author_count": _number,
    "organization": _line,
    "abstract": _block,
    "published": _date,
    "venue": _line,
    "arxiv": _arxiv,
    "doi": _doi,
    "url": _address,
    "links": _links,
    "comments": _number,
    "votes": _number,
    "stars": _number,
    "cite_as": _version,
    "status": _choice(Status),
    "priority": _choice(Priority),
    "tags": _tags,
    "note": _block,
}
"""The editable fields, each with the function from text to value."""
