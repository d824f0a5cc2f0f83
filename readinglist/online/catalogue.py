"""The sources by the names that the settings have for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readinglist.config import OnlineConfig
    from readinglist.online.source import Source


def sources(config: OnlineConfig) -> dict[str, Source]:
    """Return the sources that the settings name, by these names, in their order."""
    from readinglist.online.arxiv import Arxiv
    from readinglist.online.crossref import Crossref
    from readinglist.online.dblp import Dblp
    from readinglist.online.hugging_face import HuggingFace
    from readinglist.online.openalex import OpenAlex

    known: dict[str, Source] = {
        "arxiv": Arxiv(),
        "huggingface": HuggingFace(),
        "dblp": Dblp(),
        "crossref": Crossref(config.mail),
        "openalex": OpenAlex(config.openalex_key),
    }
    return {name: known[name] for name in config.sources}
