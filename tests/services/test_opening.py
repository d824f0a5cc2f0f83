"""Another program opens papers: without a shell, without our terminal, and without our waiting."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from readinglist.domain.web_address import WebAddress
from readinglist.errors import ReadingListError
from readinglist.services.opening import code_first, open_address, open_pdf
from tests.conftest import until

ADDRESS = "https://e.org/a?b=c&d=$(touch x);e%s"


def web(text: str) -> WebAddress:
    address = WebAddress.parse(text)
    assert address
    return address


def pdf(file: Path) -> Path:
    file.write_bytes(b"%PDF-1.7\n")
    return file


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, on a desktop."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    return folder


def tool(folder: Path, name: str, then: str = "exit 0") -> Path:
    """Write a program that notes its arguments, each on a line; return where."""
    script, got = folder / name, folder / f"{name}.got"
    script.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{got}.part'\nmv '{got}.part' '{got}'\n"
        f"echo noise; echo noise >&2\n{then}\n"
    )
    script.chmod(0o755)
    return got


def test_the_system_opens_a_web_address_as_it_stands(tools: Path) -> None:
    got = tool(tools, "xdg-open")
    open_address(web(ADDRESS)).check(5)
    assert got.read_text() == f"{ADDRESS}\n"


def test_on_a_mac_it_is_open(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    got = tool(tools, "open")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("DISPLAY")
    open_address(web("https://e.org")).check(5)
    assert got.read_text() == "https://e.org\n"


@pytest.mark.parametrize("variable", ["{}", "{}:firefox", "{} --new-tab", "{} --url=%s"])
def test_the_users_browser_comes_first(
    tools: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    got = tool(tools, "mine")
    system = tool(tools, "xdg-open")
    monkeypatch.setenv("BROWSER", variable.format(tools / "mine"))
    open_address(web(ADDRESS)).check(5)
    last = got.read_text().splitlines()[-1]
    assert last == (f"--url={ADDRESS}" if "%s" in variable else ADDRESS)
    assert not system.exists()


@pytest.mark.parametrize("browser", ["w3m", "/usr/bin/lynx", "elinks"])
def test_a_browser_of_the_terminal_is_not_started_in_it(
    tools: Path, monkeypatch: pytest.MonkeyPatch, browser: str
) -> None:
    """Neither $BROWSER's, nor what xdg-open finds where there is no desktop."""
    got = tool(tools, os.path.basename(browser))
    system = tool(tools, "xdg-open")
    monkeypatch.setenv("BROWSER", browser)
    open_address(web("https://e.org")).check(5)
    assert system.read_text() == "https://e.org\n"
    system.unlink()
    monkeypatch.delenv("DISPLAY")
    with pytest.raises(ReadingListError, match=r"No browser .* for https://e\.org\. Set \$BROWSER"):
        open_address(web("https://e.org"))
    with pytest.raises(ReadingListError, match=r"No program .* opens /.*/x\.pdf\. Set viewer"):
        open_pdf(pdf(tools / "x.pdf"))
    assert not got.exists()
    assert not system.exists()


def test_the_viewer_gets_its_options_and_the_whole_path(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = tool(tools, "my viewer")
    system = tool(tools, "xdg-open")
    monkeypatch.chdir(tools)
    file = pdf(Path("-a b;c\nd.pdf"))
    open_pdf(file, f"'{tools / 'my viewer'}' --fork '$HOME'").check(5)
    assert got.read_text() == f"--fork\n$HOME\n{tools / file}\n"
    open_pdf(file).check(5)
    assert system.read_text() == f"{tools / file}\n"


@pytest.mark.parametrize(
    ("viewer", "says"),
    [
        ("no-such-viewer", "no-such-viewer can't be started: No such file or directory. Set view"),
        ("'broken", "viewer can't be used"),
        ("  ", "viewer can't be used"),
        ("a\0b", "can't be started"),
        ("false", "false could not open it (code 1). Set viewer in the configuration"),
    ],
)
def test_a_viewer_that_does_not_do_is_a_sentence(tools: Path, viewer: str, says: str) -> None:
    with pytest.raises(ReadingListError) as caught:
        open_pdf(pdf(tools / "x.pdf"), viewer).check(5)
    assert says in str(caught.value)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it looks into /proc")
def test_a_program_is_left_to_itself(tools: Path, tmp_path: Path) -> None:
    """It has no terminal of ours, is not waited for, and leaves no zombie when it ends."""
    pid, end = tmp_path / "pid", tmp_path / "end"
    tool(
        tools,
        "slow",
        f"echo $$ > '{pid}.part'; mv '{pid}.part' '{pid}'\n"
        f"while [ ! -e '{end}' ]; do sleep 0.02; done",
    )
    before = time.monotonic()
    opened = open_pdf(pdf(tools / "x.pdf"), str(tools / "slow"))
    opened.check(0.05)
    assert time.monotonic() - before < 5
    until(pid.exists)
    number = int(pid.read_text())
    assert {os.readlink(f"/proc/{number}/fd/{n}") for n in range(3)} == {"/dev/null"}
    assert os.getsid(number) == number
    end.touch()
    until(lambda: not Path(f"/proc/{number}").exists())


@pytest.mark.parametrize("data", [b"", b"<script>", b"#!/bin/sh\n", b"[Desktop Entry]\nExec=x\n"])
def test_what_is_no_pdf_is_not_left_to_the_guess_of_the_system(tools: Path, data: bytes) -> None:
    got = tool(tools, "xdg-open")
    file = tools / "x.pdf"
    file.write_bytes(data)
    with pytest.raises(ReadingListError, match=r"x\.pdf is no PDF"):
        open_pdf(file)
    with pytest.raises(ReadingListError, match=r"gone\.pdf can't be read: No such file"):
        open_pdf(tools / "gone.pdf")
    file.write_bytes(b"\xef\xbb\xbf\n%PDF-1.4\n")
    open_pdf(file).check(5)
    assert got.read_text() == f"{file}\n"


def test_code_comes_before_project_pages() -> None:
    links = (
        "https://foxes.github.io",
        "https://github.com.evil.org/x",
        "javascript:alert(1)",
        "https://[x",
        "https://huggingface.co/foxes",
        "https://e.org",
        "http://www.gitlab.com/foxes",
        "https://codeberg.org/f",
    )
    assert [address.text for address in code_first(links)] == [
        "https://huggingface.co/foxes",
        "http://www.gitlab.com/foxes",
        "https://codeberg.org/f",
        "https://foxes.github.io",
        "https://github.com.evil.org/x",
        "https://e.org",
    ]
    assert code_first(()) == []


def test_nothing_is_started_by_a_shell(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    class Fake:
        def __init__(self, command: list[str], **options: object) -> None:
            seen.extend((command, options.get("shell", False)))

    monkeypatch.setattr("readinglist.services.opening.subprocess.Popen", Fake)
    tool(tools, "xdg-open")
    open_address(web(ADDRESS))
    assert seen == [[str(tools / "xdg-open"), ADDRESS], False]
