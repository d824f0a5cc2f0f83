"""What a parser owes to those who take its values."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from readinglist.domain.citekey import check_key, make_key
from readinglist.domain.fields import EDITABLE, field_text, parse_field
from readinglist.errors import ReadingListError
from readinglist.formats import bibtex_reading, csl_json, json_lines
from readinglist.formats.bibtex_writing import Context, Dialect, write_bibtex
from readinglist.storage.papers import COLUMNS, decode, encode
from readinglist.storage.received import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from readinglist.domain.paper import Paper
    from readinglist.formats.parsed import Parsed

_LARGEST_INTEGER = 2**63 - 1
_KEYS_OR_COMMENT = re.compile(r"@|%|  (?:crossref|xref|xdata|related|entryset|ids) = ")
_NOT_IN_JSON = ("id", "year", "added_at", "sources", "key")


def can_be_imported(parsed: Parsed) -> list[Paper]:
    """Look whether a library takes what was read; return its papers with keys."""
    assert parsed.papers or parsed.strings or parsed.preambles, "nothing was read, and no error"
    for problem in parsed.problems:
        assert problem.line >= 1, f"a problem on no line: {problem}"
        problem.message.encode()
    for assumption in parsed.assumptions:
        assumption.encode()
    papers = with_keys(parsed.papers)
    for paper in papers:
        _can_be_stored(paper)
        _can_be_edited(paper)
    return papers


def with_keys(papers: Iterable[Paper]) -> list[Paper]:
    """Return papers with a key each; each can be given one, if it has none."""
    named: list[Paper] = []
    taken: set[str] = set()
    for paper in papers:
        key = paper.key
        if not key or key.lower() in taken:
            key = check_key(make_key(paper))
        if key.lower() in taken:
            key = f"again-{len(taken)}"
        taken.add(key.lower())
        named.append(replace(paper, key=key))
    return named


def _can_be_stored(paper: Paper) -> None:
    """Look whether another machine would take the row of this paper."""
    try:
        checked(paper)
    except ReadingListError as error:
        raise AssertionError(f"the library file would be refused ({error.message[:40]})") from error
    for name in COLUMNS:
        stored = encode(name, getattr(paper, name))
        if isinstance(stored, str):
            assert _is_unicode(stored), f"lone surrogates in {name}: {stored!r}"
        elif stored is not None:
            assert 0 <= stored <= _LARGEST_INTEGER, f"too large a number in {name}: {stored}"
        again = decode(name, stored)
        assert again == getattr(paper, name), f"{name} comes back otherwise: {again!r}"
    assert paper.title.strip(), "a paper without a title"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _can_be_edited(paper: Paper) -> None:
    """Look whether a form that nobody changes gives what the paper had."""
    for name in EDITABLE:
        value = getattr(paper, name)
        if name == "key" or value is None:
            continue
        try:
            _, again = parse_field(name, field_text(name, value))
        except ReadingListError as error:
            raise AssertionError(f"a form refuses its {name}: {error} {value!r}") from error
        assert again == _in_one_line(value) or again == value, (
            f"a form changes its {name}: {value!r} -> {again!r}"
        )


def _in_one_line(value: object) -> object:
    return " ".join(value.split()) if type(value) is str else value


def reads_back_as_json(papers: Sequence[Paper]) -> None:
    """Look whether our JSON holds what the papers say."""
    if not papers:
        return
    again = json_lines.parse(json_lines.write(list(papers)))
    assert not again.problems, f"our JSON has problems: {again.problems}"
    assert len(again.papers) == len(papers), "our JSON has another number of papers"
    for one, other in zip(papers, again.papers, strict=True):
        mine, theirs = json_lines.to_object(one), json_lines.to_object(other)
        for name in mine.keys() - set(_NOT_IN_JSON):
            assert _in_one_line(mine[name]) == _in_one_line(theirs[name]), (
                f"our JSON changes {name}: {mine[name]!r} -> {theirs[name]!r}"
            )


def reads_back_as_csl(papers: Sequence[Paper]) -> None:
    """Look whether the CSL-JSON that we write can be read."""
    if not papers:
        return
    again = csl_json.parse(csl_json.write(papers))
    assert not again.problems, f"our CSL-JSON has problems: {again.problems}"
    assert len(again.papers) == len(papers), "our CSL-JSON has another number of papers"


def reads_back_as_bibtex(papers: Sequence[Paper], preambles: Sequence[str] = ()) -> None:
    """Look whether the .bib files that we write can be read, and come out the same again."""
    if not papers:
        return
    for dialect in Dialect:
        context = Context(dialect, abstracts=True, preambles={0: "\n".join(preambles)})
        try:
            written = write_bibtex(papers, context)
        except ReadingListError as error:
            raise AssertionError(f"export to {dialect} refused ({error.message[-60:]})") from error
        if dialect is Dialect.BIBTEX:
            for line in filter(None, written.text.split("\n")):
                assert line.isascii() or _KEYS_OR_COMMENT.match(line), (
                    f"classic BibTeX that is not ASCII: {line}"
                )
        again = bibtex_reading.parse(written.text)
        assert not again.problems, f"our {dialect} has problems: {again.problems}"
        assert sorted(p.key for p in again.papers) == sorted(p.key for p in papers), (
            f"our {dialect} has other keys"
        )
        twice = write_bibtex(
            again.papers, replace(context, preambles={0: "\n".join(again.preambles)})
        )
        assert _entries(twice.text) == _entries(written.text), (
            f"our {dialect} comes out otherwise the second time:\n{written.text}\n{twice.text}"
        )


def _entries(text: str) -> list[str]:
    """Return the lines of a .bib file but for those that tell of the file and not of a paper."""
    told = ("% Needs", "@preamble", "@string{undated", "@comment{For BibTeX", "  year = undated")
    lines = text.replace("  archivePrefix = ", "  archiveprefix = ").split("\n")
    return [line for line in lines if line and not line.startswith(told)]
