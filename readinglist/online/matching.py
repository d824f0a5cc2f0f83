"""Whether what a source gives is the paper that it was asked for.

A paper is taken only where no word of its title differs; that leaves a paper out rather than
giving it the authors of another one. What may be meant all the same is for a person to decide.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from readinglist.domain.identity import contradict, share_identifier, title_key
from readinglist.domain.paper import family_name
from readinglist.domain.text import fold
from readinglist.formats.html_text import unescaped
from readinglist.formats.latex_text import to_text
from readinglist.formats.math_text import with_readable_math

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from readinglist.domain.paper import Paper

SURE = 100.0
"""How alike two titles are, of 100, that are one; docs/completing.md has the measurement."""
_MAYBE = 88.0
"""How alike they are at least, where a person is asked."""
_RETITLED = 60.0
"""How alike the titles are at least of two versions that have one identifier and an author."""
_RETITLED_BY_NOBODY = 90.0
"""How alike they are at least, where nobody knows who wrote one of them."""
_TELLING_LETTERS = 16
"""So many letters a title has that no two works share by chance."""
_YEARS_TO_PRINT = 5
"""So many years after its preprint a paper may be published."""

_TAG = re.compile(
    r"</?(?:[biptu]|em|strong|tt|sc|scp|span|font|br|italic|bold|jats:\w+|mml:\w+)"
    r"(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_RAISED = re.compile(r"<(sup|sub|inf)>", re.IGNORECASE)
_RAISED_END = re.compile(r"</(?:sup|sub|inf)>", re.IGNORECASE)
_OF_ONE_NUMBER = re.compile(r"(?<=[0-9]) (?:sup|sub) (?=[0-9])")
_SIGNS = {
    "+": " plus ", "#": " sharp ", "<": " less ", ">": " greater ", "*": " star ", "=": " equals ",
    "&": " and ", "^": " sup ", "_": " sub ", "%": " percent ", "♀": " female ", "♂": " male ",
}  # fmt: skip
"""Signs without which a title is another one."""
_SPELLINGS = (
    (re.compile(r"(?<=[iy])z"), "s"), (re.compile(r"(?<=[a-z]{2})our"), "or"),
    (re.compile(r"(?<=[a-z]{2}[aeiou])ll(?=[aei])"), "l"), (re.compile(r"ogue\b"), "og"),
)  # fmt: skip
"""Where British and American spellings part: optimise, behaviour, modelling, catalogue."""


class Verdict(IntEnum):
    """What a candidate is."""

    OTHER = 0
    DOUBTFUL = 1
    SAME = 2


class Judgement(NamedTuple):
    """What a candidate is, and why a person should look."""

    verdict: Verdict
    why: str = ""


class Doubt(NamedTuple):
    """A candidate that only a person can tell to be the paper."""

    candidate: Paper
    why: str


class Choice(NamedTuple):
    """What is to be made of the candidates for one paper."""

    same: tuple[Paper, ...]
    doubts: tuple[Doubt, ...]


def choose(paper: Paper, candidates: Iterable[Paper]) -> Choice:
    """Return those of `candidates` that are `paper`, and those that may be."""
    judged = [(candidate, judge(paper, candidate)) for candidate in candidates]
    same = [candidate for candidate, told in judged if told.verdict is Verdict.SAME]
    doubts = [Doubt(one, told.why) for one, told in judged if told.verdict is Verdict.DOUBTFUL]
    if any(contradict(one, other) for one in same for other in same if one is not other):
        return Choice((), tuple(Doubt(one, "several works have this title") for one in same))
    return Choice(tuple(same), () if same else tuple(doubts))


def judge(paper: Paper, candidate: Paper) -> Judgement:
    """Return whether `candidate` is `paper`."""
    alike = likeness(paper.title, candidate.title)
    if share_identifier(paper, candidate):
        if paper.authors and candidate.authors:
            if not _share_author(paper, candidate):
                return Judgement(Verdict.DOUBTFUL, "same identifier, other authors")
            is_same = alike >= _RETITLED
        else:
            is_same = alike >= _RETITLED_BY_NOBODY
        if is_same:
            return Judgement(Verdict.SAME)
        return Judgement(Verdict.DOUBTFUL, "same identifier, another title")
    if alike < _MAYBE or contradict(paper, candidate):
        return Judgement(Verdict.OTHER)
    if alike < SURE:
        return Judgement(Verdict.DOUBTFUL, "the title differs")
    against = next(_contradictions(paper, candidate), "")
    if against:
        return Judgement(Verdict.DOUBTFUL, against)
    if len(_letters(paper.title)) < _TELLING_LETTERS and not _agree(paper, candidate):
        return Judgement(Verdict.DOUBTFUL, "a short title, and nothing else to go by")
    return Judgement(Verdict.SAME)


def likeness(one: str, other: str) -> float:
    """Return how alike two titles are, 0 to 100; 100 where they differ in spelling alone."""
    from rapidfuzz import fuzz

    return float(fuzz.ratio(_letters(one), _letters(other)))


@lru_cache(maxsize=1 << 14)
def _letters(title: str) -> str:
    """Return the letters and digits of a title, whichever way it is spelt.

    Mark-up and TeX go, Greek letters are named, British and American spellings are one.
    """
    text = to_text(title) if "\\" in title else with_readable_math(title)
    text = _RAISED.sub(lambda tag: "^" if tag[1].lower() == "sup" else "_", text)
    text = unescaped(_TAG.sub("", _RAISED_END.sub("", text)))
    text = _OF_ONE_NUMBER.sub("", fold("".join(map(_named, text))))
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return title_key(text)


def _named(sign: str) -> str:
    """Return what a sign is called that folding would lose: alpha, plus, sup 2."""
    if sign in _SIGNS or sign.isascii():
        return _SIGNS.get(sign, sign)
    kind, _, letters = unicodedata.decomposition(sign).partition(" ")
    if kind in ("<super>", "<sub>"):
        return _SIGNS["^" if kind == "<super>" else "_"] + chr(int(letters.split()[0], 16))
    name = unicodedata.name(sign, "") if "\u0370" <= sign <= "\u03ff" else ""
    return name.split()[-1] if name and "WITH" not in name else sign


def _contradictions(paper: Paper, candidate: Paper) -> Iterator[str]:
    """Yield what speaks against one work of two that have one title."""
    # Of two lists, one may be cut; that they have a name in common was looked at before.
    counts = {_count(paper), _count(candidate)} - {0}
    if len(counts) == 2 and not (paper.authors and candidate.authors):
        yield "the number of authors differs"
    if paper.authors and not candidate.authors:
        yield "nobody says who wrote it"
    if paper.year and candidate.year and not _may_be_years(paper, candidate):
        yield "the year differs"
    mine, theirs = (fold(p.organization or "") for p in (paper, candidate))
    if mine and theirs and mine not in theirs and theirs not in mine:
        yield "the organization differs"


def _count(paper: Paper) -> int:
    return len(paper.authors) or paper.author_count or 0


def _may_be_years(paper: Paper, candidate: Paper) -> bool:
    """Return whether the years of two versions fit: a preprint comes before what is published."""
    assert paper.year
    assert candidate.year
    later = candidate.year - paper.year
    if _is_published(candidate) == _is_published(paper):
        return abs(later) <= 1
    if _is_published(paper):
        later = -later
    return -1 <= later <= _YEARS_TO_PRINT


def _is_published(paper: Paper) -> bool:
    return any(not entry.is_preprint for entry in paper.entries)


def _share_author(paper: Paper, candidate: Paper) -> bool:
    families = [{fold(family_name(name)) for name in p.authors} for p in (paper, candidate)]
    return bool(families[0] & families[1])


def _agree(paper: Paper, candidate: Paper) -> bool:
    """Return whether anything but the title speaks for one work."""
    if _share_author(paper, candidate):
        return True
    if paper.author_count and not paper.authors:
        return _count(paper) == _count(candidate)
    return False
