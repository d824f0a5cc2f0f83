"""Measures merge driver and diff text against reading the same files, and the growth of packs.

python tests/benchmarks/merging.py [PAPERS] [ROUNDS]
"""

from __future__ import annotations

import builtins
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from readinglist.domain.paper import Paper, Status
from readinglist.formats.json_lines import write
from readinglist.services.library import Library
from readinglist.services.syncing import set_up, sync

if TYPE_CHECKING:
    from collections.abc import Callable

_READ = """
import sqlite3, sys
for name in sys.argv[1:]:
    connection = sqlite3.connect(name)
    for table in ("paper", "paper_tag", "source", "paper_source", "key_alias", "journal"):
        connection.execute(f"SELECT * FROM {table}").fetchall()
"""


_EDITS = 20


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {
            "XDG_STATE_HOME": str(folder / "state"),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        }
        (folder / "gitconfig").write_text("[user]\nname = T\nemail = t@example.org\n")
        library = Library.open(folder / "repo" / "library.db")
        file = folder / "papers.jsonl"
        file.write_text(write(invented(count)), encoding="utf-8")
        library.import_files([file])
        set_up(library)
        print(f"{count} papers, file {size(library.path):.1f} MB, {ratio(library.path):.2f} x text")
        times_of_commands(folder, library, rounds)
        growth(library)
        library.close()


def times_of_commands(folder: Path, library: Library, rounds: int) -> None:
    """Print how long the driver and the diff text take, as processes of their own."""
    ids = library.find().ids
    base, one, other = (folder / f"{name}.db" for name in ("base", "one", "other"))
    shutil.copy(library.path, base)
    for path, some, status in ((one, ids[:50], Status.READ), (other, ids[25:75], Status.READING)):
        shutil.copy(base, path)
        with Library.open(path) as copy:
            copy.mark(some, status=status)
            copy.note(copy.papers(some[:1])[0].key, f"A note in {path.name}")
    program = [sys.executable, "-m", "readinglist"]
    mine = folder / "mine.db"
    commands: dict[str, tuple[list[str], Callable[[], object]]] = {
        "read three": ([sys.executable, "-c", _READ, str(base), str(one), str(other)], int),
        "merge driver": (
            [*program, "merge-driver", str(base), str(mine), str(other), "7", "library.db"],
            lambda: shutil.copy(one, mine),
        ),
        "read one": ([sys.executable, "-c", _READ, str(base)], int),
        "diff text": ([*program, "textconv", str(base)], int),
    }
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, (command, prepare) in commands.items():
            prepare()
            begin = time.perf_counter()
            subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            times.setdefault(name, []).append(time.perf_counter() - begin)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:14} median {seconds:6.2f} s")
    print(f"merge driver / read three {medians['merge driver'] / medians['read three']:.1f}")
    print(f"diff text / read one {medians['diff text'] / medians['read one']:.1f}")


def growth(library: Library) -> None:
    """Print by how much git's packs grow for an edit, and for a paper that is added."""
    ids = library.find().ids
    git(library, "gc", "-q")
    before = packed(library)
    for paper in ids[:_EDITS]:
        library.mark([paper], status=Status.READ)
        sync(library, most_loose=2**40)
    git(library, "gc", "-q")
    print(f"a status edit {(packed(library) - before) / _EDITS:.2f} KB")
    before = packed(library)
    file = library.path.parent.parent / "one.jsonl"
    for new in invented(len(ids) + _EDITS)[len(ids) :]:
        file.write_text(write([new]), encoding="utf-8")
        library.import_files([file])
        sync(library, most_loose=2**40)
    git(library, "gc", "-q")
    print(f"a paper added {(packed(library) - before) / _EDITS:.2f} KB")


def packed(library: Library) -> float:
    """Return the size of the packs, in KB."""
    folder = library.path.parent / ".git" / "objects" / "pack"
    return sum(path.stat().st_size for path in folder.glob("*.pack")) / 1024


def git(library: Library, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=library.path.parent, check=True)


def size(path: Path) -> float:
    return path.stat().st_size / 2**20


def ratio(path: Path) -> float:
    """Return the size of the file against the bytes of the texts in it."""
    with closing(sqlite3.connect(path)) as connection:
        text = 0
        for table in ("paper", "paper_tag", "source", "paper_source", "key_alias", "journal"):
            for row in connection.execute(f"SELECT * FROM {table}"):
                text += sum(len(str(value).encode()) for value in row if value is not None)
    return path.stat().st_size / text


def invented(count: int) -> list[Paper]:
    """Return papers with abstracts of some 1,500 characters, from words that nobody put so."""
    dice = random.Random(7)
    texts = (value.__doc__ or "" for value in vars(builtins).values())
    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    return [
        Paper(
            f"{' '.join(dice.choices(words, k=6)).title()} {number}",
            key=f"key{number}",
            authors=tuple(f"{dice.choice(words).title()}, {chr(65 + n)}" for n in range(4)),
            abstract=" ".join(dice.choices(words, k=200)),
            published=f"20{number % 25:02}",
        )
        for number in range(count)
    ]


if __name__ == "__main__":
    main()
