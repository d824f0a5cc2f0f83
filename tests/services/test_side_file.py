from __future__ import annotations

from pathlib import Path

import pytest

from readinglist.services.side_file import SideFile


def test_what_is_kept_is_read_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    SideFile(path).keep(["a", 1])
    assert SideFile(path).list() == ["a", 1]
    SideFile(path).keep({"b": None})
    assert SideFile(path).value() == {"b": None}
    assert SideFile(path).list() == []
    assert [file.name for file in path.parent.iterdir()] == ["file.json"]


@pytest.mark.parametrize("rubbish", [b"", b"[1,", b"\xff\xfe", b"[" * 100_000, b"\0" * 50])
def test_rubbish_is_nothing_and_goes_with_the_next_value(tmp_path: Path, rubbish: bytes) -> None:
    file = SideFile(tmp_path / "file.json")
    (tmp_path / "file.json").write_bytes(rubbish)
    assert (file.value(), file.list()) == (None, [])
    file.keep([2])
    assert file.list() == [2]


def test_a_place_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "no-folder" / "file.json", tmp_path / "folder"):
        SideFile(path).keep([1])
        assert SideFile(path).list() == []
    assert not list(tmp_path.glob("folder.*"))
