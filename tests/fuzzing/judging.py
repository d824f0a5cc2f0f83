"""What a finding is: an error that no user understands, a broken promise, or a slow answer."""

from __future__ import annotations

import functools
import gc
import random
import signal
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readinglist.errors import ReadingListError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 5.0
"""CPU time that the reading of one input may take, for each 100 kB of it."""
LONG = 100_000
"""Bytes of an input that is made long to be timed."""
_SHORT = 20_000
_MOST_TRIES = 400


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, what it owes, and how its inputs look."""

    read: Callable[[bytes], Any]
    """May raise `ReadingListError`, and nothing else."""
    check: Callable[[Any], object]
    """Fails where a promise about what was read is broken."""
    seeds: tuple[bytes, ...]
    words: tuple[str, ...]
    """What inputs of this kind are made of, for the dictionary."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that is one."""

    what: str
    """The error and where it was raised: equal for two inputs that find the same."""
    data: bytes
    told: str
    """The traceback."""


class TooSlowError(BaseException):
    """More CPU time was used than an input may take. No parser can catch it as its own."""


def judge(target: Target, data: bytes) -> Finding | None:
    """Read `data`, check what was read, and return what was found."""
    return _found(lambda: _read_and_check(target, data), data)


def judge_speed(target: Target, data: bytes) -> Finding | None:
    """Read `data`, and look at nothing but the time."""
    return _found(lambda: _read(target, data), data)


def judge_again(target: Target, data: bytes) -> Finding | None:
    """Look at an input from a file: at everything, or at the time alone where it is long."""
    return (judge if len(data) < _SHORT else judge_speed)(target, data)


def made_long(data: bytes, length: int, seed: int) -> bytes:
    """Return `data` with one part of it repeated until it is so long; equal for equal seeds."""
    chance = random.Random(seed)
    start = chance.randrange(len(data))
    most = chance.choice((1, 3, 10, 40, 200, len(data)))
    end = min(len(data), start + chance.randint(1, most))
    part = data[start:end]
    times = max(1, (length - len(data)) // len(part))
    return data[:end] + part * times + (data[end:] if chance.random() < 0.7 else b"")


def smaller(finding: Finding, again: Callable[[bytes], Finding | None]) -> Finding:
    """Return the same finding with less input, as far as a few hundred tries go."""
    size = len(finding.data) // 2
    tries = 0
    while size and tries < _MOST_TRIES:
        start = 0
        while start < len(finding.data) and tries < _MOST_TRIES:
            tries += 1
            found = again(finding.data[:start] + finding.data[start + size :])
            if found and found.what == finding.what:
                finding = found
            else:
                start += size
        size //= 2
    return finding


def forget_answers() -> None:
    """Empty what functions remember of earlier texts."""
    for cache in _caches():
        cache.cache_clear()


@functools.cache
def _caches() -> list[Any]:
    wrappers = (one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper))
    return [one for one in wrappers if (one.cache_parameters()["maxsize"] or 0) >= 1 << 10]


def _read(target: Target, data: bytes) -> Any:
    with _time_limit(SECONDS * max(1.0, len(data) / LONG)):
        return target.read(data)


def _read_and_check(target: Target, data: bytes) -> None:
    value = _read(target, data)
    with _time_limit(4 * SECONDS):
        target.check(value)


def _found(attempt: Callable[[], object], data: bytes) -> Finding | None:
    try:
        attempt()
    except ReadingListError:
        return None
    except (Exception, TooSlowError) as error:
        return Finding(f"{type(error).__name__}: {_place(error)}", data, traceback.format_exc())
    return None


def _place(error: BaseException) -> str:
    """Return what tells this error from others: the promise, or the function that failed."""
    if isinstance(error, AssertionError) and str(error):
        return str(error).partition("\n")[0].partition(":")[0]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/readinglist/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name} {ours[-1].name}"


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop what takes more CPU time; Python's regular expressions are stopped by it, too."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"more than {seconds:.0f} s of CPU time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
