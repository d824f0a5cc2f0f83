"""Sync through git: two machines, one library, and nothing is lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from readinglist.domain.change import WHOLE_PAPER, Change
from readinglist.domain.paper import Status
from readinglist.errors import ReadingListError
from readinglist.services import repository, syncing
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.services.recovering import dropped_sides, merge_stages, version_in_file
from readinglist.services.repository import Repository
from readinglist.services.syncing import commit_message, set_up, state_of, sync
from readinglist.services.version_text import version_lines
from tests.services.clones import Clone, World, add

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def two(world: World) -> tuple[Clone, Clone]:
    return world.first("Foxes", "Owls"), world.clone("two")


def test_a_folder_becomes_a_repository_that_is_ready(world: World) -> None:
    clone = world.first("Foxes")
    assert clone.repository.has_driver()
    assert clone.repository.has_attributes()
    assert clone.git("config", "pull.rebase") == "false\n"
    assert clone.git("status", "--porcelain") == ""
    assert "1 paper imported" in clone.git("log", "--format=%s") or "Begin" in clone.git("log")
    assert set_up(clone.library).done == []


def test_a_library_in_no_repository_and_a_clone_that_is_not_set_up(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "alone").mkdir()
    alone = Clone(tmp_path / "alone")
    assert state_of(alone.library) == "repository"
    with pytest.raises(ReadingListError, match="in no git repository"):
        alone.sync()
    world.first("Foxes")
    clone = world.clone("two", driver=False)
    assert state_of(clone.library) == "driver"
    setting_up = f"readinglist --library {clone.library.path} init"
    assert setting_up in check_library(clone.library.path).warnings[0]
    with pytest.raises(ReadingListError, match="can't merge libraries yet"):
        clone.sync()
    assert "readinglist" not in clone.git("config", "--list")
    set_up(clone.library)
    assert state_of(clone.library) is None
    assert check_library(clone.library.path).warnings == ()


def test_edits_of_both_machines_are_on_both(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.mark([one.library.paper("foxes").id], status=Status.READ)
    one.library.note("owls", "first\nlast, by one")
    other.library.edit("owls", {"venue": "Nature"})
    other.library.mark([other.library.paper("Foxes").id], add_tags=["snow"])
    assert one.sync().lines() == [
        "Committed: Read 1 paper, 1 note.",
        "1 commit went to origin.",
    ]
    report = other.sync()
    assert (report.committed, report.pulled, report.pushed) == ("1 tag, 1 edit", 1, 2)
    one.sync()
    for clone in two:
        foxes, owls = clone.library.paper("foxes"), clone.library.paper("owls")
        assert (foxes.status, foxes.tags) == (Status.READ, ("snow",))
        assert (owls.venue, owls.note) == ("Nature", "first\nlast, by one")
        assert clone.library.conflicts() == []
    assert one.sync().lines() == ["All is in step."]


def test_a_conflict_is_kept_and_settled_on_both(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    other.library.edit("foxes", {"venue": "Science"})
    one.sync()
    assert other.sync().conflicts == 1
    one.sync()
    for clone in two:
        (conflict,) = clone.library.conflicts()
        assert (conflict.base, conflict.kept, conflict.other) == (None, "Science", "Nature")
        assert conflict.machine
    other.library.settle(other.library.conflicts(), take=True)
    assert other.library.paper("Foxes").venue == "Nature"
    other.library.undo()
    assert other.library.paper("Foxes").venue == "Science"
    assert len(other.library.conflicts()) == 1
    other.library.redo()
    other.sync()
    one.sync()
    assert one.library.conflicts() == []
    assert one.library.paper("foxes").venue == "Nature"


def test_a_deletion_and_an_edit(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.delete([one.library.paper("foxes").id, one.library.paper("owls").id])
    other.library.note("foxes", "mine")
    one.sync()
    other.sync()
    one.sync()
    for clone in two:
        assert clone.library.count() == 1
        assert clone.library.paper("foxes").note == "mine"
        (conflict,) = clone.library.conflicts()
        assert conflict.is_deletion
    one.library.settle(one.library.conflicts(), take=True)
    assert one.library.count() == 0
    one.library.undo()
    assert one.library.paper("foxes").note == "mine"


def test_undo_turns_back_what_was_merged(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    one.sync()
    other.library.edit("owls", {"venue": "Science"})
    other.sync()
    other.library.undo()
    assert other.library.paper("owls").venue is None
    assert other.library.paper("Foxes").venue == "Nature"


def test_only_the_library_is_committed(two: tuple[Clone, Clone]) -> None:
    one, _ = two
    (one.folder / "paper.tex").write_text("draft")
    (one.folder / "staged.tex").write_text("staged")
    one.git("add", "staged.tex")
    one.library.note("foxes", "x")
    one.sync()
    assert one.git("status", "--porcelain").split() == ["A", "staged.tex", "??", "paper.tex"]
    assert one.git("show", "--name-only", "--format=", "HEAD") == "library.db\n"


def test_without_a_remote_and_offline(world: World, two: tuple[Clone, Clone]) -> None:
    one, _ = two
    (world.folder / "hub.git").rename(world.folder / "away.git")
    one.library.note("foxes", "x")
    report = one.sync()
    assert report.committed == "1 note"
    assert "could not be reached; your edits wait" in report.left[0]
    (world.folder / "away.git").rename(world.folder / "hub.git")
    assert one.sync().pushed == 1
    one.git("remote", "remove", "origin")
    one.library.note("foxes", "y")
    assert "no remote" in one.sync().left[0]


def test_a_dry_run_does_nothing(two: tuple[Clone, Clone]) -> None:
    one, other = two
    other.library.note("owls", "x")
    other.sync()
    one.library.note("foxes", "x")
    one.library.save()
    before = one.git("rev-parse", "HEAD")
    report = sync(one.library, dry_run=True)
    assert report.lines(dry_run=True) == [
        "Would commit: 1 note.",
        "1 commit would come from origin.",
        "1 commit would go to origin.",
    ]
    assert one.git("rev-parse", "HEAD") == before


def test_a_push_that_was_overtaken_is_tried_again(
    two: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    one.library.note("foxes", "x")
    original = Repository.run

    def run(self: Repository, *arguments: str) -> str:
        if arguments[0] == "push" and self.file == one.library.path:
            monkeypatch.setattr(Repository, "run", original)
            other.library.note("owls", "faster")
            other.sync()
        return original(self, *arguments)

    monkeypatch.setattr(Repository, "run", run)
    report = one.sync()
    assert (report.pulled, report.left) == (1, [])
    assert one.library.paper("owls").note == "faster"


def test_other_files_that_conflict_leave_all_as_it_was(two: tuple[Clone, Clone]) -> None:
    one, other = two
    for clone in two:
        (clone.folder / "paper.tex").write_text(clone.folder.name)
        clone.git("add", "paper.tex")
        clone.library.note("foxes", clone.folder.name)
        clone.commit()
    one.sync()
    with pytest.raises(ReadingListError, match=r"git can't merge paper\.tex; nothing was merged"):
        other.sync()
    assert other.repository.in_progress() is None
    assert (other.folder / "paper.tex").read_text() == "two"
    assert other.library.paper("Foxes").note == "two"


def test_git_replaces_no_library_that_a_program_was_killed_at(two: tuple[Clone, Clone]) -> None:
    one, other = two
    other.library.mark([other.library.paper("Foxes").id], status=Status.READ)
    other.sync()
    log = one.library.path.with_name("library.db-wal")
    log.write_bytes(b"begun")
    before = one.library.path.read_bytes()
    with pytest.raises(ReadingListError, match=r"library\.db-wal lies beside the library"):
        one.sync()
    assert one.library.path.read_bytes() == before
    log.unlink()
    one.sync()
    assert one.library.paper("Foxes").status is Status.READ


def test_in_the_middle_of_a_merge_or_on_no_branch(two: tuple[Clone, Clone]) -> None:
    one, _ = two
    (one.folder / ".git" / "CHERRY_PICK_HEAD").write_text(one.git("rev-parse", "HEAD"))
    with pytest.raises(ReadingListError, match="in the middle of a cherry-pick"):
        one.sync()
    (one.folder / ".git" / "CHERRY_PICK_HEAD").unlink()
    (one.folder / ".git" / "rebase-merge").mkdir()
    (one.folder / ".git" / "rebase-merge" / "head-name").write_text("refs/heads/main")
    with pytest.raises(ReadingListError, match=r"of a rebase. Finish it: git status tells how."):
        one.sync()
    shutil.rmtree(one.folder / ".git" / "rebase-merge")
    one.git("checkout", "-q", "--detach")
    with pytest.raises(ReadingListError, match="on no branch"):
        one.sync()


def test_a_rebase_that_was_hindered_before_its_first_step(two: tuple[Clone, Clone]) -> None:
    """Another program had the index at that moment; what ends it is not what git's status says."""
    one, other = two
    one.library.note("Foxes", "red")
    one.library.save()
    (one.folder / ".git" / "rebase-merge").mkdir()
    (one.folder / ".git" / "rebase-merge" / "autostash").write_text(one.git("stash", "create"))
    one.git("checkout", "-q", "--", "library.db")
    one.library.take_in()
    with pytest.raises(ReadingListError, match=r"a rebase\. git rebase --quit ends it"):
        one.sync()
    for command in ("continue", "abort"):
        one.git("rebase", f"--{command}", fails=True)
    one.git("rebase", "--quit")
    one.git("stash", "pop", "-q")
    one.sync()
    other.sync()
    assert other.library.paper("Foxes").note == "red"


