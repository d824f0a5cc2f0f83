"""What git dropped comes back: a merge without our driver, a side that was thrown away.

A version that holds what the library lacks is merged with it, as if both had gone apart from
the last state in which their journals agreed. So nothing that was done since is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.domain.change import Action
from readinglist.errors import LibraryError
from readinglist.services.merge_driver import read_version
from readinglist.storage.journal import change_from_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from readinglist.domain.change import Change
    from readinglist.services.library import Library
    from readinglist.services.repository import Repository
    from readinglist.storage.tables import Tables

_MERGES = 500
"""How many merges back a dropped side is looked for."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A version with edits that the library lacks."""

    name: str
    """Where it is: the abbreviated id of a commit, or a file."""
    subject: str
    """What the merge that dropped it says of itself."""
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
        raise LibraryError("git is at work in this repository.", "Try again when it is done.")
    repository.run("add", "--force", "--", repository.name)
    return conflicts


def dropped_sides(library: Library, repository: Repository) -> list[Dropped]:
    """Return the sides of merges whose edits the library lacks, newest first.

    A merge dropped a side if its library is that of one parent, and the other one had changed
    it: `-X ours`, a merge on a web page, `git add` over a conflict.
    """
    found: list[Dropped] = []
    present = read_version(library.path)["journal"].keys()
    listed = repository.asks(
        "rev-list", f"--max-count={_MERGES}", "--merges", "--parents", "HEAD", "--"
    )
    seen: set[str] = set()
    for line in (listed or "").splitlines():
        commit, *parents = line.split()
        merged = repository.blob(commit)
        for parent in parents:
            blob = repository.blob(parent)
            others = {repository.blob(other) for other in parents if other != parent}
            if blob is None or blob in seen or blob == merged or merged not in others:
                continue
            seen.add(blob)
            base = repository.asks("merge-base", *parents)
            found += _dropped(repository, blob, repository.blob(base) if base else None, commit)
    return [side for side in found if any((c.id, c.machine) not in present for c in side.changes)]


def version_in_file(library: Library, path: Path) -> Dropped:
    """Return what a file holds that the library lacks: a sync client's `conflicted copy`.

    Raises:
        LibraryError: it is no sound library.
    """
    tables = read_version(path)
    present = read_version(library.path)["journal"]
    missing = [row for key, row in tables["journal"].items() if key not in present]
    return Dropped(str(path), "", tuple(map(change_from_row, sorted(missing))), tables)


def _dropped(repository: Repository, blob: str, base: str | None, commit: str) -> Iterator[Dropped]:
    with repository.versions(blob, base) as (side, before):
        try:
            tables = read_version(side)
            known = read_version(before, may_be_empty=True)["journal"]
        except LibraryError:
            return
    rows = sorted(row for key, row in tables["journal"].items() if key not in known)
    changes = tuple(c for c in map(change_from_row, rows) if c.action != Action.CONFLICT)
    if changes:
        subject = repository.run("show", "--no-patch", "--format=%h %s", commit)
        name, _, said = subject.partition(" ")
        yield Dropped(name, said, changes, tables)
