"""Plots as text: pure functions from figures to lines of a given width.

figures -> plotext (bars, lines) or characters (calendar, shares) -> Content

All that plotext is given is numbers, and words of our own: names that came from outside stand
only in what is written here. It keeps one figure for all: plot in one thread at a time.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content, Span

from readinglist.domain.text import printable
from readinglist.services.statistics import shades, weeks_of_year

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

ACCENT, MUTED = "$text-accent", "$foreground-muted"
"""The styles: of what was read, and of all that stands around it."""

_SERIES = 1
"""The number of the colour that plotext writes for the figures; everything else has none."""
_COLOURED = re.compile(r"\x1b\[38;5;1m(.*?)\x1b\[0m", re.DOTALL)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_DAYS = ("Mon", "", "Wed", "", "Fri", "", "")
_NO_DAY, _NO_READING, _SHADES = " ", "·", "░▒▓█"
_LONGEST_NAME = 24


def load() -> None:
    """Load what draws the plots, which takes a while: before they are wanted, in a thread."""
    import_module("plotext")


def bars(
    values: Sequence[int],
    labels: Mapping[int, str],
    width: int,
    height: int,
    style: str = ACCENT,
) -> Content:
    """Draw a bar for each value.

    Args:
        values: how high they are; at most one for each cell of the width.
        labels: what stands below some of them.
        width: how many cells it may take, the axis and its figures included.
        height: how many lines.
        style: how the bars look.
    """
    top = max(1, *values)
    digits = len(f"{top:,}")
    # A bar takes whole halves of cells, all the same number, the last one of them left free.
    step = max(1, 2 * (width - digits - 1) // len(values))
    step -= step % 2 if step > 3 else 0
    broad = max(1, step - (2 if step > 3 else 1))
    xs = [x for n, value in enumerate(values) if value for x in range(n * step, n * step + broad)]
    ys = [value for value in values if value for _ in range(broad)]
    cells = -(-step * len(values) // 2)
    ticks = {place * step + (broad - 1) // 2: label for place, label in labels.items()}
    size = digits + 1 + cells, height
    return _plotted(xs, ys, 2 * cells - 1, top, ticks, size, style, fill=True)


def line(
    values: Sequence[int],
    labels: Mapping[int, str],
    width: int,
    height: int,
    style: str = ACCENT,
) -> Content:
    """Draw a line through values; the arguments are those of `bars`."""
    top = max(1, *values)
    last = max(1, len(values) - 1)
    ys = list(values) if len(values) > 1 else [*values, *values]
    return _plotted(list(range(len(ys))), ys, last, top, labels, (width, height), style)


def _plotted(
    xs: list[int],
    ys: list[int],
    last: int,
    top: int,
    ticks: Mapping[int, str],
    size: tuple[int, int],
    style: str,
    fill: bool = False,
) -> Content:
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plot_size(*size)
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    plotext.xlim(0, last)
    plotext.ylim(0, top)
    plotext.xticks(list(ticks), [""] * len(ticks))
    steps = [0, top // 2, top] if top % 2 == 0 else [0, top]
    plotext.yticks(steps, [f"{step:,}" for step in steps])
    draw = plotext.scatter if fill else plotext.plot
    draw(xs, ys, marker="hd", color=_SERIES, fillx=fill)
    drawn = _content(plotext.build().rstrip("\n"), style)
    lines = drawn.split("\n")
    axis = max(place for place, line in enumerate(lines) if "┬" in line.plain or "└" in line.plain)
    names = [Content(_below(lines[axis].plain, ticks))] if ticks else []
    return Content("\n").join([*lines[: axis + 1], *names])


def _below(axis: str, ticks: Mapping[int, str]) -> str:
    """Return a line with the names of ticks below their marks; of two that touch, the first.

    plotext would write them itself, but in the order of a set, which is another in each run.
    """
    marks = [place for place, sign in enumerate(axis) if sign == "┬"]
    line = ""
    for mark, label in zip(marks, (ticks[tick] for tick in sorted(ticks)), strict=False):
        start = max(0, mark - (len(label) - 1) // 2)
        if not line or start > len(line):
            line = line.ljust(start) + label
    return line


def _content(ansi: str, style: str) -> Content:
    """Return what plotext drew, its one colour turned into a style of ours."""
    text, spans, at = "", [], 0
    for found in _COLOURED.finditer(ansi):
        text += _ESCAPES.sub("", ansi[at : found.start()])
        spans.append(Span(len(text), len(text) + len(found[1]), style))
        text += found[1]
        at = found.end()
    return Content(text + _ESCAPES.sub("", ansi[at:]), spans)


def calendar(
    read_on: Mapping[datetime.date, int], year: int, today: datetime.date, width: int
) -> Content:
    """Draw a cell for each day of a year, the fuller the more was read on it.

    Args:
        read_on: how many papers were read on each day.
        year: the year.
        today: behind it there is nothing yet.
        width: how many cells it may take; a day is two cells wide where there is room.
    """
    weeks = weeks_of_year(year)
    counts = {day: count for day, count in read_on.items() if day.year == year}
    starts = shades(counts.values())
    signs = _SHADES[len(_SHADES) - len(starts) :]
    wide = 2 if width >= 4 + 2 * len(weeks) else 1
    months = " " * 4
    for place, week in enumerate(weeks):
        first = next((day for day in week if day and day.day == 1), None)
        if first:
            months = months[: 4 + place * wide].ljust(4 + place * wide) + f"{first:%b}"
    lines = [Content.styled(months, MUTED)]
    for weekday, name in enumerate(_DAYS):
        cells = [Content.styled(f"{name:4}", MUTED)]
        for week in weeks:
            day = week[weekday]
            count = counts.get(day, 0) if day else 0
            if count:
                sign = signs[sum(count >= start for start in starts) - 1]
                cells.append(Content.styled(sign * wide, ACCENT))
            else:
                sign = _NO_READING if day and day <= today else _NO_DAY
                cells.append(Content.styled(sign.ljust(wide), MUTED))
        lines.append(Content("").join(cells))
    key = [Content.styled("    papers a day:  · none", MUTED)]
    for place, (sign, start) in enumerate(zip(signs, starts, strict=True)):
        end = starts[place + 1] - 1 if place + 1 < len(starts) else max(counts.values())
        key += [
            Content.styled(f"  {sign}", ACCENT),
            Content.styled(f" {start}" if end == start else f" {start}–{end}", MUTED),
        ]
    return Content("\n").join([*lines, Content(""), Content("").join(key)])


def shares(kinds: Mapping[str, tuple[int, int]], width: int) -> Content:
    """Draw a bar for the papers of each kind, the part that is read filled.

    Args:
        kinds: how many papers there are, and how many of these are read, by name.
        width: how many cells it may take.
    """
    names = {kind: printable(kind) for kind in kinds}
    room = min(_LONGEST_NAME, max(map(cell_len, names.values())))
    figures = {kind: f"{read:,} of {papers:,}" for kind, (papers, read) in kinds.items()}
    longest = max(1, width - room - max(map(len, figures.values())) - 2)
    most = max(papers for papers, _ in kinds.values())
    lines = []
    for kind, (papers, read) in kinds.items():
        cells = max(1, round(longest * papers / most))
        filled = min(cells, max(1, round(cells * read / papers))) if read else 0
        lines.append(
            Content.assemble(
                (_fitted(names[kind], room), MUTED),
                " ",
                ("█" * filled, ACCENT),
                ("░" * (cells - filled), MUTED),
                (" " * (longest - cells) + f" {figures[kind]}", MUTED),
            )
        )
    return Content("\n").join(lines)


def _fitted(name: str, cells: int) -> str:
    if cell_len(name) > cells:
        name = set_cell_size(name, cells - 1).rstrip() + "…"
    return set_cell_size(name, cells)
