"""The queries that were used on a library, in a file of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.query import LONGEST
from readinglist.domain.text import printable
from readinglist.services.side_file import SideFile

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 200


class QueryHistory:
    """The last queries, each once. It is a convenience: that it can't be kept is no error."""

    def __init__(self, file: Path) -> None:
        self._file = SideFile(file)

    def queries(self) -> list[str]:
        """Return the queries, last used last; none if the file is missing or damaged."""
        texts = (text for text in self._file.list() if isinstance(text, str))
        return [line for text in texts if (line := printable(text))]

    def add(self, query: str) -> None:
        """Note that a query was used."""
        line = printable(query[:LONGEST])
        before = self.queries()
        if line and before[-1:] != [line]:
            self._file.keep([*(text for text in before if text != line), line][-_MOST:])
