"""What a change of many papers would do, before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Static

from readinglist.domain.text import plural, printable
from readinglist.tui.dialog_keys import BULK
from readinglist.tui.keymap import bindings
from readinglist.tui.presentation import as_markup
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.widgets.paper_list import PaperList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from readinglist.domain.paper import Paper


class BulkPreview(Dialog[bool]):
    """Shows the papers that would change, all of them, and how; True to do it."""

    KEYS = BULK
    BINDINGS = bindings(BULK)

    def __init__(
        self,
        deed: str,
        effects: Sequence[str],
        papers: Sequence[int],
        fetch: Callable[[list[int]], list[Paper]],
    ) -> None:
        """Prepare to ask.

        Args:
            deed: what is to be done.
            effects: what will change, a line each.
            papers: whom it is done to.
            fetch: gives the papers of ids.
        """
        super().__init__()
        self._deed = deed
        self._effects = effects
        self._papers = papers
        self._fetch = fetch

    def compose(self) -> ComposeResult:
        """Show what changes, and whom."""
        with Vertical(classes="dialog wide") as dialog:
            title = f"{self._deed}: {plural(len(self._papers), 'paper')}"
            dialog.border_title = as_markup(title)
            dialog.border_subtitle = self.edge(
                "{bulk.do} do it · {bulk.down} {bulk.up} look through · {bulk.close} back"
            )
            if self._effects:
                yield Static("\n".join(map(printable, self._effects)), id="effects", markup=False)
            yield PaperList(("status", "priority", "title", "tags"), self._fetch)

    def on_mount(self) -> None:
        """Show the papers."""
        self.query_one(PaperList).show(self._papers, None, keep=False)
        self.set_focus(self.query_one(PaperList))

    def action_move(self, by: int) -> None:
        """Move down or up."""
        self.query_one(PaperList).move(by)

    def action_move_to(self, place: int) -> None:
        """Go to the first or the last one."""
        self.query_one(PaperList).move_to(place)

    def action_page(self, direction: int) -> None:
        """Move by half a page."""
        self.query_one(PaperList).move_page(direction)


def replaced(before: Mapping[str, int], value: str) -> list[str]:
    """Return in words what happens to papers that get a value.

    Args:
        before: how many of them have which value now.
        value: what all will have.
    """
    lines = [f"{n:,} {old} → {value}" for old, n in before.items() if old != value]
    return [*lines, *_unchanged(before.get(value, 0))]


def tagged(
    tags: Mapping[str, int], of: int, add: Sequence[str], remove: Sequence[str]
) -> list[str]:
    """Return in words what happens to papers that get tags and lose some.

    Args:
        tags: how many of them have which tag now.
        of: how many they are.
        add: the tags that they get.
        remove: the tags that they lose.
    """
    lines = [f"+ {tag}: {plural(of - tags.get(tag, 0), 'paper')}" for tag in add]
    return [*lines, *(f"- {tag}: {plural(tags.get(tag, 0), 'paper')}" for tag in remove)]


def _unchanged(count: int) -> list[str]:
    return [f"{count:,} as {'it is' if count == 1 else 'they are'}"] if count else []
