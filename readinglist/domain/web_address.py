"""A web address as a browser reads it: which host it leads to, and what only looks like one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readinglist.domain.text import printable

#: Stricter than browsers, so that none can find another host in it: no backslash, which they take
#: for a slash, no escapes in the host, nothing before or after it.
_ADDRESS = re.compile(
    r"(?P<scheme>(?ai:https?))://(?:(?P<user>[^/?#\\]*)@)?"
    r"(?P<host>[^\s/?#\\@:\[\]%<>\"^`{|}]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{0,5}))?(?:[/?#].*)?",
    re.IGNORECASE,
)
_ASCII_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_LONGEST_HOST = 253
"""The letters that a name of the Internet has at most."""
_SHOWN = 60
_USUAL_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address with http or https."""

    text: str
    """All of it, as it was given."""
    host: str
    """Where it leads: ASCII in lower case, with the port where that is not the usual one."""
    place: tuple[int, int]
    """Where the host begins and ends in `text`."""
    user: str = ""
    """What stands before an @ in front of the host: a name to sign in with, and no host."""

    @classmethod
    def parse(cls, text: str) -> WebAddress | None:
        """Return the address that `text` is; None where browsers might not agree on the host."""
        match = _ADDRESS.fullmatch(text) if text.isprintable() else None
        host = _in_ascii(match["host"]) if match else None
        if not match or not host:
            return None
        port = match["port"] or ""
        if port and port != _USUAL_PORTS[match["scheme"].lower()]:
            host = f"{host}:{port}"
        return cls(text, host, match.span("host"), match["user"] or "")

    def remarks(self) -> list[str]:
        """Return what is easily mistaken in the address, in sentences."""
        start, end = self.place
        remarks = []
        if self.user:
            remarks.append(
                f"What stands before the @, {_glimpse(self.user)}, is no host but a user's name."
            )
        if not self.text[start:end].isascii():
            written = _glimpse(self.text[start:end])
            remarks.append(f"Its host is written {written}: its letters may look like others.")
        return remarks


def _glimpse(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _in_ascii(host: str) -> str | None:
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    host = host.lower()
    return host if _ASCII_HOST.fullmatch(host) and len(host) <= _LONGEST_HOST else None
