"""kill -9 in the middle of whatever is being done: nothing is lost, nothing is half done.

    a prepared library -> a process does one deed, step by step -> it is killed at some moment
    -> what is there is what was acknowledged, and the next step whole or not at all
    -> the next start works, without a word about it

The moment is a time within the deed, or a boundary between two of its writes. READINGLIST_KILLS
says how many kills there are; docs/reliability.md has the figures of a long run.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Status
from readinglist.errors import LibraryError, ReadingListError
from readinglist.services import repository, syncing
from readinglist.services.checking import check_library
from readinglist.services.citing import export_cited
from readinglist.services.library import Library
from readinglist.services.merge_driver import merge_files, read_version
from readinglist.services.syncing import sync
from readinglist.storage.document import fingerprint
from tests.conftest import ABSTRACT, PageMaker, by_sql, rows
from tests.end_to_end.mortal import DEEDS, Life, Look, look_at, look_at_library, look_out
from tests.services.clones import World, add
from tests.storage.test_migrations import _TO_1_1, _TO_2_2, first_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KILLS = int(os.environ.get("READINGLIST_KILLS", "27"))
SEED = os.environ.get("READINGLIST_SEED")
ROOT = Path(__file__).resolve().parents[2]
PAPERS = 60
_OURS = ("library.db", ".gitattributes", ".gitignore", ".git")
"""What may lie in the folder of a library."""
_COUNTED = ("kills", "within", "lost", "half done", "drafts", "copies", "locks", "of git", "torn")


@dataclass
class Row:
    """What came of the kills of one kind."""

    kind: str
    boundaries: int = 0
    seconds: float = 0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        figures = "".join(f"{self.counts[name]:>12}" for name in _COUNTED)
        return f"{self.kind:<10}{self.boundaries:>11}{self.seconds * 1000:>8.0f}{figures}"


class Lives:
    """A program that begins one life after the other, see `mortal`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "life"
        self.table: list[Row] = []
        self._templates = folder
        (folder / "home").mkdir()
        of_its_own = {
            "HOME": str(folder / "home"),
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "READING"))}
        self._errors = folder / "errors"
        with self._errors.open("w") as errors:
            self._program = subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.mortal"],
                cwd=ROOT,
                env=inherited | of_its_own,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                bufsize=1,
            )

    def end(self) -> None:
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.close()
        self._program.wait(60)
        self._program.stdout.close()

    def prepare(self, kind: str) -> None:
        """Prepare the library that each life of a kind begins with."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("one", "out", "tmp", "state-one"):
            (self.folder / name).mkdir(parents=True)
        PREPARED[kind](self.folder)
        shutil.move(self.folder, self._templates / kind)

    def restore(self, kind: str) -> None:
        """Put in its place what each life of a kind begins with."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._templates / kind, self.folder)
        for database in self.folder.glob("state-one/*/working.db"):  # it knows the file by inode
            known = fingerprint(self.folder / "one" / "library.db")
            by_sql(database, f"UPDATE meta SET value = '{known}' WHERE name = 'document'")

    def live(
        self,
        kind: str,
        *,
        boundary: int | None = None,
        after: float | None = None,
        group: bool = False,
        looks: Path | None = None,
    ) -> list[str]:
        """Lead a life and end it; return what it told.

        Args:
            kind: one of `DEEDS`.
            boundary: where it kills itself.
            after: the seconds after which it is killed; else when it is done.
            group: whether the programs that it runs are killed with it.
            looks: where it writes what is to be seen after each step.
        """
        assert self._program.stdin
        asked = {
            "kind": kind,
            "folder": str(self.folder),
            "boundary": boundary,
            "looks": str(looks) if looks else None,
        }
        self._program.stdin.write(f"{json.dumps(asked)}\n")
        (begun, number) = self._word().split()
        assert begun == "begun"
        kill: Callable[[int, int], None] = os.killpg if group else os.kill
        if after is not None:
            time.sleep(after)  # the moment is the point
            kill(int(number), signal.SIGKILL)
        told: list[str] = []
        while (word := self._word()) != "died":
            told.append(word)
            if word.startswith(("done", "failed")) and after is None:
                kill(int(number), signal.SIGKILL)
        assert not told or not told[-1].startswith("failed"), told[-1] + self._errors.read_text()
        return told

    def _word(self) -> str:
        assert self._program.stdout
        line = self._program.stdout.readline()
        assert line, self._errors.read_text()
        return line.rstrip("\n")


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    lives = Lives(tmp_path_factory.mktemp("kills"))
    yield lives
    lives.end()
    heads = "".join(f"{name:>12}" for name in _COUNTED)
    print(f"\n{'kind':<10}{'boundaries':>11}{'ms':>8}{heads}", *lives.table, sep="\n")


