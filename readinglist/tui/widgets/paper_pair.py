"""Two papers side by side, field by field, and which of two values holds."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Static
from textual.widgets.option_list import Option

from readinglist.domain.paper import natural_name
from readinglist.domain.text import printable, printable_block
from readinglist.domain.union import TAKEABLE, UNITED
from readinglist.tui.presentation import readable, version
from readinglist.tui.widgets.options import OptionList
from readinglist.tui.widgets.part_styles import PartStyles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.style import Style
    from textual.app import ComposeResult

    from readinglist.domain.paper import Paper

_FIELDS = (*TAKEABLE[:-1], *UNITED, TAKEABLE[-1])
"""All fields, the abstract last: it is long."""
_LABELS = {
    "author_count": "count", "published": "date", "arxiv": "arXiv", "doi": "DOI", "url": "URL",
    "organization": "by", "entries": "BibTeX", "sources": "from",
}  # fmt: skip
_LABEL_WIDTH = 9
HOLDS, HOLDS_NOT, BOTH = "●", "○", "+"
"""The signs of a value that the merged paper will have, of one that it will not, of two."""
_NOTHING = "–"
_MOST, _BEFORE = 280, 40
"""The letters of a long text that are shown, and how many of them come before a difference."""


class PaperPair(Vertical):
    """The paper that stays, the one that goes, and the values that the merged one will have."""

    def __init__(self) -> None:
        super().__init__(id="pair")
        self._parts = PartStyles(self)
        self._papers: tuple[Paper, Paper] | None = None
        self._roles = ("", "")
        self._rows: list[str] = []
        self.take: frozenset[str] = frozenset()
        """The fields in which the value of the second paper holds."""

    def compose(self) -> ComposeResult:
        """Hold the names of the two, and a line for each field."""
        yield Static(id="pair-head", markup=False)
        yield FieldList(id="fields", markup=False, compact=True)

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        self._parts.forget()
        if self._papers:
            self._draw()

    def show(
        self,
        kept: Paper,
        dropped: Paper,
        take: Iterable[str],
        roles: tuple[str, str] = ("stays  ", "goes  "),
    ) -> None:
        """Show two papers.

        Args:
            kept: the one that stays.
            dropped: the one that goes.
            take: the fields in which its value holds, to begin with.
            roles: what stands before their keys.
        """
        self._roles = roles
        self._papers, self.take = (kept, dropped), frozenset(take)
        self._rows = [field for field in _FIELDS if any(_texts(field, kept, dropped))]
        self._draw()
        self._list.highlighted = 0
        self._list.scroll_home(animate=False)

    def toggle(self) -> bool:
        """Let the other value hold in the field under the cursor; False where both are kept."""
        place = self._list.highlighted
        if self._papers is None or place is None:
            return True
        field = self._rows[place]
        if field in UNITED:
            return False
        if getattr(self._papers[0], field) != getattr(self._papers[1], field):
            self.take ^= {field}
            self._list.replace_option_prompt_at_index(place, self._row(field))
        return True

    @property
    def _list(self) -> OptionList:
        return self.query_one(FieldList)

    def _draw(self) -> None:
        assert self._papers
        head = self._grid()
        names = zip(self._roles, (paper.key for paper in self._papers), strict=True)
        muted, key = self._parts["muted"], self._parts["title"]
        head.add_row("", *(Text.assemble((role, muted), (printable(n), key)) for role, n in names))
        self.query_one("#pair-head", Static).update(head)
        place = self._list.highlighted
        self._list.clear_options()
        self._list.add_options(Option(self._row(field)) for field in self._rows)
        self._list.highlighted = place

    def _grid(self) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.add_column(width=_LABEL_WIDTH, style=self._parts["muted"], no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        return table

    def _row(self, field: str) -> Table:
        """Return the line of a field: values that are the same step back, others are set off."""
        assert self._papers
        holds, muted = self._parts["holds"], self._parts["muted"]
        mine, theirs = _texts(field, *self._papers)
        if mine == theirs:
            line = mine.partition("\n")[0]
            cells = [_cell("", line, muted, no_wrap=True), _cell("", line, muted, no_wrap=True)]
        elif field in UNITED:
            cells = [
                _cell(BOTH, text, holds) if text else _cell("", text, muted)
                for text in (mine, theirs)
            ]
        else:
            is_taken = field in self.take
            first, second = (holds, muted) if not is_taken else (muted, holds)
            signs = (HOLDS, HOLDS_NOT) if not is_taken else (HOLDS_NOT, HOLDS)
            cells = [_cell(signs[0], mine, first), _cell(signs[1], theirs, second)]
        table = self._grid()
        table.add_row(_LABELS.get(field, field), *cells)
        return table


class FieldList(OptionList, inherit_bindings=False):
    """The lines of the fields; the keys are those of the screen."""


def _cell(sign: str, text: str, style: Style, no_wrap: bool = False) -> Table:
    """Return a value with its sign before all of its lines."""
    cell = Table.grid(padding=(0, 1, 0, 0), expand=True)
    cell.add_column(width=1)
    cell.add_column(ratio=1, overflow="ellipsis" if no_wrap else "fold", no_wrap=no_wrap)
    cell.add_row(Text(sign, style), Text(text or _NOTHING, style))
    return cell


def _texts(field: str, one: Paper, other: Paper) -> tuple[str, str]:
    """Return the values of a field as people read them; of long ones, what is near a difference."""
    mine, theirs = _text(field, one), _text(field, other)
    if mine == theirs:
        return mine, theirs
    alike = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, theirs, strict=False))
    )
    is_long = max(len(mine), len(theirs)) > _MOST
    start = max(0, alike - _BEFORE) if is_long else 0
    return _excerpt(mine, start), _excerpt(theirs, start)


def _excerpt(text: str, start: int) -> str:
    before, after = "…" if start else "", "…" if len(text) > start + _MOST else ""
    return f"{before}{text[start : start + _MOST]}{after}" if text else ""


def _text(field: str, paper: Paper) -> str:
    value = getattr(paper, field)
    if field in ("title", "abstract", "note"):
        return printable_block(readable(value or ""))
    if field == "authors":
        return printable(", ".join(map(natural_name, value)))
    if field == "entries":
        lines = (f"{entry.key or paper.key} ({version(entry)})" for entry in value)
        return "\n".join(map(printable, lines))
    if field == "tags":
        return printable(", ".join(value))
    if isinstance(value, tuple):
        return "\n".join(map(printable, value))
    return printable(str(value)) if value is not None else ""
