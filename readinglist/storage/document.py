"""The library file as a document: inspected before it is believed, only ever replaced whole.

Files may arrive by git from anywhere, so nothing in them is trusted: a private copy is
opened read-only, must be complete and sound, and must have exactly the schema that our own
migrations make (after SQLite's "Defense Against The Dark Arts").
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import hashlib
import os
import shlex
import shutil
import sqlite3
import stat
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.text import printable
from readinglist.errors import ForeignValueError, LibraryError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA_VERSION = 3
"""The newest schema: `user_version` of a library file."""
APPLICATION_ID = 0x524C5354
SCHEMA_DIGESTS = {
    1: "f62a00c4dc539e6894cd5342f97d82a14f18e72a917cca0da9ef87252945626e",
    2: "a7e9f4fea8fe141d0c907f07aa35d4d0f6095dc85a9a2abfef7fe848ed6fee99",
    3: "da31e4134ae9a378889099f220de440bce28e7961b136c193811d01af9a82204",
}
"""The digest of the exact schema of each version, see `schema_digest`."""

LARGEST_FILE = 4 * 2**30
LARGEST_VALUE = 8 * 2**20
"""Bytes of one text."""

GIT_LOCK = "index.lock"
GIT_AT_WORK = (GIT_LOCK, "MERGE_HEAD", "rebase-merge", "rebase-apply")
"""What lies in a repository's folder while git may replace files."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where no more can be written."""
_RESERVED_BYTE = 2**30 + 1
_SHARED_BYTES = 2**30 + 2, 510
"""What SQLite locks of a file: a program that is about to write the one, who writes the others."""
_LOGS = {"-journal": bytes.fromhex("d9d505f920a163d7"), "-wal": b""}
"""Where SQLite logs what it changes in a file, and how such a log begins that was not ended."""
_PATIENCE = 5
"""Seconds to wait for a program that is writing the file."""
_MINUTE, _HOUR = 60, 3600
SQLITE_VERSION = sqlite3.sqlite_version
"""The version of SQLite that reads and writes here."""

_WAY_OUT = "Your edits are kept on this machine until it can."
_UPDATE = "Update readinglist, then try again."
_OF_TODAY = "of-today.db"
_SEE_TO_IT = "See to it that you may read it."
_HEADER = b"SQLite format 3\x00"


class Fingerprint(NamedTuple):
    """What tells one version of a file from the next without reading it."""

    device: int
    inode: int
    modified: int
    size: int

    def __str__(self) -> str:
        return f"{self.device}:{self.inode}:{self.modified}:{self.size}"


def fingerprint(path: Path) -> Fingerprint | None:
    """Return the fingerprint of the file at `path`, None where there is none.

    Raises:
        LibraryError: it is a link, a folder or a device, or can't be looked at.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LibraryError(f"{path} can't be read: {error.strerror}.", _SEE_TO_IT) from error
    if stat.S_ISLNK(status.st_mode):
        raise LibraryError(
            f"{path} is a symbolic link, which a library may not be.",
            f"Name the file that it leads to: {os.path.realpath(path)}.",
        )
    if not stat.S_ISREG(status.st_mode):
        raise LibraryError(f"{path} is not a file.", "Name a library file, such as library.db.")
    return Fingerprint(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


@dataclass(slots=True)
class Draft:
    """A new version of a library file, on its way to the old one's place."""

    connection: sqlite3.Connection
    fingerprint: Fingerprint | None = None
    """That of the file once it is in its place: another may soon be there instead."""


def git_is_busy(path: Path, marks: Iterable[str] = GIT_AT_WORK) -> bool:
    """Return whether git is at work in the repository that holds `path`.

    While an index lock, a merge or a rebase is there, git may be about to replace the file.
    """
    return _mark_of_git(path, marks) is not None


def way_out(mark: Path) -> str:
    """Return what ends that of which git has put a mark into its folder."""
    # git was hindered between putting changes aside and its first step: its status names two
    # commands, and both fail.
    if mark.name == "rebase-merge" and not (mark / "head-name").exists():
        return "git rebase --quit ends it; then git stash pop brings back what git put aside."
    return "Finish it: git status tells how."


