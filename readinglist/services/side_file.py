"""A file of this machine that makes work more convenient, and is missed by nobody."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class SideFile:
    """A value as JSON. That it can't be kept is no error, nor is what else stands there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def value(self) -> Any:
        """Return what is kept, of whichever type; None if the file is missing or damaged."""
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None

    def list(self) -> list[Any]:
        """Return what is kept if it is a list; else an empty one."""
        value = self.value()
        return value if isinstance(value, list) else []

    def keep(self, value: Any) -> None:
        """Keep a value in the place of the former one, all of it at once."""
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(value, indent=0), encoding="utf-8")
            os.replace(draft, self._path)
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
