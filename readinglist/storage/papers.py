"""Rows and papers: the one place that knows the columns."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from readinglist.domain.entry import Entry, Macro
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.domain.text import encodable
from readinglist.errors import ForeignValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

COLUMNS = (
    "id", "key", "key_frozen", "type", "title", "authors", "author_count", "organization",
    "abstract", "published", "venue", "arxiv", "doi", "url", "links", "comments", "status",
    "priority", "note", "added_at", "entries", "votes", "stars", "cite_as",
)  # fmt: skip
_LISTS = frozenset(("authors", "links"))
_ENCODED = _LISTS | {"entries", "key_frozen", "status", "priority"}
_NUMBERS = frozenset(("author_count", "comments", "key_frozen", "votes", "stars"))
_DECODED = (*_LISTS, "entries", *_NUMBERS, "status", "priority")
"""The fields whose values are others than those of their columns."""
_NEVER_NONE = _LISTS | {"entries"}
_BATCH = 500
_AMONG = "IN (SELECT value FROM json_each(?))"
"""Stands behind a column, with the JSON of many numbers."""
_HAS_LINK = "instr(note, '[[')"


def encode(field: str, value: Any) -> str | int | None:
    """Return `value` of a paper's `field` as its column holds it."""
    if field in _LISTS:
        return json.dumps(value, ensure_ascii=False) if value else None
    if field == "entries":
        return _entries_to_json(value) if value else None
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int) else str(value)


def decode(field: str, stored: Any) -> Any:
    """Return the value of a paper's `field` from its column or from the journal.

    Raises:
        LibraryError: no value of that field looks so.
    """
    try:
        if field in _LISTS:
            return _strings(stored)
        if field == "entries":
            return _entries_from_json(stored) if stored else ()
        if stored is None:
            return None
        if field in _NUMBERS:
            return bool(int(stored)) if field == "key_frozen" else int(stored)
        if field == "status":
            return Status(stored)
        if field == "priority":
            return Priority(stored)
    except ValueError as error:
        raise misfit(field, stored) from error
    return stored


def paper_from_row(row: tuple[Any, ...]) -> Paper:
    """Return the paper of a row of `COLUMNS`, still without tags and sources.

    Raises:
        LibraryError: a value doesn't fit its column.
    """
    values = dict(zip(COLUMNS, row, strict=True))
    for name in _DECODED:
        stored = values[name]
        if stored is not None or name in _NEVER_NONE:
            values[name] = decode(name, stored)
    return Paper(**values)


def paper_to_json(paper: Paper) -> str:
    """Return all of `paper` as one JSON object, for the journal."""
    values = {field.name: getattr(paper, field.name) for field in dataclasses.fields(paper)}
    values["entries"] = encode("entries", paper.entries)
    return json.dumps(values, ensure_ascii=False)


