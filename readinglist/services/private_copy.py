"""A copy of a library, to show what is in it without touching it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from readinglist.config import state_folder
from readinglist.services.library import Library
from readinglist.storage.kept_here import copy_library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from readinglist.config import Config


@contextmanager
def private_copy(path: Path, config: Config) -> Iterator[Library]:
    """Open a copy of the library at `path`, with what is unsaved there; leaving deletes it.

    Raises:
        LibraryError: there is no library, it is not sound, or it can't be copied.
    """
    with TemporaryDirectory(prefix="readinglist-copy-") as name:
        folder = Path(name)
        copy = folder / "library.db"
        copy_library(path, state_folder(), copy, folder / "state")
        library = Library.open(copy, config, folder / "state")
        try:
            yield library
        finally:
            library.close()
