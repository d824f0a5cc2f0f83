"""The index: kept current in small steps, thrown away at any time, in nobody's way."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Priority, Status
from readinglist.errors import LibraryError
from readinglist.search import index as index_module
from readinglist.search.index import SearchIndex, SearchInterruptedError
from readinglist.services.demo import fill_with_sample
from readinglist.services.finding import Finder, View
from readinglist.services.library import Library
from tests.conftest import by_sql, rows
from tests.search.conftest import PAPERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUERIES = [
    "attention", "atention", "survey owls", "pre-training", "quantisation", '"mixture of"',
    "maps -owls", "author:vale", "tag:nlp small", "perceptron", "venue:cartography",
]  # fmt: skip
MANY = 1200


def keys(library: Library, query: str) -> list[str]:
    return [hit.paper.key for hit in library.search(query, limit=None)]


def answers(library: Library) -> list[list[str]]:
    found = [keys(library, query) for query in QUERIES]
    assert all(found)
    return found


def index_file(library: Library) -> Path:
    """Return the one index that there is."""
    (path,) = state_of(library).glob("*/search-*.db")
    return path


def state_of(library: Library) -> Path:
    return library.path.parent / "state"


def reopened(library: Library) -> Library:
    library.close()
    return Library.open(library.path, state=state_of(library))


def numbers(library: Library) -> dict[int, int]:
    """Return the number in the index of each paper: a new one each time that it is indexed."""
    library.index()
    return dict(rows(index_file(library), "SELECT paper, number FROM doc"))  # type: ignore[arg-type]


def indexed_since(library: Library, before: dict[int, int]) -> set[str]:
    """Return the keys of the papers that were indexed since."""
    now = numbers(library)
    return {paper.key for paper in library.papers(now) if before.get(paper.id) != now[paper.id]}


def queue(library: Library) -> list[tuple[object, ...]]:
    return rows(index_file(library).with_name("working.db"), "SELECT paper FROM unindexed")


@pytest.fixture
def many(library: Library, tmp_path: Path) -> Library:
    """A library that is indexed in several steps, with nothing indexed yet."""
    file = tmp_path / "many.jsonl"
    papers = ({"key": f"m{n}", "title": f"Report number {n} on marmots"} for n in range(MANY))
    file.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    library.import_files([file])
    return library


@pytest.fixture
def other(library: Library) -> Iterator[Library]:
    """Another readinglist on the same library."""
    other = library.sibling()
    yield other
    other.close()


# --- what is indexed, and what is not again


def test_an_index_is_made_once(library: Library) -> None:
    before = answers(library), numbers(library)
    with reopened(library) as again:
        assert again.index(lambda done, of: pytest.fail(f"{of} papers are indexed again"))
        assert (answers(again), numbers(again)) == before


def test_an_edit_indexes_its_paper_and_no_other(many: Library) -> None:
    before = numbers(many)
    many.edit("cat2024", {"venue": "Annals of Cats"})
    many.note("diffuse2021", "A note.")
    many.mark([many.paper("SurveyOwls").id], add_tags=["night"])
    assert indexed_since(many, before) == {"cat2024", "diffuse2021", "SurveyOwls"}


def test_a_mark_indexes_nothing(library: Library) -> None:
    """Neither the status nor the priority has words; a note that is as before hasn't, either."""
    before = numbers(library)
    ids = library.find().ids
    library.mark(ids, status=Status.READ, priority=Priority.HIGH)
    library.note("cat2024", "A thought")
    library.undo()
    library.freeze_keys(library.papers(ids))
    assert indexed_since(library, before) == set()
    assert queue(library) == []


def test_a_deleted_paper_leaves_the_index_and_comes_back_with_undo(library: Library) -> None:
    before = numbers(library)
    owls = library.paper("SurveyOwls").id
    library.delete([owls])
    assert owls not in numbers(library)
    assert list(library.find("owls").ids) == []
    library.undo()
    assert indexed_since(library, before) == {"SurveyOwls"}


