"""The door: help, version, errors, completion."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
import pytest

import readinglist
from readinglist.__main__ import main
from readinglist.cli.main import cli as group
from readinglist.cli.main import run
from readinglist.domain.fields import EDITABLE
from readinglist.services.exporting import EXPORT_FORMATS
from readinglist.services.finding import SORT_NAMES
from readinglist.services.importing import IMPORT_FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine
    from tests.conftest import PageMaker

Program = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = [
    "import", "list", "show", "mark", "note", "edit", "delete", "undo", "redo", "history",
    "restore", "export", "check", "salvage", "config", "demo",
]  # fmt: skip


def test_all_promised_commands_are_there_in_order(cli: CommandLine) -> None:
    out = cli("--help").out
    assert [name for name in re.findall(r"^  (\w+) ", out, re.MULTILINE) if name in COMMANDS] == (
        COMMANDS
    )
    assert "Exit codes: 0 done; 1 not done" in " ".join(out.split())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_each_help_has_an_example_and_fits_the_screen(cli: CommandLine, command: str) -> None:
    out = cli(*filter(None, [command]), "-h").out
    assert re.search(rf"Example: readinglist {command}".rstrip(), out)
    assert max(map(len, out.splitlines())) <= 100
    assert not cli.path.exists()


def test_help_names_what_there_is(cli: CommandLine) -> None:
    """The command line writes some lists out, so as not to load what knows them."""
    texts = {name: " ".join(cli(name, "-h").out.split()) for name in ("import", "export", "list")}
    assert f"[{'|'.join(IMPORT_FORMATS)}]" in texts["import"]
    assert f"[{'|'.join(EXPORT_FORMATS)}]" in texts["export"]
    assert all(name in texts["list"] for name in SORT_NAMES)
    edit = cli("edit", "-h").out
    assert all(re.search(rf"\b{field}\b", edit) for field in EDITABLE)


def test_the_version_is_that_of_the_package(cli: CommandLine) -> None:
    assert cli("--version").out == f"readinglist, version {readinglist.__version__}\n"


def test_the_door_ends_with_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, library_file: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["readinglist", "--library", str(library_file), "show", "x"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1


def test_stopping_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("readinglist.services.library.Library.open", stop)
    assert run(["list"]) == 130
    assert capsys.readouterr().err.strip() == "Stopped."


def test_a_new_library_is_announced_once_it_is_there(cli: CommandLine) -> None:
    cli.path.parent.joinpath("file").touch()
    assert "new library" not in cli("--library", f"{cli.path.parent}/file/x.db", "list", code=1).err
    assert cli("list").err == f"{cli.path} is a new library.\n0 papers\n"
    assert cli("list").err == "0 papers\n"


def test_wrong_usage_is_code_2(cli: CommandLine) -> None:
    assert "No such option" in cli("list", "--colour", code=2).err
    assert "No such command 'lst'" in cli("lst", code=2).err


@pytest.mark.parametrize("option", ["--library", "--config"])
def test_an_empty_variable_names_no_file(cli: CommandLine, option: str) -> None:
    assert f"{option} needs the name of a file." in cli(option, "", "list", code=2).err


def test_a_reader_that_has_had_enough_is_no_error_message(
    library_file: Path, page: PageMaker, program: Program
) -> None:
    titles = [f"Paper number {n} {'very ' * 50}long" for n in range(400)]
    program("--library", str(library_file), "import", str(page(*titles)))
    process = subprocess.Popen(
        [sys.executable, "-m", "readinglist", "--library", str(library_file), "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert b"Traceback" not in errors
    assert b"Broken" not in errors


def test_errors_of_the_program_are_one_line(program: Program, library_file: Path) -> None:
    library_file.write_bytes(b"x" * 200)
    done = program("--library", str(library_file), "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_is_gone_is_no_fault_of_the_program(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    result = program("--library", "x.db", "list")
    assert result.returncode == 1
    assert result.stderr == "readinglist: The folder that you are in is gone. Go to another one.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion(program: Program, shell: str) -> None:
    if (
        shell == "bash"
        and not subprocess.run(["bash", "--version"], capture_output=True, check=False).stdout
    ):
        pytest.skip("there is no bash")
    done = program(_READINGLIST_COMPLETE=f"{shell}_source")
    assert done.returncode == 0
    assert "_READINGLIST_COMPLETE" in done.stdout


def complete(program: Program, *words: str, **variables: str) -> list[str]:
    """Return what bash would offer for the last of `words`."""
    done = program(
        _READINGLIST_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(["readinglist", *words]),
        COMP_CWORD=str(len(words)),
        **variables,
    )
    assert done.returncode == 0, done.stderr
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_commands_and_keys_are_completed(
    program: Program, library_file: Path, page: PageMaker
) -> None:
    library = {"READINGLIST_LIBRARY": str(library_file)}
    assert complete(program, "ex", **library) == ["export"]
    assert complete(program, "show", "At", **library) == []
    assert not library_file.exists()
    program("import", str(page("Attention", "Attraction", "Build")), **library)
    assert sorted(complete(program, "show", "at", **library)) == ["Attention", "Attraction"]
    assert complete(program, "--library", str(library_file), "mark", "Bu") == ["Build"]
    assert complete(program, "mark", "Build", "--status", "re") == ["reading", "read"]


def test_who_completes_a_word_is_told_of_no_fault(
    program: Program, library_file: Path, tmp_path: Path
) -> None:
    """A damaged file gives no offers: one who pressed Tab reads on in the line that he is in."""
    config = tmp_path / "config.yaml"
    config.write_text("")
    (tmp_path / "views.yaml").write_text("{broken")
    library_file.write_text("no library")
    here = {"READINGLIST_LIBRARY": str(library_file), "READINGLIST_CONFIG": str(config)}
    assert complete(program, "list", "--view", "re", **here) == ["reading", "read"]
    assert complete(program, "show", "re", **here) == []
    config.write_text("{broken")
    assert complete(program, "show", "re", **here) == []


def test_every_command_has_its_options_explained() -> None:
    for name, command in group.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name not in ("limit",):
                assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("list >&-", 1, "the output can't be written: Bad file descriptor."),
        ("list --json >&-", 1, "the output can't be written: Bad file descriptor."),
        ("export >&-", 1, "the output can't be written: Bad file descriptor."),
        ("--help >&-", 1, "the output can't be written: Bad file descriptor."),
        ("list 2>&-", 0, ""),
        ("list nonsense: 2>&-", 0, ""),
        ("show nobody 2>&-", 1, ""),
        ("list >&- 2>&-", 1, ""),
        ("mark BuildTwice --status read >&-", 0, "BuildTwice: status read"),
        ("mark BuildTwice --status read <&- >&- 2>&-", 0, ""),
        ("import - <&-", 1, "It is empty"),
        ("note BuildTwice - <&-", 1, "Standard input is empty."),
        ("cite --pick <&-", 1, "--pick needs a terminal."),
        ("--plain <&-", 0, ""),
        ("<&-", 1, "The app needs a terminal."),
    ],
)
def test_a_closed_stream_is_no_fault_of_the_program(
    filled: CommandLine, tmp_path: Path, command: str, code: int, says: str
) -> None:
    """Data that was wanted is missed; what is told, and what is not asked for, is not."""
    line = f"exec '{sys.executable}' -m readinglist --library '{filled.path}' {command}"
    done = subprocess.run(
        ["sh", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, 1 if says else 0), done.stderr
    assert says in done.stderr
    if command.startswith("mark"):
        assert filled("list", "status:read").err == "1 paper\n"
    assert not list((tmp_path / "home").rglob("crashes"))
