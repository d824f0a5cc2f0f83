"""What sources have answered, kept on disk for a few days: who asks again gets it at once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_DAY = 86_400
_MARK = "answer"
"""The first line of a file that is whole: a power cut may leave an empty one."""


class AnswerCache:
    """Answers by question; one that can't be read or written is none."""

    def __init__(self, folder: Path, days: int) -> None:
        """Prepare to keep answers.

        Args:
            folder: for nothing else; made when it is needed.
            days: how long an answer holds; 0 for never.
        """
        self._folder = folder
        self._seconds = days * _DAY

    def get(self, question: str) -> str | None:
        """Return the answer to a question, None where there is none of late."""
        file = self._file(question)
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if self._holds(file.stat().st_mtime):
                kind, _, answer = file.read_text(encoding="utf-8").partition("\n")
                return answer if kind == _MARK else None
        return None

    def put(self, question: str, answer: str) -> None:
        """Keep an answer; an empty one says that there is no such thing."""
        if not self._seconds:
            return
        with contextlib.suppress(OSError, UnicodeEncodeError):
            data = f"{_MARK}\n{answer}".encode()
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
            try:
                with open(handle, "wb") as file:
                    file.write(data)
                os.replace(name, self._file(question))
            except BaseException:
                os.unlink(name)
                raise

    def forget_old(self) -> None:
        """Delete the answers that hold no longer."""
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._folder):
                if entry.is_file(follow_symlinks=False) and not self._holds(entry.stat().st_mtime):
                    with contextlib.suppress(OSError):
                        os.unlink(entry)

    def _holds(self, written: float) -> bool:
        # A clock that was set back leaves answers from the future: they are not of late.
        return -60 < time.time() - written < self._seconds

    def _file(self, question: str) -> Path:
        return self._folder / hashlib.sha256(question.encode("utf-8", "replace")).hexdigest()
