"""Three versions of a library become one: field by field, and nothing is lost.

The two sides are an unordered pair: there is no ours and theirs, and neither a clock of the
merge nor a machine goes into the result, so that every machine that merges the same versions
gets the same content. What one side changed holds. Where both changed one field, the later
entry of the journal wins, and the other value is kept in the journal as an open conflict.
Tags and sources are sets; notes merge by lines; an edit beats a deletion; two new papers that
turn out to be one are joined, and the key of the one that goes names the other.

The base may be empty (histories without a common ancestor), or itself the result of a merge.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from readinglist.domain.change import CONFLICT_MARK, ENTRIES, WHOLE_PAPER, Action
from readinglist.domain.identity import only_share_identifier
from readinglist.storage.line_merge import merge_lines
from readinglist.storage.papers import COLUMNS, paper_from_row
from readinglist.storage.tables import OF_PAPERS, PRIMARY_KEYS, Row, Table, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    MergeText = Callable[[str, str, str], tuple[str, bool]]

_PLACE = {column: place for place, column in enumerate(COLUMNS)}
_KEY, _FROZEN, _ADDED_AT = _PLACE["key"], _PLACE["key_frozen"], _PLACE["added_at"]
_ARXIV, _DOI = _PLACE["arxiv"], _PLACE["doi"]
#: What is no edit of a person's, and is merged without a word: by the function given.
_QUIET: dict[str, Callable[[Any, Any], Any]] = {
    "key_frozen": max,
    "added_at": min,
    "author_count": max,
    "comments": max,
    "votes": max,
    "stars": max,
}
#: Where one value goes on where the other one ends, the longer one says more.
_GROWING = frozenset(("abstract", "published"))
#: What a paper has that nobody has said anything of.
_USUAL = {"status": "unread", "priority": "none"}
_LISTS = frozenset(("links", ENTRIES))


@dataclass(slots=True)
class Merged:
    """What came of a merge."""

    tables: Tables
    conflicts: list[Row] = field(default_factory=list)
    """The rows of the journal that tell of the conflicts that this merge found."""


def merge(
    base: Tables,
    one: Tables,
    other: Tables,
    merge_text: MergeText = merge_lines,
    is_taken: Callable[[str], bool] = lambda key: False,
) -> Merged:
    """Return the version that has what both sides did since `base`.

    Args:
        base: the last version that both sides had; without rows where there is none.
        one: a side.
        other: the other side; the result does not depend on which is which.
        merge_text: merges notes; see `merge_lines`.
        is_taken: of `excerpts`, tells whether a citation key in lower case is that of a paper
            which may not be in them.
    """
    return _Merge(base, one, other, merge_text, is_taken).merged()


class _Side:
    """One of the two versions, with what its journal tells of its changes."""

    def __init__(self, base: Tables, tables: Tables) -> None:
        self.tables = tables
        self._base = base
        self._newest: dict[tuple[int, str], Row] | None = None
        self._steps: dict[tuple[int, str], tuple[str, int | None]] | None = None

    def newest(self, paper: int, name: str) -> Row | None:
        """Return the newest row of this side's journal that tells of a field of a paper."""
        if self._newest is None:
            self._newest = {}
            old = self._base["journal"]
            new = (row for key, row in self.tables["journal"].items() if key not in old)
            for row in sorted(new, key=lambda row: row[:2]):
                if row[4] != Action.CONFLICT:
                    self._newest[row[6], row[8]] = row
        rows = (self._newest.get((paper, name)), self._newest.get((paper, WHOLE_PAPER)))
        return max(filter(None, rows), key=lambda row: row[:2], default=None)

    def says(self, paper: int, name: str) -> bool:
        """Return whether this side's journal tells of just this field of a paper."""
        self.newest(paper, name)
        return (paper, name) in (self._newest or {})

    def is_of_person(self, row: Row | None) -> bool:
        """Return whether a person wrote a value: not a file, a source, or who took that back."""
        if row is None:  # another program's, of which no journal tells
            return True
        if self._steps is None:
            rows = self.tables["journal"].values()
            self._steps = {(row[2], row[1]): (row[4], row[5]) for row in rows}
        action, reverts, seen = row[4], row[5], set[int]()
        while action in (Action.UNDO, Action.REDO) and reverts and reverts not in seen:
            seen.add(reverts)
            action, reverts = self._steps.get((reverts, row[1]), (Action.EDIT, None))
        return bool(action != Action.IMPORT)


