"""HTTP as a source of metadata is asked: politely, within bounds, and not twice for one thing.

question -> cache -> wait for one's turn -> request -> again after a while, where that may help
         -> bytes within bounds -> text -> what the source makes of it -> cache
"""

from __future__ import annotations

import codecs
import contextlib
import logging
import re
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from readinglist.errors import FormatError, ReadingListError, SourceError, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from readinglist.online.answer_cache import AnswerCache

_T = TypeVar("_T")

LARGEST_ANSWER = 32 * 2**20
"""Bytes of an answer, unpacked."""
_LONGEST = 60.0
"""Seconds for one answer, and the most that a source may ask us to wait."""
_TIMEOUT = 20.0
"""Seconds without a byte."""
_CONNECT = 8.0
"""Seconds to be connected."""
_TRIES = 4
_FIRST_PAUSE = 1.0
"""Seconds before the second try; twice as many before each one after."""
_MOST_REDIRECTS = 3
_TRY_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_RESET = re.compile(r"\bt=(\d{1,9})")
_NOT_THERE = frozenset((404, 410))


class Web:
    """The web as one source sees it: its address, its pace, its answers so far.

    One thread at a time may ask; any thread may say `stop`.
    """

    def __init__(
        self,
        name: str,
        address: str,
        interval: float,
        *,
        agent: str = "readinglist",
        cache: AnswerCache | None = None,
        stop: threading.Event | None = None,
        first_pause: float = _FIRST_PAUSE,
        timeout: float = _TIMEOUT,
    ) -> None:
        """Prepare to ask.

        Args:
            name: what people call the source: `arXiv`.
            address: its base URL.
            interval: the least seconds from one request to the next.
            agent: who asks, for its keepers.
            cache: has what was answered before.
            stop: set when no answer is wanted any more.
            first_pause: seconds before a failed request is tried again, at first.
            timeout: seconds to wait for a byte.

        Raises:
            SourceError: the address is not of the web.
        """
        self.name = name
        self.address = address.rstrip("/")
        self.requests = 0
        """How many requests were sent."""
        self._interval = interval
        self._agent = agent
        self._cache = cache
        self._stop = stop or threading.Event()
        self._first_pause = first_pause
        self._timeout = timeout
        self._client: httpx.Client | None = None
        self._next = 0.0
        checked_address(self.address)

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str],
        read: Callable[[str], _T],
        secrets: Mapping[str, str] | None = None,
        *,
        is_search: bool = False,
    ) -> _T | None:
        """Return what `read` makes of an answer; None where the source has no such thing.

        An answer is kept in the cache if `read` can make something of it.

        Args:
            path: what stands behind the base URL.
            parameters: the query.
            read: raises a FormatError where an answer is not what it should be.
            secrets: further parameters, which are no part of the question.
            is_search: whether something is always there, were it an empty list.

        Raises:
            SourceError: there is no answer, or none that can be read.
            StoppedError: no answer is wanted any more.
        """
        query = urlencode(dict(parameters))
        question = f"{self.address}{path}?{query}" if query else f"{self.address}{path}"
        known = self._cache.get(question) if self._cache else None
        if known is not None:
            with contextlib.suppress(FormatError):  # of an earlier version, or of nobody
                return read(known) if known else None
        more = urlencode(dict(secrets or {}))
        body = self._answer(question + (("&" if query else "?") + more if more else ""))
        if body is None and is_search:
            raise SourceError(
                f"{self.name} has no search at {self.address}{path} (404).",
                "Look at online: addresses in the configuration.",
                is_final=True,
            )
        text = "" if body is None else self._text(body)
        try:
            found = read(text) if body is not None else None
        except FormatError as error:
            raise SourceError(
                f"{self.name} gave an answer that can't be read: {error.message}"
            ) from error
        if self._cache:
            self._cache.put(question, text)
        return found

    def wait_for_turn(self) -> None:
        """Wait until the next request may be sent.

        Raises:
            StoppedError: no answer is wanted any more.
        """
        self._wait(self._next - time.monotonic())

    def close(self) -> None:
        """Close the connections."""
        if self._client:
            self._client.close()

    # --- one answer

    def _answer(self, url: str) -> tuple[bytes, str] | None:
        """Return the bytes of an answer and its encoding; None where there is no such thing."""
        pause = self._first_pause
        for tries_left in reversed(range(_TRIES)):
            self.wait_for_turn()
            try:
                return self._request(url)
            except _TryAgainError as error:
                if not tries_left or error.after > _LONGEST:
                    raise SourceError(
                        error.message, "Try again later.", is_final=error.after > _LONGEST
                    ) from error
                self._wait(max(pause, error.after))
                pause *= 2
        raise AssertionError("unreachable")  # pragma: no cover

    def _request(self, url: str) -> tuple[bytes, str] | None:
        import httpx

        try:
            for _ in range(_MOST_REDIRECTS + 1):
                self.requests += 1
                client = self._the_client()
                self._next = time.monotonic() + self._interval
                with client.stream("GET", url) as response:
                    if response.is_redirect:
                        url = self._redirected(url, response.headers.get("location", ""))
                        continue
                    if response.status_code in _NOT_THERE:
                        return None
                    self._check_status(response)
                    return self._read(response), response.charset_encoding or ""
        except (
            *(httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol),
            *(httpx.InvalidURL, UnicodeError),  # of a name that no host can have
        ) as error:
            raise SourceError(
                f"{self.name} can't be reached at {self.address}.", is_unreachable=True
            ) from error
        except httpx.TimeoutException as error:
            raise _TryAgainError(f"{self.name} doesn't answer.") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            if self._stop.is_set():
                raise StoppedError("Stopped.") from error
            raise _TryAgainError(f"{self.name} broke off its answer.") from error
        raise SourceError(f"{self.name} redirects without an end.")

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in _TRY_AGAIN:
            after = _asked_to_wait(response.headers)
            reason = "wants fewer questions" if status == 429 else "is out of order"
            wait = f", and asks to wait {after:.0f} seconds" if after > _LONGEST else ""
            raise _TryAgainError(f"{self.name} {reason} ({status}){wait}.", after)
        if status in (401, 403):
            raise SourceError(f"{self.name} refuses to answer ({status}).")
        if status != 200:
            raise SourceError(f"{self.name} doesn't understand the question ({status}).")

    def _read(self, response: httpx.Response) -> bytes:
        """Return the body, unpacked, if it is within bounds."""
        deadline = time.monotonic() + _LONGEST
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise SourceError(f"{self.name} gave an answer of more than 32 MiB.")
            if self._stop.is_set():
                raise StoppedError("Stopped.")
            if time.monotonic() > deadline:
                raise _TryAgainError(f"{self.name} takes too long to answer.")
        return bytes(body)

    def _text(self, answer: tuple[bytes, str]) -> str:
        body, charset = answer
        with contextlib.suppress(UnicodeDecodeError):
            return body.decode("utf-8-sig")
        # Python knows encodings that are none, and complains of each in its own way.
        with contextlib.suppress(ValueError, LookupError):
            if not codecs.lookup(charset).name.startswith("utf-8"):
                return body.decode(charset)
        raise SourceError(f"{self.name} gave an answer in no encoding that it names.")

    def _redirected(self, url: str, location: str) -> str:
        """Return where a redirect leads, if that is the same source still."""
        try:
            target = checked_address(urljoin(url, location))
        except ValueError:  # of what is no address at all
            target = checked_address(location)
        here, there = urlsplit(url), urlsplit(target)
        if here.hostname != there.hostname or (here.scheme, there.scheme) == ("https", "http"):
            raise SourceError(
                f"{self.name} redirects to another place, {there.scheme}://{there.netloc}.",
                "If that is right, name it as the address of the source.",
            )
        return target

    def _the_client(self) -> httpx.Client:
        if self._client is None:
            self._client = new_client(self._agent, self._timeout)
        return self._client

    # --- manners

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(max(0.0, seconds)):
            raise StoppedError("Stopped.")


