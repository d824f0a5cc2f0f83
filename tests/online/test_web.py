"""How the web is asked: politely, within bounds, and not twice for one thing."""

from __future__ import annotations

import gzip
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from readinglist.errors import FormatError, SourceError, StoppedError
from readinglist.online import web as web_module
from readinglist.online.answer_cache import AnswerCache
from readinglist.online.source import read_json
from readinglist.online.web import LARGEST_ANSWER, Web
from tests.online.conftest import Patience, WebMaker, asked

DAY = 86_400


def answer(server: HTTPServer, *responses: Response | Callable[[Request], Response]) -> None:
    """Let the server give these answers one after the other, the last one for ever."""
    left = list(responses)

    def handle(request: Request) -> Response:
        response = left.pop(0) if len(left) > 1 else left[0]
        return response(request) if callable(response) and not isinstance(response, Response) else (
            response
        )  # fmt: skip

    server.expect_request("/x").respond_with_handler(handle)


def status(code: int, **headers: str) -> Response:
    return Response("", code, {name.replace("_", "-"): value for name, value in headers.items()})


def json_answer(text: str = '{"a": 1}') -> Response:
    return Response(text, 200, content_type="application/json")


def ask(web: Web, **parameters: str) -> Any:
    return web.ask("/x", parameters, read_json)


def read_text(text: str) -> str:
    return text


def refusal(web: Web, read: Callable[[str], Any] = read_json) -> SourceError:
    """Return the error of a question that gets no answer."""
    with pytest.raises(SourceError) as raised:
        web.ask("/x", {}, read)
    return raised.value


# --- answers


def test_an_answer_is_what_is_read_of_it(server: HTTPServer, web: Web) -> None:
    answer(server, json_answer())
    assert ask(web, q="a b", r="é&=") == {"a": 1}
    assert asked(server) == [("/x", {"q": "a b", "r": "é&="})]


def test_it_says_who_asks_and_wants_no_packed_answers(
    server: HTTPServer, make_web: WebMaker
) -> None:
    answer(server, json_answer())
    ask(make_web(agent="readinglist/1 (somewhere)"))
    headers = server.log[0][0].headers
    assert headers["User-Agent"] == "readinglist/1 (somewhere)"
    assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("code", [404, 410])
def test_what_is_not_there_is_nothing(server: HTTPServer, web: Web, code: int) -> None:
    answer(server, status(code))
    assert ask(web) is None


@pytest.mark.parametrize("code", [401, 403])
def test_a_refusal_is_final(server: HTTPServer, web: Web, code: int) -> None:
    answer(server, status(code))
    assert str(refusal(web)) == f"Source refuses to answer ({code})."
    assert web.requests == 1


@pytest.mark.parametrize("code", [400, 414, 204, 206])
def test_a_question_that_is_not_understood_is_not_asked_again(
    server: HTTPServer, web: Web, code: int
) -> None:
    answer(server, status(code))
    assert str(refusal(web)) == f"Source doesn't understand the question ({code})."
    assert web.requests == 1


def test_html_where_json_was_due_is_an_error_of_one_sentence(server: HTTPServer, web: Web) -> None:
    answer(server, Response("<html>Making sure you're not a bot!</html>", mimetype="text/html"))
    assert str(refusal(web)) == "Source gave an answer that can't be read: it is no JSON."


# --- trying again


def test_out_of_order_for_a_while_is_asked_again_ever_later(
    server: HTTPServer, make_web: WebMaker, patience: Patience
) -> None:
    answer(server, status(500), status(502), status(503), json_answer())
    assert ask(make_web(first_pause=0.5)) == {"a": 1}
    assert patience.waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("code", [408, 425, 500, 502, 503, 504])
def test_out_of_order_for_ever_is_given_up(server: HTTPServer, web: Web, code: int) -> None:
    answer(server, status(code))
    assert str(refusal(web)) == f"Source is out of order ({code}). Try again later."
    assert web.requests == 4


