"""CSL-JSON and RIS, as Zotero, pandoc and publishers write them."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from readinglist.domain.fields import field_text, parse_field
from readinglist.domain.paper import Paper
from readinglist.errors import FormatError
from readinglist.formats import csl_json, ris
from readinglist.formats.bibtex_writing import Context, Dialect, entry, write_bibtex
from readinglist.formats.recognition import recognise

ITEM = {
    "id": "doe2024",
    "type": "article-journal",
    "title": "On <i>E. coli</i> & ImageNet",
    "author": [
        {"family": "Doe", "given": "Jane"},
        {"family": "Beethoven", "given": "L.", "non-dropping-particle": "van"},
        {"literal": "ACME, Inc."},
    ],
    "container-title": "Journal of Lists",
    "volume": 7,
    "issue": "2",
    "page": "12-19",
    "DOI": "10.1000/182",
    "URL": "https://example.org/a_b",
    "issued": {"date-parts": [[2024, 5, 31]]},
}

RIS = """\
TY  - JOUR
AU  - Doe, Jane
AU  - Roe, Richard, Jr.
TI  - On 100% of Lists
JO  - Journal of Lists
PY  - 2024/05/31
VL  - 7
IS  - 2
SP  - 12
EP  - 19
DO  - 10.1000/182
UR  - https://example.org/a_b
KW  - lists
KW  - order
AB  - One.
ER  -

