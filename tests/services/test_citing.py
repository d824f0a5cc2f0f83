"""The bibliography of a document: exactly what it cites, and nothing of others touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from readinglist.errors import ReadingListError
from readinglist.services.citing import export_cited, read_citations
from readinglist.services.library import Library

LIBRARY = """@misc{one, title={One}, author={Doe, J}, year={2001}}
@misc{two, title={Two}, author={Roe, R}, year={2002}}
@misc{three, title={Three}, author={Poe, E}, year={2003}}
"""
FOREIGN = b"@misc{mine,\r\n  title = {Caf\xe9},\r\n}\r\n"


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    (tmp_path / "all.bib").write_text(LIBRARY)
    library.import_files([tmp_path / "all.bib"])
    return library


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A document that cites one and two, the second in a chapter."""
    folder = tmp_path / "paper"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "ch1.tex").write_text(r"\textcite{two} \input{parts/deeper}")
    (folder / "parts" / "deeper.tex").write_text(r"\cite{mine}")
    document = folder / "paper.tex"
    document.write_text(r"\cite{one} \include{parts/ch1} \bibliography{refs}")
    return document


def test_exactly_what_is_cited_is_written(filled: Library, paper: Path) -> None:
    (paper.parent / "refs.bib").write_bytes(FOREIGN)
    report = export_cited(filled, paper)
    written = (paper.parent / "refs.bib").read_bytes()
    assert written.startswith(FOREIGN)
    assert (report.written, report.foreign, report.unknown) == (("one", "two"), ("mine",), ())
    assert written.count(b"@misc{") == 3
    assert b"{three" not in written
    assert filled.paper("one").key_frozen
    assert not filled.paper("three").key_frozen


def test_an_input_whose_name_no_file_can_have_is_missing(paper: Path) -> None:
    paper.write_text("\\input{" + "a" * 300 + "} \\input{b\0c} \\cite{one}")
    found = read_citations(paper)
    assert (found.keys, found.missing_files) == (("one",), ("a" * 300 + ".tex",))


def test_a_file_that_is_current_is_not_written(filled: Library, paper: Path) -> None:
    target = export_cited(filled, paper).target
    before = target.stat()
    assert not export_cited(filled, paper).changed
    assert (target.stat().st_mtime_ns, target.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_what_is_cited_no_more_goes_and_the_rest_stays_to_the_byte(
    filled: Library, paper: Path
) -> None:
    target = paper.parent / "refs.bib"
    target.write_bytes(FOREIGN)
    export_cited(filled, paper)
    target.write_bytes(target.read_bytes() + b"\n@misc{after, title={A}}\n% the end")
    paper.write_text(r"\cite{three}\bibliography{refs}")
    export_cited(filled, paper)
    data = target.read_bytes()
    assert data.startswith(FOREIGN)
    assert data.endswith(b"\n@misc{after, title={A}}\n% the end")
    assert data.count(b"@misc{") == 3
    assert b"{three," in data


def test_keys_that_nobody_has_are_told_with_the_nearest(filled: Library, paper: Path) -> None:
    paper.write_text(r"\cite{thre,zzz}\bibliography{refs}")
    report = export_cited(filled, paper)
    assert report.unknown == (("thre", ("three",)), ("zzz", ()))


def test_an_earlier_key_exports_as_it_is_cited(filled: Library, paper: Path) -> None:
    filled.rekey([filled.paper("one").id])
    report = export_cited(filled, paper)
    assert report.aliases == (("one", "doe2001one"),)
    assert b"@misc{one," in report.target.read_bytes()


def test_nocite_of_everything_is_everything(filled: Library, paper: Path) -> None:
    paper.write_text(r"\nocite{*}\bibliography{refs}")
    assert export_cited(filled, paper).written == ("one", "two", "three")


def test_the_aux_file_does_as_well(filled: Library, paper: Path) -> None:
    paper.with_suffix(".aux").write_text("\\citation{two}\n\\bibdata{refs}")
    assert export_cited(filled, paper.with_suffix(".aux")).written == ("two",)


def test_the_file_that_is_there_says_the_dialect(filled: Library, paper: Path) -> None:
    (paper.parent / "refs.bib").write_text("@online{mine, date = {2004}}")
    filled.edit("one", {"title": "Größe"})
    export_cited(filled, paper)
    assert "Größe" in (paper.parent / "refs.bib").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r"\cite{one}", "names no .bib file"),
        (r"\cite{one}\bibliography{../../../../etc/passwd}", "is not below"),
        (r"\cite{one}\addbibresource{/etc/passwd}", "is not below"),
    ],
)
def test_a_document_can_not_choose_any_file(
    filled: Library, paper: Path, text: str, message: str
) -> None:
    paper.write_text(text)
    with pytest.raises(ReadingListError, match=message):
        export_cited(filled, paper)
    assert export_cited(filled, paper, paper.parent / "o.bib").written == ("one",)


def test_a_document_that_is_not_there(filled: Library, tmp_path: Path) -> None:
    with pytest.raises(ReadingListError, match=r"can't be read: No such file"):
        export_cited(filled, tmp_path / "no.tex")


def test_chapters_that_are_not_there_are_told_and_a_ring_of_them_ends(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(r"\input{b}\input{gone}\cite{x}")
    (tmp_path / "b.tex").write_text(r"\input{a}\cite{y}")
    citations = read_citations(tmp_path / "a.tex")
    assert (citations.keys, citations.missing_files) == (("x", "y"), ("gone.tex",))