class _Merge:
    def __init__(
        self,
        base: Tables,
        one: Tables,
        other: Tables,
        merge_text: MergeText,
        is_taken: Callable[[str], bool] = lambda key: False,
    ) -> None:
        base, one, other = _with_joined_papers(base, one, other)
        self._base = base
        self._sides = (_Side(base, one), _Side(base, other))
        self._merge_text = merge_text
        self._is_taken = is_taken
        self._tables: Tables = {}
        #: Paper, field, value of the base, value that lost, row of the journal that wrote it.
        self._found: list[tuple[int, str, Any, Any, Row | None]] = []
        self._kept_by: dict[int, _Side] = {}
        #: Paper, key that lost, row of the journal that wrote it.
        self._lost_keys: list[tuple[int, Any, Row | None]] = []

    def merged(self) -> Merged:
        one, other = (side.tables for side in self._sides)
        for table in PRIMARY_KEYS:
            if table != "paper":
                self._tables[table] = _merged_rows(self._base[table], one[table], other[table])
        self._tables["paper"] = self._papers()
        self._keep_what_belongs_to_kept_papers()
        self._join_new_papers()
        self._make_keys_unique()
        self._drop_orphans()
        return Merged(self._tables, self._conflicts())

    # --- papers

    def _papers(self) -> Table:
        base = self._base["paper"]
        one, other = (side.tables["paper"] for side in self._sides)
        papers = {}
        for key in chain(one, (key for key in other if key not in one)):
            mine, theirs, old = one.get(key), other.get(key), base.get(key)
            row = mine
            if mine != theirs:
                if theirs == old and not self._is_edited_deletion(key[0], old, mine, theirs):
                    row = mine
                elif mine == old and not self._is_edited_deletion(key[0], old, mine, theirs):
                    row = theirs
                elif mine is None or theirs is None:
                    row = self._kept(key[0], old, mine, theirs)
                else:
                    row = self._merged_paper(old, mine, theirs)
            if row is not None:
                papers[key] = row
        return papers

    def _is_edited_deletion(
        self, paper: int, old: Row | None, mine: Row | None, theirs: Row | None
    ) -> bool:
        """Return whether one side deleted what the other one edited."""
        if old is None or (mine is None) == (theirs is None):
            return False
        editor = self._sides[0 if theirs is None else 1]
        return self._is_edited(paper, old, editor)

    def _is_edited(self, paper: int, old: Row, side: _Side) -> bool:
        row = side.tables["paper"][(paper,)]
        if any(row[_PLACE[c]] != old[_PLACE[c]] for c in COLUMNS if c not in _QUIET):
            return True
        # A paper into which another one was merged has got its key.
        return any(
            {key for key, row in side.tables[table].items() if row[place] == paper}
            != {key for key, row in self._base[table].items() if row[place] == paper}
            for table, place in (("paper_tag", 0), ("key_alias", 1))
        )

    def _kept(
        self, paper: int, old: Row | None, mine: Row | None, theirs: Row | None
    ) -> Row | None:
        """Return what stays of a paper that one side deleted and the other one changed."""
        editor, deleter = self._sides if theirs is None else reversed(self._sides)
        if old is not None and not self._is_edited(paper, old, editor):
            return None
        self._kept_by[paper] = editor
        self._found.append((paper, WHOLE_PAPER, None, None, deleter.newest(paper, WHOLE_PAPER)))
        return mine or theirs

    def _merged_paper(self, old: Row | None, mine: Row, theirs: Row) -> Row:
        """Return a paper that both sides changed; its rows may be of two papers, joined."""
        merged = [min(mine[0], theirs[0])]
        for place, name in enumerate(COLUMNS[1:], start=1):
            values = (mine[place], theirs[place])
            before = old[place] if old else None
            if values[0] == values[1] or values[1] == before:
                merged.append(values[0])
            elif values[0] == before:
                merged.append(values[1])
            elif None in values and old is None:
                merged.append(values[0] if values[1] is None else values[1])
            else:
                papers = (mine[0], theirs[0])
                merged.append(self._merged_value(papers, name, before, values, old is None))
        return tuple(merged)

    def _merged_value(
        self,
        papers: tuple[int, int],
        name: str,
        before: Any,
        values: tuple[Any, Any],
        is_new: bool,
    ) -> Any:
        """Return what holds of two values of a field, and note the one that doesn't."""
        if name in _QUIET and None not in values:
            return _QUIET[name](*values)
        if name in _GROWING and None not in values:
            shorter, longer = sorted(values, key=len)
            if longer.startswith(shorter):
                return longer
        sides = list(zip(self._sides, papers, strict=True))
        rows = [side.newest(paper, name) for side, paper in sides]
        # What was said of a paper goes before what it was added with, and what a person wrote
        # before what a file or a source has.
        said = [not is_new or side.says(paper, name) for side, paper in sides]
        typed = [side.is_of_person(row) for (side, _), row in zip(sides, rows, strict=True)]
        ordered = sorted(
            zip(values, rows, said, typed, strict=True),
            key=lambda p: (p[2], p[3], p[1][:2] if p[1] else (0, ""), str(p[0] or "")),
        )
        first, second = (pair[:2] for pair in ordered)
        # What a source had is in its row of the journal; what a paper was added with is not.
        is_loss = ordered[0][3] or first[1] is None or first[1][8] != name
        if is_new and (first[0] == _USUAL.get(name) or _fold(first[0]) == _fold(second[0])):
            return second[0]
        if name == "key":
            self._lost_keys.append((min(papers), *first))
            return second[0]
        if name in _LISTS:
            return self._merged_list(min(papers), name, before, first, second, is_loss)
        if name == "note":
            text, overlap = self._merge_text(before or "", first[0] or "", second[0] or "")
            if overlap:
                self._found.append((min(papers), name, before, *first))
            return text or None
        if is_loss:
            self._found.append((min(papers), name, before, *first))
        return second[0]

    def _merged_list(
        self,
        paper: int,
        name: str,
        before: Any,
        first: tuple[Any, Row | None],
        second: tuple[Any, Row | None],
        is_loss: bool,
    ) -> Any:
        """Return a list with what either side has added to it, without what one has taken."""
        old, earlier, later = (
            {_item_key(item): item for item in json.loads(text or "[]")}
            for text in (before, first[0], second[0])
        )
        merged: list[Any] = []
        overlap = False
        added = sorted((earlier.keys() | later.keys()) - old.keys())
        for key in (*old, *added):
            mine, theirs, base = earlier.get(key), later.get(key), old.get(key)
            if mine != theirs and base not in (mine, theirs):
                overlap = True
                item = theirs or mine
            else:
                item = mine if theirs == base else theirs
            merged += [] if item is None else [item]
        if overlap and is_loss:
            self._found.append((paper, name, before, *first))
        return json.dumps(merged, ensure_ascii=False) if merged else None

    # --- what hangs together

    def _keep_what_belongs_to_kept_papers(self) -> None:
        """Give a paper that one side deleted what the side that edited it has with it."""
        if not self._kept_by:
            return
        for table in ("paper_tag", "paper_source"):
            for paper, side in self._kept_by.items():
                rows = side.tables[table].items()
                self._tables[table] |= {key: row for key, row in rows if key[0] == paper}
        for paper, side in self._kept_by.items():
            for key, row in side.tables["key_alias"].items():
                if row[1] == paper:
                    self._tables["key_alias"].setdefault(key, row)
            for table_key in [key for key in side.tables["paper_source"] if key[0] == paper]:
                source = side.tables["source"].get(table_key[1:])
                if source:
                    self._tables["source"].setdefault(source[:1], source)

    def _join_new_papers(self) -> None:
        """Join papers of one identifier that were new on one side each."""
        papers = self._tables["paper"]
        one, other = (side.tables["paper"] for side in self._sides)
        by_identifier: dict[str, Row] = {}
        for key, row in one.items():
            if key not in other and key in papers:
                by_identifier |= dict.fromkeys(_identifiers(row), row)
        pairs = {}
        for key, row in other.items():
            if key not in one and key in papers and by_identifier:
                same = next(filter(None, map(by_identifier.get, _identifiers(row))), None)
                if same and not only_share_identifier(paper_from_row(same), paper_from_row(row)):
                    pairs[key[0]] = (same, row)
        for mine, theirs in sorted(pairs.values()):
            if (mine[0],) in papers and (theirs[0],) in papers:
                self._join(mine, theirs)

    def _join(self, mine: Row, theirs: Row) -> None:
        stays, goes = sorted((mine, theirs))
        merged = list(self._merged_paper(None, mine, theirs))
        self._lost_keys = [lost for lost in self._lost_keys if lost[0] != stays[0]]
        keys = sorted((mine, theirs), key=lambda row: (-row[_FROZEN], row[0]))
        merged[_KEY] = keys[0][_KEY]
        alias = keys[1][_KEY]
        self._tables["paper"][(stays[0],)] = tuple(merged)
        del self._tables["paper"][(goes[0],)]
        _rename(self._tables, goes[0], stays[0])
        if alias.lower() != merged[_KEY].lower():
            self._tables["key_alias"].setdefault((alias,), (alias, stays[0]))

    def _make_keys_unique(self) -> None:
        """Let one of the papers that have one key keep it: one that is cited, the smallest id."""
        papers = self._tables["paper"]
        aliases = self._tables["key_alias"]
        by_key: dict[str, list[Row]] = {}
        for row in papers.values():
            by_key.setdefault(row[_KEY].lower(), []).append(row)
        used = {*by_key, *(key.lower() for (key,) in aliases)}
        for key in sorted(key for key, rows in by_key.items() if len(rows) > 1):
            rows = sorted(by_key[key], key=lambda row: (-row[_FROZEN], row[0]))
            for row in rows[1:]:
                names = (f"{row[_KEY]}-{n}" for n in count(2))
                free = (k for k in names if not (k.lower() in used or self._is_taken(k.lower())))
                new = next(free)
                used.add(new.lower())
                papers[(row[0],)] = (*row[:_KEY], new, *row[_KEY + 1 :])
                writers = (side.newest(row[0], "key") for side in self._sides)
                writer = max(filter(None, writers), key=lambda r: r[:2], default=None)
                self._found.append((row[0], "key", None, row[_KEY], writer))
        for number, lost, writer in sorted(self._lost_keys, key=lambda found: found[:2]):
            present = papers.get((number,))
            if present and present[_KEY].lower() != lost.lower():
                self._found.append((number, "key", None, lost, writer))
                # Documents may cite it: it goes on naming the paper, unless it names another.
                aliases.setdefault((lost,), (lost, number))
        for alias in [alias for alias in aliases if alias[0].lower() in by_key]:
            del aliases[alias]

    def _drop_orphans(self) -> None:
        papers = self._tables["paper"]
        for table in OF_PAPERS[1:]:
            rows = self._tables[table]
            for key in [key for key in rows if key[:1] not in papers]:
                del rows[key]
        aliases = self._tables["key_alias"]
        for key in [key for key, row in aliases.items() if row[1:] not in papers]:
            del aliases[key]

    def _conflicts(self) -> list[Row]:
        """Write what was found into the journal, where it is not there yet; return the rows."""
        journal = self._tables["journal"]
        new = []
        for paper, name, before, lost, writer in self._found:
            place = (self._tables["paper"].get((paper,)) or (paper, ""))[_KEY]
            value = repr((paper, name, lost)).encode("utf-8", "replace")
            digest = hashlib.sha256(value).hexdigest()[:10]
            if writer:
                number, machine, at = writer[0], writer[1], writer[3]
            else:  # another program's value, of which no journal tells
                number, machine, at = int(digest, 16), "", ""
            machine += f"{CONFLICT_MARK}{digest}"
            row = (
                number, machine, number, at, str(Action.CONFLICT), None, paper, place, name,
                _text(before), _text(lost), None,
            )  # fmt: skip
            if journal.setdefault((number, machine), row) is row:
                new.append(row)
        return new


