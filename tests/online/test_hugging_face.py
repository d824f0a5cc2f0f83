"""Hugging Face Papers: by id one object, by title a list of those that are like it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from pytest_httpserver import HTTPServer

from readinglist.domain.paper import Paper
from readinglist.errors import SourceError
from readinglist.online.hugging_face import HuggingFace
from readinglist.online.web import Web
from tests.online.conftest import asked
from tests.online.forms import Work
from tests.online.hostile import check_answer, mutated
from tests.online.preprint_forms import hugging_face_paper, hugging_face_search

WORK = Work("Sparse Foxes", ("Ahn, Mina", "Ito, Ken"), "2024-05-06", "preprint",
            arxiv="2405.00001", abstract="We watch them.")  # fmt: skip


def test_a_paper_is_found_by_its_id(server: HTTPServer, web: Web) -> None:
    server.expect_request("/api/papers/2405.00001").respond_with_json(hugging_face_paper(WORK))
    ((found,),) = HuggingFace().find([Paper("Sparse Foxes", arxiv="2405.00001")], web)
    assert (found.title, found.authors, found.published, found.abstract) == (
        "Sparse Foxes", ("Ahn, Mina", "Ito, Ken"), "2024-05-06", "We watch them.",
    )  # fmt: skip
    assert (found.votes, found.stars) == (12, 345)
    assert found.links == ("https://github.com/example/code", "https://example.org/project")


def test_papers_are_found_by_a_title(server: HTTPServer, web: Web) -> None:
    others = [replace(WORK, title=f"Foxes {n}", arxiv=f"2405.1000{n}") for n in range(9)]
    server.expect_request("/api/papers/search").respond_with_data(
        hugging_face_search([*others, WORK]), content_type="application/json"
    )
    (found,) = HuggingFace().find([Paper("Sparse Foxes: é & ü")], web)
    assert len(found) == 8
    assert asked(server) == [("/api/papers/search", {"q": "Sparse Foxes: é & ü", "limit": "8"})]


def test_a_paper_that_is_not_there_is_none(server: HTTPServer, web: Web) -> None:
    server.expect_request("/api/papers/2405.00001").respond_with_data("", 404)
    assert HuggingFace().find([Paper("A", arxiv="2405.00001")], web) == [[]]
    server.expect_request("/api/papers/search").respond_with_data("[]")
    assert HuggingFace().find([Paper("A")], web) == [[]]


def test_an_error_is_told(server: HTTPServer, web: Web) -> None:
    server.expect_request("/api/papers/search").respond_with_json({"error": "Bad q"})
    with pytest.raises(SourceError, match="Bad q"):
        HuggingFace().find([Paper("A")], web)


@settings(max_examples=150, deadline=None)
@given(mutated(json.loads(hugging_face_search([WORK, WORK]))))
def test_no_answer_does_harm(body: str) -> None:
    check_answer(HuggingFace(), body, Paper("Sparse Foxes"))


@pytest.mark.parametrize(
    ("paper", "wanted"),
    [
        (Paper("A"), True),
        (Paper("A", arxiv="2405.00001"), True),
        (Paper("A", authors=("B",)), True),
        (Paper("A", authors=("B",), published="2024"), False),
        (Paper("A", authors=("B",), arxiv="2405.00001"), False),
    ],
)
def test_it_is_asked_for_authors_and_for_what_has_a_title_alone(paper: Paper, wanted: bool) -> None:
    assert HuggingFace().wants(paper) is wanted
