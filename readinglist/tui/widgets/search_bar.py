"""The search bar: it completes what is typed, recalls earlier queries, marks what is wrong.

letter -> shown -> what may stand at the cursor -> the offers under the bar, if there are any
Tab, a click -> the offer is in the line            Esc -> no offers until the next letter
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.highlighter import Highlighter
from textual import events, on
from textual.binding import Binding
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from readinglist.domain.completion import Place, Values, nearest_field, place_at
from readinglist.domain.query import parse_query
from readinglist.domain.text import fold
from readinglist.tui.widgets.offers import Offer, Offers
from readinglist.tui.widgets.part_styles import PartStyles
from readinglist.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.text import Text
    from textual.binding import BindingType


class SearchBar(TextLine):
    """A line for a query."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("up", "earlier", "Earlier queries", show=False),
        Binding("down", "later", "Later queries, then the list", show=False),
    ]
    """Beside those of any line of text."""

    @dataclass
    class ValuesWanted(Message):
        """What a filter by a field may ask for is not known yet, or may have changed."""

        field: str

    @dataclass
    class ValuesKnown(Message):
        """The answer to `ValuesWanted`, from whom knows."""

        field: str
        values: Values

    def __init__(
        self,
        earlier: Callable[[], Sequence[str]],
        changed: Callable[[], object],
        done: Callable[[], object],
        placeholder: str = "",
    ) -> None:
        """Make an empty line.

        Args:
            earlier: gives the queries that were used before, last used last.
            changed: called when the line is another one, before it is drawn: what comes of it
                at once is drawn with it. A message would arrive a frame later.
            done: called when one is done with the query, and goes on to what was found.
            placeholder: what stands in it while it is empty.
        """
        super().__init__(
            id="search",
            placeholder=placeholder,
            compact=True,
            suggester=_FieldNames(),
            highlighter=_Problems(PartStyles(self)),
        )
        self._earlier = earlier
        self._changed = changed
        self._done = done
        self._latest_key: events.Key | None = None
        self._is_last_key = True
        self._trail: list[str] = []
        self._step = 0
        self._values: dict[str, Values] = {}
        self._asked: set[str] = set()
        self._place: Place | None = None
        self._settled = ""
        self._offers = Offers(self._take)

    def dismiss_offers(self) -> bool:
        """Offer nothing more until the text changes; return whether there were offers."""
        self._settled = self.value
        return self._offers.close()

    # --- completing

    @on(Input.Changed)
    def _offer_soon(self) -> None:
        self.call_after_refresh(self._offer)

    def on_search_bar_values_known(self, message: ValuesKnown) -> None:
        """Offer what has become known."""
        self._values[message.field] = message.values
        self._offer()

    def watch_value(self) -> None:
        """Tell that the line is another one, once all is in it that has been typed by now."""
        if not self.is_mounted:
            return
        if self._is_last_key:
            self._changed()
        else:
            self.call_later(self._changed)

    def post_message(self, message: Message) -> bool:
        """Note the key that was pressed last: others may wait to be handled before it."""
        if isinstance(message, events.Key):
            self._latest_key = message
        return super().post_message(message)

    async def on_key(self, event: events.Key) -> None:
        """Handle keys in the order in which they were pressed.

        Textual would put letters into the line at once, and do what other keys are bound to when
        the app has looked them up, behind letters that were typed after them.
        """
        self._is_last_key = event is self._latest_key
        action = _ACTIONS.get(event.key)
        if self.screen.focused is not self:  # a key before this one has led elsewhere
            self.app.post_message(events.Key(event.key, event.character))
        elif action:
            await self.run_action(action)
        else:
            return
        event.stop()
        event.prevent_default()

    def watch_selection(self) -> None:
        """Offer what fits where the cursor is now."""
        if self._offers.is_open:
            self.call_after_refresh(self._offer)

    def _offer(self) -> None:
        """Offer what may stand at the cursor, once the letter that was typed is shown."""
        typing = self.has_focus and self.value != self._settled
        self._place = place_at(self.value, self.cursor_position) if typing else None
        field = self._place.field if self._place else ""
        if self._place is None or not field:
            self._offers.close()
            return
        if field not in self._asked:
            self._asked.add(field)
            self.post_message(self.ValuesWanted(field))
        values = self._values.get(field)
        offers = values.offers(self._place) if values else []
        if offers and not self._offers.is_attached:
            self.screen.mount(self._offers)
        left = self.content_region.x - self.scroll_offset.x
        left += cell_len(self.value[: self._place.start])
        shown = [Offer(value, f"{count:,}") for value, count in offers]
        self._offers.show(shown, left, self.region.bottom, is_numbers=True)

    def _take(self, value: str) -> None:
        """Put an offer into the line."""
        if self._place:
            self._settled, cursor = self._place.completed(value)
            self.value = self._settled
            self.cursor_position = cursor
        self._offers.close()

    def action_complete(self) -> None:
        """Take the highlighted offer, or the name of a field; else go on to the list."""
        self._offer()  # the letter before may have come this moment
        if self._offers.is_open:
            self._offers.take()
        elif self._place and not self._place.field and (field := nearest_field(self._place)):
            self.value, self.cursor_position = self._place.completed(field)
        elif self._place is None or not self._place.field:
            self._done()

    async def action_submit(self) -> None:
        """Take the offer that was gone to, else be done with the query."""
        if self._offers.is_open and self._offers.was_moved:
            self._offers.take()
        else:
            self.dismiss_offers()
            self._done()

    def on_focus(self) -> None:
        """Ask anew for what is known: it may have changed meanwhile."""
        self._asked.clear()

    def on_blur(self) -> None:
        """Offer nothing to those who have gone."""
        self._offers.close()

    # --- earlier queries

    def action_earlier(self) -> None:
        """Go up in the offers, or to the query before, of those that begin as was typed."""
        if self._offers.is_open:
            self._offers.move(-1)
            return
        if not self._trail or self.value != self._trail[self._step]:
            begin = fold(self.value[: min(self.selection)])
            fitting = [q for q in reversed(self._earlier()) if fold(q).startswith(begin)]
            self._trail = [self.value, *(query for query in fitting if query != self.value)]
            self._step = 0
        self._go(min(self._step + 1, len(self._trail) - 1))

    async def action_later(self) -> None:
        """Go down in the offers, or to the query after, or to the list."""
        if self._offers.is_open:
            self._offers.move(1)
        elif self._step and self.value == self._trail[self._step]:
            self._go(self._step - 1)
        else:
            await self.action_submit()

    def _go(self, step: int) -> None:
        self._step = step
        self._settled = self.value = self._trail[step]
        self.cursor_position = len(self.value)

    def notify_style_update(self) -> None:
        """Take up new styles, as after a change of theme."""
        super().notify_style_update()
        if isinstance(self.highlighter, _Problems):
            self.highlighter.styles.forget()


_ACTIONS = {
    key: binding.action
    for kind in (Input, SearchBar)
    for binding in kind.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""What keys do that write no letter."""


class _FieldNames(Suggester):
    """Suggests the field that the last word may be the beginning of."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` with the rest of the field's name."""
        place = place_at(value, len(value))
        field = nearest_field(place) if place and not place.field else None
        return value + f"{field}:"[len(place.typed) :] if place and field else None


class _Problems(Highlighter):
    """Marks what of a query is not understood."""

    def __init__(self, styles: PartStyles) -> None:
        self.styles = styles

    def highlight(self, text: Text) -> None:
        """Mark it in place."""
        for problem in parse_query(text.plain).problems:
            text.stylize(self.styles["problem"], problem.start, problem.end)
