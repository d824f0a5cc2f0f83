"""Whether everything can be read, in both of our themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from rich.color import Color, ColorType
from rich.segment import Segment
from textual.color import Color as TextualColor
from textual.theme import Theme

from readinglist.config import Config
from readinglist.tui import themes
from readinglist.tui.app import ReadingListApp
from tests.tui.test_snapshots import STATES, after

MakeApp = Callable[..., ReadingListApp]
ENOUGH = 4.5
"""The contrast of text that WCAG 2.1 asks for, level AA: https://www.w3.org/TR/WCAG21/#contrast-minimum"""


def luminance(color: TextualColor) -> float:
    """Return the relative luminance, as WCAG defines it."""
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    """Return the ratio of two colours, 1 to 21."""
    first, second = (luminance(TextualColor(*color.get_truecolor())) for color in (one, other))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def readable_segments(app: ReadingListApp) -> Iterator[Segment]:
    """Give all text on the screen on top that is there to be read."""
    screen = app.screen
    dialogs = screen.query(".dialog")
    region = dialogs.first().region if dialogs else screen.region
    for strip in screen._compositor.render_strips()[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            if any(letter.isalnum() or letter in "!×●○►▶¶/" for letter in segment.text):
                yield segment


@pytest.mark.parametrize("theme", [theme.name for theme in themes.OWN])
@pytest.mark.parametrize("state", STATES)
async def test_each_text_has_contrast(make_app: MakeApp, state: str, theme: str) -> None:
    """Every text of every main state has a contrast of 4.5 to 1 or more to what is behind it."""
    app = make_app(config=Config(theme=theme))
    async with app.run_test(size=(160, 48), notifications=True) as pilot:
        await after(*STATES[state])(pilot)
        checked = 0
        for segment in readable_segments(app):
            style = segment.style
            assert style
            assert style.color
            assert style.bgcolor
            assert style.color.type is ColorType.TRUECOLOR
            front, back = style.color, style.bgcolor
            if style.reverse:
                front, back = back, front
            assert contrast(front, back) >= ENOUGH, (segment.text, style)
            checked += 1
        assert checked


@pytest.mark.parametrize("theme", themes.OWN, ids=lambda theme: theme.name)
def test_the_measure_is_right(theme: Theme) -> None:
    """Black on white is 21 to 1, a colour on itself 1 to 1."""
    black, white = Color.parse("#000000"), Color.parse("#ffffff")
    assert contrast(black, white) == pytest.approx(21)
    own = Color.parse(theme.primary)
    assert contrast(own, own) == pytest.approx(1)
