"""Titles that are nearly those of other papers, and the ways in which one title is written."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SMALL = ("a", "the", "of", "in", "on", "for", "with", "via", "and", "deep", "neural")
_DASHES = {"-": "–", "–": "-", "—": "--"}
_SPELLINGS = (
    ("ization", "isation"),
    ("ize ", "ise "),
    ("odeling", "odelling"),
    ("ehavior", "ehaviour"),
)


def look_alikes(titles: Sequence[str], count: int, seed: int = 1) -> list[str]:
    """Return titles that differ from `titles` in a word or two: changed, added, dropped, swapped.

    None of them has the letters of one of `titles`: that would be another way to write it.
    """
    lots = random.Random(seed)
    words = [word for title in titles for word in title.split()]
    known = {_letters(title) for title in titles}
    made: dict[str, None] = {}
    turn = 0
    while len(made) < count:
        title = titles[turn % len(titles)].split()
        turn += 1
        for _ in range(lots.choice((1, 1, 2))):
            place = lots.randrange(len(title))
            deed = lots.randrange(4)
            if deed == 0:
                title[place] = lots.choice(words)
            elif deed == 1:
                title.insert(place, lots.choice([*words, *_SMALL]))
            elif deed == 2 and len(title) > 2:
                del title[place]
            elif len(title) > 1:
                other = lots.randrange(len(title))
                title[place], title[other] = title[other], title[place]
        changed = " ".join(title)
        if _letters(changed) not in known:
            made[changed] = None
    return list(made)


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, title.lower()))


def as_others_write(title: str, seed: int) -> str:
    """Return a title as another source may have it: case, dashes, spaces, spelling, mark-up."""
    lots = random.Random(seed)
    way = lots.randrange(7)
    if way == 0:
        return title.capitalize()
    if way == 1:
        return title.upper() if len(title) < 60 else title.title()
    if way == 2:
        return "".join(_DASHES.get(c, c) for c in title)
    if way == 3:
        return title.replace("-", " ").replace(":", " -")
    if way == 4:
        for american, british in _SPELLINGS:
            title = title.replace(american, british)
        return title.replace(" and ", " & ")
    if way == 5:
        return f"<i>{title}</i>".replace("&", "&amp;")
    return title.replace(" ", "\n  ", 1) + "."
