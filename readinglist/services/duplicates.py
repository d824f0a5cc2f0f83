"""Papers that are likely the same work, and those of which a person said that they are not.

all titles and identifiers -> papers that agree in one, or nearly -> these are read and compared

Two papers are compared only where their identifiers, their titles, or all telling words of their
titles but a few agree: so the time grows with the number of papers, not with that of all pairs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from readinglist.domain.identity import arxiv_of_doi, contradict, only_share_identifier, title_key
from readinglist.domain.text import fold
from readinglist.services.side_file import SideFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
    from pathlib import Path

    from readinglist.domain.paper import Paper
    from readinglist.storage.papers import PaperStore

    _Block = Callable[["_Row"], Hashable | None]
    """Returns what a paper must share with another to be compared with it; None for nothing."""

_NEIGHBOURS = 10
"""Of more papers that agree, each is compared with so many that are next by their titles."""
_STEP = 2000
"""Papers between two questions whether to go on."""
_BATCH = 200
"""Pairs whose papers are read at once."""
_SMALL_WORDS = frozenset(("a", "an", "and", "for", "in", "of", "on", "the", "to"))
"""Words by which titles of one work differ, when they were copied by hand."""
_PARTS = 3
"""Into so many parts a title is cut: slips in two words leave one part as it was."""
_SHORTEST_TITLE = 12
"""Letters of a title that is long enough for a slip to be told from another title."""
_LONGEST_TITLE = 1000
"""Characters of a title that a person may have copied by hand; longer ones agree or don't."""
_NO_LETTER = re.compile(r"[\W_]+")
_ROMAN = re.compile("[ivx]+")


