"""The files of a working copy: its database, the lock, and what was set aside.

missing library file -> what is here stays, or is set aside, and an empty one is made
database: as it is -> of an earlier layout: brought to this one -> else set aside and made anew
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shlex
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from itertools import chain, count
from typing import TYPE_CHECKING

from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.document import DocumentChangedError
from readinglist.storage.layout import SCHEMA, UPGRADES, layout_now
from readinglist.storage.tables import PRIMARY_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE = "working.db"
"""The file of the working copy, in the folder of its library."""
EARLIER = "earlier"
"""What it is called, with a number, once its library file is gone and another one begins."""
_PARTS = ("", "-wal", "-shm")
"""What stands behind its name in those of its own file, its log, and the index of that."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a damaged file, and of one that is no database."""
NO_WORKING_COPY = (sqlite3.SQLITE_ERROR, *_DAMAGED)
"""The same, and what it says of a file without our tables."""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNUSABLE = (
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
)
"""What SQLite says where the disk is full or fails, or a file may not be written."""
_PATIENCE = 10
"""Seconds to wait for another process at work on the same library."""
_PROBE = 2**16
"""Bytes that SQLite may need at once beside a database."""


def recover_command(path: Path, kept: Path | None = None) -> str:
    """Return the command that brings back what is missing in the library file at a path.

    Args:
        path: the library file.
        kept: the file that has it; None for what git took out.
    """
    words = ["readinglist", "--library", str(path), "recover", *([str(kept)] if kept else [])]
    return shlex.join(words)


