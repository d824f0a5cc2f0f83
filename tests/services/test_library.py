"""A library from Python: open, look, find, change, close."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

import readinglist
from readinglist.domain.paper import Status
from readinglist.errors import InvalidValueError, LibraryError, UnknownKeyError
from readinglist.services.finding import VIEWS, tag_view
from tests.conftest import Listed, PageMaker, add_by_hand, rows

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.services.library import Library

TITLES = ["Attention to Detail", "Build It Twice", "Caches and Their Discontents"]
KEYS = ["AttentionDetail", "BuildTwice", "CachesTheirDiscontents"]


@pytest.fixture
def ids(library: Library, tmp_path: Path) -> list[int]:
    return add_by_hand(library, TITLES, tmp_path)


def test_the_example_of_the_package_works(library_file: Path, page: PageMaker) -> None:
    file = page("Attention Is All You Need", "Something Else")
    with readinglist.open_library(str(library_file)) as library:
        library.import_files([file])
        hits = library.search("atention is all you ned", limit=5)
    assert hits[0].paper.title == "Attention Is All You Need"
    assert hits[0].score > 0
    assert hits[0].spans["title"]


def test_leaving_saves_and_closes_even_after_an_error(library_file: Path, page: PageMaker) -> None:
    def work() -> None:
        with readinglist.open_library(library_file) as library:
            library.import_files([page("Kept")])
            library.paper("nothing")

    with pytest.raises(UnknownKeyError):
        work()
    assert rows(library_file, "SELECT title FROM paper") == [("Kept",)]


def test_a_path_may_begin_at_home_and_its_folders_are_made(tmp_path: Path) -> None:
    with readinglist.open_library("~/papers/mine/library.db") as library:
        assert library.path == tmp_path / "home" / "papers" / "mine" / "library.db"
    assert library.path.is_file()


def test_a_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="can't be"):
        readinglist.open_library(tmp_path / "file" / "library.db")


def test_counts_and_tags(library: Library, ids: list[int]) -> None:
    library.mark(ids[:2], status=Status.READ, add_tags=["b"])
    library.mark(ids[:1], add_tags=["a"])
    assert library.count() == 3
    assert library.count_by_status()[Status.READ] == 2
    assert library.tags() == [("b", 2), ("a", 1)]
    assert sorted(library.all_keys()) == sorted(KEYS)


def test_views_limit_what_is_found(library: Library, ids: list[int]) -> None:
    library.mark(ids[:1], status=Status.READ, add_tags=["a b"])
    library.mark(ids[1:2], status=Status.READING)
    assert tuple(library.find(view=VIEWS["read"]).ids) == (ids[0],)
    assert tuple(library.find(view=VIEWS["reading"]).ids) == (ids[1],)
    assert tuple(library.find(view=VIEWS["next"]).ids) == (ids[2],)
    assert tuple(library.find(view=tag_view("a b")).ids) == (ids[0],)
    assert tuple(library.find("detail", VIEWS["reading"]).ids) == ()


def test_a_sort_outweighs_rank_and_must_be_known(library: Library, ids: list[int]) -> None:
    assert tuple(library.find("measurement", sort="title").ids) == tuple(ids)
    assert tuple(library.find(sort="title").ids) == tuple(ids)
    assert tuple(library.find("-twice", sort="title").ids) == (ids[0], ids[2])
    with pytest.raises(InvalidValueError, match="added, date, title"):
        library.find(sort="colour")
    assert [hit.paper.id for hit in library.search("", sort="title", limit=2)] == ids[:2]


def test_a_found_text_is_marked_wherever_it_is_shown(library: Library, ids: list[int]) -> None:
    found = library.find("twise")
    assert tuple(found.ids) == (ids[1],)
    assert found.spans
    assert found.spans("do it twice, Sam") == [(6, 11)]
    assert library.find("status:unread").spans is None


def test_an_index_can_be_made_ahead_of_time(library: Library, ids: list[int]) -> None:
    assert not library.index(lambda done, of: False)
    assert library.index()
    assert library.index(lambda done, of: True)


def test_a_sibling_works_in_another_thread(library: Library, ids: list[int]) -> None:
    def work() -> None:
        sibling = library.sibling()
        sibling.mark(ids[:1], status=Status.READ)
        sibling.save()
        sibling.close()

    before = library.version()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert library.version() != before
    assert library.paper(KEYS[0]).status is Status.READ
    assert library.is_saved()


def test_edits_show_at_once_in_the_next_search(library: Library, ids: list[int]) -> None:
    assert tuple(library.find("zymurgy").ids) == ()
    library.note(KEYS[2], "about zymurgy")
    assert tuple(library.find("zymurgy").ids) == (ids[2],)
    library.undo()
    assert tuple(library.find("zymurgy").ids) == ()
    library.delete(ids[:1])
    assert tuple(library.find("detail").ids) == ()


def test_papers_of_one_page_are_listed_as_on_the_page(library: Library, page: PageMaker) -> None:
    titles = [f"Paper {name}" for name in ("Z", "A", "M")]
    library.import_files([page(*(Listed(title) for title in titles))])
    assert [paper.title for paper in library.papers(library.find().ids)] == titles


def test_what_a_filter_may_ask_for_is_known_with_its_counts(
    library: Library, ids: list[int]
) -> None:
    library.mark(ids[:2], status=Status.READ, add_tags=["b"])
    library.mark(ids[:1], add_tags=["a"])
    library.edit(KEYS[0], {"authors": "van der Berg, Kim; OpenAI; Müller, A", "venue": "Owls"})
    library.edit(KEYS[1], {"authors": "Müller, B; Müller, C"})
    assert library.known_values("tag") == [("b", 2), ("a", 1)]
    assert library.known_values("author") == [("Müller", 2), ("OpenAI", 1), ("van der Berg", 1)]
    assert library.known_values("venue") == [("Owls", 1)]
    assert library.known_values("status") == [
        ("unread", 1), ("reading", 0), ("read", 2), ("skipped", 0),
    ]  # fmt: skip
    assert dict(library.known_values("has")) == {
        "note": 0, "abstract": 3, "tags": 2, "doi": 0, "arxiv": 0, "url": 0, "venue": 1,
        "authors": 2,
    }  # fmt: skip
    assert library.known_values("year") == []
