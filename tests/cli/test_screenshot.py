"""A picture of what the app would show: made without a terminal, and without a trace."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from readinglist.cli.session import Session
from readinglist.config import state_folder
from readinglist.services.library import Library
from tests.cli.conftest import CommandLine
from tests.cli.test_looking import HOSTILE, control_bytes
from tests.conftest import PageMaker

KEYS = ["AttentionDetail", "BuildTwice", "CachesEverywhere"]


def read(picture: Path) -> str:
    """Return the text in a picture, which is sound XML."""
    root = ElementTree.parse(picture).getroot()
    assert root.tag.endswith("svg")
    return " ".join("".join(root.itertext()).replace("\xa0", " ").split())


def traces(*folders: Path) -> Iterator[tuple[Path, str]]:
    """Yield what there is: each file by its bytes, a database by its rows."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(("-shm", "-wal")):
                if path.suffix == ".db" and path.name != "lock.db":
                    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
                        content = "\n".join(database.iterdump()).encode()
                else:
                    content = path.read_bytes()
                yield path, hashlib.sha256(content).hexdigest()


def test_the_library_is_shown_as_in_the_app(filled: CommandLine, tmp_path: Path) -> None:
    filled("mark", KEYS[1], "--status", "reading", "--tag", "herons")
    picture = tmp_path / "shot.svg"
    done = filled("--screenshot", str(picture))
    assert (done.out, done.err) == ("", f"What the app shows is in {picture}.\n")
    text = read(picture)
    for title in ("Attention to Detail", "Build It Twice", "Caches Everywhere"):
        assert title in text
    assert "3 papers · All papers" in text
    assert "1 reading" in text


def test_a_view_and_a_search_in_a_size(filled: CommandLine, tmp_path: Path) -> None:
    """All has been found and indexed, also misspelt, when the picture is taken."""
    filled("mark", KEYS[1], "--status", "reading")
    picture = tmp_path / "shot.svg"
    filled(
        "--screenshot", str(picture), "--view", "unread", "--search", "atention", "--size", "80x24"
    )
    text = read(picture)
    assert "Attention to Detail" in text
    assert "Caches" not in text
    assert "1 shown · Unread" in text
    small = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.read_text())
    filled("--screenshot", str(picture), "--size", "200x50")
    large = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.read_text())
    assert small
    assert large
    assert float(small[1]) * 2 < float(large[1])
    filled("--screenshot", str(picture), "--search", "zzzzqqq")
    assert "Nothing matches “zzzzqqq”" in read(picture)
    filled("--screenshot", str(picture), "--search", "status:burnt")
    assert "status: takes" in read(picture)


def test_a_picture_loads_nothing(filled: CommandLine, tmp_path: Path) -> None:
    """No font, no picture of another host; a title that looks like one is a title."""
    evil = "@font-face {src: url(https://e.org/x)} <image href='https://e.org/y'/>"
    filled("edit", KEYS[0], f"title={evil}")
    filled("edit", KEYS[1], f"title={HOSTILE.replace(chr(0), '')}")
    picture = tmp_path / "shot.svg"
    filled("--screenshot", str(picture), "--size", "300x50")
    svg = picture.read_text(encoding="utf-8")
    style, _, _ = svg.partition("</style>")
    assert "@font-face" not in style
    assert "url(" not in style
    elements = list(ElementTree.parse(picture).iter())
    attributes = [value for element in elements for value in element.attrib.values()]
    assert [value for value in attributes if "http" in value] == []
    assert all(value.startswith("url(#") for value in attributes if "url" in value)
    tags = {element.tag.rpartition("}")[2] for element in elements}
    assert tags <= {"svg", "style", "defs", "clipPath", "rect", "text", "g", "circle"}
    assert evil in read(picture)
    assert control_bytes(svg) == []


def test_neither_the_library_nor_its_state_changes(
    filled: CommandLine, tmp_path: Path, page: PageMaker
) -> None:
    """What is unsaved is in the picture, and stays unsaved."""
    library = Library.open(filled.path)
    library.mark([library.paper(KEYS[0]).id], add_tags=["unsaved-heron"])
    library.close()
    folders = (filled.path.parent / "home", filled.path.parent)
    picture = tmp_path.parent / f"{tmp_path.name}.svg"
    before = list(traces(*folders))
    assert any(path.name == "working.db" for path, _ in before)
    filled("--screenshot", str(picture), "--search", "attention")
    assert list(traces(*folders)) == before
    assert "unsaved-heron" in read(picture)
    with Library.open(filled.path) as library:
        assert not library.is_saved()


