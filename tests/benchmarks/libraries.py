"""The libraries that the benchmarks search in: generated ones, or some that are ready."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, NamedTuple

from readinglist.services.library import Library
from readinglist.storage import working_files
from readinglist.storage.document import fingerprint
from tests.benchmarks import generated, lived_in
from tests.benchmarks.queries import KINDS, queries

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from readinglist.domain.paper import Paper

_OTHERS = ("year:2022.. learn", '"neural netw', "zzqqxx nonsens")
"""What is typed beside words of titles: a filter, a phrase, nonsense."""


class Ready(NamedTuple):
    """A library whose papers are indexed."""

    papers: int
    path: Path
    state: Path


def add_options(parser: ArgumentParser, papers: Sequence[int]) -> None:
    """Let one choose the libraries; by default those with so many generated `papers`."""
    parser.add_argument("--papers", type=int, nargs="*", default=list(papers))
    parser.add_argument(
        "--lived-in",
        type=int,
        nargs="+",
        default=[],
        metavar="PAPERS",
        help="libraries with a journal of two years, see lived_in.py; made once, then kept",
    )
    parser.add_argument(
        "--library",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="library files to search in, instead of making some",
    )
    parser.add_argument(
        "--state",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        help="the folders of their working copies; `state` beside each file if not given",
    )


@contextmanager
def chosen(options: Namespace) -> Iterator[list[Ready]]:
    """Yield the libraries that were chosen, the smallest first; those made here are deleted."""
    with TemporaryDirectory() as folder:
        if options.library:
            states = options.state or [path.with_name("state") for path in options.library]
            places = list(zip(options.library, states, strict=True))
        else:
            places = [made(count, Path(folder) / str(count)) for count in options.papers]
        libraries = []
        for path, state in places:
            with Library.open(path, state=state) as library:
                library.index()
                libraries.append(Ready(library.count(), path.resolve(), state.resolve()))
        libraries += (kept(count) for count in options.lived_in)
        yield sorted(libraries)


def papers_of(library: Ready) -> list[Paper]:
    """Return all papers of a library."""
    with Library.open(library.path, state=library.state) as opened:
        return opened.papers(sorted(opened.find().ids))


def to_type(library: Ready, seed: int = 1) -> list[str]:
    """Return queries of several kinds to type letter by letter, about papers of a library."""
    asked = queries(papers_of(library), seed, len(KINDS))
    return [*(one.text for one in asked), *_OTHERS]


def kept(count: int, *, is_lived_in: bool = True) -> Ready:
    """Return an indexed library in a place of its own, as it was when it was first made.

    It is made once and kept under the folder for temporary files: that of 100,000 papers takes
    minutes. Only one benchmark at a time can have it.
    """
    name = f"{'lived-in' if is_lived_in else 'plain'}-{count}-{lived_in.VERSION}"
    home = Path(gettempdir()) / f"readinglist-benchmarks-{os.getuid()}" / name
    first, place = home / "first", home / "place"
    path, state = place / "library.db", place / "state"
    shutil.rmtree(place, ignore_errors=True)
    if not first.exists():
        state.mkdir(parents=True)
        if is_lived_in:
            machine = working_files._machine_name(state, path.resolve())
            lived_in.fill(path, lived_in.size_of(count), machine)
        else:
            generated.fill(path, generated.papers(count))
        with Library.open(path, state=state) as library:
            library.index()
        place.rename(first)
    shutil.copytree(first, place)
    for database in state.glob("*/working.db"):
        with closing(sqlite3.connect(database)) as connection, connection:
            # The copy has the rows of the copied file: they need no reading again.
            connection.execute(
                "UPDATE meta SET value = ? WHERE name = 'document'", (str(fingerprint(path)),)
            )
    return Ready(count, path, state)


def made(count: int, folder: Path, seed: int = 1) -> tuple[Path, Path]:
    """Make a library of generated papers; return its file, and the folder for its working copy."""
    folder.mkdir()
    generated.fill(folder / "library.db", generated.papers(count, seed))
    return folder / "library.db", folder / "state"
