"""A whole library, exported and typeset: no error and no warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from readinglist.services.demo import fill_with_sample
from readinglist.services.library import Library
from tests.end_to_end.latex_toolchain import compile_bibliography, missing_program

pytestmark = pytest.mark.skipif(
    missing_program() is not None, reason=f"{missing_program()} is not installed"
)


@pytest.mark.parametrize("style", ["plain", "abbrvnat", "alpha", "biber"])
def test_the_sample_library(library: Library, tmp_path: Path, style: str) -> None:
    """Each entry of the sample compiles in each style."""
    fill_with_sample(library)
    outcome = compile_bibliography(tmp_path, library.export().text, style)
    assert (outcome.errors, outcome.warnings) == ([], [])


@pytest.mark.parametrize("style", ["plain", "abbrvnat", "biber"])
def test_the_real_pages(library: Library, listings: Path, tmp_path: Path, style: str) -> None:
    """All 376 papers of the five pages compile, most without an author or a date."""
    library.import_files(sorted(listings.glob("*.txt")))
    text = library.export().text
    assert text.count("\n@misc{") == library.count() == 376
    outcome = compile_bibliography(tmp_path, text, style)
    assert (outcome.errors, outcome.warnings) == ([], [])
