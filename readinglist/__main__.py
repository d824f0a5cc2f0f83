"""The door of the program: `readinglist`, or `python -m readinglist`."""

from __future__ import annotations

import gc
import sys

GARBAGE_THRESHOLDS = (150_000, 20, 50)
"""How seldom Python looks for cyclic garbage; by default it does so for a tenth of the start."""


def main() -> None:
    """Run the command line; errors a user can cause end in one sentence and an exit code."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    from readinglist.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
