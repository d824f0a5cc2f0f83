"""Misspelt words: what is found is what comparing with every word of the library finds."""

from __future__ import annotations

import sqlite3
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from readinglist.search.index import SHORTEST_ENDING
from readinglist.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def vocabulary_of(papers: Mapping[str, int]) -> Vocabulary:
    """Return the vocabulary of a library that has words in so many papers each."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE term (term TEXT PRIMARY KEY, papers INTEGER) WITHOUT ROWID")
    connection.execute("CREATE TABLE ending (ending TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.executemany("INSERT INTO term VALUES (?, ?)", papers.items())
    endings = ((word[::-1],) for word in papers if len(word) >= SHORTEST_ENDING)
    connection.executemany("INSERT INTO ending VALUES (?)", endings)

    def read(query: str, parameters: Any) -> list[tuple[Any, ...]]:
        return connection.execute(query, parameters).fetchall()

    return Vocabulary(read)


def of_words(words: Iterable[str]) -> Vocabulary:
    return vocabulary_of(dict.fromkeys(words, 1))


def compared(word: str, known: Iterable[str], edits: int) -> dict[str, int]:
    """Return the words at most `edits` away from `word`, by comparing with each."""
    distances = {other: OSA.distance(word, other) for other in known}
    return {other: distance for other, distance in distances.items() if 0 < distance <= edits}


@st.composite
def edited(draw: st.DrawFn, word: str, edits: int, letters: str = "abc1") -> str:
    """Return `word` with up to so many mistakes, which may hit what was mistaken before."""
    for _ in range(draw(st.integers(0, edits))):
        place = draw(st.integers(0, len(word)))
        one, other = word[:place], word[place:]
        letter = draw(st.sampled_from(letters))
        word = draw(
            st.sampled_from(
                [one + other[1:], one + letter + other, one + letter + other[1:]]
                + ([one + other[1] + other[0] + other[2:]] if len(other) > 1 else [])
            )
        )
    return word


@st.composite
def asked_and_known(
    draw: st.DrawFn, shortest: int, longest: int, letters: str = "abc1"
) -> tuple[str, set[str]]:
    """Return a word, and a vocabulary full of words that are near to it."""
    word = draw(st.text(letters, min_size=shortest, max_size=longest))
    known = draw(st.lists(edited(word, 3, letters) | st.text(letters), max_size=30))
    return word, {other for other in known if other}


@given(asked_and_known(1, 12))
def test_words_one_edit_away_are_found_and_no_others(asked: tuple[str, set[str]]) -> None:
    word, known = asked
    assert of_words(known).near(word, 1) == compared(word, known, 1)


@given(asked_and_known(8, 14))
def test_words_two_edits_away_are_found_and_no_others(asked: tuple[str, set[str]]) -> None:
    word, known = asked
    assert of_words(known).near(word, 2) == compared(word, known, 2)


@given(asked_and_known(8, 10, letters="aé漢"))
def test_letters_beyond_ascii_are_letters(asked: tuple[str, set[str]]) -> None:
    """At least those that the word has itself; what is found is near in any case."""
    word, known = asked
    near = compared(word, known, 2)
    assert of_words(known).near(word, 2).items() <= near.items()
    left_out = near.keys() - of_words(known).near(word, 2)
    assert not [other for other in left_out if set(other) <= set(word) | set(string.printable)]


TOGETHER = "abcdefgh"


@pytest.mark.parametrize(
    "meant",
    [
        "xbxdefgh", "badcefgh", "cdefgh", "xyabcdefgh", "bcdaefgh",  # both in the first half
        "abcdxfgx", "abcdfehg", "abcdef", "abcdefghxy",  # both in the second
        "xbcdxfgh", "bacdefhg", "bcdefg", "axbcdefxgh",  # one in each
        "abcedfgh", "xbcedfgh", "bacedfgh", "abcedfxh", "abcedfhg", "acbedfgh", "abcefdgh",
    ],
)  # fmt: skip
def test_two_edits_may_be_anywhere(meant: str) -> None:
    """In one half, in both, and where the halves meet, which is where a swap has a foot in each."""
    assert OSA.distance(TOGETHER, meant) <= 2
    assert list(of_words([meant]).near(TOGETHER, 2)) == [meant]
    assert list(of_words([meant]).near(f"{TOGETHER}ij", 2)) == [
        word for word in [meant] if OSA.distance(f"{TOGETHER}ij", word) <= 2
    ]


def test_the_nearest_come_first_and_of_these_the_most_frequent() -> None:
    papers = {
        "attenuation": 9, "attention": 5, "intention": 7, "retention": 2, "abstention": 8,
        "detention": 1, "attentions": 3,
    }  # fmt: skip
    near = vocabulary_of(papers).near("attention", 2)
    assert list(near.items()) == [
        ("attentions", 1), ("attenuation", 2), ("abstention", 2), ("intention", 2),
        ("retention", 2), ("detention", 2),
    ]  # fmt: skip


def test_two_words_that_are_as_near_and_as_frequent_always_come_in_one_order() -> None:
    """So that a search in another process, with its own order of sets, ranks alike."""
    known = [f"attent{end}" for end in ("xon", "ixn", "iox", "jon", "ijn", "ioj")]
    assert list(of_words(known).near("attention", 2)) == sorted(known)
    known = [f"attent{end}" for end in ("xyn", "ixy", "ixxn", "ijxn", "oi")]
    assert list(of_words(known).near("attention", 2)) == sorted(known)


@given(asked_and_known(2, 9))
def test_beginnings_one_edit_away_are_found_and_no_others(asked: tuple[str, set[str]]) -> None:
    start, known = asked
    beginnings = {word[:end] for word in known for end in range(len(word) + 1)}
    near = {other for other in beginnings if OSA.distance(start, other) == 1}
    assert set(of_words(known).near_beginnings(start)) == near


@given(asked_and_known(1, 5), st.integers(1, 5))
def test_words_that_begin_so_are_the_most_frequent_ones(
    asked: tuple[str, set[str]], most: int
) -> None:
    start, known = asked
    papers = {word: len(word) % 3 for word in known}
    longer = [word for word in known if word.startswith(start)]
    longer.sort(key=lambda word: (-papers[word], word))
    assert list(vocabulary_of(papers).beginning_with(start, most)) == longer[:most]


@pytest.mark.parametrize("word", ["a", "漢", "a" * 41, "漢" * 1000, "a" * 10_000])
def test_any_word_may_be_looked_up(word: str) -> None:
    vocabulary = of_words(["a", "attention", "漢"])
    assert word not in vocabulary.near(word, 1)
    assert vocabulary.near(word, 2).keys() <= {"a", "attention", "漢"}
    assert set(vocabulary.near_beginnings(word)) <= {"", "a", "at", "漢"}
