"""How papers look in a line and in full: pure functions from values to text."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from readinglist.domain.next_up import reason
from readinglist.domain.paper import Paper, Priority, Status, family_name
from readinglist.domain.text import plural, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from readinglist.domain.entry import Entry

STATUS_SIGNS = {Status.UNREAD: "○", Status.READING: "►", Status.READ: "●", Status.SKIPPED: "×"}
NOTE_SIGN = "¶"
PRIORITY_SIGNS = {
    Priority.HIGH: "!!!", Priority.MEDIUM: "!!", Priority.LOW: "!", Priority.NONE: ""
}  # fmt: skip

_SORT_LABELS = {
    "": "best match first",
    "next": "next up first",
    "added": "last added first",
    "date": "by date",
    "title": "by title",
    "author": "by first author",
    "priority": "by priority",
    "status": "by status",
    "tags": "by tags",
    "venue": "by venue",
    "key": "by citation key",
}
WIDE = 110
"""So many columns of a terminal are much room."""
BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
"""The classes of a screen: a narrow one has one under the other what else stands side by side."""
COLUMN_LABELS = {
    "status": "",
    "priority": "!",
    "year": "Year",
    "title": "Title",
    "why": "Why",
    "authors": "Authors",
    "tags": "Tags",
    "key": "Key",
    "venue": "Venue",
    "added": "Added",
}
"""What stands above the columns."""
COLUMN_SORTS = {name: name for name in COLUMN_LABELS} | {
    "year": "date",
    "why": "next",
    "authors": "author",
}
"""The order of the list that belongs to a column."""

_FIXED = {"status": 2, "priority": 3, "year": 4, "added": 10, "why": 18}
_SHARES = {"authors": 0.2, "tags": 0.14, "key": 0.18, "venue": 0.18}
_NARROWEST_TITLE = 56


class Column(NamedTuple):
    """A column of the list with its place in the line."""

    name: str
    width: int


class Marked(NamedTuple):
    """A text, and which parts of it matched a search."""

    text: str
    spans: Sequence[tuple[int, int]] = ()


def columns_for(width: int, names: Sequence[str]) -> list[Column]:
    """Return the columns that fit into `width` cells, a space between them.

    The last ones are left out until the title has room; it takes what the others leave.
    """
    kept = [name for name in names if name != "title"]
    while True:
        columns = [
            Column(name, _FIXED.get(name) or max(10, int(width * _SHARES[name]))) for name in kept
        ]
        title = width - sum(column.width + 1 for column in columns)
        droppable = [name for name in kept if name not in _FIXED]
        if title >= _NARROWEST_TITLE or not droppable:
            break
        kept.remove(droppable[-1])
    place = sum(name in kept for name in names[: names.index("title")]) if "title" in names else 0
    columns.insert(place, Column("title", max(1, title)))
    return columns


def sort_label(sort: str) -> str:
    """Return an order of the list in words; the empty one is that of a search."""
    label = _SORT_LABELS[sort.removeprefix("-")]
    return f"{label}, turned round" if sort.startswith("-") else label


def readable(text: str) -> str:
    """Return a title or an abstract as people read it: its TeX math in Unicode."""
    if "$" not in text:
        return text
    from readinglist.formats.math_text import with_readable_math

    return with_readable_math(text)


def as_markup(text: str) -> str:
    """Return markup that shows `text` as it stands; Textual's own `escape` overlooks some of it."""
    return printable(text).replace("[", r"\[")


def cell(paper: Paper, column: str) -> str:
    """Return the text of `paper` in a column, one line that is fit for a terminal."""
    if column == "title":
        return printable(readable(paper.title))
    if column == "status":
        return STATUS_SIGNS[paper.status] + (NOTE_SIGN if paper.note else "")
    if column == "priority":
        return PRIORITY_SIGNS[paper.priority]
    if column == "year":
        return str(paper.year or "")
    if column == "authors":
        return printable(short_byline(paper))
    if column == "tags":
        return printable(" ".join(paper.tags))
    if column == "added":
        return paper.added_at[:10]
    if column == "why":
        return reason(paper, _today())
    return printable(paper.key if column == "key" else paper.venue or "")


def _today() -> datetime.date:
    return datetime.date.today()


def excerpt(text: str, spans: Sequence[tuple[int, int]], width: int) -> Marked:
    """Return a line of `width` cells from `text`, where most of `spans` is, and what is near.

    Args:
        text: a text of one line.
        spans: places in it, in order and without overlaps; at least one.
        width: the cells of the line.
    """
    first = densest(spans, width // 2)
    # A third is for what stands before, or all that what comes behind leaves.
    room = max(width // 3, width - cell_len(text[first : first + width]))
    is_near = first <= 4 * width and cell_len(text[:first]) <= room
    start = 0 if is_near else first
    while start and (room := room - cell_len(text[start - 1])) >= len("…"):
        start -= 1
    if start:
        start = text.find(" ", start - 1, first) + 1 or start
    before = "…" if start else ""
    shown = before + text[start : start + width + 1]
    if cell_len(shown) > width:
        shown = set_cell_size(shown, max(0, width - 1)).rstrip() + "…"[:width]
    by = len(before) - start
    end = start + width
    return Marked(shown, [(one + by, other + by) for one, other in spans if start <= one < end])


def densest(spans: Sequence[tuple[int, int]], width: int) -> int:
    """Return where the `width` letters begin in which most of `spans` is."""
    best = covered = behind = 0
    first = spans[0][0]
    for place, (start, end) in enumerate(spans):
        behind = max(behind, place)
        while behind < len(spans) and spans[behind][0] < start + width:
            covered += spans[behind][1] - spans[behind][0]
            behind += 1
        if covered > best:
            best, first = covered, start
        if behind > place:
            covered -= end - start
    return first


def version(entry: Entry) -> str:
    """Return what a .bib file calls a version of a paper: `preprint 2017`, `inproceedings 2018`."""
    kind = "preprint" if entry.is_preprint else entry.type
    return " ".join(filter(None, (kind, (entry.get("year") or entry.get("date"))[:4])))


def readers(paper: Paper) -> str:
    """Return what others make of a paper: `12 votes, 3 comments, 1,200 stars`."""
    counts = ((paper.votes, "vote"), (paper.comments, "comment"), (paper.stars, "star"))
    return ", ".join(plural(count, noun) for count, noun in counts if count)


def short_byline(paper: Paper) -> str:
    """Return who wrote it, in a few words: `Vaswani et al.`, `24 authors`."""
    if not paper.authors:
        return paper.byline
    names = [family_name(author) for author in paper.authors]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " & ".join(names)


def counts_line(
    counts: Mapping[Status, int],
    shown: str,
    chosen: int,
    view: str,
    sort: str,
    conflicts: int = 0,
    edits_wait: bool = False,
) -> str:
    """Return the status line: how many there are, are shown, are chosen; view and order.

    That edits are not in the library file, and conflicts that are open, come first: the line is
    cut at its end.
    """
    total = sum(counts.values())
    parts = ["! not saved"] if edits_wait else []
    parts += [f"! {plural(conflicts, 'conflict')}"] if conflicts else []
    parts.append(plural(total, "paper"))
    if shown != f"{total:,}":
        parts.append(f"{shown} shown")
    if chosen:
        parts.append(f"{chosen:,} chosen")
    parts += [view, sort_label(sort)]
    parts += [
        f"{STATUS_SIGNS[status]} {counts[status]:,} {status}"
        for status in Status
        if counts[status] or status is not Status.SKIPPED
    ]
    return " · ".join(parts)
