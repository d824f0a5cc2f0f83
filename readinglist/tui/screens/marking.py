"""Marking papers: status, priority, tags, notes; deleting; what was before; undo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.services.changing import Step


class Marking(Acting):
    """Changes the chosen papers, or the one under the cursor."""

    _edit_externally: Callable[[str, str], str]
    """Lets the user write a text in a program of their own, see `edit_text`."""

    def action_toggle_read(self) -> None:
        """Mark read; if all are read already, unread."""
        papers = self._library.papers(self._targets())
        all_read = all(paper.status is Status.READ for paper in papers)
        self._mark_status(Status.UNREAD if all_read else Status.READ)

    def action_set_status(self, status: str) -> None:
        """Set the status."""
        self._mark_status(Status(status))

    def _mark_status(self, status: Status) -> None:
        self._after(self._library.mark(self._targets(), status=status))

    def action_set_priority(self, priority: str) -> None:
        """Set the priority."""
        self._after(self._library.mark(self._targets(), priority=Priority(priority)))

    def action_tags(self) -> None:
        """Ask for the tags and set them."""
        from readinglist.tui.screens.dialogs import AskText, LastOfList

        targets = self._library.papers(self._targets())
        if not targets:
            return
        common = set(targets[0].tags).intersection(*(paper.tags for paper in targets))
        known = [tag for tag, _ in self._library.tags()]
        hint = "Tags, with commas between them." + (
            f" In use: {', '.join(known[:12])}" if known else ""
        )
        title = "Tags" if len(targets) == 1 else f"Tags of all {plural(len(targets), 'paper')}"
        text = "".join(f"{tag}, " for tag in sorted(common))

        def keep(answer: str | None) -> None:
            if answer is not None:
                wanted = {tag for part in answer.split(",") if (tag := " ".join(part.split()))}
                self._set_tags(targets, sorted(wanted - common), sorted(common - wanted))

        self.app.push_screen(AskText(title, text, printable(hint), LastOfList(known)), keep)

    def _set_tags(self, papers: list[Paper], add: list[str], remove: list[str]) -> None:
        try:
            step = self._library.mark([p.id for p in papers], add_tags=add, remove_tags=remove)
        except ReadingListError as error:
            self._tell(str(error), "error")
        else:
            self._after(step)

    def action_note(self) -> None:
        """Write the note of the paper under the cursor."""
        from readinglist.tui.screens.note_editor import NoteEditor

        paper = self._current()
        if paper:
            editor = NoteEditor(paper.title, paper.note or "")
            self.app.push_screen(editor, partial(self._keep_note, paper))

    def action_note_in_editor(self) -> None:
        """Write the note in the editor of the user's choice."""
        paper = self._current()
        if not paper:
            return
        try:
            with self.app.suspend():
                text = self._edit_externally(paper.note or "", self._config.editor)
            self._keep_note(paper, text)
        except ReadingListError as error:
            self._tell(str(error), "error")
        self.refresh(layout=True)

    def _keep_note(self, paper: Paper, text: str | None) -> None:
        before = paper.note or ""
        if text is not None and text != before:
            paper = next(iter(self._library.papers([paper.id])), paper)
            if (paper.note or "") != before:
                text = f"{paper.note}\n\n{text}"
                self._tell("The note was changed elsewhere meanwhile: both are kept.", "warning")
            try:
                self._after(self._library.note(paper.key, text))
            except ReadingListError as error:
                self._tell(str(error), "error")

    def action_delete(self) -> None:
        """Delete after a question."""
        from readinglist.tui.screens.dialogs import Confirm

        targets = self._library.papers(self._targets())
        if not targets:
            return
        one = f"“{printable(targets[0].title)}”"
        what = one if len(targets) == 1 else plural(len(targets), "paper")

        def delete(sure: bool | None) -> None:
            if sure:
                step = self._library.delete([paper.id for paper in targets])
                self._forget(step.papers)
                self._after(step, " ")

        self.app.push_screen(Confirm(f"Delete {what}? (u brings it back)"), delete)

    def action_history(self) -> None:
        """Show what was done to the paper; an old value may be brought back."""
        from readinglist.tui.screens.history import History

        paper = self._current()

        def brought_back(step: Step | None) -> None:
            if step:
                self._after(step, "Brought back: ")

        if paper:
            self.app.push_screen(History(self._library, paper), brought_back)

    def action_undo(self) -> None:
        """Take back the last step."""
        self._turn_back(self._library.undo, "Undone: ")

    def action_redo(self) -> None:
        """Bring again what undo took back."""
        self._turn_back(self._library.redo, "Done again: ")

    def _turn_back(self, act: Callable[[], Step], done: str) -> None:
        try:
            self._after(act(), done)
        except ReadingListError as error:
            self._tell(str(error))
