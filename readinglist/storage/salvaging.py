"""What can still be read of a library file that is damaged, or that something else has changed.

pages -> records, whichever table they are of -> rows, told apart by their form
      -> values that we could have written; the others are named, and left out
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.change import WHOLE_PAPER, Action
from readinglist.domain.paper import Paper
from readinglist.errors import LibraryError
from readinglist.storage.document import LARGEST_FILE, LARGEST_VALUE
from readinglist.storage.journal import change_from_row
from readinglist.storage.migrating import migrate
from readinglist.storage.pages import Pages
from readinglist.storage.papers import COLUMNS, encode
from readinglist.storage.received import check_change, received_paper
from readinglist.storage.tables import PRIMARY_KEYS, Tables, empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from readinglist.storage.pages import Record, Value
    from readinglist.storage.tables import Row

_STEP = re.compile(r"m\d{4}_\w+")
"""What sqlite-utils calls a migration: its notes of them have the form of a source."""
_KEY, _TITLE = COLUMNS.index("key"), COLUMNS.index("title")


@dataclass(slots=True)
class Salvage:
    """What can be read of a library file."""

    tables: Tables = field(default_factory=empty)
    mended: dict[int, list[str]] = field(default_factory=dict)
    """The fields that could not be read of papers that could, by paper."""
    unreadable: dict[int, int] = field(default_factory=dict)
    """How many rows can't be read, by page; 0 where nothing tells."""

    def lost(self) -> Iterator[str]:
        """Yield the citation keys of papers that are missing, as far as the journal knows them."""
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


def read_damaged(path: Path) -> Salvage:
    """Return what can be read of the file at `path`, whatever is wrong with it.

    It is read page by page, without SQLite: neither its schema nor what it says of itself is
    believed.

    Raises:
        LibraryError: it can't be read at all, or is too large.
    """
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        copy = Path(folder) / "copy"
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise LibraryError(f"{path} is larger than a library may be (4 GiB).")
            shutil.copyfile(path, copy)
        except OSError as error:
            raise LibraryError(f"{path} can't be read: {error.strerror}.") from error
        forms = _forms()
        salvage = Salvage()
        with copy.open("rb") as file:
            pages = Pages(file, copy.stat().st_size, LARGEST_VALUE)
            for record in pages.records():
                _put(record, forms, salvage, pages.unreadable)
        salvage.unreadable = pages.unreadable
        return salvage


def _put(
    record: Record, forms: dict[str, _Form], salvage: Salvage, unreadable: dict[int, int]
) -> None:
    """Put the row of a record into its table, if it is one of a library's."""
    table = next((name for name, form in forms.items() if form.fits(record)), None)
    if table is None:
        return
    form = forms[table]
    row, problems = form.row(record)
    if table == "paper":
        row, mended = _sound_paper(row, problems)
        if mended and (row[0],) not in salvage.tables[table]:
            salvage.mended[row[0]] = mended
    elif problems or (table == "journal" and not _is_change(row)):
        unreadable[record.page] = unreadable.get(record.page, 0) + 1
        return
    salvage.tables[table].setdefault(row[: len(PRIMARY_KEYS[table])], row)


class _Form(NamedTuple):
    """The form of the rows of one table."""

    has_rowid: bool
    columns: tuple[tuple[str, type, bool], ...]
    """Name, type, and whether it must be there."""
    rowid_column: int | None
    """The column that is the rowid: it is stored as NULL."""

    def fits(self, record: Record) -> bool:
        """Return whether a record may be a row: by what it is, how long, and its first values."""
        values = record.values
        needed = 1 + max(n for n, (_, _, is_needed) in enumerate(self.columns) if is_needed)
        if self.has_rowid != (record.rowid is not None):
            return False
        if not needed <= len(values) <= len(self.columns):
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
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        path = Path(folder) / "library.db"
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
            forms[table] = _Form(not bare[table], tuple(columns), key)
        connection.close()
    return forms


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
