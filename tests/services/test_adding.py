"""A paper that is typed in: known if it is here already, else added as one step."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readinglist.config import Config
from readinglist.domain.change import describe
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import InvalidValueError
from readinglist.services.adding import recognise
from readinglist.services.library import Library
from tests.formats.hugging_face_pages import listed
from tests.formats.test_arxiv_atom import API_ENTRY, atom
from tests.formats.test_arxiv_mail import MAIL
from tests.services.test_changing import Elsewhere

BIBTEX = """@article{knuth84,
  title = {Literate Programming}, author = {Donald E. Knuth}, year = 1984, doi = {10.1093/comjnl/27.2.97}
}
@misc{turing50, title = {Computing Machinery and Intelligence}, year = 1950}
"""  # noqa: E501 - as pages have them


def content(library: Library) -> dict[int, Paper]:
    return {paper.id: paper for paper in library.papers(library.find().ids)}


def only(library: Library) -> Paper:
    """Return the one paper of the library."""
    (paper,) = content(library).values()
    return paper


# --- adding


def test_a_paper_is_added_with_all_that_is_said_of_it(library: Library) -> None:
    step = library.add(
        {
            "title": "Attention  Is All You Need",
            "authors": "Ashish Vaswani; Shazeer, Noam",
            "year": "2017",
            "arxiv": "https://arxiv.org/abs/1706.03762v5",
            "tags": "nlp, to read,nlp",
            "status": "reading",
            "priority": "high",
        }
    )
    paper = only(library)
    assert step.papers == (paper.id,)
    assert step.summary == "vaswani2017attention: added"
    assert paper.title == "Attention Is All You Need"
    assert paper.authors == ("Vaswani, Ashish", "Shazeer, Noam")
    assert (paper.key, paper.key_frozen) == ("vaswani2017attention", False)
    assert (paper.published, paper.arxiv) == ("2017", "1706.03762")
    assert (paper.status, paper.priority) == (Status.READING, Priority.HIGH)
    assert paper.tags == ("nlp", "to read")
    assert paper.added_at
    said = [describe(change) for change in library.history()]
    assert "added" in said
    assert "status: unread → reading" in said


def test_the_key_is_made_by_the_configured_pattern(tmp_path: Path) -> None:
    config = Config(citation_key="[year][auth:upper]")
    with Library.open(tmp_path / "other.db", config) as library:
        library.add({"title": "A Title", "authors": "Doe, Jane", "year": "2020"})
        assert only(library).key == "2020DOE"


def test_a_key_that_was_typed_is_kept_and_never_changes_by_itself(
    library: Library, tmp_path: Path
) -> None:
    library.add({"title": "Literate Programming", "key": "mine"})
    library.import_text(BIBTEX, "pasted BibTeX")
    paper = library.paper("mine")
    assert (paper.key, paper.key_frozen) == ("mine", True)
    assert library.paper("knuth84").id == paper.id
    with pytest.raises(InvalidValueError, match="Another paper has the key MINE"):
        library.add({"title": "Something Else", "key": "MINE"})


def test_one_undo_takes_it_away_and_redo_brings_all_of_it_back(library: Library) -> None:
    library.add({"title": "One"})
    before = content(library)
    library.add({"title": "Two", "tags": "a, b", "status": "read", "abstract": "Of two."})
    after = content(library)
    for _ in range(2):
        assert library.undo().summary == "Two: added"
        assert content(library) == before
        assert library.redo().summary == "Two: added"
        assert content(library) == after
    library.undo()
    library.undo()
    assert content(library) == {}


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"authors": "Doe, Jane"}, "A paper needs a title"),
        ({"title": " "}, "A paper needs a title"),
        ({"title": "x", "titel": "y"}, "Did you mean title"),
        ({"title": "x", "doi": "nonsense"}, "is no DOI"),
        ({"title": "x", "key": ""}, "can't be a citation key"),
        ({"title": "x", "tags": "a\x1b[2J"}, "can't be a tag"),
    ],
)
def test_what_does_not_fit_adds_nothing(library: Library, texts: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        library.add(texts)
    assert says in str(refused.value)
    assert content(library) == {}
    assert library.history() == []


@pytest.mark.parametrize(
    "texts",
    [
        {"title": "attention is all you need!"},
        {"title": "Attention", "arxiv": "1706.03762"},
        {"arxiv": "1706.03762"},
        {"doi": "10.5555/3295222"},
    ],
)
def test_a_paper_that_is_here_already_is_found_and_not_added_again(
    library: Library, texts: dict[str, str]
) -> None:
    library.add(
        {
            "title": "Attention Is All You Need",
            "arxiv": "1706.03762",
            "doi": "10.5555/3295222",
        }
    )
    paper = only(library)
    assert library.find_same(texts) == paper
    with pytest.raises(InvalidValueError, match="already: AttentionAllYou"):
        library.add({"title": "attention is all you need", **texts})
    assert content(library) == {paper.id: paper}


def test_another_work_of_the_same_title_is_told_apart_by_its_authors(library: Library) -> None:
    library.add({"title": "Introduction", "authors": "Doe, Jane"})
    assert library.find_same({"title": "Introduction", "authors": "Roe, Max"}) is None
    library.add({"title": "Introduction", "authors": "Roe, Max"})
    keys = sorted(paper.key for paper in content(library).values())
    assert keys == ["doeintroduction", "roeintroduction"]


def test_no_import_touches_what_was_typed(library: Library) -> None:
    """Only what was left open is filled in."""
    library.add({"title": "Literate Programming", "year": "1985", "type": "book"})
    library.import_text(BIBTEX, "pasted BibTeX", update=True)
    paper = library.paper("knuth84")
    assert (paper.published, paper.type) == ("1985", "book")
    assert paper.doi == "10.1093/comjnl/27.2.97"


def test_undo_leaves_it_whole_where_another_machine_has_marked_it(
    library: Library, library_file: Path
) -> None:
    library.add({"title": "One", "venue": "NeurIPS", "tags": "a"})
    paper = only(library)
    elsewhere = Elsewhere(library_file)
    elsewhere.edit(paper.id, "status", "unread", "read")
    elsewhere.close()
    step = library.undo()
    assert (step.papers, step.left_out) == ((), 1)
    assert only(library).venue == "NeurIPS"
    assert only(library).tags == ("a",)


TITLES = st.sampled_from(["One", "Two", "one", "Über Two", "$x^2$", "[b]x[/b]", "…"])
TEXTS = st.fixed_dictionaries(
    {"title": TITLES},
    optional={
        "authors": st.sampled_from(["Doe, Jane", "Roe, Max; Doe, Jane", "{ACME Inc}", ""]),
        "year": st.sampled_from(["2020", "2021-05", ""]),
        "arxiv": st.sampled_from(["1706.03762", "2001.00001", ""]),
        "doi": st.sampled_from(["10.1000/a", "10.1000/A", "10.1000/b"]),
        "tags": st.sampled_from(["", "a", "b, a"]),
        "status": st.sampled_from([s.value for s in Status]),
        "key": st.sampled_from(["k1", "K1", "k2"]),
        "abstract": st.text(max_size=20),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_adding_and_undoing_leaves_the_library_as_it_was(papers: list[dict[str, str]]) -> None:
    """Whatever is typed: keys are unique, and each step back is exact, and can be gone again."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder, "library.db"), state=Path(folder, "state")) as library,
    ):
        states = [content(library)]
        for texts in papers:
            try:
                step = library.add(texts)
            except InvalidValueError:
                assert content(library) == states[-1]
                continue
            states.append(content(library))
            assert set(states[-1]) - set(states[-2]) == set(step.papers)
            keys = [key.lower() for key in library.all_keys()]
            assert len(keys) == len(set(keys)) == len(states[-1])
            with pytest.raises(InvalidValueError):
                library.add(texts)
        for state in reversed(states[:-1]):
            library.undo()
            assert content(library) == state
        for state in states[1:]:
            library.redo()
            assert content(library) == state


