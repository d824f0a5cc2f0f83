"""A small library to search in, and the real pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.services.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL_PAGES = Path(__file__).resolve().parents[2].parent / "shared" / "listings"

PAPERS: tuple[dict[str, object], ...] = (
    {
        "key": "vale2017attention",
        "title": "Attention Is What We Pay For",
        "authors": ["Vale, Ada", "Müller, Jürgen"],
        "abstract": "The transformer pays attention to every token, at a price.",
        "published": "2017-06-12",
        "status": "read",
        "priority": "high",
        "tags": ["transformers", "classics"],
        "note": "Compare with the **perceptron** of my notebook.",
    },
    {
        "key": "nguyen2022pretraining",
        "title": "Pre-training Small Transformers on Tea Labels",
        "authors": ["Nguyễn, An", "Vale, Beda"],
        "abstract": "Small models read labels. State-of-the-art results follow.",
        "published": "2022-03-01",
        "status": "reading",
        "tags": ["nlp", "low resource"],
    },
    {
        "key": "obrien2023pretraining",
        "title": "Pretraining Without Tears",
        "authors": ["O'Brien, Pat", "van der Berg, Kim"],
        "abstract": "A mixture of experts is pretrained without any tears, on one desk.",
        "published": "2023-11",
        "priority": "medium",
        "tags": ["nlp"],
    },
    {
        "key": "cat2024",
        "title": "Schrödinger's Cat Reads: On Superposed Vocabularies",
        "abstract": "We survey vocabularies; attention is mentioned only here.",
        "published": "2024-01-20",
        "status": "skipped",
        "priority": "low",
    },
    {
        "key": "SurveyOwls",
        "title": "A Survey of Owls",
        "organization": "The Zoo",
        "abstract": "Experts in a mixture of owls and other birds. Diffusion of feathers.",
        "tags": ["Birds"],
    },
    {
        "key": "diffuse2021",
        "title": "Latent Diffusion Models for Maps",
        "authors": ["Li, Wei"],
        "abstract": "Maps are made from noise by a mode of diffusion.",
        "published": "2021",
        "venue": "Proceedings of Cartography",
    },
    {
        "key": "quant2020",
        "title": "Quantization of Deep Networks",
        "authors": ["Doe, Jane"],
        "abstract": "Four bits are enough for everybody.",
        "published": "2020-12-31",
    },
    {
        "key": "naive2019",
        "title": "A Nai\u0308ve View of 4-bit Entropy",
        "authors": ["Schro\u0308der, Eva"],
        "abstract": "Written with accents as letters of their own.",
        "published": "2019-05-05",
    },
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    file = tmp_path / "papers.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS), encoding="utf-8")
    library = Library.open(tmp_path / "library.db", state=tmp_path / "state")
    report = library.import_files([file])
    assert (report.added, report.files[0].problems) == (len(PAPERS), ())
    yield library
    library.close()


@pytest.fixture(scope="module")
def real_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The 376 papers of the real pages."""
    if not REAL_PAGES.is_dir():
        pytest.skip(f"the real listing pages are not in {REAL_PAGES}")
    folder = tmp_path_factory.mktemp("real")
    library = Library.open(folder / "library.db", state=folder / "state")
    library.import_files(sorted(REAL_PAGES.glob("*.txt")))
    assert library.count() == 376
    yield library
    library.close()
