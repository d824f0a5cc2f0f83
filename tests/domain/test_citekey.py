"""Citation keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.citekey import (
    DEFAULT_PATTERN,
    check_key,
    make_key,
    unique_key,
)
from readinglist.domain.key_pattern import check_pattern
from readinglist.domain.paper import Paper
from readinglist.errors import InvalidValueError


def by(author: str, title: str = "The Art of Lists") -> Paper:
    return Paper(title, id=77, authors=(author,), published="2024-05")


def test_the_default_key_is_name_year_and_first_telling_word() -> None:
    assert make_key(by("Vaswani, Ashish", "Attention Is All You Need")) == "vaswani2024attention"


@pytest.mark.parametrize(
    ("author", "start"),
    [
        ("Nguyễn, An", "nguyen"),
        ("Müller, Eva", "muller"),
        ("Łukasz, J", "lukasz"),
        ("Østergård, K", "ostergard"),
        ("Æbelø, K", "aebelo"),
        ("O'Brien, Pat", "obrien"),
        ("O’Brien, Pat", "obrien"),
        ("de la Cruz, Juan", "delacruz"),
        ("ACME Research", "acmeresearch"),
        ("李, 明", "li"),
        ("سامي, علي", "samy"),
    ],
)
def test_names_come_in_plain_letters(author: str, start: str) -> None:
    assert make_key(by(author)) == f"{start}2024art"


@pytest.mark.parametrize(
    ("pattern", "key"),
    [
        ("[auth][year]", "Doe2024"),
        ("[auth:upper]:[title:2]", "DOE:ArtLists"),
        ("[year]-[auth:lower]", "2024-doe"),
        ("[title]", "ArtListsEverywhere"),
        ("[auth3][shortyear]", "Doe24"),
        ("[authors]:[veryshorttitle:lower]", "DoeRoe:art"),
        ("[authEtAl:lower]-[year]", "doeroe-2024"),
        ("[auth.etal:lower]-[year]", "doeroe-2024"),
        ("[authIni][camel]", "DRArtListsEverywhereAlways"),
        ("[title:2:abbr][year]", "AL2024"),
        ("auth.lower + shorttitle(3, 3) + year", "doeArtListsEverywhere2024"),
        ("auth(2).upper + '_' + title.truncate(4)", "DO_ArtL"),
        ("authorLast + venue", "RoeJLS"),
    ],
)
def test_a_pattern_makes_the_key(pattern: str, key: str) -> None:
    paper = replace(
        by("Doe, Jane", "The Art of Lists, Everywhere and Always"),
        authors=("Doe, Jane", "Roe, Richard"),
        venue="Journal of List Studies",
    )
    assert make_key(paper, check_pattern(pattern)) == key


def test_without_an_author_the_key_is_made_of_the_title() -> None:
    paper = Paper("Deep Model Assembling for the Rest of Us", published="2022-12-08")
    assert make_key(paper, "[auth][year]") == "DeepModelAssembling2022"


def test_a_title_without_a_usable_letter_still_gets_a_key() -> None:
    assert make_key(Paper("深度学习", id=12345678)) == "ShenDuXueXi"
    assert make_key(Paper("∂∂", id=12345678)) == "paper345678"


def test_more_words_and_then_digits_tell_papers_apart() -> None:
    paper = Paper("Lists of Lists of Lists Again", id=0xABCDEF0123456789 >> 1, published="2024")
    taken: set[str] = set()
    keys = []
    for _ in range(5):
        keys.append(unique_key(paper, taken))
        taken.add(keys[-1].lower())
    assert keys[:2] == ["ListsListsLists2024", "ListsListsListsAgain2024"]
    assert len({key.lower() for key in keys}) == 5
    assert keys[-1].startswith("ListsListsLists2024-")
    assert unique_key(paper, set()) == keys[0]


def test_keys_that_differ_in_case_only_are_taken() -> None:
    assert unique_key(by("Doe, Jane"), {"doe2024art"}) == "doe2024artlists"


@pytest.mark.parametrize("key", ["doe2024art", "DBLP:conf/nips/Doe24", "a+b.c_d-e", "1"])
def test_keys_that_bibtex_takes(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize("key", ["", "a b", "é", "a,b", "{a}", "-a", "a%b", "a" * 81, "a\n"])
def test_keys_that_bibtex_does_not_take(key: str) -> None:
    with pytest.raises(InvalidValueError, match="can't be a citation key"):
        check_key(key)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "author",
        "auth.large",
        "auth + ' '",
        "[author]",
        "[auth:big]",
        "[auth",
        "[auth] [year]",
        "[auth]{}",
        "[]",
    ],
)
def test_patterns_that_make_no_key(pattern: str) -> None:
    with pytest.raises(InvalidValueError, match="pattern"):
        check_pattern(pattern)


@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 2**63 - 1))
def test_every_paper_gets_a_key_that_bibtex_takes(title: str, author: str, number: int) -> None:
    for paper in (Paper(title, id=number), Paper(title, id=number, authors=(author,))):
        key = make_key(paper, DEFAULT_PATTERN)
        assert check_key(key) == key
        assert check_key(unique_key(paper, {key.lower()})) != key