# --- the test


@pytest.mark.parametrize("kind", DEEDS)
def test_nothing_is_lost_or_half_done(
    lives: Lives, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sync" and not shutil.which("git"):
        pytest.skip("git is not installed")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(lives.folder / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for module in (repository, syncing):  # a lock that nobody holds any more stays for ever
        monkeypatch.setattr(module, "_PATIENCE", 0.3)
    dice = random.Random(SEED)
    row = Row(kind)
    lives.table.append(row)
    lives.prepare(kind)
    lives.restore(kind)
    _, seconds, boundaries = lives.live(kind, looks=tmp_path / "looks")[-1].split()
    looks: list[list[Look]] = json.loads((tmp_path / "looks").read_text())
    row.seconds, row.boundaries = float(seconds), int(boundaries)

    kills = max(1, KILLS // len(DEEDS))
    at = dice.sample(range(1, row.boundaries + 1), min(row.boundaries, (kills + 1) // 2))
    for boundary in [*at, *[None] * (kills - len(at))]:
        lives.restore(kind)
        after = None if boundary else dice.uniform(0, row.seconds)
        group = kind == "sync" and dice.random() < 0.5
        told = lives.live(kind, boundary=boundary, after=after, group=group)
        row.counts["kills"] += 1
        if told and told[-1].startswith("done"):  # the machine is faster than it was
            row.seconds = float(told[-1].split()[1])
        else:
            row.counts["within"] += 1
        steps = [word for word in told if " " not in word]
        moment = f"boundary {boundary}" if boundary else f"{after} s{' group' * group}"
        try:
            After(lives.folder, kind, steps, looks, row).check()
        except (AssertionError, ReadingListError, OSError, sqlite3.Error) as error:
            row.failures.append(f"{moment} after {' '.join(steps)}: {error!r:.600}")
            if len(row.failures) == 1:
                shutil.copytree(lives.folder, tmp_path / "first", symlinks=True)
    if row.failures:
        pytest.fail("\n".join(row.failures))


class After:
    """What is found after a kill."""

    def __init__(
        self, folder: Path, kind: str, steps: list[str], looks: list[list[Look]], row: Row
    ) -> None:
        self._folder = folder
        self._kind = kind
        self._path = folder / "one" / "library.db"
        self._row = row
        self._looks = looks
        self._done = len(steps)
        self._template = folder.parent / kind / "one" / "library.db"
        self._saved = max((n for n, word in enumerate(steps) if word == "saved"), default=0)

    def check(self) -> None:
        """Look at all of it, and go on as if nothing had been.

        Raises:
            AssertionError: something is not as it should be.
        """
        self._check_leavings()
        if self._kind == "sync":
            self._bring_back_what_git_tore()
        self._check_file()
        with closing(Library.open(self._path, state=self._folder / "state-one")) as library:
            self._check_look(library)
            if self._kind == "sync":
                self._check_git(library)
            self._go_on(library)

    def _check_leavings(self) -> None:
        """Nothing lies about but what the next save sweeps; let it be old enough for that."""
        written = {name for looks in self._looks for look in looks for name in look}
        for name, known in {"one": _OURS, "out": (*written, "paper.tex")}.items():
            for file in (self._folder / name).iterdir():
                if file.name.startswith("library.db-v"):  # of an earlier schema, kept for a while
                    assert file.read_bytes() == self._template.read_bytes()
                elif file.name not in known:
                    assert file.name.startswith("."), f"{file.name} is left behind"
                    if file.name.startswith(".merge_file_"):  # git's own, and ignored by git
                        self._row.counts["of git"] += 1
                        file.unlink()
                    else:
                        self._row.counts["drafts"] += 1
                        os.utime(file, (0, 0))
        self._row.counts["copies"] += len(list((self._folder / "tmp").iterdir()))

    def _check_file(self) -> None:
        """The library file is sound, and as it was at the last save or later."""
        if not self._path.exists():
            assert not self._done, "the library file is gone"
            return
        check_library(self._path)
        for problem in rows_of_document(self._path, "PRAGMA integrity_check"):
            assert problem == ("ok",)
        now = look_at(read_version(self._path))
        began_with = self._template if self._template.exists() and not self._saved else None
        if not began_with or now != look_at(read_version(began_with)):  # less than the working copy
            self._find(now, range(self._saved, self._done + 1), "the file")

    def _check_look(self, library: Library) -> None:
        """What was acknowledged is there, and the next step whole or not at all."""
        steps = range(max(self._done - 1, 0), self._done + 1)
        held = self._find(look_at_library(library), steps, "the working copy")
        out = look_out(self._folder)
        told = [i for i, seen in enumerate(self._seen(steps)) if only_files(seen) == out]
        assert told, self._blame(out, steps, only_files, "the files")
        assert told[0] <= held, "what was written out is not known here"

    def _seen(self, steps: range) -> list[Look]:
        return [look for n in steps if n < len(self._looks) for look in self._looks[n]]

    def _find(self, now: Look, steps: range, what: str) -> int:
        """Return the last of the looks around some steps that is as it is now."""
        found = [i for i, seen in enumerate(self._seen(steps)) if only_tables(seen) == now]
        assert found, self._blame(now, steps, only_tables, what)
        return found[-1]

    def _blame(self, now: Look, steps: range, part: Callable[[Look], Look], what: str) -> str:
        earlier = [part(seen) for seen in self._seen(range(steps.start))]
        fault = "lost" if now in earlier else "half done"
        self._row.counts[fault] += 1
        nearest = part(self._seen(steps)[0])
        differing = [
            f"{table}: -{set(nearest.get(table, ())) - set(now.get(table, ()))!r:.200} "
            f"+{set(now.get(table, ())) - set(nearest.get(table, ()))!r:.200}"
            for table in {*nearest, *now}
            if nearest.get(table) != now.get(table)
        ]
        return f"{what}: {fault}: {differing}"

    def _go_on(self, library: Library) -> None:
        """Edit, save, search, export: all goes as ever, and what lay about is swept."""
        keys = sorted(library.all_keys()) or [library.paper(add_one(library)).key]
        library.note(keys[0], "a quokka came by")
        assert library.save()
        assert library.is_saved()
        assert list(library.find("quokka").ids) == [library.paper(keys[0]).id]
        check_library(self._path)
        if self._kind == "export":
            for name in ("old.bib", "new.bib", "old.json"):
                library.export(path=self._folder / "out" / name)
            out = self._folder / "out"
            (out / "paper.tex").write_text(rf"\cite{{{keys[5]}}} \bibliography{{cited}}")
            export_cited(library, out / "paper.tex", out / "cited.bib")
            library.save()  # the keys are known outside now
        if self._kind == "merge":
            versions, mine = self._folder / "versions", self._folder / "out" / "mine.db"
            merge_files(versions / "base.db", mine, versions / "theirs.db")
        left = [
            file.name
            for name in ("one", "out")
            for file in (self._folder / name).iterdir()
            if file.name.startswith(".") and file.name not in _OURS
        ]
        assert not left, f"never swept: {left}"
        with closing(Library.open(self._path, state=self._folder / "fresh")) as fresh:
            assert look_at_library(fresh) == look_at_library(library)
            assert words_of(fresh) == words_of(library)

    # --- git

    def _bring_back_what_git_tore(self) -> None:
        """Where git was killed as it wrote the file, do what the program says."""
        told: list[str] = []
        lock = self._folder / "one" / ".git" / "index.lock"
        try:
            Library.open(self._path, state=self._folder / "state-one").close()
        except LibraryError as error:
            self._row.counts["torn"] += 1
            told.append(error.hint)
            lock.unlink(missing_ok=True)
            self._git("one", "checkout", "HEAD", "--", "library.db")
        assert all(f"delete {lock}" in hint or "from git" in hint for hint in told), told

    def _check_git(self, library: Library) -> None:
        """The repository is sound, and the next sync brings all in step."""
        for folder in ("one", "hub.git"):
            self._git(folder, "fsck", "--strict")
        again = DEEDS["sync"](Life("sync", str(self._folder), None, None), library)
        assert next(again) == "did"  # if it was not
        while told := self._refused(library):  # a lock that a killed git has left is git's own
            locks = [*self._folder.glob("*/.git/**/*.lock"), *self._folder.glob("*.git/**/*.lock")]
            named = [lock for lock in locks if f"delete {lock}" in told or "push" in told]
            assert named, told
            named[0].unlink()
            self._row.counts["locks"] += 1
        assert sync(library) == syncing.SyncReport(remote="origin", conflicts=1)
        self._find(look_at_library(library), range(2, 3), "the synced one")

    def _refused(self, library: Library) -> str:
        try:
            return " ".join(sync(library).left)
        except ReadingListError as error:
            return str(error)

    def _git(self, folder: str, *arguments: str) -> None:
        subprocess.run(
            ["git", *arguments], cwd=self._folder / folder, check=True, capture_output=True
        )


def only_tables(seen: Look) -> Look:
    return {name: rows for name, rows in seen.items() if "." not in name}


def only_files(seen: Look) -> Look:
    return {name: rows for name, rows in seen.items() if "." in name}


def rows_of_document(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return connection.execute(query).fetchall()


def add_one(library: Library) -> str:
    library.add({"title": "The First of All", "key": "first"})
    return "first"


def words_of(library: Library) -> tuple[set[tuple[object, ...]], ...]:
    """Return where each word is, as the search index has it."""
    assert library.index()
    (file,) = library._working.files.folder.glob("search-*.db")
    assert rows(library._working.files.database, "SELECT * FROM unindexed") == []
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        found = []
        for table in ("head", "whole"):
            connection.execute(
                f"CREATE VIRTUAL TABLE temp.{table}_word USING fts5vocab(main, {table}, instance)"
            )
            found.append(
                set(
                    connection.execute(
                        f"SELECT term, paper, col, offset FROM temp.{table}_word AS word "
                        "JOIN doc ON doc.number = word.doc"
                    )
                )
            )
        counted = dict(connection.execute("SELECT term, papers FROM term"))
        present = Counter(term for term, _ in {(term, paper) for term, paper, *_ in found[1]})
        (gone,) = connection.execute("SELECT count(*) FROM gone").fetchone()
        for term, papers in present.items():
            assert papers <= counted[term] <= papers + gone, term
        documents = set(connection.execute("SELECT paper, digest, words FROM doc"))
    return (*found, documents)


# --- the libraries that lives begin with

_WORDS = ABSTRACT.split()


def entries(numbers: range, note: str = "") -> str:
    """Return .bib entries that have as many words as those of a page."""
    dice = random.Random(numbers.start)
    return "".join(
        f"@article{{key{number},\n  title = {{Paper Number {number} on "
        f"{' '.join(dice.choices(_WORDS, k=4))}}},\n  author = {{Vale, A. and Number{number}, B.}},"
        f"\n  year = {{{2000 + number % 25}}},\n  journal = {{Journal {number % 7}{note}}},\n"
        f"  abstract = {{{' '.join(dice.choices(_WORDS, k=30))}}}\n}}\n\n"
        for number in numbers
    )


def filled(folder: Path, papers: int = PAPERS) -> Library:
    """Open the library of a life, with papers in it."""
    library = Library.open(folder / "one" / "library.db", state=folder / "state-one")
    (folder / "all.bib").write_text(entries(range(papers)))
    library.import_files([folder / "all.bib"])
    library.save()
    return library


def nothing_but_files(folder: Path) -> None:
    pages = folder / "pages"
    pages.mkdir()
    (pages / "1.bib").write_text(entries(range(40)))
    PageMaker(pages)(*(f"A Listed Paper {number}" for number in range(30)), name="2.txt")
    (pages / "3.bib").write_text(entries(range(30, 90)))
    (pages / "corrected.bib").write_text(entries(range(50), note=", Corrected"))


def some_papers(folder: Path) -> None:
    with filled(folder) as library:
        library.index()


def some_papers_not_indexed(folder: Path) -> None:
    filled(folder).close()


def much_done(folder: Path) -> None:
    with filled(folder) as library:
        every = sorted(library.find().ids)
        library.mark(every, status=Status.READ, add_tags=["read"])
        library.merge_papers(every[0], every[1])
        (folder / "more.bib").write_text(entries(range(PAPERS, PAPERS + 40)))
        library.import_files([folder / "more.bib"])
        library.delete(every[10:40])


def some_exported(folder: Path) -> None:
    with filled(folder) as library:
        every = sorted(library.find().ids)
        for name in ("old.bib", "old.json"):
            library.export(every[:5], folder / "out" / name)
        keys = ",".join(paper.key for paper in library.papers(every[40:55]))
        (folder / "out" / "paper.tex").write_text(rf"\cite{{{keys}}} \bibliography{{cited}}")


def two_versions(folder: Path) -> None:
    """Let `out/mine.db` and `versions/theirs.db` have come from `versions/base.db`."""
    versions = folder / "versions"
    versions.mkdir()
    with filled(folder) as library:
        shutil.copy(library.path, versions / "base.db")
    for name in ("versions/theirs.db", "out/mine.db"):
        shutil.copy(versions / "base.db", folder / name)
        with Library.open(folder / name, state=folder / "elsewhere") as side:
            for key in sorted(side.all_keys())[:30]:
                side.note(key, f"as {name} has it")
            side.mark([side.paper("key50").id], status=Status.READ, add_tags=[name[:3]])


def two_machines(folder: Path) -> None:
    """Let another machine have pushed what this one has not."""
    world = World(folder)
    (folder / "one").rmdir()
    shutil.rmtree(folder / "state-one")
    one = world.first("First")
    (folder / "all.bib").write_text(entries(range(40)))
    one.library.import_files([folder / "all.bib"])
    one.sync()
    two = world.clone("two")
    for key in ("key3", "key7"):
        two.library.note(key, "written there")
    add(two, "Only There")
    two.sync()
    one.library.note("key7", "written here before")
    one.library.close()
    two.library.close()


def earlier_version(folder: Path) -> None:
    """Let the library file have the first schema, and the working copy the first layout."""
    filled(folder).close()
    path = folder / "one" / "library.db"
    path.rename(folder / "new.db")
    first_schema(path)
    by_sql(
        path,
        f"ATTACH '{folder / 'new.db'}' AS new",
        *(
            f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"
            for table in ("paper", "source", "paper_source", "journal")
            for columns in [columns_of(path, table)]
        ),
    )
    (working,) = folder.glob("state-one/*/working.db")
    with closing(sqlite3.connect(working)) as connection:
        connection.executescript(
            f"{_TO_2_2} {_TO_1_1} UPDATE meta SET value = '1.1' WHERE name = 'layout';"
            "UPDATE paper SET note = 'not saved yet'; INSERT INTO unsaved SELECT id, 1 FROM paper"
        )


def columns_of(path: Path, table: str) -> str:
    return ", ".join(
        str(name) for (name,) in rows(path, f"SELECT name FROM pragma_table_info('{table}')")
    )


PREPARED: dict[str, Callable[[Path], None]] = {
    "import": nothing_but_files,
    "edit": some_papers,
    "bulk edit": some_papers,
    "undo": much_done,
    "export": some_exported,
    "merge": two_versions,
    "sync": two_machines,
    "migration": earlier_version,
    "index": some_papers_not_indexed,
}
