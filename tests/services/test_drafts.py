from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from readinglist.errors import ReadingListError
from readinglist.services.demo import fill_with_sample
from readinglist.services.library import Library

KEY = "kingma2015adam"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as opened:
        fill_with_sample(opened)
        opened.note(KEY, "before")
        yield opened


@pytest.fixture
def drafts(library: Library, tmp_path: Path) -> Path:
    """The folder of the drafts."""
    return next((tmp_path / "state").glob("*/working.db")).parent / "drafts"


def abandon(library: Library, text: str) -> None:
    """Write a draft and leave it as an app would that was killed."""
    draft = library.draft(library.paper(KEY))
    draft.text = text
    draft.write()
    draft.abandon()


def test_a_draft_that_was_ended_leaves_nothing(library: Library, drafts: Path) -> None:
    draft = library.draft(library.paper(KEY))
    draft.write()
    assert not drafts.exists()
    draft.text = "one"
    draft.write()
    assert library.has_drafts()
    draft.text = "two \ud800"
    draft.write()
    (file,) = drafts.glob("*.json")
    assert json.loads(file.read_text())["text"] == "two \ud800"
    draft.end()
    draft.text = "three"
    draft.write()
    assert list(drafts.iterdir()) == []
    assert library.take_up_drafts() == []


def test_a_draft_that_can_not_be_written_is_written_when_it_can(
    library: Library, drafts: Path
) -> None:
    draft = library.draft(library.paper(KEY))
    draft.text = "one"
    draft.write()
    (file,) = drafts.glob("*.json")
    file.unlink()
    file.mkdir()  # in the way, as a full disk would be
    draft.text = "two"
    with pytest.raises(ReadingListError, match=r"can't be written: .* only on the screen"):
        draft.write()
    file.rmdir()
    draft.write()
    assert json.loads(file.read_text())["text"] == "two"


def test_an_abandoned_draft_becomes_the_note_as_one_step(library: Library, drafts: Path) -> None:
    abandon(library, "after")
    (kept,) = library.take_up_drafts()
    assert (kept.key, kept.is_joined, kept.file) == (KEY, False, None)
    assert library.paper(KEY).note == "after"
    assert list(drafts.iterdir()) == []
    library.undo()
    assert library.paper(KEY).note == "before"
    assert library.take_up_drafts() == []


def test_a_draft_that_is_being_written_is_left_alone(library: Library) -> None:
    draft = library.draft(library.paper(KEY))
    draft.text = "live"
    draft.write()
    other = library.sibling()
    assert other.take_up_drafts() == []
    assert other.paper(KEY).note == "before"
    draft.abandon()
    assert len(other.take_up_drafts()) == 1
    assert other.paper(KEY).note == "live"
    other.close()


def test_a_draft_of_a_process_that_was_killed_is_taken_up(library: Library, tmp_path: Path) -> None:
    code = (
        "import os, signal\nfrom readinglist.services.library import Library\n"
        f"library = Library.open({str(library.path)!r}, state={str(tmp_path / 'state')!r})\n"
        f"draft = library.draft(library.paper({KEY!r}))\n"
        "draft.text = 'killed'\ndraft.write()\nos.kill(os.getpid(), signal.SIGKILL)"
    ).replace(f"state={str(tmp_path / 'state')!r}", f"state=Path({str(tmp_path / 'state')!r})")
    subprocess.run(
        [sys.executable, "-c", "from pathlib import Path\n" + code],
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert len(library.take_up_drafts()) == 1
    assert library.paper(KEY).note == "killed"


def test_where_the_note_was_changed_meanwhile_both_are_kept(library: Library) -> None:
    draft = library.draft(library.paper(KEY))
    draft.text = "mine"
    draft.write()
    library.note(KEY, "theirs")
    draft.abandon()
    (kept,) = library.take_up_drafts()
    assert kept.is_joined
    assert library.paper(KEY).note == "theirs\n\nmine"


def test_a_draft_that_is_the_note_already_changes_nothing(library: Library) -> None:
    abandon(library, "after")
    library.note(KEY, "after")
    (kept,) = library.take_up_drafts()
    assert kept.step is not None
    assert kept.step.papers == ()
    assert not kept.is_joined


def test_the_draft_of_a_deleted_paper_becomes_a_file(library: Library, drafts: Path) -> None:
    abandon(library, "# Keep me é")
    library.delete([library.paper(KEY).id])
    (kept,) = library.take_up_drafts()
    assert kept.step is None
    assert kept.file is not None
    assert kept.file.read_text(encoding="utf-8") == "# Keep me é"
    assert KEY in kept.problem
    assert [file.suffix for file in drafts.iterdir()] == [".md"]
    assert library.take_up_drafts() == []


def test_a_text_that_can_be_no_note_becomes_a_file(library: Library) -> None:
    kept = library.keep_note(library.paper(KEY), "lone \ud800")
    assert kept.file is not None
    assert kept.file.read_text(encoding="utf-8") == "lone ?"
    assert library.paper(KEY).note == "before"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"paper": 1}', b"\xff", b"null"])
def test_what_is_no_draft_is_left_where_it_is(
    library: Library, drafts: Path, content: bytes
) -> None:
    drafts.mkdir()
    (drafts / "x.json").write_bytes(content)
    assert library.take_up_drafts() == []
    assert (drafts / "x.json").read_bytes() == content


def test_that_a_draft_can_not_be_written_is_told(library: Library, drafts: Path) -> None:
    drafts.write_text("a file is in the way")
    draft = library.draft(library.paper(KEY))
    draft.text = "x"
    with pytest.raises(ReadingListError, match="can't be written"):
        draft.write()
