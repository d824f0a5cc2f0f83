"""Measures how often a search finds the paper that a misspelt query was made from.

    python tests/benchmarks/search_quality.py [--seeds 2 3 4] [--papers 10000] [--only NAME...]

Each line is a way to search: `@1` is how often that paper came first, `@10` how often it was
among the first ten, over all queries; the other columns are that by kind of query, see
queries.py. Once over the real papers alone, once with generated ones around them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from rapidfuzz import fuzz, process, utils

from readinglist.domain.paper import Paper
from readinglist.search.tokens import words
from readinglist.services.library import Library
from tests.benchmarks import generated
from tests.benchmarks.papers import COUNT
from tests.benchmarks.queries import KINDS, Asked, queries

_LIMIT = 10
_PEERS = Path(__file__).with_name("peers.py")

Answers = list[list[int]]
"""For each query, the first ten papers by their place in the list of papers."""


class NotInstalledError(Exception):
    """The other program isn't there."""


def readinglist(papers: Sequence[Paper], texts: Sequence[str]) -> Answers:
    places = {paper.id: place for place, paper in enumerate(papers)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        generated.fill(path, papers)
        with Library.open(path, state=Path(folder) / "state") as library:
            library.index()
            return [
                [places[hit.paper.id] for hit in library.search(text, limit=_LIMIT)]
                for text in texts
            ]


def fzf(papers: Sequence[Paper], texts: Sequence[str]) -> Answers:
    if not shutil.which("fzf"):
        raise NotInstalledError
    places = {" ".join(paper.title.split()): place for place, paper in enumerate(papers)}
    lines = "\n".join(places)
    found: Answers = []
    for text in texts:
        done = subprocess.run(
            ["fzf", "--filter", text], input=lines, capture_output=True, text=True, check=False
        )
        found.append([places[line] for line in done.stdout.splitlines()[:_LIMIT]])
    return found


def wratio(papers: Sequence[Paper], texts: Sequence[str]) -> Answers:
    titles = [utils.default_process(paper.title) for paper in papers]
    return [
        [place for _, _, place in process.extract(text, titles, scorer=fuzz.WRatio, limit=_LIMIT)]
        for text in texts
    ]


def peer(name: str, python: str | None) -> Callable[[Sequence[Paper], Sequence[str]], Answers]:
    """Return the search of papis or bibtui, in the Python that has it."""
    if python is None and (program := shutil.which(name)):
        python = str(Path(program).resolve().with_name("python"))

    def search(papers: Sequence[Paper], texts: Sequence[str]) -> Answers:
        if not python:
            raise NotInstalledError
        facts = [
            {
                "ref": paper.key,
                "title": paper.title,
                "author": " and ".join(paper.authors),
                "tags": " ".join(paper.tags),
            }
            for paper in papers
        ]
        asked = json.dumps({"papers": facts, "queries": list(texts), "limit": _LIMIT})
        with TemporaryDirectory() as folder:
            done = subprocess.run(
                [python, str(_PEERS), name],
                input=asked,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder},
            )
        if "ModuleNotFoundError" in done.stderr:
            raise NotInstalledError
        if done.returncode:
            raise SystemExit(done.stderr)
        answers: Answers = json.loads(done.stdout)
        return answers

    return search


Shares = list[tuple[float, float]]
"""For each query, the chance that its paper comes first, and that it is among the first ten."""


def ceiling(papers: Sequence[Paper], asked: Sequence[Asked]) -> Shares:
    """Return the shares of a search that knows the words meant, and draws lots among titles."""
    having: dict[str, set[int]] = {}
    for paper in papers:
        for word in words(paper.title):
            having.setdefault(word, set()).add(paper.id)
    ties = [
        len(set.intersection(*(having[word] for word in words(" ".join(one.words)))))
        for one in asked
    ]
    return [(1 / count, min(1, _LIMIT / count)) for count in ties]


def shares(papers: Sequence[Paper], asked: Sequence[Asked], answers: Answers) -> Shares:
    found = [[papers[place].id for place in answer] for answer in answers]
    return [
        (float(ids[:1] == [one.paper]), float(one.paper in ids))
        for one, ids in zip(asked, found, strict=True)
    ]


def show(name: str, asked: Sequence[Asked], of: Shares) -> None:
    """Print a line of the table."""
    columns = [[first for first, _ in of], [ten for _, ten in of]]
    columns += [
        [ten for one, (_, ten) in zip(asked, of, strict=True) if one.kind == kind] for kind in KINDS
    ]
    print(f"{name:18}", *(f"{sum(column) / len(column):8.3f}" for column in columns), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3, 4, 5, 6])
    parser.add_argument("--queries", type=int, default=500, help="of each seed")
    parser.add_argument("--papers", type=int, default=10_000, help="generated ones")
    parser.add_argument("--first-letters", action="store_true", help="mistakes hit them, too")
    parser.add_argument("--peers-python", help="that of papis and bibtui")
    parser.add_argument("--only", nargs="+", help="these ways to search")
    options = parser.parse_args()
    searches = {
        "readinglist": readinglist,
        "fzf": fzf,
        "rapidfuzz WRatio": wratio,
        "papis": peer("papis", options.peers_python),
        "bibtui": peer("bibtui", options.peers_python),
    }
    real = generated.real_papers() or list(generated.papers(COUNT, seed=0))
    around = list({p.id: p for p in (*real, *generated.papers(options.papers))}.values())
    # Who lists in the order of the library is neither to gain nor to lose by it.
    random.Random(0).shuffle(around)
    asked = list(
        chain.from_iterable(
            queries(real, seed, options.queries, first_letters=options.first_letters)
            for seed in options.seeds
        )
    )
    for papers in (real, around):
        print(f"\n{len(papers)} papers, {len(asked)} queries")
        print(f"{'':18}", *(f"{name:>8}" for name in ("@1", "@10", *KINDS)))
        show("ceiling", asked, ceiling(papers, asked))
        for name, search in searches.items():
            if options.only and name not in options.only:
                continue
            try:
                answers = search(papers, [one.text for one in asked])
            except NotInstalledError:
                print(f"{name:18} not installed")
            else:
                show(name, asked, shares(papers, asked, answers))


if __name__ == "__main__":
    main()
