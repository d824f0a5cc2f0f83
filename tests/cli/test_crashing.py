"""A fault of the program on the command line: two sentences, a report, exit code 70."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from readinglist.cli.main import run
from readinglist.config import state_folder
from readinglist.errors import LibraryError
from readinglist.services.library import Library
from tests.conftest import PageMaker

FAULTY = """\
import os, sys
from pathlib import Path
from readinglist.services.library import Library
from readinglist.__main__ import main

mark = Library.mark

def fault(*arguments, **options):
    {fault}

Library.find = Library.mark = fault
sys.argv[0] = "readinglist"
main()
"""
DAMAGE = (
    "path = Path(os.environ['READINGLIST_LIBRARY']); path.write_bytes(path.read_bytes()[:5000])"
)

Faulty = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def faulty(library_file: Path, page: PageMaker) -> Faulty:
    """Run the program with a fault in it, on a library with a paper."""
    with Library.open(library_file) as library:
        library.import_files([page("Foxes")])

    def go(
        *arguments: str, fault: str = "raise ValueError('odd')", stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        library = {"READINGLIST_LIBRARY": str(library_file)}
        return subprocess.run(
            [sys.executable, "-c", FAULTY.format(fault=fault), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **library, **variables},
        )

    return go


def reports() -> list[Path]:
    return sorted((state_folder() / "crashes").glob("*"))


def test_a_fault_ends_in_two_sentences_and_a_report(faulty: Faulty) -> None:
    done = faulty("list", "--sort", "title", "--limit=3", "secret words")
    assert (done.returncode, done.stdout) == (70, "")
    (report,) = reports()
    assert done.stderr.splitlines() == [
        f"readinglist ended for a fault of its own (ValueError: odd). A report is in {report}.",
        "Your library is safe: it is sound, and has every edit.",
    ]
    text = report.read_text()
    assert "command   readinglist list --sort --limit\n" in text
    assert "library: sound" in text
    assert "secret" not in text


def test_a_traceback_is_shown_to_who_asks(faulty: Faulty) -> None:
    done = faulty("list", "words", fault="raise ValueError('\\x1b[2J')", READINGLIST_TRACEBACK="1")
    assert "Traceback (most recent call last)" in done.stderr
    assert "Your library is safe" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_hostile_text_is_harmless(faulty: Faulty) -> None:
    text = "\\x1b[2J\\x1b]0;owned\\x07 two\\nlines \\u202e" + "x" * 5000
    done = faulty("list", "words", fault=f"raise ValueError('{text}')")
    assert done.returncode == 70
    assert len(done.stderr.splitlines()) == 2
    assert done.stderr.replace("\n", "").isprintable()
    assert len(done.stderr) < 1000


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("[0] * (1 << 60)", "MemoryError"),
        ("fault()", "RecursionError: maximum recursion depth exceeded"),
        ("raise OSError(71, 'Protocol error')", "OSError"),
        ("raise BaseExceptionGroup('g', [ValueError()])", "ExceptionGroup"),
    ],
)
def test_all_kinds_of_faults_end_so(faulty: Faulty, fault: str, kind: str) -> None:
    done = faulty("list", "words", fault=fault)
    assert done.returncode == 70
    assert f"({kind}" in done.stderr
    assert "Your library is safe" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(reports()) == 1


def test_a_damaged_library_is_not_said_to_be_safe(faulty: Faulty, library_file: Path) -> None:
    done = faulty("mark", "Foxes", "--status", "read", fault=f"{DAMAGE}; raise ValueError('odd')")
    assert done.returncode == 70
    assert "is safe" not in done.stderr
    assert f"The library is not safe: {library_file} is cut off" in done.stderr
    assert f"readinglist salvage {library_file} -o NEW" in done.stderr
    (report,) = reports()
    assert "library: not sound" in report.read_text()


def test_an_edit_that_can_not_be_saved_hides_no_fault(faulty: Faulty, library_file: Path) -> None:
    fault = f"mark(*arguments, **options); {DAMAGE}; raise ValueError('odd')"
    done = faulty("mark", "Foxes", "--status", "read", fault=fault)
    assert done.returncode == 70
    save, *told = done.stderr.splitlines()
    assert save.startswith(f"{library_file} is cut off")
    assert "readinglist ended for a fault of its own (ValueError: odd)" in told[0]
    assert told[1].startswith("The library is not safe")
    (report,) = reports()
    assert "working copy: sound, some edits are still to be saved" in report.read_text()


def test_a_report_that_can_not_be_written_is_told(faulty: Faulty) -> None:
    (state_folder() / "crashes").write_text("no folder")
    done = faulty("list", "words")
    assert done.returncode == 70
    assert "No report of it could be written (File exists)" in done.stderr
    assert "Your library is safe" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_told(faulty: Faulty) -> None:
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, -1))"
    done = faulty("list", "words", fault=f"{full}; raise ValueError('odd')")
    assert done.returncode == 70
    assert "No report of it could be written (File too large)" in done.stderr
    assert "can't be told now: say readinglist check later" in done.stderr
    assert "is safe:" not in done.stderr
    assert [file for file in reports() if file.is_file()] == []


def test_a_fault_in_the_line_by_line_mode_ends_it(faulty: Faulty) -> None:
    done = faulty("--plain", stdin="show Foxes\nread Foxes\nshow Foxes\n")
    assert done.returncode == 70
    assert "Foxes" in done.stdout
    assert "readinglist ended for a fault of its own (ValueError: odd)" in done.stderr
    assert "Your library is safe" in done.stderr


def test_a_fault_of_the_merge_driver_says_nothing_of_another_library(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("readinglist.cli.syncing.textconv.callback", fail)
    assert run(["textconv", "some-file"]) == 70
    (line,) = capsys.readouterr().err.splitlines()
    assert "readinglist ended for a fault of its own (ValueError: odd)" in line


@pytest.mark.parametrize("command", ["check", "salvage"])
def test_a_fault_about_another_file_says_how_that_one_fares(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    library_file: Path,
    tmp_path: Path,
    command: str,
) -> None:
    Library.open(library_file).close()
    other = tmp_path / "other.db"
    other.write_bytes(library_file.read_bytes()[:5000])

    def fail(*arguments: object, **options: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(f"readinglist.cli.checking.{command}.callback", fail)
    options = ["-o", str(tmp_path / "new.db")] if command == "salvage" else []
    assert run(["--library", str(library_file), command, *options, str(other)]) == 70
    told = capsys.readouterr().err
    assert f"The library is not safe: {other} is cut off" in told
    assert str(library_file) not in told


def test_a_configuration_that_can_not_be_read_leaves_it_open(
    faulty: Faulty, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    fault = f"Path({str(broken)!r}).write_text('no: such: thing'); raise ValueError('odd')"
    broken.touch()
    done = faulty("--config", str(broken), "list", "words", fault=fault)
    assert done.returncode == 70
    assert "Whether the library is safe can't be told" in done.stderr


def test_a_fault_of_the_check_itself_is_no_second_crash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], library_file: Path
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise KeyError("once more")

    library_file.touch()
    monkeypatch.setattr("readinglist.services.checking.check_library", fail)
    monkeypatch.setattr("readinglist.services.library.Library.open", fail)
    assert run(["--library", str(library_file), "list"]) == 70
    assert "Whether the library is safe can't be told" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (LibraryError("It is not."), 1),
        (OSError(28, "No space left on device"), 1),
    ],
)
def test_what_was_foreseen_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, library_file: Path
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("readinglist.services.library.Library.open", fail)
    monkeypatch.setattr(os, "dup2", lambda *arguments: None)
    assert run(["--library", str(library_file), "list"]) == code
    assert reports() == []
