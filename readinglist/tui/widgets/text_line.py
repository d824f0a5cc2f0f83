"""A line to write in."""

from __future__ import annotations

from textual.widgets import Input

from readinglist.domain.text import harmless, printable_block


class TextLine(Input):
    """A line of text, fit for a terminal wherever it was pasted from."""

    def validate_value(self, value: str) -> str:
        """Leave out what a terminal does not show as it stands."""
        return printable_block(value)


class PathLine(Input):
    """A line for the names of files, which may hold signs that take no place."""

    def validate_value(self, value: str) -> str:
        """Leave out what steers a terminal."""
        return harmless(value)
