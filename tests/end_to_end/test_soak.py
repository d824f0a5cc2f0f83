"""The app under random keys for a long time, a colleague and git at work beside it.

READINGLIST_SOAK_SECONDS says how long, READINGLIST_SEED with which dice; docs/reliability.md has
the figures of a long run.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.change import Change
from readinglist.errors import ReadingListError
from readinglist.services.checking import check_library
from readinglist.services.syncing import sync
from tests.end_to_end.random_hands import WORDS, RandomHands
from tests.end_to_end.test_reliability import finish, tokens
from tests.services.clones import Clone, World, add

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = float(os.environ.get("READINGLIST_SOAK_SECONDS", "15"))
SEED = int(os.environ.get("READINGLIST_SEED") or random.randrange(1 << 32))
PAPERS = 260
"""More than the app changes without a thread."""
QUITTING = max(5.0, SECONDS / 12)
"""Seconds in which keys may end the app; then one process stays, so that its memory can be seen."""
LONG = 900.0
"""From so many seconds on the memory is judged."""
WARM = 300.0
"""Seconds in which the app has met everything once, and its caches are full."""
MOST_GROWTH = 48.0
"""MiB that the app may grow after that: what it knows of a growing library, and no more."""
ADDRESSES = ", ".join(
    f'{name}: "http://127.0.0.1:9"'
    for name in ("arxiv", "huggingface", "dblp", "crossref", "openalex", "arxiv_pdf")
)
CONFIG = f"online: {{addresses: {{{ADDRESSES}}}}}\n"
BROWSER = '#!/bin/sh\necho "$1" >>"$HOME/opened"\n'
EDITOR = '#!/bin/sh\necho "from the editor" >>"$1"\n'

pytestmark = [
    pytest.mark.skipif(not shutil.which("git"), reason="git is not installed"),
    pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there is no /proc"),
]


class Beside:
    """Does something again and again in a thread; what it raises is raised where one checks."""

    def __init__(self, act: Callable[[], None], pause: Callable[[], float]) -> None:
        self._act = act
        self._pause = pause
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._pause()):
                self._act()
        except BaseException as error:
            self._error = error

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        if self._error:
            raise self._error


class Colleague:
    """Edits, commits and pushes in a clone of their own."""

    def __init__(self, clone: Clone, dice: random.Random) -> None:
        self._clone = clone
        self._dice = dice
        self.tokens: list[str] = []
        self.syncs: Counter[str] = Counter()

    def work(self) -> None:
        library, dice = self._clone.library, self._dice
        for _ in range(dice.randint(1, 5)):
            papers = library.papers(dice.choices(library.find().ids or (0,)))
            if not papers or dice.random() < 0.1:
                add(self._clone, " ".join(dice.choices(WORDS, k=4)).title())
                continue
            token = f"col{len(self.tokens)}x{dice.getrandbits(32):08x}"
            lines = (papers[0].note or "").splitlines()
            if dice.random() < 0.5 and len(lines) < 20:
                library.note(papers[0].key, "\n".join([*lines, token]))
            else:
                library.mark([papers[0].id], add_tags=[token])
            self.tokens.append(token)
        try:
            sync(library)
            self.syncs["done"] += 1
        except ReadingListError:  # another push was faster, five times
            self.syncs["refused"] += 1


class GitBeside:
    """What the app's user does with git in another window."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self._folder = folder
        self._dice = dice
        self.deeds: Counter[str] = Counter()

    def work(self) -> None:
        deed = self._dice.choice(("commit", "pull", "pull", "rebase", "push", "restore"))
        commands = {
            "commit": [["commit", "-q", "-am", "beside"]],
            "pull": [["commit", "-q", "-am", "beside"], ["pull", "-q", "--no-rebase", "--no-edit"]],
            "rebase": [["pull", "-q", "--rebase", "--autostash"]],
            "push": [["push", "-q"]],
            "restore": [["checkout", "-q", "--", "library.db"]],
        }[deed]
        for command in commands:
            is_done = self._git(*command)
        self.deeds[deed if is_done else f"{deed} refused"] += 1
        if (self._folder / ".git" / "rebase-merge").exists():  # git found its index locked
            self._git("rebase", "--quit")

    def _git(self, *command: str) -> bool:
        done = subprocess.run(
            ["git", *command], cwd=self._folder, capture_output=True, check=False, timeout=300
        )
        return done.returncode == 0


