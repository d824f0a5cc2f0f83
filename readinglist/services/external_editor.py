"""Editing a text in the editor of the user's choice."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from readinglist.errors import ReadingListError


def edit_text(text: str, editor: str = "") -> str:
    """Open `text` as a Markdown file in an editor and return what was saved.

    Args:
        text: what to begin with.
        editor: the command; if empty, that of $VISUAL, $EDITOR, else vi. No shell reads it.

    Raises:
        ReadingListError: there is no such editor, it failed, or the text is not UTF-8.
    """
    command = editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        file = Path(folder) / "note.md"
        file.write_text(text, encoding="utf-8")
        try:
            words = shlex.split(command)
            if not words:  # else the note would be the program
                raise ValueError("it is no command")
            # The path begins with a slash: it is never an option.
            done = subprocess.run([*words, str(file)], check=False)
            if done.returncode:
                raise ReadingListError(
                    f"The editor {command} ended with code {done.returncode}.",
                    "The note is as it was.",
                )
            return file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ReadingListError(
                f"The editor {command} can't be used: {error}.", "Set $EDITOR to another one."
            ) from error
