"""What makes two entries one paper: the title, and identifiers where titles coincide."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from readinglist.domain.text import fold

if TYPE_CHECKING:
    from readinglist.domain.paper import Paper

_ARXIV = re.compile(
    r"(?:arxiv:\s*|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    r"((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)


def title_key(title: str) -> str:
    """Return the letters and digits of `title`, folded: equal for two spellings of one title."""
    bare = "".join(c for c in fold(title) if c.isalnum())
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
    """Return whether identifiers say that two papers of one title are different works."""
    if one.arxiv and other.arxiv:
        return one.arxiv != other.arxiv
    if one.doi and other.doi:
        # An arXiv DOI names the preprint of whatever the other DOI names.
        dois = {one.doi.lower(), other.doi.lower()}
        return len(dois) == 2 and not any(doi.startswith("10.48550/") for doi in dois)
    return False


def arxiv_id(text: str) -> str | None:
    """Return the arXiv identifier in `text` without prefix and version, or None."""
    match = _ARXIV.fullmatch(text.strip())
    return match.group(1) if match else None


def doi_name(text: str) -> str | None:
    """Return the DOI in `text` without prefix or resolver, or None."""
    match = _DOI.fullmatch(text.strip())
    return match.group(1) if match else None