# --- what was pasted


@pytest.mark.parametrize(
    ("text", "name", "texts"),
    [
        ("1706.03762", "arXiv id 1706.03762", {"arxiv": "1706.03762"}),
        (" arXiv:1706.03762v5\n", "arXiv id 1706.03762", {"arxiv": "1706.03762"}),
        ("arxiv.org/abs/1706.03762", "arXiv id 1706.03762", {"arxiv": "1706.03762"}),
        ("https://arxiv.org/pdf/hep-th/9901001", "arXiv id hep-th/9901001", None),
        ("10.48550/arXiv.1706.03762", "arXiv id 1706.03762", {"arxiv": "1706.03762"}),
        ("doi:10.1000/182", "DOI 10.1000/182", {"doi": "10.1000/182"}),
        ("doi.org/10.1000/182", "DOI 10.1000/182", {"doi": "10.1000/182"}),
        ("https://e.org/p.pdf", "a web address", {"url": "https://e.org/p.pdf"}),
        ("Deep  Model\nAssembling", "a title", {"title": "Deep Model Assembling"}),
        ("Why @misc is not enough", "a title", {"title": "Why @misc is not enough"}),
        (" \n ", "", {}),
        ("@misc{x, title", "BibTeX, without an entry that is complete", {}),
        ("@article", "BibTeX, without an entry that is complete", {}),
        ("word " * 200, "Too long for a title, and in no format that is known.", {}),
    ],
)
def test_one_line_is_an_identifier_an_address_or_a_title(
    text: str, name: str, texts: dict[str, str] | None
) -> None:
    recognised = recognise(text)
    assert recognised.name == name
    assert recognised.format is None
    if texts is not None:
        assert recognised.texts == texts
        assert recognised.is_of_use == bool(texts)