class Watch:
    """Looks at the app's memory, and at the journal of its working copy."""

    def __init__(self, hands: RandomHands, state: Path) -> None:
        self._hands = hands
        self._state = state
        self._begun = time.monotonic()
        self.memory: list[tuple[float, int, float]] = []
        """Seconds since the beginning, process, MiB."""
        self.rows: set[tuple[int, str]] = set()
        self.withdrawn: set[tuple[int, str]] = set()
        """What git took out: brought back, it is another row."""
        self.conflicts: dict[tuple[int, str], tuple[int, str, str | None]] = {}
        """Paper, field and value of what a merge noted: where git takes it out, the edits tell."""

    def look(self) -> None:
        pid = self._hands.pid
        with suppress(OSError):  # it has just ended
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            found = re.search(r"VmRSS:\s*(\d+) kB", status)
            if found:
                self.memory.append((time.monotonic() - self._begun, pid, int(found[1]) / 1024))
        (database,) = self._state.glob("*/working.db")
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            self.rows.update(connection.execute("SELECT id, machine FROM journal"))
            for id_, machine, *noted in connection.execute(
                "SELECT id, machine, paper, field, new FROM journal WHERE action = 'conflict'"
            ):
                self.conflicts[id_, machine] = (noted[0], noted[1], noted[2])
            for (text,) in connection.execute("SELECT value FROM meta WHERE name = 'withdrawn'"):
                changes = (Change(*values) for values in json.loads(text))
                self.withdrawn.update((change.id, change.machine) for change in changes)

    def at(self, seconds: float) -> float:
        """Return the MiB at a time."""
        return min(self.memory, key=lambda sample: abs(sample[0] - seconds))[2]

    def around(self, seconds: float) -> float:
        """Return the median of the MiB in the minute around a time."""
        return statistics.median(mib for t, _, mib in self.memory if abs(t - seconds) <= 30)

    def least(self, seconds: float) -> float:
        """Return the least MiB in the three minutes up to a time."""
        return min(mib for t, _, mib in self.memory if seconds - 180 <= t <= seconds)

    def slope(self, since: float) -> tuple[float, float]:
        """Return the MiB an hour of the last process, by least squares, and over how many seconds.

        Args:
            since: seconds since the beginning, from which on it is looked at.
        """
        last = self.memory[-1][1]
        samples = [(t, mib) for t, pid, mib in self.memory if pid == last and t >= since]
        mean_t = sum(t for t, _ in samples) / len(samples)
        mean = sum(mib for _, mib in samples) / len(samples)
        spread = sum((t - mean_t) ** 2 for t, _ in samples)
        rise = sum((t - mean_t) * (mib - mean) for t, mib in samples)
        return 3600 * rise / spread if spread else 0.0, samples[-1][0] - samples[0][0]


@pytest.fixture
def home(tmp_path: Path, world: World) -> Path:
    """A user with a browser and an editor that do next to nothing, and nobody to ask online."""
    home = tmp_path / "home"
    for name, text in (("browser", BROWSER), ("editor", EDITOR)):
        (home / name).write_text(text)
        (home / name).chmod(0o755)
    shutil.copy(world.folder / "gitconfig", home / ".gitconfig")
    (home / "config" / "readinglist").mkdir(parents=True)
    (home / "config" / "readinglist" / "config.yaml").write_text(CONFIG)
    (home / "state").mkdir()
    (home / "state" / "readinglist").symlink_to(world.folder / "state-one")
    return home


def titles(dice: random.Random) -> list[str]:
    made = (" ".join(dice.choices(WORDS, k=4)).title() for _ in range(PAPERS))
    return list(dict.fromkeys(made))


