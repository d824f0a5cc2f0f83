"""What a working copy keeps beside the edits that git has taken out of the library file."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readinglist.storage.tables import Row


@dataclass
class Beside:
    """What hung on papers that git has taken out of the library file."""

    sources: dict[int, Row] = field(default_factory=dict)
    """The rows of sources by their ids: also of those in which a paper was found once more."""
    sources_of: dict[int, list[int]] = field(default_factory=dict)
    aliases_of: dict[int, list[str]] = field(default_factory=dict)

    def of(self, paper: int) -> tuple[list[int], list[str]]:
        """Return the sources of a paper, and its earlier citation keys."""
        return self.sources_of.get(paper, []), self.aliases_of.get(paper, [])

    def as_json(self) -> str:
        """Return it as a text."""
        return json.dumps([[*some.items()] for some in astuple(self)])

    @classmethod
    def from_json(cls, text: str | None) -> Beside:
        """Return what `as_json` wrote; nothing of an empty text."""
        return cls(*map(dict, json.loads(text))) if text else cls()