def test_a_pull_indexes_what_it_changed(many: Library, tmp_path: Path) -> None:
    """Another machine has changed ten papers of many, deleted one and added one."""
    many.save()
    before = numbers(many)
    with Library.open(many.path, state=tmp_path / "elsewhere") as elsewhere:
        for n in range(10):
            elsewhere.edit(f"m{n}", {"title": f"Report number {n} on capybaras"})
        elsewhere.mark(elsewhere.find().ids, status=Status.READING)
        elsewhere.delete([elsewhere.paper("m11").id])
        (tmp_path / "new.json").write_text('[{"key": "new", "title": "A new one"}]')
        elsewhere.import_files([tmp_path / "new.json"])
    assert many.take_in()
    assert indexed_since(many, before) == {f"m{n}" for n in range(10)} | {"new"}
    assert set(keys(many, "capybaras")) == {f"m{n}" for n in range(10)}
    assert keys(many, '"number 11 on"') == []
    assert keys(many, '"number 9 on"') == ["m9"]


def test_nothing_of_the_index_is_in_the_library_file(library: Library) -> None:
    answers(library)
    library.save()
    tables = rows(library.path, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    assert {name for (name,) in tables if not str(name).startswith("_")} == {
        "paper", "paper_tag", "source", "paper_source", "key_alias", "journal",
    }  # fmt: skip
    assert not list(library.path.parent.glob("search-*"))


# --- in steps


def test_indexing_that_is_stopped_keeps_what_is_done(many: Library) -> None:
    steps: list[tuple[int, int]] = []

    def one_step(done: int, of: int) -> bool:
        steps.append((done, of))
        return done == 0

    total = MANY + len(PAPERS)
    assert not many.index(one_step)
    assert steps == [(0, total), (500, total)]
    found = many.find("marmots", most=500)
    assert not found.is_indexed
    assert 0 < len(many.complete(found).ids) <= 500
    steps.clear()
    assert not many.index(one_step)
    assert steps == [(0, total - 500), (500, total - 500)]
    assert many.index()
    assert len(many.find("marmots").ids) == MANY
    assert queue(many) == []


def test_what_is_asked_in_a_hurry_is_answered_from_what_is_indexed(many: Library) -> None:
    """Few papers are indexed on the way, many are left to who has the time."""
    found = many.find("marmots", most=500)
    assert (list(found.ids), found.is_indexed) == ([], False)
    assert many.find("status:unread", most=5000).is_indexed
    many.index()
    assert many.find("marmots", most=500).is_indexed
    many.note("m7", "A xylophone.")
    found = many.find("xylophone", most=500)
    assert (len(found.ids), found.is_indexed) == (1, True)


def test_papers_that_are_gone_are_not_found_before_the_index_knows(many: Library) -> None:
    many.index()
    many.delete(many.find(sort="key").ids[:700])
    for query in ("marmots", "marmot", '"on marmots"', "marmots -zzyzx", "marmots zzyzx"):
        found = many.find(query, most=500)
        assert not found.is_indexed
        assert len(many.papers(found.ids)) == len(found.ids) > 0
        everything = many.complete(found)
        assert len(many.papers(everything.ids)) == len(everything.ids)


def test_a_view_with_words_doesn_t_wait_for_the_index_either(many: Library) -> None:
    view = View("mine", "Mine", "report")
    found = many.find("marmots", view, most=500)
    assert (list(found.ids), found.is_indexed) == ([], False)
    assert len(queue(many)) == MANY + len(PAPERS)
    many.index()
    assert len(many.find("marmots", view, most=500).ids) == MANY


def test_what_changes_while_its_step_is_indexed_is_indexed_again(
    many: Library, other: Library
) -> None:
    """A step sees the library as it was when it began."""
    working = next(state_of(many).glob("*/working.db"))
    in_order = rows(working, "SELECT key FROM paper ORDER BY added_at, id")
    first, *later = [many.paper(str(key)) for (key,) in (in_order[0], *in_order[-3:])]

    def meanwhile(done: int, of: int) -> bool:
        if done == 500:
            for paper in (*later[:2], first):
                other.note(paper.key, "A xylophone.")
            other.delete([later[2].id])
        return True

    assert many.index(meanwhile)
    assert set(keys(many, "xylophone")) == {later[0].key, later[1].key, first.key}
    assert later[2].id not in many.find("marmots").ids


def test_a_crash_between_the_index_and_its_queue_loses_and_doubles_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: SearchIndex, queue: object, step: int) -> None:
        raise KeyboardInterrupt

    library.index()
    library.note("cat2024", "A xylophone.")
    with monkeypatch.context() as patch:
        patch.setattr(SearchIndex, "_clear", crash)
        with pytest.raises(KeyboardInterrupt):
            library.index()
    assert len(queue(library)) == 1
    before = rows(index_file(library), "SELECT paper, number FROM doc ORDER BY paper")
    with reopened(library) as again:
        assert keys(again, "xylophone") == ["cat2024"]
        assert sorted(numbers(again).items()) == before
        terms = rows(index_file(again), "SELECT papers FROM term WHERE term = 'xylophone'")
        assert terms == [(1,)]
        assert queue(again) == []


