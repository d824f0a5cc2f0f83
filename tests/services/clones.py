"""Clones of one repository, on as many machines as there are clones, with the real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from readinglist.services.library import Library
from readinglist.services.repository import Repository
from readinglist.services.syncing import SyncReport, set_up, sync


class Clone:
    """One machine's clone of the repository, and its library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = Library.open(
            folder / "library.db", state=folder.parent / f"state-{folder.name}"
        )

    @property
    def repository(self) -> Repository:
        repository = Repository.of(self.library.path)
        assert repository is not None
        return repository

    def git(self, *arguments: str, fails: bool = False) -> str:
        """Run git as a person would."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stderr + done.stdout
        return done.stdout

    def sync(self) -> SyncReport:
        return sync(self.library)

    def commit(self) -> None:
        """Save and commit by hand."""
        self.library.save()
        self.git("commit", "--quiet", "--allow-empty", "-am", "by hand")

    def without_driver(self) -> None:
        """Make it a clone that nobody has set up."""
        self.git("config", "--remove-section", "merge.readinglist")


class World:
    """A bare repository and its clones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        os.environ.update(
            GIT_CONFIG_GLOBAL=str(folder / "gitconfig"),
            GIT_CONFIG_SYSTEM=os.devnull,
        )
        (folder / "gitconfig").write_text(
            "[user]\nname = T\nemail = t@example.org\n[init]\ndefaultBranch = main\n"
            "[advice]\ndetachedHead = false\n"
        )
        subprocess.run(["git", "init", "-q", "--bare", str(folder / "hub.git")], check=True)

    def first(self, *titles: str) -> Clone:
        """Make the first clone, with papers of these titles, and push it."""
        (self.folder / "one").mkdir()
        clone = Clone(self.folder / "one")
        add(clone, *titles)
        set_up(clone.library)
        clone.git("remote", "add", "origin", "../hub.git")
        clone.sync()
        return clone

    def clone(self, name: str, driver: bool = True) -> Clone:
        """Clone what is in the bare repository."""
        subprocess.run(["git", "clone", "-q", "hub.git", name], cwd=self.folder, check=True)
        clone = Clone(self.folder / name)
        if driver:
            set_up(clone.library)
        return clone


def add(clone: Clone, *titles: str) -> None:
    """Import papers of these titles; their keys are the titles' words, in lower case."""
    file = clone.folder.parent / "new.bib"
    entries = (f"@misc{{{key_of(title)}, title={{{title}}}}}\n" for title in titles)
    file.write_text("".join(entries))
    clone.library.import_files([file])


def key_of(title: str) -> str:
    return "".join(title.lower().split())
