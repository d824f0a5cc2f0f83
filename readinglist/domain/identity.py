"""What makes two entries one paper: the title, and identifiers where titles coincide."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from readinglist.domain.paper import family_name
from readinglist.domain.text import fold

if TYPE_CHECKING:
    from readinglist.domain.entry import Entry
    from readinglist.domain.paper import Paper

_KINDS = {
    **dict.fromkeys(("book", "mvbook", "collection", "mvcollection", "proceedings"), "book"),
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), "thesis"),
    **dict.fromkeys(
        ("misc", "online", "unpublished", "techreport", "report", "electronic", "www"), "any"
    ),
}
"""What a work is by its type; all others are parts of something: articles, chapters."""
_NO_LETTER = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d{4}")
_PLACE = re.compile(r"\w+")

_ARXIV = re.compile(
    r"(?:arxiv:\s*|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    r"((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE | re.ASCII,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)


@lru_cache(maxsize=1 << 16)
def title_key(title: str) -> str:
    """Return the letters and digits of `title`, folded: equal for two spellings of one title."""
    bare = _NO_LETTER.sub("", fold(title))
    return bare or " ".join(title.split())


def paper_id(title: str, identifier: str = "") -> int:
    """Return the identity of the paper of this title, the same on every machine.

    Args:
        title: the title as its source has it.
        identifier: what tells apart two works of one title (a DOI, an arXiv id).

    Returns:
        63 bits of the SHA-256 digest of the normalised title.
    """
    text = title_key(title) + ("\0" + identifier if identifier else "")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def contradict(one: Paper, other: Paper) -> bool:
    """Return whether two papers of one title are different works.

    Their identifiers say so, or that they have no author in common, or that one is a book
    and the other a thesis, or that both were published, in other years or on other pages.
    Entries of one citation key are one entry, which may have been corrected in its file.
    """
    keys = {entry.key.lower() for entry in one.entries if entry.key}
    if any(entry.key.lower() in keys for entry in other.entries):
        return _share_no_author(one, other)
    if one.arxiv and other.arxiv:
        return one.arxiv != other.arxiv
    if one.doi and other.doi:
        # An arXiv DOI names the preprint of whatever the other DOI names.
        dois = {one.doi.lower(), other.doi.lower()}
        return len(dois) == 2 and not any(doi.startswith("10.48550/") for doi in dois)
    return _share_no_author(one, other) or _were_published_apart(one, other)


def share_identifier(one: Paper, other: Paper) -> bool:
    """Return whether two papers have one arXiv id, or, where not both have any, one DOI."""
    if one.arxiv and other.arxiv:
        return one.arxiv == other.arxiv
    return bool(one.doi and other.doi and one.doi.lower() == other.doi.lower())


def only_share_identifier(one: Paper, other: Paper) -> bool:
    """Return whether two papers of one identifier are different works all the same.

    Reference managers have given one arXiv id to thousands of papers, and the DOI of a book
    stands in the entries of its chapters.
    """
    titles = sorted((title_key(one.title), title_key(other.title)), key=len)
    if titles[1].startswith(titles[0]):
        return False
    return _share_no_author(one, other) or _were_published_apart(one, other)


def _share_no_author(one: Paper, other: Paper) -> bool:
    families = [{title_key(family_name(name)) for name in p.authors} for p in (one, other)]
    return all(families) and families[0].isdisjoint(families[1])


def _were_published_apart(one: Paper, other: Paper) -> bool:
    pairs = [
        _are_of_other_kinds(mine, theirs)
        or (mine.is_preprint == theirs.is_preprint and _differ(mine, theirs))
        for mine in one.entries
        for theirs in other.entries
    ]
    return bool(pairs) and all(pairs)


def edition(paper: Paper) -> str:
    """Return what tells a published work from others of its title: year, author, place in it."""
    places = [_place(entry) for entry in paper.entries[:1]]
    author = title_key(family_name(paper.authors[0])) if paper.authors else ""
    return "/".join(["edition", str(paper.year or ""), author, *(p for ps in places for p in ps)])


def _are_of_other_kinds(one: Entry, other: Entry) -> bool:
    kinds = {_KINDS.get(entry.type, "part") for entry in (one, other)} - {"any"}
    return len(kinds) == 2


def _differ(one: Entry, other: Entry) -> bool:
    if one.source == other.source and one.source and one.key and other.key:
        return True  # whoever wrote the file told them apart
    return any(a != b for a, b in zip(_place(one), _place(other), strict=True) if a and b)


def _place(entry: Entry) -> tuple[str, ...]:
    """Return year, volume, number and first page of an entry, as far as it has them."""
    first = (
        _DIGITS.search(entry.get("year") or entry.get("date")),
        *(_PLACE.search(entry.get(name)) for name in ("volume", "number", "pages")),
    )
    return tuple(match[0].lower() if match else "" for match in first)


def arxiv_id(text: str) -> str | None:
    """Return the arXiv identifier in `text` without prefix and version, or None."""
    match = _ARXIV.fullmatch(text.strip())
    return match.group(1) if match else None


def doi_name(text: str) -> str | None:
    """Return the DOI in `text` without prefix or resolver, or None."""
    match = _DOI.fullmatch(text.strip())
    return match.group(1) if match else None


def arxiv_of_doi(doi: str) -> str | None:
    """Return the arXiv identifier of a preprint from its DOI, or None: arXiv has a prefix."""
    match = _ARXIV_DOI.fullmatch(doi)
    return arxiv_id(match[1]) if match else None
