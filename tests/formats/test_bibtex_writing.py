"""Papers as a .bib file: what is known is written, what is not is not invented."""

from __future__ import annotations

import dataclasses

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper
from readinglist.errors import InvalidValueError, ReadingListError
from readinglist.formats import bibtex_reading, bibtex_writing
from readinglist.formats.bibtex_writing import entry, write_bibtex

ATTENTION = Paper(
    title="Attention Is All You Need",
    key="vaswani2017",
    type="inproceedings",
    authors=("Vaswani, Ashish", "Nguyễn, Ạn"),
    published="2017-06-12",
    venue="NeurIPS",
    arxiv="1706.03762",
)


def test_a_paper_with_all_its_facts() -> None:
    assert write_bibtex([ATTENTION]).text == (
        '@preamble{"\\providecommand{\\rldot}[1]{\\d{#1}}"}\n'
        "\n"
        "@inproceedings{vaswani2017,\n"
        "  author = {Vaswani, Ashish and Nguy{\\~{\\^{e{}}}}n, {\\rldot{A}}n},\n"
        "  title = {Attention Is All You Need},\n"
        "  booktitle = {NeurIPS},\n"
        "  year = {2017},\n"
        "  month = jun,\n"
        "  eprint = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "  url = {https://arxiv.org/abs/1706.03762},\n"
        "}\n"
    )


def test_entries_are_sorted_by_key_with_a_line_between() -> None:
    papers = [Paper(title="x", key=key, published="2020") for key in ("b", "C", "a")]
    text = write_bibtex(papers).text
    assert text == write_bibtex(reversed(papers)).text
    assert text == "\n".join(map(entry, [papers[2], papers[0], papers[1]]))


def test_no_papers_are_an_empty_file() -> None:
    assert write_bibtex([]).text == ""


def test_an_organization_is_a_note_and_a_number_of_authors_is_not_printed() -> None:
    paper = Paper(title="On $O(n)$: Größe, and a title that goes on for long", key="on")
    assert _fields(paper)["key"] == "On O n Groe and a title that goes on for"
    assert "note" not in _fields(paper)
    assert "year" not in _fields(paper)
    counted = Paper(title="x", key="x", author_count=24)
    assert _fields(counted) == {"key": "x", "title": "x"}
    one = Paper(title="李", key="x", author_count=1, organization="R&D")
    assert _fields(one) == {"key": "x", "title": "Li", "note": r"R\&D"}


def test_a_file_says_what_an_unknown_year_is() -> None:
    text = write_bibtex([Paper(title="x", key="x")]).text
    assert text.startswith("@string{undated = {}}\n@comment{")
    assert "  year = undated,\n" in text
    assert "undated" not in write_bibtex([Paper(title="x", key="x", published="2020")]).text


def test_private_notes_and_abstracts_stay_at_home() -> None:
    paper = Paper(title="x", key="x", authors=("A, B",), note="boring", abstract="long")
    assert _fields(paper) == {"author": "A, B", "title": "x"}


@pytest.mark.parametrize(
    ("type_", "written", "field"),
    [
        ("article", "article", "journal"),
        ("inproceedings", "inproceedings", "booktitle"),
        ("incollection", "incollection", "booktitle"),
        ("book", "book", "publisher"),
        ("thesis", "phdthesis", "school"),
        ("report", "techreport", "institution"),
        ("dataset", "misc", "howpublished"),
        ("a}b", "misc", "howpublished"),
    ],
)
def test_the_venue_goes_where_its_type_has_it(type_: str, written: str, field: str) -> None:
    paper = Paper(
        title="x", key="x", type=type_, venue="V & W", authors=("A, B",), published="2020"
    )
    assert entry(paper).startswith(f"@{written}{{x,")
    assert _fields(paper)[field] == r"V \& W"


@pytest.mark.parametrize(
    "lacks",
    [
        {"authors": ("A, B",), "venue": "V"},
        {"authors": ("A, B",), "published": "2020"},
        {"venue": "V", "published": "2020"},
    ],
)
def test_a_type_that_a_style_would_complain_about_is_misc(lacks: dict[str, object]) -> None:
    assert entry(Paper(title="x", key="x", type="article", **lacks)).startswith("@misc")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://x.y/a_b?c=%20d#e~f", "https://x.y/a_b?c=%20d#e~f"),
        ("https://x.y/{a} \\b^^M%zé", "https://x.y/%7Ba%7D%20%5Cb%5E%5EM%25z%C3%A9"),
        ("https://x.y/\udc80\x00", "https://x.y/?%00"),
    ],
)
def test_an_address_is_raw_but_harmless(url: str, written: str) -> None:
    assert _fields(Paper(title="x", key="x", url=url))["url"] == written


