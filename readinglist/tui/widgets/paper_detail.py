"""All of one paper, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.console import Group
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from readinglist.domain.text import printable, printable_block
from readinglist.tui.presentation import PRIORITY_SIGNS, STATUS_SIGNS, readable, readers, version
from readinglist.tui.widgets.part_styles import NOTE_LOOKS, PartStyles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from textual.app import ComposeResult

    from readinglist.domain.paper import Paper

    Spans = Callable[[str], list[tuple[int, int]]]


class Details(NamedTuple):
    """What the pane shows."""

    paper: Paper
    history: tuple[str, ...] = ()
    """The latest changes, one line each."""
    spans: Spans | None = None
    """Finds what to highlight; None where nothing was searched for."""
    links_to: tuple[Paper, ...] = ()
    """The papers that the note links to."""
    linked_from: tuple[Paper, ...] = ()
    """The papers whose notes link to this one."""
    pdf: str = ""
    """Where its PDF is stored: `pdfs/vaswani2017attention.pdf`."""


class _MarkedLines:
    """What is rendered elsewhere, with what matched in each line of it set off."""

    def __init__(self, content: RenderableType, spans: Spans, style: Style) -> None:
        self._content = content
        self._spans = spans
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._content, options, pad=False):
            text = "".join(segment.text for segment in line)
            ends = [cell_len(text[:place]) for span in self._spans(text) for place in span]
            for number, part in enumerate(Segment.divide(line, [*ends, cell_len(text)])):
                is_match = number % 2
                yield from Segment.apply_style(part, post_style=self._style if is_match else None)
            yield Segment.line()


class PaperDetail(VerticalScroll, can_focus=True, inherit_bindings=False):
    """The title, the facts, the abstract, the note and the history of a paper."""

    def __init__(self) -> None:
        super().__init__(id="detail")
        self._parts = PartStyles(self)
        self._note_parts = PartStyles(self, NOTE_LOOKS)
        self._details: Details | None = None
        self._content = Static(id="detail-content", markup=False)

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield self._content

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        self._parts.forget()
        self._note_parts.forget()
        if self._details:
            self._content.update(self._rendered(self._details))

    def show(self, details: Details | None) -> None:
        """Show a paper from its beginning, or nothing."""
        if details == self._details:
            return
        self._details = details
        self._content.update(self._rendered(details) if details else "")
        self.scroll_home(animate=False)

    def _rendered(self, details: Details) -> RenderableType:
        paper = details.paper
        title_style = self._parts["title"]
        parts: list[RenderableType] = [
            self._marked(printable(readable(paper.title)), details, title_style)
        ]
        if paper.byline:
            parts.append(self._marked(printable(paper.byline), details, ""))
        parts += [Text(), self._facts(details)]
        if paper.note:
            # Markdown is not needed before there is a note to show.
            from readinglist.tui.note_text import NoteText

            note = NoteText(paper.note, self._note_parts)
            parts += [Text("\nNote", self._parts["muted"])]
            spans = details.spans
            parts += [_MarkedLines(note, spans, self._parts["match"]) if spans else note]
        parts += self._links("Links to", details.links_to)
        parts += self._links("Linked from", details.linked_from)
        if paper.abstract:
            parts += [Text(), self._marked(printable_block(readable(paper.abstract)), details, "")]
        if details.history:
            parts.append(Text("\nHistory", self._parts["muted"]))
            parts += [Text(printable(line)) for line in details.history]
        return Group(*parts)

    def _links(self, label: str, papers: Sequence[Paper]) -> list[RenderableType]:
        """Return the titles of papers; a click goes there."""
        if not papers:
            return []
        lines = (
            Text(
                printable(readable(paper.title)),
                self._parts["link"] + Style.from_meta({"@click": f"screen.go_to({paper.id})"}),
            )
            for paper in papers
        )
        return [Text(f"\n{label}", self._parts["muted"]), *lines]

    def _facts(self, details: Details) -> Table:
        paper = details.paper
        label, link = self._parts["muted"], self._parts["link"]
        priority = PRIORITY_SIGNS[paper.priority]
        state = f"{STATUS_SIGNS[paper.status]} {paper.status}"
        facts = [
            ("status", Text(f"{state}  {priority} {paper.priority}" if priority else state)),
            ("tags", self._marked(printable(", ".join(paper.tags)), details, "")),
            ("date", Text(paper.published or "")),
            ("venue", self._marked(printable(paper.venue or ""), details, "")),
            ("arXiv", Text(printable(paper.arxiv or ""), link)),
            ("DOI", Text(printable(paper.doi or ""), link)),
            ("URL", Text(printable(paper.url or ""), link)),
            ("PDF", Text(printable(details.pdf), link)),
            *(("link", Text(printable(address), link)) for address in paper.links),
            ("key", self._marked(paper.key, details, "")),
            *(
                ("also", Text(printable(f"{entry.key} ({version(entry)})")))
                for entry in paper.entries
                if entry.key not in ("", paper.key)
            ),
            ("readers", Text(readers(paper))),
            ("from", Text(printable(", ".join(paper.sources)))),
        ]
        if paper.authors and paper.organization:
            facts.insert(3, ("by", Text(printable(paper.organization))))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style=label)
        table.add_column(overflow="fold")
        for name, fact in facts:
            if fact.plain:
                table.add_row(name, fact)
        return table

    def _marked(self, text: str, details: Details, style: Style | str) -> Text:
        marked = Text(text, style)
        for start, end in details.spans(text) if details.spans else ():
            marked.stylize(self._parts["match"], start, end)
        return marked