def git_at_work(path: Path) -> LibraryError:
    """Return the error that says what git is at work on, and what to do if it was killed."""
    mark = _mark_of_git(path, GIT_AT_WORK)
    if mark and mark.name != GIT_LOCK:
        return LibraryError(
            f"git is in the middle of a merge or a rebase in {path.parent}.", way_out(mark)
        )
    if mark:
        more = f"Wait until it is done; if no git runs any more, delete {mark}."
        return LibraryError(f"git is at work in {path.parent}.", more)
    return LibraryError(
        f"git or another program is at work in {path.parent}.", "Wait until it is done."
    )


def _mark_of_git(path: Path, marks: Iterable[str]) -> Path | None:
    for folder in path.parents:
        git = folder / ".git"
        if git.is_file():  # a worktree or submodule names its folder in a file
            with contextlib.suppress(OSError, ValueError):
                git = (folder / git.read_text().partition("gitdir:")[2].strip()).resolve()
        if git.is_dir():
            return next((git / mark for mark in marks if (git / mark).exists()), None)
    return None


def repository_of(path: Path) -> Path | None:
    """Return the top folder of the git repository that `path` lies in; None for none."""
    return next((folder for folder in path.parents if os.path.exists(folder / ".git")), None)


@contextmanager
def open_inspected(
    path: Path, thorough: bool = True, may_be_newer: bool = False
) -> Iterator[sqlite3.Connection]:
    """Open a private copy of the library file at `path`, read-only, after inspecting it.

    An older library has the tables of today in it. So has a newer one, with what we know of its
    rows; its `user_version` tells that it is newer.

    Args:
        path: the file.
        thorough: whether each page is checked; not for a look at one table.
        may_be_newer: whether a part of what is in it will do.

    Raises:
        LibraryError: it is not a complete, sound library file of a version we know.
        UnfinishedError: another program is changing it, or was killed at that.
    """
    with private_copy(path) as copy:
        today = copy
        _check_header(path, copy)
        is_newer = _version(copy) > SCHEMA_VERSION
        if is_newer and not may_be_newer:
            raise _newer(path)
        if is_newer:
            today = _of_today(path, copy, thorough)
        elif _version(copy) < SCHEMA_VERSION:
            from readinglist.storage.migrating import migrate

            with contextlib.closing(_open_read_only(copy)) as connection:
                _check_content(path, connection, thorough)
            migrate(copy)
        connection = _open_read_only(today)
        try:
            if not is_newer:
                _check_content(path, connection, thorough)
            yield connection
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise _damaged(path, str(error)) from error
        except ForeignValueError as error:
            told = f"Another program changed it: {_check_of(path)} says what can be read of it."
            raise LibraryError(f"{path} holds {error.what}.", _UPDATE if is_newer else told) from (
                error
            )
        finally:
            connection.close()


@contextmanager
def private_copy(path: Path, *, is_finished: bool = True) -> Iterator[Path]:
    """Give a copy of the file at `path`, in a folder of its own.

    Args:
        path: the file.
        is_finished: whether it must be whole without a log beside it.

    Raises:
        LibraryError: it can't be read, is too large, or there is no room for a copy.
        UnfinishedError: another program is changing it, or was killed at that.
    """
    with temporary_folder() as folder:
        copy = folder / "library.db"
        try:
            if os.path.getsize(path) > LARGEST_FILE:
                raise LibraryError(f"{path} is larger than a library may be (4 GiB).")
            _copy_between_writes(path, copy, is_finished)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise no_room(folder.parent, str(error.strerror)) from error
            raise LibraryError(f"{path} can't be read: {error.strerror}.", _SEE_TO_IT) from error
        yield copy


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder for copies and drafts of libraries.

    Raises:
        LibraryError: none can be made, or SQLite found no room in it.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="readinglist-")
    except OSError as error:
        raise no_room(Path(os.environ.get("TMPDIR") or "/tmp"), str(error.strerror)) from error
    with folder as name:
        try:
            yield Path(name)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
                raise
            raise no_room(Path(name).parent, str(error)) from error


def no_room(folder: Path, why: str) -> LibraryError:
    """Return what is to be told of a folder for copies that has no room."""
    return LibraryError(
        f"{folder} can't be written: {why}.",
        "Copies are made there for a moment; make room, or set TMPDIR to another folder.",
    )


