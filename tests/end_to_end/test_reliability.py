"""An app that edits, git at work beside it, a second machine that syncs, and kill -9 at random.

READINGLIST_STRESS_SECONDS says how long; docs/reliability.md has the figures of a long run.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from readinglist.errors import ReadingListError
from readinglist.services.checking import check_library
from readinglist.services.recovering import dropped_sides, merge_stages
from tests.services.clones import Clone, World

SECONDS = float(os.environ.get("READINGLIST_STRESS_SECONDS", "15"))
SEED = os.environ.get("READINGLIST_SEED")  # no test sees what is set of ours
ROOT = Path(__file__).resolve().parents[2]
TITLES = tuple(f"Paper Number {word}" for word in ("One", "Two", "Three", "Four", "Five", "Six"))

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


class Restless:
    """A process that edits a clone, see `restless`."""

    def __init__(self, clone: Clone, diary: Path, syncs: bool) -> None:
        self._command = [
            sys.executable, "-m", "tests.end_to_end.restless", str(clone.library.path),
            str(clone.folder.parent / f"state-{clone.folder.name}"), clone.folder.name,
            str(diary), "yes" if syncs else "no",
        ]  # fmt: skip
        self.kills = 0
        self.errors = diary.with_suffix(".err")
        self.start()

    def start(self) -> None:
        with self.errors.open("a") as errors:
            self._process = subprocess.Popen(self._command, cwd=ROOT, stderr=errors)

    def kill(self) -> None:
        assert self._process.poll() is None, self.errors.read_text()[-2000:]
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1


def disturb(clone: Clone, dice: random.Random) -> str:
    """Do one thing with git in the clone, as its owner might in another window."""
    deed = dice.choice(
        ("commit", "commit", "pull", "pull", "push", "rebase", "stash", "switch", "restore", "gc")
    )
    commands = {
        "commit": [["commit", "-q", "-am", "beside"]],
        "pull": [["pull", "-q", "--no-rebase", "--no-edit"]],
        "rebase": [["pull", "-q", "--rebase", "--autostash"]],
        "push": [["push", "-q"]],
        "stash": [["stash", "-q"], ["stash", "pop", "-q"]],
        "switch": [["checkout", "-q", "-B", "side"], ["checkout", "-q", "main"]],
        "restore": [["checkout", "-q", "--", "library.db"]],
        "gc": [["gc", "-q"]],
    }[deed]
    for command in commands:
        subprocess.run(
            ["git", *command], cwd=clone.folder, capture_output=True, check=False, timeout=300
        )
    return deed


def test_no_acknowledged_edit_is_lost(world: World, tmp_path: Path) -> None:
    one, two = world.first(*TITLES), world.clone("two")
    dice = random.Random(SEED)
    diaries = [tmp_path / "one.diary", tmp_path / "two.diary"]
    workers = [Restless(one, diaries[0], syncs=False), Restless(two, diaries[1], syncs=True)]
    deeds: dict[str, int] = {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        deed = disturb(one, dice)
        deeds[deed] = deeds.get(deed, 0) + 1
        time.sleep(dice.random() / 3)
        if dice.random() < 0.2:
            worker = dice.choice(workers)
            worker.kill()
            (tmp_path / "one" / ".git" / "index.lock").unlink(missing_ok=True)
            (tmp_path / "two" / ".git" / "index.lock").unlink(missing_ok=True)
            worker.start()
    for worker in workers:
        worker.kill()

    for clone in (one, two, one):
        finish(clone)
    acknowledged = [set(diary.read_text().split()) for diary in diaries]
    # What a checkout took out on purpose, here or at the end, is offered to be brought back.
    withdrawn = [*one.library.withdrawn(), *two.library.withdrawn()]
    there = tokens(one) | {token for c in withdrawn for token in (c.new or "").split()}
    missing = (acknowledged[0] | acknowledged[1]) - there
    commits = len(one.git("rev-list", "--all").split())
    print(
        f"{SECONDS:.0f} s: {sum(map(len, acknowledged))} edits, {commits} commits, "
        f"{sum(worker.kills for worker in workers)} kills, {len(withdrawn)} withdrawn, "
        f"{len(missing)} lost; git commands: {deeds}"
    )
    assert not missing, sorted(missing)[:10]
    for commit in one.git("rev-list", "HEAD").split()[:200]:
        with one.repository.versions(one.repository.blob(commit)) as (version,):
            check_library(version)


def finish(clone: Clone) -> None:
    """Bring a clone to rest, as its owner would."""
    (clone.folder / ".git" / "index.lock").unlink(missing_ok=True)
    for command in (["rebase", "--abort"], ["rebase", "--quit"], ["merge", "--abort"]):
        with suppress(AssertionError):
            clone.git(*command)
    clone.git("checkout", "-q", "-f", "main")
    while clone.git("stash", "list"):
        with suppress(AssertionError):
            clone.git("stash", "pop", "-q")
        if merge_stages(clone.library, clone.repository) is not None:
            clone.git("stash", "drop", "-q")
        clone.library.save()
        clone.git("commit", "-q", "--allow-empty", "-am", "popped")
    clone.library.take_in()
    with suppress(ReadingListError):
        clone.sync()
    for side in dropped_sides(clone.library, clone.repository):
        clone.library.merge_in(side.tables)
    clone.sync()


def tokens(clone: Clone) -> set[str]:
    library = clone.library
    found: set[str] = set()
    for paper in library.papers(library.find().ids):
        found |= {*paper.tags, *(paper.note or "").split()}
    for conflict in library.conflicts():
        found |= set((conflict.other or "").split())
    return found
