"""Notes that were changed on two sides are merged by lines, by git's own `merge-file`."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("one", "base", "other")


def merge_lines(base: str, one: str, other: str) -> tuple[str, bool]:
    """Return the text that has the changes of both sides, and whether they overlapped.

    The sides are an unordered pair. Where their changes overlap, both pieces are kept, one
    after the other, without markers.
    """
    first, second = sorted((one, other))
    try:
        merged, overlap = _git_merge_file(first, base, second)
    except (OSError, ValueError):  # no git here, or a text that it takes for binary
        return (second if first in second else f"{first}\n\n{second}"), True
    return merged, overlap


def _git_merge_file(one: str, base: str, other: str) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory(prefix="readinglist-") as folder:
        for name, text in zip(_NAMES, (one, base, other), strict=True):
            data = f"{text}\n".encode("utf-8", "surrogatepass") if text else b""
            Path(folder, name).write_bytes(data)
        marked = _run_git(folder)
        if not 0 <= marked.returncode < 128:
            raise ValueError("git merge-file can't merge these")
        overlaps = marked.returncode > 0
        if overlaps:
            marked = _run_git(folder, "--union")
            marked.check_returncode()
    return marked.stdout.decode("utf-8", "surrogatepass").removesuffix("\n"), overlaps


def _run_git(folder: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Merge the files in a folder of ours: neither a repository nor a setting has a say in it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", "merge-file", "--stdout", "--quiet", *options, "--", *_NAMES],
        cwd=folder,
        env=inherited | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        check=False,
    )
