"""Some works that the sources know, and that pages name."""

from __future__ import annotations

from tests.online.forms import Work

TITLES = (
    "Sparse Attention for Very Long Sequences",
    "Learning to Rank with Shallow Trees",
    "A Survey of Forgetful Networks",
    "Bounded Memory for Language Agents",
)
AUTHORS = (("Ahn, Mina", "Baker, Tom"), ("Diaz, Luz",), ("Ito, Ken", "Kim, Jo"), ("Novak, Eva",))
PREPRINTS = tuple(
    Work(title, authors, "2022-12-08", "preprint", arxiv=f"2212.0000{n}", abstract=f"We do {n}.")
    for n, (title, authors) in enumerate(zip(TITLES, AUTHORS, strict=True))
)
PUBLISHED = Work(
    TITLES[0], AUTHORS[0], "2023-07-01", "inproceedings", venue="ICML", doi="10.1000/icml.1",
    pages="10-24", publisher="Press of Things",
)  # fmt: skip
