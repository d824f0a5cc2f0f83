"""The splitter of .bib files; the first part are the defects of bibtexparser 2.1, by name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.entry import Entry, Macro
from readinglist.formats.bib_syntax import BibFile, split
from readinglist.formats.recognition import read_lines


def entries(text: str) -> list[Entry]:
    return [entry for _, entry in split(text).entries]


def fields(text: str) -> dict[str, object]:
    (entry,) = entries(text)
    return dict(entry.fields)


def problems(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in split(text).problems]


@pytest.mark.parametrize("kind", ["commentary", "commented", "stringent", "preambles"])
def test_defect_1_types_that_begin_like_a_comment_are_entries(kind: str) -> None:
    (entry,) = entries(f"@{kind}{{k, title = {{A}}}}")
    assert (entry.type, entry.key, entry.get("title")) == (kind, "k", "A")


@pytest.mark.parametrize("head", ["@article\n{k", "@ article{k", "@my-type{k", "@article(k"])
def test_defect_2_heads_with_space_or_hyphens_are_heads(head: str) -> None:
    closer = ")" if "(" in head else "}"
    (entry,) = entries(f"{head}, title = {{A}}{closer}")
    assert (entry.key, entry.get("title")) == ("k", "A")


def test_defect_3_a_missing_comma_loses_no_field_and_is_said() -> None:
    text = "@misc{k,\n title={A} year=2020,\n note={n}}"
    assert fields(text) == {"title": "A", "year": "2020", "note": "n"}
    assert problems(text) == [(2, "“k”: a comma is missing after title.")]


def test_defect_4_percent_comments_inside_entries_are_comments() -> None:
    text = "@misc{k,\n title = {A}, % the short one\n % pages = {1},\n year = 2020}"
    (entry,) = entries(text)
    assert dict(entry.fields) == {"title": "A", "year": "2020"}
    assert entry.comment == "% the short one\n% pages = {1}"
    assert not problems(text)


@pytest.mark.parametrize("value", [r"C:\dir" + "\\", "a\\\\"])
def test_defect_5_a_value_may_end_in_a_backslash(value: str) -> None:
    assert fields(f"@misc{{k, title = {{{value}}}, year = 2020}}") == {
        "title": value,
        "year": "2020",
    }


@pytest.mark.parametrize("value", ['zeitgem{"a}"', 'say {"a, b"} now'])
def test_defect_6_quotes_in_braces_in_a_quoted_value(value: str) -> None:
    value = value.rstrip('"') if value.count('"') == 2 and value.endswith('"') else value
    assert fields(f'@misc{{k, title = "{value}", year = 2020}}') == {"title": value, "year": "2020"}


def test_defect_7_a_line_of_an_abstract_that_looks_like_an_entry_is_none() -> None:
    text = "@misc{k,\n abstract = {We write\n@article{x, title={y}}\nand more},\n year = 2020}"
    assert fields(text) == {
        "abstract": "We write\n@article{x, title={y}}\nand more",
        "year": "2020",
    }


def test_defect_8_a_string_holds_until_it_is_defined_again() -> None:
    text = "@string{j = {First}}\n@misc{a, note = j}\n@string(J = {Second})\n@misc{b, note = j}\n"
    assert [entry.get("note") for entry in entries(text)] == ["First", "Second"]


def test_defect_9_values_are_put_together() -> None:
    text = '@string{a = "x" # "y"} @misc{k, note = a # " and " # {b} # 3, month = 10 # "~" # jan}'
    assert fields(text) == {"note": "xy and b3", "month": ("10~", Macro("jan"))}


def test_defect_10_a_key_that_is_there_twice_makes_two_entries() -> None:
    assert [e.key for e in entries("@misc{k, note={1}}\n@misc{K, note={2}}\n@misc{k}")] == [
        "k",
        "K",
        "k",
    ]


def test_defect_11_of_two_fields_of_a_name_the_first_counts_and_the_other_is_kept() -> None:
    text = "@misc{k, year = {2001},\n year = {2002}}"
    (entry,) = entries(text)
    assert dict(entry.fields) == {"year": "2001"}
    assert entry.comment == "% year = {2002}"
    assert problems(text) == [(2, "“k” has year twice; the first one counts.")]


def test_defect_12_names_of_fields_have_no_case() -> None:
    assert fields("@MISC{k, Title = {A}, title = {B}}") == {"title": "A"}


def test_defect_13_bytes_that_are_no_utf8_are_read_line_by_line() -> None:
    text, assumption = read_lines("@misc{k,\n title = {Größe}}\n".encode() + b"% caf\xe9 \x81")
    assert fields(text) == {"title": "Größe"}
    assert text.endswith("% café \x81")
    assert assumption == "1 line not in UTF-8 was read as Windows-1252, the first is line 3."


def test_defect_14_a_byte_order_mark_is_no_comment() -> None:
    text, assumption = read_lines(b"\xef\xbb\xbf@misc{k, note = {n}}")
    assert entries(text)[0].comment == ""
    assert not assumption


def test_defect_15_an_entry_without_its_brace_takes_no_other_with_it() -> None:
    text = "@misc{a,\n title = {A,\n}\n\n@misc{b,\n title = {B}}\n@misc{c, title={C}}"
    assert [entry.key for entry in entries(text)] == ["b", "c"]
    ((line, message),) = problems(text)
    assert (line, message[:34]) == (1, "The braces of the entry “a” don't ")


def test_defect_16_a_macro_and_a_text_are_not_the_same() -> None:
    assert fields("@misc{k, month = jan, note = {jan}, series = lncs}") == {
        "month": (Macro("jan"),),
        "note": "jan",
        "series": (Macro("lncs"),),
    }
    assert split("@misc{k, series = lncs}").assumptions == [
        "Line 1: macros that the file doesn't define stay macros: lncs."
    ]


def test_defect_17_an_entry_without_a_key_is_an_entry() -> None:
    (one, other) = entries("@misc{title = {A}}\n@misc{, title = {B}}")
    assert (one.key, one.get("title"), other.key, other.get("title")) == ("", "A", "", "B")


def test_defect_18_line_endings_are_folded() -> None:
    assert fields("@misc{k,\r\n title = {A\r\n B},\r year = 1}") == {"title": "A\n B", "year": "1"}


def test_what_stands_between_entries_belongs_to_the_next() -> None:
    file = split("To read:\n\n@misc{a}\n% mine\n@misc{b}\nThe end")
    assert [entry.comment for _, entry in file.entries] == ["To read:", "% mine"]
    assert file.comments == ["The end"]


def test_preambles_and_comments_are_kept_apart() -> None:
    file = split('@preamble{"\\def\\x{1}" # { y}}@comment{jabref-meta: x;}@comment @misc{k}')
    assert file.preambles == ["\\def\\x{1} y"]
    assert [entry.key for _, entry in file.entries] == ["k"]


def test_entries_that_are_commented_out_are_named() -> None:
    file = split("% @misc{a, title={A}}\n@comment{\n@misc{b, title={B}}}\n@misc{c}")
    assert [entry.key for _, entry in file.entries] == ["c"]
    assert [line[:7] for line in file.assumptions] == ["Line 1:", "Line 3:"]


def test_an_address_is_no_entry() -> None:
    assert [e.key for e in entries("Mail ada@example.org {today}\n@misc{k}")] == ["k"]


def test_what_is_no_field_is_said_once_and_skipped() -> None:
    text = '@misc{k, {x} "y" (z) = , title = {A}, year = Two Thousand, note = {n}}'
    assert fields(text)["title"] == "A"
    assert fields(text)["note"] == "n"
    assert [line for line, _ in problems(text)] == [1, 1]


def test_a_key_with_a_space_and_one_without_its_comma() -> None:
    assert [e.key for e in entries("@misc{my key, note={a}}\n@misc{other\n note={b}}")] == [
        "my key",
        "other",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "@misc{" * 20_000,
        "@misc{a, b = {" * 20_000,
        '@misc{a, b = "' * 20_000,
        "@comment{" * 20_000,
        "@misc{a," + "{" * 100_000,
        "@string{" * 20_000,
        "@misc{a, b = c # " * 20_000,
        "@misc{a, b = {c} x,\n@misc{, b =*" + '"c {"}d{"} e@misc{, b =*' * 10_000,
    ],
    ids=range(8),
)
def test_a_hostile_file_ends_soon(text: str) -> None:
    began = time.process_time()
    assert isinstance(split(text), BibFile)
    assert time.process_time() - began < 5


@given(st.text(st.sampled_from('@{}()"=,#%\\ \nabmisc1')))
def test_any_text_can_be_split(text: str) -> None:
    for line, entry in split(text).entries:
        assert 1 <= line <= text.count("\n") + 1
        assert entry.type


TEXT = st.text(st.characters(exclude_characters="{}\r", exclude_categories=["Cs"]), max_size=30)
NAME = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)


@given(st.lists(st.tuples(NAME, TEXT), unique_by=lambda pair: pair[0], max_size=6))
def test_values_come_back_letter_for_letter(pairs: list[tuple[str, str]]) -> None:
    text = "@misc{k,\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in pairs) + "}\n"
    (entry,) = entries(text)
    assert entry.fields == tuple(pairs)
