"""Importing: papers that are new come in, known ones get what they lacked, no more."""

from __future__ import annotations

import io
import json
import os
import random
import sys
from pathlib import Path

import pytest

from readinglist.config import Config
from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import InvalidValueError
from readinglist.services.library import Library
from tests.conftest import ABSTRACT, Listed, PageMaker, by_sql
from tests.formats.hugging_face_pages import listed, saved_page
from tests.formats.test_arxiv_atom import API_ENTRY, atom
from tests.formats.test_arxiv_mail import MAIL


def json_file(folder: Path, *papers: dict[str, object], name: str = "papers.jsonl") -> Path:
    """Write papers as JSON lines; each gets a title unless it has one."""
    path = folder / name
    path.write_text("".join(json.dumps({"title": "A Paper"} | p) + "\n" for p in papers))
    return path


def only(library: Library) -> Paper:
    (paper,) = library.papers(library.find().ids)
    return paper


def test_papers_come_in_as_the_page_has_them(library: Library, page: PageMaker) -> None:
    report = library.import_files(
        [page(Listed("One, Once", authors=3, date="Dec 8, 2022 5"), "Two $x^2$ Times", "Three")]
    )
    assert (report.added, report.completed, report.unchanged) == (3, 0, 0)
    one, two, three = library.papers(library.find().ids)
    assert (one.title, one.author_count, one.published, one.comments) == (
        "One, Once", 3, "2022-12-08", 5,
    )  # fmt: skip
    assert one.abstract == ABSTRACT
    assert (one.key, two.key, three.key) == ("OneOnce2022", "TwoX2", "Three")
    assert one.id == paper_id("One, Once")
    assert {paper.sources for paper in (one, two, three)} == {("page.txt",)}


def test_importing_again_changes_no_byte(
    library: Library, library_file: Path, page: PageMaker
) -> None:
    file = page(Listed("One", authors=3, date="Dec 8, 2022 5"), "Two", "One")
    first = library.import_files([file])
    assert (first.added, first.unchanged) == (2, 1)
    library.save()
    before = library_file.read_bytes(), library.history()
    again = library.import_files([file, file])
    assert (again.added, again.completed, again.unchanged) == (0, 0, 6)
    library.save()
    assert (library_file.read_bytes(), library.history()) == before


def test_a_page_under_another_name_is_the_same_page(
    library: Library, library_file: Path, page: PageMaker
) -> None:
    file = page("One", "Two")
    library.import_files([file])
    library.save()
    before = library_file.read_bytes()
    library.import_files([file.rename(file.with_name("copied.txt"))])
    library.save()
    assert library_file.read_bytes() == before


def test_a_second_page_gives_what_the_first_one_lacked(library: Library, page: PageMaker) -> None:
    library.import_files([page("The Paper", name="first.txt")])
    bare = only(library)
    report = library.import_files(
        [page(Listed("The paper", authors=4, date="Dec 8, 2022 5"), name="second.txt")]
    )
    assert (report.added, report.completed) == (0, 1)
    full = only(library)
    assert (full.author_count, full.published, full.comments) == (4, "2022-12-08", 5)
    assert full.sources == ("first.txt", "second.txt")
    assert (full.key, full.title, full.added_at) == (bare.key, "The Paper", bare.added_at)


def test_a_second_page_never_replaces_a_fact(library: Library, page: PageMaker) -> None:
    library.import_files([page(Listed("P", authors=4, date="Dec 8, 2022 5"), name="first.txt")])
    before = only(library)
    report = library.import_files(
        [page(Listed("P", ABSTRACT[::-1] + ".", 9, "Dec 9, 2023 4"), name="second.txt")]
    )
    assert report.unchanged == 1
    after = only(library)
    assert after.sources == ("first.txt", "second.txt")
    assert (after.author_count, after.published, after.comments, after.abstract) == (
        before.author_count, before.published, before.comments, before.abstract,
    )  # fmt: skip


