"""The list of papers: it draws the lines in view and fetches only those."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.domain.text import printable
from readinglist.tui import presentation
from readinglist.tui.presentation import Column, Marked, cell, columns_for
from readinglist.tui.widgets.part_styles import PartStyles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual import events
    from textual.geometry import Region

_LOOKED_THROUGH = 50_000
"""So many letters of a text may be shown as what matched: a note may be a book."""
_CACHE_LIMIT = 300
"""So many papers, and lines of them, are kept: more than any screen shows."""
_NEVER_SEARCHED = ("status", "priority", "year", "added", "why")
"""The columns in which a search finds nothing."""


class PaperList(ScrollView, can_focus=True, inherit_bindings=False):
    """Papers, one a line, with a cursor and a choice of several."""

    cursor: reactive[int] = reactive(0, repaint=False)
    """The place of the cursor in the list, from 0."""

    @dataclass
    class Moved(Message):
        """The cursor is on another paper, or on a new version of it."""

        paper: Paper | None

    @dataclass
    class Laid(Message):
        """The columns have found their places."""

    @dataclass
    class ChoiceChanged(Message):
        """Other papers are chosen."""

    @dataclass
    class Opened(Message):
        """A paper was asked for in full, by a double click."""

        paper: Paper

    def __init__(self, columns: Sequence[str], fetch: Callable[[list[int]], list[Paper]]) -> None:
        """Make an empty list.

        Args:
            columns: the names of the columns, see `presentation.columns_for`.
            fetch: gives the papers of ids.
        """
        super().__init__(id="papers")
        self._column_names = columns
        self._columns: list[Column] = []
        self._fetch = fetch
        self._ids: Sequence[int] = ()
        self._total = 0
        self._papers: dict[int, Paper] = {}
        self._lines: dict[tuple[int, str, bool], Strip] = {}
        self._look = Style.null(), 0
        self._spans: Callable[[str], list[tuple[int, int]]] | None = None
        self._parts = PartStyles(self)
        self.chosen: set[int] = set()
        self._last_chosen: int | None = None

    @property
    def columns(self) -> Sequence[Column]:
        """The columns as they are laid out in the present width."""
        self._lay_columns()
        return self._columns

    @property
    def ids(self) -> Sequence[int]:
        """The papers of the list, in order."""
        return self._ids

    @property
    def current(self) -> Paper | None:
        """The paper under the cursor."""
        return self._paper(self.cursor) if self._ids else None

    def show(
        self,
        ids: Sequence[int],
        spans: Callable[[str], list[tuple[int, int]]] | None,
        keep: bool,
        paper: int | None = None,
        total: int = 0,
    ) -> None:
        """Show other papers, or the same ones changed.

        Args:
            ids: the papers, in order.
            spans: finds what matched in a text; None where nothing was searched for.
            keep: leave the cursor on its paper, where it still is; else go to the first.
            paper: which paper that is, if not the one under the cursor.
            total: so many papers the list will have, where `ids` are the first ones.
        """
        old = paper
        if old is None and self.cursor < len(self._ids):
            old = self._ids[self.cursor]
        place = 0
        if keep and old is not None:
            try:
                place = ids.index(old)
            except ValueError:
                place = max(0, min(self.cursor, len(ids) - 1))
        self._ids = ids
        self._spans = spans
        self._total = max(total, len(ids))
        self.virtual_size = Size(0, self._total)
        self.set_reactive(PaperList.cursor, place)
        if self.size:
            self._scroll_to_cursor()
        else:
            self._expect_room()
        self.draw_anew()

    def _expect_room(self) -> None:
        """Be laid out and drawn once, as one will be, where it is not known yet how high one is."""
        height = self.app.size.height
        if self._total > height:
            self.set_reactive(PaperList.show_vertical_scrollbar, True)
            place = max(0, min(self.cursor - height // 2, self._total - height))
            self.scroll_target_y = self.scroll_y = place

    def extend(self, ids: Sequence[int]) -> None:
        """Show more papers: those that are shown come first among `ids`."""
        if self.scroll_offset.y + self.size.height > len(self._ids):
            self.refresh()
        self._ids = ids
        self._total = len(ids)
        self.virtual_size = Size(0, self._total)

    def draw_anew(self) -> None:
        """Fetch the papers in view again, as after a change, and draw them."""
        self._papers.clear()
        self._lines.clear()
        self.refresh()
        self.post_message(self.Moved(self.current))

    def update(self, papers: Iterable[int]) -> None:
        """Fetch some papers again, as after a change, and draw those in view."""
        changed = set(papers)
        for paper in changed & self._papers.keys():
            del self._papers[paper]
        for key in [key for key in self._lines if self._ids[key[0]] in changed]:
            del self._lines[key]
            self.refresh_line(key[0])
        if self.ids and self.ids[self.cursor] in changed:
            self.post_message(self.Moved(self.current))

    def move_to(self, place: int) -> None:
        """Put the cursor on a place; negative ones count from the end."""
        last = len(self._ids) - 1
        self.cursor = max(0, min(last, place if place >= 0 else last + 1 + place))

    def move(self, by: int) -> None:
        """Move the cursor down, or up for a negative number; it stops at both ends."""
        self.move_to(max(0, self.cursor + by))

    def move_page(self, direction: int) -> None:
        """Move the cursor by half of what is in view."""
        self.move(direction * max(1, self.size.height // 2))

    def toggle_chosen(self) -> None:
        """Choose the paper under the cursor, or no longer."""
        if self._ids:
            self._last_chosen = self._ids[self.cursor]
            self.chosen ^= {self._last_chosen}
            self.refresh_line(self.cursor)
            self.post_message(self.ChoiceChanged())

    def choose(self, ids: Iterable[int]) -> None:
        """Choose just these papers."""
        self.chosen = set(ids)
        self._last_chosen = None
        self.refresh()
        self.post_message(self.ChoiceChanged())

    def choose_to(self, place: int) -> None:
        """Choose all from the one that was chosen last to a place, and go there."""
        if not self._ids:
            return
        first = self.cursor
        if self._last_chosen in self.chosen:
            with suppress(ValueError):  # it is not among those shown
                first = self._ids.index(self._last_chosen)
        place = max(0, min(len(self._ids) - 1, place))
        self.chosen |= set(self._ids[min(first, place) : max(first, place) + 1])
        self._last_chosen = self._ids[place]
        self.move_to(place)
        self.refresh()
        self.post_message(self.ChoiceChanged())

    def show_columns(self, names: Sequence[str]) -> None:
        """Show other columns."""
        self._column_names = names
        self._lay_columns()
        self.refresh()

    def watch_cursor(self, old: int, new: int) -> None:
        """Redraw the two lines that changed."""
        self.refresh_line(old)
        self.refresh_line(new)
        self._scroll_to_cursor()
        self.post_message(self.Moved(self.current))

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._lay_columns()
        self.virtual_size = Size(0, self._total)
        self._scroll_to_cursor()

    def _lay_columns(self) -> None:
        columns = columns_for(self.scrollable_content_region.width - 1, self._column_names)
        if columns != self._columns:
            self._columns = columns
            self._lines.clear()
            self.post_message(self.Laid())

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        self._parts.forget()
        self._lines.clear()

    def on_focus(self) -> None:
        """Show where keys go."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Show that keys go elsewhere."""
        self.refresh_line(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; twice: open; with ctrl or shift: choose."""
        place = self.scroll_offset.y + event.y
        if place >= len(self._ids):
            return
        if event.shift:
            self.choose_to(place)
            return
        self.cursor = place
        if event.ctrl or not event.x:  # the edge where the mark of a chosen one is
            self.toggle_chosen()
        elif event.chain == 2 and self.current:
            self.post_message(self.Opened(self.current))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines of the view."""
        # Textual works both out of all widgets around, each time that they are asked for.
        look = self.rich_style, self.scrollable_content_region.width
        if look != self._look or len(self._lines) > _CACHE_LIMIT:
            self._lines.clear()
        if look[1] != self._look[1]:  # a scrollbar has come or gone
            self._lay_columns()
        self._look = look
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        place = self.scroll_offset.y + y
        paper = self._paper(place) if place < len(self._ids) else None
        if paper is None:
            style, width = self._look
            return Strip.blank(width, style)
        key = (place, self._cursor_part if place == self.cursor else "", paper.id in self.chosen)
        if key not in self._lines:
            self._lines[key] = self._line(paper, *key[1:])
        return self._lines[key]

    @property
    def _cursor_part(self) -> str:
        if self.app.no_color:
            return "cursor-colorless"
        return "cursor" if self.has_focus else "cursor-away"

    def _line(self, paper: Paper, cursor: str, is_chosen: bool) -> Strip:
        """Return the line of a paper; `cursor` names the part that the cursor on it is."""
        is_current = bool(cursor)
        style, width = self._look
        if paper.status in (Status.READ, Status.SKIPPED):
            style += self._parts["muted"]
        if is_chosen:
            style += self._parts["chosen"]
        if is_current:
            style += self._parts[cursor]
        match = self._parts["match-here" if is_current else "match"]
        segments = [Segment("▌" if is_chosen else " ", style)]
        cells = [self._marked(cell(paper, c.name), c.name) for c in self._columns]
        is_plain = any(
            cell_len(marked.text[:start]) < column.width
            for column, marked in zip(self._columns, cells, strict=True)
            for start, _ in marked.spans
        )
        excerpt = None if is_plain else self._excerpt(paper)
        for column, marked in zip(self._columns, cells, strict=True):
            if column.name == "title" and excerpt:
                room = width - 1 - sum(segment.cell_length for segment in segments)
                segments += self._fitted(
                    marked, min(cell_len(marked.text), room // 2), style, match
                )
                segments.append(Segment("  ", style))
                room = width - 1 - sum(segment.cell_length for segment in segments)
                line = presentation.excerpt(*excerpt, room)
                muted = style if is_current else style + self._parts["excerpt"]
                segments += self._fitted(line, room, muted, match)
                break
            segments += self._fitted(
                marked, column.width, self._style(paper, column, style, is_current), match
            )
            segments.append(Segment(" ", style))
        return Strip(segments).adjust_cell_length(width, style)

    def _style(self, paper: Paper, column: Column, style: Style, is_current: bool) -> Style:
        if is_current:  # nothing else could be read on the colour of the cursor
            return style
        if column.name == "priority" and paper.priority is not Priority.NONE:
            return style + self._parts[paper.priority.value]
        if column.name not in ("title", "status"):
            return style + self._parts["muted"]
        return style

    def _marked(self, text: str, column: str = "") -> Marked:
        """Return a text with what matched in it."""
        searched = self._spans and column not in _NEVER_SEARCHED
        return Marked(text, self._spans(text) if self._spans and searched else ())

    def _excerpt(self, paper: Paper) -> Marked | None:
        """Return the text that matched, where that can be seen in none of the columns."""
        if self._spans is None:
            return None
        texts = (
            *(paper.title, paper.note, paper.abstract, "; ".join(paper.authors)),
            *(paper.organization, " ".join(paper.tags), paper.venue, paper.key),
        )
        marked = (self._marked(printable(text[:_LOOKED_THROUGH])) for text in texts if text)
        return next((one for one in marked if one.spans), None)

    @staticmethod
    def _fitted(marked: Marked, width: int, style: Style, match: Style) -> list[Segment]:
        """Return a text in just so many cells, what matched set off."""
        text, spans = marked
        if cell_len(text) > width:
            text = set_cell_size(text, max(0, width - 1)).rstrip() + "…"
        segments = []
        end = 0
        for start, stop in spans:
            segments += [
                Segment(text[end:start], style),
                Segment(text[start:stop], style + match),
            ]
            end = stop
        padding = " " * max(0, width - cell_len(text))
        return [*segments, Segment(text[end:] + padding, style)]

    def _paper(self, place: int) -> Paper | None:
        number = self._ids[place]
        if number not in self._papers:
            if len(self._papers) > _CACHE_LIMIT:
                self._papers.clear()
            first = max(0, place - 5)
            window = self._ids[first : place + self.size.height + 5]
            self._papers.update((paper.id, paper) for paper in self._fetch(list(window)))
        return self._papers.get(number)

    def _scroll_to_cursor(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if height and not top <= self.cursor < top + height:
            # Set at once: what comes next is drawn from it.
            target = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=target, animate=False, immediate=True)
