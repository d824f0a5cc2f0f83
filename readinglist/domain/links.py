"""Web addresses in running text."""

from __future__ import annotations

import re

from readinglist.domain.text import STEERING

#: Runs up to white space, what no address holds unescaped, or the next one of a list;
#: `\_` and its like are TeX.
_ADDRESS = re.compile(
    rf"(?ai:https?)://(?:(?![,;](?ai:https?)://)[^\s<>\"{{}}\\^`|{STEERING}]|\\[_%#&~])+"
)
_TEX_ESCAPE = re.compile(r"\\([_%#&~])")
_PAIRS = {")": "(", "]": "["}


def find_links(text: str) -> tuple[str, ...]:
    """Return the web addresses in `text`, in order and without repetition.

    TeX escapes are undone; a brace ends an address; punctuation at its end belongs to the
    sentence, and so does a closing bracket that the address did not open.
    """
    found: dict[str, None] = {}
    for match in _ADDRESS.finditer(text):
        address = _without_sentence_end(_TEX_ESCAPE.sub(r"\1", match.group()))
        if len(address) > len("https://") + 2:
            found[address] = None
    return tuple(found)


def _without_sentence_end(address: str) -> str:
    unopened = {end: address.count(end) - address.count(begin) for end, begin in _PAIRS.items()}
    length = len(address)
    for last in reversed(address):
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in ".,;:!?…'’”\"*":
            break
        length -= 1
    return address[:length]
