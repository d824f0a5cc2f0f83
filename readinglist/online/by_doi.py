"""What the sources share that find papers by their DOIs, many with one request, else by title."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from readinglist.online.source import MOST_CANDIDATES, doi_to_ask_for, lacks_publication

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from readinglist.domain.paper import Paper
    from readinglist.online.web import Web

_LONGEST_QUERY = 3000
"""Letters of the DOIs in one address: servers take some 4,000 for all of it."""


class ByDoi:
    """The half of a `readinglist.online.source.Source` that all of them have."""

    at_once: int
    """The most DOIs of one request."""

    def wants(self, paper: Paper) -> bool:
        """Return whether no published version of `paper` is known, or nobody who wrote it."""
        return lacks_publication(paper) or not paper.authors

    def has_identifier(self, paper: Paper) -> bool:
        """Return whether `paper` has a DOI that is not arXiv's."""
        return bool(doi_to_ask_for(paper))

    def batch(self, waiting: Sequence[Paper]) -> Sequence[Paper]:
        """Return those that have DOIs, else the first one: there is one question for a title."""
        return list(filter(self.has_identifier, waiting))[: self.at_once] or waiting[:1]

    def find(self, papers: Sequence[Paper], web: Web) -> list[list[Paper]]:
        """Return the candidates for each paper: by its DOI; by its title where that is not enough.

        A DOI is not enough if the source doesn't know it, or if it names a preprint.

        Raises:
            SourceError: the source can't be asked.
            StoppedError: no answer is wanted any more.
        """
        asked = [doi_to_ask_for(paper) for paper in papers]
        known: dict[str, Paper] = {}
        for some in self._batches(dict.fromkeys(filter(None, asked))):
            known |= {work.doi.lower(): work for work in self._by_dois(some, web) if work.doi}
        found: list[list[Paper]] = []
        for paper, doi in zip(papers, asked, strict=True):
            candidates = [known[doi]] if doi in known else []
            if not any(work.entries for work in candidates):
                candidates += self._by_title(paper, web)
            found.append(candidates[:MOST_CANDIDATES])
        return found

    def _by_dois(self, dois: list[str], web: Web) -> list[Paper]:
        """Return the works of some DOIs, in any order."""
        raise NotImplementedError

    def _by_title(self, paper: Paper, web: Web) -> list[Paper]:
        """Return the works that may have the title of a paper, the likeliest first."""
        raise NotImplementedError

    def _batches(self, dois: Iterable[str]) -> Iterator[list[str]]:
        """Yield DOIs, `at_once` at most, and as many as fit into one address."""
        batch: list[str] = []
        letters = 0
        for doi in dois:
            length = len(quote(doi, safe="")) + 8
            if batch and (len(batch) == self.at_once or letters + length > _LONGEST_QUERY):
                yield batch
                batch, letters = [], 0
            batch.append(doi)
            letters += length
        if batch:
            yield batch
