"""`open` opens the stored PDF, else the web page, or the code."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest

from readinglist.errors import ReadingListError
from readinglist.services import opening
from tests.cli.conftest import CommandLine

KEY = "AttentionDetail"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened, and with what."""
    opened: list[str] = []

    class Fake:
        def check(self, seconds: float) -> None:
            if opened[-1].startswith("broken"):
                raise ReadingListError("It could not.")

    def open_pdf(file: Path, viewer: str) -> Fake:
        opened.append(f"{viewer} {file}")
        return Fake()

    def browse(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(opening, "open_pdf", open_pdf)
    monkeypatch.setattr(webbrowser, "open", browse)
    return opened


@pytest.fixture
def pdf(filled: CommandLine) -> Path:
    filled(
        "edit", KEY, "key=attention", "arxiv=2401.00001", "links=https://e.org https://github.com/a"
    )
    folder = filled.path.parent / "pdfs"
    folder.mkdir()
    return folder / "attention.pdf"


def test_the_pdf_comes_before_the_page(filled: CommandLine, pdf: Path, opened: list[str]) -> None:
    assert filled("open", "attention").out == "https://arxiv.org/abs/2401.00001\n"
    pdf.write_bytes(b"%PDF-")
    assert filled("open", "attention").out == f"{pdf}\n"
    assert opened == ["https://arxiv.org/abs/2401.00001", f" {pdf}"]


def test_the_viewer_is_that_of_the_configuration(
    filled: CommandLine, pdf: Path, opened: list[str], tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    pdf.write_bytes(b"%PDF-")
    for viewer in ("zathura --fork", "broken"):
        config.write_text(f"viewer: {viewer}\n")
        is_broken = viewer == "broken"
        done = filled("--config", str(config), "open", "attention", code=int(is_broken))
        assert opened[-1] == f"{viewer} {pdf}"
        assert ("It could not." in done.err) == is_broken


def test_the_code_comes_before_the_project_page(
    filled: CommandLine, pdf: Path, opened: list[str]
) -> None:
    assert filled("open", "attention", "--code").out == "https://github.com/a\n"
    assert opened == ["https://github.com/a"]


def test_what_is_not_known_is_told(filled: CommandLine, opened: list[str]) -> None:
    assert f"No address is known for {KEY}." in filled("open", KEY, code=1).err
    assert f"No code or project page is known for {KEY}." in (
        filled("open", KEY, "--code", code=1).err
    )
    assert opened == []
