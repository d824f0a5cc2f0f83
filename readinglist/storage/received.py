"""Rows that another program may have written: are they such as we would have written?

What is used as more than text must have its form: keys go to terminals and to BibTeX, addresses to
the browser, dates are reckoned with, and what the journal tells of can be turned back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import (
    ALIAS,
    CONFLICT,
    ENTRIES,
    NOTHING,
    SOURCE,
    TAG,
    WHOLE_PAPER,
    Action,
)
from readinglist.domain.citekey import importable_key
from readinglist.domain.fields import EDITABLE
from readinglist.errors import ForeignValueError, InvalidValueError
from readinglist.storage.journal import COLUMNS as JOURNAL_COLUMNS
from readinglist.storage.journal import check_action
from readinglist.storage.papers import COLUMNS, misfit, paper_from_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from readinglist.domain.entry import Entry
    from readinglist.domain.paper import Paper
    from readinglist.storage.tables import Row, Tables

_EXACT = frozenset(("type", "published", "arxiv", "doi", "url", "cite_as"))
_ALWAYS_THERE = ("key", "type", "title", "status", "priority")
_OF_A_PAPER = frozenset(COLUMNS) - {"id"}
FIELDS = _OF_A_PAPER | {ALIAS, CONFLICT, ENTRIES, NOTHING, SOURCE, TAG, WHOLE_PAPER}
"""What a row of the journal may be about."""
_OF_CONFLICTS = _OF_A_PAPER | {WHOLE_PAPER}
_ID, _FIELD, _OLD, _NEW = map(JOURNAL_COLUMNS.split(", ").index, ("id", "field", "old", "new"))
_LARGEST_ID = 2**63 - 2**40
"""An id beyond it would leave none for what is done later."""


def received_paper(row: tuple[Any, ...]) -> Paper:
    """Return the paper of a row of `COLUMNS`.

    Raises:
        LibraryError: a value is not one that we would have written.
    """
    return checked(paper_from_row(row))


def check_change(row: tuple[Any, ...]) -> None:
    """Look at a row of the journal.

    The values need not be such as a paper can have today: they are looked at when they are to be
    brought back.

    Raises:
        LibraryError: it is not one that we would have written.
    """
    action = check_action(row)
    number, field, old, new = row[_ID], row[_FIELD], row[_OLD], row[_NEW]
    if field not in (_OF_CONFLICTS if action == Action.CONFLICT else FIELDS):
        raise ForeignValueError(f"a field that can't be one in its journal: {field!r:.60}")
    if field == SOURCE and not (_is_source(old) and _is_source(new)):
        raise ForeignValueError("a source that can't be one in its journal")
    if not 0 < number < _LARGEST_ID:
        raise ForeignValueError(f"an id that can't be one in its journal: {number}")


def checked(paper: Paper) -> Paper:
    """Return `paper`, whose values may come from outside, if we would have written them.

    Raises:
        LibraryError: a value is not of the form that it must have.
    """
    for field in _ALWAYS_THERE:
        if getattr(paper, field) is None:
            raise misfit(field, None)
    for field in (*_EXACT, "key", "links", "entries"):
        checked_value(field, getattr(paper, field))
    return paper


def checked_value(field: str, value: Any) -> Any:
    """Return the value of a paper's `field`, which may come from outside, if we would write it.

    Raises:
        LibraryError: it is not of the form that it must have.
    """
    if field in _EXACT and value is not None:
        try:
            fits = EDITABLE[field](value) == value
        except InvalidValueError:
            fits = False
        if not fits:
            raise misfit(field, value)
    elif field == "key":
        _check_key(value)
    elif field == "links":
        for link in value:
            if not link.lower().startswith(("http://", "https://")):
                raise misfit("link", link)
    elif field == "entries":
        entries: tuple[Entry, ...] = value
        for key in (entry.key for entry in entries if entry.key):
            _check_key(key)
    return value


def _is_source(stored: str | None) -> bool:
    """Return whether the journal may have this for a source, or for none."""
    if stored is None:
        return True
    return bool(re.fullmatch("[0-9]{1,19}", stored)) and int(stored) < 2**63


def _check_key(key: str) -> None:
    if not key or importable_key(key) != key:
        raise misfit("key", key)


def check_received(theirs: Tables, known: Tables) -> None:
    """Look at the values of a library that another program may have written, but for `known` ones.

    Raises:
        LibraryError: one is not a value that we would have written.
    """
    for table, check in _CHECKS.items():
        for key, row in theirs[table].items():
            if known[table].get(key) != row:
                check(row)


def checked_rows(rows: Iterable[Row], table: str) -> Iterator[Row]:
    """Yield the rows of a table that another program may have written.

    Raises:
        LibraryError: one is not such as we would have written.
    """
    check = _CHECKS.get(table)
    for row in rows:
        if check:
            check(row)
        yield row


_CHECKS: dict[str, Callable[[Row], object]] = {"paper": received_paper, "journal": check_change}
"""What raises a `LibraryError` for a row of a table that we would not have written."""
