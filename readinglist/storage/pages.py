"""The pages of an SQLite file, read without SQLite, so that what is damaged hides nothing else.

SQLite finds a row by way of the schema and of all pages above it, and stops at the first that is
wrong. Here each page is looked at by itself, in the order of the file, and each row by itself:
https://www.sqlite.org/fileformat2.html has the form, and the names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_USUAL_PAGE = 4096
_PAGE_SIZES = frozenset(2**n for n in range(9, 17))
_LOG_MAGIC = b"\x37\x7f\x06"
_LOG_HEADER, _FRAME_HEADER = 32, 24
_HEADER = 100
"""Bytes before the first page's own header."""
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_MAGIC = b"SQLite format 3\0"
_WITH_ROWS = (_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE)
_POINTER_KINDS = 5
"""A map of pointers has five bytes for each page: its kind, one of so many, and its parent."""
_LOCKED = 2**30
"""The page of this byte holds nothing: programs lock each other out there."""
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
_MOST_COLUMNS = 200

Value = int | str | bytes | None
"""A value of a row; a text that is no UTF-8 comes as its bytes."""


class Record(NamedTuple):
    """One row as it is stored."""

    page: int
    """The page that it was found on, counted from 1."""
    rowid: int | None
    """None in an index, and in a table WITHOUT ROWID."""
    values: tuple[Value, ...]


