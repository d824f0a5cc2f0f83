"""Triage: new papers one at a time, one key for each.

key -> the paper's status, priority, tags or note -> the next paper; `u` -> back to the one before
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from textual import getters
from textual.containers import Horizontal
from textual.widgets import ProgressBar, Static

from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.tui.keymap import TRIAGE, bindings, footer
from readinglist.tui.screens.citing import Citing
from readinglist.tui.screens.marking import Marking
from readinglist.tui.screens.opening import Opening
from readinglist.tui.widgets.key_bar import KeyBar
from readinglist.tui.widgets.paper_card import PaperCard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.library import Library

_LINES = 12
"""So many kinds of decisions are counted at the end."""


class Triage(Marking, Citing, Opening):
    """Shows papers one at a time; a key that decides goes on to the next."""

    CSS_PATH = "triage.tcss"

    KEYS = TRIAGE
    """See `readinglist.tui.keymap`."""
    BINDINGS = bindings(TRIAGE, priority=False)

    card = getters.query_one(PaperCard)
    """The paper."""

    def __init__(
        self,
        library: Library,
        config: Config,
        papers: Sequence[int],
        label: str,
        edit_externally: Callable[[str, str], str],
    ) -> None:
        """Prepare to show papers.

        Args:
            library: where they are.
            config: the settings.
            papers: those to decide about, in order.
            label: what they are.
            edit_externally: see `edit_text`.
        """
        super().__init__(library, config)
        self._edit_externally = edit_externally
        self._ids = list(papers)
        self._label = label
        self._place = 0
        self._decisions: list[tuple[int, str]] = []

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with Horizontal(id="triage-line"):
            yield Static("", id="triage-place", markup=False)
            yield ProgressBar(len(self._ids), show_percentage=False, show_eta=False)
        yield PaperCard()
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the first paper."""
        self._reload()
        self.query_one(KeyBar).show(footer(TRIAGE, self._config.keys))

    def _current(self) -> Paper | None:
        """Return the paper that is shown; none at the end, or where it is gone meanwhile."""
        shown = self._ids[self._place : self._place + 1]
        return next(iter(self._library.papers(shown)), None)

    def _reload(self, keep: bool = True) -> None:
        """Show the paper that one is at; `keep` makes no difference."""
        of = len(self._ids)
        self.query_one(ProgressBar).progress = self._place
        place = f"{min(self._place + 1, of):,} of {of:,}"
        self.query_one("#triage-place", Static).update(f"Triage · {self._label} · {place}")
        if self._place < of:
            self.card.show(self._current(), "This paper is gone meanwhile. Space goes on.")
        else:
            self.card.show(None, self._summary())

    def _summary(self) -> str:
        counts = Counter(what for _, what in self._decisions)
        lines = [f"{count:6,}  {printable(what)}" for what, count in counts.most_common(_LINES)]
        return "\n".join(
            [
                f"That was all: {plural(len(self._ids), 'paper')} seen.",
                "",
                *(lines or ["        nothing was decided"]),
                "",
                "Esc goes back to the list, k to the paper before.",
            ]
        )

    def _after(self, step: Step, done: str = "", offer: str = "") -> None:
        """Note what was decided, and go on to the next paper."""
        self._note_decision(step)
        self.action_go(1)

    def _after_form(self, step: Step) -> None:
        """Note what was edited, and stay: one wanted to read it right."""
        self._note_decision(step)
        self._reload()

    def _note_decision(self, step: Step) -> None:
        if step.papers:
            self._decisions.append((self._place, step.summary.partition(": ")[2]))
            self._save_soon()

    def action_go(self, by: int) -> None:
        """Go on, or back, without a decision."""
        self._place = max(0, min(len(self._ids), self._place + by))
        self._reload()

    def action_undo(self) -> None:
        """Take the last decision back, and go back to its paper."""
        if not self._decisions:
            self._tell("Nothing has been decided here yet.")
            return
        try:
            step = self._library.undo()
        except ReadingListError as error:
            self._tell(str(error), "warning")
            return
        self._place, _ = self._decisions.pop()
        if step.left_out:
            self._tell("It was changed elsewhere since, and stays.", "warning")
        self._save_soon()
        self._reload()

    def action_scroll(self, direction: int) -> None:
        """Scroll a long abstract by half of what is in view."""
        self.card.scroll_relative(y=direction * self.card.size.height // 2, animate=False)

    def action_help(self) -> None:
        """Show the keys."""
        from readinglist.tui.screens.help import help_of

        self.app.push_screen(help_of("In triage", TRIAGE, self._config.keys))

    def action_close(self) -> None:
        """Go back to the list."""
        self.dismiss()
