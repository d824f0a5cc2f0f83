"""Files that others may have made: no import waits for them, and no export follows them away."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from readinglist.errors import LibraryError, ReadingListError
from readinglist.services import foreign_files
from readinglist.services.citing import export_cited, read_citations
from readinglist.services.exporting import check_target
from readinglist.services.foreign_files import leads_out, read_file
from readinglist.services.library import Library
from readinglist.services.merge_driver import merge_files
from readinglist.services.plot_file import write_plots
from readinglist.services.version_text import version_lines
from tests.conftest import PageMaker, by_sql

Make = Callable[[Path], object]
needs_devices = pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone, beside a folder of the user's."""
    folder = tmp_path / "clone"
    (folder / ".git").mkdir(parents=True)
    (folder / "paper").mkdir()
    (tmp_path / "private").mkdir()
    return folder


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    file = tmp_path / "in.bib"
    file.write_text("@misc{mine, title={On Lists}}")
    library.import_files([file])
    library.save()
    return library


# --- reading


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 * 2**30)


@needs_devices
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (os.mkfifo, "it is a pipe and no file"),
        (lambda path: path.symlink_to("/dev/zero"), "it is a device and no file"),
        (lambda path: path.symlink_to("/dev/tty"), "it is a device and no file|No such device"),
        (sparse, "it has more than 512 MiB"),
        (Path.mkdir, "Is a directory"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (lambda path: path.symlink_to("nowhere"), "No such file"),
    ],
)
def test_an_import_says_what_it_can_not_read_and_goes_on(
    library: Library, tmp_path: Path, page: PageMaker, make: Make, says: str
) -> None:
    """It waits for nothing, and the other files come in."""
    odd = tmp_path / "odd.bib"
    make(odd)
    report = library.import_files([odd, page("Attention")])
    (problem,) = report.files[0].problems
    assert problem.startswith(f"{odd}: It can't be read: ")
    assert any(word in problem for word in says.split("|")), problem
    assert report.added == 1


