"""The fields that a person may edit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from readinglist.domain.fields import EDITABLE, field_text, parse_field, parse_tag
from readinglist.domain.paper import Priority, Status
from readinglist.errors import InvalidValueError


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("title", "  On \n Lists ", "title", "On Lists"),
        ("year", "2024", "published", "2024"),
        ("date", " 2024-05-31 ", "published", "2024-05-31"),
        ("published", "", "published", None),
        ("author_count", "24", "author_count", 24),
        ("comments", " ", "comments", None),
        ("organization", "ACME  Research", "organization", "ACME Research"),
        ("abstract", "Two\n\nparagraphs ", "abstract", "Two\n\nparagraphs "),
        ("note", "  \n", "note", None),
        ("type", "Article", "type", "article"),
        ("type", "", "type", "misc"),
        ("arxiv", "arXiv:1706.03762v5", "arxiv", "1706.03762"),
        ("links", "Http://a.org HTTPS://b.org", "links", ("Http://a.org", "HTTPS://b.org")),
        ("arxiv", "", "arxiv", None),
        ("doi", "https://doi.org/10.1000/182", "doi", "10.1000/182"),
        ("doi", " ", "doi", None),
        ("url", " https://example.org ", "url", "https://example.org"),
        ("url", "", "url", None),
        ("links", "https://a.org\nhttps://b.org", "links", ("https://a.org", "https://b.org")),
        ("status", " Read", "status", Status.READ),
        ("priority", "HIGH", "priority", Priority.HIGH),
        ("key", " doe2024 ", "key", "doe2024"),
        ("tags", " b ,a,, b", "tags", ("a", "b")),
        ("tags", "", "tags", ()),
        ("venue", "", "venue", None),
    ],
)
def test_text_becomes_the_value_of_its_field(
    name: str, text: str, field: str, value: object
) -> None:
    assert parse_field(name, text) == (field, value)


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Jane Doe", ("Doe, Jane",)),
        ("Doe, Jane; Roe, Richard", ("Doe, Jane", "Roe, Richard")),
        ("Jane Doe and Richard Roe", ("Doe, Jane", "Roe, Richard")),
        ("Jane Doe\nRichard Roe\n", ("Doe, Jane", "Roe, Richard")),
        ("Ludwig van Beethoven", ("van Beethoven, Ludwig",)),
        ("Juan de la Cruz", ("de la Cruz, Juan",)),
        ("Doe ,Jane", ("Doe, Jane",)),
        ("ACME", ("ACME",)),
        ("Sandra Andersen", ("Andersen, Sandra",)),
        ("Doe,", ("Doe",)),
        (", Jane", ("Jane",)),
        ("{World Health Organization}", ("World Health Organization",)),
        ("{Smith and Sons; London}; Jane Doe", ("Smith and Sons; London", "Doe, Jane")),
        ("{Half\nJane Doe}", ("{Half", "Doe}, Jane")),
        (" \n", ()),
        ("", ()),
    ],
)
def test_authors_are_kept_family_name_first(text: str, authors: tuple[str, ...]) -> None:
    assert parse_field("authors", text) == ("authors", authors)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("title", "  ", "needs a title"),
        ("year", "soon", "is no date"),
        ("author_count", "-1", "is no number"),
        ("author_count", "1" * 10, "is no number"),
        ("type", "@article", "is no entry type"),
        ("arxiv", "attention", "is no arXiv id"),
        ("doi", "attention", "is no DOI"),
        ("url", "example.org", "is no web address"),
        ("url", "javascript:alert(1)", "is no web address"),
        ("links", "https://a.org b.org", "is no web address"),
        ("url", "https://a.org/\x1b[31m", "is no web address: it holds U.001B"),
        ("links", "https://a.org https://b.org/\u202ex", "it holds U.202E, which can't be seen"),
        ("authors", ";;{", "“;;{” names no author"),
        ("authors", "{}", "names no author"),
        ("authors", " ; ,", "names no author"),
        ("status", "done", "is no status"),
        ("priority", "urgent", "is no priority"),
        ("key", "a b", "can't be a citation key"),
        ("note", "\ud800", "not valid Unicode"),
        ("note", "x" * 4_000_001, "longer than"),
    ],
)
def test_text_that_does_not_fit_is_refused_with_a_reason(
    name: str, text: str, message: str
) -> None:
    with pytest.raises(InvalidValueError, match=message):
        parse_field(name, text)


def test_an_unknown_field_names_the_nearest_or_all() -> None:
    with pytest.raises(InvalidValueError) as near:
        parse_field("autors", "x")
    assert near.value.hint == "Did you mean authors?"
    with pytest.raises(InvalidValueError) as none:
        parse_field("zzz", "x")
    assert "venue" in none.value.hint


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("authors", ("Doe, Jane", "ACME"), "Doe, Jane\nACME"),
        ("authors", ("A and B", "World Health Organization"), "{A and B}\n{World Health Organi"),
        ("links", ("https://a.org", "https://b.org"), "https://a.org\nhttps://b.org"),
        ("tags", ("a", "to read"), "a, to read"),
        ("author_count", 3, "3"),
        ("doi", None, ""),
        ("status", Status.READ, "read"),
    ],
)
def test_the_text_of_a_value_gives_it_back(name: str, value: object, text: str) -> None:
    written = field_text(name, value)
    assert written.startswith(text)
    assert parse_field(name, written) == (name, value)


WORDS = st.from_regex(r"[\w;.,&'-]{1,9}( [\w;.,&'-]{1,9}){0,4}", fullmatch=True)


@given(st.lists(WORDS | st.just("Smith and Sons") | st.just("and"), max_size=4).map(tuple))
def test_authors_as_any_file_has_them_survive_being_written_out(authors: tuple[str, ...]) -> None:
    assert parse_field("authors", field_text("authors", authors)) == ("authors", authors)


@given(st.sampled_from(sorted(EDITABLE)), st.text())
def test_a_value_that_was_typed_survives_being_written_out(name: str, text: str) -> None:
    try:
        _, value = parse_field(name, text)
    except InvalidValueError:
        return
    assume("{" not in text and "}" not in text)
    assert parse_field(name, field_text(name, value)) == (name, value)


@given(st.sampled_from(sorted(EDITABLE)), st.text())
def test_any_text_fits_or_is_refused(name: str, text: str) -> None:
    try:
        _, value = parse_field(name, text)
    except InvalidValueError:
        pass
    else:
        assert value is None or isinstance(value, str | int | tuple)


@pytest.mark.parametrize(
    ("text", "tag"),
    [("ml", "ml"), ("  two  words ", "two words"), ("a,b", "a b"), ("Größe", "Größe")],
)
def test_a_tag_is_one_line_without_commas(text: str, tag: str) -> None:
    assert parse_tag(text) == tag


@pytest.mark.parametrize("text", ["", " , ", "x" * 101, "a\x1bb"])
def test_what_can_not_be_a_tag(text: str) -> None:
    with pytest.raises(InvalidValueError, match="can't be a tag"):
        parse_tag(text)


@pytest.mark.parametrize("sign", ["\u200d", "\u200c", "\ue000", "\x1b", "\u202e"])
def test_what_can_not_be_seen_in_a_tag_is_named(sign: str) -> None:
    """Two tags that look alike would be two."""
    with pytest.raises(
        InvalidValueError, match=rf"it holds U\+{ord(sign):04X}, which can't be seen"
    ):
        parse_tag(f"x{sign}y")


def test_every_editable_field_is_a_field_of_a_paper() -> None:
    from dataclasses import fields

    from readinglist.domain.paper import Paper

    known: set[Any] = {field.name for field in fields(Paper)}
    assert set(EDITABLE) <= known
