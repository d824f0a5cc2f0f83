"""What is shown, and how: views, the side bar, the order of the list, its columns."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual import getters, on, work
from textual.message import Message
from textual.worker import get_current_worker

from readinglist.domain.query import joined
from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.services.finding import SORT_NAMES, VIEWS, View, tag_view
from readinglist.tui.keymap import displayed
from readinglist.tui.presentation import sort_label
from readinglist.tui.screens.acting import Acting
from readinglist.tui.widgets.list_header import ListHeader
from readinglist.tui.widgets.paper_list import PaperList
from readinglist.tui.widgets.view_bar import Row, ViewBar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.timer import Timer

    from readinglist.config import Config
    from readinglist.services.app_memory import AppState
    from readinglist.services.finding import Found
    from readinglist.services.kept_views import KeptViews
    from readinglist.services.library import Library

_COUNT_AFTER = 0.3
"""Seconds from a change to the counting of what the views have."""
_ROOM_FOR_SIDE_BAR = 150
"""From so many columns on, the side bar is there unless it was folded away."""
_WITH_KEYS = 9
"""So many views have a key."""


class Viewing(Acting):
    """Chooses what the list shows."""

    @dataclass
    class Counted(Message):
        """It is known how many papers the views have."""

        counts: Mapping[str, int]

    papers = getters.query_one(PaperList)
    """The list."""
    views = getters.query_one(ViewBar)
    """The side bar."""

    _found: Found
    """What the list shows."""

    def __init__(self, library: Library, config: Config, views: KeptViews) -> None:
        super().__init__(library, config)
        self._views = views
        self._state: AppState = library.memory.state()
        self._view = self._first_view()
        self._sort: str | None = self._state.sort if not config.view else None
        self._at = self._state.paper
        self._count_timer: Timer | None = None
        self._is_counting = False
        self._counting: Library | None = None

    def on_unmount(self) -> None:
        """Count no more: of a million papers it may take a while."""
        if self._counting:
            self._counting.interrupt()

    def _show_view(self, view: View, text: str = "") -> None:
        """Ask for the papers of a view, as far as they answer a text."""
        raise NotImplementedError

    def _query(self) -> str:
        """Return what is typed in the search bar."""
        raise NotImplementedError

    def _first_view(self) -> View:
        """Return the view to begin with: the configuration's, or that in which one left."""
        if self._config.view:
            return self._views.named(self._config.view)
        name = self._state.view or "all"
        if name.startswith("tag:"):
            return tag_view(name.removeprefix("tag:"))
        try:
            return self._views.named(name)
        except ReadingListError:  # it was deleted meanwhile
            return VIEWS["all"]

    def _remember(self, **changed: Any) -> None:
        """Remember how the user wants the app to look."""
        state = replace(self._state, **changed)
        if state != self._state:
            self._state = state
            self._library.memory.keep(state)

    def _remember_place(self) -> None:
        """Remember what is shown, and the paper under the cursor."""
        name = None if self._view.like is not None else self._view.name
        self._remember(view=name, sort=self._sort, paper=self._at, theme=self.app.theme)

    # --- the order

    def action_sort(self) -> None:
        """Choose the order of the list."""
        from readinglist.tui.screens.dialogs import Choose, Item

        items = [Item("", "best match first when searching, else the view's own order")]
        items += [Item(name, sort_label(name)) for name in SORT_NAMES]
        now = (self._sort or "").removeprefix("-")

        def sort(answer: str | None) -> None:
            if answer == "":
                self._sort_by(None)
            elif answer is not None:
                self._sort_or_turn(answer)

        self.app.push_screen(Choose("Sort by (again: turned round)", items, now), sort)

    @on(ListHeader.Clicked)
    def _header_clicked(self, message: ListHeader.Clicked) -> None:
        self._sort_or_turn(message.sort)

    def _sort_or_turn(self, sort: str) -> None:
        """Sort the list so, or the other way round if it is sorted so."""
        self._sort_by(f"-{sort}" if self._found.sort == sort else sort)

    def _sort_by(self, sort: str | None) -> None:
        self._sort = sort
        self._reload()

    # --- the columns

    def action_columns(self) -> None:
        """Choose the columns and their order."""
        from readinglist.tui.screens.columns import ChooseColumns

        def show(columns: Sequence[str] | None) -> None:
            if columns is not None:
                self._remember(columns=None if columns == self._config.columns else [*columns])
                self._show_columns()

        dialog = ChooseColumns(self._wanted_columns(), self._config.columns)
        self.app.push_screen(dialog, show)

    def _wanted_columns(self) -> tuple[str, ...]:
        from readinglist.config import COLUMNS

        own = [name for name in self._state.columns or () if name in COLUMNS]
        return tuple(dict.fromkeys(own)) if "title" in own else self._config.columns

    def _columns(self) -> tuple[str, ...]:
        """Return the columns of the view: what is to be read next says why."""
        columns = self._wanted_columns()
        if self._view.name != "next" or "why" in columns:
            return columns
        place = columns.index("title") + 1
        return (*columns[:place], "why", *columns[place:])

    def _show_columns(self) -> None:
        self.papers.show_columns(self._columns())
        self._show_header()

    @on(PaperList.Laid)
    def _show_header(self) -> None:
        self.query_one(ListHeader).show(self._found.sort)

    # --- the views

    def action_view(self) -> None:
        """Choose a view."""
        from readinglist.tui.screens.views import ChooseView

        choice = ChooseView(self._library, self._views, self._view.name, self._config.view)

        def show(name: str | None) -> None:
            if name is not None:
                self._show_view(choice.views[name], self._query())
            self._show_side_bar()

        self.app.push_screen(choice, show)

    def action_keep_view(self) -> None:
        """Keep the query as a view."""
        from readinglist.tui.screens.views import KeepView

        query = joined(self._view.query, self._query())
        if not query and not self._sort:
            self._tell("There is no query to keep yet: / begins one.")
            return
        keeping = KeepView(self._views, self._view, query, self._found.sort)

        def show(name: str | None) -> None:
            if name is not None:
                self._show_view(keeping.view)
                self._show_side_bar()
                self._tell(f"Kept as the view “{keeping.view.label}”; v shows it again.")

        self.app.push_screen(keeping, show)

    def action_open_view(self, place: int) -> None:
        """Open one of the views of the side bar, counted from 1, were it folded away."""
        names = [row.name for row in self.view_rows()]
        if place <= len(names):
            self.open_view(names[place - 1])
        else:
            self._tell(f"There are {len(names)} views; V keeps a query as one more.")

    def view_rows(self) -> list[Row]:
        """Return the views of the side bar, with their keys, were it folded away."""
        return [row for group in self._groups() for row in group]

    def open_view(self, name: str) -> None:
        """Show the papers of a view of the side bar."""
        try:
            view = (
                tag_view(name.removeprefix("tag:"))
                if name.startswith("tag:")
                else self._views.named(name)
            )
        except ReadingListError as error:
            self._tell(str(error), "error")
        else:
            self._show_view(view)

    def action_star(self) -> None:
        """Give the tag that is shown, or one that is asked for, a place in the side bar."""
        from readinglist.tui.screens.dialogs import Choose, Item

        tags = self._library.tags()
        if not tags:
            self._tell("There is no tag yet: t sets some.")
            return
        starred = self._state.starred or []
        items = [Item(tag, f"{'*' if tag in starred else ' '} {printable(tag)}") for tag, _ in tags]

        def star(tag: str | None) -> None:
            if tag is not None:
                kept = [one for one in starred if one != tag]
                self._remember(starred=kept if tag in starred else [*kept, tag])
                self._show_side_bar()

        self.app.push_screen(Choose("Tag for the side bar (again: out)", items), star)

    def _tell_wrong_views(self) -> None:
        """Say why the user's own views are not there, if their file can't be used."""
        try:
            self._views.all()
        except ReadingListError as error:
            told = f"Your own views come back when their file is mended: {error}"
            self._tell(told, "warning", seconds=15)

    # --- the side bar

    def action_side_bar(self) -> None:
        """Unfold the side bar and go there, or fold it away."""
        is_there = self.views.display
        self._remember(side_bar=not is_there)
        self.views.display = not is_there
        if is_there:
            self.set_focus(self.papers)
        else:
            self._show_side_bar()
            self.set_focus(self.views)

    def on_resize(self) -> None:
        """Let the side bar come and go with the room for it, unless the user has said which."""
        if self.views.display != self._wants_side_bar:
            if self.views.has_focus:
                self.set_focus(self.papers)
            self.views.display = self._wants_side_bar
            self._show_side_bar()

    @property
    def _wants_side_bar(self) -> bool:
        if self._state.side_bar is None:
            return self.app.size.width >= _ROOM_FOR_SIDE_BAR
        return self._state.side_bar

    def _show_side_bar(self) -> None:
        """Show the views as they are now, if the side bar is unfolded."""
        if self.views.display:
            self.views.show(self._groups(), self._view.name)
            self.views.count({**(self._state.counts or {}), **self._library.known_counts()})
            self._count_soon()

    def _groups(self) -> list[list[Row]]:
        """Return the views of the side bar: of each library, of one's own, starred tags."""
        kept: Mapping[str, View] = {}
        with suppress(ReadingListError):  # told at the start, and when they are to be chosen from
            kept = self._views.all()
        starred = (tag_view(tag) for tag in self._state.starred or ())
        groups = (VIEWS.values(), kept.values(), starred)
        keys = [self._config.keys.get(f"view.{n + 1}", f"f{n + 1}") for n in range(_WITH_KEYS)]
        left = iter(displayed(key).split()[0] for key in keys)
        return [[Row(view.name, view.label, next(left, "")) for view in group] for group in groups]

    @on(ViewBar.Opened)
    def _view_opened(self, message: ViewBar.Opened) -> None:
        self.open_view(message.name)
        self.set_focus(self.papers)

    def _count_soon(self) -> None:
        """Count what the views have once nothing changes any more."""
        if not self.views.display:
            return
        if self._count_timer:
            self._count_timer.stop()
        self._is_counting = True
        self._count_timer = self.set_timer(_COUNT_AFTER, self._count)

    @work(thread=True, exclusive=True, group="count")
    def _count(self) -> None:
        """Count in a thread: each view is a search."""
        from readinglist.services.view_counts import counted

        worker = get_current_worker()
        counts: dict[str, int] = {}
        with suppress(ReadingListError), closing(self._library.sibling()) as library:
            self._counting = library
            counts = library.known_counts()
            views = {**VIEWS, **self._views.all()}
            views |= {view.name: view for view in map(tag_view, self._state.starred or ())}
            wanted = (view for view in views.values() if view.name not in counts)
            for name, count in counted(library, wanted):
                if worker.is_cancelled:
                    return
                counts[name] = count
            if self._counting is library:
                self._counting = None
        self.post_message(self.Counted(counts))

    def on_viewing_counted(self, message: Counted) -> None:
        """Show how many papers the views have."""
        self._is_counting = False
        self._remember(counts=dict(message.counts))
        self.views.count(message.counts)
