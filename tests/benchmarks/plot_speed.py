"""Draws the figures that `search_speed.py --json` wrote, as an SVG.

    python tests/benchmarks/plot_speed.py FIGURES.json PLOT.svg

Both axes are logarithmic: the papers of the library, and the milliseconds of a query.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

_WIDTH, _HEIGHT = 680, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 490, 30, 330
_SLOWEST, _FASTEST = 4, 0
"""The powers of ten at the ends of the axis of times."""
_LINES = (
    ("readinglist, median", "all, median, ms", "#2f7ed8", ""),
    ("readinglist, 95th percentile", "all, 95th, ms", "#2f7ed8", "5 4"),
    ("fzf on titles, median", "all, median, fzf, ms", "#d8762f", ""),
    ("fzf, 95th percentile", "all, 95th, fzf, ms", "#d8762f", "5 4"),
)
"""What is drawn: its name, its figures, its colour and its dashes."""


def plot(figures: dict[int, dict[str, float]]) -> str:
    """Return the SVG of figures by the number of papers."""
    sizes = sorted(figures)
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(size: int) -> float:
        return _LEFT + (math.log10(size) - first) / (last - first) * (_RIGHT - _LEFT)

    def y(time: float) -> float:
        return _BOTTOM - (math.log10(time) - _FASTEST) / (_SLOWEST - _FASTEST) * (_BOTTOM - _TOP)

    parts = []
    for power in range(_FASTEST, _SLOWEST + 1):
        parts += [
            f'<path d="M{_LEFT} {y(10**power):.1f}H{_RIGHT}" stroke="#888" stroke-opacity="0.4"/>',
            _text(_LEFT - 8, y(10**power) + 4, f"{10**power:,} ms", "end"),
        ]
    parts += [_text(x(size), _BOTTOM + 20, f"{size:,}", "middle") for size in sizes]
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 40, "papers with abstracts", "middle"))
    for name, figure, colour, dashes in _LINES:
        places = [(x(size), y(figures[size][figure])) for size in sizes]
        path = "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dashes or "none"}"/>'
        )
        parts.append(_text(_RIGHT + 8, places[-1][1] + 4, name, "start", colour))
    drawing = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="12">\n<title>Time of a query</title>\n'
        f"{drawing}\n</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#888") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def main() -> None:
    """Read and draw."""
    source, target = map(Path, sys.argv[1:])
    stored = json.loads(source.read_text(encoding="utf-8"))["figures"]
    target.write_text(plot({int(size): of for size, of in stored.items()}), encoding="utf-8")


if __name__ == "__main__":
    main()
