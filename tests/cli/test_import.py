"""`readinglist import`: pages in, a report out."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from tests.conftest import Listed, PageMaker, rows

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.cli.conftest import CommandLine

COUNTS = ("added", "completed", "unchanged")


def test_a_page_comes_in_and_the_report_is_narration(cli: CommandLine, page: PageMaker) -> None:
    file = page("One", "Two")
    done = cli("import", str(file))
    assert done.out == ""
    assert done.err.splitlines() == [
        f"{cli.path} is a new library.",
        f"{file}: 2 added, 0 completed, 0 unchanged",
    ]
    assert rows(cli.path, "SELECT count(*) FROM paper") == [(2,)]
    assert cli("import", str(file)).err == f"{file}: 0 added, 0 completed, 2 unchanged\n"


def test_several_pages_have_a_sum(cli: CommandLine, page: PageMaker) -> None:
    one, two = (
        page("One", "Two", name="1.txt"),
        page(Listed("Two", authors=2, date="Dec 8, 2022"), name="2.txt"),
    )
    lines = cli("import", str(one), str(two)).err.splitlines()
    assert lines[-1] == "In all: 2 added, 1 completed, 0 unchanged"


def test_the_json_report_is_as_promised(cli: CommandLine, page: PageMaker, tmp_path: Path) -> None:
    good, bad = page("One", "Two"), tmp_path / "bad.txt"
    bad.write_text("Dear diary")
    done = cli("import", "--json", str(good), str(bad), code=1)
    problems = done.data["files"][1].pop("problems")
    assert done.data == done.data | {
        "added": 2, "completed": 0, "unchanged": 0,
        "files": done.data["files"],
    }  # fmt: skip
    assert list(done.data) == [*COUNTS, "files"]
    assert done.data["files"][0] == {
        "file": str(good), "format": "daily-papers", "entries": 2,
        "added": 2, "completed": 0, "unchanged": 0, "problems": [], "offers": [],
    }  # fmt: skip
    assert set(done.data["files"][1]) == {
        "file", "format", "entries", *COUNTS, "problems", "offers",
    }  # fmt: skip
    assert done.data["files"][1]["format"] is None
    assert len(problems) == 1
    assert problems[0].startswith(f"{bad}: It is no listing page.")


def test_one_bad_file_does_not_stop_the_others_and_the_code_says_so(
    cli: CommandLine, page: PageMaker, tmp_path: Path
) -> None:
    done = cli("import", str(tmp_path / "missing.txt"), str(page("One")), code=1)
    assert done.err.splitlines()[1].startswith(f"{tmp_path / 'missing.txt'}: It can't be read: No")
    assert "1 added" in done.err
    assert rows(cli.path, "SELECT count(*) FROM paper") == [(1,)]


def test_a_page_can_be_piped_in(cli: CommandLine, page: PageMaker) -> None:
    text = page(Listed("Piped", authors=2, date="Mar 3")).read_text()
    done = cli("import", "-", "--year", "2019", stdin=text)
    assert "-: Dates without a year were taken to be of 2019 (as --year says)." in done.err
    assert "-: 1 added" in done.err
    assert cli("show", "Piped2019", "--json").data["published"] == "2019-03-03"


def test_the_year_that_was_assumed_is_told(cli: CommandLine, page: PageMaker) -> None:
    file = page(Listed("Old", authors=2, date="Mar 3"))
    os.utime(file, (1_600_000_000, 1_600_000_000))
    assert "taken to be of 2020 (the page names no year; the file" in cli("import", str(file)).err


def test_a_format_is_recognised_or_said(cli: CommandLine, page: PageMaker, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('[{"title": "From JSON", "key": "fromjson"}]')
    done = cli("import", "--json", str(tmp_path / "p.json"))
    assert done.data["files"][0]["format"] == "json"
    assert "It is no JSON" in cli("import", "--format", "json", str(page("A")), code=1).err
    assert "Invalid value for '--format'" in cli("import", "--format", "x", "f", code=2).err


def test_a_year_must_be_one(cli: CommandLine, page: PageMaker) -> None:
    assert "--year" in cli("import", "--year", "22", str(page("A")), code=2).err
    assert "Missing argument" in cli("import", code=2).err


def test_while_git_is_at_work_papers_wait_and_that_is_said_once(
    cli: CommandLine, page: PageMaker
) -> None:
    cli("list")
    (cli.path.parent / ".git").mkdir()
    (cli.path.parent / ".git" / "index.lock").touch()
    done = cli("import", str(page("One")))
    assert done.err.count("git is at work") == 1
    assert rows(cli.path, "SELECT count(*) FROM paper") == [(0,)]
    (cli.path.parent / ".git" / "index.lock").unlink()
    assert "git" not in cli("list").err
    assert rows(cli.path, "SELECT count(*) FROM paper") == [(1,)]


def test_a_terminal_sees_progress(
    cli: CommandLine, page: PageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    two, one = page("One", "Two", name="a\x1bpage.txt"), page("Three", name="b.txt")
    shown = re.sub(r"\x1b\[\?25[hl]", "", cli("import", str(two), str(one)).err)
    steps = re.findall(r"([\w.]+) +\[[#-]*\] +(\d+)%", shown)
    assert steps == [("apage.txt", "50"), ("apage.txt", "100"), ("b.txt", "100")]


def test_the_program_reads_a_page_from_a_pipe(
    program: Callable[..., subprocess.CompletedProcess[str]], page: PageMaker, library_file: Path
) -> None:
    text = page("Ünïcode Everywhere").read_text()
    done = program("--library", str(library_file), "import", "-", stdin=text)
    assert (done.returncode, done.stdout) == (0, "")
    listed = program("list", READINGLIST_LIBRARY=str(library_file))
    assert listed.stdout == "[ ]     UnicodeEverywhere        Ünïcode Everywhere\n"
    assert listed.stderr == "1 paper\n"


def test_what_a_bib_file_says_otherwise_is_told_and_taken_with_update(
    cli: CommandLine, tmp_path: Path
) -> None:
    entries = [f"@misc{{k{n}, title={{Title {n}}}, year=2001}}\n" for n in range(12)]
    file = tmp_path / "refs.bib"
    file.write_text("".join(entries))
    cli("import", str(file))
    file.write_text("".join(entries).replace("2001", "2002"))

    lines = cli("import", str(file)).err.splitlines()
    assert lines[0] == f"{file}: k0: year is “2002” in the file, “2001” here."
    assert lines[10:] == [
        f"{file}: so do 2 more papers; --update takes what the file says.",
        f"{file}: 0 added, 0 completed, 12 unchanged",
    ]
    done = cli("import", "--update", str(file))
    assert done.err.splitlines() == [f"{file}: 0 added, 12 completed, 0 unchanged"]
    assert cli("import", str(file)).err == f"{file}: 0 added, 0 completed, 12 unchanged\n"
