from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.note_template import PLACES, check_template, filled
from readinglist.domain.paper import Paper
from readinglist.domain.text import printable
from readinglist.errors import InvalidValueError


def test_the_facts_of_a_paper_are_filled_in() -> None:
    paper = Paper(
        "On $x$", key="doe2020on", authors=("Doe, Jane", "Roe, Richard"), published="2020-05"
    )
    template = "# {title} ({year})\n{authors}, {venue}: {key}, {date}\n{{title}} \\frac{1}{2}"
    assert filled(check_template(template), paper, "2026-01-02") == (
        "# On $x$ (2020)\nJane Doe, Richard Roe, : doe2020on, 2026-01-02\n{title} \\frac{1}{2}"
    )


@given(st.text(min_size=1))
def test_a_hostile_title_is_text_of_one_line(title: str) -> None:
    for title_or_place in (title, "{key}{{key}}\x1b[31m\n# x"):
        text = filled("{title}|{key}", Paper(title_or_place, key="k"), "")
        assert text == f"{printable(title_or_place)}|k"


def test_what_is_not_known_is_named() -> None:
    with pytest.raises(InvalidValueError, match=r"\{titel\} is nothing") as caught:
        check_template("{title} {titel}")
    assert all(f"{{{place}}}" in caught.value.hint for place in PLACES)
