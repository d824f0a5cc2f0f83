"""arXiv: papers by their ids, many with one request, or by their titles.

https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.formats import arxiv_atom
from readinglist.online.matching import likeness
from readinglist.online.source import title_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

_MOST_IDS = 50
_MOST_TITLES = 10
_FOUND_BY_TITLE = 8
"""So many papers are asked for with each title: a phrase is part of longer ones, too."""


class Arxiv:
    """See `readinglist.online.source.Source`."""

    name = "arXiv"
    address = "https://export.arxiv.org"
    interval = 3.0  # https://info.arxiv.org/help/api/tou.html

    def wants(self, paper: Paper) -> bool:
        """Return whether `paper` lacks what a preprint has."""
        if paper.arxiv:
            return not (paper.authors and paper.abstract and paper.published)
        return bool(title_words(paper)) and not (paper.authors and paper.published)

    def has_identifier(self, paper: Paper) -> bool:
        """Return whether `paper` has an arXiv id."""
        return bool(paper.arxiv)

    def batch(self, waiting: Sequence[Paper]) -> Sequence[Paper]:
        """Return those that have ids, else a few titles: an address has its bounds."""
        known = [paper for paper in waiting if paper.arxiv]
        return known[:_MOST_IDS] or waiting[:_MOST_TITLES]

    def find(self, papers: Sequence[Paper], web: Web) -> list[list[Paper]]:
        """Return the papers of these ids, or of these titles."""
        parameters = {"start": "0"}
        if all(paper.arxiv for paper in papers):
            # Without their number, ten are given (user manual, 3.1.1.2).
            parameters["id_list"] = ",".join(paper.arxiv or "" for paper in papers)
            parameters["max_results"] = str(len(papers))
        else:
            titles = (f'ti:"{title_words(paper)}"' for paper in papers)
            parameters["search_query"] = " OR ".join(titles)
            parameters["max_results"] = str(_FOUND_BY_TITLE * len(papers))
        answer = web.ask("/api/query", parameters, arxiv_atom.parse_answer, is_search=True)
        return [_likeliest(paper, answer or ()) for paper in papers]


def _likeliest(paper: Paper, found: Sequence[Paper]) -> list[Paper]:
    if paper.arxiv:
        return [one for one in found if one.arxiv == paper.arxiv]
    ranked = sorted(found, key=lambda one: likeness(paper.title, one.title), reverse=True)
    return ranked[:_FOUND_BY_TITLE]
