"""Editing a text in the editor of the user's choice."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from readinglist.config import state_folder
from readinglist.domain.command import words_of
from readinglist.errors import InvalidValueError, ReadingListError
from readinglist.services.drafts import set_aside

_OTHER_EDITOR = "Set $EDITOR to another one."


def editor_of(editor: str = "") -> str:
    """Return the command that a user has chosen: `editor`, $VISUAL, $EDITOR; empty if none."""
    return editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""


def edit_text(text: str, editor: str = "") -> str:
    """Open `text` as a Markdown file in an editor and return what was saved.

    Args:
        text: what to begin with.
        editor: the command; if empty, that of `editor_of`, else vi. No shell reads it.

    Raises:
        ReadingListError: there is no such editor, it failed, or the text is not UTF-8. What was
            written is in a file then, which it names.
    """
    command = editor_of(editor) or "vi"
    begun = text.encode("utf-8", "replace")
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        file = Path(folder) / "note.md"
        file.write_bytes(begun)
        try:
            problem = _run(command, file)
            written = file.read_bytes()
        except InvalidValueError as error:
            raise ReadingListError(
                f"The editor can't be used: {error.message}", _OTHER_EDITOR
            ) from error
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "its name is none"
            raise ReadingListError(
                f"The editor {command} can't be used: {why}.", _OTHER_EDITOR
            ) from error
    if not problem:
        if written == begun:
            return text
        try:
            return written.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            problem = f"What the editor {command} wrote is not UTF-8."
    told = "The note is as it was."
    if written != begun:
        told += f" What was written is in {set_aside(state_folder() / 'notes', 'note', written)}."
    raise ReadingListError(problem, told)


def _run(command: str, file: Path) -> str:
    """Run an editor on a file, and say in a sentence how it failed; empty where it did not."""
    try:
        # The path begins with a slash: it is never an option.
        done = subprocess.run([*words_of(command), str(file)], check=False)
    except KeyboardInterrupt:  # meant for an editor that has a window of its own
        return f"The editor {command} was stopped."
    return f"The editor {command} ended with code {done.returncode}." if done.returncode else ""
