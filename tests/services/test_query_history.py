"""Earlier queries: kept on this machine, for each library, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from readinglist.services.library import Library
from readinglist.services.query_history import QueryHistory


def test_queries_are_kept_once_and_the_last_one_is_last(tmp_path: Path) -> None:
    history = QueryHistory(tmp_path / "queries.json")
    for query in ("a", "b", " a ", "c", "c", "  ", ""):
        history.add(query)
    assert history.queries() == ["b", "a", "c"]
    assert [path.name for path in tmp_path.glob("queries*")] == ["queries.json"]


def test_two_hundred_are_enough(tmp_path: Path) -> None:
    history = QueryHistory(tmp_path / "queries.json")
    for number in range(210):
        history.add(f"query {number}")
    assert history.queries() == [f"query {number}" for number in range(10, 210)]


def test_each_library_has_its_own_and_they_outlive_it(tmp_path: Path) -> None:
    with Library.open(tmp_path / "one.db") as one, Library.open(tmp_path / "two.db") as two:
        one.remember_query("tag:ml")
        two.remember_query("attention")
        one.sibling().remember_query("diffusion")
    with Library.open(tmp_path / "one.db") as one:
        assert one.queries() == ["tag:ml", "diffusion"]
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".json"]


@pytest.mark.parametrize(
    "damage", [b"", b"[", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b'[1, null, ["x"], {}]']
)
def test_a_damaged_file_is_as_none_and_is_replaced(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "queries.json"
    file.write_bytes(damage)
    history = QueryHistory(file)
    assert history.queries() == []
    history.add("a")
    assert history.queries() == ["a"]


def test_what_steers_a_terminal_does_not_come_back(tmp_path: Path) -> None:
    file = tmp_path / "queries.json"
    file.write_text('["a\\u001b[31m\\nb", "\\u202e"]')
    history = QueryHistory(file)
    assert history.queries() == ["a[31m b"]
    history.add("caf\udce9 " + "x" * 5000)
    assert len(history.queries()[-1]) < 1000


def test_that_nothing_can_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*paths: object) -> None:
        raise PermissionError(13, "Permission denied")

    history = QueryHistory(tmp_path / "queries.json")
    history.add("a")
    monkeypatch.setattr("readinglist.services.side_file.os.replace", refuse)
    history.add("b")
    assert history.queries() == ["a"]


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    QueryHistory(tmp_path / "gone" / "queries.json").add("a")