class Why(StrEnum):
    """What makes two papers look like one, the surest sign first."""

    ARXIV = "same arXiv id"
    DOI = "same DOI"
    TITLE = "same title"
    NEAR = "nearly the same title"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two papers that are likely the same work, by their ids."""

    first: int
    """The one to keep, if nothing else decides: it is cited, or came first."""
    second: int
    why: Why
    title: str = ""
    """That of the first one."""


class KeptApart:
    """The pairs that are two works, as a person said, in a file of this machine.

    It is a convenience: that it can't be kept is no error.
    """

    def __init__(self, file: Path) -> None:
        self._file = SideFile(file)

    def pairs(self) -> set[frozenset[int]]:
        """Return the pairs, by the ids of the papers; none if the file is missing or damaged."""
        pairs = self._file.list()
        return {
            frozenset(pair)
            for pair in pairs
            if isinstance(pair, list) and len(pair) == 2 and all(type(one) is int for one in pair)
        }

    def put(self, first: int, second: int, apart: bool = True) -> None:
        """Note that two papers are two works, or, if not `apart`, that nobody said so."""
        pairs, pair = self.pairs(), frozenset((first, second))
        kept = pairs | {pair} if apart else pairs - {pair}
        self._file.keep(sorted(map(sorted, kept)))


@dataclass(frozen=True, slots=True)
class _Row:
    """What is compared of all papers."""

    id: int
    title: str
    arxiv: str | None
    doi: str | None
    words: tuple[str, ...]
    """The telling words of the title, folded; none of one that is too long for a slip."""


def find_pairs(
    papers: PaperStore,
    apart: Collection[frozenset[int]] = (),
    goes_on: Callable[[int, int], bool] = lambda done, of: True,
) -> list[Pair]:
    """Return the papers that are likely the same work, two by two, the surest first.

    Args:
        papers: the papers to look at.
        apart: pairs that are known to be two works.
        goes_on: asked now and then whether to go on, with the number of steps that are done,
            and of how many; if not, no pair is returned.
    """
    rows: list[_Row] = []
    blocks = _blocks()
    total = papers.count()
    steps = total * (1 + len(blocks))
    for number, title, arxiv, doi in papers.identifiers():
        if len(rows) % _STEP == 0 and not goes_on(len(rows), steps):
            return []
        words = _telling_words(fold(title)) if len(title) <= _LONGEST_TITLE else ()
        rows.append(_Row(number, title, arxiv, doi, tuple(words)))
    found: dict[tuple[int, int], Why] = {}
    for pass_, (why, block) in enumerate(blocks, 1):
        if not goes_on(pass_ * total, steps):
            return []
        for one, other in _neighbours(rows, block):
            if why is not Why.NEAR or _nearly_equal(one.title, other.title):
                low, high = sorted((one.id, other.id))
                if frozenset((low, high)) not in apart:
                    found.setdefault((low, high), why)
    pairs: list[Pair] = []
    waiting = list(found.items())
    for start in range(0, len(waiting), _BATCH):
        if not goes_on(steps, steps):
            return []
        pairs += _confirmed(papers, waiting[start : start + _BATCH])
    order = list(Why)
    return sorted(pairs, key=lambda pair: (order.index(pair.why), fold(pair.title), pair.first))


def _confirmed(papers: PaperStore, found: Sequence[tuple[tuple[int, int], Why]]) -> Iterator[Pair]:
    """Yield those of the pairs that were found which nothing else tells apart."""
    read = {paper.id: paper for paper in papers.get({one for pair, _ in found for one in pair})}
    for (low, high), why in found:
        one, other = read.get(low), read.get(high)
        if one and other and _may_be_one(one, other, why):
            # The one to keep: a document cites it, or a .bib file has it, or it came first.
            first, second = sorted(
                (one, other), key=lambda p: (not p.key_frozen, not p.entries, p.added_at, p.id)
            )
            yield Pair(first.id, second.id, why, first.title)


def _blocks() -> list[tuple[Why, _Block]]:
    """Return the ways in which papers may agree, the surest first."""
    return [
        (Why.ARXIV, _arxiv_of),
        (Why.DOI, lambda row: row.doi.lower() if row.doi else None),
        (Why.TITLE, lambda row: title_key(row.title)),
        *((Why.NEAR, _near_block(part)) for part in range(_PARTS)),
    ]


def _arxiv_of(row: _Row) -> str | None:
    """Return the arXiv id of a paper, which the DOI of a preprint has in it."""
    return row.arxiv or arxiv_of_doi(row.doi or "")


def _near_block(part: int) -> _Block:
    def block(row: _Row) -> Hashable | None:
        """Return how the words begin, and every third of them whole."""
        if sum(map(len, row.words)) < _SHORTEST_TITLE:
            return None
        return "".join(word[0] for word in row.words), row.words[part::_PARTS]

    return block


def _neighbours(rows: Iterable[_Row], block: _Block) -> Iterator[tuple[_Row, _Row]]:
    """Yield the papers that share a block, two by two."""
    first: dict[Hashable, _Row] = {}
    shared: dict[Hashable, list[_Row]] = {}
    for row in rows:
        key = block(row)
        if key is not None and first.setdefault(key, row) is not row:
            shared.setdefault(key, [first[key]]).append(row)
    for group in shared.values():
        group.sort(key=lambda row: (row.words, row.id))
        for place, one in enumerate(group):
            for other in group[place + 1 : place + 1 + _NEIGHBOURS]:
                yield one, other


def _may_be_one(one: Paper, other: Paper, why: Why) -> bool:
    """Return whether nothing else that is known of two papers tells them apart."""
    if why in (Why.ARXIV, Why.DOI):
        return not only_share_identifier(one, other)
    return not contradict(one, other)


# --- nearly the same title


def _telling_words(title: str) -> list[str]:
    """Return the words of a title as they are written, without signs and small words."""
    parts = title.split()
    words = (part if part.isalnum() else _NO_LETTER.sub("", part) for part in parts)
    return [word for word in words if (bare := fold(word)) and bare not in _SMALL_WORDS]


def _nearly_equal(one: str, other: str) -> bool:
    """Return whether two titles are the same but for slips of the pen in at most two words."""
    words, others = (
        _telling_words(title.lower() if title.isupper() else title) for title in (one, other)
    )
    if len(words) != len(others):
        return False
    pairs = zip(words, others, strict=True)
    unlike = [pair for pair in pairs if fold(pair[0]) != fold(pair[1])]
    is_long = len(words) >= 5
    return len(unlike) <= 2 and all(_is_slip(*pair, is_long) for pair in unlike)


def _is_slip(one: str, other: str, is_long: bool) -> bool:
    """Return whether one word is the other with one letter more, less, or another.

    Names and numbers have no slips: BERT and BART, GPT-3 and GPT-4. A word that begins with
    another letter is another word: supervised, unsupervised. So is a short one in which a letter
    is another: test, text; but for a long title, of which all else agrees.
    """
    from rapidfuzz.distance import OSA

    if any(c.isdigit() or c.isupper() for word in (one, other) for c in word[1:]):
        return False
    one, other = fold(one), fold(other)
    if _ROMAN.fullmatch(one + other):
        return False
    is_replaced = len(one) == len(other) and sorted(one) != sorted(other)
    shortest = (4 if is_long else 6) if is_replaced else 3
    is_long_enough = max(len(one), len(other)) >= shortest
    return is_long_enough and one[0] == other[0] and OSA.distance(one, other, score_cutoff=1) <= 1
