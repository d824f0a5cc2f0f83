"""The git repository that keeps a library: asked and told by git's own command."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVER = "readinglist"
"""The name of our merge driver and of our diff text in git's configuration."""
_ABOUT = "Fields of papers, the later edit wins, the other one is kept"
_LOCK = re.compile(rb"Unable to create '(.+\.lock)': File exists")
_PATIENCE = 10
"""Seconds to wait for another git command in the same repository."""
#: What git sets for its hooks: it names the repository that they belong to. And what gives
#: paths another meaning.
_OF_ANOTHER = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX", "GIT_OBJECT", "GIT_COMMON", "GIT_PREFIX"),
    *("GIT_ALTERNATE", "GIT_NAMESPACE", "GIT_SHALLOW", "GIT_QUARANTINE"),
    *("GIT_LITERAL_", "GIT_GLOB_", "GIT_NOGLOB_", "GIT_ICASE_"),
)
#: A folder of a clone can look like a repository, with a configuration that names programs:
#: it came with the clone, so git shall not take it for one.
_OPTIONS = ("-c", "safe.bareRepository=explicit")
#: What git is in the middle of, by the name of its mark.
IN_PROGRESS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


class GitError(ReadingListError):
    """git refused; the message has its words."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a library file lies in."""

    top: Path
    """The folder of its worktree."""
    file: Path
    """The library file."""

    @classmethod
    def of(cls, file: Path) -> Repository | None:
        """Return the repository of the library file `file`; None where there is none.

        Raises:
            GitError: git is not there.
        """
        done = _git(_folder_of(file), "rev-parse", "--show-toplevel")
        if done.returncode:
            return None
        top = os.fsdecode(done.stdout.removesuffix(b"\n"))
        return cls(Path(top), file.parent.resolve() / file.name)

    @property
    def name(self) -> str:
        """The library file's path in the repository."""
        return self.file.relative_to(self.top.resolve()).as_posix()

    def run(self, *arguments: str) -> str:
        """Run git and return what it prints.

        Raises:
            GitError: it fails.
        """
        until = time.monotonic() + _PATIENCE
        while True:
            done = _git(self.top, *arguments)
            if not (done.returncode and b"index.lock" in done.stderr):
                break
            if time.monotonic() > until:  # another git is at work, for long
                break
            time.sleep(0.1)
        if done.returncode:
            lock = _LOCK.search(done.stderr)  # it stays when git is killed
            hint = f"If no git runs any more, delete {os.fsdecode(lock[1])}." if lock else ""
            raise GitError(_reason(arguments[0], done), hint)
        return done.stdout.decode("utf-8", "replace").rstrip("\n")

    def asks(self, *arguments: str) -> str | None:
        """Run git and return what it prints; None where it fails."""
        done = _git(self.top, *arguments)
        return None if done.returncode else done.stdout.decode("utf-8", "replace").rstrip("\n")

    def blob(self, revision: str) -> str | None:
        """Return the id of the library in a revision; None where it has none."""
        return self.asks("rev-parse", "--verify", "--quiet", f"{revision}:{self.name}")

    @contextmanager
    def versions(self, *blobs: str | None) -> Iterator[list[Path]]:
        """Give files with the content of `blobs`; an empty one for None.

        Raises:
            GitError: git lacks one.
        """
        with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
            files = []
            for number, blob in enumerate(blobs):
                path = Path(folder, f"{number}.db")
                with path.open("wb") as file:
                    done = _git(self.top, "cat-file", "blob", blob, into=file) if blob else None
                if done and done.returncode:
                    raise GitError(_reason("cat-file", done))
                files.append(path)
            yield files

    # --- what is under way

    def in_progress(self) -> str | None:
        """Return what git is in the middle of: `merge`, `rebase`; None for nothing."""
        mark = self.mark()
        return IN_PROGRESS[mark.name] if mark else None

    def mark(self) -> Path | None:
        """Return the file or folder by which git knows what it is in the middle of."""
        marks = map(self._git_folder().joinpath, IN_PROGRESS)
        return next(filter(Path.exists, marks), None)

    def merge_message(self) -> str:
        """Return the message of the commit that is to end a merge; empty where there is none."""
        try:
            return (self._git_folder() / "MERGE_MSG").read_text("utf-8", "replace")
        except OSError:
            return ""

    def _git_folder(self) -> Path:
        return Path(self.run("rev-parse", "--absolute-git-dir"))

    def stages(self) -> dict[int, str]:
        """Return the blobs of the library that git could not merge, by stage; else nothing."""
        listed = self.run("ls-files", "--unmerged", "-z", "--", literal(self.name))
        return {
            int(stage): blob
            for entry in filter(None, listed.split("\0"))
            for _, blob, stage in [entry.partition("\t")[0].split()]
        }

    def unmerged(self) -> list[str]:
        """Return the files that git could not merge."""
        listed = self.run("diff", "--name-only", "--diff-filter=U", "-z")
        return list(dict.fromkeys(filter(None, listed.split("\0"))))

    # --- what a clone needs

    def has_driver(self) -> bool:
        """Return whether this clone merges and shows libraries with our commands."""
        for name in (f"merge.{DRIVER}.driver", f"diff.{DRIVER}.textconv"):
            try:
                words = shlex.split(self.asks("config", "--get", name) or "")
            except ValueError:
                return False
            if not words or not shutil.which(words[0]):
                return False
        return True

    def has_attributes(self) -> bool:
        """Return whether the repository's attributes give the library to our commands."""
        listed = self.run("check-attr", "-z", "merge", "diff", "text", "--", self.name)
        return listed.split("\0")[2::3] == [DRIVER, DRIVER, "unset"]

    def install_driver(self) -> None:
        """Let this clone merge and show libraries with the commands of this installation."""
        program = _program()
        for name, value in (
            (f"merge.{DRIVER}.driver", f"{program} merge-driver -- %O %A %B %L %P"),
            (f"merge.{DRIVER}.name", _ABOUT),
            (f"diff.{DRIVER}.textconv", f"{program} textconv --"),
        ):
            self.run("config", "--local", name, value)
        if self.asks("config", "--get", "pull.rebase") is None:
            self.run("config", "--local", "pull.rebase", "false")

    def has_changed(self) -> bool:
        """Return whether the library is other than in the last commit, or in none yet."""
        if not self.file.exists():
            return False
        name = literal(self.name)
        tracked = self.asks("ls-files", "--error-unmatch", "--", name) is not None
        return not tracked or bool(self.changed(self.name))

    def changed(self, *names: str) -> str:
        """Return what git says of files that are other than in the last commit."""
        paths = map(literal, names)
        return self.run("status", "--porcelain", "--untracked-files=all", "--", *paths)

    def loose_bytes(self) -> int:
        """Return how much disk the objects take that are not packed."""
        counted = self.run("count-objects", "-v")
        found = re.search(r"^size: (\d+)$", counted, re.MULTILINE)
        return int(found[1]) * 1024 if found else 0

    def pack_in_background(self) -> None:
        """Let git pack its objects, in a process that nobody waits for."""
        with contextlib.suppress(OSError):
            subprocess.Popen(
                ["git", *_OPTIONS, "gc", "--quiet"],
                cwd=self.top,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def setting_up(file: Path) -> str:
    """Return the command that makes a repository, or a clone of one, ready for a library."""
    return f"readinglist --library {shlex.quote(str(file))} init"


def is_unprepared(file: Path) -> bool:
    """Return whether a library lies in a clone whose git would call it a binary conflict.

    False where it lies in no repository, or git is not there.
    """
    try:
        repository = Repository.of(file)
        return bool(repository and repository.has_attributes() and not repository.has_driver())
    except GitError:
        return False


def check_identity(file: Path) -> None:
    """Look whether git knows in whose name to commit `file`, which need not be there.

    Raises:
        GitError: it does not, or is not there.
    """
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        done = _git(_folder_of(file), "var", who)
        if done.returncode:
            raise GitError(_reason("var", done))


def make_repository(folder: Path) -> None:
    """Make `folder` a git repository.

    Raises:
        GitError: git can't.
    """
    done = _git(folder, "init", "--quiet")
    if done.returncode:
        raise GitError(_reason("init", done))


def _folder_of(file: Path) -> Path:
    """Return the nearest folder that is there by now."""
    return next((f for f in file.resolve().parents if f.is_dir()), Path.cwd())


def literal(path: str) -> str:
    """Return a path for git, which else takes `*` and `:` in it for a pattern."""
    return f":(literal){path}"


def _git(
    folder: Path, *arguments: str, into: IO[bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git; what it prints goes `into` a file, or is returned."""
    try:
        return subprocess.run(
            ["git", *_OPTIONS, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=into or subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed.", "Install it, e.g. apt install git.") from error


def _environment() -> dict[str, str]:
    """Return the environment of git: in English, with neither a prompt nor a lock to spare."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OF_ANOTHER)}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "GIT_OPTIONAL_LOCKS": "0"}
    return quiet | inherited | {"LC_ALL": "C"}


def _reason(command: str, done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").splitlines() or ["it failed."]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    if any("tell me who you are" in line or "empty ident" in line for line in lines):
        return (
            "git doesn't know who you are. "
            "Say git config --global user.name NAME, and user.email ADDRESS."
        )
    words = told[0].removeprefix("fatal: ").removeprefix("error: ")
    if words.endswith(":"):  # the files follow, indented
        words += " " + ", ".join(line.strip() for line in lines if line.startswith("\t"))[:200]
    remote = [line.removeprefix("remote: ").strip() for line in lines if line[:7] == "remote:"]
    if remote and command == "push":
        words += f" ({' '.join(remote)[:200]})"
    return f"git {command}: {words}"


def _program() -> str:
    """Return this installation's command, quoted for a shell.

    Never `python -m`, which looks for modules in the folder that it runs in: a repository's.
    """
    beside = Path(sys.executable).with_name("readinglist")
    found = str(beside) if beside.exists() else shutil.which("readinglist")
    if found:
        return shlex.quote(found)
    return f"{shlex.quote(sys.executable)} -I -m readinglist"
