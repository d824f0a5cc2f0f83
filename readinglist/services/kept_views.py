"""The views of the user's own: queries under a name, in a YAML file that they may edit."""

from __future__ import annotations

import contextlib
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from readinglist.config import compose, read_text
from readinglist.domain.query import parse_query
from readinglist.domain.text import printable
from readinglist.errors import ConfigError, InvalidValueError, ReadingListError
from readinglist.search.filters import is_sort
from readinglist.services.finding import SORT_NAMES, VIEWS, View

if TYPE_CHECKING:
    from pathlib import Path

    from yaml import Node

_LONGEST_NAME = 60
_NULL = "tag:yaml.org,2002:null"


class _Entry(NamedTuple):
    """A view, and where the file has it."""

    view: View
    start: int
    end: int


class KeptViews:
    """The views in a file, such as

        thesis: tag:thesis -status:read
        to skim: {query: survey year:>=2024, sort: date}

    The file is read anew each time: it may have been edited. What is kept or deleted changes
    only its own lines, so that comments stay.
    """  # noqa: D415 - the example ends the sentence

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self) -> dict[str, View]:
        """Return the views by name.

        Raises:
            ConfigError: the file can't be used.
        """
        return {name: entry.view for name, entry in self._parse(self._read()).items()}

    def named(self, name: str) -> View:
        """Return the view of a name, one of these or one that each library has.

        Raises:
            InvalidValueError: there is none.
            ConfigError: the file can't be used.
        """
        if name in VIEWS:
            return VIEWS[name]
        kept = self.all()
        if name not in kept:
            known = [*VIEWS, *kept]
            near = get_close_matches(name, known, n=1)
            raise InvalidValueError(
                f"There is no view “{name}”.",
                f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}.",
            )
        return kept[name]

    def keep(self, name: str, query: str, sort: str = "") -> View:
        """Keep a query, and the order of what it finds, under a name; return the view.

        Raises:
            InvalidValueError: the name can't be one.
            ConfigError: the file can't be used; it stays as it is.
            ReadingListError: the file can't be written.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= _LONGEST_NAME or printable(name) != name:
            raise InvalidValueError(
                f"“{printable(name)[:40]}” can't be the name of a view.",
                f"A name has 1 to {_LONGEST_NAME} letters.",
            )
        if name in VIEWS:
            raise InvalidValueError(f"Each library has a view “{name}”.", "Take another name.")
        usual = "" if parse_query(query).is_ranked else "added"
        view = _view(name, query, "" if sort == usual else sort)
        text = self._read()
        entries = self._parse(text)
        line = _dump({name: view})
        if name in entries:
            start, end = entries[name].start, entries[name].end
        else:
            line = line if text.endswith("\n") or not text else f"\n{line}"
            start = end = len(text)
        wanted = {other: entry.view for other, entry in entries.items()} | {name: view}
        self._write(text[:start] + line + text[end:], wanted)
        return view

    def delete(self, name: str) -> None:
        """Keep a view no longer.

        Raises:
            ConfigError: the file can't be used; it stays as it is.
            ReadingListError: the file can't be written.
        """
        text = self._read()
        entries = self._parse(text)
        entry = entries.pop(name, None)
        if entry:
            wanted = {other: left.view for other, left in entries.items()}
            self._write(text[: entry.start] + text[entry.end :], wanted)

    def _read(self) -> str:
        try:
            return read_text(self._file)
        except FileNotFoundError:
            return ""

    def _parse(self, text: str) -> dict[str, _Entry]:
        if not text.strip():
            return {}
        import yaml

        root = compose(text, str(self._file))
        if root is None or root.tag == _NULL:
            return {}
        if not isinstance(root, yaml.MappingNode):
            raise self._wrong(root, "views are written as “name: query”")
        entries: dict[str, _Entry] = {}
        for key, value in root.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._wrong(key, "a view's name is text")
            if key.value in entries:
                raise self._wrong(key, f"“{key.value}” is there twice")
            if key.value in VIEWS:
                raise self._wrong(key, f"each library has a view “{key.value}”")
            query, sort = self._contents(key.value, value)
            end = _end(value)
            if text[end - 1 : end] != "\n":
                end = text.find("\n", end) + 1 or len(text)
            start = text.rfind("\n", 0, key.start_mark.index) + 1
            entries[key.value] = _Entry(_view(key.value, query, sort), start, end)
        return entries

    def _contents(self, name: str, node: Node) -> tuple[str, str]:
        """Return the query and the order of a view."""
        import yaml

        if isinstance(node, yaml.ScalarNode):
            return _text(node), ""
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"“{name}” is a query, or has a query and a sort")
        found = {"query": "", "sort": ""}
        for key, value in node.value:
            member = key.value if isinstance(key, yaml.ScalarNode) else ""
            if member not in found or not isinstance(value, yaml.ScalarNode):
                raise self._wrong(key, f"“{name}” has a query and a sort, and nothing else")
            found[member] = _text(value)
            if member == "sort" and found[member] and not is_sort(found[member]):
                raise self._wrong(value, f"a sort is one of {', '.join(SORT_NAMES)}")
        return found["query"], found["sort"]

    def _wrong(self, node: Node, message: str) -> ConfigError:
        return ConfigError(f"{self._file}:{node.start_mark.line + 1}: {message}.")

    def _write(self, text: str, wanted: dict[str, View]) -> None:
        """Put `text` into the file, or the `wanted` views, if it doesn't hold just these."""
        from readinglist.services.exporting import write_file

        found = None
        with contextlib.suppress(ConfigError):
            found = {name: entry.view for name, entry in self._parse(text).items()}
        with contextlib.suppress(OSError):  # then it can't be written either
            self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_file(self._file, text if found == wanted else _dump(wanted))
        except ReadingListError as error:
            raise ReadingListError(error.message) from error


def _view(name: str, query: str, sort: str) -> View:
    return View(name, printable(name), printable(query), sort)


def _dump(views: dict[str, View]) -> str:
    import yaml

    if not views:
        return ""
    written = {
        name: {"query": view.query, "sort": view.sort} if view.sort else view.query
        for name, view in views.items()
    }
    return yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=10**6)


def _text(node: Node) -> str:
    """Return what is written, were it a number to YAML; nothing for nothing."""
    return "" if node.tag == _NULL else str(node.value)


def _end(node: Node) -> int:
    """Return where a value ends: that of a block, its last line, not what comments follow."""
    import yaml

    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    return int(node.end_mark.index)