def test_a_source_says_in_seconds_how_long_to_wait(
    server: HTTPServer, web: Web, patience: Patience
) -> None:
    answer(server, status(429, Retry_After="7"), json_answer())
    assert ask(web) == {"a": 1}
    assert patience.waits == [7.0]


def test_a_source_says_by_a_date_how_long_to_wait(
    server: HTTPServer, web: Web, patience: Patience
) -> None:
    then = datetime.now(UTC) + timedelta(seconds=20)
    answer(server, status(429, Retry_After=format_datetime(then, usegmt=True)), json_answer())
    assert ask(web) == {"a": 1}
    assert 15 < patience.waits[0] <= 20


def test_a_source_says_by_its_limit_how_long_to_wait(
    server: HTTPServer, make_web: WebMaker, patience: Patience
) -> None:
    answer(server, status(429, RateLimit='"api";r=0;t=3'), json_answer())
    assert ask(make_web(first_pause=0.1)) == {"a": 1}
    assert patience.waits == [3.0]


@pytest.mark.parametrize(
    "header",
    ["", "soon", "-5", "1e3", "Fri, 99 Xxx 2024", "Sun, 06 Nov 1994 08:49:37 GMT", "²"],
)
def test_an_odd_time_to_wait_is_none(
    server: HTTPServer, make_web: WebMaker, patience: Patience, header: str
) -> None:
    answer(server, status(429, Retry_After=header.encode().decode("latin-1")), json_answer())
    assert ask(make_web(first_pause=0.25)) == {"a": 1}
    assert patience.waits == [0.25]


@pytest.mark.parametrize("seconds", ["54000", "9" * 400], ids=["15 hours", "for ever"])
def test_a_source_that_asks_to_wait_for_long_is_given_up_at_once(
    server: HTTPServer, web: Web, seconds: str
) -> None:
    answer(server, status(429, Retry_After=seconds))
    error = refusal(web)
    assert error.message.startswith("Source wants fewer questions (429), and asks to wait ")
    assert error.hint == "Try again later."
    assert web.requests == 1
    assert len(str(error)) < 200


def test_a_cut_off_answer_is_asked_for_again(server: HTTPServer, web: Web) -> None:
    def cut(_: Request) -> Response:
        return Response(iter([b'{"a": 1']), headers={"Content-Length": "100"})

    answer(server, cut, json_answer())
    assert ask(web) == {"a": 1}
    assert web.requests == 2


def test_an_answer_that_is_always_cut_off_is_an_error(server: HTTPServer, web: Web) -> None:
    answer(server, lambda _: Response(iter([b"{}"]), headers={"Content-Length": "100"}))
    assert str(refusal(web)) == "Source broke off its answer. Try again later."


def test_no_answer_in_time_is_an_error(
    server: HTTPServer, make_web: WebMaker, gate: threading.Event
) -> None:
    def stall(_: Request) -> Response:
        gate.wait(10)
        return json_answer()

    answer(server, stall)
    assert str(refusal(make_web(timeout=0.05))) == "Source doesn't answer. Try again later."