TY  - BOOK
AU  - Poe, E.
TI  - Another
PB  - Press
PY  - 1999
ER  -
"""


def test_a_csl_item_is_a_paper_with_an_entry() -> None:
    (paper,) = csl_json.parse(json.dumps([ITEM])).papers
    assert (paper.key, paper.type, paper.title) == ("doe2024", "article", "On E. coli & ImageNet")
    assert paper.authors == ("Doe, Jane", "van Beethoven, L.", "ACME Inc.")
    assert (paper.published, paper.venue, paper.doi) == (
        "2024-05-31", "Journal of Lists", "10.1000/182",
    )  # fmt: skip
    assert entry(paper) == (
        "@article{doe2024,\n"
        "  author = {Doe, Jane and van Beethoven, L. and {ACME Inc.}},\n"
        "  volume = {7},\n"
        "  number = {2},\n"
        "  pages = {12--19},\n"
        "  doi = {10.1000/182},\n"
        "  url = {https://example.org/a_b},\n"
        "  title = {On {E}. coli \\& {ImageNet}},\n"
        "  journal = {Journal of Lists},\n"
        "  year = {2024},\n"
        "  month = may,\n"
        "}\n"
    )


def test_what_we_write_for_pandoc_reads_as_it_was() -> None:
    (paper,) = csl_json.parse(json.dumps(ITEM)).papers
    (again,) = csl_json.parse(csl_json.write([paper])).papers
    for name in ("key", "type", "title", "authors", "published", "venue", "doi", "url"):
        assert getattr(again, name) == getattr(paper, name)
    (item,) = json.loads(csl_json.write([paper]))
    assert (item["volume"], item["issue"], item["page"]) == ("7", "2", "12–19")


def test_a_listed_paper_for_pandoc() -> None:
    paper = Paper(title="T", key="t", organization="ACME", arxiv="1706.03762", published="2017")
    assert json.loads(csl_json.write([paper])) == [
        {
            "id": "t",
            "type": "article",
            "title": "T",
            "author": [{"literal": "ACME"}],
            "issued": {"date-parts": [[2017]]},
            "URL": "https://arxiv.org/abs/1706.03762",
            "number": "arXiv:1706.03762",
        }
    ]


def test_ris_references() -> None:
    one, other = ris.parse(RIS).papers
    assert one.authors == ("Doe, Jane", "Roe Jr., Richard")
    assert (one.title, one.type, one.published) == ("On 100% of Lists", "article", "2024-05-31")
    assert (one.venue, one.doi, one.url) == (
        "Journal of Lists", "10.1000/182", "https://example.org/a_b",
    )  # fmt: skip
    assert one.entries[0].get("pages") == "12--19"
    assert one.entries[0].get("title") == r"On 100\% of Lists"
    assert one.entries[0].get("keywords") == "lists, order"
    assert (other.type, other.published, other.venue) == ("book", "1999", "Press")


@pytest.mark.parametrize(
    ("text", "kind"), [(json.dumps([ITEM]), "csl-json"), (RIS, "ris"), ("@misc{k}", "bibtex")]
)
def test_they_are_recognised(text: str, kind: str) -> None:
    assert recognise(text) == kind


@pytest.mark.parametrize("text", ["[]", "[1]", "{", '[{"type": "book"}]', "[" * 100_000])
def test_what_is_no_csl_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        csl_json.parse(text)


@pytest.mark.parametrize("text", ["", "TY  - JOUR\nAU  - Doe\nER  - \n"])
def test_what_is_no_ris_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        ris.parse(text)


def test_an_item_that_can_not_be_read_is_named_and_the_others_are_read() -> None:
    parsed = csl_json.parse(json.dumps([ITEM, {"type": "book"}, 7]))
    assert len(parsed.papers) == 1
    assert [problem.message[:6] for problem in parsed.problems] == ["Item 2", "Item 3"]


@pytest.mark.parametrize(
    "wrong",
    ['"title": " "', '"title": "\\ud800"', '"title": "x", "issued": {"date-parts": [[1e999]]}'],
)
def test_neither_nothing_nor_infinity_is_an_item(wrong: str) -> None:
    parsed = csl_json.parse(f'[{json.dumps(ITEM)}, {{"type": "book", {wrong}}}]')
    assert len(parsed.papers) == 1
    assert parsed.problems[0].message == "Item 2 is no CSL item with a title."


def test_what_no_text_can_hold_is_left_out() -> None:
    strange = '{"type": "book", "title": "a\\ud800b", "DOI": "10.1000/\\u0000x", "URL": "http://\\udfffa"}'
    (paper,) = csl_json.parse(strange).papers
    assert (paper.title, paper.doi, paper.url) == ("ab", "10.1000/x", "http://a")


def test_identifiers_and_pages_with_a_brace_can_be_written() -> None:
    strange = json.dumps(ITEM | {"DOI": "10.1000/{2", "URL": "http://a.org/}{", "page": "1} - 2"})
    written = write_bibtex(csl_json.parse(strange).papers, Context(Dialect.BIBLATEX)).text
    assert "doi = {10.1000/%7B2}" in written
    assert "url = {http://a.org/%7D%7B}" in written
    assert r"pages = {1{\textbraceright}--2}" in written


def test_pages_are_a_range_however_they_are_written() -> None:
    for written in ("1-9", "1 – 9", "1—9", "1 -- 9"):
        (paper,) = csl_json.parse(json.dumps(ITEM | {"page": written})).papers
        assert paper.entries[0].get("pages") == "1--9"
    began = time.process_time()
    (paper,) = csl_json.parse(json.dumps(ITEM | {"page": "1" + " " * 100_000 + "9"})).papers
    assert paper.entries[0].get("pages") == "1 9"
    assert time.process_time() - began < 2


def test_a_reference_without_an_end_ends_where_the_next_begins() -> None:
    text = (
        "TY  - THES\nAU  - The, Sis\nTI  - A Thesis\nPY  - 2010\n"
        "TY  - JOUR\nAU  - Bee, C\nTI  - Second\nJO  - Nature\nPY  - 2011\n"
    )
    parsed = ris.parse(text)
    assert [(p.title, p.authors, p.type, p.venue) for p in parsed.papers] == [
        ("A Thesis", ("The, Sis",), "phdthesis", None),
        ("Second", ("Bee, C",), "article", "Nature"),
    ]
    assert [note.partition(":")[0] for note in parsed.assumptions] == ["Line 1", "Line 5"]


def test_braces_in_names_from_outside_are_left_out() -> None:
    """In the form that edits names they mark a name that is not to be split."""
    (paper,) = csl_json.parse(json.dumps(ITEM | {"author": [{"literal": "D} and {w"}]})).papers
    assert paper.authors == ("D and w",)
    assert parse_field("authors", field_text("authors", paper.authors)) == ("authors", ("D and w",))


def test_names_keep_their_letters_and_signs() -> None:
    text = "TY  - JOUR\nAU  - 王, 小明\nAU  - Simon & Schuster\nTI  - 标题\nPB  - 清华\nER  - \n"
    (paper,) = ris.parse(text).papers
    assert paper.authors == ("王, 小明", "Simon & Schuster")
    modern = write_bibtex([replace(paper, key="k")], Context(Dialect.BIBLATEX)).text
    assert "王, 小明 and {Simon \\& Schuster}" in modern
    assert "清华" in modern
    assert write_bibtex([replace(paper, key="k")]).text.isascii()


def test_markup_in_an_item_becomes_letters() -> None:
    item = ITEM | {
        "title": "10<sup>-3</sup> of H<sub>2</sub>O",
        "abstract": "<jats:p>We<br/> do</jats:p>",
    }
    (paper,) = csl_json.parse(json.dumps([item])).papers
    assert (paper.title, paper.abstract) == ("10⁻³ of H₂O", "We do")


def test_an_address_with_braces_ends_no_entry() -> None:
    parsed = csl_json.parse(
        json.dumps([ITEM | {"URL": "https://e.org/{a b\\", "DOI": "10.1000/{x"}])
    )
    (source,) = parsed.papers[0].entries
    assert source.get("url") == "https://e.org/%7Ba%20b%5C"
    assert source.get("doi") == "10.1000/%7Bx"
    for dialect in Dialect:
        assert "%7Ba%20b%5C" in write_bibtex(parsed.papers, Context(dialect)).text
