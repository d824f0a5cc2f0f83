"""A preprint and what was published of it: two versions of one paper.

The facts of a paper are those of its published version where one is known, and its arXiv id
stays beside them. Which of the two is cited, is for the researcher to say.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from readinglist.domain.entry import filled, is_alike, is_preprint_server, is_same_publication
from readinglist.domain.union import says_more

if TYPE_CHECKING:
    from collections.abc import Collection

    from readinglist.domain.entry import Entry
    from readinglist.domain.paper import Paper

_FACTS = (
    "authors", "organization", "abstract", "published", "venue", "arxiv", "doi", "url", "type",
)  # fmt: skip
_OF_THE_WORK = frozenset(("title", "author", "abstract"))
"""The fields in which an entry of a file knows as much as a service."""
_OF_A_VERSION = frozenset((
    "journal", "journaltitle", "booktitle", "year", "month", "date", "volume", "number", "pages",
    "publisher", "howpublished", "doi", "url", "issn", "isbn",
))  # fmt: skip
"""The fields that tell where and when one version appeared."""
_COUNTS = ("votes", "comments", "stars")
_OF_PUBLICATION = ("type", "venue", "doi", "published")
_ARXIV_DOI = "10.48550/"
_NEW_ARXIV = re.compile(r"(\d{2})(\d{2})\.\d+")
_OLD_ARXIV = re.compile(r"[a-z.-]+/(\d{2})(\d{2})\d+", re.IGNORECASE)


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
    elif is_published(candidate) and not _is_same_publication(paper, candidate):
        # The work appeared twice: what is known of the one place says nothing of the other.
        facts = {name: facts[name] for name in facts if name not in (*_OF_PUBLICATION, "url")}
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


def _is_same_publication(paper: Paper, candidate: Paper) -> bool:
    """Return whether two papers that were published appeared in one place, as far as is known."""
    if paper.doi and candidate.doi:
        return paper.doi.lower() == candidate.doi.lower()
    mine = [entry for entry in paper.entries if not entry.is_preprint]
    theirs = [entry for entry in candidate.entries if not entry.is_preprint]
    if mine and theirs:
        return any(is_same_publication(one, other) for one in mine for other in theirs)
    return is_alike(paper.venue or "", candidate.venue or "")


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
    inherits = known.get("crossref") or known.get("xdata")  # what it lacks, another one has
    if inherits or not is_same_publication(known, more):
        return entries
    fuller = filled(known, more)
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
        return _with_own_fields(from_source[0], own) if is_replaced else own
    of_version = preprints if wanted == "preprint" else published
    if own in of_version:
        return own
    if not of_version and wanted == "preprint" and paper.arxiv:
        return None
    return next(iter((*of_version, *published, *preprints)), None)


def _with_own_fields(published: Entry, own: Entry) -> Entry:
    """Return what was published with what a file says of the work beside its publication."""
    theirs = {name for name, _ in published.fields} - _OF_THE_WORK
    kept = tuple(
        (name, value)
        for name, value in own.fields
        if name not in theirs and name not in _OF_A_VERSION
    )
    had = {name for name, _ in kept}
    fields = kept + tuple(pair for pair in published.fields if pair[0] not in had)
    return replace(own, type=published.type, fields=fields)


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