class Pages:
    """The pages of an SQLite file that may be damaged anywhere.

    Attributes:
        size: the bytes that the file should have, as its header tells; those that it has if
            that can't be believed.
        last: the last page that it should have; beyond it lies what something else has added.
        missing: how many pages were cut off its end.
        unreadable: what can't be read, by page: how many of its rows; 0 where all of the page
            is no page of any kind.
    """

    def __init__(self, file: BinaryIO, size: int, largest: int) -> None:
        """Prepare to read.

        Args:
            file: a file that nobody changes meanwhile.
            size: its bytes.
            largest: the most bytes that one row may have.
        """
        self._file = file
        self._largest = largest
        header = self._bytes(0, _HEADER)
        page = int.from_bytes(header[16:18], "big")
        page = 65536 if page == 1 else page
        is_page_size = page in _PAGE_SIZES
        self._page_size = page if is_page_size else _USUAL_PAGE
        reserved = header[20] if is_page_size and len(header) == _HEADER else 0
        self._usable = max(480, self._page_size - reserved)
        # Of a file that was cut off within a page, that page too.
        self._count = -(-size // self._page_size)
        told = int.from_bytes(header[28:32], "big")
        # Who changes the file notes both, or its size is not to be believed: so says SQLite.
        is_told = header.startswith(_MAGIC) and header[24:28] == header[92:96]
        self.last = told if is_told and told else self._count
        self.size = self.last * self._page_size
        self.missing = max(0, self.last - size // self._page_size) if is_told else 0
        self._has_maps = any(header[52:56])
        self._overflow: set[int] = set()
        """Pages that hold the rest of a row: each of one row, however many claim it."""
        self.unreadable: dict[int, int] = {}
        self._free: set[int] = set()
        first, count = (int.from_bytes(header[n : n + 4], "big") for n in (32, 36))
        free = self._free_pages(first)
        # Rather a row that was deleted than one less: a list that is damaged is no list.
        self._free = free if len(free) == count else set()

    def records(self) -> Iterator[Record]:
        """Yield all rows that can be read, of all tables and indexes, page by page."""
        unknown, empty = [], []
        for number in range(1, self._count + 1):
            page = self._page(number)
            if number in self._free or self._has_no_rows(number, page):
                continue
            if not any(page):
                empty.append(number)
                continue
            start = _HEADER if number == 1 else 0
            kind = page[start] if len(page) > start else 0
            if kind in _WITH_ROWS:
                yield from self._records(number, page, start, kind)
            elif kind != _INTERIOR_TABLE:
                unknown.append(number)
        lost = {number for number in unknown if number not in self._overflow}.union(empty)
        for number in sorted(lost):
            if number <= self.last:
                self.unreadable.setdefault(number, 0)

    def _has_no_rows(self, number: int, page: bytes) -> bool:
        """Return whether a page of a sound file has no rows of a table's for another reason."""
        if not any(page) and number == 1:  # it had the schema
            return True
        if not any(page) and number == _LOCKED // self._page_size + 1:
            return True
        if not self._has_maps or (number - 2) % (self._usable // 5 + 1):
            return False
        return number > 1 and all(kind <= _POINTER_KINDS for kind in page[: self._usable - 4 : 5])

    def _records(self, number: int, page: bytes, start: int, kind: int) -> Iterator[Record]:
        pointers = start + (12 if kind == _INTERIOR_INDEX else 8)
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        seen = set()
        for n in range(min(cells, self._page_size // 4)):
            place = int.from_bytes(page[pointers + 2 * n : pointers + 2 * n + 2], "big")
            try:
                if place in seen or not pointers + 2 * cells <= place < self._usable:
                    raise _DamagedError
                seen.add(place)
                yield self._record(number, page, place, kind)
            except (_DamagedError, IndexError):
                self.unreadable[number] = self.unreadable.get(number, 0) + 1

    def _record(self, number: int, page: bytes, place: int, kind: int) -> Record:
        if kind == _INTERIOR_INDEX:
            place += 4  # the page with the rows before this one
        size, place = _varint(page, place)
        rowid = None
        if kind == _LEAF_TABLE:
            rowid, place = _varint(page, place)
            rowid -= (rowid >> 63) << 64
        if size > self._largest:
            raise _DamagedError
        return Record(number, rowid, _values(self._payload(page, place, size, kind)))

    def _payload(self, page: bytes, place: int, size: int, kind: int) -> bytes:
        """Return the bytes of a row, those on overflow pages, too."""
        usable = self._usable
        most = usable - 35 if kind == _LEAF_TABLE else (usable - 12) * 64 // 255 - 23
        local = size
        if size > most:
            least = (usable - 12) * 32 // 255 - 23
            wanted = least + (size - least) % (usable - 4)
            local = wanted if wanted <= most else least
        if place + local > len(page):
            raise _DamagedError
        payload = bytearray(page[place : place + local])
        further = int.from_bytes(page[place + local : place + local + 4], "big")
        used = []
        while len(payload) < size:
            if not 1 < further <= self._count or further in self._overflow or further in self._free:
                raise _DamagedError
            used.append(further)
            self._overflow.add(further)
            rest = self._page(further)
            if len(rest) < self._usable:
                raise _DamagedError
            payload += rest[4 : min(self._usable, 4 + size - len(payload))]
            further = int.from_bytes(rest[:4], "big")
        return bytes(payload)

    def _free_pages(self, trunk: int) -> set[int]:
        """Return the pages that hold nothing any more: what is still on them was deleted."""
        free: set[int] = set()
        while 1 < trunk <= self._count and trunk not in free:
            free.add(trunk)
            page = self._page(trunk)
            count = min(int.from_bytes(page[4:8], "big"), self._usable // 4 - 2)
            leaves = (int.from_bytes(page[8 + 4 * n : 12 + 4 * n], "big") for n in range(count))
            free |= {leaf for leaf in leaves if 1 < leaf <= self._count}
            trunk = int.from_bytes(page[:4], "big")
        return free

    def _page(self, number: int) -> bytes:
        return self._bytes((number - 1) * self._page_size, self._page_size)

    def _bytes(self, place: int, count: int) -> bytes:
        self._file.seek(place)
        return self._file.read(count)


def write_log(log: BinaryIO, database: BinaryIO) -> None:
    """Write the pages of SQLite's log that were committed into the database that it is of.

    SQLite does so itself, but for a database that is damaged.
    """
    header = log.read(_LOG_HEADER)
    size, salts = int.from_bytes(header[8:12], "big"), header[16:24]
    if header[:3] != _LOG_MAGIC or size not in _PAGE_SIZES:
        return
    # A number that is damaged would make a file without end.
    most = (log.seek(0, 2) + database.seek(0, 2)) // size
    log.seek(_LOG_HEADER)
    pages: dict[int, bytes] = {}
    while len(frame := log.read(_FRAME_HEADER + size)) == _FRAME_HEADER + size:
        number, is_last = (int.from_bytes(frame[n : n + 4], "big") for n in (0, 4))
        if frame[8:16] != salts:  # of an earlier log in the same file
            break
        pages[number] = frame[_FRAME_HEADER:]
        if is_last:
            for place, page in pages.items():
                if not 1 <= place <= most:
                    continue
                database.seek((place - 1) * size)
                database.write(page)
            pages.clear()


class _DamagedError(Exception):
    """This row can't be read."""


def _varint(page: bytes, place: int) -> tuple[int, int]:
    """Return the number of one to nine bytes at a place, and the place behind it."""
    value = 0
    for n in range(8):
        byte = page[place + n]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + n + 1
    return value << 8 | page[place + 8], place + 9


def _values(payload: bytes) -> tuple[Value, ...]:
    """Return the values of a record: first come their types, then they themselves."""
    end, place = _varint(payload, 0)
    kinds = []
    while place < end:
        kind, place = _varint(payload, place)
        kinds.append(kind)
        if len(kinds) > _MOST_COLUMNS:
            raise _DamagedError
    if place != end:
        raise _DamagedError
    values: list[Value] = []
    for kind in kinds:
        if kind in (8, 9):
            values.append(kind - 8)
            continue
        size = (kind - 12) // 2 if kind >= 12 else _INTEGER_BYTES[kind] if kind < 7 else 8
        data = payload[place : place + size]
        if len(data) != size or kind in (10, 11):
            raise _DamagedError
        place += size
        values.append(_value(kind, data))
    if place != len(payload):
        raise _DamagedError
    return tuple(values)


def _value(kind: int, data: bytes) -> Value:
    if kind == 0:
        return None
    if kind < 7:
        return int.from_bytes(data, "big", signed=True)
    if kind >= 13 and kind % 2:
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data
    return data
