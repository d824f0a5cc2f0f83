"""The reading log: what was read, day by day and week by week, in plots.

opened -> figures, counted in a thread -> plots for the width there is; `h` `l` `[` `]` draw anew
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import getters, work
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from readinglist.domain.paper import Status
from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.services.statistics import month_labels, recent
from readinglist.tui import plots
from readinglist.tui.keymap import READING_LOG, bindings, footer
from readinglist.tui.screens.acting import Acting
from readinglist.tui.screens.leaving import Leaving
from readinglist.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.app import ComposeResult

    from readinglist.config import Config
    from readinglist.services.library import Library
    from readinglist.services.statistics import Statistics

_SPANS = (13, 26, 52, None)
"""So many weeks are shown, the last ones; None for all."""
_HEIGHT = 8
"""The lines of a plot with axes."""
_TAGS = 12
"""So many tags have a bar, the most used ones."""
_NARROWEST = 24
_NONE = "None in this time."
_ROWS = (("read", "added"), ("left", "waits"), ("priority", "tag"))
"""What stands side by side where there is room; the calendar above takes a row of its own."""


class ReadingLogScreen(Leaving[None]):
    """Plots of the reading; nothing can be changed here."""

    CSS_PATH = "reading_log.tcss"

    @dataclass
    class Counted(Message):
        """The figures are known."""

        known: Statistics

    @dataclass
    class NotCounted(Message):
        """The library can't be read."""

        error: ReadingListError

    BINDINGS = bindings(READING_LOG, priority=False)
    HORIZONTAL_BREAKPOINTS = Acting.HORIZONTAL_BREAKPOINTS

    body = getters.query_one("#log", VerticalScroll)
    """What is scrolled."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__()
        self._library = library
        self._config = config
        self._known: Statistics | None = None
        self._span = 1
        self._year = 0

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with VerticalScroll(id="log", can_focus=False):
            yield Static("Counting …", id="log-words", markup=False)
            yield Static("", id="plot-calendar", classes="plot", markup=False)
            for row in _ROWS:
                with Container(classes="plots"):
                    for name in row:
                        yield Static("", id=f"plot-{name}", classes="plot", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to count."""
        self.query_one(KeyBar).show(footer(READING_LOG, self._config.keys))
        self._count()

    @work(thread=True, group="statistics")
    def _count(self) -> None:
        """Count in a thread: of 100,000 papers it takes a while."""
        plots.load()
        try:
            with closing(self._library.sibling()) as library:
                self.post_message(self.Counted(library.statistics()))
        except ReadingListError as error:
            self.post_message(self.NotCounted(error))

    def on_reading_log_screen_counted(self, message: Counted) -> None:
        """Show the figures."""
        self._known = message.known
        self._year = message.known.today.year
        self._draw()

    def on_reading_log_screen_not_counted(self, message: NotCounted) -> None:
        """Say why there are none."""
        self.query_one("#log-words", Static).update(printable(str(message.error)))

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the room there is now."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        known = self._known
        if known is None:
            return
        self.query_one("#log-words", Static).update(_words(known))
        drawn = dict(self._plots(known)) if known.papers else {}
        for plot in self.query(".plot").results(Static):
            content = drawn.get((plot.id or "").removeprefix("plot-"))
            plot.display = content is not None
            plot.update(content or "")

    def _plots(self, known: Statistics) -> Iterator[tuple[str, Content]]:
        """Yield by its name what each plot shows; those that have nothing to show are left out."""
        full = max(_NARROWEST, self.body.scrollable_content_region.width - 2)
        width = full if self.has_class("-narrow") else (full - 4) // 2
        if known.read_on:
            yield "calendar", self._calendar(known, full)
        if known.weeks:
            yield from self._weekly(known, width)
        if known.days_to_read is not None:
            median = plural(math.ceil(known.days_to_read), "day")
            papers = [wait.papers for wait in known.waits]
            days = {place: wait.days for place, wait in enumerate(known.waits)}
            waits = plots.bars(papers, days, width, _HEIGHT)
            yield "waits", _titled("Days from import to read", f"half within {median}", waits)
        yield "priority", _titled("Read, by priority", "", plots.shares(known.priorities, width))
        if known.by_tag:
            tags = dict(list(known.by_tag.items())[:_TAGS])
            others = len(known.by_tag) - len(tags)
            note = f"the {_TAGS} most used of {plural(len(known.by_tag), 'tag')}" if others else ""
            yield "tag", _titled("Read, by tag", note, plots.shares(tags, width))

    def _weekly(self, known: Statistics, width: int) -> Iterator[tuple[str, Content]]:
        count = _SPANS[self._span]
        weeks, each = recent(known.weeks, count, width - len(f"{known.papers:,}") - 1)
        start = weeks[0].start
        is_all = count is None or count > len(known.weeks)
        note = f"since {start.day} {start:%B %Y}" if is_all else f"the last {count} weeks"
        labels = month_labels(weeks)
        read, added = [week.read for week in weeks], [week.added for week in weeks]
        if known.read_on:
            drawn = plots.bars(read, labels, width, _HEIGHT) if any(read) else _NONE
            yield "read", _titled(f"Read {each}", note, drawn)
        drawn = plots.bars(added, labels, width, _HEIGHT, plots.MUTED) if any(added) else _NONE
        yield "added", _titled(f"Added {each}", note, drawn)
        left = plots.line([week.left for week in weeks], labels, width, _HEIGHT, plots.MUTED)
        yield "left", _titled("Neither read nor skipped", note, left)

    def _calendar(self, known: Statistics, width: int) -> Content:
        year = {day: n for day, n in known.read_on.items() if day.year == self._year}
        note = f"{plural(sum(year.values()), 'paper')} on {plural(len(year), 'day')}"
        drawn = plots.calendar(known.read_on, self._year, known.today, width)
        return _titled(f"Read in {self._year}", note, drawn)

    # --- keys

    def action_span(self, by: int) -> None:
        """Show fewer weeks, or more."""
        self._span = max(0, min(len(_SPANS) - 1, self._span + by))
        self._draw()

    def action_year(self, by: int) -> None:
        """Show the calendar of another year, from the first reading to now."""
        if self._known:
            years = self._known.years
            self._year = max(years[0], min(years[-1], self._year + by))
            self._draw()

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.body.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, direction: int) -> None:
        """Scroll by half of what is in view."""
        self.body.scroll_relative(y=direction * self.body.size.height // 2, animate=False)

    def action_scroll_to(self, place: int) -> None:
        """Scroll to the beginning or to the end."""
        if place:
            self.body.scroll_end(animate=False)
        else:
            self.body.scroll_home(animate=False)

    def action_help(self) -> None:
        """Show the keys."""
        from readinglist.tui.screens.help import help_of

        self.app.push_screen(help_of("In the reading log", READING_LOG, self._config.keys))

    def action_close(self) -> None:
        """Go back to the list."""
        self.dismiss()


def _words(known: Statistics) -> str:
    if not known.papers:
        return "Your reading list is empty: there is nothing to plot yet. Esc, then i imports."
    counts = [plural(known.papers, "paper")]
    counts += [f"{known.by_status[status]:,} {status}" for status in Status]
    line = " · ".join(counts)
    if known.read_on:
        return line
    return f"{line}\n\nNo reading is on record yet. Mark a paper read with r, and the log begins."


def _titled(title: str, note: str, drawn: Content | str) -> Content:
    gap = " · " if note else ""
    return Content.assemble(
        (title, "bold $foreground"), (f"{gap}{note}", plots.MUTED), "\n\n", drawn
    )
