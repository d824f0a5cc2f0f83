"""The pattern language of citation keys, in the two spellings that researchers know.

JabRef's: `[auth:lower][year][shorttitle]`, fields in brackets with modifiers behind colons.
Better BibTeX's: `auth.lower + shorttitle(3, 3) + year`, functions with filters behind dots.
Both name the same parts and filters, see `PARTS` and `FILTERS`. What a part says is always in
ASCII letters and digits (transliterated), so that it can stand in a key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.paper import family_name
from readinglist.domain.text import transliterate
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from readinglist.domain.paper import Paper

SKIPPED_WORDS = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "by", "can", "do", "for", "from", "how", "in", "into",
        "is", "it", "its", "of", "on", "or", "that", "the", "to", "via", "what", "when", "why",
        "with",
    )
)  # fmt: skip
"""The words of a title that say nothing."""

_WORD = re.compile(r"[A-Za-z0-9]+")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_JABREF_PART = re.compile(r"([A-Za-z.]+)([0-9]{0,4})(?:_([0-9]{1,4}))?")
_TERM = re.compile(r"([A-Za-z]+)\s*(?:\(([^()]*)\))?")
_LITERAL = re.compile(r"[\w:.+/-]+", re.ASCII)


class _Step(NamedTuple):
    """A literal, or a part with its arguments and filters."""

    literal: str
    part: str = ""
    numbers: tuple[int, ...] = ()
    filters: tuple[tuple[str, tuple[int, ...]], ...] = ()


def check_pattern(pattern: str) -> str:
    """Return `pattern` if it is one.

    Raises:
        InvalidValueError: it is not; the sentence says what in it is not known.
    """
    _steps(pattern)
    return pattern


def has_title(pattern: str) -> bool:
    """Return whether words of the title stand in the keys of `pattern`."""
    return any("title" in step.part or step.part == "camel" for step in _steps(pattern))


def fill_in(pattern: str, paper: Paper, more_words: int = 0) -> str:
    """Return what `pattern` says of `paper`; words of its title are `more_words` more."""
    return "".join(_said(step, paper, more_words) for step in _steps(pattern))


def title_words(title: str, count: int | None = None) -> list[str]:
    """Return the first telling words of a title, each with a capital."""
    words = [w for w in _WORD.findall(transliterate(title)) if w.lower() not in SKIPPED_WORDS]
    return [word[0].upper() + word[1:] for word in words[:count]]


@lru_cache(maxsize=16)
def _steps(pattern: str) -> tuple[_Step, ...]:
    steps = _bracketed(pattern) if "[" in pattern else _formula(pattern)
    if not any(step.part for step in steps):
        raise InvalidValueError(
            f"“{pattern}” is no citation-key pattern.",
            "For example: [auth:lower][year][title:1:lower].",
        )
    return steps


def _bracketed(pattern: str) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    for position, text in enumerate(_BRACKETS.split(pattern)):
        if position % 2 == 0:
            if text and not _LITERAL.fullmatch(text):
                raise InvalidValueError(
                    f"“{text}” can't stand in a citation-key pattern ({pattern}).",
                    "Fields stand in brackets, each closed; keys have letters and digits.",
                )
            steps.append(_Step(text))
            continue
        name, *modifiers = text.split(":")
        found = _JABREF_PART.fullmatch(name)
        if not found:
            raise _unknown(name, FILTERS)
        numbers = [int(n) for n in found.groups()[1:] if n]
        filters = []
        for modifier in modifiers:
            if re.fullmatch(
                r"[0-9]{1,4}", modifier
            ):  # the number of words, or of letters for a name
                numbers.append(int(modifier))
            else:
                split = re.fullmatch(r"([a-z]+?)([0-9]{0,4})", modifier)
                filters.append(
                    (split[1], (int(split[2]),) if split[2] else ()) if split else (modifier, ())
                )
        steps.append(_checked(found[1], tuple(numbers), tuple(filters)))
    return tuple(steps)


def _formula(pattern: str) -> tuple[_Step, ...]:
    steps = []
    for term in pattern.split("+"):
        text = term.strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            if not _LITERAL.fullmatch(text[1:-1]):
                raise InvalidValueError(f"{text} can't stand in a citation-key pattern.")
            steps.append(_Step(text[1:-1]))
            continue
        calls = [_TERM.fullmatch(call.strip()) for call in text.split(".")]
        if not all(calls):
            raise _unknown(text, PARTS)
        names = [(call[1], _numbers(call[2] or "")) for call in calls if call]
        steps.append(_checked(names[0][0], names[0][1], tuple(names[1:])))
    return tuple(steps)


def _numbers(arguments: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"(?<!\d)[0-9]{1,4}(?!\d)", arguments))


def _checked(
    part: str, numbers: tuple[int, ...], filters: tuple[tuple[str, tuple[int, ...]], ...]
) -> _Step:
    known = part.replace(".", "").lower()
    if known not in PARTS:
        raise _unknown(part, PARTS)
    folded = tuple((name.lower(), values) for name, values in filters)
    for name, _ in folded:
        if name not in FILTERS:
            raise _unknown(name, FILTERS)
    return _Step("", known, numbers, folded)


def _unknown(name: str, known: Iterable[str]) -> InvalidValueError:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), [*PARTS, *FILTERS], n=1)
    return InvalidValueError(
        f"“{name}” is no part of a citation-key pattern.",
        f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}.",
    )


def _said(step: _Step, paper: Paper, more_words: int) -> str:
    if not step.part:
        return step.literal
    text = PARTS[step.part](paper, step.numbers, more_words)
    for name, numbers in step.filters:
        text = FILTERS[name](text, numbers)
    return "".join(_WORD.findall(text))


def _families(paper: Paper) -> list[str]:
    return [transliterate(family_name(name)).replace(" ", "") for name in paper.authors]


def _first(numbers: tuple[int, ...]) -> int | None:
    return numbers[0] if numbers else None


def _auth(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return "".join(_families(paper)[:1])[: _first(numbers)]


def _authors(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    families = _families(paper)
    count = _first(numbers) or len(families)
    return "".join(families[:count]) + ("EtAl" if len(families) > count else "")


def _et_al(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    families = _families(paper)
    return "".join(families[:2]) if len(families) == 2 else _authors(paper, (1,), more)


def _author_initials(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return "".join(name[:1] for name in _families(paper))


def _last_author(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return "".join(_families(paper)[-1:])


def _given(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    given = paper.authors[0].partition(", ")[2] if paper.authors else ""
    return transliterate(given)[:1]


def _title(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return "".join(title_words(paper.title, (_first(numbers) or 3) + more))


def _very_short_title(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return _title(paper, (1,), more)


def _full_title(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return "".join(title_words(paper.title))


def _venue_initials(paper: Paper, numbers: tuple[int, ...], more: int) -> str:
    return "".join(word[0] for word in title_words(paper.venue or ""))


PARTS: dict[str, Callable[[Paper, tuple[int, ...], int], str]] = {
    "auth": _auth,
    "authors": _authors,
    "authorsn": _authors,
    "authetal": _et_al,
    "authini": _author_initials,
    "authorini": _author_initials,
    "authorlast": _last_author,
    "authforeini": _given,
    "year": lambda paper, numbers, more: str(paper.year or ""),
    "shortyear": lambda paper, numbers, more: str(paper.year or "")[-2:],
    "month": lambda paper, numbers, more: (paper.published or "")[5:7],
    "title": _title,
    "shorttitle": _title,
    "veryshorttitle": _very_short_title,
    "camel": _full_title,
    "fulltitle": _full_title,
    "journal": _venue_initials,
    "venue": _venue_initials,
    "type": lambda paper, numbers, more: paper.type,
    "entrytype": lambda paper, numbers, more: paper.type,
    "arxiv": lambda paper, numbers, more: paper.arxiv or "",
}
"""What a pattern can say of a paper; numbers are of words, of authors, or of letters."""

FILTERS: dict[str, Callable[[str, tuple[int, ...]], str]] = {
    "lower": lambda text, numbers: text.lower(),
    "upper": lambda text, numbers: text.upper(),
    "capitalize": lambda text, numbers: text[:1].upper() + text[1:],
    "abbr": lambda text, numbers: "".join(c for c in text if c.isupper()) or text[:1],
    "truncate": lambda text, numbers: text[: _first(numbers)],
    "substring": lambda text, numbers: text[: _first(numbers)],
    "transliterate": lambda text, numbers: text,
    "ascii": lambda text, numbers: text,
    "alphanum": lambda text, numbers: text,
    "clean": lambda text, numbers: text,
    "nopunct": lambda text, numbers: text,
    "skipwords": lambda text, numbers: text,
    "postfix": lambda text, numbers: text,
}
"""What can be done to a part. Transliteration, and leaving out the words that say nothing,
are done to each; they may be named."""