class _TryAgainError(ReadingListError):
    """The same request may be answered a while later."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


def checked_address(url: str) -> str:
    """Return `url` if it is one of the web.

    Raises:
        SourceError: it is not.
    """
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return url
    raise SourceError(f"{url[:80]} is no web address.", "It begins with https://.")


def new_client(agent: str, timeout: float = _TIMEOUT) -> httpx.Client:
    """Return a client that says who asks, and follows no redirect by itself.

    Raises:
        SourceError: the machine's proxy or certificates can't be used.
    """
    import httpx

    # It would log addresses, and with them what is secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return httpx.Client(
            # Packed answers can't be bounded: a piece of 64 KiB may hold 64 MiB.
            headers={"User-Agent": agent, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT)),
            follow_redirects=False,
        )
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        raise SourceError(
            f"The proxy or the certificates of this machine can't be used: {error}.",
            "Look at HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE.",
            is_final=True,
        ) from error


def _asked_to_wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that a source asks us to wait.

    Retry-After has seconds or a date (RFC 9110), `t` of RateLimit seconds (the IETF's draft).
    """
    retry_after = headers.get("retry-after", "")
    reset = _RESET.search(headers.get("ratelimit", ""))
    if not retry_after and reset:
        return float(reset[1])
    if retry_after.strip().isdecimal():
        return float(retry_after.strip()[:9])
    try:
        wanted = parsedate_to_datetime(retry_after)
        if wanted.tzinfo is None:
            wanted = wanted.replace(tzinfo=UTC)
        return max(0.0, (wanted - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 0.0
