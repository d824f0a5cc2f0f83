"""Importing .bib files: papers are completed, never doubled; nothing of a file is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from readinglist.domain.paper import Status
from readinglist.services.library import Library
from tests.conftest import Listed, PageMaker

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.services.importing import FileReport


class Bib:
    """Writes .bib files and imports them."""

    def __init__(self, library: Library, folder: Path) -> None:
        self._library = library
        self._folder = folder

    def __call__(self, text: str, name: str = "refs.bib") -> FileReport:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return self._library.import_files([path]).files[0]


@pytest.fixture
def bib(library: Library, tmp_path: Path) -> Bib:
    return Bib(library, tmp_path)


def counts(report: FileReport) -> tuple[int, int, int]:
    return report.added, report.completed, report.unchanged


PREPRINT = """@misc{vaswani2017,
  title = {Attention Is All You Need},
  author = {Vaswani, Ashish and Shazeer, Noam},
  year = {2017},
  eprint = {1706.03762},
  archiveprefix = {arXiv},
}
"""
PUBLISHED = """@inproceedings{NIPS2017,
  title = {Attention is {All} you {Need}},
  author = {Vaswani, A. and Shazeer, N.},
  year = {2018},
  booktitle = {NeurIPS},
  pages = {1--11},
}
"""


def test_importing_again_changes_no_byte(bib: Bib, library: Library, library_file: Path) -> None:
    text = PREPRINT + PUBLISHED + "@misc{vaswani2017, title={Another}}\n@book{a'b, title={C}}\n"
    assert counts(bib(text)) == (3, 1, 0)
    library.save()
    before = library_file.read_bytes()
    assert counts(bib(text)) == (0, 0, 4)
    library.save()
    assert library_file.read_bytes() == before


def test_a_bib_file_completes_what_a_listing_page_brought(
    bib: Bib, library: Library, page: PageMaker
) -> None:
    library.import_files(
        [page(Listed("Attention Is All You Need", authors=8, date="Jun 12, 2017 5"))]
    )
    (paper,) = library.papers(library.find().ids)
    library.mark([paper.id], status=Status.READ, add_tags=["mine"])
    library.note(paper.key, "my note")

    assert counts(bib(PREPRINT)) == (0, 1, 0)

    (after,) = library.papers(library.find().ids)
    assert after.authors == ("Vaswani, Ashish", "Shazeer, Noam")
    assert (after.arxiv, after.published) == ("1706.03762", "2017-06-12")
    assert (after.status, after.tags, after.note) == (Status.READ, ("mine",), "my note")
    assert after.key == "vaswani2017"  # the imported key is kept, for nobody knew ours
    assert library.paper(paper.key).id == after.id


def test_a_key_that_is_known_outside_stays_and_the_imported_one_is_another_name(
    bib: Bib, library: Library, page: PageMaker
) -> None:
    library.import_files([page("Attention Is All You Need")])
    (paper,) = library.export().papers
    bib(PREPRINT)
    assert library.paper("vaswani2017").key == paper.key
    assert library.export(keys=["vaswani2017"]).text.startswith("@misc{vaswani2017,")


def test_a_preprint_and_its_published_version_are_one_paper_that_knows_both(
    bib: Bib, library: Library
) -> None:
    bib(PREPRINT)
    report = bib(PUBLISHED, "published.bib")

    assert counts(report) == (0, 1, 0)
    (paper,) = library.papers(library.find().ids)
    assert (paper.venue, paper.published) == ("NeurIPS", "2017")
    assert [entry.key for entry in paper.entries] == ["vaswani2017", "NIPS2017"]
    assert report.offers == ("vaswani2017: year is “2018” in the file, “2017” here.",)
    text = library.export(keys=["NIPS2017", "vaswani2017"]).text
    assert PREPRINT in text
    assert PUBLISHED in text


def test_the_facts_of_the_published_version_are_taken_when_asked_for(
    bib: Bib, library: Library, tmp_path: Path
) -> None:
    bib(PREPRINT)
    bib(PUBLISHED, "published.bib")
    library.edit("vaswani2017", {"venue": "NIPS"})
    report = library.import_files([tmp_path / "published.bib"], update=True)
    assert (report.completed, report.files[0].offers) == (1, ())
    paper = library.paper("vaswani2017")
    assert (paper.year, paper.venue) == (2018, "NIPS")  # what a person set stays
    library.undo()
    assert library.paper("vaswani2017").year == 2017


ARTICLE = "@article{k, title={A Good Title}, author={Doe, Jo}, year=2001, pages={1--9}}"


def test_an_entry_that_was_corrected_in_its_file_is_offered_and_taken(
    bib: Bib, library: Library, tmp_path: Path
) -> None:
    bib(ARTICLE)
    before = library.export().text
    corrected = ARTICLE.replace("2001", "2002").replace("1--9", "1--19").replace("Jo", "Joan")
    report = bib(corrected)

    assert counts(report) == (0, 0, 1)
    assert report.offers == (
        "k: author is “Doe, Joan” in the file, “Doe, Jo” here; year is “2002” in the file, "
        "“2001” here; pages is “1–19” in the file, “1–9” here.",
    )
    assert library.export().text == before

    report = library.import_files([tmp_path / "refs.bib"], update=True).files[0]
    assert counts(report) == (0, 1, 0)
    paper = library.paper("k")
    assert (paper.authors, paper.published) == (("Doe, Joan",), "2002")
    assert "pages = {1--19}" in library.export().text
    assert bib(corrected).offers == ()


def test_what_a_person_set_is_neither_offered_again_nor_taken_away(
    bib: Bib, library: Library, tmp_path: Path
) -> None:
    bib(ARTICLE)
    library.edit("k", {"title": "A Better Title"})
    assert bib(ARTICLE.replace("Good", "Better")).offers == ()
    library.import_files([tmp_path / "refs.bib"], update=True)
    report = bib(ARTICLE.replace("2001", "2003"), "other.bib")
    assert len(report.offers) == 1
    library.import_files([tmp_path / "other.bib"], update=True)
    paper = library.paper("k")
    assert (paper.title, paper.year) == ("A Better Title", 2003)


def test_undoing_an_import_takes_back_keys_and_entries(bib: Bib, library: Library) -> None:
    bib(PREPRINT)
    before = library.papers(library.find().ids)
    bib(PUBLISHED, "published.bib")
    library.undo()
    assert library.papers(library.find().ids) == before
    library.redo()
    (paper,) = library.papers(library.find().ids)
    assert len(paper.entries) == 2
    library.delete([paper.id])
    library.undo()
    assert library.papers([paper.id]) == [paper]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("author={Doe, J}, year=2001", "author={Roe, R}, year=2001"),
        ("year=2001, journal={J}", "year=2004, journal={J}"),
        ("year=2001, journal={J}, pages={1--2}", "year=2001, journal={J}, pages={7--9}"),
        ("year=2001, journal={J}", "year=2001, journal={K}"),  # told apart in one file
    ],
)
def test_works_of_one_title_stay_apart(bib: Bib, library: Library, one: str, other: str) -> None:
    bib(f"@article{{a, title={{Letters}}, {one}}}\n@article{{b, title={{Letters}}, {other}}}")
    assert library.count() == 2


def test_a_book_is_not_its_chapter_and_a_thesis_not_its_paper(bib: Bib, library: Library) -> None:
    bib(
        "@book{a, title={T}}\n@inbook{b, title={T}}\n@phdthesis{c, title={T}}",
    )
    assert library.count() == 3


def test_an_arxiv_id_that_a_program_gave_to_everything_joins_nothing(
    bib: Bib, library: Library
) -> None:
    bib(
        "@article{a, title={Turtles}, author={Bo, J}, eprint={1011.1669}, journal={A}}\n"
        "@article{b, title={Models}, author={Da, D}, eprint={1011.1669}, journal={B}}"
    )
    assert library.count() == 2


def test_a_key_of_another_paper_is_not_taken_from_it(bib: Bib, library: Library) -> None:
    bib("@misc{smith, title={A}, author={Smith, J}, year=2001}")
    report = bib("@misc{smith, title={B}, author={Smith, J}, year=2002}", "other.bib")
    assert library.paper("smith").title == "A"
    assert library.paper("smith2002b").title == "B"
    assert report.assumptions == ("smith is another paper's key here: smith2002b was taken.",)


def test_macros_of_one_file_serve_those_that_come_after_it(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "strings.bib").write_text("@string{jml = {J. of Lists}}")
    (tmp_path / "refs.bib").write_text("@article{k, title={T}, journal=jml, month=feb}")
    report = library.import_files([tmp_path / "strings.bib", tmp_path / "refs.bib"])
    assert not any(file.problems for file in report.files)
    assert library.paper("k").venue == "J. of Lists"
    assert "journal = {J. of Lists}" in library.export().text


def test_what_a_person_set_is_exported_and_the_rest_stays_as_it_came(
    bib: Bib, library: Library
) -> None:
    bib(PREPRINT)
    library.edit("vaswani2017", {"title": "Attention & More"})
    text = library.export().text
    assert "title = {Attention \\& More}" in text
    assert "author = {Vaswani, Ashish and Shazeer, Noam}" in text
    library.undo()
    assert library.export().text == PREPRINT.replace("archiveprefix", "archiveprefix")


def test_entries_travel_through_the_library_file(
    bib: Bib, library: Library, library_file: Path, tmp_path: Path
) -> None:
    bib('@preamble{"\\newcommand{\\mine}{M}"}\n% mine\n@misc{k, title={\\mine}, month=1 # jan}')
    text = library.export().text
    library.save()
    with Library.open(library_file, state=tmp_path / "fresh") as other:
        assert other.export().text == text
    assert '@preamble{"\\providecommand{\\mine}{M}"}' in text
    assert "% mine\n@misc{k," in text
    assert "month = {1} # jan" in text


def test_what_an_entry_refers_to_goes_along(bib: Bib, library: Library) -> None:
    bib("@inproceedings{c, title={C}, crossref={P}}\n@proceedings{P, title={Proc}}\n@misc{x}")
    exported = library.export(keys=["c"])
    assert [paper.key for paper in exported.papers] == ["c", "P"]
    assert exported.text.index("{c,") < exported.text.index("{P,")


def test_each_problem_has_its_line_and_the_rest_is_imported(bib: Bib, library: Library) -> None:
    report = bib("@misc{a, title={A}}\n\n@misc{b, title={B\n\n@misc{c, title={C} year=2001}\n")
    assert library.count() == 2
    assert [problem.split(":")[1] for problem in report.problems] == ["3", "5"]


def test_old_encodings_are_read_and_said(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "old.bib"
    path.write_bytes("@misc{k, title={Größe}}\n".encode("latin-1"))
    (report,) = library.import_files([path]).files
    assert library.paper("k").title == "Größe"
    assert report.assumptions == (
        "1 line not in UTF-8 was read as Windows-1252, the first is line 1.",
    )


def test_entries_without_keys_are_found_again(bib: Bib, library: Library) -> None:
    text = "@article{, title={No Key}, author={Doe, J}, journal={J}, year=2011}"
    assert counts(bib(text)) == (1, 0, 0)
    assert counts(bib(text)) == (0, 0, 1)


def test_an_entry_without_a_key_is_nobodys_parent(bib: Bib, library: Library) -> None:
    bib("@misc{one, title={First}}\n@article{, title={No Key}, journal={J}, year=2011}")
    assert (library.paper("one").venue, library.paper("one").published) == (None, None)


def test_a_title_that_was_corrected_is_that_of_the_same_paper(
    bib: Bib, library: Library, tmp_path: Path
) -> None:
    bib("@misc{k, title={A Study of the Traqnsformer}, author={Doe, Jo}}")
    report = bib("@misc{k, title={A Study of the Transformer}, author={Doe, Jo}}")
    assert counts(report) == (0, 0, 1)
    library.import_files([tmp_path / "refs.bib"], update=True)
    assert library.paper("k").title == "A Study of the Transformer"
    assert counts(bib("@misc{k, title={Another Matter}, author={Doe, Jo}}")) == (1, 0, 0)


def test_a_doi_that_was_corrected_is_offered(bib: Bib, library: Library) -> None:
    bib("@misc{k, title={T}, author={Doe, Jo}, doi={10.1234/a}}")
    report = bib("@misc{k, title={T}, author={Doe, Jo}, doi={10.1234/b}}")
    assert report.offers == ("k: doi is “10.1234/b” in the file, “10.1234/a” here.",)


def test_names_may_begin_with_a_command(bib: Bib, library: Library) -> None:
    bib(r"@misc{k, title={T}, author={Jane Doe and \v{C}ech, Eduard and \O rsted, Hans}}")
    assert library.paper("k").authors == ("Doe, Jane", "Čech, Eduard", "Ørsted, Hans")


def test_a_file_in_utf_16_is_read(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "windows.bib"
    path.write_text("@misc{k, title={Über T}}", encoding="utf-16")
    report = library.import_files([path]).files[0]
    assert library.paper("k").title == "Über T"
    assert report.assumptions == ("It was read as UTF-16.",)
