"""What breaks a database in git when it is edited where it lies, shown to be harmless here."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from readinglist.domain.paper import Status
from readinglist.errors import LibraryError, UnfinishedError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from tests.services.clones import Clone, World

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def clone(world: World) -> Clone:
    """A clone with two commits: in the second one a paper is read."""
    clone = world.first("Foxes", "Owls")
    clone.library.mark([clone.library.paper("foxes").id], status=Status.READ)
    clone.sync()
    return clone


def aged(clone: Clone) -> None:
    """Let the file be older than any race: what git took away, it took on purpose."""
    later = time.time() + 60
    os.utime(clone.library.path, (later, later))


def test_an_open_library_follows_a_checkout_and_its_next_edit_is_kept(clone: Clone) -> None:
    clone.git("checkout", "-q", "HEAD~1")
    aged(clone)
    clone.library.note("owls", "after the checkout")
    assert clone.library.take_in().withdrawn == 1
    assert clone.library.paper("foxes").status is Status.UNREAD
    assert clone.library.paper("owls").note == "after the checkout"
    assert clone.library.save()
    check_library(clone.library.path)
    clone.git("stash", "-q")
    clone.git("checkout", "-q", "main")
    clone.git("stash", "pop", "-q")
    clone.library.take_in()
    assert clone.library.paper("foxes").status is Status.READ
    assert clone.library.paper("owls").note == "after the checkout"


def test_the_file_may_be_replaced_in_the_middle_of_an_edit(clone: Clone) -> None:
    with clone.library._working.transaction():
        clone.library.note("owls", "in the middle")
        clone.git("checkout", "-q", "HEAD~1")
        aged(clone)
    clone.library.save()
    with Library.open(clone.library.path, state=clone.folder.parent / "fresh") as fresh:
        assert fresh.paper("owls").note == "in the middle"


def test_a_commit_holds_every_edit_and_nothing_lies_beside_the_file(clone: Clone) -> None:
    for number in range(60):
        clone.library.note("owls", f"note {number}")
    clone.library.save()
    assert {path.name for path in clone.folder.iterdir()} == {
        ".git", ".gitattributes", ".gitignore", "library.db",
    }  # fmt: skip
    clone.git("commit", "-qam", "all")
    with (
        clone.repository.versions(clone.repository.blob("HEAD")) as (version,),
        Library.open(version, state=clone.folder.parent / "fresh") as fresh,
    ):
        assert fresh.paper("owls").note == "note 59"
        assert len(fresh.history("owls", limit=100)) == 61


def test_a_forced_checkout_does_not_mix_two_versions(clone: Clone) -> None:
    clone.library.note("owls", "unsaved")
    log = clone.folder / "library.db-journal"
    log.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" * 64)
    clone.git("checkout", "-q", "-f", "HEAD~1")
    aged(clone)
    with pytest.raises(UnfinishedError, match="lies beside the library"):
        clone.library.take_in()
    log.unlink()
    clone.library.take_in()
    assert clone.library.paper("foxes").status is Status.UNREAD
    assert clone.library.paper("owls").note == "unsaved"
    assert clone.library.save()
    assert clone.git("ls-files") == ".gitattributes\n.gitignore\nlibrary.db\n"


@pytest.mark.parametrize("autocrlf", ["true", "input", "false"])
def test_line_ends_are_left_alone(clone: Clone, autocrlf: str) -> None:
    attributes = clone.folder / ".gitattributes"
    attributes.write_text("* text\n*.db text eol=crlf\n" + attributes.read_text())
    clone.git("config", "core.autocrlf", autocrlf)
    clone.git("commit", "-qam", "attributes")
    before = clone.library.path.read_bytes()
    clone.library.path.unlink()
    clone.git("checkout", "-q", "--", "library.db")
    assert clone.library.path.read_bytes() == before


def test_a_file_that_git_is_still_writing_is_not_an_empty_library(clone: Clone) -> None:
    whole = clone.library.path.read_bytes()
    for part in (b"", whole[:100], whole[: len(whole) // 2]):
        clone.library.path.write_bytes(part)
        with pytest.raises(LibraryError):
            clone.library.take_in()
        assert clone.library.count() == 2
    clone.library.path.unlink()
    clone.library.take_in()
    assert clone.library.count() == 2
    clone.library.path.write_bytes(whole)
    clone.library.take_in()
    assert clone.library.paper("foxes").status is Status.READ


def test_edits_that_were_saved_after_the_last_commit_outlive_a_pull(
    world: World, clone: Clone
) -> None:
    """The wrong base of a merge would take them for deleted by git."""
    other = world.clone("two")
    other.library.note("foxes", "theirs")
    other.sync()
    clone.library.note("owls", "saved, not committed")
    clone.library.save()
    clone.git("pull", "-q", "--autostash", "--no-rebase", "--no-edit")
    clone.library.take_in()
    assert clone.library.paper("owls").note == "saved, not committed"
    assert clone.library.paper("foxes").note == "theirs"


def test_a_link_in_the_place_of_the_library_is_not_followed(clone: Clone) -> None:
    target = clone.folder.parent / "elsewhere.db"
    clone.library.path.rename(target)
    before = target.read_bytes()
    clone.library.path.symlink_to(target)
    with pytest.raises(LibraryError, match="symbolic link"):
        clone.library.take_in()
    assert target.read_bytes() == before


def test_a_module_in_the_repository_is_not_run_by_the_driver(world: World, clone: Clone) -> None:
    """Git runs the driver in the repository's top folder, whose files are a stranger's."""
    evil = clone.folder / "readinglist"
    evil.mkdir()
    (evil / "__init__.py").write_text("open('owned', 'w').close()")
    (clone.folder / "click.py").write_text("open('owned', 'w').close()")
    other = world.clone("two")
    other.library.note("foxes", "theirs")
    other.sync()
    clone.library.note("owls", "mine")
    clone.sync()
    assert clone.library.paper("foxes").note == "theirs"
    assert not (clone.folder / "owned").exists()
