"""Which papers a command acts on: some that are named, what answers a query, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from readinglist.domain.query import parse_query
from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.services.library import Library


def check_choice(keys: Sequence[str], query: str | None, everything: bool) -> None:
    """See to it that papers are chosen in just one way.

    Raises:
        click.UsageError: they are not, or the query can't be acted on.
    """
    if sum((bool(keys), query is not None, everything)) != 1:
        raise click.UsageError("Say which papers: one of KEY..., --query QUERY and --all.")
    if query is not None:
        check_query(query, "For all papers, say --all.")


def check_query(query: str, hint: str) -> None:
    """See to it that a query can be acted on: all of it counts, and it asks for something.

    An empty variable of a shell must not mean all papers.

    Args:
        query: the query.
        hint: how all papers are chosen.

    Raises:
        click.UsageError: it can't.
    """
    asked = parse_query(query, is_complete=True)
    if asked.problems:
        raise click.UsageError(" ".join(map(str, asked.problems)))
    if asked.is_empty:
        raise click.UsageError(f"The query “{query}” asks for nothing. {hint}")


def chosen(library: Library, keys: Sequence[str], query: str | None) -> list[int]:
    """Return the papers of a choice, see `check_choice`; without keys and query all.

    Raises:
        UnknownKeyError: a key is no paper's.
        ReadingListError: no paper answers the query.
    """
    if keys:
        return list(dict.fromkeys(library.paper(key).id for key in keys))
    ids = list(library.find(query or "").ids)
    if query and not ids:
        raise ReadingListError(f"No paper answers “{query}”.", "See: readinglist list.")
    return ids
