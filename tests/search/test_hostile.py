"""Hostile queries and hostile papers, on all ways through the search."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from readinglist.domain.text import printable
from readinglist.services.finding import VIEWS, Found, View, like_view, tag_view
from readinglist.services.library import Library
from readinglist.services.live_search import Question
from readinglist.tui.presentation import excerpt
from tests.conftest import until
from tests.hostile_text import HOSTILE as HOSTILE_TEXTS
from tests.hostile_text import storable
from tests.search.test_search import EVERYTHING, HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from readinglist.errors import ReadingListError

COLUMNS = ("title", "authors", "tags", "key", "venue", "head", "whole", "note", "abstract", "rank")
SYNTAX = [
    *(f"{column}:owls" for column in COLUMNS),
    *(f"{column} : owls" for column in COLUMNS),
    *(f"-{column} : owls" for column in COLUMNS[:3]),
    *("{title abstract} : owls", "title:(owls OR maps)", "^owls", "owls + maps", "owls NOT maps"),
    *("NEAR(owls maps, 3)", 'NEAR("owls" "maps")', "(owls)", "owls)", '"owls" *', "owls*", "*"),
    *("owls AND AND maps", "AND", "OR OR OR", "NOT", "owls' --", "owls; DROP TABLE doc", "?1 ? :x"),
    *("%", "_", "owls%", "\\", "\\x00", "\t", "\u2028owls", "o\u0301wls", "ｏｗｌｓ", "owls\ufeff"),
    *("owls" * 250, "o w l s " * 125, "9" * 1000, "ab-" * 333, "'" * 999, "漢" * 1000, "😀" * 500),
    *("zqxjkvbpygfw " * 70, " ".join(f"w{n:x}" for n in range(200)), "é" * 41, "½ ⅓ ⑴ ㎏ ™ ﬀ"),
]
FILTERS = [
    "status:{}", "priority:{}", "tag:{}", "author:{}", "venue:{}", "year:{}", "added:{}",
    "has:{}", "key:{}", "-tag:{}", "-author:{}", '-venue:"{}"', 'author:"{}"', "tag:a,{}",
    "year:{}..", "nosuch:{}",
]  # fmt: skip


def ids(found: Found) -> list[int]:
    return list(found.ids)


@pytest.mark.parametrize("query", [*HOSTILE, *SYNTAX], ids=range(len(HOSTILE) + len(SYNTAX)))
def test_all_ways_of_asking_agree(library: Library, query: str) -> None:
    """At once and completed, within views, in another order, with or without limit."""
    everything = ids(library.find(query))
    assert {paper.key for paper in library.papers(everything)} <= EVERYTHING
    assert len(set(everything)) == len(everything)
    first = library.find(query, most=500)
    assert ids(library.complete(first)) == everything
    assert [hit.paper.id for hit in library.search(query, limit=None)] == everything
    for sort in ("added", "title", "author"):
        assert sorted(ids(library.find(query, sort=sort))) == sorted(everything)
    one = library.paper("vale2017attention")
    for view in (VIEWS["unread"], tag_view(query), like_view(one), View("v", "V", f"owls {query}")):
        within = library.find(query, view, most=500)
        assert set(ids(library.complete(within))) <= set(library.find().ids)
    for text in (one.title, one.abstract or "", query, printable(query)):
        spans = first.spans(text) if first.spans else []
        assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize("filter_", FILTERS)
def test_hostile_values_of_filters_are_values(library: Library, filter_: str) -> None:
    for value in [*HOSTILE, *SYNTAX]:
        for query in (filter_.format(value), f"owls {filter_.format(value)}"):
            first = library.find(query, most=500)
            assert ids(library.complete(first)) == ids(library.find(query))
    assert library.count() == len(EVERYTHING)


def test_hostile_lines_are_answered_as_one_types(library: Library) -> None:
    answers: list[tuple[str, Found]] = []
    errors: list[ReadingListError] = []
    live = library.live_search(lambda q, found: answers.append((q.text, found)), errors.append)
    for query in [*HOSTILE, *SYNTAX]:
        live.ask(Question(query[: len(query) // 2]))
        live.ask(Question(query))
        until(lambda: not live.pending)
        assert answers[-1][0] == query
        assert answers[-1][1].ids == library.find(query).ids
    live.close()
    assert errors == []


TEXTS = HOSTILE_TEXTS.map(storable)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "one.json").write_text(json.dumps([{"key": "one", "title": "One"}]))
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as library:
        library.import_files([tmp_path / "one.json"])
        yield library


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(title=TEXTS, abstract=TEXTS, width=st.integers(0, 120))
def test_any_text_is_indexed_found_and_shown(
    one: Library, title: str, abstract: str, width: int
) -> None:
    """A paper is found by a word of any of its texts, and the word is where it is said to be."""
    (paper,) = one.papers(one.find().ids)
    with one._working.transaction():
        one._working.papers.set(paper.id, "title", f"{title} gibbon")
        one._working.papers.set(paper.id, "abstract", f"{abstract} marmoset {abstract}")
    for word in ("gibbon", "gibon", "marmoset", "marmosets gibbons", '"marmoset"', "gibb"):
        found = one.find(word, most=500)
        assert ids(found) == [paper.id]
    found = one.find("marmoset")
    assert found.spans
    for text in (f"{abstract} marmoset {abstract}", printable(f"{abstract} marmoset {abstract}")):
        spans = found.spans(text)
        assert "marmoset" in [text[start:end] for start, end in spans]
    shown, _ = excerpt(text, spans, width)
    assert cell_len(shown) <= width
    assert printable(shown) == shown.strip()
    assert one.similar("one") == []
