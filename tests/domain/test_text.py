"""Text as it is compared and as it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from readinglist.domain.text import (
    cut,
    encodable,
    fold,
    harmless,
    legible,
    plural,
    printable,
    printable_block,
    without_controls,
)
from tests.hostile_text import HOSTILE, check_harmless


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
        ("ก" + "\u0e49" * 40 + "ข", "ก" + "\u0e49" * 3 + "ข"),
        ("म" + "\u093e" * 9, "म" + "\u093e" * 3),
        ("\U000e0061a\ufe0f\u3164\u034f", "a"),
        ("👩\u200d🚀 👋🏽 ❤\ufe0f", "👩🚀 👋 ❤"),
        ("a\ufffeb\ufdd0c\U0010ffff", "abc"),
        ("हिन्दी, ไทย, עִבְרִית, Việt", "हिन्दी, ไทย, עִבְרִית, Việt"),
    ],
)
def test_printable_text_is_one_harmless_line(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(HOSTILE)
def test_nothing_printable_steers_a_terminal(text: str) -> None:
    for line in (printable(text), *printable_block(text).split("\n")):
        check_harmless(line)
        assert "\n" not in line
    assert printable(printable(text)) == printable(text)
    assert "  " not in printable(text)


@given(HOSTILE)
def test_what_is_being_written_keeps_its_places(text: str) -> None:
    shown = legible(text).replace("\t", " ")
    assert len(shown) == len(text)
    check_harmless(shown)
    assert legible("a\x1b[1m\tb ❤\ufe0f") == "a�[1m\tb ❤\u200b"


@given(HOSTILE)
def test_a_path_keeps_all_but_what_steers(text: str) -> None:
    check_harmless(harmless(text).replace("\t", " "))
    assert harmless("❤\ufe0f a\x1b.bib") == "❤\ufe0f a.bib"


@given(HOSTILE)
def test_bytes_that_are_no_text_stand_escaped(text: str) -> None:
    encodable(text).encode()
    assert encodable("a\udcff") == r"a\udcff"
    assert encodable("é漢") == "é漢"


def test_a_block_keeps_its_lines_and_indents() -> None:
    assert printable_block("a\r\n\tb\r  c\x1b") == "a\n    b\n  c"


@given(HOSTILE.map(printable), st.integers(1, 40))
def test_what_is_cut_fits(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_len(shown) <= width
    assert shown == text or shown.endswith("…")
    assert cut("漢字かな", 5) == "漢字…"
    assert cut("e\u0301a", 2) == "e\u0301a"


def test_only_what_no_text_holds_is_a_control() -> None:
    assert (
        without_controls("a\0b\x1b[0m\x9b \ud800 e\u0301\u200d\n\tx") == "ab[0m  e\u0301\u200d\n\tx"
    )


def test_counts_with_their_noun() -> None:
    assert plural(1, "paper") == "1 paper"
    assert plural(0, "paper") == "0 papers"
    assert plural(1200, "entry", "entries") == "1,200 entries"