def test_the_page_of_the_evening_brings_the_counts_of_the_morning_up_to_date(
    library: Library, library_file: Path, tmp_path: Path
) -> None:
    """They are all that changes; importing either page once more changes no byte."""
    morning, evening = tmp_path / "morning.html", tmp_path / "evening.html"
    morning.write_text(
        saved_page(
            listed("A", id="2401.00001", upvotes=5, githubStars=10, numComments=3),
            listed("B", id="2401.00002", upvotes=1),
            listed("C", id="2401.00003", upvotes=7),
        )
    )
    evening.write_text(
        saved_page(
            listed("A", id="2401.00001", upvotes=40, githubStars=9, numComments=4,
                   summary="Another abstract.", publishedAt="2024-02-01"),
            listed("B", id="2401.00002", upvotes=1),
            listed("C", id="2401.00003", upvotes=70),
            listed("D", id="2401.00004"),
        )
    )  # fmt: skip
    assert library.import_files([morning]).added == 3
    library.mark([p.id for p in library.papers(library.find("C").ids)], status=Status.READ)
    library.edit(library.papers(library.find("title:C").ids)[0].key, {"votes": "2"})
    before = {paper.title: paper for paper in library.papers(library.find().ids)}
    report = library.import_files([evening])
    assert (report.added, report.completed, report.unchanged) == (1, 1, 2)
    after = {paper.title: paper for paper in library.papers(library.find().ids)}
    a, c = after["A"], after["C"]
    assert (a.votes, a.comments, a.stars) == (40, 4, 10)
    assert (a.abstract, a.published) == (before["A"].abstract, "2024-01-02")
    assert c.votes == 2, "a person's word"
    library.save()
    file = library_file.read_bytes(), library.history()
    again = library.import_files([morning, evening])
    assert (again.added, again.completed, again.unchanged) == (0, 0, 7)
    library.save()
    assert (library_file.read_bytes(), library.history()) == file
    assert library.undo().left_out == 0
    assert {paper.title: paper for paper in library.papers(library.find().ids)} == before


def test_a_saved_page_completes_what_was_copied_as_text(
    library: Library, page: PageMaker, tmp_path: Path
) -> None:
    library.import_files([page(Listed("On Lists", authors=2, date="Jan 2, 2024 1"))])
    bare = only(library)
    saved = tmp_path / "saved.html"
    saved.write_text(saved_page(listed("On lists", githubRepo="doe/lists", numComments=4)))
    report = library.import_files([saved])
    assert (report.files[0].format, report.added, report.completed) == ("hugging-face", 0, 1)
    full = only(library)
    assert (full.authors, full.arxiv, full.votes, full.comments) == (
        ("van Doe, Jane",), "2401.00001", 12, 4,
    )  # fmt: skip
    assert full.links == ("https://github.com/doe/lists",)
    assert (full.title, full.key, full.abstract) == (bare.title, bare.key, ABSTRACT)
    library.undo()
    assert only(library) == bare


def test_a_feed_a_mail_and_a_saved_page_tell_of_one_paper(library: Library, tmp_path: Path) -> None:
    """The arXiv id finds it under another title; each completes what the others lack."""
    for name, text in (
        ("cs.CL.xml", atom(API_ENTRY)), ("monday.eml", MAIL), ("page.html", saved_page(listed())),
    ):  # fmt: skip
        (tmp_path / name).write_text(text)
    names = ("cs.CL.xml", "monday.eml", "page.html")
    report = library.import_files([tmp_path / name for name in names])
    assert [file.format for file in report.files] == ["arxiv-atom", "arxiv-mail", "hugging-face"]
    assert [(file.added, file.completed) for file in report.files] == [(1, 0), (2, 1), (0, 1)]
    (paper,) = (p for p in library.papers(library.find().ids) if p.arxiv == "2401.00001")
    assert paper.sources == names
    assert (paper.doi, paper.votes) == ("10.1000/182", 12)


def test_a_year_is_completed_by_a_whole_date_of_that_year(library: Library, tmp_path: Path) -> None:
    library.import_files([json_file(tmp_path, {"published": "2022"})])
    library.import_files([json_file(tmp_path, {"published": "2023-01-01"}, name="b.jsonl")])
    assert only(library).published == "2022"
    library.import_files([json_file(tmp_path, {"published": "2022-05-31"}, name="c.jsonl")])
    assert only(library).published == "2022-05-31"