def test_nothing_crashes_is_lost_or_leaks(world: World, home: Path) -> None:
    dice = random.Random(SEED)
    one, two = world.first(*titles(dice)), world.clone("two")
    one.library.close()
    hands = RandomHands(home, one.library.path, random.Random(dice.random()))
    colleague = Colleague(two, random.Random(dice.random()))
    beside = GitBeside(one.folder, random.Random(dice.random()))
    watch = Watch(hands, world.folder / "state-one")
    pauses = random.Random(dice.random())
    threads = [
        Beside(colleague.work, lambda: pauses.uniform(2, 10)),
        Beside(beside.work, lambda: pauses.uniform(2, 10)),
        Beside(watch.look, lambda: 1.0),
    ]
    begun = time.monotonic()
    try:
        try:
            while (now := time.monotonic() - begun) < SECONDS:
                hands.may_quit = now < QUITTING
                hands.step()
                for thread in threads:
                    thread.check()
        finally:
            print(f"seed {SEED}, {time.monotonic() - begun:.0f} s: {dict(hands.count)}")
            for thread in threads:
                thread.stop()
        for thread in threads:
            thread.check()
        watch.look()
        hands.quit()
    finally:
        hands.close()
    print(f"colleague: {len(colleague.tokens)} edits, syncs {dict(colleague.syncs)}")
    print(f"git beside: {dict(beside.deeds)}")
    growth = report_memory(watch)

    app = Clone(one.folder)  # the working copy that the app has had
    for clone in (app, two, app):
        finish(clone)
    check_edits(app, hands, colleague, watch)
    check_commits(app)
    assert growth < MOST_GROWTH


def report_memory(watch: Watch) -> float:
    """Print what the app took; return the MiB that it grew by once it was warm."""
    places = [place for place in (180.0, 600.0, 1200.0) if place < SECONDS] + [SECONDS]
    told = ", ".join(f"{watch.at(place):.1f} at {place:.0f} s" for place in places)
    slope, seconds = watch.slope(SECONDS / 3)
    print(f"memory in MiB: {told}; {slope:+.1f} an hour over the last {seconds:.0f} s")
    if SECONDS < LONG:
        return 0.0
    least = (f"{watch.least(place):.0f}" for place in range(180, int(SECONDS) + 1, 180))
    print(f"the least in each three minutes: {', '.join(least)}")
    growth = watch.around(SECONDS - 30) - watch.around(WARM)
    print(f"{growth:+.1f} MiB after the first {WARM:.0f} s")
    return growth


def check_edits(app: Clone, hands: RandomHands, colleague: Colleague, watch: Watch) -> None:
    """Each row of the journal is there, or is offered; each token that was taken, too."""
    withdrawn = app.library.withdrawn()
    history = app.library.history(limit=None)
    rows = {(change.id, change.machine) for change in [*history, *withdrawn]}
    told = {(c.paper, c.field, value) for c in [*history, *withdrawn] for value in (c.old, c.new)}
    lost = {
        row for row in watch.rows - rows - watch.withdrawn if watch.conflicts.get(row) not in told
    }
    print(
        f"{len(watch.rows)} rows of the journal seen, {len(rows)} at the end, "
        f"{len(withdrawn)} of {len(watch.withdrawn)} withdrawn still are, {len(lost)} lost; "
        f"{len(hands.tokens)} words were taken from the keyboard"
    )
    assert not lost, sorted(lost)[:10]

    there = tokens(app)
    for token in [*hands.tokens, *colleague.tokens]:
        telling = sorted(
            (c for c in [*history, *withdrawn] if token in f"{c.old} {c.new}"), key=lambda c: c.id
        )
        assert telling, f"{token} was taken, and the journal does not know it: " + hands.tokens.get(
            token, "by the colleague"
        )
        # By somebody; what another one edited at that time still has it.
        is_gone = any(token in (c.old or "") and token not in (c.new or "") for c in telling)
        is_there = any(token in word for word in there)  # whatever was typed beside it
        assert is_there or is_gone or telling[-1] in withdrawn, (token, telling)


def check_commits(app: Clone) -> None:
    """Each version that git has is sound, as is the library."""
    commits = app.git("rev-list", "HEAD").split()
    blobs = {app.repository.blob(commit) for commit in commits}
    for blob in sorted(filter(None, blobs)):
        with app.repository.versions(blob) as (version,):
            check_library(version)
    verdict = check_library(app.library.path)
    assert not verdict.warnings, verdict.warnings
    print(f"{len(commits)} commits with {len(blobs)} versions, all sound: {verdict.papers} papers")
