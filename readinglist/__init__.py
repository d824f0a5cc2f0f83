"""A reading list for researchers who live in a terminal, in LaTeX and in git.

>>> import readinglist
>>> with readinglist.open_library("library.db") as library:  # doctest: +SKIP
...     library.import_files(["page.txt"])
...     for hit in library.search("atention is all you ned", limit=5):
...         print(hit.paper.key, hit.paper.title)

Importing this package loads nothing heavy: `open_library` fetches what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from readinglist.services.library import Library

__all__ = ["__version__", "open_library"]

__version__ = "0.1.0"


def open_library(path: str | PathLike[str]) -> Library:
    """Open the library at `path`, or make a new one there.

    Use it as a context manager: leaving it writes what is unsaved and closes the files.

    Raises:
        readinglist.errors.LibraryError: the file is no sound readinglist library, or
            its folder can't be written.
    """
    from readinglist.services.library import Library

    return Library.open(path)
