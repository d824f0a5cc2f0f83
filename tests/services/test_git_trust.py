"""What comes with a clone, or stands in a name, makes git run nothing and touch nothing else.

git's own settings (.git/config, hooks) are the user's, and git's to obey: a clone brings none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from readinglist.domain.paper import Status
from readinglist.errors import ReadingListError
from readinglist.services.repository import Repository, is_unprepared
from readinglist.services.syncing import set_up, sync
from readinglist.storage.line_merge import merge_lines
from tests.services.clones import Clone, World, add

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """What a program makes that should not have run."""
    return tmp_path / "canary"


@pytest.fixture
def evil(tmp_path: Path, canary: Path) -> Path:
    """A program that nobody wants to run."""
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
    script.chmod(0o755)
    return script


def told_and_waiting(clone: Clone) -> str:
    """Sync where the remote is no good; what was edited is committed. Return what is told."""
    clone.library.edit("foxes", {"venue": os.urandom(4).hex()})
    report = clone.sync()
    assert report.committed
    assert (report.pushed, report.pulled) == (0, 0)
    return " ".join(report.left)


def test_a_remote_that_looks_like_an_option_is_none(world: World, evil: Path, canary: Path) -> None:
    clone = world.first("Foxes")
    clone.git("config", "branch.main.merge", "refs/heads/main")
    for remote in ("--all", f"--upload-pack={evil}"):
        clone.git("config", "branch.main.remote", remote)
        assert f"{remote} could not be reached" in told_and_waiting(clone)
    assert not canary.exists()


def test_an_address_that_would_run_a_program_is_refused(
    world: World, evil: Path, canary: Path
) -> None:
    clone = world.first("Foxes")
    for address in (
        f"ext::{evil}",
        f"ext::sh -c {evil}% >&2",
        f"ssh://-oProxyCommand={evil}/x",
        f"-oProxyCommand={evil}:x",
        f"--upload-pack={evil}",
        f"-u{evil}",
        f"file://--upload-pack={evil}/x",
    ):
        clone.git("config", "remote.origin.url", address)
        assert "could not be reached" in told_and_waiting(clone)
        assert not canary.exists()


def test_a_folder_of_a_clone_that_looks_like_a_repository_is_none(
    world: World, tmp_path: Path, evil: Path, canary: Path
) -> None:
    """Its configuration, which came with the clone, would name a program."""
    clone = world.first("Foxes")
    trap = clone.folder / "trap"
    for name in ("objects", "refs"):
        (trap / name).mkdir(parents=True)
    (trap / "HEAD").write_text("ref: refs/heads/main\n")
    (trap / "config").write_text(
        "[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\n"
        f"fsmonitor = {evil}\n[diff]\nexternal = {evil}\n"
    )
    inside = Clone(trap)
    add(inside, "Owls")
    inside.library.save()
    assert Repository.of(inside.library.path) is None
    assert not is_unprepared(inside.library.path)
    with pytest.raises(ReadingListError):
        sync(inside.library)
    assert not canary.exists()


def test_programs_of_the_environment_for_people_are_not_run(
    world: World, monkeypatch: pytest.MonkeyPatch, evil: Path, canary: Path
) -> None:
    """A pager, an editor, an external diff."""
    one, other = world.first("Foxes"), world.clone("two")
    for name in ("PAGER", "EDITOR", "SEQUENCE_EDITOR", "EXTERNAL_DIFF"):
        monkeypatch.setenv(f"GIT_{name}", str(evil))
    one.git("config", "core.pager", str(evil))
    one.library.edit("foxes", {"venue": "A"})
    other.library.edit("foxes", {"venue": "B"})
    for clone in (one, other, one):
        clone.sync()
    assert one.library.paper("foxes").venue == other.library.paper("foxes").venue
    assert not canary.exists()


@pytest.mark.parametrize("folder", ["a\nb", "a*b", ":(glob)x", "-ü\x85", "b\udcff"])
def test_the_folder_of_a_library_may_have_any_name(
    world: World, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """Paths are no patterns: what else they would match is left alone."""
    monkeypatch.setenv("GIT_GLOB_PATHSPECS", "1")
    top = world.folder / f"clone {folder}"
    try:
        (top / folder).mkdir(parents=True)
    except OSError:
        pytest.skip("this disk knows no such name")
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    for other in ("aXb", "a", "x"):
        (top / other).mkdir(exist_ok=True)
        (top / other / "library.db").write_text("another's")
    clone = Clone(top / folder)
    add(clone, "Foxes")
    set_up(clone.library)
    clone.library.mark(clone.library.find().ids, status=Status.READ)
    assert clone.sync().committed == "Read 1 paper"
    names = clone.git("ls-files", ":/").replace('"', "").splitlines()  # quoted where they are odd
    assert [name.rpartition("/")[2] for name in names] == [
        ".gitattributes",
        ".gitignore",
        "library.db",
    ]


@pytest.mark.parametrize("name", ["-rf.db", "*.db"])
def test_a_library_with_an_odd_name_is_merged_and_shown_by_git(world: World, name: str) -> None:
    """In a repository whose attributes give it to us, as a colleague may have written them."""
    one = world.first("Foxes")
    (one.folder / ".gitattributes").write_text("*.db binary diff=readinglist merge=readinglist\n")
    shutil.copy(one.library.path, one.folder / name)
    one.git("add", "-A", "--", ".")
    one.git("commit", "-qm", "odd")
    one.git("push", "-q")
    other = world.clone("two")
    for clone, field in ((one, "venue"), (other, "doi")):
        odd = clone.library.open(clone.folder / name, state=world.folder / f"odd-{field}")
        odd.edit("foxes", {field: "10.1000/182"})
        odd.save()
        odd.close()
        assert f"+foxes  {field}: 10.1000/182" in clone.git("diff")
        clone.git("commit", "-qam", "edit")
        if clone is one:
            clone.git("push", "-q")
    other.git("pull", "-q", "--no-edit")
    merged = other.library.open(other.folder / name, state=world.folder / "odd-merged")
    paper = merged.paper("foxes")
    merged.close()
    assert (paper.venue, paper.doi) == ("10.1000/182", "10.1000/182")


def test_a_file_that_is_named_like_a_range_of_commits_is_in_nobody_s_way(world: World) -> None:
    one, other = world.first("Foxes"), world.clone("two")
    for name in ("HEAD..refs/remotes/origin/main", "refs/remotes/origin/main..HEAD", "HEAD"):
        (one.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (one.folder / name).write_text("x")
    one.git("add", ".")
    one.git("commit", "-qm", "names")
    one.sync()
    other.sync()
    add(other, "Owls")
    assert other.sync().pushed
    assert one.sync().pulled == 1


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
def test_init_writes_through_no_link(world: World, tmp_path: Path, name: str) -> None:
    (world.folder / "one").mkdir()
    clone = Clone(world.folder / "one")
    prize = tmp_path / "prize"
    prize.write_text("mine")
    (clone.folder / name).symlink_to(prize)
    add(clone, "Foxes")
    with pytest.raises(ReadingListError, match=rf"{name} is a symbolic link, which git doesn't"):
        set_up(clone.library)
    assert prize.read_text() == "mine"
    (clone.folder / name).unlink()
    set_up(clone.library)
    assert clone.repository.has_attributes()


def test_a_merge_of_lines_is_the_same_whatever_git_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines with other settings come to one text."""
    sides = ("a\nb\nc", "a\nB\nc\nd", "a\nX\nc")
    plain = merge_lines(*sides)
    assert plain == ("a\nB\nX\nc\nd", True)
    config = tmp_path / "gitconfig"
    config.write_text("[merge]\nconflictStyle = no such style\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert merge_lines(*sides) == plain


def test_programs_are_not_looked_for_in_the_folder_one_is_in(
    world: World, tmp_path: Path, evil: Path, canary: Path
) -> None:
    """Even where $PATH says so: the folder may be a clone with a git of its own."""
    clone = world.first("Foxes")
    (clone.folder / "bin").mkdir()
    for place in ("git", "bin/git"):
        shutil.copy(evil, clone.folder / place)
    add(clone, "Foxes", "Owls")
    clone.library.save()
    for path in (".", f"bin{os.pathsep}"):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "readinglist"),
                *("--library", str(clone.library.path), "sync"),
            ],
            cwd=clone.folder,
            env={**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert not canary.exists()
