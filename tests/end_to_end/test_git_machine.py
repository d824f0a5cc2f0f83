"""Any order of edits and git commands, on clones of one repository: nothing written is lost.

Each edit writes a token that was never written before. After each step, every token that a
clone's history holds is present there, or was edited away there, or is an open conflict.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from readinglist.errors import ReadingListError
from readinglist.services.checking import check_library
from readinglist.services.recovering import dropped_sides, merge_stages
from readinglist.services.syncing import set_up
from tests.services.clones import Clone, World

KEYS = ("foxes", "owls", "newts")
WHO = st.integers(0, 1)
KEY = st.sampled_from(KEYS)
#: One can be told to play longer: READINGLIST_EXAMPLES=200 pytest -k machine
EXAMPLES = int(os.environ.get("READINGLIST_EXAMPLES", "8"))


class GitMachine(RuleBasedStateMachine):
    """Two clones, a bare repository between them, and whatever one does with them."""

    def __init__(self) -> None:
        super().__init__()
        self._environment = dict(os.environ)
        self.folder = Path(tempfile.mkdtemp(prefix="readinglist-test-"))
        self.count = 0
        #: What each clone has written or merged, and was not edited away there.
        self.known: list[set[str]] = [set(), set()]
        self.edited_away: set[str] = set()

    @initialize()
    def begin(self) -> None:
        self.world = World(self.folder)
        self.clones = [self.world.first("Foxes", "Owls", "Newts"), self.world.clone("two")]

    def teardown(self) -> None:
        for clone in getattr(self, "clones", ()):
            clone.library.close()
        os.environ.clear()
        os.environ.update(self._environment)
        shutil.rmtree(self.folder)

    # --- edits

    def token(self, who: int) -> str:
        self.count += 1
        token = f"token{self.count:04}"
        self.known[who].add(token)
        return token

    @rule(who=WHO, key=KEY, field=st.sampled_from(("venue", "abstract")))
    def edit(self, who: int, key: str, field: str) -> None:
        library = self.clones[who].library
        before = getattr(library.paper(key), field)
        if before:
            self.edited_away.add(before)
        library.edit(key, {field: self.token(who)})

    @rule(who=WHO, key=KEY, at_the_top=st.booleans())
    def write_a_note(self, who: int, key: str, at_the_top: bool) -> None:
        library = self.clones[who].library
        lines = (library.paper(key).note or "").splitlines()
        lines.insert(0 if at_the_top else len(lines), self.token(who))
        library.note(key, "\n".join(lines))

    @rule(who=WHO, key=KEY)
    def tag(self, who: int, key: str) -> None:
        library = self.clones[who].library
        library.mark([library.paper(key).id], add_tags=[self.token(who)])

    @rule(who=WHO)
    def settle(self, who: int) -> None:
        library = self.clones[who].library
        found = library.conflicts()
        self.edited_away |= {token for c in found for token in (c.other or "").split()}
        library.settle(found, take=False)

    # --- git

    @rule(who=WHO)
    def sync(self, who: int) -> None:
        self.clones[who].sync()

    @rule(who=WHO)
    def commit(self, who: int) -> None:
        self.clones[who].commit()

    @rule(who=WHO, how=st.sampled_from(("--no-rebase", "--rebase")), stash=st.booleans())
    def pull(self, who: int, how: str, stash: bool) -> None:
        clone = self.clones[who]
        clone.library.save()
        if not stash:
            clone.commit()
        clone.git("pull", "-q", how, *(["--autostash"] if stash else []), "--no-edit")
        clone.library.take_in()
        clone.library.save()

    @rule(who=WHO)
    def push(self, who: int) -> None:
        clone = self.clones[who]
        clone.commit()
        with suppress(AssertionError):
            clone.git("push", "-q")

    @rule(who=WHO)
    def stash_and_pop(self, who: int) -> None:
        clone = self.clones[who]
        clone.library.save()
        if clone.git("status", "--porcelain", "library.db"):
            clone.git("stash", "-q")
            clone.library.take_in()
            clone.library.save()
            if clone.git("status", "--porcelain", "library.db"):
                clone.commit()
            clone.git("stash", "pop", "-q")
            clone.library.take_in()

    @rule(who=WHO, key=KEY)
    def branch_and_merge(self, who: int, key: str) -> None:
        """Criss-cross: each of two branches takes in the other one."""
        clone = self.clones[who]
        clone.commit()
        clone.git("branch", "-f", "side")
        self.write_a_note(who, key, True)
        clone.commit()
        clone.git("checkout", "-q", "side")
        clone.library.take_in()
        self.write_a_note(who, key, False)
        clone.commit()
        clone.git("merge", "-q", "--no-edit", "main")
        clone.git("checkout", "-q", "main")
        clone.git("merge", "-q", "--no-edit", "side")
        clone.library.take_in()

    @rule(who=WHO, key=KEY)
    def cherry_pick(self, who: int, key: str) -> None:
        clone = self.clones[who]
        clone.commit()
        clone.git("checkout", "-q", "-B", "side")
        self.write_a_note(who, key, True)
        clone.commit()
        clone.git("checkout", "-q", "main")
        clone.library.take_in()
        self.tag(who, key)
        clone.commit()
        clone.git("cherry-pick", "--allow-empty", "--keep-redundant-commits", "side")
        clone.library.take_in()

    @rule(who=WHO, key=KEY)
    def revert(self, who: int, key: str) -> None:
        """What a revert takes away is taken away on purpose; what came after it stays."""
        clone = self.clones[who]
        clone.commit()
        self.tag(who, key)
        self.edited_away.add(f"token{self.count:04}")
        clone.commit()
        self.write_a_note(who, key, False)
        clone.commit()
        clone.git("revert", "--no-edit", "HEAD~1")
        clone.library.take_in()

    @rule(who=WHO, option=st.sampled_from(("", "ours", "theirs")))
    def merge_without_the_driver(self, who: int, option: str) -> None:
        """What git or a person drops then comes back by `recover`."""
        clone = self.clones[who]
        clone.commit()
        clone.without_driver()
        clone.git("fetch", "-q")
        with suppress(AssertionError):
            clone.git(
                "merge", "-q", "--no-edit", *(["-X", option] if option else []), "origin/main"
            )
        set_up(clone.library)
        if merge_stages(clone.library, clone.repository) is not None:
            clone.git("commit", "-q", "--no-edit")
        clone.library.take_in()
        for side in dropped_sides(clone.library, clone.repository):
            clone.library.merge_in(side.tables)
        clone.library.save()

    @rule(who=WHO)
    def collect_garbage(self, who: int) -> None:
        self.clones[who].git("gc", "-q")

    @rule(who=WHO)
    def start_again(self, who: int) -> None:
        """The app is closed and opened."""
        clone = self.clones[who]
        clone.library.close()
        self.clones[who] = Clone(clone.folder)

    # --- what holds

    @invariant()
    def nothing_is_lost(self) -> None:
        for who, clone in enumerate(getattr(self, "clones", ())):
            missing = self.known[who] - self.edited_away - tokens(clone)
            assert not missing, f"{missing} lost in {clone.folder.name}"
            clone.library.save()
            if not clone.repository.in_progress():
                check_library(clone.library.path)
            beside = {path.name for path in clone.folder.iterdir()}
            assert beside == {".git", ".gitattributes", ".gitignore", "library.db"}

    def end(self) -> None:
        for who in (0, 1, 0):
            with suppress(ReadingListError):
                self.clones[who].sync()
        everything = self.known[0] | self.known[1]
        for clone in self.clones:
            missing = everything - self.edited_away - tokens(clone)
            assert not missing, f"{missing} not in {clone.folder.name} after all was synced"
        assert content(self.clones[0]) == content(self.clones[1])


def tokens(clone: Clone) -> set[str]:
    """Return all tokens that a clone shows: in papers, and in open conflicts."""
    library = clone.library
    found: set[str] = set()
    for paper in library.papers(library.find().ids):
        for text in (paper.venue, paper.abstract, paper.note):
            found |= set((text or "").split())
        found |= set(paper.tags)
    for conflict in library.conflicts():
        found |= set((conflict.other or "").split())
    return found


def content(clone: Clone) -> list[tuple[object, ...]]:
    library = clone.library
    papers = sorted(library.papers(library.find().ids), key=lambda paper: paper.key)
    return [(p.key, p.venue, p.abstract, p.note, p.tags) for p in papers]


class GitMachineToTheEnd(GitMachine):
    """Plays, and syncs all clones at the end."""

    def teardown(self) -> None:
        try:
            if hasattr(self, "clones"):
                self.end()
        finally:
            super().teardown()


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_any_order_of_edits_and_git_commands_loses_nothing() -> None:
    run_state_machine_as_test(
        GitMachineToTheEnd,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
