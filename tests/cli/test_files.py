"""Export, check, config, and the app itself."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from readinglist.config import Config, parse_config
from tests.conftest import by_sql, rows

if TYPE_CHECKING:
    from readinglist.services.kept_views import KeptViews
    from readinglist.services.library import Library
    from tests.cli.conftest import CommandLine

KEYS = ["AttentionDetail", "BuildTwice", "CachesEverywhere"]


def test_export_prints_bibtex_and_nothing_else(filled: CommandLine) -> None:
    done = filled("export")
    assert done.err == "3 papers without known authors: listing pages don't name them.\n"
    assert [key for key in KEYS if f"@misc{{{key}," in done.out] == KEYS
    one = filled("export", KEYS[1]).out
    assert [key for key in KEYS if key in one] == [KEYS[1]]


def test_export_writes_a_file_and_says_so(filled: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "refs.bib"
    done = filled("export", "-o", str(out), KEYS[0], KEYS[1])
    assert done.out == ""
    assert done.err.splitlines()[0] == f"2 papers written to {out}"
    assert out.read_text() == filled("export", KEYS[0], KEYS[1]).out
    assert filled("export", "-o", str(out)).err.startswith(f"3 papers written to {out}\n")
    assert rows(filled.path, "SELECT sum(key_frozen) FROM paper") == [(3,)]


def test_at_a_terminal_a_bar_shows_how_far_a_long_export_is(
    filled: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readinglist.cli.session._PATIENCE", -1.0)
    assert "Writing" not in filled("export").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "Writing BibTeX" in filled("export").err
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    assert f"Reading {filled.path.name}" in filled("list").err
    assert "Reading" not in filled("list").err


def test_the_format_is_said_or_told_from_the_name(filled: CommandLine, tmp_path: Path) -> None:
    filled("export", "-o", str(tmp_path / "all.jsonl"))
    lines = (tmp_path / "all.jsonl").read_text().splitlines()
    assert [json.loads(line)["key"] for line in lines] == KEYS
    assert filled("export", "--format", "json").out.splitlines() == [
        json.dumps(json.loads(line), ensure_ascii=False) for line in lines
    ]
    filled("export", "--format", "bibtex", "-o", str(tmp_path / "all.json"))
    assert "@misc" in (tmp_path / "all.json").read_text()
    assert filled("export", "--format", "ris", code=2).out == ""


def test_a_query_chooses_what_is_exported(filled: CommandLine) -> None:
    filled("mark", KEYS[2], "--tag", "thesis")
    found = filled("export", "--query", "tag:thesis", KEYS[0], KEYS[2], "--format", "json")
    assert [json.loads(line)["key"] for line in found.out.splitlines()] == [KEYS[0], KEYS[2]]


def test_a_mistaken_query_exports_nothing(filled: CommandLine, tmp_path: Path) -> None:
    """A file that is there is neither emptied nor filled with what was not meant."""
    out = tmp_path / "refs.bib"
    out.write_text("precious")
    wrong = filled("export", "--query", "status:burnt", "-o", str(out), code=2)
    assert "status: takes" in wrong.err
    nothing = filled("export", "--query", "tag:none", "-o", str(out), code=1)
    assert "No paper answers" in nothing.err
    assert out.read_text() == "precious"


def test_a_pipe_is_written_to_if_somebody_reads_it(filled: CommandLine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told = filled("export", "-o", str(pipe), code=1).err
    assert f"{pipe} can't be written: nobody reads this pipe." in told
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    filled("export", "-o", str(pipe))
    assert b"@misc{BuildTwice," in os.read(reader, 2**16)
    os.close(reader)
    assert pipe.is_fifo()


def test_a_device_is_written_to_as_it_is(filled: CommandLine) -> None:
    """A device stays one; a dash is standard output."""
    assert filled("export", "-o", "/dev/null").out == ""
    assert Path("/dev/null").is_char_device()
    assert filled("export", "-o", "-").out.startswith("@")


def test_an_export_that_can_not_be_written_is_one_line(filled: CommandLine, tmp_path: Path) -> None:
    done = filled("export", "-o", str(tmp_path / "none" / "refs.bib"), code=1)
    assert len(done.err.splitlines()) == 1
    assert "can't be written: No such file or directory" in done.err
    assert "no paper with the key Nope" in filled("export", "Nope", code=1).err


def test_check_says_what_a_library_holds(filled: CommandLine, tmp_path: Path) -> None:
    assert filled("check").out == (f"{filled.path} is sound: 3 papers, 3 changes in its journal.\n")
    assert filled("check", "--json").data == {
        "file": str(filled.path), "sound": True, "papers": 3, "changes": 3, "warnings": [],
    }  # fmt: skip
    by_sql(filled.path, "INSERT INTO paper_tag VALUES (1, 'lost')")
    done = filled("check", str(filled.path))
    assert done.err == "1 row of tags or sources belong to no paper.\n"
    by_sql(filled.path, "CREATE VIEW v AS SELECT 1")
    assert filled("check", code=1).err.splitlines() == [
        f"readinglist: {filled.path} does not have the tables of a readinglist library.",
        f"3 papers and 3 changes can be read: readinglist salvage {filled.path} -o NEW saves them.",
    ]
    unsound = filled("check", "--json", code=1).data
    assert (unsound["sound"], unsound["readable"]["papers"]) == (False, 3)
    missing = tmp_path / "none.db"
    assert "There is no library" in filled("check", str(missing), code=1).err
    assert not missing.exists()


def test_what_another_program_has_begun_is_told_and_not_taken_for_damage(
    filled: CommandLine, tmp_path: Path
) -> None:
    log = Path(f"{filled.path}-wal")
    log.write_bytes(b"its log")
    assert filled("check", code=1).err.startswith(f"readinglist: {log} lies beside the library")
    new = tmp_path / "new.db"
    saved = filled("salvage", str(filled.path), "-o", str(new), code=1)
    assert f"{log} lies beside the library" in saved.err
    assert "What is in it is not read." in saved.err
    assert f"{new} has 3 papers" in saved.err
    log.unlink()
    assert "is sound: 3 papers" in filled("check").out


def test_salvage_says_what_it_saved_and_what_is_missing(
    filled: CommandLine, tmp_path: Path
) -> None:
    new, bare = tmp_path / "new.db", tmp_path / "bare.db"
    bare.write_bytes(filled.path.read_bytes())  # nothing here remembers this one
    by_sql(bare, "UPDATE paper SET status = 'burnt' WHERE key = 'CachesEverywhere'")
    done = filled("salvage", str(bare), "-o", str(new), code=1)
    assert done.err.splitlines() == [
        "1 value can't be read: the status of CachesEverywhere.",
        f"{new} has 3 papers and 3 changes: what is missing is named above.",
        f"Look at it with readinglist --library {new}, then put it in the other's place.",
    ]
    by_sql(
        bare,
        "UPDATE paper SET status = 'read' WHERE key = 'CachesEverywhere'",
        "DELETE FROM paper WHERE title LIKE 'Build%'",
        "ALTER TABLE paper ADD COLUMN rating INTEGER",
        "UPDATE paper SET rating = 5",
        "CREATE TABLE extra (a, b, c, d)",
        "INSERT INTO extra VALUES (1, 2, 3, 4)",
        "CREATE TABLE last (a)",
    )
    with bare.open("r+b") as file:
        file.truncate(bare.stat().st_size - 4096)
    done = filled("salvage", str(bare), "-o", str(tmp_path / "other.db"), code=1)
    assert done.err.splitlines()[:-2] == [
        "1 of 12 pages are missing at the file's end.",
        "1 paper is missing, or its deletion can't be read: BuildTwice.",
        "1 row of no table that readinglist knows: left out.",
        "2 rows with more values than readinglist knows: those values are left out.",
    ]
    by_sql(filled.path, "CREATE VIEW v AS SELECT 1")
    whole = filled("salvage", str(filled.path), "-o", str(tmp_path / "whole.db"), "--json").data
    assert (whole["papers"], whole["whole"], whole["lost"]) == (3, True, [])
    assert "is there already" in filled("salvage", str(bare), "-o", str(new), code=1).err
    filled("salvage", str(bare), code=2)


def test_a_library_of_a_newer_version_is_read_and_exported(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_sql(filled.path, "PRAGMA user_version = 9")
    done = filled("list")
    assert "Build It Twice" in done.out
    assert "was written by a newer readinglist: this one can only read it" in done.err
    assert "Attention to Detail" in filled("export").out
    assert "Update readinglist" in filled("mark", "BuildTwice", "--status", "read", code=1).err
    assert filled("list", "status:read").out == ""
    monkeypatch.setenv("VISUAL", "no-such-editor")
    assert "Update readinglist" in filled("note", "BuildTwice", code=1).err


@pytest.mark.parametrize("command", ["list", "export", "undo", "history"])
def test_a_library_that_is_none_is_one_line_for_every_command(
    cli: CommandLine, command: str
) -> None:
    cli.path.write_text("My shopping list. " * 100)
    done = cli(command, code=1)
    assert done.out == ""
    assert done.err == (
        f"readinglist: {cli.path} is not a readinglist library. Name another file; if it was one, "
        f"readinglist check {cli.path} says what can be read of it.\n"
    )
    assert cli.path.read_text().startswith("My shopping list.")


def test_the_configuration_is_shown_as_it_could_be_written(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("config", "path").out == f"{tmp_path / 'home/config/readinglist/config.yaml'}\n"
    assert parse_config(cli("config", "show").out, "shown") == Config()
    (tmp_path / "mine.yaml").write_text("theme: nord\nkeys: {paper.read: z}\n")
    monkeypatch.setenv("READINGLIST_CONFIG", str(tmp_path / "mine.yaml"))
    assert cli("config", "path").out == f"{tmp_path / 'mine.yaml'}\n"
    shown = yaml.safe_load(cli("config").out)
    assert (shown["theme"], shown["keys"]) == ("nord", {"paper.read": "z"})
    assert cli("config", "check").err == "The configuration can be used.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("theem: nord\n", ":1: there is no setting “theem”. Did you mean “theme”?"),
        ("\n\ncolumns: title\n", ":3: “columns” is a list"),
        ("theme: [a\n", ": it is no YAML"),
        ("view: all\ntriage: x\n", "mine.yaml:2: There is no view “x”."),
        ("view: x\n", "mine.yaml:1: There is no view “x”."),
        ("view: all\ntheme: x\n", "mine.yaml:2: there is no theme “x”."),
        ("keys:\n  paper.read: hugo\n", "mine.yaml:2: paper.read has “hugo”, which is no key"),
        ("keys:\n  paper.read: z\n  paper.none: z\n", "mine.yaml:3: there is no action"),
        (
            "keys: {paper.raed: m}\n",
            "mine.yaml:1: there is no action “paper.raed”. Did you mean “paper.read”?",
        ),
        (
            "keys: {paper.read: x}\n",
            "mine.yaml:1: “x” is given to both paper.read and paper.skipped",
        ),
    ],
)
def test_a_configuration_that_can_not_be_used_is_one_line_and_code_2(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    monkeypatch.setenv("READINGLIST_CONFIG", str(tmp_path / "mine.yaml"))
    done = cli("config", "check", code=2)
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_the_configuration_names_the_library(
    cli: CommandLine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from readinglist.cli.main import run

    (tmp_path / "mine.yaml").write_text("library: ~/here/mine.db\n")
    assert run(["--config", str(tmp_path / "mine.yaml"), "list"]) == 0
    assert (tmp_path / "home" / "here" / "mine.db").is_file()
    assert run(["--config", str(tmp_path / "none.yaml"), "list"]) == 2
    assert "There is no configuration file" in capsys.readouterr().err


def test_the_app_and_the_demo_need_a_terminal(cli: CommandLine) -> None:
    assert cli(code=1).err == "readinglist: The app needs a terminal. See readinglist --help.\n"
    assert "The demo needs a terminal." in cli("demo", code=1).err
    assert not cli.path.exists()


def test_the_app_opens_the_library_and_the_demo_a_sample(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[Path, int]] = []

    def run_app(library: Library, config: Config, views: KeptViews) -> None:
        opened.append((library.path, library.count()))

    monkeypatch.setattr("readinglist.tui.app.run_app", run_app)
    monkeypatch.setattr("readinglist.cli.files.need_terminal", lambda what: None)
    filled()
    filled("demo")
    assert opened[0] == (filled.path, 3)
    assert opened[1][1] == 40
    assert opened[1][0].name == "library.db"
    assert not opened[1][0].exists()
