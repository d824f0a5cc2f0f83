"""A note in the editor of the user's choice."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.errors import ReadingListError
from readinglist.services.external_editor import edit_text

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)


@pytest.fixture(autouse=True)
def heeded_interrupts() -> Iterator[None]:
    """A shell that starts the tests in the background has them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def editor(folder: Path, does: str) -> str:
    """Return the command of an editor that does something with `file`."""
    script = folder / "my editor.py"
    script.write_text(
        f"import sys, pathlib\nfile = pathlib.Path(sys.argv[-1])\n{does}\n", encoding="utf-8"
    )
    return f"{sys.executable} '{script}' --wait"


def test_what_the_editor_saves_is_the_text(tmp_path: Path) -> None:
    command = editor(tmp_path, "file.write_text(file.read_text() + sys.argv[1] + file.suffix)")
    assert edit_text("grüß dich ", command) == "grüß dich --wait.md"


def test_the_file_is_gone_afterwards(tmp_path: Path) -> None:
    path = edit_text("", editor(tmp_path, "file.write_text(str(file))"))
    assert not Path(path).exists()


def test_the_configured_editor_comes_before_visual_and_editor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", editor(tmp_path, "file.write_text('from EDITOR')"))
    assert edit_text("") == "from EDITOR"
    (tmp_path / "v").mkdir()
    monkeypatch.setenv("VISUAL", editor(tmp_path / "v", "file.write_text('from VISUAL')"))
    assert edit_text("") == "from VISUAL"
    (tmp_path / "c").mkdir()
    configured = editor(tmp_path / "c", "file.write_text('configured')")
    assert edit_text("", configured) == "configured"


def test_vi_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vi = tmp_path / "bin" / "vi"
    vi.parent.mkdir()
    vi.write_text('#!/bin/sh\nprintf "from vi" > "$1"\n')
    vi.chmod(0o755)
    monkeypatch.setenv("PATH", str(vi.parent), prepend=":")
    assert edit_text("") == "from vi"


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("sys.exit(3)", "ended with code 3.*note is as it was"),
        ("file.unlink()", "can't be used: No such file or directory"),
    ],
)
def test_an_editor_that_fails_is_a_sentence(tmp_path: Path, does: str, says: str) -> None:
    with pytest.raises(ReadingListError, match=says):
        edit_text("kept", editor(tmp_path, does))


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("file.write_bytes(b'caf\\xe9')", "wrote is not UTF-8"),
        ("file.write_bytes(b'caf\\xe9'); sys.exit(1)", "ended with code 1"),
        (
            "import os, time\nfile.write_bytes(b'caf\\xe9')\n"
            "os.kill(os.getppid(), 2)\ntime.sleep(60)",
            "was stopped",
        ),
    ],
)
def test_what_can_not_be_taken_is_kept_in_a_file(tmp_path: Path, does: str, says: str) -> None:
    """It may be the work of an hour."""
    with pytest.raises(ReadingListError, match=says) as told:
        edit_text("kept", editor(tmp_path, does))
    file = Path(str(told.value).rpartition(" is in ")[2].removesuffix("."))
    assert file.read_bytes() == b"caf\xe9"
    assert tmp_path / "home" / "state" in file.parents


def test_nothing_is_kept_of_a_text_that_was_left_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(ReadingListError) as told:
        edit_text("kept", editor(tmp_path, "sys.exit(1)"))
    assert str(told.value).endswith("ended with code 1. The note is as it was.")
    assert not (tmp_path / "home" / "state").exists()


@pytest.mark.parametrize("command", ["no-such-editor-at-all", "vi 'unbalanced", "/", "  ", "''"])
def test_an_editor_that_is_none_is_a_sentence(command: str) -> None:
    with pytest.raises(ReadingListError, match=r"can't be used.*Set \$EDITOR"):
        edit_text("kept", command)


def test_no_shell_reads_the_command_nor_the_text(tmp_path: Path) -> None:
    """What it gets is what is written, and the absolute path of the note."""
    does = "file.write_text(repr([sys.argv[1:-1], file.is_absolute(), file.read_text()]))"
    command = f"{editor(tmp_path, does)} '$HOME' ; $(touch {tmp_path}/x) `id` --"
    text = '# $(touch x)\n"; rm -rf .\n'
    assert edit_text(text, command) == repr(
        [["--wait", "$HOME", ";", "$(touch", f"{tmp_path}/x)", "`id`", "--"], True, text]
    )
    assert not (tmp_path / "x").exists()
