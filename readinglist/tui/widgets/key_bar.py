"""The keys that matter where one is, in one line; a click does what the key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence


class KeyBar(Static):
    """A line of keys, each with a word for what it does."""

    def __init__(self) -> None:
        super().__init__(id="keys", markup=False)

    def show(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Show `keys`: each as written, its label, and the action that a click calls."""
        parts = []
        for key, label, action in keys:
            name = Content.styled(key, "bold $footer-key-foreground")
            text = Content.assemble(" ", name, f" {label} ")
            click = Style.from_meta({"@click": f"screen.{action}"})
            parts.append(text.stylize(click) if action else text)
        self.update(Content(" ").join(parts), layout=False)
