"""Commands that show papers: data on stdout, narration on stderr, nothing changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import click
import pytest

from readinglist.cli.main import cli as cli_group
from readinglist.cli.session import complete_view
from readinglist.services.finding import VIEWS
from readinglist.services.library import Library
from tests.conftest import Listed, PageMaker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine

KEYS = ["AttentionDetail", "BuildTwice", "CachesEverywhere"]
PAPER = {
    "id": str, "key": str, "type": str, "title": str, "authors": list, "author_count": int,
    "organization": str, "abstract": str, "published": str, "year": int, "venue": str,
    "arxiv": str, "doi": str, "url": str, "links": list, "comments": int,
    "votes": int, "stars": int, "cite_as": str, "status": str,
    "priority": str, "tags": list, "note": str, "added_at": str, "sources": list,
}  # fmt: skip


def test_the_list_has_a_line_for_each_paper(filled: CommandLine) -> None:
    filled("mark", KEYS[1], "--status", "read", "--priority", "high")
    filled("mark", KEYS[2], "--status", "reading", "--priority", "low")
    filled("edit", KEYS[1], "year=2021")
    done = filled("list", "--sort", "title")
    assert done.out.splitlines() == [
        "[ ]     AttentionDetail         Attention to Detail",
        "[x] !!! BuildTwice        2021  Build It Twice",
        "[~] !   CachesEverywhere        Caches Everywhere",
    ]
    assert done.err == "3 papers\n"


def test_the_list_answers_queries(filled: CommandLine) -> None:
    filled("mark", KEYS[0], "--status", "skipped", "--tag", "x")
    assert filled("list", "atention", "detial").out.startswith("[-]     AttentionDetail")
    assert filled("list", "status:unread").err == "2 papers\n"
    assert filled("list", "--", "-tag:x").err == "2 papers\n"
    assert filled("list", "--limit", "1").err == "1 paper of 3\n"
    assert filled("list", "zymurgy").out == ""


@pytest.mark.parametrize(
    "query",
    ["atention", "ant", "paper on ants", "title:x", '"on ants"', "status:unread", "-bees", "",
     "ants author:nobody", "NEAR(", "bees wasps ants"],
)  # fmt: skip
def test_the_list_has_the_order_of_the_search(
    cli: CommandLine, page: PageMaker, library_file: Path, query: str
) -> None:
    """Whatever is asked for, on the command line and from Python."""
    titles = [f"{kind} {n}" for n in range(4) for kind in ("A Paper on Ants", "Attention, Bees")]
    cli("import", str(page(*titles, Listed("Ants", "About bees and wasps."))))
    with Library.open(library_file) as library:
        keys = [hit.paper.key for hit in library.search(query, limit=None)]
    # As one argument or as several: a query that begins with a minus goes behind --.
    for arguments in ([query], query.split()):
        listed = cli("list", "--json", "--", *arguments).data
        assert [paper["key"] for paper in listed] == keys
    assert [p["key"] for p in cli("list", "--json", "--limit", "2", "--", query).data] == keys[:2]


def test_the_papers_like_one(cli: CommandLine, page: PageMaker) -> None:
    boats = ["Keels of Yachts", "Yachts, Hulls and Keels", "A Hull for Racing Yachts"]
    ants = ["Trails of Ants", "A Colony of Ants", "Ants, Trails and Rain"]
    cli("import", str(page(*(Listed(title, f"{title}.") for title in boats + ants))))
    keys = {paper["title"]: paper["key"] for paper in cli("list", "--json").data}
    like = cli("list", "--like", keys[boats[0]], "--json").data
    assert {paper["title"] for paper in like[:2]} == set(boats[1:])
    assert boats[0] not in {paper["title"] for paper in like}
    done = cli("list", "--like", keys[boats[0]].lower(), "--limit", "1")
    assert like[0]["key"] in done.out
    assert done.err == f"1 paper of {len(like)}\n"
    narrowed = cli("list", "--like", keys[boats[0]], "--json", "racng", "status:unread").data
    assert [paper["title"] for paper in narrowed] == [boats[2]]
    in_order = cli("list", "--like", keys[boats[0]], "--json", "--sort", "title").data
    assert [paper["title"] for paper in in_order] == sorted(paper["title"] for paper in like)


def test_what_can_not_be_asked_of_likeness_is_a_sentence(filled: CommandLine) -> None:
    both = filled("list", "--like", KEYS[0], "--view", "unread", code=2).err
    assert "--view and --like exclude each other" in both
    unknown = filled("list", "--like", "BuildTwise", code=1)
    assert unknown.out == ""
    assert unknown.err == (
        "readinglist: There is no paper with the key BuildTwise. Did you mean BuildTwice?\n"
    )
    assert "requires an argument" in filled("list", "--like", code=2).err


def test_the_list_of_a_view(filled: CommandLine, tmp_path: Path) -> None:
    """One that each library has, or one of the user's own beside the configuration."""
    filled("mark", KEYS[0], "--status", "read")
    assert filled("list", "--view", "read").out.startswith("[x]     AttentionDetail")
    assert filled("list", "--view", "unread", "caches").err == "1 paper\n"
    (tmp_path / "conf").mkdir()
    config, views = tmp_path / "conf" / "config.yaml", tmp_path / "conf" / "views.yaml"
    config.write_text("view: mine\n")
    views.write_text("mine: {query: -status:read, sort: title}\n")
    here = ("--config", str(config))
    assert [line[8:20] for line in filled(*here, "list", "--view", "mine").out.splitlines()] == [
        "BuildTwice  ", "CachesEveryw",
    ]  # fmt: skip
    assert filled(*here, "list", "--view", "mine", "twice").err == "1 paper\n"
    assert "can be used" in filled(*here, "config", "check").err
    said = filled(*here, "list", "--view", "mein", code=2).err
    assert said == "readinglist: There is no view “mein”. Did you mean “mine”?\n"
    views.write_text("mine: [x]\n")
    for command in (["list", "--view", "mine"], ["config", "check"]):
        assert f"{views}:1: “mine” is a query" in filled(*here, *command, code=2).err
    assert filled(*here, "list", "--view", "all").err == "3 papers\n"


