"""The views: choose one, delete one of one's own, keep a query as one."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widgets import Input, Static

from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.services.finding import VIEWS, View, tag_view
from readinglist.services.view_counts import counted
from readinglist.tui.dialog_keys import VIEWS as VIEWS_KEYS
from readinglist.tui.keymap import bindings
from readinglist.tui.presentation import sort_label
from readinglist.tui.screens.dialogs import AskText, Choose, Confirm, Item
from readinglist.tui.widgets.options import OptionList

if TYPE_CHECKING:
    from readinglist.services.kept_views import KeptViews
    from readinglist.services.library import Library


class ChooseView(Choose):
    """Lets one choose a view: what is given back is its name in `views`."""

    KEYS = VIEWS_KEYS
    BINDINGS = bindings(VIEWS_KEYS)

    @dataclass
    class Counted(Message):
        """It is known how many papers a view has."""

        item: Item

    def __init__(self, library: Library, views: KeptViews, current: str, first: str) -> None:
        """Make the choice.

        Args:
            library: what the views are of.
            views: the user's own.
            current: the name of the view that is shown.
            first: the name of the view that the configuration begins with.
        """
        self._library = library
        self._kept_views = views
        self._first = first
        self._kept: dict[str, View] = {}
        self._trouble = ""
        self._counting: Library | None = None
        try:
            self._kept = views.all()
        except ReadingListError as error:
            self._trouble = str(error)
        tags = library.tags()
        of_tags = {view.name: view for view in (tag_view(tag) for tag, _ in tags)}
        self.views: dict[str, View] = {**VIEWS, **self._kept}
        self.views |= {name: view for name, view in of_tags.items() if name not in self._kept}
        known = library.known_counts() | {f"tag:{tag}": count for tag, count in tags}
        counts = {name: count for name, count in known.items() if name not in self._kept}
        self._uncounted = [view for name, view in self.views.items() if name not in counts]
        items = [self._item(view, counts.get(name)) for name, view in self.views.items()]
        super().__init__("View", items, current)

    def on_mount(self) -> None:
        """Tell what is wrong with the user's own views, and count what is in them."""
        if self._trouble:
            self._tell(self._trouble)
        if self._kept:
            edge = "Enter choose · {views.delete} delete · {choice.close} back"
            self.query_one(".dialog").border_subtitle = self.edge(edge)
        self._count()

    def on_unmount(self) -> None:
        """Count no more."""
        if self._counting:
            self._counting.interrupt()

    @work(thread=True, group="count")
    def _count(self) -> None:
        """Count in a thread: each view is a search."""
        with suppress(ReadingListError), closing(self._library.sibling()) as library:
            self._counting = library
            for name, count in counted(library, self._uncounted):
                self.post_message(self.Counted(self._item(self.views[name], count)))

    def on_choose_view_counted(self, message: Counted) -> None:
        """Show how many papers a view has."""
        self.change(message.item)

    def _item(self, view: View, count: int | None) -> Item:
        number = "…" if count is None else f"{count:,}"
        query = f"  {view.query}" if view.name in self._kept else ""
        return Item(view.name, view.label, f"{number}{query}")

    def action_delete(self) -> None:
        """Delete the highlighted view, if it is one of the user's own, after a question."""
        place = self.query_one(OptionList).highlighted
        view = self.views[self._items[place or 0].value]
        if view.name not in self._kept:
            self._tell(f"“{view.label}” is in each library: only your own can be deleted.")
        elif view.name == self._first:
            self._tell(f"The configuration begins with “{view.label}”: name another there first.")
        else:
            self.app.push_screen(
                Confirm(f"Delete the view “{view.label}”? Its papers stay."),
                lambda sure: self._delete(view.name) if sure else None,
            )

    def _delete(self, name: str) -> None:
        try:
            self._kept_views.delete(name)
        except ReadingListError as error:
            self._tell(str(error))
        else:
            self.remove_item(name)

    def _tell(self, text: str) -> None:
        self.notify(printable(text), severity="warning", markup=False)


class KeepView(AskText):
    """Asks for a name and keeps a query under it: `view`, when a name is given back."""

    def __init__(self, views: KeptViews, current: View, query: str, sort: str) -> None:
        """Ask.

        Args:
            views: the user's own, to which it comes.
            current: the view that is shown; one of the user's own may be kept anew.
            query: what it asks for.
            sort: its order; empty: the best match first.
        """
        self.view = current
        self._views = views
        self._query = query
        self._sort = sort
        is_own = current.name not in VIEWS and not current.name.startswith("tag:")
        hint = f"{printable(query) or 'All papers'} · {sort_label(sort)}"
        super().__init__("Keep as a view named", current.name if is_own else "", hint)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it, but ask before another one is replaced; say what is wrong with the name."""
        event.prevent_default()
        name = event.value
        try:
            taken = self._views.all().get(" ".join(name.split()))
        except ReadingListError as error:
            self._say(error)
            return
        if taken and taken.name != self.view.name:
            question = f"There is a view “{taken.label}” already. Replace it?"
            self.app.push_screen(Confirm(question), lambda sure: self._keep(name) if sure else None)
        else:
            self._keep(name)

    def _keep(self, name: str) -> None:
        try:
            self.view = self._views.keep(name, self._query, self._sort)
        except ReadingListError as error:
            self._say(error)
        else:
            self.dismiss(self.view.name)

    def _say(self, error: ReadingListError) -> None:
        self.query_one(".hint", Static).update(printable(str(error)))
