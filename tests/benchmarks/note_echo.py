"""Measures a key in a long note, from the key to the repaint, against Textual's own TextArea.

    python tests/benchmarks/note_echo.py [--size 100] [--rounds 5] [--keys 40]

Notes of some shapes, of so many kB, are written at in their beginning, their midst and at their
end, without a terminal: in a bare app with a plain TextArea of the same width, and in the note
editor of readinglist with its preview, its drafts and its offers, in turns, in one process. `echo`
is from the key to the first repaint that holds it, encoded as for a terminal; `work` is the
processor's time of that, which what else the machine does leaves alone. Medians and their ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # `tests` is in no distribution

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import TextArea

import readinglist.tui.app
from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.tui.app import ReadingListApp, tune_interpreter
from readinglist.tui.screens.note_editor import NoteEditor

if TYPE_CHECKING:
    from textual.screen import Screen

_SIZE = 200, 50
_REST = 0.03
"""Seconds between two keys, in which all that is quick comes to rest."""
_SHAPES = {
    "lists": "- item **bold** with `code`, [[key2020]], see $x_1$ and *it*, https://example.org/a\n",
    "paragraphs": "A paragraph says **much** about [[key2020]] and `code`, with $O(n^2)$. " * 20
    + "\n\n",
    "code": "```python\n" + "def f(x): return [[x]]  # **not bold**\n" * 30 + "```\n\n",
    "plain": "Just the words of a note without any mark up, one line after the other.\n",
}
_PLACES = {"beginning": 0.0, "midst": 0.5, "end": 1.0}


class Painted:
    """Notes when the screen is painted."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def paint(self, app: App[Any], renderable: Any) -> None:
        """Encode what is painted, as for a terminal."""
        if renderable is not None and hasattr(renderable, "render_segments"):
            renderable.render_segments(app.console)
            self.event.set()


class Bare(App[None]):
    """An app that has nothing but a text."""

    CSS = "TextArea { border: none; width: 98; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.painted = Painted()

    def compose(self) -> ComposeResult:
        yield TextArea(self._text, show_line_numbers=False, tab_behavior="indent")

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        self.painted.paint(self, renderable)


class Ours(ReadingListApp):
    """readinglist."""

    CSS_PATH = str(Path(readinglist.tui.app.__file__).with_name("app.tcss"))

    def __init__(self, library: Library) -> None:
        super().__init__(library, Config())
        self.painted = Painted()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        self.painted.paint(self, renderable)


async def type_into(
    app: Bare | Ours, area: TextArea, place: float, keys: int
) -> list[tuple[float, float]]:
    """Type letters at a place; return the echo and the work of each, in milliseconds."""
    area.cursor_blink = False
    row = int(place * (area.document.line_count - 1))
    area.move_cursor((row, len(area.document.get_line(row)) // 2))
    await asyncio.sleep(1)
    times = []
    for _ in range(keys):
        await asyncio.sleep(_REST)
        app.painted.event.clear()
        begin, work = time.perf_counter(), time.thread_time()
        app.post_message(events.Key("x", "x"))
        await app.painted.event.wait()
        times.append((1000 * (time.perf_counter() - begin), 1000 * (time.thread_time() - work)))
    return times


async def bare(text: str, place: float, keys: int) -> list[tuple[float, float]]:
    """Measure Textual's own."""
    app = Bare(text)
    async with app.run_test(size=_SIZE):
        return await type_into(app, app.query_one(TextArea), place, keys)


async def ours(folder: Path, text: str, place: float, keys: int) -> list[tuple[float, float]]:
    """Measure the note editor."""
    library = Library.open(folder / "library.db", state=folder / "state")
    (paper,) = library.papers(library.find().ids)
    library.note(paper.key, text)
    app = Ours(library)
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.press("n")
        while not isinstance(app.screen, NoteEditor):
            await pilot.pause()
        times = await type_into(app, app.screen.area, place, keys)
        await pilot.press("escape")
    library.close()
    return times


async def measure(folder: Path, size: int, rounds: int, keys: int) -> None:
    """Let both type in turns, and print."""
    print(f"{'':24} {'TextArea':>10} {'note':>8}  ratio of the medians (echo, work)")
    for shape, piece in _SHAPES.items():
        text = piece * (1000 * size // len(piece) + 1)
        for name, place in _PLACES.items():
            times: dict[str, list[tuple[float, float]]] = {"bare": [], "ours": []}
            for _ in range(rounds):
                times["bare"] += await bare(text, place, keys)
                times["ours"] += await ours(folder, text, place, keys)
            (b_echo, b_work), (o_echo, o_work) = (
                [statistics.median(column) for column in zip(*times[app], strict=True)]
                for app in ("bare", "ours")
            )
            print(
                f"{shape:11} {name:12} {b_echo:7.1f} ms {o_echo:5.1f} ms "
                f"{o_echo / b_echo:6.2f} {o_work / b_work:6.2f}"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100, help="kB of each note")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=40)
    options = parser.parse_args()
    tune_interpreter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        library = Library.open(folder / "library.db", state=folder / "state")
        (folder / "one.bib").write_text("@misc{key2020, title = {A Paper with a Note}}")
        library.import_files([folder / "one.bib"])
        library.save()
        library.close()
        asyncio.run(measure(folder, options.size, options.rounds, options.keys))


if __name__ == "__main__":
    main()
