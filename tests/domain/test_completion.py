"""What the search bar offers at the cursor."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from readinglist.domain.completion import MOST_OFFERS, Values, nearest_field, place_at
from readinglist.domain.query import FIELDS, parse_query

TAGS = Values([("nlp", 9), ("ml", 7), ("two words", 5), ("NLG", 3), ('say "hi"', 2), ("calm", 1)])


def offered(line: str, values: Values = TAGS) -> list[str]:
    """Return what is offered where `|` stands in `line`."""
    place = place_at(line.replace("|", ""), line.index("|"))
    return [value for value, _ in values.offers(place)] if place and place.field else []


def taken(line: str, value: str) -> str:
    """Return the line, with `|` for the cursor, after `value` was taken."""
    place = place_at(line.replace("|", ""), line.index("|"))
    assert place
    text, cursor = place.completed(value)
    return f"{text[:cursor]}|{text[cursor:]}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tag:|", ["nlp", "ml", "two words", "NLG", 'say "hi"', "calm"]),
        ("tag:n|", ["nlp", "NLG"]),
        ("tag:M|", ["ml", "calm"]),
        ("deep -tag:nl| mind", ["nlp", "NLG"]),
        ("tag:ml,n|", ["nlp", "NLG"]),
        ("tag:nlp,n|", ["NLG"]),
        ("tag:nlg,|,ml", ["nlp", "two words", 'say "hi"', "calm"]),
        ("tag:nl|p,ml", ["nlp", "NLG"]),
        ('tag:"two w|', ["two words"]),
        ('tag:"wor|', ["two words"]),
        ('tag:"say ""|', ['say "hi"']),
        ("tag:calm|", []),
        ("tag:zz|", []),
        ("deep| tag:nlp", []),
        ("tag|:nlp", []),
        ('"tag:n|', []),
    ],
)
def test_values_that_begin_so_come_first_then_those_that_have_it_within(
    line: str, expected: list[str]
) -> None:
    assert offered(line) == expected


def test_accents_and_case_do_not_matter() -> None:
    values = Values([("Nguyễn", 3), ("Müller", 2), ("van der Berg", 1)])
    assert offered("author:NGUYE|", values) == ["Nguyễn"]
    assert offered("author:mul|", values) == ["Müller"]
    assert offered("author:berg|", values) == ["van der Berg"]


def test_no_more_is_offered_than_can_be_seen() -> None:
    values = Values((f"tag{n}", 100 - n) for n in range(100))
    assert offered("tag:|", values) == [f"tag{n}" for n in range(MOST_OFFERS)]
    assert offered("tag:ag9|", values) == ["tag9", *(f"tag{n}" for n in range(90, 97))]


def test_what_no_terminal_shows_as_it_stands_is_not_offered() -> None:
    hostile = ["a\x1b[31m", "a\u202eb", "a\nb", "", "a\ud800", "a  b"]
    assert offered("tag:|", Values([*((value, 9) for value in hostile), ("a", 1)])) == ["a"]


@pytest.mark.parametrize(
    ("line", "value", "expected"),
    [
        ("tag:n| mind", "nlp", "tag:nlp| mind"),
        ("-tag:ml,n|", "nlp", "-tag:ml,nlp|"),
        ("tag:n|lp,ml", "NLG", "tag:NLG|,ml"),
        ("tag:|", "two words", 'tag:"two words"|'),
        ('tag:"tw|', "two words", 'tag:"two words"|'),
        ('tag:"tw|o words",ml', "two words", 'tag:"two words"|,ml'),
        ('tag:"tw| deep mind', "two words", 'tag:"two words"| deep mind'),
        ("tag:s|", 'say "hi"', 'tag:"say ""hi"""|'),
    ],
)
def test_taking_a_value_replaces_what_was_typed_of_it_and_nothing_else(
    line: str, value: str, expected: str
) -> None:
    assert taken(line, value) == expected


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("au", "author"), ("deep st", "status"), ("-t", "tag"), ("-ye", "year"),
        ("Pri", "priority"), ("tag", "tag"), ("a", None), ("", None), ("-", None),
        ("aut hor", None), ("mind", None), ('"au', None), ("au ", None), ("1au", None),
    ],
)  # fmt: skip
def test_the_first_letters_of_a_field_tell_its_name(text: str, field: str | None) -> None:
    place = place_at(text, len(text))
    found = nearest_field(place) if place and not place.field else None
    assert found == field
    if place and found:
        assert place.completed(found)[0].endswith(f"{field}:")


def test_in_the_midst_of_a_line_no_field_is_guessed() -> None:
    assert place_at("au mind", 2) is None


ODD = st.text(alphabet='ab:-",<>. \t\\éÉtag\ud800\n', max_size=30)


@given(
    st.lists(st.sampled_from(["tag:", "-author:", "venue:", "au", " ", ",", '"', "x"]) | ODD).map(
        "".join
    ),
    st.integers(0, 60),
    st.lists(st.tuples(ODD, st.integers(1, 9))),
)
@example('tag:"a b c', 6, [("a b", 1)])
@example('tag:a"b"', 5, [("abc", 1)])
@example(f"{'x' * 990} tag:", 995, [("a longer one", 1)])
def test_what_is_taken_is_what_is_asked_for(
    text: str, cursor: int, counted: list[tuple[str, int]]
) -> None:
    """Any text, any cursor, any values: what is offered can be taken, and means just that."""
    place = place_at(text, cursor)
    if place is None:
        return
    assert place.start <= cursor <= place.end <= len(text)
    if not place.field:
        field = nearest_field(place)
        assert field is None or f"{field}:" in place.completed(field)[0]
        return
    for value, _ in Values(counted).offers(place):
        completed, at = place.completed(value)
        assert completed[: place.start] == text[: place.start]
        assert completed[at:] == text[place.end :]
        asked = [f for f in parse_query(completed).filters if f.field == place.field]
        if place.field in ("tag", "author", "venue", "key"):
            assert any(value in one.values for one in asked)


def test_every_field_can_be_reached_by_its_first_letters() -> None:
    for field in FIELDS:
        place = place_at(f"-{field[:2]}", 3)
        assert place
        assert nearest_field(place) == field
