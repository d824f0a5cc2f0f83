"""More like this: the papers nearest in content."""

from __future__ import annotations

import json
from statistics import mean
from typing import TYPE_CHECKING

import pytest

from readinglist.errors import UnknownKeyError
from readinglist.search.similar import Neighbourhood
from readinglist.services.finding import like_view
from readinglist.services.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANTS = (
    "Trails of ants are followed by scent; the colony chooses the shorter trail.",
    "A colony of ants without a queen forages less, and its trails fade.",
    "Ants in a colony remember trails where scent was washed away by rain.",
)
SAILS = (
    "The hull of a yacht meets more drag when the keel is long.",
    "Keel and hull of racing yachts are tuned for drag in light wind.",
    "Wind tunnels show how a sail and a keel share the drag of a yacht.",
)
PAPERS = (
    {"key": "ants0", "title": "Crossroads", "abstract": ANTS[0]},
    {"key": "ants1", "title": "An Interregnum", "abstract": ANTS[1]},
    {"key": "ants2", "title": "After a Flood", "abstract": ANTS[2]},
    {"key": "sails0", "title": "Depth", "abstract": SAILS[0]},
    {"key": "sails1", "title": "A Regatta", "abstract": SAILS[1]},
    {"key": "sails2", "title": "Interplay", "abstract": SAILS[2]},
    {"key": "bare", "title": "Scent and the Colony of Ants"},
    {"key": "alone", "title": "Quokkas", "abstract": "Nobody else writes about marsupials."},
    {"key": "mute", "title": "!"},
)  # fmt: skip


def filled(folder: Path, *papers: dict[str, str]) -> Library:
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    library = Library.open(folder / "library.db", state=folder / "state")
    library.import_files([file])
    assert library.count() == len(papers)
    return library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with filled(tmp_path, *PAPERS) as library:
        yield library


def near(library: Library, key: str, limit: int = 10) -> list[str]:
    return [hit.paper.key for hit in library.similar(key, limit)]


def test_papers_on_the_same_come_first(library: Library) -> None:
    for same in ({"ants0", "ants1", "ants2", "bare"}, {"sails0", "sails1", "sails2"}):
        for one in same:
            assert set(near(library, one)[:2]) <= same - {one}


def test_a_paper_is_not_like_itself_and_nearness_falls_from_1_to_0(library: Library) -> None:
    for key in library.all_keys():
        hits = library.similar(key)
        scores = [hit.score for hit in hits]
        assert key not in {hit.paper.key for hit in hits}
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1.000001 for score in scores)


def test_the_limit_takes_the_nearest(library: Library) -> None:
    assert near(library, "sails0", 1) == near(library, "sails0")[:1]
    assert near(library, "ants0", 2) == near(library, "ants0")[:2]


def test_a_title_alone_is_enough(library: Library) -> None:
    assert set(near(library, "bare")[:3]) == {"ants0", "ants1", "ants2"}


@pytest.mark.parametrize("key", ["alone", "mute"])
def test_what_shares_no_word_is_like_nothing(library: Library, key: str) -> None:
    assert near(library, key) == []


def test_a_note_counts_too(library: Library) -> None:
    library.note("alone", "Their pouch is a keel, their drag that of a yacht's hull.")
    assert near(library, "alone")[0].startswith("sails")
    library.undo()
    assert near(library, "alone") == []


def test_a_deleted_paper_is_like_nothing_any_more(library: Library) -> None:
    ants0 = library.paper("ants0")
    library.delete([ants0.id])
    assert "ants0" not in near(library, "ants1")
    assert list(library.find(view=like_view(ants0)).ids) == []
    with pytest.raises(UnknownKeyError):
        library.similar("ants0")
    library.undo()
    assert "ants0" in near(library, "ants1")


def test_an_edited_paper_is_like_others(library: Library) -> None:
    assert near(library, "ants0")[0] != "sails0"
    library.edit("ants0", {"title": "Yachts", "abstract": SAILS[0]})
    assert near(library, "ants0")[0] == "sails0"


def test_the_view_lists_the_same_papers_and_narrows_them(library: Library) -> None:
    view = like_view(library.paper("ants0"))
    found = library.papers(library.find(view=view).ids)
    assert [paper.key for paper in found] == near(library, "ants0")
    narrowed = library.papers(library.find("queen", view).ids)
    assert [paper.key for paper in narrowed] == ["ants1"]
    assert list(library.find("quokkas", view).ids) == []
    in_order = library.papers(library.find(view=view, sort="title").ids)
    assert [p.title for p in in_order] == sorted((p.title for p in found), key=str.lower)
    assert sorted(p.key for p in in_order) == sorted(p.key for p in found)


def test_the_only_paper_is_like_nothing(tmp_path: Path) -> None:
    with filled(tmp_path, {"key": "only", "title": "The Only Paper"}) as library:
        view = like_view(library.paper("only"))
        assert near(library, "only") == []
        assert list(library.find(view=view).ids) == []
        library.delete(library.find().ids)
        assert list(library.find(view=view).ids) == []
        assert list(library.find("only", view).ids) == []


def test_a_library_of_copies_has_no_telling_words(tmp_path: Path) -> None:
    """What each paper says tells nothing about any: there is no nearest one, and no error."""
    papers = [{"key": f"c{n}", "title": f"C{n}", "abstract": ANTS[0]} for n in range(5)]
    with filled(tmp_path, *papers) as library:
        assert near(library, "c0") == []


def test_papers_of_one_page_are_alike_among_the_real_ones(real_library: Library) -> None:
    """Of the first ten, the share that stands on a page with the paper; measured 0.451."""
    papers = real_library.papers(real_library.find().ids)
    assert real_library.similar(papers[0].key, 10)
    searcher = real_library._the_finder._searcher
    # One for all: it remembers what it has read.
    neighbourhood = Neighbourhood(searcher._index, searcher._vocabulary)
    pages = {paper.id: set(paper.sources) for paper in papers}
    shares = {}
    for paper, own in pages.items():
        ten = list(neighbourhood.nearest(paper, 10))
        assert len(ten) == 10
        shares[paper] = mean(bool(pages[other] & own) for other in ten)
    names = set().union(*pages.values())
    assert len(names) == 5
    by_page = [mean(shares[paper] for paper in pages if name in pages[paper]) for name in names]
    assert mean(by_page) >= 0.44
