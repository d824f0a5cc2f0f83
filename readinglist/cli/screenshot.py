"""The option --screenshot: what the app would show, as a file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from readinglist.cli.session import say
from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from readinglist.cli.session import Session

_LEAST, _MOST = (40, 10), (500, 300)
"""Columns and lines of the smallest and of the largest picture."""


def take_screenshot(
    session: Session, file: str, size: str | None, view: str | None, query: str | None
) -> None:
    """Write what the app would show as SVG; neither the library nor its state changes.

    Args:
        session: the library of this run.
        file: the file to write, whole or not at all.
        size: columns and lines as `120x40`, which is the default.
        view: the view to show; None for the one that the configuration begins with.
        query: what is searched for.

    Raises:
        ReadingListError: one of these can't be, or the library can't be read.
    """
    from readinglist.services.exporting import check_picture_target, write_file
    from readinglist.services.private_copy import private_copy

    columns_and_lines = _parse_size(size or "120x40")
    target = Path(file).expanduser()
    config = session.load_config()
    check_picture_target(target, session.library_path(config))
    if view is not None:
        config = replace(config, view=view)
    with private_copy(session.library_path(config), config) as library:
        from readinglist.tui.screenshot import screenshot

        picture = screenshot(library, config, session.kept_views(), columns_and_lines, query or "")
    write_file(target, picture)
    say(f"What the app shows is in {file}.")


def _parse_size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})[xX×](\d{1,4})", text, re.ASCII)
    if not match:
        raise InvalidValueError(f"“{text}” is no size.", "Write columns x lines: 120x40.")
    size = int(match[1]), int(match[2])
    if not all(low <= n <= high for low, n, high in zip(_LEAST, size, _MOST, strict=True)):
        raise InvalidValueError(
            f"A picture of {text} can't be drawn.",
            "It has {}x{} to {}x{} columns and lines.".format(*_LEAST, *_MOST),
        )
    return size
