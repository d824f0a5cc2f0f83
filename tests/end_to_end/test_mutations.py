"""A sound library, mutated thousands of times: refused in a sentence, or opened and usable.

READINGLIST_MUTATIONS says how often; docs/reliability.md has the figures of a long run.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
import traceback
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pytest

from readinglist.errors import ReadingListError
from readinglist.services.checking import check_library
from readinglist.services.finding import SORT_NAMES
from readinglist.services.library import Library
from readinglist.services.salvaging import readable, salvage
from readinglist.storage.document import open_inspected
from readinglist.storage.tables import PRIMARY_KEYS, Tables, read_tables
from tests.conftest import Listed, PageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
P = ParamSpec("P")

MUTATIONS = int(os.environ.get("READINGLIST_MUTATIONS", "250"))
SEED = os.environ.get("READINGLIST_SEED", "1")
LONGEST = 10.0
"""Seconds of CPU time that looking at one library may take."""
PAGE = 4096
SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with all that there is: notes on overflow pages, tags, aliases, an undo."""
    folder = tmp_path_factory.mktemp("sound")
    path = folder / "library.db"
    with Library.open(path, state=folder / "state") as library:
        page = PageMaker(folder)
        library.import_files([page(*(Listed(f"Paper number {n}") for n in range(60)))])
        bib = folder / "refs.bib"
        bib.write_text(
            "@string{j = {Journal of Tides}}\n"
            "@article{rao, title = {Tides}, author = {Rao, Ila}, journal = j, year = 2019}\n"
        )
        library.import_files([bib])
        ids = library.find().ids
        library.mark(ids[:9], add_tags=["thesis"])
        for paper in library.papers(ids[:6]):
            library.note(paper.key, f"{paper.title}\n" * 400)
        library.edit("rao", {"key": "rao2019"})
        library.delete(ids[20:22])
        library.undo()
        library.export(keys=["rao2019"])
    return path


class Mutant:
    """One mutated copy of the library, in a folder with things that must stay as they are."""

    def __init__(self, sound: Path, folder: Path, dice: random.Random) -> None:
        self.folder = folder
        (folder / "papers").mkdir(parents=True)
        self.path = folder / "papers" / "library.db"
        self.path.write_bytes(sound.read_bytes())
        self.victim = folder / "victim.txt"
        self.victim.write_text("not part of any library")
        self.dice = dice

    def data(self) -> bytearray:
        return bytearray(self.path.read_bytes())

    def sql(self, *statements: str, values: tuple[object, ...] = ()) -> None:
        """Do what another program may do."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = MEMORY")
            for statement in statements:
                connection.execute(statement, values if "?" in statement else ())

    def state(self) -> dict[str, bytes]:
        """Return each file that there is, and its content, but for what is of this machine."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes()
            for file in self.folder.rglob("*")
            if file.is_file() and "state" not in file.parts
        }


