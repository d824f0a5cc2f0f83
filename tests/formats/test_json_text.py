from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper
from readinglist.domain.text import is_harmless
from readinglist.errors import FormatError
from readinglist.formats import csl_json, json_lines
from readinglist.formats.json_text import read_json, write_json
from tests.hostile_text import STEERING

JSON = st.recursive(
    st.text(st.characters(codec="utf-8")),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
)


@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_back_as_the_same_and_steers_nothing(
    value: object, is_ascii: bool, indent: int | None
) -> None:
    text = write_json(value, indent=indent, is_ascii=is_ascii)
    assert json.loads(text) == value
    assert text.isascii() or not is_ascii


def test_letters_stay_and_what_steers_is_escaped() -> None:
    text = "Ünïcode 論文 \x1b[31m\x7f\x85\x9b\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069"
    written = write_json([text, "\U0001fffe"], indent=2)
    assert not STEERING.search(written)
    assert all(map(is_harmless, written.split("\n")))
    assert "Ünïcode 論文" in written
    assert r"\u007f\u0085\u009b\u061c" in written
    assert read_json(written) == [text, "\U0001fffe"]


def test_exported_files_steer_nothing() -> None:
    paper = Paper("Owls \x9b31m\u202eflow", 1, "owls", note="a\u2028b\x85")
    for written in (json_lines.write([paper]), csl_json.write([paper])):
        assert not STEERING.search(written)
    (back,) = json_lines.parse(json_lines.write([paper])).papers
    assert (back.title, back.note) == (paper.title, paper.note)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_what_is_nested_too_deeply_is_a_sentence(text: str) -> None:
    with pytest.raises(FormatError, match="nested too deeply"):
        read_json(text)
