"""Fetching the PDFs of papers: each once, under its key, and one that fails stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from readinglist.config import Config
from readinglist.domain.paper import Paper
from readinglist.errors import LibraryError, SourceError, StoppedError
from readinglist.online.download import ARXIV_PDF, OPENALEX, PdfDownloads
from readinglist.services.fetching import Fetched, fetch_pdfs, pdf_downloads, summary
from readinglist.services.library import Library
from tests.conftest import add_by_hand

TITLES = ["Foxes of Kent", "Herons of Essex", "Otters of Devon"]


class Fake(PdfDownloads):
    """Has a PDF of each paper, but for some."""

    def __init__(self, **errors: Exception) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._errors = errors

    def fetch(self, paper: Paper, target: Path) -> None:
        self.asked.append(paper.key)
        if paper.key in self._errors:
            raise self._errors[paper.key]
        target.write_bytes(b"%PDF-" + paper.key.encode())


@pytest.fixture
def papers(library: Library, tmp_path: Path) -> list[int]:
    ids = add_by_hand(library, TITLES, tmp_path)
    for id_, key in zip(ids, ("foxes", "herons", "otters"), strict=True):
        library.edit(library.papers([id_])[0].key, {"key": key})
    return ids


def test_each_is_fetched_once(library: Library, papers: list[int]) -> None:
    fake, begun = Fake(), list[str]()
    first = list(fetch_pdfs(library, [papers[0]], fake))
    second = list(
        fetch_pdfs(library, [*papers, papers[1]], fake, lambda paper: begun.append(paper.key))
    )
    assert fake.asked == ["foxes", "herons", "otters"]
    assert begun == ["herons", "otters"]
    assert [one.is_new for one in (*first, *second)] == [True, False, True, True]
    files = [one.file for one in second]
    assert files == [library.path.parent / "pdfs" / f"{key}.pdf" for key in fake.asked]
    assert [file.read_bytes() for file in files if file] == [
        b"%PDF-" + k.encode() for k in fake.asked
    ]


def test_one_that_fails_stops_no_other(library: Library, papers: list[int]) -> None:
    fake = Fake(foxes=SourceError("No."), herons=LibraryError("Full."))
    done = list(fetch_pdfs(library, papers, fake))
    assert [str(one.error) for one in done] == ["No.", "Full.", "None"]
    assert [one.paper.key for one in done] == ["foxes", "herons", "otters"]


def test_who_stops_gets_no_more(library: Library, papers: list[int]) -> None:
    fake = Fake(herons=StoppedError("Stopped."))
    with pytest.raises(StoppedError):
        list(fetch_pdfs(library, papers, fake))
    assert fake.asked == ["foxes", "herons"]


def test_the_key_of_a_stored_pdf_stays(library: Library, tmp_path: Path) -> None:
    """Else an import may give the key, and so the file, to another paper."""
    kent, essex = add_by_hand(library, TITLES[:2], tmp_path)
    key = library.papers([kent])[0].key
    list(fetch_pdfs(library, [kent], Fake()))
    bib = tmp_path / "other.bib"
    bib.write_text(f"@misc{{{key}, title = {{Foxes of Wales}}, author = {{Fox, F}}, year = 1999}}")
    library.import_files([bib])
    assert library.paper(key).id == kent
    assert library.paper(key).key_frozen
    assert not library.papers([essex])[0].key_frozen


def test_the_usual_places_are_asked_by_name() -> None:
    downloads = pdf_downloads(Config())
    assert (downloads._arxiv, downloads._openalex) == (ARXIV_PDF, OPENALEX)
    assert downloads._agent.startswith("readinglist/")
    downloads.close()


def test_a_line_sums_up() -> None:
    paper, file = Paper("F", key="foxes"), Path("/l/pdfs/foxes.pdf")
    new, there = Fetched(paper, file, is_new=True), Fetched(paper, file)
    bad = Fetched(paper, error=SourceError("There is none.", "Draw one."))
    assert summary([]) == ""
    assert summary([new]) == "pdfs/foxes.pdf is there."
    assert summary([there]) == "pdfs/foxes.pdf is there already."
    assert summary([bad]) == "foxes: There is none. Draw one."
    assert summary([new, new]) == "2 PDFs fetched."
    assert summary([new, there, there]) == "1 PDF fetched, 2 there already."
    assert summary([new, bad]) == "1 PDF fetched, 1 not to be had. foxes: There is none. Draw one."
    assert summary([bad, bad]) == "2 not to be had. foxes: There is none. Draw one."