def test_links_are_joined_and_misc_becomes_what_it_is(library: Library, tmp_path: Path) -> None:
    library.import_files([json_file(tmp_path, {"links": ["https://a.org", "https://b.org"]})])
    library.import_files(
        [
            json_file(
                tmp_path,
                {"links": ["https://c.org", "https://a.org"], "type": "article"},
                {"type": "book"},
                name="b.jsonl",
            )
        ]
    )
    paper = only(library)
    assert paper.links == ("https://a.org", "https://b.org", "https://c.org")
    assert paper.type == "article"


def test_what_the_researcher_did_is_never_touched(library: Library, tmp_path: Path) -> None:
    library.import_files(
        [json_file(tmp_path, {"venue": "Old", "doi": "10.1000/1", "links": ["https://a.org"]})]
    )
    key = only(library).key
    library.mark([only(library).id], status=Status.READ, priority=Priority.LOW, add_tags=["mine"])
    library.note(key, "my note")
    library.edit(
        key, {"title": "A Paper, Corrected", "authors": "Curie, Marie", "venue": "", "links": ""}
    )
    library.edit(key, {"doi": "", "type": "misc"})
    before = only(library)
    report = library.import_files(
        [
            json_file(
                tmp_path,
                {
                    "status": "skipped", "priority": "high", "tags": ["theirs"], "note": "theirs",
                    "authors": ["Nobody, N."], "venue": "New", "links": ["https://a.org"],
                    "doi": "10.1000/1", "key": "theirkey",
                },
                name="b.jsonl",
            )
        ]
    )  # fmt: skip
    assert (report.added, report.completed, report.unchanged) == (0, 0, 1), report
    after = only(library)
    assert after.sources == ("papers.jsonl", "b.jsonl")
    assert Paper(**{f: getattr(after, f) for f in Paper.__slots__} | {"sources": ()}) == Paper(
        **{f: getattr(before, f) for f in Paper.__slots__} | {"sources": ()}
    )


def test_an_identifier_that_was_corrected_still_finds_its_paper(
    library: Library, library_file: Path, tmp_path: Path
) -> None:
    """The page repeats the error for ever; it must not bring the paper in once more."""
    file = json_file(tmp_path, {"doi": "10.1000/WRONG"}, {"doi": "10.1000/other"})
    library.import_files([file])
    assert library.count() == 2
    for paper in library.papers(library.find().ids):
        library.edit(paper.key, {"doi": f"{paper.doi}-corrected"})
    library.save()
    before = library_file.read_bytes()
    report = library.import_files([file])
    library.save()
    assert (report.added, library.count()) == (0, 2)
    assert library_file.read_bytes() == before


def test_identifiers_that_another_program_corrected_bring_nothing_in_twice(
    library: Library, library_file: Path, tmp_path: Path
) -> None:
    file = json_file(tmp_path, {"doi": "10.1000/one"}, {"doi": "10.1000/other"})
    library.import_files([file])
    library.save()
    by_sql(library_file, "UPDATE paper SET doi = '10.1000/right' WHERE doi = '10.1000/other'")
    library.take_in()
    assert library.import_files([file]).unchanged == 2
    assert library.count() == 2


def test_an_arxiv_id_finds_its_paper_under_any_title(library: Library, tmp_path: Path) -> None:
    library.import_files([json_file(tmp_path, {"arxiv": "1706.03762"})])
    library.import_files(
        [json_file(tmp_path, {"title": "Renamed", "arxiv": "1706.03762v5"}, name="b.jsonl")]
    )
    assert only(library).title == "A Paper"


@pytest.mark.parametrize("field", ["doi", "arxiv"])
def test_two_works_of_one_title_stay_two(library: Library, tmp_path: Path, field: str) -> None:
    values = {"doi": ("10.1000/1", "10.1000/2"), "arxiv": ("1706.00001", "1706.00002")}[field]
    files = [json_file(tmp_path, {field: v}, name=f"{n}.jsonl") for n, v in enumerate(values)]
    for file in (*files, *files):
        library.import_files([file])
    papers = library.papers(library.find(sort="key").ids)
    assert sorted(getattr(paper, field) for paper in papers) == list(values)
    assert len({paper.key.lower() for paper in papers}) == 2
    assert len({paper.id for paper in papers}) == 2


