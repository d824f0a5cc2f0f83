"""Daily Papers listing pages, in every layout that they come in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.text import without_controls
from readinglist.errors import FormatError
from readinglist.formats.daily_papers import looks_like, parse
from readinglist.formats.parsed import Parsed, Problem
from readinglist.formats.recognition import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

LISTINGS = Path(__file__).resolve().parents[2].parent / "shared" / "listings"

HEAD = (
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "May 2",
)
LISTS = "Sorting Shopping Lists with Very Small Networks"
LISTS_ABSTRACT = (
    "Shopping lists are usually written in the order of thought, not in that of the shelves. "
    "We train very small networks to sort them, and walk 31\\% less in three shops of our town."
)
TEA = "TeaCup: How Long Should a Model Steep?"
TEA_ABSTRACT = (
    "We ask how long a model should be left alone before it is served; on five benchmarks, "
    "four minutes are enough, and $\\geq 10$ make it bitter. Patience does not scale."
)
OWLS = "Do Owls Generalize? An Empirical Study at Night"
OWLS_ABSTRACT = (
    "Owls turn their heads by $270^\\circ$, yet how they generalize to unseen barns is unknown. "
    "We follow two of them for a year and find that they do, except when it rains."
)


def page(*lines: str) -> str:
    return "\n".join(lines)


def spaced(*lines: str) -> str:
    return "\n\n".join(lines)


def year_2001() -> tuple[int, str]:
    return 2001, "a test says so"


@dataclass(frozen=True)
class Facts:
    """What a listing says of a paper beside title and abstract."""

    authors: int | None = None
    organization: str | None = None
    published: str | None = None
    comments: int | None = None


def facts(parsed: Parsed) -> list[Facts]:
    return [Facts(p.author_count, p.organization, p.published, p.comments) for p in parsed.papers]


def titles(parsed: Parsed) -> list[str]:
    return [paper.title for paper in parsed.papers]


# --- layouts


@pytest.mark.parametrize("join", [page, spaced], ids=["unspaced", "spaced"])
@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        HEAD[1:3],
        (*HEAD[:5], "Nov 10, 2024"),
        (*HEAD[:3], *HEAD[4:5]),
        ("Get trending papers in your email inbox once a day!", *HEAD[1:3]),
        ("Trending Papers", "by AK and the research community"),
        (),
    ],
)
def test_titles_and_abstracts_come_letter_for_letter(
    join: Callable[..., str], head: tuple[str, ...]
) -> None:
    parsed = parse(join(*head, LISTS, LISTS_ABSTRACT, TEA, TEA_ABSTRACT))
    assert [(paper.title, paper.abstract) for paper in parsed.papers] == [
        (LISTS, LISTS_ABSTRACT),
        (TEA, TEA_ABSTRACT),
    ]
    assert not parsed.problems
    assert not parsed.assumptions


@pytest.mark.parametrize("join", [page, spaced], ids=["unspaced", "spaced"])
def test_the_first_title_is_freed_from_subscribe(join: Callable[..., str]) -> None:
    text = join(*HEAD[1:2], f"Subscribe{LISTS}", LISTS_ABSTRACT, TEA, TEA_ABSTRACT)
    assert titles(parse(text)) == [LISTS, TEA]


def test_a_title_that_begins_like_subscribe_stays_whole() -> None:
    title = "Subscribers Leave: A Study of Mailing Lists"
    assert titles(parse(page(*HEAD, title, LISTS_ABSTRACT))) == [title]
    assert titles(parse(page(title, LISTS_ABSTRACT))) == [title]
    glued = page(*HEAD[1:2], f"Subscribe{title}", LISTS_ABSTRACT, f"{title} Again", TEA_ABSTRACT)
    assert titles(parse(glued)) == [title, f"{title} Again"]


@pytest.mark.parametrize("join", [page, spaced], ids=["unspaced", "spaced"])
@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (("  • 24 authors", "·", "Apr 9, 2024 1"), Facts(24, None, "2024-04-09", 1)),
        (("  • 1 authors", "·", "Dec 31, 2022"), Facts(1, None, "2022-12-31")),
        (("• 1 author", "·", "Sept 3, 2023"), Facts(1, None, "2023-09-03")),
        (("  • 4 authors", "·", "Jan 24"), Facts(4, None, "2001-01-24")),
        (("  • 4 authors", "·", "January 24 17"), Facts(4, None, "2001-01-24", 17)),
        (("acme-ai ACME Research", "·", "Jun 3, 2024"), Facts(None, "ACME Research", "2024-06-03")),
        (("acme ACME, Inc.", "·", "Jun 3"), Facts(None, "ACME, Inc.", "2001-06-03")),
        (("·", "Jun 3, 2024 2"), Facts(None, None, "2024-06-03", 2)),
        (("  • 24 authors",), Facts(24)),
    ],
)
def test_metadata(join: Callable[..., str], block: tuple[str, ...], expected: Facts) -> None:
    text = join(*HEAD[:5], LISTS, LISTS_ABSTRACT, *block, TEA, TEA_ABSTRACT)
    parsed = parse(text, year_2001)
    assert facts(parsed) == [expected, Facts()]
    assert titles(parsed) == [LISTS, TEA]
    assert not parsed.problems


def test_papers_with_and_without_metadata_on_one_page() -> None:
    parsed = parse(
        page(
            *(*HEAD, LISTS, LISTS_ABSTRACT),
            *(TEA, TEA_ABSTRACT, "  • 3 authors", "·", "Aug 9, 2021"),
            *(OWLS, OWLS_ABSTRACT, "zoo The Zoo", "·", "Feb 1 4"),
            *(f"{LISTS} II", LISTS_ABSTRACT),
        )
    )
    assert facts(parsed) == [
        Facts(),
        Facts(3, None, "2021-08-09"),
        Facts(None, "The Zoo", "2022-02-01", 4),
        Facts(),
    ]
    assert not parsed.problems


def test_the_facts_of_a_later_paper_are_never_given_to_the_one_before() -> None:
    """An abstract with a bare date behind it is no organization of its neighbour."""
    parsed = parse(page(LISTS, LISTS_ABSTRACT, TEA, TEA_ABSTRACT, "·", "Aug 9, 2021"))
    assert facts(parsed) == [Facts(), Facts(None, None, "2021-08-09")]


@pytest.mark.parametrize("block", [("  • 3 authors",), ("zoo The Zoo",)])
def test_a_title_with_facts_but_no_abstract_is_named_and_its_facts_go_with_it(
    block: tuple[str, ...],
) -> None:
    text = page(LISTS, LISTS_ABSTRACT, TEA, *block, "·", "Aug 9, 2021", OWLS, OWLS_ABSTRACT)
    parsed = parse(text)
    assert titles(parsed) == [LISTS, OWLS]
    assert facts(parsed) == [Facts(), Facts()]
    assert parsed.problems == (Problem(3, f"“{TEA}” has no abstract; left out."),)


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_any_line_ends(newline: str) -> None:
    text = page(*HEAD, LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "Aug 9, 2021", "")
    parsed = parse(text.replace("\n", newline))
    assert titles(parsed) == [LISTS]
    assert facts(parsed) == [Facts(3, None, "2021-08-09")]


def test_a_byte_order_mark_is_no_part_of_a_title() -> None:
    text, assumption = read_text(b"\xef\xbb\xbf" + page(LISTS, LISTS_ABSTRACT).encode())
    assert titles(parse(text)) == [LISTS]
    assert not assumption


def test_letters_that_look_like_line_ends_stay_where_they_are() -> None:
    abstract = LISTS_ABSTRACT.replace(" are", "\u2028are", 1).replace(" of", "\u00a0of", 1)
    assert parse(page(LISTS, abstract)).papers[0].abstract == abstract


def test_an_abstract_in_paragraphs_stays_one_abstract() -> None:
    more = f"{TEA_ABSTRACT} {OWLS_ABSTRACT} {LISTS_ABSTRACT}"
    parsed = parse(page(LISTS, LISTS_ABSTRACT, more, TEA, TEA_ABSTRACT))
    assert parsed.papers[0].abstract == f"{LISTS_ABSTRACT}\n\n{more}"
    assert titles(parsed) == [LISTS, TEA]


def test_a_short_abstract_is_one_if_it_is_a_sentence() -> None:
    parsed = parse(page(LISTS, "We sort lists, and it works well.", TEA, TEA_ABSTRACT))
    assert parsed.papers[0].abstract == "We sort lists, and it works well."


# --- years


@pytest.mark.parametrize(
    ("named", "published"),
    [
        (["Aug 9, 2021", "Dec 1, 2023", "Jan 24"], "2024-01-24"),
        (["Jan 24", "Aug 9, 2021", "May 1, 2020"], "2022-01-24"),
    ],
)
def test_a_date_without_a_year_is_of_the_year_after_the_newest_named(
    named: list[str], published: str
) -> None:
    lines: list[str] = []
    for number, date in enumerate(named):
        lines += [f"{LISTS} {number}", LISTS_ABSTRACT, "  • 3 authors", "·", date]
    parsed = parse(page(*HEAD, *lines), year_2001)
    assert parsed.papers[named.index("Jan 24")].published == published
    newest = int(published[:4]) - 1
    assert parsed.assumptions == (
        f"Dates without a year were taken to be of {newest + 1} "
        f"(the newest year on the page is {newest}).",
    )


def test_the_date_in_the_head_names_a_year_too() -> None:
    text = page(*HEAD[:5], "Nov 10, 2024", LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "Jan 24")
    assert parse(text, year_2001).papers[0].published == "2025-01-24"


def test_a_page_that_names_no_year_gets_the_one_that_is_given_and_says_so() -> None:
    text = page(*HEAD, LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "Jan 24")
    parsed = parse(text, year_2001)
    assert parsed.papers[0].published == "2001-01-24"
    assert parsed.assumptions == (
        "Dates without a year were taken to be of 2001 (a test says so).",
    )


def test_without_any_year_there_is_no_date_rather_than_a_wrong_one() -> None:
    parsed = parse(page(*HEAD, LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "Jan 24 2"))
    assert facts(parsed) == [Facts(3, None, None, 2)]


def test_nothing_is_assumed_where_every_date_has_its_year() -> None:
    text = page(*HEAD, LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "Jan 24, 2023")
    assert not parse(text, year_2001).assumptions


@pytest.mark.parametrize("date", ["Feb 30, 2024", "Feb 29, 2023", "Jun 0, 2024", "May 99, 2024"])
def test_an_impossible_date_is_named_and_left_out(date: str) -> None:
    parsed = parse(page(LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", date))
    assert facts(parsed) == [Facts(3)]
    (problem,) = parsed.problems
    assert problem.line == 5
    month, day, year = date.replace(",", "").split()
    assert problem.message == f"There is no {month} {day} in {year}."


def test_an_abstract_of_addresses_takes_no_long_time() -> None:
    began = time.process_time()
    parse(page(LISTS, LISTS_ABSTRACT + " http://a.org"))
    with pytest.raises(FormatError, match="within the abstract"):
        parse(page(LISTS, LISTS_ABSTRACT + " http://" * 30_000 + "http://" * 30_000 + " x"))
    assert time.process_time() - began < 3


def test_control_characters_are_no_title_and_in_none() -> None:
    parsed = parse(page("\x0f", f"On\x1b[0m {LISTS}", LISTS_ABSTRACT))
    assert titles(parsed) == [f"On[0m {LISTS}"]


@pytest.mark.parametrize("digits", [10, 30, 5000])
def test_no_page_has_so_many_comments(digits: int) -> None:
    parsed = parse(
        page(LISTS, LISTS_ABSTRACT, "·", "Dec 8, 2022 " + "9" * digits, TEA, TEA_ABSTRACT)
    )
    assert parsed.papers[0].comments is None
    assert "is no date; it was left out." in parsed.problems[0].message


def test_what_is_no_date_is_named_and_read_as_the_next_title() -> None:
    text = page(LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", TEA, TEA_ABSTRACT)
    parsed = parse(text)
    assert titles(parsed) == [LISTS, TEA]
    assert parsed.problems == (Problem(5, f"“{TEA}” is no date; it was left out."),)


# --- links


def test_links_of_an_abstract_are_found_cleaned_and_kept() -> None:
    abstract = (
        f"{LISTS_ABSTRACT} Code is available athttps://example.org/lists, data under "
        r"\url{https://example.org/data\_set}, a demo at {https://example.org/demo}. See also "
        "https://example.org/lists."
    )
    (paper,) = parse(page(LISTS, abstract)).papers
    assert paper.abstract == abstract
    assert paper.links == (
        "https://example.org/lists",
        "https://example.org/data_set",
        "https://example.org/demo",
    )


# --- pages that are not whole


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ((LISTS, LISTS_ABSTRACT, TEA[:11]), 3, "ends after the title “TeaCup: How”"),
        ((LISTS, LISTS_ABSTRACT, TEA), 3, "ends after the title"),
        ((LISTS, LISTS_ABSTRACT, TEA, TEA_ABSTRACT[:60]), 4, "ends after the title"),
        ((LISTS, LISTS_ABSTRACT, TEA, TEA_ABSTRACT[:130]), 4, "ends within the abstract of"),
        ((LISTS, LISTS_ABSTRACT, "  • 3 authors"), 3, "ends within the facts of"),
        ((LISTS, LISTS_ABSTRACT, "  • 3 authors", "·"), 3, "ends within the facts of"),
        ((LISTS, LISTS_ABSTRACT, "·"), 3, "ends within the facts of"),
        ((LISTS, LISTS_ABSTRACT, "zoo The Zoo", "·"), 3, "ends within the facts of"),
        ((LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "De"), 5, "ends after the title “De”"),
        (HEAD, None, "holds no papers"),
        ((*HEAD, LISTS), 7, "ends after the title"),
        (("",), None, "holds no papers"),
        ((" ", "\t"), None, "holds no papers"),
    ],
)
def test_a_page_that_is_cut_off_says_where_in_one_sentence(
    lines: tuple[str, ...], line: int | None, message: str
) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        parse(page(*lines))
    assert caught.value.line == line
    assert "opy" in caught.value.hint


@pytest.mark.parametrize(
    "end",
    ["in town!", "(in town)", "at https://example.org/a", "“in town.”", "in $x$)", "in town…"],
)
def test_an_abstract_may_end_in_many_ways(end: str) -> None:
    assert len(parse(page(LISTS, f"{LISTS_ABSTRACT} We did it {end}")).papers) == 1


def test_an_abstract_without_a_title_is_named() -> None:
    long = f"{LISTS_ABSTRACT} {TEA_ABSTRACT} {OWLS_ABSTRACT}"
    parsed = parse(page(long, LISTS, LISTS_ABSTRACT))
    assert titles(parsed) == [LISTS]
    assert parsed.problems == (Problem(1, "An abstract without a title was left out."),)


def test_a_title_without_an_abstract_is_named_in_short() -> None:
    title = "A Title without an Abstract and " + "of a Length " * 8
    parsed = parse(page(*HEAD, title, LISTS, LISTS_ABSTRACT))
    assert titles(parsed) == [LISTS]
    (problem,) = parsed.problems
    assert problem.line == 7
    assert problem.message.endswith("…” has no abstract; left out.")
    assert len(problem.message) < 100


# --- what a listing page looks like


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (page(*HEAD), True),
        (page("Get trending papers in your email inbox once a day!", "x"), True),
        (page(LISTS, LISTS_ABSTRACT, "  • 3 authors", "·", "Aug 9, 2021"), True),
        (page(LISTS, LISTS_ABSTRACT), False),
        ("@article{a, title={b}}", False),
        ("", False),
    ],
)
def test_a_page_is_known_by_its_head_or_its_metadata(text: str, expected: bool) -> None:
    assert looks_like(text) is expected


FRAGMENTS = (
    *(*HEAD, LISTS, LISTS_ABSTRACT, TEA, TEA_ABSTRACT, f"Subscribe{OWLS}", ""),
    *("  • 3 authors", "·", "zoo The Zoo"),
    *("Aug 9, 2021 3", "Jan 24", "Feb 30", "Jan 1, 9999", "Jan 1, 0000"),
)


@given(
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=30), max_size=14),
    st.sampled_from(["\n", "\n\n", "\r\n"]),
    st.integers(0, 40),
)
def test_any_page_is_read_or_refused(lines: list[str], newline: str, cut: int) -> None:
    """Whatever is pasted: papers with their lines as they were, or one sentence."""
    text = newline.join(lines)
    text = text[: len(text) - cut]
    looks_like(text)
    try:
        parsed = parse(text, year_2001)
    except FormatError:
        return
    kept = {line.strip() for line in without_controls(text).replace("\r", "\n").split("\n")}
    for paper in parsed.papers:
        assert paper.title in kept or f"Subscribe{paper.title}" in kept
        assert paper.abstract
        assert set(paper.abstract.split("\n\n")) <= kept


# --- the real pages


@pytest.mark.skipif(not LISTINGS.is_dir(), reason=f"the real listing pages are not in {LISTINGS}")
def test_the_five_real_pages() -> None:
    """All entries, nothing left out, letter for letter."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(LISTINGS.glob("*.txt"))]
    parsed = [parse(text) for text in texts]
    assert [len(page.papers) for page in parsed] == [26, 204, 87, 29, 51]
    assert [page.problems for page in parsed] == [()] * 5
    first = {paper.id: paper for page in reversed(parsed) for paper in reversed(page.papers)}
    assert len(first) == 376
    papers = [paper for page in parsed for paper in page.papers]
    assert len({paper.id for paper in papers if paper.published}) == 83
    assert len({paper.id for paper in papers if paper.author_count}) == 81
    assert len({paper.id for paper in papers if paper.organization}) == 2
    for text, one in zip(texts, parsed, strict=True):
        lines = {line.strip() for line in text.split("\n")}
        for paper in one.papers:
            assert paper.title in lines or f"Subscribe{paper.title}" in lines
            assert paper.abstract in lines
