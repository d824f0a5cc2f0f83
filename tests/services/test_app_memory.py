"""What the app remembers of a library on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.services.app_memory import AppMemory, AppState

TEXT = st.none() | st.text()
STATES = st.builds(
    AppState,
    view=TEXT,
    sort=TEXT,
    paper=st.none() | st.integers(),
    side_bar=st.none() | st.booleans(),
    theme=TEXT,
    columns=st.none() | st.lists(st.text()),
    starred=st.none() | st.lists(st.text()),
    counts=st.none() | st.dictionaries(st.text(), st.integers()),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the file."""
    return tmp_path_factory.mktemp("memory")


@given(state=STATES)
def test_what_is_kept_comes_back(folder: Path, state: AppState) -> None:
    memory = AppMemory(folder / "app.json", folder / "tour")
    memory.keep(state)
    assert memory.state() == state
    assert [path.name for path in folder.iterdir()] in ([], ["app.json"])


@given(stored=st.fixed_dictionaries({}, optional=dict.fromkeys(AppState.__slots__, ANYTHING)))
def test_what_does_not_fit_is_left_out(folder: Path, stored: dict[str, object]) -> None:
    """Somebody may have edited the file: what can be used of it is used, nothing raises."""
    file = folder / "edited.json"
    file.write_text(json.dumps(stored))
    state = AppMemory(file, folder / "tour").state()
    for name in AppState.__slots__:
        assert getattr(state, name) in (None, stored.get(name))
    assert state.paper is None or type(state.paper) is int
    assert state.side_bar is None or type(state.side_bar) is bool


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b"\xff", b"null", b"{"])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "app.json").write_bytes(content)
    memory = AppMemory(tmp_path / "app.json", tmp_path / "tour")
    assert memory.state() == AppState()
    memory.keep(AppState(view="read"))
    assert memory.state().view == "read"


def test_a_folder_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    memory = AppMemory(tmp_path / "file" / "app.json", tmp_path / "file" / "tour")
    (tmp_path / "file").touch()
    memory.keep(AppState(view="read"))
    memory.note_tour()
    assert memory.state() == AppState()
    assert not memory.had_tour
