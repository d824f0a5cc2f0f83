"""What git took out and `B` makes again: as it was, once, and one step for undo."""

from __future__ import annotations

import contextlib
import os
import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from readinglist.domain.change import WHOLE_PAPER
from readinglist.domain.paper import Status
from readinglist.errors import ReadingListError
from readinglist.services.checking import check_library
from tests.conftest import rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from readinglist.services.library import Library

GAMES = int(os.environ.get("READINGLIST_EXAMPLES", "40"))
TITLES = ("Owls", "Bats", "Cats and Mice", "Dogs", "Eels in Rivers")
KEYS = tuple(f"k{number}" for number in range(6))


@pytest.fixture
def reset(library: Library, library_file: Path) -> Callable[[bytes], None]:
    """Puts an earlier version of the library file in its place, on purpose."""

    def put_back(earlier: bytes) -> None:
        library.save()
        library_file.unlink()
        library_file.write_bytes(earlier)
        os.utime(library_file, (time.time() + 60, time.time() + 60))
        library.take_in()

    return put_back


def saved(library: Library) -> bytes:
    library.save()
    return library.path.read_bytes()


def state(library: Library) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that is known of papers, and what names them."""
    read = library._working.connection.execute
    tables = {t: sorted(read(f"SELECT * FROM {t}")) for t in ("paper", "paper_tag", "paper_source")}
    names = "SELECT a.key, a.paper FROM key_alias AS a JOIN paper ON id = a.paper ORDER BY 1"
    return {**tables, "names": read(names).fetchall()}


class Hands:
    """Edits a library at random."""

    def __init__(self, library: Library, folder: Path, dice: random.Random) -> None:
        self._library = library
        self._folder = folder
        self._dice = dice

    def edit(self) -> None:
        library, dice = self._library, self._dice
        papers = library.papers(library.find().ids)
        paper = dice.choice(papers) if papers else None
        deeds: list[Callable[[], object]] = [
            lambda: library.add({"title": dice.choice(TITLES)}),
            lambda: library.import_files([self._file()]),
            library.undo,
            library.redo,
        ]
        if paper:
            key, some = paper.key, [paper.id]
            deeds += [
                lambda: library.note(key, f"note {dice.randrange(100)}"),
                lambda: library.mark(some, add_tags=[dice.choice("xyz")]),
                lambda: library.mark(some, remove_tags=[dice.choice("xyz")]),
                lambda: library.mark(some, status=dice.choice(list(Status))),
                lambda: library.edit(key, {"key": dice.choice(KEYS)}),
                lambda: library.edit(key, {"venue": f"Venue {dice.randrange(6)}"}),
                lambda: library.delete(some),
                lambda: library.merge_papers(paper.id, dice.choice(papers).id),
                library.undo,
            ]
        with contextlib.suppress(ReadingListError):  # nothing to undo, or a key that is taken
            dice.choice(deeds)()

    def _file(self) -> Path:
        file = self._folder / f"{self._dice.randrange(4)}.bib"
        if not file.exists():
            entries = (
                f"@book{{{self._dice.choice(KEYS)}, title={{{title}}}, author={{A Vale}}, "
                f"year={self._dice.choice((2019, 2020))}, doi={{10.1000/{title[:3]}}}}}\n"
                for title in self._dice.sample(TITLES, 2)
            )
            file.write_text("".join(entries))
        return file


@pytest.mark.parametrize("game", range(GAMES))
def test_whatever_git_took_out_comes_back_and_goes_again(
    library: Library, tmp_path: Path, reset: Callable[[bytes], None], game: int
) -> None:
    dice = random.Random(game)
    hands = Hands(library, tmp_path, dice)
    for _ in range(dice.randrange(6)):
        hands.edit()
    library.add({"title": "Base"})
    earlier = saved(library)
    for _ in range(dice.randrange(1, 8)):
        hands.edit()
    before = state(library)
    reset(earlier)
    is_other = game % 2 == 1
    for _ in range(dice.randrange(1, 4) if is_other else 0):
        hands.edit()
    after_reset = state(library)
    whole = [change for change in library.withdrawn() if change.field == WHOLE_PAPER]
    was_replaced = {c.paper for c in whole if c.new} & {c.paper for c in whole if not c.new}

    step = library.bring_back()
    brought_back = state(library)
    if not is_other and not was_replaced:  # a paper of that name, made anew, is the one from before
        assert step.left_out == 0
        assert brought_back == before
    assert len(library.withdrawn()) == step.waiting
    names = [paper.key.lower() for paper in library.papers(library.find().ids)]
    names += [name.lower() for name, _ in brought_back["names"]]
    assert len(set(names)) == len(names)  # each names one paper
    if step.papers:
        library.undo()
        undone = state(library)
        undone["names"] = [name for name in undone["names"] if name in after_reset["names"]]
        assert undone == after_reset
        library.redo()
        redone = state(library)
        assert {**redone, "names": []} == {**brought_back, "names": []}
    library.save()
    assert not check_library(library.path).warnings


def test_a_key_that_a_paper_had_before_git_took_it_out_still_names_it(
    library: Library, tmp_path: Path, reset: Callable[[bytes], None]
) -> None:
    earlier = saved(library)
    (tmp_path / "owls.bib").write_text("@book{owls, title={Owls}, year=2020}")
    library.import_files([tmp_path / "owls.bib"])
    library.edit("owls", {"key": "owls2020"})
    reset(earlier)
    library.bring_back()
    assert library.paper("owls").key == library.paper("owls2020").key == "owls2020"
    history = library.history_of(library.paper("owls").id, None)
    assert ("key", "owls", "owls2020") in [(c.field, c.old, c.new) for c in history]


def test_a_merge_comes_back_whole_or_not_at_all(
    library: Library, reset: Callable[[bytes], None]
) -> None:
    library.add({"title": "Kept", "key": "kept"})
    library.add({"title": "Dropped", "key": "dropped", "tags": "t", "note": "precious"})
    earlier = saved(library)
    kept, dropped = library.paper("kept"), library.paper("dropped")
    library.merge_papers(kept.id, dropped.id)
    reset(earlier)
    library.delete([kept.id])
    assert library.bring_back().papers == ()
    assert library.paper("dropped").note == "precious"
    library.undo()
    step = library.bring_back()
    assert (step.left_out, step.waiting) == (0, 0)
    assert library.paper("dropped").id == kept.id
    assert library.paper("kept").note == "precious"


def test_facts_of_a_file_come_back_as_those_of_that_file(
    library: Library, library_file: Path, tmp_path: Path, reset: Callable[[bytes], None]
) -> None:
    library.add({"title": "Owls"})
    earlier = saved(library)
    (tmp_path / "o.bib").write_text("@book{owls, title={Owls}, author={Ada Vale}, year=2020}")
    library.import_files([tmp_path / "o.bib"])
    text = library.export().text
    reset(earlier)
    library.bring_back()
    assert library.export().text == text
    assert library.papers(library.find().ids)[0].sources == ("o.bib",)
    library.save()
    told = rows(library_file, "SELECT source FROM journal WHERE field = 'authors'")
    assert told == [("o.bib",)]
