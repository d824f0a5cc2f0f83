"""All sources in one server of one's own, over the same works."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rapidfuzz import fuzz, process
from werkzeug import Response

from readinglist.config import OnlineConfig
from tests.online.forms import Work, crossref_list, dblp_answer, openalex_list
from tests.online.preprint_forms import arxiv_feed, hugging_face_paper, hugging_face_search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytest_httpserver import HTTPServer
    from werkzeug import Request

_SOURCES = ("arxiv", "huggingface", "dblp", "crossref", "openalex")
_QUOTED = re.compile(r'ti:"([^"]*)"')
_WORDS = re.compile(r"[^\W_]+")


class LocalSources:
    """Works that are found by their words, the likest first, in each source's own form."""

    def __init__(self, server: HTTPServer, works: Sequence[Work]) -> None:
        """Let the server answer.

        Args:
            server: a threaded one.
            works: preprints are known to all but Crossref, published ones to all but arXiv and
                Hugging Face.
        """
        self._server = server
        self._works = list(works)
        self._words = [_words(work.title) for work in works]
        self._published = [n for n, work in enumerate(works) if work.kind != "preprint"]
        self._preprints = [n for n, work in enumerate(works) if work.kind == "preprint"]
        self._lock = threading.Lock()
        self.requests: Counter[str] = Counter()
        """How many requests each source has had."""
        self.times: dict[str, list[float]] = {name: [] for name in _SOURCES}
        """When they came."""
        self.trouble: dict[str, Callable[[Request], Response | None]] = {}
        """What a source answers instead."""
        for name in _SOURCES:
            server.expect_request(re.compile(f"^/{name}/")).respond_with_handler(
                self._handler(name)
            )

    def config(self, **settings: object) -> OnlineConfig:
        """Return the settings that ask here."""
        addresses = {name: self._server.url_for(f"/{name}") for name in _SOURCES}
        return OnlineConfig(**{"addresses": addresses, "cache_days": 0, **settings})  # type: ignore[arg-type]

    def write_config(self, path: Path) -> Path:
        """Write a configuration that asks here; return its path."""
        config = self.config()
        lines = ["online:", "  cache_days: 0", "  addresses:"]
        lines += [f"    {name}: {address}" for name, address in config.addresses.items()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def _handler(self, name: str) -> Callable[[Request], Response]:
        answer: Callable[[Request], str | None] = getattr(self, f"_{name}")
        kind = "application/atom+xml" if name == "arxiv" else "application/json"

        def handle(request: Request) -> Response:
            with self._lock:
                self.requests[name] += 1
                self.times[name].append(time.monotonic())
            trouble = self.trouble.get(name)
            response = trouble(request) if trouble else None
            if response:
                return response
            text = answer(request)
            return Response("Not found", 404) if text is None else Response(text, mimetype=kind)

        return handle

    # --- each source

    def _arxiv(self, request: Request) -> str:
        most = int(request.args.get("max_results", 10))
        ids = request.args.get("id_list", "")
        if ids:
            wanted = set(ids.split(","))
            found = [work for work in self._works_at(self._preprints) if work.arxiv in wanted]
        else:
            titles = _QUOTED.findall(request.args["search_query"])
            each = max(1, most // len(titles))
            likely = (self._like(title, each, self._preprints) for title in titles)
            found = list(dict.fromkeys(work for works in likely for work in works))
        return arxiv_feed(found[:most])

    def _huggingface(self, request: Request) -> str | None:
        if request.path.endswith("/api/papers/search"):
            most = int(request.args.get("limit", 20))
            return hugging_face_search(self._like(request.args["q"], most, self._preprints))
        wanted = unquote(request.path.partition("/api/papers/")[2])
        preprints = self._works_at(self._preprints)
        work = next((work for work in preprints if work.arxiv == wanted), None)
        return json.dumps(hugging_face_paper(work)) if work else None

    def _dblp(self, request: Request) -> str:
        return json.dumps(dblp_answer(self._like(request.args["q"], int(request.args["h"]))))

    def _crossref(self, request: Request) -> str:
        asked = request.args.get("query.bibliographic")
        if asked is not None:
            found = self._like(asked, int(request.args["rows"]), self._published)
            return json.dumps(crossref_list(found))
        dois = {part.removeprefix("doi:") for part in request.args["filter"].split(",")}
        return json.dumps(crossref_list([w for w in self._works if w.doi.lower() in dois]))

    def _openalex(self, request: Request) -> str:
        wanted = request.args.get("filter", "")
        if wanted.startswith("doi:"):
            dois = set(wanted.removeprefix("doi:").split("|"))
            return json.dumps(openalex_list([w for w in self._works if w.doi.lower() in dois]))
        asked = request.args.get("search") or wanted.partition(":")[2]
        return json.dumps(openalex_list(self._like(asked, 5)))

    def _works_at(self, places: Sequence[int]) -> list[Work]:
        return [self._works[place] for place in places]

    def _like(self, asked: str, most: int, places: Sequence[int] | None = None) -> list[Work]:
        """Return the works whose titles have most of what is asked."""
        among = range(len(self._works)) if places is None else places
        choices = {place: self._words[place] for place in among}
        found = process.extract(_words(asked), choices, scorer=fuzz.token_sort_ratio, limit=most)
        return [self._works[place] for _, _, place in found]


def _words(text: str) -> str:
    return " ".join(_WORDS.findall(re.sub(r"<[^>]*>", " ", text).lower()))
