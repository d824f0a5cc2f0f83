"""Files and links that others may have made: read without waiting, and not led astray by them."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from readinglist.storage.document import repository_of

LARGEST = 2**29
"""Bytes of the largest file that is read, some half a million papers."""
_OF_THE_SYSTEM = (Path("/dev"), Path("/proc"))
"""Where links are the system's: /dev/stdout and its like."""
_OPEN_ALREADY = (Path("/dev/fd"), Path("/dev/stdin"), Path("/proc/self/fd"))
"""What the shell has opened for us, also where one writes <(…)."""
_PIECE = 2**20
_MOST_LINKS = 40
"""As many links are followed in a path as Linux follows."""


@dataclass(frozen=True, slots=True)
class LeadsOut:
    """A symbolic link that leads out of where it stands. As text it is a sentence."""

    link: Path
    home: Path
    """The repository that the link stands in, else its folder."""
    target: Path
    """The file or folder that it leads to, there or not."""

    def __str__(self) -> str:
        return f"{self.link} is a link out of {self.home}, to {self.target}."


def leads_out(path: Path) -> LeadsOut | None:
    """Return the link that leads `path` astray, if one does.

    What lies in a git repository may have been made by anybody who pushes to it: there no link,
    a folder on the way or the file itself, leads out of the repository. Elsewhere folders are
    the user's own, and only a file is no link out of its folder.
    """
    waiting = list(reversed(Path(os.path.abspath(os.curdir), path).parts))
    here = Path(waiting.pop())
    followed = 0
    while waiting:
        part = waiting.pop()
        if part == os.pardir:
            here = here.parent
            continue
        place = here / part
        if not os.path.islink(place):
            here = place
            continue
        followed += 1
        if followed > _MOST_LINKS:  # a ring of them: nothing can be opened there
            return None
        home = home_of(place) if not waiting else repository_of(place)
        target = Path(os.path.realpath(place))
        is_ours = home is None or target.is_relative_to(home)
        if not is_ours and not any(map(here.is_relative_to, _OF_THE_SYSTEM)):
            return LeadsOut(place, home or here, target)
        aim = Path(os.readlink(place))
        waiting += reversed(aim.parts)
        if aim.is_absolute():
            here = Path(waiting.pop())
    return None


def home_of(file: Path) -> Path:
    """Return what a file belongs to: the repository that it lies in, else its folder."""
    return repository_of(file) or file.parent


def read_file(path: Path, largest: int = LARGEST) -> bytes:
    """Return the content of a file; a pipe of the shell's will do.

    Raises:
        OSError: it can't be read: also because it is a device, a pipe that nobody may ever
            write to, or too large. Its `strerror` says why.
    """
    by_shell = any(map(Path(os.path.abspath(path)).is_relative_to, _OPEN_ALREADY))
    # A pipe without a writer would let us wait for one.
    with open(path, "rb", opener=None if by_shell else _open_at_once) as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode) and not by_shell:
            what = "a pipe" if stat.S_ISFIFO(state.st_mode) else "a device"
            raise OSError(errno.EINVAL, f"it is {what} and no file")
        if state.st_size > largest:
            raise _too_large(largest)
        return read_stream(file, largest)


def read_stream(file: IO[bytes], largest: int = LARGEST) -> bytes:
    """Return what is left in an open file.

    Raises:
        OSError: it is too large.
    """
    pieces = []
    size = 0
    while piece := file.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            raise _too_large(largest)
    return b"".join(pieces)


def _too_large(largest: int) -> OSError:
    return OSError(errno.EFBIG, f"it has more than {largest // 2**20} MiB")


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
