"""A host is asked about once on a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from readinglist.domain.web_address import WebAddress
from readinglist.services.known_hosts import KnownHosts


def web(text: str) -> WebAddress:
    address = WebAddress.parse(text)
    assert address
    return address


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "hosts.json"


def test_a_host_is_new_once(file: Path) -> None:
    hosts = KnownHosts(file)
    assert not hosts.know(web("https://github.com/a"))
    hosts.add(web("https://GitHub.com/a"))
    hosts.add(web("https://e.org/"))
    for known in (hosts, KnownHosts(file)):
        assert known.know(web("http://github.com/b?c"))
        assert known.know(web("https://e.org"))
        for other in ("evil.github.com", "github.com.evil.example", "github.com:99", "ｇithub.co"):
            assert not known.know(web(f"https://{other}/"))
    assert [path.name for path in file.parent.iterdir()] == ["hosts.json"]


def test_what_is_made_here_of_an_identifier_is_known(file: Path) -> None:
    hosts = KnownHosts(file)
    for text in ("https://arxiv.org/abs/1706.03762", "https://doi.org/10.1000/182"):
        assert hosts.know(web(text))
        hosts.add(web(text))
    assert not file.exists()
    assert not hosts.know(web("https://arxiv.org.evil.example/abs/1706.03762"))


def test_a_user_s_name_before_the_host_is_looked_at_each_time(file: Path) -> None:
    hosts = KnownHosts(file)
    hosts.add(web("https://github.com@evil.example/"))
    assert hosts.know(web("https://evil.example/"))
    assert not hosts.know(web("https://github.com@evil.example/"))
    assert not hosts.know(web("https://x@arxiv.org/"))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "{}", '"github.com"', "[1, null]", "\0"])
def test_a_damaged_file_knows_nothing_and_is_made_anew(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    hosts = KnownHosts(file)
    assert not hosts.know(web("https://github.com"))
    hosts.add(web("https://github.com"))
    assert hosts.know(web("https://github.com"))


def test_that_it_can_not_be_kept_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    hosts = KnownHosts(tmp_path / "state" / "hosts.json")
    hosts.add(web("https://github.com"))
    assert not hosts.know(web("https://github.com"))
