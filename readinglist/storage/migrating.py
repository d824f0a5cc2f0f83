"""Runs `migrations/migrations.py`, the one home of the schema."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Migrations


def migrations_file() -> Path:
    """Return the migrations of this installation: the checkout's, else the wheel's."""
    package = Path(__file__).parent.parent
    checkout = package.parent / "migrations" / "migrations.py"
    return checkout if checkout.is_file() else package / "_migrations" / "migrations.py"


def migrate(path: Path) -> None:
    """Bring the database at `path` to the newest schema; an empty or missing one, too.

    It is to be one that nobody else knows yet: it is not brought to the disk.
    """
    from sqlite_utils import Database

    migrations: Migrations = runpy.run_path(str(migrations_file()))["migrations"]
    db = Database(path)
    try:
        db.execute("PRAGMA synchronous = OFF")
        migrations.apply(db)
    finally:
        db.close()