def test_an_identifier_that_is_none_is_left_out() -> None:
    good = _fields(Paper(title="x", key="x", doi="10.1000/a_b<c>(1)", arxiv="hep-th/9901001"))
    assert good["doi"] == "10.1000/a_b<c>(1)"
    assert good["eprint"] == "hep-th/9901001"
    assert "url" not in good
    bad = _fields(Paper(title="x", key="x", doi="10.1000/a}b", arxiv="1{"))
    assert bad.keys() == {"key", "title", "url"}


def test_the_head_says_what_to_load() -> None:
    plain = Paper(title="x", key="x", url="https://x.y/z")
    assert "usepackage" not in write_bibtex([plain]).text
    text = write_bibtex([Paper(title="Đ", key="x", url="https://x.y/a_b")]).text
    assert text.startswith("% Needs \\usepackage{url}")
    assert "% Needs \\usepackage[T1]{fontenc}" in text


def test_keys_that_bibtex_takes_for_one_are_refused() -> None:
    with pytest.raises(ReadingListError, match="“a”"):
        write_bibtex([Paper(title="x", key="A"), Paper(title="y", key="a")])


def test_a_key_that_bibtex_refuses_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="a}b"):
        entry(Paper(title="x", key="a}b"))


@pytest.mark.parametrize("kind", ["preamblebook", "stringent", "commentary", "my-type"])
def test_types_that_bibtexparser_takes_for_something_else_are_written(kind: str) -> None:
    for title in ("On Lists", "{@}þ@{x}"):
        (paper,) = bibtex_reading.parse(f"@{kind}{{k, title = {{{title}}}}}").papers
        written = write_bibtex([paper, Paper(title="good", key="right")]).text
        assert [p.key for p in bibtex_reading.parse(written).papers] == ["k", "right"]
        assert f"@{kind}{{k,\n" in written


def test_an_undefined_macro_that_no_file_can_hold_is_told() -> None:
    (paper,) = bibtex_reading.parse("@misc{k, title = {T}, note = a@b}").papers
    written = write_bibtex([paper])
    assert "note" not in written.text
    assert written.warnings == ("k: its file doesn't define a@b (note).",)


@pytest.mark.parametrize("broken", ["a { b", "x}, author = {Evil", "x},\n}\n@misc{z, title={"])
def test_a_file_that_does_not_read_back_is_never_given(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_title(title: str, *_: object) -> str:
        return broken if title == "bad" else title

    monkeypatch.setattr(bibtex_writing, "protect_title", broken_title)
    with pytest.raises(ReadingListError, match="“wrong”"):
        write_bibtex([Paper(title="good", key="right"), Paper(title="bad", key="wrong")])


value = st.text(st.one_of(st.characters(), st.sampled_from("\\{}$%&#_^~\"',= @\n")), max_size=40)


@given(
    papers=st.lists(
        st.builds(
            Paper,
            title=value,
            authors=st.lists(value, max_size=2).map(tuple),
            venue=value,
            organization=value,
            url=value,
            doi=value,
            arxiv=value,
            type=st.sampled_from(["article", "book", "misc"]) | value,
            published=st.sampled_from([None, "2020", "2020-05", "2020-05-31"]),
        ),
        max_size=3,
    )
)
def test_whatever_a_paper_holds_its_file_reads_back(papers: list[Paper]) -> None:
    keyed = [dataclasses.replace(paper, key=f"k{i}") for i, paper in enumerate(papers)]
    text = write_bibtex(keyed).text
    assert text.isascii()
    library = parse_string(text)
    assert not library.failed_blocks
    assert [e.key for e in library.entries] == [paper.key for paper in keyed]


def _fields(paper: Paper) -> dict[str, str]:
    library = parse_string(entry(paper))
    return {field.key: field.value for field in library.entries[0].fields}
