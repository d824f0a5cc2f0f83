"""What a document cites, from its source and from what LaTeX noted."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.formats.tex_document import read_aux, read_bcf, read_tex


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (r"\cite{a}", ("a",)),
        (r"\citep[see][p.~3]{a, b ,c}", ("a", "b", "c")),
        (r"\textcite*{a} \Citet{b} \footcite[1]{a}", ("a", "b")),
        (r"\cites[1]{a}[2][3]{b}(x){c}", ("a", "b", "c")),
        (r"\parencites{a}{b}", ("a", "b")),
        ("\\cite{a,\n  b,\n}", ("a", "b")),
        (r"% \cite{no}" + "\n" + r"50\% \cite{yes} % \cite{no}", ("yes",)),
        (r"\begin{verbatim}\cite{no}\end{verbatim}\cite{yes}", ("yes",)),
        (r"\newcommand{\x}[1]{\cite{#1}} \cite{\y}", ()),
        (r"\citestyle{authoryear} \citesetup{x}", ()),
        (r"\nocite{a}\bibentry{b}", ("a", "b")),
        (r"\autocite<x>[1]{a}", ("a",)),
        (r"\verb|%| \cite{a}", ("a",)),
        (r"\verb|\begin{verbatim}| \cite{a} \begin{verbatim}\cite{no}\end{verbatim}", ("a",)),
        ("\\begin{verbatim}\n% \\end{verbatim}\n\\cite{a}", ("a",)),
        (r"\\% \cite{no}" + "\n" + r"\\\% \cite{a}", ("a",)),
        (r"\newcommand{\hide}{\iffalse} \cite{a} \begin{comment} \cite{b}", ("a", "b")),
        (r"\iffalse \cite{no} \fi \cite{a} \iffalse \cite{b} \finish", ("a", "b")),
        (r"\verb|never closed \cite{a}", ("a",)),
    ],
)
def test_citations_in_the_source(text: str, keys: tuple[str, ...]) -> None:
    assert read_tex(text).keys == keys


def test_everything() -> None:
    assert read_tex(r"\nocite{*}\cite{a}").everything
    assert read_tex(r"\nocite{*}\cite{a}").keys == ("a",)
    assert not read_tex(r"\cite{a}").everything


def test_files_that_belong_to_a_document() -> None:
    document = read_tex(
        r"\input{ch1} \include{parts/ch2} \input ch3 \subfile{s.tex} \import{dir/}{f}"
        r"\bibliography{one,two.bib} \addbibresource[label=x]{three.bib}"
    )
    assert document.inputs == ("ch1", "parts/ch2", "ch3", "s.tex", "dir//f")
    assert document.bibliographies == ("one.bib", "two.bib", "three.bib")


def test_a_name_with_control_characters_is_no_file() -> None:
    assert read_tex("\\input{a\0b} \\input{c}").inputs == ("c",)
    assert read_aux("\\bibdata{a\0b,c}").bibliographies == ("c.bib",)


@pytest.mark.parametrize(
    "part", [r"\begin{verbatim}", r"\iffalse", r"\verb+", r"\lstinline[", r"\cite[", r"\cite{"]
)
def test_what_is_never_closed_takes_no_long_time(part: str) -> None:
    began = time.process_time()
    read_tex(part * 20_000)
    read_tex("\\" + part.strip("\\") * 20_000)
    assert time.process_time() - began < 3


def test_what_latex_noted() -> None:
    aux = read_aux(
        "\\relax\n\\citation{a,b}\n\\abx@aux@cite{0}{c}\n\\citation{*}\n\\@input{ch1.aux}\n"
        "\\bibdata{paper-blx,refs}\n"
    )
    assert (aux.keys, aux.everything) == (("a", "b", "c"), True)
    assert (aux.bibliographies, aux.inputs) == (("refs.bib",), ("ch1.aux",))


def test_what_biblatex_noted() -> None:
    bcf = read_bcf(
        '<bcf:datasource type="file" datatype="bibtex">refs.bib</bcf:datasource>'
        '<bcf:citekey order="1" intorder="1">a</bcf:citekey><bcf:citekey order="2">*</bcf:citekey>'
    )
    assert (bcf.keys, bcf.everything, bcf.bibliographies) == (("a",), True, ("refs.bib",))


@given(st.text(st.sampled_from("\\cite{}[]%*,ab \n")))
def test_any_text_can_be_read(text: str) -> None:
    assert all(key.strip() == key for key in read_tex(text).keys)
