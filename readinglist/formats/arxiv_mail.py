r"""arXiv's daily mails: what is new, listed in other classes too, or replaced, as plain text.

    \\
    arXiv:2401.00001 (*cross-listing*)
    Date: Mon, 1 Jan 2024 12:34:56 GMT   (123kb)

    Title: A title, which goes on
      on indented lines
    Authors: Jane Doe (MIT), John Roe and others
    Categories: cs.CL
    \\
      The abstract.
    \\ ( https://arxiv.org/abs/2401.00001 ,  123kb)
    ------------------------------------------------------------------------------

What was replaced has `replaced with revised version`, the day of that, and no abstract.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from readinglist.domain.identity import arxiv_id, paper_id
from readinglist.domain.links import find_links
from readinglist.domain.paper import Paper
from readinglist.domain.text import without_controls
from readinglist.errors import FormatError
from readinglist.formats.arxiv_text import (
    author_names,
    day,
    first_doi,
    month_of,
    title_line,
    unwrapped,
)
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ITEM = re.compile(r"(?:arXiv:|Paper(?:\s*\(\*cross-listing\*\))?:\s?)(\S+)")
_MARK = "\\\\"
_END = re.compile(r"\\\\\s*\(|-{20,}|%[-%]{10,}")
_FIELD = re.compile(
    r"(Date|Title|Authors?|Categories|Comments|Report-no|MSC-class|ACM-class|Journal-ref|DOI|Proxy"
    r"|License)\s*:\s*(.*)",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"replaced with revised version|(?:figures|part) added", re.IGNORECASE)
_ENCODED = re.compile(
    r"^Content-Transfer-Encoding:[ \t]*(?:quoted-printable|base64)", re.IGNORECASE | re.MULTILINE
)
_MAILBOX = re.compile(r"^From .*\n(?=[\w-]+: )", re.MULTILINE)


def parse(text: str) -> Parsed:
    """Return the papers of a mail, of its text alone, or of a mailbox of such mails.

    Raises:
        FormatError: it is no such mail, or is cut off in the middle of a paper.
    """
    if _ENCODED.search(text):
        text = _decoded(text)
    lines = without_controls(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    starts = [
        number
        for number, line in enumerate(lines[:-1])
        if line.rstrip() == _MARK and _ITEM.match(lines[number + 1])
    ]
    if not starts:
        raise FormatError("It is no daily mail of arXiv's.", "Save or copy the mail as plain text.")
    papers: list[Paper] = []
    problems: list[Problem] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        item = lines[start + 1 : end]
        paper, is_whole = _read(item)
        if not is_whole and end == len(lines):
            raise FormatError(
                f"The mail ends within {item[0].strip()[:60]}.", "Copy it whole.", len(lines)
            )
        if paper:
            papers.append(paper)
        else:
            problems.append(Problem(start + 2, f"{item[0].strip()[:60]} has no title; left out."))
    if not papers:
        raise FormatError(problems[0].message, line=problems[0].line)
    return Parsed(tuple(papers), tuple(problems))


def _read(item: Sequence[str]) -> tuple[Paper | None, bool]:
    """Return the paper of the lines from `arXiv:…` on, and whether its end is among them."""
    found = _ITEM.match(item[0])
    arxiv = arxiv_id(found[1]) if found else None
    fields: dict[str, list[str]] = {}
    value: list[str] = []
    place = 1
    is_replaced = False
    for line in item[1:]:
        if line.startswith(_MARK) or _END.match(line):
            break
        place += 1
        field = _FIELD.match(line)
        if field:
            value = fields.setdefault(field[1].lower().rstrip("s"), [])
            value.append(field[2])
        elif _REPLACED.match(line):
            is_replaced = True
        else:
            value.append(line)
    abstract: list[str] = []
    is_whole = place < len(item) and bool(_END.match(item[place]))
    if not is_whole:
        for line in item[place + 1 :]:
            is_whole = bool(_END.match(line))
            if is_whole:
                break
            abstract.append(line)
    texts = {name: " ".join(lines) for name, lines in fields.items()}
    title = title_line(texts.get("title", ""))
    if not title:
        return None, is_whole
    text = unwrapped("\n" + "\n".join(abstract))
    paper = Paper(
        title,
        paper_id(title),
        authors=author_names(texts.get("author", "")),
        abstract=text,
        # The day of a replacement is not that of the paper.
        published=month_of(arxiv) if is_replaced else day(texts.get("date", "")),
        arxiv=arxiv,
        doi=first_doi(texts.get("doi", "")),
        links=find_links(text or ""),
    )
    return paper, is_whole


def _decoded(text: str) -> str:
    """Return the plain text of the mails in `text`, whose bodies are encoded."""
    mails = _MAILBOX.split(text)
    return "\n".join(part for mail in mails if mail.strip() for part in _plain_parts(mail))


def _plain_parts(mail: str) -> Iterator[str]:
    from email import message_from_string
    from email.errors import MessageError

    try:
        message = message_from_string(mail)
        for part in message.walk():
            if part.get_content_type() != "text/plain":
                continue
            encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
            if encoding in ("quoted-printable", "base64"):
                data = part.get_payload(decode=True)
                if isinstance(data, bytes):
                    charset = part.get_content_charset("utf-8")
                    yield data.decode(charset, "replace")
            elif isinstance(body := part.get_payload(), str):
                yield body
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise FormatError("It is a mail that can't be decoded.") from error
