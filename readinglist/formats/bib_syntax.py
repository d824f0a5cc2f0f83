r"""Splits the text of a .bib file into its entries, as BibTeX does (bibtex.web, sections 218-267).

bibtexparser 2.1 drops entries and fields in some twenty situations, several of them without
a word, so the splitting is ours. Where bibtex and biber agree, so do we. Where they don't,
the reading that loses nothing wins: a line that begins with `%` is a comment, inside an
entry too (biber), and a comma that is missing is thought there (neither; both drop fields).

- Every brace counts, escaped or not, and a quoted value ends at the first quote outside of
  braces.
- Of two fields of one name the first counts; the other is kept as a comment.
- Macros are resolved in the order of the file; months stay macros, for the style to print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from readinglist.domain.entry import Entry, Macro, Parts, joined
from readinglist.formats.parsed import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The macros that each style defines."""

_HEAD = re.compile(r"""(?<![\w.])@\s*([^\s"#%'(),={}@]+)\s*([{(])""")
_LIKELY_HEAD = re.compile(r"^[ \t]*@\s*\w+\s*[{(]\s*[^\s,{}=]*\s*,", re.MULTILINE)
_KEY = re.compile(r"\s*([^,}\s]{0,1000})\s*")
_REST_OF_KEY = re.compile(r"[^,={}\n]{0,1000},")
_GAP = re.compile(r"[\s,]*(?:%[^\n]*\n[\s,]*)*")
_SPACE = re.compile(r"\s*(?:%[^\n]*\n\s*)*")
_NAME = re.compile(r"""([^\s"#%'(),={}]+)\s*=\s*""")
_WORD = re.compile(r"""[^\s"#%'(),={}]+""")
_GROUP = re.compile(r"\{([^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+)\}")
_QUOTED = re.compile(r'"([^"{}]*)"')
#: A whole field as most are: a braced or quoted text or a number, and the end of the field.
_FIELD = re.compile(
    rf"[\s,]*+{_NAME.pattern}(?:{_GROUP.pattern}|{_QUOTED.pattern}|([0-9]+))\s*+(?=[,)}}])"
)
_LONGEST_LINE = 10_000
_BRACE_OR_QUOTE = re.compile(r'[{}"]')
_UNQUOTED = re.compile(r"[^,{}\"\n]*")
_JUNK = re.compile(r"""[^,{}"\n]+|.""", re.DOTALL)


@dataclass(slots=True)
class BibFile:
    """What a .bib file holds."""

    entries: list[tuple[int, Entry]] = field(default_factory=list)
    """Each with the line that it begins on."""
    strings: dict[str, str | Parts] = field(default_factory=dict)
    """The macros at the end of the file, by name in lower case."""
    preambles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    """What follows the last entry."""
    problems: list[Problem] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)


def split(text: str, strings: dict[str, str | Parts] | None = None) -> BibFile:
    """Return what the .bib file `text` holds.

    Args:
        text: with any line endings.
        strings: the macros that files before this one have defined.
    """
    return _Splitter(text.replace("\r\n", "\n").replace("\r", "\n"), strings or {}).split()


class _SyntaxError(Exception):
    """An entry that can't be read."""


