"""Open-access PDFs: where a paper's is, and how it comes into a file, whole or not at all.

paper -> arXiv, else OpenAlex, else an address of its own -> redirects, looked at one by one
      -> bytes within bounds, into a temporary file -> renamed when they are a whole PDF
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from readinglist.domain.identity import arxiv_id
from readinglist.errors import FormatError, ReadingListError, SourceError, StoppedError
from readinglist.online.source import read_json
from readinglist.online.stoppable import until_stopped
from readinglist.online.web import Web, checked_address, new_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from readinglist.domain.paper import Paper

ARXIV_PDF = "https://arxiv.org/pdf"
"""Before an arXiv id it is the address of a PDF."""
OPENALEX = "https://api.openalex.org"
LARGEST_PDF = 200 * 2**20
"""Bytes of a file."""
_MOST_REDIRECTS = 5
_TIMEOUT = 15.0
"""Seconds without a byte."""
_LONGEST = 900.0
"""Seconds for one file."""
_OPENALEX_INTERVAL = 0.1
_ARXIV_DOI = "10.48550/arxiv."
_BEGINNING, _ENDING = b"%PDF-", b"%%EOF"
_END_WITHIN = 2048
"""Bytes from the end of a PDF in which it says that it ends."""


class Pace:
    """Keeps requests apart, those of several threads, too."""

    def __init__(self, seconds: float) -> None:
        """Prepare to keep requests so many seconds apart."""
        self._seconds = seconds
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, stop: threading.Event) -> None:
        """Wait for one's turn.

        Raises:
            StoppedError: nothing is wanted any more.
        """
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._seconds
        if stop.wait(turn - time.monotonic()):
            raise StoppedError("Stopped.")


ARXIV_PACE = Pace(3.0)
"""As arXiv asks of all that one person runs."""


class PdfDownloads:
    """Finds open-access PDFs and writes them into files.

    One thread at a time may fetch; any thread may say `stop`.
    """

    def __init__(
        self,
        arxiv: str = ARXIV_PDF,
        openalex: str = OPENALEX,
        *,
        agent: str = "readinglist",
        stop: threading.Event | None = None,
        pace: Pace = ARXIV_PACE,
        largest: int = LARGEST_PDF,
        timeout: float = _TIMEOUT,
    ) -> None:
        """Prepare to fetch.

        Args:
            arxiv: the base URL of arXiv's PDFs.
            openalex: the base URL of OpenAlex.
            agent: who asks, for its keepers.
            stop: set when no PDF is wanted any more.
            pace: that of requests to arXiv.
            largest: bytes of the largest file.
            timeout: seconds to wait for a byte.
        """
        self._arxiv = arxiv.rstrip("/")
        self._openalex = openalex
        self._agent = agent
        self._stop = stop or threading.Event()
        self._pace = pace
        self._largest = largest
        self._timeout = timeout
        self._client: httpx.Client | None = None
        self._works: Web | None = None
        self._tired: set[str] = set()
        """The hosts that want fewer requests: they get none any more."""

    def fetch(self, paper: Paper, target: Path) -> None:
        """Write the PDF of a paper to `target`; its folder is there.

        Raises:
            SourceError: there is none, or it can't be had; then nothing is left behind.
            StoppedError: it is not wanted any more.
            ReadingListError: it can't be written.
        """
        until_stopped(partial(self._fetch, paper, target), self._stop)

    def _fetch(self, paper: Paper, target: Path) -> None:
        failure: ReadingListError | None = None
        for place in self._places(paper):
            try:
                address = place()
                if address:
                    self._download(address, target)
                    return
            except StoppedError:
                raise
            except SourceError as error:
                failure = failure or error
        raise failure or SourceError(
            "No open-access PDF of it is known.", "Give it an arXiv id, a DOI, or the url of one."
        )

    def close(self) -> None:
        """Close the connections."""
        for one in (self._client, self._works):
            if one:
                one.close()

    # --- where from

    def _places(self, paper: Paper) -> Iterator[Callable[[], str | None]]:
        """Yield what says where the PDF of a paper may be, the surest first."""
        addresses = [address for address in (paper.url, *paper.links) if address]
        number = paper.arxiv or next(filter(None, map(arxiv_id, addresses)), None)
        doi = paper.doi
        if doi and doi.lower().startswith(_ARXIV_DOI):
            number, doi = number or arxiv_id(doi[len(_ARXIV_DOI) :]), None
        if number:
            yield partial("{}/{}".format, self._arxiv, quote(number))
        if doi:
            yield partial(self._open_access, doi)
        for address in filter(_is_pdf_address, addresses):
            if not arxiv_id(address):
                yield partial(str, address)

    def _open_access(self, doi: str) -> str | None:
        """Return the address of the best open-access PDF that OpenAlex knows, if any."""
        if self._works is None:
            self._works = Web(
                "OpenAlex",
                self._openalex,
                _OPENALEX_INTERVAL,
                agent=self._agent,
                stop=self._stop,
                timeout=self._timeout,
            )
        return self._works.ask(f"/works/doi:{quote(doi, safe='/')}", {}, _pdf_address) or None

    # --- how

    def _download(self, url: str, target: Path) -> None:
        import httpx

        if self._client is None:
            self._client = new_client(self._agent, self._timeout)
        host = ""
        try:
            url = checked_address(url)
            for _ in range(_MOST_REDIRECTS + 1):
                host = _host(url)
                self._wait_for_turn(host)
                with self._client.stream("GET", url) as response:
                    if not response.has_redirect_location:
                        self._check_status(response, host)
                        self._write(response, host, target)
                        return
                    url = redirected(url, response.headers["location"])
        except (
            *(httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol),
            *(httpx.InvalidURL, UnicodeError),
        ) as error:
            raise SourceError(f"{host} can't be reached.", is_unreachable=True) from error
        except httpx.TimeoutException as error:
            raise SourceError(f"{host} doesn't answer.", "Try again later.") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise SourceError(f"{host} broke off its answer.", "Try again later.") from error
        except OSError as error:
            raise ReadingListError(
                f"{target} can't be written: {error.strerror}.", "See to it, and fetch again."
            ) from error
        raise SourceError(f"{host} redirects without an end.")

    def _wait_for_turn(self, host: str) -> None:
        if host in self._tired:
            raise SourceError(f"{host} wants fewer questions.", "Try again later.")
        if host == _host(self._arxiv):
            self._pace.wait(self._stop)
        self._check_stop()

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise StoppedError("Stopped.")

    def _check_status(self, response: httpx.Response, host: str) -> None:
        status = response.status_code
        if status == 429:
            self._tired.add(host)
            raise SourceError(f"{host} wants fewer questions (429).", "Try again later.")
        if status >= 500:
            raise SourceError(f"{host} is out of order ({status}).", "Try again later.")
        if status in (404, 410):
            raise SourceError(f"{host} has no such file ({status}).")
        if status in (401, 402, 403, 451):
            raise SourceError(f"{host} refuses to give the PDF ({status}).")
        if status != 200:
            raise SourceError(f"{host} gave no file ({status}).")

    def _write(self, response: httpx.Response, host: str, target: Path) -> None:
        """Write the body into a file of another name, and rename it when it is a whole PDF."""
        part = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with open(part, "xb") as file:
                self._copy(response, host, file.write)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    def _copy(self, response: httpx.Response, host: str, write: Callable[[bytes], object]) -> None:
        deadline = time.monotonic() + _LONGEST
        too_large = SourceError(
            f"{host} has a file of more than {self._largest // 2**20} MiB: it was not fetched."
        )
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._largest:
            raise too_large
        size, beginning, end = 0, b"", b""
        # As it comes: a packed answer can't be bounded, and none was asked for.
        for chunk in response.iter_raw():
            self._check_stop()
            if len(beginning) < len(_BEGINNING):
                beginning += chunk[: len(_BEGINNING)]
                if not _BEGINNING.startswith(beginning[: len(_BEGINNING)]):
                    break
            size += len(chunk)
            if size > self._largest:
                raise too_large
            if time.monotonic() > deadline:
                raise SourceError(f"{host} takes too long to answer.", "Try again later.")
            end = (end + chunk)[-_END_WITHIN:]
            write(chunk)
        if not beginning.startswith(_BEGINNING):
            is_page = beginning.startswith(b"<") or "html" in response.headers.get(
                "content-type", ""
            )
            raise SourceError(
                f"{host} gave {'a web page' if is_page else 'something else'} instead of a PDF."
            )
        is_measured = announced or "transfer-encoding" in response.headers
        if not is_measured and _ENDING not in end:  # a lost connection looks like the end
            raise SourceError(f"{host} broke off its answer.", "Try again later.")


def redirected(url: str, location: str) -> str:
    """Return where a redirect from `url` leads: to any host, but never out of safety.

    Raises:
        SourceError: it leads from https to http, or out of the web.
    """
    try:
        target = checked_address(urljoin(url, location))
    except ValueError:
        target = checked_address(location)
    if (urlsplit(url).scheme, urlsplit(target).scheme) == ("https", "http"):
        raise SourceError(f"{_host(url)} redirects to an address that is not safe: {target[:80]}.")
    return target


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def _is_pdf_address(address: str) -> bool:
    with contextlib.suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme.lower() not in ("http", "https"):
            return False
        is_review = (parts.hostname or "").removeprefix("www.") == "openreview.net"
        return parts.path.lower().endswith(".pdf") or (is_review and parts.path == "/pdf")
    return False


def _pdf_address(text: str) -> str:
    """Return the address of the best open-access PDF in a work of OpenAlex; empty if none."""
    work: Any = read_json(text)
    if not isinstance(work, dict):
        raise FormatError("it is no work.")
    best = work.get("best_oa_location")
    address = best.get("pdf_url") if isinstance(best, dict) else None
    return address if isinstance(address, str) else ""
