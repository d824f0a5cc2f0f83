"""Completing papers from sources of metadata, in the background: one goes on working."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widgets import Static

from readinglist.domain.text import plural, printable
from readinglist.errors import ReadingListError
from readinglist.tui.screens.acting import Acting, editing
from readinglist.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readinglist.config import Config
    from readinglist.services.completing import Completion, Doubtful, Progress
    from readinglist.services.library import Library


_PROBLEMS_TOLD = 2
"""So many problems fit into one message."""


class Completing(Acting):
    """Completes the chosen papers, or the one under the cursor."""

    @dataclass
    class Progressed(Message):
        """So much is completed."""

        progress: Progress

    @dataclass
    class Completed(Message):
        """All is asked, or nobody could be."""

        completion: Completion | None
        error: str = ""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__(library, config)
        self._stop_completing: Event | None = None
        """Set to stop what is being completed; None where nothing is."""
        self._doubtful: list[Doubtful] = []

    @property
    def is_completing(self) -> bool:
        """Whether sources are being asked."""
        return self._stop_completing is not None

    @editing
    def action_complete(self) -> None:
        """Complete papers, or, where that is being done, stop."""
        from readinglist.services.completing import Progress

        if self._stop_completing:
            self.stop_completing()
            return
        targets = self._targets()
        if targets:
            self._stop_completing = Event()
            self._show_progress(Progress(0, len(targets)))
            self._complete(targets, self._stop_completing)
            self._choose_none()

    def _choose_none(self) -> None:
        """Let what is done next be about other papers: this goes on."""

    def action_doubtful(self) -> None:
        """Show what may be a paper and is not sure to be."""
        from readinglist.tui.screens.doubtful import DoubtfulMatches

        if not self._doubtful:
            key = self._key_of("complete")
            when = "yet: it is shown when all are asked" if self.is_completing else ""
            self._tell(f"Nothing is doubtful {when or f'here. {key} completes papers'}.")
            return
        shown = list(self._doubtful)
        screen = DoubtfulMatches(self._library, self._config, shown)

        def after(_: None) -> None:
            came = self._doubtful[len(shown) :]
            self._doubtful = [*screen.undecided, *came]
            self._reload()

        self.app.push_screen(screen, after)

    def stop_completing(self) -> None:
        """Ask nobody any more."""
        if self._stop_completing:
            self._stop_completing.set()

    @work(thread=True, group="completing")
    def _complete(self, papers: list[int], stop: Event) -> None:
        """Ask the sources in a thread, over a connection of its own."""
        try:
            with closing(self._library.sibling()) as library:
                completion = library.complete_papers(papers, self._progressed, stop)
            self.post_message(self.Completed(completion))
        except ReadingListError as error:
            self.post_message(self.Completed(None, str(error)))

    def _progressed(self, progress: Progress) -> None:
        self.post_message(self.Progressed(progress))

    def on_completing_progressed(self, message: Progressed) -> None:
        """Show how far it is."""
        if self._stop_completing:
            self._show_progress(message.progress)
            self._show_completed(message.progress.papers)

    def _show_completed(self, papers: Sequence[int]) -> None:
        """Show papers as they are now, where they are in view."""

    def _show_progress(self, progress: Progress) -> None:
        lines = self.query("#completing").results(Static)
        line = next(iter(lines), None)
        if line is None:
            line = Static("", id="completing", markup=False)
            self.mount(line, before=self.query_one(KeyBar))
        key = self._key_of("complete")
        doubtful = f", {progress.doubtful:,} doubtful" if progress.doubtful else ""
        line.update(
            f"Completing {plural(progress.of, 'paper')}: {progress.completed:,} got something"
            f"{doubtful}, {progress.done:,} done · {key} stops",
            layout=False,
        )

    def on_completing_completed(self, message: Completed) -> None:
        """Say what came of it."""
        self._stop_completing = None
        self.query("#completing").remove()
        if message.error:
            self._tell(message.error, "error")
        if message.completion:
            self._tell_completion(message.completion)

    def _tell_completion(self, completion: Completion) -> None:
        if completion.problems:
            more = len(completion.problems) - _PROBLEMS_TOLD
            told = " ".join(completion.problems[:_PROBLEMS_TOLD])
            rest = f" And {plural(more, 'source')} more." if more > 0 else ""
            self._tell(f"{told}{rest}", "warning")
        sources = ", ".join(f"{name} {count}" for name, count in completion.by_source.items())
        done = plural(len(completion.completed), "paper")
        if not completion.asked:
            self._tell("No source is asked: nothing is missing that one may know.")
            return
        stopped = "Stopped: " if completion.is_stopped else ""
        self._tell(
            f"{stopped}{done} completed{f' ({sources})' if sources else ''}",
            offer="undo" if completion.completed else "",
        )
        for one, other in completion.twins[:1]:
            keys = [printable(paper.key) for paper in self._library.papers([one, other])]
            if len(keys) == 2:
                told = f"{keys[0]} and {keys[1]} have one identifier."
                self._tell(told, "warning", offer="duplicates")
        known = {(one.paper, one.source, one.candidate) for one in self._doubtful}
        new = [
            one
            for one in completion.doubtful
            if (one.paper, one.source, one.candidate) not in known
        ]
        self._doubtful += new
        if new:
            papers = len({one.paper for one in new})
            told = f"For {plural(papers, 'paper')} there is what may be meant: you decide."
            self._tell(told, "warning", offer="doubtful", seconds=10)
        if completion.completed:
            self._reload()
            self._save_soon()
            self._index_ahead()
