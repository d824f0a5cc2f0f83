"""The words of a text: what is indexed is what is asked for and what is highlighted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.search.tokens import spaced, tokens, words

SEAMS = st.lists(
    st.sampled_from(
        [*"ab4É漢½²⑴ŉﬀ_ \t.", *"-'’‘‐‑–−－﹣＇", *"\u0301\u0308\u20d7\u0345", "™", "㎏", "´", "…"]
    )
).map("".join)
"""Texts of what words meet at: hyphens, apostrophes, accents, and signs that fold to letters."""


@given(st.text() | SEAMS)
def test_the_words_of_a_text_are_those_of_its_places(text: str) -> None:
    """The fast way goes over whole libraries, the other one over queries and what is shown."""
    assert Counter(words(text)) == Counter(token.word for token in tokens(text))


@given(st.text() | SEAMS)
def test_in_a_phrase_words_stand_next_to_each_other_as_in_the_text(text: str) -> None:
    plain = [token.word for token in tokens(text) if not token.glued]
    assert words(text)[: len(plain)] == plain


@given(st.text() | SEAMS)
def test_a_word_is_fit_for_the_index(text: str) -> None:
    """Letters and digits, in one case: nothing that the index would cut or take for a command."""
    assert all(word.isalnum() for word in words(text))
    assert not any("A" <= letter <= "Z" for letter in spaced(text))


@given(st.text() | SEAMS)
def test_a_word_stands_where_it_is_said_to(text: str) -> None:
    end = 0
    for token in tokens(text):
        if not token.glued:
            assert end <= token.start < token.end
            assert text[token.start].isalnum()
            end = token.end
        assert [t.word for t in tokens(text[token.start : token.end])][-1] == token.word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("State-of-the-Art", "state of the art stateof ofthe theart"),
        ("pre‑training pre‐training", "pre training pre training pretraining pretraining"),
        ("1994–2004, −3", "1994 2004 3"),
        ("O'Brien's isn’t", "obriens isnt"),
        ("the authors' 'own' ''words''", "the authors own words"),
        ("teachers'-union, half-'open'", "teachers union half open"),
        ("a--b -c d-", "a b c d"),
        ("snake_case, C++", "snake case c"),
        ("Łódź Nguyễn Nai\u0308ve ﬁne", "lodz nguyen naive fine"),
        ("BERT™ of 5㎏", "bert of 5"),
        ("the vector x\u20d7y", "the vector x y"),
        ("a⑴b, 1½ m²", "a1b 112 m2"),
        ("full－width", "full width"),
        ("李白’s 漢詩-集", "李白s 漢詩 集 漢詩集"),
        ("\u0301 - ’ '", ""),
    ],
)
def test_what_a_word_is(text: str, expected: str) -> None:
    assert words(text) == expected.split()
