"""TeX as people read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.formats.latex import romanised, to_latex
from readinglist.formats.latex_text import to_text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"G{\"o}del and {\'E}tienne", "Gödel and Étienne"),
        (r"na{\"\i}ve caf\'e \c{c}a", "naïve café ça"),
        (r"Nguy{\~{\^{e{}}}}n, Nguy\~{\^e}n, {\rldot{e}}", "Nguyễn, Nguyễn, ẹ"),
        (r"{\L}ukasz Erd{\H{o}}s {\H o} \aa \o {\ss}", "Łukasz Erdős ő åøß"),
        (r"\textcommabelow{T} \k{a} \v s", "Ț ą š"),
        (r"R\&D, 100\% of \$5 \#1 a\_b \{x\}", "R&D, 100% of $5 #1 a_b {x}"),
        ("A---B--C ``so'' it is", "A—B–C “so” it is"),
        (r"An {$O(n^2)$} bound, $\alpha$", r"An $O(n^2)$ bound, $\alpha$"),
        (r"\mkbibquote{A} and \enquote{B}", "“A” and “B”"),
        (r"{\noopsort{1973c}}1981", "1981"),
        (r"H\textsubscript{2}O, 10\textsuperscript{-3}, 2\textsuperscript{nd}", "H₂O, 10⁻³, 2nd"),
        (r"C:{\textbackslash}dir", "C:\\dir"),
        (r"a {\textbraceright}{\textbraceleft} b", "a }{ b"),
        (r"\TeX{} and \LaTeX\ rock", "TeX and LaTeX rock"),
        (r"\url{http://a.org/b_c}", "http://a.org/b_c"),
        (r"\href{http://a.org}{here}", "here"),
        (r"The \emph{in vivo} {case} of \textbf{\textit{two}}", "The in vivo case of two"),
        (r"a~b\,c\\d", "a b c d"),
        (r"\unknown{x} y \other z", "x y z"),
        ("two\n  lines", "two lines"),
        ("broken \\", "broken \\"),
        ("\x1b[31mred\u202e", "[31mred"),
        ("Привет, 李明 🦙", "Привет, 李明 🦙"),
    ],
)
def test_what_a_reader_sees(latex: str, text: str) -> None:
    assert to_text(latex) == text


@given(st.text())
def test_any_text_can_be_decoded(latex: str) -> None:
    assert isinstance(to_text(latex), str)


@given(st.text(st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x17F), max_size=20))
def test_what_we_write_reads_as_it_was(text: str) -> None:
    text = "".join(c for c in text if not romanised(c) and c not in "ªºŉſŀĿĲĳ")
    assert to_text(to_latex(text)) == text
