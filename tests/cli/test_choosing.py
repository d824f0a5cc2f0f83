"""Which papers a command acts on: never more than were meant."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine

MISTYPED = ["status:raed", "year:<=2OO0", "tag:", "tag: status:unread", "year:>=", "-", " ", ""]


@pytest.mark.parametrize("query", MISTYPED)
@pytest.mark.parametrize(
    "command",
    [
        ["rekey", "--query"],
        ["fetch-pdf", "--query"],
        ["export", "--query"],
        ["complete"],
        ["complete", "--missing", "doi"],
    ],
    ids=" ".join,
)
def test_a_mistyped_query_and_an_empty_variable_mean_no_paper(
    filled: CommandLine, command: list[str], query: str
) -> None:
    before = filled.path.read_bytes()
    options = ["--pattern", "[title]"] if command[0] == "rekey" else []
    if query == "-" and command[0] == "complete":
        command = [*command, "--"]
    done = filled(*command, query, *options, code=2)
    assert "takes" in done.err or f"The query “{query}” asks for nothing. For all" in done.err
    assert done.out == ""
    assert filled.path.read_bytes() == before


@pytest.mark.parametrize("command", ["rekey", "fetch-pdf"])
@pytest.mark.parametrize(
    "choice",
    [
        ["--all", "--query", "build"],
        ["CachesEverywhere", "--query", "build"],
        ["CachesEverywhere", "--all"],
        [],
    ],
)
def test_papers_are_chosen_in_one_way(filled: CommandLine, command: str, choice: list[str]) -> None:
    before = filled.path.read_bytes()
    assert "Say which papers" in filled(command, *choice, code=2).err
    assert filled.path.read_bytes() == before


def test_what_a_query_finds_is_acted_on_and_nothing_else(filled: CommandLine) -> None:
    filled("edit", "BuildTwice", "authors=Curie, Marie", "tags=mine")
    filled("edit", "CachesEverywhere", "authors=Planck, Max")
    filled("rekey", "--query", "tag:mine", "--pattern", "auth.lower")
    keys = [paper["key"] for paper in filled("list", "--sort", "title", "--json").data]
    assert keys == ["AttentionDetail", "curie", "CachesEverywhere"]
    assert "No paper answers “tag:none”." in filled("rekey", "--query", "tag:none", code=1).err
