"""What disks, rights, locks and rubbish do to each command: it works, or says so in one sentence.

To a real user's programs the modes of files mean something, to those of root they don't: they
give their power up first. A full disk is a real one, which takes root to mount: `unshare -rm
pytest` will do. By default each situation meets two commands, READINGLIST_EXAMPLES=99 has all.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.config import cache_folder, config_path, state_folder
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.services.syncing import set_up
from tests.conftest import PageMaker, add_by_hand, rows
from tests.end_to_end.forks import HAS_POWER, Forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_httpserver import HTTPServer

    from tests.end_to_end.forks import Done
    from tests.services.clones import World

    Fault = Callable[["Desk"], contextlib.AbstractContextManager[None]]

EACH = int(os.environ.get("READINGLIST_EXAMPLES", "2"))
"""So many commands in each situation, and half as many kinds of rubbish in each file."""
KEY, NEW = "AttentionDetail", "CachesTheirDiscontents"
PDF = b"%PDF-1.7 words %%EOF"
COMMANDS: dict[str, list[str]] = {
    "list": ["list"],
    "check": ["check"],
    "mark": ["mark", KEY, "--status", "read"],
    "note": ["note", KEY, "--text", "mine"],
    "import": ["import", "one.txt"],
    "undo": ["undo"],
    "export": ["export", "-o", "papers/out.bib"],
    "sync": ["sync"],
    "fetch-pdf": ["fetch-pdf", KEY],
    "app": [],
}
EDITS = ("mark", "note", "import", "app")
ALL = frozenset(COMMANDS)
_READING = frozenset(("list", "check"))
_KEPT = ALL - _READING
_LOCKED = 0.2
"""Seconds for which another program has a file."""


class Desk:
    """A library in a repository with a remote, and all that a machine keeps of it."""

    def __init__(self, home: Path, forks: Forks) -> None:
        self.home = home
        self.forks = forks
        self.folder = home / "papers"
        self.library = self.folder / "library.db"
        self.temporary = home / "tmp"
        self.largest_file: int | None = None
        self.patience: float | None = None
        self.state = home
        """What this machine keeps of the library."""

    def fill(self, remote: Path | None) -> None:
        """Make a library with two papers; if there is to be a remote, in a repository."""
        (state_folder() / "tour-shown").touch()
        PageMaker(self.home)("Caches and Their Discontents", name="one.txt")
        with Library.open(self.library) as library:
            add_by_hand(library, ["Attention to Detail", "Build It Twice"], self.home)
            library.edit(KEY, {"arxiv": "2401.00000"})
            library.index()
            if remote:
                set_up(library)
        (database,) = state_folder().glob("*/working.db")
        self.state = database.parent
        if not remote:
            return
        for command in (
            ["init", "--quiet", "--bare", str(remote)],
            ["-C", str(self.folder), "remote", "add", "origin", str(remote)],
        ):
            subprocess.run(["git", *command], check=True, capture_output=True)

    def run(self, command: str) -> Done:
        """Run one of the commands as a program of its own."""
        return self.forks.run(
            self.home, COMMANDS[command], largest_file=self.largest_file, patience=self.patience
        )

    def edit_without_saving(self, tag: str) -> None:
        """Give a paper a tag that is still to be saved."""
        library = Library.open(self.library)
        library.mark([library.paper("BuildTwice").id], add_tags=[tag])
        library.close()

    def has(self, edit: str) -> bool:
        """Return whether an edit is in the library file."""
        ask = {
            "mark": f"SELECT EXISTS (SELECT 1 FROM paper WHERE key = '{KEY}' AND status = 'read')",
            "note": "SELECT EXISTS (SELECT 1 FROM paper WHERE note = 'mine')",
            "import": f"SELECT EXISTS (SELECT 1 FROM paper WHERE key = '{NEW}')",
            "app": "SELECT EXISTS (SELECT 1 FROM paper WHERE priority <> 'none')",
        }[edit]
        return bool(rows(self.library, ask)[0][0])


# --- the faults, each for the time of one command


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room on the disk that a folder is on; it must be a small one."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    yield
    ballast.unlink()


@contextlib.contextmanager
def modes(path: Path, file: int, folder: int, deep: bool = False) -> Iterator[None]:
    """Give a file or a folder other modes."""
    changed = [path, *(path.rglob("*") if deep else ())]
    before = {one: one.stat().st_mode for one in changed if not one.is_symlink()}
    for one in reversed(before):
        one.chmod(folder if one.is_dir() else file)
    yield
    for one, mode in before.items():
        if one.exists():
            one.chmod(mode)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let the disk that a folder is on be only read."""
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)


@contextlib.contextmanager
def gone(path: Path) -> Iterator[None]:
    """Take something away, as a disk that is pulled out."""
    away = path.with_name("away")
    path.rename(away)
    yield
    assert not path.exists()
    away.rename(path)