def test_the_same_papers_have_the_same_ids_and_keys_on_every_machine(
    tmp_path: Path, page: PageMaker
) -> None:
    titles = ["One", "Two", "One Two", "One, two, three, four", "One, two, three, five"]
    titles += ["One, two, three, four six", "One, two, three, five seven", "One (two) three four"]
    found = []
    for machine in range(6):
        folder = tmp_path / str(machine)
        random.Random(machine).shuffle(titles)
        with Library.open(folder / "library.db", state=folder) as library:
            for number, title in enumerate(titles):  # in another order, a file each
                library.import_files([page(title, name=f"{number}.txt")])
            found.append({(paper.id, paper.key) for paper in library.papers(library.find().ids)})
    assert all(papers == found[0] for papers in found)
    assert len({key for _, key in found[0]}) == 7


def test_the_key_pattern_of_the_configuration_makes_the_keys(
    library_file: Path, tmp_path: Path
) -> None:
    config = Config(citation_key="[auth:upper]:[year]")
    authors: dict[str, object] = {"authors": ["Curie, Marie"], "published": "1903"}
    with Library.open(library_file, config) as library:
        library.import_files([json_file(tmp_path, authors, authors | {"title": "Another"})])
        keys = {paper.key for paper in library.papers(library.find().ids)}
        assert keys == {"CURIE:1903Paper", "CURIE:1903Another"}  # whichever came first
        assert library.paper("CURIE:1903").key in keys


def test_a_key_that_is_taken_is_not_given_again(library: Library, tmp_path: Path) -> None:
    library.import_files([json_file(tmp_path, {"key": "same"}, {"key": "SAME", "title": "B"})])
    library.edit("same", {"key": "renamed"})
    library.import_files([json_file(tmp_path, {"key": "same", "title": "C"}, name="c.jsonl")])
    keys = {paper.title: paper.key for paper in library.papers(library.find().ids)}
    assert keys == {"A Paper": "renamed", "B": "B", "C": "C"}


def test_several_files_are_one_step(library: Library, page: PageMaker) -> None:
    library.import_files([page("Old", name="0.txt")])
    library.import_files(
        [
            page("One", "Two", name="1.txt"),
            page(Listed("Two", authors=2), "Three", "Old", name="2.txt"),
        ]
    )
    assert library.count() == 4
    full = library.papers(library.find(sort="title").ids)
    step = library.undo()
    assert step.left_out == 0
    assert [(p.title, p.sources) for p in library.papers(library.find().ids)] == [
        ("Old", ("0.txt",))
    ]
    step = library.redo()
    assert step.left_out == 0
    assert library.papers(library.find(sort="title").ids) == full
    library.undo()
    assert library.count() == 1


def test_a_file_that_can_not_be_read_does_not_stop_the_others(
    library: Library, page: PageMaker, tmp_path: Path
) -> None:
    good = page("One", "Two")
    cut = page("A whole paper", name="cut.txt")
    cut.write_text(cut.read_text()[:-12])
    bad = {
        "empty.txt": b" \n", "binary.txt": b"\x00\x01" * 99, "prose.txt": b"Dear diary, not much.",
        "page.html": b"<!DOCTYPE html><title>x</title>", "some.bib": b"@misc{a, title={b}",
        "broken.json": b'[{"title": "x"', "no.jsonl": b'{"title": ""}\n',
    }  # fmt: skip
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    names = [*bad, cut.name, "missing.txt", "home"]
    report = library.import_files([*(tmp_path / name for name in names), good])
    assert report.added == library.count() == 2
    for file in report.files[:-1]:
        assert file.failed
        (problem,) = file.problems
        assert problem.startswith(file.file)
        assert "\n" not in problem
    assert not report.files[-1].failed
    says = {Path(file.file).name: file.problems[0] for file in report.files[:-1]}
    assert "No such file" in says["missing.txt"]
    assert "Is a directory" in says["home"]
    assert "ends within the abstract" in says["cut.txt"]
    assert "balance" in says["some.bib"]


