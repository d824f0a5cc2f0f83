"""Papers in and out: import, export, the clipboard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.services import clipboard
from readinglist.tui.screens.acting import Acting, editing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readinglist.services.changing import Step
    from readinglist.services.exporting import Exported
    from readinglist.services.library import Library


class Citing(Acting):
    """Takes papers in; gives the chosen ones, or the one under the cursor, to others."""

    def action_copy_key(self) -> None:
        """Copy the citation keys."""
        targets = self._targets()

        def keys(library: Library) -> tuple[str, int]:
            papers = library.papers(targets)
            library.freeze_keys(papers)
            return ",".join(paper.key for paper in papers), len(papers)

        def copy(found: tuple[str, int]) -> None:
            if found[1]:
                self._copy(found[0], plural(found[1], "key"))

        self._do("Copy the keys …", len(targets), keys, copy)

    def action_copy_bibtex(self) -> None:
        """Copy the BibTeX entries."""
        targets = self._targets()

        def copy(exported: Exported) -> None:
            if exported.papers:
                count = plural(len(exported.papers), "BibTeX entry", "BibTeX entries")
                self._copy(exported.text, count)

        # What is exported has its keys frozen.
        self._do("Copy BibTeX …", len(targets), lambda library: library.export(targets), copy)

    @work(thread=True, group="clipboard")
    def _copy(self, text: str, what: str) -> None:
        """Copy in a thread: a program of the system may take its time."""
        tool = clipboard.copy(text)
        self.app.call_from_thread(self._copied, text, what, tool)

    def _copied(self, text: str, what: str, tool: str | None) -> None:
        if tool in (None, "tmux"):
            self.app.copy_to_clipboard(text)
        self._save_soon()
        shown = f": {text}" if len(text) < 60 else ""
        if tool is None:
            self._tell(f"Sent {what} to the terminal's clipboard{shown}")
        elif tool == "tmux":
            self._tell(f"Put {what} into tmux's buffer and sent it to the terminal{shown}")
        else:
            self._tell(f"Copied {what} with {tool}{shown}")

    def action_export(self) -> None:
        """Export the chosen papers, or the one under the cursor, after a preview."""
        from readinglist.services.exporting import format_of_file

        targets = self._targets()
        if not targets:
            return
        path = self._config.export.path
        kind = format_of_file(Path(os.path.expanduser(path)))
        self._do(
            "Export …",
            len(targets),
            lambda library: library.render(library.papers(targets), kind),
            lambda exported: self._preview_export(targets, exported, path),
        )

    def _preview_export(self, targets: list[int], exported: Exported, path: str) -> None:
        from readinglist.tui.screens.export_preview import ExportPreview

        def write(answer: str | None) -> None:
            if answer is None:
                return
            self._do(
                f"Export to {printable(answer)} …",
                len(targets),
                lambda library: self._written(library, targets, answer),
                lambda error: self._after_export(targets, exported, answer, error),
            )

        preview = ExportPreview(exported, path, self._library.lost_by_export)
        self.app.push_screen(preview, write)

    @staticmethod
    def _written(library: Library, targets: list[int], path: str) -> ReadingListError | None:
        """Write a file; return why that could not be done: the user may name another one."""
        try:
            library.export(targets, path, replace_all=True)
        except ReadingListError as error:
            return error
        return None

    def _after_export(
        self, targets: list[int], exported: Exported, path: str, error: ReadingListError | None
    ) -> None:
        if error:
            self._tell(str(error), "error")
            self._preview_export(targets, exported, path)
        else:
            self._save_soon()
            self._tell(f"{plural(len(exported.papers), 'paper')} written to {path}")

    @editing
    def action_import(self) -> None:
        """Import files."""
        from readinglist.tui.screens.importing import ImportFiles

        self.app.push_screen(ImportFiles(self._library), lambda _: self._after_import())

    @editing
    def action_new(self) -> None:
        """Add a paper that is typed in, or papers that are pasted."""
        from readinglist.tui.screens.new_paper import NewPaper

        def go_on(answer: Mapping[str, str] | int | None) -> None:
            if isinstance(answer, int):
                self._go_to(answer)
                self._index_ahead()
            elif answer is not None:
                self._fill_in(answer)

        self.app.push_screen(NewPaper(self._library), go_on)

    def _fill_in(self, texts: Mapping[str, str]) -> None:
        from readinglist.tui.screens.entry_form import EntryForm

        def go_on(step: Step | None) -> None:
            if step:
                self._after(step, " ")
                self._go_to(step.papers[0])

        self.app.push_screen(EntryForm(self._library, texts=texts), go_on)

    def _after_import(self) -> None:
        self._reload()
        self._count_soon()
        self._index_ahead()