def test_histories_without_a_common_ancestor(world: World, two: tuple[Clone, Clone]) -> None:
    (world.folder / "third").mkdir()
    third = Clone(world.folder / "third")
    add(third, "Foxes", "Newts")
    third.library.note("foxes", "third")
    set_up(third.library)
    third.git("remote", "add", "origin", "../hub.git")
    third.sync()
    assert {paper.title for paper in third.library.papers(third.library.find().ids)} == {
        "Foxes", "Owls", "Newts",
    }  # fmt: skip
    two[0].sync()
    assert two[0].library.paper("foxes").note == "third"


# --- without the driver


@pytest.fixture
def apart(two: tuple[Clone, Clone]) -> tuple[Clone, Clone]:
    """Two clones with different edits; the second one, without the driver, can't merge."""
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    one.library.note("owls", "by one")
    one.sync()
    other.without_driver()
    other.library.edit("owls", {"venue": "Science"})
    other.commit()
    other.git("fetch", "-q")
    return one, other


def shows_all(clone: Clone) -> bool:
    foxes, owls = clone.library.paper("foxes"), clone.library.paper("owls")
    return (foxes.venue, owls.note, owls.venue) == ("Nature", "by one", "Science")


def test_what_git_left_unmerged_is_merged(apart: tuple[Clone, Clone]) -> None:
    _, other = apart
    other.git("merge", "origin/main", fails=True)
    assert merge_stages(other.library, other.repository) == 0
    assert shows_all(other)
    other.git("commit", "-q", "--no-edit")
    assert merge_stages(other.library, other.repository) is None


