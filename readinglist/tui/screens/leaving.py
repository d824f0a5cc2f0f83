"""How a screen is left: once, and with what stands over it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual import work
from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.css.query import NoMatches
from textual.screen import Screen, ScreenResultType

from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Mount


class Leaving(Screen[ScreenResultType]):
    """A screen that can be left at any time.

    Textual takes away whatever screen is on top. That is another one where a key is pressed
    twice before the first time was seen to, or where a thread is done while one looks into the
    palette.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go away with a result, and with all that stands over this; once."""
        stack = self.app.screen_stack
        if self not in stack:
            return AwaitComplete()
        for above in reversed(stack[stack.index(self) + 1 :]):
            above.dismiss()
        return super().dismiss(result)

    def on_unmount(self) -> None:
        """Let go of what was on this screen.

        The app holds each text area, with all that is in it and may be undone, until the theme
        changes next: they follow the theme. And Textual's cache of backgrounds holds, for as
        many as 1,024 widgets that are gone, all lines as they were drawn.
        """
        for watchers in getattr(self.app, "__watchers", {}).values():
            watchers[:] = [(one, call) for one, call in watchers if not one._closing]
        StylesCache.get_inner_outer.cache_clear()


class Commands(CommandList, OptionList, can_focus=False):
    """What is found."""


class Palette(CommandPalette, Leaving[None]):  # Textual's styles are those of the first one
    """Finds anything by its name."""

    def on_mount(self, event: Mount) -> None:
        """Begin, unless this was left before: Esc may come right behind the key that shows it."""
        if self not in self.app.screen_stack:
            event.prevent_default()

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        """Look for commands; where this is left meanwhile, there is no list to show them in."""
        with suppress(NoMatches):
            await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]

    def compose(self) -> ComposeResult:
        """Lay out Textual's palette, with a list that bears changes."""
        for widget in super().compose():
            yield Commands() if isinstance(widget, CommandList) else widget
