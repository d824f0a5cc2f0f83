"""What this machine keeps of a library, looked at without opening it, and whatever became of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.layout import UPGRADES, layout_now
from readinglist.storage.received import check_received
from readinglist.storage.salvaging import read_damaged
from readinglist.storage.tables import empty, read_tables
from readinglist.storage.working_copy import is_of
from readinglist.storage.working_files import DATABASE, EARLIER, NO_WORKING_COPY, folder_of

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.storage.tables import Tables

_PATIENCE = 10
"""Seconds to wait for a program that is at work on the working copy."""


class Look(NamedTuple):
    """How a working copy fares."""

    database: Path
    is_sound: bool
    is_saved: bool
    """Whether the library file is the one last read or written here, and has all edits."""
    has_more: bool = False
    """Whether it has edits that were not in the library file when that was last read or written."""


def look_at(path: Path, state: Path) -> Look | None:
    """Read the working copy of the library file at a resolved path, all of it; change nothing.

    Returns:
        None where there is no working copy.

    Raises:
        LibraryError: it can't be read now.
    """
    database = folder_of(path, state).absolute() / DATABASE
    if not database.exists():
        return None
    try:
        uri = f"{database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            meta = dict(connection.execute("SELECT name, value FROM meta"))
            (lacking,) = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM unsaved) "
                "OR EXISTS (SELECT 1 FROM journal WHERE rowid > ?)",
                (int(meta.get("saved") or 0),),
            ).fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in NO_WORKING_COPY:
            raise LibraryError(f"{database} can't be read: {error}.") from error
        return Look(database, is_sound=False, is_saved=False)
    known = meta.get("layout") in (layout_now(), *UPGRADES)
    is_current = is_of(meta.get("document"), document.fingerprint(path))
    return Look(
        database, verdict == "ok" and known, is_current and not lacking, has_more=bool(lacking)
    )


def copy_library(path: Path, state: Path, copy: Path, copied_state: Path) -> None:
    """Copy a library file and its working copy, with what is unsaved and the search index.

    Args:
        path: the library file.
        state: the folder for what belongs to this machine.
        copy: the file to write.
        copied_state: the folder for what belongs to the copy.

    Raises:
        LibraryError: there is no library file, or it can't be copied.
    """
    path = path.parent.resolve() / path.name
    before = document.fingerprint(path)
    if before is None:
        raise LibraryError(f"There is no library {path}.")
    database = folder_of(path, state).absolute() / DATABASE
    folder = folder_of(copy.parent.resolve() / copy.name, copied_state)
    try:
        shutil.copyfile(path, copy)
        folder.mkdir(parents=True)
        if database.exists():
            with (
                closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as here,
                closing(sqlite3.connect(folder / DATABASE)) as there,
            ):
                here.backup(there)
                there.execute(  # it has the rows of the copied file: they need no reading again
                    "UPDATE meta SET value = ? WHERE name = 'document' AND value = ?",
                    (str(document.fingerprint(copy)), str(before)),
                )
                there.commit()
    except OSError as error:
        raise LibraryError(f"{path} can't be copied: {error.strerror}.") from error
    except sqlite3.Error:
        (folder / DATABASE).unlink(missing_ok=True)  # it is made anew from the file


def earlier_here(path: Path, state: Path) -> list[Path]:
    """Return what this machine keeps of libraries that were at a path before, and has more.

    Those are databases of working copies, set aside when the file was gone. One that can't be
    read is left out, as is one of which the library file at `path` has all that was done.
    """
    here = path.parent.resolve() / path.name
    found = []
    for database in sorted(folder_of(here, state).absolute().glob(f"{EARLIER}*.db")):
        with suppress(LibraryError, sqlite3.Error, OSError):
            with document.open_inspected(here, may_be_newer=True) as present:
                known = set(present.execute("SELECT id, machine FROM journal"))
            if not known.issuperset(read_set_aside(database)["journal"]):
                found.append(database)
    return found


def read_set_aside(database: Path) -> Tables:
    """Return the rows of the database of a working copy that was set aside.

    Raises:
        LibraryError: it is no such database, or not sound.
    """
    with document.temporary_folder() as folder:
        try:
            return _kept(_copied(database.absolute(), folder), database).tables
        except (sqlite3.Error, OSError) as error:
            raise LibraryError(f"{database} can't be read: {error}.") from error


class Kept(NamedTuple):
    """What this machine's working copy has of a library."""

    tables: Tables
    unsaved: frozenset[int] = frozenset()
    """The papers that the library file has otherwise; not known where there is a problem."""
    is_current: bool = False
    """Whether the library file is the one last read or written here."""
    problem: str = ""
    """Why not all of the working copy could be read."""


def kept_here(path: Path, state: Path) -> Kept | None:
    """Return what the working copy has of the library file at `path`, whatever became of either.

    It stays as it is, and may lie where nothing can be written: a copy is read.

    Returns:
        None where there is no working copy.

    Raises:
        LibraryError: there is no room for the copy.
    """
    path = path.parent.resolve() / path.name
    database = folder_of(path, state).absolute() / DATABASE
    with document.temporary_folder() as folder:
        try:
            if not database.exists():
                return None
            return _kept(_copied(database, folder), path)
        except OSError as error:
            reason = str(error.strerror)
            if error.errno in document.NO_ROOM:
                raise document.no_room(folder.parent, reason) from error
        except (sqlite3.Error, LibraryError):
            reason = "it is damaged, or of another version"
    try:
        tables, how_far = read_damaged(database, log=True).tables, "can't be read as a whole"
    except LibraryError:
        tables, how_far = empty(), "can't be read"
    return Kept(tables, problem=f"This machine's working copy {database} {how_far}: {reason}.")


def _copied(database: Path, folder: Path) -> Path:
    copy = folder / "copy.db"
    try:
        with (
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(copy)) as there,
        ):
            here.backup(there)
    except sqlite3.Error:  # where nothing can be written, SQLite can't even read
        shutil.copyfile(database, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{database}-wal", f"{copy}-wal")
    return copy


def _kept(copy: Path, path: Path) -> Kept:
    """Return what a copy of a working copy has, if that is sound.

    Raises:
        LibraryError: it is not, or is of a version that we don't know.
        sqlite3.Error: the same, as SQLite finds it.
    """
    with closing(sqlite3.connect(copy)) as connection:
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        layout = str(meta.get("layout"))
        if layout not in (layout_now(), *UPGRADES):
            raise LibraryError(f"There is no layout {layout}.")
        for statement in UPGRADES.get(layout, ()):
            connection.execute(statement)
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise LibraryError("Pages or values are not in their places.")
        tables = read_tables(connection)
        check_received(tables, empty())
        unsaved = connection.execute("SELECT paper FROM unsaved").fetchall()
        return Kept(
            tables,
            frozenset(paper for (paper,) in unsaved),
            is_of(meta.get("document"), document.fingerprint(path)),
        )
