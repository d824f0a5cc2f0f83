"""A library of every earlier schema becomes one of today, and means the same."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from readinglist.domain.paper import Priority, Status
from readinglist.errors import LibraryError
from readinglist.services.checking import check_library
from readinglist.services.library import Library
from readinglist.storage import document, migrating
from readinglist.storage.document import SCHEMA_DIGESTS, SCHEMA_VERSION, schema_digest
from tests.conftest import PageMaker, rows

EARLIER = Path(__file__).parent / "earlier"
VERSIONS = range(1, SCHEMA_VERSION + 1)
OLDER = range(1, SCHEMA_VERSION)

NOTE = "Line one\n\nSee [[rao2019tides]] — ça marche."
MEANING = {
    "SlowRiversBeta2026": (
        "Slow Rivers of $\\beta$-Carotene", Status.READ, Priority.NONE,
        ("due:2026-12-01", "thesis"), NOTE, ("monday.txt",),
    ),
    "TikhiiDonRevisited": (
        "Тихий Дон Revisited", Status.UNREAD, Priority.NONE, (), None, ("monday.txt",),
    ),
    "rao2019tides": (
        "Tides in Teacups", Status.READ, Priority.NONE, ("due:2026-12-01", "thesis"), None,
        ("refs.bib",),
    ),
    "verbs2026": ("Émigré Verbs", Status.UNREAD, Priority.HIGH, (), None, ("monday.txt",)),
}  # fmt: skip


@pytest.fixture
def earlier(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A library file as the schema of a version made it."""
    path = tmp_path / "library.db"
    text = (EARLIER / f"schema_{request.param}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(text)
        assert schema_digest(connection) == SCHEMA_DIGESTS[request.param]
    return path


def meaning(library: Library) -> dict[str, tuple[object, ...]]:
    return {
        paper.key: (
            paper.title,
            paper.status,
            paper.priority,
            paper.tags,
            paper.note,
            paper.sources,
        )
        for paper in library.papers(library.find().ids)
    }


def kept(path: Path) -> list[Path]:
    return sorted(path.parent.glob("library.db-*"))


def test_there_is_a_library_of_every_schema() -> None:
    assert {int(file.stem.partition("_")[2]) for file in EARLIER.iterdir()} == set(VERSIONS)


@pytest.mark.parametrize("earlier", VERSIONS, indirect=True)
def test_it_means_the_same_before_and_after_its_migration(earlier: Path, page: PageMaker) -> None:
    before = earlier.read_bytes()
    with Library.open(earlier) as library:
        assert meaning(library) == MEANING
        assert library.paper("EmigreVerbs").key == "verbs2026"
        assert [hit.paper.key for hit in library.search("tees in teacups")] == ["rao2019tides"]
        history = [(c.action, c.field, c.old, c.new) for c in library.history("rao2019tides")]
    assert earlier.read_bytes() == before  # looking changes nothing

    with Library.open(earlier) as library:
        library.import_files([page("One More")])
    with Library.open(earlier, state=earlier.parent / "another machine") as library:
        found = meaning(library)
        del found["OneMore"]
        assert found == MEANING
        now = [(c.action, c.field, c.old, c.new) for c in library.history("rao2019tides")]
        assert now == history
        deletion = next(c for c in library.history("PaperGoes") if c.new is None and c.old)
        library.restore(next(c for c in library.history("PaperGoes") if c.field == "paper"))
        assert library.paper("PaperGoes").title == "A Paper that Goes", deletion
    with closing(sqlite3.connect(earlier)) as connection:
        assert schema_digest(connection) == SCHEMA_DIGESTS[SCHEMA_VERSION]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("earlier", OLDER, indirect=True)
@pytest.mark.parametrize("has_links", [True, False])
def test_the_old_file_stays_beside_it_until_the_new_one_was_edited(
    earlier: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    before = earlier.read_bytes()
    if not has_links:

        def link(*_: object) -> None:
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)
    with Library.open(earlier) as library:
        assert kept(earlier) == []
        library.note("verbs2026", "the edit that migrates it")
    (old,) = kept(earlier)
    assert old.read_bytes() == before
    check_library(old)

    with Library.open(earlier) as library:
        library.note("verbs2026", "the first edit of the new one")
    assert kept(earlier) == []


@pytest.mark.parametrize("earlier", [1], indirect=True)
def test_what_only_is_called_so_is_left_alone(earlier: Path) -> None:
    mine = earlier.with_name("library.db-v1-of-last-year")
    mine.write_text("my own copy")
    for text in ("one", "two", "three"):
        with Library.open(earlier) as library:
            library.note("verbs2026", text)
    assert kept(earlier) == [mine]
    assert mine.read_text() == "my own copy"


@pytest.mark.parametrize("earlier", OLDER, indirect=True)
@pytest.mark.parametrize("where", ["migrate", "_keep", "_sync_to_disk"])
def test_a_migration_that_fails_leaves_the_old_file_and_keeps_the_edit(
    earlier: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = earlier.read_bytes()
    library = Library.open(earlier)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(migrating if where == "migrate" else document, where, fail)
        library.note("verbs2026", "kept on this machine")
        with pytest.raises(LibraryError, match="can't be written: No space left"):
            library.save()
    library.close()
    assert earlier.read_bytes() == before
    assert kept(earlier) == []
    assert [p.name for p in earlier.parent.iterdir() if p.name.startswith(".library.db")] == []

    with Library.open(earlier) as library:
        assert library.paper("verbs2026").note == "kept on this machine"
    assert rows(earlier, "SELECT note FROM paper WHERE key = 'verbs2026'") == [
        ("kept on this machine",)
    ]
