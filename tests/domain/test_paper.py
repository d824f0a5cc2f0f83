"""A paper and what is told from its fields."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from readinglist.domain.paper import (
    Paper,
    Priority,
    Status,
    check_date,
    family_name,
    inverted_name,
    natural_name,
)
from readinglist.errors import InvalidValueError


def test_a_new_paper_is_unread_and_invents_nothing() -> None:
    paper = Paper("On Lists")
    assert (paper.status, paper.priority) == (Status.UNREAD, Priority.NONE)
    assert (paper.authors, paper.year, paper.byline, paper.web_address) == ((), None, "", None)


def test_a_paper_is_a_value() -> None:
    paper = Paper("On Lists")
    with pytest.raises(FrozenInstanceError):
        paper.title = "Other"  # type: ignore[misc]
    assert paper == Paper("On Lists")


@pytest.mark.parametrize(
    ("paper", "byline"),
    [
        (Paper("T", authors=("Doe, Jane", "ACME")), "Jane Doe, ACME"),
        (Paper("T", organization="ACME", author_count=3), "ACME"),
        (Paper("T", author_count=1), "1 author"),
        (Paper("T", author_count=24), "24 authors"),
        (Paper("T", author_count=0), ""),
    ],
)
def test_the_byline_says_who_wrote_it_as_far_as_that_is_known(paper: Paper, byline: str) -> None:
    assert paper.byline == byline


@pytest.mark.parametrize(
    ("paper", "address"),
    [
        (
            Paper("T", url="https://a.org/p", arxiv="1706.03762", doi="10.1/x"),
            "https://a.org/p",
        ),
        (Paper("T", arxiv="1706.03762", doi="10.1/x"), "https://arxiv.org/abs/1706.03762"),
        (Paper("T", doi="10.1/x", links=("https://b.org",)), "https://doi.org/10.1/x"),
        (Paper("T", links=("https://b.org", "https://c.org")), "https://b.org"),
    ],
)
def test_the_web_address_is_the_best_that_is_known(paper: Paper, address: str) -> None:
    assert paper.web_address == address


@pytest.mark.parametrize("date", ["2024", "2024-05", "2024-05-31", "2024-02-29", "1665"])
def test_partial_dates_are_dates(date: str) -> None:
    assert check_date(date) == date
    assert Paper("T", published=date).year == int(date[:4])


@pytest.mark.parametrize(
    "date",
    ["", "24", "2024-5", "2024-13", "2023-02-29", "2024-00", "0000", "2024-05-31T00", "２０２４"],
)
def test_what_is_not_in_the_calendar_is_no_date(date: str) -> None:
    with pytest.raises(InvalidValueError, match="is no date"):
        check_date(date)


def test_names_in_both_orders() -> None:
    assert natural_name("van Beethoven, Ludwig") == "Ludwig van Beethoven"
    assert natural_name("ACME") == family_name("ACME") == "ACME"
    assert family_name("van Beethoven, Ludwig") == "van Beethoven"


@pytest.mark.parametrize(
    ("name", "inverted"),
    [
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("van Beethoven,Ludwig", "van Beethoven, Ludwig"),
        ("  Plato ", "Plato"),
        ("John Roe Jr.", "Roe Jr., John"),
        ("John Roe, Jr.", "Roe Jr., John"),
        ("Roe Jr., John", "Roe Jr., John"),
        ("Juan de la Cruz III", "de la Cruz III, Juan"),
        ("Roe III", "III, Roe"),
        ("ACME Team", "ACME Team"),
        ("The ATLAS collaboration", "The ATLAS collaboration"),
        ("ACME AI", "ACME AI"),
        ("Xiao Ai", "Ai, Xiao"),
        ("{World Health Organization}", "World Health Organization"),
        ("", ""),
        (", ,", ""),
    ],
)
def test_a_name_in_either_order_is_turned_round(name: str, inverted: str) -> None:
    """Teams keep their names as they are: nobody is called Team with the family name ACME."""
    assert inverted_name(name) == inverted
