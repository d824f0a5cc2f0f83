"""What another program wrote into the journal is looked at before it can be turned back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from readinglist.errors import LibraryError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from tests.conftest import PageMaker, by_sql, rows

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def saved(library_file: Path, page: PageMaker) -> Path:
    with Library.open(library_file) as library:
        library.import_files([page("One", "Two")])
        library.edit("One", {"url": "https://example.org/"})
    return library_file


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("UPDATE journal SET field = 'nonsense'", "a field that can't be one"),
        ("UPDATE journal SET field = 'id'", "a field that can't be one"),
        (
            "UPDATE journal SET action = 'conflict', field = 'source', new = NULL",
            "a field that can't be one",
        ),
        ("UPDATE journal SET field = 'source', old = 'x', new = NULL", "a source that can't be"),
        (
            "UPDATE journal SET field = 'source', old = NULL, new = '9223372036854775808'",
            "a source that can't be",
        ),
        ("UPDATE OR IGNORE journal SET id = 9223372036854775807", "an id that can't be one"),
        ("UPDATE OR IGNORE journal SET id = 0", "an id that can't be one"),
    ],
)
def test_a_row_that_we_would_not_have_written_is_refused(
    saved: Path, tmp_path: Path, spoil: str, says: str
) -> None:
    by_sql(saved, spoil)
    for deed in (check_library, lambda path: Library.open(path, state=tmp_path / "elsewhere")):
        with pytest.raises(LibraryError, match=says):
            deed(saved)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd"])
def test_undo_brings_back_no_value_that_a_paper_can_not_have(saved: Path, address: str) -> None:
    """The journal tells of an old value that is none: it may be read, but not come back."""
    by_sql(saved, f"UPDATE journal SET old = '{address}' WHERE field = 'url'")
    with Library.open(saved) as library:
        assert any(change.old == address for change in library.history("One"))
        with pytest.raises(LibraryError, match="be the url of a paper"):
            library.undo()
        assert library.paper("One").url == "https://example.org/"
    assert rows(saved, "SELECT url FROM paper WHERE key = 'One'") == [("https://example.org/",)]


def test_what_is_quoted_from_a_damaged_file_is_one_line(saved: Path, tmp_path: Path) -> None:
    text = b"line\n\x1b[2J" * 20 + b"\xff"
    by_sql(saved, f"UPDATE paper SET note = CAST(x'{text.hex()}' AS TEXT)")
    with pytest.raises(LibraryError, match="damaged") as refused:
        Library.open(saved, state=tmp_path / "elsewhere")
    assert str(refused.value).isprintable()
