"""PDFs come whole or not at all, from where they may be had, and never in an unsafe way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from readinglist.domain.paper import Paper
from readinglist.errors import ReadingListError, SourceError, StoppedError
from readinglist.online.download import Pace, PdfDownloads, redirected
from readinglist.online.web import checked_address

PDF = b"%PDF-1.7\n" + b"words of a paper\n" * 5000 + b"%%EOF\n"
PAPER = Paper("Foxes", arxiv="2401.00001")
DOI = "10.1000/foxes(2)"


@pytest.fixture
def other_host() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "pdfs"
    folder.mkdir()
    return folder / "foxes.pdf"


Make = Callable[..., PdfDownloads]


@pytest.fixture
def downloads(httpserver: HTTPServer) -> Iterator[Make]:
    """Make what fetches from a server of ours."""
    made: list[PdfDownloads] = []

    def make(
        stop: threading.Event | None = None,
        pace: Pace | None = None,
        largest: int = 2**20,
        timeout: float = 5,
    ) -> PdfDownloads:
        made.append(
            PdfDownloads(
                httpserver.url_for("/pdf"),
                httpserver.url_for("/alex"),
                agent="readinglist/test",
                stop=stop,
                pace=pace or Pace(0),
                largest=largest,
                timeout=timeout,
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


def refused(downloads: PdfDownloads, target: Path, paper: Paper = PAPER) -> str:
    """Return why nothing was fetched; nothing is left behind."""
    with pytest.raises(ReadingListError) as caught:
        downloads.fetch(paper, target)
    assert list(target.parent.iterdir()) == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- where from


def test_arxiv_has_the_pdf_of_its_papers(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data(PDF)
    downloads().fetch(PAPER, target)
    assert target.read_bytes() == PDF
    assert list(target.parent.iterdir()) == [target]
    ((request, _),) = httpserver.log
    assert request.headers["User-Agent"] == "readinglist/test"


@pytest.mark.parametrize(
    "paper",
    [
        Paper("F", arxiv="hep-th/9901001"),
        Paper("F", doi="10.48550/arXiv.hep-th/9901001"),
        Paper("F", url="https://arxiv.org/abs/hep-th/9901001v2"),
        Paper("F", links=("https://e.org/x", "http://arxiv.org/pdf/hep-th/9901001.pdf")),
    ],
)
def test_an_arxiv_paper_is_known_by_its_doi_and_its_addresses_too(
    httpserver: HTTPServer, downloads: Make, target: Path, paper: Paper
) -> None:
    httpserver.expect_request("/pdf/hep-th/9901001").respond_with_data(PDF)
    downloads().fetch(paper, target)
    assert target.read_bytes() == PDF
    assert len(httpserver.log) == 1


def test_openalex_knows_where_the_pdf_of_a_doi_is(
    httpserver: HTTPServer, other_host: HTTPServer, downloads: Make, target: Path
) -> None:
    other_host.expect_request("/far.pdf").respond_with_data(PDF)
    best = {"best_oa_location": {"pdf_url": other_host.url_for("/far.pdf")}}
    httpserver.expect_request(f"/alex/works/doi:{DOI}").respond_with_json(best)
    downloads().fetch(Paper("F", doi=DOI), target)
    assert target.read_bytes() == PDF


@pytest.mark.parametrize(
    "answer",
    [
        {"best_oa_location": None},
        {"best_oa_location": {"pdf_url": None}},
        {"best_oa_location": {"pdf_url": 7}},
        {"best_oa_location": []},
        {},
    ],
)
def test_what_openalex_does_not_know_is_asked_of_the_papers_own_address(
    httpserver: HTTPServer, downloads: Make, target: Path, answer: object
) -> None:
    httpserver.expect_request(f"/alex/works/doi:{DOI}").respond_with_json(answer)
    httpserver.expect_request("/own/Paper.PDF").respond_with_data(PDF)
    own = httpserver.url_for("/own/Paper.PDF?v=2")
    downloads().fetch(Paper("F", doi=DOI, url="https://e.org/page", links=(own,)), target)
    assert target.read_bytes() == PDF


def test_what_nobody_knows_is_told_with_what_to_do(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    page = Paper("F", url="https://e.org/page", links=("file:///etc/passwd.pdf", "https://[x.pdf"))
    said = "No open-access PDF of it is known. Give it an arXiv id, a DOI, or the url of one."
    assert refused(downloads(), target, page) == said
    assert refused(downloads(), target, Paper("F", doi="10.48550/arXiv.nonsense")) == said
    httpserver.expect_request(f"/alex/works/doi:{DOI}").respond_with_data("none", status=404)
    assert refused(downloads(), target, Paper("F", doi=DOI)) == said
    assert len(httpserver.log) == 1


def test_an_openreview_address_is_one_of_a_pdf(downloads: Make) -> None:
    paper = Paper("F", url="https://openreview.net/pdf?id=abc", links=("https://openreview.net/x",))
    places = downloads()._places(paper)
    assert [place() for place in places] == ["https://openreview.net/pdf?id=abc"]


def test_where_the_first_place_has_none_the_next_is_asked(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data("", status=404)
    httpserver.expect_request("/own.pdf").respond_with_data(PDF)
    downloads().fetch(Paper("F", arxiv="2401.00001", url=httpserver.url_for("/own.pdf")), target)
    assert target.read_bytes() == PDF


# --- what can go wrong


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "refuses to give the PDF (401)."),
        (403, "refuses to give the PDF (403)."),
        (404, "has no such file (404)."),
        (410, "has no such file (410)."),
        (429, "wants fewer questions (429). Try again later."),
        (500, "is out of order (500). Try again later."),
        (503, "is out of order (503). Try again later."),
        (204, "gave no file (204)."),
        (304, "gave no file (304)."),
        (418, "gave no file (418)."),
    ],
)
def test_a_refusal_is_a_sentence(
    httpserver: HTTPServer, downloads: Make, target: Path, status: int, says: str
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data(PDF, status=status)
    assert refused(downloads(), target) == f"localhost:{httpserver.port} {says}"


def test_who_wants_fewer_questions_gets_none_any_more(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data("", status=429)
    one = downloads()
    for _ in range(3):
        assert "wants fewer questions" in refused(one, target)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"<!doctype html><p>Please log in", "text/html", "a web page"),
        (b"\n<html>", "text/html; charset=utf-8", "a web page"),
        (b"\x1f\x8b packed", "application/pdf", "something else"),
        (b"%PDF", "application/pdf", "something else"),
        (b"", "application/pdf", "something else"),
    ],
)
def test_what_is_no_pdf_is_not_stored(
    httpserver: HTTPServer, downloads: Make, target: Path, body: bytes, kind: str, says: str
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data(body, content_type=kind)
    assert f"gave {says} instead of a PDF." in refused(downloads(), target)


def test_a_body_that_is_cut_off_is_not_stored(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    def cut(request: Request) -> Response:
        return Response(iter([PDF[:4000]]), headers={"Content-Length": str(len(PDF))})

    httpserver.expect_request("/pdf/2401.00001").respond_with_handler(cut)
    assert "broke off its answer" in refused(downloads(), target)


@pytest.mark.parametrize(("body", "is_whole"), [(PDF, True), (PDF[:-6], False)])
def test_where_no_length_is_announced_the_end_of_a_pdf_tells_that_it_is_whole(
    httpserver: HTTPServer, downloads: Make, target: Path, body: bytes, is_whole: bool
) -> None:
    """As of a server of old, which closes the connection when it is done, or has broken down."""
    with socket.create_server(("localhost", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + body)

        thread = threading.Thread(target=serve)
        thread.start()
        paper = Paper("F", url=f"http://localhost:{port}/old.pdf")
        if is_whole:
            downloads().fetch(paper, target)
            assert target.read_bytes() == body
        else:
            assert "broke off its answer" in refused(downloads(), target, paper)
        thread.join()


def test_a_file_that_is_too_large_is_not_stored(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    """Whether it says so at the beginning, or not."""

    def endless(request: Request) -> Response:
        return Response(b"%PDF-" + b"x" * 2**16 for _ in range(1000))

    httpserver.expect_oneshot_request("/pdf/2401.00001").respond_with_data(PDF + b"x" * 2**20)
    assert "more than 1 MiB" in refused(downloads(), target)
    httpserver.expect_request("/pdf/2401.00001").respond_with_handler(endless)
    assert "more than 1 MiB" in refused(downloads(), target)


def test_who_does_not_answer_is_not_waited_for_for_long(downloads: Make, target: Path) -> None:
    with socket.create_server(("localhost", 0)) as server:
        paper = Paper("F", url=f"http://localhost:{server.getsockname()[1]}/x.pdf")
        assert "doesn't answer" in refused(downloads(timeout=0.2), target, paper)


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:1/x.pdf",
        f"http://{'a' * 70}.example/x.pdf",
        "http://xn--/x.pdf",
        "http://a:0/x.pdf",
        "http:///x.pdf",
        "http://a:99999/x.pdf",
    ],
)
def test_an_address_that_leads_nowhere_is_told(downloads: Make, target: Path, address: str) -> None:
    told = refused(downloads(), target, Paper("F", url=address))
    assert "can't be reached" in told or "is no web address" in told


def test_a_folder_that_can_not_be_written_is_told(
    httpserver: HTTPServer, downloads: Make, tmp_path: Path
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data(PDF)
    with pytest.raises(ReadingListError, match=r"can't be written: No such file"):
        downloads().fetch(PAPER, tmp_path / "gone" / "x.pdf")


def test_a_link_in_the_folder_is_replaced_and_not_followed(
    httpserver: HTTPServer, downloads: Make, target: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    target.symlink_to(precious)
    httpserver.expect_request("/pdf/2401.00001").respond_with_data(PDF)
    downloads().fetch(PAPER, target)
    assert precious.read_text() == "mine"
    assert not target.is_symlink()
    assert target.read_bytes() == PDF


# --- redirects


def test_a_redirect_may_lead_to_another_host(
    httpserver: HTTPServer, other_host: HTTPServer, downloads: Make, target: Path
) -> None:
    other_host.expect_request("/there").respond_with_data(PDF)
    for place, to in (("/pdf/2401.00001", "/2"), ("/2", other_host.url_for("/there"))):
        httpserver.expect_request(place).respond_with_data("", 302, {"Location": to})
    downloads().fetch(PAPER, target)
    assert target.read_bytes() == PDF


def test_redirects_have_an_end(httpserver: HTTPServer, downloads: Make, target: Path) -> None:
    again = {"Location": httpserver.url_for("/pdf/2401.00001")}
    httpserver.expect_request("/pdf/2401.00001").respond_with_data("", 301, again)
    assert "redirects without an end" in refused(downloads(), target)
    assert len(httpserver.log) == 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://e.org/x.pdf", "data:,%25PDF-"])
def test_a_redirect_never_leads_out_of_the_web(
    httpserver: HTTPServer, downloads: Make, target: Path, to: str
) -> None:
    httpserver.expect_request("/pdf/2401.00001").respond_with_data("", 302, {"Location": to})
    told = refused(downloads(), target)
    assert "is no web address" in told or "can't be reached" in told
    assert len(httpserver.log) == 1


def test_a_redirect_never_leads_from_https_to_http() -> None:
    assert redirected("https://a.org/x", "https://b.org/y") == "https://b.org/y"
    assert redirected("http://a.org/x", "https://b.org/y") == "https://b.org/y"
    assert redirected("http://a.org/x", "http://b.org/y") == "http://b.org/y"
    assert redirected("https://a.org/x/y", "../z") == "https://a.org/z"
    for unsafe in ("http://a.org/x", "HTTP://b.org/x", "http:foo", "data:,%25PDF-", "http://[x"):
        with pytest.raises(SourceError):
            redirected("https://a.org/x", unsafe)
    with pytest.raises(SourceError, match=r"^a\.org redirects to an address that is not safe"):
        redirected("https://me:secret@a.org/x", "http://a.org/x")


@given(st.text(), st.text() | st.sampled_from(["http://", "https://", "//e.org", "file:///x"]))
def test_any_redirect_is_of_the_web_or_refused(beginning: str, rest: str) -> None:
    try:
        target = redirected("https://a.org/x", beginning + rest)
    except SourceError:
        return
    assert target.startswith("https://")
    assert checked_address(target) == target


# --- manners


def test_requests_to_arxiv_keep_their_distance(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    """Those that a redirect makes, too; those to others don't wait."""
    asked: list[str] = []

    class Noted(Pace):
        def wait(self, stop: threading.Event) -> None:
            asked.append("turn")
            super().wait(stop)

    again = {"Location": "/pdf/2401.00001v2"}
    httpserver.expect_request("/pdf/2401.00001").respond_with_data("", 301, again)
    httpserver.expect_request("/pdf/2401.00001v2").respond_with_data(PDF)
    one = downloads(pace=Noted(0))
    one.fetch(PAPER, target)
    assert asked == ["turn"] * 2
    refused_by_other = Paper("F", url="http://localhost:1/x.pdf")
    with pytest.raises(SourceError):
        one.fetch(refused_by_other, target)
    assert asked == ["turn"] * 2


def test_a_pace_keeps_turns_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readinglist.online.download.time.monotonic", lambda: 100.0)
    waited: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0.0)
            return False

    pace = Pace(3)
    for _ in range(3):
        pace.wait(Stop())
    assert waited == [0, 3, 6]


def test_one_may_stop_before_and_while_it_comes(
    httpserver: HTTPServer, downloads: Make, target: Path
) -> None:
    stop = threading.Event()

    def slowly(request: Request) -> Response:
        def body() -> Iterator[bytes]:
            yield PDF[:1000]
            stop.set()
            while True:
                yield b"x" * 1000

        return Response(body())

    httpserver.expect_request("/pdf/2401.00001").respond_with_handler(slowly)
    one = downloads(stop, largest=2**40)
    with pytest.raises(StoppedError):
        one.fetch(PAPER, target)
    assert list(target.parent.iterdir()) == []
    with pytest.raises(StoppedError):
        one.fetch(PAPER, target)
    assert len(httpserver.log) <= 1


def test_one_may_stop_while_it_is_waited_for_a_turn(downloads: Make, target: Path) -> None:
    stop, pace = threading.Event(), Pace(3600)
    pace.wait(stop)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(StoppedError):
        downloads(stop, pace).fetch(PAPER, target)
