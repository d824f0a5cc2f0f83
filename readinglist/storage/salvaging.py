"""What can still be read of a library file that is damaged, or that something else has changed.

pages -> records, whichever table they are of -> rows, told apart by their form
      -> values that we could have written; the others are named, and left out
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.change import ALIAS, SOURCE, TAG, WHOLE_PAPER, Action
from readinglist.domain.paper import Paper
from readinglist.errors import LibraryError
from readinglist.storage.document import LARGEST_FILE, LARGEST_VALUE, private_copy, temporary_folder
from readinglist.storage.journal import COLUMNS as JOURNAL_COLUMNS
from readinglist.storage.journal import change_from_row
from readinglist.storage.migrating import migrate
from readinglist.storage.pages import Pages, write_log
from readinglist.storage.papers import COLUMNS, encode
from readinglist.storage.received import check_change, received_paper
from readinglist.storage.tables import PRIMARY_KEYS, Tables, empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from readinglist.storage.pages import Record, Value
    from readinglist.storage.tables import Row, Table

_STEP = re.compile(r"m\d{4}_\w+")
"""What sqlite-utils calls a migration: its notes of them have the form of a source."""
_IN_SCHEMA = ("table", "index", "view", "trigger")
"""What the rows of a schema begin with."""
_OF_PAPER = JOURNAL_COLUMNS.split(", ").index("paper")
_ORDERED_BY = [COLUMNS.index(name) for name in ("key", "published", "added_at")]
"""By what the indexes of a working copy find papers."""
_KEY, _TITLE = COLUMNS.index("key"), COLUMNS.index("title")


@dataclass(slots=True)
class Salvage:
    """What can be read of a library file."""

    tables: Tables = field(default_factory=empty)
    mended: dict[int, list[str]] = field(default_factory=dict)
    """The fields that could not be read of papers that could, by paper."""
    unreadable: dict[int, int] = field(default_factory=dict)
    """How many rows can't be read, by page; 0 where nothing tells."""
    strange: int = 0
    """How many rows may have been a library's, but fit none of its tables."""
    too_long: int = 0
    """How many rows have more values than we know of: those are left out."""
    pages: int = 0
    """How many pages the file should have."""
    missing: int = 0
    """How many of them were cut off its end."""
    places: dict[tuple[Value, ...], int] = field(default_factory=dict)
    """The rowid of each row of the journal."""
    unaltered: set[str] = field(default_factory=set)
    """The tables that have no column more, as the schema tells."""
    is_working_copy: bool = False
    withdrawn: str | None = None
    """The text in which a working copy notes the edits that git has taken out of the file."""

    def lost(self) -> Iterator[str]:
        """Yield the citation keys of papers that are missing, as far as the journal knows them.

        They may have been deleted, where rows of the journal are missing, too.
        """
        keys: dict[int, str] = {}
        for key in sorted(self.tables["journal"]):
            change = change_from_row(self.tables["journal"][key])
            if change.action == Action.CONFLICT:
                continue
            is_gone = change.field == WHOLE_PAPER and change.new is None
            if is_gone or (change.paper,) in self.tables["paper"]:
                keys.pop(change.paper, None)
            elif change.field == WHOLE_PAPER or change.paper in keys:
                keys[change.paper] = change.key
        yield from sorted(set(keys.values()))


def taken_away(journal: Table) -> set[tuple[str, tuple[Value, ...]]]:
    """Return which rows are gone for good, as a journal tells: table and primary key of each."""
    gone: set[tuple[str, tuple[Value, ...]]] = set()
    for key in sorted(journal):
        change = change_from_row(journal[key])
        is_conflict = change.action == Action.CONFLICT
        if change.field == WHOLE_PAPER and change.new is None and not is_conflict:
            gone.add(("paper", (change.paper,)))
            continue
        if is_conflict and change.field != WHOLE_PAPER:
            continue
        gone.discard(("paper", (change.paper,)))  # an edit beats a deletion
        for value, put in ((change.old, gone.add), (change.new, gone.discard)):
            if value is not None and change.field == TAG:
                put(("paper_tag", (change.paper, value)))
            elif value is not None and change.field == SOURCE:
                put(("paper_source", (change.paper, int(value))))
            elif value is not None and change.field == ALIAS:
                put(("key_alias", (value,)))
    return gone


