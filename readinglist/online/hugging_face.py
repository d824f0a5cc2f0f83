"""Hugging Face Papers: a paper by its arXiv id, or by its title.

https://huggingface.co/.well-known/openapi.json, the routes below /api/papers
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from readinglist.domain.text import printable, printable_block
from readinglist.formats.hugging_face import parse_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

_MOST = 8


class HuggingFace:
    """See `readinglist.online.source.Source`."""

    name = "Hugging Face"
    address = "https://huggingface.co"
    interval = 0.6  # 500 questions in five minutes: https://huggingface.co/docs/hub/rate-limits

    def wants(self, paper: Paper) -> bool:
        """Return whether `paper` lacks its authors, or has a title alone."""
        return not paper.authors or not (paper.arxiv or paper.published)

    def has_identifier(self, paper: Paper) -> bool:
        """Return whether `paper` has an arXiv id."""
        return bool(paper.arxiv)

    def batch(self, waiting: Sequence[Paper]) -> Sequence[Paper]:
        """Return the first: there is one question for each."""
        return waiting[:1]

    def find(self, papers: Sequence[Paper], web: Web) -> list[list[Paper]]:
        """Return the paper of this id, or papers whose titles are like this one."""
        (paper,) = papers
        if paper.arxiv:
            path = f"/api/papers/{quote(paper.arxiv, safe='/')}"
            found = web.ask(path, {}, parse_answer)
        else:
            question = {"q": paper.title[:250], "limit": str(_MOST)}
            found = web.ask("/api/papers/search", question, parse_answer, is_search=True)
        return [[sound for one in (found or ())[:_MOST] if (sound := _sound(one))]]


def _sound(paper: Paper) -> Paper | None:
    """Return a paper as lines that can be shown; None where its title says nothing."""
    title = printable(paper.title)
    if not any(character.isalnum() for character in title):
        return None
    abstract = printable_block(paper.abstract or "").strip() or None
    return replace(paper, title=title, abstract=abstract)
