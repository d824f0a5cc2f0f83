"""The .bib files that TeX packages bring, some 180 of them, written over four decades.

What compiles without an error as it is, is imported, exported and compiled again: no error,
and no warning that the original did not have. And nothing of any of them is lost.
"""

from __future__ import annotations

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.formats.recognition import read_lines
from readinglist.services.library import Library
from tests.end_to_end.latex_toolchain import Outcome, compile_bibliography, missing_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from readinglist.domain.entry import Entry, Parts

_ROOTS = ("/usr/share/texlive", "/usr/share/texmf", "/usr/share/doc")
_FEWEST = 100
_NO_ENTRY = ("comment", "string", "preamble")
_HEAD = re.compile(r"^[ \t]*@\s*([^\s\"#%'(),={}@]+)\s*[{(]", re.MULTILINE)
#: What names a line or a temporary file differs from run to run.
_PLACE = re.compile(r"/\S+?\.utf8|(?:on input )?line \d+|\d+(?= times)")
#: Nested cross references: BibTeX takes none, and inherits in the order of the file.
_NESTED = frozenset(("biblio.bib",))


def corpora() -> list[tuple[str, bytes]]:
    """Return each distinct .bib file that is installed, by name."""
    found: dict[bytes, str] = {}
    for root in _ROOTS:
        for path in sorted(Path(root).rglob("*.bib*")):
            if path.is_file() and path.name.endswith((".bib", ".bib.gz")):
                data = path.read_bytes()
                data = gzip.decompress(data) if path.suffix == ".gz" else data
                found.setdefault(data, path.name.removesuffix(".gz"))
    return [(name, data) for data, name in found.items()]


CORPORA = corpora()
pytestmark = pytest.mark.skipif(
    missing_program() is not None or len(CORPORA) < _FEWEST,
    reason=f"{missing_program() or 'texlive-bibtex-extra with its documentation'} is not installed",
)


def test_no_entry_is_lost_and_no_field_altered(tmp_path: Path) -> None:
    """Each entry of each file is in the library; its values are those that bibtexparser reads."""
    altered: list[str] = []
    entries = 0
    for number, (name, data) in enumerate(CORPORA):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(data)
        with Library.open(folder / "library.db", state=folder / "state") as library:
            report = library.import_files([folder / name]).files[0]
            kept = [e for paper in library.papers(library.find().ids) for e in paper.entries]
        text, _ = read_lines(data)
        heads = [head for head in _HEAD.findall(text) if head.lower() not in _NO_ENTRY]
        told = len(report.problems) + len(report.assumptions)
        assert len(kept) == report.entries, name
        assert len(kept) >= len(heads) - told, name
        entries += len(kept)
        altered += [f"{name}: {difference}" for difference in differences(text, kept)]
    assert not altered, altered[:10]
    assert entries > 100 * _FEWEST


def differences(text: str, kept: list[Entry]) -> Iterator[str]:
    """Yield the fields that bibtexparser reads otherwise, where it reads the entry at all.

    Left out are those that its defects touch: macros, values put together, comments within.
    """
    from bibtexparser.entrypoint import parse_string

    ours = {entry.key: entry for entry in kept}
    for entry in parse_string(text, parse_stack=[]).entries:
        mine = ours.get(entry.key)
        if mine is None:
            continue
        fields: dict[str, str | Parts] = dict(mine.fields)
        for field in reversed(entry.fields):  # of two of a name, the first counts
            value = field.value.strip()
            closed = (value[:1], value[-1:]) in {("{", "}"), ('"', '"')}
            name = field.key.lower()
            if not closed or is_chain(value) or "%" in name or name not in fields:
                continue
            present = fields[name]
            first = next(f for f in entry.fields if f.key.lower() == name)
            if first is field and folded(value[1:-1]) != folded(present):
                yield f"{entry.key}: {name}: {value[:60]!r} became {present[:60]!r}"


def is_chain(value: str) -> bool:
    """Return whether a value is put together by #, outside of braces and quotes."""
    depth, quoted = 0, False
    for character in value:
        if character == '"' and not depth:
            quoted = not quoted
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif character == "#" and not depth and not quoted:
            return True
    return False


def folded(value: str | Parts) -> str:
    return " ".join((value if isinstance(value, str) else "".join(value)).split())


def round_trip(style: str, root: Path, corpus: tuple[int, tuple[str, bytes]]) -> str:
    """Return what is worse after an import and an export; empty where nothing is."""
    number, (name, data) = corpus
    folder = root / str(number)
    for part in ("before", "after"):
        (folder / part).mkdir(parents=True)
    before = compile_bibliography(folder / "before", read_lines(data)[0], style)
    if before.errors:
        return ""
    (folder / name).write_bytes(data)
    with Library.open(folder / "library.db", state=folder / "state") as library:
        library.import_files([folder / name])
        text = library.export(format="biblatex" if style == "biber" else "bibtex").text
    after = compile_bibliography(folder / "after", text, style)
    new = warnings(after) - warnings(before)
    return f"{name}: {[*after.errors, *sorted(new)][:3]}" if after.errors or new else ""


def warnings(outcome: Outcome) -> set[str]:
    return {_PLACE.sub("", warning) for warning in outcome.warnings}


@pytest.mark.parametrize(
    "style", ["plain", pytest.param("biber", marks=pytest.mark.corpora)], ids=str
)
def test_what_compiled_clean_compiles_clean_again(tmp_path: Path, style: str) -> None:
    chosen = [corpus for corpus in enumerate(CORPORA) if corpus[1][0] not in _NESTED]
    with ThreadPoolExecutor(2) as pool:
        worse = list(filter(None, pool.map(partial(round_trip, style, tmp_path), chosen)))
    assert not worse, "\n".join(worse)
