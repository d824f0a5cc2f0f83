"""What is told for a moment, at the edge of the screen."""

from __future__ import annotations

from dataclasses import fields

from textual.notifications import Notification

_AT_LEAST = 0.05
"""Seconds that a notice is seen if it is shown at all."""


class Notice(Notification):
    """A notification that is never shown for less than no time.

    Textual looks whether it has expired, and a moment later how long to show it: if that is less
    than nothing by then, its timer runs round for ever, and the app never does anything again.
    """

    @classmethod
    def of(cls, notification: Notification) -> Notice:
        """Return the same as another notification."""
        return cls(**{one.name: getattr(notification, one.name) for one in fields(notification)})

    def is_same_as(self, other: Notification) -> bool:
        """Return whether both look the same: one who sees one of them need not see the other."""
        return (self.title, self.message, self.severity) == (
            other.title,
            other.message,
            other.severity,
        )

    @property
    def time_left(self) -> float:
        """The seconds for which it is to be shown."""
        return max(_AT_LEAST, super().time_left)

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return super().time_left <= 0
