"""Fetching PDFs in the background."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

from textual import work

from readinglist.domain.text import plural
from readinglist.errors import ReadingListError, StoppedError
from readinglist.tui.screens.acting import Acting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.config import Config
    from readinglist.services.fetching import Fetched
    from readinglist.services.library import Library


class Fetching(Acting):
    """Fetches the PDFs of the chosen papers, or of the one under the cursor."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__(library, config)
        self._no_more_pdfs: threading.Event | None = None
        """Stops what is being fetched; None where nothing is."""

    def _pdfs_fetched(self) -> None:
        """Show that there are more PDFs."""

    def action_fetch_pdf(self) -> None:
        """Fetch the PDFs; while some are being fetched, stop."""
        if self._no_more_pdfs:
            self._no_more_pdfs.set()
            return
        targets = self._targets()

        def fetch(sure: bool | None = True) -> None:
            if sure and targets and not self._no_more_pdfs:
                self._no_more_pdfs = threading.Event()
                stopper = self._key_of("fetch.pdf")
                self._tell(f"Fetching {plural(len(targets), 'PDF')}; {stopper} stops.")
                self._fetch(targets, self._no_more_pdfs)

        if len(targets) <= self._screenful():
            fetch()
        else:
            from readinglist.tui.screens.bulk_preview import BulkPreview

            effects = ["In the background; three seconds each where arXiv has them"]
            preview = BulkPreview("Fetch PDFs", effects, targets, self._library.papers)
            self.app.push_screen(preview, fetch)

    @work(thread=True, group="pdf")
    def _fetch(self, targets: list[int], stop: threading.Event) -> None:
        from readinglist.services.fetching import fetch_pdfs, pdf_downloads

        done: list[Fetched] = []
        error: ReadingListError | None = None
        try:
            with (
                closing(self._library.sibling()) as library,
                closing(pdf_downloads(self._config, stop)) as downloads,
            ):
                for fetched in fetch_pdfs(library, targets, downloads):
                    done.append(fetched)
        except ReadingListError as raised:
            error = raised
        if self.is_running:
            self.app.call_from_thread(self._fetched, done, error)

    def _fetched(self, done: Sequence[Fetched], error: ReadingListError | None) -> None:
        from readinglist.services.fetching import summary

        self._no_more_pdfs = None
        self._pdfs_fetched()
        self._save_soon()  # their keys stay from now on
        is_complete = not error and all(one.file for one in done)
        text = " ".join(filter(None, (summary(done), str(error or ""))))
        is_fault = not is_complete and not isinstance(error, StoppedError)
        self._tell(text, "warning" if is_fault else "information")

    def on_unmount(self) -> None:
        """Fetch no more."""
        if self._no_more_pdfs:
            self._no_more_pdfs.set()
