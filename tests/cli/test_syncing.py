"""git from the command line: init, sync, conflicts, recover, log."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from readinglist.services.recovering import dropped_sides
from tests.cli.conftest import CommandLine
from tests.services.clones import Clone, World, add

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def two(world: World) -> tuple[Clone, Clone]:
    return world.first("Foxes", "Owls"), world.clone("two")


def on(cli: CommandLine, clone: Clone) -> CommandLine:
    """Let the command line work on a clone, as its own machine."""
    cli.path = clone.library.path
    return cli


def test_init_makes_a_folder_ready(cli: CommandLine, world: World, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    done = cli("init", str(folder))
    told = done.err.splitlines()
    assert f"{folder} is a git repository now." in told
    assert "The first version is committed." in told
    assert told[-1].startswith("To open it always, write `library: ")
    assert "All was ready." in cli("init", str(folder)).err
    assert (folder / ".gitattributes").read_text() == (
        "library.db binary diff=readinglist merge=readinglist\n"
    )


def test_init_in_a_repository_with_files_of_its_own(
    cli: CommandLine, world: World, tmp_path: Path
) -> None:
    add_to = world.first("Foxes")
    folder = add_to.folder / "sub"
    folder.mkdir()
    (folder / ".gitignore").write_text("*.aux")
    cli("init", str(folder))
    assert (folder / ".gitignore").read_text() == (
        "*.aux\nlibrary.db-*\n.library.db.*\n*.merge_file_*\n"
    )
    assert add_to.git("ls-files", "sub").split() == ["sub/.gitignore", "sub/library.db"]


def test_git_that_does_not_know_who_one_is(cli: CommandLine, world: World, tmp_path: Path) -> None:
    (world.folder / "gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    done = cli("init", str(tmp_path / "papers"), code=1)
    assert done.err == (
        "readinglist: git doesn't know who you are. "
        "Say git config --global user.name NAME, and user.email ADDRESS.\n"
    )
    assert not (tmp_path / "papers").exists()
    (tmp_path / "papers").mkdir()
    cli("init", str(tmp_path / "papers"), code=1)
    cli("--library", str(tmp_path / "papers" / "a b.db"), "init", code=1)
    assert list((tmp_path / "papers").iterdir()) == []


def test_sync_tells_what_it_did(cli: CommandLine, two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.note("foxes", "x")
    one.library.save()
    done = on(cli, one)("sync", "--dry-run")
    assert done.err.splitlines() == ["Would commit: 1 note.", "1 commit would go to origin."]
    assert on(cli, one)("sync", "--no-push").err == "Committed: 1 note.\n"
    done = on(cli, one)("sync", "--json")
    assert (done.data["pushed"], done.data["remote"]) == (1, "origin")
    assert on(cli, one)("sync").err == "All is in step.\n"
    one.git("remote", "set-url", "origin", "/nowhere")
    assert "could not be reached" in on(cli, one)("sync", code=1).err
    other.git("remote", "remove", "origin")
    assert "There is no remote" in on(cli, other)("sync").err


def test_sync_outside_of_a_repository(cli: CommandLine) -> None:
    told = cli("sync", code=1).err
    assert f"is in no git repository. readinglist --library {cli.path} init makes one." in told


def test_conflicts_are_listed_and_settled(cli: CommandLine, two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.edit("foxes", {"venue": "Nature", "abstract": "long " * 50})
    one.library.delete([one.library.paper("owls").id])
    one.sync()
    other.library.edit("foxes", {"venue": "Science"})
    other.library.note("owls", "mine")
    other.sync()
    other.library.close()
    done = on(cli, other)("conflicts")
    lines = done.out.splitlines()
    assert any("was deleted on" in line and "it stays" in line for line in lines)
    place = next(n for n, line in enumerate(lines) if line.endswith("foxes venue"))
    assert lines[place + 1 : place + 3] == ["   before: nothing", "   holds:  Science"]
    assert lines[place + 3].startswith("   other:  Nature on ")
    number = lines[place].partition(".")[0]
    assert on(cli, other)("conflicts", "--json", number).data[0]["other"] == "Nature"
    on(cli, other)("conflicts", "--take", number)
    assert "Nature" in on(cli, other)("show", "foxes").out
    on(cli, other)("conflicts", "--keep")
    assert on(cli, other)("conflicts").err == "No conflict is open.\n"
    on(cli, other)("undo")
    assert "was deleted" in on(cli, other)("conflicts").out
    assert "There is no conflict 7" in on(cli, other)("conflicts", "7", "--take", code=2).err
    assert "exclude each other" in on(cli, other)("conflicts", "--keep", "--take", code=2).err


def test_recover_brings_back_a_dropped_side(cli: CommandLine, two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    one.sync()
    other.without_driver()
    other.library.note("owls", "mine")
    other.commit()
    other.git("fetch", "-q")
    other.git("merge", "-q", "-X", "ours", "--no-edit", "origin/main")
    other.library.close()
    done = on(cli, other)("recover", "--dry-run")
    assert "has 1 edit more. 1 edit\n" in done.err
    assert "foxes venue: nothing → Nature" in done.err
    on(cli, other)("recover")
    assert "Nature" in on(cli, other)("show", "foxes").out
    assert on(cli, other)("recover").err == "Nothing is missing.\n"
    again = Clone(other.folder)
    assert dropped_sides(again.library, again.repository) == []


def test_recover_merges_what_git_left_and_copies(
    cli: CommandLine, two: tuple[Clone, Clone], tmp_path: Path
) -> None:
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    one.sync()
    other.without_driver()
    other.library.note("owls", "mine")
    other.commit()
    other.git("fetch", "-q")
    other.git("merge", "origin/main", fails=True)
    other.library.close()
    assert "git commit finishes it" in on(cli, other)("recover").err
    assert "Nature" in on(cli, other)("show", "foxes").out
    add(one, *(f"Paper {number}" for number in range(12)))
    one.library.save()
    copy = tmp_path / "library (conflicted copy).db"
    shutil.copy(one.library.path, copy)
    other.git("commit", "-q", "--no-edit")
    done = on(cli, other)("recover", str(copy))
    assert "and 2 more" in done.err
    assert "Paper 7" in on(cli, other)("list").out
    (tmp_path / "other.txt").write_text("x" * 200)
    assert (
        "is not a readinglist library"
        in on(cli, other)("recover", str(tmp_path / "other.txt"), code=1).err
    )


def test_recover_brings_back_what_git_took_out(cli: CommandLine, two: tuple[Clone, Clone]) -> None:
    one, _ = two
    one.library.close()
    on(cli, one)("note", "foxes", "--text", "mine")
    one.git("checkout", "-q", "--", "library.db")
    later = time.time() + 60
    os.utime(one.library.path, (later, later))
    shown = on(cli, one)("show", "foxes")
    assert "Note" not in shown.out
    command = f"readinglist --library {one.library.path} recover"
    assert f"no longer has 1 edit of this machine: {command} brings them back" in shown.err
    done = on(cli, one)("recover")
    assert "The library file no longer has 1 edit of this machine:" in done.err
    assert "mine" in on(cli, one)("show", "foxes").out


def test_recover_brings_back_what_this_machine_had_of_a_file_that_is_gone(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("note", "AttentionDetail", "--text", "precious")
    before = filled("list", "--json").out
    filled.path.unlink()
    gone = filled("check", code=1).err
    assert "This machine still has it: readinglist salvage" in gone
    told = filled("list").err
    (kept,) = filled.path.parent.glob("**/earlier.db")
    back = f"readinglist --library {filled.path} recover {kept} brings it back"
    for command in ("check", "recover"):
        assert f"is kept as {kept}: {back}" in filled(command).err
    assert "Nothing is missing" not in filled("recover").err
    assert back in told
    monkeypatch.chdir(kept.parent)
    filled("recover", kept.name)
    assert filled("list", "--json").out == before
    assert "Nothing is missing" in filled("recover").err
    assert not filled("check").err


def test_log_tells_each_step(cli: CommandLine, two: tuple[Clone, Clone]) -> None:
    one, _ = two
    one.library.edit("foxes", {"venue": "Nature", "published": "2001"})
    one.library.save()
    lines = on(cli, one)("log", "--limit", "3").out.splitlines()
    assert [line.strip() for line in lines[1:3]] == [
        "foxes published: nothing → 2001", "foxes venue: nothing → Nature",
    ]  # fmt: skip


def test_textconv_prints_a_version(cli: CommandLine, two: tuple[Clone, Clone]) -> None:
    one, _ = two
    assert cli("textconv", str(one.library.path)).out.splitlines()[0] == "foxes  title: Foxes"
