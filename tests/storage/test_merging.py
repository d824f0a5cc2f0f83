"""Merging versions of a library: nothing is lost, nothing invented, and all machines agree.

Three machines edit, and merge with each other in any order, as git would have them merge: with
the last common versions as base, several of which are merged first. Each value that is written
is one that was never written before, so that it can be looked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from readinglist.domain.change import CONFLICT_MARK, WHOLE_PAPER, Action
from readinglist.storage import merging
from readinglist.storage.line_merge import merge_lines
from readinglist.storage.merging import merge
from readinglist.storage.papers import COLUMNS
from readinglist.storage.tables import Row, Tables, empty

PLACE = {name: place for place, name in enumerate(COLUMNS)}
TEXTS = ("title", "abstract", "venue", "status", "doi")
PAPERS = (11, 12, 13, 14)
MACHINES = ("desk", "lap", "lab")

Merge = Callable[[Tables, Tables, Tables], merging.Merged]


@dataclass
class Machine:
    """A machine with its version of the library; versions are numbered, and have parents."""

    name: str
    tables: Tables = field(default_factory=empty)
    version: int = 0


class World:
    """All machines, all versions there ever were, and a clock that all share."""

    def __init__(self, merge_: Merge = merge) -> None:
        self.machines = [Machine(name) for name in MACHINES]
        self.versions: dict[int, Tables] = {0: empty()}
        self.parents: dict[int, tuple[int, ...]] = {0: ()}
        self.time = 1000
        self.merges = 0
        self.merge = merge_

    def note(self, machine: Machine, *parents: int) -> None:
        """Commit the state of a machine."""
        number = len(self.versions)
        self.versions[number] = {table: dict(rows) for table, rows in machine.tables.items()}
        self.parents[number] = parents or (machine.version,)
        machine.version = number

    def write(
        self, machine: Machine, paper: int, name: str, old: object, new: object, action: Action
    ) -> None:
        """Append a row to the journal of a machine."""
        self.time += 1
        row = (
            self.time, machine.name, self.time, "2026-01-01", str(action), None, paper, "k",
            name, None if old is None else str(old), None if new is None else str(new), None,
        )  # fmt: skip
        machine.tables["journal"][self.time, machine.name] = row

    def edit(self, who: int, paper: int, deed: str, pick: int) -> None:
        """Let a machine do one thing to a paper."""
        machine = self.machines[who]
        tables = machine.tables
        token = f"v{self.time}"
        row = tables["paper"].get((paper,))
        if deed == "delete":
            if row is None:
                return
            del tables["paper"][(paper,)]
            for key in [key for key in tables["paper_tag"] if key[0] == paper]:
                del tables["paper_tag"][key]
            for key in [key for key, name in tables["key_alias"].items() if name[1] == paper]:
                del tables["key_alias"][key]
            self.write(machine, paper, WHOLE_PAPER, "{}", None, Action.EDIT)
        elif row is None:
            taken = {row[PLACE["key"]] for row in tables["paper"].values()}
            taken |= {alias for (alias,) in tables["key_alias"]}
            name = (
                f"key{paper % 2}" if f"key{paper % 2}" not in taken else f"other{paper}v{self.time}"
            )
            tables["paper"][(paper,)] = new_paper(paper, name, token)
            self.write(machine, paper, WHOLE_PAPER, None, "file", Action.IMPORT)
        elif deed == "tag":
            tables["paper_tag"][paper, token] = (paper, token)
            self.write(machine, paper, "tag", None, token, Action.EDIT)
        elif deed == "untag":
            tags = sorted(key for key in tables["paper_tag"] if key[0] == paper)
            if tags:
                gone = tags[pick % len(tags)]
                del tables["paper_tag"][gone]
                self.write(machine, paper, "tag", gone[1], None, Action.EDIT)
        elif deed == "note":
            lines = (row[PLACE["note"]] or "").splitlines()
            place = pick % (len(lines) + 1)
            lines[place : place + pick % 3] = [token]
            self.put(machine, row, "note", "\n".join(lines))
        elif deed == "undo":
            mine = [r for r in tables["journal"].values() if r[1] == machine.name]
            last = max(mine, key=lambda r: r[0], default=None)
            if last and last[8] in TEXTS and (last[6],) in tables["paper"]:
                self.put(machine, tables["paper"][last[6],], last[8], last[9], Action.UNDO)
        elif deed == "resolve":
            for found in conflicts(tables):
                self.write(machine, found[6], "conflict", None, found[0], Action.EDIT)
        else:
            self.put(machine, row, TEXTS[pick % len(TEXTS)], token)
        self.note(machine)

    def put(
        self, machine: Machine, row: Row, name: str, value: object, action: Action = Action.EDIT
    ) -> None:
        place = PLACE[name]
        self.write(machine, row[0], name, row[place], value, action)
        machine.tables["paper"][row[:1]] = (*row[:place], value, *row[place + 1 :])

    def pull(self, who: int, whom: int) -> None:
        """Let a machine merge what another one has."""
        machine, other = self.machines[who], self.machines[whom].version
        if other in self.ancestors(machine.version):
            return
        if machine.version in self.ancestors(other):
            machine.tables = {t: dict(rows) for t, rows in self.versions[other].items()}
            machine.version = other
            return
        base = self.base(machine.version, other)
        merged = self.checked(base, machine.tables, self.versions[other])
        machine.tables = merged
        self.note(machine, machine.version, other)

    def base(self, one: int, other: int) -> Tables:
        """Return the last common version; of several, what a merge makes of them."""
        common = self.ancestors(one) & self.ancestors(other)
        best = sorted(
            v for v in common if not any(v in self.ancestors(w) for w in common if w != v)
        )
        base = self.versions[best[0]]
        for number, further in enumerate(best[1:], 1):
            base = self.checked(self.base(best[number - 1], further), base, self.versions[further])
        return base

    def ancestors(self, version: int) -> set[int]:
        found = {version}
        for parent in self.parents[version]:
            found |= self.ancestors(parent)
        return found

    def checked(self, base: Tables, one: Tables, other: Tables) -> Tables:
        """Merge, and look at what came of it."""
        self.merges += 1
        merged = self.merge(base, one, other).tables
        assert merged == self.merge(base, other, one).tables, "the sides are no pair"
        assert self.merge(base, one, base).tables == one, "a side that did nothing changed all"
        assert self.merge(base, one, one).tables == one
        assert self.merge(merged, merged, one).tables in (one, merged)
        before, mine, theirs, result = map(tokens, (base, one, other, merged))
        for place in mine.keys() | theirs.keys():
            a, b, o = (side.get(place, set()) for side in (mine, theirs, before))
            lost = ((a - o) | (b - o) | (a & b)) - result.get(place, set())
            assert not lost, f"{lost} of {place} lost"
        for place, found in result.items():
            assert found <= mine.get(place, set()) | theirs.get(place, set()), "invented"
        papers = merged["paper"]
        assert all(key[:1] in papers for key in merged["paper_tag"]), "a tag of no paper"
        keys = [row[PLACE["key"]].lower() for row in papers.values()]
        assert len(keys) == len(set(keys)), "two papers of one key"
        return merged


def new_paper(number: int, key: str, title: str) -> Row:
    row: list[Any] = [None] * len(COLUMNS)
    row[0] = number
    for name, value in (
        ("key", key), ("key_frozen", 0), ("type", "misc"), ("title", title),
        ("status", "unread"), ("priority", "none"), ("added_at", "2026-01-01"),
    ):  # fmt: skip
        row[PLACE[name]] = value
    return tuple(row)


def conflicts(tables: Tables) -> list[Row]:
    return [row for row in tables["journal"].values() if row[4] == Action.CONFLICT]


def tokens(tables: Tables) -> dict[tuple[int, str], set[str]]:
    """Return what a version holds, by paper and field: values, and those of open conflicts."""
    found: dict[tuple[int, str], set[str]] = {}
    for row in tables["paper"].values():
        for name in (*TEXTS, "note"):
            value = row[PLACE[name]]
            if value != "unread":  # that is said of nobody
                found.setdefault((row[0], name), set()).update((value or "").splitlines())
        key = row[PLACE["key"]].partition("-")[0]  # told apart by a number
        found.setdefault((row[0], "key"), set()).add(key)
    for paper, tag in tables["paper_tag"]:
        found.setdefault((paper, "tag"), set()).add(tag)
    for row in conflicts(tables):
        lines = [line for line in (row[10] or "").splitlines() if line != "unread"]
        lines = [line.partition("-")[0] for line in lines] if row[8] == "key" else lines
        found.setdefault((row[6], row[8]), set()).update(lines)
    return found


DEEDS = ("set", "set", "note", "tag", "untag", "delete", "undo", "resolve")
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.integers(0, 2), st.sampled_from(PAPERS), st.sampled_from(DEEDS), st.integers(0, 9)
        ),
        st.tuples(st.integers(0, 2), st.integers(1, 2)),
    ),
    min_size=12,
    max_size=60,
)


def play(steps: list[tuple[Any, ...]], merge_: Merge = merge) -> World:
    """Let the machines do the steps, and exchange all at the end."""
    world = World(merge_)
    for step in steps:
        if len(step) == 2:
            world.pull(step[0], (step[0] + step[1]) % 3)
        else:
            world.edit(*step)
    for who, whom in ((0, 1), (0, 2), (1, 0), (2, 0)):
        world.pull(who, whom)
    return world


@given(STEPS)
def test_machines_that_merge_in_any_order_lose_nothing_and_agree(
    steps: list[tuple[Any, ...]],
) -> None:
    world = play(steps)
    first, second, third = (machine.tables for machine in world.machines)
    assert first == second == third


def _loser_is_not_kept(base: Tables, one: Tables, other: Tables) -> merging.Merged:
    merged = merge(base, one, other)
    for row in merged.conflicts:
        del merged.tables["journal"][row[:2]]
    return merged


def _clock_in_the_conflict(base: Tables, one: Tables, other: Tables) -> merging.Merged:
    merged = merge(base, one, other)
    for row in merged.conflicts:
        del merged.tables["journal"][row[:2]]
        merged.tables["journal"][next(TICKS), row[1]] = row
    return merged


def _overlap_keeps_one_side(base: Tables, one: Tables, other: Tables) -> merging.Merged:
    return merge(base, one, other, lambda before, mine, theirs: (max(mine, theirs), False))


class _OursWins(merging._Merge):
    def _merged_value(self, papers: Any, name: Any, before: Any, values: Any, is_new: bool) -> Any:
        return values[0]


class _DeleteWins(merging._Merge):
    def _kept(self, paper: int, old: Any, mine: Any, theirs: Any) -> None:
        return None


TICKS = count(10**9)
MUTANTS: dict[str, Merge] = {
    "the loser is not kept": _loser_is_not_kept,
    "ours wins": lambda o, a, b: _OursWins(o, a, b, merge_lines).merged(),
    "delete wins": lambda o, a, b: _DeleteWins(o, a, b, merge_lines).merged(),
    "an overlap keeps one side": _overlap_keeps_one_side,
    "a clock is in the conflict": _clock_in_the_conflict,
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_merge_that_is_wrong_is_caught(mutant: Merge) -> None:
    """The test of the test above."""

    @given(STEPS)
    @settings(
        max_examples=1000,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(steps: list[tuple[Any, ...]]) -> None:
        first, second, third = (machine.tables for machine in play(steps, mutant).machines)
        assert first == second == third

    with pytest.raises((AssertionError, ExceptionGroup)):
        run()


# --- stories


def paper(number: int, key: str = "k", **values: object) -> Row:
    row = list(new_paper(number, key, f"Title {number}"))
    for name, value in values.items():
        row[PLACE[name]] = value
    return tuple(row)


def library(*papers: Row) -> Tables:
    tables = empty()
    tables["paper"] = {row[:1]: row for row in papers}
    return tables


def test_two_new_papers_of_one_identifier_are_joined_and_both_keys_name_them() -> None:
    one = library(paper(1, "smith", arxiv="2401.1", authors='["Smith, J"]', title="Deep Nets"))
    other = library(paper(2, "jane", arxiv="2401.1", authors='["Smith, J"]', title="Deep Nets 2"))
    other["paper_tag"][2, "nlp"] = (2, "nlp")
    merged = merge(empty(), one, other).tables
    (row,) = merged["paper"].values()
    assert (row[0], row[PLACE["key"]]) == (1, "smith")
    assert merged["key_alias"] == {("jane",): ("jane", 1)}
    assert list(merged["paper_tag"]) == [(1, "nlp")]
    assert {found[10] for found in conflicts(merged)} == {"Deep Nets"}

    # A third machine edited the one that went, before it heard of it.
    third = library(paper(2, "jane", arxiv="2401.1", title="Deep Nets 2", status="read"))
    again = merge(library(paper(2, "jane", arxiv="2401.1", title="Deep Nets 2")), merged, third)
    (row,) = again.tables["paper"].values()
    assert (row[0], row[PLACE["status"]]) == (1, "read")


def test_an_abstract_that_goes_on_says_more() -> None:
    one, other = (library(paper(1, abstract=text)) for text in ("We study", "We study foxes"))
    merged = merge(empty(), one, other)
    assert merged.tables["paper"][1,][PLACE["abstract"]] == "We study foxes"
    assert merged.conflicts == []


def test_notes_merge_by_lines() -> None:
    base, one, other = (
        library(paper(1, note=text)) for text in ("a\nb\nc", "A\nb\nc", "a\nb\nc\nd")
    )
    merged = merge(base, one, other)
    assert merged.tables["paper"][1,][PLACE["note"]] == "A\nb\nc\nd"
    assert merged.conflicts == []


def test_lists_merge_by_their_items() -> None:
    base = library(paper(1, entries='[{"key": "a", "n": 1}, {"key": "b", "n": 1}]'))
    one = library(paper(1, entries='[{"key": "a", "n": 2}, {"key": "b", "n": 1}]'))
    other = library(paper(1, entries='[{"key": "a", "n": 1}, {"key": "c", "n": 1}]'))
    merged = merge(base, one, other)
    assert merged.tables["paper"][1,][PLACE["entries"]] == (
        '[{"key": "a", "n": 2}, {"key": "c", "n": 1}]'
    )
    third = merge(base, one, library(paper(1, entries='[{"key": "a", "n": 3}]')))
    assert len(third.conflicts) == 1


def test_marking_a_key_as_exported_is_no_edit_that_beats_a_deletion() -> None:
    base, one = library(paper(1)), library()
    assert merge(base, one, library(paper(1, key_frozen=1))).tables["paper"] == {}


def test_the_name_of_a_conflict_tells_the_machine() -> None:
    one, other = (library(paper(1, venue=text)) for text in "ab")
    (row,) = merge(empty(), one, other).conflicts
    assert row[1].startswith(CONFLICT_MARK)


def test_entries_that_services_gave_are_told_apart_by_their_publication() -> None:
    """Neither has a key; both sides added to a paper that has one of them already."""

    def entry(venue: str) -> dict[str, object]:
        return {"key": "", "type": "article", "fields": [["journal", venue], ["year", "2023"]]}

    def version(*venues: str) -> Tables:
        tables = empty()
        row = list(new_paper(11, "key1", "title"))
        row[PLACE["entries"]] = json.dumps([entry(venue) for venue in venues])
        tables["paper"][(11,)] = tuple(row)
        return tables

    merged = merge(version("JMLR"), version("JMLR", "PAMI"), version("JMLR", "TMLR")).tables
    found = json.loads(merged["paper"][(11,)][PLACE["entries"]])
    assert [dict(one["fields"])["journal"] for one in found] == ["JMLR", "PAMI", "TMLR"]
