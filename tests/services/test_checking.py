"""Is a library file sound? Looking must not change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from readinglist.config import state_folder
from readinglist.errors import LibraryError
from readinglist.services.checking import Verdict, check_library, lacks_edits
from readinglist.services.library import Library
from tests.conftest import PageMaker, by_sql

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def saved(library_file: Path, page: PageMaker) -> Path:
    with Library.open(library_file) as library:
        library.import_files([page("One", "Two", "Three")])
    return library_file


def test_a_sound_library_is_counted_and_left_as_it_is(saved: Path) -> None:
    before = saved.read_bytes(), saved.stat().st_mtime_ns, sorted(state_folder().rglob("*"))
    assert check_library(saved) == Verdict(3, 3, ())
    assert (
        saved.read_bytes(), saved.stat().st_mtime_ns, sorted(state_folder().rglob("*"))
    ) == before  # fmt: skip


def test_edits_that_wait_for_the_file_are_known(saved: Path) -> None:
    library = Library.open(saved)
    library.note("One", "precious")
    library.close()
    assert lacks_edits(saved)
    Library.open(saved).save()
    assert not lacks_edits(saved)


def test_what_is_odd_but_harmless_is_told(saved: Path) -> None:
    by_sql(saved, "UPDATE paper SET key = 'Same' WHERE key = 'One'")
    by_sql(saved, "UPDATE paper SET key = 'same' WHERE key = 'Two'")
    by_sql(saved, "INSERT INTO paper_tag VALUES (1, 'lost'), (2, 'lost')")
    assert check_library(saved).warnings == (
        "2 papers share the key same.",
        "2 rows of tags or sources belong to no paper.",
    )


def test_a_missing_library_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="There is no library"):
        check_library(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE paper SET status = 'burnt'",
        "UPDATE journal SET action = 'x'",
        "CREATE TABLE extra (x)",
    ],
)
def test_a_library_that_is_not_sound_is_an_error(saved: Path, spoil: str) -> None:
    by_sql(saved, spoil)
    with pytest.raises(LibraryError):
        check_library(saved)
