"""What sources have that may be a paper: side by side with it, for a person to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.tui.keymap import DOUBTFUL, bindings, footer
from readinglist.tui.presentation import readable
from readinglist.tui.screens.acting import Acting
from readinglist.tui.screens.duplicates import PairList
from readinglist.tui.widgets.key_bar import KeyBar
from readinglist.tui.widgets.options import OptionList
from readinglist.tui.widgets.paper_pair import PaperPair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.completing import Doubtful
    from readinglist.services.library import Library


class DoubtfulMatches(Acting):
    """Lists the matches, and shows one of them field by field."""

    CSS_PATH = "duplicates.tcss"
    KEYS = DOUBTFUL
    """See `readinglist.tui.keymap`."""
    BINDINGS = bindings(DOUBTFUL, priority=False)
    AUTO_FOCUS = "#pairs"

    listed = getters.query_one(PairList)
    """The matches."""
    pair = getters.query_one(PaperPair)
    """The match under the cursor."""

    def __init__(self, library: Library, config: Config, matches: Sequence[Doubtful]) -> None:
        super().__init__(library, config)
        self.undecided = list(matches)
        """What is still to be decided."""
        self._decided: list[tuple[list[Doubtful], int, Step | None]] = []
        """What was undecided before each decision, where one was, and what was done then."""

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with Horizontal(id="duplicates-line"):
            yield Static("", id="duplicates-place", markup=False)
        with Horizontal(id="duplicates-body"):
            yield PairList(id="pairs", markup=False, compact=True)
            yield PaperPair()
        yield Static("", id="duplicates-message", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the matches."""
        self.query_one(KeyBar).show(footer(DOUBTFUL, self._config.keys))
        self._show(self.undecided, 0)

    def _show(self, matches: list[Doubtful], place: int) -> None:
        self.undecided = matches
        self.listed.clear_options()
        titles = {paper.id: paper.title for paper in self._library.papers(m.paper for m in matches)}
        self.listed.add_options(Option(_label(m, titles.get(m.paper, ""))) for m in matches)
        self.listed.highlighted = min(place, len(matches) - 1) if matches else None
        self._reload()
        if matches:
            self.set_focus(self.listed)

    def _reload(self, keep: bool = True) -> None:
        """Show the match under the cursor; `keep` makes no difference."""
        match, paper = self._at_cursor(), self._current()
        place = f" · {(self.listed.highlighted or 0) + 1:,} of " if match else ""
        count = plural(len(self.undecided), "match", "matches") if match else ""
        why = f" · {match.why}" if match else ""
        self.query_one("#duplicates-place", Static).update(f"Doubtful{place}{count}{why}")
        self.query_one("#duplicates-body").display = bool(self.undecided)
        self.pair.display = bool(paper)
        message = self.query_one("#duplicates-message", Static)
        message.display = not paper
        if match and paper:
            facts = self._library.facts_of(match)
            self.pair.show(paper, match.candidate, facts, ("here  ", f"{match.sources}  "))
        else:
            message.update("The paper is gone meanwhile." if match else "That was all.")

    @on(OptionList.OptionHighlighted, "#pairs")
    def _pair_follows(self) -> None:
        self._reload()

    def _at_cursor(self) -> Doubtful | None:
        place = self.listed.highlighted
        return self.undecided[place] if place is not None and self.undecided else None

    def _current(self) -> Paper | None:
        match = self._at_cursor()
        return next(iter(self._library.papers([match.paper] if match else ())), None)

    def action_move(self, by: int) -> None:
        """Go to the next match or the one before."""
        self.listed.action_cursor_down() if by > 0 else self.listed.action_cursor_up()

    def action_move_to(self, place: int) -> None:
        """Go to the first or the last match."""
        self.listed.action_first() if place == 0 else self.listed.action_last()

    @on(OptionList.OptionSelected, "#pairs")
    def action_take(self) -> None:
        """It is the paper: give it what the source has."""
        match = self._at_cursor()
        if not match:
            return
        try:
            step = self._library.take_candidate(match)
        except ReadingListError as error:
            self._tell(str(error), "error")
            return
        self._tell(step.summary)
        self._save_soon()
        self._decide([m for m in self.undecided if m.paper != match.paper], step)

    def action_drop(self) -> None:
        """It is another work."""
        match = self._at_cursor()
        if match:
            self._decide([m for m in self.undecided if m is not match])

    def _decide(self, rest: list[Doubtful], step: Step | None = None) -> None:
        place = self.listed.highlighted or 0
        self._decided.append((self.undecided, place, step if step and step.papers else None))
        self._show(rest, place)

    def action_undo(self) -> None:
        """Take the last decision back."""
        if not self._decided:
            self._tell("Nothing has been decided here yet.")
            return
        before, place, step = self._decided[-1]
        try:
            if step:
                self._tell(f"Undone: {self._library.undo(step).summary}")
                self._save_soon()
        except ReadingListError as error:
            self._tell(str(error), "warning")
            return
        self._decided.pop()
        self._show(before, place)

    def action_help(self) -> None:
        """Show the keys."""
        from readinglist.tui.screens.help import help_of

        self.app.push_screen(help_of("On doubtful matches", DOUBTFUL, self._config.keys))

    def action_close(self) -> None:
        """Go back to the list."""
        self.dismiss()


def _label(match: Doubtful, title: str) -> Content:
    told = (f"{match.why} · {match.sources}", "$foreground-muted")
    return Content.assemble(printable(readable(title)), "\n  ", told)
