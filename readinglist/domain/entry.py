"""What a .bib file says of a paper, letter for letter: the source that export goes back to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_LETTER = re.compile(r"[\W_]+")
_YEAR = re.compile(r"\d{4}")
_SAME_FIELD = {
    "journal": ("journaltitle",), "year": ("date",), "month": ("date",), "number": ("issue",),
    "address": ("location",),
}  # fmt: skip
"""The fields that biblatex has under other names."""
_PREPRINT_SERVER = re.compile(r"\bcorr\b|\wrxiv", re.IGNORECASE)


class Macro(str):
    """The name of an abbreviation that its file leaves to the style: a month, mostly."""

    __slots__ = ()


Parts = tuple[str | Macro, ...]
"""A value that is put together of text and macros: `{10~} # jan`."""


@dataclass(frozen=True)
class Entry:
    """One entry of a .bib file."""

    key: str
    """Empty for what no file says: it goes under whatever key its paper has."""
    type: str
    """In lower case."""
    fields: tuple[tuple[str, str | Parts], ...]
    """Names in lower case, in the order of the file; text is TeX, without its delimiters."""
    comment: str = ""
    """The text before it that belongs to no entry."""
    source: int = 0
    """The file that it came from, whose preamble it may need."""

    def get(self, name: str) -> str:
        """Return the value of a field as TeX, macros by their names; empty where there is none."""
        return self._texts.get(name, "")

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {
            name: value if isinstance(value, str) else "".join(value)
            for name, value in reversed(self.fields)
        }

    @property
    def venue(self) -> str:
        """The journal or the proceedings, as TeX; empty where there is none."""
        return self.get("journal") or self.get("journaltitle") or self.get("booktitle")

    @cached_property
    def is_preprint(self) -> bool:
        """True for a preprint, not for what a journal or a press made of it."""
        venue = self.get("journal") or self.get("journaltitle")
        if self.type in ("unpublished", "online", "misc"):
            return not (venue or self.get("booktitle"))
        return self.type == "article" and is_preprint_server(venue)


def is_preprint_server(venue: str) -> bool:
    """Return whether a venue is arXiv or one like it, which publishes what nobody reviewed."""
    return bool(_PREPRINT_SERVER.search(venue))


def with_entry(entries: tuple[Entry, ...], more: Entry) -> tuple[Entry, ...]:
    """Return `entries` with one `more`; one of its key gets the fields that it lacks instead.

    Of those without a key, which services gave, it is the one of the same publication.
    """
    alike = (entry for entry in entries if entry.key.lower() == more.key.lower())
    same = next((e for e in alike if e.key or is_same_publication(e, more)), None)
    if same is None:
        return (*entries, more)
    fuller = filled(same, more)
    return tuple(fuller if entry is same else entry for entry in entries)


def filled(entry: Entry, more: Entry) -> Entry:
    """Return an entry with the fields of another one that it lacks, under whatever name."""
    had = {name for name, _ in entry.fields}
    fields = tuple(
        pair
        for pair in more.fields
        if pair[0] not in had and not had.intersection(_SAME_FIELD.get(pair[0], ()))
    )
    return replace(entry, fields=entry.fields + fields) if fields else entry


def is_same_publication(one: Entry, other: Entry) -> bool:
    """Return whether two entries are of one type, and nothing says that they appeared apart."""
    if one.type != other.type:
        return False
    dois = {entry.get("doi").strip().lower() for entry in (one, other)} - {""}
    if len(dois) == 2:
        return False
    if not dois or not (one.get("doi") and other.get("doi")):
        years = {found[0] for e in (one, other) if (found := _YEAR.search(_year(e)))}
        if len(years) == 2 or not is_alike(one.venue, other.venue):
            return False
    return True


def _year(entry: Entry) -> str:
    return entry.get("year") or entry.get("date")


def is_alike(venue: str, other: str) -> bool:
    """Return whether one venue is named by a part of the other, or one is not known."""
    one, two = (_NO_LETTER.sub("", text.lower()) for text in (venue, other))
    return one in two or two in one


def joined(parts: Iterable[str | Macro]) -> str | Parts:
    """Return parts with neighbouring texts put together; one text alone as text."""
    result: list[str | Macro] = []
    for part in parts:
        if result and not isinstance(part, Macro) and not isinstance(result[-1], Macro):
            result[-1] += part
        else:
            result.append(part)
    if not result:
        return ""
    return result[0] if len(result) == 1 and not isinstance(result[0], Macro) else tuple(result)
