"""Measures what is read when a library is opened, and what is indexed after a pull.

    python tests/benchmarks/opening.py [--papers 10000 100000] [--library FILE...]

First, the library opens as the app opens it: the first papers in view are fetched, a search is
answered, and more than the index lacks is not indexed. Printed are the bytes that the process
asked the system for (`rchar`, Linux only) beside the size of the library file, and the seconds.
Then ten of its papers are changed in a copy of the file, as by a pull. Printed are the papers
that were indexed until one of the new titles is found, and the seconds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sqlite3
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.services.library import Library
from readinglist.services.live_search import FIRST
from tests.benchmarks import libraries

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.libraries import Ready

_CHANGED = 10
_LINES = 50
_KIB = 1024


def opened(library: Ready) -> None:
    """Print what opening takes."""
    indexed: list[int] = []

    def first_screen() -> None:
        with Library.open(library.path, state=library.state) as ours:
            found = ours.find(most=FIRST)
            ours.papers(list(found.ids[:_LINES]))

    def first_search() -> None:
        with Library.open(library.path, state=library.state) as ours:
            ours.index(counting(indexed))
            ours.find("attention", most=FIRST)

    size = library.path.stat().st_size / _KIB
    for name, act in (("first screen", first_screen), ("index and a search", first_search)):
        read, seconds = cost(act)
        print(
            f"{library.papers:11,} papers, {name:18} {read / _KIB:8.0f} KiB read, the file has "
            f"{size:,.0f}; {1000 * seconds:6.1f} ms"
        )
    print(f"{'':18} {max(indexed, default=0)} indexed")


def pulled(library: Ready, folder: Path) -> None:
    """Print what a pull takes that changed some papers."""
    path = Path(shutil.copy(library.path, folder / "library.db"))
    state = folder / "state"
    with Library.open(path, state=state) as ours:
        ours.index()
        change(path)
        indexed: list[int] = []
        begin = time.perf_counter()
        ours.take_in()
        taken = time.perf_counter()
        ours.index(counting(indexed))
        done = time.perf_counter()
        assert len(ours.find("quokkaberry").ids) == _CHANGED
    print(
        f"{library.papers:11,} papers, {_CHANGED} changed: {max(indexed)} indexed in "
        f"{1000 * (done - taken):.1f} ms; taken in within {taken - begin:.2f} s"
    )


def change(path: Path) -> None:
    """Change some titles in a library file, as another machine would."""
    with Library.open(path, state=path.with_name("elsewhere")) as other:
        for paper in other.papers(list(other.find().ids[::_CHANGED][:_CHANGED])):
            other.note(paper.key, "Of quokkaberry.")
        other.save()


def counting(indexed: list[int]) -> Callable[[int, int], bool]:
    """Return what notes how many papers are to be indexed."""

    def goes_on(_: int, of: int) -> bool:
        indexed.append(of)
        return True

    return goes_on


def cost(act: Callable[[], object]) -> tuple[int, float]:
    """Return the bytes that were read meanwhile, and the seconds."""
    before, begin = _read(), time.perf_counter()
    act()
    return _read() - before, time.perf_counter() - begin


def _read() -> int:
    found = re.search(r"rchar: (\d+)", Path("/proc/self/io").read_text(encoding="ascii"))
    assert found
    return int(found[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [10_000, 100_000])
    print(f"SQLite {sqlite3.sqlite_version}")
    with libraries.chosen(parser.parse_args()) as chosen:
        for library in chosen:
            opened(library)
        for library in chosen:
            with TemporaryDirectory() as folder:
                pulled(library, Path(folder))


if __name__ == "__main__":
    main()
