"""What an export may write over, and what it may not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from readinglist.errors import ReadingListError
from readinglist.services.citing import export_cited

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.services.library import Library


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    file = tmp_path / "in.bib"
    file.write_text("@misc{mine, title={On Lists}}")
    library.import_files([file])
    library.save()
    return library


@pytest.mark.parametrize("name", ["refs.BIB", "refs.bibtex"])
def test_a_bibliography_of_any_name_keeps_what_the_library_lacks(
    filled: Library, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    target.write_text("% mine\n@misc{theirs, title={y}}")
    with pytest.raises(ReadingListError, match="that the library doesn't have: theirs"):
        filled.export(path=target)


@pytest.mark.parametrize("for_document", [False, True])
@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("paper.tex", "\\documentclass{article}", "no bibliography"),
        ("notes.txt", "Dear diary", "no bibliography"),
        ("other.bib", "SQLite format 3\0", "no bibliography"),
    ],
)
def test_what_is_no_bibliography_stays(
    filled: Library, tmp_path: Path, name: str, text: str, reason: str, for_document: bool
) -> None:
    target, document = tmp_path / name, tmp_path / "doc.tex"
    target.write_text(text)
    document.write_text(r"\cite{mine}")
    export = partial(export_cited, filled, document, target)
    with pytest.raises(ReadingListError, match=reason):
        (export if for_document else partial(filled.export, path=target))()
    assert target.read_text() == text


def test_the_library_is_never_written_over(filled: Library) -> None:
    before = filled.path.read_bytes()
    with pytest.raises(ReadingListError, match="is the library itself"):
        filled.export(path=filled.path, replace_all=True)
    assert filled.path.read_bytes() == before


def test_a_write_protected_file_stays(filled: Library, tmp_path: Path) -> None:
    target = tmp_path / "refs.bib"
    target.write_text("@misc{mine, title={x}}")
    target.chmod(0o444)
    with pytest.raises(ReadingListError, match="write-protected"):
        filled.export(path=target)


def test_entries_that_the_library_lacks_are_replaced_only_when_it_is_said(
    filled: Library, tmp_path: Path
) -> None:
    target = tmp_path / "refs.bib"
    target.write_text("@misc{mine, title={x}}\n@misc{theirs, title={y}}")
    with pytest.raises(ReadingListError, match="has 1 entry that the library doesn't have: theirs"):
        filled.export(path=target)
    assert "theirs" in target.read_text()
    filled.export(path=target, replace_all=True)
    assert "theirs" not in target.read_text()
    filled.export(path=target)


def test_an_entry_without_an_end_is_replaced_only_when_it_is_said(
    filled: Library, tmp_path: Path
) -> None:
    target = tmp_path / "refs.bib"
    target.write_text("@misc{mine, title={x}}\n\n@misc{theirs, title={y}, year=2020\n")
    with pytest.raises(ReadingListError, match=r"refs\.bib:3: the braces of an entry don't"):
        filled.export(path=target)
    assert "theirs" in target.read_text()
    filled.export(path=target, replace_all=True)
    assert "theirs" not in target.read_text()


def test_a_parent_that_got_another_key_goes_along_once(filled: Library, tmp_path: Path) -> None:
    file = tmp_path / "proc.bib"
    file.write_text(
        "@inproceedings{child, title={A}, author={Doe, J}, crossref={procx}}\n"
        "@proceedings{procx, title={Proceedings of Lists}, year=2003}\n"
        "@misc{lost, title={Z}, crossref={nowhere}}"
    )
    filled.import_files([file])
    filled.edit("procx", {"key": "newkey"})
    exported = filled.export()
    assert exported.text.count("Proceedings of Lists") == 1
    assert "crossref = {newkey}" in exported.text
    assert exported.warnings == ("lost: its crossref nowhere isn't in the library.",)
    assert "@proceedings{procx," in filled.export(keys=["child"]).text


def test_the_file_of_a_document_must_have_closed_entries(filled: Library, tmp_path: Path) -> None:
    document, target = tmp_path / "doc.tex", tmp_path / "refs.bib"
    document.write_text(r"\cite{mine}\bibliography{refs}")
    target.write_text("\n@article{open, title={M},\n")
    with pytest.raises(ReadingListError, match=r"refs\.bib:2: the braces .* Mend it first"):
        export_cited(filled, document)
    assert "mine" not in target.read_text()


def test_a_key_in_other_capitals_is_not_written_a_second_time(
    filled: Library, tmp_path: Path
) -> None:
    document, target = tmp_path / "doc.tex", tmp_path / "doc.bib"
    document.write_text(r"\cite{mine}\bibliography{\jobname}")
    target.write_text("@misc{MINE, title={M}}\n")
    report = export_cited(filled, document)
    assert report.warnings == ("mine is MINE in the file: BibTeX wants the same capitals in both.",)
    assert target.read_text() == "@misc{MINE, title={M}}\n"


def test_of_several_files_ours_is_taken_again(filled: Library, tmp_path: Path) -> None:
    document = tmp_path / "doc.tex"
    document.write_text(r"\cite{mine}\bibliography{theirs,refs}")
    export_cited(filled, document, tmp_path / "refs.bib")
    assert export_cited(filled, document).target == tmp_path / "refs.bib"
    assert not (tmp_path / "theirs.bib").exists()


def test_a_document_may_be_answered_without_a_file(filled: Library, tmp_path: Path) -> None:
    document = tmp_path / "doc.tex"
    document.write_text(r"\cite{mine}\verb|\cite{a}|\lstinline!\cite{b}!\iffalse\cite{c}\fi")
    report = export_cited(filled, document, write=False)
    assert report.text.startswith("@misc{mine,")
    assert not report.unknown
