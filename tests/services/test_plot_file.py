"""The reading in one picture, which anybody may open."""

from __future__ import annotations

import datetime
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper, Status
from readinglist.errors import ReadingListError
from readinglist.services.library import Library
from readinglist.services.plot_file import picture, write_plots
from readinglist.services.statistics import Statistics, Wait, Week
from tests.reading_year import year_of_reading

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Return what can be read in a picture."""
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def figures(by_tag: dict[str, tuple[int, int]]) -> Statistics:
    """Return the figures of a small library with some tags."""
    monday = datetime.date(2026, 3, 2)
    return Statistics(
        papers=3,
        by_status=dict.fromkeys(Status, 1),
        by_priority={"none": (3, 1)},
        by_tag=by_tag,
        weeks=(Week(monday, 3, 1, 1, 1),),
        read_on={monday: 1},
        waits=(Wait(0, 0, 1), Wait(1, None, 0)),
        days_to_read=0,
        today=monday,
    )


def test_the_picture_holds_each_plot_with_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with year_of_reading(tmp_path, monkeypatch) as library:
        log = library.statistics()
        svg = picture(log, 52)
    told = texts(svg)
    for title in ("Read a week", "Added a week", "Neither read nor skipped", "Read, by tag"):
        assert title in told
    last = max(log.read_on).year
    year = [day for day in log.read_on if day.year == last]
    papers = sum(log.read_on[day] for day in year)
    assert f"Read in {last}: {papers} papers on {len(year)} days" in told
    papers, read = log.by_priority["high"]
    assert told[told.index("high") + 1] == f"{read} of {papers}"
    assert "365+" in told
    assert {"Mon", "Wed", "Fri", "Jan"} <= set(told)
    cells = [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}title")]
    for day in year:
        assert f"{day}: {log.read_on[day]}" in cells
    assert picture(log, 52) == svg
    assert "Read in 2 weeks each" in texts(picture(log, None))


def test_it_is_whole_in_itself() -> None:
    """No script, no style from elsewhere, no address, nothing that answers to a click."""
    svg = picture(figures({"owls": (2, 1)}))
    root = ET.fromstring(svg)
    assert {node.tag for node in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "rect", "text", "g", "polyline")
    }
    for node in root.iter():
        assert not [name for name in node.attrib if "href" in name or name.startswith("on")]
    assert set(re.findall(r"\w+://[^\"'<\s]*", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\(|@import|@font-face|javascript", svg)
    assert "<!" not in svg
    assert root.find(f"{SVG}rect[@fill='#fcfcfa']") is not None


def test_hostile_tags_are_text() -> None:
    tags = (
        "<script>alert(1)</script>", "]]>", "&amp;", '"><image href="http://x.org"/>',
        "\x1b[31mred\x07", "a\x00b", "\ufffe\uffff!", "\u202eolleh", "文" * 20,
    )  # fmt: skip
    svg = picture(figures(dict.fromkeys(tags, (2, 1))))
    told = texts(svg)
    assert told[told.index("Read, by tag") + 1 :: 2] == [
        "<script>alert(1)</scrip…", "]]>", "&amp;", '"><image href="http://x…', "[31mred", "ab",
        "!", "olleh", "文" * 11 + "…",
    ]  # fmt: skip
    assert not list(ET.fromstring(svg).iter(f"{SVG}script"))
    assert not list(ET.fromstring(svg).iter(f"{SVG}image"))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5, unique=True))
def test_any_tag_makes_a_sound_file(tags: list[str]) -> None:
    assert ET.fromstring(picture(figures(dict.fromkeys(tags, (1, 0)))).encode("utf-8")) is not None


def test_where_little_is_known_the_picture_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as library:
        with pytest.raises(ReadingListError, match="The library is empty"):
            write_plots(library.statistics(), None, path, library.path)
        assert not path.exists()
        with library._working.transaction():
            library._working.papers.add(
                Paper(id=1, key="a", title="A", added_at="2020-01-01T00:00:00Z")
            )
        write_plots(library.statistics(), 4, path, library.path)
    told = texts(path.read_text(encoding="utf-8"))
    assert any("no reading is on record yet" in text for text in told)
    assert "None in this time" in told
    assert "Read a week" not in told
    assert "Read, by tag" not in told
