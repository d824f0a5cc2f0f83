"""Exporting papers: to text, and to files that are whole at every moment."""

from __future__ import annotations

import codecs
import contextlib
import errno
import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readinglist.errors import InvalidValueError, ReadingListError
from readinglist.services.foreign_files import leads_out, read_file
from readinglist.storage.document import new_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from readinglist.config import ExportConfig
    from readinglist.domain.entry import Entry
    from readinglist.domain.paper import Paper
    from readinglist.storage.working_copy import WorkingCopy

BIBTEX = "bibtex"
BIBLATEX = "biblatex"
CSL_JSON = "csl-json"
JSON = "json"
EXPORT_FORMATS = (BIBTEX, BIBLATEX, CSL_JSON, JSON)
"""The formats that papers can be written in, by name."""

_REFERENCES = ("crossref", "xref", "xdata", "related", "entryset")
_BIBLATEX_ONLY = re.compile(
    r"^\s*(?:@online\s*\{|(?:date|journaltitle|eprinttype|eprintclass|location)\s*=)",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER_PICTURES = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff"),
    *(".pdf", ".ps", ".eps", ".svgz"),
)
"""How the names of pictures end that are no SVG."""


class Exported(NamedTuple):
    """Papers as the text of a file."""

    text: str
    papers: tuple[Paper, ...]
    """Whom it holds, each with the citation key that it stands under."""
    format: str
    warnings: tuple[str, ...] = ()
    """What the researcher should know of it, one sentence each."""


class Exporter:
    """Writes the papers of one library."""

    def __init__(
        self,
        working: WorkingCopy,
        config: ExportConfig,
        progress: Callable[[int, int], None] = lambda done, of: None,
    ) -> None:
        """Prepare to write.

        Args:
            working: the working copy.
            config: the settings.
            progress: called with how much of many papers is written, and of how much.
        """
        self._working = working
        self._config = config
        self._progress = progress

    def render(self, papers: Iterable[Paper], kind: str | None = None) -> Exported:
        """Return `papers` in a format, with the entries that theirs refer to.

        Args:
            papers: each is written under its `key`, which may be an alias.
            kind: the format; None for the one that the configuration names.

        Raises:
            InvalidValueError: there is no such format.
            ReadingListError: a key or a value can't be written.
        """
        kind = kind or self._config.format
        chosen = list(papers)
        if kind == JSON:
            from readinglist.formats.json_lines import write

            text = write(sorted(chosen, key=lambda paper: paper.key.lower()))
            return Exported(text, tuple(chosen), kind)
        if kind == CSL_JSON:
            from readinglist.formats import csl_json

            return Exported(csl_json.write(chosen, self._config.cite), tuple(chosen), kind)
        if kind not in EXPORT_FORMATS:
            raise InvalidValueError(
                f"There is no format “{kind}”.", f"It is one of {', '.join(EXPORT_FORMATS)}."
            )
        from readinglist.formats.bibtex_writing import Context, Dialect, write_bibtex

        missing: list[str] = []
        chosen += self._referred(chosen, missing)
        chosen = self._with_present_keys(chosen)
        context = Context(
            Dialect(kind),
            self._working.journal.edited_fields_of(p.id for p in chosen if p.entries),
            self._preambles(chosen),
            frozenset(self._config.protect),
            frozenset(name.lstrip("\\") for name in self._config.commands),
            self._config.abstracts,
            self._config.cite,
        )
        written = write_bibtex(chosen, context, self._progress)
        return Exported(written.text, tuple(chosen), kind, (*written.warnings, *missing))

    def _referred(self, papers: Sequence[Paper], missing: list[str]) -> Iterator[Paper]:
        """Yield the papers that entries of `papers` name in a `crossref`, an `xdata` and such.

        Args:
            papers: those that are there.
            missing: gets a sentence for each name that nobody has.
        """
        there = {paper.key.lower() for paper in papers}
        ids = {paper.id for paper in papers}
        waiting = list(papers)
        while waiting:
            paper = waiting.pop()
            for entry in paper.entries:
                for name in _REFERENCES:
                    for key in filter(None, map(str.strip, entry.get(name).split(","))):
                        if key.lower() in there:
                            continue
                        there.add(key.lower())
                        found = self._working.papers.id_of_key(key)
                        if found is None:
                            missing.append(f"{paper.key}: its {name} {key} isn't in the library.")
                        elif found not in ids:
                            ids.add(found)
                            (parent,) = self._working.papers.get([found])
                            waiting.append(replace(parent, key=key))
                            yield waiting[-1]

    def _with_present_keys(self, papers: list[Paper]) -> list[Paper]:
        """Return `papers` with references to the keys that these are written under."""
        there = {paper.key.lower() for paper in papers}
        keys = {paper.id: paper.key for paper in papers}

        def renamed(names: str) -> str:
            found = []
            for name in map(str.strip, names.split(",")):
                number = None if name.lower() in there else self._working.papers.id_of_key(name)
                found.append(keys.get(number or 0, name))
            return ",".join(found)

        def referring(entry: Entry) -> Entry:
            fields = tuple(
                (name, renamed(value) if name in _REFERENCES and isinstance(value, str) else value)
                for name, value in entry.fields
            )
            return entry if fields == entry.fields else replace(entry, fields=fields)

        return [
            replace(paper, entries=tuple(map(referring, paper.entries)))
            if any(entry.get(name) for entry in paper.entries for name in _REFERENCES)
            else paper
            for paper in papers
        ]

    def _preambles(self, papers: Sequence[Paper]) -> dict[int, str]:
        sources = {entry.source for paper in papers for entry in paper.entries}
        stored = self._working.papers.definitions(sorted(sources))
        preambles = {}
        for source, text in stored.items():
            # Another program's may be anything.
            with contextlib.suppress(ValueError, AttributeError, TypeError, RecursionError):
                found = json.loads(text).get("preambles")
                preambles[source] = "\n".join(map(str, found or ()))
        return preambles


