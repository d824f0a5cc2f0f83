"""What we export, as real LaTeX prints it: no error, no warning, no file read."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from readinglist.domain.paper import Paper
from readinglist.formats.bibtex_writing import Context, Dialect, write_bibtex
from tests.end_to_end.latex_toolchain import compile_bibliography, missing_program
from tests.formats.test_latex import NAMES, TITLES

pytestmark = pytest.mark.skipif(
    bool(missing_program()), reason=f"{missing_program()} is not installed"
)

BIBLATEX = Context(Dialect.BIBLATEX)

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


@pytest.mark.parametrize("papers", [_of_the_table(), _mixed()], ids=["table", "mixed"])
def test_pdflatex_prints_the_dialect_of_biblatex(papers: list[Paper], tmp_path: Path) -> None:
    """All but letters that it has no glyphs for: they are left to XeLaTeX and LuaLaTeX."""
    beyond = {told.split(":")[0] for told in write_bibtex(papers).warnings}
    reached = [paper for paper in papers if paper.key not in beyond]
    assert len(papers) - 10 < len(reached) < len(papers) + (not beyond)
    outcome = compile_bibliography(tmp_path, write_bibtex(reached, BIBLATEX).text, "biber")
    assert (outcome.errors, outcome.warnings) == ([], [])


#: Pieces that make TeX do something, between any letters that there are.
_PIECES = st.one_of(
    st.text(max_size=8),
    st.text("\\{}$%&#_^~\"'`-<>|@ aO1", max_size=8),
    st.sampled_from((*HOSTILE, "\\emph{", "\\'", "$x$", "^^M", "\\begin{verse}", "``", "ﬁ", "ℝⁿ")),
)
_TITLES = st.lists(st.lists(_PIECES, max_size=5).map("".join), min_size=100, max_size=150)


@given(_TITLES, st.sampled_from(["abbrvnat", "alpha", "biber"]))
@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_any_text_as_a_title_is_printed(titles: list[str], style: str) -> None:
    """A batch at a time: the program's start costs more than its work.

    The style alpha has letters for 26 papers of one label: each is of a year of its own. And
    a name has to fit into the 500 characters of a string that BibTeX keeps per entry.
    """
    papers = [
        Paper(
            title, key=f"k{number}", authors=("Doe, Jo", title[:30]), published=str(1850 + number)
        )
        for number, title in enumerate(dict.fromkeys(["At Least One", *titles]))
        if title.strip()
    ]
    with TemporaryDirectory() as folder:
        outcome = compile_bibliography(Path(folder), write_bibtex(papers).text, style)
    assert (outcome.errors, outcome.warnings) == ([], [])


def test_the_toolchain_sees_what_goes_wrong(tmp_path: Path) -> None:
    for style in ("plain", "biber"):
        folder = tmp_path / style
        folder.mkdir()
        outcome = compile_bibliography(folder, r"@article{a, title = {\nonsense}}", style)
        assert outcome.errors
    outcome = compile_bibliography(tmp_path, "@article{a, title = {x}}", "plain")
    assert outcome.warnings
