"""Reads a whole library file and looks at each value in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.domain.text import plural
from readinglist.storage.document import open_inspected
from readinglist.storage.journal import COLUMNS as JOURNAL_COLUMNS
from readinglist.storage.papers import COLUMNS
from readinglist.storage.received import check_change, received_paper

if TYPE_CHECKING:
    from pathlib import Path


def survey(path: Path) -> tuple[int, int, tuple[str, ...]]:
    """Return how many papers and journal rows the library file at `path` has, and oddities.

    Raises:
        LibraryError: it is not sound.
    """
    with open_inspected(path, may_be_newer=True) as connection:
        keys: dict[str, int] = {}
        papers = changes = 0
        for row in connection.execute(f"SELECT {', '.join(COLUMNS)} FROM paper"):
            key = received_paper(row).key.lower()
            keys[key] = keys.get(key, 0) + 1
            papers += 1
        for row in connection.execute(f"SELECT {JOURNAL_COLUMNS} FROM journal"):
            check_change(row)
            changes += 1
        orphans = sum(
            connection.execute(
                f"SELECT count(*) FROM {table} WHERE paper NOT IN (SELECT id FROM paper)"
            ).fetchone()[0]
            for table in ("paper_tag", "paper_source")
        )
    warnings = [f"{plural(n, 'paper')} share the key {key}." for key, n in keys.items() if n > 1]
    if orphans:
        warnings.append(f"{plural(orphans, 'row')} of tags or sources belong to no paper.")
    return papers, changes, tuple(warnings)
