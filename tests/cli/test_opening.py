"""`open` opens the stored PDF, else the web page, or the code."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest

from readinglist.errors import ReadingListError
from readinglist.services import opening
from tests.cli.conftest import CommandLine

KEYS = ["AttentionDetail", "BuildTwice"]
KEY = KEYS[0]


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
    assert filled("open", "attention", "--code", "--yes").out == "https://github.com/a\n"
    assert opened == ["https://github.com/a"]


def test_what_is_not_known_is_told(filled: CommandLine, opened: list[str]) -> None:
    assert f"No address is known for {KEY}." in filled("open", KEY, code=1).err
    assert f"No code or project page is known for {KEY}." in (
        filled("open", KEY, "--code", code=1).err
    )
    assert opened == []


def test_a_new_host_is_shown_and_asked_about_once(
    filled: CommandLine, pdf: Path, opened: list[str]
) -> None:
    done = filled("open", "attention", "--code", typed="n\n", code=1)
    assert done.out == ""
    assert done.err == "https://github.com/a\nIts host is github.com. Open it? [y/N]: "
    assert filled("open", "attention", "--code", typed="", code=130).out == ""
    assert opened == []
    done = filled("open", "attention", "--code", typed="y\n")
    assert done.out == "https://github.com/a\n"
    assert opened == ["https://github.com/a"]
    filled("open", "attention", "--code", typed="")
    filled("open", "attention", "--code")
    assert len(opened) == 3


def test_where_nobody_can_be_asked_a_new_host_wants_yes(
    filled: CommandLine, pdf: Path, opened: list[str]
) -> None:
    done = filled("open", "attention", "--code", code=1)
    assert done.out == ""
    assert done.err == (
        "readinglist: https://github.com/a was not opened: its host, github.com, is new here. "
        "Say --yes to open it.\n"
    )
    assert opened == []
    filled("open", "attention", "--code", "--yes")
    filled("open", "attention", "--code")
    assert opened == ["https://github.com/a"] * 2


def test_where_an_address_really_leads_is_said(filled: CommandLine, opened: list[str]) -> None:
    address = "https://github.com@аррӏе.com/login"
    filled("edit", KEY, f"url={address}")
    done = filled("open", KEY, typed="\n", code=1)
    assert done.err.splitlines() == [
        address,
        "What stands before the @, github.com, is no host but a user's name.",
        "Its host is written аррӏе.com: its letters may look like others.",
        "Its host is xn--80ak6aa92e.com. Open it? [y/N]: ",
    ]
    for _ in range(2):
        assert filled("open", KEY, typed="y\n").err.startswith(address)
    filled("edit", KEY, "url=https://аррӏе.com/")
    filled("open", KEY)
    assert opened == [address, address, "https://аррӏе.com/"]


def test_of_several_those_of_known_hosts_are_opened(
    filled: CommandLine, pdf: Path, opened: list[str]
) -> None:
    filled("edit", KEYS[1], "url=https://e.org/")
    done = filled("open", KEYS[1], "attention", typed="n\n", code=1)
    assert done.out == "https://arxiv.org/abs/2401.00001\n"
    assert opened == ["https://arxiv.org/abs/2401.00001"]