def read_damaged(path: Path, log: bool = False) -> Salvage:
    """Return what can be read of the file at `path`, whatever is wrong with it.

    It is read page by page, without SQLite: neither its schema nor what it says of itself is
    believed.

    Args:
        path: a library, or the database of a working copy.
        log: whether what was committed in SQLite's log beside it is read, too. Beside a library
            anybody may have put one.

    Raises:
        LibraryError: it can't be read at all, is too large, or there is no room for a copy.
    """
    forms = _forms()
    salvage = Salvage()
    with private_copy(path, is_finished=False) as copy:
        if log:
            with (
                contextlib.suppress(OSError),
                open(f"{path}-wal", "rb") as written,
                copy.open("r+b") as database,
            ):
                write_log(written, database)
        with copy.open("rb") as file:
            pages = Pages(file, copy.stat().st_size, LARGEST_VALUE)
            unknown = [
                record
                for record in pages.records()
                if not _put(record, forms, salvage, pages.unreadable)
            ]
    salvage.unreadable = pages.unreadable
    if pages.size <= LARGEST_FILE:
        salvage.pages, salvage.missing = pages.last, pages.missing
    _put_beginnings(unknown, forms, salvage)
    if salvage.is_working_copy:
        _leave_out_indexes(salvage.tables)
    return salvage


def _put(
    record: Record, forms: dict[str, _Form], salvage: Salvage, unreadable: dict[int, int]
) -> bool:
    """Put the row of a record into its table; return False if it fits none, but might be one."""
    table = next((name for name, form in forms.items() if form.fits(record)), None)
    if table is None:
        return _is_of_others(record, forms, salvage)
    form = forms[table]
    row, problems = form.row(record)
    if table == "paper":
        row, mended = _sound_paper(row, problems)
        if mended and (row[0],) not in salvage.tables[table]:
            salvage.mended[row[0]] = mended
    elif problems or (table == "journal" and not _is_change(row)):
        unreadable[record.page] = unreadable.get(record.page, 0) + 1
        return True
    key = row[: len(PRIMARY_KEYS[table])]
    salvage.tables[table].setdefault(key, row)
    if table == "journal" and record.rowid is not None:
        salvage.places.setdefault(key, record.rowid)
    return True


def _is_of_others(record: Record, forms: dict[str, _Form], salvage: Salvage) -> bool:
    """Return whether a record that fits no table is not one of a library's with more values."""
    values = record.values
    if record.rowid is None:
        match values:
            case ["withdrawn", str(withdrawn)]:
                salvage.withdrawn = withdrawn
            case ["layout", str()]:
                salvage.is_working_copy = True
        return not any(form.fits_beginning(record) for form in forms.values())
    if len(values) == 5 and values[0] in _IN_SCHEMA:
        salvage.is_working_copy |= values[1] == "unsaved"
        form = forms.get(str(values[1]))
        if form and form.statement == _in_one_line(str(values[4])):
            salvage.unaltered.add(str(values[1]))
        return True
    is_note = any(isinstance(value, str) and _STEP.fullmatch(value) for value in values)
    shortest = min(form.needed for form in forms.values() if form.has_rowid)
    return is_note or len(values) < shortest


def _put_beginnings(records: list[Record], forms: dict[str, _Form], salvage: Salvage) -> None:
    """Put rows that have more values than ours into their tables, without those values.

    A newer readinglist, or another program, has added a column.
    """
    altered = [(table, form) for table, form in forms.items() if table not in salvage.unaltered]
    longest = sorted(altered, key=lambda item: -len(item[1].columns))
    papers: set[Value] = set()
    for record in sorted(records, key=lambda record: record.rowid is None):
        if record.rowid is None:  # indexes have the form of tables, too
            papers = papers or _papers(salvage.tables)
            if salvage.is_working_copy or papers.isdisjoint(record.values[:2]):
                continue
        table, form = next(
            ((table, form) for table, form in longest if form.fits_beginning(record)), ("", None)
        )
        if form:
            _put(form.beginning(record), {table: form}, salvage, salvage.unreadable)
            salvage.too_long += 1
        elif record.rowid is not None:
            salvage.strange += 1


def _papers(tables: Tables) -> set[Value]:
    """Return all papers that rows tell of."""
    return {paper for (paper,) in tables["paper"]} | {
        row[_OF_PAPER] for row in tables["journal"].values()
    }


def _leave_out_indexes(tables: Tables) -> None:
    """Leave out what is in the indexes of a working copy: it has the form of aliases and sources.

    They have values that papers are ordered by, tags, and numbers.
    """
    tags: dict[Value, set[Value]] = {}
    for paper, tag in tables["paper_tag"]:
        tags.setdefault(paper, set()).add(tag)
    tables["key_alias"] = {
        key: row
        for key, row in tables["key_alias"].items()
        if (paper := tables["paper"].get(row[1:2]))
        and row[0] not in {*(paper[n] for n in _ORDERED_BY), *tags.get(row[1], ())}
    }
    tables["paper_source"] = {
        key: row for key, row in tables["paper_source"].items() if key[1:] in tables["source"]
    }


