"""What leaves the library leaves it whole."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Status
from readinglist.errors import InvalidValueError, ReadingListError
from readinglist.services.exporting import write_file
from readinglist.services.library import Library
from tests.conftest import add_by_hand

if TYPE_CHECKING:
    from pathlib import Path

TITLES = ["Zebra Crossings", "attention, please", "Build & Burn"]


@pytest.fixture
def ids(library: Library, tmp_path: Path) -> list[int]:
    return add_by_hand(library, TITLES, tmp_path)


def test_json_lists_the_papers_by_key_one_a_line(library: Library, ids: list[int]) -> None:
    papers = [json.loads(line) for line in library.export(format="json").text.splitlines()]
    assert [paper["key"] for paper in papers] == ["AttentionPlease", "BuildBurn", "ZebraCrossings"]
    (one,) = library.export(ids[:1], format="json").text.splitlines()
    assert json.loads(one)["title"] == TITLES[0]
    assert library.export([], format="json").text == ""


def test_what_was_exported_can_be_imported_elsewhere(
    library: Library, ids: list[int], tmp_path: Path
) -> None:
    library.mark(ids[:2], status=Status.READ, add_tags=["b", "a"])
    library.note("ZebraCrossings", "# Note")
    library.export(path=tmp_path / "all.jsonl", format="json")
    with Library.open(tmp_path / "other.db") as other:
        other.import_files([tmp_path / "all.jsonl"])
        for here, there in zip(library.papers(sorted(ids)), other.papers(sorted(ids)), strict=True):
            for field in ("id", "key", "title", "abstract", "status", "tags", "note"):
                assert getattr(here, field) == getattr(there, field)


def test_bibtex_names_each_paper_once(library: Library, ids: list[int]) -> None:
    text = library.export().text
    for key in library.all_keys():
        assert text.count(f"{{{key},") == 1
    assert library.export(ids[:1]).text.count("@misc{") == 1
    assert r"Build \& Burn" in text


def test_exported_keys_are_frozen_and_nothing_else_is_changed(
    library: Library, library_file: Path, ids: list[int]
) -> None:
    before = library.history()
    library.export(ids[:1], format="json")
    library.freeze_keys(library.papers(ids[1:2]))
    assert [paper.key_frozen for paper in library.papers(ids)] == [True, True, False]
    assert library.history() == before
    library.save()
    kept = library_file.read_bytes()
    library.export(ids[:2], format="json")
    library.save()
    assert library_file.read_bytes() == kept


def test_an_unknown_format_freezes_and_writes_nothing(
    library: Library, ids: list[int], tmp_path: Path
) -> None:
    with pytest.raises(InvalidValueError, match="bibtex, biblatex, csl-json, json"):
        library.export(ids, tmp_path / "out.ris", format="ris")
    assert not (tmp_path / "out.ris").exists()
    assert not any(paper.key_frozen for paper in library.papers(ids))


def test_a_file_is_written_as_it_is_returned(
    library: Library, ids: list[int], tmp_path: Path
) -> None:
    text = library.export(ids, tmp_path / "out.bib").text
    assert (tmp_path / "out.bib").read_text(encoding="utf-8") == text
    (tmp_path / "any").touch()
    assert (tmp_path / "out.bib").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "paper").mkdir()
    target = tmp_path / "paper" / "refs.bib"
    target.write_text("old")
    target.chmod(0o600)
    (tmp_path / "link.bib").symlink_to(target)
    write_file(tmp_path / "link.bib", "new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "link.bib").is_symlink()


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_an_old_file_stays_when_the_new_one_can_not_be_written(
    library: Library, ids: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    out = tmp_path / "refs" / "out.bib"
    out.parent.mkdir()
    out.write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fail)
        with pytest.raises(ReadingListError, match=r"out\.bib can't be written: No space left"):
            library.export(ids, out)
    assert out.read_text() == "old"
    assert list(out.parent.iterdir()) == [out]
    assert not any(paper.key_frozen for paper in library.papers(ids))


def test_a_place_where_no_file_can_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingListError, match="it is a folder"):
        write_file(tmp_path, "text")
    with pytest.raises(ReadingListError, match="No such file"):
        write_file(tmp_path / "no" / "such" / "folder.bib", "text")
