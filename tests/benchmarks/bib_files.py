"""Measures import and export of .bib files against bibtexparser's own parse and write, in turns.

python tests/benchmarks/bib_files.py [ROUNDS] [FILE...]
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bibtexparser.entrypoint import parse_string, write_string

from readinglist.__main__ import GARBAGE_THRESHOLDS
from readinglist.formats.recognition import read_lines
from readinglist.services.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES = 10_000
"""How many entries are exported at most, and invented where no file is given."""

Times = dict[str, list[float]]


def main() -> None:
    """Measure and print."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times: Times = {}
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(name) for name in sys.argv[2:]] or [invented(Path(folder))]
        for number in range(rounds):
            measure(Path(folder) / str(number), files, times)
    print(f"{len(files)} files, {rounds} rounds")
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{name:30} median {seconds:6.2f} s")
    parse, write = medians["bibtexparser's parse"], medians["bibtexparser's write"]
    for name, theirs in (("import", parse), ("export bibtex", write), ("export biblatex", write)):
        print(f"ratio of {name:16} {medians[name] / theirs:5.2f}")


def measure(folder: Path, files: list[Path], times: Times) -> None:
    """Import `files` into a library in `folder` and export its first entries, once."""
    with timed(times, "bibtexparser's parse"):
        for file in files:
            parse_string(read_lines(file.read_bytes())[0])
    with timed(times, "import"):
        library = Library.open(folder / "library.db", state=folder / "state")
        library.import_files(files)
        library.save()
    papers = library.papers(library.find().ids)[:ENTRIES]
    with timed(times, "export bibtex"):
        exported = library.render(papers, "bibtex")
    with timed(times, "export biblatex"):
        library.render(papers, "biblatex")
    theirs = parse_string(exported.text)
    with timed(times, "bibtexparser's write"):
        write_string(theirs)
    library.close()


@contextmanager
def timed(times: Times, name: str) -> Iterator[None]:
    """Add the seconds that the body takes to `times`."""
    begin = time.perf_counter()
    yield
    times.setdefault(name, []).append(time.perf_counter() - begin)


def invented(folder: Path) -> Path:
    """Write a file of articles that nobody wrote."""
    words = ("Sparse", "Causal", "GPT-4", "Robust", "Müller's", "$L_2$", "\\'Etale", "{BERT}", "in")
    entries = (
        f"@article{{key{n},\n"
        f'  author = {{Family{n % 997}, Given and M{{\\"u}}ller, J{n % 89}}},\n'
        f"  title = {{{words[n % 9]} {words[n % 7]} Learning of Number {n}}},\n"
        f'  journal = "Journal {n % 53}",\n  year = {1950 + n % 75},\n  doi = {{10.1/{n}}},\n}}\n'
        for n in range(ENTRIES)
    )
    file = folder / "invented.bib"
    file.write_text("\n".join(entries), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
