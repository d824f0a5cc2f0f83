"""The door of the program: `readinglist`, or `python -m readinglist`."""

from __future__ import annotations

import gc
import os
import sys

GARBAGE_THRESHOLDS = (150_000, 20, 50)
"""How seldom Python looks for cyclic garbage; by default it does so for a tenth of the start."""


def main() -> None:
    """Run the command line; errors a user can cause end in one sentence and an exit code."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    replace_closed_streams()
    trust_no_current_folder()
    from readinglist.cli.main import run

    sys.exit(run())


def replace_closed_streams() -> None:
    """Put something in the place of a standard stream that was closed, or the next file would be.

    Input is at its end, what is told goes nowhere; data that was wanted can't be written, which
    is an error.
    """
    kinds = (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", os.O_RDONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    )
    for number, (name, flags, mode) in enumerate(kinds):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, flags), number)
            os.set_inheritable(number, True)  # an editor, a git have the same
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
            setattr(sys, name, stream)


def trust_no_current_folder() -> None:
    """Look for programs in the absolute folders of $PATH alone.

    With `.` in it, a clone in which one happens to be could bring a git, or an editor.
    """
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(filter(os.path.isabs, folders)) or os.defpath


if __name__ == "__main__":
    main()
