"""`fetch-pdf` stores PDFs beside the library, and says what became of each."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from readinglist.online.download import Pace, PdfDownloads
from readinglist.services import fetching
from tests.cli.conftest import CommandLine

PDF = b"%PDF-1.7 words %%EOF"
KEYS = ["attention", "build", "caches"]


@pytest.fixture
def web(httpserver: HTTPServer, filled: CommandLine, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """A server that is arXiv and OpenAlex; three papers that it may have."""
    monkeypatch.setattr(
        fetching,
        "pdf_downloads",
        lambda config, stop: PdfDownloads(
            httpserver.url_for("/pdf"), httpserver.url_for("/alex"), stop=stop, pace=Pace(0)
        ),
    )
    names = ("AttentionDetail", "BuildTwice", "CachesEverywhere")
    for number, (name, key) in enumerate(zip(names, KEYS, strict=True)):
        filled("edit", name, f"key={key}", f"arxiv=2401.0000{number}", "tags=all")
    httpserver.expect_request("/pdf/2401.00000").respond_with_data(PDF)
    httpserver.expect_request("/pdf/2401.00001").respond_with_data("no", status=404)
    httpserver.expect_request("/pdf/2401.00002").respond_with_data(PDF)
    return httpserver


def test_the_path_is_printed_and_the_progress_told(web: HTTPServer, filled: CommandLine) -> None:
    file = filled.path.parent / "pdfs" / "attention.pdf"
    done = filled("fetch-pdf", "attention")
    assert done.out == f"{file}\n"
    assert done.err == "1 of 1: fetching attention …\n"
    assert file.read_bytes() == PDF
    again = filled("fetch-pdf", "attention")
    assert again.out == f"{file}\n"
    assert again.err == "attention is there already.\n"
    assert len(web.log) == 1
    assert "PDF  pdfs/attention.pdf" in filled("show", "attention").out
    assert "PDF" not in filled("show", "build").out


def test_one_that_can_not_be_had_is_a_sentence_and_the_exit_code(
    web: HTTPServer, filled: CommandLine
) -> None:
    done = filled("fetch-pdf", "--all", code=1)
    assert len(done.out.splitlines()) == 2
    told = [line for line in done.err.splitlines() if "fetching" not in line]
    assert told == [f"build: localhost:{web.port} has no such file (404)."]
    assert [line.partition(":")[0] for line in done.err.splitlines() if "fetching" in line] == [
        "1 of 3", "2 of 3", "3 of 3",
    ]  # fmt: skip


def test_papers_are_named_by_a_query_and_told_as_json(web: HTTPServer, filled: CommandLine) -> None:
    filled("fetch-pdf", "caches")
    done = filled("fetch-pdf", "--query", "tag:all", "--json", code=1)
    by_key = {one["key"]: one for one in done.data}
    assert by_key["build"]["path"] is None
    assert "(404)" in by_key["build"]["error"]
    assert by_key["caches"] == {
        "key": "caches",
        "path": str(filled.path.parent / "pdfs" / "caches.pdf"),
        "new": False,
        "error": None,
    }
    assert len(done.data) == len(by_key)


def test_a_renamed_paper_is_there_already(web: HTTPServer, filled: CommandLine) -> None:
    file = filled("fetch-pdf", "attention").out
    filled("edit", "attention", "key=renamed")
    assert filled("fetch-pdf", "renamed").out == file
    assert len(web.log) == 1


def test_which_papers_must_be_said(web: HTTPServer, filled: CommandLine) -> None:
    assert "Say which papers" in filled("fetch-pdf", code=2).err
    assert "no paper with the key nobody" in filled("fetch-pdf", "nobody", code=1).err
    done = filled("fetch-pdf", "--query", "tag:nothing", code=1)
    assert "No paper answers “tag:nothing”." in done.err


def test_ctrl_c_stops_and_leaves_what_is_whole(web: HTTPServer, filled: CommandLine) -> None:
    def interrupt(*args: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    folder = filled.path.parent / "pdfs"
    web.clear()
    web.expect_request("/pdf/2401.00000").respond_with_data(PDF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("readinglist.online.download.os.fsync", interrupt)
        done = filled("fetch-pdf", "attention", "build", code=130)
    assert done.err.splitlines()[-1] == "Stopped."
    (file,) = (file for file in folder.iterdir() if file.name != ".gitignore")
    assert file.read_bytes() == PDF


def test_ctrl_c_does_not_wait_for_a_silent_server(filled: CommandLine, tmp_path: Path) -> None:
    with socket.create_server(("localhost", 0)) as server:
        address = f"http://localhost:{server.getsockname()[1]}/silent.pdf"
        filled("edit", "AttentionDetail", f"url={address}")
        command = ["--library", str(filled.path), "fetch-pdf", "AttentionDetail"]
        with subprocess.Popen(
            [sys.executable, "-m", "readinglist", *command], stderr=subprocess.PIPE, text=True
        ) as process:
            server.settimeout(30)
            connection, _ = server.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                _, told = process.communicate(timeout=10)
    assert process.returncode == 130
    assert told.endswith("Stopped.\n")
    assert "Traceback" not in told
    assert [file.name for file in (filled.path.parent / "pdfs").iterdir()] == [".gitignore"]


def test_no_title_and_no_key_can_steer_the_terminal(
    web: HTTPServer, filled: CommandLine, tmp_path: Path
) -> None:
    def page(request: Request) -> Response:
        return Response("", 302, {"Location": "ftp://e.org/%1b[2J\u202e"})

    web.clear()
    web.expect_request("/pdf/2401.00000").respond_with_handler(page)
    told = filled("fetch-pdf", "attention", code=1).err
    assert "\x1b" not in told
    assert "\u202e" not in told
