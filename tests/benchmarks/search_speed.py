"""Measures a search in libraries of some sizes against `fzf --filter` over their titles alone.

    python tests/benchmarks/search_speed.py [--papers 10000 100000] [--library FILE] [--json FILE]

The queries are the same for all sizes: whole ones of all kinds (see queries.py), one or two
letters, and some queries as they grow letter by letter. readinglist searches titles, authors,
abstracts and all else, in this process; fzf is a whole process, its list on standard input.
They take turns. `--library` names a library to be searched in, too, with its working copy in a
folder `state` beside it, as `Library.open(FILE, state=...)` has made it: to make one of a million
papers takes a while.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.domain.paper import Paper
from readinglist.services.library import Library
from readinglist.services.live_search import FIRST
from tests.benchmarks import generated
from tests.benchmarks.queries import queries

_WHOLE, _STARTS, _TYPED = 150, 30, 6
"""How many whole queries there are, how many beginnings, and how many typed letter by letter."""

Figures = dict[str, float]


def asked(papers: Sequence[Paper], seed: int) -> dict[str, list[str]]:
    """Return the queries, by what they are."""
    dice = random.Random(seed)
    whole = [one.text for one in queries(papers, seed, _WHOLE)]
    starts = [dice.choice(one.split())[: 1 + i % 2] for i, one in enumerate(whole[:_STARTS])]
    typed = [one[:end] for one in whole[-_TYPED:] for end in range(1, len(one) + 1)]
    return {"whole": whole, "1-2 letters": starts, "letter by letter": typed}


def measure(count: int, groups: dict[str, list[str]], seed: int, folder: Path) -> Figures:
    """Return what was measured in a library of `count` papers."""
    path, state, titles = folder / "library.db", folder / "state", folder / "titles.txt"
    text = 0

    def noted() -> Iterator[Paper]:
        nonlocal text
        with titles.open("w", encoding="utf-8") as lines:
            for paper in generated.papers(count, seed):
                lines.write(f"{paper.title}\n")
                parts = (paper.title, *paper.authors, paper.abstract, paper.note, *paper.tags)
                text += sum(len(part.encode()) for part in parts if part)
                yield paper

    generated.fill(path, noted())
    figures = {"first open, s": _seconds(lambda: Library.open(path, state=state).close())}
    without_index = _size(state)  # it grows by the index, wherever that is
    library = Library.open(path, state=state)
    figures["index, s per 10,000"] = _seconds(library.index) / count * 10_000
    figures["first query, ms"] = 1000 * _seconds(lambda: library.find("first of all"))
    times = timed(library, titles, groups)
    library.close()
    figures["index / text"] = (_size(state) - without_index) / text
    return figures | times


def measure_ready(path: Path, groups: Mapping[str, Sequence[str]], folder: Path) -> Figures:
    """Return the figures of a library that is there."""
    titles = folder / "titles.txt"
    with Library.open(path, state=path.with_name("state")) as library, titles.open("w") as lines:
        ids = library.find().ids
        for start in range(0, len(ids), 1000):
            lines.writelines(f"{paper.title}\n" for paper in library.papers(ids[start:][:1000]))
        begin = time.perf_counter()
        library.index()
        print(f"{len(ids):,} papers, index up to date after {time.perf_counter() - begin:.1f} s")
        return timed(library, titles, groups)


def timed(library: Library, titles: Path, groups: Mapping[str, Sequence[str]]) -> Figures:
    """Return how long the queries of each group take, here and in fzf."""
    ours, theirs = (dict[str, list[float]]() for _ in range(2))
    for name, texts in groups.items():
        for query in texts:
            # As the app asks: the first papers, the others follow behind the screen.
            ours.setdefault(name, []).append(_seconds(partial(library.find, query, most=FIRST)))
            theirs.setdefault(name, []).append(_seconds(partial(_fzf, query, titles)))
    for times in (ours, theirs):
        times["all"] = list(chain.from_iterable(times.values()))
    figures: Figures = {}
    for name in ours:
        for statistic, of in (("median", statistics.median), ("95th", _percentile)):
            mine, its = 1000 * of(ours[name]), 1000 * of(theirs[name])
            figures |= {
                f"{name}, {statistic}, ms": mine,
                f"{name}, {statistic}, fzf, ms": its,
                f"{name}, {statistic}, ratio": mine / its,
            }
    return figures


def machine() -> dict[str, object]:
    """Return where the figures are from."""
    version = subprocess.run(["fzf", "--version"], capture_output=True, text=True, check=True)
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fzf": version.stdout.strip(),
    }


def _fzf(query: str, titles: Path) -> None:
    with titles.open("rb") as lines:
        command = ["fzf", "--filter", query]
        subprocess.run(command, stdin=lines, stdout=subprocess.DEVNULL, check=False)


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _percentile(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--library", type=Path, help="a library to search in, too")
    parser.add_argument("--json", type=Path, help="the file to write the figures to, too")
    options = parser.parse_args()
    if not shutil.which("fzf"):
        raise SystemExit("It needs fzf.")
    groups = asked(list(generated.papers(min(options.papers), options.seed)), options.seed)
    figures: dict[int, Figures] = {}
    for count in options.papers:
        with TemporaryDirectory() as folder:
            figures[count] = measure(count, groups, options.seed, Path(folder))
    if options.library:
        with Library.open(options.library, state=options.library.with_name("state")) as library:
            count = library.count()
        with TemporaryDirectory() as folder:
            figures[count] = measure_ready(options.library, groups, Path(folder))
    info = {**machine(), "queries": {name: len(texts) for name, texts in groups.items()}}
    print(*(f"{name}: {value}" for name, value in info.items()), sep="\n")
    print(f"\n{'papers':36}", *(f"{count:>10,}" for count in figures))
    for name in figures[options.papers[0]]:
        print(f"{name:36}", *(f"{of.get(name, math.nan):10.2f}" for of in figures.values()))
    if options.json:
        options.json.write_text(json.dumps({"machine": info, "figures": figures}, indent=2))


if __name__ == "__main__":
    main()
