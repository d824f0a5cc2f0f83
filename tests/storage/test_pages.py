"""Rows are found page by page, whatever is wrong with the others."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readinglist.storage.pages import Pages, Value, write_log

LARGEST = 1 << 20
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.integers(0, 30_000).map(lambda n: "long " * (n // 5)),
    st.binary(max_size=20),
)


def read(path: Path) -> tuple[list[tuple[Value, ...]], dict[int, int]]:
    with path.open("rb") as file:
        pages = Pages(file, path.stat().st_size, LARGEST)
        records = [record.values for record in pages.records() if record.rowid is not None]
    return records, pages.unreadable


def write(path: Path, rows: list[tuple[Value, ...]], *pragmas: str) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE t (a, b, c)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=40),
    page_size=st.sampled_from((512, 1024, 4096, 65536)),
)
def test_it_reads_what_sqlite_wrote(
    tmp_path: Path, rows: list[tuple[Value, ...]], page_size: int
) -> None:
    path = tmp_path / "t.db"
    write(path, rows, f"page_size = {page_size}")
    records, unreadable = read(path)
    found = [values for values in records if values[0] != "table"]
    key = repr
    assert sorted(found, key=key) == sorted(rows, key=key)
    assert unreadable == {}


def test_each_kind_of_number_is_read(tmp_path: Path) -> None:
    numbers = [0, 1, -1, 2, 127, -128, 2**15, -(2**15), 2**23, 2**31, 2**47, 2**63 - 1, -(2**63)]
    write(tmp_path / "t.db", [(n, None, None) for n in numbers])
    records, _ = read(tmp_path / "t.db")
    assert [values[0] for values in records if values[0] != "table"] == numbers


def test_a_deleted_row_does_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write(path, [(n, "x" * 3000, None) for n in range(50)], "secure_delete = OFF")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM t WHERE a > 3")
    records, _ = read(path)
    assert [values[0] for values in records if values[0] != "table"] == [0, 1, 2, 3]


def test_a_list_of_free_pages_that_lies_hides_no_row(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write(path, [(n, "x" * 3000, None) for n in range(5)])
    data = bytearray(path.read_bytes())
    data[32:36] = (4).to_bytes(4, "big")
    path.write_bytes(data)
    records, _ = read(path)
    assert [values[0] for values in records if values[0] != "table"] == [0, 1, 2, 3, 4]


def test_rows_beside_a_damaged_one_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write(path, [(n, "text", "more") for n in range(9)])
    data = bytearray(path.read_bytes())
    pointers = 4096 + 8
    data[pointers + 4 : pointers + 6] = b"\xff\xff"  # the third row is nowhere
    path.write_bytes(data)
    records, unreadable = read(path)
    assert [values[0] for values in records if values[0] != "table"] == [0, 1, 3, 4, 5, 6, 7, 8]
    assert unreadable == {2: 1}


def test_a_page_of_no_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write(path, [(n, "text", "more") for n in range(9)])
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\xaa" * 4096
    path.write_bytes(data)
    assert read(path)[1] == {2: 0}
    data[4096:8192] = bytes(4096)
    path.write_bytes(data)
    assert read(path)[1] == {2: 0}
    path.write_bytes(data[:4096] + b"added" * 4096)
    assert read(path)[1] == {2: 0}


def test_maps_of_pointers_hold_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    rows: list[tuple[Value, ...]] = [(n, "x" * 700, None) for n in range(300)]
    write(path, rows, "page_size = 512", "auto_vacuum = FULL")
    records, unreadable = read(path)
    assert [values for values in records if values[0] != "table"] == rows
    assert unreadable == {}


def test_what_is_committed_in_a_log_is_written_into_its_database(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write(path, [(0, "before", None)], "journal_mode = WAL")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO t VALUES (1, 'in the log', NULL)")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO t VALUES (2, ?, NULL)", [("x" * 3000,)] * 50)
        copy, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    path.write_bytes(copy)
    with path.open("r+b") as database:
        write_log(io.BytesIO(log), database)
    records, unreadable = read(path)
    assert [values[0] for values in records if values[0] != "table"] == [0, 1]
    assert unreadable == {}


@pytest.mark.parametrize("number", [0, 2**31])
def test_a_log_with_a_page_that_can_not_be_one_makes_no_endless_file(
    tmp_path: Path, number: int
) -> None:
    path = tmp_path / "t.db"
    write(path, [(0, "before", None)], "journal_mode = WAL")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO t VALUES (1, 'in the log', NULL)")
        copy, log = path.read_bytes(), bytearray(Path(f"{path}-wal").read_bytes())
    log[32:36] = number.to_bytes(4, "big")
    path.write_bytes(copy)
    with path.open("r+b") as database:
        write_log(io.BytesIO(log), database)
    assert path.read_bytes() == copy


def test_a_row_whose_pages_go_round_is_given_up(tmp_path: Path) -> None:
    """An overflow page that names itself would be read for ever."""
    path = tmp_path / "t.db"
    write(path, [("x" * 20_000, None, None)])
    data = bytearray(path.read_bytes())
    first = data.index(b"x" * 4000, 8192) - 4
    data[first : first + 4] = (first // 4096 + 1).to_bytes(4, "big")
    path.write_bytes(data)
    records, unreadable = read(path)
    assert [values for values in records if values[0] != "table"] == []
    assert unreadable[2] == 1


@pytest.mark.parametrize("size", [0, 10, 100, 511, 5000])
def test_a_file_of_any_size_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "t.db"
    write(path, [(n, "text", "more") for n in range(9)])
    path.write_bytes(path.read_bytes()[:size])
    read(path)
