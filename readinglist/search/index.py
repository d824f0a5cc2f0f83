"""The search index: an FTS5 table in the working copy, kept current from `unindexed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.search.tokens import words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from readinglist.domain.paper import Paper

FIELDS = ("title", "authors", "tags", "key", "venue", "note", "abstract")
"""The columns of the index, most telling first."""

_CHUNK = 200


class SearchIndex:
    """The words of each paper, by field."""

    def __init__(
        self, connection: sqlite3.Connection, papers: Callable[[Iterable[int]], list[Paper]]
    ) -> None:
        self._connection = connection
        self._papers = papers
        self._changes = 0
        if not self._exists():
            # Words come folded and split: any non-ASCII letter belongs to its word.
            connection.execute("BEGIN IMMEDIATE")
            if not self._exists():
                connection.execute(
                    f"CREATE VIRTUAL TABLE search_text USING fts5({', '.join(FIELDS)}, "
                    "tokenize = 'ascii', detail = full)"
                )
                connection.execute(
                    "CREATE VIRTUAL TABLE search_terms USING fts5vocab(search_text, 'row')"
                )
                connection.execute("INSERT OR IGNORE INTO unindexed SELECT id FROM paper")
            connection.execute("COMMIT")

    def bring_up_to_date(self, enough: Callable[[], bool] = lambda: False) -> bool:
        """Index what changed, in short transactions; return whether all is done.

        Args:
            enough: asked between two chunks whether to stop for now.
        """
        while not enough():
            ids = [
                paper
                for (paper,) in self._connection.execute(
                    "SELECT paper FROM unindexed LIMIT ?", (_CHUNK,)
                )
            ]
            if not ids:
                return True
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._index(ids)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        return False

    def version(self) -> tuple[int, int]:
        """Return what changes when the words of the library do."""
        (others,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(others), self._changes

    def terms(self) -> list[str]:
        """Return all words of the library, sorted."""
        return [term for (term,) in self._connection.execute("SELECT term FROM search_terms")]

    def candidates(self, expression: str, condition: str, parameters: list[object]) -> list[int]:
        """Return the papers that match an FTS5 expression and an SQL condition, best bm25 first."""
        weights = "10.0, 6.0, 5.0, 5.0, 2.0, 3.0, 1.0"
        rows = self._connection.execute(
            "SELECT search_text.rowid FROM search_text JOIN paper ON paper.id = search_text.rowid "
            f"WHERE search_text MATCH ? AND ({condition}) "
            f"ORDER BY bm25(search_text, {weights}), search_text.rowid",
            [expression, *parameters],
        )
        return [paper for (paper,) in rows]

    def fields(self, ids: list[int]) -> dict[int, tuple[str, ...]]:
        """Return the indexed words of papers, by field as in `FIELDS`, joined by spaces."""
        marks = ",".join("?" * len(ids))
        rows = self._connection.execute(
            f"SELECT rowid, {', '.join(FIELDS)} FROM search_text WHERE rowid IN ({marks})", ids
        )
        return {row[0]: row[1:] for row in rows}

    def _index(self, ids: list[int]) -> None:
        old = self.fields(ids)
        new = {paper.id: _texts(paper) for paper in self._papers(ids)}
        # A paper that was merely marked read has the words that it had.
        changed = [paper for paper in ids if old.get(paper) != new.get(paper)]
        self._connection.executemany(
            "DELETE FROM search_text WHERE rowid = ?", [(paper,) for paper in changed]
        )
        marks = ",".join("?" * (len(FIELDS) + 1))
        self._connection.executemany(
            f"INSERT INTO search_text (rowid, {', '.join(FIELDS)}) VALUES ({marks})",
            [(paper, *new[paper]) for paper in changed if paper in new],
        )
        self._connection.executemany(
            "DELETE FROM unindexed WHERE paper = ?", [(paper,) for paper in ids]
        )
        self._changes += bool(changed)

    def _exists(self) -> bool:
        query = "SELECT 1 FROM sqlite_schema WHERE name = 'search_terms'"
        return self._connection.execute(query).fetchone() is not None


def _texts(paper: Paper) -> tuple[str, ...]:
    names = (*paper.authors, paper.organization or "")
    values = (
        paper.title, " ".join(names), " ".join(paper.tags), paper.key,
        f"{paper.venue or ''} {paper.year or ''}",
        paper.note or "", paper.abstract or "",
    )  # fmt: skip
    return tuple(" ".join(words(value)) for value in values)