def test_papers_in_a_format_are_counted() -> None:
    assert recognise(BIBTEX).name == "BibTeX, 2 entries"
    assert recognise(f"% from a page\n{BIBTEX[:-2]}").name == "BibTeX, 1 entry"
    assert recognise("TY  - JOUR\nTI  - A Title\nER  - \n").format == "ris"
    assert recognise(json.dumps([listed()])).name == "papers of Hugging Face"
    assert recognise(atom(API_ENTRY)).name == "an arXiv feed"
    assert recognise(MAIL).name == "an arXiv mail"


@given(st.text(max_size=200))
def test_any_text_is_recognised_or_of_no_use(text: str) -> None:
    recognised = recognise(text)
    assert bool(recognised.name) == bool(text.split())


def test_pasted_bibtex_is_one_step_with_its_papers_named(library: Library) -> None:
    library.add({"title": "Literate Programming"})
    known = only(library)
    report = library.import_text(BIBTEX, "pasted BibTeX")
    (file,) = report.files
    assert (report.added, report.completed) == (1, 1)
    assert [p.key for p in library.papers(file.papers)] == ["knuth84", "turing50"]
    assert library.paper("turing50").sources == ("pasted BibTeX",)
    library.undo()
    assert content(library) == {known.id: known}


def test_what_is_wrong_in_it_is_told_with_its_line(library: Library) -> None:
    report = library.import_text(f"{BIBTEX}\n@misc{{broken, title = ", "pasted BibTeX")
    assert report.added == 2
    assert report.files[0].problems[0].startswith("pasted BibTeX:6: ")
    nothing = library.import_text("@misc{broken, title = ", "pasted BibTeX")
    assert nothing.files[0].failed
    assert nothing.files[0].problems[0].startswith("pasted BibTeX:1: ")
    assert nothing.files[0].papers == ()
