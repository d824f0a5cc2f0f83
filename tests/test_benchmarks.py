"""What the benchmarks search in, and what they ask for."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rapidfuzz.distance import OSA

from readinglist.domain.change import TAG, WHOLE_PAPER, Action
from readinglist.domain.citekey import check_key
from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper
from readinglist.search.tokens import words
from readinglist.services.library import Library
from tests.benchmarks import generated, lived_in, load
from tests.benchmarks.queries import KINDS, Asked, queries

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 2000


def forget() -> None:
    generated.real_papers.cache_clear()
    generated.chains.cache_clear()


@pytest.fixture
def no_listings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(generated, "LISTINGS", tmp_path / "nowhere")
    forget()
    yield
    forget()


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return list(generated.papers(COUNT))


@pytest.mark.parametrize("pages", ["with real pages", "without them"])
def test_a_seed_always_gives_the_same_papers(pages: str, request: pytest.FixtureRequest) -> None:
    if pages == "without them":
        request.getfixturevalue("no_listings")
    some = list(generated.papers(50, seed=3))
    assert list(islice(generated.papers(500, seed=3), 50)) == some
    assert list(generated.papers(50, seed=4)) != some


def test_each_paper_has_an_id_and_a_key_of_its_own(papers: list[Paper]) -> None:
    assert len({paper.id for paper in papers}) == len({paper.key for paper in papers}) == COUNT
    for paper in papers:
        assert paper.id == paper_id(paper.title)
        assert check_key(paper.key) == paper.key


def test_no_paper_is_a_real_one(papers: list[Paper], listings: Path) -> None:
    real = generated.real_papers()
    assert len({paper.key.lower() for paper in real}) == len(real) == 376
    assert {paper.id for paper in real}.isdisjoint(paper.id for paper in papers)


def test_papers_are_as_long_as_real_ones(papers: list[Paper]) -> None:
    for paper in papers:
        assert 4 <= len(paper.title.split()) <= 14
        assert 115 <= len((paper.abstract or "").split()) <= 225
    tagged = sum(bool(paper.tags) for paper in papers)
    assert 0.15 < tagged / COUNT < 0.25


def test_new_words_become_rarer_but_do_not_end(papers: list[Paper]) -> None:
    known: set[str] = set()
    sizes = [0]
    for start in range(0, COUNT, COUNT // 4):
        for paper in papers[start : start + COUNT // 4]:
            known.update(words(f"{paper.title} {paper.abstract}"))
        sizes.append(len(known))
    new = [after - before for before, after in pairwise(sizes)]
    assert new == sorted(new, reverse=True)
    assert new[-1] > COUNT / 4


def test_a_library_is_filled(papers: list[Paper], tmp_path: Path) -> None:
    generated.fill(tmp_path / "library.db", papers[:300])
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as library:
        assert library.count() == 300
        assert library.papers(paper.id for paper in papers[:300]) == papers[:300]
        assert papers[7].id in library.find(papers[7].title).ids


@pytest.fixture(scope="module")
def asked(papers: list[Paper]) -> list[Asked]:
    return queries(papers, seed=5, count=600)


def edits(one: Asked) -> list[int]:
    """Return how far each word is from the one that is meant; a cut is no edit."""
    typed = one.text.split()
    meant = list(one.words)
    if one.kind.startswith("cut"):
        # Of the beginnings that were cut off, the nearest was meant.
        last = meant.pop()
        cuts = [OSA.distance(typed[-1], last[:end]) for end in range(3, len(last))]
        return [*map(OSA.distance, typed, meant), min(cuts)]
    return [*map(OSA.distance, typed, meant)]


def test_queries_are_of_all_kinds_in_turn(papers: list[Paper], asked: list[Asked]) -> None:
    assert Counter(one.kind for one in asked) == dict.fromkeys(KINDS, 100)
    assert queries(papers, seed=5, count=600) == asked
    assert queries(papers, seed=6, count=600) != asked


def test_a_title_has_the_words_that_are_meant(papers: list[Paper], asked: list[Asked]) -> None:
    titles = {paper.id: words(paper.title) for paper in papers}
    for one in asked:
        places = [titles[one.paper].index(words(word)[0]) for word in one.words]
        assert places == sorted(places)
        assert len(set(places)) == len(one.text.split()) in (2, 3)


@pytest.mark.parametrize(
    ("kind", "mistakes"), [("exact", 0), ("typo", 1), ("typo2", 2), ("cut", 0), ("cut_typo", 1)]
)
def test_so_many_words_have_an_edit(asked: list[Asked], kind: str, mistakes: int) -> None:
    for one in asked:
        if one.kind == kind:
            assert sorted(edits(one), reverse=True)[:2] == [min(mistakes, 1), mistakes // 2]
            assert sum(edits(one)) == mistakes


def test_swapped_words_are_the_same_in_another_order(asked: list[Asked]) -> None:
    for one in asked:
        if one.kind == "swap":
            assert sorted(one.text.split()) == sorted(one.words)
            assert one.text.split() != list(one.words)


def test_first_letters_are_right_unless_asked_for(papers: list[Paper], asked: list[Asked]) -> None:
    def wrong(some: list[Asked]) -> int:
        return sum(
            typed[0] != word[0]
            for one in some
            if one.kind != "swap"
            for typed, word in zip(one.text.split(), one.words, strict=True)
        )

    assert wrong(asked) == 0
    assert wrong(queries(papers, seed=5, count=600, first_letters=True)) > 20


def test_what_a_library_was_lived_in_with_is_what_its_papers_have(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    size = lived_in.size_of(600)
    lived_in.fill(path, size, "desk-1")
    with Library.open(path, state=tmp_path / "state") as library:
        changes = library.history_of(None, None)
        assert size.rows * 0.95 < len(changes) < size.rows * 1.2
        told: dict[tuple[int, str], str | None] = {}
        tags = Counter[tuple[int, str | None]]()
        for change in reversed(changes):
            if change.field == TAG:
                tags[change.paper, change.new or change.old] += 1 if change.new else -1
            elif change.action != Action.CONFLICT and change.field != WHOLE_PAPER:
                told[change.paper, change.field] = change.new
        papers = {paper.id: paper for paper in library.papers(library.find().ids)}
        assert len(papers) == 600
        for (number, name), value in told.items():
            assert getattr(papers[number], name) == value
        assert {place for place, count in tags.items() if count} == {
            (paper.id, tag) for paper in papers.values() for tag in paper.tags
        }
        assert 0 < sum(bool(paper.note) for paper in papers.values()) <= size.notes
        assert {change.action for change in changes} >= {*Action} - {Action.REDO}


def test_the_benchmark_of_a_load_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    few = ["--papers", "60", "--small", "30", "--rounds", "1", "--few", "1"]
    kinds = ["at_a_key", "in_a_moment", "of_many", "versions"]
    monkeypatch.setattr("sys.argv", ["load.py", *few, "--only", *kinds])
    load.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 25
    assert all(line.split()[-1].replace(".", "").isdigit() for line in lines[2:-10])
