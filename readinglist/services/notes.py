"""Notes: what a new one begins with, and how one that was written is kept."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readinglist.domain.note_template import filled
from readinglist.errors import InvalidValueError, UnknownKeyError

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.config import NotesConfig
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Editor, Step
    from readinglist.services.drafts import Drafts


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a note that was written."""

    key: str
    title: str
    """Of its paper."""
    step: Step | None = None
    """Its one step; None where it could not be kept in the library."""
    is_joined: bool = False
    """Whether the note was changed elsewhere meanwhile, so that both are kept."""
    file: Path | None = None
    """Where it is, if not in the library."""
    problem: str = ""
    """Why it is not."""


def beginning(paper: Paper, config: NotesConfig) -> str:
    """Return what one begins to write from: the note, or the template of new ones."""
    if paper.note or not config.template:
        return paper.note or ""
    return from_template(config.template, paper, config)


def from_template(name: str, paper: Paper, config: NotesConfig) -> str:
    """Return the text of a template for a paper, today."""
    return filled(config.templates[name], paper, datetime.date.today().isoformat())


def keep(editor: Editor, drafts: Drafts, paper: Paper, text: str) -> Kept:
    """Make `text` the note of `paper`, which says what the note was when it was begun.

    Where the paper is gone, or the text can't be a note, it goes to a file.

    Raises:
        ReadingListError: that file can't be written.
    """
    try:
        step, is_joined = editor.write_note(paper, text)
        return Kept(paper.key, paper.title, step, is_joined)
    except (InvalidValueError, UnknownKeyError) as error:
        file = drafts.set_aside(paper.key, text)
        return Kept(paper.key, paper.title, file=file, problem=error.message)
