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
    from collections.abc import Callable, Mapping

    from readinglist.domain.entry import Parts
    from readinglist.formats.parsed import Parsed

DAILY_PAPERS = "daily-papers"
BIBTEX = "bibtex"
CSL_JSON = "csl-json"
RIS = "ris"
JSON = "json"
HUGGING_FACE = "hugging-face"
ARXIV_ATOM = "arxiv-atom"
ARXIV_MAIL = "arxiv-mail"
IMPORT_FORMATS = (
    DAILY_PAPERS, HUGGING_FACE, ARXIV_ATOM, ARXIV_MAIL, BIBTEX, CSL_JSON, RIS, JSON,
)  # fmt: skip
"""The formats that can be imported, by name."""

_BIBTEX = re.compile(r"^[ \t]*@\s*\w+\s*[{(]", re.MULTILINE)
_RIS = re.compile(r"^TY  ?- ?[A-Z]", re.MULTILINE)
_CSL = re.compile(r'"type"\s*:\s*"[a-z]+(?:-[a-z]+)?"')
_CSL_ONLY = re.compile(r'"(?:issued|container-title|title-short|DOI|family|id)"\s*:')
_OURS_ONLY = re.compile(r'"(?:status|priority|author_count|added_at|published)"\s*:')
#: Members that papers of Hugging Face's API have, and neither our JSON nor CSL.
_HUGGING_FACE_ONLY = re.compile(
    r'"(?:paper"\s*:\s*\{|(?:dailyPapers|publishedAt|submittedOnDailyAt|upvotes|discussionId|hidden'
    r')"\s*:)'
)
_HUGGING_FACE_PAGE = re.compile(r"\bdata-props\s*=", re.IGNORECASE)
_FEED = re.compile(r"\s*(?:<\?xml[^<>]*\?>\s*)?(?:<!--[^<>]*-->\s*)*<(?:feed|rss)\b", re.IGNORECASE)
_MAIL_ITEM = re.compile(
    r"^\\\\[ \t]*\r?\n(?:arXiv:\S|Paper(?: \(\*cross-listing\*\))?: ?\S)", re.MULTILINE
)
_MAIL_FROM_ARXIV = re.compile(
    r"(?:From |[A-Z][\w-]*:)(?:.+\n)*?(?:From|Sender|To|Reply-To|List-Id): .*\barxiv\.org\b",
    re.IGNORECASE,
)
_HTML = re.compile(r"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


def read_text(data: bytes) -> tuple[str, str]:
    """Return the text of `data`, and what was assumed to read it (empty for UTF-8).

    Raises:
        FormatError: it is no text.
    """
    if not data.strip():
        raise FormatError("It is empty: there is nothing to import.")
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


def read_lines(data: bytes) -> tuple[str, str]:
    """Return the text of `data`, no byte of it lost, and what was assumed to read it.

    Each line that is no UTF-8 is read as Windows-1252, or as Latin-1 where that has no
    such character.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-16"), "It was read as UTF-16."
    lines = data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    others = 0
    first = ""
    texts = []
    for number, line in enumerate(lines, 1):
        try:
            texts.append(line.decode("utf-8"))
            continue
        except UnicodeDecodeError:
            others += 1
            first = first or f"line {number}"
        try:
            texts.append(line.decode("cp1252"))
        except UnicodeDecodeError:
            texts.append(line.decode("latin-1"))
    assumption = (
        f"{plural(others, 'line')} not in UTF-8 {'was' if others == 1 else 'were'} read as "
        f"Windows-1252, the first is {first}."
        if others
        else ""
    )
    return "\n".join(texts), assumption


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
    start = text.lstrip()[:4000]
    if start[:1] in ("@", "%") and _BIBTEX.search(text):
        return BIBTEX
    if start[:1] in ("[", "{") and _HUGGING_FACE_ONLY.search(start):
        return HUGGING_FACE
    if start[:1] == "<" and (kind := _of_markup(text)):
        return kind
    is_csl = _CSL.search(start) and _CSL_ONLY.search(start) and not _OURS_ONLY.search(start)
    if start[:1] in ("[", "{") and is_csl:
        return CSL_JSON
    if json_lines.looks_like(text):
        return JSON
    if _MAIL_ITEM.search(text) or _MAIL_FROM_ARXIV.match(start):
        return ARXIV_MAIL
    if daily_papers.looks_like(text):
        return DAILY_PAPERS
    if _BIBTEX.search(text):
        return BIBTEX
    if _RIS.search(text):
        return RIS
    if _HTML.match(text):
        raise FormatError(
            "It is a web page's source.",
            "Save the page as text, or copy it; only pages of huggingface.co/papers come as HTML.",
        )
    raise FormatError("It is no listing page.", f"If it is one, say --format {DAILY_PAPERS}.")


def _of_markup(text: str) -> str:
    """Return the format of HTML or XML that can be imported; empty for any other."""
    if _FEED.match(text):
        return ARXIV_ATOM if "arxiv" in text[:4000].lower() else ""
    names = ("dailyPapers", "PaperContent")
    is_page = any(name in text for name in names) and _HUGGING_FACE_PAGE.search(text)
    return HUGGING_FACE if is_page else ""


def parse(
    text: str,
    kind: str,
    fallback_year: Callable[[], tuple[int, str]],
    strings: Mapping[str, str | Parts] | None = None,
) -> Parsed:
    """Return what `text`, of the format `kind`, holds.

    Args:
        text: the whole file.
        kind: one of `IMPORT_FORMATS`.
        fallback_year: gives the year of dates without one, and why.
        strings: the macros that .bib files before this one have defined.

    Raises:
        FormatError: it doesn't hold what it should.
    """
    if kind == JSON:
        return json_lines.parse(text)
    if kind == BIBTEX:
        from readinglist.formats import bibtex_reading

        return bibtex_reading.parse(text, strings)
    if kind == CSL_JSON:
        from readinglist.formats import csl_json

        return csl_json.parse(text)
    if kind == HUGGING_FACE:
        from readinglist.formats import hugging_face

        return hugging_face.parse(text)
    if kind == ARXIV_ATOM:
        from readinglist.formats import arxiv_atom

        return arxiv_atom.parse(text)
    if kind == ARXIV_MAIL:
        from readinglist.formats import arxiv_mail

        return arxiv_mail.parse(text)
    if kind == RIS:
        from readinglist.formats import ris

        return ris.parse(text)
    return daily_papers.parse(text, fallback_year)
