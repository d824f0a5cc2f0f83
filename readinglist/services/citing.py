"""The bibliography of a document: exactly what it cites, in the file that it names.

    paper.tex, and what it inputs -> citation keys -> our papers -> a block of its .bib file

The block stands between two comment lines. What is outside of them is not ours and stays, to
the byte; an entry there that a document cites is left alone, and not written a second time.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readinglist.errors import ReadingListError
from readinglist.formats.recognition import read_lines
from readinglist.formats.tex_document import TexDocument, read_aux, read_bcf, read_tex
from readinglist.services.exporting import (
    check_target,
    check_way,
    format_of_file,
    keys_in,
    write_bytes,
)
from readinglist.services.foreign_files import home_of, read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from readinglist.domain.paper import Paper
    from readinglist.services.library import Library

_BEGIN = "% --- from readinglist: begin (written anew by each export; edit outside of it) ---"
_END = "% --- from readinglist: end ---"
_BLOCK = re.compile(
    rb"^" + re.escape(_BEGIN).encode() + rb"\r?\n.*?^" + re.escape(_END).encode() + rb"\r?\n?",
    re.DOTALL | re.MULTILINE,
)
_MOST_FILES = 2000
_MOST_BYTES = 2**28
"""Of all files of a document together."""
_READERS: dict[str, Callable[[str], TexDocument]] = {".aux": read_aux, ".bcf": read_bcf}


@dataclass(frozen=True, slots=True)
class Citations:
    """What a document cites, all its files together."""

    files: tuple[Path, ...]
    """The files that were read."""
    keys: tuple[str, ...]
    everything: bool
    bibliographies: tuple[Path, ...]
    missing_files: tuple[str, ...] = ()
    """What it inputs and is not there, or can't be read."""
    states: tuple[tuple[int, int] | None, ...] = ()
    """What the files were when they were read: time of change and size."""

    def are_current(self) -> bool:
        """Return whether the files are still those that were read."""
        return self.states == tuple(map(_state, self.files))


@dataclass(frozen=True, slots=True)
class CitedReport:
    """What became of the bibliography of a document."""

    target: Path
    written: tuple[str, ...]
    """The keys of the entries that are ours."""
    foreign: tuple[str, ...]
    """Cited keys whose entries stand in the file already and are not ours."""
    unknown: tuple[tuple[str, tuple[str, ...]], ...]
    """Cited keys that nobody has, each with the nearest that we have."""
    aliases: tuple[tuple[str, str], ...]
    """Earlier keys that are cited, each with the present one."""
    citations: Citations
    changed: bool
    """Whether the file was written; it is not where it holds all that already."""
    warnings: tuple[str, ...] = ()
    text: str = ""
    """The entries that are ours, as they are in the file."""


def read_citations(document: Path) -> Citations:
    r"""Return what a .tex, .aux or .bcf file cites, and the files that it inputs.

    Names are relative to the folder of `document`, as for LaTeX; `\import` to the folder
    that it names.

    Raises:
        ReadingListError: the document can't be read.
    """
    folder = document.parent
    waiting = [document]
    read: dict[Path, tuple[int, int] | None] = {}
    missing: list[str] = []
    keys: dict[str, None] = {}
    bibliographies: dict[Path, None] = {}
    everything = False
    left = _MOST_BYTES
    while waiting and len(read) < _MOST_FILES:
        file = waiting.pop(0)
        if file in read:
            continue
        state = _state(file)  # before it is read: what changes meanwhile is seen again
        try:
            data = read_file(file, left)
        except OSError as error:
            if file == document:
                raise ReadingListError(
                    f"{document} can't be read: {error.strerror}.", "Name the .tex or .aux file."
                ) from error
            missing.append(os.path.relpath(file, folder))
            continue
        left -= len(data)
        read[file] = state
        found = _READERS.get(file.suffix, read_tex)(read_lines(data)[0])
        keys |= dict.fromkeys(found.keys)
        everything |= found.everything
        names = (name.replace(r"\jobname", document.stem) for name in found.bibliographies)
        bibliographies |= dict.fromkeys(folder / name for name in names)
        ending = file.suffix if file.suffix == ".aux" else ".tex"
        for name in found.inputs:
            waiting.append(_input(folder, file.parent, name, ending))
    return Citations(
        tuple(read),
        tuple(keys),
        everything,
        tuple(bibliographies),
        tuple(missing),
        tuple(read.values()),
    )


