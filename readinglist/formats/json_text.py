"""JSON as text: written so that it is harmless wherever it is shown, read whoever wrote it."""

from __future__ import annotations

import json
import re
from typing import Any

from readinglist.domain.text import STEERING
from readinglist.errors import FormatError

#: JSON escapes other controls by itself; lone surrogates are not ours to judge.
_LEFT_RAW = re.compile(f"(?![\0-\x1f\ud800-\udfff])[{STEERING}]")


def write_json(value: Any, *, indent: int | None = None, is_ascii: bool = False) -> str:
    """Return `value` as JSON in which what steers a terminal or reorders a line is escaped."""
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    return _LEFT_RAW.sub(lambda sign: _escaped(sign[0]), text)


def _escaped(sign: str) -> str:
    return r"\u007f" if sign == "\x7f" else json.dumps(sign)[1:-1]


def read_json(text: str) -> Any:
    """Return the value that `text` is.

    Raises:
        FormatError: it is no JSON.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise FormatError("It is no JSON that can be read: it is nested too deeply.") from error
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise FormatError(f"It is no JSON: {error}.", line=line) from error
