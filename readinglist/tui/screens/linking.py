"""Links between notes: following them, and finding the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.worker import get_current_worker

from readinglist.domain.text import printable
from readinglist.services.live_search import Question
from readinglist.tui.presentation import readable
from readinglist.tui.screens.acting import Acting

if TYPE_CHECKING:
    from readinglist.config import Config
    from readinglist.domain.paper import Paper
    from readinglist.services.library import Library
    from readinglist.services.note_links import NoteLinks

_MOST_SHOWN = 20


class Linking(Acting):
    """Knows which notes link where, and goes there."""

    def __init__(self, library: Library, config: Config) -> None:
        super().__init__(library, config)
        self._links: NoteLinks | None = None
        self._way: list[Question] = []
        """What was shown before one followed a link, or asked for more like a paper; last last."""

    def _ask(self, question: Question) -> None:
        """Ask for papers, and show what is found."""
        raise NotImplementedError

    def _present_question(self) -> Question:
        """Return what is shown, the cursor on its paper."""
        raise NotImplementedError

    def _links_found(self) -> None:
        """Show the links of the paper that one is at."""
        raise NotImplementedError

    # --- the links of all notes

    def _keep_links(self, anew: bool = False) -> None:
        """Have the links looked up in a thread, where they may be others than those known."""
        if anew:
            self._links = None
        if self._links is None or not self._library.links_are_current(self._links):
            self._find_links(self._links)

    @work(thread=True, exclusive=True, group="links")
    def _find_links(self, known: NoteLinks | None) -> None:
        worker = get_current_worker()
        # Over the library itself, not a sibling: that would take in what git does, untold.
        links = self._library.links(known)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take_links, links)

    def _take_links(self, links: NoteLinks) -> None:
        self._links = links
        self._links_found()

    def _after_taking_in(self) -> None:
        """Look all links up anew: another program may have changed notes without a trace."""
        self._keep_links(anew=True)

    def _linked_from(self, paper: Paper) -> list[Paper]:
        """Return papers that the note of one links to."""
        if not paper.note or "[[" not in paper.note:
            return []
        from readinglist.domain.note_links import links_in

        found = (self._library.find_cited(link.key) for link in links_in(paper.note))
        ids = dict.fromkeys(one.id for one in found if one and one.id != paper.id)
        return self._library.papers(list(ids)[:_MOST_SHOWN])

    def _linking_to(self, paper: Paper) -> list[Paper]:
        """Return papers whose notes link to one, as far as they are looked up."""
        back = self._links.to_paper(paper.id) if self._links else ()
        return self._library.papers(back[:_MOST_SHOWN])

    # --- going there

    def action_follow(self) -> None:
        """Go to the paper that the note links to; to one of several by choice, or back."""
        from readinglist.tui.screens.dialogs import Choose, Item

        paper = self._current()
        if not paper:
            return
        to, by = self._linked_from(paper), self._linking_to(paper)
        known = {one.id for one in to}
        by = [one for one in by if one.id not in known]
        if not to and not by:
            self._tell("No note links here, and this one to none: [[ in a note begins a link.")
        elif len(to) + len(by) == 1:
            self.action_go_to((to or by)[0].id)
        else:
            items = [
                Item(str(one.id), f"{sign} {printable(readable(one.title))}", printable(one.key))
                for sign, papers in (("→", to), ("←", by))
                for one in papers
            ]

            def go(answer: str | None) -> None:
                if answer is not None:
                    self.action_go_to(int(answer))

            self.app.push_screen(Choose("→ links to · ← linked from", items), go)

    def action_go_to(self, paper: int) -> None:
        """Go to a paper, among all; `_go_back_on_way` leads back."""
        self._way.append(self._present_question())
        self._ask(Question(keep=True, paper=paper))

    def _follow_key(self, key: str) -> None:
        """Go to the paper of a citation key."""
        paper = self._library.find_cited(key)
        if paper:
            self.action_go_to(paper.id)

    def _go_back_on_way(self) -> bool:
        """Show again what was shown before the last link; return whether there was one."""
        if not self._way:
            return False
        self._ask(replace(self._way.pop(), keep=True))
        return True
