"""The plots of the reading log as one picture: an SVG file that holds nothing but itself.

figures -> a tree of rectangles, lines and texts -> text

No script, no style sheet, no address. The picture brings its own light background, so that it is
legible wherever it is shown.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from readinglist.domain.paper import Status
from readinglist.domain.text import cut, plural, printable
from readinglist.errors import ReadingListError
from readinglist.services.exporting import check_picture_target, write_file
from readinglist.services.statistics import month_labels, recent, shades, weeks_of_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from readinglist.services.statistics import Statistics

_SVG = "http://www.w3.org/2000/svg"
_PAPER, _INK, _QUIET, _FAINT, _ACCENT = "#fcfcfa", "#2b2f36", "#6b7078", "#e4e4df", "#b8651b"
_SHADES = ("#f0d2b4", "#e0a66c", "#cc7f34", "#a4540f")
_WIDTH, _HEIGHT, _MARGIN, _GAP = 450, 220, 30, 30
"""The size of a chart in pixels, and what is left free around the picture and between charts."""
_LEFT, _CEILING, _FLOOR = 34, 30, 180
"""Where the bars of a chart begin, their top and their foot."""
_BROAD = _WIDTH - _LEFT
_NAMES, _FIGURES, _ROW = 140, 70, 19
"""The width of the names beside bars that lie, that of their figures, and the height of one."""
_DAY, _CALENDAR_LEFT, _CALENDAR_HEIGHT = 16, 34, 200
_HEAD = 74
_MOST_BARS, _TAGS, _LONGEST_NAME = 52, 9, 24


def write_plots(known: Statistics, weeks: int | None, path: Path, library: Path) -> None:
    """Draw the reading into an SVG file, whole or not at all.

    Args:
        known: the figures.
        weeks: how many of the last weeks are drawn; None for all.
        path: the file; one that is there already is replaced if it is an SVG file.
        library: the library file, which is never replaced.

    Raises:
        ReadingListError: there is nothing to draw, or the file can't be written.
    """
    check_picture_target(path, library)
    write_file(path, picture(known, weeks))


def picture(known: Statistics, weeks: int | None = None) -> str:
    """Return the plots as the text of an SVG file; the arguments are those of `write_plots`.

    Raises:
        ReadingListError: there is nothing to draw.
    """
    if not known.papers:
        raise ReadingListError("The library is empty: there is nothing to plot.", "Import papers.")
    charts = list(_charts(known, weeks))
    columns = 2 * _WIDTH + _GAP
    top = _HEAD + (_CALENDAR_HEIGHT if known.read_on else 0)
    height = top + math.ceil(len(charts) / 2) * (_HEIGHT + _GAP) + _MARGIN - _GAP
    size = {"width": columns + 2 * _MARGIN, "height": height}
    root = _node(None, "svg", **size, viewBox=f"0 0 {size['width']} {height}")
    root.set("font-family", "Helvetica, Arial, sans-serif")
    _node(root, "title").text = "Reading log"
    _node(root, "rect", **size, fill=_PAPER)
    _text(root, "Reading log", _MARGIN, 34, 20, _INK)
    facts = [plural(known.papers, "paper")]
    facts += [f"{known.by_status[status]:,} {status}" for status in Status]
    facts += [str(known.today)] if known.read_on else ["no reading is on record yet"]
    _text(root, " · ".join(facts), _MARGIN, 54, 12, _QUIET)
    if known.read_on:
        _draw_calendar(_node(root, "g", transform=f"translate({_MARGIN} {_HEAD})"), known)
    for place, chart in enumerate(charts):
        left = _MARGIN + place % 2 * (_WIDTH + _GAP)
        chart.set("transform", f"translate({left} {top + place // 2 * (_HEIGHT + _GAP)})")
        root.append(chart)
    ET.register_namespace("", _SVG)
    return ET.tostring(root, "unicode", xml_declaration=False) + "\n"


def _charts(known: Statistics, count: int | None) -> Iterator[ET.Element]:
    """Yield each chart; those that have nothing to show are left out."""
    if known.weeks:
        weeks, each = recent(known.weeks, count, _MOST_BARS)
        months = month_labels(weeks)
        if known.read_on:
            yield _bars(f"Read {each}", [week.read for week in weeks], months, _ACCENT)
        yield _bars(f"Added {each}", [week.added for week in weeks], months, _QUIET)
        yield _line("Neither read nor skipped", [week.left for week in weeks], months, _QUIET)
    if known.days_to_read is not None:
        median = plural(math.ceil(known.days_to_read), "day")
        days = {place: wait.days for place, wait in enumerate(known.waits)}
        papers = [wait.papers for wait in known.waits]
        yield _bars(f"Days from import to read: half within {median}", papers, days, _ACCENT)
    yield _shares("Read, by priority", known.priorities)
    if known.by_tag:
        yield _shares("Read, by tag", dict(list(known.by_tag.items())[:_TAGS]))


def _bars(title: str, values: Sequence[int], labels: Mapping[int, str], fill: str) -> ET.Element:
    chart, rise = _axes(title, values, labels)
    step = _BROAD / len(values)
    for place, value in enumerate(values):
        if value:
            box = {"x": _LEFT + place * step, "width": max(1.0, step - max(2.0, step / 8))}
            bar = _node(chart, "rect", **box, y=_FLOOR - rise * value, height=rise * value)
            bar.set("fill", fill)
            _node(bar, "title").text = f"{value:,}"
    return chart


def _line(title: str, values: Sequence[int], labels: Mapping[int, str], stroke: str) -> ET.Element:
    chart, rise = _axes(title, values, labels)
    step = _BROAD / len(values)
    ends = [_LEFT, *(_LEFT + (place + 1) * step for place in range(len(values)))]
    heights = [_FLOOR - rise * value for value in (values[0], *values)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(ends, heights, strict=True))
    _node(chart, "polyline", points=points, fill="none", stroke=stroke).set("stroke-width", "2")
    return chart


def _axes(title: str, values: Sequence[int], labels: Mapping[int, str]) -> tuple[ET.Element, float]:
    """Return a chart without its figures, and the pixels that one paper takes in it."""
    chart = _chart(title)
    top = max(1, *values)
    rise = (_FLOOR - _CEILING) / top
    step = next(n * 10**power for power in range(12) for n in (1, 2, 5) if top <= 5 * n * 10**power)
    for height in range(0, top + 1, step):
        y = _FLOOR - rise * height
        _node(chart, "rect", x=_LEFT, y=y, width=_BROAD, height=1, fill=_FAINT)
        _text(chart, f"{height:,}", _LEFT - 6, y + 4, 10, _QUIET, anchor="end")
    for place, label in labels.items():
        middle = _LEFT + (place + 0.5) * _BROAD / len(values)
        _text(chart, label, middle, _FLOOR + 16, 10, _QUIET, anchor="middle")
    if not any(values):
        _text(chart, "None in this time", _LEFT + _BROAD / 2, 90, 12, _QUIET, anchor="middle")
    return chart, rise


def _shares(title: str, kinds: Mapping[str, tuple[int, int]]) -> ET.Element:
    chart = _chart(title)
    most = max(papers for papers, _ in kinds.values())
    longest = _WIDTH - _NAMES - _FIGURES
    for place, (kind, (papers, read)) in enumerate(kinds.items()):
        y = _CEILING + place * _ROW
        _text(chart, _name(kind), _NAMES - 8, y + 11, 10, _QUIET, anchor="end")
        for count, fill in ((papers, _FAINT), (read, _ACCENT)):
            box = {"x": _NAMES, "width": longest * count / most, "height": _ROW - 5}
            _node(chart, "rect", **box, y=y, fill=fill)
        end = _NAMES + longest * papers / most + 8
        _text(chart, f"{read:,} of {papers:,}", end, y + 11, 10, _QUIET)
    return chart


def _chart(title: str) -> ET.Element:
    chart = _node(None, "g")
    _text(chart, title, 0, 14, 13, _INK)
    return chart


def _name(name: str) -> str:
    """Return a name in the room that there is for it."""
    return cut(printable(name), _LONGEST_NAME)


def _draw_calendar(parent: ET.Element, known: Statistics) -> None:
    """Draw a cell for each day of the last year in which something was read."""
    year = max(known.read_on).year
    counts = {day: count for day, count in known.read_on.items() if day.year == year}
    starts = shades(counts.values())
    colours = _SHADES[-len(starts) :]
    note = f"Read in {year}: {plural(sum(counts.values()), 'paper')}"
    _text(parent, f"{note} on {plural(len(counts), 'day')}", 0, 14, 13, _INK)
    for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri")):
        _text(parent, name, 0, 50 + weekday * _DAY, 10, _QUIET)
    for place, week in enumerate(weeks_of_year(year)):
        left = _CALENDAR_LEFT + place * _DAY
        for weekday, day in enumerate(week):
            if day is None or day > known.today:
                continue
            if day.day == 1:
                _text(parent, f"{day:%b}", left, 33, 10, _QUIET)
            count = counts.get(day, 0)
            fill = colours[sum(count >= one for one in starts) - 1] if count else _FAINT
            top = 40 + weekday * _DAY
            box = {"x": left, "y": top, "width": _DAY - 3, "height": _DAY - 3, "rx": 2}
            cell = _node(parent, "rect", **box, fill=fill)
            _node(cell, "title").text = f"{day}: {count}"
    ends = [*(start - 1 for start in starts[1:]), max(counts.values())]
    left, top = _CALENDAR_LEFT, 40 + 7 * _DAY + 6
    for colour, start, end in zip(colours, starts, ends, strict=True):
        _node(parent, "rect", x=left, y=top, width=_DAY - 3, height=_DAY - 3, rx=2, fill=colour)
        words = f"{start}" if start == end else f"{start}–{end}"
        _text(parent, words, left + _DAY + 1, top + 10, 10, _QUIET)
        left += 52
    _text(parent, "papers a day", left, top + 10, 10, _QUIET)


def _text(
    parent: ET.Element,
    text: str,
    x: float,
    y: float,
    size: int,
    fill: str,
    anchor: str = "start",
) -> None:
    node = _node(parent, "text", x=x, y=y, fill=fill)
    node.text = text
    node.set("font-size", str(size))
    node.set("text-anchor", anchor)


def _node(parent: ET.Element | None, tag: str, **attributes: str | float) -> ET.Element:
    texts = {
        name: f"{value:.1f}" if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }
    if parent is None:
        return ET.Element(f"{{{_SVG}}}{tag}", texts)
    return ET.SubElement(parent, f"{{{_SVG}}}{tag}", texts)
