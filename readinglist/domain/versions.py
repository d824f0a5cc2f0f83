"""A preprint and what was published of it: two versions of one paper.

The facts of a paper are those of its published version where one is known, and its arXiv id
stays beside them. Which of the two is cited, is for the researcher to say.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from readinglist.domain.entry import is_preprint_server
from readinglist.domain.union import says_more

if TYPE_CHECKING:
    from collections.abc import Collection

    from readinglist.domain.entry import Entry
    from readinglist.domain.paper import Paper

_FACTS = (
    "authors", "organization", "abstract", "published", "venue", "arxiv", "doi", "url", "type",
)  # fmt: skip
_COUNTS = ("votes", "comments", "stars")
_OF_PUBLICATION = ("type", "venue", "doi", "published")
_ARXIV_DOI = "10.48550/"
_NEW_ARXIV = re.compile(r"(\d{2})(\d{2})\.\d+")
_OLD_ARXIV = re.compile(r"[a-z.-]+/(\d{2})(\d{2})\d+", re.IGNORECASE)
_SAME_FIELD = {
    "journal": ("journaltitle",), "year": ("date",), "month": ("date",), "number": ("issue",),
    "address": ("location",),
}  # fmt: skip
"""The fields of an entry that biblatex has under other names."""


def is_published(paper: Paper) -> bool:
    """Return whether more than a preprint is known of a paper."""
    if any(not entry.is_preprint for entry in paper.entries):
        return True
    return bool(paper.venue) and not is_preprint_server(paper.venue or "")


def completed(paper: Paper, candidate: Paper, edited: Collection[str]) -> dict[str, Any]:
    """Return what `paper` gets from what a source knows of it: values by field.

    What is missing is filled. The facts of a published version go before those of a preprint;
    of votes, comments and stars the larger number holds.

    Args:
        paper: the paper.
        candidate: the same work, as the source has it.
        edited: the fields that a person has set: they stay.
    """
    facts: dict[str, Any] = {
        name: getattr(candidate, name)
        for name in _FACTS
        if says_more(name, getattr(paper, name), getattr(candidate, name))
    }
    for name in _COUNTS:
        mine, theirs = getattr(paper, name), getattr(candidate, name)
        if theirs is not None and (mine is None or theirs > mine):
            facts[name] = theirs
    links = tuple(dict.fromkeys(paper.links + candidate.links))
    if links != paper.links:
        facts["links"] = links
    if is_published(candidate) and not is_published(paper):
        facts |= _of_publication(paper, candidate)
    elif not is_published(candidate) and (is_published(paper) or paper.arxiv or candidate.arxiv):
        # What is known of a preprint says nothing of what was published; and who deposits it
        # once more gives it another DOI.
        facts = {name: facts[name] for name in facts if name not in ("venue", "type", "doi")}
    entries = paper.entries
    for entry in candidate.entries:
        entries = _with_published(entries, entry)
    if entries != paper.entries:
        facts["entries"] = entries
    return {name: value for name, value in facts.items() if name not in edited}


def _of_publication(paper: Paper, candidate: Paper) -> dict[str, Any]:
    """Return the facts of a published version that go before those of the preprint."""
    facts = {
        name: value
        for name in _OF_PUBLICATION
        if (value := getattr(candidate, name)) and value != getattr(paper, name)
    }
    if paper.doi and not paper.doi.lower().startswith(_ARXIV_DOI):
        facts.pop("doi", None)
    if paper.year == candidate.year and len(paper.published or "") >= len(
        candidate.published or ""
    ):
        facts.pop("published", None)
    return facts


def _with_published(entries: tuple[Entry, ...], more: Entry) -> tuple[Entry, ...]:
    """Return `entries` with a published version; one that is there gets the fields it lacks."""
    known = next((entry for entry in entries if not entry.is_preprint), None)
    if known is None:
        return (*entries, more)
    if known.type != more.type:
        return entries
    had = {name for name, _ in known.fields}
    fields = tuple(
        pair
        for pair in more.fields
        if pair[0] not in had and not had.intersection(_SAME_FIELD.get(pair[0], ()))
    )
    if not fields:
        return entries
    fuller = replace(known, fields=known.fields + fields)
    return tuple(fuller if entry is known else entry for entry in entries)


def cited_version(paper: Paper, preferred: str) -> tuple[Paper, Entry | None]:
    """Return a paper as it is to be cited, and the entry that says so; None for its facts.

    An entry of a file is cited under its own key, unless a person said otherwise of this
    paper, or a source knows what was published of it.

    Args:
        paper: the paper; its key is the one that it is cited by.
        preferred: one of `readinglist.domain.paper.VERSIONS`, for papers of which a person
            has said nothing.
    """
    entry = _cited_entry(paper, paper.cite_as or preferred)
    is_preprint = entry.is_preprint if entry else (paper.cite_as or preferred) == "preprint"
    if is_preprint and is_published(paper) and paper.arxiv:
        return _as_preprint(paper), entry
    return paper, entry


def _cited_entry(paper: Paper, wanted: str) -> Entry | None:
    own = next((e for e in paper.entries if e.key.lower() == paper.key.lower()), None)
    published = [entry for entry in paper.entries if not entry.is_preprint]
    preprints = [entry for entry in paper.entries if entry.is_preprint]
    if own and not paper.cite_as:
        from_source = [entry for entry in published if not entry.key]
        is_replaced = own.is_preprint and wanted == "published" and from_source
        return from_source[0] if is_replaced else own
    of_version = preprints if wanted == "preprint" else published
    if own in of_version:
        return own
    if not of_version and wanted == "preprint" and paper.arxiv:
        return None
    return next(iter((*of_version, *published, *preprints)), None)


def _as_preprint(paper: Paper) -> Paper:
    """Return a paper that was published with the facts of its preprint on arXiv."""
    doi = paper.doi if paper.doi and paper.doi.lower().startswith(_ARXIV_DOI) else None
    url = paper.url if paper.url and "arxiv.org" in paper.url else None
    published = _date_of(paper.arxiv or "")
    return replace(paper, type="misc", venue=None, doi=doi, url=url, published=published)


def _date_of(arxiv: str) -> str | None:
    """Return year and month of an arXiv id: `1706.03762`, `hep-th/9901001`."""
    found = _NEW_ARXIV.fullmatch(arxiv) or _OLD_ARXIV.fullmatch(arxiv)
    if not found or not 1 <= int(found[2]) <= 12:
        return None
    century = 19 if int(found[1]) > 90 else 20
    return f"{century}{found[1]}-{found[2]}"