def test_an_answer_that_stalls_is_asked_for_again(
    server: HTTPServer, make_web: WebMaker, gate: threading.Event
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"a":'
        gate.wait(10)

    answer(server, lambda _: Response(pieces(), headers={"Content-Length": "100"}), json_answer())
    assert ask(make_web(timeout=0.1)) == {"a": 1}


def test_an_answer_that_drips_for_ever_is_given_up(
    server: HTTPServer, web: Web, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drips() -> Iterator[bytes]:
        while not gate.wait(0.01):
            yield b" "

    monkeypatch.setattr(web_module, "_LONGEST", 0.05)
    answer(server, lambda _: Response(drips()))
    assert str(refusal(web)) == "Source takes too long to answer. Try again later."


def test_a_server_that_is_not_there_can_not_be_reached(make_web: WebMaker) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        error = refusal(make_web(address=address))
    assert error.is_unreachable
    assert str(error) == f"Source can't be reached at {address}."


@pytest.mark.parametrize(
    "address",
    ["", "ftp://example.org", "file:///etc/passwd", "example.org", "http://", "http://a:b"],
)
def test_what_is_no_web_address_is_said_before_anything_is_asked(
    make_web: WebMaker, address: str
) -> None:
    with pytest.raises(SourceError, match="is no web address"):
        make_web(address=address)


# --- redirects


def test_a_redirect_within_the_source_is_followed(server: HTTPServer, web: Web) -> None:
    answer(server, status(301, Location="/y?z=1"))
    server.expect_request("/y", query_string="z=1").respond_with_response(json_answer())
    assert ask(web) == {"a": 1}


def test_a_redirect_to_another_host_is_not_followed(server: HTTPServer, make_web: WebMaker) -> None:
    answer(server, status(302, Location=f"http://localhost:{server.port}/y"))
    error = refusal(make_web())
    assert error.message == (f"Source redirects to another place, http://localhost:{server.port}.")
    assert len(server.log) == 1


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "ldap://127.0.0.1/x"]
)
def test_a_redirect_out_of_the_web_is_not_followed(
    server: HTTPServer, web: Web, target: str
) -> None:
    answer(server, status(302, Location=target))
    assert "is no web address" in str(refusal(web))


@pytest.mark.parametrize("target", ["javascript:1", "http://[", "//", ""])
def test_a_redirect_to_nowhere_is_an_error(server: HTTPServer, web: Web, target: str) -> None:
    answer(server, status(302, Location=target))
    assert refusal(web).message.startswith("Source ")


def test_redirects_without_an_end_are_given_up(server: HTTPServer, web: Web) -> None:
    answer(server, status(302, Location="/x"))
    assert str(refusal(web)) == "Source redirects without an end."
    assert web.requests == 4


def test_a_redirect_from_a_safe_to_an_open_connection_is_not_followed(
    make_web: WebMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"Location": "http://example.org/x"})

    client = httpx.Client(transport=httpx.MockTransport(handle))
    monkeypatch.setattr(web_module, "new_client", lambda *_: client)
    error = refusal(make_web(address="https://example.org"))
    assert error.message == "Source redirects to another place, http://example.org."
    assert seen == ["https://example.org/x"]


# --- bounds and encodings


def test_a_huge_answer_is_not_read_to_its_end(server: HTTPServer, web: Web) -> None:
    piece, sent = b" " * 65_536, [0]

    def pieces() -> Iterator[bytes]:
        for _ in range(3200):
            sent[0] += len(piece)
            yield piece

    answer(server, lambda _: Response(pieces(), headers={"Content-Length": "209715200"}))
    assert str(refusal(web)) == "Source gave an answer of more than 32 MiB."
    assert sent[0] < LARGEST_ANSWER + 16 * 2**20  # of which some waits in the sockets
    assert web.requests == 1


def test_an_answer_that_is_packed_all_the_same_is_read(server: HTTPServer, web: Web) -> None:
    packed = gzip.compress(b'{"a": 1}')
    answer(server, Response(packed, headers={"Content-Encoding": "gzip"}))
    assert ask(web) == {"a": 1}


def test_a_packed_answer_is_within_bounds_too(server: HTTPServer, web: Web) -> None:
    packed = gzip.compress(b" " * (LARGEST_ANSWER + 1))
    answer(server, Response(packed, headers={"Content-Encoding": "gzip"}))
    assert str(refusal(web)) == "Source gave an answer of more than 32 MiB."


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Café".encode(), "text/plain; charset=utf-8"),
        ("Café".encode(), "text/plain"),
        ("Café".encode(), "text/plain; charset=iso-8859-1"),
        ("Café".encode(), "text/plain; charset=klingon"),
        (b"\xef\xbb\xbfCaf\xc3\xa9", "text/plain"),
        ("Café".encode("latin-1"), "text/plain; charset=iso-8859-1"),
        ("Café".encode("latin-1"), 'text/plain; charset="ISO-8859-1"'),
    ],
)
def test_a_text_is_read_in_utf_8_or_else_as_its_charset_says(
    server: HTTPServer, web: Web, body: bytes, content_type: str
) -> None:
    answer(server, Response(body, headers={"Content-Type": content_type}))
    assert web.ask("/x", {}, read_text) == "Café"


