"""Two programs with two threads each, and a bystander who reads and writes the file by hand.

READINGLIST_STRESS_SECONDS says how long; docs/reliability.md has the figures of a long run.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from readinglist.services.checking import check_library
from readinglist.services.library import Library
from tests.conftest import add_by_hand

SECONDS = float(os.environ.get("READINGLIST_STRESS_SECONDS", "3"))
ROOT = Path(__file__).resolve().parents[2]
_BYSTANDER = """
import itertools, sqlite3, sys, time, sqlite_utils
path, diary, end = sys.argv[1], open(sys.argv[2], "a"), time.monotonic() + float(sys.argv[3])
for number in itertools.count():
    if time.monotonic() > end:
        break
    token = f"bystander{number}"
    try:
        db = sqlite_utils.Database(path)
        paper = next(db.query("SELECT id FROM paper ORDER BY random()"))["id"]
        db["paper_tag"].insert({"paper": paper, "tag": token})
        db.close()
    except sqlite3.OperationalError as error:  # the file was replaced: it says so, and tries again
        print(error)
        continue
    print(token, file=diary, flush=True)
    time.sleep(0.02)
"""


def test_whoever_works_at_once_loses_nothing(library_file: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "crowd"
    folder.mkdir()
    with Library.open(library_file, state=state) as library:
        add_by_hand(library, ["Paper One", "Paper Two", "Paper Three"], tmp_path)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.crowd", *map(str, arguments)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in (
            (library_file, state, "anna", folder, SECONDS),
            (library_file, state, "bert", folder, SECONDS),
        )
    ]
    bystander = subprocess.Popen(
        [sys.executable, "-c", _BYSTANDER, library_file, folder / "by.diary", str(SECONDS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    reads = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with closing(sqlite3.connect(f"{library_file.as_uri()}?mode=ro", uri=True)) as reader:
            assert reader.execute("PRAGMA quick_check").fetchone() == ("ok",)
            assert reader.execute("SELECT count(*) FROM paper").fetchone()[0] >= 3
        reads += 1
        time.sleep(0.05)
    failures = [process.communicate()[1] for process in processes]
    refused = bystander.communicate()[0].splitlines()
    assert failures == ["", ""], failures
    assert bystander.returncode == 0

    with Library.open(library_file, state=state) as library:
        pass
    check_library(library_file)
    done = {
        name: set((folder / f"{name}.diary").read_text().split()) for name in ("anna", "bert", "by")
    }
    with Library.open(library_file, state=tmp_path / "another") as library:  # from the file alone
        papers = library.papers(library.find().ids)
        there = {word for paper in papers for word in (*paper.tags, *paper.title.split())}
        assert not [token for token in there if token.startswith("undone-")]
        # A note is written anew each time: that it was there, the journal knows.
        notes = (c.new or "" for c in library.history(limit=None) if c.field == "note")
        there |= {word for note in notes for word in note.split()}
    lost = set().union(*done.values()) - there
    print(
        f"{SECONDS:.0f} s: {', '.join(f'{len(tokens)} by {name}' for name, tokens in done.items())}"
        f" ({len(refused)} refused), {reads} reads beside, {len(lost)} lost"
    )
    assert not lost, sorted(lost)[:10]
    assert all(done.values())
