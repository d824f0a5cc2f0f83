"""A note as it reads: its Markdown rendered, its math in Unicode."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.markdown import CodeBlock, Heading, Markdown
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from readinglist.domain.markdown import keys_in
from readinglist.domain.text import printable_block
from readinglist.tui.presentation import readable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from readinglist.tui.widgets.part_styles import PartStyles

_MOST = 6000
"""So many letters are rendered where a note is only looked at."""


class _Code(CodeBlock):
    """Code as it stands: a highlighter of its languages takes a tenth of a second to load."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(Text(str(self.text).rstrip(), "markdown.code_block"), (0, 0, 0, 2))


class _Heading(Heading):
    """A heading at the left, as the text is."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class _Markdown(Markdown):
    elements: ClassVar = {
        **Markdown.elements,
        "fence": _Code,
        "code_block": _Code,
        "heading_open": _Heading,
    }


class NoteText:
    """The rendered lines of a note, made once for each width."""

    def __init__(self, note: str, parts: PartStyles, most: int = _MOST) -> None:
        """Prepare to render.

        Args:
            note: in Markdown, from whomever.
            parts: the styles of headings, code, ...: see `domain.markdown.KINDS`.
            most: where a longer note is cut, in letters.
        """
        self._is_cut = len(note) > most
        if self._is_cut:
            note = note[: note.rfind("\n", most // 2, most) + 1 or most]
        self._note = printable_block(readable(note))
        heading, code = parts["heading"], parts["code"]
        self._theme = Theme(
            {
                **{f"markdown.h{level}": heading for level in range(1, 8)},
                "markdown.h1": heading + Style(underline=True),
                "markdown.code": code,
                "markdown.code_block": code,
                "markdown.block_quote": parts["quote"],
                "markdown.item.bullet": parts["marker"],
                "markdown.item.number": parts["marker"],
                "markdown.list": Style(),
                "markdown.link": parts["link"],
                "markdown.link_url": parts["address"],
            }
        )
        self._key = parts["key"]
        self._lines: dict[int, list[list[Segment]]] = {}

    def lines(self, console: Console, options: ConsoleOptions) -> list[list[Segment]]:
        """Return the lines in a width."""
        width = options.max_width
        if width not in self._lines:
            with console.use_theme(self._theme):
                markdown = _Markdown(self._note, hyperlinks=False)
                lines = console.render_lines(markdown, options.update(height=None), pad=False)
            while lines and not "".join(segment.text for segment in lines[0]).strip():
                del lines[0]
            lines = [self._with_keys(line) for line in lines]
            self._lines[width] = lines + [[Segment("…")]] * self._is_cut
        return self._lines[width]

    def _with_keys(self, line: list[Segment]) -> list[Segment]:
        """Set off the links to papers in a rendered line."""
        text = "".join(segment.text for segment in line)
        ends = [place for start, end, *_ in keys_in(text) for place in (start, end)]
        if not ends:
            return line
        parts = Segment.divide(line, [*(cell_len(text[:end]) for end in ends), cell_len(text)])
        return [
            segment
            for number, part in enumerate(parts)
            for segment in Segment.apply_style(part, post_style=self._key if number % 2 else None)
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(console, options):
            yield from line
            yield Segment.line()
