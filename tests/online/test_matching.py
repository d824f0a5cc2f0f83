"""Which of the works that a source gives is the paper, and which must never be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from readinglist.domain.entry import Entry
from readinglist.domain.paper import Paper
from readinglist.formats.daily_papers import parse
from readinglist.online.matching import Verdict, choose, judge, likeness
from tests.look_alikes import as_others_write, look_alikes

TITLE = "Sparse Attention for Very Long Sequences"
AUTHORS = ("Ahn, Mina", "Baker, Tom")
PUBLISHED = Entry("", "inproceedings", (("booktitle", "Proc. of Things"), ("year", "2023")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quantum Diffusion Models", "Quantum diffusion models."),
        ("Pre-training of Low-Rank Models", "Pretraining of low rank models"),
        ("Optimizing the Behavior of Modeling", "Optimising the behaviour of modelling"),
        ("Search & Rescue", "Search and Rescue"),
        ("Search &amp; Rescue", "Search & Rescue"),
        ("Schrödinger Bridges", r"Schr\"odinger Bridges"),
        ("$\\alpha$-Divergence at Work", "α-divergence at work"),
        ("$\\alpha$-Divergence at Work", "alpha-divergence at work"),
        ("Attention in $O(n^2)$", "Attention in O(n<sup>2</sup>)"),
        ("A Title: with a Subtitle", "A Title — With a Subtitle"),
        pytest.param(f"No &#{'9' * 5000};", f"no &#{'9' * 5000}", id="no sign"),
    ],
)
def test_a_title_is_one_however_it_is_written(one: str, other: str) -> None:
    assert likeness(one, other) == 100
    assert judge(Paper(one, authors=AUTHORS), Paper(other, authors=AUTHORS)) == (Verdict.SAME, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quantum Diffusion Models", "Quantum Denoising Diffusion Models"),
        ("Quantum Diffusion Models", "Quantum Diffusion Model"),
        ("Scaling to 10 Billion Words", "Scaling to 100 Billion Words"),
        ("Symmetric Graph Networks at Scale", "Asymmetric Graph Networks at Scale"),
        ("Networks for Graphs of Agents", "Graphs for Networks of Agents"),
        ("A Survey of Agents, Part I", "A Survey of Agents, Part II"),
        ("Learning to Rank with Trees", "Learning to Rank with Trees: A Reply"),
    ],
)
def test_a_title_with_another_word_is_never_taken(one: str, other: str) -> None:
    assert judge(Paper(one), Paper(other)).verdict is not Verdict.SAME
    assert judge(Paper(other), Paper(one)).verdict is not Verdict.SAME


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=6), st.integers())
def test_any_titles_can_be_compared(words: list[str], seed: int) -> None:
    title = " ".join(words)
    assert 0 <= likeness(title, as_others_write(title, seed)) <= 100
    assert likeness(title, title) == 100


def test_no_look_alike_of_the_real_titles_is_taken(listings: Path) -> None:
    titles = list(
        {
            paper.title: None
            for page in sorted(listings.glob("*.txt"))
            for paper in parse(page.read_text(encoding="utf-8")).papers
        }
    )
    others = look_alikes(titles, 5000)
    assert len(titles) == 376
    near = [
        (title, other)
        for title in titles
        for other, _, _ in process.extract(title, others, scorer=fuzz.ratio, limit=40)
        if judge(Paper(title), Paper(other)).verdict is Verdict.SAME
    ]
    assert near == []
    for seed, title in enumerate(titles):
        assert likeness(title, as_others_write(title, seed)) == 100


# --- what else is known


def test_a_title_that_many_may_have_needs_something_else_to_go_by() -> None:
    short = Paper("Attention")
    candidate = Paper("Attention", authors=AUTHORS)
    assert judge(short, candidate).why == "a short title, and nothing else to go by"
    assert judge(Paper("Attention", authors=AUTHORS[:1]), candidate).verdict is Verdict.SAME
    assert judge(Paper("Attention", author_count=2), candidate).verdict is Verdict.SAME
    assert judge(Paper("Attention", author_count=3), candidate).verdict is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"author_count": 24}, "the number of authors differs"),
        ({"published": "2010-01-02"}, "the year differs"),
        ({"organization": "Fjord Labs"}, "the organization differs"),
    ],
)
def test_what_contradicts_a_title_is_for_a_person_to_judge(
    known: dict[str, object], why: str
) -> None:
    candidate = Paper(TITLE, authors=AUTHORS, published="2023-02-01", organization="Heron")
    assert judge(Paper(TITLE, **known), candidate) == (Verdict.DOUBTFUL, why)  # type: ignore[arg-type]


def test_another_one_who_wrote_a_paper_of_this_title_is_not_meant() -> None:
    paper = Paper(TITLE, authors=("Novak, Eva",))
    assert judge(paper, Paper(TITLE, authors=AUTHORS)).verdict is Verdict.OTHER


@pytest.mark.parametrize(
    ("preprint", "published", "verdict"),
    [
        ("2021-11-30", "2023", Verdict.SAME),
        ("2022-01-02", "2021", Verdict.SAME),
        ("2021", "2027", Verdict.DOUBTFUL),
        ("2021", "2019", Verdict.DOUBTFUL),
    ],
)
def test_a_preprint_comes_a_few_years_before_it_is_published(
    preprint: str, published: str, verdict: Verdict
) -> None:
    paper = Paper(TITLE, published=preprint)
    candidate = Paper(TITLE, authors=AUTHORS, published=published, entries=(PUBLISHED,))
    assert judge(paper, candidate).verdict is verdict
    turned = Paper(TITLE, published=published, entries=(PUBLISHED,))
    assert judge(turned, Paper(TITLE, published=preprint)).verdict is verdict


def test_an_identifier_says_more_than_a_title() -> None:
    paper = Paper("Sparse Attention for Long Sequences", arxiv="2301.00001", author_count=9)
    revised = Paper(TITLE, arxiv="2301.00001", authors=AUTHORS)
    assert judge(paper, revised).verdict is Verdict.SAME
    other = Paper("Foxes of Kent", arxiv="2301.00001")
    assert judge(paper, other) == (Verdict.DOUBTFUL, "same identifier, another title")


def test_two_works_of_one_title_are_for_a_person_to_choose_from() -> None:
    one = Paper(TITLE, authors=AUTHORS, arxiv="2301.00001")
    other = Paper(TITLE, authors=("Novak, Eva",), arxiv="2305.00009")
    choice = choose(Paper(TITLE), [one, other])
    assert choice.same == ()
    assert [doubt.candidate for doubt in choice.doubts] == [one, other]
    assert choose(Paper(TITLE, authors=AUTHORS[1:]), [one, other]).same == (one,)


def test_what_is_sure_makes_the_doubtful_not_worth_a_look() -> None:
    sure = Paper(TITLE, authors=AUTHORS)
    nearly = Paper(f"{TITLE} and Images", authors=("Kim, Jo",))
    assert choose(Paper(TITLE), [nearly, sure]) == ((sure,), ())
    assert [doubt.why for doubt in choose(Paper(TITLE), [nearly]).doubts] == ["the title differs"]
