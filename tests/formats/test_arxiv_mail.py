"""arXiv's daily mails, as text, as a saved message, and as a mailbox."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper
from readinglist.errors import FormatError
from readinglist.formats.arxiv_mail import parse
from readinglist.formats.parsed import Problem

RULE = "-" * 78 + "\n"
HEAD = (
    RULE * 2
    + "Send any comments regarding submissions directly to submitter.\n"
    + RULE
    + "Archives at http://arxiv.org/\nTo unsubscribe, e-mail To: cs@arXiv.org, Subject: cancel\n"
    + RULE
    + " Submissions to:\nComputation and Language\n"
    + " received from  Mon  1 Jan 24 19:00:00 GMT  to  Tue  2 Jan 24 19:00:00 GMT\n"
    + RULE * 2
)
NEW = r"""\\
arXiv:2401.00001
Date: Mon, 1 Jan 2024 12:34:56 GMT   (123kb,D)

Title: On Sorting $n$ Lists: A Study of Shelves, Drawers
  and Doors
Authors: Jane van Doe (1), Alberto Hern\'andez-Espinosa (MIT, (2) Boston), Plato,
  John Roe, Jr. and Ann Poe ((1) ETH, (2) MIT)
Categories: cs.CL cs.LG
Comments: 12 pages, code at
  https://a.org/lists
Journal-ref: J. Lists 3 (2024) 1-9
DOI: 10.1000/182
License: http://creativecommons.org/licenses/by/4.0/
\\
  We sort lists by hand, which
takes $O(n)$ hands. See https://b.org/hands.
  A second paragraph.
