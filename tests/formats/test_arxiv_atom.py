"""arXiv's feeds: what its API answers, and the daily announcements."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper
from readinglist.errors import FormatError
from readinglist.formats.arxiv_atom import parse
from readinglist.formats.parsed import Problem

API_ENTRY = """  <entry>
    <id>http://arxiv.org/abs/2401.00001v3</id>
    <title>On Sorting
  $n$ Lists &amp; Trees</title>
    <updated>2024-03-01T10:00:00Z</updated>
    <link href="https://arxiv.org/abs/2401.00001v3" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2401.00001v3" rel="related" title="pdf"/>
    <summary>  We sort lists, see https://a.org/lists.
It takes x &lt; y steps.
  A second paragraph
follows.
    </summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>2024-01-02T18:00:00Z</published>
    <arxiv:comment>12 pages</arxiv:comment>
    <arxiv:journal_ref>J. Lists 3 (2024) 1-9; reprinted</arxiv:journal_ref>
    <arxiv:doi>https://doi.org/10.1000/182 10.1000/183</arxiv:doi>
    <author><name>Jane van Doe</name><arxiv:affiliation>MIT</arxiv:affiliation></author>
    <author><name>Plato</name></author>
    <author><name>ATLAS Collaboration</name></author>
  </entry>
"""
FEED_ENTRY = """  <entry>
    <id>oai:arXiv.org:2401.00001v1</id>
    <title>On Sorting $n$ Lists &amp; Trees</title>
    <link href="https://arxiv.org/abs/2401.00001" rel="alternate" type="text/html"/>
    <summary>arXiv:2401.00001v1 Announce Type: new
Abstract: We sort lists by hand.</summary>
    <category term="cs.CL"/>
    <published>2024-01-03T00:00:00-05:00</published>
    <arxiv:announce_type>new</arxiv:announce_type>
    <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
    <arxiv:DOI>10.1000/182</arxiv:DOI>
    <dc:creator>Jane van Doe (MIT, (1) Boston), Plato, John Roe, Jr.</dc:creator>
  </entry>
"""
RSS_ITEM = """    <item>
      <title>On Sorting $n$ Lists &amp; Trees</title>
      <link>https://arxiv.org/abs/2401.00001</link>
      <description>arXiv:2401.00001v1 Announce Type: new
Abstract: We sort lists by hand.</description>
      <guid isPermaLink="false">oai:arXiv.org:2401.00001v1</guid>
      <pubDate>Wed, 03 Jan 2024 00:00:00 -0500</pubDate>
      <arxiv:announce_type>new</arxiv:announce_type>
      <arxiv:DOI>10.1000/182</arxiv:DOI>
      <dc:creator>Jane van Doe (MIT, (1) Boston), Plato, John Roe, Jr.</dc:creator>
    </item>