def test_a_library_that_this_machine_never_opened(filled: CommandLine, tmp_path: Path) -> None:
    """It is shown, and the machine still keeps nothing of it; a damaged state does no harm."""
    clone = tmp_path / "clone" / "library.db"
    clone.parent.mkdir()
    clone.write_bytes(filled.path.read_bytes())
    known = sorted(state_folder().iterdir())
    picture = tmp_path / "shot.svg"
    there = CommandLine(clone, filled._capsys, filled._monkeypatch)
    there("--screenshot", str(picture), "--search", "caches")
    assert "Caches Everywhere" in read(picture)
    assert sorted(state_folder().iterdir()) == known
    for database in state_folder().glob("*/working.db"):
        database.write_bytes(b"no database" * 100)
    filled("--screenshot", str(picture), "--search", "twice")
    assert "Build It Twice" in read(picture)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--size", "120"], 2, "“120” is no size. Write columns x lines: 120x40."),
        (["--size", "0x0"], 2, "It has 40x10 to 500x300 columns and lines."),
        (["--size", "9999x40"], 2, "A picture of 9999x40 can't be drawn."),
        (["--view", "nonsense"], 2, "There is no view “nonsense”."),
        (["--library", "nowhere.db"], 1, "There is no library "),
    ],
)
def test_what_can_not_be_shown_is_a_sentence_and_writes_nothing(
    filled: CommandLine, tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    picture = tmp_path / "shot.svg"
    done = filled("--screenshot", str(picture), *arguments, code=code)
    assert done.err.startswith("readinglist: ")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert not picture.exists()
    assert not Path("nowhere.db").exists()


def test_where_it_can_not_be_written(filled: CommandLine, tmp_path: Path) -> None:
    lost = tmp_path / "no" / "such" / "shot.svg"
    assert "can't be written: No such file" in filled("--screenshot", str(lost), code=1).err
    assert "can't be written" in filled("--screenshot", str(tmp_path), code=1).err
    before = filled.path.read_bytes()
    assert "is the library itself" in filled("--screenshot", str(filled.path), code=1).err
    assert filled.path.read_bytes() == before
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    picture = tmp_path / "shot.svg"
    assert filled("--screenshot", str(picture), "--library", str(damaged), code=1).err
    assert not picture.exists()


@pytest.mark.parametrize("command", [["--screenshot"], ["stats", "--plot"]])
def test_svg_is_not_called_another_kind_of_picture(
    filled: CommandLine, tmp_path: Path, command: list[str]
) -> None:
    """What opens files by their names would take it for damaged; other names are the user's."""
    told = "readinglist: The picture is SVG: x.PNG is no name for it. Take one that ends in .svg.\n"
    assert filled(*command, str(tmp_path / "x.PNG"), code=2).err == told
    assert not (tmp_path / "x.PNG").exists()
    filled(*command, str(tmp_path / "x"))
    assert read(tmp_path / "x")
    (tmp_path / "x").write_text("<?xml version='1.0'?><papers/>")
    assert "is no SVG file" in filled(*command, str(tmp_path / "x"), code=1).err


@pytest.mark.parametrize(
    "arguments",
    [["--size", "80x24"], ["--view", "read"], ["--search", "x"], ["--screenshot", "x.svg", "list"],
     ["--plain", "--screenshot", "x.svg"]],
)  # fmt: skip
def test_options_that_do_not_go_together(filled: CommandLine, arguments: list[str]) -> None:
    assert "--screenshot" in filled(*arguments, code=2).err
    assert not Path("x.svg").exists()


def test_the_view_and_the_theme_of_the_configuration(filled: CommandLine, tmp_path: Path) -> None:
    settings = tmp_path / "config.yaml"
    settings.write_text("theme: textual-light\nview: read\n")
    picture = tmp_path / "shot.svg"
    assert Session(None, str(settings)).load_config().view == "read"
    filled("--config", str(settings), "--screenshot", str(picture))
    assert "No paper is in the view “Read”" in read(picture)
    light = picture.read_text()
    filled("--screenshot", str(picture), "--view", "read")
    assert picture.read_text() != light


def test_a_picture_is_drawn_through_no_link_out_of_its_folder(
    filled: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    link = tmp_path / "pictures" / "shot.svg"
    link.symlink_to("../elsewhere.svg")
    done = filled("--screenshot", str(link), code=1)
    assert f"{link} is a link out of {tmp_path / 'pictures'}, to {tmp_path / 'else'}" in done.err
    assert not (tmp_path / "elsewhere.svg").exists()
