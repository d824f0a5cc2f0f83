"""The tour: what there is to know at the first start, in five short steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from readinglist.tui.dialog_keys import TOUR
from readinglist.tui.keymap import LIBRARY, bindings, displayed
from readinglist.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult

STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Papers come in",
        "Import the page that you found them on, or a .bib file. Importing again "
        "never overwrites what you did.",
        ("import", "triage"),
    ),
    (
        "You find them again",
        "Type what you half remember, misspelt or cut short. tag:, author: and year: narrow it.",
        ("search", "back", "view"),
    ),
    (
        "You say what matters",
        "A key marks the paper under the cursor, or all those that are chosen.",
        ("paper.read", "priority.high", "tags", "choose"),
    ),
    (
        "You write, and you cite",
        "Notes are Markdown. BibTeX goes out so that it compiles.",
        ("note", "export", "copy.key"),
    ),
    (
        "Nothing is lost",
        "Every change can be taken back, after a restart, too. git merges your machines.",
        ("undo", "sync", "help"),
    ),
)
"""Each step: its title, what it tells, and the keys that it shows."""


class Tour(Dialog[None]):
    """Five steps; it can be left at each of them."""

    KEYS = TOUR
    BINDINGS = bindings(TOUR)

    def __init__(self, remapped: Mapping[str, str]) -> None:
        """Prepare the tour; `remapped` are the keys of the configuration."""
        super().__init__()
        self._remapped = remapped
        self._place = 0

    def compose(self) -> ComposeResult:
        """Show a step."""
        with Vertical(classes="dialog", id="tour"):
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Begin at the first step."""
        self._show()

    def _show(self) -> None:
        title, text, ids = STEPS[self._place]
        dialog = self.query_one("#tour", Vertical)
        dialog.border_title = f"Welcome · {self._place + 1} of {len(STEPS)}"
        is_last = self._place + 1 == len(STEPS)
        dialog.border_subtitle = self.edge(
            f"{{tour.next}} {'begin' if is_last else 'next'} · {{tour.before}} back · "
            "{tour.skip} skip"
        )
        lines = [Content.styled(title, "bold $text-primary"), Content(""), Content(text)]
        lines.append(Content(""))
        registry = {key.id: key for key in LIBRARY}
        for key in map(registry.__getitem__, ids):
            keys = displayed(self._remapped.get(key.id, key.keys)).split()[0]
            name = Content.styled(f"{keys:>6}", "bold $text-accent")
            lines.append(Content.assemble(name, f"   {key.help}"))
        self.query_one(Static).update(Content("\n").join(lines))

    def action_go(self, by: int) -> None:
        """Show the next step, or the one before; behind the last one it is over."""
        self._place = max(0, self._place + by)
        if self._place == len(STEPS):
            self.dismiss(None)
        else:
            self._show()

    def on_click(self, event: events.Click) -> None:
        """Go on."""
        event.stop()
        self.action_go(1)
