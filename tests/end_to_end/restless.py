"""Somebody who edits without rest, as a program: what it has done it writes down at once.

python -m tests.end_to_end.restless LIBRARY STATE NAME DIARY SYNC

Each edit adds a token, as a tag or as a line of a note; when the call has returned, the token
is written to the diary and is thereby acknowledged. It saves and looks at the file as the app
does. With SYNC it also syncs now and then.
"""

from __future__ import annotations

import os
import random
import sys
import time
from contextlib import suppress
from pathlib import Path

from readinglist.errors import LibraryError, ReadingListError
from readinglist.services.library import Library
from readinglist.services.syncing import sync

_LONGEST = 40
_PATIENCE = 10
"""Seconds for which git may be at a file."""


def opened(path: str, state: Path) -> Library:
    """Open the library, again where git is just writing it."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return Library.open(path, state=state)
        except LibraryError as error:
            if time.monotonic() > until or "Try again" not in error.hint:
                raise


def main() -> None:
    """Edit until the process is killed."""
    path, state, name, diary_path, syncs = sys.argv[1:]
    diary = os.open(diary_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    library = opened(path, Path(state))
    dice = random.Random()
    number = 0
    saved = looked = synced = time.monotonic()
    while True:
        number += 1
        token = f"{name}{os.getpid()}x{number}"
        ids = library.find().ids
        if not ids:
            time.sleep(0.05)
            library.take_in()
            continue
        (paper,) = library.papers([dice.choice(ids)])
        lines = (paper.note or "").splitlines()
        if dice.random() < 0.5 and len(lines) < _LONGEST:  # the journal holds each version
            library.note(paper.key, "\n".join([*lines, token]))
        else:
            library.mark([paper.id], add_tags=[token])
        os.write(diary, f"{token}\n".encode())
        time.sleep(dice.random() / 20)
        now = time.monotonic()
        with suppress(ReadingListError):  # git is between two steps
            if now - looked > 0.2:
                looked = now
                library.take_in()
            if now - saved > 0.4:
                saved = now
                library.save()
            if syncs == "yes" and now - synced > 1:
                synced = now
                sync(library)


if __name__ == "__main__":
    main()
