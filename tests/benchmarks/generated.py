"""Libraries of any size, made up but like real ones: their words, their names, their growth.

Titles and abstracts are chains of words over those of the real listing pages where they exist
(see papers.py), so that they re-use the real words and pairs of words; elsewhere over a text
of our own. New words come in as in real text: the more papers there are, the more words, but
ever fewer with each paper.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from readinglist.domain.citekey import unique_key
from readinglist.domain.identity import paper_id
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.domain.text import transliterate
from readinglist.formats import daily_papers
from readinglist.storage.document import replacing
from readinglist.storage.papers import COLUMNS, encode
from tests.benchmarks import words
from tests.benchmarks.papers import LISTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_END = ""
"""What comes before the first word of a text, and after the last."""
_SHORTEST, _LONGEST = 4, 14
"""Words of a title."""
_ABSTRACT = range(115, 208)
"""Words of an abstract that are those of the chain."""
_NEW_IN_ABSTRACT = 12
"""How many words of an abstract are not those of the chain."""
_PIECE = 6
"""Words of an abstract that come from the chain at once."""
_SLOTS = 1 << 24
"""In so little memory papers are kept apart: one whose id has the slot of another is dropped."""
_DAYS = tuple(
    (datetime.date(2008, 1, 1) + datetime.timedelta(days)).isoformat() for days in range(6500)
)
_STATUSES = (*[Status.UNREAD] * 12, *[Status.READ] * 5, *[Status.READING] * 2, Status.SKIPPED)
_PRIORITIES = (*[Priority.NONE] * 14, *[Priority.MEDIUM] * 3, *[Priority.LOW] * 2, Priority.HIGH)

_Chain = dict[str, list[str]]
"""What follows a word, as often as it does."""
_Pieces = dict[str, list[tuple[str, str]]]
"""Some words that follow a word, and the last of them."""
_Item = TypeVar("_Item")


class Dice(random.Random):
    """The standard one takes twice as long to choose."""

    def below(self, end: int) -> int:
        """Return a whole number from 0 up to, not including, `end`."""
        return int(self.random() * end)

    def choice(self, items: Sequence[_Item]) -> _Item:  # type: ignore[override]
        """Return one of some items."""
        return items[int(self.random() * len(items))]


class _Growing:
    """Words that come in one by one: new ones ever more rarely, old ones by Zipf's law.

    After n words some n^0.65 are different (Heaps' law; Pitman and Yor's process), and about
    half of them came only once.
    """

    def __init__(self, coin: Callable[[Sequence[str]], str], dice: Dice, ease: int) -> None:
        self.known = [coin(())]
        self._coin = coin
        self._random = dice.random
        self._ease = ease
        self._said = 0

    def word(self) -> str:
        """Return the next word."""
        self._said += 1
        known, ease = self.known, self._ease
        if self._random() * (ease + self._said) < ease + 0.65 * len(known):
            known.append(self._coin(known))
            return known[-1]
        return known[int(len(known) ** self._random()) - 1]


def papers(count: int, seed: int = 1) -> Iterator[Paper]:
    """Yield `count` papers, the same for each `seed`, none of which is a real one.

    A smaller count gives the first papers of a larger one.
    """
    dice = Dice(seed)
    rolled, choice = dice.random, dice.choice
    titles, abstracts = chains()
    coined = _Growing(lambda known: _coin(dice, known), dice, ease=5000)
    families = _Growing(lambda known: _family(dice), dice, ease=500)
    seen = bytearray(_SLOTS)
    for paper in real_papers():
        seen[paper.id % _SLOTS] = 1
    made = 0
    while made < count:
        title = _title(titles, dice, coined)
        number = paper_id(title)
        if seen[number % _SLOTS]:
            continue
        seen[number % _SLOTS] = 1
        made += 1
        day = choice(_DAYS)
        authors = tuple(
            f"{families.word() if rolled() < 0.5 else choice(words.FAMILIES)}, "
            f"{choice(words.GIVEN)}"
            for _ in range(1 + int(8 * rolled() ** 1.5))
        )
        published = venue = arxiv = doi = note = None
        tags: tuple[str, ...] = ()
        if rolled() < 0.97:
            published = day if rolled() < 0.8 else day[:4]
        if rolled() < 0.6:
            venue = choice(words.VENUES)
            doi = f"10.5555/{made:x}" if rolled() < 0.5 else None
        if rolled() < 0.5:
            arxiv = f"{day[2:4]}{day[5:7]}.{made % 100_000:05}"
        if rolled() < 0.02:
            note = choice(words.NOTES)
        if rolled() < 0.2:
            tags = tuple(sorted({choice(words.TAGS) for _ in range(1 + int(3 * rolled() ** 2))}))
        yield Paper(
            title,
            id=number,
            key=f"{_ascii(authors[0])}{day[:4]}{_ascii(title)}-{made:x}",
            type="inproceedings" if venue else "misc",
            authors=authors,
            abstract=_abstract(abstracts, dice, coined),
            published=published,
            venue=venue,
            arxiv=arxiv,
            doi=doi,
            url=f"https://example.org/{made:x}" if rolled() < 0.3 else None,
            status=choice(_STATUSES),
            priority=choice(_PRIORITIES),
            tags=tags,
            note=note,
            added_at=f"{choice(_DAYS)}T{int(24 * rolled()):02}:{int(60 * rolled()):02}:00.000000Z",
        )


@cache
def real_papers() -> list[Paper]:
    """Return the papers of the real listing pages; none where there are no such pages."""
    found: dict[int, Paper] = {}
    keys: set[str] = set()
    for page in sorted(LISTINGS.glob("*.txt")):
        parsed = daily_papers.parse(page.read_text(encoding="utf-8"))
        for paper in parsed.papers:
            if paper.id not in found:
                key = unique_key(paper, keys)
                keys.add(key.lower())
                added = f"2025-01-01T00:{len(found) // 60:02}:{len(found) % 60:02}.000000Z"
                found[paper.id] = replace(paper, key=key, added_at=added)
    return list(found.values())


def fill(path: Path, papers: Iterable[Paper]) -> None:
    """Make a library file of papers, without a journal."""
    names = ", ".join(COLUMNS)
    insert = f"INSERT INTO paper ({names}) VALUES ({','.join('?' * len(COLUMNS))})"
    with replacing(path, None) as draft:
        for paper in papers:
            draft.connection.execute(
                insert, [encode(name, getattr(paper, name)) for name in COLUMNS]
            )
            draft.connection.executemany(
                "INSERT INTO paper_tag VALUES (?, ?)", [(paper.id, tag) for tag in paper.tags]
            )


@cache
def chains() -> tuple[_Chain, _Pieces]:
    """Return what follows each word in titles, and in abstracts, as often as it does."""
    real = real_papers()
    titles = [paper.title for paper in real] or words.TITLES
    abstracts = [paper.abstract or "" for paper in real] or words.ABSTRACTS
    of_titles: _Chain = {}
    for title in titles:
        for word, following in pairwise([_END, *title.split(), _END]):
            of_titles.setdefault(word, []).append(following)
    of_abstracts: _Chain = {}
    for abstract in abstracts:
        for word, following in pairwise([_END, *abstract.split(), _END]):
            of_abstracts.setdefault(word, []).append(following)
    return of_titles, _pieces(of_abstracts)


def _pieces(chain: _Chain) -> _Pieces:
    """Return a chain whose links are some words long: it takes as many steps less."""
    dice = Dice(0)
    pieces: _Pieces = {}
    for start, followers in chain.items():
        pieces[start] = []
        for first in followers:
            piece = [first or dice.choice(chain[_END])]  # an abstract goes on until it is long
            while len(piece) < _PIECE:
                piece.append(dice.choice(chain[piece[-1]]) or dice.choice(chain[_END]))
            pieces[start].append((" ".join(piece), piece[-1]))
    return pieces


def _title(chain: _Chain, dice: Dice, coined: _Growing) -> str:
    title: list[str] = []
    while not (_SHORTEST <= len(title) <= _LONGEST):
        title = []
        while word := dice.choice(chain[title[-1] if title else _END]):
            title.append(word)
    kind = dice.random()
    if kind < 0.25:
        word = coined.word()
        name = f"{word[0].upper()}{word[1:]}:"
        title[: title[0].endswith(":") or len(title) == _LONGEST] = [name]
    elif kind < 0.4:
        title[1 + dice.below(len(title) - 1)] = coined.word()
    return " ".join(title)


def _abstract(pieces: _Pieces, dice: Dice, coined: _Growing) -> str:
    last, text = _END, list[str]()
    for _ in range(dice.choice(_ABSTRACT) // _PIECE):
        piece, last = dice.choice(pieces[last])
        text.append(piece)
    for _ in range(_NEW_IN_ABSTRACT):
        text.insert(dice.below(len(text)), coined.word())
    return " ".join(text).rstrip(".,:;") + "."


def _coin(dice: Dice, known: Sequence[str]) -> str:
    """Return a word that is most likely new: derived, a method's name, an acronym, a number."""
    kind, choice = dice.random(), dice.choice
    if kind < 0.2 and known:
        return choice(known) + choice(words.ENDINGS)
    if kind < 0.3:
        return _syllables(dice).capitalize() + choice(words.METHODS)
    if kind < 0.4:
        return "".join(dice.choices("AABCDEEFGHIIKLMNOOPRSTTUVX", k=dice.randint(3, 6)))
    if kind < 0.45:
        return f"{dice.randint(1, 9999) / 10 ** dice.randint(0, 3):g}{choice(('', '%', 'B', 'x'))}"
    if kind < 0.5:
        return _family(dice)
    prefix = choice(words.PREFIXES) if kind < 0.65 else ""
    stem = choice(words.STEMS) if kind < 0.75 else _syllables(dice)
    return prefix + stem + choice(words.SUFFIXES)


def _family(dice: Dice) -> str:
    return _syllables(dice).capitalize() + dice.choice(words.FAMILY_ENDS)


def _syllables(dice: Dice) -> str:
    return "".join(
        dice.choice(words.ONSETS) + dice.choice(words.VOWELS) + dice.choice(words.CODAS)
        for _ in range(dice.randint(1, 3))
    )


@lru_cache(maxsize=1 << 14)
def _ascii(text: str) -> str:
    """Return the first word of `text` as a citation key has it."""
    return "".join(c for c in transliterate(text.partition(" ")[0]).lower() if c.isalnum())
