"""DBLP tells where a preprint was published."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from pytest_httpserver import HTTPServer

from readinglist.domain.paper import Paper
from readinglist.errors import SourceError
from readinglist.online.dblp import Dblp
from readinglist.online.web import Web
from tests.online.conftest import asked
from tests.online.forms import ATTENTION, ATTENTION_PREPRINT, LEARNING, Work, dblp_answer, text
from tests.online.hostile import Canned, check_answer, mutated

PAPER = Paper("Attention Is All You Need", authors=("Vaswani, Ashish",))


def answered(*works: Work) -> list[Paper]:
    return Dblp().find([PAPER], Canned(text(dblp_answer(works))))[0]


def one(work: Work) -> Paper:
    (paper,) = answered(work)
    return paper


def altered(**info: object) -> list[Paper]:
    """Return what is found where some of the fields of a hit are otherwise."""
    answer = dblp_answer([ATTENTION])
    answer["result"]["hits"]["hit"][0]["info"].update(info)
    return Dblp().find([PAPER], Canned(text(answer)))[0]


def test_one_request_for_each_title(server: HTTPServer, web: Web) -> None:
    server.expect_request("/search/publ/api").respond_with_json(dblp_answer([ATTENTION]))
    other = Paper("On $\\ell_1$: “What's” AND not|so, (Ünlü)?", authors=("van der Maaten, L.",))
    found = Dblp().find([PAPER, other], web)
    assert [len(candidates) for candidates in found] == [1, 1]
    shared = {"format": "json", "h": "10", "c": "0"}
    assert asked(server) == [
        ("/search/publ/api", {"q": "attention is all you need vaswani", **shared}),
        (
            "/search/publ/api",
            {"q": "on what s and not so ünlü van der maaten", **shared},
        ),
    ]


def test_a_title_without_words_is_not_asked_for(server: HTTPServer, web: Web) -> None:
    assert Dblp().find([Paper("???", authors=("A, B",))], web) == [[]]
    assert server.log == []


def test_a_published_version_has_its_entry() -> None:
    paper = one(ATTENTION)
    (entry,) = paper.entries
    assert paper.title == "Attention is All you Need"
    assert paper.authors == ("Vaswani, Ashish", "Shazeer, Noam", "van der Parmar, Niki")
    assert (paper.published, paper.venue, paper.type) == ("2017", "NIPS", "inproceedings")
    assert (paper.doi, paper.url) == (None, ATTENTION.url)
    assert (entry.key, entry.type) == ("", "inproceedings")
    assert dict(entry.fields) == {
        "author": "Vaswani, Ashish and Shazeer, Noam and van der Parmar, Niki",
        "title": "Attention is All you Need",
        "year": "2017",
        "booktitle": "NIPS",
        "pages": "5998--6008",
        "url": ATTENTION.url,
    }


def test_a_preprint_gives_facts_and_no_entry() -> None:
    paper = one(ATTENTION_PREPRINT)
    assert (paper.arxiv, paper.doi, paper.url) == ("1706.03762", None, None)
    assert (paper.venue, paper.entries, paper.type) == (None, (), "misc")
    assert paper.authors == ("Vaswani, Ashish", "Shazeer, Noam")


def test_an_arxiv_id_is_read_of_the_volume_where_there_is_no_doi() -> None:
    answer = dblp_answer([ATTENTION_PREPRINT])
    info = answer["result"]["hits"]["hit"][0]["info"]
    del info["doi"]
    info["ee"] = "http://arxiv.org/abs/1706.03762"
    (paper,) = Dblp().find([PAPER], Canned(text(answer)))[0]
    assert paper.arxiv == "1706.03762"


def test_the_order_is_that_of_the_source() -> None:
    assert [paper.venue for paper in answered(ATTENTION_PREPRINT, ATTENTION)] == [None, "NIPS"]


def test_an_article_has_volume_and_number_and_its_signs_are_read() -> None:
    paper = one(LEARNING)
    (entry,) = paper.entries
    assert paper.title == "Deep learning & its “uses”"
    assert (paper.doi, paper.url) == ("10.1038/nature14539", None)
    fields = ("journal", "volume", "number", "pages", "doi")
    assert [entry.get(name) for name in fields] == [
        "Nature", "521", "7553", "436--444", "10.1038/nature14539",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("Wei Wang 0001", "Wang, Wei"),
        ("Madonna", "Madonna"),
        ("Jos&eacute; O&apos;Hara", "O'Hara, José"),
        ("Ludwig van Beethoven 0012", "van Beethoven, Ludwig"),
    ],
)
def test_names_are_put_the_family_first_and_homonyms_lose_their_number(
    name: str, author: str
) -> None:
    (paper,) = altered(authors={"author": {"@pid": "1", "text": name}})
    assert paper.authors == (author,)
    assert altered(authors={"author": [name]})[0].authors == (author,)


@pytest.mark.parametrize(
    ("title", "read"),
    [("Why?", "Why?"), ("A &amp; B.", "A & B"), ("And then...", "And then..."), ("Go!", "Go!")],
)
def test_a_title_loses_the_dot_that_dblp_gives_it(title: str, read: str) -> None:
    assert altered(title=title)[0].title == read


def test_lists_and_single_values_are_one() -> None:
    (paper,) = altered(
        venue=["ECCV", "Workshops"], ee=["https://a.org/x", "https://doi.org/10.1000/A"]
    )
    assert (paper.venue, paper.doi, paper.url) == ("ECCV", "10.1000/A", None)
    answer = dblp_answer([ATTENTION])
    answer["result"]["hits"]["hit"] = answer["result"]["hits"]["hit"][0]
    assert len(Dblp().find([PAPER], Canned(text(answer)))[0]) == 1


@pytest.mark.parametrize("kind", ["Editorship", "Data and Artifacts", "", None, [], "New Things"])
def test_what_is_no_work_of_a_title_is_left_out(kind: object) -> None:
    assert altered(type=kind) == []


def test_a_thesis_is_told_from_a_book() -> None:
    assert one(replace(ATTENTION, kind="phdthesis")).type == "phdthesis"
    assert one(replace(ATTENTION, kind="book", publisher="Springer")).entries[0].get(
        "publisher"
    ) == ("Springer")


def test_nothing_found_is_nothing() -> None:
    assert answered() == []


@pytest.mark.parametrize("body", ["", "<html>Making sure you're not a bot!</html>", "[]", "null"])
def test_an_answer_of_another_kind_is_an_error(server: HTTPServer, web: Web, body: str) -> None:
    server.expect_request("/search/publ/api").respond_with_data(body)
    with pytest.raises(SourceError, match="Source gave an answer that can't be read: it "):
        Dblp().find([PAPER], web)


def test_a_status_that_is_none_of_success_is_an_error(server: HTTPServer, web: Web) -> None:
    answer = dblp_answer([])
    answer["result"]["status"] = {"@code": "500", "text": "Internal error"}
    server.expect_request("/search/publ/api").respond_with_json(answer)
    with pytest.raises(SourceError, match="it has no result"):
        Dblp().find([PAPER], web)


@pytest.mark.parametrize(
    ("paper", "wanted"),
    [
        (Paper("T", authors=("A, B",)), True),
        (Paper("T", authors=("A, B",), venue="arXiv preprint arXiv:1706.03762"), True),
        (Paper("T", authors=("A, B",), venue="CoRR"), True),
        (Paper("T", authors=("A, B",), venue="NeurIPS"), False),
        (Paper("T", venue="NeurIPS"), True),
    ],
)
def test_papers_without_venue_or_authors_are_wanted(paper: Paper, wanted: bool) -> None:
    assert Dblp().wants(paper) is wanted


@settings(max_examples=150, deadline=None)
@given(mutated(dblp_answer([ATTENTION, ATTENTION_PREPRINT, LEARNING])))
def test_no_answer_does_harm(body: str) -> None:
    check_answer(Dblp(), body, PAPER)