def _merged_rows(base: Table, one: Table, other: Table) -> Table:
    """Return a set of rows with what either side added, without what either took away."""
    if one == other:
        return dict(one)
    merged = {}
    for key in chain(one, (key for key in other if key not in one)):
        mine, theirs, old = one.get(key), other.get(key), base.get(key)
        if theirs in (mine, old):
            row = mine
        elif mine == old:
            row = theirs
        else:
            row = min(filter(None, (mine, theirs)), key=repr)
        if row is not None:
            merged[key] = row
    return merged


def _with_joined_papers(base: Tables, one: Tables, other: Tables) -> tuple[Tables, Tables, Tables]:
    """Return the versions with the papers renamed that one side has joined to another paper.

    So an edit that was made to a paper before it was heard that it was joined is not lost.
    """
    renamed: dict[int, int] = {}
    for side, rest in ((one, other), (other, one)):
        aliases = side["key_alias"]
        if not aliases:
            continue
        # The journal of a paper that was joined tells of the other one, not of a deletion.
        told = {row[6] for row in side["journal"].values()}
        for key, row in base["paper"].items():
            if key in side["paper"] or key not in rest["paper"] or key[0] in told:
                continue
            alias = aliases.get((row[_KEY],)) or aliases.get((rest["paper"][key][_KEY],))
            if alias and alias[1:] in side["paper"] and alias[1:] not in rest["paper"]:
                renamed[key[0]] = alias[1]
    if not renamed:
        return base, one, other
    versions = []
    for version in (base, one, other):
        copy = {table: dict(rows) for table, rows in version.items()}
        for goes, stays in renamed.items():
            row = copy["paper"].pop((goes,), ())
            if row and (stays,) not in copy["paper"]:
                copy["paper"][(stays,)] = (stays, *row[1:])
            _rename(copy, goes, stays)
        versions.append(copy)
    return versions[0], versions[1], versions[2]


