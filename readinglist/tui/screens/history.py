"""A paper's life: what was done to it, and the way back to an old value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from readinglist.domain.change import SOURCE, WHOLE_PAPER, Action, Change, describe
from readinglist.domain.difference import DiffLine, differing_lines, parts_that_differ
from readinglist.domain.text import printable, printable_block
from readinglist.errors import ReadingListError
from readinglist.services.changing import Step
from readinglist.services.past_values import past_values
from readinglist.tui.dialog_keys import HISTORY
from readinglist.tui.keymap import bindings
from readinglist.tui.presentation import BREAKPOINTS, as_markup
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from readinglist.domain.paper import Paper
    from readinglist.services.library import Library

_SHORT = 60
"""Values of at most so many letters are shown one under the other, longer ones as a difference."""
_MOST_SHOWN = 20_000
"""Letters of a value: a note may be a book, and all of what is shown is laid out at once."""
_SIGN_STYLES = {"-": "$text-error", "+": "$text-success", " ": ""}


class _Entries(OptionList):
    """The entries: a click highlights one, a double click selects it."""

    async def _on_click(self, event: events.Click) -> None:
        event.prevent_default()  # it would select at once
        clicked = event.style.meta.get("option")
        if clicked is not None:
            self.highlighted = clicked
            if event.chain == 2:
                self.action_select()


class History(Dialog[Step | None]):
    """Lists what was done to a paper, and brings one old value back; None if none was."""

    CSS_PATH = ["dialog.tcss", "history.tcss"]  # noqa: RUF012 - as in Screen

    KEYS = HISTORY
    BINDINGS = bindings(HISTORY)
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    """From 110 columns on the values stand beside the list."""

    def __init__(self, library: Library, paper: Paper) -> None:
        super().__init__()
        self._library = library
        self._paper = paper
        self._changes = library.history_of(paper.id, None)

    def compose(self) -> ComposeResult:
        """Lay out the entries, and the values of the one under the cursor."""
        with Vertical(classes="dialog wide", id="life") as dialog:
            # Titles are text: a border's title would read [brackets] as markup.
            dialog.border_title = f"The life of {as_markup(self._paper.title)}"
            dialog.border_subtitle = self.edge(
                "{life.bring_back} bring the old value back · "
                "{life.scroll_down} {life.scroll_up} scroll it · {life.close} back"
            )
            with Container():
                yield _Entries(*(Option(_line(c)) for c in self._changes), markup=False)
                with VerticalScroll(can_focus=False):
                    yield Static("", markup=False, id="past-value")

    def on_mount(self) -> None:
        """Begin with the latest entry."""
        entries = self.query_one(OptionList)
        if self._changes:
            entries.highlighted = 0
        else:
            self.query_one("#past-value", Static).update("Nothing is known of it.")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the values of an entry."""
        self.query_one("#past-value", Static).update(_values(self._changes[event.option_index]))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def on_option_list_option_selected(self) -> None:
        """Bring back, by Enter or a double click."""
        self.action_bring_back()

    def action_bring_back(self) -> None:
        """Give the paper the value that it had before the entry under the cursor."""
        place = self.query_one(OptionList).highlighted
        if place is None:
            return
        try:
            step = self._library.restore(self._changes[place])
        except ReadingListError as error:
            self._tell(str(error), "warning")
            return
        if step.papers:
            self.dismiss(step)
        else:
            self._tell("The paper has that value already.")

    def action_cursor(self, by: int) -> None:
        """Move down or up."""
        entries = self.query_one(OptionList)
        entries.action_cursor_down() if by > 0 else entries.action_cursor_up()

    def action_scroll(self, direction: int) -> None:
        """Scroll a long value by half of what is in view."""
        pane = self.query_one(VerticalScroll)
        pane.scroll_relative(y=direction * max(1, pane.size.height // 2), animate=False)

    def _tell(self, text: str, severity: str = "information") -> None:
        self.notify(
            printable(text),
            severity=severity,  # type: ignore[arg-type]  # one of Textual's three words
            markup=False,
        )


def _when(change: Change) -> str:
    return change.at[:16].replace("T", " ")


def _line(change: Change) -> Content:
    machine = f"  {printable(change.machine_name)}" if change.machine_name else ""
    return Content.assemble(
        (f"{_when(change):16}  ", "$foreground-muted"),
        printable(describe(change)),
        (machine, "$foreground-muted"),
    )


def _values(change: Change) -> Content:
    """Return all of an entry: what it did, when and where, the value before and the one after."""
    where = f" on {change.machine_name}" if change.machine_name else ""
    old, new = (printable_block(value).rstrip("\n") for value in past_values(change))
    old, new = parts_that_differ(old, new, _MOST_SHOWN)
    if change.field == SOURCE:  # its number says nothing
        old = new = ""
    is_value = (old or new) and change.field != WHOLE_PAPER
    what = change.field.replace("_", " ") if is_value else describe(change)
    parts: list[Content | str | tuple[str, str]] = [
        (printable(what), "bold"),
        (f"\n{printable(_when(change) + where)}\n", "$foreground-muted"),
    ]
    if old and new and ("\n" in old + new or max(len(old), len(new)) > _SHORT):
        parts += ["\n", Content("\n").join(_diff_line(line) for line in differing_lines(old, new))]
    elif old or new:
        after = "elsewhere" if change.action == Action.CONFLICT else "after"
        for label, value in (("before", old), (after, new)):
            parts += [(f"\n{label}\n", "$foreground-muted"), f"{value or 'nothing'}\n"]
    return Content.assemble(*parts)


def _diff_line(line: DiffLine) -> Content:
    content = Content(f"{line.sign} {line.text}").stylize(_SIGN_STYLES[line.sign])
    for start, end in line.spans:
        content = content.stylize("bold underline", start + 2, end + 2)
    return content
