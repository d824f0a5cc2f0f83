"""The pages that the benchmarks read: the real ones, or as many papers that nobody wrote."""

from __future__ import annotations

from pathlib import Path

LISTINGS = Path(__file__).resolve().parents[2].parent / "shared" / "listings"
COUNT = 376
"""How many papers the real pages hold."""

_ADJECTIVES = (
    "Sparse", "Causal", "Recurrent", "Multimodal", "Robust", "Hierarchical", "Contrastive",
    "Retrieval-Augmented", "Low-Rank", "Self-Supervised", "Diffusion-Based",
)  # fmt: skip
_NOUNS = (
    "Attention", "Language Models", "Representation Learning", "Video Generation",
    "Preference Optimization", "Neural Rendering", "Code Completion",
)  # fmt: skip
_ENDS = ("from Few Examples", "at Scale", "without Labels", "under Uncertainty", "in the Wild")
_ABSTRACT = (
    "We study {adjective} {noun} {end}, which earlier work has left open, and introduce a method "
    "that needs neither annotation nor additional computation at inference. Evaluated on {number} "
    "benchmarks it improves upon strong baselines by a wide margin, and its ablations show which "
    "of the components matter. The implementation is released for others to build on. "
)


def listing_pages(folder: Path) -> list[Path]:
    """Return the real pages, or a page in `folder` with as many generated papers."""
    if LISTINGS.is_dir():
        return sorted(LISTINGS.glob("*.txt"))
    page = folder / "page.txt"
    page.write_text("\n\n".join(_lines()) + "\n", encoding="utf-8")
    return [page]


def _lines() -> list[str]:
    lines = ["Get trending papers in your email inbox!", "Subscribe"]
    for i in range(COUNT):
        # The lengths have no common divisor: each paper has a title of its own.
        words = {
            "adjective": _ADJECTIVES[i % len(_ADJECTIVES)],
            "noun": _NOUNS[i % len(_NOUNS)],
            "end": _ENDS[i % len(_ENDS)],
            "number": i,
        }
        title = "{adjective} {noun} {end}".format(**words)
        abstract = 2 * _ABSTRACT.format(**words).strip()
        lines += [title, abstract, f"  • {i % 40 + 1} authors", "·", f"Dec {i % 28 + 1}, 2022"]
    return lines