def _rename(tables: Tables, goes: int, stays: int) -> None:
    """Let what belongs to one paper belong to another one."""
    for table in OF_PAPERS[1:]:
        rows = tables[table]
        for key in [key for key in rows if key[0] == goes]:
            del rows[key]
            rows[stays, key[1]] = (stays, key[1])
    for key, row in tables["key_alias"].items():
        if row[1] == goes:
            tables["key_alias"][key] = (row[0], stays)
    for key, row in tables["journal"].items():
        if row[6] == goes:
            tables["journal"][key] = (*row[:6], stays, *row[7:])


def _identifiers(row: Row) -> Iterable[str]:
    if row[_ARXIV]:
        yield f"arxiv:{row[_ARXIV]}"
    if row[_DOI]:
        yield f"doi:{row[_DOI].lower()}"


def _item_key(item: Any) -> str:
    """Return what tells an item of a list from the others: an entry's key, else the item.

    An entry without a key is told by its publication.
    """
    if not isinstance(item, dict):
        return str(item)
    if item["key"]:
        return str(item["key"]).lower()
    fields = {str(name): str(value) for name, value in item["fields"]}
    places = (fields.get(name, "") for name in ("doi", "journal", "booktitle", "publisher"))
    return f"\0{item['type']}\0{next(filter(None, places), '')}"


def _fold(value: Any) -> str:
    return str(value).casefold()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
