"""The door of the program: `readinglist`, or `python -m readinglist`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; errors a user can cause end in one sentence and an exit code."""
    from readinglist.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
