"""Papers that may be the same: two by two, side by side, to be merged or kept apart.

all papers -> a thread compares them -> pairs -> the one under the cursor, field by field
key -> one paper of two, or two works -> the next pair; `u` -> back to the one before
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import getters, on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import ProgressBar, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from readinglist.domain.text import plural, printable
from readinglist.domain.union import proposed
from readinglist.errors import ReadingListError
from readinglist.tui.keymap import DUPLICATES, bindings, footer
from readinglist.tui.presentation import readable
from readinglist.tui.screens.acting import Acting
from readinglist.tui.widgets.key_bar import KeyBar
from readinglist.tui.widgets.options import OptionList
from readinglist.tui.widgets.paper_pair import FieldList, PaperPair

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.duplicates import Pair
    from readinglist.services.library import Library


class PairList(OptionList, inherit_bindings=False):
    """The pairs; the keys are those of the screen."""


@dataclass(frozen=True, slots=True)
class _Deed:
    """What was done to a pair, and what was there before."""

    pairs: tuple[Pair, ...]
    place: int
    merged: bool


class Duplicates(Acting):
    """Shows the pairs, and the two papers of one of them."""

    CSS_PATH = "duplicates.tcss"

    @dataclass
    class Looking(Message):
        """So many steps of the search are done, of so many."""

        done: int
        of: int

        def can_replace(self, message: Message) -> bool:
            """Let a newer one stand for all before it."""
            return isinstance(message, Duplicates.Looking)

    @dataclass
    class Found(Message):
        """All pairs, or why there are none."""

        pairs: list[Pair]
        error: str = ""

    KEYS = DUPLICATES
    """See `readinglist.tui.keymap`."""
    BINDINGS = bindings(DUPLICATES, priority=False)
    AUTO_FOCUS = "#pairs"

    listed = getters.query_one(PairList)
    """The pairs."""
    pair = getters.query_one(PaperPair)
    """The pair under the cursor."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__(library, config)
        self._pairs: tuple[Pair, ...] = ()
        self._shown: Pair | None = None
        self._done: list[_Deed] = []
        self.is_looking = True
        """Whether the pairs are still to come."""

    @property
    def merged(self) -> list[int]:
        """The papers that went into others."""
        return [deed.pairs[deed.place].second for deed in self._done if deed.merged]

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with Horizontal(id="duplicates-line"):
            yield Static("", id="duplicates-place", markup=False)
            yield ProgressBar(show_percentage=False, show_eta=False)
        with Horizontal(id="duplicates-body"):
            yield PairList(id="pairs", markup=False, compact=True)
            yield PaperPair()
        yield Static("", id="duplicates-message", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look for pairs."""
        self.query_one(KeyBar).show(footer(DUPLICATES, self._config.keys))
        self._show_place()
        self._look()

    @work(thread=True, group="duplicates")
    def _look(self) -> None:
        """Compare all papers in a thread, over a connection of its own."""
        worker = get_current_worker()

        def goes_on(done: int, of: int) -> bool:
            self.post_message(self.Looking(done, of))
            return not worker.is_cancelled

        try:
            with closing(self._library.sibling()) as library:
                self.post_message(self.Found(library.duplicates(goes_on)))
        except ReadingListError as error:
            self.post_message(self.Found([], str(error)))

    def on_duplicates_looking(self, message: Looking) -> None:
        """Move the bar."""
        self.query_one(ProgressBar).update(total=message.of or None, progress=message.done)

    def on_duplicates_found(self, message: Found) -> None:
        """Show the pairs."""
        self.is_looking = False
        self.query_one(ProgressBar).display = False
        if message.error:
            self._tell(message.error, "error")
        self._show(tuple(message.pairs))

    # --- what is shown

    def _reload(self, keep: bool = True) -> None:
        """Show the pair under the cursor as it is now; `keep` makes no difference."""
        self._show_place()
        self._shown = self._at_cursor()
        papers = self._papers()
        self.query_one("#duplicates-body").display = bool(self._pairs)
        message = self.query_one("#duplicates-message", Static)
        message.display = not papers
        self.pair.display = bool(papers)
        if papers:
            self.pair.show(*papers, proposed(*papers))
        elif self._pairs:
            message.update("One of the two is gone meanwhile.")
        elif not self.is_looking:
            message.update("That was all." if self._done else "No two papers look like one work.")

    def _show(self, pairs: tuple[Pair, ...], place: int = 0) -> None:
        """Show pairs, the cursor on one of them."""
        self._pairs = pairs
        self.listed.clear_options()
        self.listed.add_options(Option(_label(pair)) for pair in pairs)
        self.listed.highlighted = min(place, len(pairs) - 1) if pairs else None
        self._reload()
        if pairs:
            self.set_focus(self.listed)

    def _show_place(self) -> None:
        if self.is_looking:
            text = f"Duplicates · comparing {plural(self._library.count(), 'paper')}"
        elif self._pairs:
            place = (self.listed.highlighted or 0) + 1
            text = f"Duplicates · {place:,} of {plural(len(self._pairs), 'pair')}"
        else:
            text = "Duplicates"
        self.query_one("#duplicates-place", Static).update(text)

    @on(OptionList.OptionHighlighted, "#pairs")
    def _pair_follows(self) -> None:
        if self._at_cursor() is not self._shown:
            self._reload()

    def _at_cursor(self) -> Pair | None:
        place = self.listed.highlighted
        return None if place is None or not self._pairs else self._pairs[place]

    def _papers(self) -> tuple[Paper, Paper] | None:
        """Return the two papers of the pair under the cursor; none where one of them is gone."""
        pair = self._at_cursor()
        papers = self._library.papers([pair.first, pair.second]) if pair else []
        return (papers[0], papers[1]) if len(papers) == 2 else None

    def _current(self) -> Paper | None:
        """Return the paper that stays."""
        papers = self._papers()
        return papers[0] if papers else None

    # --- moving

    def action_switch(self) -> None:
        """Go from the pairs to the fields, and back."""
        fields = self.query_one(FieldList)
        self.set_focus(self.listed if fields.has_focus else fields)

    def action_move(self, by: int) -> None:
        """Move down or up in the list that one is in."""
        if isinstance(self.focused, OptionList):
            self.focused.action_cursor_down() if by > 0 else self.focused.action_cursor_up()

    def action_move_to(self, place: int) -> None:
        """Go to the first or the last line."""
        if isinstance(self.focused, OptionList):
            self.focused.action_first() if place == 0 else self.focused.action_last()

    # --- deciding

    @on(OptionList.OptionSelected, "#fields")
    def action_take(self) -> None:
        """Take the other value in the field under the cursor."""
        if not self.query_one(FieldList).has_focus:
            self.action_switch()
        elif not self.pair.toggle():
            self._tell("What both papers have is kept.")

    def action_merge(self) -> None:
        """Make one paper of the two."""
        papers = self._papers()
        if not papers:
            return
        try:
            step = self._library.merge_papers(papers[0].id, papers[1].id, self.pair.take)
        except ReadingListError as error:
            self._tell(str(error), "error")
            return
        self._tell(step.summary)
        self._save_soon()
        self._decided(papers[1].id)

    def action_apart(self) -> None:
        """Note that the two are two works."""
        papers = self._papers()
        if papers:
            self._library.keep_apart(papers[0].id, papers[1].id)
            self._decided()

    def _decided(self, gone: int | None = None) -> None:
        """Go on to the next pair; none is left with a paper that is gone."""
        place = self.listed.highlighted or 0
        self._done.append(_Deed(self._pairs, place, gone is not None))
        rest = self._pairs[:place] + self._pairs[place + 1 :]
        self._show(tuple(p for p in rest if gone not in (p.first, p.second)), place)

    def action_undo(self) -> None:
        """Take the last decision back, and go back to its pair."""
        if not self._done:
            self._tell("Nothing has been decided here yet.")
            return
        deed = self._done[-1]
        pair = deed.pairs[deed.place]
        try:
            if deed.merged:
                self._after_undo(self._library.undo())
            else:
                self._library.keep_apart(pair.first, pair.second, apart=False)
        except ReadingListError as error:
            self._tell(str(error), "warning")
            return
        self._done.pop()
        self._show(deed.pairs, deed.place)

    def _after_undo(self, step: Step) -> None:
        self._tell(f"Undone: {step.summary}")
        if step.left_out:
            self._tell(f"{plural(step.left_out, 'change')} left out: changed since.", "warning")
        self._save_soon()

    def action_help(self) -> None:
        """Show the keys."""
        from readinglist.tui.screens.help import help_of

        self.app.push_screen(help_of("On duplicates", DUPLICATES, self._config.keys))

    def action_close(self) -> None:
        """Go back to the list."""
        self.dismiss()


def _label(pair: Pair) -> Content:
    return Content.assemble(
        printable(readable(pair.title)), "\n  ", (pair.why, "$foreground-muted")
    )
