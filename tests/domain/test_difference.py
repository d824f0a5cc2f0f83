"""What differs between two texts is shown so that both can be read from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.difference import DiffLine, differing_lines, parts_that_differ

TEXTS = st.lists(st.sampled_from(["a b c", "a x c", "", "d e", "- one"]), max_size=7).map("\n".join)


@given(TEXTS, TEXTS)
def test_both_texts_are_in_the_difference(old: str, new: str) -> None:
    lines = list(differing_lines(old, new))
    assert [line.text for line in lines if line.sign != "+"] == old.splitlines()
    assert [line.text for line in lines if line.sign != "-"] == new.splitlines()
    assert all(line.sign in "-+ " for line in lines)
    assert {line.sign for line in differing_lines(old, old)} <= {" "}


def test_the_words_that_differ_are_marked() -> None:
    lines = list(differing_lines("same\nthe old heron wades", "same\nthe young heron wades here"))
    assert lines == [
        DiffLine(" ", "same"),
        DiffLine("-", "the old heron wades", ((4, 7),)),
        DiffLine("+", "the young heron wades here", ((4, 9), (21, 26))),
    ]


def test_another_line_is_no_line_with_other_words() -> None:
    assert list(differing_lines("herons wade", "x, y and z: all else")) == [
        DiffLine("-", "herons wade"),
        DiffLine("+", "x, y and z: all else"),
    ]


def test_a_text_of_very_many_lines_is_not_compared() -> None:
    many = "\n".join(map(str, range(3000)))
    lines = list(differing_lines(many, f"new\n{many}"))
    assert len(lines) == 6001
    assert lines[0].sign == "-"
    words = " ".join(map(str, range(2000)))
    assert [line.spans for line in differing_lines(words, f"{words} more")] == [(), ()]


@given(st.text("ab\n", max_size=300), st.text("ab\n", max_size=300), st.text("ab\n", max_size=300))
def test_of_long_texts_the_parts_that_differ_are_left(begin: str, one: str, other: str) -> None:
    old, new = begin + one, begin + other
    first, second = parts_that_differ(old, new, 60)
    assert all(len(part) <= 60 + 2 * len("…\n") for part in (first, second))
    assert (first == second) == (old == new)
    assert parts_that_differ(old, new, 600) == (old, new)


def test_what_is_left_out_is_marked() -> None:
    lines = [f"line {number}" for number in range(100)]
    old = "\n".join(lines)
    new = old.replace("line 60\n", "line sixty\n")
    assert parts_that_differ(old, new, 60) == (
        "…\nline 59\nline 60\nline 61\nline 62\nline 63\nline 64\nline 65\nline\n…",
        "…\nline 59\nline sixty\nline 61\nline 62\nline 63\nline 64\nline 65\nl\n…",
    )
