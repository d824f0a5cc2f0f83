"""A readinglist that is to be killed, as a program: what it has done it tells at once.

python -m tests.end_to_end.mortal

Each line that it reads is a life, as JSON: a process of its own that opens the library
`FOLDER/one/library.db` and does one of `DEEDS`, step by step, with a word on standard output:

    begun PID | opened | did | saved | done SECONDS BOUNDARIES | failed WHY | died

`did` and `saved` acknowledge a step: its call has returned. Who is done waits to be killed. A
life may kill itself at a boundary: before it begins, names or removes a file, begins or commits a
transaction, or runs another program, for the n-th time. `died` comes when the programs that it
ran have ended, too.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readinglist.domain.paper import Priority, Status
from readinglist.search import index as search_index
from readinglist.services.citing import export_cited
from readinglist.services.library import Library
from readinglist.services.merge_driver import merge_files, read_version
from readinglist.services.syncing import sync
from readinglist.storage.tables import Tables, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Deed = Callable[["Life", Library], Iterator[str]]

_connect = sqlite3.connect
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_NEW_PARENT = 36
"""PR_SET_CHILD_SUBREAPER: orphans become our children, so that we see them end."""
_WRITES = frozenset(
    ("os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.chmod", "subprocess.Popen")
)

Look = dict[str, list[str]]
"""All that a library holds and that lies in `out`, but for the hour, as sorted lines."""


class Life:
    """What one process does.

    Attributes:
        folder: holds the library's folder `one`, and `out` for what the library writes elsewhere.
    """

    def __init__(self, kind: str, folder: str, boundary: int | None, looks: str | None) -> None:
        """Prepare a life.

        Args:
            kind: one of `DEEDS`.
            folder: see above.
            boundary: at which to be killed; None to live until somebody kills it.
            looks: the file for what the library looks like after each step, as JSON: a list of
                looks each, further ones for what may be seen between it and the next step.
        """
        self.folder = Path(folder)
        self._deed = DEEDS[kind]
        self._at = boundary
        self._looks_file = looks
        self._looks: list[list[Look]] = []
        self._boundaries = 0
        self._seconds_of_looking = 0.0

    def lead(self) -> None:
        """Live; never return."""
        os.environ["TMPDIR"] = str(self.folder / "tmp")
        tempfile.tempdir = None
        sys.addaudithook(self._notice)
        sqlite3.connect = self._connect  # type: ignore[assignment]
        say(f"begun {os.getpid()}")
        began = time.perf_counter()
        library = Library.open(self.folder / "one" / "library.db", state=self.folder / "state-one")
        self._reach("opened", library)
        for word in self._deed(self, library):
            self._reach(word, library)
        library.close()
        if self._looks_file:
            Path(self._looks_file).write_text(json.dumps(self._looks), encoding="utf-8")
        seconds = time.perf_counter() - began - self._seconds_of_looking
        say(f"done {seconds} {self._boundaries}")
        signal.pause()

    def _reach(self, word: str, library: Library) -> None:
        self._boundary()  # done, and nobody was told
        say(word)
        if self._looks_file:
            began = time.perf_counter()
            self._looks.append([look_at_library(library) | look_out(self.folder)])
            self._seconds_of_looking += time.perf_counter() - began

    def passing(self, library: Library) -> None:
        """Note that what others see of the library now may be all that comes of this step."""
        if self._looks_file:
            boundaries = self._boundaries
            with closing(library.sibling()) as sibling:
                self._looks[-1].append(look_at_library(sibling) | look_out(self.folder))
            self._boundaries = boundaries

    # --- boundaries

    def _notice(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_open = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if is_open or event in _WRITES:
            self._boundary()

    def _connect(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = _connect(*arguments, **named)
        connection.set_trace_callback(lambda sql: self._notice_sql(connection, sql))
        return connection

    def _notice_sql(self, connection: sqlite3.Connection, sql: str) -> None:
        is_read = sql.lstrip().startswith(("--", "SELECT"))
        if not is_read and (not connection.in_transaction or sql.startswith("COMMIT")):
            self._boundary()

    def _boundary(self) -> None:
        self._boundaries += 1
        if self._boundaries == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def look_at_library(library: Library) -> Look:
    """Return what a library looks like, with what is not saved."""
    return look_at(read_tables(library._working.connection))


def look_at(tables: Tables) -> Look:
    """Return what the rows of a library look like: steps and machines by their order."""
    shown = {table: list(rows.values()) for table, rows in tables.items()}
    journal = sorted(shown.pop("journal"))
    machines, steps = (list(dict.fromkeys(row[n] for row in journal)) for n in (1, 2))
    shown["journal"] = [
        (
            *(number, machines.index(row[1]), steps.index(row[2]), row[4]),
            *(row[5] and steps.index(row[5]), *row[6:]),
        )
        for number, row in enumerate(journal)
    ]
    return {
        table: sorted(_TIME.sub("…", repr(row)) for row in rows) for table, rows in shown.items()
    }


def look_out(folder: Path) -> Look:
    """Return what lies in `out`: texts by line, libraries by row."""
    shown: Look = {}
    for file in sorted((folder / "out").glob("[!.]*")):
        if file.suffix == ".db":
            tables = look_at(read_version(file))
            shown[file.name] = [f"{table} {row}" for table, rows in tables.items() for row in rows]
        else:
            shown[file.name] = file.read_text(encoding="utf-8").splitlines()
    return shown


# --- what is done


def papers_of(library: Library) -> list[int]:
    return sorted(library.find().ids)


def importing(life: Life, library: Library) -> Iterator[str]:
    """Two pages and .bib files into a library that is only being made."""
    pages = life.folder / "pages"
    library.import_files([pages / "1.bib"])
    yield "did"
    library.save()
    yield "saved"

    def told(name: str, done: int, _of: int) -> None:
        if name == str(pages / "3.bib") and done == 1:
            life.passing(library)  # each file is whole, or not there; all are one step

    library.import_files([pages / "2.txt", pages / "3.bib"], progress=told)
    yield "did"
    library.import_files([pages / "corrected.bib"], update=True)
    yield "did"
    library.save()
    yield "saved"


def editing(life: Life, library: Library) -> Iterator[str]:
    """One paper after the other, saved in between as the app does."""
    keys = sorted(library.all_keys())
    for number, key in enumerate(keys[:4]):
        library.mark([library.paper(key).id], status=Status.READ, add_tags=[f"tag{number}"])
        yield "did"
        library.note(key, f"line {number}\n" * 20)
        yield "did"
        library.edit(key, {"title": f"A Title Corrected {number}", "year": "2020", "venue": "V"})
        yield "did"
        library.save()
        yield "saved"
    library.edit(keys[0], {"key": "renamed"})
    yield "did"
    library.add({"title": "Typed by Hand", "tags": "one two"})
    yield "did"
    library.delete([library.paper(keys[1]).id])
    yield "did"
    library.save()
    yield "saved"


def bulk_editing(life: Life, library: Library) -> Iterator[str]:
    """All papers at once."""
    every = papers_of(library)
    library.mark(every, status=Status.READ, priority=Priority.HIGH, add_tags=["all", "of", "them"])
    yield "did"
    library.rekey(every, "[year][auth][shorttitle]")
    yield "did"
    library.save()
    yield "saved"
    library.mark(every[::2], status=Status.READING, remove_tags=["of"])
    yield "did"
    library.delete(every[::3])
    yield "did"
    library.save()
    yield "saved"


def undoing(life: Life, library: Library) -> Iterator[str]:
    """A bulk edit, a merge, an import and a deletion, back and again."""
    for number in range(4):
        library.undo()
        yield "did"
        if number % 2:
            library.save()
            yield "saved"
    for _ in range(3):
        library.redo()
        yield "did"
    library.save()
    yield "saved"


def exporting(life: Life, library: Library) -> Iterator[str]:
    """To a file that is there, to a new one, and to the .bib of a document."""
    every, out = papers_of(library), life.folder / "out"
    library.export(every[:10], out / "old.bib")
    yield "did"
    library.export(every[:30], out / "new.bib")
    yield "did"
    library.export(every, out / "old.bib")
    yield "did"
    export_cited(library, out / "paper.tex", out / "cited.bib")
    yield "did"
    library.export(every[:20], out / "old.json")
    yield "did"
    library.save()
    yield "saved"


def merging(life: Life, library: Library) -> Iterator[str]:
    """Papers with papers, and a version of the library with another."""
    every = papers_of(library)
    library.merge_papers(every[0], every[1])
    yield "did"
    library.merge_papers(every[2], every[0], ["title"])
    yield "did"
    library.save()
    yield "saved"
    versions = life.folder / "versions"
    merge_files(versions / "base.db", life.folder / "out" / "mine.db", versions / "theirs.db")
    yield "did"
    library.merge_in(read_version(versions / "theirs.db"), read_version(versions / "base.db"))
    yield "did"
    library.save()
    yield "saved"


def syncing(life: Life, library: Library) -> Iterator[str]:
    """With a machine that has pushed what this one has not."""
    library.note(sorted(library.all_keys())[3], "written here")
    yield "did"
    sync(library)
    yield "saved"


def upgrading(life: Life, library: Library) -> Iterator[str]:
    """A library file and a working copy of an earlier version; merely to be opened."""
    library.note(sorted(library.all_keys())[1], "written by this version")
    yield "did"
    library.save()
    yield "saved"


def indexing(life: Life, library: Library) -> Iterator[str]:
    """From nothing, in several transactions; a few papers; and anew, since it is worn."""
    search_index._STEP, search_index._BATCH = 25, 10
    library.index()
    yield "did"
    every = papers_of(library)
    library.mark(every[:5], add_tags=["zymurgy"])
    yield "did"
    library.index()
    yield "did"
    library.rekey(every[:50], "[year][auth][shorttitle]")
    yield "did"
    library.index()
    yield "did"
    library.save()
    yield "saved"


DEEDS: dict[str, Deed] = {
    "import": importing,
    "edit": editing,
    "bulk edit": bulk_editing,
    "undo": undoing,
    "export": exporting,
    "merge": merging,
    "sync": syncing,
    "migration": upgrading,
    "index": indexing,
}


# --- one life after the other


def say(words: str) -> None:
    os.write(1, f"{words}\n".encode())


def main() -> None:
    """Lead the lives that standard input asks for, one at a time."""
    with suppress(OSError, AttributeError):  # only Linux can: elsewhere orphans are not waited for
        ctypes.CDLL(None).prctl(_NEW_PARENT, 1, 0, 0, 0)
    for line in sys.stdin:
        asked = json.loads(line)
        if os.fork():
            with suppress(ChildProcessError):
                while True:
                    os.waitpid(-1, 0)
            say("died")
            continue
        try:
            os.setpgid(0, 0)
            Life(**asked).lead()
        except BaseException:
            traceback.print_exc()
            say(f"failed {sys.exc_info()[1]!r:.200}".replace("\n", " "))
            signal.pause()


if __name__ == "__main__":
    main()
