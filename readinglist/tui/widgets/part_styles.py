"""How the parts of a text look: what matched, a label, a link, the line of the cursor.

They are no component classes of Textual's: of these, each widget works out all, each time that
its own style changes, which took a tenth of the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.style import Style as Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.widget import Widget

LOOKS = {
    "cursor": "bold auto on $primary",
    "cursor-away": "bold on $primary-background",
    "cursor-colorless": "bold reverse",
    "chosen": "$accent",
    "title": "bold $text-primary",
    "muted": "$foreground-muted",
    "excerpt": "italic $foreground-muted",
    "link": "$text-accent",
    "match": "bold underline $text-warning",
    "match-here": "bold underline",
    "problem": "underline $text-error",
    "holds": "$text-warning",
    "high": "bold $text-error",
    "medium": "$text-warning",
    "low": "$text-success",
}
"""The looks of parts, in the words of Textual's markup, with the variables of the theme."""

NOTE_LOOKS = {
    "heading": "bold $text-primary",
    "quote": "italic $foreground-muted",
    "marker": "bold $text-primary",
    "bold": "bold",
    "italic": "italic",
    "code": "$text-success",
    "math": "$text-secondary",
    "link": "$text-accent",
    "address": "$text-accent",
    "key": "underline $text-warning",
}
"""The looks of a note's parts, one for each of `domain.markdown.KINDS`."""


class PartStyles:
    """Makes styles of looks, each once for a theme."""

    def __init__(self, widget: Widget, looks: Mapping[str, str] = LOOKS) -> None:
        """Make the styles of parts of `widget`."""
        self._widget = widget
        self._looks = looks
        self._known: dict[str, Style] = {}

    def __getitem__(self, name: str) -> Style:
        """Return what the part adds to the style around it."""
        if name not in self._known:
            # In a thread there is no active app to have the variables from.
            look = Look.parse(self._looks[name], self._widget.app.theme_variables)
            style, color = look.rich_style, look.foreground
            if color and not look.background and color.a < 1:
                # Rich knows no transparency: blend it here.
                _, background = self._widget.background_colors
                style += Style(color=(background + color).rich_color)
            self._known[name] = style
        return self._known[name]

    def forget(self) -> None:
        """Make all anew: the theme has changed."""
        self._known.clear()
