"""Papers as JSON: the names are a promise to scripts."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import FormatError
from readinglist.formats.json_lines import looks_like, parse, to_object, write

FULL = Paper(
    "On Lists",
    id=paper_id("On Lists"),
    key="doe2024lists",
    type="article",
    authors=("Doe, Jane", "ACME"),
    author_count=2,
    organization="ACME",
    abstract="We list.\n\nAgain.",
    published="2024-05-31",
    venue="Journal of Lists",
    arxiv="2405.12345",
    doi="10.1000/182",
    url="https://example.org/lists",
    links=("https://example.org/code",),
    comments=3,
    votes=40,
    stars=1200,
    cite_as="preprint",
    status=Status.READING,
    priority=Priority.HIGH,
    tags=("lists", "two words"),
    note="*good*\n",
    added_at="2024-06-01T00:00:00Z",
    sources=("page.txt",),
)


def test_the_promised_names() -> None:
    assert list(to_object(FULL)) == [
        *("id", "key", "type", "title", "authors", "author_count", "organization", "abstract"),
        *("published", "year", "venue", "arxiv", "doi", "url", "links", "comments"),
        *("votes", "stars", "cite_as", "status"),
        *("priority", "tags", "note", "added_at", "sources"),
    ]


def test_what_is_known_is_told() -> None:
    told = to_object(FULL)
    assert told["id"] == f"{FULL.id:016x}"
    assert told["year"] == 2024
    assert told["authors"] == ["Doe, Jane", "ACME"]
    assert (told["status"], told["priority"]) == ("reading", "high")


def test_what_is_not_known_is_null_or_an_empty_list() -> None:
    told = to_object(Paper("On Lists", id=7))
    assert {name for name, value in told.items() if value is None} == {
        *("author_count", "organization", "abstract", "published", "year", "venue", "arxiv"),
        *("doi", "url", "comments", "votes", "stars", "cite_as", "note"),
    }
    assert {name for name, value in told.items() if value == []} == {
        *("authors", "links", "tags", "sources"),
    }
    assert (told["type"], told["status"], told["priority"]) == ("misc", "unread", "none")


LINE = st.text(st.characters(codec="utf-8")).map(lambda t: " ".join(t.split()))
FILLED = LINE.filter(bool)
PAPERS = st.builds(
    Paper,
    title=FILLED,
    key=st.sampled_from(["", "doe2024", "DBLP:conf/x/Doe-1"]),
    type=st.sampled_from(["misc", "article", "inproceedings"]),
    authors=st.lists(FILLED, max_size=3).map(tuple),
    author_count=st.none() | st.integers(0, 10**6),
    organization=st.none() | FILLED,
    abstract=st.none() | FILLED.map(lambda text: f"  {text}\n\n{text}\u2028\x0b{text} "),
    published=st.none()
    | st.dates().map(str)
    | st.dates().map(lambda d: str(d)[:7])
    | st.dates().map(lambda d: str(d)[:4]),
    venue=st.none() | FILLED,
    arxiv=st.none() | st.just("1706.03762"),
    doi=st.none() | st.just("10.1000/182"),
    url=st.none() | st.just("https://example.org/?a=b"),
    links=st.lists(st.sampled_from(["https://a.org/x", "http://b.org"]), unique=True).map(tuple),
    comments=st.none() | st.integers(0, 10**6),
    votes=st.none() | st.integers(0, 10**6),
    status=st.sampled_from(Status),
    priority=st.sampled_from(Priority),
    tags=st.lists(st.sampled_from(["a", "b c", "ü"]), unique=True).map(lambda t: tuple(sorted(t))),
    note=st.none() | FILLED.map(lambda text: f"{text}\n"),
)


def test_a_key_is_taken_without_the_space_around_it() -> None:
    (paper,) = parse('{"title": "T", "key": " doe2024 "}').papers
    assert paper.key == "doe2024"


@given(st.lists(PAPERS, min_size=1, max_size=4))
def test_what_is_written_is_read_again(papers: list[Paper]) -> None:
    wanted = tuple(replace(paper, id=paper_id(paper.title)) for paper in papers)
    assert parse(write(papers)).papers == wanted
    assert parse(json.dumps([to_object(paper) for paper in papers], indent=2)).papers == wanted
    assert not parse(write(papers)).problems


def test_a_full_paper_comes_back_but_for_what_belongs_to_its_library() -> None:
    assert parse(write([FULL])).papers == (replace(FULL, added_at="", sources=()),)


def test_an_object_over_several_lines() -> None:
    (paper,) = parse(json.dumps(to_object(FULL), indent=2)).papers
    assert paper.title == "On Lists"


def test_a_title_is_enough_and_a_year_is_a_date() -> None:
    (paper,) = parse('{"title": "On Lists", "year": 2024}\n\n').papers
    assert paper == Paper("On Lists", id=paper_id("On Lists"), published="2024")


def test_the_date_tells_more_than_the_year() -> None:
    (paper,) = parse('{"title": "On Lists", "published": "2024-05", "year": 2024}').papers
    assert paper.published == "2024-05"


def test_empty_texts_and_repetitions_are_nothing() -> None:
    (paper,) = parse(
        '{"title": " On  Lists", "venue": "", "authors": ["", " Doe,  Jane "], '
        '"tags": ["b", "a", "b"], "links": ["https://a.org/x", "https://a.org/x", "no"]}'
    ).papers
    assert (paper.title, paper.venue, paper.authors) == ("On Lists", None, ("Doe, Jane",))
    assert (paper.tags, paper.links) == (("a", "b"), ("https://a.org/x",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "It is no JSON"),
        ("[1]", "is an object with a title"),
        ("7", "is an object with a title"),
        ("{}", "is an object with a title"),
        ('{"title": 7}', "is an object with a title"),
        ('{"title": " "}', "needs a title"),
        ('{"title": "T", "venue": 7}', "“venue” is text"),
        ('{"title": "T\\ud800"}', "“title” is not valid Unicode"),
        ('{"title": "T", "authors": "Doe"}', "“authors” is a list"),
        ('{"title": "T", "tags": [7]}', "“tags” is text"),
        ('{"title": "T", "tags": [","]}', "can't be a tag"),
        ('{"title": "T", "author_count": true}', "is no number"),
        ('{"title": "T", "comments": 1.5}', "is no number"),
        ('{"title": "T", "status": "done"}', "is no status"),
        ('{"title": "T", "year": "soon"}', "is no date"),
        ('{"title": "T", "key": "a b"}', "can't be a citation key"),
        ('{"title": "T", "key": 7}', "“key” is text"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_line_that_can_not_be_read_is_named_and_the_others_are_read(
    line: str, message: str
) -> None:
    parsed = parse(f'{{"title": "On Lists"}}\n\n{line}\n{{"title": "On Trees"}}\n')
    assert [paper.title for paper in parsed.papers] == ["On Lists", "On Trees"]
    (problem,) = parsed.problems
    assert problem.line == 3
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "holds no papers"),
        ("[]", None, "holds no papers"),
        ("[{]", 1, "It is no JSON: Expecting"),
        ("[" * 100_000, None, "nested too deeply"),
        ("\nnot at all\n", 2, "It is no JSON"),
        ('[{"title": ""}]', 1, "needs a title"),
    ],
)
def test_a_file_without_papers_gives_one_sentence(
    text: str, line: int | None, message: str
) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        parse(text)
    assert caught.value.line == line


@given(st.text() | st.text(alphabet='{}[]":, \ntitle0', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    looks_like(text)
    with suppress(FormatError):
        assert parse(text).papers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (write([FULL]), True),
        (json.dumps([to_object(FULL)]), True),
        (json.dumps([to_object(FULL)], indent=2), True),
        ("  \n[\n  {", True),
        ("{}", False),
        ("[1]", False),
        ("", False),
    ],
)
def test_json_is_known_by_its_beginning(text: str, expected: bool) -> None:
    assert looks_like(text) is expected


def test_a_paper_of_an_array_that_can_not_be_read_is_named_by_its_place() -> None:
    parsed = parse('[{"title": "A"}, {"title": "B"}, {"titel": "C"}]')

    assert [paper.title for paper in parsed.papers] == ["A", "B"]
    assert parsed.problems[0].message.startswith("Paper 3: ")
