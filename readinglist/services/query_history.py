"""The queries that were used on a library, in a file of this machine."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from readinglist.domain.query import LONGEST
from readinglist.domain.text import printable

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 200


class QueryHistory:
    """The last queries, each once. It is a convenience: that it can't be kept is no error."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def queries(self) -> list[str]:
        """Return the queries, last used last; none if the file is missing or damaged."""
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return []
        texts = stored if isinstance(stored, list) else []
        return [line for text in texts if isinstance(text, str) and (line := printable(text))]

    def add(self, query: str) -> None:
        """Note that a query was used."""
        line = printable(query[:LONGEST])
        before = self.queries()
        if not line or before[-1:] == [line]:
            return
        kept = [*(text for text in before if text != line), line][-_MOST:]
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps(kept, indent=0), encoding="utf-8")
            os.replace(draft, self._file)
