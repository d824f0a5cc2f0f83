"""Exporting papers: to text, and to files that are whole at every moment."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from readinglist.errors import InvalidValueError, ReadingListError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper

BIBTEX = "bibtex"
JSON = "json"
EXPORT_FORMATS = (BIBTEX, JSON)
"""The formats that papers can be written in, by name."""


def export_text(papers: Sequence[Paper], kind: str = BIBTEX) -> str:
    """Return `papers` in the format `kind`.

    Raises:
        InvalidValueError: there is no such format.
    """
    if kind == BIBTEX:
        from readinglist.formats.bibtex_writing import write_bibtex

        return write_bibtex(papers).text
    if kind == JSON:
        from readinglist.formats.json_lines import write

        return write(sorted(papers, key=lambda paper: paper.key.lower()))
    raise InvalidValueError(
        f"There is no format “{kind}”.", f"It is one of {', '.join(EXPORT_FORMATS)}."
    )


def write_file(path: Path, text: str) -> None:
    """Put `text` in the file at `path`, all of it or nothing.

    A link is followed to the file it names, as any editor would; a pipe or a device is
    written to as it is.

    Raises:
        ReadingListError: it can't be written; an earlier version stays.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if path.exists() and not target.is_file():
            path.write_text(text, encoding="utf-8")
            return
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            os.chmod(name, mode)
            os.replace(name, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
    except OSError as error:
        raise ReadingListError(
            f"{path} can't be written: {error.strerror}.", "Name another file."
        ) from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
