"""Drafts: what is being written is kept on this machine until it is a note.

first letters -> a file with the draft, and a lock beside it that ends with the process
more letters -> the file anew, at most so often as the editor asks for
the editor is left -> the note is kept -> the files are gone
the app is killed -> the lock is free -> the next app on the library makes it a note
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import threading
from typing import IO, TYPE_CHECKING

from readinglist.domain.paper import Paper
from readinglist.errors import ReadingListError
from readinglist.services.exporting import write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from readinglist.services.notes import Kept

_ONLY_ON_SCREEN = "See to it: until then, what you write is only on the screen."
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


class Draft:
    """What is being written about one paper. Its methods may be called in any thread.

    Attributes:
        text: what has been written by now; `write` keeps it.
    """

    def __init__(self, folder: Path, paper: Paper) -> None:
        """Prepare a draft; no file is made before `write`.

        Args:
            folder: where it is kept.
            paper: what it is about, with the note that it began from.
        """
        self.text: str | None = None
        self._paper = paper
        self._written: str | None = None
        self._file = folder / f"{paper.id:016x}-{os.getpid()}-{secrets.token_hex(4)}.json"
        self._held: IO[bytes] | None = None
        self._is_over = False
        self._alone = threading.Lock()

    def write(self) -> None:
        """Keep `text`, whole; do nothing if it is kept already, or the draft is over.

        Raises:
            ReadingListError: it can't be written.
        """
        with self._alone:
            if self._is_over or self.text in (None, self._written):
                return
            if self._held is None:
                self._hold()
            text = self.text
            draft = {
                "paper": self._paper.id,
                "key": self._paper.key,
                "title": self._paper.title,
                "before": self._paper.note,
                "text": text,
            }
            try:
                write_bytes(self._file, json.dumps(draft).encode("ascii"))
            except ReadingListError as error:
                raise ReadingListError(error.message, _ONLY_ON_SCREEN) from error
            self._written = text

    def _hold(self) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._held = open(_lock_of(self._file), "wb")  # noqa: SIM115 - held until the end
            fcntl.flock(self._held, fcntl.LOCK_EX)
        except OSError as error:
            raise ReadingListError(
                f"{self._file} can't be written: {error.strerror}.", _ONLY_ON_SCREEN
            ) from error

    def end(self) -> None:
        """Take the draft away: what was written is kept elsewhere."""
        self._close(_delete)

    def abandon(self) -> None:
        """Let the draft be taken up by whom looks for some next."""
        self._close(lambda file: None)

    def _close(self, then: Callable[[Path], None]) -> None:
        with self._alone:
            self._is_over = True
            if self._held:
                then(self._file)
                self._held.close()
                self._held = None


class Drafts:
    """The drafts of one library."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, paper: Paper) -> Draft:
        """Return a draft about a paper, which has the note that it begins from."""
        return Draft(self._folder, paper)

    def take_up(self, keep: Callable[[Paper, str], Kept]) -> list[Kept]:
        """Make notes of the drafts that nobody writes any more; return what became of them.

        Args:
            keep: keeps a text as the note of a paper; the draft goes only when it has returned.
        """
        kept = []
        for file in sorted(self._folder.glob("*.json")):
            with _alone_at(file) as is_abandoned:
                draft = _read(file) if is_abandoned else None
                if draft:
                    kept.append(keep(*draft))
                    _delete(file)
        return kept

    def set_aside(self, key: str, text: str) -> Path:
        """Write a text that can't be a note to a file of its own, and return where it is.

        Raises:
            ReadingListError: it can't be written.
        """
        return set_aside(self._folder, key, text.encode("utf-8", "replace"))


def set_aside(folder: Path, name: str, text: bytes) -> Path:
    """Write a text to a new file in `folder`, called about `name`, and return where it is.

    Raises:
        ReadingListError: it can't be written.
    """
    name = _NOT_IN_NAMES.sub("-", name)[:80].lstrip("-.") or "note"
    file = folder / f"{name}-{secrets.token_hex(3)}.md"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    write_bytes(file, text)
    return file


def _lock_of(file: Path) -> Path:
    return file.with_suffix(".lock")


def _delete(file: Path) -> None:
    for one in (file, _lock_of(file)):
        with contextlib.suppress(OSError):
            one.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone_at(file: Path) -> Iterator[bool]:
    """Keep others from a draft, and say whether nobody is at it."""
    try:
        held = open(_lock_of(file), "ab")  # noqa: SIM115 - held below
    except OSError:
        yield False
        return
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _read(file: Path) -> tuple[Paper, str] | None:
    """Return the paper, as far as a draft knows it, and the text; None of what is no draft."""
    try:
        draft = json.loads(file.read_bytes())
        text, before = draft["text"], draft["before"]
        number, key, title = int(draft["paper"]), draft["key"], draft["title"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(isinstance(one, str) for one in (text, key, title, before or "")):
        return None
    return Paper(title, number, key, note=before), text
