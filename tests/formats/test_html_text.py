"""Tags in titles and abstracts are read, never shown."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.formats.html_text import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("10<sup>-3</sup> of H<sub>2</sub>O", "10⁻³ of H₂O"),
        ("x<jats:sup>2</jats:sup>", "x²"),
        (
            "<jats:title>ABSTRACT</jats:title><jats:p>We do.</jats:p><jats:p>So.</jats:p>",
            "We do. So.",
        ),
        ("<title>Aim</title>We", "Aim We"),
        ("AT&amp;T, R&D &#233; &lt;b&gt;bold&lt;/b&gt;", "AT&T, R&D é bold"),
        ("if a < b and b > c", "if a < b and b > c"),
        ("a <unknown> tag", "a <unknown> tag"),
        ("<tex-math>$$x$$</tex-math><mml:math><mml:mi>x</mml:mi></mml:math>!", "$x$!"),
        ("<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo></mml:math>", "x="),
        ("  a\n b\t", "a b"),
        ("&#8212; &#x1F989;", "— 🦉"),
        (number := f"&#{'9' * 5000};", number),
    ],
)
def test_tags_and_entities_are_read(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    "piece",
    [
        "<i ", "<sup>", "&lt;", r"tex-math \documentclass", "</tex-math><mml:math>", "<title>",
        " ", "</tex-math>", r"tex-math\documentclass\begin{document}", "</tex-math> <mml:math ",
    ],
)  # fmt: skip
def test_a_text_that_is_all_beginnings_is_read_in_time(piece: str) -> None:
    before = time.monotonic()
    plain_text(piece * (1_000_000 // len(piece)))
    assert time.monotonic() - before < 10


@given(st.text())
def test_any_text_is_one_line(text: str) -> None:
    plain = plain_text(text)
    assert plain == " ".join(plain.split())
