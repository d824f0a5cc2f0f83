"""Leaving the terminal to another program for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

TO_NOTE_DOWN = 20
"""Seconds for which one can read where a file is."""


def edited_outside(
    app: App[object], edit: Callable[[str, str], str], text: str, editor: str
) -> str:
    """Return what the user has made of a text in an editor of their own.

    Args:
        app: what gives the terminal away, and takes it back.
        edit: see `edit_text`.
        text: the text.
        editor: the editor; empty for the usual one.

    Raises:
        ReadingListError: the editor can't be run, or failed.
    """
    failure: ReadingListError | None = None
    with app.suspend():  # it does not come back where something is raised within
        try:
            text = edit(text, editor)
        except ReadingListError as error:
            failure = error
        except OSError as error:
            failure = ReadingListError(f"The editor can't be run: {error.strerror}.")
    if failure:
        raise failure
    return text
