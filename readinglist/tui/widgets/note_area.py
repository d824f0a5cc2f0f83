"""Where a note is written: Markdown is coloured as one types, links to papers are completed.

letter -> in the text -> the lines in view, each split into its parts once -> drawn
`[[` and letters -> `LinkBegun` -> from whom knows papers: `offer` -> the offers under the cursor
Tab, Enter, a click -> the offer is in the text        Esc -> no offers until the next letter
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Span, Text
from textual.binding import Binding
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import TextArea

from readinglist.domain.markdown import Part, fence_behind, parts_of
from readinglist.domain.note_links import Link, begun_at, completed, link_at
from readinglist.domain.text import legible
from readinglist.tui.widgets.offers import Offer, Offers
from readinglist.tui.widgets.part_styles import NOTE_LOOKS, PartStyles
from readinglist.tui.widgets.text_block import TextBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.document._document import EditResult
    from textual.document._edit import Edit
    from textual.geometry import Region
    from textual.strip import Strip

_CACHE_LIMIT = 1000
"""So many lines are kept with their parts: more than any screen shows."""


class NoteArea(TextBlock):
    """A text in Markdown."""

    @dataclass
    class LinkBegun(Message):
        """So much of a link to a paper stands before the cursor; None: no link is being written."""

        typed: str | None

    def __init__(self, text: str) -> None:
        """Make an area with a text; the cursor is at its beginning."""
        self._parts = PartStyles(self, NOTE_LOOKS)
        self._known: dict[tuple[str, str], list[Part]] = {}
        self._fences: list[str] = [""]
        self._strips: dict[tuple[str, tuple[Span, ...], bool], Strip] = {}
        self._drawn: list[Span] = []
        self._width = 0
        self._settled: tuple[tuple[int, int], str] | None = None
        self._begun: str | None = None
        self._offers = Offers(self._take)
        # The line of the cursor keeps the colours of its parts.
        super().__init__(
            text, show_line_numbers=False, tab_behavior="indent", highlight_cursor_line=False
        )

    # --- colours

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines of the view."""
        width = self.scrollable_content_region.width
        if width != self._width or len(self._strips) > _CACHE_LIMIT:
            self._strips.clear()
        self._width = width
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view, which is a section of a line of the text.

        Textual draws all that are in view anew at each letter, each from the whole line of the
        text. Those that look as before are kept here: they hold neither cursor nor selection.
        """
        offset = self.scroll_offset.y + y
        if offset >= self.wrapped_document.height:
            return super().render_line(y)
        row, start = self.wrapped_document.offset_to_location(Offset(0, offset))
        line = self.document.get_line(row)
        ends = self.wrapped_document.get_offsets(row)
        place = bisect_right(ends, start)
        end = ends[place] if place < len(ends) else len(line) + 1
        self._drawn = [
            Span(max(part.start, start), min(part.end, end), self._parts[part.kind])
            for part in self._parts_of(row, line)
            if part.start < end and part.end > start
        ]
        cursor = self.cursor_location
        first, last = sorted((self.selection.start[0], cursor[0]))
        is_chosen = not self.selection.is_empty and first <= row <= last
        is_here = row == cursor[0]
        if is_chosen or (is_here and start <= cursor[1] <= end) or "\t" in line:
            return super().render_line(y)
        spans = tuple(span.move(-start) for span in self._drawn)
        key = line[start:end], spans, is_here
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = super().render_line(y)
        return strip

    def get_line(self, line_index: int) -> Text:
        """Return a line, with the styles of what is drawn of it."""
        line = self.document.get_line(line_index)
        return Text(legible(line), end="", no_wrap=True, spans=self._drawn.copy())

    def _parts_of(self, row: int, line: str) -> list[Part]:
        key = line, self._fence_before(row)
        parts = self._known.get(key)
        if parts is None:
            if len(self._known) > _CACHE_LIMIT:
                self._known.clear()
            parts = self._known[key] = parts_of(*key)
        return parts

    def _fence_before(self, line_index: int) -> str:
        """Return the fence of the code that goes on before a line.

        What is known of the lines above an edit is kept: a letter costs the lines in view.
        """
        fences, lines = self._fences, self.document.lines
        while len(fences) <= line_index:
            fences.append(fence_behind(lines[len(fences) - 1], fences[-1]))
        return fences[line_index]

    def text_before(self, row: int, most: int) -> str:
        """Return the lines before a row, about `most` letters of them, from a paragraph on.

        Where that is in the midst of code, it begins with the code's fence.
        """
        lines = self.document.lines
        first, size = row, 0
        while first and (size < most or lines[first - 1].strip()) and size < 2 * most:
            first -= 1
            size += len(lines[first]) + 1
        fence = self._fence_before(first)
        return "".join(f"{line[:most]}\n" for line in (*([fence] * bool(fence)), *lines[first:row]))

    def edit(self, edit: Edit) -> EditResult:
        """Change the text."""
        del self._fences[min(edit.from_location, edit.to_location)[0] + 1 :]
        return super().edit(edit)

    def undo(self) -> None:
        """Take back the last letters."""
        del self._fences[1:]
        super().undo()

    def redo(self) -> None:
        """Bring again what `undo` took back."""
        del self._fences[1:]
        super().redo()

    def load_text(self, text: str) -> None:
        """Begin with another text."""
        del self._fences[1:]
        super().load_text(text)

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        self._parts.forget()
        self._strips.clear()

    def find_matching_bracket(self, bracket: str, search_from: tuple[int, int]) -> None:
        """Look for none: a note is no program, and the search may go through all of it."""

    # --- links

    def on_resize(self) -> None:
        """Offer nothing at a place that is elsewhere now."""
        self.dismiss_offers()

    @property
    def link(self) -> Link | None:
        """The link to a paper at the cursor."""
        row, column = self.cursor_location
        return link_at(self.document.get_line(row), column)

    def offer(self, typed: str, offers: Sequence[Offer]) -> None:
        """Offer papers for the link that is being written, if it is still the one with `typed`."""
        if typed != self._begun:
            return
        if offers and not self._offers.is_attached:
            self.screen.mount(self._offers)
        left = self.cursor_screen_offset.x - len(typed)
        self._offers.show(offers, left, self.cursor_screen_offset.y + 1)

    def dismiss_offers(self) -> bool:
        """Offer nothing more until the text changes; return whether there were offers."""
        self._settled = self._place()
        self._begun = None
        return self._offers.close()

    def _place(self) -> tuple[tuple[int, int], str]:
        row, _ = self.cursor_location
        return self.cursor_location, self.document.get_line(row)

    def on_text_area_selection_changed(self) -> None:
        """See whether a link is being written where the cursor is now."""
        self._look_for_link()

    def on_text_area_changed(self) -> None:
        """See whether a link is being written."""
        self._look_for_link()

    def _look_for_link(self) -> None:
        row, column = self.cursor_location
        is_typing = self.selection.is_empty and self._place() != self._settled
        begun = begun_at(self.document.get_line(row), column) if is_typing else None
        if begun is not None and self._fence_before(row):
            begun = None
        if begun is None:
            self._offers.close()
        if begun != self._begun:
            self._begun = begun
            self.post_message(self.LinkBegun(begun))

    def _take(self, key: str) -> None:
        """Put an offer into the text."""
        row, column = self.cursor_location
        if self._begun is None:
            return
        start, end, text = completed(self.document.get_line(row), column, key)
        self.replace(text, (row, start), (row, end), maintain_selection_offset=False)
        self.move_cursor((row, start + len(text)))
        self.dismiss_offers()

    # --- keys

    async def on_key(self, event: events.Key) -> None:
        """Handle keys in the order in which they were pressed.

        Textual would do what keys are bound to when the app has looked them up, behind letters
        that were typed after them.
        """
        action = _ACTIONS.get(event.key)
        if self._offers.is_open and event.key in _OFFERED:
            _OFFERED[event.key](self._offers)
        elif action:
            await self.run_action(action)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_blur(self) -> None:
        """Offer nothing to those who have gone."""
        self.dismiss_offers()


_OFFERED: dict[str, Callable[[Offers], None]] = {
    "tab": Offers.take,
    "enter": Offers.take,
    "up": lambda offers: offers.move(-1),
    "down": lambda offers: offers.move(1),
}
"""What keys do while there are offers."""

_ACTIONS = {
    key: binding.action
    for binding in TextArea.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""What keys do that write no letter."""
