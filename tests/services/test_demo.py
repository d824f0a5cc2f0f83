"""The sample library shows every part of the app something, and nothing in it is broken."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from readinglist.config import Config, state_folder
from readinglist.domain.change import Action
from readinglist.domain.fields import parse_field
from readinglist.domain.paper import Priority, Status
from readinglist.services.demo import SAMPLE, fill_with_sample, sample_library

if TYPE_CHECKING:
    from pathlib import Path

    from readinglist.services.library import Library

SAMPLE_OBJECTS = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


def test_the_sample_has_something_for_every_part_of_the_app(library: Library) -> None:
    fill_with_sample(library)
    papers = library.papers(library.find().ids)
    assert len(papers) == 40
    assert all(library.count_by_status()[status] for status in Status)
    assert {paper.priority for paper in papers} == set(Priority)
    assert len(library.tags()) >= 5
    assert sum(bool(paper.note) for paper in papers) >= 5
    assert all(paper.authors and paper.year and paper.abstract for paper in papers)
    assert library.is_saved()
    actions = {change.action for change in library.history()}
    assert actions == {Action.IMPORT, Action.EDIT}
    for paper in papers:
        assert paper.key == next(o["key"] for o in SAMPLE_OBJECTS if o["title"] == paper.title)


def test_links_between_notes_lead_somewhere(library: Library) -> None:
    fill_with_sample(library)
    notes = [paper.note or "" for paper in library.papers(library.find().ids)]
    links = re.findall(r"\[\[([^\]]+)\]\]", "\n".join(notes))
    assert len(links) >= 3
    for key in links:
        assert library.paper(key).key == key


@pytest.mark.parametrize("paper", SAMPLE_OBJECTS, ids=lambda paper: str(paper["key"]))
def test_each_fact_of_the_sample_is_of_its_kind(paper: dict[str, object]) -> None:
    for field in ("key", "type", "title", "published", "venue", "arxiv", "doi", "abstract"):
        value = paper[field]
        if value is not None:
            assert parse_field(field, str(value)) == (field, value)
    for field in ("status", "priority"):
        assert parse_field(field, str(paper[field])) == (field, paper[field])
    authors = paper["authors"]
    assert isinstance(authors, list)
    assert authors
    assert all(re.fullmatch(r"[^,;]+(, [^,;]+)?", author) for author in authors)
    assert str(paper["abstract"]).count(".") >= 1


def test_the_sample_is_thrown_away_and_leaves_the_users_files_alone(tmp_path: Path) -> None:
    with sample_library(Config()) as library:
        folder = library.path.parent
        library.mark(library.find().ids, status=Status.READ)
        assert library.count() == 40
    assert not folder.exists()
    assert not state_folder().exists()
    assert list((tmp_path / "home").iterdir()) == []
