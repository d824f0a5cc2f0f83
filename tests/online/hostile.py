"""Answers that are nearly right, and what must hold of whatever is made of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from hypothesis import strategies as st

from readinglist.domain.identity import arxiv_id, doi_name
from readinglist.domain.paper import Paper, check_date
from readinglist.domain.text import printable
from readinglist.errors import FormatError
from readinglist.online.source import Source
from readinglist.online.web import Web

_T = TypeVar("_T")

ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(), max_size=30),
        st.sampled_from(
            [
                "", " ", "\x00", "\x1b[31m", "\u202e", "\ud800", "{", "}", "$", "\\", "\\input{x}",
                "&#x1b;", "&lt;i&gt;", "<jats:p>", "%", "a and b", ", ", "{,}", "x" * 3000,
                "10.1/x", "10.1000/\x00", "10.48550/arXiv.", "https://doi.org/10.48550/arxiv.1",
                "2024-13-45", "0000", "99999", "http://", "javascript:1", "10**400",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=6,
)  # fmt: skip


def mutated(answer: Any) -> st.SearchStrategy[str]:
    """Give texts of `answer` with one to three of its values replaced by anything, or gone."""
    paths = list(_paths(answer))
    change = st.tuples(st.sampled_from(paths), st.one_of(st.just(...), ANYTHING))
    return st.lists(change, min_size=1, max_size=3).map(lambda changes: _changed(answer, changes))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for name, inner in pairs:
        yield from _paths(inner, (*path, name))


def _changed(answer: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> str:
    answer = copy.deepcopy(answer)
    for path, value in changes:
        place = answer
        try:
            for name in path[:-1]:
                place = place[name]
            if value is ...:
                del place[path[-1]]
            else:
                place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    return json.dumps(answer)


class Canned(Web):
    """Gives one text for an answer to everything."""

    def __init__(self, text: str) -> None:
        super().__init__("Canned", "https://example.org", 0.0)
        self._canned = text

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str],
        read: Callable[[str], _T],
        secrets: Mapping[str, str] | None = None,
        *,
        is_search: bool = False,
    ) -> _T | None:
        return read(self._canned)


def check_answer(source: Source, text: str, *asked: Paper) -> None:
    """Check that a source makes of a text sound papers, or says that it can't read it."""
    try:
        found = source.find(asked, Canned(text))
    except FormatError as error:
        check_sentence(error.message)
        return
    assert len(found) == len(asked)
    for candidates in found:
        assert len(candidates) <= 10
        for paper in candidates:
            check_sound(paper)


def check_sentence(message: str) -> None:
    """Check that a message goes on after a colon."""
    assert message.startswith("it ")
    assert message.endswith(".")


def check_sound(paper: Paper) -> None:
    """Check that a paper can be shown and stored, and has at most one entry."""
    for value in (paper.title, paper.venue, paper.abstract, *paper.authors):
        assert value is None or (value and printable(value) == " ".join(value.split()))
        assert value is None or value.encode()
    assert any(character.isalnum() for character in paper.title)
    assert len(paper.title) <= 2000
    assert paper.published is None or check_date(paper.published)
    assert paper.doi is None or doi_name(paper.doi) == paper.doi
    assert paper.doi is None or not paper.doi.startswith("10.48550/")
    assert paper.arxiv is None or arxiv_id(paper.arxiv) == paper.arxiv
    assert paper.url is None or paper.url.startswith(("http://", "https://"))
    assert len(paper.entries) <= 1
    for entry in paper.entries:
        assert (entry.key, entry.type) == ("", paper.type)
        assert not entry.is_preprint
        assert not entry.get("abstract")
        assert all(printable(entry.get(name)) == entry.get(name) for name, _ in entry.fields)
    if not paper.entries:
        assert (paper.type, paper.venue) == ("misc", None)
