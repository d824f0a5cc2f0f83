"""What git dropped comes back: a merge without our driver, a side that was thrown away.

A version that holds what the library lacks is merged with it, as if both had gone apart from
the last state in which their journals agreed. So nothing that was done since is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.config import state_folder
from readinglist.domain.change import Action
from readinglist.errors import LibraryError
from readinglist.services.merge_driver import read_journal, read_version
from readinglist.services.repository import literal
from readinglist.storage.document import fingerprint
from readinglist.storage.journal import change_from_row
from readinglist.storage.kept_here import earlier_here, read_set_aside
from readinglist.storage.working_files import recover_command

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.domain.change import Change
    from readinglist.services.library import Library
    from readinglist.services.repository import Repository
    from readinglist.storage.tables import Tables

__all__ = [
    "dropped_sides",
    "earlier_libraries",
    "merge_stages",
    "recover_command",
    "version_in_file",
]

_COMMITS = 300
"""How many commits of the library back edits are looked for."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A version with edits that the library lacks."""

    name: str
    """Where it is: the abbreviated id of a commit, or a file."""
    subject: str
    """What the commit says of itself."""
    changes: tuple[Change, ...]
    """The edits that are in it and not in the library, nor anywhere before they parted."""
    tables: Tables


def merge_stages(library: Library, repository: Repository) -> int | None:
    """Merge the library's versions that git left in its index, where there are any.

    Returns:
        The number of conflicts; None where there was nothing to merge.

    Raises:
        LibraryError: a version is no sound library; nothing was changed.
    """
    stages = repository.stages()
    if not stages:
        return None
    # Deleted on one side: the other side's version stays.
    mine, theirs = stages.get(2) or stages.get(3), stages.get(3) or stages.get(2)
    conflicts = 0
    if mine != theirs:
        with repository.versions(stages.get(1), theirs) as (base, other):
            before, version = read_version(base, may_be_empty=True), read_version(other)
        conflicts = library.merge_in(version, before).conflicts
    if not library.save(during_merge=True):
        raise library.held_up()
    repository.run("add", "--force", "--", literal(repository.name))
    return conflicts


def dropped_sides(library: Library, repository: Repository) -> list[Dropped]:
    """Return the versions in this branch's history whose edits the library lacks, newest first.

    So a side shows that a merge dropped (`-X ours`, a merge on a web page, `git add` over a
    conflict), and what a rebase did (`-X theirs`). Each edit is told of once.
    """
    known = set(read_version(library.path)["journal"])
    listed = repository.asks(
        "log", "--full-history", f"--max-count={_COMMITS}", "--format=%h %s", "HEAD", "--",
        literal(repository.name),
    )  # fmt: skip
    found: list[Dropped] = []
    seen: set[str | None] = {None}
    for line in (listed or "").splitlines():
        commit, _, subject = line.partition(" ")
        blob = repository.blob(commit)
        if blob in seen:
            continue
        seen.add(blob)
        with repository.versions(blob) as (version,):
            try:
                rows = read_journal(version)
                missing = [row for key, row in rows.items() if key not in known]
                changes = tuple(map(change_from_row, sorted(missing)))
                known.update(rows)
                if any(change.action != Action.CONFLICT for change in changes):
                    found.append(Dropped(commit, subject, changes, read_version(version)))
            except LibraryError:  # it was damaged, or a stranger's, and is not missed
                continue
    return found


def version_in_file(library: Library, path: Path) -> Dropped:
    """Return what a file holds that the library lacks: a sync client's `conflicted copy`.

    It may also be what this machine has set aside of a library.

    Raises:
        LibraryError: it is no sound library.
    """
    if fingerprint(path) is None:
        raise LibraryError(f"There is no file {path}.")
    is_of_here = path.resolve().is_relative_to(state_folder().resolve())
    tables = read_set_aside(path) if is_of_here else read_version(path)
    present = read_version(library.path)["journal"]
    missing = [row for key, row in tables["journal"].items() if key not in present]
    return Dropped(str(path), "", tuple(map(change_from_row, sorted(missing))), tables)


def earlier_libraries(path: Path) -> list[Path]:
    """Return what this machine keeps of libraries that were at a path before, and has more."""
    return earlier_here(path, state_folder())