def paper_from_json(text: str) -> Paper:
    """Return the paper that `paper_to_json` wrote.

    Raises:
        LibraryError: the text is not of that kind.
    """
    try:
        values = _from_json(text)
        values["entries"] = decode("entries", values.get("entries"))
        values.update(
            {name: tuple(values[name]) for name in ("authors", "links", "tags", "sources")},
            status=Status(values["status"]),
            priority=Priority(values["priority"]),
        )
        return Paper(**values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ForeignValueError("a deleted paper that can't be read in its journal") from error


class Marks(NamedTuple):
    """What a person marks a paper with, without its facts."""

    id: int
    key: str
    status: Status
    priority: Priority
    tags: tuple[str, ...]


class PaperStore:
    """The papers of one database, and which of them changed since they were last saved."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count(self) -> int:
        """Return how many papers there are."""
        return sum(self.count_by_status().values())

    def count_by_status(self) -> dict[Status, int]:
        """Return how many papers have each status."""
        counts = dict(self._connection.execute("SELECT status, papers FROM status_count"))
        return {status: counts.get(status.value, 0) for status in Status}

    def get(self, ids: Iterable[int]) -> list[Paper]:
        """Return the papers of these ids, in their order; ids that are not there are left out."""
        wanted = list(ids)
        found: dict[int, Paper] = {}
        for start in range(0, len(wanted), _BATCH):
            chunk = wanted[start : start + _BATCH]
            marks = ",".join("?" * len(chunk))
            tags = self._grouped(
                f"SELECT paper, tag FROM paper_tag WHERE paper IN ({marks}) ORDER BY tag", chunk
            )
            sources = self._grouped(
                f"SELECT paper, name FROM paper_source JOIN source ON source.id = source "
                f"WHERE paper IN ({marks}) ORDER BY source.added_at, name",
                chunk,
            )
            rows = self._connection.execute(
                f"SELECT {', '.join(COLUMNS)} FROM paper WHERE id IN ({marks})", chunk
            )
            for row in rows:
                paper = paper_from_row(row)
                found[paper.id] = dataclasses.replace(
                    paper, tags=tags.get(paper.id, ()), sources=sources.get(paper.id, ())
                )
        return [found[number] for number in wanted if number in found]

    def marks(self, ids: Iterable[int]) -> list[Marks]:
        """Return the marks of papers, in their order; of many papers much faster than `get`."""
        places = {number: place for place, number in enumerate(ids)}
        wanted = json.dumps(list(places))
        tags = self._grouped(
            f"SELECT paper, tag FROM paper_tag WHERE paper {_AMONG} ORDER BY tag", [wanted]
        )
        rows = self._connection.execute(
            f"SELECT id, key, status, priority FROM paper WHERE id {_AMONG}", (wanted,)
        )
        marks = [
            Marks(
                *(number, key, decode("status", status), decode("priority", priority)),
                tags.get(number, ()),
            )
            for number, key, status, priority in rows
        ]
        return sorted(marks, key=lambda one: places[one.id])

    def stored_values(
        self, papers: Iterable[int], fields: Iterable[str]
    ) -> dict[int, dict[str, str | None]]:
        """Return the key, the title and some fields of papers, as the journal holds values.

        What is no column is left out, as is who is not there.
        """
        names = ["id", *sorted({"key", "title", *fields}.intersection(COLUMNS) - {"id"})]
        rows = self._connection.execute(
            f"SELECT {', '.join(names)} FROM paper WHERE id {_AMONG}",
            (json.dumps(list(papers)),),
        )
        return {
            number: {
                name: None if (value := encode(name, decode(name, stored))) is None else str(value)
                for name, stored in zip(names[1:], values, strict=True)
            }
            for number, *values in rows
        }

    def has(self, paper: int) -> bool:
        """Return whether a paper of this id is there."""
        query = "SELECT 1 FROM paper WHERE id = ?"
        return self._connection.execute(query, (paper,)).fetchone() is not None

    def those_there(self, papers: Iterable[int]) -> set[int]:
        """Return those of some papers that are there."""
        query = f"SELECT id FROM paper WHERE id {_AMONG}"
        rows = self._connection.execute(query, (json.dumps(list(papers)),))
        return {number for (number,) in rows}

    def tags_of(self, papers: Iterable[int]) -> set[tuple[int, str]]:
        """Return the tags of some papers, each with its paper."""
        query = f"SELECT paper, tag FROM paper_tag WHERE paper {_AMONG}"
        return set(self._connection.execute(query, (json.dumps(list(papers)),)))

    def all_ids(self) -> list[int]:
        """Return the ids of all papers, first added first."""
        return [
            i for (i,) in self._connection.execute("SELECT id FROM paper ORDER BY added_at, id")
        ]

    def id_of_key(self, key: str) -> int | None:
        """Return the paper that has, or once had, this citation key, without regard to case."""
        row = self._connection.execute(
            "SELECT id FROM paper WHERE key = ?1 COLLATE NOCASE "
            "UNION ALL SELECT paper FROM key_alias JOIN paper ON id = paper "
            "WHERE key_alias.key = ?1 COLLATE NOCASE LIMIT 1",
            (encodable(key),),
        ).fetchone()
        return int(row[0]) if row else None

    def id_of_present_key(self, key: str) -> int | None:
        """Return the paper that has this citation key now, without regard to case."""
        query = "SELECT id FROM paper WHERE key = ? COLLATE NOCASE LIMIT 1"
        row = self._connection.execute(query, (encodable(key),)).fetchone()
        return int(row[0]) if row else None

    def all_keys(self) -> list[str]:
        """Return all citation keys, and the names of those that were renamed."""
        return [key for (key,) in self._connection.execute("SELECT key FROM paper")] + [
            key for (key,) in self._connection.execute("SELECT key FROM key_alias")
        ]

    def ids_of_keys(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the papers that have, or once had, these keys in lower case, as far as known."""
        found = {key: self.id_of_present_key(key) for key in keys}
        if None in found.values():
            query = "SELECT lower(key_alias.key), id FROM key_alias JOIN paper ON id = paper"
            aliases: dict[str, int] = dict(self._connection.execute(query))
            found.update((key, aliases.get(key)) for key, paper in found.items() if paper is None)
        return {key: paper for key, paper in found.items() if paper is not None}

    def linking_notes(self, papers: Iterable[int] | None = None) -> Iterator[tuple[int, str]]:
        """Yield the papers, of all or of some, whose notes may hold links, with the notes."""
        # Made by the first who asks: then no search reads all papers for a few notes. While
        # somebody else writes for long, it goes without.
        with suppress(sqlite3.OperationalError):
            self._connection.execute(
                f"CREATE INDEX IF NOT EXISTS paper_with_links ON paper (id) WHERE {_HAS_LINK}"
            )
        query = f"SELECT id, note FROM paper WHERE {_HAS_LINK}"
        if papers is None:
            yield from self._connection.execute(query)
            return
        for paper in papers:
            yield from self._connection.execute(f"{query} AND id = ?", (paper,))

    def identifiers(self) -> Iterator[tuple[int, str, str | None, str | None]]:
        """Yield id, title, arXiv id and DOI of each paper."""
        yield from self._connection.execute("SELECT id, title, arxiv, doi FROM paper")

    def values_among(self, papers: Iterable[int], field: str) -> dict[str, int]:
        """Return the values that some papers have in a field, with how many of them have it.

        Args:
            papers: their ids.
            field: status, priority or tag.
        """
        table, paper = ("paper_tag", "paper") if field == "tag" else ("paper", "id")
        return dict(
            self._connection.execute(
                f"SELECT {field}, count(*) FROM {table} "
                f"WHERE {paper} {_AMONG} GROUP BY 1 ORDER BY 2 DESC, 1",
                (json.dumps(list(papers)),),
            )
        )

    def tags(self) -> list[tuple[str, int]]:
        """Return the tags in use with the number of their papers, most used first."""
        return self._connection.execute(
            "SELECT tag, count(*) AS n FROM paper_tag GROUP BY tag ORDER BY n DESC, tag"
        ).fetchall()

    def families(self) -> list[tuple[str, int]]:
        """Return the family names of authors with the number of their papers, most used first.

        It reads every paper: in a large library that takes seconds.
        """
        return self._connection.execute(
            "SELECT iif(instr(value, ', '), substr(value, 1, instr(value, ', ') - 1), value) "
            "AS family, count(DISTINCT paper.id) AS n FROM paper, json_each(paper.authors) "
            "GROUP BY family ORDER BY n DESC, family"
        ).fetchall()

    def venues(self) -> list[tuple[str, int]]:
        """Return the venues with the number of their papers, most used first."""
        return self._connection.execute(
            "SELECT venue, count(*) AS n FROM paper WHERE venue != '' "
            "GROUP BY venue ORDER BY n DESC, venue"
        ).fetchall()

    def add(self, paper: Paper, sources: Iterable[int] = ()) -> None:
        """Write a paper that is not there yet, with its tags and the ids of its sources."""
        self.add_all([paper])
        self.add_sources((paper.id, source) for source in sources)

    def add_all(self, papers: Collection[Paper]) -> None:
        """Write papers that are not there yet, with their tags."""
        self._connection.executemany(
            f"INSERT INTO paper ({', '.join(COLUMNS)}) VALUES ({','.join('?' * len(COLUMNS))})",
            (
                [
                    encode(name, getattr(paper, name)) if name in _ENCODED else getattr(paper, name)
                    for name in COLUMNS
                ]
                for paper in sorted(papers, key=lambda paper: paper.id)
            ),
        )
        self.add_tags((paper.id, tag) for paper in papers for tag in paper.tags)
        self.touch([paper.id for paper in papers])

    def set(self, paper: int, field: str, value: Any) -> None:
        """Write one field of a paper: a column, not its tags."""
        self.set_of_many(field, [(paper, value)])
        self._touch(paper)

    def set_of_many(self, field: str, values: Iterable[tuple[int, Any]]) -> None:
        """Write one field of many papers: a column, not their tags; `touch` them then."""
        if field not in COLUMNS or field == "id":
            raise ValueError(f"{field!r} is no column that can be set")
        # In the order of the table, so that each of its pages is written once.
        rows = sorted((paper, encode(field, value)) for paper, value in values)
        self._connection.executemany(f"UPDATE paper SET {field} = ?2 WHERE id = ?1", rows)

    def freeze_keys(self, papers: Iterable[int], is_frozen: bool = True) -> None:
        """Note whether the keys of papers are known outside; no word of them changes by that."""
        some = list(papers)
        self.set_of_many("key_frozen", ((paper, is_frozen) for paper in some))
        self._to_be_saved(some)

    def add_tags(self, tags: Iterable[tuple[int, str]]) -> None:
        """Give papers a tag each; `touch` them then."""
        self._connection.executemany("INSERT OR IGNORE INTO paper_tag VALUES (?, ?)", sorted(tags))

    def remove_tags(self, tags: Iterable[tuple[int, str]]) -> None:
        """Take a tag each from papers; `touch` them then."""
        self._connection.executemany(
            "DELETE FROM paper_tag WHERE paper = ? AND tag = ?", sorted(tags)
        )

    def aliases_of(self, papers: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return the further citation keys that name papers, of those papers that have any."""
        query = f"SELECT paper, key FROM key_alias WHERE paper {_AMONG} ORDER BY key"
        return self._grouped(query, [json.dumps(list(papers))])

    def add_aliases(self, names: Iterable[tuple[str, int]]) -> None:
        """Let keys go on naming the papers that had them."""
        self._connection.executemany("INSERT OR REPLACE INTO key_alias VALUES (?, ?)", names)

    def remove_aliases(self, keys: Iterable[str]) -> None:
        """Let keys name nothing but papers that have them."""
        self._connection.executemany(
            "DELETE FROM key_alias WHERE key = ? COLLATE NOCASE", ((key,) for key in keys)
        )

    def delete(self, papers: Collection[int]) -> None:
        """Take papers out, with their tags and sources."""
        some = json.dumps(list(papers))
        for place in ("paper WHERE id", "paper_tag WHERE paper", "paper_source WHERE paper"):
            self._connection.execute(f"DELETE FROM {place} {_AMONG}", (some,))
        self.touch(papers)

    def has_source(self, source: int) -> bool:
        """Return whether a source was imported before."""
        query = "SELECT 1 FROM source WHERE id = ?"
        return self._connection.execute(query, (source,)).fetchone() is not None

    def save_source(
        self, source: int, name: str, kind: str, at: str, definitions: str | None = None
    ) -> None:
        """Remember a source: the digest of its text, its name, its format, what it defines."""
        self._connection.execute(
            "INSERT OR IGNORE INTO source VALUES (?, ?, ?, ?, ?)",
            (source, name, kind, at, definitions),
        )

    def definitions(self, sources: Iterable[int]) -> dict[int, str]:
        """Return what sources define, as JSON; those that define nothing are left out."""
        query = "SELECT definitions FROM source WHERE id = ? AND definitions IS NOT NULL"
        found = ((i, self._connection.execute(query, (i,)).fetchone()) for i in sources)
        return {source: row[0] for source, row in found if row}

    def sources_of(self, papers: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """Return the ids of the sources of papers, of those papers that have any."""
        query = f"SELECT paper, source FROM paper_source WHERE paper {_AMONG}"
        return self._grouped(query, [json.dumps(list(papers))])

    def add_sources(self, sources: Iterable[tuple[int, int]]) -> None:
        """Remember that papers came from a source each; `touch` them then."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO paper_source VALUES (?, ?)", sorted(sources)
        )

    def remove_sources(self, sources: Iterable[tuple[int, int]]) -> None:
        """Forget that papers came from a source each; `touch` them then."""
        self._connection.executemany(
            "DELETE FROM paper_source WHERE paper = ? AND source = ?", sorted(sources)
        )

    def touch(self, papers: Collection[int]) -> None:
        """Note that papers are to be saved and to be indexed."""
        self._to_be_saved(papers)
        self.to_be_indexed((paper,) for paper in sorted(papers))

    def _touch(self, paper: int) -> None:
        self.touch([paper])

    def _to_be_saved(self, papers: Iterable[int]) -> None:
        self._connection.executemany(
            "INSERT INTO unsaved (paper, version) VALUES (?, 1) "
            "ON CONFLICT (paper) DO UPDATE SET version = version + 1",
            ((paper,) for paper in sorted(papers)),
        )

    def to_be_indexed(self, papers: Iterable[tuple[int]]) -> None:
        """Note that the words of papers may have changed."""
        self._connection.executemany(
            "INSERT INTO unindexed VALUES (?, 1) "
            "ON CONFLICT (paper) DO UPDATE SET version = version + 1",
            papers,
        )

    def _grouped(self, query: str, parameters: Sequence[int | str]) -> dict[int, tuple[Any, ...]]:
        groups: dict[int, list[Any]] = {}
        for paper, value in self._connection.execute(query, parameters):
            groups.setdefault(paper, []).append(value)
        return {paper: tuple(values) for paper, values in groups.items()}


def misfit(field: str, stored: object) -> ForeignValueError:
    """Return what is to be said of a value that can't be one of a paper's `field`."""
    return ForeignValueError(f"a value that can't be the {field} of a paper: {stored!r:.60}")


def _from_json(text: str) -> Any:
    """Return what JSON holds.

    Raises:
        ValueError: it is none, or nested deeper than any value of ours.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError from error


def _strings(stored: str | None) -> tuple[str, ...]:
    values = _from_json(stored) if stored else []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError
    return tuple(values)


def _entries_to_json(entries: tuple[Entry, ...]) -> str:
    """Return entries as JSON: a value is its text, or an array of texts and `{"macro": name}`."""
    return json.dumps(
        [
            {
                "key": entry.key,
                "type": entry.type,
                "fields": [
                    [name, value if isinstance(value, str) else [_part_to_json(p) for p in value]]
                    for name, value in entry.fields
                ],
                **({"comment": entry.comment} if entry.comment else {}),
                **({"source": entry.source} if entry.source else {}),
            }
            for entry in entries
        ],
        ensure_ascii=False,
    )


def _part_to_json(part: str) -> str | dict[str, str]:
    return {"macro": str(part)} if isinstance(part, Macro) else part


def _entries_from_json(text: str) -> tuple[Entry, ...]:
    """Return the entries that `_entries_to_json` wrote.

    Raises:
        ValueError: the text is not of that kind.
    """
    try:
        return tuple(
            Entry(
                _text(entry["key"]),
                _text(entry["type"]),
                tuple((_text(name), _value(value)) for name, value in entry["fields"]),
                _text(entry.get("comment", "")),
                int(entry.get("source", 0)),
            )
            for entry in _from_json(text)
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError from error


def _value(value: object) -> str | tuple[str | Macro, ...]:
    if isinstance(value, list):
        return tuple(
            Macro(_text(part["macro"])) if isinstance(part, dict) else _text(part) for part in value
        )
    return _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