@pytest.mark.parametrize(
    "charset", ["", "utf-8", "ascii", "klingon", "hex", "rot13", "undefined", "punycode", "x" * 999]
)
def test_bytes_of_no_encoding_are_an_error(server: HTTPServer, web: Web, charset: str) -> None:
    content_type = f"text/plain; charset={charset}" if charset else "text/plain"
    answer(server, Response(b"Caf\xe9 \xff", headers={"Content-Type": content_type}))
    assert str(refusal(web, read_text)) == "Source gave an answer in no encoding that it names."


# --- stopping, and pace


def test_who_waits_can_stop(server: HTTPServer, make_web: WebMaker) -> None:
    stop = threading.Event()

    def handle(_: Request) -> Response:
        stop.set()
        return status(503)

    answer(server, handle)
    web = make_web(stop=stop, first_pause=50.0)
    before = time.monotonic()
    with pytest.raises(StoppedError):
        ask(web)
    assert time.monotonic() - before < 10
    assert web.requests == 1


def test_who_reads_can_stop(server: HTTPServer, make_web: WebMaker, gate: threading.Event) -> None:
    stop = threading.Event()

    def drips() -> Iterator[bytes]:
        yield b" "
        stop.set()
        while not gate.wait(0.01):
            yield b" "

    answer(server, lambda _: Response(drips()))
    with pytest.raises(StoppedError):
        ask(make_web(stop=stop))


def test_who_has_stopped_asks_nothing(server: HTTPServer, web: Web, patience: Patience) -> None:
    patience.set()
    with pytest.raises(StoppedError):
        ask(web)
    assert server.log == []


def test_requests_keep_their_distance(server: HTTPServer, make_web: WebMaker) -> None:
    times: list[float] = []

    def handle(_: Request) -> Response:
        times.append(time.monotonic())
        return json_answer()

    answer(server, handle)
    web = make_web(stop=threading.Event(), interval=0.1)
    for _ in range(5):
        ask(web)
    # The first one loads a library meanwhile.
    assert 0.25 < times[4] - times[1] < 5


def test_a_request_that_is_tried_again_keeps_its_distance_too(
    server: HTTPServer, make_web: WebMaker, patience: Patience
) -> None:
    answer(server, status(503), json_answer())
    ask(make_web(interval=30.0, first_pause=0.01))
    assert patience.waits[0] == 0.01
    assert 29 < patience.waits[1] <= 30


# --- the cache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "answers"


@pytest.fixture
def keeper(make_web: WebMaker, folder: Path) -> Web:
    """A web with a cache of three days."""
    return make_web(cache=AnswerCache(folder, 3))


def written(folder: Path, seconds_ago: float) -> None:
    """Let all answers be of another time."""
    then = time.time() - seconds_ago
    for file in folder.iterdir():
        os.utime(file, (then, then))


def test_who_asks_again_gets_it_without_a_request(
    server: HTTPServer, keeper: Web, make_web: WebMaker, folder: Path
) -> None:
    answer(server, json_answer())
    assert ask(keeper, q="a") == ask(keeper, q="a") == {"a": 1}
    assert ask(make_web(cache=AnswerCache(folder, 3)), q="a") == {"a": 1}
    assert len(server.log) == 1
    ask(keeper, q="b")
    assert len(server.log) == 2


