"""Papers that are the same work are found, and become one, and become two again."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from readinglist.domain.entry import Entry
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.domain.union import TAKEABLE, UNITED, proposed, united
from readinglist.errors import InvalidValueError, UnknownKeyError
from readinglist.services.duplicates import KeptApart, Pair, Why
from readinglist.services.library import Library
from readinglist.services.merge_driver import merge_files
from readinglist.storage.tables import PRIMARY_KEYS, Tables, read_tables

ATTENTION = "Attention Is All You Need"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def add(library: Library, folder: Path, *papers: dict[str, Any]) -> list[Paper]:
    """Import papers, each from a file of its own; return them as they are there."""
    for number, paper in enumerate(papers):
        file = folder / f"{library.count()}-{number}.jsonl"
        file.write_text(json.dumps(paper) + "\n", encoding="utf-8")
        library.import_files([file])
    ids = {paper.title: paper for paper in library.papers(library.find().ids)}
    return [ids[paper["title"]] for paper in papers]


def found(library: Library) -> set[tuple[str, str, str]]:
    """Return the titles of the pairs, in order, with what makes them pairs."""
    pairs = set()
    for pair in library.duplicates():
        titles = sorted(paper.title for paper in library.papers([pair.first, pair.second]))
        pairs.add((titles[0], titles[1], str(pair.why)))
    return pairs


def titled(library: Library, folder: Path, *titles: str) -> set[tuple[str, str, str]]:
    add(library, folder, *({"title": title} for title in titles))
    return found(library)


# --- finding


@pytest.mark.parametrize(
    "title",
    [
        "Attention Is All Yuo Need.",
        "Atention is all you need",
        "Attention Is Al You Need",
        "Attention is all you nead",
        "The Attention Is All You Need",
        "ATTENTION IS ALL YOU NEEED",
    ],
)
def test_a_title_with_a_slip_is_nearly_the_same(library: Library, folder: Path, title: str) -> None:
    pairs = titled(library, folder, ATTENTION, title)
    assert [why for _, _, why in pairs] == ["nearly the same title"]


def test_a_title_that_is_spelt_otherwise_is_the_same(library: Library, folder: Path) -> None:
    one, other = add(library, folder, {"title": "One Fox"}, {"title": "Another Fox"})
    library.edit(one.key, {"title": "Attention is all you need"})
    library.edit(other.key, {"title": "Attention Is All-You Need."})
    ((_, _, why),) = found(library)
    assert why == "same title"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quantum Diffusion Models", "Quantum Denoising Diffusion Models"),
        ("Supervised Learning of Foxes", "Unsupervised Learning of Foxes"),
        ("BERT for Speech Recognition", "BART for Speech Recognition"),
        ("A Report on GPT-3 and Its Uses", "A Report on GPT-4 and Its Uses"),
        ("Automatic Text Generation", "Automatic Test Generation"),
        ("The Theory of Foxes, Part I", "The Theory of Foxes, Part II"),
        ("THE THEORY OF FOXES, PART II", "THE THEORY OF FOXES, PART III"),
        ("Proceedings of the Workshop 2023", "Proceedings of the Workshop 2024"),
        ("On Lists", "On List"),
        ("！？", "…"),
    ],
)
def test_another_title_is_another_work(
    library: Library, folder: Path, one: str, other: str
) -> None:
    assert titled(library, folder, one, other) == set()


def test_a_page_for_a_title_is_the_same_letter_for_letter_or_another(
    library: Library, folder: Path
) -> None:
    page = "Foxes and the moons that they howl at. " * 30
    one, other, third = add(library, folder, *({"title": f"Fox {n}"} for n in range(3)))
    library.edit(one.key, {"title": page})
    library.edit(other.key, {"title": page.replace("moons", "monos", 1)})
    assert library.duplicates() == []
    library.edit(third.key, {"title": page.upper()})
    assert [pair.why for pair in library.duplicates()] == [Why.TITLE]


def test_one_identifier_is_one_work_whatever_the_title(library: Library, folder: Path) -> None:
    one, other, third, fourth = add(
        library,
        folder,
        {"title": "A Tale of Foxes"},
        {"title": "Vulpine Stories"},
        {"title": "Owls", "doi": "10.1000/OWLS"},
        {"title": "Strigiformes"},
    )
    library.edit(one.key, {"arxiv": "2401.00001"})
    library.edit(other.key, {"doi": "10.48550/arXiv.2401.00001"})
    library.edit(fourth.key, {"doi": "10.1000/owls"})
    assert [pair.why for pair in library.duplicates()] == [Why.ARXIV, Why.DOI]
    assert {one.id, other.id} == {library.duplicates()[0].first, library.duplicates()[0].second}
    assert library.duplicates()[1].title in (third.title, fourth.title)


def test_what_tells_works_apart_tells_them_apart_here(library: Library, folder: Path) -> None:
    """Other identifiers, other authors, and an identifier that a manager gave to all."""
    shared = {"arxiv": "2401.00001"}
    papers = add(
        library,
        folder,
        {"title": "Modelling the Behaviour of Foxes", "doi": "10.1000/1"},
        {"title": "Modeling the Behavior of Foxes", "doi": "10.1000/2"},
        {"title": "A Survey of Burrows and Dens", "authors": ["Ada, A"]},
        {"title": "A Survey on Burrows and Dens", "authors": ["Bob, B"]},
        {"title": "Feathers", "authors": ["Ada, A"]},
        {"title": "Antlers", "authors": ["Bob, B"]},
    )
    for paper in papers[4:]:
        library.edit(paper.key, shared)
    assert found(library) == set()
    library.edit(papers[1].key, {"doi": ""})
    library.edit(papers[3].key, {"authors": "Ada, A; Bob, B"})
    library.edit(papers[5].key, {"authors": "Ada, A"})
    assert len(found(library)) == 3


def test_the_one_that_is_cited_or_came_first_is_the_one_to_keep(
    library: Library, folder: Path
) -> None:
    first, second = add(library, folder, {"title": ATTENTION}, {"title": ATTENTION + "s"})
    (pair,) = library.duplicates()
    assert pair == Pair(first.id, second.id, Why.NEAR, ATTENTION)
    library.export([second.id])
    assert library.duplicates()[0].first == second.id


def test_many_that_agree_are_compared_with_their_neighbours_only(
    library: Library, folder: Path
) -> None:
    file = folder / "many.jsonl"
    lines = ({"title": f"Fox{n:04}", "authors": ["Ada, A"]} for n in range(300))
    file.write_text("\n".join(map(json.dumps, lines)))
    library.import_files([file])
    for paper in library.papers(library.find().ids):
        library.edit(paper.key, {"doi": "10.1000/all"})
    assert 290 < len(library.duplicates()) <= 3000


def test_who_looks_on_hears_of_the_progress_and_can_stop_it(library: Library, folder: Path) -> None:
    add(library, folder, {"title": ATTENTION}, {"title": ATTENTION + "s"})
    told: list[tuple[int, int]] = []

    def goes_on(done: int, of: int) -> bool:
        told.append((done, of))
        return True

    assert len(library.duplicates(goes_on)) == 1
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0
    for most in range(len(told)):
        answers = itertools.chain([True] * most, itertools.repeat(False))
        assert library.duplicates(lambda done, of, a=answers: next(a)) == []  # type: ignore[misc]


# --- two works


def test_two_works_are_never_shown_again(library: Library, folder: Path) -> None:
    add(library, folder, {"title": ATTENTION}, {"title": ATTENTION + "s"})
    (pair,) = library.duplicates()
    library.save()
    before = library.path.read_bytes()
    library.keep_apart(pair.second, pair.first)
    assert library.duplicates() == []
    with library.sibling() as again:
        assert again.duplicates() == []
    assert library.path.read_bytes() == before
    library.keep_apart(pair.first, pair.second, apart=False)
    assert library.duplicates() == [pair]


@pytest.mark.parametrize(
    "damage",
    [b"", b"[", b"{}", b"null", b"\xff", b"[" * 100_000, b'[1, null, ["x"], {}, [[]], [], [5]]'],
    ids=["empty", "cut off", "an object", "null", "no text", "deep", "other items"],
)
def test_a_damaged_file_of_them_is_as_none_and_is_replaced(tmp_path: Path, damage: bytes) -> None:
    apart = KeptApart(tmp_path / "apart.json")
    (tmp_path / "apart.json").write_bytes(damage)
    assert apart.pairs() == set()
    apart.put(2, 1)
    apart.put(2, 3)
    assert apart.pairs() == {frozenset((1, 2)), frozenset((2, 3))}
    assert [path.name for path in tmp_path.glob("apart*")] == ["apart.json"]


def test_that_they_can_not_be_kept_is_no_error(tmp_path: Path) -> None:
    KeptApart(tmp_path / "gone" / "apart.json").put(1, 2)


# --- what becomes of two papers


def test_what_is_missing_is_filled_and_what_is_further_goes_on() -> None:
    mine = Paper("T", key="a", venue="ICML", published="2024", status=Status.READING)
    theirs = Paper(
        "t", key="b", type="article", venue="Nature", published="2024-05", doi="10.1/x",
        status=Status.READ, priority=Priority.LOW, abstract="We",
    )  # fmt: skip
    assert proposed(mine, theirs) == {
        "type", "published", "doi", "status", "priority", "abstract",
    }  # fmt: skip
    assert proposed(theirs, mine) == set()
    assert proposed(Paper("T"), Paper("T", status=Status.SKIPPED)) == {"status"}
    assert proposed(Paper("T", status=Status.SKIPPED), Paper("T", status=Status.READING))
    assert proposed(Paper("T", votes=3, comments=2), Paper("T", votes=9, comments=1)) == {"votes"}


def test_what_both_have_is_united() -> None:
    shared = Entry("k", "article", (("title", "T"),))
    fuller = Entry("K", "article", (("title", "t"), ("year", "2024")))
    mine = Paper("T", tags=("b",), links=("https://a",), entries=(shared,), added_at="2", note="m")
    theirs = Paper("t", tags=("a",), links=("https://b",), entries=(fuller,), added_at="1")
    whole = united(mine, replace(theirs, note="n\n"), ())
    assert (whole.title, whole.tags, whole.links) == ("T", ("a", "b"), ("https://a", "https://b"))
    assert whole.entries == (Entry("k", "article", (("title", "T"), ("year", "2024"))),)
    assert (whole.note, whole.added_at) == ("m\n\nn\n", "1")
    assert united(mine, replace(theirs, note=" m\n"), ()).note == "m"
    assert united(mine, theirs, ()).note == united(replace(theirs, note="m"), theirs, ()).note


# --- merging


def everything(library: Library) -> Tables:
    """Return all rows but those of the journal, and what is only of files."""
    tables = read_tables(library._working.connection)
    return {name: tables[name] for name in PRIMARY_KEYS if name not in ("journal", "source")}


def two_papers(library: Library, folder: Path) -> tuple[Paper, Paper]:
    """Return a paper of a listing page that was read, and the same one of a .bib file."""
    (read,) = add(library, folder, {"title": "Atention Is All You Need", "abstract": "We."})
    library.mark([read.id], status=Status.READ, priority=Priority.LOW, add_tags=["nlp", "old"])
    library.note(read.key, "Section 3!\n")
    library.edit(read.key, {"key": "mine"})
    bib = folder / "refs.bib"
    bib.write_text(
        f"@inproceedings{{v17, title={{{ATTENTION}}}, author={{Vaswani, A}}, year=2017, "
        "booktitle={NeurIPS}}"
    )
    library.import_files([bib])
    library.mark([library.paper("v17").id], priority=Priority.HIGH, add_tags=["nlp", "new"])
    library.note("v17", "To read.")
    return library.paper("v17"), library.paper("mine")


def test_one_paper_is_made_of_two(library: Library, folder: Path) -> None:
    kept, dropped = two_papers(library, folder)
    (pair,) = library.duplicates()
    assert (pair.first, pair.second) == (kept.id, dropped.id)
    step = library.merge_papers(pair.first, pair.second)
    assert step.summary == "mine merged into v17"
    assert library.count() == 1
    paper = library.paper("v17")
    assert (paper.title, paper.abstract, paper.venue) == (ATTENTION, "We.", "NeurIPS")
    assert (paper.status, paper.priority) == (Status.READ, Priority.HIGH)
    assert paper.tags == ("new", "nlp", "old")
    assert paper.note == "To read.\n\nSection 3!\n"
    assert paper.sources == ("0-0.jsonl", "refs.bib")
    for key in ("mine", dropped.key, "AtentionAllYou"):
        assert library.paper(key).id == paper.id
    assert library.duplicates() == []
    assert len({change.batch for change in library.history(limit=9)}) == 1
    library.undo()
    assert library.papers([kept.id, dropped.id]) == [kept, dropped]


def test_values_can_be_taken_from_the_one_that_goes(library: Library, folder: Path) -> None:
    kept, dropped = two_papers(library, folder)
    library.export([dropped.id])
    library.merge_papers(kept.id, dropped.id, {"title", "key", "priority", "venue"})
    paper = library.paper("v17")
    assert (paper.id, paper.key, paper.title) == (kept.id, "mine", dropped.title)
    assert (paper.priority, paper.venue) == (Priority.LOW, None)
    assert (paper.status, paper.abstract) == (Status.UNREAD, None)  # they were not asked for
    assert paper.key_frozen


def test_a_document_that_cites_the_one_that_went_is_exported_as_before(
    library: Library, folder: Path
) -> None:
    kept, dropped = two_papers(library, folder)
    library.merge_papers(kept.id, dropped.id)
    text = library.export(keys=["mine", "v17"]).text
    assert "@inproceedings{mine," in text or "@inproceedings{v17," in text
    assert library.cited(["mine"])[0].id == kept.id


def test_a_published_version_is_another_entry_and_each_is_exported_as_it_is(
    library: Library, folder: Path
) -> None:
    for name, text in (
        ("a.bib", "@misc{v17a, title={Atention Is All You Need}, author={Vaswani, A}, year=2017,"
                  " eprint={1706.03762}, archiveprefix={arXiv}}"),
        ("b.bib", f"@inproceedings{{v17b, title={{{ATTENTION}}}, author={{Vaswani, A}}, year=2017,"
                  " booktitle={NeurIPS}}"),
    ):  # fmt: skip
        (folder / name).write_text(text)
        library.import_files([folder / name])
    pair = library.duplicates()[0]
    before = {key: library.export(keys=[key]).text for key in ("v17a", "v17b")}
    library.merge_papers(pair.first, pair.second)
    assert [entry.key for entry in library.paper("v17a").entries] == ["v17a", "v17b"]
    assert {key: library.export(keys=[key]).text for key in before} == before


def test_importing_the_file_again_does_not_bring_the_second_paper_back(
    library: Library, folder: Path
) -> None:
    kept, dropped = two_papers(library, folder)
    library.merge_papers(kept.id, dropped.id)
    library.edit("v17", {"key": "renamed"})
    report = library.import_files([folder / "0-0.jsonl", folder / "refs.bib"])
    assert (report.added, library.count()) == (0, 1)
    library.undo()
    library.undo()
    assert library.count() == 2
    library.delete([dropped.id])
    assert library.import_files([folder / "0-0.jsonl"]).added == 1


def test_a_paper_that_went_twice_is_known_again(library: Library, folder: Path) -> None:
    kept, dropped = two_papers(library, folder)
    library.merge_papers(kept.id, dropped.id)
    (third,) = add(library, folder, {"title": "Something Else"})
    library.merge_papers(third.id, kept.id, {"key"})
    assert library.import_files([folder / "0-0.jsonl", folder / "refs.bib"]).added == 0
    assert {library.paper(key).id for key in ("mine", "v17", third.key)} == {third.id}


def test_what_a_file_said_may_be_completed_and_what_a_person_chose_stays(
    library: Library, folder: Path
) -> None:
    kept, dropped = two_papers(library, folder)
    library.merge_papers(kept.id, dropped.id, proposed(kept, dropped) | {"title"})
    edited = library._working.journal.edited_fields(kept.id)
    assert {"title", "status", "note"} <= edited
    assert edited.isdisjoint({"abstract", "entries", "links", "added_at"})


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"tags"}, "keeps what both have"), ({"titel"}, "no field “titel”"), ({"id"}, "no field")],
)
def test_what_can_not_be_taken_stops_the_whole_merge(
    library: Library, folder: Path, fields: set[str], says: str
) -> None:
    kept, dropped = two_papers(library, folder)
    before = everything(library)
    with pytest.raises(InvalidValueError, match=says):
        library.merge_papers(kept.id, dropped.id, fields)
    for other in (kept.id, 5):
        with pytest.raises(InvalidValueError, match="takes two papers"):
            library.merge_papers(kept.id, other)
    assert everything(library) == before


# --- and two again

WORDS = st.text("ab é\n{}", max_size=5)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "venue": WORDS, "abstract": WORDS, "note": WORDS, "organization": WORDS,
        "authors": st.lists(st.sampled_from(["Ada, A", "Bob, B"]), unique=True).map("; ".join),
        "year": st.sampled_from(["2024", "2024-05", "2023-01-02"]),
        "arxiv": st.sampled_from(["2401.00001", "2401.00002"]),
        "doi": st.sampled_from(["10.1000/1", "10.1000/2"]),
        "links": st.sampled_from(["https://a.org", "https://b.org", "https://a.org https://c.org"]),
        "type": st.sampled_from(["article", "book"]),
        "comments": st.sampled_from(["1", "2"]),
        "status": st.sampled_from([*Status]), "priority": st.sampled_from([*Priority]),
        "key": st.sampled_from(["one", "two", "Three3"]),
    },
)  # fmt: skip
TAGS = st.sets(st.sampled_from("abc"))


def filled(library: Library, facts: Iterable[dict[str, str]], tags: Iterable[set[str]]) -> None:
    """Give each paper what was drawn, but for a key that the other one has."""
    ids = sorted(library.find().ids)
    for number, texts, names in zip(ids, facts, tags, strict=True):
        for field, text in texts.items():
            (paper,) = library.papers([number])
            try:
                library.edit(paper.key, {field: text})
            except InvalidValueError:
                assert field == "key"
        library.mark([number], add_tags=names)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    facts=st.tuples(FACTS, FACTS),
    tags=st.tuples(TAGS, TAGS),
    take=st.none() | st.sets(st.sampled_from(TAKEABLE)),
    restart=st.booleans(),
    swap=st.booleans(),
)
@example(
    facts=({"key": "one"}, {"key": "two"}),
    tags=(set(), set()),
    take={"key"},
    restart=True,
    swap=False,
)
def test_undo_brings_both_back_exactly(
    facts: tuple[dict[str, str], dict[str, str]],
    tags: tuple[set[str], set[str]],
    take: set[str] | None,
    restart: bool,
    swap: bool,
) -> None:
    """Papers, tags, sources and the names that papers once had; also after a restart."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def opened() -> Library:
            return Library.open(folder / "library.db", state=folder / "state")

        library = opened()
        add(library, folder, {"title": "Foxes"}, {"title": "Owls"})
        filled(library, facts, tags)
        before, papers = everything(library), library.papers(sorted(library.find().ids))
        kept, dropped = reversed(papers) if swap else papers
        library.merge_papers(kept.id, dropped.id, take)
        merged = everything(library)
        whole = united(kept, dropped, proposed(kept, dropped) if take is None else take)
        (paper,) = library.papers([kept.id, dropped.id])
        assert replace(paper, sources=tuple(sorted(paper.sources))) == replace(
            whole, sources=tuple(sorted(whole.sources))
        )
        for paper in papers:
            assert library.paper(paper.key).id == kept.id
        for _ in range(2):
            if restart:
                library.save()
                library.close()
                library = opened()
            assert library.undo().left_out == 0
            assert everything(library) == before
            assert library.papers(paper.id for paper in papers) == papers
            assert library.redo().left_out == 0
            assert everything(library) == merged
        library.close()


