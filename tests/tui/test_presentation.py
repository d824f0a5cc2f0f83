"""What a line of the list says."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from readinglist.domain.paper import Paper
from readinglist.domain.text import printable
from readinglist.tui.presentation import as_markup, cell, densest, excerpt
from tests.hostile_text import HOSTILE

FILLER = "Herons wade in shallow water and wait for fish at dusk. " * 6


def marked(text: str, width: int, *words: str) -> tuple[str, list[str]]:
    """Return the excerpt of a text in which `words` matched, and what is marked in it."""
    spans = sorted(
        (place, place + len(word))
        for word in words
        for place in range(len(text))
        if text.startswith(word, place)
    )
    shown, found = excerpt(text, spans, width)
    return shown, [shown[start:end] for start, end in found]


def test_what_fits_is_shown_in_full() -> None:
    assert marked("Owls at night.", 40, "night") == ("Owls at night.", ["night"])
    assert marked("Owls at night.", 14, "night") == ("Owls at night.", ["night"])


def test_math_in_a_title_is_shown_in_unicode() -> None:
    paper = Paper(id=1, title=r"$\gamma$-Means in $O(n^2)$, for $5", added_at="", key="k")
    assert cell(paper, "title") == "γ-Means in O(n²), for $5"


@given(HOSTILE)
def test_markup_of_any_text_shows_the_text(text: str) -> None:
    link = "[@click=app.quit]u[/]"
    content = Content.from_markup(f"{as_markup(text)} {link}")
    assert content.plain == f"{printable(text)} u"
    assert "owned" not in str(content.spans)


def test_an_excerpt_begins_with_a_word_before_the_match_and_fills_its_width() -> None:
    shown, found = marked(f"{FILLER}An owl sleeps. {FILLER}", 40, "owl")
    assert shown == "…at dusk. An owl sleeps. Herons wade in…"
    assert found == ["owl"]


def test_a_match_at_the_beginning_or_at_the_end_takes_the_text_from_there() -> None:
    assert marked(f"Owls sleep. {FILLER}", 30, "Owls") == (
        "Owls sleep. Herons wade in sh…",
        ["Owls"],
    )
    assert marked(f"{FILLER}An owl.", 30, "owl") == ("…for fish at dusk. An owl.", ["owl"])


def test_all_that_matched_in_the_excerpt_is_marked() -> None:
    shown, found = marked(f"{FILLER}An owl, an owlet, more owls. {FILLER}", 60, "owl")
    assert found == ["owl", "owl", "owl"]
    assert shown.startswith("…")


def test_wide_letters_take_two_cells() -> None:
    text = "鷺は浅い水の中を歩いて夕暮れに魚を待つ。" * 8 + "梟は眠る。"
    for width in range(8, 60):
        shown, found = marked(text, width, "梟")
        assert found == ["梟"]
        assert cell_len(shown) <= width
    shown, found = marked(text + text, 40, "梟は")
    assert found[0] == "梟は"
    assert shown.startswith("…")
    assert shown.endswith("…")


@given(st.text("o ", max_size=120), st.integers(-3, 80))
def test_the_excerpt_is_where_most_matched(text: str, width: int) -> None:
    spans = [match.span() for match in re.finditer("o+", text)]
    if spans:
        counts = {
            at: sum(end - start for start, end in spans if at <= start < at + width // 2)
            for at, _ in spans
        }
        assert densest(spans, width // 2) == max(counts, key=counts.__getitem__)


def test_of_a_note_as_long_as_a_book_it_is_there_at_once() -> None:
    text = "owls and " * 120_000
    spans = [match.span() for match in re.finditer("owls", text)]
    before = time.monotonic()
    assert len(excerpt(text, spans, 60).spans) == 7
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("width", [-3, 0, 1, 2, 3])
def test_where_there_is_no_room_little_is_shown(width: int) -> None:
    shown, _ = marked(f"{FILLER}An owl sleeps.", width, "owl")
    assert cell_len(shown) <= max(0, width)


PIECES = st.sampled_from(
    ["a", "owl", " ", "  ", "梟", "é", "e\u0301", "😀", "-", "supercalifragilis"]
)


TEXTS = st.lists(PIECES).map("".join)


@given(TEXTS, TEXTS, TEXTS, st.integers(8, 100))
def test_what_matched_first_can_be_seen(before: str, match: str, behind: str, width: int) -> None:
    """However wide the letters around it are."""
    match = f"x{match}"
    start = len(before)
    shown, spans = excerpt(before + match + behind, [(start, start + len(match))], width)
    assert cell_len(shown) <= width
    ((first, last),) = spans
    assert shown[first] == "x"
    assert last - first == len(match)
