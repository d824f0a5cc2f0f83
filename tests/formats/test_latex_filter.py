"""Nothing commands LaTeX that is not on a list; what is harmless stays letter for letter."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.formats.latex import Repertoire
from readinglist.formats.latex_filter import definitions_of, filter_tex

HARMLESS = (
    "Attention Is All You Need",
    r"G{\"o}del, {\'E}tienne \& \emph{S{\o}n} 100\%",
    r"{\noopsort{1973c}}1981",
    r"An {$O(n^2)$} bound, $\mathscr{L}_{\max} \leq \frac{1}{2}$",
    r"\url{http://a.org/b_c%20d\_e} and \href{http://a.org}{here}",
    r"``So'' --- it~is \mkbibquote{B}, \textsuperscript{2}",
    r"{{The Whole Title}}",
    r"a \{ b \} c",
    r"$x$$y$",
    r"$$z$$ and $x$$y$",
)


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_harmless_stays_as_it_is(value: str) -> None:
    assert filter_tex(value) == (value, ())


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (r"\input{secret.tex}", r"{\textbackslash}input{secret.tex}"),
        (r"\immediate\write18{id}", r"{\textbackslash}immediate{\textbackslash}write18{id}"),
        (r"\csname input\endcsname", r"{\textbackslash}csname input{\textbackslash}endcsname"),
        (r"\def\z{\y}", r"{\textbackslash}def{\textbackslash}z{{\textbackslash}y}"),
        (r"\end{document}", r"{\textbackslash}end{document}"),
        (r"\url{\input{x}}", r"{\textbackslash}url{{\textbackslash}input{x}}"),
        (r"$\input{x}$", r"\${\textbackslash}input{\textbraceleft}x{\textbraceright}\$"),
        ("^^5cinput", r"{\textasciicircum}{\textasciicircum}5cinput"),
        ("$^^5cinput$", r"\${\textasciicircum}{\textasciicircum}5cinput\$"),
        ("100% & #1_x", r"100\% \& \#1\_x"),
        ("costs $5", r"costs \$5"),
        ("$x$ costs $$", r"$x$ costs \$\$"),
        ("$${}×", r"\$\${}{$\times$}"),
        (r"\url{http://a.org/ü\_b}", r"\url{http://a.org/%C3%BC\_b}"),
        ("a\x00b\x1b[31m\u200b\u202ec", "ab[31mc"),
        ("a\n  @article{x}", "a @article{x}"),
        ("end\\", r"end{\textbackslash}"),
        (r"a \{ b", r"a {\textbraceleft} b"),
    ],
)
def test_what_is_not_is_text(value: str, latex: str) -> None:
    assert filter_tex(value).latex == latex


def test_many_lines_without_anything_take_no_long_time() -> None:
    began = time.process_time()
    for text in ("a" + "\n" * 100_000 + "b", "é" + "\n" * 100_000 + "b"):
        assert filter_tex(text).latex.count("\n") == 100_000
    assert time.process_time() - began < 2


def test_what_was_refused_is_told() -> None:
    assert filter_tex(r"\input{x} \foo \foo $\bar \evil$").refused == ("input", "foo", "evil")


def test_the_user_may_allow_a_command() -> None:
    assert filter_tex(r"\NRG{x}", allowed=frozenset({"NRG"})) == (r"\NRG{x}", ())


def test_letters_come_in_the_repertoire_that_is_wanted() -> None:
    assert filter_tex("Größe 李").latex == r"Gr{\"o}{\ss}e Li"
    assert filter_tex("तर्क").latex == "trk"
    assert filter_tex("Größe 李", Repertoire.UNICODE).latex == "Größe 李"
    assert filter_tex(r"\url{http://a.org/ü}", Repertoire.UNICODE).latex == r"\url{http://a.org/ü}"


def test_harmless_definitions_of_a_preamble_are_kept_and_override_nothing() -> None:
    preamble = (
        r"\newcommand{\noopsort}[1]{} \newcommand\switchargs[2]{#2#1} \input bibnames.sty "
        r"\newcommand{\evil}{\input{x}} \newcommand{\worse}{\evil} \renewcommand{\emph}[1]{#2} "
        r"\def\x{y} \providecommand*{\cirac}[1]{\textbf{\switchargs{#1}{b}}}"
    )
    assert definitions_of(preamble) == {
        "noopsort": r"\providecommand{\noopsort}[1]{}",
        "switchargs": r"\providecommand{\switchargs}[2]{#2#1}",
        "cirac": r"\providecommand{\cirac}[1]{\textbf{\switchargs{#1}{b}}}",
    }


def balance(text: str) -> tuple[int, int]:
    """Return where the braces end, and the least depth, as BibTeX counts them."""
    depth = least = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        least = min(least, depth)
    return depth, least


TEX = st.text(st.sampled_from("\\\\{}${}%&#^_~@ \nabinputdefé李"), max_size=40).filter(
    lambda value: balance(value) == (0, 0)
)


@given(TEX, st.sampled_from(list(Repertoire)))
def test_braces_balance_and_only_listed_commands_are_left(
    value: str, repertoire: Repertoire
) -> None:
    latex, _ = filter_tex(value, repertoire)
    assert balance(latex) == (0, 0)
    assert "^^" not in latex
    without_escapes = re.sub(r"\\[^A-Za-z]", "", latex)
    assert not {"input", "def", "in", "put"} & set(re.findall(r"\\([A-Za-z]+)", without_escapes))
    assert filter_tex(latex, repertoire).refused == ()
