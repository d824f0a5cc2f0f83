"""Waiting for the network no longer than one likes: a server may be silent for long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from readinglist.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

_LOOK_EVERY = 0.05
"""Seconds between two looks whether to stop."""
_GRACE = 1.0
"""Seconds that the work has to tidy up, once it is to stop."""


def until_stopped(work: Callable[[], _T], stop: threading.Event) -> _T:
    """Return what `work` returns, or raise what it raises; it is done in a thread of its own.

    Where it does not stop in time, it is left behind: a program that ends does not wait for it.

    Args:
        work: it looks at `stop` itself, when it can.
        stop: set when the result is wanted no more; Ctrl-C sets it, too.

    Raises:
        StoppedError: the work was left behind.
    """
    results: list[_T] = []
    failures: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failures.append(error)
        finally:
            ended.set()

    threading.Thread(target=run, daemon=True).start()
    try:
        while not ended.wait(_LOOK_EVERY):
            if stop.is_set() and not ended.wait(_GRACE):
                raise StoppedError("Stopped.")
    except KeyboardInterrupt:
        stop.set()
        ended.wait(_GRACE)
        raise
    if failures:
        raise failures[0]
    return results[0]
