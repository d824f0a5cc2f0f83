"""The sample library: well-known papers, to try everything on."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from readinglist.domain.paper import Status
from readinglist.formats import json_lines
from readinglist.services.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from readinglist.config import Config

SAMPLE = Path(__file__).parent.parent / "sample.jsonl"


@contextmanager
def sample_library(config: Config) -> Iterator[Library]:
    """Open a throw-away library that holds the sample; leaving deletes it."""
    with TemporaryDirectory(prefix="readinglist-demo-") as folder:
        library = Library.open(Path(folder) / "library.db", config, Path(folder) / "state")
        try:
            fill_with_sample(library)
            yield library
        finally:
            library.close()


def fill_with_sample(library: Library) -> None:
    """Import the sample as bibliographic facts, then do what its reader did."""
    text = SAMPLE.read_text(encoding="utf-8")
    papers = json_lines.parse(text).papers
    library.import_files([SAMPLE])
    by_status: dict[Status, list[int]] = {}
    for paper in papers:
        by_status.setdefault(paper.status, []).append(paper.id)
    # The statuses came with the import; set anew, they are in the journal as a person's.
    library.mark(by_status[Status.READ], status=Status.UNREAD)
    library.mark(by_status[Status.READ], status=Status.READ)
    library.save()
