from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from readinglist.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import PageMaker


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Keyboard(io.TextIOWrapper):
    """Standard input where somebody sits."""

    def isatty(self) -> bool:
        return True


class CommandLine:
    """Runs commands on one library."""

    def __init__(
        self, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.path = path
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(
        self, *arguments: str, stdin: str | bytes = "", code: int = 0, typed: str | None = None
    ) -> Outcome:
        """Run a command and check how it ends; `typed` comes from a terminal."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        fed: io.TextIOBase = io.TextIOWrapper(io.BytesIO(data))
        if typed is not None:
            fed = Keyboard(io.BytesIO(typed.encode()))
        self._monkeypatch.setattr(sys, "stdin", fed)
        self._capsys.readouterr()
        ended = run(["--library", str(self.path), *arguments])
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        assert ended == code, captured.err
        return Outcome(ended, captured.out, captured.err)


@pytest.fixture
def cli(
    library_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    return CommandLine(library_file, capsys, monkeypatch)


@pytest.fixture
def filled(cli: CommandLine, page: PageMaker) -> CommandLine:
    """The command line on a library of three papers."""
    cli("import", str(page("Attention to Detail", "Build It Twice", "Caches Everywhere")))
    return cli
