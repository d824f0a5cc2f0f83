"""When papers came and when they were read, by the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

Counted = dict[str, tuple[int, int]]
"""How many papers there are of a kind, and how many of these are read."""

_DAY = "max(date({}, 'localtime'), '0001-01-01')"
"""The day of a moment by this machine's clock, `2026-01-31`; NULL where it is no moment at all.

SQLite's calendar begins before that of Python, which has no year 0.
"""


class ReadingLog:
    """What a library tells of its reading; days are those of this machine's clock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def added(self) -> dict[str, int]:
        """Return how many papers were added on each day, as `2026-01-31`."""
        return dict(
            self._connection.execute(
                f"SELECT {_DAY.format('added_at')} AS day, count(*) FROM paper "
                "WHERE day IS NOT NULL GROUP BY day"
            )
        )

    def done(self) -> list[tuple[str, str | None, str | None]]:
        """Return each paper that is read or skipped: status, day of its adding, day of its end.

        The end is when a person last set its status so; the ids of the journal say which was the
        last, for clocks go back at times. It is None where nobody did: the paper came as read
        from a file.
        """
        return self._connection.execute(
            f"SELECT status, {_DAY.format('added_at')}, ("
            f"SELECT {_DAY.format('at')} FROM journal WHERE journal.paper = paper.id "
            "AND field = 'status' AND new = paper.status AND action = 'edit' "
            "ORDER BY id DESC LIMIT 1) "
            "FROM paper WHERE status IN ('read', 'skipped')"
        ).fetchall()

    def by_priority(self) -> Counted:
        """Return the papers of each priority."""
        return self._counted("SELECT priority, count(*), sum(status = 'read') FROM paper")

    def by_tag(self) -> Counted:
        """Return the papers of each tag, the most used first."""
        # With a plus, SQLite keeps the ids that it finds in an index: it reads no paper for them.
        return self._counted(
            "SELECT tag, count(*), sum(paper IN (SELECT +id FROM paper WHERE status = 'read')) "
            "FROM paper_tag WHERE +paper IN (SELECT +id FROM paper)"
        )

    def _counted(self, query: str) -> Counted:
        rows = self._connection.execute(f"{query} GROUP BY 1 ORDER BY 2 DESC, 1")
        return {kind: (papers, read) for kind, papers, read in rows}
