"""What all sources of metadata have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from readinglist.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web


class Source(Protocol):
    """One source of metadata: a module of this room has a class for it."""

    name: str
    """What people call it, and what a paper remembers: `arXiv`."""
    address: str
    """Its usual base URL."""
    interval: float
    """The least seconds from one request to the next, as its keepers ask for."""

    def wants(self, paper: Paper) -> bool:
        """Return whether it may know what `paper` lacks."""

    def batch(self, waiting: Sequence[Paper]) -> Sequence[Paper]:
        """Return those of the papers `waiting` that one request can look up; at least one."""

    def find(self, papers: Sequence[Paper], web: Web) -> list[list[Paper]]:
        """Return for each of `papers` those that it may be, the likeliest first.

        Raises:
            SourceError: the source can't be asked.
            StoppedError: no answer is wanted any more.
        """


def read_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        FormatError: it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError("it is no JSON.") from error
