"""Ending in good order when the system asks for it."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a program that SIGTERM has ended, as shells give it."""


def end_at_sigterm(app: App[Any]) -> None:
    """Let SIGTERM end an app as its own key does: all is saved, the terminal is as before."""
    ending = partial(app.exit, return_code=TERMINATED)
    with suppress(
        NotImplementedError, RuntimeError, ValueError
    ):  # no such signal, or no main thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending)
