"""The library file as a document: inspected before it is believed, only ever replaced whole.

Files may arrive by git from anywhere, so nothing in them is trusted: a private copy is
opened read-only, must be complete and sound, and must have exactly the schema that our own
migrations make (after SQLite's "Defense Against The Dark Arts").
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import shutil
import sqlite3
import stat
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readinglist.errors import LibraryError

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

SQLITE_VERSION = sqlite3.sqlite_version
"""The version of SQLite that reads and writes here."""

_WAY_OUT = "Your edits are kept on this machine until it can."
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
        raise LibraryError(f"{path} can't be read: {error.strerror}.") from error
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
    for folder in path.parents:
        git = folder / ".git"
        if git.is_file():  # a worktree or submodule names its folder in a file
            with contextlib.suppress(OSError, ValueError):
                git = (folder / git.read_text().partition("gitdir:")[2].strip()).resolve()
        if git.is_dir():
            return any((git / mark).exists() for mark in marks)
    return False


def is_in_repository(path: Path) -> bool:
    """Return whether `path` lies in a git repository."""
    return any((folder / ".git").exists() for folder in path.parents)


@contextmanager
def open_inspected(path: Path, thorough: bool = True) -> Iterator[sqlite3.Connection]:
    """Open a private copy of the library file at `path`, read-only, after inspecting it.

    Args:
        path: the file.
        thorough: whether each page is checked; not for a look at one table.

    Raises:
        LibraryError: it is not a complete, sound library file of a version we know.
    """
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        copy = Path(folder) / "library.db"
        try:
            if os.path.getsize(path) > LARGEST_FILE:
                raise LibraryError(f"{path} is larger than a library may be (4 GiB).")
            shutil.copyfile(path, copy)
        except OSError as error:
            raise LibraryError(f"{path} can't be read: {error.strerror}.") from error
        _check_header(path, copy)
        if _version(copy) < SCHEMA_VERSION:
            from readinglist.storage.migrating import migrate

            with contextlib.closing(_open_read_only(copy)) as connection:
                _check_content(path, connection, thorough)
            migrate(copy)
        connection = _open_read_only(copy)
        try:
            _check_content(path, connection, thorough)
            yield connection
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise LibraryError(
                f"{path} is damaged ({error}).", "Bring back an earlier version, e.g. from git."
            ) from error
        finally:
            connection.close()


@contextmanager
def replacing(path: Path, expected: Fingerprint | None) -> Iterator[Draft]:
    """Give a copy of the library file at `path` to write to, then put it in its place.

    The copy is patched, so that pages stay where they are and git's packs stay small. It
    replaces the file only whole, checked and on disk, and only if the file is still the one
    that was copied.

    Args:
        path: the library file.
        expected: its fingerprint when it was last read; None for a file that is not there.

    Raises:
        DocumentChangedError: the file is another one by now; nothing was written.
        LibraryError: the folder can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise LibraryError(
            f"{path.parent} can't be written: {error.strerror}.",
            _WAY_OUT if expected else "Name another file.",
        ) from error
    new = Path(name)
    try:
        if expected is None:
            from readinglist.storage.migrating import migrate

            migrate(new)
        else:
            if fingerprint(path) != expected:
                raise DocumentChangedError(path)
            shutil.copyfile(path, new)
            shutil.copymode(path, new)
            if _version(new) < SCHEMA_VERSION:
                from readinglist.storage.migrating import migrate

                migrate(new)
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
        if fingerprint(path) != expected:
            raise DocumentChangedError(path)
        written = fingerprint(new)
        os.replace(new, path)
        draft.fingerprint = written
        _sync_to_disk(path.parent)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise LibraryError(
            f"{path} can't be written: {reason}.",
            _WAY_OUT if expected else "Name another file.",
        ) from error
    finally:
        new.unlink(missing_ok=True)


class DocumentChangedError(Exception):
    """Another program replaced the library file in the meantime."""


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
            "Try again, or bring back an earlier version, e.g. from git.",
        )
    if len(header) < 100 or not header.startswith(_HEADER):
        raise LibraryError(f"{path} is not a readinglist library.", "Name another file.")
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if size != pages * (65536 if page_size == 1 else page_size):
        raise LibraryError(
            f"{path} is cut off or not complete yet.",
            "Try again, or bring back an earlier version, e.g. from git.",
        )
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise LibraryError(
            f"{path} is a database of another program, not a readinglist library.",
            "Name another file.",
        )
    if _version(copy) > SCHEMA_VERSION:
        raise LibraryError(
            f"{path} was written by a newer readinglist.", "Update readinglist, then try again."
        )


def _version(copy: Path) -> int:
    with copy.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big")


def _check_content(path: Path, connection: sqlite3.Connection, thorough: bool) -> None:
    steps = iter(range(200))
    connection.set_progress_handler(lambda: int(next(steps, None) is None), 5_000_000)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if schema_digest(connection) != SCHEMA_DIGESTS.get(version):
            raise LibraryError(
                f"{path} does not have the tables of a readinglist library.",
                "It was changed by another program: bring back an earlier version.",
            )
        check = "PRAGMA quick_check(1)" if thorough else "SELECT 'ok'"
        (verdict,) = connection.execute(check).fetchone()
        if verdict != "ok":
            raise LibraryError(
                f"{path} is damaged ({' '.join(verdict.split())}).",
                "Bring back an earlier version, e.g. from git.",
            )
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise LibraryError(
            f"{path} is damaged ({error}).", "Bring back an earlier version, e.g. from git."
        ) from error
    finally:
        connection.set_progress_handler(None, 0)


def _sweep(path: Path) -> None:
    """Remove what a killed process left beside the file; a save of today takes no minute."""
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*.new*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - draft.stat().st_mtime > 60:
                draft.unlink()


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
