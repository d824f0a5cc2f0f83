"""One paper, alone on the screen: large margins, nothing but what one decides by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from readinglist.domain.text import printable, printable_block
from readinglist.tui.presentation import PRIORITY_SIGNS, STATUS_SIGNS, readable, readers
from readinglist.tui.widgets.part_styles import NOTE_LOOKS, PartStyles

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import ComposeResult

    from readinglist.domain.paper import Paper


class PaperCard(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The title, who wrote it and when, the abstract, where it is to be had."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self._parts = PartStyles(self)
        self._note_parts = PartStyles(self, NOTE_LOOKS)
        self._shown: tuple[Paper | None, str] = None, ""
        self._content = Static(id="card-content", markup=False)

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield self._content

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        self._parts.forget()
        self._note_parts.forget()
        self.show(*self._shown)

    def show(self, paper: Paper | None, otherwise: str = "") -> None:
        """Show a paper from its beginning, or a text where there is none."""
        self._shown = paper, otherwise
        self._content.update(self._rendered(paper) if paper else Text(otherwise))
        self.scroll_home(animate=False)

    def _rendered(self, paper: Paper) -> RenderableType:
        facts, link = self._parts["muted"], self._parts["link"]
        about = (
            *(paper.byline, paper.organization if paper.authors else None, paper.venue),
            *(paper.published, readers(paper)),
        )
        state = (
            f"{STATUS_SIGNS[paper.status]} {paper.status}",
            PRIORITY_SIGNS[paper.priority],
            ", ".join(paper.tags),
        )
        parts: list[RenderableType] = [
            Text(printable(readable(paper.title)), self._parts["title"]),
            Text(),
        ]
        for line in (about, state):
            if shown := " · ".join(filter(None, line)):
                parts.append(Text(printable(shown), facts))
        if paper.abstract:
            parts += [Text(), Text(printable_block(readable(paper.abstract)))]
        if paper.note:
            # Markdown is not needed before there is a note to show.
            from readinglist.tui.note_text import NoteText

            parts += [Text("\nNote", facts), NoteText(paper.note, self._note_parts)]
        addresses = dict.fromkeys(filter(None, (paper.web_address, *paper.links)))
        if addresses:
            parts += [Text(), *(Text(printable(address), link) for address in addresses)]
        return Group(*parts)
