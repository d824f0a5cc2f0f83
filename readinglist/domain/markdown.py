"""The parts of a line of Markdown, as one types it: found line by line, whatever the rest is.

A line needs to know only whether it stands in fenced code, see `fence_behind`. All patterns are
bounded: a line takes time in proportion to its length, whoever wrote it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = (
    "heading", "quote", "marker", "bold", "italic", "code", "math", "link", "address", "key",
)  # fmt: skip
"""What a part can be: `key` is a link to a paper, `[[key]]`."""

_LONGEST = 20_000
"""So many letters of a line are looked at."""
_FENCE = re.compile(r"\s*(`{3,}(?=[^`]*$)|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?=\s|$)")
_QUOTE = re.compile(r" {0,3}>")
_MARKER = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])(?=\s|$)(?:\s{1,4}\[[ xX]\](?=\s))?")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_CODE = r"(?P<code>(?P<ticks>`{1,9})(?!`)[^`]{1,400}?(?<!`)(?P=ticks)(?!`))|`+"
_KEY = r"(?P<key>\[\[(?P<to>[^\[\]|]{1,300})(?:\|(?P<text>[^\[\]|]{0,300}))?\]\])"
_ESCAPE = r"\\[!-/:-@\[-`{-~]"
_INLINE = re.compile(
    rf"{_ESCAPE}|{_CODE}|{_KEY}"
    r"|(?P<math>\$\$[^$]{1,400}\$\$|\$(?![\s$])[^$]{1,300}(?<![\s\\])\$(?![\d$]))"
    r"|(?P<link>!?\[[^\[\]]{0,400}\]\([^()\s]{0,800}(?:\s\"[^\"]{0,200}\")?\))"
    r"|(?P<address><?https?://[^\s<>\"`]{1,2000}(?<![.,;:!?'\")\]])>?)"
    r"|(?P<bold>\*\*(?![\s*])[^*]{1,400}(?<!\s)\*\*|(?<!\w)__(?![\s_])[^_]{1,400}(?<!\s)__(?!\w))"
    r"|(?P<italic>\*(?![\s*])[^*]{1,400}(?<!\s)\*|(?<!\w)_(?![\s_])[^_]{1,400}(?<!\s)_(?!\w))"
)
_CODE_OR_KEY = re.compile(rf"{_ESCAPE}|{_CODE}|{_KEY}")


class Part(NamedTuple):
    """A part of a line, from one letter up to, not including, another."""

    start: int
    end: int
    kind: str


def fence_behind(line: str, fence: str) -> str:
    """Return the fence of the code that goes on behind `line`; empty where none does.

    Args:
        line: one line.
        fence: what goes on before it.
    """
    if "```" not in line and "~~~" not in line:
        return fence
    match = _FENCE.match(line)
    if not match:
        return fence
    if not fence:
        return match[1]
    is_end = match[1].startswith(fence) and not line[match.end() :].strip()
    return "" if is_end else fence


def parts_of(line: str, fence: str = "") -> list[Part]:
    """Return what is set off in `line`, the larger before what is within it.

    Args:
        line: one line.
        fence: of the code in which it stands, see `fence_behind`.
    """
    if fence or (fence_behind(line, "")):
        return [Part(0, len(line), "code")] if line else []
    line = line[:_LONGEST]
    parts = []
    start = 0
    if _HEADING.match(line):
        parts.append(Part(0, len(line), "heading"))
    elif _RULE.match(line):
        return [Part(0, len(line), "marker")]
    else:
        if _QUOTE.match(line):
            parts.append(Part(0, len(line), "quote"))
        if marker := _MARKER.match(line):
            start = marker.end()
            parts.append(Part(0, start, "marker"))
    parts += _inline(line, start)
    return parts


def _inline(line: str, at: int) -> Iterator[Part]:
    closing = -1
    while match := _INLINE.search(line, at):
        at = match.end()
        kind = match.lastgroup
        if match.start() == closing or kind is None:
            continue
        # The group that ends last is the outermost one.
        yield Part(match.start(), at, kind)
        if kind in ("bold", "italic"):  # there may be more within
            width = 2 if kind == "bold" else 1
            closing = at - width
            at = match.start() + width


def keys_in(line: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield each `[[key]]` and `[[key|text]]` that is no code: start, end, the key, the text."""
    if "[[" not in line:
        return
    for match in _CODE_OR_KEY.finditer(line):
        if match["key"] and (key := match["to"].strip()):
            yield match.start(), match.end(), key, (match["text"] or "").strip()
