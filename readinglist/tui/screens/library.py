"""The library: search bar, list, detail, status line."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from textual import events, getters, on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.message import Message
from textual.widgets import ProgressBar, Static
from textual.worker import get_current_worker

from readinglist.domain.change import TAG, describe
from readinglist.domain.completion import Values
from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.services.external_editor import edit_text
from readinglist.services.finding import Found, View, like_view
from readinglist.services.live_search import FIRST, LiveSearch, Question
from readinglist.tui.keymap import LIBRARY, bindings, displayed, footer
from readinglist.tui.presentation import counts_line
from readinglist.tui.screens.citing import Citing
from readinglist.tui.screens.completing import Completing
from readinglist.tui.screens.fetching import Fetching
from readinglist.tui.screens.linking import Linking
from readinglist.tui.screens.marking import Marking
from readinglist.tui.screens.opening import Opening
from readinglist.tui.screens.other_machines import OtherMachines
from readinglist.tui.screens.viewing import Viewing
from readinglist.tui.widgets.key_bar import KeyBar
from readinglist.tui.widgets.list_header import ListHeader
from readinglist.tui.widgets.paper_detail import Details, PaperDetail
from readinglist.tui.widgets.paper_list import PaperList
from readinglist.tui.widgets.search_bar import SearchBar
from readinglist.tui.widgets.view_bar import ViewBar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.kept_views import KeptViews
    from readinglist.services.library import Library
    from readinglist.services.notes import Kept

_EMPTY = """\
Your reading list is empty.

  i                        import a listing page, a .bib file
  readinglist import FILE  the same from the shell
  readinglist demo         try all on a sample library
  ?                        all keys"""

_ACTIONS = frozenset(key.action.partition("(")[0] for key in LIBRARY)

_MARKS = frozenset(("status", "priority", "note", TAG))
"""What changes nothing in a list in the order of one of these, of all papers."""
_BY_FACTS = ("added", "date", "title", "author", "venue", "key")
_LOOK_EVERY = 1.0
"""Seconds between two looks at what other programs did."""
_FIRST_SCREEN = 0.25
"""Seconds that the first screen has for itself: what it shows is found before, the rest after."""
_AT_ONCE = 0.01
"""Seconds that a letter waits for its results, to be drawn with them."""
_WHOLE_EVERY = 10.0
"""Seconds between two of these while papers are being completed, each shown when it is."""
_LINKS_AFTER = 0.5
"""Seconds from the start to the first look for links between notes: the screen comes first."""
_PATIENCE = 2.0
"""Seconds that Enter waits for what is searched."""
_LONG = 2000
"""From so many papers on one sees how far the index is."""
_DETAIL_AFTER = 0.02
"""Seconds that the cursor rests before the detail pane follows."""


class LibraryScreen(
    Viewing, Linking, Marking, Citing, Opening, Completing, Fetching, OtherMachines
):
    """The one screen on which all happens."""

    @dataclass
    class Answered(Message):
        """Papers were found."""

        question: Question
        found: Found

    @dataclass
    class NotAnswered(Message):
        """The search failed."""

        error: ReadingListError

    @dataclass
    class Indexing(Message):
        """So many papers are indexed, of so many; of none: that is over."""

        done: int = 0
        of: int = 0
        error: str = ""
        """Why it is over before all are."""

    KEYS = LIBRARY
    """See `readinglist.tui.keymap`."""
    BINDINGS = bindings(LIBRARY)
    AUTO_FOCUS = "#papers"
    _can_follow = True

    search = getters.query_one(SearchBar)
    """The search bar."""
    detail = getters.query_one(PaperDetail)
    """The detail pane."""

    def __init__(
        self,
        library: Library,
        config: Config,
        views: KeptViews,
        edit_externally: Callable[[str, str], str] = edit_text,
    ) -> None:
        super().__init__(library, config, views)
        self._edit_externally = edit_externally
        first = Question("", self._view, self._sort, keep=True, paper=self._state.paper)
        self._question = self._answered = first
        self._found = library.find("", self._view, self._sort, most=FIRST)
        if first.paper is not None and first.paper not in self._found.ids:
            # It comes behind the first ones: one goes on there, and nowhere else before.
            self._found = library.complete(self._found)
        self._live: LiveSearch
        self._is_indexing = False
        self._detail_timer: Timer | None = None
        self._is_beginning = True
        self._shown_whole = 0.0
        """When the list was last made anew for what others did."""
        self._is_leaving = False

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with Horizontal(id="search-line"):
            yield Static("/", id="search-sign")
            yield SearchBar(
                self._library.queries,
                self._search_changed,
                self._search_done,
                "Search: words, tag:, author:, year:2022..",
            )
            yield Static("", id="search-problem", markup=False)
            yield Static(Content.from_markup("[@click=app.command_palette]≡[/]"), id="menu")
        with Horizontal(id="body"):
            yield ViewBar()
            with Vertical(id="list-pane"):
                papers = PaperList(self._columns(), self._library.papers)
                yield ListHeader(lambda: papers.columns)
                yield papers
                yield Static("", id="message", markup=False)
            yield PaperDetail()
        yield Static("", id="status", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the library and begin to look for what others do to it."""
        self._live = self._library.live_search(
            lambda question, found: self.post_message(self.Answered(question, found)),
            lambda error: self.post_message(self.NotAnswered(error)),
        )
        self.views.display = self._wants_side_bar
        self._show_side_bar()
        self._show(self._found, keep=True, paper=self._question.paper)
        self._answer_shown()
        self._show_detail()
        self._show_keys()
        self.set_interval(_LOOK_EVERY, self._look_for_changes)
        self.set_interval(_LOOK_EVERY, self._remember_place)
        self.set_timer(_FIRST_SCREEN, self._go_on)
        self.set_timer(_LINKS_AFTER, self._keep_links)
        if self._library.has_drafts():
            self._take_up_drafts()
        if self._library.mended:
            self._tell(self._library.mended, "warning", seconds=15)

    def _go_on(self) -> None:
        """See to what the first screen does not show."""
        self._is_beginning = False
        self._tell_wrong_views()
        if not self._live.pending and not self._found.is_complete:
            self._live.complete(self._question, self._found)
        self._index_ahead()

    def on_unmount(self) -> None:
        """Search no more, and ask nobody."""
        self.stop_completing()
        self._remember_place()
        self._live.close()

    @property
    def is_searching(self) -> bool:
        """Whether an answer to what was asked last is still to come."""
        return self._live.pending

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was asked for is found, indexed and shown."""
        asked = self.search.value == self._question.text
        return asked and not (
            self._is_beginning
            or self.is_searching
            or self._is_indexing
            or self._detail_timer
            or self._is_counting
        )

    @work(thread=True, group="drafts")
    def _take_up_drafts(self) -> None:
        """Make notes of what was being written when an app was killed."""
        try:
            with closing(self._library.sibling()) as library:
                for kept in library.take_up_drafts():
                    self.app.call_from_thread(self._tell_taken_up, kept)
        except ReadingListError as error:
            self.app.call_from_thread(self._tell, str(error), "error")

    def _tell_taken_up(self, kept: Kept) -> None:
        if not kept.file:
            told = f"Your note of “{kept.title}” was not closed last time: it is kept."
            self._tell(told, seconds=10)
        self._show_kept(kept)

    def _index_ahead(self) -> None:
        """Bring the search index up to date, in a thread, before a search asks for it."""
        if not self._is_indexing:
            self._is_indexing = True
            self._index()

    @work(thread=True, group="index")
    def _index(self) -> None:
        worker = get_current_worker()

        def goes_on(done: int, of: int) -> bool:
            self.post_message(self.Indexing(done, of))
            return not worker.is_cancelled

        try:
            with closing(self._library.sibling()) as library:
                library.index(goes_on)
            self.post_message(self.Indexing())
        except ReadingListError as error:
            self.post_message(self.Indexing(error=str(error)))
        from readinglist.services.repository import is_unprepared

        if is_unprepared(self._library.path):
            self.app.call_from_thread(
                self._tell, "This clone can't merge libraries yet. S sets it up.", "warning"
            )

    def on_library_screen_indexing(self, message: Indexing) -> None:
        """Show how far the index is, where it takes its time; in the end, search again."""
        bars = self.query("#progress").results(ProgressBar)
        bar = next(iter(bars), None)
        if message.of >= _LONG:
            if bar is None:
                bar = ProgressBar(message.of, show_eta=False, id="progress")
                self.mount(bar, before=self.query_one(KeyBar))
            bar.update(total=message.of, progress=message.done)
        elif not message.of:
            self._is_indexing = False
            if bar:
                bar.remove()
            if message.error not in ("", self._index_failed, self._save_failed):
                self._tell(message.error, "error")
            self._index_failed = message.error
            if not message.error and not self._found.is_indexed:
                self._reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the search bar have its letters.

        Keys are looked up before they are sent to where the focus is, so that what is typed
        fast, or pasted, behind `/` goes to the search and is no command.
        """
        if self._is_leaving:  # what is pressed behind `q` finds nothing any more
            return False
        is_typing = self.is_mounted and self.focused is self.search
        return action == "back" if is_typing and action in _ACTIONS else True

    # --- what is shown

    def _reload(self, keep: bool = True) -> None:
        """Ask for the papers anew; those in view are drawn anew at once."""
        if self._links:
            self._keep_links()
        reach = self.papers.cursor + self.papers.size.height if keep else 0
        self._ask(Question(self.search.value, self._view, self._sort, keep, reach=reach))

    def _show_change(self, step: Step) -> None:
        """Draw the papers that changed anew; ask again only if others may be found now."""
        is_in_place = step.fields <= _MARKS and self._found.sort.removeprefix("-") in _BY_FACTS
        if is_in_place and self._found.query.is_empty and self._view.like is None:
            self.papers.update(step.papers)
            self._show_counts()
            if self._links:
                self._keep_links()
        else:
            self._reload()

    def _ask(self, question: Question) -> None:
        """Ask for papers, and show what is found; that which can be had at once, at once."""
        self._question = question
        if question.view.name != self._view.name:
            self._view = question.view
            self.papers.show_columns(self._columns())
            self.views.show_current(question.view.name)
        self._view, self._sort = question.view, question.sort
        self.search.value = question.text
        found = self._live.ask(question, _AT_ONCE)
        if found:
            self._show(found, question.keep, question.paper)
            self._answer_shown()
        elif question.keep:
            self.papers.draw_anew()
            self._show_counts()

    def _go_to(self, paper: int) -> None:
        """Put the cursor on a paper: among those shown or, where it is none of them, among all."""
        question = Question(self.search.value, self._view, self._sort)
        found = None
        if self._found.is_indexed:  # else the search would first index the whole library
            found = self._library.find(question.text, question.view, question.sort)
        if found is None or paper not in found.ids:
            question, found = Question(), self._library.find()
        self._question = question
        self._view, self._sort = question.view, question.sort
        self.search.value = question.text
        self._show(found, keep=True, paper=paper)

    def _present_question(self) -> Question:
        current = self.papers.current
        return replace(self._question, paper=current.id if current else None)

    def on_library_screen_answered(self, message: Answered) -> None:
        """Show what was found, unless something else has been asked for since."""
        if message.question is self._question:
            self._show(message.found, self._question.keep, self._question.paper)
            self._answer_shown()

    def _answer_shown(self) -> None:
        """See to it that what comes behind the first papers does not move the cursor."""
        self._answered = self._question
        current = self.papers.current
        self._question.keep = True
        if self._found.is_complete or (current and current.id == self._question.paper):
            self._question.paper = None

    def on_library_screen_not_answered(self, message: NotAnswered) -> None:
        """Say why nothing was found."""
        self._tell(str(message.error), "error")

    def _show(self, found: Found, keep: bool, paper: int | None = None) -> None:
        # All papers, where the first ones are shown: what is in view stays as it is.
        self._found, before = found, self._found
        is_rest = found.query is before.query and found.is_complete and not before.is_complete
        is_everything = found.is_complete and found.query.is_empty
        if is_everything and self.papers.chosen:
            self.papers.chosen &= set(found.ids)
        # Where one was the last time may come behind the first papers.
        is_sought = paper is not None and paper != self._at and not self.papers.cursor
        if is_rest and not is_sought and found.ids[: len(before.ids)] == before.ids:
            self.papers.extend(found.ids)
        else:
            self.papers.show(found.ids, found.spans, keep, paper, self._expected() or 0)
        problems = self.query_one("#search-problem", Static)
        if found.query.problems or problems.display:
            problems.update(" ".join(map(str, found.query.problems)))
            problems.display = bool(found.query.problems)
        self._show_header()
        self._show_counts()
        if not found.is_indexed and not self._index_failed:
            self._index_ahead()

    def _expected(self) -> int | None:
        """Return the number of papers that the list will have; None if only a search can tell."""
        if self._found.is_complete:
            return len(self._found.ids)
        is_view = not self._question.text and self._question.view is self._view
        return self._library.known_counts().get(self._view.name) if is_view else None

    @on(PaperList.ChoiceChanged)
    def _show_counts(self) -> None:
        counts = self._library.count_by_status()
        total, shown = sum(counts.values()), len(self._found.ids)
        expected = self._expected()
        self.query_one("#status", Static).update(
            counts_line(
                counts,
                f"{shown:,}+" if expected is None else f"{expected:,}",
                len(self.papers.chosen),
                self._view.label,
                self._found.sort,
                len(self._library.conflicts()),
                bool(self._save_failed),
            ),
            layout=False,
        )
        message = self.query_one("#message", Static)
        if not shown:
            message.update(self._why_empty(total))
        message.display = not shown
        self.papers.display = self.query_one(ListHeader).display = bool(shown)
        if shown and self.focused is None:  # the list had it, and was empty for a while
            self.set_focus(self.papers)

    def _tell_save_failed(self, error: str) -> None:
        super()._tell_save_failed(error)
        self._show_counts()

    def _tell_saved(self) -> None:
        was_told = bool(self._save_failed)
        super()._tell_saved()
        if was_told:
            self._show_counts()

    def _why_empty(self, total: int) -> str:
        if not total and self._library.undo_extent(redo=True):
            redo = next(key for key in LIBRARY if key.id == "redo")
            key = displayed(self._config.keys.get(redo.id, redo.keys))
            return f"{_EMPTY}\n\nundo took the papers away: {key} brings them again."
        if not total and self._library.keeps_earlier:
            return f"{_EMPTY}\n\nAnother library was here before: readinglist recover tells of it."
        if not total:
            return _EMPTY
        if self.search.value:
            nothing = f"Nothing matches “{printable(self.search.value)}”"
            if self._view.name == "all":
                return f"{nothing}. Esc clears the search."
            return f"{nothing} in the view “{self._view.label}”. v chooses another, as all papers."
        return f"No paper is in the view “{self._view.label}”. v chooses another."

    def _search_changed(self) -> None:
        if self.search.value != self._question.text:
            self._reload(keep=not self.search.value)

    def _search_done(self) -> None:
        # What is pressed next is meant for what was found, not for what is still shown.
        self._search_changed()
        if self._answered is not self._question:
            found = self._live.wait(self._question, _PATIENCE)
            if found:
                self._show(found, self._question.keep, self._question.paper)
                self._answer_shown()
        self._library.remember_query(self.search.value)
        self.set_focus(self.papers)

    @on(SearchBar.ValuesWanted)
    def _values_wanted(self, message: SearchBar.ValuesWanted) -> None:
        self._fetch_values(message.field)

    @work(thread=True, group="values")
    def _fetch_values(self, field: str) -> None:
        """Look up what a filter may ask for, in a thread: of 100,000 papers it takes a second."""
        with suppress(ReadingListError), closing(self._library.sibling()) as library:
            values = Values(library.known_values(field))
            self.search.post_message(SearchBar.ValuesKnown(field, values))

    @on(PaperList.Moved)
    def _detail_follows(self, message: PaperList.Moved) -> None:
        self._at = message.paper.id if message.paper else None
        if self._detail_timer:
            self._detail_timer.stop()
        self._detail_timer = self.set_timer(_DETAIL_AFTER, self._show_detail)

    def _show_detail(self) -> None:
        self._detail_timer = None
        try:
            papers, detail = self.papers, self.detail
        except NoMatches:  # the app ends
            return
        paper = papers.current
        if paper is None:
            detail.show(None)
            return
        latest = self._library.history_of(paper.id, limit=6)
        history = tuple(
            f"{change.at[:16].replace('T', ' ')}  {describe(change)}" for change in latest
        )
        to, by = self._linked_from(paper), self._linking_to(paper)
        pdf = self._library.pdf_of(paper)
        shown = f"{pdf.parent.name}/{pdf.name}" if pdf else ""
        detail.show(Details(paper, history, self._found.spans, tuple(to), tuple(by), shown))

    def _links_found(self) -> None:
        self._show_detail()

    def _show_completed(self, papers: Sequence[int]) -> None:
        self.papers.update(papers)
        if self._at in papers:
            self._show_detail()

    def _choose_none(self) -> None:
        self.papers.choose(())

    def _shows_changes(self) -> bool:
        if not self.is_completing or monotonic() > self._shown_whole + _WHOLE_EVERY:
            self._shown_whole = monotonic()
            return False
        return True

    def _pdfs_fetched(self) -> None:
        self._show_detail()

    @on(PaperList.Opened)
    def action_detail(self) -> None:
        """Give the paper's details all the room that they can use."""
        if self.views.has_focus:
            self.views.open()
            return
        self._library.remember_query(self.search.value)
        if self.papers.current:
            self.add_class("-reading")
            self.set_focus(self.detail)

    @on(events.DescendantBlur)
    @on(events.DescendantFocus)
    def _show_keys(self) -> None:
        """Show the keys of the place one is in."""
        if self.focused is self.search:
            keys = [
                ("Enter", "To the list", "back"),
                ("Tab", "Complete", ""),
                ("↑", "Earlier queries", ""),
                ("Esc", "Back", "back"),
            ]
        elif self.focused is self.views:
            keys = [
                ("Enter", "Open", "detail"),
                ("b", "Fold away", "side_bar"),
                ("*", "Star a tag", "star"),
                ("V", "Keep the query", "keep_view"),
                ("Esc", "To the list", "back"),
            ]
        elif self.focused is self.detail:
            keys = [("j k", "Scroll", ""), ("Esc", "Back to the list", "back")]
        else:
            keys = footer(LIBRARY, self._config.keys)
        self.query_one(KeyBar).show(keys)

    # --- moving

    def action_search(self) -> None:
        """Go to the search bar."""
        self.set_focus(self.search)

    def action_back(self) -> None:
        """Go back by one: from the detail or the search to the list, then clear."""
        if self.focused is self.search:
            # Behind the letters that were typed before.
            self.search.call_later(self._go_back)
        else:
            self._go_back()

    def _go_back(self) -> None:
        if self.search.dismiss_offers():
            return
        if self.has_class("-reading"):
            self.remove_class("-reading")
            self.set_focus(self.papers)
        elif self.focused not in (None, self.papers) and (
            self.papers.display or not self.search.value
        ):
            self.set_focus(self.papers)  # where it is empty, the screen has the keys
        elif self.search.value:
            self.search.value = ""
            self.set_focus(self.papers)
        elif self.papers.chosen:
            self.papers.choose(())
        else:
            self._go_back_on_way()

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll the details while they are read."""
        if self.detail.has_focus:
            self.detail.scroll_relative(y=2 * by, animate=False)
        elif self.views.has_focus:
            self.views.move(by)
        else:
            self.papers.move(by)

    def action_move_to(self, place: int) -> None:
        """Go to the first or the last paper."""
        if place < 0 and not self._found.is_complete:
            self._show(self._library.complete(self._found), keep=True)
        self.papers.move_to(place)

    def action_move_page(self, direction: int) -> None:
        """Move by half a page."""
        if self.detail.has_focus:
            self.detail.scroll_relative(y=direction * self.detail.size.height // 2, animate=False)
        else:
            self.papers.move_page(direction)

    # --- which papers

    def _current(self) -> Paper | None:
        return self.papers.current

    def _targets(self) -> list[int]:
        """Return the chosen papers, or the one under the cursor, for something to be done."""
        self._library.remember_query(self.search.value)
        if self.papers.chosen:
            chosen = self.papers.chosen
            shown = [paper for paper in self.papers.ids if paper in chosen]
            return [*shown, *sorted(chosen.difference(shown))]
        return super()._targets()

    def _screenful(self) -> int:
        return self.papers.size.height

    def _forget(self, papers: Iterable[int]) -> None:
        self.papers.chosen -= set(papers)

    # --- choosing what is shown

    def action_choose(self) -> None:
        """Choose the paper under the cursor and go on to the next."""
        self.papers.toggle_chosen()
        self.papers.move(1)

    def action_choose_all(self) -> None:
        """Choose all that are shown, or none if they are chosen already."""
        shown = set(self._library.complete(self._found).ids)
        self.papers.choose(() if shown <= self.papers.chosen else shown)

    def action_choose_on(self, by: int) -> None:
        """Choose the paper under the cursor and the next one, or the one before."""
        self.papers.choose_to(self.papers.cursor + by)

    def action_choose_range(self) -> None:
        """Choose all from the one that was chosen last to the one under the cursor."""
        self.papers.choose_to(self.papers.cursor)

    # --- other places

    def _query(self) -> str:
        return self.search.value

    def _show_view(self, view: View, text: str = "") -> None:
        self._way.clear()
        self._ask(Question(text, view))

    def action_triage(self) -> None:
        """Decide about the chosen papers, or else about the new ones, one at a time."""
        from readinglist.tui.screens.triage import Triage

        view = self._views.named(self._config.triage)
        chosen = self._targets() if self.papers.chosen else self._library.find(view=view).ids
        if not chosen:
            self._tell(f"No paper is in the view “{view.label}”.")
            return
        label = "Chosen papers" if self.papers.chosen else view.label
        triage = Triage(self._library, self._config, list(chosen), label, self._edit_externally)
        self.app.push_screen(triage, lambda _: self._reload())

    def action_reading_log(self) -> None:
        """Show the reading in plots."""
        from readinglist.tui.screens.reading_log import ReadingLogScreen

        self.app.push_screen(ReadingLogScreen(self._library, self._config))

    def action_more_like_this(self) -> None:
        """Show the papers nearest in content to the one under the cursor."""
        if self.papers.current:
            if self._view.like is None:
                self._way.append(self._present_question())
            self._ask(Question(view=like_view(self.papers.current)))

    def action_help(self) -> None:
        """Show all keys."""
        from readinglist.tui.screens.help import library_help

        self.app.push_screen(library_help(self._config.keys))

    async def action_quit(self) -> None:
        """Leave; the app saves."""
        self._is_leaving = True
        self.app.exit()
