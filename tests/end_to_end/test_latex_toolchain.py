"""What we export, as real LaTeX prints it: no error, no warning, no file read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Paper
from readinglist.formats.bibtex_writing import write_bibtex
from tests.end_to_end.latex_toolchain import compile_bibliography, missing_program
from tests.formats.test_latex import NAMES, TITLES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    bool(missing_program()), reason=f"{missing_program()} is not installed"
)

HOSTILE = [
    r"\input{secret.tex}",
    r"\csname input\endcsname secret.tex",
    "^^5cinput{secret.tex}",
    r"$\input{secret.tex}$",
    r"\immediate\write18{touch evil}",
    r"\openout\f=evil.txt",
    "x}, author={Evil",
    'x}} @preamble{"\\input{secret}"}',
    r"\def\z{\z}\z",
    r"\loop\iftrue\repeat",
    r"\end{document}",
    r"\begingroup \catcode`\%=12 \verb|x|",
    "100% of {",
    "{" * 60 + "}" * 60,
    "$" + "{" * 60 + "}" * 60 + "$",
    "% \\",
]


def _of_the_table() -> list[Paper]:
    titles = [
        Paper(
            title=title, key=f"t{i}", authors=(f"{chr(65 + i % 26)}riter, A",), published="2024-01"
        )
        for i, (title, _) in enumerate(TITLES)
    ]
    names = [
        Paper(
            title=f"By {i}", key=f"n{i}", authors=(name,), published="2024-01", arxiv="2401.00001"
        )
        for i, (name, _) in enumerate(NAMES)
    ]
    return titles + names


def _mixed() -> list[Paper]:
    known = Paper(
        title="A Known Thing about LLMs",
        authors=("Smith, Jane", "Nguyễn, Thị Ảnh"),
        published="2024-05-31",
        venue="Journal of Things",
        doi="10.1000/a_b",
        url="https://example.org/a_b%20c#d",
    )
    types = ["article", "inproceedings", "book", "phdthesis", "techreport", "dataset"]
    papers = [dataclasses.replace(known, type=type_) for type_ in types]
    papers += [
        dataclasses.replace(known, type="article", **lack)
        for lack in (
            {"venue": None},
            {"published": None},
            {"authors": ()},
            {"authors": (), "author_count": 24, "published": None},
            {"authors": (), "organization": "OpenBMB & Sons"},
            {"authors": (), "author_count": 1, "arxiv": "2401.00001", "doi": None, "url": None},
            {"authors": ("OpenAI (USA) [x]", "others", "a=b, {}c \\d")},
        )
    ]
    papers += [Paper(title=title, published="2024") for title in HOSTILE]
    # natbib's label holds the family names, and BibTeX cuts it after 250 characters.
    names = [text for text in HOSTILE if len(text) < 60]
    papers += [dataclasses.replace(known, authors=(name, f"{name}, {name}")) for name in names]
    return [dataclasses.replace(paper, key=f"k{i}") for i, paper in enumerate(papers)]


@pytest.mark.parametrize("style", ["plain", "abbrvnat", "alpha", "biber"])
@pytest.mark.parametrize("papers", [_of_the_table(), _mixed()], ids=["table", "mixed"])
def test_latex_prints_every_entry(papers: list[Paper], style: str, tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "secret.tex").write_text(r"\typeout{SECRET WAS READ}")
    outcome = compile_bibliography(folder, write_bibtex(papers).text, style)
    assert outcome.errors == []
    assert outcome.warnings == []
    assert "SECRET WAS READ" not in outcome.log
    assert not list(folder.glob("evil*"))


def test_the_toolchain_sees_what_goes_wrong(tmp_path: Path) -> None:
    for style in ("plain", "biber"):
        folder = tmp_path / style
        folder.mkdir()
        outcome = compile_bibliography(folder, r"@article{a, title = {\nonsense}}", style)
        assert outcome.errors
    outcome = compile_bibliography(tmp_path, "@article{a, title = {x}}", "plain")
    assert outcome.warnings
