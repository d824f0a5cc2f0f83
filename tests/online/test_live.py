"""The live services, for whoever has a network: `pytest -m live tests/online`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from readinglist.domain.identity import title_key
from readinglist.domain.paper import Paper
from readinglist.online.arxiv import Arxiv
from readinglist.online.crossref import Crossref
from readinglist.online.dblp import Dblp
from readinglist.online.hugging_face import HuggingFace
from readinglist.online.openalex import OpenAlex
from readinglist.online.source import Source
from readinglist.online.web import Web

pytestmark = pytest.mark.live

MAIL = os.environ.get("LIVE_MAIL", "")
KEY = os.environ.get("LIVE_OPENALEX_KEY", "")

RESIDUAL = Paper("Deep Residual Learning for Image Recognition", authors=("He, Kaiming",))
LEARNING = Paper("Deep learning", doi="10.1038/nature14539")
UNKNOWN = Paper("Deep learning", doi="10.1038/nature00000000000")


@pytest.fixture
def no_proxy() -> None:
    """Go out as the machine does."""


@pytest.fixture(params=[Dblp(), Crossref(MAIL), OpenAlex(KEY)], ids=lambda source: source.name)
def source(request: pytest.FixtureRequest) -> Source:
    found: Source = request.param
    return found


@pytest.fixture
def live_web(source: Source) -> Iterator[Web]:
    with closing(Web(source.name, source.address, source.interval)) as web:
        yield web


def test_a_published_version_is_found_by_title(source: Source, live_web: Web) -> None:
    (found,) = source.find([RESIDUAL], live_web)
    same = [paper for paper in found if title_key(paper.title) == title_key(RESIDUAL.title)]
    published = [paper for paper in same if paper.entries]
    assert published, found
    assert any((paper.doi or "").lower() == "10.1109/cvpr.2016.90" for paper in published)
    assert any(paper.authors[:1] == ("He, Kaiming",) for paper in published)
    assert any(paper.venue and paper.year == 2016 for paper in published)


@pytest.mark.parametrize("asking", [Crossref(MAIL), OpenAlex(KEY)], ids=lambda each: each.name)
def test_a_work_is_found_by_its_doi(asking: Source) -> None:
    with closing(Web(asking.name, asking.address, asking.interval)) as web:
        known, _ = asking.find([LEARNING, UNKNOWN], web)
        assert web.requests == 2  # both DOIs at once, then the title of the unknown one
    assert title_key(known[0].title) == "deeplearning"
    assert known[0].authors == ("LeCun, Yann", "Bengio, Yoshua", "Hinton, Geoffrey")
    assert (known[0].venue, known[0].year) == ("Nature", 2015)
    assert known[0].entries[0].get("volume") == "521"


def test_a_preprint_has_its_arxiv_id() -> None:
    dblp = Dblp()
    with closing(Web(dblp.name, dblp.address, dblp.interval)) as web:
        (found,) = dblp.find([Paper("Attention Is All You Need", authors=("Vaswani, A.",))], web)
    assert "1706.03762" in {paper.arxiv for paper in found}


@pytest.mark.parametrize("asking", [Arxiv(), HuggingFace()], ids=lambda each: each.name)
def test_a_preprint_is_found_by_its_id_and_by_its_title(asking: Source) -> None:
    with closing(Web(asking.name, asking.address, asking.interval)) as web:
        (by_id,) = asking.find([Paper("?", arxiv="1706.03762")], web)
        (by_title,) = asking.find([Paper("Attention Is All You Need")], web)
    for found in (by_id, by_title):
        same = [paper for paper in found if paper.arxiv == "1706.03762"]
        assert [title_key(paper.title) for paper in same] == ["attentionisallyouneed"]
        assert same[0].authors[0] == "Vaswani, Ashish"
        assert same[0].published == "2017-06-12"
        assert same[0].abstract
