"""The hosts that were opened from this machine, in a file of it: those are not asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.config import state_folder
from readinglist.services.side_file import SideFile

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.domain.web_address import WebAddress

OURS = frozenset(("arxiv.org", "doi.org"))
"""The hosts of the addresses that are made here of a paper's arXiv id or DOI."""


class KnownHosts:
    """Hosts, each once. It is a convenience: that they can't be kept is no error."""

    def __init__(self, file: Path | None = None) -> None:
        """Remember in a file; in the usual one, whatever the library, if none is given."""
        self._file = SideFile(file or state_folder() / "hosts.json")

    def know(self, address: WebAddress) -> bool:
        """Return whether an address may be opened without a look at it.

        One with a user's name before the host never may: it is there to be misread.
        """
        return not address.user and address.host in OURS | self._hosts()

    def add(self, address: WebAddress) -> None:
        """Note that an address was looked at and is to be opened."""
        hosts = self._hosts()
        if address.host not in OURS | hosts:
            self._file.keep(sorted({*hosts, address.host}))

    def _hosts(self) -> frozenset[str]:
        return frozenset(host for host in self._file.list() if isinstance(host, str))