class WorkingFiles:
    """What this machine keeps of the library file at `path`.

    Attributes:
        path: the library file.
        folder: where all of it is.
        database: the file of the working copy.
        machine: the name of this machine in the journal.
        told: what was set aside when the database was opened, in a sentence; empty for nothing.
    """

    def __init__(self, path: Path, state: Path) -> None:
        """Make the folder, if need be.

        Args:
            path: the library file.
            state: the folder for what belongs to this machine.

        Raises:
            LibraryError: a folder can't be written.
        """
        self.path = path.parent.resolve() / path.name
        self.folder = folder_of(self.path, state)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.machine = _machine_name(state, self.path)
        except OSError as error:
            raise unusable(error.filename, str(error.strerror)) from error
        self.database = self.folder.absolute() / DATABASE
        self._lock = self.folder / "lock.db"
        self._damage_noted = self.folder / "damaged"
        self._opened: tuple[int, int] | None = None
        self.told = ""

    def open(self, keep: bool) -> sqlite3.Connection:
        """Open the database, made anew if need be, and the library file made if it is not there.

        Args:
            keep: whether what was saved here stays, too, where the library file is missing.

        Raises:
            LibraryError: git is at work, the library's folder is gone, or a file can't be used.
        """
        if document.fingerprint(self.path) is None:
            with self.alone():
                if document.fingerprint(self.path) is None:
                    self._begin_without_library(keep)
        connection = self._open_existing()
        if connection is None:
            with self.alone():  # or another process was faster
                connection = self._open_existing() or self._make_anew()
        self._opened = self._identity()
        return connection

    def _begin_without_library(self, keep: bool) -> None:
        # git deletes and writes again what it replaces.
        if self.database.exists() and document.git_is_busy(self.path):
            busy = document.git_at_work(self.path)
            raise LibraryError(f"{self.path} is missing, and {busy.message}", busy.hint)
        if self.database.exists():
            self.check_folder("Bring it back (is its disk there?), or make it, for a new library.")
        keep = keep or document.repository_of(self.path) is not None
        if self._holds(
            "EXISTS (SELECT 1 FROM paper) AND (:keep OR EXISTS (SELECT 1 FROM unsaved) OR "
            "(SELECT max(rowid) FROM journal) > (SELECT value FROM meta WHERE name = 'saved'))",
            keep=keep,
        ):
            return
        self._begin_anew()

    def _holds(self, condition: str, **values: bool) -> bool | None:
        """Return whether a condition holds in the database; None where that can't be used."""
        connection = self._open_existing()
        if connection is None:
            return None
        with closing(connection), self.faults_told():
            return bool(connection.execute(f"SELECT {condition}", values).fetchone()[0])

    def _begin_anew(self) -> None:
        """Make an empty library file; what an earlier one left here is set aside."""
        document.check_finished(self.path)
        is_empty = "NOT EXISTS (SELECT 1 FROM paper) AND NOT EXISTS (SELECT 1 FROM journal)"
        if self.database.is_file() and not self._holds(is_empty):
            aside = self.folder / self._set_aside_numbered(EARLIER)
            self.told = (
                f"{self.path} was missing: what this machine had of it is kept as {aside}; "
                f"{recover_command(self.path, aside)} brings it back."
            )
        # Another machine may write the same file at this moment: then it is there.
        with contextlib.suppress(DocumentChangedError), document.replacing(self.path, None):
            pass

    def _set_aside(self, name: str) -> None:
        """Rename the database, with its log, in which the last edits are.

        It has both names for a moment, so that a kill never parts the two.
        """
        parts = [self.folder / f"{DATABASE}{suffix}" for suffix in _PARTS]
        if self.database.exists():
            for part in (part for part in parts if part.exists()):
                aside = part.with_name(part.name.replace("working", name, 1))
                aside.unlink(missing_ok=True)
                try:
                    os.link(part, aside)
                except OSError:  # not every file system has two names for a file
                    os.replace(part, aside)
        for part in parts:
            part.unlink(missing_ok=True)

    def _open_existing(self) -> sqlite3.Connection | None:
        """Return the database as it is; None where there is none that can be used."""
        if not self.database.exists() or self._damage_noted.exists():
            return None
        connection = self.connect()
        try:
            connection.execute("PRAGMA synchronous = FULL")
            row = connection.execute("SELECT value FROM meta WHERE name = 'layout'").fetchone()
            if row == (layout_now(),) or (row and self._upgrade(connection, row[0])):
                return connection
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in NO_WORKING_COPY:
                connection.close()
                with self.faults_told():
                    raise
        connection.close()
        return None

    def _upgrade(self, connection: sqlite3.Connection, layout: str) -> bool:
        """Bring a working copy of an earlier `layout` to this one; return whether it is."""
        if layout not in UPGRADES:
            return False
        connection.execute("BEGIN IMMEDIATE")
        query = "SELECT value FROM meta WHERE name = 'layout'"
        if connection.execute(query).fetchone() == (layout,):  # no other process was faster
            for statement in UPGRADES[layout]:
                connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE name = 'layout'", (layout_now(),))
        connection.execute("COMMIT")
        return True

    def _make_anew(self) -> sqlite3.Connection:
        with document.open_inspected(self.path, may_be_newer=True) as incoming:
            statements = incoming.execute(
                "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name IN "
                f"({','.join('?' * len(PRIMARY_KEYS))})",
                tuple(PRIMARY_KEYS),
            ).fetchall()
        aside = self._set_damaged_aside()
        connection = self.connect()
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        # The inspection compared these with what our own migrations make.
        connection.executescript(
            "BEGIN;"
            + ";".join(sql for (sql,) in statements)
            + ";"
            + SCHEMA
            + f"INSERT INTO meta VALUES ('layout', '{layout_now()}'), ('aside', '{aside}');COMMIT;"
        )
        self._damage_noted.unlink(missing_ok=True)
        return connection

    def _set_damaged_aside(self) -> str:
        """Set aside a database that can't be used, beside all earlier ones; return its name."""
        if not self.database.is_file():
            self._set_aside("set-aside")
            return ""
        return self._set_aside_numbered("set-aside")

    def _set_aside_numbered(self, name: str) -> str:
        """Set aside the database beside all earlier ones of a name; return what it is called."""
        names = chain((name,), (f"{name}-{number}" for number in count(2)))
        files = (self.folder / f"{name}.db" for name in names)
        # Who was killed at this has left it under both names.
        aside = next(f for f in files if not f.exists() or f.samefile(self.database))
        self._set_aside(aside.stem)
        return aside.name

    def connect(self) -> sqlite3.Connection:
        """Open the database as it is, for this thread or another one."""
        try:
            connection = sqlite3.connect(
                self.database, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise _fault_of(self.database, error) from error
        # Else a row that is replaced is not counted as gone.
        connection.execute("PRAGMA recursive_triggers = ON")
        return connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from reading or writing the library file meanwhile.

        The lock is a transaction on a database of its own: it ends with the process.
        """
        lock = self._open_lock()
        try:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _BUSY:
                    raise _fault_of(self._lock, error) from error
                raise LibraryError(
                    f"Another readinglist has been at work on {self.path} for {_PATIENCE} seconds.",
                    "Your edits are kept on this machine; close the other one and try again.",
                ) from error
            with self.faults_told():
                yield
        finally:
            lock.close()

    def _open_lock(self) -> sqlite3.Connection:
        """Open the database that is locked, in the place of whatever else is there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)  # it may be deleted at any time
            for _ in range(2):
                lock = sqlite3.connect(self._lock, timeout=_PATIENCE, isolation_level=None)
                try:
                    lock.execute("PRAGMA schema_version")
                    break
                except sqlite3.DatabaseError as error:
                    if not _is_damage(error):
                        break
                    lock.close()
                    self._lock.unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise _fault_of(self._lock, error) from error
        return lock

    @contextmanager
    def faults_told(self) -> Iterator[None]:
        """Tell in one sentence what SQLite can't do with the files of the working copy.

        Raises:
            LibraryError: instead of SQLite's own error.
        """
        try:
            yield
        except sqlite3.DatabaseError as error:
            fault = self.fault(error)
            if fault is None:
                raise
            raise fault from error

    @contextmanager
    def damage_told(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Tell of damage while another database is at work, too: where the damage is here.

        Args:
            connection: to the working copy.

        Raises:
            LibraryError: instead of SQLite's own error, if the working copy is damaged.
        """
        try:
            yield
        except sqlite3.DatabaseError as error:
            if _is_damage(error) and not _is_sound(connection):
                with self.faults_told():
                    raise
            raise

    def fault(self, error: Exception) -> LibraryError | None:
        """Return what is to be told of an error of SQLite's; None if it is no fault of a file.

        A database that is damaged is noted: who opens it next makes it anew.
        """
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _BUSY:
            return LibraryError(
                f"Another program has been at work on {self.path} for {_PATIENCE} seconds.",
                "Close it and try again.",
            )
        if code in _DAMAGED:
            with contextlib.suppress(OSError):
                self._damage_noted.touch()
            return LibraryError(
                f"{self.database} is damaged ({error}).",
                "Try again: it is made anew, with every edit that can be read in it.",
            )
        if code in _UNUSABLE:
            return _fault_of(self.database, error)
        return None

    def check_folder(self, hint: str) -> None:
        """Look whether the folder of the library file is there.

        Args:
            hint: what to do about it where it is gone.

        Raises:
            LibraryError: it is gone.
        """
        if not self.path.parent.exists():
            raise LibraryError(
                f"The folder {self.path.parent} is gone, and your library with it.", hint
            )

    def check_place(self) -> None:
        """Look whether the database is sound and still the one that others open.

        Raises:
            LibraryError: it is damaged, deleted, or was made anew by another process.
        """
        if self._damage_noted.exists() or self._identity() != self._opened:
            raise LibraryError(
                f"{self.database} is damaged, or was taken away.",
                "Start again: it is made anew, with every edit that can be read in it.",
            )

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self.database.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _DAMAGED


def _is_sound(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def unusable(path: Path | str, why: str) -> LibraryError:
    """Return what is to be told of a file or folder that can't be used."""
    return LibraryError(
        f"{path} can't be used: {why}.",
        "It keeps your edits until they are saved; see to it, or set XDG_STATE_HOME to another "
        "folder.",
    )


def _fault_of(database: Path, error: Exception) -> LibraryError:
    """Return why a database can't be used: the system knows it better than SQLite tells."""
    file = database
    try:
        if isinstance(error, OSError):
            raise error
        with tempfile.TemporaryFile(dir=database.parent) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
        for suffix in _PARTS:
            file = database.with_name(database.name + suffix)
            if file.exists():
                file.open("r+b").close()
    except OSError as reason:
        return unusable(file, reason.strerror or "it is not a file")
    return unusable(database, str(error))


def folder_of(path: Path, state: Path) -> Path:
    """Return what this machine keeps of the library file at a resolved path."""
    return state / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _machine_name(state: Path, library: Path) -> str:
    """Return the name of this machine's copy of this library: host name and some digits.

    The digits come from a secret of this machine and the library's place, so that two clones
    on one machine never write journal rows under one name.
    """
    secret = state / "machine"
    if not secret.exists() or not secret.stat().st_size:  # a power cut may leave an empty one
        draft = state / f"machine.{os.getpid()}"
        draft.write_text(os.urandom(16).hex(), encoding="ascii")
        os.replace(draft, secret)  # all of it at once: another process may be reading
    place = secret.read_bytes() + os.fsencode(library)
    host = platform.node().partition(".")[0][:32] or "machine"
    return f"{host}-{hashlib.sha256(place).hexdigest()[:6]}"
