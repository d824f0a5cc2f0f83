"""A merge that reads only where versions differ comes to what a merge of all comes to."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings

from readinglist.storage.differences import (
    attach,
    differing_papers,
    entangled,
    excerpt,
    names_another,
    new_rows_of_journal,
)
from readinglist.storage.document import open_inspected
from readinglist.storage.merging import Merged, merge
from readinglist.storage.migrating import migrate
from readinglist.storage.tables import PRIMARY_KEYS, Tables, empty, read_tables, write_differences
from tests.storage.test_merging import STEPS, new_paper, play

if TYPE_CHECKING:
    from pathlib import Path


EXAMPLES = int(os.environ.get("READINGLIST_EXAMPLES", "10"))


class Files:
    """Three library files, whose content is written anew for each merge."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.connections = []
        for name in ("base", "one", "other"):
            migrate(folder / name)
            connection = sqlite3.connect(folder / name, isolation_level=None)
            connection.execute("PRAGMA synchronous = OFF")
            self.connections.append(stack.enter_context(closing(connection)))
        attach(self.connections[2], self.connections[1])
        self.left_out = 0

    def merge(self, base: Tables, one: Tables, other: Tables) -> Merged:
        """Merge excerpts, and look whether that is as if all had been merged."""
        for connection, tables in zip(self.connections, (base, one, other), strict=True):
            for table in PRIMARY_KEYS:
                connection.execute(f"DELETE FROM {table}")
                write_differences(connection, table, tables[table], {})
        papers = entangled(self.connections, differing_papers(self.connections[2]))
        some = [excerpt(connection, papers) for connection in self.connections]
        is_taken = names_another(self.connections, papers)
        merged = merge(some[0], some[1], some[2], is_taken=is_taken)
        whole = {
            table: {key: row for key, row in rows.items() if key not in some[1][table]}
            | merged.tables[table]
            for table, rows in one.items()
        }
        of_all = merge(base, one, other)
        assert whole == of_all.tables
        assert sorted(merged.conflicts) == sorted(of_all.conflicts)
        self.left_out += sum(key not in some[1]["paper"] for key in one["paper"])
        return of_all


def test_excerpts_tell_a_merge_all_that_it_asks(tmp_path: Path) -> None:
    with ExitStack() as stack:
        files = Files(tmp_path, stack)

        @given(STEPS)
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        def machines_merge(steps: list[tuple[Any, ...]]) -> None:
            play(steps, files.merge)

        machines_merge()
        assert files.left_out


def test_a_new_key_is_not_that_of_a_paper_which_no_excerpt_has(tmp_path: Path) -> None:
    base, one, other = empty(), empty(), empty()
    for tables, numbers in ((base, (3,)), (one, (3, 1)), (other, (3, 2))):
        for number in numbers:
            key = "Same-2" if number == 3 else "same"
            tables["paper"][number,] = new_paper(number, key, f"Title {number}")
    with ExitStack() as stack:
        merged = Files(tmp_path, stack).merge(base, one, other)
    assert [row[1] for _, row in sorted(merged.tables["paper"].items())] == [
        "same", "same-3", "Same-2",
    ]  # fmt: skip


def test_a_paper_that_did_not_change_may_lose_its_key_to_a_new_one(tmp_path: Path) -> None:
    base, other = empty(), empty()
    for tables in (base, other):
        tables["paper"][5,] = new_paper(5, "Same", "Five")
        tables["paper"][6,] = new_paper(6, "six", "Six")
        tables["key_alias"]["Once",] = ("Once", 6)
    other["paper"][1,] = new_paper(1, "same", "One")
    other["paper"][2,] = new_paper(2, "once", "Two")
    with ExitStack() as stack:
        merged = Files(tmp_path, stack).merge(base, base, other)
    keys = {number: row[1] for (number,), row in merged.tables["paper"].items()}
    assert keys == {1: "same", 2: "once", 5: "Same-2", 6: "six"}
    assert not merged.tables["key_alias"]


def test_what_is_the_same_is_left_out(tmp_path: Path) -> None:
    for name, title in (("one", "A"), ("other", "B")):
        migrate(tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            papers = [new_paper(number, f"k{number}", "Title") for number in range(50)]
            papers[7] = new_paper(7, "k7", title)
            write_differences(connection, "paper", {row[:1]: row for row in papers}, {})
            connection.commit()
    with open_inspected(tmp_path / "one") as one, open_inspected(tmp_path / "other") as other:
        attach(one, other)
        assert differing_papers(one) == {7}
        assert entangled([one, other], {7}) == {7}
        assert [*excerpt(one, {7})["paper"]] == [(7,)]
        assert len(read_tables(one)["paper"]) == 50
        assert new_rows_of_journal(one) == []
