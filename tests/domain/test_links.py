"""Web addresses in running text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.links import find_links


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Code: https://example.org/code.", "https://example.org/code"),
        ("available athttps://example.org/code", "https://example.org/code"),
        ("Code:https://example.org/a,", "https://example.org/a"),
        ("(see https://example.org/a).", "https://example.org/a"),
        ("https://example.org/a\x1b[31m", "https://example.org/a"),
        ("https://example.org/a\u202etxt.exe", "https://example.org/a"),
        ("https://example.org/wiki/A_(b)", "https://example.org/wiki/A_(b)"),
        ("(https://example.org/wiki/A_(b))", "https://example.org/wiki/A_(b)"),
        ("[https://example.org/a]", "https://example.org/a"),
        ("{https://example.org/a}", "https://example.org/a"),
        (r"\url{https://example.org/a_b}.", "https://example.org/a_b"),
        (r"\href{https://example.org/a}{here}", "https://example.org/a"),
        (r"https://example.org/a\_b\#c\%20d", "https://example.org/a_b#c%20d"),
        (r"https://example.org/a\footnote{x}", "https://example.org/a"),
        ("“https://example.org/a”", "https://example.org/a"),
        ("**https://example.org/a**", "https://example.org/a"),
        ("`https://example.org/a`", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("https://example.org/a…", "https://example.org/a"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("(see [https://example.org/a(b)]).).", "https://example.org/a(b)"),
        ("https://example.org/~me/?q=1&r=2#top", "https://example.org/~me/?q=1&r=2#top"),
        (
            "https://web.archive.org/web/2020/https://example.org",
            "https://web.archive.org/web/2020/https://example.org",
        ),
    ],
)
def test_an_address_ends_where_a_reader_would_end_it(text: str, link: str) -> None:
    assert find_links(text) == (link,)


def test_an_address_with_many_brackets_takes_no_long_time() -> None:
    began = time.process_time()
    assert find_links("https://a.org/" + ")" * 200_000) == ("https://a.org/",)
    assert time.process_time() - began < 2


def test_addresses_come_in_order_and_once() -> None:
    text = "https://b.org/x and https://a.org, again https://b.org/x."
    assert find_links(text) == ("https://b.org/x", "https://a.org")


def test_addresses_in_a_list_without_spaces_are_told_apart() -> None:
    assert find_links("https://a.org/x,https://b.org;https://c.org") == (
        "https://a.org/x",
        "https://b.org",
        "https://c.org",
    )


@pytest.mark.parametrize("text", ["", "https://", "https://…", "ftp://a.org", "www.a.org", "http:"])
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert find_links(text) == ()


@given(st.text(alphabet="htps:/.{}\\_(),;a ", max_size=60) | st.text())
def test_any_text_has_links_or_none(text: str) -> None:
    for link in find_links(text):
        assert link.lower().startswith(("http://", "https://"))
        assert not set(link) & set(' {}<>"\\')
        assert find_links(link) == (link,)


def test_a_letter_that_looks_like_an_s_makes_no_address() -> None:
    """Without regard to case it is one to Python, but for nobody else."""
    assert find_links("http\u017f://a.org/x") == ()
    assert find_links("HTTPS://a.org/x") == ("HTTPS://a.org/x",)