def test_that_a_thing_is_not_there_is_remembered(server: HTTPServer, keeper: Web) -> None:
    answer(server, status(404))
    assert ask(keeper) is ask(keeper) is None
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("seconds_ago", "requests"),
    [(3 * DAY - 600, 1), (3 * DAY + 600, 2), (-600, 2)],
    ids=["of late", "too old", "from the future"],
)
def test_an_answer_holds_for_some_days(
    server: HTTPServer, keeper: Web, folder: Path, seconds_ago: float, requests: int
) -> None:
    answer(server, json_answer())
    ask(keeper)
    written(folder, seconds_ago)
    assert ask(keeper) == {"a": 1}
    assert len(server.log) == requests


def test_answers_that_hold_no_longer_are_deleted(
    server: HTTPServer, keeper: Web, folder: Path
) -> None:
    answer(server, json_answer())
    ask(keeper, q="old")
    written(folder, 4 * DAY)
    ask(keeper, q="new")
    AnswerCache(folder, 3).forget_old()
    assert len(list(folder.iterdir())) == 1
    ask(keeper, q="new")
    assert len(server.log) == 2
    AnswerCache(folder / "nowhere", 3).forget_old()


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"{", b"<html>"])
def test_a_damaged_answer_is_asked_for_again(
    server: HTTPServer, keeper: Web, folder: Path, damage: bytes
) -> None:
    answer(server, json_answer())
    ask(keeper)
    for file in folder.iterdir():
        file.write_bytes(damage)
    assert ask(keeper) == ask(keeper) == {"a": 1}
    assert len(server.log) == 2


def test_a_folder_that_can_not_be_written_does_no_harm(
    server: HTTPServer, keeper: Web, folder: Path
) -> None:
    folder.write_text("no folder")
    answer(server, json_answer())
    assert ask(keeper) == ask(keeper) == {"a": 1}
    AnswerCache(folder, 3).forget_old()
    assert folder.read_text() == "no folder"


def test_a_folder_in_the_place_of_an_answer_does_no_harm(
    server: HTTPServer, keeper: Web, folder: Path
) -> None:
    answer(server, json_answer())
    ask(keeper)
    for file in list(folder.iterdir()):
        file.unlink()
        file.mkdir()
    assert ask(keeper) == {"a": 1}
    assert len(list(folder.iterdir())) == 1  # nothing half written is left


def test_a_cache_of_no_days_keeps_nothing(
    server: HTTPServer, make_web: WebMaker, folder: Path
) -> None:
    answer(server, json_answer())
    web = make_web(cache=AnswerCache(folder, 0))
    assert ask(web) == ask(web) == {"a": 1}
    assert len(server.log) == 2
    assert not folder.exists()


def test_an_answer_that_can_not_be_read_is_not_kept(server: HTTPServer, keeper: Web) -> None:
    answer(server, Response("<html>"), json_answer())
    assert "no JSON" in str(refusal(keeper))
    assert ask(keeper) == {"a": 1}


def test_a_secret_is_sent_and_kept_nowhere(
    server: HTTPServer,
    keeper: Web,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(1)
    answer(server, json_answer(), status(401))
    for secret in ("swordfish", "other"):
        keeper.ask("/x", {"q": "a"}, read_json, {"key": secret})
    assert asked(server) == [("/x", {"q": "a", "key": "swordfish"})]
    question = f"{keeper.address}/x?q=a"
    assert [file.name for file in folder.iterdir()] == [
        hashlib.sha256(question.encode()).hexdigest()
    ]
    with pytest.raises(SourceError) as raised:
        keeper.ask("/x", {}, read_json, {"key": "swordfish"})
    assert asked(server)[-1] == ("/x", {"key": "swordfish"})
    assert "swordfish" not in str(raised.value)
    assert "swordfish" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("http")
    )


def test_a_reader_may_refuse_an_answer_of_an_earlier_version(
    server: HTTPServer, keeper: Web
) -> None:
    answer(server, json_answer())

    def strict(text: str) -> str:
        if text == '{"a": 1}':
            raise FormatError("it is old.")
        return text

    ask(keeper)
    assert str(refusal(keeper, strict)) == "Source gave an answer that can't be read: it is old."
    assert len(server.log) == 2
