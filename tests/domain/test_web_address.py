"""Which host a web address leads to, as browsers see it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readinglist.domain.web_address import WebAddress


def parsed(text: str) -> WebAddress:
    address = WebAddress.parse(text)
    assert address, text
    return address


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://arxiv.org/abs/1706.03762", "arxiv.org"),
        ("HTTP://GitHub.com", "github.com"),
        ("https://e.org?x", "e.org"),
        ("https://e.org#x@y.org/", "e.org"),
        ("https://e.org/a@b.org", "e.org"),
        ("https://e.org:443/", "e.org"),
        ("https://e.org:/", "e.org"),
        ("http://e.org:80/", "e.org"),
        ("http://e.org:443/", "e.org:443"),
        ("https://e.org:8443/", "e.org:8443"),
        ("https://github.com@evil.example/", "evil.example"),
        ("https://github.com:x@y@evil.example:1/", "evil.example:1"),
        ("https://a_b.e-f.org./", "a_b.e-f.org."),
        ("https://[2001:DB8::1]:99/", "[2001:db8::1]:99"),
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://münchen.de/ä", "xn--mnchen-3ya.de"),
        ("https://straße.de/", "xn--strae-oqa.de"),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("https://ｅvil。example/", "evil.example"),
    ],
)
def test_the_host_is_the_one_that_a_browser_goes_to(text: str, host: str) -> None:
    address = parsed(text)
    assert address.host == host
    assert address.text == text


@pytest.mark.parametrize(
    "text",
    [
        "", "e.org", "-h", "--x=https://e.org", " https://e.org", "file:///etc/passwd",
        "javascript:alert(1)//https://e.org", "data:text/html,x", "https:e.org", "https:///e.org",
        "https://", "https://@/", "https:/\\e.org", "https://evil.example\\@github.com/",
        "https://evil.example\\.github.com/", "https://evil%2eexample/", "https://a b.org/",
        "https://e.org\n.github.com/", "https://e.org/\x1b[2J", "https://e.org/\u202egpj",
        "https://[x", "https://[::1", "https://[::1]x/", "https://e.org:x/", "https://e.org:123456/",
        "https://<e.org>/", "https://☃\u200d.org/", "https://\u0301.org/", "https://e.org:80:80/",
        f"https://{'a' * 254}",
    ],
)  # fmt: skip
def test_what_browsers_might_read_in_two_ways_is_no_address(text: str) -> None:
    assert WebAddress.parse(text) is None


def test_what_is_easily_mistaken_is_said() -> None:
    assert parsed("https://github.com/a@b").remarks() == []
    assert parsed("https://xn--80ak6aa92e.com/").remarks() == []
    (user,) = parsed("https://github.com@evil.example/login").remarks()
    assert user == "What stands before the @, github.com, is no host but a user's name."
    (letters,) = parsed("https://аррӏе.com/").remarks()
    assert letters == ("Its host is written аррӏе.com: its letters may look like others.")
    long = f"https://{'x' * 5000}@é{'a' * 40}.{'b' * 60}.fr"
    assert max(map(len, parsed(long).remarks())) < 140
    assert len(parsed("https://x:y@аррӏе.com/").remarks()) == 2


def test_the_host_stands_where_it_is_said_to() -> None:
    address = parsed("https://github.com@Evil.example:99/a")
    start, end = address.place
    assert (address.text[start:end], address.user) == ("Evil.example", "github.com")


def where_a_browser_goes(text: str) -> str:
    """Return the host as the URL standard finds it, in its order: no rule of ours."""
    rest = re.sub(r"[\t\n\r]", "", text).partition(":")[2].lstrip("/\\")
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return unquote(re.sub(r":[0-9]*$", "", authority)).lower()


HOSTS = st.sampled_from(["github.com", "evil.org", "[::1]", ""])
SIGNS = st.text("/\\@:?#%.[]<> \t\n0a", max_size=2)


@settings(deadline=None)
@given(st.tuples(SIGNS, HOSTS, SIGNS, st.sampled_from("@@/:"), HOSTS, SIGNS).map("".join))
def test_no_browser_goes_anywhere_else(rest: str) -> None:
    address = WebAddress.parse(f"https://{rest}")
    if address:
        assert re.sub(r":[0-9]+$", "", address.host) == where_a_browser_goes(address.text)
