"""OpenAlex tells of the works of all sciences."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from readinglist.domain.paper import Paper
from readinglist.errors import SourceError
from readinglist.online.answer_cache import AnswerCache
from readinglist.online.openalex import OpenAlex
from readinglist.online.web import Web
from tests.online.conftest import WebMaker, asked
from tests.online.forms import (
    ATTENTION,
    ATTENTION_PREPRINT,
    LEARNING,
    Work,
    openalex_list,
    openalex_location,
    openalex_work,
    text,
)
from tests.online.hostile import Canned, check_answer, mutated

BY_DOI = Paper("Deep Learning", doi="10.1038/NATURE14539")
BY_TITLE = Paper("Deep Learning: its “uses”, OR|what?", authors=("LeCun, Yann",))
SELECT = (
    "doi,title,publication_date,type,authorships,primary_location,locations,biblio,"
    "abstract_inverted_index"
)


def altered(work: Work = LEARNING, **fields: Any) -> list[Paper]:
    """Return what is found where some fields of a work are otherwise."""
    answer = openalex_list([work])
    answer["results"][0].update(fields)
    return OpenAlex().find([BY_TITLE], Canned(text(answer)))[0]


def one(work: Work = LEARNING, **fields: Any) -> Paper:
    (paper,) = altered(work, **fields)
    return paper


def located(kind: str | None, version: str | None, venue: str = "Somewhere") -> Paper:
    """Return what is found of a work with one location, of this kind and version."""
    source = {"display_name": venue, "type": kind} if kind else None
    location = openalex_location("https://example.org/1", source or {}, version or "")
    if not source:
        location["source"] = None
    return one(primary_location=location, locations=[location])


def serve(server: HTTPServer, *works: Work) -> None:
    """Let the server know these works by their DOIs; a search finds all of them."""

    def handle(request: Request) -> Response:
        name, _, values = request.args["filter"].partition(":")
        known = values.split("|")
        found = [work for work in works if name != "doi" or work.doi in known]
        return Response(text(openalex_list(found)), mimetype="application/json")

    server.expect_request("/works").respond_with_handler(handle)


# --- what is asked


def test_dois_are_asked_for_fifty_at_once(server: HTTPServer, web: Web) -> None:
    works = [replace(LEARNING, doi=f"10.1000/{number}") for number in range(52)]
    serve(server, *works)
    papers = [Paper(work.title, doi=work.doi) for work in reversed(works)]
    found = OpenAlex().find(papers, web)
    dois = [paper.doi for paper in papers]
    assert [[paper.doi for paper in candidates] for candidates in found] == [[d] for d in dois]
    assert [parameters for _, parameters in asked(server)] == [
        {"filter": f"doi:{'|'.join(map(str, some))}", "per_page": str(len(some)), "select": SELECT}
        for some in (dois[:50], dois[50:])
    ]


@pytest.mark.parametrize("doi", ["10.1000/a,b", "10.1000/a|b"])
def test_a_doi_that_would_part_a_filter_is_asked_for_alone(
    server: HTTPServer, web: Web, doi: str
) -> None:
    work = replace(LEARNING, doi=doi)
    server.expect_request(f"/works/doi:{doi}").respond_with_json(openalex_work(work))
    (found,) = OpenAlex().find([Paper("T", doi=doi)], web)
    assert [paper.doi for paper in found] == [doi]
    assert asked(server) == [(f"/works/doi:{doi}", {"select": SELECT})]


def test_who_has_no_doi_is_asked_for_by_the_words_of_the_title(
    server: HTTPServer, web: Web
) -> None:
    serve(server, LEARNING)
    (found,) = OpenAlex().find([BY_TITLE], web)
    assert [paper.doi for paper in found] == [LEARNING.doi]
    words = "deep learning its uses or what"
    assert asked(server) == [
        ("/works", {"filter": f"title.search:{words}", "per_page": "5", "select": SELECT})
    ]


def test_a_doi_of_arxiv_is_never_asked_for(server: HTTPServer, web: Web) -> None:
    serve(server, LEARNING)
    OpenAlex().find([replace(BY_TITLE, doi="10.48550/arXiv.1706.03762")], web)
    assert [parameters["filter"][:13] for _, parameters in asked(server)] == ["title.search:"]


def test_the_key_is_sent_and_is_no_part_of_the_question(
    server: HTTPServer, make_web: WebMaker, tmp_path: Path
) -> None:
    serve(server, LEARNING)
    web = make_web(cache=AnswerCache(tmp_path / "answers", 3))
    assert OpenAlex("swordfish").find([BY_DOI], web) == OpenAlex().find([BY_DOI], web)
    assert [parameters["api_key"] for _, parameters in asked(server)] == ["swordfish"]
    kept = b"".join(file.read_bytes() for file in (tmp_path / "answers").iterdir())
    assert kept
    assert b"swordfish" not in kept


@pytest.mark.parametrize(
    ("paper", "wanted"),
    [
        (Paper("T", authors=("A, B",), abstract="We."), True),
        (Paper("T", authors=("A, B",), abstract="We.", venue="medRxiv"), True),
        (Paper("T", authors=("A, B",), abstract="We.", venue="Nature"), False),
        (Paper("T", authors=("A, B",), venue="Nature"), True),
        (Paper("T", abstract="We.", venue="Nature"), True),
    ],
)
def test_papers_without_venue_authors_or_abstract_are_wanted(paper: Paper, wanted: bool) -> None:
    assert OpenAlex().wants(paper) is wanted


# --- what is answered


def test_an_article_has_all_that_cites_it() -> None:
    paper = one()
    (entry,) = paper.entries
    assert paper.title == "Deep learning & its “uses”"
    assert paper.authors == ("LeCun, Yann", "Bengio, Yoshua", "Hinton, Geoffrey")
    assert (paper.published, paper.venue, paper.type) == ("2015-05-27", "Nature", "article")
    assert (paper.doi, paper.arxiv, paper.url) == ("10.1038/nature14539", None, None)
    assert paper.abstract == LEARNING.abstract
    assert {name: entry.get(name) for name, _ in entry.fields} == {
        "author": "LeCun, Yann and Bengio, Yoshua and Hinton, Geoffrey",
        "title": r"Deep learning \& its “uses”",
        "year": "2015",
        "month": "may",
        "doi": "10.1038/nature14539",
        "journal": "Nature",
        "volume": "521",
        "number": "7553",
        "pages": "436--444",
        "issn": "0028-0836",
        "publisher": "Springer Science and Business Media LLC",
    }


def test_an_article_at_a_conference_is_in_its_proceedings() -> None:
    paper = one(replace(ATTENTION, arxiv="1706.03762"))
    assert (paper.type, paper.entries[0].get("booktitle")) == ("inproceedings", "NIPS")
    assert (paper.arxiv, paper.published) == ("1706.03762", "2017")


def test_a_preprint_gives_facts_and_no_entry() -> None:
    paper = one(ATTENTION_PREPRINT)
    assert (paper.entries, paper.type, paper.venue) == ((), "misc", None)
    assert (paper.arxiv, paper.doi) == ("1706.03762", None)


def test_the_published_version_may_stand_anywhere_among_the_locations() -> None:
    work = openalex_work(replace(LEARNING, arxiv="1706.03762"))
    locations = list(reversed(work["locations"]))
    paper = one(type="preprint", primary_location=locations[0], locations=locations)
    assert (paper.venue, paper.type, paper.arxiv) == ("Nature", "article", "1706.03762")


@pytest.mark.parametrize(
    ("kind", "version", "venue", "published"),
    [
        ("journal", "publishedVersion", "Nature", True),
        ("journal", None, "Nature", True),
        ("conference", "submittedVersion", "ICML", True),
        ("book series", "publishedVersion", "LNCS", True),
        ("book series", "acceptedVersion", "LNCS", False),
        ("repository", "publishedVersion", "PubMed Central", False),
        ("repository", "submittedVersion", "arXiv (Cornell University)", False),
        ("journal", "publishedVersion", "bioRxiv", False),
        ("journal", "publishedVersion", "", False),
        (None, "publishedVersion", "", False),
    ],
)
def test_only_a_publisher_publishes(
    kind: str | None, version: str | None, venue: str, published: bool
) -> None:
    paper = located(kind, version, venue)
    assert bool(paper.entries) is published
    assert paper.venue == (venue if published else None)


@pytest.mark.parametrize(
    "kind", ["paratext", "erratum", "retraction", "dataset", "software", "peer-review", None, []]
)
def test_what_is_no_work_of_a_title_is_left_out(kind: object) -> None:
    assert altered(type=kind) == []


@pytest.mark.parametrize("title", [None, "", "…", "\x00", "x" * 2001, 5, ["A"]])
def test_a_work_without_a_title_is_left_out(title: object) -> None:
    assert altered(title=title) == []


def test_tags_and_entities_in_titles_are_read() -> None:
    assert one(title="On <i>E. coli</i> &amp; H<sub>2</sub>O").title == "On E. coli & H₂O"


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("2017-06-12", "2017-06-12"),
        ("2017-01-01", "2017"),
        ("2017-13-01", "2017"),
        ("2017", "2017"),
        ("soon", None),
        (None, None),
        (2017, None),
    ],
)
def test_a_date_goes_as_far_as_it_is_known(date: object, published: str | None) -> None:
    assert one(publication_date=date).published == published


def test_the_name_on_the_paper_is_better_than_the_one_that_was_made_of_it() -> None:
    people = [
        {"raw_author_name": "Yann LeCun", "author": {"display_name": "Yunn LeCan"}},
        {"raw_author_name": None, "author": {"display_name": "Yoshua Bengio"}},
        {"raw_author_name": "Hinton, Geoffrey", "author": None},
    ]
    assert one(authorships=people).authors == LEARNING.authors


def test_authors_that_are_cut_off_are_none() -> None:
    person = {"raw_author_name": "Yann LeCun"}
    assert len(one(authorships=[person] * 99).authors) == 99
    assert one(authorships=[person] * 100).authors == ()


@pytest.mark.parametrize(
    ("index", "abstract"),
    [
        ({"We": [0, 2], "do": [1], "all.": [3]}, "We do We all."),
        ({"We": [10**12], "so": [0, "1", None, -1.5]}, "so We"),
        ({"<p>We": [0], "&amp;": 1, "do</p>": [2]}, "We & do"),
        ({}, None),
        (None, None),
        ({"We": None}, None),
        ("We do", None),
        ({"x" * 9999: list(range(1000))}, None),
    ],
)
def test_an_abstract_is_put_in_order(index: object, abstract: str | None) -> None:
    assert one(abstract_inverted_index=index).abstract == abstract


@pytest.mark.parametrize(
    "address",
    [
        "http://arxiv.org/abs/1706.03762",
        "https://arxiv.org/pdf/1706.03762v5",
        "https://doi.org/10.48550/arxiv.1706.03762",
    ],
)
def test_an_arxiv_id_is_read_of_the_address_of_a_location(address: str) -> None:
    assert one(locations=[None, {"landing_page_url": address}]).arxiv == "1706.03762"
    assert one(locations=[{"pdf_url": address, "landing_page_url": 5}]).arxiv == "1706.03762"


@pytest.mark.parametrize(
    ("first", "last", "pages"),
    [("3", "17", "3--17"), ("3", "3", "3"), ("3", None, "3"), (None, "17", ""), ("e3", "", "e3")],
)
def test_pages_are_from_the_first_to_the_last(
    first: str | None, last: str | None, pages: str
) -> None:
    paper = one(biblio={"first_page": first, "last_page": last})
    assert paper.entries[0].get("pages") == pages


# --- what goes wrong


@pytest.mark.parametrize(
    "body", ["", "<html></html>", "[]", "{}", '{"error": "no"}', '{"results": {}}']
)
def test_an_answer_of_another_kind_is_an_error(server: HTTPServer, web: Web, body: str) -> None:
    server.expect_request("/works").respond_with_data(body)
    with pytest.raises(SourceError, match="Source gave an answer that can't be read: it "):
        OpenAlex().find([BY_DOI], web)


def test_a_single_answer_of_another_kind_is_an_error() -> None:
    check_answer(OpenAlex(), "[]", Paper("T", doi="10.1000/a,b"))


def test_a_single_doi_that_is_not_known_is_nothing(server: HTTPServer, web: Web) -> None:
    server.expect_request("/works/doi:10.1000/a|b").respond_with_data("<html>", 404)
    serve(server)
    assert OpenAlex().find([Paper("T", doi="10.1000/a|b")], web) == [[]]


def test_a_huge_answer_is_read_in_time() -> None:
    record = openalex_work(LEARNING)
    record["locations"] = [{"landing_page_url": "http://a.org/" + "x" * 1900}] * 100
    body = text({"results": [record] * 150})
    before = time.monotonic()
    (found,) = OpenAlex().find([BY_TITLE], Canned(body))
    assert len(found) == 10
    assert time.monotonic() - before < 10


@settings(max_examples=150, deadline=None)
@given(mutated(openalex_list([replace(ATTENTION, arxiv="1706.03762"), LEARNING])))
def test_no_answer_does_harm(body: str) -> None:
    check_answer(OpenAlex(), body, BY_DOI, BY_TITLE)


@settings(max_examples=50, deadline=None)
@given(mutated(openalex_work(ATTENTION_PREPRINT)))
def test_no_single_answer_does_harm(body: str) -> None:
    check_answer(OpenAlex(), body, Paper("T", doi="10.1000/a,b"))
