"""Queries as people type them: two or three words of a title, misspelt, swapped or cut short."""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper

KINDS = ("exact", "typo", "typo2", "swap", "cut", "cut_typo")
"""As in the title; an edit in one word, or in two; in another order; the last word cut short,
without and with an edit in one of the words."""

_WORD = re.compile(r"(?<![\w'’])[^\W\d_]{4,}(?![\w'’])")
_STOP = """
    about after also among based been before between beyond both does each enough from have into
    just like more most much need only onto over same some such than that their them then there
    these they this those through toward towards under upon using very versus well what when where
    which while will with within without your
"""
_STOP_WORDS = frozenset(_STOP.split())
_SHORTEST_CUT = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the paper that it is meant to find."""

    kind: str
    """One of `KINDS`."""
    text: str
    paper: int
    """The id of the paper."""
    words: tuple[str, ...]
    """The words of the title that are meant, in its order and in lower case."""


def queries(
    papers: Sequence[Paper], seed: int, count: int = 500, *, first_letters: bool = False
) -> list[Asked]:
    """Return `count` queries of all kinds in turn, the same for each `seed`.

    Args:
        papers: those whose titles are asked for.
        seed: for the choice of papers, words and mistakes.
        count: how many.
        first_letters: whether mistakes hit the first letter of a word, too.
    """
    dice = random.Random(seed)
    known = [(paper.id, words) for paper in papers if len(words := _words(paper.title)) > 1]
    if not known:
        raise ValueError("No title has two words to ask for.")
    asked: list[Asked] = []
    while len(asked) < count:
        paper, words = dice.choice(known)
        kind = KINDS[len(asked) % len(KINDS)]
        places = sorted(dice.sample(range(len(words)), min(len(words), dice.randint(2, 3))))
        meant = tuple(words[place] for place in places)
        typed = _typed(kind, meant, dice, 0 if first_letters else 1)
        asked.append(Asked(kind, " ".join(typed), paper, meant))
    return asked


def misspelt(word: str, dice: random.Random, first: int = 1) -> str:
    """Return `word` with one edit: a letter more, less or other, or two neighbours swapped.

    Args:
        word: two letters or more.
        dice: for the choice of the edit.
        first: the first letter that it may change.
    """
    while True:
        place = dice.randrange(first, len(word))
        letter = dice.choice(string.ascii_lowercase)
        before, at, after = word[:place], word[place], word[place + 1 :]
        edited = dice.choice(
            (
                before + after,
                before + letter + after,
                before + letter + at + after if dice.random() < 0.8 else word + letter,
                before + after[:1] + at + after[1:],
            )
        )
        if edited != word:
            return edited


def _typed(kind: str, meant: Sequence[str], dice: random.Random, first: int) -> list[str]:
    """Return the words as they are typed."""
    typed = list(meant)
    if kind == "swap":
        while typed == list(meant):
            dice.shuffle(typed)
    if kind.startswith("cut"):
        least = max(_SHORTEST_CUT, (len(typed[-1]) + 1) // 2)
        typed[-1] = typed[-1][: dice.randrange(least, len(typed[-1]))]
    mistakes = {"typo": 1, "typo2": 2, "cut_typo": 1}.get(kind, 0)
    # A word that was cut to three letters is no place for an edit.
    places = [place for place, word in enumerate(typed) if len(word) > _SHORTEST_CUT]
    for place in dice.sample(places, mistakes):
        whole, right = meant[place], typed[place]
        while typed[place] == right or (right != whole and whole.startswith(typed[place])):
            typed[place] = misspelt(right, dice, first)  # not just another cut of a cut word
    return typed


def _words(title: str) -> list[str]:
    """Return the words of `title` that one would look for, each once."""
    found = (word.lower() for word in _WORD.findall(title))
    return [word for word in dict.fromkeys(found) if word not in _STOP_WORDS]
