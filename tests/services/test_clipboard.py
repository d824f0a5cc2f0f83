"""Copying tells the truth: a program counts only if it says that it did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from readinglist.services import clipboard

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def tool(folder: Path, name: str, code: int = 0) -> None:
    script = folder / name
    script.write_text(f'#!/bin/sh\ncat > "{folder}/{name}.got"\nexit {code}\n')
    script.chmod(0o755)


def test_a_program_of_the_desktop_copies(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tools, "xclip")
    assert clipboard.copy("x") is None  # no display, no clipboard
    monkeypatch.setenv("DISPLAY", ":0")
    assert clipboard.copy("Größe") == "xclip"
    assert (tools / "xclip.got").read_text(encoding="utf-8") == "Größe"


def test_one_that_fails_is_followed_by_the_next(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    tool(tools, "wl-copy", 1)
    tool(tools, "xclip")
    assert clipboard.copy("x") == "xclip"


def test_over_ssh_it_is_the_terminal_that_copies(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tools, "xclip")
    tool(tools, "tmux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_CONNECTION", "here")
    assert clipboard.copy("x") is None
    monkeypatch.setenv("TMUX", "/tmp/tmux")
    assert clipboard.copy("x") == "tmux"
