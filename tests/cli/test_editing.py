"""Commands that change papers, and the way back."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import rows

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine

KEYS = ["AttentionDetail", "BuildTwice", "CachesEverywhere"]


def test_marks_are_in_the_file_when_the_command_ends(filled: CommandLine) -> None:
    done = filled(
        "mark", KEYS[0], KEYS[1].upper(), "--status", "read", "--priority", "high",
        "--tag", "a", "--tag", "b",
    )  # fmt: skip
    assert (done.out, done.err) == ("", "2 papers: 4 changes\n")
    assert rows(filled.path, "SELECT count(*) FROM paper WHERE status = 'read'") == [(2,)]
    assert rows(filled.path, "SELECT count(*) FROM paper_tag") == [(4,)]
    assert filled("mark", KEYS[0], "--untag", "a").err == f"{KEYS[0]}: tag -a\n"
    assert filled("show", KEYS[0], "--json").data["tags"] == ["b"]


def test_marks_in_json_are_the_papers_that_changed(filled: CommandLine) -> None:
    filled("mark", KEYS[0], "--status", "read")
    done = filled("mark", KEYS[0], KEYS[1], "--status", "read", "--json")
    assert [(paper["key"], paper["status"]) for paper in done.data] == [(KEYS[1], "read")]
    assert done.err == f"{KEYS[1]}: status read\n"
    assert filled("mark", KEYS[0], "--status", "read", "--json").data == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["mark", "BuildTwice"], 2, "Say what to mark"),
        (["mark", "--status", "read"], 2, "Missing argument"),
        (["mark", "BuildTwice", "--status", "burnt"], 2, "'unread', 'reading', 'read', 'skipped'"),
        (["mark", "BuildTwice", "Nope", "--status", "read"], 1, "no paper with the key Nope"),
        (["mark", "BuildTwice", "--tag", " "], 2, "can't be a tag"),
        (["edit", "BuildTwice"], 2, "Missing argument"),
        (["edit", "BuildTwice", "venue"], 2, "“venue” is not FIELD=VALUE"),
        (["edit", "BuildTwice", "veneu=x"], 2, "Did you mean venue?"),
        (["edit", "BuildTwice", "doi=x"], 2, "“x” is no DOI"),
        (["add"], 2, "Missing argument"),
        (["add", "A Title"], 2, "“A Title” is not FIELD=VALUE"),
        (["add", "year=2020"], 2, "A paper needs a title"),
        (["add", "title=build it twice!"], 2, "has this paper already: BuildTwice"),
        (["add", "arxiv="], 2, "A paper needs a title"),
        (["add", "arxiv= ", "doi="], 2, "A paper needs a title"),
        (["add", "title=a", "title=b"], 2, "title= is there twice"),
        (["edit", "BuildTwice", "venue=a", "Venue =b"], 2, "venue= is there twice"),
        (["edit", "BuildTwice", "authors=;;{"], 2, "“;;{” names no author"),
        (["add", "title=x", "key=BuildTwice"], 2, "Another paper has the key"),
        (["note", "BuildTwice", "--text", "a", "--append", "b"], 2, "Give one of"),
        (["note", "BuildTwice", "something"], 2, "Invalid value"),
        (["delete", "Nope"], 1, "no paper with the key Nope"),
        (["merge", "BuildTwice"], 2, "Missing argument 'DROP'"),
        (["merge", "BuildTwice", "Nope"], 1, "no paper with the key Nope"),
        (["merge", "BuildTwice", "buildtwice"], 2, "A merge takes two papers"),
        (["merge", KEYS[0], "BuildTwice", "--take", "tags"], 2, "keeps what both have"),
        (["merge", KEYS[0], "BuildTwice", "--take", "titel"], 2, "It is one of title, authors"),
        (["redo"], 1, "There is nothing to redo."),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_what_can_not_be_done_is_said_and_changes_nothing(
    filled: CommandLine, arguments: list[str], code: int, says: str
) -> None:
    before = filled.path.read_bytes()
    done = filled(*arguments, code=code)
    assert says in done.err
    assert done.out == ""
    assert filled.path.read_bytes() == before


def test_facts_are_corrected(filled: CommandLine) -> None:
    done = filled(
        "edit", KEYS[0], "authors=Marie Curie; Planck, Max", "Year=1911", "venue=A = B", "--json"
    )
    (paper,) = done.data
    assert paper["authors"] == ["Curie, Marie", "Planck, Max"]
    assert (paper["published"], paper["venue"]) == ("1911", "A = B")
    assert done.err == f"{KEYS[0]}: authors, published, venue\n"
    filled("edit", KEYS[0], "venue=", "key=curie1911")
    assert filled("show", KEYS[0], "--json").data["key"] == "curie1911"
    assert filled("show", "curie1911", "--json").data["venue"] is None


def test_a_paper_is_added_by_hand_and_its_key_printed(filled: CommandLine) -> None:
    done = filled("add", "title=On A = B", "Authors=Marie Curie", "year=1911", "tags=a, b")
    assert done.out == "curie1911b\n"
    assert done.err == "curie1911b: added\n"
    paper = filled("show", "curie1911b", "--json").data
    assert (paper["title"], paper["tags"]) == ("On A = B", ["a", "b"])
    assert filled("undo").err == "Undone: curie1911b: added\n"
    assert filled("show", "curie1911b", code=1).out == ""
    filled("redo")
    (paper,) = filled("add", "title=Another", "key=mine", "--json").data
    assert paper["key"] == "mine"


def test_tags_are_edited_as_a_field(filled: CommandLine) -> None:
    filled("mark", KEYS[0], "--tag", "a", "--tag", "b")
    assert filled("edit", KEYS[0], "tags=b,c", "--json").data[0]["tags"] == ["b", "c"]


def test_a_note_is_set_continued_piped_and_removed(filled: CommandLine) -> None:
    def note() -> object:
        return filled("show", KEYS[0], "--json").data["note"]

    filled("note", KEYS[0], "--append", "First.")
    assert note() == "First."
    filled("note", KEYS[0], "--append", "Second.")
    assert note() == "First.\n\nSecond.\n"
    filled("note", KEYS[0], "-", stdin="Piped ünïcode.\n")
    assert note() == "Piped ünïcode.\n"
    filled("note", KEYS[0], "--text", "Set.")
    assert note() == "Set."
    assert filled("note", KEYS[0], "--text", "").err == f"{KEYS[0]}: note\n"
    assert note() is None


def test_without_an_editor_and_a_terminal_nothing_waits_for_one(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    told = filled("note", KEYS[0], code=1).err
    assert "The editor vi needs a terminal. Set $EDITOR, or say --text" in told


def test_without_an_option_the_note_opens_in_the_editor(
    filled: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.py"
    script.write_text(
        "import sys, pathlib\nf = pathlib.Path(sys.argv[1])\nf.write_text(f.read_text() + '!')\n"
    )
    (tmp_path / "config.yaml").write_text(f"editor: {sys.executable} {script}\n")
    monkeypatch.setenv("READINGLIST_CONFIG", str(tmp_path / "config.yaml"))
    filled("note", KEYS[0], "--text", "Hm")
    filled("note", KEYS[0])
    assert filled("show", KEYS[0], "--json").data["note"] == "Hm!"
    (tmp_path / "config.yaml").write_text("editor: no-such-editor\n")
    none = filled("note", KEYS[0], code=1).err
    assert "no-such-editor can't be used: No such file or directory." in none
    assert filled("show", KEYS[0], "--json").data["note"] == "Hm!"


@pytest.mark.parametrize(
    ("stdin", "says"),
    [
        (b"", "Standard input is empty"),
        (b"\x7fELF\0", "Standard input is no text"),
        (b"a" * (2**24 + 1), "it has more than 16 MiB"),
        (b"a" * 4_000_001, "The note is longer than 4,000,000 letters"),
    ],
    ids=["nothing", "no text", "no end", "too long"],
)
def test_what_can_be_no_note_is_not_read_for_one(
    filled: CommandLine, stdin: bytes, says: str
) -> None:
    filled("note", KEYS[0], "--text", "mine")
    assert says in filled("note", KEYS[0], "-", stdin=stdin, code=2 if "longer" in says else 1).err
    assert filled("show", KEYS[0], "--json").data["note"] == "mine"


def test_how_a_note_in_another_encoding_was_read_is_told(filled: CommandLine) -> None:
    done = filled("note", KEYS[0], "-", stdin=b"gr\xfc\xdfe\n")
    assert "1 line not in UTF-8 was read as Windows-1252" in done.err
    assert filled("show", KEYS[0], "--json").data["note"] == "grüße\n"


def edited_by(monkeypatch: pytest.MonkeyPatch, folder: Path, library: Path, meanwhile: str) -> None:
    """Let the editor write “mine”, while another process does something with the library."""
    script = folder / "editor.py"
    script.write_text(
        "import sys, pathlib\n"
        "from readinglist.services.library import Library\n"
        f"with Library.open({str(library)!r}) as library:\n    {meanwhile}\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")


def test_a_note_that_was_changed_while_the_editor_was_open_is_kept_too(
    filled: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("note", KEYS[0], "--text", "before")
    theirs = f"library.note({KEYS[0]!r}, 'theirs')"
    edited_by(
        monkeypatch,
        tmp_path,
        filled.path,
        f"{theirs}; pathlib.Path(sys.argv[1]).write_text('mine')",
    )
    assert "both are kept" in filled("note", KEYS[0]).err
    assert filled("show", KEYS[0], "--json").data["note"] == "theirs\n\nmine"
    edited_by(monkeypatch, tmp_path, filled.path, theirs)
    assert filled("note", KEYS[0]).err == "nothing to change\n"
    assert filled("show", KEYS[0], "--json").data["note"] == "theirs"


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        (
            f"library.delete([library.paper({KEYS[0]!r}).id]); text = 'mine'",
            "is not there any more",
        ),
        ("text = 'mine' * 1_000_001", "longer than 4,000,000 letters"),
    ],
    ids=["deleted", "too long"],
)
def test_what_was_written_in_the_editor_is_never_lost(
    filled: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: str,
    says: str,
) -> None:
    write = "pathlib.Path(sys.argv[1]).write_text(text)"
    edited_by(monkeypatch, tmp_path, filled.path, f"{meanwhile}; {write}")
    told = filled("note", KEYS[0], code=1).err.strip()
    assert says in told
    file = Path(told.rpartition("What you wrote is in ")[2].removesuffix("."))
    assert file.read_text().startswith("mine")


def test_a_new_note_begins_with_the_template(
    filled: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = "notes: {template: t, templates: {t: '# {key}'}}\neditor: "
    monkeypatch.setenv("READINGLIST_CONFIG", str(tmp_path / "config.yaml"))
    (tmp_path / "config.yaml").write_text(config + "'true'\n")
    assert "nothing to change" in filled("note", KEYS[0]).err
    assert filled("show", KEYS[0], "--json").data.get("note") is None
    script = tmp_path / "editor.py"
    script.write_text("import sys; open(sys.argv[1], 'a').write('!')\n")
    (tmp_path / "config.yaml").write_text(f"{config}{sys.executable} {script}\n")
    filled("note", KEYS[0])
    assert filled("show", KEYS[0], "--json").data["note"] == f"# {KEYS[0]}!"


def test_undo_and_redo_over_commands(filled: CommandLine) -> None:
    filled("mark", KEYS[0], "--status", "read")
    filled("delete", KEYS[0], KEYS[1])
    assert filled("list").err == "1 paper\n"
    assert filled("undo").err == "Undone: 2 papers: deleted\n"
    assert filled("show", KEYS[0], "--json").data["status"] == "read"
    assert filled("undo").err == f"Undone: {KEYS[0]}: status read\n"
    assert filled("undo").err.startswith("Undone: 3 papers: added")
    assert filled("undo", code=1).err == "readinglist: There is nothing to undo.\n"
    assert filled("redo").err.startswith("Done again: 3 papers: added")
    assert filled("redo").err == f"Done again: {KEYS[0]}: status read\n"
    assert filled("redo").err == "Done again: 2 papers: deleted\n"
    assert filled("list").err == "1 paper\n"
    filled("delete", KEYS[2])
    assert filled("redo", code=1).out == ""


def test_what_undo_left_alone_is_told(filled: CommandLine, page: object) -> None:
    filled("mark", KEYS[0], "--status", "read")
    from tests.conftest import by_sql

    by_sql(filled.path, "UPDATE paper SET status = 'skipped'")
    assert filled("undo").err.splitlines() == [
        "Undone: nothing to change",
        "1 change left out: the same place was changed since.",
    ]


def test_an_edit_that_can_not_be_saved_yet_is_kept(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    before = filled.path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkstemp", fail)
        done = filled("mark", KEYS[0], "--status", "read", code=1)
        assert "Your edits are kept on this machine until it can." in done.err
        assert len(done.err.splitlines()) == 2
    assert filled.path.read_bytes() == before
    assert filled("list", "status:read").err == "1 paper\n"
    assert rows(filled.path, "SELECT count(*) FROM paper WHERE status = 'read'") == [(1,)]


def test_two_papers_become_one_and_two_again(filled: CommandLine) -> None:
    filled("mark", KEYS[1], "--status", "read", "--tag", "a")
    filled("edit", KEYS[0], "venue=ICML")
    filled("edit", KEYS[1], "venue=Nature", "year=2024")
    done = filled("merge", KEYS[0], KEYS[1], "--take", "Venue", "--json")
    assert done.err == f"{KEYS[1]} merged into {KEYS[0]}\n"
    (paper,) = done.data
    assert (paper["key"], paper["venue"], paper["year"]) == (KEYS[0], "Nature", 2024)
    assert (paper["status"], paper["tags"]) == ("read", ["a"])
    assert filled("show", KEYS[1], "--json").data["key"] == KEYS[0]
    assert rows(filled.path, "SELECT count(*) FROM paper") == [(2,)]
    filled("undo")
    assert filled("show", KEYS[1], "--json").data["venue"] == "Nature"
    assert filled("show", KEYS[0], "--json").data["venue"] == "ICML"


def test_an_earlier_value_is_brought_back_by_its_number(filled: CommandLine) -> None:
    """Entries are counted from the oldest: what is done later changes no number."""
    filled("edit", KEYS[0], "venue=Nature")
    filled("edit", KEYS[0], "venue=Science")
    filled("mark", KEYS[0], "--tag", "x")
    lines = filled("history", KEYS[0]).out.splitlines()
    assert [line.partition("  ")[0] for line in lines] == ["4", "3", "2", "1"]
    assert [row["number"] for row in filled("history", KEYS[0], "--json").data] == [4, 3, 2, 1]
    assert filled("history", KEYS[0], "--limit", "1").out.splitlines() == lines[:1]
    done = filled("restore", KEYS[0], "3", "--json")
    assert done.data[0]["venue"] == "Nature"
    assert re.fullmatch(
        rf"As it was before \d{{4}}-\d\d-\d\d [\d:]+, venue: Nature → Science:\n{KEYS[0]}: venue\n",
        done.err,
    )
    assert filled("history", KEYS[0]).out.splitlines()[1:] == lines
    filled("restore", KEYS[0], "4")
    assert filled("show", KEYS[0], "--json").data["tags"] == []
    assert "nothing to change" in filled("restore", KEYS[0], "3").err
    filled("undo")
    assert filled("show", KEYS[0], "--json").data["tags"] == ["x"]


def test_what_can_not_be_brought_back_is_said(filled: CommandLine) -> None:
    assert "was not in the library" in filled("restore", KEYS[0], "1", code=2).err
    assert "has 1 entry." in filled("restore", KEYS[0], "2", code=2).err
    assert "There is no paper with the key Nope" in filled("restore", "Nope", "1", code=1).err
    assert filled("restore", KEYS[0], "0", code=2).out == ""


def test_a_deleted_paper_has_a_history_and_comes_back(filled: CommandLine) -> None:
    filled("note", KEYS[0], "--text", "mine")
    filled("delete", KEYS[0])
    filled("mark", KEYS[1], "--status", "read")
    newest = filled("history", KEYS[0], "--json").data[0]
    assert (newest["number"], newest["field"], newest["new"]) == (4, "paper", None)
    filled("restore", KEYS[0], "4")
    assert filled("show", KEYS[0], "--json").data["note"] == "mine"
