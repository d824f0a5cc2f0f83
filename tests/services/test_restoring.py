"""What a paper was before an entry of its history can be again, and undo takes that back."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readinglist.domain.change import CONFLICT, NOTHING, TAG, WHOLE_PAPER, Action, Change
from readinglist.domain.paper import Paper, Priority, Status
from readinglist.errors import InvalidValueError, UnknownKeyError
from readinglist.services.library import Library
from readinglist.services.past_values import past_values
from readinglist.storage.papers import decode, paper_to_json
from tests.conftest import PageMaker, add_by_hand
from tests.services.test_changing import Elsewhere

TITLES = ["Attention to Detail", "Build It Twice"]
KEYS = ["AttentionDetail", "BuildTwice"]
LINES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
EDITS = st.one_of(
    st.tuples(st.sampled_from(["title", "venue", "organization"]), LINES),
    st.tuples(st.sampled_from(["note", "abstract"]), st.text("ab \n", max_size=9)),
    st.tuples(st.just("authors"), st.sampled_from(["", "Curie, Marie", "Li, A; Ng, B"])),
    st.tuples(st.just("links"), st.sampled_from(["", "https://e.org/a https://e.org/b"])),
    st.tuples(st.just("published"), st.sampled_from(["", "2020", "2021-02"])),
    st.tuples(st.just("comments"), st.sampled_from(["", "0", "12"])),
    st.tuples(st.just("key"), st.sampled_from(["first", "second", "third"])),
    st.tuples(st.just("status"), st.sampled_from(list(Status))),
    st.tuples(st.just("priority"), st.sampled_from(list(Priority))),
    st.tuples(st.sampled_from(["tag", "untag"]), st.sampled_from(["a", "b c"])),
)


@pytest.fixture
def ids(library: Library, tmp_path: Path) -> list[int]:
    return add_by_hand(library, TITLES, tmp_path)


def only(library: Library) -> Paper:
    """Return the one paper of a library."""
    (paper,) = library.papers(library.find().ids)
    return paper


def carry_out(library: Library, paper: Paper, name: str, text: str) -> None:
    """Make an edit as a person would."""
    if name == "tag":
        library.mark([paper.id], add_tags=[text])
    elif name == "untag":
        library.mark([paper.id], remove_tags=[text])
    else:
        library.edit(paper.key, {name: text})


@settings(max_examples=60, deadline=None)
@given(edits=st.lists(EDITS, min_size=1, max_size=12), data=st.data())
def test_a_value_is_what_it_was_and_undo_takes_that_back(
    edits: list[tuple[str, str]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = Library.open(folder / "library.db", state=folder / "state")
        try:
            library.import_files([PageMaker(folder)(TITLES[0])])
            for field, text in edits:
                carry_out(library, only(library), field, text)
            before = only(library)
            known = [c for c in library.history(before.key) if c.field != WHOLE_PAPER]
            if not known:
                return
            change = data.draw(st.sampled_from(known))
            step = library.restore(change)
            after = only(library)
            if change.field == TAG:
                assert ((change.old or change.new) in after.tags) == (change.old is not None)
                assert set(after.tags) ^ set(before.tags) <= {change.old or change.new}
                assert dataclasses.replace(after, tags=before.tags) == before
            else:
                value = decode(change.field, change.old)
                assert after == dataclasses.replace(before, **{change.field: value})
            assert bool(step.papers) == (after != before)
            assert library.paper(before.key).id == before.id
            if step.papers:
                library.undo()
                assert only(library) == before
                library.redo()
                assert only(library) == after
        finally:
            library.close()


def change_of(library: Library, key: str, field: str) -> Change:
    """Return the newest change of a field."""
    return next(change for change in library.history(key) if change.field == field)


def test_a_key_that_another_paper_has_is_not_taken_from_it(
    library: Library, ids: list[int]
) -> None:
    library.edit(KEYS[0], {"key": "mine"})
    renamed = change_of(library, "mine", "key")
    library.delete(ids[:1])
    library.edit(KEYS[1], {"key": KEYS[0]})
    library.restore(change_of(library, "mine", WHOLE_PAPER))
    with pytest.raises(InvalidValueError, match=f"Another paper has the key {KEYS[0]}"):
        library.restore(renamed)
    assert library.paper("mine").id == ids[0]
    library.edit(KEYS[0], {"key": "yours"})
    library.delete(ids[1:])
    assert library.restore(renamed).summary == "mine: key"
    assert library.paper(KEYS[0]).id == library.paper("mine").id == ids[0]


def test_a_deleted_paper_comes_back_whole(library: Library, ids: list[int]) -> None:
    library.mark(ids[:1], add_tags=["x"], status=Status.READ)
    library.note(KEYS[0], "mine")
    before = library.paper(KEYS[0])
    library.delete(ids[:1])
    library.mark(ids[1:], status=Status.READ)  # so that it is not the last step
    gone = change_of(library, KEYS[0], WHOLE_PAPER)
    assert past_values(gone)[0].startswith(TITLES[0])
    status = change_of(library, KEYS[0], "status")
    with pytest.raises(InvalidValueError, match="is deleted"):
        library.restore(status)
    library.restore(gone)
    assert library.paper(KEYS[0]) == before
    with pytest.raises(InvalidValueError, match="is in the library"):
        library.restore(gone)
    library.undo()
    with pytest.raises(UnknownKeyError):
        library.paper(KEYS[0])
    # Meanwhile the key is another paper's.
    library.edit(KEYS[1], {"key": KEYS[0]})
    with pytest.raises(InvalidValueError, match="Another paper has the key"):
        library.restore(gone)


def test_what_is_no_value_is_refused_in_a_sentence(
    library: Library, ids: list[int], page: PageMaker
) -> None:
    (added,) = library.history(KEYS[0])
    assert past_values(added) == ("", "")
    with pytest.raises(InvalidValueError, match="was not in the library"):
        library.restore(added)
    library.import_files([page(TITLES[0], "Another", name="again.txt")])
    with pytest.raises(InvalidValueError, match="Where a paper was found"):
        library.restore(change_of(library, KEYS[0], "source"))
    for field in ("alias", CONFLICT, NOTHING, "nonsense", "id", "added_at"):
        with pytest.raises(InvalidValueError, match=r"^[^\n]+\.$"):
            library.restore(Change(ids[0], field, "1", "2", key=KEYS[0]))


@pytest.mark.parametrize(
    ("field", "old"),
    [
        ("title", None), ("status", "burnt"), ("status", None), ("key", "a b"), ("key", "\x1b[2J"),
        ("url", "javascript:alert(1)"), ("links", '["file:///etc/passwd"]'), ("links", "{"),
        ("published", "soon"), ("comments", "many"), ("entries", "[1]"), (TAG, "a\x1b[2J"),
        (WHOLE_PAPER, "{}"), (WHOLE_PAPER, "nonsense"),
    ],
)  # fmt: skip
def test_a_journal_that_another_program_wrote_brings_nothing_in(
    library: Library, ids: list[int], field: str, old: str | None
) -> None:
    """A received journal is not believed: what it says must be what a paper can have."""
    if field == WHOLE_PAPER:
        library.delete(ids[:1])
    before = library.papers(ids)
    with pytest.raises(InvalidValueError):
        library.restore(Change(ids[0], field, old, None, key=KEYS[0]))
    assert library.papers(ids) == before


def test_a_deletion_that_names_another_paper_is_refused(library: Library, ids: list[int]) -> None:
    forged = paper_to_json(library.paper(KEYS[1]))
    library.delete(ids[:1])
    with pytest.raises(InvalidValueError, match="another paper"):
        library.restore(Change(ids[0], WHOLE_PAPER, forged, None, key=KEYS[0]))


def test_an_edit_of_another_machine_is_turned_back(library: Library, ids: list[int]) -> None:
    other = Elsewhere(library.path)
    other.edit(ids[0], "venue", None, "Elsewhere Letters")
    other.close()
    assert library.paper(KEYS[0]).venue == "Elsewhere Letters"
    library.restore(change_of(library, KEYS[0], "venue"))
    assert library.paper(KEYS[0]).venue is None
    library.undo()
    assert library.paper(KEYS[0]).venue == "Elsewhere Letters"


def test_of_a_conflict_the_value_that_does_not_hold_is_brought_back(
    library: Library, ids: list[int]
) -> None:
    library.edit(KEYS[0], {"venue": "Science"})
    lost = Change(ids[0], "venue", None, "Nature", Action.CONFLICT, key=KEYS[0])
    assert past_values(lost) == ("", "Nature")
    library.restore(lost)
    assert library.paper(KEYS[0]).venue == "Nature"
    with pytest.raises(InvalidValueError, match="list of conflicts"):
        library.restore(dataclasses.replace(lost, field=WHOLE_PAPER))


def test_values_are_readable_in_full(library: Library, ids: list[int], tmp_path: Path) -> None:
    library.edit(KEYS[0], {"authors": "Curie, Marie; Planck, Max"})
    assert past_values(change_of(library, KEYS[0], "authors")) == (
        "", "Curie, Marie\nPlanck, Max",
    )  # fmt: skip
    bib = tmp_path / "one.bib"
    bib.write_text("@article{x, title={Attention to Detail}, journal={Letters}, month=jan}")
    library.import_files([bib])
    (paper,) = library.papers(ids[:1])
    before, after = past_values(change_of(library, paper.key, "entries"))
    assert before == ""
    assert after.splitlines() == [
        "@article x", "  title = Attention to Detail", "  journal = Letters", "  month = jan",
    ]  # fmt: skip
    library.restore(change_of(library, paper.key, "entries"))
    assert library.papers(ids[:1])[0].entries == ()
    assert past_values(Change(1, "links", "{", None)) == ("{", "")
