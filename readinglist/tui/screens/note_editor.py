"""The note of a paper, to write.

letter -> the text at once; a moment later, in threads: the draft, the preview
`[[` and letters -> the search, in its thread -> papers are offered under the cursor
Esc -> behind all that was typed: the note, as one step -> the draft is gone
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rich.console import Console
from textual import getters, on, work
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import TextArea

from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.services.live_search import Question
from readinglist.services.notes import beginning, from_template
from readinglist.tui.dialog_keys import NOTE
from readinglist.tui.keymap import bindings
from readinglist.tui.note_text import NoteText
from readinglist.tui.presentation import BREAKPOINTS, WIDE, as_markup, readable
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.suspending import TO_NOTE_DOWN, edited_outside
from readinglist.tui.widgets.key_bar import KeyBar
from readinglist.tui.widgets.note_area import NoteArea
from readinglist.tui.widgets.note_preview import NotePreview
from readinglist.tui.widgets.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.segment import Segment
    from textual.app import ComposeResult
    from textual.timer import Timer

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.finding import Found
    from readinglist.services.library import Library
    from readinglist.services.live_search import LiveSearch
    from readinglist.services.notes import Kept

_DRAFT_EVERY = 0.7
"""Seconds from a letter to the draft that has it."""
_PREVIEW_AFTER = 0.25
"""Seconds without a letter after which the preview follows."""
_MOST_OFFERED = 8
_PREVIEWED = 12_000
"""So many letters before where one writes are rendered, and as many behind."""


@dataclass(frozen=True, slots=True)
class Left:
    """How the editor was left."""

    kept: Kept | None
    """What became of the note; None where nothing was written."""
    follow: str = ""
    """The citation key of the link that was followed."""


class NoteEditor(Dialog[Left]):
    """Edits a note in Markdown; leaving it keeps what was written."""

    CSS_PATH = ["dialog.tcss", "note_editor.tcss"]  # noqa: RUF012 - as in Screen

    @dataclass
    class Answered(Message):
        """Papers were found for a link that is being written."""

        question: Question
        papers: list[int]

    KEYS = NOTE
    BINDINGS = bindings(NOTE)
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    """Where there is much room, the preview stands beside the text."""

    preview = getters.query_one(NotePreview)
    """What it will look like."""

    def __init__(
        self,
        library: Library,
        config: Config,
        paper: Paper,
        edit_externally: Callable[[str, str], str],
        can_follow: bool = True,
    ) -> None:
        """Prepare to write.

        Args:
            library: where the paper is, and those that are linked to.
            config: the settings.
            paper: the paper, with its note as it is.
            edit_externally: see `edit_text`.
            can_follow: whether there is a place that a link leads to.
        """
        super().__init__()
        self._library = library
        self._config = config
        self._paper = paper
        self._edit_externally = edit_externally
        self._can_follow = can_follow
        self._draft = library.draft(paper)
        self._draft_problem = ""
        self._search: LiveSearch | None = None
        self._question = Question()
        self._typed = ""
        self.area = NoteArea(beginning(paper, config.notes))
        self._begun = self.area.text
        self._draft_timer: Timer
        self._preview_timer: Timer
        self._wants_preview: bool | None = None

    def compose(self) -> ComposeResult:
        """Show the note, the cursor at its end."""
        with Vertical(classes="dialog note") as dialog:
            # Titles are text: a border's title would read [brackets] as markup.
            dialog.border_title = f"Note: {as_markup(readable(self._paper.title))}"
            dialog.border_subtitle = r"Markdown · \[\[ links to a paper"
            with Horizontal(id="note-body"):
                yield self.area
                yield NotePreview()
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin where the note ends."""
        self.area.cursor_blink = self.app.animation_level != "none"
        self.area.move_cursor(self.area.document.end)
        self.area.dismiss_offers()
        self._draft_timer = self.set_interval(_DRAFT_EVERY, self._write_draft, pause=True)
        self._preview_timer = self.set_interval(_PREVIEW_AFTER, self._preview, pause=True)
        self.query_one(KeyBar).show(
            [
                (self.key(key.id), key.label, key.action)
                for key in NOTE
                if key.id != "editor.save" and self.check_action(key.action, ())
            ]
        )

    def on_unmount(self) -> None:
        """Search no more; what was not kept, as the app ends, stays a draft."""
        if self._search:
            self._search.close()
        self._note_draft()
        self._draft.abandon()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what there is nothing for."""
        if action == "follow":
            return self._can_follow
        return action != "template" or bool(self._config.notes.templates)

    def _behind(self, act: Callable[[], object]) -> None:
        """Do something behind the letters that were typed before it."""
        self.area.call_later(act)

    # --- leaving

    def action_back(self) -> None:
        """Take the offers away; if there are none, keep the note and close."""
        self._behind(self._back)

    def _back(self) -> None:
        if not self.area.dismiss_offers():
            self._leave()

    def action_save(self) -> None:
        """Keep the note and close."""
        self._behind(self._leave)

    def action_follow(self) -> None:
        """Keep the note, and go to the paper of the link at the cursor."""
        self._behind(self._follow)

    def _follow(self) -> None:
        link = self.area.link
        if link is None:
            self._tell("There is no link at the cursor: [[ begins one.")
        elif self._library.find_cited(link.key) is None:
            self._tell(f"There is no paper with the key {link.key}.", "warning")
        else:
            self._leave(link.key)

    def _leave(self, follow: str = "") -> None:
        """Keep what was written as one step, then take the draft away."""
        if not self.is_current:
            return
        kept = None
        text = self.area.text
        if text != self._begun:
            try:
                kept = self._library.keep_note(self._paper, text)
            except ReadingListError as error:
                if self._library.is_read_only and self._note_draft():
                    told = "What you wrote stays a draft, for readinglist when it is updated."
                    self._tell(f"{error.message} {told}", "warning", seconds=10)
                    self.dismiss(Left(None))
                else:
                    self._tell(str(error), "error")
                return
        self._draft.end()
        self.dismiss(Left(kept, follow))

    # --- drafts

    @on(TextArea.Changed)
    def _changed(self) -> None:
        """See to the draft and the preview when there is time."""
        self._draft_timer.resume()
        self._preview_timer.reset()
        self._preview_timer.resume()

    def _note_draft(self) -> bool:
        """Keep as a draft what is written by now; return whether that could be done."""
        text = self.area.text
        if text != self._begun or self._draft.text is not None:
            self._draft.text = text
            return self._keep_draft()
        return True

    def _write_draft(self) -> None:
        self._draft_timer.pause()
        text = self.area.text
        if text != self._begun or self._draft.text is not None:
            self._draft.text = text
            self._keep_draft_in_thread()

    @work(thread=True, group="draft")
    def _keep_draft_in_thread(self) -> None:
        self._keep_draft()

    def _keep_draft(self) -> bool:
        try:
            self._draft.write()
        except ReadingListError as error:
            self.app.call_later(self._tell_draft_failed, str(error))
            return False
        return True

    def _tell_draft_failed(self, error: str) -> None:
        if error != self._draft_problem:
            self._draft_problem = error
            self._tell(error, "error")

    # --- the preview

    def action_preview(self) -> None:
        """Show the preview, or hide it; that stays so however wide the terminal is."""
        self._wants_preview = not self.has_class("-preview")
        self.on_resize()

    @on(TextArea.SelectionChanged)
    def _moved(self) -> None:
        """Let the preview follow the cursor."""
        self._preview_timer.resume()

    def on_resize(self) -> None:
        """Show the preview where there is room or it is wanted, rendered in its width."""
        is_wide = self.app.size.width >= WIDE
        wanted = self._wants_preview
        self.set_class(is_wide if wanted is None else wanted, "-preview")
        self.call_after_refresh(self._preview_timer.resume)

    def _preview(self) -> None:
        self._preview_timer.pause()
        if self.preview.display:
            text, part = self._around_cursor()
            self._render_note(text, part, self.preview.line_width)

    def _around_cursor(self) -> tuple[str, float]:
        """Return the note about where one writes, and which part of it stands before the cursor.

        However long a note is, the preview costs what a screen or some need.
        """
        area = self.area
        row, column = area.cursor_location
        before = area.text_before(row, _PREVIEWED)
        lines = islice(area.document.lines, row, None)
        behind: list[str] = []
        size = 0
        for line in lines:
            behind.append(line[:_PREVIEWED])
            size += len(line) + 1
            if size > _PREVIEWED:
                break
        text = before + "\n".join(behind)
        return text, (len(before) + min(column, _PREVIEWED)) / max(1, len(text))

    @work(thread=True, exclusive=True, group="preview")
    def _render_note(self, text: str, part: float, width: int) -> None:
        """Render in a thread: keys do not wait for it."""
        console = Console(
            file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor"
        )
        note = NoteText(text, self.preview.parts, len(text))
        lines = note.lines(console, console.options)
        self.app.call_from_thread(self._show_rendered, lines, part)

    def _show_rendered(self, lines: list[list[Segment]], part: float) -> None:
        if self.is_mounted:
            self.preview.show(lines)
            self.preview.call_after_refresh(self.preview.follow, part)

    # --- links

    @on(NoteArea.LinkBegun)
    def _find_papers(self, message: NoteArea.LinkBegun) -> None:
        """Look for papers that the link may mean, in the search's thread."""
        if message.typed is None:
            return
        if self._search is None:
            self._search = self._library.live_search(self._found, lambda error: None)
        self._typed = message.typed
        words = "".join(c if c.isalnum() else " " for c in message.typed)
        self._question = Question(" ".join(words.split()))
        self._search.ask(self._question)

    def _found(self, question: Question, found: Found) -> None:
        """Take what was found to the screen; called in the search's thread."""
        self.post_message(self.Answered(question, list(found.ids[: _MOST_OFFERED + 1])))

    def on_note_editor_answered(self, message: Answered) -> None:
        """Offer what was found."""
        if message.question is self._question:
            papers = [p for p in self._library.papers(message.papers) if p.id != self._paper.id]
            offers = [Offer(p.key, printable(readable(p.title))) for p in papers[:_MOST_OFFERED]]
            self.area.offer(self._typed, offers)

    # --- more text

    def action_template(self) -> None:
        """Insert one of the templates."""
        from readinglist.tui.screens.dialogs import Choose, Item

        notes = self._config.notes
        items = [Item(name, printable(name)) for name in notes.templates]

        def insert(name: str | None) -> None:
            if name is not None:
                self.area.insert(from_template(name, self._paper, notes))

        self._behind(
            lambda: self.app.push_screen(Choose("Insert a template", items, notes.template), insert)
        )

    def action_go_on_elsewhere(self) -> None:
        """Go on in the user's own editor, and come back with what it wrote."""
        self._behind(self._go_on_elsewhere)

    def _go_on_elsewhere(self) -> None:
        area = self.area
        area.dismiss_offers()
        self._note_draft()
        try:
            text = edited_outside(self.app, self._edit_externally, area.text, self._config.editor)
            if text != area.text:
                # As an edit, so that ctrl+z brings back what was here.
                area.replace(text, (0, 0), area.document.end)
                area.move_cursor(area.document.end)
        except ReadingListError as error:
            self._tell(str(error), "error", TO_NOTE_DOWN)
        self.refresh(layout=True)

    def _tell(self, text: str, severity: str = "information", seconds: float | None = None) -> None:
        self.notify(
            printable(text),
            timeout=seconds,
            severity=severity,  # type: ignore[arg-type]  # one of Textual's three words
            markup=False,
        )
