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
    trust_no_current_folder()
    from readinglist.cli.main import run

    sys.exit(run())


def trust_no_current_folder() -> None:
    """Look for programs in the absolute folders of $PATH alone.

    With `.` in it, a clone in which one happens to be could bring a git, or an editor.
    """
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(filter(os.path.isabs, folders)) or os.defpath


if __name__ == "__main__":
    main()