def format_of_file(path: Path) -> str | None:
    """Return the format that a file is written in, by its name and what is there already.

    None where it tells nothing: any `.bib` without a trace of biblatex.
    """
    is_json = path.suffix in (".json", ".jsonl")
    text = ""
    with contextlib.suppress(OSError):
        if os.path.isfile(path):
            with path.open("rb") as file:
                text = file.read(200_000).decode("utf-8", "replace")
    if is_json:
        return CSL_JSON if text.startswith("[") else JSON
    if "@" not in text:
        return None
    return BIBLATEX if _BIBLATEX_ONLY.search(text) else BIBTEX


def _is_bibliography(target: Path, begin: bytes) -> bool:
    named = target.suffix in (".bib", ".json", ".jsonl") and b"\0" not in begin
    return named or begin[:1] in (b"@", b"%", b"[", b"{")


def check_target(
    path: Path,
    library: Path,
    kind: str = "bibliography",
    is_kind: Callable[[Path, bytes], bool] = _is_bibliography,
) -> None:
    """Look whether an export may write to `path`.

    Args:
        path: the file to write.
        library: the library file, which no export replaces.
        kind: what may be replaced.
        is_kind: tells from the file and its beginning whether it is that.

    Raises:
        ReadingListError: there is a file of another kind, or one that may not be written, or
            a link leads to where nobody may have meant.
    """
    check_way(path)
    target = Path(os.path.realpath(path))
    if target == Path(os.path.realpath(library)):
        raise ReadingListError(f"{path} is the library itself.", "Name another file.")
    try:
        state = target.stat()
        if not stat.S_ISREG(state.st_mode) or not state.st_size:
            return
        with target.open("rb") as file:
            begin = file.read(4096).lstrip(codecs.BOM_UTF8).lstrip()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ReadingListError(
            f"{path} can't be read: {error.strerror}.", "Name another file."
        ) from error
    if not state.st_mode & 0o222:
        raise ReadingListError(f"{path} is write-protected.", "Name another file.")
    if not is_kind(target, begin):
        raise ReadingListError(f"{path} is there already and is no {kind}.", "Name another file.")


def is_bibtex(path: Path) -> bool:
    """Return whether there is a file at `path` with BibTeX in it, by its name or how it begins."""
    if not path.is_file():
        return False
    with contextlib.suppress(OSError), path.open("rb") as file:
        begin = file.read(4096).lstrip(codecs.BOM_UTF8).lstrip()[:1]
        return path.suffix.lower() == ".bib" or begin in (b"@", b"%")
    return False


def check_picture_target(path: Path, library: Path) -> None:
    """Look whether a picture, which is SVG, may be written to `path`.

    Raises:
        ReadingListError: as of `check_target`, or the name is that of a picture of another kind,
            which other programs would try to read.
    """
    if path.suffix.lower() in _OTHER_PICTURES:
        raise InvalidValueError(
            f"The picture is SVG: {path.name} is no name for it.", "Take one that ends in .svg."
        )
    check_target(path, library, "SVG file", _is_svg)


def _is_svg(_: Path, begin: bytes) -> bool:
    return begin.startswith((b"<svg", b"<?xml")) and b"<svg" in begin


def check_way(path: Path) -> None:
    """Look whether `path` leads to where it seems to.

    Raises:
        ReadingListError: a link leads out of where it stands.
    """
    out = leads_out(path)
    if out:
        there = os.path.realpath(path)
        raise ReadingListError(str(out), f"If it is meant, name {there} itself.")


def keys_in(path: Path, text: bytes) -> list[str]:
    """Return the keys of the entries in the text of the .bib file at `path`.

    Raises:
        ReadingListError: an entry has no end: nobody can tell what belongs to it.
    """
    from readinglist.formats.bib_syntax import split
    from readinglist.formats.recognition import read_lines

    file = split(read_lines(text)[0])
    for problem in file.problems:
        if "don't balance" in problem.message:
            raise ReadingListError(
                f"{path}:{problem.line}: the braces of an entry don't balance.", "Mend it first."
            )
    return [entry.key for _, entry in file.entries]


def foreign_keys(path: Path, is_known: Callable[[str], bool]) -> list[str]:
    """Return the keys of the entries in the .bib file at `path` that are not known.

    Raises:
        ReadingListError: it can't be read, or an entry has no end.
    """
    try:
        text = read_file(path)
    except OSError as error:
        raise ReadingListError(f"{path} can't be read: {error.strerror}.") from error
    return [key for key in keys_in(path, text) if not is_known(key)]


def write_file(path: Path, text: str) -> None:
    """Put `text` in the file at `path`, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` in the file at `path`, all of it or nothing.

    A link is followed to the file it names, as any editor would (see `check_way`); a device, or a
    pipe that somebody reads, is written to as it is.

    Raises:
        ReadingListError: it can't be written; an earlier version stays.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if path.exists() and not target.is_file():
            _write_device(path, data)
            return
        handle, name = new_beside(target)
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            os.chmod(name, mode)
            os.replace(name, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
    except OSError as error:
        raise ReadingListError(
            f"{path} can't be written: {error.strerror}.", "Name another file."
        ) from error


def _write_device(path: Path, data: bytes) -> None:
    def open_at_once(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK)  # else we would wait for a reader

    try:
        with open(path, "wb", opener=open_at_once) as file:
            os.set_blocking(file.fileno(), True)
            file.write(data)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nobody reads this pipe") from error
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
