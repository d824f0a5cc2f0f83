"""What a file says otherwise than the library: offered after an import, taken when asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from readinglist.domain.change import ENTRIES
from readinglist.formats.bibtex_reading import paper_of
from readinglist.formats.latex_text import to_text
from readinglist.services.changing import field_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from readinglist.domain.change import Change
    from readinglist.domain.entry import Entry, Parts
    from readinglist.domain.paper import Paper

_FACTS = ("title", "authors", "published", "venue", "arxiv", "doi", "url", "abstract", "type")
_OF_PUBLICATION = ("published", "venue", "doi")
#: The fact that a field holds: where a person set it as the file has it, nothing is new.
_FACT_OF = {"title": "title", "author": "authors", "doi": "doi", "url": "url"}
_SHOWN = 3
_WIDTH = 50

Difference = tuple[str, str, str]
"""What differs: its name, what the file has, what the library has."""


def newer(
    present: Paper, incoming: Paper, edited: Callable[[], frozenset[str]]
) -> tuple[list[Change], str]:
    """Return the changes that take the word of a .bib file, and the sentence that offers them.

    An entry that is here under the same key was corrected in its file: its values go before
    those that are here, and so do the facts that came from them. The facts of a published
    version go before those of its preprint. What a person has set stays.

    Args:
        present: the paper as the library has it, with the entries of the file.
        incoming: the paper as the file has it.
        edited: returns the fields that a person has set.
    """
    changes: list[Change] = []
    differences: list[Difference] = []
    entries = present.entries
    for entry in incoming.entries:
        key = entry.key.lower()
        old = next((e for e in entries if key and e.key.lower() == key), None)
        corrected = _corrected(old, entry) if old else None
        if old is None or corrected is None:
            continue
        facts = list(_facts_that_follow(present, paper_of(old), incoming))
        differing = [*_differences(old, corrected, present, incoming)]
        if differing:
            entries = tuple(corrected if e is old else e for e in entries)
            changes += [field_change(present, name, getattr(incoming, name)) for name in facts]
            differences += differing
    if entries != present.entries:
        changes.append(field_change(present, ENTRIES, entries))
    elif any(not entry.is_preprint for entry in incoming.entries):
        for name in _facts_of_publication(present, incoming):
            if name not in edited():
                changes.append(field_change(present, name, getattr(incoming, name)))
                differences.append(_difference(name, present, incoming))
    return changes, _sentence(present.key, differences) if differences else ""


def _corrected(old: Entry, entry: Entry) -> Entry | None:
    """Return `old` with the values of `entry`; None where they don't differ."""
    values = dict(entry.fields)
    fields = tuple(
        (name, values[name] if name in values and not _same(value, values[name]) else value)
        for name, value in old.fields
    )
    new = replace(old, type=entry.type, fields=fields)
    return new if new != old else None


def _facts_that_follow(present: Paper, said: Paper, incoming: Paper) -> Iterator[str]:
    """Yield the facts of `present` that its entry gave it, and that the file has otherwise."""
    for name in _FACTS:
        new = getattr(incoming, name)
        if new and getattr(present, name) == getattr(said, name) != new:
            yield name


def _facts_of_publication(present: Paper, incoming: Paper) -> Iterator[str]:
    for name in _OF_PUBLICATION:
        old, new = getattr(present, name), getattr(incoming, name)
        if name == "published":
            old, new = present.year, incoming.year
        if old and new and str(old).lower() != str(new).lower():
            yield name


def _differences(
    old: Entry, corrected: Entry, present: Paper, incoming: Paper
) -> Iterator[Difference]:
    """Yield what differs between two entries, but for what the library knows already."""
    if old.type != corrected.type:
        yield "type", corrected.type, old.type
    known = {
        name
        for name in _FACTS
        if getattr(present, name) == getattr(incoming, name) not in (None, ())
    }
    for (name, before), (_, after) in zip(old.fields, corrected.fields, strict=True):
        fact = _FACT_OF.get(name)
        if before != after and (fact is None or fact not in known):
            yield name, to_text(_joined(after)), to_text(_joined(before))


def _sentence(key: str, differences: list[Difference]) -> str:
    told = [
        f"{name} is {_cut(new)} in the file, {_cut(old)} here"
        for name, new, old in differences[:_SHOWN]
    ]
    more = len(differences) - _SHOWN
    return f"{key}: {'; '.join(told)}{f'; and {more} more' if more > 0 else ''}."


def _difference(name: str, present: Paper, incoming: Paper) -> Difference:
    shown = "year" if name == "published" else name
    return shown, str(getattr(incoming, shown)), str(getattr(present, shown))


def _cut(text: str) -> str:
    return f"“{text[:_WIDTH]}…”" if len(text) > _WIDTH else f"“{text}”"


def _same(one: str | Parts, other: str | Parts) -> bool:
    return _joined(one).split() == _joined(other).split()


def _joined(value: str | Parts) -> str:
    return value if isinstance(value, str) else "".join(value)