def test_what_the_shell_opens_is_read(tmp_path: Path, library_file: Path) -> None:
    """`import <(command)` gives a pipe that somebody writes to."""
    done = run(
        [
            *("bash", "-c", '"$@" <(echo "@misc{a, title={On Pipes}}")', "-"),
            *(sys.executable, "-m", "readinglist", "--library", str(library_file), "import"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "1 added" in done.stderr, done.stderr


def test_a_stream_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with open("/dev/zero", "rb") as zeros, pytest.raises(OSError, match="more than 8 MiB"):
        foreign_files.read_stream(zeros, 8 * 2**20)
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_file(file, 5) == b"12345"
    with pytest.raises(OSError, match="it has more than"):
        read_file(file, 4)


@needs_devices
@pytest.mark.parametrize(
    "text",
    [
        r"\input{/dev/zero}",
        r"\input{pipe}",
        r"\include{pipe}",
        r"\import{/dev/}{zero}",
        r"\input{endless}",
        r"\input{" + "a" * 300 + "}",
        "\\input{nu\0l}",
    ],
)
def test_a_document_makes_nobody_wait(filled: Library, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "paper"
    folder.mkdir()
    os.mkfifo(folder / "pipe.tex")
    os.mkfifo(folder / "pipe")
    (folder / "endless.tex").symlink_to("/dev/zero")
    document = folder / "paper.tex"
    document.write_text(rf"\cite{{mine}}{text}\bibliography{{refs}}")
    report = export_cited(filled, document)
    assert report.written == ("mine",)
    assert len(report.citations.missing_files) == (0 if "\0" in text else 1)


@needs_devices
@pytest.mark.parametrize("name", ["/dev/zero", "pipe.bib", "../../pipe.bib"])
def test_a_bibliography_that_is_no_file_makes_nobody_wait(
    filled: Library, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe.bib")
    document = folder / "paper.tex"
    document.write_text(rf"\cite{{mine}}\addbibresource{{refs.bib}}\addbibresource{{{name}}}")
    assert export_cited(filled, document).target == folder / "refs.bib"


@needs_devices
def test_a_document_that_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "paper.tex")
    with pytest.raises(ReadingListError, match=r"paper\.tex can't be read: it is a pipe"):
        read_citations(tmp_path / "paper.tex")
    with pytest.raises(ReadingListError, match="can't be read: it is a device"):
        read_citations(Path("/dev/zero"))


def test_all_files_of_a_document_together_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file can name itself in as many ways as one likes."""
    monkeypatch.setattr("readinglist.services.citing._MOST_BYTES", 5000)
    (tmp_path / "x").mkdir()
    names = "".join(rf"\input{{x/{'../x/' * n}../paper}}" for n in range(40))
    (tmp_path / "paper.tex").write_text(names + r"\cite{a}" + " " * 100)
    citations = read_citations(tmp_path / "paper.tex")
    assert citations.keys == ("a",)
    assert len(citations.files) == 1
    assert len(citations.missing_files) == 40


# --- links that lead away


def test_a_path_without_links_leads_nowhere_else(repository: Path) -> None:
    for path in (repository / "refs.bib", repository / "paper" / ".." / "x" / "refs.bib"):
        assert leads_out(path) is None


def test_a_file_of_a_clone_is_no_link_out_of_it(repository: Path, tmp_path: Path) -> None:
    """Within the clone it may be one."""
    link = repository / "paper" / "refs.bib"
    link.symlink_to("../shared/refs.bib")
    assert leads_out(link) is None
    link.unlink()
    link.symlink_to("../../private/keys")
    out = leads_out(link)
    assert out
    assert str(out) == (
        f"{link} is a link out of {repository}, to {tmp_path / 'private' / 'keys'}."
    )


def test_a_folder_of_a_clone_is_no_link_out_of_it(repository: Path, tmp_path: Path) -> None:
    (repository / "figures").symlink_to(tmp_path / "private")
    assert leads_out(repository / "figures" / "refs.bib")
    assert leads_out(repository / "paper" / ".." / "figures" / "a" / "b.svg")
    (repository / "figures").unlink()
    (repository / "figures").symlink_to("paper")
    assert leads_out(repository / "figures" / "refs.bib") is None


def test_links_in_a_row_are_looked_at_each(repository: Path, tmp_path: Path) -> None:
    """A folder of the user's may lead into a clone, where another link leads on."""
    (tmp_path / "papers").symlink_to(repository / "paper")
    assert leads_out(tmp_path / "papers" / "refs.bib") is None
    (repository / "paper" / "more").symlink_to(tmp_path / "private")
    assert leads_out(tmp_path / "papers" / "more" / "refs.bib")
    (tmp_path / "deeper").symlink_to(repository / "paper" / "more")
    assert leads_out(tmp_path / "deeper" / "refs.bib")


def test_elsewhere_folders_are_the_users_own_and_a_file_is_no_link_out_of_its_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    (tmp_path / "papers").symlink_to("disk")
    assert leads_out(tmp_path / "papers" / "refs.bib") is None
    link = tmp_path / "disk" / "refs.bib"
    link.symlink_to("deep/refs.bib")
    assert leads_out(tmp_path / "papers" / "refs.bib") is None
    link.unlink()
    link.symlink_to(tmp_path / "other.bib")
    assert leads_out(tmp_path / "papers" / "refs.bib")


def test_links_of_the_system_and_rings_lead_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    for path in (tmp_path / "ring", Path("/dev/stdout"), Path("/dev/fd/1"), Path("/")):
        assert leads_out(path) is None


def test_relative_paths_are_of_the_folder_one_is_in(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "refs.bib").symlink_to("../private/refs.bib")
    monkeypatch.chdir(repository / "paper")
    assert leads_out(Path("../refs.bib"))
    assert leads_out(Path("refs.bib")) is None


# --- writing


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("way", ["export", "for", "for -o", "plot", "folder"])
def test_nothing_is_written_through_a_link_out_of_a_clone(
    filled: Library, repository: Path, tmp_path: Path, way: str, is_there: bool
) -> None:
    """It names where the link leads; who means that file names it."""
    prize = tmp_path / "private" / "refs.bib"
    before = "@misc{theirs, title={Another}}\n" if is_there else None
    if before:
        prize.write_text(before)
    if way == "folder":
        (repository / "sub").symlink_to(tmp_path / "private")
    else:
        (repository / "refs.bib").symlink_to("../private/refs.bib")
    link = repository / ("sub/refs.bib" if way == "folder" else "refs.bib")
    document = repository / "paper.tex"
    document.write_text(r"\cite{mine}\bibliography{refs}")
    deeds: dict[str, Callable[[Path], object]] = {
        "export": lambda path: filled.export(path=path, replace_all=True),
        "folder": lambda path: filled.export(path=path, replace_all=True),
        "for": lambda path: export_cited(filled, document),
        "for -o": lambda path: export_cited(filled, document, path),
        "plot": lambda path: write_plots(filled.statistics(), None, path, filled.path),
    }
    with pytest.raises(ReadingListError) as caught:
        deeds[way](link)
    assert f"is a link out of {repository}, to {prize.parent}" in str(caught.value)
    assert f"If it is meant, name {prize} itself." in str(caught.value)
    assert (prize.read_text() if prize.exists() else None) == before
    if way not in ("for", "plot"):
        deeds[way](prize)
        assert "On Lists" in prize.read_text()


def test_a_link_within_a_clone_is_followed_and_stays(filled: Library, repository: Path) -> None:
    (repository / "refs.bib").symlink_to("paper/shared.bib")
    filled.export(path=repository / "refs.bib")
    assert (repository / "refs.bib").is_symlink()
    assert "On Lists" in (repository / "paper" / "shared.bib").read_text()


def test_a_document_names_files_of_its_repository_alone(
    filled: Library, repository: Path, tmp_path: Path
) -> None:
    """Outside of one, of its folder."""
    document = repository / "paper" / "paper.tex"
    document.write_text(r"\cite{mine}\bibliography{../refs}")
    assert export_cited(filled, document).target.resolve() == repository / "refs.bib"
    document.write_text(r"\cite{mine}\bibliography{../../private/refs}")
    with pytest.raises(ReadingListError, match=f"which is not below {repository}"):
        export_cited(filled, document)
    (repository / ".git").rmdir()
    document.write_text(r"\cite{mine}\bibliography{../refs}")
    with pytest.raises(ReadingListError) as caught:
        export_cited(filled, document)
    assert str(caught.value).endswith(
        f"which is not below {document.parent}. If that is meant, say it: "
        f"-o {document.parent}/../refs.bib."
    )
    export_cited(filled, document, document.parent / "../refs.bib")


def test_a_pipe_of_the_shell_is_written_to(filled: Library, tmp_path: Path) -> None:
    check_target(Path("/dev/stdout"), filled.path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    filled.export(path=pipe)
    assert b"On Lists" in os.read(reader, 10_000)
    os.close(reader)


# --- values that are nested without an end


@pytest.mark.parametrize("column", ["authors", "links", "entries"])
def test_a_library_with_a_value_nested_without_an_end_is_refused(
    filled: Library, tmp_path: Path, column: str
) -> None:
    """As any that could be no value of ours, by the app and by a merge; its text can be shown."""
    deep = tmp_path / "deep.db"
    shutil.copy(filled.path, deep)
    by_sql(deep, f"UPDATE paper SET {column} = '[\"x\",{'[' * 100_000}{']' * 100_000}]'")
    with pytest.raises(LibraryError, match=rf"value that can't be the {column[:4]}"):
        Library.open(deep, state=tmp_path / "another machine")
    with pytest.raises(LibraryError, match=rf"value that can't be the {column[:4]}"):
        merge_files(filled.path, filled.path, deep)
    assert any("[[[[" in line for line in version_lines(deep))


def test_a_source_that_another_program_wrote_hinders_no_export(
    filled: Library, tmp_path: Path
) -> None:
    deep = tmp_path / "deep.db"
    shutil.copy(filled.path, deep)
    for definitions in ("[" * 100_000, '{"preambles": 1}', "[]", "1", "{"):
        by_sql(deep, f"UPDATE source SET definitions = '{definitions}'")
        with Library.open(deep, state=tmp_path / "another machine") as library:
            library.take_in()
            assert "On Lists" in library.export().text
