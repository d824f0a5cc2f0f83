"""How the app looks in its main states, in three sizes; each was looked at as a picture."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp
from tests.test_docs import ROOT, compare

MakeApp = Callable[..., ReadingListApp]
Compare = Callable[..., bool]

SIZES = [(80, 24), (120, 40), (200, 50)]
STATES = {
    "list": [*"jjj"],
    "search": ["slash", *"neurl netw"],
    "chosen": ["space", "space", "j", "space", "1"],
    "nothing": ["slash", *"zzqqxx"],
    "help": ["question_mark"],
    "note": [*"jjjjjjjj", "n"],
    "export": ["space", "space", "e"],
    "views": ["v"],
    "offers": ["slash", *"deep author:v"],
    "problem": ["slash", *"status:rad deep au"],
    "delete": ["d"],
    "triage": ["T", "1", "x"],
}


def after(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press `keys` and wait until all is drawn."""

    async def run(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.app.workers.wait_for_complete()
        for _ in range(5):
            await pilot.pause(0.02)

    return run


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_state(
    snap_compare: Compare,
    make_app: MakeApp,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    state: str,
    size: tuple[int, int],
) -> None:
    """The state looks as it did when it was last looked at."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "absolute", lambda self: Path("/home/ada/paper") / self)
    assert snap_compare(make_app(), terminal_size=size, run_before=after(*STATES[state]))


def test_empty_library(snap_compare: Compare, make_app: MakeApp, tmp_path: Path) -> None:
    """A new library says how to fill it."""
    empty = Library.open(tmp_path / "empty.db", state=tmp_path / "empty")
    assert snap_compare(make_app(empty), terminal_size=(80, 24), run_before=after())


def test_light_theme(snap_compare: Compare, make_app: MakeApp) -> None:
    """Another theme is another theme all over."""
    app = make_app(config=Config(theme="textual-light"))
    assert snap_compare(app, terminal_size=(120, 40), run_before=after("slash", *"netw", "enter"))


def test_hostile_titles(snap_compare: Compare, make_app: MakeApp, tmp_path: Path) -> None:
    """Escapes, markup, wide letters and floods stay in their column."""
    titles = [
        "[bold red]markup[/] and [/b] more [sic]",
        "escape \x1b[31mred\x1b]0;title\x07 and \x9b31m",
        "bidi \u202eright to left\u202c and zero\u200bwidth",
        "統計的機械学習における深層学習の理論と応用についての総合的な研究報告書",
        "combining " + "a" + "\u0301" * 40 + " flood",
        "a very long " + "title " * 60,
        "emoji 🦙 and 👩‍🔬 in a title",
    ]
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps([{"title": t, "abstract": t, "tags": ["[red]x"]} for t in titles]))
    library = Library.open(tmp_path / "h.db", state=tmp_path / "h")
    library.import_files([file])
    app = make_app(library)
    assert snap_compare(app, terminal_size=(100, 24), run_before=after("j"))


async def test_the_picture_of_the_readme(make_app: MakeApp) -> None:
    """docs/app.svg is what the app looks like on the sample library."""
    app = make_app()
    async with app.run_test(size=(120, 34)) as pilot:
        await after("j", *"jjjjjjj")(pilot)
        picture = app.export_screenshot(title="readinglist")
    compare(ROOT / "docs" / "app.svg", "\n".join(s.rstrip() for s in picture.splitlines()) + "\n")
