"""Marking papers: status, priority, tags, notes; deleting; undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.paper import Priority, Status
from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Step
    from readinglist.services.notes import Kept
    from readinglist.tui.screens.note_editor import Left

_TO_NOTE_DOWN = 20
"""Seconds for which one can read where a file is."""


class Marking(Acting):
    """Changes the chosen papers, or the one under the cursor."""

    _edit_externally: Callable[[str, str], str]
    """Lets the user write a text in a program of their own, see `edit_text`."""
    _can_follow = False
    """Whether a link of a note leads anywhere."""

    def _follow_key(self, key: str) -> None:
        """Go to the paper of a citation key."""
        raise NotImplementedError

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
            editor = NoteEditor(
                self._library, self._config, paper, self._edit_externally, self._can_follow
            )
            self.app.push_screen(editor, self._note_left)

    def _note_left(self, left: Left | None) -> None:
        if left and left.kept:
            self._show_kept(left.kept)
        if left and left.follow:
            self._follow_key(left.follow)

    def action_note_in_editor(self) -> None:
        """Write the note in the editor of the user's choice."""
        from readinglist.services.notes import beginning

        paper = self._current()
        if not paper:
            return
        begun = beginning(paper, self._config.notes)
        try:
            with self.app.suspend():
                text = self._edit_externally(begun, self._config.editor)
            if text != begun:
                self._show_kept(self._library.keep_note(paper, text))
        except ReadingListError as error:
            self._tell(str(error), "error")
        self.refresh(layout=True)

    def _show_kept(self, kept: Kept) -> None:
        """Show a note that was written, and tell what is not plain to see."""
        if kept.file:
            self._tell(f"{kept.problem} The note is in {kept.file}.", "warning", _TO_NOTE_DOWN)
        if kept.is_joined:
            self._tell("The note was changed elsewhere meanwhile: both are kept.", "warning")
        if kept.step:
            self._after(kept.step)

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