def test_sync_finishes_a_merge_that_stopped_at_the_library(apart: tuple[Clone, Clone]) -> None:
    one, other = apart
    other.git("merge", "origin/main", fails=True)
    set_up(other.library)
    other.sync()
    one.sync()
    assert shows_all(one)
    assert shows_all(other)


def test_a_paper_added_on_both_sides_and_a_deleted_file(apart: tuple[Clone, Clone]) -> None:
    _, other = apart
    other.git("rm", "-q", "library.db")
    other.git("commit", "-qm", "gone")
    other.git("merge", "origin/main", fails=True)
    assert merge_stages(other.library, other.repository) == 0
    assert other.git("status", "--porcelain", "library.db")[:1] in "AM"


@pytest.mark.parametrize("option", ["ours", "theirs"])
def test_a_side_that_was_dropped_comes_back(apart: tuple[Clone, Clone], option: str) -> None:
    _, other = apart
    other.git("merge", "-q", "-X", option, "--no-edit", "origin/main")
    other.library.take_in()
    other.library.edit("foxes", {"published": "1999"})
    other.library.save()
    # Of -X theirs nothing is lost here: this machine knows what it saved a moment ago.
    assert shows_all(other) == (option == "theirs")
    for side in dropped_sides(other.library, other.repository):
        other.library.merge_in(side.tables)
    assert shows_all(other)
    assert other.library.paper("Foxes").published == "1999"
    other.library.save()
    assert dropped_sides(other.library, other.repository) == []


