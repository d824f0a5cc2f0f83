"""Answers of arXiv and of Hugging Face in their real form, written from works.

https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned
https://huggingface.co/.well-known/openapi.json
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.online.forms import natural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.online.forms import Work


def arxiv_feed(works: Iterable[Work]) -> str:
    """Return works as the API's Atom: `<entry>` has id, title, summary, published, author, link."""
    entries = "".join(map(_entry, works))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
        "  <id>https://arxiv.org/api/x</id><title>arXiv Query</title>\n"
        f"  <opensearch:totalResults>{entries.count('<entry>')}</opensearch:totalResults>\n"
        f"{entries}</feed>\n"
    )


def _entry(work: Work) -> str:
    names = (escape(natural(name)) for name in work.authors)
    authors = "".join(f"<author><name>{name}</name></author>" for name in names)
    date = f"{work.published}-05-04"[:10]
    doi = f"<arxiv:doi>{escape(work.doi)}</arxiv:doi>" if work.doi else ""
    return (
        f"  <entry><id>http://arxiv.org/abs/{work.arxiv}v2</id>"
        f"<title>{escape(work.title)}</title>"
        f"<updated>{date}T20:00:00Z</updated><published>{date}T17:59:59Z</published>"
        f'<link href="https://arxiv.org/abs/{work.arxiv}v2" rel="alternate" type="text/html"/>'
        f"<summary>  {escape(work.abstract)}\n</summary>"
        f'<category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>'
        f'<arxiv:primary_category term="cs.LG"/>{doi}{authors}</entry>\n'
    )


def hugging_face_paper(work: Work) -> dict[str, object]:
    """Return a work as `/api/papers/{id}` has it: one flat object."""
    return {
        "id": work.arxiv,
        "authors": [{"_id": "65", "name": natural(name), "hidden": False} for name in work.authors],
        "publishedAt": f"{work.published}-05-04"[:10] + "T00:00:00.000Z",
        "submittedOnDailyAt": None,
        "title": work.title,
        "summary": work.abstract,
        "upvotes": 12,
        "discussionId": "66",
        "projectPage": "https://example.org/project",
        "githubRepo": "https://github.com/example/code",
        "githubStars": 345,
    }


def hugging_face_search(works: Iterable[Work]) -> str:
    """Return works as `/api/papers/search` has them: an array, each within `paper`."""
    return json.dumps(
        [
            {"paper": hugging_face_paper(work), "title": work.title, "numComments": 2}
            for work in works
        ]
    )
