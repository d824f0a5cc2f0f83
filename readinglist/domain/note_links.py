"""Links from a note to other papers: `[[key]]`, or `[[key|what to say]]`; none in code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.domain.markdown import fence_behind, keys_in

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING = "[["
"""What a link begins with."""

_BEGUN = re.compile(r"\[\[([^\[\]|]{0,100})$")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a note."""

    key: str
    """The citation key, present or former, of the paper that is meant."""
    text: str = ""
    """What the note says instead of the key."""


def links_in(note: str) -> tuple[Link, ...]:
    """Return the links of a note, in order, each key once, without regard to case."""
    found: dict[str, Link] = {}
    for line in _lines_outside_code(note):
        for _, _, key, text in keys_in(line):
            found.setdefault(key.lower(), Link(key, text))
    return tuple(found.values())


def _lines_outside_code(note: str) -> Iterator[str]:
    if OPENING not in note:
        return
    fence = ""
    for line in note.splitlines():
        before, fence = fence, fence_behind(line, fence)
        if not before and not fence:
            yield line


def link_at(line: str, column: int) -> Link | None:
    """Return the link of `line` that the letter at `column` belongs to, or stands just behind."""
    for start, end, key, text in keys_in(line):
        if start <= column <= end:
            return Link(key, text)
    return None


def begun_at(line: str, column: int) -> str | None:
    """Return what is typed of a link up to `column`; None where no link is being written."""
    begun = _BEGUN.search(line[max(0, column - 110) : column])
    return begun[1] if begun else None


def completed(line: str, column: int, key: str) -> tuple[int, int, str]:
    """Return how a link that is being written becomes one to `key`.

    Args:
        line: the line.
        column: where one writes.
        key: the citation key.

    Returns:
        The start and the end of what is replaced, and what stands there then.
    """
    start = line.rindex(OPENING, 0, column)
    end = column + (len("]]") if line.startswith("]]", column) else 0)
    return start, end, f"[[{key}]]"
