"""The library in step with its remote: commit, merge what came, push.

    save -> commit (the library's own files alone) -> fetch -> merge -> push, again if rejected

git merges the library by our driver, so that a conflict of values never stops it. Whatever else
lies in the repository is left alone; what git can't merge there is told, and nothing is changed.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from readinglist.domain.change import ALIAS, NOTHING, SOURCE, TAG, WHOLE_PAPER, Action
from readinglist.domain.text import plural
from readinglist.errors import LibraryError, ReadingListError
from readinglist.services.exporting import write_bytes
from readinglist.services.foreign_files import read_file
from readinglist.services.merge_driver import changes_since, check_version
from readinglist.services.recovering import merge_stages
from readinglist.services.repository import (
    IN_PROGRESS,
    GitError,
    Repository,
    check_identity,
    literal,
    make_repository,
    setting_up,
)
from readinglist.storage.document import way_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from readinglist.domain.change import Change
    from readinglist.services.library import Library

_MOST_DEEDS = 4
"""So many kinds of edits fit into the subject of a commit."""
_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
_ATTRIBUTES = "{name} binary diff=readinglist merge=readinglist"
_IGNORED = ("{name}-*", ".{name}.*", "*.merge_file_*")
_MERGED = "Merge what came from"
_TRIES = 5
_PAUSE = 0.3
"""Seconds before what git refused is tried again."""
_PATIENCE = 10
"""Seconds to wait for another git command in the same repository."""


@dataclass(slots=True)
class SyncReport:
    """What a sync did, or would do."""

    committed: str = ""
    """The message of the commit; empty where there was nothing to commit."""
    pulled: int = 0
    """How many commits came."""
    pushed: int = 0
    """How many commits went."""
    remote: str = ""
    """Where to; empty where the repository has no remote."""
    conflicts: int = 0
    """How many conflicts are open now."""
    left: list[str] = field(default_factory=list)
    """What could not be done, one sentence each."""

    def lines(self, dry_run: bool = False, settle: str = "readinglist conflicts") -> list[str]:
        """Return what was done, or would be, in sentences; `settle` is how to see conflicts."""
        come, go = ("would come", "would go") if dry_run else ("came", "went")
        lines = []
        if self.committed:
            lines.append(f"{'Would commit' if dry_run else 'Committed'}: {self.committed}.")
        if self.pulled:
            lines.append(f"{plural(self.pulled, 'commit')} {come} from {self.remote}.")
        if self.pushed:
            lines.append(f"{plural(self.pushed, 'commit')} {go} to {self.remote}.")
        if self.conflicts:
            lines.append(f"{plural(self.conflicts, 'conflict')} to settle: {settle} shows them.")
        return [*lines, *self.left] or ["All is in step."]


@dataclass(slots=True)
class Setup:
    """What `init` found and did."""

    repository: Repository
    done: list[str] = field(default_factory=list)
    """What was missing and is there now, one sentence each."""


def state_of(library: Library) -> str | None:
    """Return what is missing for a sync: `repository`, `driver`; None for nothing.

    Raises:
        GitError: git is not there.
    """
    repository = Repository.of(library.path)
    if repository is None:
        return "repository"
    return None if repository.has_driver() and repository.has_attributes() else "driver"


def check_set_up(file: Path) -> None:
    """Look whether a library file can be set up, before anything is made for it.

    Raises:
        GitError: git is not there, or doesn't know who its user is.
        ReadingListError: git can't be told of such a name.
    """
    if not _NAME.fullmatch(file.name):
        raise ReadingListError(
            f"git can't be told of a file that is called “{file.name}”.",
            "Rename it: letters, digits, and . _ - will do, as in library.db.",
        )
    check_identity(file)


def set_up(library: Library) -> Setup:
    """Make the folder of the library ready for git; what is there already stays.

    Raises:
        GitError: git refuses.
        LibraryError: the library can't be written.
        ReadingListError: git can't be told of its name.
    """
    check_set_up(library.path)
    folder = library.path.parent
    done: list[str] = []
    repository = Repository.of(library.path)
    if repository is None:
        make_repository(folder)
        repository = Repository.of(library.path)
        assert repository is not None
        done.append(f"{folder} is a git repository now.")
    library.save()
    name = library.path.name
    if not repository.has_attributes():
        _append(folder / ".gitattributes", [_ATTRIBUTES.format(name=name)], again=True)
        if not repository.has_attributes():
            raise GitError(
                f"Another rule of git gives {name} other attributes.",
                f"See git check-attr -a {name}, and .git/info/attributes.",
            )
        done.append(f".gitattributes tells git how to merge and to show {name}.")
    ignored = [line.format(name=name) for line in _IGNORED]
    if _append(folder / ".gitignore", ignored):
        done.append(f".gitignore leaves out what may lie beside {name} for a moment.")
    if not repository.has_driver():
        repository.install_driver()
        done.append("git merges and shows the library with readinglist, in this clone.")
    own = [library.path, *filter(Path.exists, (folder / ".gitattributes", folder / ".gitignore"))]
    if not repository.in_progress() and _commit(repository, own, "Begin a reading list"):
        done.append("The first version is committed.")
    return Setup(repository, done)


def sync(
    library: Library,
    *,
    push: bool = True,
    dry_run: bool = False,
    most_loose: int = 64 * 2**20,
    progress: Callable[[str], None] = lambda what: None,
) -> SyncReport:
    """Commit the library, merge what the remote has, and push.

    Args:
        library: whose file lies in a git repository.
        push: whether to push.
        dry_run: only tell what would be done; the remote is asked all the same.
        most_loose: how many bytes of loose objects may lie in the repository.
        progress: called with what is begun, in words.

    Raises:
        GitError: git refuses what can't be helped from here; its words are in the message.
        ReadingListError: the library is in no repository, or git, or another program that
            changes the library, is in the middle of something.
    """
    library.check_finished()  # git would replace the file, too
    repository = Repository.of(library.path)
    if repository is None:
        raise ReadingListError(
            f"{library.path} is in no git repository.", f"{setting_up(library.path)} makes one."
        )
    if not (repository.has_driver() and repository.has_attributes()):
        raise ReadingListError(
            "This clone can't merge libraries yet.", f"Say {setting_up(library.path)}, once."
        )
    if not dry_run:
        is_settled = merge_stages(library, repository) is not None
        _end_merge(repository, is_settled)
    mark = repository.mark()
    if mark:
        raise ReadingListError(
            f"git is in the middle of a {IN_PROGRESS[mark.name]}.", way_out(mark)
        )
    report = SyncReport()
    _commit_edits(library, repository, report, dry_run, progress)
    upstream = _upstream(repository)
    if upstream is None:
        report.left.append("There is no remote to push to: git remote add origin ADDRESS.")
    else:
        _exchange(library, repository, upstream, report, push, dry_run, progress)
    report.conflicts = len(library.conflicts())
    # Further syncs may come while git packs: at the half, so that the bound is kept.
    if not dry_run and repository.loose_bytes() > most_loose / 2:
        repository.pack_in_background()
    return report


def _end_merge(repository: Repository, is_settled: bool) -> None:
    """Bring a merge to its end that was settled here, or that was ours and was killed."""
    if repository.in_progress() != "merge":
        return
    if is_settled and not repository.unmerged():
        repository.run("commit", "--quiet", "--no-edit")
    elif repository.asks("merge-base", "--is-ancestor", "MERGE_HEAD", "HEAD") is not None:
        repository.run("merge", "--quit")  # it is committed, and git had only to clear up
    elif repository.merge_message().startswith(_MERGED):
        # Nobody knows how far it came: what seems to be merged may lack all of the other side.
        repository.run("merge", "--abort")


def commit_message(changes: Iterable[Change]) -> str:
    """Return what `changes` did, as the subject of a commit: `Read 3 papers, 2 notes`."""
    counts: Counter[str] = Counter()
    done = [(_deed(change), change) for change in changes]
    added = {change.paper for deed, change in done if deed == "added"}
    completed = {change.paper for deed, change in done if deed == "completed"} - added
    counts["completed"] = len(completed)
    for deed, _, _ in {(deed, c.paper, c.new) for deed, c in done if deed != "completed"}:
        counts[deed] += 1
    words = (
        ("read", "Read {}", "paper"),
        ("added", "{} imported", "paper"),
        ("completed", "{} completed", "paper"),
        ("deleted", "{} deleted", "paper"),
        ("back", "{} brought back", "paper"),
        ("note", "{}", "note"),
        ("tag", "{}", "tag"),
        ("status", "{} of status", "change"),
        ("edit", "{}", "edit"),
    )
    parts = [text.format(plural(counts[deed], noun)) for deed, text, noun in words if counts[deed]]
    more = ", …" if len(parts) > _MOST_DEEDS else ""
    message = ", ".join(parts[:_MOST_DEEDS]) + more or "Edit the reading list"
    return message[0].upper() + message[1:]


def _deed(change: Change) -> str:
    if change.field == WHOLE_PAPER:
        if change.new is None:
            return "deleted"
        return "back" if change.action in (Action.UNDO, Action.REDO) else "added"
    if change.field == "status":
        return "read" if change.new == "read" else "status"
    is_taken_away = change.field == ALIAS and change.new is None  # with its paper
    if change.field in (SOURCE, NOTHING) or is_taken_away or change.action == Action.CONFLICT:
        return ""
    if change.action == Action.IMPORT:
        return "completed"
    return change.field if change.field in ("note", TAG) else "edit"


def _commit_edits(
    library: Library,
    repository: Repository,
    report: SyncReport,
    dry_run: bool,
    progress: Callable[[str], None],
) -> None:
    """Commit the library file, with what the journal tells of it as the message."""
    if not _save(library):
        raise library.held_up()
    before = repository.blob("HEAD")
    if not repository.has_changed():
        if not library.path.exists():
            report.left.append(
                f"A commit took {library.path.name} away. It comes back with your next edit."
            )
        return
    progress("Committing")
    with repository.versions(before) as (old,):
        message = commit_message(changes_since(library.path, old))
    if not dry_run:
        _commit(repository, [library.path], message)
    report.committed = message


def _save(library: Library) -> bool:
    """Save, waiting for another git command to end; return whether all is saved."""
    until = time.monotonic() + _PATIENCE
    while not library.save():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _commit(repository: Repository, files: list[Path], message: str) -> bool:
    """Commit these files and nothing else; return whether any had changed."""
    names = [str(file) for file in files]
    paths = [literal(name) for name in names]
    repository.run("add", "--force", "--", *paths)
    if not repository.changed(*names):
        return False
    repository.run("commit", "--quiet", "--only", "-m", message, "--", *paths)
    return True


def _upstream(repository: Repository) -> tuple[str, str] | None:
    """Return the remote and the branch there that this branch follows, or would; else None."""
    branch = repository.asks("symbolic-ref", "--short", "--quiet", "HEAD")
    if branch is None:
        raise ReadingListError("git is on no branch.", "git switch BRANCH, then sync.")
    remote = repository.asks("config", "--get", f"branch.{branch}.remote")
    target = repository.asks("config", "--get", f"branch.{branch}.merge")
    if remote and remote != "." and target:
        return remote, target.removeprefix("refs/heads/")
    remotes = repository.run("remote").split()
    if not remotes:
        return None
    return ("origin" if "origin" in remotes else remotes[0]), branch


def _exchange(
    library: Library,
    repository: Repository,
    upstream: tuple[str, str],
    report: SyncReport,
    push: bool,
    dry_run: bool,
    progress: Callable[[str], None],
) -> None:
    remote, branch = upstream
    report.remote = remote
    theirs = f"refs/remotes/{remote}/{branch}"
    refused: GitError | None = None
    for _ in range(_TRIES):
        progress(f"Fetching from {remote}")
        try:
            repository.run("fetch", "--quiet", "--", remote)
        except GitError as error:
            report.left.append(f"{remote} could not be reached; your edits wait. {error}")
            return
        there = repository.asks("rev-parse", "--verify", "--quiet", theirs) is not None
        coming = _count(repository, f"HEAD..{theirs}") if there else 0
        going = _count(repository, f"{theirs}..HEAD" if there else "HEAD")
        if dry_run:
            report.pulled, report.pushed = coming, going + bool(report.committed)
            return
        if coming:
            _check_theirs(repository, theirs, f"{remote}/{branch}")
            progress(f"Merging {plural(coming, 'commit')}")
            _merge(library, repository, theirs, f"{_MERGED} {remote}")
            report.pulled += coming
            library.take_in()
            going = _count(repository, f"{theirs}..HEAD")
        if not push or not going:
            return
        progress(f"Pushing to {remote}")
        try:
            target = f"HEAD:refs/heads/{branch}"
            repository.run("push", "--quiet", "--set-upstream", "--", remote, target)
        except GitError as error:
            refused = error  # another machine was faster, or just at it, or it is a refusal
            time.sleep(_PAUSE)
            continue
        report.pushed += going
        return
    report.left.append(f"{remote} did not take it; your edits wait. {refused}")


def _count(repository: Repository, revisions: str) -> int:
    return int(repository.run("rev-list", "--count", revisions, "--"))


def _check_theirs(repository: Repository, revision: str, name: str) -> None:
    """Look at the library that is to be merged.

    Raises:
        ReadingListError: it can't be used.
    """
    blob = repository.blob(revision)
    if blob in (None, repository.blob("HEAD")):
        return
    with repository.versions(blob) as (version,):
        try:
            check_version(version)
        except LibraryError as error:
            told = str(error.message).replace(str(version), f"The library in {name}")
            raise ReadingListError(
                f"{told.rstrip('.')}; nothing was merged.",
                "Mend it there: git revert the commit that brought it, or update readinglist.",
            ) from error


def _merge(library: Library, repository: Repository, theirs: str, message: str) -> None:
    """Merge a branch; where git can't, all is as it was before.

    Raises:
        GitError: files of other kinds conflict, or local changes are in the way.
    """
    for _ in range(_TRIES):
        unrelated = repository.asks("merge-base", "HEAD", theirs) is None
        more = ["--allow-unrelated-histories"] if unrelated else []
        try:
            repository.run("merge", "--quiet", "--ff", "--no-edit", "-m", message, *more, theirs)
            return
        except GitError as error:
            refused: ReadingListError = error
        if not repository.in_progress():
            # An edit was saved in the meantime: commit it, and merge then.
            if repository.has_changed():
                _commit_edits(library, repository, SyncReport(), False, lambda what: None)
                refused = LibraryError(
                    "The library changes all the time.", "Sync again when it is at rest."
                )
                continue
            raise refused
        is_settled = merge_stages(library, repository) is not None
        others = repository.unmerged()
        if is_settled and not others:
            repository.run("commit", "--quiet", "--no-edit")
            return
        repository.run("merge", "--abort")
        if others:
            raise GitError(
                f"git can't merge {', '.join(others[:3])}; nothing was merged.",
                "Merge it yourself (git pull), then sync.",
            )
        # git could not write down what it merged, and would commit a merge without it.
        time.sleep(_PAUSE)
    raise refused


def _append(path: Path, lines: list[str], again: bool = False) -> bool:
    """Append lines to a file, but (unless `again`) for those that it has; return whether any."""
    if path.is_symlink():  # it may have come with a clone; git itself reads none
        raise ReadingListError(
            f"{path} is a symbolic link, which git doesn't follow.", "Put a file in its place."
        )
    try:
        data = read_file(path) if path.exists() else b""
    except OSError as error:
        raise ReadingListError(f"{path} can't be read: {error.strerror}.") from error
    present = data.splitlines()
    missing = [line for line in lines if again or line.encode() not in present]
    if missing:
        start = data if not data or data.endswith(b"\n") else data + b"\n"
        write_bytes(path, start + "".join(f"{line}\n" for line in missing).encode())
    return bool(missing)