class _Splitter:
    def __init__(self, text: str, strings: dict[str, str | Parts]) -> None:
        self._text = text
        self._end = len(text)
        self._file = BibFile(strings=dict(strings))
        self._place = 0
        self._line = 1
        self._broken = False
        self._undefined: dict[str, int] = {}
        self._next_head = (0, 0)

    def split(self) -> BibFile:
        begin = position = 0
        comment = ""
        while (head := _HEAD.search(self._text, position)) is not None:
            start = head.start()
            if self._is_commented_out(start):
                if not head[1].lower().startswith("comment"):
                    self._assume(start, f"@{head[1]}{{ stands behind a %: it is a comment.")
                position = head.end()
                continue
            if head[1].lower() == "comment":
                position = self._skip_comment(head)
                continue
            comment = self._text[begin:start].strip()
            try:
                position = self._block(head, comment)
            except _SyntaxError as error:
                self._problem(start, str(error))
                position = self._next_entry(head.end())
                self._end = len(self._text)
            begin = position
        rest = self._text[begin:].strip()
        if rest:
            self._file.comments.append(rest)
        if self._undefined:
            names = ", ".join(list(self._undefined)[:5]) + (
                f" and {len(self._undefined) - 5} more" if len(self._undefined) > 5 else ""
            )
            line = min(self._undefined.values())
            self._file.assumptions.append(
                f"Line {line}: macros that the file doesn't define stay macros: {names}."
            )
        return self._file

    def _block(self, head: re.Match[str], comment: str) -> int:
        """Take in one block and return where it ends."""
        if self._broken:
            self._end = self._next_entry(head.end())
        kind, closer = head[1].lower(), "}" if head[2] == "{" else ")"
        if kind == "preamble":
            value, position = self._value(self._space(head.end()), "preamble")
            self._file.preambles.append(value if isinstance(value, str) else "".join(value))
            return self._close(position, closer)
        if kind == "string":
            name = _NAME.match(self._text, self._space(head.end()), self._end)
            if not name:
                raise _SyntaxError("It is no @string: it has no name and =.")
            value, position = self._value(name.end(), name[1])
            self._file.strings[name[1].lower()] = value
            return self._close(position, closer)
        return self._entry(head, kind, closer, comment)

    def _entry(self, head: re.Match[str], kind: str, closer: str, comment: str) -> int:
        start = head.start()
        key, position = self._key(head.end(), closer, start)
        fields: dict[str, str | Parts] = {}
        notes = [comment] if comment else []
        complained = False
        while True:
            whole = _FIELD.match(self._text, position, self._end)
            if whole and self._text[whole.end()] in (",", closer):
                name, place = whole[1].lower(), whole.start(1)
                value: str | Parts = whole[whole.lastindex or 0]
                position = whole.end()
            else:
                gap = _GAP.match(self._text, position, self._end)
                position = gap.end() if gap else position
                notes += _percent_lines(gap[0]) if gap and "%" in gap[0] else ()
                if self._text[position : min(position + 1, self._end)] == closer:
                    break
                named = _NAME.match(self._text, position, self._end)
                if position >= self._end or (not named and self._is_next_entry(position)):
                    raise _SyntaxError(
                        f"The braces of the entry “{key[:80]}” don't balance; it was not imported."
                    )
                if not named:
                    if not complained:
                        self._problem(position, f"What stands here in “{key[:80]}” is no field.")
                        complained = True
                    position = self._skip_junk(position)
                    continue
                name, place = named[1].lower(), position
                value, position = self._value(named.end(), key)
                position = self._after_value(position, closer, key, name)
            if name in fields:
                shown = value if isinstance(value, str) else "".join(value)
                notes.append(f"% {name} = {{{shown}}}")
                self._problem(place, f"“{key[:80]}” has {name} twice; the first one counts.")
            else:
                fields[name] = value
        entry = Entry(key, kind, tuple(fields.items()), "\n".join(notes))
        self._file.entries.append((self._line_of(start), entry))
        return position + 1

    def _key(self, position: int, closer: str, start: int) -> tuple[str, int]:
        found = _KEY.match(self._text, position, self._end)
        assert found is not None  # it matches nothing, too
        key, after = found[1], found.end()
        following = self._text[after : after + 1]
        if following == ",":
            return key, after + 1
        if following == closer and "=" not in key:
            return key, after
        if following == "=" or "=" in key:
            self._problem(start, "The entry has no citation key; it was given one.")
            return "", position
        rest = _REST_OF_KEY.match(self._text, after, self._end)
        if rest:
            return f"{key} {rest[0][:-1].strip()}".strip(), rest.end()
        self._problem(start, f"A comma is missing after the key “{key[:80]}”.")
        return key, after

    def _value(self, position: int, key: str) -> tuple[str | Parts, int]:
        """Return the value that begins at `position` and where it ends."""
        parts: list[str | Macro] = []
        while True:
            character = self._text[position : position + 1]
            if character == "{":
                text, position = self._group(position, key)
                parts.append(text)
            elif character == '"':
                text, position = self._quoted(position, key)
                parts.append(text)
            else:
                word = _WORD.match(self._text, position, self._end)
                if not word:
                    return joined(parts), position
                parts += self._resolved(word[0], position)
                position = word.end()
            following = self._space(position)
            if self._text[following : following + 1] != "#":
                return joined(parts), position
            position = self._space(following + 1)

    def _resolved(self, word: str, position: int) -> Parts:
        if word.isdigit():
            return (word,)
        known = self._file.strings.get(word.lower())
        if known is not None:
            return (known,) if isinstance(known, str) else known
        if word.lower() not in MONTHS:
            self._undefined.setdefault(word, self._line_of(position))
        return (Macro(word.lower() if word.lower() in MONTHS else word),)

    def _after_value(self, position: int, closer: str, key: str, name: str) -> int:
        """Return where the next field may begin; a comma that is missing is thought there."""
        following = self._space(position)
        if self._text[following : following + 1] in (",", closer, ""):
            return following
        if not _NAME.match(self._text, following, self._end):
            if self._is_next_entry(following):
                return following
            rest = _UNQUOTED.match(self._text, following, self._end)
            self._problem(
                following,
                f"“{key[:80]}”: what follows the value of {name} was left out: "
                f"“{' '.join(rest[0].split())[:60] if rest else ''}”.",
            )
            return self._skip_junk(following)
        self._problem(following, f"“{key[:80]}”: a comma is missing after {name}.")
        return following

    def _group(self, position: int, key: str) -> tuple[str, int]:
        match = _GROUP.match(self._text, position, self._end)
        if match:
            return match[1], match.end()
        end = self._closing.get(position)
        if end is not None and end < self._end:
            return self._text[position + 1 : end], end + 1
        raise _SyntaxError(
            f"The braces of the entry “{key[:80]}” don't balance; it was not imported."
        )

    def _quoted(self, position: int, key: str) -> tuple[str, int]:
        match = _QUOTED.match(self._text, position, self._end)
        if match:
            return match[1], match.end()
        end = self._closing.get(position)
        if end is not None and end < self._end:
            return self._text[position + 1 : end], end + 1
        raise _SyntaxError(
            f"The quotes or braces of the entry “{key[:80]}” don't balance; it was not imported."
        )

    @cached_property
    def _closing(self) -> dict[int, int]:
        """Where each brace that is closed is closed, and each quote, by its place.

        A quote is closed by the next one within the same braces.
        """
        opened: list[int] = []
        quotes = [-1]
        closing: dict[int, int] = {}
        for found in _BRACE_OR_QUOTE.finditer(self._text):
            place = found.start()
            if found[0] == '"':
                if quotes[-1] >= 0:
                    closing[quotes[-1]] = place
                quotes[-1] = place
            elif found[0] == "{":
                opened.append(place)
                quotes.append(-1)
            elif opened:
                closing[opened.pop()] = place
                quotes.pop()
            else:
                quotes = [-1]
        return closing

    def _close(self, position: int, closer: str) -> int:
        position = self._space(position)
        if self._text[position : position + 1] != closer:
            raise _SyntaxError(f"A {closer} is missing here.")
        return position + 1

    def _skip_junk(self, position: int) -> int:
        character = self._text[position]
        try:
            if character == "{":
                return self._group(position, "")[1]
            if character == '"':
                return self._quoted(position, "")[1]
        except _SyntaxError:
            self._end = self._next_entry(position)
            return position + 1
        junk = _JUNK.match(self._text, position, self._end)
        return junk.end() if junk else position + 1

    def _skip_comment(self, head: re.Match[str]) -> int:
        """Return the end of an @comment: of its braces where they balance, else of its head."""
        if head[2] != "{":
            return head.end()
        try:
            inner, end = self._group(head.end() - 1, "")
        except _SyntaxError:
            self._broken = True
            return head.end()
        for hidden in _LIKELY_HEAD.finditer(inner):
            self._assume(head.end() + hidden.start(), f"{hidden[0].strip()} stands in a @comment.")
        return end

    def _is_commented_out(self, position: int) -> bool:
        begin = self._text.rfind("\n", max(0, position - _LONGEST_LINE), position) + 1
        return self._text[begin : min(position, begin + 200)].lstrip().startswith("%")

    def _space(self, position: int) -> int:
        match = _SPACE.match(self._text, position, self._end)
        return match.end() if match else position

    def _is_next_entry(self, position: int) -> bool:
        begin = self._text.rfind("\n", max(0, position - _LONGEST_LINE), position) + 1
        head = _LIKELY_HEAD.match(self._text, begin)
        return self._text[position] == "@" and head is not None and head.end() > position

    def _next_entry(self, position: int) -> int:
        """Return where the next line begins that looks like the head of an entry."""
        self._broken = True
        searched, found = self._next_head
        if not searched <= position <= found:
            head = _LIKELY_HEAD.search(self._text, position)
            self._next_head = position, head.start() if head else len(self._text)
        return self._next_head[1]

    def _problem(self, position: int, message: str) -> None:
        self._file.problems.append(Problem(self._line_of(position), message))

    def _assume(self, position: int, message: str) -> None:
        self._file.assumptions.append(f"Line {self._line_of(position)}: {message}")

    def _line_of(self, position: int) -> int:
        if position < self._place:
            return self._line - self._text.count("\n", position, self._place)
        self._line += self._text.count("\n", self._place, position)
        self._place = position
        return self._line


def _percent_lines(gap: str) -> Iterator[str]:
    lines = (line.strip(" \t,") for line in gap.split("\n"))
    yield from (line for line in lines if line.startswith("%"))
