"""Which format a file has, told from its content."""

from __future__ import annotations

import codecs
import contextlib
import re
from typing import TYPE_CHECKING

from readinglist.domain.text import plural
from readinglist.errors import FormatError
from readinglist.formats import daily_papers, json_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from readinglist.formats.parsed import Parsed

DAILY_PAPERS = "daily-papers"
JSON = "json"
IMPORT_FORMATS = (DAILY_PAPERS, JSON)
"""The formats that can be imported, by name."""

_BIBTEX = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_HTML = re.compile(r"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


def read_text(data: bytes) -> tuple[str, str]:
    """Return the text of `data`, and what was assumed to read it (empty for UTF-8).

    Raises:
        FormatError: it is no text.
    """
    if not data.strip():
        raise FormatError("It is empty.", "Copy the page again.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-16"), "It was read as UTF-16."
    if b"\0" in data:
        raise FormatError("It is no text file.", "Save the page as text, or copy it.")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text, assumption = _nearly_utf8(data)
    if sum(c < " " and c not in "\t\r\n\f" for c in text) > len(text) / 100:
        raise FormatError("It is no text file.", "Save the page as text, or copy it.")
    return text, assumption


def _nearly_utf8(data: bytes) -> tuple[str, str]:
    """Return the text of bytes that are not all UTF-8, and what was assumed."""
    text = data.decode("utf-8-sig", errors="replace")
    stray = text.count("\ufffd")
    if sum(not c.isascii() for c in text) > 2 * stray:
        line = text[: text.index("\ufffd")].count("\n") + 1
        return (
            text,
            f"What is not UTF-8 in it stands as � ({plural(stray, 'place')}, first line {line}).",
        )
    return data.decode("cp1252", errors="replace"), "It is not UTF-8; it was read as Windows-1252."


def recognise(text: str) -> str:
    """Return the name of the format of `text`.

    Raises:
        FormatError: it is none that can be imported.
    """
    if json_lines.looks_like(text):
        return JSON
    if daily_papers.looks_like(text):
        return DAILY_PAPERS
    if _BIBTEX.search(text):
        raise FormatError("It is BibTeX, which can't be imported yet.")
    if _HTML.match(text):
        raise FormatError("It is a web page's source.", "Save the page as text, or copy it.")
    raise FormatError("It is no listing page.", f"If it is one, say --format {DAILY_PAPERS}.")


def parse(text: str, kind: str, fallback_year: Callable[[], tuple[int, str]]) -> Parsed:
    """Return what `text`, of the format `kind`, holds.

    Raises:
        FormatError: it doesn't hold what it should.
    """
    if kind == JSON:
        return json_lines.parse(text)
    return daily_papers.parse(text, fallback_year)