\\ ( https://arxiv.org/abs/2401.00001 ,  123kb)
"""
CROSS = r"""\\
arXiv:2401.00002 (*cross-listing*)
Date: Sun, 31 Dec 2023 01:02:03 GMT   (56kb)

Title: On Trees
Authors: Ann Poe, for the ATLAS Collaboration
Categories: cs.GT cs.CL
\\
  We look at trees.
\\ ( https://arxiv.org/abs/2401.00002 ,  56kb)
"""
REPLACED = r"""\\
arXiv:2211.16743
replaced with revised version Mon, 1 Jan 2024 22:17:21 GMT   (9726kb)

Title: On Owls
Authors: John Roe
Categories: cs.AI
\\ ( https://arxiv.org/abs/2211.16743 ,  9726kb)
"""
MAIL = (
    HEAD + NEW + RULE
    + "%-" * 39 + "\n" + RULE + CROSS + RULE
    + "%%--" * 19 + "%%\n" + RULE + REPLACED + RULE
    + "%%%---" * 12 + "%%%\n"
)  # fmt: skip
ON_LISTS = "On Sorting $n$ Lists: A Study of Shelves, Drawers and Doors"
PAPERS = (
    Paper(
        ON_LISTS,
        paper_id(ON_LISTS),
        authors=(
            "van Doe, Jane", "Hernández-Espinosa, Alberto", "Plato", "Roe Jr., John", "Poe, Ann",
        ),
        abstract=(
            "We sort lists by hand, which takes $O(n)$ hands. See https://b.org/hands.\n\n"
            "A second paragraph."
        ),
        published="2024-01-01",
        arxiv="2401.00001",
        doi="10.1000/182",
        links=("https://b.org/hands",),
    ),
    Paper(
        "On Trees",
        paper_id("On Trees"),
        authors=("Poe, Ann", "ATLAS Collaboration"),
        abstract="We look at trees.",
        published="2023-12-31",
        arxiv="2401.00002",
    ),
    Paper(
        "On Owls", paper_id("On Owls"), authors=("Roe, John",), published="2022-11",
        arxiv="2211.16743",
    ),
)  # fmt: skip
HEADERS = (
    "Delivered-To: me@example.org\n"
    "From: send mail ONLY to cs <no-reply@arxiv.org>\n"
    "To: cs daily title/abstract distribution <rabble@arxiv.org>\n"
    "Subject: cs daily Subj-class mailing 100001 1\n"
    "Date: Tue, 2 Jan 2024 01:00:00 -0500\n"
)


def encoded(kind: str, text: str = MAIL) -> str:
    data = text.encode()
    body = quopri.encodestring(data) if kind == "quoted-printable" else base64.encodebytes(data)
    return (
        f"{HEADERS}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: {kind}\n\n{body.decode()}"
    )


def test_new_papers_cross_lists_and_replacements_come_in_order() -> None:
    """A replacement has neither abstract nor a day of its own, but the month of its id."""
    parsed = parse(MAIL)
    assert parsed.papers == PAPERS
    assert not parsed.problems


@pytest.mark.parametrize(
    "text",
    [
        MAIL.replace("\n", "\r\n"),
        NEW + CROSS + REPLACED,
        "Dear me,\n\nread these:\n" + MAIL + "-- \nJane\n",
        f"{HEADERS}\n{MAIL}",
        encoded("quoted-printable"),
        encoded("quoted-printable").replace("\n", "\r\n"),
        encoded("base64"),
        f"From arxiv Tue Jan  2 01:00:00 2024\n{encoded('base64', NEW)}\n"
        f"From arxiv Wed Jan  3 01:00:00 2024\n{encoded('quoted-printable', CROSS + REPLACED)}",
        NEW.replace("arXiv:2401.00001\n", "arXiv:2401.00001   \n") + CROSS + REPLACED,
    ],
    ids=["crlf", "bare", "quoted", "headers", "qp", "qp crlf", "base64", "mailbox", "blanks"],
)
def test_a_mail_is_read_however_it_was_saved(text: str) -> None:
    assert parse(text).papers == PAPERS


def test_a_message_of_several_parts_is_read_from_its_plain_text() -> None:
    text = (
        f'{HEADERS}MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="x"\n\n'
        "--x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPGI+\n"
        "--x\nContent-Type: text/plain; charset=iso-8859-1\n"
        "Content-Transfer-Encoding: quoted-printable\n\n"
        f"{NEW.replace('Plato', 'Pl=E2ton')}\n--x--\n"
    )
    (paper,) = parse(text).papers
    assert paper.authors[2] == "Plâton"


def test_control_characters_of_an_encoded_mail_are_left_out() -> None:
    text = NEW.replace("On Sorting", "On=00=1B[0m Sorting")
    (paper,) = parse(f"Content-Transfer-Encoding: quoted-printable\n\n{text}").papers
    assert paper.title.startswith("On[0m Sorting")


def test_old_ids_are_read() -> None:
    old = CROSS.replace(
        "arXiv:2401.00002 (*cross-listing*)", "Paper (*cross-listing*): hep-th/9901001"
    )
    (paper,) = parse(old).papers
    assert (paper.arxiv, paper.published) == ("hep-th/9901001", "2023-12-31")


def test_what_looks_like_a_field_in_a_continued_line_or_an_abstract_is_text() -> None:
    text = CROSS.replace("On Trees", "On\n  Date: A Tree").replace("We look", "Title: we look")
    (paper,) = parse(text).papers
    assert (paper.title, paper.abstract) == ("On Date: A Tree", "Title: we look at trees.")


def test_an_item_without_a_title_is_named_with_its_line() -> None:
    parsed = parse(NEW + CROSS.replace("Title: On Trees\n", "") + REPLACED)
    assert [paper.title for paper in parsed.papers] == [ON_LISTS, "On Owls"]
    line = NEW.count("\n") + 2
    assert parsed.problems == (
        Problem(line, "arXiv:2401.00002 (*cross-listing*) has no title; left out."),
    )
    with pytest.raises(FormatError, match="has no title") as error:
        parse(CROSS.replace("Title: On Trees\n", ""))
    assert error.value.line == 2


def test_an_item_that_lost_its_end_ends_at_the_next_rule() -> None:
    lost = NEW[: NEW.rindex("\\\\ (")]
    assert parse(lost + RULE + REPLACED).papers == (PAPERS[0], PAPERS[2])


@pytest.mark.parametrize("after", ["Title: On Sor", "License", "We sort", "A second paragraph.\n"])
def test_a_mail_that_ends_within_a_paper_is_refused(after: str) -> None:
    text = MAIL[: MAIL.index(after) + len(after)]
    with pytest.raises(FormatError, match=r"ends within arXiv:2401\.00001") as error:
        parse(text)
    assert error.value.line == text.count("\n") + 1


@pytest.mark.parametrize("text", ["", HEAD, "\\\\\nDear diary\n\\\\\n", encoded("base64", "Hello")])
def test_what_is_no_such_mail_is_one_sentence(text: str) -> None:
    with pytest.raises(FormatError, match="no daily mail of arXiv's"):
        parse(text)


def test_hostile_values_are_bounded_and_stay_text() -> None:
    title = "[bold]\x1b[31m " + "x" * 1_000_000
    names = ", ".join(f"Jane Doe{n}" for n in range(6000)) + ", ((((, javascript:alert(1)"
    hostile = (
        CROSS.replace("On Trees", title)
        .replace("Ann Poe", names)
        .replace("2401.00002 ", "../../etc/passwd ")
    )
    (paper,) = parse(hostile).papers
    assert paper.title.startswith("[bold]")
    assert len(paper.title) == 2000
    assert len(paper.authors) == 5000
    assert paper.arxiv is None


@given(st.integers(0, len(MAIL)), st.text(max_size=9))
def test_a_mail_cut_anywhere_is_read_or_refused(cut: int, rest: str) -> None:
    for text in (MAIL[:cut] + rest, MAIL[:cut] + rest + MAIL[cut:]):
        try:
            assert parse(text).papers
        except FormatError:
            continue


@given(
    st.sampled_from(["quoted-printable", "base64"]), st.integers(0, 3000), st.text(max_size=9),
    st.sampled_from(["utf-8", "utf-7", "no-such", "idna", "hex", "\x00"]),
)  # fmt: skip
def test_an_encoded_mail_cut_anywhere_is_read_or_refused(
    kind: str, cut: int, rest: str, charset: str
) -> None:
    whole = encoded(kind).replace("charset=utf-8", f"charset={charset}")
    for text in (whole[:cut] + rest, whole[:cut] + rest + whole[cut:]):
        try:
            assert parse(text).papers
        except FormatError:
            continue
