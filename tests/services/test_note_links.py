from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from readinglist.services.demo import fill_with_sample
from readinglist.services.library import Library
from readinglist.services.note_links import NoteLinks

ATTENTION, ADAM, BERT = "vaswani2017attention", "kingma2015adam", "devlin2019bert"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as opened:
        fill_with_sample(opened)
        for paper in opened.papers(opened.find().ids):
            opened.note(paper.key, "")
        yield opened


def linked(library: Library, links: NoteLinks, key: str) -> tuple[set[str], set[str]]:
    """Return the keys that a paper links to, and those that link to it."""
    number = library.paper(key).id
    to, by = links.from_paper(number), links.to_paper(number)
    return ({p.key for p in library.papers(to)}, {p.key for p in library.papers(by)})


def test_links_are_known_in_both_directions(library: Library) -> None:
    library.note(ADAM, f"see [[{ATTENTION}]], [[{BERT.upper()}|it]], [[nobody]], [[{ADAM}]]")
    library.note(BERT, f"`[[{ADAM}]]` [[{ATTENTION}]]")
    links = library.links()
    assert linked(library, links, ADAM) == ({ATTENTION, BERT}, set())
    assert linked(library, links, BERT) == ({ATTENTION}, {ADAM})
    assert linked(library, links, ATTENTION) == (set(), {ADAM, BERT})


def test_a_former_key_goes_on_linking(library: Library) -> None:
    library.note(ADAM, f"[[{ATTENTION}]]")
    known = library.links()
    library.edit(ATTENTION, {"key": "attention"})
    assert not library.links_are_current(known)
    for links in (library.links(), library.links(known)):
        assert linked(library, links, "attention") == (set(), {ADAM})


def test_what_changed_since_is_all_that_is_read_again(library: Library) -> None:
    library.note(ADAM, f"[[{ATTENTION}]]")
    library.note(BERT, f"[[{ATTENTION}]]")
    known = library.links()
    library.mark([library.paper(ADAM).id], add_tags=["x"])
    assert library.links_are_current(known)
    library.note(ADAM, f"[[{BERT}]]")
    links = library.links(known)
    assert linked(library, links, ATTENTION) == (set(), {BERT})
    assert linked(library, links, BERT) == ({ATTENTION}, {ADAM})
    library.undo()
    assert linked(library, library.links(links), BERT) == ({ATTENTION}, set())


def test_links_to_a_deleted_paper_come_back_with_it(library: Library) -> None:
    library.note(ADAM, f"[[{ATTENTION}]]")
    known = library.links()
    library.delete([library.paper(ATTENTION).id])
    without = library.links(known)
    assert linked(library, without, ADAM) == (set(), set())
    library.undo()
    assert linked(library, library.links(without), ADAM) == ({ATTENTION}, set())
    library.delete([library.paper(ADAM).id])
    assert linked(library, library.links(without), ATTENTION) == (set(), set())


def test_notes_without_links_are_not_read(library: Library) -> None:
    library.note(ADAM, f"[[{ATTENTION}]]")
    library.links()
    with closing(library._working.another_connection()) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT id, note FROM paper WHERE instr(note, '[[')"
        ).fetchall()
    assert "USING INDEX paper_with_links" in str(plan)