"""
TITLE = "On Sorting $n$ Lists & Trees"
ANNOUNCED = Paper(
    TITLE,
    paper_id(TITLE),
    authors=("van Doe, Jane", "Plato", "Roe Jr., John"),
    abstract="We sort lists by hand.",
    published="2024-01-03",
    arxiv="2401.00001",
    doi="10.1000/182",
)


def atom(*entries: str) -> str:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        "  <id>https://arxiv.org/api/x</id>\n  <title>arXiv Query</title>\n"
        f"{''.join(entries)}</feed>\n"
    )


def rss(*items: str) -> str:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>\n'
        "    <title>cs.CL updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.CL</link>\n"
        f"{''.join(items)}</channel></rss>\n"
    )


def test_an_answer_of_the_api_gives_all_but_free_text() -> None:
    """Neither the comment nor the journal reference has a place in a paper."""
    assert parse(atom(API_ENTRY)).papers == (
        Paper(
            TITLE,
            paper_id(TITLE),
            authors=("van Doe, Jane", "Plato", "ATLAS Collaboration"),
            abstract=(
                "We sort lists, see https://a.org/lists. It takes x < y steps.\n\n"
                "A second paragraph follows."
            ),
            published="2024-01-02",
            arxiv="2401.00001",
            doi="10.1000/182",
            links=("https://a.org/lists",),
        ),
    )


@pytest.mark.parametrize("text", [atom(FEED_ENTRY), rss(RSS_ITEM)], ids=["atom", "rss"])
def test_the_daily_feeds_give_the_abstract_without_its_heading(text: str) -> None:
    parsed = parse(text)
    assert parsed.papers == (ANNOUNCED,)
    assert not parsed.problems


def test_papers_stand_in_the_order_of_the_feed() -> None:
    parsed = parse(atom(FEED_ENTRY, API_ENTRY.replace("2401.00001v3", "hep-th/9901001v1")))
    assert [paper.arxiv for paper in parsed.papers] == ["2401.00001", "hep-th/9901001"]


@pytest.mark.parametrize("kind", ["replace", "cross", "replace-cross"])
def test_what_is_announced_again_has_the_month_of_its_id(kind: str) -> None:
    """The feed dates the announcement, perhaps years after the paper."""
    entry = FEED_ENTRY.replace(">new<", f">{kind}<").replace("Type: new", f"Type: {kind}")
    for text in (entry, entry.replace(f"<arxiv:announce_type>{kind}</arxiv:announce_type>", "")):
        (paper,) = parse(atom(text.replace("2401.00001", "2211.00001"))).papers
        assert (paper.published, paper.abstract) == ("2022-11", "We sort lists by hand.")


def test_an_abstract_of_which_each_line_is_indented_is_one_paragraph() -> None:
    summary = "\n      We sort lists\n      by hand, and then\n      by eye.\n    "
    entry = API_ENTRY[: API_ENTRY.index("<summary>")] + f"<summary>{summary}</summary></entry>"
    (paper,) = parse(atom(entry)).papers
    assert paper.abstract == "We sort lists by hand, and then by eye."


def test_markup_in_a_title_stays_text_and_a_title_ends_somewhere() -> None:
    title = "<b>[bold]</b> & " + "x" * 1_000_000
    (paper,) = parse(atom(API_ENTRY.replace("On Sorting", escape(title)))).papers
    assert paper.title.startswith("<b>[bold]</b> & xxx")
    assert len(paper.title) == 2000


def test_control_characters_are_left_out() -> None:
    (paper,) = parse(atom(API_ENTRY.replace("On Sorting", "On &#x9b;Sorting"))).papers
    assert paper.title.startswith("On Sorting")


def test_there_are_at_most_5000_authors() -> None:
    names = ", ".join(f"Jane Doe{n}" for n in range(6000))
    (paper,) = parse(rss(RSS_ITEM.replace("Jane van Doe", names))).papers
    assert len(paper.authors) == 5000


def test_what_is_no_paper_of_arxivs_is_named_by_its_place() -> None:
    other = "<entry><id>https://blog.example.org/1</id><title>A Walk</title></entry>"
    bare = "<entry><id>http://arxiv.org/abs/2401.00002v1</id><title> </title></entry>"
    parsed = parse(atom(other, API_ENTRY, bare))
    assert len(parsed.papers) == 1
    assert parsed.problems == tuple(
        Problem(1, f"Entry {n} is no paper with an arXiv id and a title.") for n in (1, 3)
    )
    with pytest.raises(FormatError, match="Entry 1 is no paper"):
        parse(atom(other))


def test_an_error_is_told_in_arxivs_words() -> None:
    error = (
        "<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_x</id>"
        "<title>Error</title><summary>incorrect id format\n for x</summary>"
        "<author><name>arXiv api core</name></author></entry>"
    )
    with pytest.raises(FormatError, match=r"arXiv said: incorrect id format for x$"):
        parse(atom(error))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (atom(), "weekends"),
        (rss(), "weekends"),
        ("Rate exceeded.", "no XML"),
        (atom(API_ENTRY)[:-20], "no XML"),
        (atom(API_ENTRY.replace("On Sorting", "On\x1bSorting")), "no XML"),
        (atom(API_ENTRY.replace("On Sorting", "On \ud800")), "no XML"),
        pytest.param("<a>" * 100_000, "no XML", id="open"),
        pytest.param("<a>" * 100_000 + "</a>" * 100_000, "no papers", id="deep"),
    ],
)
def test_what_holds_no_papers_is_one_sentence(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse(text)


def test_definitions_are_refused_before_anything_is_read() -> None:
    """Ten lines of them can stand for gigabytes, or for another file."""
    bomb = '<!DOCTYPE f [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>'
    for text in (bomb, atom(API_ENTRY).replace("?>", '?><!DOCTYPE f SYSTEM "file:///x">')):
        with pytest.raises(FormatError, match="definitions of its own"):
            parse(text)


def test_a_feed_that_is_cut_off_is_told_with_its_line() -> None:
    text = "\n\n" + atom(API_ENTRY)
    with pytest.raises(FormatError, match="cut off") as error:
        parse(text[: text.index("<summary>") + 12])
    assert error.value.line == 14


WHOLE = atom(API_ENTRY, FEED_ENTRY)


@given(st.integers(0, len(WHOLE)), st.text(max_size=9))
def test_a_feed_cut_anywhere_is_refused_or_read(cut: int, rest: str) -> None:
    for text in (WHOLE[:cut] + rest, WHOLE[:cut] + rest + WHOLE[cut:]):
        try:
            assert parse(text).papers
        except FormatError:
            continue
