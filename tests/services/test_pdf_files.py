"""Each citation key has a file of its own, in one folder, on every file system."""

from __future__ import annotations

import os
import re
import subprocess
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.errors import ReadingListError
from readinglist.services.library import Library
from readinglist.services.pdf_files import PdfFiles, file_name
from tests.conftest import PageMaker

KEYS = st.text(max_size=300) | st.text(alphabet="abAB.:/\\_-~ é\u0301\0", max_size=12)


def put(files: PdfFiles, key: str) -> Path:
    file = files.place(key)
    file.write_bytes(b"%PDF-")
    return file


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("vaswani2017attention", r"vaswani2017attention\.pdf"),
        ("a.b_c+d-e", r"a\.b_c\+d-e\.pdf"),
        ("Vaswani2017", r"Vaswani2017~[a-z2-7]{16}\.pdf"),
        ("DBLP:conf/nips/X17", r"DBLP_conf_nips_X17~[a-z2-7]{16}\.pdf"),
        ("../../etc/passwd", r"etc_passwd~[a-z2-7]{16}\.pdf"),
        ("müller", r"m_ller~[a-z2-7]{16}\.pdf"),
        ("con", r"con~[a-z2-7]{16}\.pdf"),
        ("aux.1", r"aux_1~[a-z2-7]{16}\.pdf"),
        ("", r"paper~[a-z2-7]{16}\.pdf"),
        ("王", r"paper~[a-z2-7]{16}\.pdf"),
        ("x" * 200, rf"{'x' * 60}~[a-z2-7]{{16}}\.pdf"),
    ],
)
def test_the_name_is_that_of_the_key_as_far_as_disks_take_it(key: str, name: str) -> None:
    assert re.fullmatch(name, file_name(key))


@given(KEYS)
def test_any_key_makes_a_name_that_every_file_system_takes(key: str) -> None:
    name = file_name(key)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+~-]*\.pdf", name)
    assert len(name) <= 104
    assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)", name.partition(".")[0].lower())


@given(KEYS, KEYS)
def test_two_keys_never_share_a_file(one: str, other: str) -> None:
    """Not where upper and lower case, or two ways to write an accent, are the same."""
    for variant in (other, one.upper(), one.lower(), unicodedata.normalize("NFD", one)):
        if variant != one:
            assert file_name(one).lower() != file_name(variant).lower()


def test_the_folder_is_made_when_it_is_needed_and_git_never_tracks_it(tmp_path: Path) -> None:
    files = PdfFiles(tmp_path / "library.db")
    assert files.find(["foxes"]) is None
    assert not files.folder.exists()
    put(files, "foxes")
    assert (tmp_path / "pdfs" / ".gitignore").read_text() == "*\n"
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == ""


def test_what_a_killed_program_left_is_tidied_up(tmp_path: Path) -> None:
    """But not what another one is just writing, nor a PDF."""
    files = PdfFiles(tmp_path / "library.db")
    old = put(files, "foxes")
    for name, age in ((".old.part", 4000), (".new.part", 100)):
        (files.folder / name).touch()
        os.utime(files.folder / name, (time.time() - age,) * 2)
    os.utime(old, (0, 0))
    files.place("herons")
    assert {file.name for file in files.folder.iterdir()} == {
        ".gitignore", ".new.part", "foxes.pdf",
    }  # fmt: skip


def test_a_gitignore_of_the_users_own_stays(tmp_path: Path) -> None:
    (tmp_path / "pdfs").mkdir()
    ignore = tmp_path / "pdfs" / ".gitignore"
    ignore.write_text("*.part\n")
    put(PdfFiles(tmp_path / "library.db"), "foxes")
    assert ignore.read_text() == "*.part\n"


def test_what_is_no_folder_is_not_written(tmp_path: Path) -> None:
    """A link may have come by git."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    files = PdfFiles(tmp_path / "library.db")
    files.folder.symlink_to(elsewhere)
    with pytest.raises(ReadingListError, match="is no folder"):
        files.place("foxes")
    files.folder.unlink()
    files.folder.write_text("a file")
    with pytest.raises(ReadingListError, match="is no folder"):
        files.place("foxes")
    assert list(elsewhere.iterdir()) == []


def test_a_gitignore_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    files = PdfFiles(tmp_path / "library.db")
    files.folder.mkdir()
    (files.folder / ".gitignore").symlink_to(tmp_path / "made by us")
    files.place("foxes")
    assert not (tmp_path / "made by us").exists()


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReadingListError, match=r"can't be written: No such file"):
        PdfFiles(tmp_path / "gone" / "library.db").place("foxes")


@given(st.text(max_size=20))
def test_nothing_but_a_file_is_found(key: str) -> None:
    assert PdfFiles(Path("/nowhere/library.db")).find([key]) is None


def test_a_renamed_paper_keeps_its_pdf(library: Library, page: PageMaker) -> None:
    library.import_files([page("Foxes of Kent")])
    (paper,) = library.papers(library.find().ids)
    assert library.pdf_of(paper) is None
    file = put(PdfFiles(library.path), paper.key)
    for key in ("second", "third", "Third"):
        library.edit(paper.key, {"key": key})
        paper = library.paper(key)
        assert library.pdf_of(paper) == file
    newer = put(PdfFiles(library.path), "Third")
    assert library.pdf_of(paper) == newer
    library.undo()
    assert library.pdf_of(library.papers([paper.id])[0]) in (file, newer)


def test_what_is_a_folder_is_no_pdf(library: Library, page: PageMaker) -> None:
    library.import_files([page("Foxes of Kent")])
    (paper,) = library.papers(library.find().ids)
    PdfFiles(library.path).place(paper.key).mkdir()
    assert library.pdf_of(paper) is None


def test_a_merged_paper_has_the_pdf_of_either(library: Library, page: PageMaker) -> None:
    library.import_files([page("Foxes of Kent", "Foxes of Essex")])
    keep, drop = library.papers(library.find().ids)
    file = put(PdfFiles(library.path), drop.key)
    library.merge_papers(keep.id, drop.id)
    assert library.pdf_of(library.paper(keep.key)) == file
