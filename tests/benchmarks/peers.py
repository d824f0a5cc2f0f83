"""Searches as papis or bibtui does, with its own code; run by the Python that has it installed.

Knows nothing of readinglist: search_quality.py gives it papers and queries as JSON on standard
input, and gets back which papers (by their number) each query lists first.

    python tests/benchmarks/peers.py papis|bibtui < asked.json
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from itertools import islice
from typing import Any


def papis(papers: list[dict[str, str]], queries: list[str], limit: int) -> list[list[int]]:
    matching: Any = import_module("papis.docmatcher")
    make_document = import_module("papis.document").from_data
    documents = [make_document(paper) for paper in papers]
    pattern = import_module("papis.config").getformatpattern("match-format")
    texts = {id(document): matching.format(pattern, document) for document in documents}
    # What it would make anew of each paper for each word of each query.
    matching.format = lambda _, document: texts[id(document)]
    found = []
    for query in queries:
        matches = matching.make_document_matcher(query)
        hits = (i for i, document in enumerate(documents) if matches(document))
        found.append(list(islice(hits, limit)))
    return found


def bibtui(papers: list[dict[str, str]], queries: list[str], limit: int) -> list[list[int]]:
    make_entry = import_module("bibtui.bib.models").BibEntry
    matches = import_module("bibtui.widgets.entry_list").matches_query
    entries = [
        make_entry(
            key=paper["ref"],
            entry_type="misc",
            title=paper["title"],
            author=paper["author"],
            keywords=paper["tags"],
        )
        for paper in papers
    ]
    found = []
    for query in queries:
        hits = (i for i, entry in enumerate(entries) if matches(entry, query))
        found.append(list(islice(hits, limit)))
    return found


def main() -> None:
    asked: dict[str, Any] = json.load(sys.stdin)
    search = {"papis": papis, "bibtui": bibtui}[sys.argv[1]]
    json.dump(search(asked["papers"], asked["queries"], asked["limit"]), sys.stdout)


if __name__ == "__main__":
    main()
