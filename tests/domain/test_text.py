"""Text as it is compared and as it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.text import fold, plural, printable, printable_block, without_controls


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Schrödinger", "schrodinger"),
        ("Nguyễn", "nguyen"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Øresund", "oresund"),
        ("ŒUVRE", "oeuvre"),
        ("İstanbul", "istanbul"),
        ("x²", "x2"),
        ("𝐀𝐭𝐭ention", "attention"),
        ("pre‑training", "pre-training"),
        ("Plain ASCII", "plain ascii"),
        ("Σίσυφος", "σισυφοσ"),
    ],
)
def test_folding_takes_case_and_accents_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_any_text_folds_and_is_folded_then(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a  b\tc\nd", "a b c d"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\u202eb\u200bc\ufeff", "abc"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
        ("\ud800x", "x"),
        ("a \x00 b", "a b"),
        ("naïve 李 😀", "naïve 李 😀"),
    ],
)
def test_printable_text_is_one_harmless_line(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_printable_steers_a_terminal(text: str) -> None:
    for line in (printable(text), *printable_block(text).split("\n")):
        assert not any(c < " " or "\x7f" <= c <= "\x9f" for c in line)
        assert "\u202e" not in line
    assert printable(printable(text)) == printable(text)
    assert "  " not in printable(text)


def test_a_block_keeps_its_lines_and_indents() -> None:
    assert printable_block("a\r\n\tb\r  c\x1b") == "a\n    b\n  c"


def test_only_what_no_text_holds_is_a_control() -> None:
    assert (
        without_controls("a\0b\x1b[0m\x9b \ud800 e\u0301\u200d\n\tx") == "ab[0m  e\u0301\u200d\n\tx"
    )


def test_counts_with_their_noun() -> None:
    assert plural(1, "paper") == "1 paper"
    assert plural(0, "paper") == "0 papers"
    assert plural(1200, "entry", "entries") == "1,200 entries"