class _Form(NamedTuple):
    """The form of the rows of one table."""

    has_rowid: bool
    columns: tuple[tuple[str, type, bool], ...]
    """Name, type, and whether it must be there."""
    rowid_column: int | None
    """The column that is the rowid: it is stored as NULL."""
    statement: str
    """What makes the table."""

    @property
    def needed(self) -> int:
        """How many values a row must have."""
        return 1 + max(n for n, (_, _, is_needed) in enumerate(self.columns) if is_needed)

    def beginning(self, record: Record) -> Record:
        """Return a record without the values that it has too many."""
        return record._replace(values=record.values[: len(self.columns)])

    def fits_beginning(self, record: Record) -> bool:
        """Return whether a record may be a row that has more values than ours."""
        if len(record.values) <= len(self.columns):
            return False
        first = self.beginning(record)
        return self.fits(first) and not self.row(first)[1]

    def fits(self, record: Record) -> bool:
        """Return whether a record may be a row: by what it is, how long, and its first values."""
        values = record.values
        if self.has_rowid != (record.rowid is not None):
            return False
        if not self.needed <= len(values) <= len(self.columns):
            return False
        if self.rowid_column is not None:
            is_note = len(values) == 4 and _STEP.fullmatch(str(values[2])) is not None
            return values[self.rowid_column] is None and not is_note
        first = values if not self.has_rowid else values[:2]
        kinds = [kind for _, kind, _ in self.columns]
        return all(isinstance(value, kind) for value, kind in zip(first, kinds, strict=False))

    def row(self, record: Record) -> tuple[Row, list[str]]:
        """Return the row, NULL where a value is of another kind, and the names of those columns."""
        stored: Sequence[Value] = record.values
        values: list[Value] = [*stored, *[None] * (len(self.columns) - len(stored))]
        if self.rowid_column is not None:
            values[self.rowid_column] = record.rowid
        problems = []
        for n, (name, kind, is_needed) in enumerate(self.columns):
            value = values[n]
            if isinstance(value, kind) or (value is None and not is_needed):
                continue
            problems.append(name)
            values[n] = value.decode("utf-8", "replace") if isinstance(value, bytes) else None
        return tuple(values), problems


@cache
def _forms() -> dict[str, _Form]:
    """Return the form of each table, as the migrations make it."""
    kinds = {"INTEGER": int, "TEXT": str}
    forms = {}
    with temporary_folder() as folder:
        path = folder / "library.db"
        migrate(path)
        connection = sqlite3.connect(path)
        bare = dict(connection.execute("SELECT name, wr FROM pragma_table_list"))
        for table in PRIMARY_KEYS:
            columns, key = [], None
            for place, name, kind, is_needed, _, pk in connection.execute(
                f"PRAGMA table_info({table})"
            ):
                columns.append((name, kinds[kind], bool(is_needed or pk)))
                if pk and kind == "INTEGER" and len(PRIMARY_KEYS[table]) == 1 and not bare[table]:
                    key = place
            (statement,) = connection.execute(
                "SELECT sql FROM sqlite_schema WHERE name = ?", (table,)
            ).fetchone()
            forms[table] = _Form(not bare[table], tuple(columns), key, _in_one_line(statement))
        connection.close()
    return forms


def _in_one_line(statement: str) -> str:
    return " ".join(statement.split())


def _sound_paper(row: Row, problems: list[str]) -> tuple[Row, list[str]]:
    """Return the row of a paper with those of its values that it can have, and which it can't."""
    with contextlib.suppress(LibraryError):
        received_paper(row)
        if not problems:
            return row, []
    values = list(row)
    key = values[_KEY] if isinstance(values[_KEY], str) and values[_KEY] else f"paper{row[0]}"
    usual = Paper(str(values[_TITLE] or key), id=row[0], key=f"paper{row[0]}")
    defaults = [encode(name, getattr(usual, name)) for name in COLUMNS]
    unsound = []
    for n, name in enumerate(COLUMNS):
        alone = [*defaults[:n], values[n], *defaults[n + 1 :]]
        try:
            received_paper(tuple(alone))
            is_sound = values[n] is not None or defaults[n] is None
        except LibraryError:
            is_sound = False
        if not is_sound:
            values[n] = defaults[n]
            unsound.append(name)
    return tuple(values), list(dict.fromkeys([*problems, *unsound]))


def _is_change(row: Row) -> bool:
    with contextlib.suppress(LibraryError):
        check_change(row)
        return True
    return False
