"""What is left of a fault of the program: a report for who mends it, and how the library fares.

an exception that nobody foresaw -> the report, at once -> then a look at the library and at
the working copy -> the verdict, in the report and for the user

A report tells where in the code the fault was and what ran it. It has no values of variables
and no texts of exceptions that may quote some, so that it can be given away.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import shlex
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist import __version__
from readinglist.config import state_folder
from readinglist.domain.text import printable, printable_block
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "crashes"
"""The folder of the reports, below that of this machine's state."""
MOST_KEPT = 20
"""So many reports are kept; the oldest go."""
_UNKNOWN = "Whether the library is safe can't be told now: say readinglist check later."
_LONGEST = 256 * 1024
"""Characters of the tracebacks of a report."""
_LONGEST_LINE = 200
"""Characters of the text of an exception that are shown."""
_OF_THE_CODE = (
    *(TypeError, AttributeError, NameError, ImportError, IndexError, ZeroDivisionError),
    *(NotImplementedError, RecursionError, MemoryError, StopIteration),
)
"""Exceptions of the interpreter, whose texts name what is in the code and nothing that is in
the library."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the library fares."""

    told: str
    """One or two sentences for the user."""
    noted: str
    """The same for the report, without paths."""
    is_safe: bool


def what_happened(error: BaseException) -> str:
    """Return the kind of an exception and its text, as one line that any terminal shows."""
    kind = type(error).__name__
    try:
        text = printable(str(error))
    except Exception:  # its own text is faulty, too
        return kind
    if len(text) > _LONGEST_LINE:
        text = f"{text[:_LONGEST_LINE]}…"
    return f"{kind}: {text}" if text else kind


def write_report(error: BaseException, command: str) -> Path:
    """Write a report about an exception, which only its owner can read; return the file.

    Args:
        error: the exception.
        command: the name of the command, with the names of its options.

    Raises:
        OSError: it can't be written.
    """
    folder = state_folder() / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = "\n".join([*_circumstances(command), "", *_tracebacks(error)])
    file = _write_new(folder, text + "\n")
    _remove_old(folder)
    return file


def add_to_report(file: Path, line: str) -> None:
    """Add a line to a report, if that can be written."""
    with contextlib.suppress(OSError), file.open("a", encoding="utf-8") as report:
        report.write(f"\n{line}\n")


def verdict_on(path: Path) -> Verdict:
    """Look whether the library file at `path` and the working copy are sound, and agree.

    Both are read from beginning to end; nothing is changed.
    """
    from readinglist.services.checking import check_library
    from readinglist.storage.kept_here import look_at

    path = path.parent.resolve() / path.name
    try:
        kept = look_at(path, state_folder())
    except ReadingListError as error:
        return Verdict(f"{_UNKNOWN} {error.message}", "working copy: can't be read", is_safe=False)
    if kept is None and not path.exists():
        return Verdict("There is no library yet: nothing is lost.", "library: none", is_safe=True)
    working = "none"
    if kept:
        state = "all is saved" if kept.is_saved else "some edits are still to be saved"
        working = f"sound, {state}" if kept.is_sound else "damaged"
    try:
        check_library(path)
    except ReadingListError as error:
        if isinstance(error.__cause__, OSError):  # there is no room for a copy to look at
            return Verdict(f"{_UNKNOWN} {error.message}", "library: can't be read", is_safe=False)
        told = f"The library is not safe: {error.message}"
        if not path.exists():
            told += f" What this machine has of it is in {kept.database}." if kept else ""
        else:
            name = shlex.quote(str(path))
            told += f" To bring out what can be read: readinglist salvage {name} -o NEW."
        return Verdict(told, f"library: not sound; working copy: {working}", is_safe=False)
    noted = f"library: sound; working copy: {working}"
    if kept and not kept.is_sound:
        told = (
            f"{path} is sound, but {kept.database} is damaged, and may have had edits that were "
            "not saved yet: the next start brings in what of them can be read, and keeps it."
        )
        return Verdict(told, noted, is_safe=False)
    told = "has every edit"
    if kept and not kept.is_saved:
        told = "the edits that its file lacks are kept on this machine for the next start"
    return Verdict(f"Your library is safe: it is sound, and {told}.", noted, is_safe=True)


def _circumstances(command: str) -> Iterator[str]:
    """Yield what the program ran on."""
    import platform
    from importlib.metadata import version

    yield f"readinglist {__version__}: a fault of the program."
    yield "Here are no titles, no notes and no values: it can be given to who mends it."
    yield ""
    yield f"when      {_now():%Y-%m-%dT%H:%M:%SZ}"
    yield f"command   {command}"
    yield f"python    {platform.python_version()} ({platform.python_implementation()})"
    yield f"platform  {platform.platform()}"
    for name in ("textual", "click"):
        with contextlib.suppress(Exception):
            yield f"{name:9} {version(name)}"
    with contextlib.suppress(Exception):
        from readinglist.storage.document import SQLITE_VERSION

        yield f"sqlite    {SQLITE_VERSION}"


def _tracebacks(error: BaseException) -> Iterator[str]:
    """Yield the traceback of an exception and of those that led to it, the first one first."""
    home = os.path.expanduser("~")
    text = printable_block("\n".join(line for one in _chain(error) for line in _one_traceback(one)))
    if len(home) > 1:
        text = text.replace(home, "~")
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}\n…\n{text[-_LONGEST // 2 :]}"
    yield from text.split("\n")


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception behind those that it came from."""
    chain: list[BaseException] = []
    while error is not None and not any(error is one for one in chain):
        chain.insert(0, error)
        if error.__cause__ is not None or error.__suppress_context__:
            error = error.__cause__
        else:
            error = error.__context__
    return chain


def _one_traceback(error: BaseException) -> Iterator[str]:
    for part in traceback.format_tb(error.__traceback__):
        yield from part.rstrip("\n").split("\n")
    yield f"{type(error).__module__}.{type(error).__qualname__}{_harmless(error)}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from (f"  | {line}" for line in _one_traceback(one))
    yield ""


def _harmless(error: BaseException) -> str:
    """Return what may be told of an exception beside its kind."""
    if isinstance(error, _OF_THE_CODE):
        return f": {error}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    name = getattr(error, "sqlite_errorname", "")
    return f": {name}" if name else ""


def _write_new(folder: Path, text: str) -> Path:
    stem = f"{_now():%Y-%m-%dT%H%M%SZ}-{os.getpid()}"
    for number in range(100):
        file = folder / f"{stem}{f'-{number}' if number else ''}.txt"
        with contextlib.suppress(FileExistsError):
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with open(handle, "w", encoding="utf-8", errors="replace") as report:
                    report.write(text)
                    report.flush()
                    os.fsync(report.fileno())
            except OSError:
                file.unlink(missing_ok=True)  # nobody can use half of it
                raise
            return file
    raise FileExistsError(0, "there are a hundred of this second", str(folder))


def _remove_old(folder: Path) -> None:
    for file in sorted(folder.glob("*.txt"))[:-MOST_KEPT]:
        with contextlib.suppress(OSError):
            file.unlink()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
