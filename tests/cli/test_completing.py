"""`readinglist complete`, as one types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.cli.conftest import CommandLine
from tests.conftest import Listed, PageMaker
from tests.online.local_sources import LocalSources
from tests.online.works import AUTHORS, PREPRINTS, PUBLISHED, TITLES

pytestmark = pytest.mark.usefixtures("hurry")


@pytest.fixture
def sources(server: HTTPServer, tmp_path: Path) -> LocalSources:
    sources = LocalSources(server, [*PREPRINTS, PUBLISHED])
    sources.write_config(tmp_path / "home" / "config" / "readinglist" / "config.yaml")
    return sources


@pytest.fixture
def listed(cli: CommandLine, sources: LocalSources, page: PageMaker) -> CommandLine:
    """The command line on a library with a page of titles."""
    cli("import", str(page(Listed(TITLES[0], authors=2), *TITLES[1:], "Foxes of Kent")))
    return cli


def keys(cli: CommandLine) -> dict[str, str]:
    return {paper["title"]: paper["key"] for paper in cli("list", "--json").data}


def test_a_page_imported_in_the_morning_is_citable(listed: CommandLine) -> None:
    done = listed("complete", "--all")
    assert done.err.splitlines() == ["arXiv: 4 papers", "DBLP: 1 paper", "4 papers completed."]
    assert listed("list", "--json", "author:ahn").data[0]["venue"] == "ICML"
    assert "booktitle = {ICML}" in listed("export", "ahn2022sparse").out
    shown = listed("show", "ahn2022sparse").out
    assert "given by" in shown
    assert "arXiv (authors" in shown
    assert "DBLP (" in shown
    assert listed("undo").err == "Undone: 4 papers: completed from arXiv, DBLP\n"


def test_only_the_papers_that_are_meant_are_asked_about(
    listed: CommandLine, sources: LocalSources
) -> None:
    listed("edit", keys(listed)[TITLES[1]], "authors=Me, Myself")
    listed("complete", "--missing", "authors", "trees")
    assert sources.requests.total() == 0
    listed("complete", "sparse", "attention")
    named = [paper["title"] for paper in listed("list", "--json").data if paper["arxiv"]]
    assert named == [TITLES[0]]
    listed("complete", "--missing", "authors", "--missing", "arxiv")
    papers = listed("list", "--json").data
    assert {p["title"] for p in papers if p["arxiv"]} == {TITLES[0], TITLES[2], TITLES[3]}


def test_what_is_doubtful_is_told(listed: CommandLine) -> None:
    listed("edit", keys(listed)[TITLES[0]], "author_count=24")
    done = listed("complete", "sparse")
    key = keys(listed)[TITLES[0]]
    assert f"{key}: arXiv, Hugging Face, DBLP, Crossref, OpenAlex have “{TITLES[0]}” (" in done.err
    assert "(Mina Ahn, Tom Baker, 2022-12-08): " in done.err
    assert "the number of authors differs." in done.err
    assert "With --ask you decide about them." in done.err


def test_all_of_it_as_json(listed: CommandLine) -> None:
    told = listed("complete", "--all", "--json").data
    assert told["asked"] == 5
    assert len(told["completed"]) == 4
    assert told["by_source"] == {"arXiv": 4, "DBLP": 1}
    assert (told["doubtful"], told["problems"], told["stopped"]) == ([], [], False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Say which papers"),
        (["--all", "x"], "exclude each other"),
        (["--missing", "foxes"], "'foxes' is not one of"),
        (["--all", "--ask"], "--ask needs a terminal"),
        (["status:maybe"], "status: takes"),
    ],
)
def test_what_is_not_meant_so_is_said(
    listed: CommandLine, arguments: list[str], message: str
) -> None:
    assert message in listed("complete", *arguments, code=2).err


def test_nobody_is_meant(listed: CommandLine) -> None:
    assert "No paper answers “tag:none”." in listed("complete", "tag:none", code=1).err


def test_a_source_out_of_order_is_told(listed: CommandLine, sources: LocalSources) -> None:
    sources.trouble["dblp"] = lambda _: Response("<html>", 200)
    done = listed("complete", "--all", code=1)
    assert "DBLP gave an answer that can't be read: it is no JSON." in done.err
    assert "4 papers completed." in done.err


def test_without_a_network_one_sentence_and_nothing_changed(
    cli: CommandLine, page: PageMaker, tmp_path: Path, no_proxy: None
) -> None:
    config = tmp_path / "config.yaml"
    names = ("arxiv", "huggingface", "dblp", "crossref", "openalex")
    nowhere = "".join(f"    {name}: http://127.0.0.1:9\n" for name in names)
    config.write_text(f"online:\n  addresses:\n{nowhere}")
    cli("import", str(page(*TITLES)))
    before = cli.path.read_bytes()
    done = cli("--config", str(config), "complete", "--all", code=1)
    assert done.err == (
        "readinglist: No source of metadata can be reached: nothing was changed. "
        "Is there a network?\n"
    )
    assert cli.path.read_bytes() == before


def test_a_paper_is_added_by_its_identifier(listed: CommandLine) -> None:
    done = listed("add", "arxiv=arXiv:2212.00001v2", "tags=trees", "--json")
    assert done.data[0]["authors"] == list(AUTHORS[1])
    assert done.data[0]["tags"] == ["trees"]
    assert "completed from arXiv" in done.err
    listed("delete", done.data[0]["key"])
    assert listed("add", "arxiv=2212.00001").out == "diaz2022learning\n"
    assert "No source has a paper" in listed("add", "doi=10.1000/none", code=2).err
    assert "is no arXiv id" in listed("add", "arxiv=foxes", code=2).err
    assert "no field" in listed("add", "arxiv=2212.00003", "colour=red", code=2).err
    assert not [p for p in listed("list", "--json").data if p["arxiv"] == "2212.00003"]


def test_a_newly_imported_page_is_not_asked_about_twice(
    listed: CommandLine, sources: LocalSources, tmp_path: Path
) -> None:
    config = tmp_path / "home" / "config" / "readinglist" / "config.yaml"
    config.write_text(config.read_text().replace("cache_days: 0", "cache_days: 7"))
    listed("complete", "--all")
    asked = sources.requests.total()
    assert asked
    listed("undo")
    listed("complete", "--all")
    assert sources.requests.total() == asked
    assert AUTHORS[0][0] in listed("list", "--json", "sparse").data[0]["authors"]
