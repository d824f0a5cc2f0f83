"""TeX math as people read it in a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.formats.math_text import with_readable_math


@pytest.mark.parametrize(
    ("tex", "read"),
    [
        (r"\gamma", "γ"),
        (r"O(n^2)", "O(n²)"),
        (r"\mathcal{O}(n^{2})", "𝒪(n²)"),
        (r"10^{-3}", "10⁻³"),
        (r"n \leq 10^{k+1}", "n ≤ 10ᵏ⁺¹"),
        (r"x_1, x_2", "x₁, x₂"),
        (r"x_{i,j}", "x_(i,j)"),
        (r"\frac{1}{2}", "1/2"),
        (r"\tilde{O}(\sqrt{T})", "Õ(√(T))"),
        (r"\mathbb{R}^n", "ℝⁿ"),
        (r"e^{i\pi}", "e^(iπ)"),
        (r"n^*", "n^*"),
        (r"a\_b", "a_b"),
        (r"\alpha\to\beta", "α→β"),
        (r"\left(x\right)^2", "(x)²"),
        ("γ-", "γ-"),
    ],
)
def test_math_is_shown_in_unicode(tex: str, read: str) -> None:
    assert with_readable_math(f"${tex}$-means") == f"{read}-means"
    assert with_readable_math(f"Two: ${tex}$, ${tex}$.") == f"Two: {read}, {read}."


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.",
        "From $5-$10 a month",
        "an open $",
        r"\$x\$",
        "$$",
        r"$\input{/etc/passwd}$",
        r"$\unknown{x}$",
        "$ x $",
        "$" + "x" * 400 + "$",
        "$" + "{" * 300 + "$",
    ],
)
def test_what_is_no_math_stays_as_it_is(text: str) -> None:
    assert with_readable_math(text) == text


@given(st.text(st.sampled_from(r"$\{}^_ax2{}$ ~-γ") | st.characters(), max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    """No error, and a text without dollars is left alone."""
    with_readable_math(text)
    plain = text.replace("$", "")
    assert with_readable_math(plain) == plain