def test_views_are_completed(filled: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "views.yaml").write_text("mine: x\n")
    context = click.Context(cli_group)
    context.params = {"library": None, "config": str(tmp_path / "config.yaml")}
    option = click.Option(["--view"])
    assert complete_view(context, option, "") == [*VIEWS, "mine"]
    assert complete_view(context, option, "re") == ["reading", "read"]


def test_what_a_query_got_wrong_is_told_beside_the_data(filled: CommandLine) -> None:
    done = filled("list", "status:burnt", "attention")
    assert "status: takes unread, reading, read or skipped" in done.err
    assert KEYS[0] in done.out
    assert "There is no order" in filled("list", "--sort", "colour", code=2).err
    assert filled("list", "--limit", "0", code=2).out == ""


def test_papers_in_json_have_the_promised_members(filled: CommandLine, tmp_path: Path) -> None:
    full = {
        "title": "Everything", "key": "every2020", "type": "article", "authors": ["Curie, Marie"],
        "author_count": 1, "organization": "Sorbonne", "abstract": "All of it.",
        "published": "2020-02-03", "venue": "Annals", "arxiv": "2002.00001", "doi": "10.1000/1",
        "url": "https://e.org", "links": ["https://e.org/code"], "comments": 2,
        "votes": 40, "stars": 1200, "cite_as": "preprint", "status": "read",
        "priority": "medium", "tags": ["b", "a"], "note": "# N",
    }  # fmt: skip
    (tmp_path / "full.json").write_text(json.dumps([full]))
    filled("import", str(tmp_path / "full.json"))
    paper = filled("show", "every2020", "--json").data
    assert list(paper) == list(PAPER)
    assert {name: type(value) for name, value in paper.items()} == PAPER
    assert {name: paper[name] for name in full} == full | {"tags": ["a", "b"]}
    assert (paper["year"], paper["sources"]) == (2020, ["full.json"])
    assert re.fullmatch(r"[0-9a-f]{16}", paper["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", paper["added_at"])


def test_what_is_not_known_is_null_or_empty(filled: CommandLine) -> None:
    papers = filled("list", "--json", "--sort", "title").data
    assert [paper["key"] for paper in papers] == KEYS
    for paper in papers:
        assert list(paper) == list(PAPER)
        for name in ("authors", "links", "tags"):
            assert paper[name] == []
        for name in ("author_count", "organization", "published", "year", "venue", "arxiv", "doi",
                     "url", "comments", "votes", "stars", "cite_as", "note"):  # fmt: skip
            assert paper[name] is None
        assert (paper["status"], paper["priority"], paper["type"]) == ("unread", "none", "misc")
    assert filled("list", "--json", "zymurgy").data == []


def test_show_tells_all_there_is(cli: CommandLine, page: PageMaker) -> None:
    cli("import", str(page(Listed("A Paper", "First. " * 30, 12, "Dec 8, 2022 3"))))
    cli("mark", "Paper2022", "--tag", "b", "--tag", "a", "--priority", "low")
    cli("note", "Paper2022", "--text", "# Idea\n\n- one\n\t- two")
    out = cli("show", "paper2022").out
    assert out.startswith("A Paper\n12 authors\n\n      key  Paper2022\n     type  misc\n")
    for line in ("     tags  a, b", "published  2022-12-08", "     from  page.txt"):
        assert f"\n{line}\n" in out
    assert "\nAbstract\nFirst." in out
    assert out.endswith("\nNote\n# Idea\n\n- one\n    - two\n")
    assert "DOI" not in out


def test_show_tells_of_links_between_notes(filled: CommandLine) -> None:
    filled("note", KEYS[0], "--text", f"see [[{KEYS[1]}]] and [[nobody]]")
    assert re.search(rf"\nLinks to\n{KEYS[1]} \S.*\n$", filled("show", KEYS[0]).out)
    assert re.search(rf"\nLinked from\n{KEYS[0]} \S.*\n$", filled("show", KEYS[1]).out)
    assert "Link" not in filled("show", KEYS[2]).out


def test_the_history_of_a_paper_and_of_all(filled: CommandLine) -> None:
    filled("mark", KEYS[0], "--status", "read")
    filled("mark", KEYS[1], "--tag", "x")
    lines = filled("history", KEYS[0]).out.splitlines()
    assert re.fullmatch(
        rf"2  \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d  {KEYS[0]}  status: unread → read  \(\S+\)", lines[0]
    )
    assert "added from page.txt" in lines[1]
    assert len(filled("history").out.splitlines()) == 5
    assert len(filled("history", "--limit", "2").out.splitlines()) == 2
    newest = filled("history", "--json", "--limit", "1").data[0]
    names = ["at", "machine", "action", "paper", "key", "field", "old", "new", "source"]
    assert list(newest) == names
    assert newest == newest | {
        "action": "edit", "key": KEYS[1], "field": "tag", "old": None, "new": "x", "source": None,
        "paper": filled("show", KEYS[1], "--json").data["id"],
    }  # fmt: skip


@pytest.mark.parametrize("command", ["show", "history"])
def test_an_unknown_key_names_the_nearest_in_one_line(filled: CommandLine, command: str) -> None:
    done = filled(command, "BuildTwise", code=1)
    assert done.out == ""
    assert done.err == (
        "readinglist: There is no paper with the key BuildTwise. Did you mean BuildTwice?\n"
    )


HOSTILE = (
    "Evil\x1b[2J\x1b]0;own\x07 \u202etxt.exe\u202c \u0085line\nbreak\x9b31m "
    "\u200b\u2066x\u2069 \x00"
)


def control_bytes(text: str) -> list[str]:
    return re.findall(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text
    )


def test_hostile_text_prints_no_control_character(cli: CommandLine, tmp_path: Path) -> None:
    paper = {
        "title": HOSTILE, "key": "evil", "authors": [HOSTILE], "venue": HOSTILE, "note": HOSTILE,
        "abstract": HOSTILE, "organization": HOSTILE, "links": ["https://e.org/\u202egro.x"],
    }  # fmt: skip
    (tmp_path / "evil\x1b[2J.json").write_text(json.dumps([paper]))
    done = cli("import", str(tmp_path / "evil\x1b[2J.json"))
    assert control_bytes(done.out + done.err) == []
    cli("note", "evil", "--append", HOSTILE)
    cli("edit", "evil", f"venue={HOSTILE}!")
    for command in (["list"], ["show", "evil"], ["history"], ["history", "evil"], ["list", "evil"]):
        done = cli(*command)
        assert "Evil" in done.out or command[0] == "history"
        assert control_bytes(done.out + done.err) == []
    assert len(cli("list").out.splitlines()) == 1
    errors = cli("show", HOSTILE.replace("\x00", ""), code=1).err
    assert control_bytes(errors) == []
    assert len(errors.splitlines()) == 1


def test_json_on_a_terminal_is_ascii(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.json").write_text(json.dumps([{"title": HOSTILE + "é", "key": "evil"}]))
    cli("import", str(tmp_path / "p.json"))
    assert "é" in cli("show", "evil", "--json").out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    out = cli("show", "evil", "--json").out
    assert out.isascii()
    assert json.loads(out)["title"].endswith("é")


def test_on_a_terminal_lines_are_cut_to_its_width(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((40, 24)))
    lines = filled("list").out.splitlines()
    assert max(map(len, lines)) == 40
    assert lines[0].endswith("…")


def test_the_reading_in_figures(filled: CommandLine) -> None:
    filled("mark", KEYS[0], "--status", "read", "--tag", "ants")
    filled("mark", KEYS[1], "--status", "skipped", "--priority", "high")
    lines = filled("stats").out.splitlines()
    assert lines[0] == "3 papers: 1 unread, 0 reading, 1 read, 1 skipped"
    assert lines[1] == "Of what was read here, half was read within 0 days of its import."
    assert lines[3].split() == ["week", "of", "added", "read", "skipped", "left"]
    assert lines[4].split()[1:] == ["3", "1", "1", "1", "█" * 30]
    assert [line.split() for line in lines[5:]] == [
        [], ["papers", "read", "priority"], ["2", "1", "none"], ["1", "0", "high"],
        [], ["papers", "read", "tag"], ["1", "1", "ants"],
    ]  # fmt: skip
    known = filled("stats", "--json").data
    assert known["papers"] == 3
    assert known["status"] == {"unread": 1, "reading": 0, "read": 1, "skipped": 1}
    assert known["tags"] == {"ants": {"papers": 1, "read": 1}}
    assert known["median_days_to_read"] == 0
    assert [week["left"] for week in known["weeks"]] == [1]
    assert list(known["days"].values()) == [1]
    assert known["days_to_read"][0] == {"from": 0, "to": 0, "papers": 1}
    assert known["days_to_read"][-1] == {"from": 365, "to": None, "papers": 0}


def test_the_figures_of_nothing(cli: CommandLine, library_file: Path) -> None:
    Library.open(library_file).close()
    assert cli("stats").out == "0 papers: 0 unread, 0 reading, 0 read, 0 skipped\n"
    assert cli("stats", "--json").data["weeks"] == []


def test_the_plots_are_written_to_a_file(filled: CommandLine, tmp_path: Path) -> None:
    """The path is printed; with --json the figures are."""
    path = tmp_path / "log.svg"
    filled("mark", KEYS[0], "--status", "read", "--tag", "<script>]]>\x1b", code=2)
    filled("mark", KEYS[0], "--status", "read", "--tag", "<script>]]>")
    assert filled("stats", "--plot", str(path)).out == f"{path}\n"
    root = ET.parse(path).getroot()
    told = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert told[-2:] == ["<script>]]>", "1 of 1"]
    assert list(root.iter("{http://www.w3.org/2000/svg}script")) == []
    old = path.read_bytes()
    assert filled("stats", "--plot", str(path), "--json").data["papers"] == 3
    assert path.read_bytes() == old
    assert filled("stats", "--plot", "-").out.encode() == old
    assert "Neither read" in filled("stats", "--plot", "-", "--weeks", "3").out
    assert [file.name for file in tmp_path.glob(".*")] == []
    filled("stats", "--plot", "-", "--json", code=2)


def test_plots_replace_nothing_but_plots(filled: CommandLine, tmp_path: Path) -> None:
    """Not the library, no other file, also not behind a link; each with one sentence."""
    other = tmp_path / "thesis.tex"
    other.write_text("years of work", encoding="utf-8")
    link = tmp_path / "link.svg"
    link.symlink_to(other)
    for path in (other, link):
        told = filled("stats", "--plot", str(path), code=1).err
        assert f"{path} is there already and is no SVG file." in told
    assert other.read_text(encoding="utf-8") == "years of work"
    assert "is the library itself" in filled("stats", "--plot", str(filled.path), code=1).err
    assert "can't be written" in filled("stats", "--plot", str(tmp_path), code=1).err
    assert "can't be written" in filled("stats", "--plot", str(tmp_path / "no" / "x"), code=1).err


def test_the_plots_of_nothing(cli: CommandLine, library_file: Path, tmp_path: Path) -> None:
    Library.open(library_file).close()
    path = tmp_path / "log.svg"
    assert "there is nothing to plot" in cli("stats", "--plot", str(path), code=1).err
    assert not path.exists()


def test_papers_that_may_be_the_same_are_shown_two_by_two(
    cli: CommandLine, page: PageMaker
) -> None:
    cli("import", str(page("Attention to Detail", "Build It Twice", name="a.txt")))
    done = cli("duplicates")
    assert (done.out, done.err) == ("", "0 pairs\n")
    cli("import", str(page("Atention to Detail", "The Foxes\x1b[31m of Kent", name="b.txt")))
    done = cli("duplicates")
    assert done.out.splitlines() == [
        "nearly the same title",
        "    AttentionDetail  Attention to Detail",
        "    AtentionDetail  Atention to Detail",
    ]
    assert done.err == "1 pair. One paper of two: readinglist merge\n"
    (pair,) = cli("duplicates", "--json").data
    assert pair["why"] == "nearly the same title"
    assert [paper["key"] for paper in pair["papers"]] == ["AttentionDetail", "AtentionDetail"]
