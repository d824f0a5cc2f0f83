"""What a file turned out to hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readinglist.domain.entry import Parts
    from readinglist.domain.paper import Paper


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be read."""

    line: int
    """Counted from 1."""
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The papers of a file, in its order, and what could not be read."""

    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What was assumed to read it, one sentence each."""
    strings: Mapping[str, str | Parts] = field(default_factory=dict)
    """The macros of a .bib file, by name in lower case."""
    preambles: tuple[str, ...] = ()
    """The TeX of its @preamble blocks."""
    comments: tuple[str, ...] = ()
    """The text that follows its last entry."""