def flip_bits(mutant: Mutant) -> None:
    data, dice = mutant.data(), mutant.dice
    for _ in range(dice.choice((1, 1, 1, 2, 8))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    mutant.path.write_bytes(data)


def flip_bits_in_a_header(mutant: Mutant) -> None:
    data, dice = mutant.data(), mutant.dice
    start = dice.randrange(len(data) // PAGE) * PAGE
    for _ in range(dice.choice((1, 2, 4))):
        data[start + dice.randrange(100 if start == 0 else 12)] ^= 1 << dice.randrange(8)
    mutant.path.write_bytes(data)


def cut_off(mutant: Mutant) -> None:
    data, dice = mutant.data(), mutant.dice
    cut = dice.randrange(len(data))
    keep = data[: dice.choice((cut, cut - cut % PAGE, len(data)))]
    tail = dice.choice((b"", b"", bytes(dice.randrange(2 * PAGE)), dice.randbytes(PAGE)))
    mutant.path.write_bytes(keep + tail if keep + tail != data else data[:-1])


def exchange_pages(mutant: Mutant) -> None:
    data, dice = mutant.data(), mutant.dice
    one, other = (n * PAGE for n in dice.sample(range(len(data) // PAGE), 2))
    mine, theirs = bytes(data[one : one + PAGE]), bytes(data[other : other + PAGE])
    deed = dice.randrange(4)
    data[one : one + PAGE] = (theirs, theirs, bytes(PAGE), dice.randbytes(PAGE))[deed]
    if deed == 0:
        data[other : other + PAGE] = mine
    mutant.path.write_bytes(data)


def edit_the_schema(mutant: Mutant) -> None:
    dice = mutant.dice
    table = dice.choice(tuple(PRIMARY_KEYS))
    change = dice.choice(
        (
            "sql = replace(sql, 'TEXT', 'BLOB')",
            "sql = replace(sql, ' STRICT', '')",
            "sql = replace(sql, 'NOT NULL', '')",
            "sql = replace(sql, 'INTEGER', 'REAL')",
            "sql = substr(sql, 1, length(sql) / 2)",
            "sql = sql || ' -- and more'",
            "sql = 'CREATE TABLE paper (x)'",
            "rootpage = rootpage + 1",
            "rootpage = 1",
            "rootpage = 4294967295",
            "name = name || 's'",
            "type = 'view', rootpage = 0, sql = 'CREATE VIEW ' || name || ' AS SELECT 1'",
            "sql = NULL",
            "sql = zeroblob(100000)",
        )
    )
    mutant.sql(
        "PRAGMA writable_schema = ON", f"UPDATE sqlite_schema SET {change} WHERE name = '{table}'"
    )


def hostile_schema(mutant: Mutant) -> None:
    victim = mutant.victim
    statements: tuple[str, ...] = mutant.dice.choice(
        (
            ("CREATE TRIGGER t AFTER INSERT ON paper BEGIN DELETE FROM paper; END",),
            ("CREATE TRIGGER t BEFORE UPDATE ON journal BEGIN SELECT raise(FAIL, 'no'); END",),
            ("CREATE VIEW v AS SELECT zeroblob(900000000) AS note",),
            (
                "ALTER TABLE paper RENAME TO hidden",
                "CREATE VIEW paper AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
                "FROM c) SELECT x FROM c",
            ),
            ("ALTER TABLE paper ADD COLUMN big BLOB AS (zeroblob(900000000))",),
            ("ALTER TABLE paper ADD COLUMN up TEXT AS (upper(title)) VIRTUAL",),
            ("CREATE INDEX i ON paper (hex(zeroblob(1000)))",),
            ("CREATE VIRTUAL TABLE words USING fts5(a)",),
            (f"CREATE VIRTUAL TABLE f USING fts5vocab('{victim}', 'row')",),
            ("DROP TABLE journal", "CREATE TABLE journal (id, machine)"),
            ("CREATE TABLE more (a)",),
            ("PRAGMA user_version = 4",),
            ("PRAGMA user_version = 4", "CREATE VIEW v AS SELECT zeroblob(900000000)"),
            (
                "PRAGMA user_version = 4",
                "ALTER TABLE paper ADD COLUMN c BLOB AS (zeroblob(900000000))",
            ),
            ("PRAGMA user_version = 2",),
            ("PRAGMA user_version = -1",),
            ("PRAGMA application_id = 1",),
            ("PRAGMA encoding = 'UTF-16'", "VACUUM"),
            ("PRAGMA auto_vacuum = FULL", "VACUUM"),
            ("PRAGMA page_size = 512", "VACUUM"),
            ("PRAGMA page_size = 65536", "VACUUM"),
            ("PRAGMA journal_mode = WAL",),
            ("PRAGMA foreign_keys = ON", "VACUUM"),
        )
    )
    mutant.sql(*statements)


def wrong_types(mutant: Mutant) -> None:
    """Values of other types than STRICT allows, under the exact schema."""
    dice = mutant.dice
    table, columns = dice.choice(
        (
            ("paper", ("key", "title", "authors", "status", "note", "added_at", "votes", "links")),
            ("journal", ("machine", "at", "action", "paper", "field", "new", "batch", "reverts")),
            ("source", ("name", "definitions", "added_at")),
            ("paper_tag", ("tag",)),
            ("key_alias", ("paper",)),
        )
    )
    column = dice.choice(columns)
    value = dice.choice(
        (3, -(2**63), 1.5, float("inf"), b"\x00\xff", b"", None, "text", "", "9" * 30, "x" * 90000)
    )
    with closing(sqlite3.connect(mutant.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = MEMORY")
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()
        loose = sql.replace("STRICT, ", "").replace("STRICT", "")
        loose = loose.replace("INTEGER NOT NULL", "").replace("TEXT NOT NULL", "")
        loose = loose.replace(" TEXT", "").replace("reverts INTEGER", "reverts")
        put = "UPDATE sqlite_schema SET sql = ? WHERE name = ?"
        for text in (loose, None):
            connection.execute("PRAGMA writable_schema = RESET")
            connection.execute("PRAGMA writable_schema = ON")
            if text is None:
                if column == "tag" and value is None:  # a primary key, of which SQLite is sure
                    value = 7
                some = f"(SELECT {column} FROM {table} LIMIT 1 OFFSET {dice.randrange(3)})"
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} IS {some}",
                                   (value,))  # fmt: skip
            connection.execute(put, (text or sql, table))


def bad_text(mutant: Mutant) -> None:
    dice = mutant.dice
    table, column = dice.choice(
        (
            ("paper", "title"), ("paper", "note"), ("paper", "authors"), ("paper", "key"),
            ("paper", "added_at"), ("paper", "published"), ("paper", "entries"), ("paper", "links"),
            ("journal", "field"), ("journal", "new"), ("journal", "machine"), ("journal", "at"),
            ("journal", "key"), ("source", "name"), ("source", "added_at"), ("paper_tag", "tag"),
            ("source", "definitions"), ("key_alias", "key"),
        )
    )  # fmt: skip
    value: object = dice.choice(
        (
            b"\xff\xfe\xfa", b"ok \xc3", b"\xed\xa0\x80", b"a\x00b", b"",
            "\x1b]52;c;aGk=\x07", "\x1b[2J", "\u202eevil", "[red]x[/]", "x" * 100_000, "\n" * 500,
            '["' * 50_000, "[" * 100_000, "{}", "null", "[1]", '{"a":' * 20_000, "-rf", "$(reboot)",
            '[{"key": "k", "type": "t", "fields": 1}]', "0000-99-99T99:99:99Z", "9999-12-31",
            "2026-01-02T03:04:05+99:99", "'; DROP TABLE paper; --", "../../etc/passwd",
        )
    )  # fmt: skip
    cast = "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"
    mutant.sql(
        f"UPDATE OR IGNORE {table} SET {column} = {cast} WHERE rowid IN "
        f"(SELECT rowid FROM {table} ORDER BY random() LIMIT {dice.choice((1, 3, 100))})"
        if table not in ("paper_tag", "key_alias")
        else f"UPDATE OR IGNORE {table} SET {column} = {cast}",
        values=(value,),
    )


def hostile_rows(mutant: Mutant) -> None:
    """Rows that are sound one by one, and don't fit together."""
    mutant.sql(
        mutant.dice.choice(
            (
                "DELETE FROM paper",
                "DELETE FROM journal WHERE random() % 2",
                "UPDATE paper SET key = 'same'",
                "UPDATE journal SET batch = 1",
                "UPDATE journal SET reverts = batch",
                "UPDATE journal SET id = id + 9000000000000000000 WHERE id < 0",
                "UPDATE OR IGNORE journal SET id = 9223372036854775807",
                "UPDATE journal SET machine = ''",
                "UPDATE journal SET field = 'paper', old = NULL, new = NULL",
                "UPDATE journal SET field = 'id'",
                "UPDATE journal SET field = 'nonsense'",
                "UPDATE journal SET action = 'conflict'",
                "UPDATE journal SET action = 'undo', reverts = id",
                "UPDATE journal SET field = 'conflict'",
                "UPDATE journal SET field = 'source', old = 'x', new = 'y'",
                "UPDATE journal SET field = 'paper', new = '{\"title\": 1}'",
                "INSERT INTO paper_tag SELECT id, 'tag ' || id FROM paper",
                "INSERT INTO paper_source SELECT id, -1 FROM paper",
                "INSERT INTO key_alias SELECT key, id + 1 FROM paper",
                "UPDATE paper SET published = NULL, added_at = ''",
                "UPDATE paper SET added_at = 'yesterday'",
                "UPDATE paper SET author_count = -5, votes = -9223372036854775808",
                "UPDATE OR IGNORE paper SET id = -id",
                "UPDATE OR IGNORE paper SET id = 0 WHERE id = (SELECT min(id) FROM paper)",
                "UPDATE paper_tag SET tag = ''",
                "UPDATE source SET definitions = '[]'",
                "UPDATE journal SET at = 'soon'",
                "UPDATE journal SET at = ''",
            )
        )
    )


def forged_journals(mutant: Mutant) -> None:
    """What lies beside it would be rolled back into it, and name files to delete."""
    dice = mutant.dice
    journal = mutant.path.with_name("library.db-journal")
    name = str(mutant.victim).encode()
    page = b"\x00\x00\x00\x02" + bytes(PAGE) + b"\x00\x00\x00\x00"
    header = bytes.fromhex("d9d505f920a163d7") + (1).to_bytes(4, "big") + bytes(4)
    pages = len(mutant.data()) // PAGE
    header += pages.to_bytes(4, "big") + (512).to_bytes(4, "big") + PAGE.to_bytes(4, "big")
    tail = (len(name)).to_bytes(4, "big") + (sum(name) & 0xFFFFFFFF).to_bytes(4, "big")
    forged = header.ljust(512, b"\0") + page + b"\x40\x00\x00\x00" + name + tail + SUPER_JOURNAL
    journal.write_bytes(dice.choice((forged, dice.randbytes(3000), b"")))
    if dice.random() < 0.5:
        mutant.path.with_name("library.db-wal").write_bytes(
            bytes.fromhex("377f0682002de218") + dice.randbytes(5000)
        )
        mutant.path.with_name("library.db-shm").write_bytes(dice.randbytes(32768))
    if dice.random() < 0.3:
        flip_bits(mutant)


KINDS: tuple[Callable[[Mutant], None], ...] = (
    flip_bits, flip_bits_in_a_header, cut_off, exchange_pages, edit_the_schema, hostile_schema,
    wrong_types, bad_text, hostile_rows, forged_journals,
)  # fmt: skip


class Clock:
    """How long a person waits for one thing at most, in seconds of CPU time."""

    def __init__(self) -> None:
        self.longest = 0.0

    def __call__(self, deed: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something, and see how long it takes."""
        begun = time.process_time()
        try:
            return deed(*args, **kwargs)
        finally:
            self.longest = max(self.longest, time.process_time() - begun)


def use(library: Library, clock: Clock) -> None:
    """Do what one does with a library."""
    ids = clock(library.find).ids
    papers = clock(library.papers, ids)
    assert len(papers) == len(ids)
    for query in ("paper numbr 1", "tag:thesis", "added:2020..", "year:2019", "-has:note rao"):
        clock(library.search, query)
    for sort in SORT_NAMES:
        clock(library.find, sort=sort)
    clock(library.history)
    clock(library.conflicts)
    clock(library.statistics)
    clock(library.duplicates)
    clock(library.tags)
    clock(library.known_values, "venue")
    if papers:
        clock(library.origins, papers[0])
        clock(library.similar, papers[0].key)
        clock(library.links)
    for kind in ("bibtex", "json"):
        with suppress(ReadingListError):  # two papers may have one key now
            clock(library.render, papers, kind)
    if clock(library.mark, ids[:3], add_tags=["seen"]).papers:
        clock(library.undo)
    clock(library.save)
    clock(check_library, library.path)


def differing_rows(one: Tables, other: Tables) -> int:
    return sum(
        sum(other[table].get(key) != row for key, row in rows.items())
        + sum(key not in rows for key in other[table])
        for table, rows in one.items()
    )


def test_a_mutated_library_is_refused_or_opened_and_never_does_harm(
    sound: Path, tmp_path: Path
) -> None:
    with open_inspected(sound) as connection:
        original = read_tables(connection)
    outcomes: dict[str, Counter[str]] = {kind.__name__: Counter() for kind in KINDS}
    longest, slowest, failures = 0.0, 0.0, []
    for number in range(MUTATIONS):
        kind = KINDS[number % len(KINDS)]
        mutant = Mutant(sound, tmp_path / str(number), random.Random(f"{SEED} {number}"))
        begun, clock = time.process_time(), Clock()
        try:
            kind(mutant)
            look_at(mutant, original, outcomes[kind.__name__], clock)
            assert clock.longest < LONGEST, "it took too long"
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            failures.append(
                f"{kind.__name__}, number {number} of seed {SEED}: {type(error).__name__} at "
                f"{where.filename}:{where.lineno}: {str(error)[:300]}"
            )
        slowest = max(slowest, time.process_time() - begun)
        longest = max(longest, clock.longest)
        shutil.rmtree(mutant.folder)
    print(f"\n{MUTATIONS} mutations, seed {SEED}")
    print(f"  at most {longest:.1f} s for one thing, {slowest:.1f} s for all with one mutant")
    for name, outcome in outcomes.items():
        counts = ", ".join(f"{what} {count:,}" for what, count in sorted(outcome.items()))
        print(f"  {name}: {counts}")
    assert not failures, "\n".join([f"{len(failures)} failures", *failures[:20]])


def look_at(mutant: Mutant, original: Tables, outcome: Counter[str], clock: Clock) -> None:
    """Check a mutant, open it, use it, salvage it: whatever comes of that, nothing is harmed."""
    outcome["all"] += 1
    before = mutant.state()
    opened = tell_or(lambda: clock(opened_with, mutant, original))
    assert mutant.state() == before, "looking changed a file"
    clock(check_salvage, mutant, original, outcome)
    if isinstance(opened, str):
        outcome["refused"] += 1
        return
    library, differing = opened
    outcome["opened as it was" if not differing else "opened with other values"] += 1
    with closing(library):
        is_read_only = library.is_read_only
        told = tell_or(lambda: use(library, clock))
    if is_read_only:
        assert told
        assert mutant.state() == before, "what can only be read was changed"
    else:
        assert not told, told
    assert mutant.victim.read_text() == "not part of any library"


def tell_or(deed: Callable[[], T]) -> T | str:
    """Return what a deed returns, or the one sentence that it ends with."""
    try:
        return deed()
    except ReadingListError as error:
        sentence = str(error)
    assert sentence
    assert sentence.isprintable(), sentence
    assert len(sentence) < 500, sentence
    return sentence


def opened_with(mutant: Mutant, original: Tables) -> tuple[Library, int]:
    check_library(mutant.path)
    with open_inspected(mutant.path, may_be_newer=True) as connection:
        differing = differing_rows(original, read_tables(connection))
    return Library.open(mutant.path, state=mutant.folder / "state"), differing


def check_salvage(mutant: Mutant, original: Tables, outcome: Counter[str]) -> None:
    """What can be read is saved, the damaged file stays as it is, and the new one is sound."""
    before = mutant.state()
    new = mutant.folder / "papers" / "saved.db"
    nowhere = mutant.folder / "nobody"
    saved = tell_or(lambda: salvage(mutant.path, new, nowhere))
    if isinstance(saved, str):
        assert mutant.state() == before, "salvaging nothing changed a file"
        outcome["nothing salvaged"] += 1
        return
    assert saved == readable(mutant.path, nowhere)
    assert check_library(new).papers == saved.papers
    new.unlink()
    assert mutant.state() == before, "salvaging changed a file"
    outcome["papers salvaged"] += saved.papers
    outcome["of papers"] += len(original["paper"])
