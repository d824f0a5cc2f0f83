"""Work that waits for the network is left behind when nobody wants it any more."""

from __future__ import annotations

import threading

import pytest

from readinglist.errors import SourceError, StoppedError
from readinglist.online import stoppable
from readinglist.online.stoppable import until_stopped


def test_what_comes_of_it_is_that_of_the_work() -> None:
    stop = threading.Event()
    assert until_stopped(lambda: threading.current_thread().daemon, stop) is True

    def fail() -> None:
        raise SourceError("No.")

    with pytest.raises(SourceError, match="No"):
        until_stopped(fail, stop)
    assert not stop.is_set()


def test_work_that_stops_in_time_has_its_say() -> None:
    stop = threading.Event()

    def work() -> str:
        stop.set()
        assert stop.wait(5)
        return "whole"

    assert until_stopped(work, stop) == "whole"


def test_work_that_does_not_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stoppable, "_GRACE", 0.01)
    stop, forever = threading.Event(), threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        until_stopped(forever.wait, stop)
    forever.set()


def test_ctrl_c_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout == stoppable._LOOK_EVERY:
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr("readinglist.online.stoppable.threading.Event", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        until_stopped(lambda: stop.wait(20), stop)
    assert stop.is_set()
