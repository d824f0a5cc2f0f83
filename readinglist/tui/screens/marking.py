"""Marking papers: status, priority, tags, notes; deleting, merging; what was before; undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.paper import Priority, Status
from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting, editing
from readinglist.tui.screens.bulk_preview import BulkPreview, replaced, tagged
from readinglist.tui.suspending import TO_NOTE_DOWN, edited_outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.services.changing import Step
    from readinglist.services.library import Library
    from readinglist.services.notes import Kept
    from readinglist.tui.screens.note_editor import Left


class Marking(Acting):
    """Changes the chosen papers, or the one under the cursor."""

    _edit_externally: Callable[[str, str], str]
    """Lets the user write a text in a program of their own, see `edit_text`."""
    _can_follow = False
    """Whether a link of a note leads anywhere."""

    def _follow_key(self, key: str) -> None:
        """Go to the paper of a citation key."""
        raise NotImplementedError

    @editing
    def action_toggle_read(self) -> None:
        """Mark read; if all are read already, unread."""
        targets = self._targets()
        all_read = not self._library.values_among(targets, "status").keys() - {Status.READ}
        self._mark(targets, "status", Status.UNREAD if all_read else Status.READ)

    @editing
    def action_set_status(self, status: str) -> None:
        """Set the status."""
        self._mark(self._targets(), "status", Status(status))

    @editing
    def action_set_priority(self, priority: str) -> None:
        """Set the priority."""
        self._mark(self._targets(), "priority", Priority(priority))

    def _mark(self, targets: list[int], field: str, value: Status | Priority) -> None:
        self._change(
            f"Set {field} {value}",
            targets,
            lambda library: library.mark(targets, **{field: value}),  # type: ignore[arg-type]
            lambda: replaced(self._library.values_among(targets, field), value),
        )

    def _change(
        self,
        deed: str,
        targets: list[int],
        act: Callable[[Library], Step],
        effects: Callable[[], list[str]] = list,
        done: str = "",
    ) -> None:
        """Change papers; if they are more than a screen shows, after a look at what will change.

        Args:
            deed: what is done.
            targets: to whom.
            act: does it, as one step.
            effects: what will change, a line each.
            done: see `_after`.
        """

        def change(sure: bool | None = True) -> None:
            if sure:
                self._do(f"{deed} …", len(targets), act, changed)

        def changed(step: Step) -> None:
            self._after(step, done)
            if not step.papers and not self._library.papers(targets):  # git took them meanwhile
                self._tell("Nothing was changed: that is not in the library any more.", "warning")

        if len(targets) <= self._screenful():
            change()
        else:
            preview = BulkPreview(deed, effects(), targets, self._library.papers)
            self.app.push_screen(preview, change)

    @editing
    def action_tags(self) -> None:
        """Ask for the tags and set them."""
        from readinglist.tui.screens.dialogs import AskText, LastOfList

        targets = self._targets()
        if not targets:
            return
        tags = self._library.values_among(targets, "tag")
        common = {tag for tag, count in tags.items() if count == len(targets)}
        known = [tag for tag, _ in self._library.tags()]
        hint = "Tags, with commas between them." + (
            f" In use: {', '.join(known[:12])}" if known else ""
        )
        title = "Tags" if len(targets) == 1 else f"Tags of all {plural(len(targets), 'paper')}"
        text = "".join(f"{tag}, " for tag in sorted(common))

        def keep(answer: str | None) -> None:
            if answer is not None:
                wanted = {tag for part in answer.split(",") if (tag := " ".join(part.split()))}
                add, remove = sorted(wanted - common), sorted(common - wanted)
                self._change(
                    "Set tags",
                    targets,
                    lambda library: library.mark(targets, add_tags=add, remove_tags=remove),
                    lambda: tagged(tags, len(targets), add, remove),
                )

        self.app.push_screen(AskText(title, text, printable(hint), LastOfList(known)), keep)

    @editing
    def action_edit(self) -> None:
        """Edit all fields of the paper under the cursor."""
        from readinglist.tui.screens.entry_form import EntryForm

        current = self._current()
        for paper in self._library.papers([current.id] if current else ()):
            self.app.push_screen(EntryForm(self._library, paper), self._edited)

    def _edited(self, step: Step | None) -> None:
        if step and step.papers:
            self._after_form(step)
        if step and step.overwritten:
            fields = ", ".join(field.replace("_", " ") for field in step.overwritten)
            self._tell(
                f"Changed elsewhere meanwhile: {fields}. Yours holds, the other is in the history.",
                "warning",
            )

    def _after_form(self, step: Step) -> None:
        """Show what was edited in the form of all fields."""
        self._after(step, "Edited: ")

    @editing
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

    @editing
    def action_note_in_editor(self) -> None:
        """Write the note in the editor of the user's choice."""
        from readinglist.services.notes import beginning

        paper = self._current()
        if not paper:
            return
        begun = beginning(paper, self._config.notes)
        try:
            text = edited_outside(self.app, self._edit_externally, begun, self._config.editor)
            if text != begun:
                self._show_kept(self._library.keep_note(paper, text))
        except ReadingListError as error:
            self._tell(str(error), "error", seconds=TO_NOTE_DOWN)
        self.refresh(layout=True)

    def _show_kept(self, kept: Kept) -> None:
        """Show a note that was written, and tell what is not plain to see."""
        if kept.file:
            told = f"{kept.problem} The note is in {kept.file}."
            self._tell(told, "warning", seconds=TO_NOTE_DOWN)
        if kept.is_joined:
            self._tell("The note was changed elsewhere meanwhile: both are kept.", "warning")
        if kept.step:
            self._after(kept.step)

    @editing
    def action_delete(self) -> None:
        """Delete after a question."""
        targets = self._targets()
        if not targets:
            return

        def delete(sure: bool | None = True) -> None:
            if sure:
                self._do(
                    f"Delete {plural(len(targets), 'paper')} …",
                    len(targets),
                    lambda library: library.delete(targets),
                    self._after_deletion,
                )

        if len(targets) > self._screenful():
            preview = BulkPreview("Delete", ["u brings them back"], targets, self._library.papers)
            self.app.push_screen(preview, delete)
            return
        from readinglist.tui.screens.dialogs import Confirm

        what = plural(len(targets), "paper")
        if len(targets) == 1:
            what = "".join(f"“{printable(p.title)}”" for p in self._library.papers(targets))
        self.app.push_screen(Confirm(f"Delete {what}? (u brings it back)"), delete)

    def _after_deletion(self, step: Step) -> None:
        self._forget(step.papers)
        self._after(step, " ")

    def action_duplicates(self) -> None:
        """Show the papers that may be the same, and merge them."""
        from readinglist.tui.screens.duplicates import Duplicates

        duplicates = Duplicates(self._library, self._config)

        def after(_: None) -> None:
            self._forget(duplicates.merged)
            self._reload()

        self.app.push_screen(duplicates, after)

    def action_history(self) -> None:
        """Show what was done to the paper; an old value may be brought back."""
        from readinglist.tui.screens.history import History

        paper = self._current()

        def brought_back(step: Step | None) -> None:
            if step:
                self._after(step, "Brought back: ")

        if paper:
            self.app.push_screen(History(self._library, paper), brought_back)

    @editing
    def action_undo(self) -> None:
        """Take back the last step."""
        self._do(
            "Undo …",
            self._library.undo_extent(),
            lambda library: library.undo(),
            lambda step: self._after(step, "Undone: ", "redo"),
        )

    @editing
    def action_redo(self) -> None:
        """Bring again what undo took back."""
        self._do(
            "Redo …",
            self._library.undo_extent(redo=True),
            lambda library: library.redo(),
            lambda step: self._after(step, "Done again: "),
        )
