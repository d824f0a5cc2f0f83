"""Which entries are one paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.identity import (
    arxiv_id,
    arxiv_of_doi,
    contradict,
    doi_name,
    paper_id,
    title_key,
)
from readinglist.domain.paper import Paper


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deep Model Assembling", "deep model  assembling"),
        ("Schrödinger's Cat", "Schrodinger’s cat"),
        ("Pre-Training at Scale", "Pretraining at scale!"),
        ("The ﬁrst", "The first"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_two_spellings_of_a_title_are_one_paper(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)
    assert paper_id(one) == paper_id(other)


def test_other_titles_are_other_papers() -> None:
    assert paper_id("On Lists") != paper_id("On Trees")
    assert paper_id("！？") != paper_id("…")  # no letter at all: the title as it stands


def test_the_identity_is_the_same_on_every_machine() -> None:
    """A golden value: a change of the rule would split every library in two."""
    assert paper_id("Deep Model Assembling") == 0x63BF_6DD7_C414_C7D1


def test_an_identifier_tells_two_works_of_one_title_apart() -> None:
    ids = {paper_id("Editorial"), paper_id("Editorial", "doi:10.1/a"), paper_id("Editorial", "b")}
    assert len(ids) == 3


@given(st.text())
def test_every_title_has_an_identity_of_63_bits(title: str) -> None:
    assert 0 <= paper_id(title) < 2**63


@pytest.mark.parametrize(
    ("one", "other", "contradicts"),
    [
        (Paper("T", arxiv="1706.03762"), Paper("T", arxiv="1706.03763"), True),
        (Paper("T", arxiv="1706.03762"), Paper("T", arxiv="1706.03762", doi="10.1/x"), False),
        (Paper("T", arxiv="1706.03762"), Paper("T"), False),
        (Paper("T", arxiv="1706.03762"), Paper("T", doi="10.1/x"), False),
        (Paper("T", doi="10.1/x"), Paper("T", doi="10.1/y"), True),
        (Paper("T", doi="10.1/x"), Paper("T", doi="10.1/X"), False),
        (Paper("T", doi="10.48550/arXiv.1706.03762"), Paper("T", doi="10.1/x"), False),
    ],
)
def test_only_two_identifiers_of_one_kind_contradict(
    one: Paper, other: Paper, contradicts: bool
) -> None:
    assert contradict(one, other) is contradicts
    assert contradict(other, one) is contradicts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1706.03762", "1706.03762"),
        (" arXiv: 1706.03762v5 ", "1706.03762"),
        ("https://arxiv.org/abs/1706.03762", "1706.03762"),
        ("http://www.arxiv.org/pdf/1706.03762v1.pdf", "1706.03762"),
        ("https://export.arxiv.org/html/1706.03762", "1706.03762"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("math.GT/0309136v2", "math.GT/0309136"),
        ("1706.03762 and more", None),
        ("１７０６.03762", None),
        ("", None),
    ],
)
def test_arxiv_identifiers_are_found_without_prefix_and_version(
    text: str, number: str | None
) -> None:
    assert arxiv_id(text) == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("10.1000/182", "10.1000/182"),
        ("doi: 10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("http://dx.doi.org/10.1000/(x)<1>", "10.1000/(x)<1>"),
        ("10.1000/", None),
        ("11.1000/182", None),
    ],
)
def test_dois_are_found_without_prefix_and_resolver(text: str, name: str | None) -> None:
    assert doi_name(text) == name


@pytest.mark.parametrize(
    ("doi", "number"),
    [
        ("10.48550/arXiv.1706.03762", "1706.03762"),
        ("10.48550/ARXIV.hep-th/9901001v2", "hep-th/9901001"),
        ("10.48550/arXiv.", None),
        ("10.48550/other.1706.03762", None),
        ("10.1000/182", None),
        ("", None),
    ],
)
def test_the_doi_of_a_preprint_has_its_arxiv_identifier(doi: str, number: str | None) -> None:
    assert arxiv_of_doi(doi) == number