def test_indexing_that_is_interrupted_is_no_error(library: Library) -> None:
    """Who types on gives up what was to be indexed on the way; the next question does it."""
    finder = Finder(library._working, given_up=lambda: False)
    connection = finder._searcher._index.connection
    connection.set_progress_handler(lambda: 1, 1000)
    with pytest.raises(SearchInterruptedError):
        finder.find("attention", most=500)
    connection.set_progress_handler(None, 1000)
    assert len(finder.find("attention", most=500).ids) == 2
    finder.interrupt()
    assert len(finder.find("attention", most=500).ids) == 2
    finder.close()
    finder.interrupt()
    assert answers(library)


def test_two_that_index_at_once_do_it_once(many: Library, other: Library) -> None:
    """Whoever comes second waits, and finds that all is done."""
    started = threading.Barrier(2)
    failed: list[BaseException] = []

    def work(library: Library) -> None:
        try:
            started.wait()
            assert library.index()
            assert len(keys(library, "marmots")) == MANY
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[library]) for library in (many, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert rows(index_file(many), "SELECT papers FROM term WHERE term = 'marmots'") == [(MANY,)]
    assert rows(index_file(many), "SELECT count(*) FROM gone") == [(0,)]


def test_many_that_search_for_the_first_time_at_once_make_one_index(many: Library) -> None:
    started = threading.Barrier(4)
    found: list[object] = []

    def work() -> None:
        try:
            started.wait()
            with closing(Library.open(many.path, state=state_of(many))) as library:
                found.append(len(library.find("marmots").ids))
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [MANY] * 4
    assert index_file(many).is_file()


def test_who_is_in_a_hurry_waits_for_nobody_who_indexes(many: Library, other: Library) -> None:
    """The first papers come from what is indexed by now."""
    many.index()
    many.note("m7", "A xylophone.")
    hurried = Finder(many._working, given_up=lambda: False)
    found = []

    def meanwhile(done: int, of: int) -> bool:
        found.append(hurried.find("marmots", most=500))
        return True

    other.note("m8", "A marimba.")
    assert other.index(meanwhile)
    assert [(len(one.ids) > 0, one.is_indexed) for one in found] == [(True, False)]
    assert hurried.find("marimba", most=500).is_indexed
    hurried.close()


# --- damage


def missing(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def missing_but_for_its_log(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    missing(path)
    path.touch()


def rubbish(path: Path) -> None:
    missing(path)
    path.write_bytes(b"no database at all" * 1000)


def rubbish_in_place(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(b"\xa5" * size)


def rubbish_behind_the_schema(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def cut_in_the_middle(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, path.stat().st_size // 2)


def of_another_program(path: Path) -> None:
    missing(path)
    by_sql(path, "CREATE TABLE doc (x)")


def of_another_version(path: Path) -> None:
    by_sql(path, "PRAGMA user_version = 7")


def without_a_table(name: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        by_sql(path, f"DROP TABLE {name}")

    spoil.__name__ = f"without_{name}"
    return spoil


def without_what_fts_knows(path: Path) -> None:
    by_sql(path, "DELETE FROM whole_data")


def rubbish_in_its(*ends: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        for end in ends:
            file = path.with_name(path.name + end)
            if file.exists():
                file.write_bytes(random.Random(1).randbytes(file.stat().st_size))

    spoil.__name__ = f"rubbish_in_its{'_and'.join(ends)}"
    return spoil


def as_it_was_at_first(path: Path) -> None:
    """An earlier state of the file, as from a backup: sound, but what came since is not in it."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(index_module._SCHEMA)


SPOILT = [
    missing, missing_but_for_its_log, empty, rubbish, rubbish_in_place,
    rubbish_behind_the_schema, cut_in_the_middle, of_another_program, of_another_version,
    without_what_fts_knows, as_it_was_at_first, rubbish_in_its("-wal"),
    rubbish_in_its("-wal", "-shm"),
    *(without_a_table(name) for name in ("doc", "gone", "head", "whole", "term", "ending", "step",
                                         "head_data", "head_idx", "head_config", "whole_idx")),
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_damaged_index_is_made_anew_without_a_word(
    library: Library, spoil: Callable[[Path], None]
) -> None:
    before = answers(library)
    library.close()
    spoil(index_file(library))
    for _ in range(2):
        with Library.open(library.path, state=state_of(library)) as again:
            assert answers(again) == before
            assert [h.paper.key for h in again.similar("nguyen2022pretraining", 1)] == [
                "obrien2023pretraining"
            ]


@pytest.mark.parametrize("spoil", SPOILT)
def test_an_index_that_is_damaged_while_it_is_open_is_made_anew_without_a_word(
    library: Library, other: Library, spoil: Callable[[Path], None]
) -> None:
    before = answers(library)
    spoil(index_file(library))
    assert answers(library) == before
    assert answers(other) == before
    other.note("cat2024", "A xylophone.")
    assert keys(library, "xylophone") == keys(other, "xylophone") == ["cat2024"]
    assert index_file(library).is_file()


def spoilt_for_all(library: Library) -> None:
    """Damage the index so that who has it open sees it, too."""
    by_sql(index_file(library), "DROP TABLE term", "DROP TABLE doc", "DELETE FROM whole_data")


def test_the_others_come_though_the_index_was_damaged_after_the_first_papers(
    many: Library,
) -> None:
    """Many papers are indexed again by who has the time: until then, some are found."""
    many.index()
    first = many.find("marmots", most=500)
    assert not first.is_complete
    spoilt_for_all(many)
    found = many.complete(first)
    assert found.is_complete
    assert not found.is_indexed
    assert set(first.ids) <= set(found.ids)
    assert len(many.find("marmots").ids) == MANY


def test_filters_and_likeness_outlive_damage_too(library: Library) -> None:
    before = keys(library, "author:vale"), [h.paper.key for h in library.similar("cat2024", 3)]
    spoilt_for_all(library)
    assert [h.paper.key for h in library.similar("cat2024", 3)] == before[1]
    spoilt_for_all(library)
    assert keys(library, "author:vale") == before[0]
    spoilt_for_all(library)
    assert len(library.find("status:unread").ids) == 5


def test_who_has_the_old_index_open_takes_the_new_one(library: Library, other: Library) -> None:
    before = answers(library), answers(other)
    old = index_file(library)
    spoilt_for_all(library)
    assert answers(other) == before[1]
    assert index_file(library) != old
    library.note("cat2024", "A xylophone.")
    assert keys(library, "xylophone") == keys(other, "xylophone") == ["cat2024"]


def test_an_index_that_another_makes_anew_while_one_indexes_gets_all(
    many: Library, other: Library
) -> None:
    """What went into the old one is in the queue of the new one."""
    assert not other.index(lambda done, of: False)

    def meanwhile(done: int, of: int) -> bool:
        if of > MANY and done == 500 and index_file(many) == old:
            other._the_finder._searcher.renew()
        return True

    old = index_file(many)
    assert many.index(meanwhile)
    assert index_file(many) != old
    assert len(keys(many, "marmots")) == len(keys(other, "marmots")) == MANY
    assert queue(many) == []


def test_files_of_earlier_indexes_are_removed(library: Library) -> None:
    answers(library)
    folder = index_file(library).parent
    for name in ("search-0badcafe.db", "search-0badcafe.db-wal", "search-0badcafe.db-shm"):
        (folder / name).write_bytes(b"left behind")
    missing(index_file_named(folder, but="0badcafe"))
    answers(library.sibling())
    assert not list(folder.glob("*0badcafe*"))
    assert len(list(folder.glob("search-*.db"))) == 1


def index_file_named(folder: Path, but: str) -> Path:
    (path,) = (path for path in folder.glob("search-*.db") if but not in path.name)
    return path


def test_an_index_that_is_merely_busy_is_not_made_anew(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(library)
    path = index_file(library)
    library.close()
    monkeypatch.setattr(index_module, "_PATIENCE", 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with (
            closing(Library.open(library.path, state=state_of(library))) as again,
            pytest.raises(LibraryError, match="locked"),
        ):
            again.find("attention")
    with Library.open(library.path, state=state_of(library)) as again:
        assert answers(again) == before
        assert index_file(again) == path


def test_an_index_that_can_not_be_made_is_told_in_a_sentence_until_it_can(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder that may not be written; the library itself stays open and as it is."""
    folder = next(state_of(library).iterdir())
    while not folder.is_dir():
        folder = next(path for path in state_of(library).iterdir() if path.is_dir())
    with monkeypatch.context() as patch:
        patch.setattr(os, "urandom", lambda count: b"\0" * count)
        (folder / "search-00000000.db").mkdir()
        for query in ("attention", "", "attention", "status:read"):
            with pytest.raises(LibraryError, match=r"search index in .* can't be used"):
                library.find(query)
        (folder / "search-00000000.db").rmdir()
    library.note("cat2024", "A xylophone.")
    assert keys(library, "xylophone") == ["cat2024"]
    assert answers(library)


def test_a_full_disk_under_the_index_leaves_it_and_the_library_as_they_were(
    library: Library,
) -> None:
    library.index()
    (pages,) = rows(index_file(library), "PRAGMA page_count")[0]
    connection = library._the_finder._searcher._index.connection
    connection.execute(f"PRAGMA main.max_page_count = {pages}")
    library.note("cat2024", " ".join(f"word{n}" for n in range(20_000)))
    with pytest.raises(LibraryError, match="disk is full"):
        library.find("xylophone")
    assert not library._working.connection.in_transaction
    connection.execute("PRAGMA main.max_page_count = 100000")
    assert keys(library, "word19999") == ["cat2024"]


# --- the working copy around it


def test_searching_goes_on_when_the_folder_is_deleted_under_an_open_library(
    library: Library,
) -> None:
    before = answers(library)
    shutil.rmtree(state_of(library))
    library.note("cat2024", "A xylophone.")
    assert keys(library, "xylophone") == ["cat2024"]
    library.note("cat2024", "")
    assert answers(library) == before


def test_a_first_search_without_a_folder_is_a_sentence(library: Library) -> None:
    shutil.rmtree(state_of(library))
    with pytest.raises(LibraryError, match=r"search index in .* can't be used"):
        library.find("attention")


def test_a_deleted_working_copy_gets_another_index(library: Library) -> None:
    before = answers(library)
    library.save()
    library.close()
    old = index_file(library)
    for path in old.parent.glob("working.db*"):
        path.unlink()
    with Library.open(library.path, state=state_of(library)) as again:
        assert answers(again) == before
        assert index_file(again) != old


def test_another_library_in_the_same_place_is_the_one_that_is_searched(
    library: Library, tmp_path: Path
) -> None:
    answers(library)
    library.save()
    (tmp_path / "b.jsonl").write_text(json.dumps({"key": "b", "title": "Badgers at Rest"}) + "\n")
    with Library.open(tmp_path / "b.db", state=tmp_path / "elsewhere") as another:
        another.import_files([tmp_path / "b.jsonl"])
    os.replace(tmp_path / "b.db", library.path)
    os.utime(library.path, (4e9, 4e9))  # not a moment after what was saved here
    library.take_in()
    for _ in range(2):
        assert keys(library, "badgers") == ["b"]
        assert keys(library, "attention") == keys(library, "author:vale") == []
        assert indexed_since(library, {}) == {"b"}
        library = reopened(library)
    library.close()


# --- wear


def test_what_a_paper_said_earlier_takes_no_other_s_place(library: Library) -> None:
    """Not even where one that is edited again and again would fill the list by itself."""
    library.edit("naive2019", {"title": "A Quokka among Long Words That Nobody Asks For"})
    for n in range(120):
        library.edit("cat2024", {"title": f"Quokka {n}"})
        library.find("x", most=500)
    library.edit("cat2024", {"title": "No Such Animal"})
    found = library.find("quokka", most=500)
    assert [paper.key for paper in library.papers(found.ids)] == ["naive2019"]


def test_an_index_that_is_mostly_of_what_was_is_made_anew(library: Library) -> None:
    before = answers(library)
    old = index_file(library)
    for n in range(20):
        library.note("cat2024", f"Draft {n} on the quokka.")
        assert keys(library, "quokka") == ["cat2024"]
    assert index_file(library) != old
    library.note("cat2024", "")
    assert answers(library) == before
    ((gone, there),) = rows(
        index_file(library), "SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM doc)"
    )
    assert (gone, there) <= (2, len(PAPERS))


def test_the_papers_near_to_one_stay_so_however_often_it_is_edited(tmp_path: Path) -> None:
    with Library.open(tmp_path / "sample.db", state=tmp_path / "state") as sample:
        fill_with_sample(sample)
        before = sample.similar("gu2023mamba", 5)
        for n in range(30):
            sample.note("gu2023mamba", f"Draft {n}.")
            near = sample.similar("gu2023mamba", 5)
            assert len(near) == len(before) == 5
            assert near[0].paper.key == before[0].paper.key
