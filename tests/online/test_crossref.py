"""Crossref tells what publishers have registered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from readinglist.domain.entry import Entry
from readinglist.domain.paper import Paper
from readinglist.errors import SourceError
from readinglist.online.answer_cache import AnswerCache
from readinglist.online.crossref import Crossref
from readinglist.online.web import Web
from tests.online.conftest import WebMaker, asked
from tests.online.forms import (
    ATTENTION,
    LEARNING,
    Work,
    crossref_error,
    crossref_item,
    crossref_list,
    crossref_single,
    text,
)
from tests.online.hostile import Canned, check_answer, mutated

BY_DOI = Paper("Deep Learning", doi="10.1038/NATURE14539")
BY_TITLE = Paper("Deep Learning: its “uses”?", authors=("LeCun, Yann", "Bengio, Yoshua"))
PRINTED = Entry("", "article", (("journal", "Nature"),))
PREPRINT = replace(LEARNING, kind="preprint", doi="10.1101/2020.01.01", venue="")
SELECT = (
    "DOI,type,title,subtitle,author,editor,issued,container-title,volume,issue,page,"
    "article-number,publisher,ISSN,ISBN,abstract,update-to"
)


def altered(work: Work = LEARNING, **fields: Any) -> list[Paper]:
    """Return what is found where some fields of a record are otherwise; `_` stands for `-`."""
    answer = crossref_list([work])
    changes = {name.replace("_", "-"): value for name, value in fields.items()}
    answer["message"]["items"][0].update(changes)
    return Crossref().find([BY_TITLE], Canned(text(answer)))[0]


def one(work: Work = LEARNING, **fields: Any) -> Paper:
    (paper,) = altered(work, **fields)
    return paper


def serve(server: HTTPServer, *works: Work) -> None:
    """Let the server know these works by their DOIs; a search finds all of them."""

    def handle(request: Request) -> Response:
        wanted = [part.removeprefix("doi:") for part in request.args.get("filter", "").split(",")]
        found = [work for work in works if "filter" not in request.args or work.doi in wanted]
        return Response(text(crossref_list(found)), mimetype="application/json")

    server.expect_request("/works").respond_with_handler(handle)


# --- what is asked


def test_dois_are_asked_for_forty_at_once(server: HTTPServer, web: Web) -> None:
    works = [replace(LEARNING, doi=f"10.1000/{number}") for number in range(45)]
    serve(server, *works)
    papers = [Paper(work.title, doi=work.doi) for work in reversed(works)]
    found = Crossref().find(papers, web)
    assert [[paper.doi for paper in candidates] for candidates in found] == [
        [paper.doi] for paper in papers
    ]
    first, second = (parameters for _, parameters in asked(server))
    dois = [paper.doi for paper in papers]
    assert first == {
        "filter": ",".join(f"doi:{doi}" for doi in dois[:40]), "rows": "40", "select": SELECT,
    }  # fmt: skip
    assert second["filter"] == ",".join(f"doi:{doi}" for doi in dois[40:])
    assert second["rows"] == "5"


def test_long_dois_are_asked_for_in_addresses_that_servers_take(
    server: HTTPServer, web: Web
) -> None:
    works = [replace(LEARNING, doi=f"10.1002/(sici){'<1::aid>' * 20}{n}") for n in range(20)]
    serve(server, *works)
    found = Crossref().find([Paper("T", doi=work.doi) for work in works], web)
    assert [len(candidates) for candidates in found] == [1] * 20
    assert len(server.log) > 1
    assert all(len(request.url) < 4000 for request, _ in server.log)


def test_a_doi_with_a_comma_is_asked_for_alone(server: HTTPServer, web: Web) -> None:
    work = replace(LEARNING, doi="10.1000/a,b")
    server.expect_request("/works/10.1000/a,b").respond_with_json(crossref_single(work))
    (found,) = Crossref("me@example.org").find([Paper("T", doi="10.1000/a,b")], web)
    assert [paper.doi for paper in found] == ["10.1000/a,b"]
    # Only lists take `select`.
    assert asked(server) == [("/works/10.1000/a,b", {"mailto": "me@example.org"})]


def test_who_has_no_doi_is_asked_for_by_title_and_author(server: HTTPServer, web: Web) -> None:
    serve(server, LEARNING)
    (found,) = Crossref().find([BY_TITLE], web)
    assert [paper.doi for paper in found] == ["10.1038/nature14539"]
    question = {"query.bibliographic": "deep learning its uses lecun", "rows": "5"}
    assert asked(server) == [("/works", {**question, "select": SELECT})]


@pytest.mark.parametrize("doi", ["10.48550/arXiv.1706.03762", "10.1000/not here", "10.1/\x00"])
def test_dois_of_arxiv_and_of_nobody_are_never_asked_for(
    server: HTTPServer, web: Web, doi: str
) -> None:
    serve(server, LEARNING)
    Crossref().find([replace(BY_TITLE, doi=doi)], web)
    assert [parameters.get("filter") for _, parameters in asked(server)] == [None]


@pytest.mark.parametrize("known", [(), (PREPRINT,)], ids=["unknown", "of a preprint"])
def test_a_doi_that_gives_no_published_version_leaves_the_title(
    server: HTTPServer, web: Web, known: tuple[Work, ...]
) -> None:
    def handle(request: Request) -> Response:
        works = known if "filter" in request.args else (LEARNING,)
        return Response(text(crossref_list(works)), mimetype="application/json")

    server.expect_request("/works").respond_with_handler(handle)
    (found,) = Crossref().find([replace(BY_TITLE, doi=PREPRINT.doi)], web)
    assert [bool(paper.entries) for paper in found] == [False] * len(known) + [True]
    assert len(server.log) == 2


def test_the_mail_address_is_sent_and_is_no_part_of_the_question(
    server: HTTPServer, make_web: WebMaker, tmp_path: Path
) -> None:
    serve(server, LEARNING)
    web = make_web(cache=AnswerCache(tmp_path / "answers", 3))
    polite = Crossref("me@example.org")
    assert polite.find([BY_DOI], web) == Crossref().find([BY_DOI], web)
    assert [parameters["mailto"] for _, parameters in asked(server)] == ["me@example.org"]
    assert (polite.interval, Crossref().interval) == (0.34, 1.0)


def test_nothing_is_asked_for_a_title_without_words(server: HTTPServer, web: Web) -> None:
    assert Crossref().find([Paper("…")], web) == [[]]
    assert server.log == []


@pytest.mark.parametrize(
    ("paper", "wanted"),
    [
        (Paper("T", authors=("A, B",)), True),
        (Paper("T", authors=("A, B",), venue="bioRxiv"), True),
        (Paper("T", authors=("A, B",), venue="Nature"), False),
        (Paper("T", authors=("A, B",), venue="Nature", doi="10.1000/1"), True),
        (
            Paper("T", authors=("A, B",), venue="Nature", doi="10.1000/1", entries=(PRINTED,)),
            False,
        ),
        (Paper("T", venue="Nature", doi="10.1000/1"), True),
        (Paper("T", authors=("A, B",), doi="10.1000/1"), True),
    ],
)
def test_papers_without_venue_or_authors_are_wanted(paper: Paper, wanted: bool) -> None:
    assert Crossref().wants(paper) is wanted


# --- what is answered


def test_an_article_has_all_that_cites_it() -> None:
    paper = one()
    (entry,) = paper.entries
    assert paper.title == "Deep learning & its “uses”"
    assert paper.authors == ("LeCun, Yann", "Bengio, Yoshua", "Hinton, Geoffrey")
    assert (paper.published, paper.venue, paper.type) == ("2015-05-27", "Nature", "article")
    assert (paper.doi, paper.url) == ("10.1038/nature14539", None)
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


@pytest.mark.parametrize(
    ("kind", "entry_type", "place"),
    [
        ("inproceedings", "inproceedings", "booktitle"),
        ("incollection", "incollection", "booktitle"),
        ("book", "book", "series"),
        ("phdthesis", "phdthesis", "school"),
        ("techreport", "techreport", "institution"),
    ],
)
def test_each_type_has_its_entry(kind: str, entry_type: str, place: str) -> None:
    paper = one(replace(LEARNING, kind=kind))
    assert (paper.type, paper.entries[0].type) == (entry_type, entry_type)
    of_publisher = place in ("school", "institution")
    assert paper.entries[0].get(place) == (LEARNING.publisher if of_publisher else "Nature")


def test_a_preprint_gives_facts_and_no_entry() -> None:
    paper = one(PREPRINT)
    assert (paper.entries, paper.type, paper.venue) == ((), "misc", None)
    assert (paper.doi, paper.abstract) == (PREPRINT.doi, LEARNING.abstract)


def test_what_stands_in_a_preprint_server_is_a_preprint() -> None:
    paper = one(replace(LEARNING, venue="medRxiv"))
    assert (paper.entries, paper.venue, paper.type) == ((), None, "misc")


def test_a_publisher_is_the_venue_of_a_book_and_of_nothing_in_it() -> None:
    assert one(container_title=[]).venue is None
    assert one(replace(LEARNING, kind="book"), container_title=[]).venue == LEARNING.publisher


@pytest.mark.parametrize(
    "kind", ["component", "peer-review", "journal", "dataset", "grant", "other", "", None, {}]
)
def test_what_is_no_work_of_a_title_is_left_out(kind: object) -> None:
    assert altered(type=kind) == []


@pytest.mark.parametrize(
    "title",
    [
        "Author Correction: Deep learning",
        "Publisher’s Correction: Deep learning",
        "Erratum to: Deep learning",
        "Correction to “Deep learning”",
        "Retraction Note: Deep learning",
        "Faculty Opinions recommendation of Deep learning.",
    ],
)
def test_corrections_are_left_out(title: str) -> None:
    assert altered(title=[title]) == []


def test_what_updates_a_work_is_left_out_unless_it_is_one() -> None:
    assert altered(update_to=[{"DOI": "10.1/x", "type": "erratum"}]) == []
    assert len(altered(update_to=[{"DOI": "10.1/x", "type": "new_version"}])) == 1
    assert len(altered(title=["Correction of refraction in trees"])) == 1


@pytest.mark.parametrize("title", [[], [""], None, "\x00", ["x" * 2001], [None]])
def test_a_record_without_a_title_is_left_out(title: object) -> None:
    assert altered(title=title, subtitle=["A subtitle"]) == []
    assert altered(title=["…"]) == []


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (["On <i>E.\n coli</i> &amp; H<sub>2</sub>O"], "On E. coli & H₂O"),
        (["&lt;i&gt;In vivo&lt;/i&gt;"], "In vivo"),
        (['The <mml:math xmlns:mml="x"><mml:mi>Z</mml:mi></mml:math> boson'], "The Z boson"),
        (["A \u202etitle\x1b[31m"], "A title[31m"),
    ],
)
def test_tags_and_entities_in_titles_are_read(title: list[str], read: str) -> None:
    assert one(title=title).title == read


def test_a_subtitle_belongs_to_the_title_unless_it_is_there() -> None:
    assert one(title=["Deep learning"], subtitle=["A review"]).title == "Deep learning: A review"
    repeated = one(title=["Deep learning: A Review"], subtitle=["A review"])
    assert repeated.title == "Deep learning: A Review"


@pytest.mark.parametrize(
    ("issued", "published"),
    [
        ([[2024, 5, 31]], "2024-05-31"),
        ([[2024, 5]], "2024-05"),
        ([["2024", "5"]], "2024-05"),
        ([[2024]], "2024"),
        ([[2024, 13, 1]], "2024"),
        ([[2023, 2, 30]], "2023-02"),
        ([[None]], None),
        ([[True, 1]], None),
        ([[-5]], None),
        ([[10**400]], None),
        ([], None),
    ],
)
def test_a_date_goes_as_far_as_it_is_known(issued: object, published: str | None) -> None:
    assert one(issued={"date-parts": issued}).published == published


def test_names_of_people_and_bodies() -> None:
    people = [
        {"given": "Martin Luther", "family": "King", "suffix": "Jr."},
        {"name": "World Health, Organization &amp; friends"},
        {"family": "Plato"},
        {"given": "Sukarno"},
    ]
    assert one(author=people).authors == (
        "King Jr., Martin Luther",
        "World Health Organization & friends",
        "Plato",
        "Sukarno",
    )


@pytest.mark.parametrize(
    "author",
    [
        [{"family": "Plato"}, {"affiliation": []}],
        [{"family": "Plato"}, None],
        [{"family": "x" * 501}],
        [{"family": "Plato"}] * 5001,
        "Plato",
    ],
    ids=["nameless", "null", "long", "many", "text"],
)
def test_no_authors_are_better_than_some(author: object) -> None:
    assert one(author=author, editor=[{"family": "Aristotle"}]).authors == ()


def test_the_editors_of_a_book_stand_for_its_authors_and_those_of_a_volume_do_not() -> None:
    editor = [{"given": "Ada", "family": "Lovelace"}]
    book = one(replace(LEARNING, kind="book"), author=None, editor=editor)
    part = one(replace(LEARNING, kind="incollection"), author=None, editor=editor)
    assert (book.authors, part.authors) == (("Lovelace, Ada",), ())
    assert part.entries[0].get("editor") == "Lovelace, Ada"


def test_a_volume_of_a_series_is_where_a_paper_stands() -> None:
    paper = one(
        replace(LEARNING, kind="incollection"),
        container_title=["Lecture Notes in Computer Science", "Computer Vision – ECCV 2016"],
        ISBN=["http://id.crossref.org/isbn/9783319464473", "x"],
    )
    (entry,) = paper.entries
    assert paper.venue == "Computer Vision – ECCV 2016"
    assert entry.get("series") == "Lecture Notes in Computer Science"
    assert entry.get("isbn") == "9783319464473"


def test_the_number_of_an_article_stands_for_its_pages() -> None:
    item = crossref_item(replace(LEARNING, pages=""))
    assert "page" not in item
    paper = one(replace(LEARNING, pages=""), article_number="e1000097")
    assert paper.entries[0].get("pages") == "e1000097"


def test_an_abstract_is_read_of_its_jats() -> None:
    jats = (
        "<jats:title>Abstract</jats:title>\n<jats:sec><jats:title>Aim</jats:title>"
        "<jats:p>We <jats:italic>do</jats:italic> x<jats:sup>2</jats:sup>.</jats:p></jats:sec>"
        "<jats:p>For <jats:inline-formula><jats:alternatives><jats:tex-math>"
        r"\documentclass[12pt]{minimal} \begin{document}$$a&lt;b$$\end{document}"
        "</jats:tex-math><mml:math><mml:mi>a</mml:mi></mml:math></jats:alternatives>"
        "</jats:inline-formula> all.</jats:p>"
    )
    assert one(abstract=jats).abstract == "Aim We do x². For $a<b$ all."
    assert one(abstract="x" * 4_000_001).abstract is None


def test_an_arxiv_doi_becomes_its_id() -> None:
    paper = one(DOI="10.48550/ARXIV.1706.03762")
    assert (paper.doi, paper.arxiv) == (None, "1706.03762")


# --- what goes wrong


@pytest.mark.parametrize(
    "body",
    ["", "<html></html>", "[]", "{}", text(crossref_error()), text(crossref_single(LEARNING))],
    ids=["empty", "html", "list", "object", "error", "single"],
)
def test_an_answer_of_another_kind_is_an_error(server: HTTPServer, web: Web, body: str) -> None:
    server.expect_request("/works").respond_with_data(body)
    with pytest.raises(SourceError, match="Source gave an answer that can't be read: it "):
        Crossref().find([BY_DOI], web)


def test_a_single_answer_with_a_list_for_a_message_is_an_error(
    server: HTTPServer, web: Web
) -> None:
    server.expect_request("/works/10.1/x").respond_with_json(crossref_error())
    server.expect_request("/works/10.1000/a,b").respond_with_json(crossref_error())
    with pytest.raises(SourceError, match="it has no work"):
        Crossref().find([Paper("T", doi="10.1000/a,b")], web)


def test_a_single_doi_that_is_not_known_is_nothing(server: HTTPServer, web: Web) -> None:
    server.expect_request("/works/10.1000/a,b").respond_with_data("Resource not found.", 404)
    serve(server)
    assert Crossref().find([Paper("T", doi="10.1000/a,b")], web) == [[]]


@settings(max_examples=150, deadline=None)
@given(mutated(crossref_list([ATTENTION, LEARNING, PREPRINT])))
def test_no_answer_does_harm(body: str) -> None:
    check_answer(Crossref(), body, BY_DOI, BY_TITLE)


@settings(max_examples=50, deadline=None)
@given(mutated(crossref_single(LEARNING)))
def test_no_single_answer_does_harm(body: str) -> None:
    check_answer(Crossref(), body, Paper("T", doi="10.1000/a,b"))
