"""Which format a file has, and whether it is text at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper
from readinglist.errors import FormatError
from readinglist.formats.json_lines import to_object
from readinglist.formats.recognition import (
    ARXIV_ATOM,
    ARXIV_MAIL,
    BIBTEX,
    CSL_JSON,
    DAILY_PAPERS,
    HUGGING_FACE,
    IMPORT_FORMATS,
    JSON,
    parse,
    read_text,
    recognise,
)
from tests.formats.hugging_face_pages import listed, saved_page
from tests.formats.test_arxiv_atom import API_ENTRY, RSS_ITEM, atom, rss
from tests.formats.test_arxiv_mail import HEADERS, MAIL, encoded

ABSTRACT = "We measure how long it takes to find a paper again, and " + "again, and " * 12 + "stop."
PAGE = f"Get trending papers in your email inbox!\nSubscribe\nOn Lists\n{ABSTRACT}\n"


def year_2001() -> tuple[int, str]:
    return 2001, "a test says so"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        ("\ufeffnaïve".encode(), "naïve"),
        ("李 😀".encode(), "李 😀"),
    ],
)
def test_utf_8_is_read_as_it_is(data: bytes, text: str) -> None:
    assert read_text(data) == (text, "")


def test_another_encoding_is_read_with_a_word_about_it() -> None:
    text, assumption = read_text("naïve “quotes”".encode("cp1252"))
    assert text == "naïve “quotes”"
    assert "Windows-1252" in assumption


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "It is empty"),
        (b" \r\n\t", "It is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no text file"),
        (bytes(range(1, 256)) * 4, "no text file"),
    ],
)
def test_what_is_no_text_gives_one_sentence(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_text(data)


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, _ = read_text(data)
    except FormatError:
        return
    assert isinstance(text, str)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (PAGE, DAILY_PAPERS),
        ('{"title": "On Lists"}', JSON),
        ('[\n  {"title": "On Lists"}\n]', JSON),
        (PAGE.replace("On Lists", "@article{Lists}"), DAILY_PAPERS),
    ],
)
def test_a_format_is_told_from_the_content(text: str, kind: str) -> None:
    assert recognise(text) == kind
    assert kind in IMPORT_FORMATS
    assert len(parse(text, kind, year_2001).papers) == 1


SAVED = saved_page(listed())
ANSWER = json.dumps([listed()])
OURS = json.dumps(to_object(Paper("On Lists", 1, "lists")))
ZOTERO = json.dumps(
    [{"id": "http://zotero.org/1", "type": "article-journal", "title": "On Lists",
      "author": [{"family": "Doe", "given": "Jane"}], "issued": {"date-parts": [[2024, 1]]}}]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SAVED, HUGGING_FACE),
        (f"<!-- saved from url=(0030)https://huggingface.co/papers -->\n{SAVED}", HUGGING_FACE),
        (saved_page(props={"paper": listed()["paper"]}, target="PaperContent"), HUGGING_FACE),
        (ANSWER, HUGGING_FACE),
        (json.dumps([listed()], indent=2), HUGGING_FACE),
        (json.dumps(listed()["paper"]), HUGGING_FACE),
        (json.dumps(listed()["paper"] | {"id": "2401.00001", "type": "paper"}), HUGGING_FACE),
        (json.dumps({"dailyPapers": [listed()]}), HUGGING_FACE),
        pytest.param(
            json.dumps({"title": "x"} | listed("y" * 3000)), HUGGING_FACE, id="long title"
        ),
        (OURS, JSON),
        (f"[\n{OURS}\n]", JSON),
        (json.dumps({"title": 'On "upvotes": 3 and "paper": {', "venue": "x"}), JSON),
        (json.dumps({"title": "On Lists", "paper": "lists.pdf"}), JSON),
        (ZOTERO, CSL_JSON),
        (json.dumps([{"id": "a", "type": "book", "title": 'A "paper": {}', "DOI": "x"}]), CSL_JSON),
        (atom(API_ENTRY), ARXIV_ATOM),
        ("<!-- by arXiv -->\n" + atom(API_ENTRY).partition("\n")[2], ARXIV_ATOM),
        (rss(RSS_ITEM), ARXIV_ATOM),
        (MAIL, ARXIV_MAIL),
        (f"Hello,\n\n{MAIL}".replace("\n", "\r\n"), ARXIV_MAIL),
        (f"{HEADERS}\n{MAIL}", ARXIV_MAIL),
        (encoded("base64"), ARXIV_MAIL),
        (f"From arxiv Tue Jan  2 01:00:00 2024\n{encoded('quoted-printable')}", ARXIV_MAIL),
        (f"@misc{{a, title = {{On Lists}}, abstract = {{\n{MAIL}}}}}", BIBTEX),
    ],
)
def test_pages_answers_feeds_and_mails_are_told_apart(text: str, kind: str) -> None:
    """Neither our JSON nor CSL is taken for an answer of Hugging Face's, nor the other way."""
    assert recognise(text) == kind
    assert kind in IMPORT_FORMATS
    assert parse(text, kind, year_2001).papers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!DOCTYPE html><html><body>Daily Papers", "a web page's source"),
        ("<!DOCTYPE html><html><p data-props='{}'>x", "only pages of huggingface.co/papers"),
        ("<?xml version='1.0'?><rss><title>A blog</title></rss>", "a web page's source"),
        ("<?xml version='1.0'?><feed>no such archive</feed>", "a web page's source"),
        ("<?xml version='1.0'?>", "a web page's source"),
        ("Dear diary, nothing was published today.", "no listing page"),
        (f"On Lists\n{ABSTRACT}", "no listing page"),
    ],
)
def test_what_can_not_be_imported_is_called_by_its_name(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        recognise(text)


def test_a_page_without_a_head_is_read_when_the_format_is_given() -> None:
    (paper,) = parse(f"On Lists\n{ABSTRACT}", DAILY_PAPERS, year_2001).papers
    assert paper.title == "On Lists"


def test_utf16_is_text() -> None:
    """What Windows calls Unicode text is read, and the report says so."""
    assert read_text("Größe\r\n".encode("utf-16")) == ("Größe\r\n", "It was read as UTF-16.")


def test_one_stray_byte_does_not_spoil_a_page() -> None:
    """The rest stays UTF-8; the report says how many places are lost, and where the first is."""
    data = "one\ntwo · Größe • — ”".encode() + b"\xff" + " and more ü".encode()
    text, assumption = read_text(data)
    assert text == "one\ntwo · Größe • — ”\ufffd and more ü"
    assert "1 place, first line 2" in assumption