# --- on several machines


def merged_elsewhere(tmp_path: Path, deed: str) -> list[Library]:
    """Merge two papers on one machine, do something to the second on another, and join both."""
    base, one, other = (tmp_path / f"{name}.db" for name in ("base", "one", "other"))
    with Library.open(base) as library:
        kept, dropped = two_papers(library, tmp_path)
    for path in (one, other):
        shutil.copy(base, path)
    with Library.open(one) as library:
        library.merge_papers(kept.id, dropped.id)
    with Library.open(other) as library:
        if deed == "note":
            library.note("mine", "Section 3!\nand an hour of thought\n")
        elif deed == "tag":
            library.mark([dropped.id], add_tags=["tagged"])
        elif deed == "kept":
            library.edit("v17", {"venue": "NIPS"})
    mirrored = tmp_path / "mirrored.db"
    shutil.copy(other, mirrored)
    assert merge_files(base, mirrored, one) == merge_files(base, one, other)
    return [Library.open(path, state=tmp_path / f"state-{path.stem}") for path in (one, mirrored)]


@pytest.mark.parametrize("deed", ["note", "tag"])
def test_an_edit_to_the_paper_that_went_beats_its_going(tmp_path: Path, deed: str) -> None:
    one, mirrored = merged_elsewhere(tmp_path, deed)
    with one, mirrored:
        assert everything(one) == everything(mirrored)
        kept, back = one.paper("v17"), one.paper("mine")
        assert kept.id != back.id
        assert kept.tags == ("new", "nlp", "old")
        assert kept.note == "To read.\n\nSection 3!\n"
        assert back.sources == ("0-0.jsonl",)
        assert "nlp" in back.tags
        if deed == "note":
            assert back.note == "Section 3!\nand an hour of thought\n"
        else:
            assert back.tags == ("nlp", "old", "tagged")
        (conflict,) = one.conflicts()
        assert conflict.is_deletion
        # It is a pair again, and can be merged once more, with what was added.
        (pair,) = one.duplicates()
        one.merge_papers(pair.first, pair.second)
        assert one.count() == 1
        assert one.paper("mine").id == kept.id
        text = "an hour of thought" if deed == "note" else "tagged"
        assert text in f"{one.paper('v17').note} {one.paper('v17').tags}"


