"""Each parser with its inputs and what it owes."""

from __future__ import annotations

import atexit
import re
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readinglist.config import Config, load_config
from readinglist.domain.citekey import check_key, make_key
from readinglist.domain.completion import Values, nearest_field, place_at
from readinglist.domain.note_template import filled
from readinglist.domain.paper import Paper
from readinglist.domain.query import LONGEST, TERM, joined, parse_query, quoted, unquoted
from readinglist.domain.text import printable
from readinglist.errors import ConfigError
from readinglist.formats import recognition
from readinglist.formats.tex_document import TexDocument, read_aux, read_bcf, read_tex
from readinglist.services.citing import Citations, read_citations
from readinglist.services.kept_views import KeptViews
from readinglist.services.library import Library
from readinglist.tui.keymap import check_keys
from tests.fuzzing import seeds
from tests.fuzzing.judging import Target
from tests.fuzzing.promises import (
    can_be_imported,
    reads_back_as_bibtex,
    reads_back_as_csl,
    reads_back_as_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from readinglist.domain.query import Query
    from readinglist.formats.parsed import Parsed
    from readinglist.services.finding import Found, View


OPEN = ExitStack()
"""What is to be closed at the end: a library, a folder for files."""
atexit.register(OPEN.close)


def _year() -> tuple[int, str]:
    return 2024, "a fuzzer says so"


def _reader(kind: str) -> Callable[[bytes], Parsed]:
    """Return what reads a file of one format, as an import does."""

    def read(data: bytes) -> Parsed:
        text, assumption = recognition.read_text(data)
        if assumption and kind != recognition.DAILY_PAPERS:
            text, assumption = recognition.read_lines(data)
        return recognition.parse(text, kind, _year)

    return read


def _of_any_format(data: bytes) -> Parsed:
    text, _ = recognition.read_text(data)
    return recognition.parse(text, recognition.recognise(text), _year)


def _check_papers(parsed: Parsed) -> None:
    papers = can_be_imported(parsed)
    reads_back_as_bibtex(papers, parsed.preambles)
    reads_back_as_json(papers)
    reads_back_as_csl(papers)


def _bytes(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(text.encode("utf-8", "surrogatepass") for text in texts)


def _of(kind: str, texts: Iterable[str], words: tuple[str, ...]) -> Target:
    return Target(_reader(kind), _check_papers, _bytes(texts), words)


# --- queries


class _Asked(NamedTuple):
    text: str
    query: Query
    found: Found


def _ask(data: bytes) -> _Asked:
    text = data.decode("utf-8", "surrogateescape")  # as a command line gives it
    return _Asked(text, parse_query(text), _library().find(text))


@cache
def _folder() -> Path:
    return Path(OPEN.enter_context(tempfile.TemporaryDirectory(prefix="fuzzing-")))


@cache
def _library() -> Library:
    folder = _folder()
    library = OPEN.enter_context(Library.open(folder / "library.db", state=folder / "state"))
    file = folder / "papers.jsonl"
    file.write_text(seeds.JSON_LINES[0] + seeds.MORE_PAPERS)
    library.import_files([file])
    return library


_VALUES = ("lists", "to do", "a,b", 'the "x"', "Ünïcode", "中文", "-x", "a:b", "due:2024-01-01")


def _check_query(asked: _Asked) -> None:
    text, query, found = asked
    at = 0
    for term in TERM.finditer(text[:LONGEST]):
        assert not text[at : term.start()].strip(), f"between two parts: {text!r}"
        at = term.end()
    assert not text[:LONGEST][at:].strip(), f"behind the last part: {text!r}"
    for problem in query.problems:
        assert 0 <= problem.start < problem.end <= len(text), f"a problem nowhere: {problem!r}"
        problem.sentence.encode()
    assert unquoted(quoted(text)) == text, f"quoted and unquoted: {text!r}"
    if len(text) <= LONGEST:
        _check_completion(text)
    library = _library()
    assert list(library.complete(library.find(text, most=1)).ids) == list(found.ids), (
        f"found otherwise one by one: {text!r}"
    )
    for hit in library.search(text, limit=2):
        for start, end in hit.spans.get("title", ()):
            assert 0 <= start < end <= len(hit.paper.title), f"a match nowhere: {text!r}"
    if len(text) < LONGEST // 2 and text.isprintable() and text.count('"') % 2 == 0:
        both = parse_query(joined(text, "tag:x"))
        assert both.filters == parse_query(text).filters + parse_query("tag:x").filters, (
            f"joined otherwise: {text!r}"
        )


def _check_completion(text: str) -> None:
    values = Values((value, 1) for value in _VALUES)
    for cursor in range(min(len(text), 60) + 1):
        place = place_at(text, cursor)
        if not place:
            continue
        assert 0 <= place.start <= cursor <= place.end <= len(text), f"a place nowhere: {place}"
        if not place.field:
            nearest_field(place)
            continue
        for value, _ in values.offers(place):
            completed, at = place.completed(value)
            assert 0 <= at <= len(completed), f"a cursor nowhere: {place}"
            if place.field in ("tag", "author", "venue", "key") and len(completed) <= LONGEST:
                meant = {v for f in parse_query(completed).filters for v in f.values}
                assert value in meant, f"a completion that is not understood: {place} {value!r}"


# --- the configuration


def _configure(data: bytes) -> Config:
    file = _folder() / "config.yaml"
    file.write_bytes(data)
    try:
        config = load_config(str(file))
    except ConfigError as error:
        _check_place(
            error.message.removeprefix(str(file)), len(data.decode("utf-8", "replace").splitlines())
        )
        raise
    check_keys(config.keys)
    return config


def _check_place(told: str, lines: int) -> None:
    """Look whether an error names a line of the file, but for one of all of it."""
    line = re.match(r":(\d+): ", told)
    assert line or told == " is not UTF-8.", f"an error without a line: {told}"
    assert not line or 1 <= int(line[1]) <= lines + 1, f"no such line: {told}"


def _check_config(config: Config) -> None:
    paper = Paper("On Lists: {A} Title", authors=("van Doe, Jane", "Li"), published="2024-01-02")
    for one in (paper, Paper("中")):
        check_key(make_key(one, config.citation_key, 1))
        config.library_path.exists()  # fails for what is no path
        for template in config.notes.templates.values():
            filled(template, one, "2024-01-02")
    assert config.library_path.name is not None


def _read_views(data: bytes) -> dict[str, View]:
    file = _folder() / "views.yaml"
    file.write_bytes(data)
    return KeptViews(file).all()


def _check_views(views: dict[str, View]) -> None:
    for view in views.values():
        assert printable(view.label) == view.label, f"a label that is not printable: {view}"
        _library().find("", view, most=1)
    file = KeptViews(_folder() / "views.yaml")
    file.keep("one more", "owls", "title")
    assert {n: v for n, v in file.all().items() if n != "one more"} == {
        n: v for n, v in views.items() if n != "one more"
    }, "keeping one view changes others"
    file.delete("one more")
    assert file.all() == {n: v for n, v in views.items() if n != "one more"}, (
        "deleting one view changes others"
    )


# --- LaTeX


def _cite(data: bytes) -> tuple[Citations, tuple[TexDocument, ...]]:
    file = _folder() / "paper.tex"
    file.write_bytes(data)
    text, _ = recognition.read_lines(data)
    return read_citations(file), (read_tex(text), read_aux(text), read_bcf(text))


def _check_citations(read: tuple[Citations, tuple[TexDocument, ...]]) -> None:
    for document in read[1]:
        for key in document.keys:
            assert key.split() == [*filter(None, key.split(" "))] != [], (
                f"a key that is none: {key!r}"
            )
            assert not set(key) & set("\\#"), f"a key that is none: {key!r}"
        assert len(set(document.keys)) == len(document.keys), "a key twice"
        for name in (*document.inputs, *document.bibliographies):
            assert name.isprintable(), f"a file name that is none: {name!r}"


# --- all


TARGETS: dict[str, Target] = {
    "listing": _of(recognition.DAILY_PAPERS, seeds.LISTINGS, seeds.LISTING_WORDS),
    "html": _of(recognition.HUGGING_FACE, seeds.PAGES, seeds.PAGE_WORDS),
    "json": _of(recognition.HUGGING_FACE, seeds.ANSWERS, seeds.ANSWER_WORDS),
    "csl": _of(recognition.CSL_JSON, seeds.CSL, seeds.CSL_WORDS),
    "jsonlines": _of(recognition.JSON, seeds.JSON_LINES, seeds.JSON_LINES_WORDS),
    "bib": _of(recognition.BIBTEX, seeds.BIB, seeds.BIB_WORDS),
    "query": Target(_ask, _check_query, _bytes(seeds.QUERIES), seeds.QUERY_WORDS),
    "config": Target(_configure, _check_config, _bytes(seeds.CONFIGS), seeds.CONFIG_WORDS),
    "views": Target(_read_views, _check_views, _bytes(seeds.VIEWS), seeds.CONFIG_WORDS),
    "aux": Target(_cite, _check_citations, _bytes(seeds.TEX), seeds.TEX_WORDS),
    "atom": _of(recognition.ARXIV_ATOM, seeds.ATOM, seeds.ATOM_WORDS),
    "mail": _of(recognition.ARXIV_MAIL, seeds.MAILS, seeds.MAIL_WORDS),
    "ris": _of(recognition.RIS, seeds.RIS, seeds.RIS_WORDS),
    "recognition": Target(
        _of_any_format, _check_papers, _bytes(seeds.OF_ALL_FORMATS), seeds.WORDS_OF_ALL_FORMATS
    ),
}