def export_cited(
    library: Library,
    document: Path,
    output: Path | None = None,
    kind: str | None = None,
    *,
    write: bool = True,
) -> CitedReport:
    r"""Bring the .bib file of a document up to date: exactly the entries that it cites.

    Args:
        library: whose papers are cited.
        document: a .tex, .aux or .bcf file.
        output: the .bib file, instead of the one that the document names first.
        kind: `bibtex` or `biblatex`; None for what the file is, or the configuration says.
        write: False to leave the file, and tell the text alone.

    Raises:
        ReadingListError: the document can't be read or names no .bib file, or this can't
            be written, or has an entry without an end: ours would be a part of it.
    """
    citations = read_citations(document)
    target = output or (_target(document, citations) if write else Path("-"))
    if write:
        check_target(target, library.path)
        kind = kind or format_of_file(target)
    try:
        present = read_file(target) if write and os.path.isfile(target) else b""
    except OSError as error:
        raise ReadingListError(f"{target} can't be read: {error.strerror}.") from error
    there = {key.lower(): key for key in keys_in(target, _BLOCK.sub(b"", present))}
    papers: list[Paper] = []
    aliases: list[tuple[str, str]] = []
    unknown: list[tuple[str, tuple[str, ...]]] = []
    for key in citations.keys:
        if key.lower() in there:
            continue
        paper = library.find_cited(key)
        if paper is None:
            unknown.append((key, tuple(library.nearest_keys(key))))
            continue
        (present_paper,) = library.papers([paper.id])
        if present_paper.key.lower() != key.lower():
            aliases.append((key, present_paper.key))
        if key.lower() not in {cited.key.lower() for cited in papers}:
            papers.append(paper)
    if citations.everything:
        cited = {paper.id for paper in papers}
        everyone = library.papers(library.find().ids)
        papers += [p for p in everyone if p.id not in cited and p.key.lower() not in there]
    exported = library.render(papers, kind)
    block = f"{_BEGIN}\n\n{exported.text}\n{_END}\n" if exported.text else ""
    new = _with_block(present, block.encode())
    with library.frozen_keys(exported.papers):
        if write and new != present:
            write_bytes(target, new)
    return CitedReport(
        target,
        tuple(paper.key for paper in exported.papers),
        tuple(key for key in citations.keys if key.lower() in there),
        tuple(unknown),
        tuple(aliases),
        citations,
        write and new != present,
        (*exported.warnings, *_told_apart_by_case(citations.keys, there)),
        exported.text,
    )


def _told_apart_by_case(keys: Iterable[str], there: dict[str, str]) -> Iterator[str]:
    for key in keys:
        own = there.get(key.lower(), key)
        if own != key:
            yield f"{key} is {own} in the file: BibTeX wants the same capitals in both."


def _target(document: Path, citations: Citations) -> Path:
    if not citations.bibliographies:
        bcf = document.with_suffix(".bcf")
        raise ReadingListError(
            rf"{document} names no .bib file (\bibliography or \addbibresource).",
            f"Take {bcf}, or say which with -o FILE."
            if document.suffix == ".aux" and bcf.is_file()
            else "Say which with -o FILE.",
        )
    target = next(filter(_has_block, citations.bibliographies), citations.bibliographies[0])
    check_way(target)
    # What a document says is not what its reader says: it may have come with a repository.
    home = home_of(document.parent.resolve() / document.name)
    if target.suffix != ".bib" or not target.resolve().is_relative_to(home):
        raise ReadingListError(
            f"{document} names {target} as its bibliography, which is not below {home}.",
            f"If that is meant, say it: -o {shlex.quote(str(target))}.",
        )
    return target


def _has_block(file: Path) -> bool:
    try:
        return _BLOCK.search(read_file(file)) is not None
    except OSError:
        return False


def _with_block(present: bytes, block: bytes) -> bytes:
    """Return the file with our block in its place, or at the end where it had none."""
    found = _BLOCK.search(present)
    if found:
        return present[: found.start()] + block + _BLOCK.sub(b"", present[found.end() :])
    if not present or not block:
        return present + block
    gap = b"\n" if present.endswith(b"\n") else b"\n\n"
    return present + gap + block


def _input(folder: Path, near: Path, name: str, ending: str) -> Path:
    """Return the file that `\\input{name}` means."""
    for base in (folder, near):
        for candidate in (base / f"{name}{ending}", base / name):
            if os.path.isfile(candidate):  # `Path.is_file` raises for a name that is too long
                return candidate
    return folder / (name if Path(name).suffix else f"{name}{ending}")


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
