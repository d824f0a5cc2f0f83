"""What differs between two versions of a text, line by line and word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST = 2000
"""Of so many lines, or words of a line, comparing takes a moment: more are not compared."""


class DiffLine(NamedTuple):
    """A line of one of the versions, or of both."""

    sign: str
    """`-` only in the old one, `+` only in the new one, a blank in both."""
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    """What in it differs from the line it became, or that it was; none if it is another line."""


def parts_that_differ(old: str, new: str, most: int) -> tuple[str, str]:
    """Return about `most` letters of two texts, from some lines before they begin to differ.

    What is left out before or behind is an ellipsis in a line of its own.
    """
    if max(len(old), len(new)) <= most:
        return old, new
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    near = max(0, alike - most // 10)
    start = old.rfind("\n", 0, near) + 1
    start = start if near - start < most // 2 else near  # a line may be longer than that
    parts = (text[start : start + most] + "\n…" * (len(text) > start + most) for text in (old, new))
    first, second = (f"…\n{part}" if start else part for part in parts)
    return first, second


def differing_lines(old: str, new: str) -> Iterator[DiffLine]:
    """Yield the lines of two texts in order, what went before what came."""
    before, after = old.splitlines(), new.splitlines()
    for kind, start, end, new_start, new_end in _steps(before, after):
        if kind == "equal":
            yield from (DiffLine(" ", line) for line in before[start:end])
            continue
        gone, come = before[start:end], after[new_start:new_end]
        pairs = [_words_that_differ(*pair) for pair in zip(gone, come, strict=False)]
        for n, line in enumerate(gone):
            yield DiffLine("-", line, pairs[n][0] if n < len(pairs) else ())
        for n, line in enumerate(come):
            yield DiffLine("+", line, pairs[n][1] if n < len(pairs) else ())


_Spans = tuple[tuple[int, int], ...]


def _words_that_differ(old: str, new: str) -> tuple[_Spans, _Spans]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    steps = _steps(before, after)
    changed = [step for step in steps if step[0] != "equal"]
    equal = [before[start:end] for kind, start, end, _, _ in steps if kind == "equal"]
    if 2 * _length(*equal) < min(_length(before), _length(after)):  # quite another line
        return (), ()
    return (
        _spans(before, [(start, end) for _, start, end, _, _ in changed]),
        _spans(after, [(start, end) for _, _, _, start, end in changed]),
    )


def _length(*parts: Sequence[str]) -> int:
    """Return how many letters the words have that are not only signs or white space."""
    return sum(len(word) for words in parts for word in words if word[0].isalnum())


def _spans(words: Sequence[str], places: Sequence[tuple[int, int]]) -> _Spans:
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return tuple((ends[start], ends[end]) for start, end in places if start < end)


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) > _MOST:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
