"""Notes: what a new one begins with, and how one that was written is kept."""

from __future__ import annotations

import datetime
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from readinglist.domain.note_template import filled
from readinglist.errors import InvalidValueError, ReadingListError, UnknownKeyError
from readinglist.formats.recognition import read_lines
from readinglist.services.foreign_files import read_stream

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.config import NotesConfig
    from readinglist.domain.paper import Paper
    from readinglist.services.changing import Editor, Step
    from readinglist.services.drafts import Drafts

_LARGEST = 2**24
"""Bytes that hold any note."""


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


def read_note(file: IO[bytes]) -> tuple[str, str]:
    """Return the text of a stream that is to be a note, and what was assumed to read it.

    Raises:
        ReadingListError: it can't be read, is empty, too large, or no text.
    """
    try:
        data = read_stream(file, _LARGEST)
    except OSError as error:
        raise ReadingListError(f"Standard input can't be read: {error.strerror}.") from error
    if not data.strip():  # what was to write it may have failed
        raise ReadingListError("Standard input is empty.", "To remove the note: --text ''.")
    if b"\0" in data and not data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise ReadingListError("Standard input is no text.", "The note is as it was.")
    return read_lines(data)


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
