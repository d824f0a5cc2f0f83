"""The language of the search bar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.query import FIELDS, Filter, Query, Words, parse_query


def test_words_are_asked_for_one_by_one_and_the_last_may_be_unfinished() -> None:
    assert parse_query("deep modl").words == (Words("deep"), Words("modl", unfinished=True))
    assert parse_query("deep modl ").words == (Words("deep"), Words("modl"))
    assert parse_query("deep -mod").words == (Words("deep"), Words("mod", negated=True))


def test_quotes_ask_for_a_phrase_also_while_it_is_typed() -> None:
    phrase = Words("mixture of experts", phrase=True)
    assert parse_query('"mixture of experts"').words == (phrase,)
    assert parse_query('"mixture of experts').words == (phrase,)
    assert parse_query('-"a b"').words == (Words("a b", phrase=True, negated=True),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:read", Filter("status", ("read",))),
        ("Status:READ", Filter("status", ("read",))),
        ("status:rea", Filter("status", ("read", "reading"))),
        ("status:un,skip", Filter("status", ("skipped", "unread"))),
        ("-status:read", Filter("status", ("read",), negated=True)),
        ("priority:h,m", Filter("priority", ("high", "medium"))),
        ("tag:ml", Filter("tag", ("ml",))),
        ("tag:ml,nlp,ml", Filter("tag", ("ml", "nlp"))),
        ('tag:"two words"', Filter("tag", ("two words",))),
        ('tag:"two words",ml', Filter("tag", ("two words", "ml"))),
        ('tag:"two wor', Filter("tag", ("two wor",))),
        ('author:"van der Berg"', Filter("author", ("van der Berg",))),
        ("author:O'Brien", Filter("author", ("O'Brien",))),
        ("key:doe2024", Filter("key", ("doe2024",))),
        ("year:2022", Filter("year", years=(2022, 2022))),
        ("year:2022..2024", Filter("year", years=(2022, 2024))),
        ("year:2024..2022", Filter("year", years=(2022, 2024))),
        ("year:2022..", Filter("year", years=(2022, 9999))),
        ("year:..2020", Filter("year", years=(0, 2020))),
        ("-year:..2020", Filter("year", years=(0, 2020), negated=True)),
    ],
)
def test_filters(text: str, expected: Filter) -> None:
    assert parse_query(text) == Query(filters=(expected,))


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_filter_that_is_still_being_typed_asks_for_nothing_yet(field: str) -> None:
    assert parse_query(f"{field}:").is_empty
    assert not parse_query(f"{field}:").problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("year:abc", "year: takes 2023, 2022..2024, 2022.. or ..2020"),
        ("year:..", "year: takes"),
        ("year:2022,2023", "year: takes"),
        ("year:20222024", "year: takes"),
        ("status:done", "status: takes unread, reading, read or skipped"),
        ("priority:urgent", "priority: takes high, medium, low or none"),
        ("stats:read", "did you mean status:?"),
        ("auther:doe", "did you mean author:?"),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_still_asked(text: str, problem: str) -> None:
    query = parse_query(f"deep {text} tag:ml model")
    assert len(query.problems) == 1
    assert problem in query.problems[0]
    assert [words.text for words in query.words] == ["deep", "model"]
    assert query.filters == (Filter("tag", ("ml",)),)


def test_a_colon_in_a_title_is_no_filter() -> None:
    assert [w.text for w in parse_query('ImageNet:large re:"zero to one"').words] == [
        "ImageNet",
        "large",
        "re",
        " zero to one ",
    ]


@pytest.mark.parametrize("text", ["", "  ", "-", ":", '"', '""', "--", "*", "-:", "…"])
def test_signs_alone_ask_for_nothing(text: str) -> None:
    assert parse_query(text).is_empty


def test_a_pasted_page_is_cut_with_a_word_about_it() -> None:
    query = parse_query("word " * 1000)
    assert query.problems == ("Only the first 1,000 letters count.",)
    assert len(query.words) == 200


def test_what_is_no_unicode_is_asked_for_as_far_as_it_is() -> None:
    """A command line in another encoding comes with lone surrogates, which no database takes."""
    query = parse_query("mod\udce9l tag:caf\udce9")
    assert (query.words[0].text, query.filters[0].values) == ("mod?l", ("caf?",))


@given(st.text() | st.text(alphabet='ab:-".,*() 2024statusyear\0\ud800', max_size=40))
def test_any_text_is_a_query(text: str) -> None:
    query = parse_query(text)
    for words in query.words:
        assert any(c.isalnum() for c in words.text)
    for chosen in query.filters:
        assert chosen.field in FIELDS
        assert chosen.values or chosen.field == "year"
