"""A whole library, exported and typeset: no error and no warning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from readinglist.services.demo import fill_with_sample
from readinglist.services.library import Library
from tests.end_to_end.latex_toolchain import compile_bibliography, missing_program

pytestmark = pytest.mark.skipif(
    missing_program() is not None, reason=f"{missing_program()} is not installed"
)


STYLES = pytest.mark.parametrize(
    ("style", "dialect"),
    [
        ("plain", "bibtex"),
        ("abbrvnat", "bibtex"),
        ("alpha", "bibtex"),
        ("biber", "bibtex"),
        ("biber", "biblatex"),
    ],
)


@STYLES
def test_the_sample_library(library: Library, tmp_path: Path, style: str, dialect: str) -> None:
    """Each entry of the sample compiles in each style."""
    fill_with_sample(library)
    outcome = compile_bibliography(tmp_path, library.export(format=dialect).text, style)
    assert (outcome.errors, outcome.warnings) == ([], [])


@STYLES
def test_the_real_pages(
    library: Library, listings: Path, tmp_path: Path, style: str, dialect: str
) -> None:
    """All 376 papers of the five pages compile, most without an author or a date."""
    library.import_files(sorted(listings.glob("*.txt")))
    papers = library.papers(library.find().ids)
    if dialect == "biblatex":  # pdflatex has no llama among its letters
        beyond = {told.split(":")[0] for told in library.render(papers, "bibtex").warnings}
        papers = [paper for paper in papers if paper.key not in beyond]
    text = library.render(papers, dialect).text
    assert len(re.findall(r"^@(?:misc|online)\{", text, re.MULTILINE)) == len(papers) > 370
    outcome = compile_bibliography(tmp_path, text, style)
    assert (outcome.errors, outcome.warnings) == ([], [])
