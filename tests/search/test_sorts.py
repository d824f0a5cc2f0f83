"""The orders of a list: each is the same at each look, and turned round it is that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readinglist.errors import InvalidValueError
from readinglist.services.finding import SORT_NAMES
from readinglist.services.library import Library

PAPERS = [
    {
        "title": f"{letter} {number % 7}",
        "published": f"20{10 + number % 5}" if number % 4 else None,
        "authors": [f"{letter}, Given"] if number % 3 else [],
        "venue": f"Journal {number % 3}" if number % 5 else None,
        "tags": ["a", "b", "due:2020-01-01"][: number % 4],
        "priority": ["high", "none", "low"][number % 3],
        "status": ["unread", "read", "reading"][number % 3],
    }
    for number, letter in enumerate("aAbBcCdDeEfFgG" * 3)
]


@pytest.fixture
def many(tmp_path: Path) -> Library:
    """A library in which much is equal."""
    library = Library.open(tmp_path / "many.db")
    file = tmp_path / "many.json"
    file.write_text(
        json.dumps([{**paper, "title": f"{paper['title']} {n}"} for n, paper in enumerate(PAPERS)])
    )
    library.import_files([file])
    return library


@pytest.mark.parametrize("name", SORT_NAMES)
def test_turned_round_it_is_the_other_way(many: Library, name: str) -> None:
    """Papers that lack what they are ordered by come last both ways."""
    papers = many.papers(many.find(sort=name).ids)
    turned = many.papers(many.find(sort=f"-{name}").ids)
    lacking = {
        "date": "published", "author": "authors", "venue": "venue", "tags": "tags",
    }.get(name)  # fmt: skip
    there = [paper.id for paper in papers if not lacking or getattr(paper, lacking)]
    there_turned = [paper.id for paper in turned if not lacking or getattr(paper, lacking)]
    assert there == there_turned[::-1]
    assert [paper.id for paper in papers[: len(there)]] == there
    assert [paper.id for paper in turned[: len(there)]] == there_turned
    assert len(turned) == len(papers) == len(PAPERS)


def test_an_order_that_there_is_not(many: Library) -> None:
    for name in ("size", "--title", "title ASC; DROP TABLE paper", "-"):
        with pytest.raises(InvalidValueError, match="There is no order"):
            many.find(sort=name)
