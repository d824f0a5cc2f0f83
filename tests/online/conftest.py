"""A server of one's own, in place of the live ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from readinglist.online.web import Web


class Patience(threading.Event):
    """Says how long was to be waited, and lets nobody wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout:
            self.waits.append(timeout)
        return self.is_set()


@pytest.fixture(autouse=True)
def _no_proxy(no_proxy: None) -> None:
    """No request leaves this machine."""


@pytest.fixture
def patience() -> Patience:
    return Patience()


WebMaker = Callable[..., Web]


@pytest.fixture
def make_web(server: HTTPServer, patience: Patience) -> Iterator[WebMaker]:
    """Make a `Web` of the server that never waits, unless it is told to."""
    made: list[Web] = []

    def make(**settings: Any) -> Web:
        settings = {
            "name": "Source",
            "address": server.url_for("").rstrip("/"),
            "interval": 0.0,
            "stop": patience,
            "timeout": 5.0,
            **settings,
        }
        made.append(Web(**settings))
        return made[-1]

    yield make
    for web in made:
        web.close()


@pytest.fixture
def web(make_web: WebMaker) -> Web:
    return make_web()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a stalling answer waits for; open at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def asked(server: HTTPServer) -> list[tuple[str, dict[str, str]]]:
    """Return the requests that were made: path and parameters."""
    return [(request.path, request.args.to_dict()) for request, _ in server.log]
