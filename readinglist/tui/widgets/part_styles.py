"""The styles of a widget's parts, as the stylesheet gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

if TYPE_CHECKING:
    from textual.widget import Widget

NOTE_PARTS = tuple(
    f"note--{kind}"
    for kind in (
        *("heading", "quote", "marker", "bold", "italic", "code", "math", "link", "address"),
        "key",
    )
)
"""The component classes of a note's parts, one for each of `domain.markdown.KINDS`."""


class PartStyles:
    """Looks up the styles of component classes, each once until the stylesheet changes."""

    def __init__(self, widget: Widget, prefix: str) -> None:
        """Look up parts of `widget`; the part `x` has the component class `prefix--x`."""
        self._widget = widget
        self._prefix = prefix
        self._known: dict[str, Style] = {}

    def __getitem__(self, name: str) -> Style:
        """Return what the part adds to the style around it."""
        if name not in self._known:
            component = f"{self._prefix}--{name}"
            style = self._widget.get_component_rich_style(component, partial=True)
            color = self._widget.get_component_styles(component).color
            if color.a < 1:  # rich knows no transparency: blend it here
                _, background = self._widget.background_colors
                style += Style(color=(background + color).rich_color)
            self._known[name] = style
        return self._known[name]

    def forget(self) -> None:
        """Look all up anew: the stylesheet or the theme has changed."""
        self._known.clear()