def test_a_conflicted_copy_is_merged(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.edit("foxes", {"venue": "Nature"})
    one.library.delete([one.library.paper("owls").id])
    one.library.save()
    copy = one.folder / "library (conflicted copy).db"
    shutil.copy(one.library.path, copy)
    other.library.note("foxes", "mine")
    other.library.save()
    side = version_in_file(other.library, copy)
    assert len(side.changes) == 3
    other.library.merge_in(side.tables)
    foxes = other.library.paper("Foxes")
    assert (foxes.venue, foxes.note, other.library.count()) == ("Nature", "mine", 1)
    assert version_in_file(other.library, other.library.path).changes == ()


def test_what_is_no_library_is_refused_and_nothing_changes(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.path.write_bytes(b"SQLite format 3\0 and then nothing")
    one.git("commit", "-qam", "broken")
    one.git("push", "-q")
    other.library.note("foxes", "mine")
    with pytest.raises(ReadingListError, match=r"The library in origin/main .* nothing was merged"):
        other.sync()
    assert other.library.paper("Foxes").note == "mine"
    assert other.library.count() == 2


# --- as text


def test_the_text_of_a_version_has_a_line_for_each_field(two: tuple[Clone, Clone]) -> None:
    one, _ = two
    one.library.edit("foxes", {"abstract": "long " * 200, "venue": "A\x1b[31mB"})
    one.library.note("foxes", "a\nb")
    one.sync()
    one.library.note("foxes", "a\nB")
    one.sync()
    text = "\n".join(version_lines(one.library.path))
    assert "foxes  title: Foxes" in text
    assert "foxes  note: a\nfoxes  note: B" in text
    assert "\x1b" not in text
    assert re.search(r"abstract: long .*… \[\d+ characters, [0-9a-f]{8}\]", text)
    shown = one.git("log", "-p", "-1")
    changed = [line for line in shown.splitlines() if line[:2] in ("+f", "-f", "+o", "-o")]
    assert changed == ["-foxes  note: b", "+foxes  note: B"]


def test_a_broken_version_is_one_line_and_git_goes_on(two: tuple[Clone, Clone]) -> None:
    one, _ = two
    one.library.path.write_bytes(b"x" * 200)
    one.git("commit", "-qam", "broken")
    assert "not readable: the file is not a readinglist library." in one.git("log", "-p", "-1")


# --- what was found by trying hard


def test_what_was_said_goes_before_what_a_later_import_brings(world: World) -> None:
    one = world.first("Owls")
    two = world.clone("two")
    add(one, "Foxes")
    one.library.mark([one.library.paper("foxes").id], status=Status.READ)
    one.library.edit("foxes", {"venue": "Nature"})
    add(two, "Foxes")
    for clone in (one, two, one):
        clone.sync()
    for clone in (one, two):
        foxes = clone.library.paper("foxes")
        assert (foxes.status, foxes.venue) == (Status.READ, "Nature")
        assert clone.library.conflicts() == []


def test_what_a_person_wrote_goes_before_what_a_later_import_completes(
    two: tuple[Clone, Clone], tmp_path: Path
) -> None:
    """Nor does it lose to who takes that import back, later still; and it is no conflict."""
    one, other = two
    other.library.edit("Foxes", {"venue": "Mine"})
    (tmp_path / "more.json").write_text('[{"title": "Foxes", "venue": "ICML", "type": "article"}]')
    assert one.library.import_files([tmp_path / "more.json"]).completed == 1
    other.sync()
    one.sync()
    assert one.library.paper("Foxes").venue == "Mine"
    assert one.library.paper("Foxes").type == "article"
    assert one.library.conflicts() == []
    one.library.undo()
    one.sync()
    other.sync()
    assert other.library.paper("Foxes").venue == "Mine"
    assert other.library.paper("Foxes").type == "misc"


def test_a_key_that_was_changed_on_both_machines_names_the_paper_still(
    two: tuple[Clone, Clone],
) -> None:
    one, other = two
    one.library.edit("foxes", {"key": "DoeA"})
    other.library.edit("foxes", {"key": "DoeB"})
    for clone in (one, other, one):
        clone.sync()
    for clone in two:
        for key in ("DoeA", "DoeB", "foxes"):
            assert clone.library.paper(key).title == "Foxes"


def test_a_library_that_was_deleted_in_the_remote_stays_on_this_machine(
    two: tuple[Clone, Clone],
) -> None:
    one, other = two
    other.git("rm", "-q", "--cached", "library.db")
    other.git("commit", "-qm", "gone")
    other.git("push", "-q")
    one.sync()
    assert one.library.count() == 2
    assert "took library.db away" in one.sync().left[0]
    again = Clone(one.folder)
    assert again.library.count() == 2
    again.library.note("foxes", "back")
    again.sync()
    assert again.git("ls-files", "library.db") == "library.db\n"


def test_a_damaged_library_in_the_remote_is_not_taken(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.path.write_bytes(b"x" * 200)
    one.git("commit", "-qam", "broken")
    one.git("push", "-q")
    with pytest.raises(ReadingListError, match="The library in origin/main is not"):
        other.sync()
    other.library.note("foxes", "still here")
    assert other.library.save()


def test_rules_that_come_after_ours_are_overruled_or_told(two: tuple[Clone, Clone]) -> None:
    one, _ = two
    attributes = one.folder / ".gitattributes"
    attributes.write_bytes(attributes.read_bytes() + b"# caf\xe9\n*.db text\n")
    with pytest.raises(ReadingListError, match="can't merge libraries yet"):
        one.sync()
    set_up(one.library)
    assert one.repository.has_attributes()
    (one.folder / ".git" / "info" / "attributes").write_text("*.db text\n")
    with pytest.raises(ReadingListError, match="Another rule of git"):
        set_up(one.library)


def test_a_name_that_git_reads_as_a_pattern_is_refused(world: World, tmp_path: Path) -> None:
    with (
        Library.open(tmp_path / "my [lib].db", state=tmp_path / "state") as library,
        pytest.raises(ReadingListError, match="Rename it"),
    ):
        set_up(library)


def test_a_branch_that_follows_a_local_one_is_pushed_to_the_remote(
    two: tuple[Clone, Clone],
) -> None:
    one, _ = two
    one.git("switch", "-q", "-c", "topic", "--track", "main")
    one.library.note("foxes", "x")
    assert one.sync().remote == "origin"
    assert "topic" in one.git("ls-remote", "origin")


def test_a_program_that_is_gone_is_installed_anew(two: tuple[Clone, Clone]) -> None:
    one, _ = two
    one.git("config", "merge.readinglist.driver", "/nonexistent/readinglist merge-driver")
    assert state_of(one.library) == "driver"
    set_up(one.library)
    assert state_of(one.library) is None


def test_another_git_at_the_moment_of_a_merge_drops_nothing(
    two: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    one.library.note("foxes", "there")
    one.sync()
    other.library.note("owls", "here")
    lock = other.folder / ".git" / "index.lock"
    run = Repository.run
    merges: list[tuple[str, ...]] = []

    def run_beside_another(self: Repository, *arguments: str) -> str:
        if arguments[0] != "merge" or merges:
            return run(self, *arguments)
        merges.append(arguments)
        lock.touch()
        try:
            return run(self, *arguments)
        finally:
            lock.unlink()

    monkeypatch.setattr(Repository, "run", run_beside_another)
    other.sync()
    assert merges
    assert [other.library.paper(key).note for key in ("foxes", "owls")] == ["there", "here"]


@pytest.mark.parametrize("moment", ["before the index", "before the commit", "after the commit"])
def test_a_merge_that_was_killed_begins_anew(two: tuple[Clone, Clone], moment: str) -> None:
    one, other = two
    one.library.note("foxes", "there")
    one.sync()
    other.library.note("owls", "here")
    other.commit()
    other.git("fetch", "-q")
    mark = other.folder / ".git" / "MERGE_HEAD"
    locks = {"before the index": "index.lock", "before the commit": "HEAD.lock"}
    if moment in locks:
        lock = mark.with_name(locks[moment])
        lock.touch()
        other.git("merge", "-m", "Merge what came from origin", "origin/main", fails=True)
        lock.unlink()
    else:
        other.git("merge", "-m", "Merge what came from origin", "origin/main")
        mark.write_text(other.git("rev-parse", "origin/main"))
    assert mark.exists()
    other.sync()
    other.library.take_in()
    assert not mark.exists()
    assert [other.library.paper(key).note for key in ("foxes", "owls")] == ["there", "here"]
    assert other.git("rev-list", "--count", "--merges", "HEAD") == "1\n"


def test_a_merge_whose_driver_is_killed_goes_on_without_it(two: tuple[Clone, Clone]) -> None:
    one, other = two
    one.library.note("foxes", "there")
    one.sync()
    other.library.note("owls", "here")
    other.git("config", "merge.readinglist.driver", "sh -c 'kill -9 $$'")
    other.sync()
    assert [other.library.paper(key).note for key in ("foxes", "owls")] == ["there", "here"]


def test_a_lock_that_a_killed_git_left_is_named(
    two: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = two
    for module in (repository, syncing):
        monkeypatch.setattr(module, "_PATIENCE", 0)
    lock = one.folder / ".git" / "index.lock"
    lock.touch()
    one.library.note("foxes", "x")
    with pytest.raises(ReadingListError, match=rf"if no git runs any more, delete {lock}\.$"):
        one.sync()
    lock.unlink()
    one.library.save()
    lock.touch()
    with pytest.raises(ReadingListError, match=rf"If no git runs any more, delete {lock}\.$"):
        one.sync()


@pytest.mark.parametrize("how", ["rebase", "amend"])
def test_what_a_rebase_or_an_amended_merge_dropped_comes_back(
    apart: tuple[Clone, Clone], how: str
) -> None:
    _, other = apart
    if how == "rebase":
        other.git("rebase", "-q", "-X", "theirs", "origin/main")
        other.library.take_in()
    else:
        other.git("merge", "origin/main", fails=True)
        other.git("add", "-A")
        other.git("commit", "-q", "--no-edit")
        other.library.edit("foxes", {"published": "1999"})
        other.library.save()
        other.git("commit", "-q", "-a", "--amend", "--no-edit")
    for side in dropped_sides(other.library, other.repository):
        other.library.merge_in(side.tables)
    assert shows_all(other)


def test_the_subject_of_a_commit_says_when_it_leaves_something_out() -> None:
    fields = {"status": "read", "note": "x", "tag": "y", "title": "Z", WHOLE_PAPER: None}
    done = [Change(n, field, "old", new) for n, (field, new) in enumerate(fields.items())]
    assert commit_message(done[:4]) == "Read 1 paper, 1 note, 1 tag, 1 edit"
    assert commit_message(done) == "Read 1 paper, 1 paper deleted, 1 note, 1 tag, …"
