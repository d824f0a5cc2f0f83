"""All fields of a paper, to edit; of one that is not here yet, to fill in.

letter -> `parse_field` -> what is wrong, under the field
ctrl+s -> the fields that were changed -> service -> one step -> back
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Grid, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from readinglist.domain.fields import field_text, parse_field
from readinglist.domain.paper import VERSIONS, Paper, Priority, Status
from readinglist.domain.text import printable
from readinglist.errors import ReadingListError
from readinglist.tui.dialog_keys import FORM
from readinglist.tui.keymap import bindings
from readinglist.tui.presentation import BREAKPOINTS, as_markup
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.screens.dialogs import Confirm, LastOfList
from readinglist.tui.widgets.form_field import FormField, Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from readinglist.services.changing import Step
    from readinglist.services.library import Library

_TYPES = (
    "article", "inproceedings", "incollection", "inbook", "book", "misc", "online", "phdthesis",
    "mastersthesis", "proceedings", "report", "techreport", "unpublished",
)  # fmt: skip
_PROMPTS = (
    Prompt("title", "Title", "wrapped", is_wide=True),
    Prompt(
        "authors", "Authors", "block", "Family, Given; one a line; {A Body} in braces", is_wide=True
    ),
    Prompt("author_count", "Author count", example="where only their number is known"),
    Prompt("organization", "Organization"),
    Prompt("published", "Date", example="2024, 2024-05 or 2024-05-31"),
    Prompt("type", "Type", example="article, misc, book", known=_TYPES),
    Prompt("venue", "Venue"),
    Prompt("key", "Citation key"),
    Prompt("arxiv", "arXiv id", example="1706.03762"),
    Prompt("doi", "DOI", example="10.1000/182"),
    Prompt("url", "URL", example="https://", is_wide=True),
    Prompt("links", "Links", "block", "Code and project pages, one a line", is_wide=True),
    Prompt("cite_as", "Cite as", example="published or preprint", known=VERSIONS),
    Prompt("status", "Status", "choice", known=tuple(Status)),
    Prompt("priority", "Priority", "choice", known=tuple(Priority)),
    Prompt("tags", "Tags", example="with commas between them", is_wide=True),
    Prompt("abstract", "Abstract", "block", is_wide=True),
)
_KEYS = (
    "[@click=screen.save]{form.save} save[/] · {form.next} next · "
    "[@click=screen.leave]{form.close} back[/]"
)


class EntryForm(Dialog["Step | None"]):
    """Edits the fields of a paper, or adds one; gives the step, None where nothing was done."""

    CSS_PATH = ["dialog.tcss", "entry_form.tcss"]  # noqa: RUF012 - as in Screen

    KEYS = FORM
    BINDINGS = bindings(FORM)
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    """From 110 columns, short fields stand side by side."""

    @dataclass
    class Added(Message):
        """The paper is in the library."""

        step: Step

    @dataclass
    class Refused(Message):
        """The paper could not be added."""

        error: ReadingListError

    def __init__(
        self,
        library: Library,
        paper: Paper | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """Make the form.

        Args:
            library: where the paper is, or is to be.
            paper: the paper; None for a new one.
            texts: what is known of a new one, by field.
        """
        super().__init__()
        self._library = library
        self._paper = paper
        self._is_saving = False
        shown = paper or Paper(title="")
        tags = LastOfList([tag for tag, _ in library.tags()])
        self._fields = [
            FormField(
                prompt,
                (texts or {}).get(
                    prompt.name, field_text(prompt.name, getattr(shown, prompt.name))
                ),
                tags if prompt.name == "tags" else None,
            )
            for prompt in _PROMPTS
        ]

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        with Vertical(classes="dialog wide form") as dialog:
            # Titles are text: a border's title would read [brackets] as markup.
            title = f"Edit: {as_markup(self._paper.title)}" if self._paper else "New paper"
            dialog.border_title = title
            dialog.border_subtitle = self.edge(_KEYS)
            with VerticalScroll(can_focus=False), Grid():
                yield from self._fields
            yield Static("", id="form-problem", classes="problem", markup=False)

    @on(FormField.Changed)
    def _check_one(self, message: FormField.Changed) -> None:
        self._tell("")
        self._check(message.form_field)

    def _check(self, field: FormField) -> None:
        """Say what is wrong in a field, if it was changed or has to be there."""
        name, text = field.prompt.name, field.text
        field.tell("")
        if not (field.is_changed or self._is_missing(field)):
            return
        try:
            _, value = parse_field(name, text) if not self._is_left_open(field) else (name, None)
            if name == "key" and value:
                self._library.check_key(value, self._paper.id if self._paper else None)
        except ReadingListError as error:
            field.tell(str(error))

    def _is_missing(self, field: FormField) -> bool:
        return not self._paper and field.prompt.name == "title" and not field.text

    def _is_left_open(self, field: FormField) -> bool:
        """Return whether a new paper gets the key that the pattern makes."""
        return not self._paper and field.prompt.name == "key" and not field.text.strip()

    def action_save(self) -> None:
        """Save all that was changed, or go to what is wrong."""
        for field in self._fields:
            self._check(field)
        wrong = next((field for field in self._fields if field.is_wrong), None)
        if wrong:
            self.set_focus(wrong.editor)
        elif not self._is_saving:
            self._save()

    def _save(self) -> None:
        if self._paper is None:
            self._is_saving = True
            self._add({f.prompt.name: f.text for f in self._fields if f.text.strip()})
            return
        texts = {field.prompt.name: field.text for field in self._fields if field.is_changed}
        try:
            self.dismiss(self._library.edit_seen(self._paper, texts) if texts else None)
        except ReadingListError as error:
            self._tell(str(error))

    @work(thread=True, group="add")
    def _add(self, texts: Mapping[str, str]) -> None:
        """Add the paper in a thread: whether it is here already, every paper is asked."""
        try:
            with closing(self._library.sibling()) as library:
                self.post_message(self.Added(library.add(texts)))
        except ReadingListError as error:
            self.post_message(self.Refused(error))

    def on_entry_form_added(self, message: Added) -> None:
        """Go back."""
        self.dismiss(message.step)

    def on_entry_form_refused(self, message: Refused) -> None:
        """Say why, and let one go on."""
        self._is_saving = False
        self._tell(str(message.error))

    def _tell(self, problem: str) -> None:
        told = self.query_one("#form-problem", Static)
        told.update(printable(problem))
        told.display = bool(problem)

    def action_leave(self) -> None:
        """Go back, after a question if something was changed."""
        changed = [field.prompt.label for field in self._fields if field.is_changed]
        if not changed:
            self.dismiss(None)
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        self.app.push_screen(
            Confirm(f"Leave without saving? Changed: {', '.join(changed)}."), leave
        )
