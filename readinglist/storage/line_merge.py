"""Notes that were changed on two sides are merged by lines, by git's own `merge-file`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path


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
        names = []
        for name, text in (("one", one), ("base", base), ("other", other)):
            path = Path(folder, name)
            path.write_bytes(f"{text}\n".encode("utf-8", "surrogatepass") if text else b"")
            names.append(str(path))
        command = ["git", "merge-file", "--stdout", "--quiet"]
        marked = subprocess.run([*command, *names], capture_output=True, check=False)
        if not 0 <= marked.returncode < 128:
            raise ValueError("git merge-file can't merge these")
        overlaps = marked.returncode > 0
        if overlaps:
            command.append("--union")
            marked = subprocess.run([*command, *names], capture_output=True, check=True)
    return marked.stdout.decode("utf-8", "surrogatepass").removesuffix("\n"), overlaps
