"""A new paper: what is pasted or typed is recognised, and imported or filled in.

text -> what it is, under the box -> Enter -> BibTeX: imported, all as one step
                                           -> known already: the way to that paper
                                           -> an identifier, a title: the form of its fields
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static, TextArea

from readinglist.domain.text import printable
from readinglist.errors import ReadingListError, SourceError
from readinglist.services.adding import Recognised, recognise
from readinglist.tui.dialog_keys import NEW
from readinglist.tui.keymap import bindings
from readinglist.tui.screens.dialog import Dialog
from readinglist.tui.screens.dialogs import Confirm
from readinglist.tui.widgets.form_field import Block

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from readinglist.domain.paper import Paper
    from readinglist.services.importing import FileReport
    from readinglist.services.library import Library

Answer = Mapping[str, str] | int | None
"""The fields of the new paper that are known; or a paper to go to; or nothing."""

_WANTED = "BibTeX, an arXiv id, a DOI, an address, or a title"
_WORTH_ASKING = 80
"""So many letters are not given up by one key: an address or an identifier is shorter."""
_ENTER = "[@click=screen.go_on]{{new.enter}} {}[/]"
_CTRL_S = "[@click=screen.go_on]{new.go_on} import[/]"
_CTRL_N = "[@click=screen.take_as_new]{new.as_new} new all the same[/]"
_CTRL_T = "[@click=screen.take]{new.take} take what it says[/]"
_CLOSE = "[@click=screen.leave]{new.close} back[/]"


class NewPaper(Dialog[Answer]):
    """Asks what is new."""

    CSS_PATH = ["dialog.tcss", "new_paper.tcss"]  # noqa: RUF012 - as in Screen

    KEYS = NEW
    BINDINGS = bindings(NEW)

    @dataclass
    class Looked(Message):
        """Whether the library has the paper."""

        recognised: Recognised
        same: Paper | None

    @dataclass
    class Imported(Message):
        """What was pasted is imported."""

        report: FileReport

    @dataclass
    class Failed(Message):
        """The library could not be read or written."""

        error: str

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._recognised = recognise("")
        self._same: Paper | None = None
        self._imported: FileReport | None = None
        self._is_busy = False

    def compose(self) -> ComposeResult:
        """Ask for it."""
        with Vertical(classes="dialog new-paper") as dialog:
            dialog.border_title = "New paper"
            yield Block("", f"Paste or write {_WANTED}")
            yield Static("", id="recognised", classes="hint", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("", id="paste-report", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Show what the keys do."""
        self._show()

    @on(TextArea.Changed)
    def _recognise(self) -> None:
        self._recognised = recognise(self.query_one(Block).text)
        self._same = self._imported = None
        self._report([])
        self._show()

    def _show(self) -> None:
        """Say what was recognised, and what the keys do with it."""
        text = self._recognised.name
        if self._same:
            known = f"{self._same.key}, “{self._same.title}”"
            text += f": the library has it already, as {known}."
            keys = [_ENTER.format("go to it"), _CTRL_N]
        elif self._imported:
            keys = [_ENTER.format("go to it" if self._imported.papers else "back")]
            keys += [_CTRL_T] if self._imported.offers else []
        elif self._recognised.format:
            keys = [_CTRL_S]
        else:
            has_identifier = self._recognised.texts.keys() & {"arxiv", "doi"}
            deed = "look it up" if has_identifier else "fill in the fields"
            keys = [_ENTER.format(deed)] if self._recognised.is_of_use else []
        self.query_one("#recognised", Static).update(printable(text or " "))
        self.query_one(".dialog").border_subtitle = self.edge(" · ".join([*keys, _CLOSE]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let Enter be a line break in BibTeX, and the keys of an answer wait for it."""
        if action == "enter":
            is_begun = self.query_one(Block).text.lstrip().startswith(("@", "%"))
            return bool(self._imported) or not (is_begun or self._recognised.format)
        if action == "take_as_new":
            return bool(self._same)
        return bool(self._imported and self._imported.offers) if action == "take" else True

    def action_enter(self) -> None:
        """Do what is next, where Enter is no line break."""
        self.action_go_on()

    def action_go_on(self) -> None:
        """Import what was pasted, or look whether the paper is known, or go to it."""
        if self._is_busy:
            return
        if self._same:
            self.dismiss(self._same.id)
        elif self._imported:
            self.action_leave()
        elif self._recognised.format:
            self._begin_import()
        elif self._recognised.texts:
            self._wait(True)
            self._look_up(self._recognised)

    def action_take_as_new(self) -> None:
        """Fill in the fields although the library has a paper like it: it may be another work."""
        self.dismiss(self._recognised.texts)

    def action_take(self) -> None:
        """Import again what differed, and take what it says."""
        self._begin_import(update=True)

    def action_leave(self) -> None:
        """Go back, to what was imported if anything was; what was written is not lost unasked."""
        papers = self._imported.papers if self._imported else ()
        written = " ".join(self.query_one(Block).text.split())
        if self._imported or len(written) < _WORTH_ASKING:
            self.dismiss(papers[0] if papers else None)
        else:
            question = "Leave? What is written here is nowhere else."
            self.app.push_screen(Confirm(question), lambda sure: sure and self.dismiss(None))

    @work(thread=True, group="new")
    def _look_up(self, recognised: Recognised) -> None:
        """Look in a thread whether the paper is known here, or to a source of metadata."""
        texts = recognised.texts
        try:
            with closing(self._library.sibling()) as library:
                same = library.find_same(texts)
                if same is None and texts.keys() & {"arxiv", "doi"}:
                    report = self._found_online(library, texts)
                    if report:
                        self.post_message(self.Imported(report))
                        library.save()
                        return
                self.post_message(self.Looked(recognised, same))
        except ReadingListError as error:
            self.post_message(self.Failed(str(error)))

    def _found_online(self, library: Library, texts: Mapping[str, str]) -> FileReport | None:
        """Add the paper of an identifier; where no source has it, say so."""
        told = "No source has it: fill in the fields."
        try:
            report = library.add_found(texts.get("arxiv"), texts.get("doi"))
            if report:
                return report
        except SourceError as error:
            told = str(error)
        self.app.call_from_thread(self.notify, printable(told), severity="warning", markup=False)
        return None

    def on_new_paper_looked(self, message: Looked) -> None:
        """Say that it is known; otherwise go on."""
        self._wait(False)
        if message.recognised is not self._recognised:
            return
        if message.same is None:
            self.dismiss(message.recognised.texts)
        else:
            self._same = message.same
            self._show()

    def _begin_import(self, update: bool = False) -> None:
        self._wait(True)
        name = f"pasted {self._recognised.name.partition(',')[0]}"
        self._import(self.query_one(Block).text, name, update)

    @work(thread=True, group="new")
    def _import(self, text: str, name: str, update: bool) -> None:
        """Import in a thread, over a connection of its own."""
        try:
            with closing(self._library.sibling()) as library:
                (report,) = library.import_text(text, name, update=update).files
                self.post_message(self.Imported(report))
                library.save()
        except ReadingListError as error:
            self.post_message(self.Failed(str(error)))

    def on_new_paper_imported(self, message: Imported) -> None:
        """Go to the papers; where there is more to say than their number, say it first."""
        self._wait(False)
        report = message.report
        lines = [*report.problems, *report.assumptions, *report.offers]
        counts = f"{report.added} added, {report.completed} completed, {report.unchanged} unchanged"
        if report.failed:
            self._report(lines)
        elif lines:
            self._imported = report
            self._report([counts, *lines])
            self._show()
        else:
            self.notify(counts, markup=False)
            self.dismiss(report.papers[0] if report.papers else None)

    def on_new_paper_failed(self, message: Failed) -> None:
        """Say why, and let one go on."""
        self._wait(False)
        self._report([message.error])

    def _wait(self, is_busy: bool) -> None:
        """Take no letters while what is written is looked up or imported."""
        self._is_busy = self.query_one(Block).read_only = is_busy

    def _report(self, lines: list[str]) -> None:
        text = Text("\n".join(printable(line) for line in lines))
        self.query_one("#paste-report", Static).update(text)
