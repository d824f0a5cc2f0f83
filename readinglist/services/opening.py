"""Opening a web address or a PDF in another program, which is left to itself.

The program gets neither our terminal nor our output: it may be one for the terminal, or talkative.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from readinglist.domain.command import words_of
from readinglist.domain.web_address import WebAddress
from readinglist.errors import InvalidValueError, ReadingListError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CODE_HOSTS = ("github.com", "gitlab.com", "huggingface.co", "bitbucket.org", "codeberg.org")
"""Where code is kept."""
_OF_THE_TERMINAL = frozenset(
    ("www-browser", "w3m", "lynx", "links", "links2", "elinks", "browsh", "carbonyl")
)
"""Browsers that need the terminal which we have."""
_HEADER, _HEADER_WITHIN = b"%PDF-", 1024
"""How a PDF begins, and in how many bytes it does."""


def code_first(addresses: Sequence[str]) -> list[WebAddress]:
    """Return the web addresses among some, those where code is kept before the others."""
    found = filter(None, map(WebAddress.parse, addresses))
    return sorted(found, key=lambda address: not _is_code(address))


class Opened:
    """A program that was started. It goes on when we are gone."""

    def __init__(self, process: subprocess.Popen[bytes], hint: str) -> None:
        """Watch over a program; `hint` says what to do where it fails."""
        self._process = process
        self._hint = hint

    def check(self, seconds: float) -> None:
        """Wait whether the program fails, so long; after that it is left to itself.

        Raises:
            ReadingListError: it ended with another code than 0.
        """
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            # The system can forget it when it ends, for somebody waits for that.
            threading.Thread(target=self._process.wait, daemon=True).start()
            return
        if code:
            name = str(self._process.args[0])  # type: ignore[index]  # a list, as we started it
            raise ReadingListError(f"{name} could not open it (code {code}).", self._hint)


def open_address(address: WebAddress) -> Opened:
    """Open a web address in a browser with a window: that of $BROWSER, else the system's.

    It begins with its scheme: it is never an option.

    Raises:
        ReadingListError: no browser can be started.
    """
    hint = "Set $BROWSER to a browser with a window."
    browser = os.environ.get("BROWSER", "").partition(os.pathsep)[0]
    words = _words(browser, "$BROWSER") if browser else []
    opener = _system_opener()
    if words and os.path.basename(words[0]) not in _OF_THE_TERMINAL:
        named = [word.replace("%s", address.text) for word in words]
        return _start(named if named != words else [*words, address.text], hint)
    if opener is None:
        raise ReadingListError(f"No browser can be opened here for {address.text}.", hint)
    return _start([opener, address.text], hint)


def open_pdf(file: Path, viewer: str = "") -> Opened:
    """Open a PDF.

    Args:
        file: the PDF.
        viewer: the program, with options; empty for the system's. No shell reads it.

    Raises:
        ReadingListError: it is no PDF, or no program can be started.
    """
    _check_pdf(file)
    path = os.path.abspath(file)  # begins with a slash: it is never an option
    hint = "Set viewer in the configuration to a program for PDFs."
    if viewer:
        return _start([*_words(viewer, "viewer"), path], hint)
    opener = _system_opener()
    if opener is None:
        raise ReadingListError(f"No program is known that opens {path}.", hint)
    return _start([opener, path], hint)


def _is_code(address: WebAddress) -> bool:
    host = address.host
    return any(host == known or host.endswith(f".{known}") for known in CODE_HOSTS)


def _check_pdf(file: Path) -> None:
    """Look whether a file, which may have come with a repository, is a PDF.

    Else the system would guess what it is, and run it.

    Raises:
        ReadingListError: it is none.
    """
    try:
        with open(file, "rb") as opened:
            beginning = opened.read(_HEADER_WITHIN)
    except OSError as error:
        raise ReadingListError(f"{file} can't be read: {error.strerror}.") from error
    if _HEADER not in beginning:
        raise ReadingListError(f"{file} is no PDF.", "Delete it, and fetch it anew.")


def _words(command: str, name: str) -> list[str]:
    try:
        return words_of(command)
    except InvalidValueError as error:
        raise ReadingListError(f"{name} can't be used: {error.message}", error.hint) from error


def _system_opener() -> str | None:
    """Return the program that opens anything; None where nothing with a window can be seen.

    Without a desktop, xdg-open would start a browser of the terminal, which has none.
    """
    if sys.platform == "darwin":
        return shutil.which("open")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return shutil.which("xdg-open")
    return shutil.which("termux-open")


def _start(command: list[str], hint: str) -> Opened:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is none"
        raise ReadingListError(f"{command[0]} can't be started: {why}.", hint) from error
    return Opened(process, hint)
