"""The language of the search bar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.query import (
    CHOICES,
    FIELDS,
    Filter,
    Query,
    QueryProblem,
    Words,
    parse_query,
    quoted,
)


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
        ("year:2022", Filter("year", within=("2022", "2022~"))),
        ("year:2022..2024", Filter("year", within=("2022", "2024~"))),
        ("year:2024..2022", Filter("year", within=("2022", "2024~"))),
        ("year:2022..", Filter("year", within=("2022", "~"))),
        ("year:..2020", Filter("year", within=("0", "2020~"))),
        ("-year:..2020", Filter("year", within=("0", "2020~"), negated=True)),
        ("year:>2020", Filter("year", within=("2020~", "~"))),
        ("year:>=2020", Filter("year", within=("2020", "~"))),
        ("year:<2019", Filter("year", within=("0", "2019"))),
        ("year:<=2019", Filter("year", within=("0", "2019~"))),
        ("-year:<=2019", Filter("year", within=("0", "2019~"), negated=True)),
        ("added:2026", Filter("added", within=("2026", "2026~"))),
        ("added:2026-01..2026-03", Filter("added", within=("2026-01", "2026-03~"))),
        ("added:2026-03..2026-01", Filter("added", within=("2026-01", "2026-03~"))),
        ("added:2026-01..2026", Filter("added", within=("2026-01", "2026~"))),
        ("added:2026-11-01..", Filter("added", within=("2026-11-01", "~"))),
        ("added:>2026-10", Filter("added", within=("2026-10~", "~"))),
        ("priority:low..high", Filter("priority", ("high", "low", "medium"))),
        ("priority:high..low", Filter("priority", ("high", "low", "medium"))),
        ("priority:..low", Filter("priority", ("low", "none"))),
        ("priority:>=medium", Filter("priority", ("high", "medium"))),
        ("priority:>m", Filter("priority", ("high",))),
        ("priority:<medium", Filter("priority", ("low", "none"))),
        ("priority:none,>=m", Filter("priority", ("high", "medium", "none"))),
        ("-priority:<=low", Filter("priority", ("low", "none"), negated=True)),
        ("has:note", Filter("has", ("note",))),
        ("-has:Abs,url", Filter("has", ("abstract", "url"), negated=True)),
        ('venue:"neural systems"', Filter("venue", ("neural systems",))),
        ('author:"Curie, Marie",bohr', Filter("author", ("Curie, Marie", "bohr"))),
        ('tag:"say ""hi"""', Filter("tag", ('say "hi"',))),
    ],
)
def test_filters(text: str, expected: Filter) -> None:
    assert parse_query(text) == Query(filters=(expected,))


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_filter_that_is_still_being_typed_asks_for_nothing_yet(field: str) -> None:
    assert parse_query(f"{field}:") == Query()


@pytest.mark.parametrize("text", ["year:..", "year:>", "added:<=", "priority:>=", "priority:.."])
def test_a_range_that_has_no_end_yet_asks_for_nothing(text: str) -> None:
    assert parse_query(text) == Query()


@pytest.mark.parametrize("typed", ["year:>=2022", "year:..2022", "added:<=2026-12-31"])
def test_a_date_narrows_the_list_while_it_is_typed(typed: str) -> None:
    """No letter on the way to a date is a mistake, and what is looked for stays within."""
    (wanted,) = parse_query(typed).filters
    for end in range(len(typed) - 1, 0, -1):
        query = parse_query(typed[:end])
        assert not query.problems
        for earlier in query.filters:
            assert wanted.within
            assert earlier.within
            if ">" in typed:
                assert earlier.within[0] <= wanted.within[0]
            else:
                assert earlier.within[1] >= wanted.within[1]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("year:abc", "year: takes 2023, 2022..2024, >=2022 or <2020"),
        ("year:2022-13", "year: takes"),
        ("year:2022...2023", "year: takes"),
        ("added:yesterday", "added: takes 2026, 2026-03, 2026-01..2026-03 or >2026-03-31"),
        ("priority:>high", "priority: takes"),
        ("priority:low..urgent", "priority: takes"),
        ("has:x", "has: takes note, abstract, tags, doi, arxiv, url, venue or authors"),
        ("year:2022,2023", "year: takes"),
        ("year:20222024", "year: takes"),
        ("status:done", "status: takes unread, reading, read or skipped"),
        ("priority:urgent", "priority: takes high, medium, low or none"),
        ("stats:read", "did you mean status:?"),
        ("auther:doe", "did you mean author:?"),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_still_asked(text: str, problem: str) -> None:
    line = f"deep -{text} tag:ml model"
    query = parse_query(line)
    (found,) = query.problems
    assert problem in str(found)
    assert line[found.start : found.end] == f"-{text}"
    assert [words.text for words in query.words] == ["deep", "model"]
    assert query.filters == (Filter("tag", ("ml",)),)


def test_of_several_values_those_count_that_are_understood() -> None:
    query = parse_query("status:read,unraed")
    assert query.filters == (Filter("status", ("read",)),)
    assert [str(p) for p in query.problems] == ["status: takes unread, reading, read or skipped"]


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
    assert query.problems == (QueryProblem("Only the first 1,000 letters count.", 1000, 5000),)
    assert len(query.words) == 200


def test_what_is_no_unicode_is_asked_for_as_far_as_it_is() -> None:
    """A command line in another encoding comes with lone surrogates, which no database takes."""
    query = parse_query("mod\udce9l tag:caf\udce9")
    assert (query.words[0].text, query.filters[0].values) == ("mod?l", ("caf?",))


@given(st.text() | st.text(alphabet='ab:-".,<>=*() 2024statusyear\0\ud800', max_size=40))
def test_any_text_is_a_query(text: str) -> None:
    query = parse_query(text)
    for words in query.words:
        assert any(c.isalnum() for c in words.text)
    for chosen in query.filters:
        assert chosen.field in FIELDS
        assert bool(chosen.values) != bool(chosen.within)
        assert set(chosen.values) <= set(CHOICES.get(chosen.field, chosen.values))
    for problem in query.problems:
        assert 0 <= problem.start < problem.end <= len(text)


@given(st.sampled_from(["tag", "author", "venue", "key"]), st.text(min_size=1, max_size=40))
def test_any_value_can_be_written(field: str, value: str) -> None:
    wanted = value.encode("utf-8", "replace").decode()
    assert parse_query(f"x {field}:{quoted(value)} y").filters == (Filter(field, (wanted,)),)