def test_an_entry_that_can_not_be_read_is_named_with_its_line(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"title": "Good"}\n\n{"title": "Bad", "status": "burnt"}\nnonsense\n')
    (report,) = library.import_files([path]).files
    assert (report.entries, report.added, report.failed) == (1, 1, False)
    where = sorted(problem.split(": ")[0] for problem in report.problems)
    assert where == [f"{path}:3", f"{path}:4"]


def test_a_format_can_be_said_and_must_be_one(library: Library, page: PageMaker) -> None:
    file = page("One")
    assert library.import_files([file], format="json").files[0].failed
    assert library.import_files([file], format="daily-papers").added == 1
    with pytest.raises(InvalidValueError, match=r"docx.*daily-papers"):
        library.import_files([file], format="docx")


def test_a_year_that_no_page_names_is_said_or_that_of_the_file(
    library: Library, page: PageMaker
) -> None:
    old = page(Listed("Old", authors=2, date="Mar 3"), name="old.txt")
    os.utime(old, (1_600_000_000, 1_600_000_000))
    (report,) = library.import_files([old]).files
    assert library.paper("Old2020").published == "2020-03-03"
    assert "2020" in report.assumptions[0]
    assert "the file was last changed then" in report.assumptions[0]
    said = page(Listed("Said", authors=2, date="Mar 3"), name="said.txt")
    (report,) = library.import_files([said], year=2018).files
    assert library.paper("Said2018").published == "2018-03-03"
    assert "--year" in report.assumptions[0]


def test_a_year_on_the_page_outweighs_what_was_said(library: Library, page: PageMaker) -> None:
    file = page(
        Listed("Dated", authors=2, date="Mar 3, 2022"), Listed("Undated", authors=2, date="Apr 4")
    )
    (report,) = library.import_files([file], year=1999).files
    assert library.paper("Undated2023").published == "2023-04-04"
    assert "2022" in report.assumptions[0]


def test_text_that_is_not_utf8_is_read_and_the_report_says_how(
    library: Library, tmp_path: Path, page: PageMaker
) -> None:
    file = page("A Naïve Café")
    file.write_bytes(file.read_text().encode("cp1252"))
    (report,) = library.import_files([file]).files
    assert only(library).title == "A Naïve Café"
    assert "Windows-1252" in report.assumptions[0]


def test_standard_input_is_a_file_called_dash(
    library: Library, page: PageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = page(Listed("Piped", authors=1, date="Mar 3")).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    (report,) = library.import_files(["-"]).files
    assert (report.file, report.added) == ("-", 1)
    assert "the present one" in report.assumptions[0]


def test_progress_counts_to_the_end_of_each_file(library: Library, page: PageMaker) -> None:
    seen: list[tuple[str, int, int]] = []
    file = page("One", "Two", "Three")
    library.import_files([file], progress=lambda name, done, of: seen.append((name, done, of)))
    assert seen == [(str(file), n, 3) for n in (1, 2, 3)]


def test_the_five_real_pages(library: Library, library_file: Path, listings: Path) -> None:
    files = sorted(listings.glob("*.txt"))
    report = library.import_files(files)
    assert [file.entries for file in report.files] == [26, 204, 87, 29, 51]
    assert (report.added, library.count()) == (376, 376)
    assert not any(file.problems for file in report.files)
    papers = library.papers(library.find().ids)
    assert sum(paper.published is not None for paper in papers) == 83
    assert sum(paper.author_count is not None for paper in papers) == 81
    assert sum(paper.organization is not None for paper in papers) == 2
    assert len({paper.key.lower() for paper in papers}) == 376
    assert all(paper.sources for paper in papers)
    library.save()
    before = library_file.read_bytes()
    again = library.import_files(reversed(files))
    library.save()
    assert (again.added, again.completed, again.unchanged) == (0, 0, 397)
    assert library_file.read_bytes() == before
    assert library.undo().left_out == 0
    assert library.count() == 0
    assert library.redo().left_out == 0
    assert library.papers(library.find(sort="key").ids) == sorted(
        papers, key=lambda paper: paper.key.lower()
    )
