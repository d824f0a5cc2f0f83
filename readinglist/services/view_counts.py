"""How many papers the views have."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from readinglist.domain.paper import Status
from readinglist.search.index import SearchInterruptedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from readinglist.services.finding import View
    from readinglist.services.library import Library


def known_counts(library: Library) -> dict[str, int]:
    """Return the numbers that can be had at once, by the name of the view: those of statuses."""
    by_status = library.count_by_status()
    counts = {status.value: count for status, count in by_status.items()}
    return counts | {"all": sum(by_status.values()), "next": by_status[Status.UNREAD]}


def counted(library: Library, views: Iterable[View]) -> Iterator[tuple[str, int]]:
    """Give the name of each view with the number of its papers, until it is interrupted."""
    with suppress(SearchInterruptedError):
        for view in views:
            yield view.name, library.count(view)
