"""Fetching the open-access PDFs of papers, each into its file beside the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.config import ARXIV_PDF as ARXIV_PDF_SETTING
from readinglist.domain.text import plural
from readinglist.errors import ReadingListError, SourceError, StoppedError
from readinglist.services.completing import agent
from readinglist.services.pdf_files import PdfFiles

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.online.download import PdfDownloads
    from readinglist.services.library import Library

_UNREACHABLE_IN_A_ROW = 3
"""After so many papers whose PDFs can't be asked for, no other is tried."""
_AT_ONCE = 100
"""So many papers are read at a time."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of the PDF of one paper."""

    paper: Paper
    file: Path | None = None
    is_new: bool = False
    """Whether it was not there before."""
    error: ReadingListError | None = None
    """Why it can't be had."""


def summary(done: Sequence[Fetched]) -> str:
    """Return in a line what became of some PDFs."""
    if len(done) == 1 and done[0].file:
        file = done[0].file
        return f"{file.parent.name}/{file.name} is there{'' if done[0].is_new else ' already'}."
    failed = [one for one in done if one.error]
    new = sum(one.is_new for one in done)
    there = len(done) - len(failed) - new
    counts = (
        *([f"{plural(new, 'PDF')} fetched"] if new else ()),
        *([f"{there} there already"] if there else ()),
        *([f"{len(failed)} not to be had"] if failed and len(done) > 1 else ()),
    )
    first = f" {failed[0].paper.key}: {failed[0].error}" if failed else ""
    return f"{', '.join(counts)}{'.' if counts else ''}{first}".strip()


def pdf_downloads(config: Config, stop: threading.Event | None = None) -> PdfDownloads:
    """Return what fetches PDFs, as the configuration says; it is to be closed.

    Args:
        config: the settings.
        stop: set when no PDF is wanted any more.
    """
    from readinglist.online.download import ARXIV_PDF, OPENALEX, PdfDownloads

    online = config.online
    return PdfDownloads(
        online.addresses.get(ARXIV_PDF_SETTING, ARXIV_PDF),
        online.addresses.get("openalex", OPENALEX),
        agent=agent(),
        stop=stop,
    )


def fetch_pdfs(
    library: Library,
    ids: Iterable[int],
    downloads: PdfDownloads,
    begin: Callable[[Paper], object] = lambda paper: None,
) -> Iterator[Fetched]:
    """Fetch the PDFs of papers, one after the other; those that are there already stay.

    The key of a paper whose PDF is fetched never changes by itself again: a file is named by it.

    Args:
        library: where the papers are.
        ids: the papers.
        downloads: what fetches.
        begin: called with a paper before its PDF is asked for.

    Yields:
        What became of each, in their order.

    Raises:
        StoppedError: no PDF is wanted any more.
        SourceError: nothing can be reached.
    """
    files = PdfFiles(library.path)
    unreachable = 0
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        for paper in library.papers(wanted[start : start + _AT_ONCE]):
            file = files.find(library.keys_of(paper))
            if file:
                yield Fetched(paper, file)
                continue
            try:
                file = files.place(paper.key)
                begin(paper)
                downloads.fetch(paper, file)
                library.freeze_keys([paper])
                yield Fetched(paper, file, is_new=True)
            except StoppedError:
                raise
            except ReadingListError as error:
                yield Fetched(paper, error=error)
                is_unreachable = isinstance(error, SourceError) and error.is_unreachable
                unreachable = unreachable + 1 if is_unreachable else 0
                if unreachable == _UNREACHABLE_IN_A_ROW:
                    raise SourceError(
                        "Nothing can be reached: no more is fetched.", "Is there a network?"
                    ) from error
            else:
                unreachable = 0
