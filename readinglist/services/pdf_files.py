"""The PDFs of a library: files in a folder beside it that git never tracks."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import time
from typing import TYPE_CHECKING

from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = "pdfs"
"""The folder, beside the library file."""
_PART = ".part"
"""How the name of a file ends that is not whole yet."""
_HOUR = 3600
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._+-]{0,99}")
"""Keys that every file system takes as they are."""
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
"""Names that Windows takes for something else than a file."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9+-]+")
_MOST_READABLE = 60


class PdfFiles:
    """Where the PDFs of one library are."""

    def __init__(self, library: Path) -> None:
        """Look beside a library file; nothing is made before `place`."""
        self.folder = library.parent / FOLDER

    def find(self, keys: Iterable[str]) -> Path | None:
        """Return the PDF of the paper that has, or had, these citation keys; the first's first."""
        if not self.folder.is_dir():
            return None
        files = (self.folder / file_name(key) for key in keys)
        return next((file for file in files if file.is_file()), None)

    def place(self, key: str) -> Path:
        """Return the file to write for a citation key, in a folder that is there.

        Raises:
            ReadingListError: the folder can't be made, or is none.
        """
        try:
            with contextlib.suppress(FileExistsError):
                self.folder.mkdir()
            # A link may have come by git, and lead anywhere.
            if self.folder.is_symlink() or not self.folder.is_dir():
                raise ReadingListError(f"{self.folder} is no folder.", "Move it away.")
            with (
                contextlib.suppress(FileExistsError),
                open(self.folder / ".gitignore", "x", encoding="utf-8") as file,
            ):
                file.write("*\n")
            self._tidy_up()
        except OSError as error:
            raise ReadingListError(
                f"{self.folder} can't be written: {error.strerror}.", "See to it, and fetch again."
            ) from error
        return self.folder / file_name(key)

    def _tidy_up(self) -> None:
        """Delete what programs that were killed have left behind."""
        for part in self.folder.glob(f".*{_PART}"):
            # One of the future is of before the clock was set back.
            if abs(time.time() - part.lstat().st_mtime) > _HOUR:
                part.unlink(missing_ok=True)


def file_name(key: str) -> str:
    """Return the name of the PDF of a citation key, another one for each key.

    A key of small letters, digits and `. _ + -` is the name. Of any other one the name has what
    can be read everywhere, and a digest: so upper and lower case are two files on every disk.
    """
    if _PLAIN.fullmatch(key) and not _DEVICE.fullmatch(key):
        return f"{key}.pdf"
    readable = _NOT_IN_NAMES.sub("_", key)[:_MOST_READABLE].strip("_+-") or "paper"
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:10]
    return f"{readable}~{base64.b32encode(digest).decode().lower()}.pdf"
