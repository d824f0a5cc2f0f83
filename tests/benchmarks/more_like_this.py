"""Measures how many of the papers that are said to be like another stand on a page with it.

    python tests/benchmarks/more_like_this.py [--papers 10000 100000] [--library FILE...]

Each of the real listing pages was about one topic. For each of their papers ten others are looked
for; printed is the share of those that stand on a page with it, averaged over the papers of each
page and then over the pages. Beside readinglist: the cosine of TF-IDF vectors over title and
abstract, FTS5's bm25 with the words of the title as the query, and ten papers drawn by chance.
Then the time of a call in libraries of some sizes, of a new connection and of the same again.
"""

from __future__ import annotations

import argparse
import math
import random
import sqlite3
import statistics
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from readinglist.search.tokens import words
from readinglist.services.library import Library
from tests.benchmarks import libraries
from tests.benchmarks.papers import LISTINGS, listing_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from readinglist.domain.paper import Paper

_MOST = 10
_CALLS = 20

Nearest = dict[int, list[int]]
"""For each paper, by id, those that are found to be like it."""


def tf_idf(papers: Sequence[Paper]) -> Nearest:
    counts = {p.id: Counter(words(f"{p.title} {p.abstract or ''}")) for p in papers}
    in_papers = Counter(word for count in counts.values() for word in count)
    vectors: dict[int, dict[str, float]] = {}
    for number, count in counts.items():
        vector = {
            word: (1 + math.log(times)) * math.log(len(papers) / in_papers[word])
            for word, times in count.items()
        }
        length = math.hypot(*vector.values())
        vectors[number] = {word: weight / length for word, weight in vector.items()}

    def nearness(one: int, other: int) -> float:
        return sum(weight * vectors[other].get(word, 0) for word, weight in vectors[one].items())

    return {
        one: sorted((n for n in vectors if n != one), key=lambda n, one=one: -nearness(one, n))  # type: ignore[misc]
        for one in vectors
    }


def bm25(papers: Sequence[Paper]) -> Nearest:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE text USING fts5(title, abstract)")
    connection.executemany(
        "INSERT INTO text (rowid, title, abstract) VALUES (?, ?, ?)",
        ((place, p.title, p.abstract) for place, p in enumerate(papers)),
    )
    found: Nearest = {}
    for place, paper in enumerate(papers):
        query = " OR ".join(f'"{word}"' for word in words(paper.title))
        rows = connection.execute(
            "SELECT rowid FROM text WHERE text MATCH ? AND rowid != ? ORDER BY rank LIMIT ?",
            (query, place, _MOST),
        )
        found[paper.id] = [papers[row].id for (row,) in rows]
    return found


def by_chance(papers: Sequence[Paper]) -> Nearest:
    dice = random.Random(0)
    ids = [paper.id for paper in papers]
    return {one: dice.sample([n for n in ids if n != one], len(ids) - 1) for one in ids}


def share(papers: Sequence[Paper], nearest: Nearest, most: int = _MOST) -> float:
    """Return the share of the first `most` that stand on a page with the paper."""
    pages = {paper.id: set(paper.sources) for paper in papers}
    shares = {
        one: statistics.mean(bool(pages[other] & pages[one]) for other in others[:most])
        for one, others in nearest.items()
    }
    return statistics.mean(
        statistics.mean(shares[paper] for paper in pages if page in pages[paper])
        for page in set().union(*pages.values())
    )


def quality() -> None:
    """Print the shares."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        with Library.open(path, state=Path(folder) / "state") as library:
            library.import_files(listing_pages(Path(folder)))
            papers = library.papers(library.find().ids)
            ours = {
                paper.id: [hit.paper.id for hit in library.similar(paper.key, _MOST)]
                for paper in papers
            }
    chance = by_chance(papers)
    for name, found, most in (
        ("readinglist", ours, _MOST),
        ("TF-IDF cosine", tf_idf(papers), _MOST),
        ("bm25 of the title", bm25(papers), _MOST),
        ("chance", chance, len(papers) - 1),
    ):
        print(f"{name:18} {share(papers, found, most):.3f}")


def speed(library: libraries.Ready) -> None:
    """Print how long a call takes."""
    with Library.open(library.path, state=library.state) as ours:
        ids = list(ours.find().ids)
    times: dict[str, list[float]] = {"first": [], "again": []}
    for number in random.Random(1).sample(ids, _CALLS):
        with Library.open(library.path, state=library.state) as ours:
            call = partial(ours.similar, ours.papers([number])[0].key, _MOST)
            for its in times.values():
                its.append(1000 * seconds(call))
    figures = (
        f"{kind} {statistics.median(its):6.1f} ms, at most {max(its):6.1f}"
        for kind, its in times.items()
    )
    print(f"{library.papers:11,} papers:", "; ".join(figures))


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    libraries.add_options(parser, [10_000, 100_000])
    options = parser.parse_args()
    if LISTINGS.is_dir():
        quality()
    with libraries.chosen(options) as chosen:
        for library in chosen:
            speed(library)


if __name__ == "__main__":
    main()
