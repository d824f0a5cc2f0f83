"""What can go wrong for a user, each in one sentence with the way out.

Exit codes of the command line: 0 done; 1 not done, or not all of it; 2 wrong usage. What can
go wrong with the program itself ends with 70, see `readinglist.cli.crashing`.
"""

from __future__ import annotations


class ReadingListError(Exception):
    """The base of all errors that a user can cause.

    Attributes:
        message: what is wrong and where, one sentence.
        hint: what to do about it; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(ReadingListError):
    """The configuration file can't be used as it stands."""

    exit_code = 2


class LibraryError(ReadingListError):
    """The library file is missing, damaged, foreign, newer, or can't be written."""


class ForeignValueError(LibraryError):
    """The library holds a value that we would not have written.

    Attributes:
        what: the value: "a key that can't be one: ''".
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The library holds {what}.",
            "It was changed by another program: bring back an earlier version.",
        )
        self.what = what


class UnfinishedError(LibraryError):
    """Another program has begun to change the library file, or a log of that lies beside it.

    The file is not whole without the log, and another one in its place would be destroyed by it.
    """


class FormatError(ReadingListError):
    """A file to import can't be read as what it should be.

    Attributes:
        line: where in the file, counted from 1; None where it is about all of it.
    """

    def __init__(self, message: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(message, hint)
        self.line = line


class SourceError(ReadingListError):
    """A source of metadata can't be asked, or gives no answer that can be used.

    Attributes:
        is_unreachable: True where there is no connection to it at all.
        is_final: True where it will not answer the next question, either.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        is_unreachable: bool = False,
        is_final: bool = False,
    ) -> None:
        super().__init__(message, hint)
        self.is_unreachable = is_unreachable
        self.is_final = is_final or is_unreachable


class InvalidValueError(ReadingListError):
    """A value that doesn't fit its field."""

    exit_code = 2


class StoppedError(ReadingListError):
    """The user did not want to wait."""


class UnknownKeyError(ReadingListError):
    """No paper has this citation key."""


class NothingToUndoError(ReadingListError):
    """There is no step left to take back, or to bring again."""
