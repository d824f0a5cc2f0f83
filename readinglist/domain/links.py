"""Web addresses in running text."""

from __future__ import annotations

import re

#: Runs up to white space, what no address holds unescaped, or the next one of a list;
#: `\_` and its like are TeX.
_ADDRESS = re.compile(r"https?://(?:(?![,;]https?://)[^\s<>\"{}\\^`|]|\\[_%#&~])+", re.IGNORECASE)
_TEX_ESCAPE = re.compile(r"\\([_%#&~])")
_PAIRS = {")": "(", "]": "["}


def find_links(text: str) -> tuple[str, ...]:
    """Return the web addresses in `text`, in order and without repetition.

    TeX escapes are undone; a brace ends an address; punctuation at its end belongs to the
    sentence, and so does a closing bracket that the address did not open.
    """
    found: dict[str, None] = {}
    for match in _ADDRESS.finditer(text):
        address = _TEX_ESCAPE.sub(r"\1", match.group())
        while address and _is_sentence_end(address):
            address = address[:-1]
        if len(address) > len("https://") + 2:
            found[address] = None
    return tuple(found)


def _is_sentence_end(address: str) -> bool:
    last = address[-1]
    if last in _PAIRS:
        return address.count(last) > address.count(_PAIRS[last])
    return last in ".,;:!?…'’”\"*"
