"""Rows and papers: what goes in comes out."""

from __future__ import annotations

import dataclasses
import sqlite3
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import LibraryError
from readinglist.storage.papers import (
    COLUMNS,
    PaperStore,
    decode,
    encode,
    paper_from_json,
    paper_to_json,
)
from readinglist.storage.received import received_paper
from readinglist.storage.working_copy import WorkingCopy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = Paper(
    title="On Ünïcode & $x^2$ — “quoted”",
    id=2**62 + 1,
    key="noether1918",
    key_frozen=True,
    type="article",
    authors=("Noether, Emmy", "Al-Khwārizmī, Muḥammad"),
    author_count=2,
    organization="Göttingen",
    abstract="Two\nlines",
    published="1918-07",
    venue="Nachrichten",
    arxiv="physics/0503066",
    doi="10.1080/00411457108231446",
    url="https://example.org/a?b=c",
    links=("https://example.org/code",),
    comments=0,
    status=Status.READING,
    priority=Priority.LOW,
    tags=("algebra", "physics"),
    note="# A note\n\n- `code`",
    added_at="2024-05-01T10:00:00.000001Z",
    sources=("page.txt",),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PaperStore]:
    working = WorkingCopy(tmp_path / "library.db", tmp_path / "state")
    yield working.papers
    working.close()


def test_a_paper_with_all_its_fields_comes_back_as_it_was(store: PaperStore) -> None:
    store.save_source(5, "page.txt", "daily-papers", "2024-05-01T10:00:00.000001Z")
    store.add(FULL)
    store.add_sources([(FULL.id, 5)])
    assert store.get([FULL.id]) == [FULL]
    assert store.count_by_status() == {
        Status.UNREAD: 0, Status.READING: 1, Status.READ: 0, Status.SKIPPED: 0,
    }  # fmt: skip


def test_a_paper_of_which_only_the_title_is_known_comes_back_as_it_was(store: PaperStore) -> None:
    bare = Paper("Only a Title", id=1, key="OnlyTitle", added_at="2024-01-01")
    store.add(bare)
    assert store.get([1]) == [bare]


def test_papers_come_in_the_order_that_was_asked_for(store: PaperStore) -> None:
    for number in range(1200):
        store.add(Paper(f"Paper {number}", id=number, key=f"p{number}", added_at="2024"))
    wanted = [1100, 3, 700, 5000, 3, 0]
    assert [paper.id for paper in store.get(wanted)] == [1100, 3, 700, 3, 0]
    assert store.count() == 1200
    assert store.all_ids() == list(range(1200))


@given(
    st.builds(
        Paper,
        title=TEXT,
        authors=st.lists(TEXT).map(tuple),
        note=st.none() | TEXT,
        comments=st.none() | st.integers(0, 10**9),
        status=st.sampled_from(Status),
        priority=st.sampled_from(Priority),
        tags=st.lists(TEXT).map(tuple),
        key_frozen=st.booleans(),
    )
)
def test_any_paper_survives_the_journal(paper: Paper) -> None:
    assert paper_from_json(paper_to_json(paper)) == paper


@given(st.sampled_from(("title", "abstract", "note", "venue")), st.none() | TEXT)
def test_any_text_survives_its_column(field: str, text: str | None) -> None:
    assert decode(field, encode(field, text)) == text


@pytest.mark.parametrize(
    "text", ["[]", "{}", "nonsense", "5", '{"title": "x"}', '{"status": "burnt"}']
)
def test_a_deleted_paper_that_can_not_be_read_is_an_error(text: str) -> None:
    with pytest.raises(LibraryError, match="deleted paper"):
        paper_from_json(text)


def row(**values: object) -> tuple[object, ...]:
    paper = dataclasses.replace(FULL, tags=(), sources=())
    return tuple(values.get(name, encode(name, getattr(paper, name))) for name in COLUMNS)


def test_a_row_as_we_write_it_is_received_unchanged() -> None:
    assert received_paper(row()) == dataclasses.replace(FULL, tags=(), sources=())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "READ"),
        ("priority", ""),
        ("authors", '"Noether, Emmy"'),
        ("authors", "[1]"),
        ("links", "not json"),
        ("links", '["ftp://example.org"]'),
        ("published", "1918-13"),
        ("published", ""),
        ("arxiv", "https://arxiv.org/abs/physics/0503066"),
        ("doi", "11.1/x"),
        ("url", "http://"),
        ("type", "Article"),
        ("key", ""),
        ("key", "a b"),
        ("key", "a{b"),
        ("key", "a\n"),
    ],
)
def test_a_row_as_we_would_not_write_it_is_refused(field: str, value: object) -> None:
    with pytest.raises(LibraryError, match=f"be the {field.removesuffix('s')}"):
        received_paper(row(**{field: value}))


def test_no_field_outside_the_table_can_be_set(store: PaperStore) -> None:
    store.add(FULL)
    for field in ("id", "tags", f"title = {string.ascii_letters}, note"):
        with pytest.raises(ValueError, match="no column"):
            store.set(FULL.id, field, "x")


def test_tags_are_counted_most_used_first(store: PaperStore) -> None:
    for number, tags in enumerate((("a", "b"), ("b",), ("c", "b"), ("c",))):
        store.add(Paper(f"P {number}", id=number, key=f"p{number}", tags=tags, added_at="2024"))
    store.remove_tags([(0, "a")])
    assert store.tags() == [("b", 3), ("c", 2)]


def test_a_key_names_its_paper_in_any_case_and_an_alias_does_so_after_it(
    store: PaperStore,
) -> None:
    store.add(FULL)
    store.add(Paper("Other", id=2, key="other", added_at="2024"))
    store.add_aliases([("Former", 2), ("noether1918", 2), ("Ghost", 77)])
    assert store.id_of_key("NOETHER1918") == FULL.id
    assert store.id_of_key("former") == 2
    assert store.id_of_key("ghost") is None
    assert store.id_of_key("%") is None
    store.remove_aliases(["FORMER"])
    assert store.id_of_key("Former") is None


def test_deleting_leaves_nothing_of_a_paper(store: PaperStore) -> None:
    store.save_source(5, "page.txt", "json", "2024")
    store.add(FULL)
    store.add_sources([(FULL.id, 5)])
    store.delete([FULL.id])
    assert (store.get([FULL.id]), store.tags(), store.sources_of([FULL.id])) == ([], [], {})
    assert not store.has(FULL.id)
    assert store.has_source(5)


def test_two_papers_of_one_id_are_refused_by_the_database(store: PaperStore) -> None:
    store.add(FULL)
    with pytest.raises(sqlite3.IntegrityError):
        store.add(FULL)