@contextmanager
def replacing(
    path: Path, expected: Fingerprint | None, *, keep_outgrown: bool = False
) -> Iterator[Draft]:
    """Give a copy of the library file at `path` to write to, then put it in its place.

    The copy is patched, so that pages stay where they are and git's packs stay small. It
    replaces the file only whole, checked and on disk, and only if the file is still the one
    that was copied.

    Args:
        path: the library file.
        expected: its fingerprint when it was last read; None for a file that is not there.
        keep_outgrown: whether a file of an earlier schema stays beside the new one, until that
            has been replaced in its turn.

    Raises:
        DocumentChangedError: the file is another one by now; nothing was written.
        UnfinishedError: another program is changing it, or was killed at that.
        LibraryError: the folder can't be written, or the file is one of a newer readinglist.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = new_beside(path)
        os.close(handle)
    except OSError as error:
        raise LibraryError(
            f"{path.parent} can't be written: {error.strerror}.",
            _WAY_OUT if expected else "Name another file.",
        ) from error
    new = Path(name)
    try:
        version = _begin(path, new, expected)
        kept = None
        if keep_outgrown and version < SCHEMA_VERSION:
            kept = path.with_name(f"{path.name}-v{version}-{_digest(path)}")
        connection = sqlite3.connect(new, isolation_level=None)
        try:
            for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN")
            draft = Draft(connection)
            yield draft
            connection.execute("COMMIT")
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise LibraryError(
                    f"The new version of {path} came out damaged; the old one stays."
                )
        finally:
            connection.close()
        if expected is None:
            new.chmod(0o666 & ~_umask())
        _sync_to_disk(new)
        with _writers_kept_out(path):
            if fingerprint(path) != expected:
                raise DocumentChangedError(path)
            written = fingerprint(new)
            if kept:
                _keep(path, kept)
            os.replace(new, path)
        draft.fingerprint = written
        _sync_to_disk(path.parent)
        if keep_outgrown and not kept:
            _drop_outgrown(path)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise LibraryError(
            f"{path} can't be written: {reason}.",
            _WAY_OUT if expected else "Name another file.",
        ) from error
    finally:
        new.unlink(missing_ok=True)


class DocumentChangedError(Exception):
    """Another program replaced the library file in the meantime, or is writing it."""


def check_finished(path: Path) -> None:
    """Look whether a log lies beside the file that SQLite would still bring into it.

    Raises:
        UnfinishedError: there is one, or one that can't be read.
    """
    for suffix, beginning in _LOGS.items():
        log = path.with_name(path.name + suffix)
        try:
            handle = os.open(log, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except PermissionError:
            raise _unfinished(path, log) from None
        except OSError:  # none, or a link, which SQLite does not follow
            continue
        try:
            begun = os.read(handle, 8) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
        finally:
            os.close(handle)
        if begun and begun.startswith(beginning):
            raise _unfinished(path, log)


def _unfinished(path: Path, log: Path) -> UnfinishedError:
    if not path.exists():
        return UnfinishedError(
            f"{log} is of a library that is missing: its program was killed.",
            f"Bring {path.name} back, or delete {log.name}, for a new library.",
        )
    return UnfinishedError(
        f"{log} lies beside the library: another program is changing it, or was killed at that.",
        "Close that program; if there is none, delete a log that came from elsewhere, or, for one "
        f"of your own, sqlite3 {shlex.quote(str(path))} .tables ends the change.",
    )


def _check_writable(path: Path) -> None:
    if not os.access(path, os.W_OK):  # a file may be replaced that may not be written
        raise PermissionError(errno.EACCES, "it is write-protected")


@contextmanager
def _writers_kept_out(path: Path) -> Iterator[None]:
    """Hold the lock that SQLite has who writes to the file, until another is in its place.

    Who would write later is told by SQLite that the file was moved.

    Raises:
        DocumentChangedError: another program is writing.
        UnfinishedError: one was killed at that.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        check_finished(path)
        yield
        return
    try:
        if not _locks(handle, fcntl.LOCK_EX, _RESERVED_BYTE):
            raise DocumentChangedError(path)
        check_finished(path)
        yield
    finally:
        os.close(handle)


