"""Somebody who works on a library that others work on, too: two threads, each with its own view.

python -m tests.end_to_end.crowd LIBRARY STATE NAME FOLDER SECONDS

They mark, write notes, import, undo, search and save. What was done is written to the diary
FOLDER/NAME.diary once the call has returned; what went wrong, to standard error.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
import traceback
from contextlib import closing
from pathlib import Path

from readinglist.services.changing import Step
from readinglist.services.library import Library
from tests.conftest import PageMaker


def main() -> None:
    """Work until the time is over."""
    path, state, name, folder, seconds = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    diary = os.open(Path(folder) / f"{name}.diary", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    failed: list[str] = []

    def work(thread: int) -> None:
        try:
            with closing(Library.open(path, state=Path(state))) as library:
                while time.monotonic() < end:
                    _do_something(library, f"{name}{thread}", Path(folder), diary)
                library.save()
        except BaseException:
            failed.append(traceback.format_exc())

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit("\n".join(failed) or 0)


_numbers = iter(range(10**9))


def _do_something(library: Library, name: str, folder: Path, diary: int) -> None:
    token = f"{name}x{next(_numbers)}"
    (paper,) = library.papers([random.choice(library.find("Paper").ids)])
    match random.choice(("mark", "mark", "note", "import", "undo", "save", "look")):
        case "mark":
            library.mark([paper.id], add_tags=[token])
        case "note":
            note = library.draft(paper)
            note.text = "\n".join([*(paper.note or "").splitlines()[-20:], token])
            library.keep_note(paper, note.text)
        case "import":
            page = PageMaker(folder)(f"Paper {token}", name=f"{token}.txt")
            library.import_files([page])
        case "undo":
            library.mark([paper.id], add_tags=[f"undone-{token}"])
            changes = library.history_of(paper.id, limit=None)
            (batch,) = (change.batch for change in changes if change.new == f"undone-{token}")
            library.undo(Step((), "", batch=batch))
            return
        case "save":
            library.save()
            return
        case _:
            library.take_in()
            library.find(f"tag:{token}")
            return
    os.write(diary, f"{token}\n".encode())


if __name__ == "__main__":
    main()