@contextlib.contextmanager
def instead(path: Path, put: Callable[[Path], object]) -> Iterator[None]:
    """Put something else in a file's place for a while."""
    away = path.with_name(f"{path.name}.away")
    path.rename(away)
    put(path)
    yield
    delete(path)
    away.rename(path)


def delete(path: Path) -> None:
    """Delete whatever is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def another_users(folder: Path) -> Iterator[None]:
    """Give the files in a folder to another user."""
    files = list(folder.iterdir())
    for file in files:
        os.chown(file, 12345, 12345)
        file.chmod(0o700 if file.is_dir() else 0o600)
    yield
    for file in files:
        if file.exists():
            os.chown(file, 0, 0)


@contextlib.contextmanager
def locked(desk: Desk, file: Path, seconds: float | None, exclusive: bool = True) -> Iterator[None]:
    """Have a lock on a database, for some seconds or until the command has ended."""
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    if exclusive:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    desk.patience = None if seconds else _LOCKED
    timer = threading.Timer(seconds or 60, holder.close)
    timer.start()
    try:
        yield
    finally:
        if seconds:
            timer.join()
        timer.cancel()
        holder.close()
        desk.patience = None


@contextlib.contextmanager
def small_files(desk: Desk, most: int) -> Iterator[None]:
    """Let no file become larger."""
    desk.largest_file = most
    yield
    desk.largest_file = None


@contextlib.contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("TMPDIR", "")
    os.environ["TMPDIR"] = str(folder)
    yield
    os.environ["TMPDIR"] = before


# --- the table


@dataclass(frozen=True)
class Situation:
    """A fault, and what each command makes of it: those that are not named work."""

    name: str
    fault: Fault
    told: str = ""
    """What the sentence has: what is wrong, and where."""
    kept: frozenset[str] = frozenset()
    """The commands of which the sentence says that the edits are kept until they can be saved."""
    refused: frozenset[str] = frozenset()
    disks: tuple[str, ...] = ()
    """The folders that are small disks of their own."""
    needs_other_users: bool = False
    options: dict[str, str] = field(default_factory=dict)


_LIBRARY = "papers(/library.db|/pdfs|/out.bib)? can't be written: "
_STATE = "/state/readinglist.* can't be used: "
_ALL_BUT_CHECK = ALL - {"check"}
SITUATIONS = (
    Situation(
        "the library's disk is full",
        lambda desk: full(desk.folder),
        f"{_LIBRARY}No space left on device",
        kept=_KEPT - {"export"},
        refused=frozenset(("export",)),
        disks=("papers",),
    ),
    Situation(
        "the library's disk can only be read",
        lambda desk: read_only(desk.folder),
        f"{_LIBRARY}Read-only file system",
        kept=_KEPT - {"export"},
        refused=frozenset(("export",)),
        disks=("papers",),
    ),
    Situation(
        "the state folder's disk is full",
        lambda desk: full(state_folder().parent),
        f"{_STATE}No space left on device",
        refused=_ALL_BUT_CHECK,
        disks=("home/state",),
    ),
    Situation(
        "the state folder's disk can only be read",
        lambda desk: read_only(state_folder().parent),
        f"{_STATE}Read-only file system",
        refused=_ALL_BUT_CHECK,
        disks=("home/state",),
    ),
    Situation(
        "there is no room for temporary files",
        lambda desk: full(desk.temporary),
        disks=("tmp",),
    ),
    Situation(
        "library, state folder and temporary files are on three disks",
        lambda desk: contextlib.nullcontext(),
        disks=("papers", "home/state", "tmp"),
    ),
    Situation(
        "no file may be larger than 20 KiB",
        lambda desk: small_files(desk, 20 * 1024),
        "can't be (used|written): File too large",
        refused=ALL,
    ),
    Situation(
        "the library file is write-protected",
        lambda desk: modes(desk.library, 0o444, 0),
        f"{_LIBRARY}it is write-protected",
        kept=_KEPT,
    ),
    Situation(
        "the library file may not be read",
        lambda desk: modes(desk.library, 0, 0),
        "/library.db can't be (read|written): ",
        kept=_KEPT,
        refused=frozenset(("check",)),
    ),
    Situation(
        "the library's folder can only be read",
        lambda desk: modes(desk.folder, 0, 0o555),
        f"{_LIBRARY}Permission denied",
        kept=_KEPT - {"export"},
        refused=frozenset(("export",)),
    ),
    Situation(
        "the library's folder may not be entered",
        lambda desk: modes(desk.folder, 0, 0),
        "/library.db can't be read: Permission denied",
        refused=ALL,
    ),
    Situation(
        "the state folder can only be read",
        lambda desk: modes(state_folder(), 0o444, 0o555, deep=True),
        f"{_STATE}Permission denied",
        refused=_ALL_BUT_CHECK,
    ),
    Situation(
        "the state folder may not be entered",
        lambda desk: modes(state_folder(), 0, 0),
        f"{_STATE}Permission denied",
        refused=_ALL_BUT_CHECK,
    ),
    Situation(
        "the state folder is a file",
        lambda desk: instead(state_folder(), Path.touch),
        f"{_STATE}(Not a directory|File exists)",
        refused=_ALL_BUT_CHECK,
    ),
    Situation(
        "the state folder is another user's",
        lambda desk: another_users(desk.state),
        f"{_STATE}Permission denied",
        refused=_ALL_BUT_CHECK,
        needs_other_users=True,
    ),
    Situation(
        "the library's folder is gone",
        lambda desk: gone(desk.folder),
        "/papers is gone|There is no library",
        refused=ALL,
    ),
    Situation(
        "the folder for temporary files is gone",
        lambda desk: temporary_files_in(desk.home / "nowhere"),
    ),
    Situation(
        "a link is in the library's place",
        lambda desk: instead(desk.library, lambda path: path.symlink_to("library.db.away")),
        "/library.db is a symbolic link",
        refused=ALL,
    ),
    Situation(
        "a folder is in the library's place",
        lambda desk: instead(desk.library, Path.mkdir),
        "/library.db is not a file",
        refused=ALL,
    ),
    Situation(
        "the library file is being saved by another readinglist, for a moment",
        lambda desk: locked(desk, desk.state / "lock.db", _LOCKED),
    ),
    Situation(
        "the library file is being saved by another readinglist, for ever",
        lambda desk: locked(desk, desk.state / "lock.db", None),
        "Another readinglist has been at work on .*/library.db for 0.2 seconds",
        kept=_KEPT,
    ),
    Situation(
        "another program writes to the working copy, for a moment",
        lambda desk: locked(desk, desk.state / "working.db", _LOCKED, exclusive=False),
    ),
    Situation(
        "another program writes to the working copy, for ever",
        lambda desk: locked(desk, desk.state / "working.db", None, exclusive=False),
        "Another program has been at work on .*/library.db for 0.2 seconds",
        refused=_ALL_BUT_CHECK - {"list"},
    ),
    Situation(
        "another program has the working copy to itself, for ever",
        lambda desk: locked(desk, desk.state / "working.db", None),
        "Another program has been at work on .*/library.db for 0.2 seconds",
        refused=_ALL_BUT_CHECK,
    ),
)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as forks:
        yield forks


@pytest.fixture
def desk(
    tmp_path: Path,
    world: World,
    forks: Forks,
    server: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Desk]:
    situation: Situation | None = getattr(request, "param", None)
    if not forks.respects_modes:
        pytest.skip("root ignores the modes of files, and setpriv is not installed")
    desk = Desk(tmp_path, forks)
    for folder in (desk.folder, desk.temporary, state_folder()):
        folder.mkdir(parents=True)
    server.expect_request("/pdf/2401.00000").respond_with_data(PDF)
    config_path().parent.mkdir(parents=True)
    address = server.url_for("/pdf")
    config_path().write_text(f"online:\n  addresses:\n    arxiv_pdf: {address}\n")
    monkeypatch.setenv("READINGLIST_LIBRARY", "papers/library.db")
    monkeypatch.setenv("TMPDIR", str(desk.temporary))
    with contextlib.ExitStack() as mounts:
        for name in situation.disks if situation else ():
            mounts.enter_context(mounted(tmp_path / name))
        state_folder().mkdir(exist_ok=True)
        desk.fill(tmp_path / "remote.git" if situation else None)
        yield desk


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """Make a folder a disk of its own, with little room."""
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "readinglist-test", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def chosen(number: int) -> list[str]:
    """Return the commands that the situation of a number meets, in their order."""
    names = list(COMMANDS)
    some = {names[(number * EACH + n) % len(names)] for n in range(min(EACH, len(names)))}
    return [name for name in names if name in some]


@pytest.mark.parametrize(
    ("desk", "situation", "commands"),
    [
        pytest.param(situation, situation, chosen(number), id=situation.name)
        for number, situation in enumerate(SITUATIONS)
    ],
    indirect=["desk"],
)
def test_each_command_works_or_says_in_a_sentence_what_is_wrong(
    desk: Desk, situation: Situation, commands: list[str]
) -> None:
    if situation.needs_other_users and not HAS_POWER:
        pytest.skip("only root can give files to another user")
    came = {}
    for command in commands:
        desk.edit_without_saving(f"before {command}")
        with situation.fault(desk):
            done = desk.run(command)
        came[command] = outcome(command, done, situation)
        Library.open(desk.library).__exit__(None, None, None)  # it's over: what waits is saved
    assert came == {name: expected(situation, name) for name in commands}

    # Nothing is lost, nothing is half, and nothing lies about.
    check_library(desk.library)
    for edit in EDITS:
        assert desk.has(edit) == (came.get(edit) in ("works", "kept")), edit
    tags = {tag for (tag,) in rows(desk.library, "SELECT tag FROM paper_tag")}
    turned_back = {"before undo"} if came.get("undo") in ("works", "kept") else set()
    assert tags == {f"before {command}" for command in commands} - turned_back
    allowed = {".git", ".gitattributes", ".gitignore", "library.db", "pdfs", "out.bib"}
    assert {path.name for path in desk.folder.iterdir()} <= allowed
    pdf = desk.folder / "pdfs" / f"{KEY}.pdf"
    assert not list(desk.folder.glob("pdfs/.*.part"))
    assert not pdf.exists() or pdf.read_bytes() == PDF
    assert not list(desk.temporary.iterdir())
    assert not list(state_folder().rglob(f"*.{os.getpid()}"))


def outcome(command: str, done: Done, situation: Situation) -> str:
    """Return what came of a command: it works, its edit is kept, or it is refused."""
    assert "Traceback" not in done.out + done.err, done.err
    if done.code == 0 and (command != "app" or not done.err):
        return "works"
    assert done.code == 1 or command == "app", done
    sentence = done.err.splitlines()[-1]
    assert re.search(situation.told or "(?!)", sentence), sentence
    what, _, hint = sentence.partition(". ")
    assert what.startswith(("readinglist: ", f"{KEY}: ")), sentence
    assert hint.endswith("."), sentence  # what to do, or that nothing need be done
    is_kept = "are kept" in hint
    assert is_kept != ("set XDG_STATE_HOME" in hint) or not is_kept
    return "kept" if is_kept else "refused"


# --- rubbish in the place of each file that a machine keeps


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(5).randbytes(5000))


def dangling_link(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


def link_to_a_file(path: Path) -> None:
    victim = path.with_name("precious")
    victim.write_text("precious")
    path.symlink_to(victim)


def file_of_another_user(path: Path) -> None:
    path.write_bytes(b"{}")
    path.chmod(0o600)
    os.chown(path, 12345, 12345)


KINDS: tuple[Callable[[Path], None], ...] = (
    random_bytes,
    Path.touch,
    Path.mkdir,
    dangling_link,
    link_to_a_file,
    *((file_of_another_user,) if HAS_POWER else ()),
)
FILES: dict[str, Callable[[Desk], Path]] = {
    "machine": lambda desk: state_folder() / "machine",
    "tour-shown": lambda desk: state_folder() / "tour-shown",
    "app.json": lambda desk: desk.state / "app.json",
    "queries.json": lambda desk: desk.state / "queries.json",
    "apart.json": lambda desk: desk.state / "apart.json",
    "drafts": lambda desk: desk.state / "drafts",
    "a draft": lambda desk: desk.state / "drafts" / "0000000000000001-1-abcdef01.json",
    "a draft's lock": lambda desk: desk.state / "drafts" / "0000000000000001-1-abcdef01.lock",
    "working.db": lambda desk: desk.state / "working.db",
    "lock.db": lambda desk: desk.state / "lock.db",
    "the search index": lambda desk: next(desk.state.glob("search-*.db")),
    "views.yaml": lambda desk: config_path().with_name("views.yaml"),
    "the answers": lambda desk: cache_folder() / "answers",
    "the library's state": lambda desk: desk.state,
}
NEEDED = ("machine", "working.db", "lock.db", "the library's state")
"""What nothing else can stand for where it can't be read, or not be put out of the way."""


@pytest.mark.parametrize("name", FILES)
def test_rubbish_in_a_file_of_this_machine_is_made_anew_or_named(desk: Desk, name: str) -> None:
    first, each = list(FILES).index(name), min(EACH // 2, len(KINDS))
    kinds = {KINDS[(first + n) % len(KINDS)] for n in range(each)}
    for kind in kinds:
        path = FILES[name](desk)
        for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            delete(one)
        path.parent.mkdir(parents=True, exist_ok=True)
        kind(path)
        for command in ("list", "mark", "undo", "app") if EACH > 3 else ("mark", "app"):
            done = desk.run(command)
            assert "Traceback" not in done.out + done.err, (kind, done.err)
            assert done.code == 0 or name in NEEDED, (kind, done)
            if done.code:
                sentence = rf"readinglist: {re.escape(str(path))}.* can't be used: .+\. .+\."
                assert re.fullmatch(sentence, done.err.splitlines()[-1]), (kind, done.err)
        victim = path.with_name("precious")
        assert kind is not link_to_a_file or victim.read_text() == "precious"
        delete(path)
        check_library(desk.library)


def expected(situation: Situation, command: str) -> str:
    if command in situation.kept:
        return "kept"
    return "refused" if command in situation.refused else "works"