def _locks(handle: int, kind: int, start: int, length: int = 1) -> bool:
    """Lock bytes of a file; return whether no other program has them."""
    try:
        fcntl.lockf(handle, kind | fcntl.LOCK_NB, length, start)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _copy_between_writes(path: Path, copy: Path, is_finished: bool) -> None:
    """Copy the file when no other program is in the middle of writing to it.

    Raises:
        LibraryError: one has been for seconds.
        UnfinishedError: one was killed at that.
        OSError: it can't be copied.
    """
    until = time.monotonic() + _PATIENCE
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        while not _locks(handle, fcntl.LOCK_SH, *_SHARED_BYTES):
            if time.monotonic() > until:
                raise UnfinishedError(
                    f"Another program has been writing {path} for {_PATIENCE} seconds.",
                    "Close it and try again.",
                )
            time.sleep(0.01)
        # A log of who has this lock, too, is of a change that has not come to the file yet.
        if is_finished and _locks(handle, fcntl.LOCK_SH, _RESERVED_BYTE):
            check_finished(path)
        shutil.copyfile(path, copy)
    finally:
        os.close(handle)


def is_newer(connection: sqlite3.Connection) -> bool:
    """Return whether an inspected library is one of a newer readinglist."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(version > SCHEMA_VERSION)


def schema_digest(connection: sqlite3.Connection) -> str:
    """Return the SHA-256 of all statements that make the schema, in order of their names.

    White space does not count, nor does the plain table in which sqlite-utils notes the
    migrations that it applied: its statement differs between versions of sqlite-utils.
    """
    rows = connection.execute(
        """SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema
        WHERE NOT (tbl_name = '_sqlite_migrations'
                   AND (sql LIKE 'CREATE TABLE %' OR sql LIKE 'CREATE UNIQUE INDEX %'))
        ORDER BY type, name"""
    )
    text = "\n".join("|".join(" ".join(part.split()) for part in row) for row in rows)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _open_read_only(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _check_header(path: Path, copy: Path) -> None:
    size = copy.stat().st_size
    with copy.open("rb") as file:
        header = file.read(100)
    if not size:
        raise LibraryError(
            f"{path} is empty: another program is writing it, or it was damaged.",
            f"Try again. {_rescue(path)}",
        )
    if len(header) < 100 or not header.startswith(_HEADER):
        raise LibraryError(
            f"{path} is not a readinglist library.",
            f"Name another file; if it was one, {_check_of(path)} says what can be read of it.",
        )
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    told = pages * (65536 if page_size == 1 else page_size)
    if size != told:
        is_long = size > told > 0
        raise LibraryError(
            f"{path} is {'longer than it says itself' if is_long else 'cut off'} or not complete "
            "yet.",
            f"Try again. {_rescue(path)}",
        )
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise LibraryError(
            f"{path} is a database of another program, not a readinglist library.",
            "Name another file.",
        )


def _rescue(path: Path) -> str:
    """Return what to do about a damaged file."""
    return (
        f"{_check_of(path)} says what can be read of it; an earlier version, e.g. from git, may be "
        "sound."
    )


def _check_of(path: Path) -> str:
    """Return the command that says what is wrong with a file, and what can be read of it."""
    return f"readinglist check {shlex.quote(str(path))}"


def _newer(path: Path) -> LibraryError:
    return LibraryError(
        f"{path} was written by a newer readinglist: this one can only read it.",
        _UPDATE,
    )


def _damaged(path: Path, what: str) -> LibraryError:
    """Return what is to be said of a damaged file; `what` may quote from it."""
    told = printable(what).removeprefix("*** in database main *** ")
    return LibraryError(f"{path} is damaged ({told[:80]}).", _rescue(path))


def _of_today(path: Path, newer: Path, thorough: bool) -> Path:
    """Return a database with the tables of today that has what we know of a newer library.

    Its schema can't be known: so no row is read that is not stored as it stands.

    Raises:
        LibraryError: it is damaged, or lacks what each library has.
    """
    from readinglist.storage.migrating import migrate
    from readinglist.storage.received import FIELDS
    from readinglist.storage.tables import PRIMARY_KEYS

    today = newer.with_name(_OF_TODAY)
    migrate(today)
    with (
        contextlib.closing(_open_read_only(newer)) as theirs,
        contextlib.closing(sqlite3.connect(today, isolation_level=None)) as ours,
        _bounded(path, theirs),
    ):
        _check_pages(path, theirs, thorough)
        ours.execute("BEGIN")
        for table in PRIMARY_KEYS:
            names = [
                name for (name,) in ours.execute(f"SELECT name FROM pragma_table_info('{table}')")
            ]
            stored = theirs.execute(
                "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 AND EXISTS "
                "(SELECT 1 FROM pragma_table_list(?1) WHERE type = 'table' AND schema = 'main')",
                (table,),
            )
            if not {name for (name,) in stored} >= set(names):
                raise LibraryError(f"{path} can't be read by this readinglist.", "Update it.")
            ours.executemany(
                f"INSERT INTO {table} VALUES ({','.join('?' * len(names))})",
                theirs.execute(f"SELECT {', '.join(names)} FROM {table}"),
            )
        marks = ",".join("?" * len(FIELDS))
        ours.execute(f"DELETE FROM journal WHERE field NOT IN ({marks})", tuple(FIELDS))
        ours.execute(f"PRAGMA user_version = {_version(newer)}")
        ours.execute("COMMIT")
    return today


def _version(copy: Path) -> int:
    with copy.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big", signed=True)


def _check_content(path: Path, connection: sqlite3.Connection, thorough: bool) -> None:
    with _bounded(path, connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if schema_digest(connection) != SCHEMA_DIGESTS.get(version):
            raise LibraryError(
                f"{path} does not have the tables of a readinglist library.",
                f"It was changed by another program. {_rescue(path)}",
            )
        _check_pages(path, connection, thorough)


def _check_pages(path: Path, connection: sqlite3.Connection, thorough: bool) -> None:
    check = "PRAGMA integrity_check(1)" if thorough else "SELECT 'ok'"
    (verdict,) = connection.execute(check).fetchone()
    if verdict != "ok":
        raise _damaged(path, verdict)


@contextmanager
def _bounded(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """Let what is asked of a file that nobody knows end in time, and in one sentence."""
    steps = iter(range(200))
    connection.set_progress_handler(lambda: int(next(steps, None) is None), 5_000_000)
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise _damaged(path, str(error)) from error
    finally:
        connection.set_progress_handler(None, 0)


def new_beside(path: Path) -> tuple[int, str]:
    """Make an empty file beside `path`, to take its place; return its handle and its name.

    Those that killed processes left there are removed: none takes a minute to be written.

    Raises:
        OSError: the folder can't be written.
    """
    # What git lets us merge lies in files of its own, with another name each time.
    for name in (glob.escape(path.name), ".merge_file_*"):
        for draft in path.parent.glob(f".{name}.*.new*"):
            with contextlib.suppress(FileNotFoundError):
                # One of the future is of before the clock was set back.
                if not -_HOUR < time.time() - draft.stat().st_mtime < _MINUTE:
                    draft.unlink()
    return tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)


def _begin(path: Path, new: Path, expected: Fingerprint | None) -> int:
    """Make `new` the copy to write to, with the tables of today; return the schema it had.

    Raises:
        DocumentChangedError: the file is not the expected one, or another program is writing it.
        UnfinishedError: one was killed at that.
        LibraryError: it is one of a newer readinglist.
        OSError: it is write-protected, or the copy can't be written.
    """
    from readinglist.storage.migrating import migrate

    version = SCHEMA_VERSION
    if expected is None:
        check_finished(path)
    else:
        if fingerprint(path) != expected:
            raise DocumentChangedError(path)
        _check_writable(path)
        with _writers_kept_out(path):
            shutil.copyfile(path, new)
        shutil.copymode(path, new)
        version = _version(new)
        if version > SCHEMA_VERSION:
            raise _newer(path)
    if expected is None or version < SCHEMA_VERSION:
        migrate(new)
    return version


def _keep(path: Path, copy: Path) -> None:
    """Let a file go on under the name `copy`, too, which says what is in it."""
    if copy.exists():  # of a process that was killed before it had replaced the file
        return
    try:
        os.link(path, copy)
    except OSError:  # a disk without links
        handle, draft = new_beside(copy)
        os.close(handle)
        shutil.copy2(path, draft)
        _sync_to_disk(Path(draft))
        os.replace(draft, copy)


def _drop_outgrown(path: Path) -> None:
    """Remove the files of earlier schemas that were kept; nothing that only has such a name."""
    for copy in path.parent.glob(f"{glob.escape(path.name)}-v[0-9]*-*"):
        with contextlib.suppress(OSError):
            if fingerprint(copy) and copy.name.endswith(f"-{_digest(copy)}"):
                copy.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _sync_to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
