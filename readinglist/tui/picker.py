"""The search, inline under the shell's prompt: for editors that want a paper's key.

It draws on standard error and leaves nothing there, so that standard output is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import App
from textual.binding import Binding
from textual.widgets import Input, Static

from readinglist.services.live_search import FIRST
from readinglist.tui import themes
from readinglist.tui.terminating import TERMINATED, end_at_sigterm
from readinglist.tui.widgets.paper_list import PaperList
from readinglist.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from readinglist.config import Config
    from readinglist.services.library import Library


class Picker(App[tuple[int, ...]]):
    """Asks for papers; returns their ids, or None if one would rather not."""

    CSS_PATH = ["app.tcss", "picker.tcss"]  # noqa: RUF012 - as in App
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n,ctrl+j", "move(1)", "Next", priority=True),
        Binding("up,ctrl+p,ctrl+k", "move(-1)", "Previous", priority=True),
        Binding("pagedown", "page(1)", "Next page", priority=True),
        Binding("pageup", "page(-1)", "Previous page", priority=True),
        Binding("tab", "choose", "Choose one more", priority=True),
        Binding("enter", "take", "Take", priority=True),
        Binding("escape,ctrl+c,ctrl+g", "leave", "Leave", priority=True),
    ]
    """As in other pickers of terminals."""

    papers = getters.query_one(PaperList)
    """The list."""

    def __init__(self, library: Library, config: Config, query: str = "") -> None:
        super().__init__()
        self._library = library
        self._query = query
        for theme in themes.OWN:
            self.register_theme(theme)
        self.theme = config.theme or themes.DARK.name

    def compose(self) -> ComposeResult:
        """Lay out the search and the list."""
        yield TextLine(self._query, compact=True, placeholder="Search: words, tag:, author:, year:")
        yield PaperList(("year", "title", "authors", "key"), self._library.papers)
        yield Static("Enter take · Tab choose one more · Esc leave", id="hint", markup=False)

    def on_load(self) -> None:
        """Be ready to be ended from outside."""
        end_at_sigterm(self)

    def on_mount(self) -> None:
        """Begin with what was asked for."""
        self._show()
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _show(self) -> None:
        found = self._library.find(self.query_one(Input).value, most=FIRST)
        self.papers.show(found.ids, found.spans, keep=False)

    @on(PaperList.Opened)
    def _opened(self, message: PaperList.Opened) -> None:
        self.exit((message.paper.id,))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.papers.move(by)

    def action_page(self, direction: int) -> None:
        """Move the cursor by half a page."""
        self.papers.move_page(direction)

    def action_choose(self) -> None:
        """Choose the paper under the cursor, or not, and go on."""
        self.papers.toggle_chosen()
        self.papers.move(1)

    def action_take(self) -> None:
        """End with the chosen papers, or the one under the cursor."""
        current = self.papers.current
        chosen = [paper for paper in self.papers.ids if paper in self.papers.chosen]
        chosen += [paper for paper in self.papers.chosen if paper not in chosen]
        if chosen or current:
            self.exit(tuple(chosen) or ((current.id,) if current else ()))

    def action_leave(self) -> None:
        """End without a paper."""
        self.exit(None)


def pick(library: Library, config: Config, query: str = "") -> tuple[int, ...] | None:
    """Let the user search under the prompt; return the ids taken, None if they left.

    Raises:
        SystemExit: the system asked it to end, and it did.
    """
    picker = Picker(library, config, query)
    taken = picker.run(inline=True, inline_no_clear=False)
    if picker.return_code == TERMINATED:
        raise SystemExit(TERMINATED)
    return taken
