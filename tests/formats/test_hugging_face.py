"""Hugging Face papers: pages saved as HTML, and answers of the API."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper
from readinglist.errors import FormatError
from readinglist.formats.hugging_face import paper_of, parse, parse_api, parse_page
from readinglist.formats.parsed import Problem
from readinglist.storage.papers import paper_to_json
from tests.formats.hugging_face_pages import listed, saved_page

ON_LISTS = Paper(
    "On Lists",
    paper_id("On Lists"),
    authors=("van Doe, Jane",),
    abstract="We sort lists by hand & by eye.",
    published="2024-01-02",
    arxiv="2401.00001",
    comments=2,
    votes=12,
)


def paper(**members: Any) -> Paper:
    found = paper_of(listed(**members))
    assert found
    return found


def test_a_saved_page_gives_its_papers_in_their_order() -> None:
    parsed = parse(saved_page(listed(), listed("On Trees", id="2401.00002", upvotes=3)))
    assert parsed.papers[0] == ON_LISTS
    assert [(p.title, p.arxiv, p.votes) for p in parsed.papers[1:]] == [
        ("On Trees", "2401.00002", 3)
    ]
    assert not parsed.problems


@pytest.mark.parametrize(
    "page",
    [
        saved_page(listed(), quote="'"),
        saved_page(listed(), target="TrendingPapers"),
        saved_page(listed()).replace("data-props=", "DATA-PROPS = "),
        saved_page(listed()).replace(' data-target="DailyPapers"', ""),
        "<!-- saved from url=(0030)https://huggingface.co/papers -->\n" + saved_page(listed()),
        saved_page(props={"paper": listed()["paper"] | {"numComments": 2}}, target="PaperContent"),
    ],
    ids=["quotes", "target", "case", "no target", "comment", "one paper"],
)
def test_a_page_is_read_however_a_browser_wrote_it(page: str) -> None:
    assert parse_page(page).papers == (ON_LISTS,)


def test_answers_of_the_api_give_the_same_papers() -> None:
    """A listing and a search are arrays, a paper alone is an object without a wrapper."""
    flat = listed()["paper"] | {"numComments": 2}
    for answer in ([listed()], listed(), flat, [flat], {"dailyPapers": [listed()]}):
        assert parse(json.dumps(answer)).papers == (ON_LISTS,)


def test_everything_that_is_known_is_taken() -> None:
    found = paper(
        githubRepo="https://github.com/doe/lists.git",
        githubStars=11300,
        projectPage=" https://lists.example.org/ ",
        organization={"_id": "67", "name": "acme", "fullname": "ACME Research"},
        summary="See https://data.example.org.\n  A second paragraph\nof two lines.",
    )
    assert found.links == (
        "https://github.com/doe/lists", "https://lists.example.org/", "https://data.example.org",
    )  # fmt: skip
    assert (found.stars, found.organization) == (11300, "ACME Research")
    assert found.abstract == ("See https://data.example.org.\n\nA second paragraph of two lines.")
    outer = listed() | {"organization": {"name": "acme"}}
    assert paper_of(outer) == Paper(
        **{f: getattr(ON_LISTS, f) for f in Paper.__slots__} | {"organization": "acme"}
    )
    assert paper(githubRepo="doe/lists").links == ("https://github.com/doe/lists",)


def test_authors_are_turned_round_and_hidden_ones_left_out() -> None:
    names = ["Ludwig van Beethoven", "Plato", "ACME Team", "John Roe Jr.", "  ", "Zoë  Ødegård"]
    authors = [{"name": name, "hidden": False} for name in names]
    found = paper(authors=[*authors, {"name": "No Body", "hidden": True}, {"name": 3}, None, "x"])
    assert found.authors == (
        "van Beethoven, Ludwig", "Plato", "ACME Team", "Roe Jr., John", "Ødegård, Zoë",
    )  # fmt: skip


def test_a_summary_by_a_machine_is_no_abstract() -> None:
    assert paper(ai_summary="Lists are sorted.").abstract == ON_LISTS.abstract
    shown = paper(summary="Lists are sorted.", ai_summary="Lists are sorted.")
    assert shown.abstract is None


def test_a_title_is_letter_for_letter_but_for_white_space() -> None:
    assert paper(title=" $O(n^2)$ [bold]Lists[/] \n &amp; “Trees”").title == (
        "$O(n^2)$ [bold]Lists[/] &amp; “Trees”"
    )


def test_the_wrapper_helps_out_where_the_paper_lacks_a_field() -> None:
    value = listed()
    for name in ("title", "summary", "publishedAt"):
        value["paper"][name] = None
    found = paper_of(value)
    assert found
    assert (found.title, found.abstract, found.published) == (
        "On Lists", ON_LISTS.abstract, "2024-01-03",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("members", "field", "value"),
    [
        ({"upvotes": -1}, "votes", None),
        ({"upvotes": 10**9}, "votes", None),
        ({"upvotes": 10**9 - 1}, "votes", 10**9 - 1),
        ({"upvotes": "12"}, "votes", None),
        ({"upvotes": True}, "votes", None),
        ({"upvotes": 1.5}, "votes", None),
        ({"upvotes": 0}, "votes", 0),
        ({"numComments": None}, "comments", None),
        ({"githubStars": {}}, "stars", None),
        ({"authors": "Jane Doe"}, "authors", ()),
        ({"authors": None}, "authors", ()),
        pytest.param({"authors": [{"name": "A " + "b" * 500}]}, "authors", (), id="name"),
        ({"id": "acme/model"}, "arxiv", None),
        ({"id": 2401.1}, "arxiv", None),
        ({"organization": "ACME"}, "organization", None),
        ({"organization": {"fullname": 1, "name": "\x1b[2Jacme"}}, "organization", "[2Jacme"),
        ({"githubRepo": "javascript:alert('https://a.org')"}, "links", ()),
        ({"projectPage": "file:///etc/passwd"}, "links", ()),
        pytest.param({"projectPage": "https://a.org/" + "x" * 3000}, "links", (), id="long"),
        ({"projectPage": "https://a.org\n\x00javascript:1"}, "links", ("https://a.org",)),
        ({"title": "On\x00 \x1b[31mLists\ud800"}, "title", "On [31mLists"),
        ({"summary": ["x"]}, "abstract", "We sort lists by hand & by eye."),
    ],
)
def test_what_is_odd_is_left_out_or_made_fit(
    members: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(paper(**members), field) == value


def test_dates_that_are_none_are_left_out() -> None:
    value = listed(publishedAt="soon")
    found = paper_of(value)
    assert found
    assert found.published is None


def test_a_title_has_at_most_2000_letters_and_a_paper_5000_authors() -> None:
    assert paper(title="A " * 1_000_000).title == "A " * 999 + "A"
    authors = [{"name": f"Jane Doe{n}"} for n in range(6000)]
    assert len(paper(authors=authors).authors) == 5000


def test_a_paper_without_a_title_is_named_by_its_place() -> None:
    parsed = parse_page(saved_page(listed(), {"paper": {}}, listed(" \n"), 7))
    assert len(parsed.papers) == 1
    assert parsed.problems == tuple(
        Problem(5, f"Paper {n} has no title; left out.") for n in (2, 3, 4)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "holds no papers"),
        ('{"error": "Invalid\\u001b[2J date"}', r"Hugging Face said: Invalid\[2J date"),
        ('[{"paper": {}}]', "Paper 1 has no title"),
        ('[{"paper": {"title": "On', "no JSON"),
        pytest.param("[" * 100_000, "no JSON", id="deep"),
        pytest.param("7" * 5000, "no JSON", id="digits"),
        ("7", "holds no papers"),
        (saved_page(), "holds no papers"),
        (saved_page(listed())[:500], "no papers of Hugging Face"),
        ('<div data-props="{&quot;dailyPapers&quot;: ["></div>', "no papers of Hugging Face"),
        pytest.param(
            f"<div data-props='{{\"paper\": &#{'9' * 5000};}}'></div>", "no papers", id="number"
        ),
        ("<html>", "no papers of Hugging Face"),
    ],
)
def test_what_holds_no_papers_is_one_sentence(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse(text)


def test_an_answer_that_is_cut_off_is_told_with_its_line() -> None:
    with pytest.raises(FormatError) as error:
        parse_api(json.dumps([listed()], indent=2)[:200])
    assert error.value.line
    assert error.value.line > 3


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from((*listed()["paper"], "name", "hidden")), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(
    JSON_VALUES,
    st.dictionaries(
        st.sampled_from(
            (*listed()["paper"], "githubRepo", "projectPage", "githubStars", "organization",
             "ai_summary")
        ),
        JSON_VALUES,
    ),
    st.dictionaries(st.sampled_from(tuple(listed())), JSON_VALUES),
)  # fmt: skip
def test_no_object_is_too_odd(
    anything: Any, members: dict[str, Any], outer: dict[str, Any]
) -> None:
    """Whatever stands in place of a paper or of its fields: a paper that can be kept, or none."""
    whole = listed() | {"paper": listed()["paper"] | members} | outer
    for value in (anything, members, outer, whole):
        found = paper_of(value)
        if found:
            assert found.title == " ".join(found.title.split())
            paper_to_json(found).encode()
        for text in (json.dumps(value), saved_page(value), saved_page(props=value)):
            try:
                assert parse(text).papers
            except FormatError:
                continue


@given(st.integers(0, len(saved_page(listed()))), st.text("<>'\"& =d", max_size=9))
def test_a_page_cut_anywhere_is_read_or_refused(cut: int, rest: str) -> None:
    try:
        parsed = parse_page(saved_page(listed())[:cut] + rest)
    except FormatError:
        return
    assert parsed.papers == (ON_LISTS,)


def test_a_month_is_read_at_once() -> None:
    """2,000 papers of eight authors each, as many quotation marks as that takes."""
    names = [listed()["paper"]["authors"][0] | {"name": f"Given Family{n}"} for n in range(8)]
    page = saved_page(
        *(
            listed(f"Paper {n}", id=f"2401.{n:05}", authors=names, summary="word & word " * 120)
            for n in range(2000)
        )
    )
    began = time.process_time()
    assert len(parse_page(page).papers) == 2000
    assert time.process_time() - began < 10
    for hostile in ("<div " * 200_000, "data-props='" * 100_000, "<div data-props=" * 100_000):
        began = time.process_time()
        with pytest.raises(FormatError):
            parse_page(hostile)
        assert time.process_time() - began < 10