def test_where_nobody_edited_it_the_merge_goes_through(tmp_path: Path) -> None:
    one, mirrored = merged_elsewhere(tmp_path, "kept")
    with one, mirrored:
        assert everything(one) == everything(mirrored)
        assert one.count() == 1
        assert one.paper("mine").venue == "NIPS"
        assert one.conflicts() == []
        with pytest.raises(UnknownKeyError):
            one.paper("nobody")


def test_two_machines_that_merge_the_same_two_the_other_way_round_lose_none(
    tmp_path: Path,
) -> None:
    """Neither paper had what the other lacked: each machine only kept one and let one go."""
    base, one, other = (tmp_path / f"{name}.db" for name in ("base", "one", "other"))
    with Library.open(base) as library:
        first, second = add(library, tmp_path, {"title": ATTENTION}, {"title": ATTENTION + "s"})
    for path, ids in ((one, (first.id, second.id)), (other, (second.id, first.id))):
        shutil.copy(base, path)
        with Library.open(path) as library:
            library.merge_papers(*ids)
    assert merge_files(base, one, other) == 2  # two deletions that did not hold
    with Library.open(one, state=tmp_path / "fresh") as library:
        assert {library.paper(paper.key).id for paper in (first, second)} == {first.id, second.id}
        assert len(library.duplicates()) == 1


def test_a_paper_that_took_another_in_is_not_lost_by_a_deletion(tmp_path: Path) -> None:
    base, one, other = (tmp_path / f"{name}.db" for name in ("base", "one", "other"))
    with Library.open(base) as library:
        first, second = add(library, tmp_path, {"title": ATTENTION}, {"title": ATTENTION + "s"})
    for path in (one, other):
        shutil.copy(base, path)
    with Library.open(one) as library:
        library.merge_papers(first.id, second.id)
    with Library.open(other) as library:
        library.delete([first.id])
    merge_files(base, one, other)
    with Library.open(one, state=tmp_path / "fresh") as library:
        assert library.paper(second.key).id == first.id


def test_each_field_is_of_one_kind() -> None:
    assert set(TAKEABLE).isdisjoint(UNITED)
