"""What this machine keeps of a library, looked at without opening it, and whatever became of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from readinglist.errors import LibraryError
from readinglist.storage import document
from readinglist.storage.layout import UPGRADES, layout_now
from readinglist.storage.tables import read_tables
from readinglist.storage.working_copy import is_of
from readinglist.storage.working_files import DATABASE, NO_WORKING_COPY, folder_of

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
    return Look(database, verdict == "ok" and known, is_current and not lacking)


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


class Kept(NamedTuple):
    """What this machine's working copy has of a library."""

    tables: Tables
    unsaved: frozenset[int]
    """The papers that the library file has otherwise."""
    is_current: bool
    """Whether the library file is the one last read or written here."""


def kept_here(path: Path, state: Path) -> Kept | None:
    """Return what the working copy has of the library file at `path`, whatever became of that.

    None where there is no working copy, or none that can be read.
    """
    path = path.parent.resolve() / path.name
    database = folder_of(path, state).absolute() / DATABASE
    if not database.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")
            meta = dict(connection.execute("SELECT name, value FROM meta"))
            if meta.get("layout") != layout_now():
                return None
            unsaved = connection.execute("SELECT paper FROM unsaved").fetchall()
            is_current = is_of(meta.get("document"), document.fingerprint(path))
            tables = read_tables(connection)
            return Kept(tables, frozenset(paper for (paper,) in unsaved), is_current)
    except sqlite3.Error:
        return None
