"""arXiv: many ids with one request, a few titles with one, and what it says otherwise."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from readinglist.domain.paper import Paper
from readinglist.errors import SourceError
from readinglist.online.arxiv import Arxiv
from readinglist.online.web import Web
from tests.online.conftest import asked
from tests.online.forms import Work
from tests.online.preprint_forms import arxiv_feed

WORKS = (
    Work("Attention Is All You Need", ("Vaswani, Ashish",), "2017-06-12", "preprint",
         arxiv="1706.03762", abstract="We propose it."),
    Work("Theory of D-branes & Strings", ("de la Cruz, Ana", "Ito, Ken"), "1999-01-05", "preprint",
         arxiv="hep-th/9901001", doi="10.1000/strings"),
)  # fmt: skip


def serve(server: HTTPServer, text: str, status: int = 200) -> None:
    server.expect_request("/api/query").respond_with_data(
        text, status, content_type="application/atom+xml"
    )


def test_papers_are_found_by_their_ids_whatever_the_order(server: HTTPServer, web: Web) -> None:
    serve(server, arxiv_feed(WORKS))
    papers = [Paper("B", arxiv="hep-th/9901001"), Paper("X", arxiv="2401.00001"),
              Paper("A", arxiv="1706.03762")]  # fmt: skip
    strings, none, attention = Arxiv().find(papers, web)
    assert none == []
    assert [paper.title for paper in attention] == ["Attention Is All You Need"]
    (found,) = strings
    assert (found.title, found.authors, found.published, found.doi) == (
        "Theory of D-branes & Strings", ("de la Cruz, Ana", "Ito, Ken"), "1999-01-05",
        "10.1000/strings",
    )  # fmt: skip
    assert asked(server) == [
        ("/api/query",
         {"start": "0", "id_list": "hep-th/9901001,2401.00001,1706.03762", "max_results": "3"})
    ]  # fmt: skip


def test_papers_are_found_by_words_that_no_sign_can_break(server: HTTPServer, web: Web) -> None:
    serve(server, arxiv_feed(WORKS))
    papers = [Paper('Attention (is): "all" you need'), Paper("Theory of $D$-branes OR Strings")]
    attention, strings = Arxiv().find(papers, web)
    assert attention[0].arxiv == "1706.03762"
    assert strings[0].arxiv == "hep-th/9901001"
    ((_, parameters),) = asked(server)
    assert parameters["search_query"] == (
        'ti:"attention is all you need" OR ti:"theory of branes or strings"'
    )


def test_an_answer_without_a_paper_is_one(server: HTTPServer, web: Web) -> None:
    serve(server, arxiv_feed([]))
    assert Arxiv().find([Paper("A", arxiv="1706.03762")], web) == [[]]


@pytest.mark.parametrize("text", ["Rate exceeded.", "<html><body>Hello", arxiv_feed(WORKS)[:700]])
def test_what_is_no_feed_is_an_error(server: HTTPServer, web: Web, text: str) -> None:
    serve(server, text)
    with pytest.raises(SourceError, match="can't be read"):
        Arxiv().find([Paper("A")], web)


def test_what_arxiv_says_is_wrong_is_told(server: HTTPServer, web: Web) -> None:
    error = arxiv_feed(WORKS[:1]).replace(
        "http://arxiv.org/abs/1706.03762v2", "https://arxiv.org/api/errors#incorrect_id_format"
    ).replace("We propose it.", "incorrect id format for x")  # fmt: skip
    serve(server, error)
    with pytest.raises(SourceError, match="incorrect id format for x"):
        Arxiv().find([Paper("A")], web)


def test_ids_go_before_titles_and_many_at_once() -> None:
    arxiv = Arxiv()
    titles = [Paper(f"Title {n}") for n in range(30)]
    ids = [Paper(f"Id {n}", arxiv=f"2401.{n:05}") for n in range(60)]
    assert len(arxiv.batch([*titles, *ids])) == 50
    assert all(paper.arxiv for paper in arxiv.batch([*titles, *ids]))
    assert arxiv.batch(titles) == titles[:10]


@pytest.mark.parametrize(
    ("paper", "wanted"),
    [
        (Paper("A"), True),
        (Paper("A", authors=("B",), published="2020"), False),
        (Paper("A", authors=("B",), published="2020", arxiv="2001.00001"), True),
        (Paper("A", authors=("B",), published="2020", arxiv="2001.00001", abstract="C"), False),
    ],
)
def test_it_is_asked_for_what_a_preprint_has(paper: Paper, wanted: bool) -> None:
    assert Arxiv().wants(paper) is wanted


def test_a_feed_with_definitions_of_its_own_is_not_read(server: HTTPServer, web: Web) -> None:
    bomb = '<!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>'
    server.expect_request("/api/query").respond_with_response(Response(bomb))
    with pytest.raises(SourceError, match="can't be read"):
        Arxiv().find([Paper("A")], web)
