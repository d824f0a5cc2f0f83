"""The sample library: well-known papers, to try everything on."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
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
    """Import the sample, then do to its papers what their reader did, so that it is history."""
    papers = json_lines.parse(SAMPLE.read_text(encoding="utf-8")).papers
    with TemporaryDirectory(prefix="readinglist-demo-") as folder:
        unread = Path(folder) / SAMPLE.name
        text = json_lines.write([replace(paper, status=Status.UNREAD) for paper in papers])
        unread.write_text(text, encoding="utf-8")
        library.import_files([unread])
    for status in (Status.SKIPPED, Status.READING, Status.READ):
        library.mark([paper.id for paper in papers if paper.status is status], status=status)
    library.save()
