"""Hostile text through every door of the command line: it stays text.

READINGLIST_EXAMPLES=5000 pytest -s tests/end_to_end/test_hostile_text.py is the long run; it prints
how many texts of each kind went through each door.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import itertools
import json
import os
import re
import sqlite3
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from readinglist.cli.main import cli as program
from readinglist.cli.main import run
from readinglist.config import parse_config
from readinglist.domain.fields import parse_field
from readinglist.domain.paper import Paper
from readinglist.domain.text import printable, printable_block
from readinglist.errors import ReadingListError
from readinglist.formats.recognition import parse
from readinglist.services.library import Library
from tests.end_to_end.terminal import Terminal
from tests.hostile_text import (
    EXAMPLES,
    FEW,
    FORMATS,
    IS_LONG,
    PIECES,
    STEERING,
    TALLY,
    Hostile,
    check_harmless,
    check_stored,
    check_width,
    file_of,
    long_texts,
    papers_of,
    parsed_json,
    storable,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PROGRESS_BAR = re.compile(r"\r|\x1b\[\?25[lh]|\x1b\[K")
"""What click itself writes for one."""


class _Stream(io.TextIOWrapper):
    """An output as Python's own, which may say that it is a terminal."""

    def __init__(self, is_terminal: bool) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding="utf-8", errors="strict", newline="\n")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def written(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode()


@dataclass(frozen=True)
class Outcome:
    """What a command wrote."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands on one library, in this process; whatever a terminal gets is looked at."""

    def __init__(self, library: Path) -> None:
        self.library = library

    def __call__(self, *arguments: str, stdin: bytes = b"", is_terminal: bool = True) -> Outcome:
        """Run a command."""
        streams = _Stream(is_terminal), _Stream(True)
        typed = io.TextIOWrapper(io.BytesIO(stdin))
        before = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = typed, *streams
        try:
            code = run(["--library", str(self.library), *arguments])
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
        out, err = (stream.written() for stream in streams)
        assert "Traceback" not in err
        assert code in (0, 1, 2), code
        if is_terminal:
            check_harmless(out, " ".join(arguments))
        check_harmless(_PROGRESS_BAR.sub("", err), " ".join(arguments))
        return Outcome(code, out, err)

    def completed(self) -> str:
        """Return what is offered to a shell that completes a command."""
        stream = _Stream(False)
        before, sys.stdout = sys.stdout, stream
        try:
            program.main([], prog_name="readinglist", complete_var="_READINGLIST_COMPLETE")
        except SystemExit:
            pass
        finally:
            sys.stdout = before
        return stream.written()

    def data(self, *arguments: str) -> Any:
        """Return the JSON that a command prints, which is the same on a terminal."""
        piped = self(*arguments, is_terminal=False)
        value = parsed_json(piped.out)
        shown = self(*arguments)
        assert shown.out.isascii()
        assert parsed_json(shown.out) == value
        return value


def each(door: str, hostile: Sequence[Hostile], check: Callable[[str], object]) -> None:
    """Send texts through a door; all are tried, whatever becomes of one."""
    failed = []
    for one in hostile:
        try:
            check(one.text)
        except Exception as error:
            told = f"{one.kind}: {one.text[:200]!a}\n  {type(error).__name__}: {error}"
            failed.append(told[:900])
    TALLY.note(door, hostile)
    assert not failed, f"{len(failed)} of {len(hostile)}:\n" + "\n".join(failed[:8])


def parsed_of(kind: str, text: str) -> list[Paper]:
    """Return the papers of an exported file, read again."""
    parsed = parse(text, "bibtex" if kind == "biblatex" else kind, lambda: (2024, ""))
    assert parsed.problems == ()
    return list(parsed.papers)


@pytest.fixture(scope="module", autouse=True)
def _told() -> Iterator[None]:
    """Print at the end what has been tried."""
    yield
    print("\n" + "\n".join(TALLY.lines()))


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "library.db")


@pytest.fixture(scope="module")
def hostile_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that is full of hostile text."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "hostile.json").write_text(json.dumps(papers_of(texts(EXAMPLES))))
    with Library.open(folder / "library.db", state=folder / "state") as library:
        (file,) = library.import_files([folder / "hostile.json"]).files
        assert file.added > 0.9 * EXAMPLES
        assert file.problems == ()
    TALLY.note("import of our JSON", texts(EXAMPLES))
    return folder / "library.db"


@pytest.fixture
def full(hostile_library: Path, tmp_path: Path) -> CommandLine:
    """The command line on a copy of it."""
    (tmp_path / "library.db").write_bytes(hostile_library.read_bytes())
    return CommandLine(tmp_path / "library.db")


# --- what is stored

EDITED = (
    *("title", "authors", "organization", "abstract", "venue", "tags", "note", "key", "url", "doi"),
)


def test_what_is_typed_is_stored_as_the_fields_promise(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as library:
        library.add({"title": "Owls", "key": "owls"})

        def edit(text: str) -> None:
            for name in EDITED:
                try:
                    field, value = parse_field(name, text)
                except ReadingListError as error:
                    with pytest.raises(ReadingListError):
                        library.edit("owls", {name: text})
                    check_harmless(printable(str(error)))
                    continue
                if name == "key":
                    continue
                library.edit("owls", {name: text})
                assert getattr(library.paper("owls"), field) == value
            library.note("owls", storable(text))
            assert (library.paper("owls").note or "") == (storable(text) if text.strip() else "")

        each("edit in the library", texts(EXAMPLES), edit)
        paper = library.paper("owls")
    with Library.open(tmp_path / "library.db", state=tmp_path / "other") as library:
        assert library.paper("owls") == paper


def test_commands_that_write(cli: CommandLine) -> None:
    def write(text: str) -> None:
        text = text.replace("\0", "")  # no argument of a program holds it
        added = cli("add", f"title=Owl {text}", f"authors={text}", f"tags={text}", f"note={text}")
        if added.code == 0:
            key = added.out.strip()
            cli("edit", key, f"venue={text}")
            paper = cli.data("show", key, "--json")
            assert paper["title"] == parse_field("title", f"Owl {text}")[1]
            assert (paper["note"] or "") == (text if text.strip() else "")
            cli("note", key, "--append", text)
            cli("mark", key, "--tag", text)
            cli("cite", key)
            cli("delete", key)
        cli("edit", "nobody", text)
        cli("edit", "nobody", f"{text}=1")

    each("add, edit, note, mark, delete", texts(FEW, "written"), write)


# --- what is shown


def test_papers_on_a_terminal(full: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    papers = full.data("list", "--json")
    listed = full("list")
    assert len(listed.out.splitlines()) == len(papers)
    check_width(listed.out.splitlines(), 80, "list")
    TALLY.note("list", texts(EXAMPLES))
    full("history", "--limit", "100000")
    full("log", "--limit", "100000")
    full("stats")
    full("stats", "--plot", "-")
    full("duplicates")
    for command in (["history"], ["stats"], ["duplicates"]):
        full.data(*command, "--json")
    for kind in ("bibtex", "biblatex", "csl-json", "json"):
        full("export", "--format", kind)
    full("textconv", str(full.library))
    full("check", "--json")
    TALLY.note("history, log, stats, plot, duplicates, export, textconv", texts(EXAMPLES))
    with Library.open(full.library) as library:
        stored = {paper.key: paper for paper in library.papers(library.find().ids)}
    for paper in papers:
        one = stored[paper["key"]]
        for name in ("title", "note", "abstract", "venue", "organization"):
            assert paper[name] == getattr(one, name)
        assert paper["authors"] == list(one.authors)
        assert paper["tags"] == list(one.tags)
    step = max(1, len(papers) // FEW)
    for paper in papers[::step]:
        shown = full("show", paper["key"])
        assert shown.out.splitlines()[0] == printable(paper["title"])
        assert printable_block(paper["note"]) in shown.out
        assert full.data("show", paper["key"], "--json") == paper
        full("history", paper["key"])


def test_queries(full: CommandLine) -> None:
    def ask(text: str) -> None:
        full("list", "--limit", "3", "--", text)
        full("list", "--limit", "3", "--", f"tag:{text}")
        full("list", "--view", text)
        full("list", "--sort", text)
        full("cite", "--", text)
        full("export", "--query", text, "--format", "json")

    each("query, view, order", texts(FEW, "asked"), ask)


def test_keys_that_nobody_has(full: CommandLine) -> None:
    def name(text: str) -> None:
        commands = ("show", "history", "open", "delete", "export", "list --like", "merge a")
        for command in commands:
            assert full(*command.split(), "--", text).code in (1, 2) or not text.strip()
        full(text)
        full("mark", "a", "--status", text)
        full("import", "--format", text, "x")
        full("--nothing" + text)
        full("restore", "a", text)
        full("rekey", "--all", "--pattern", text)

    each("keys, options, commands", texts(FEW, "named"), name)


# --- what comes in files


@pytest.mark.parametrize("kind", FORMATS)
def test_files_of_each_format(cli: CommandLine, tmp_path: Path, kind: str) -> None:
    hostile = texts(EXAMPLES, kind)
    file = tmp_path / "hostile.txt"

    def import_one(text: str) -> None:
        file.write_bytes(file_of(kind, [Hostile("", text)]))
        cli("import", "--format", kind, str(file))
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        cli("import", "--format", kind, str(file))
        cli("import", str(file))
        cli("import", "-", stdin=text.encode("utf-8", "surrogatepass"))

    each(f"import of {kind}, one by one", texts(FEW, kind), import_one)
    for start in range(0, EXAMPLES, 100):
        some = hostile[start : start + 100]
        if kind not in ("csl-json", "json", "hugging-face"):  # else the whole file is none of text
            some = [Hostile(one.kind, storable(one.text).replace("\0", "")) for one in some]
        file.write_bytes(file_of(kind, some, start))
        outcome = cli("import", "--format", kind, "--json", str(file), is_terminal=False)
        parsed_json(outcome.out)
    TALLY.note(f"import of {kind}", hostile)
    with Library.open(cli.library) as library:
        papers = library.papers(library.find().ids)
    # A brace less, or a line more, may make one entry of many.
    assert len(papers) > EXAMPLES / (10 if kind == "bibtex" else 2)
    for paper in papers:
        check_stored(paper)
    cli.data("list", "--json")
    cli("list")
    cli("history")
    for out in ("bibtex", "biblatex", "csl-json", "json"):
        cli("export", "--format", out)
        data = cli("export", "--format", out, is_terminal=False).out
        back = [one for one in parsed_of(out, data) if one.title]
        assert len(back) == len(papers), out


@pytest.mark.parametrize("long", long_texts()[:: 1 if IS_LONG else 4], ids=lambda long: long.kind)
def test_long_texts(cli: CommandLine, tmp_path: Path, long: Hostile) -> None:
    """A megabyte is read or refused, in seconds."""
    for kind in FORMATS if IS_LONG else ("json", "bibtex"):
        (tmp_path / "long.txt").write_bytes(file_of(kind, [long]))
        cli("import", "--format", kind, str(tmp_path / "long.txt"))
    (tmp_path / "long.txt").write_text(long.text)
    cli("import", str(tmp_path / "long.txt"))
    for key in [paper["key"] for paper in cli.data("list", "--json")]:
        cli("show", key)
        cli("history", key)
    cli("list", "--", long.text)
    cli("list")
    cli("duplicates")
    cli("textconv", str(cli.library))
    TALLY.note("a megabyte in each format", [long])


# --- names of files


def test_names_of_files(cli: CommandLine, tmp_path: Path) -> None:
    cli("add", "title=Owls", "key=owls")
    folder = tmp_path / "files"
    folder.mkdir()

    def use(text: str) -> None:
        text = text.replace("\0", "").replace("/", "-").strip(".")[:60]
        name = os.fsdecode(text.encode("utf-8", "surrogatepass"))
        while len(os.fsencode(name)) > 200:
            name = name[:-10]
        file = folder / name
        if not name or file.exists():
            return
        file.write_text("@misc{owl, title = {On Owls}}\n" * 2)
        cli("import", "--", str(file))
        cli.data("import", "--json", "--", str(file))
        cli("export", "-o", str(file) + ".bib", "--replace")
        cli("export", "--for", str(file))
        cli("check", str(file))
        cli("recover", str(file))
        cli("stats", "--plot", str(file))
        cli("textconv", str(file))
        CommandLine(file)("list")
        CommandLine(file / "library.db")("list")
        CommandLine(folder / f"{name}.db")("list")
        CommandLine(folder / f"{name}.db")("config", "show")
        cli("--config", str(file), "list")
        cli("--config", str(file), "config", "path")
        cli("history", "owls")
        cli("log")

    named = texts(FEW, "files")
    named += [Hostile("names of files", name) for name in PIECES["names of files"] if IS_LONG]
    each("names of files", named, use)


def test_export_for_a_document_that_is_hostile(full: CommandLine, tmp_path: Path) -> None:
    def cite(text: str) -> None:
        (tmp_path / "paper.tex").write_bytes(
            f"\\cite{{{text}}}\\cite[{text}]{{owl,{text}}}\\input{{{text}}}{text}\n"
            f"\\bibliography{{{text}}}".encode("utf-8", "surrogatepass")
        )
        full("export", "--for", str(tmp_path / "paper.tex"), "-o", "-")
        (tmp_path / "paper.aux").write_bytes(
            f"\\citation{{{text}}}\n\\bibdata{{{text}}}\n".encode("utf-8", "surrogatepass")
        )
        full("export", "--for", str(tmp_path / "paper.aux"), "-o", str(tmp_path / "paper.bib"))
        (tmp_path / "paper.bib").write_bytes(text.encode("utf-8", "surrogatepass"))
        full("export", "--for", str(tmp_path / "paper.aux"), "-o", str(tmp_path / "paper.bib"))

    each("a document that cites", texts(FEW, "cited"), cite)


# --- settings, views, the line-by-line mode

SETTINGS = (
    "{}", "library: {}", "{}: x", "theme: {}", "view: {}", "columns: [{}]", "keys: {{{}: x}}",
    'keys: {{paper.read: "{}"}}', "citation_key: '{}'", "export: {{path: {}}}", "export: {{{}: 1}}",
    "notes: {{templates: {{x: '{}'}}}}", "notes: {{template: {}}}", "online: {{mail: {}}}",
    "online: {{sources: [{}]}}", "online: {{addresses: {{arxiv: '{}'}}}}", "editor: |\n  {}",
    "online: {{cache_days: {}}}", "sync: {{most_loose: {}}}", 'viewer: "{}"',
)  # fmt: skip


def test_settings(cli: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"

    def load(text: str) -> None:
        for setting in SETTINGS:
            try:
                parse_config(setting.format(text), "config.yaml")
            except ReadingListError as error:
                check_harmless(printable(str(error)))

    def command(text: str) -> None:
        for setting in SETTINGS:
            path.write_bytes(setting.format(text).encode("utf-8", "surrogatepass"))
            cli("--config", str(path), "config", "check")
            cli("--config", str(path), "config", "show")

    each("settings", texts(EXAMPLES, "settings"), load)
    each("config check, config show", texts(FEW, "config"), command)


def test_views(full: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("")

    def view(text: str) -> None:
        for written in ("{}: owl", "owls: {}", "'{}': owl", 'x: {{query: "{}", sort: {}}}', "{}"):
            (tmp_path / "views.yaml").write_bytes(
                written.replace("{}", text).encode("utf-8", "surrogatepass")
            )
            full("--config", str(path), "list", "--view", "nothing")
            full("--config", str(path), "list", "--view", text)
            full("--config", str(path), "--plain", stdin=b"view\nview x\n")
            full("--config", str(path), "config", "check")

    each("views", texts(FEW, "views"), view)


def test_line_by_line(full: CommandLine) -> None:
    def type_lines(text: str) -> None:
        words = "show,tag 1,tags 1,note 1,view,sort,keep,like,copy,cite,open,read,help"
        lines = [text, f"/{text}", *(f"{word} {text}" for word in words.split(",")), "tags", "more"]
        typed = "".join(f"{line}\n" for line in ("list", *lines))
        full("--plain", stdin=typed.encode("utf-8", "surrogatepass"))

    each("--plain", texts(FEW, "plain"), type_lines)


def test_completions(full: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("")

    def complete(text: str) -> None:
        text = storable(text).replace("\0", "")
        (tmp_path / "views.yaml").write_text(json.dumps({text: "owl"}))
        for words in (f"readinglist show {text}", "readinglist list --view ", "readinglist show "):
            with monkeypatch.context() as patch:
                patch.setenv("_READINGLIST_COMPLETE", "bash_complete")
                patch.setenv("COMP_WORDS", words)
                patch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
                patch.setenv("READINGLIST_LIBRARY", str(full.library))
                patch.setenv("READINGLIST_CONFIG", str(config))
                out = full.completed()
            check_harmless(out, words)
            for line in filter(None, out.split("\n")):
                assert line.startswith(("plain,", "file,", "dir,")), line

    each("completions", texts(FEW, "completed"), complete)


# --- what comes from elsewhere


def _columns(text: str) -> Iterator[dict[str, str]]:
    """Yield what another program may write into columns, by table and column."""
    plain = ("title", "abstract", "venue", "note", "organization")
    free = ("journal.machine", "journal.key", "journal.old", "journal.new", "journal.source")
    yield {
        **{f"paper.{name}": text for name in plain},
        "paper.authors": json.dumps([text]),
        **dict.fromkeys((*free, "paper_tag.tag", "source.name"), text),
    }
    yield {"paper.links": json.dumps([f"https://e.org/{text}"])}
    yield from ({name: text} for name in ("paper.key", "paper.url", "journal.field", "journal.at"))


def test_a_library_that_another_program_wrote(tmp_path: Path) -> None:
    """All columns may hold anything: it is refused in a sentence, or shown as text."""
    with Library.open(tmp_path / "library.db", state=tmp_path / "state") as library:
        library.add({"title": "Owls", "key": "owls", "tags": "a", "note": "b"})
        library.edit("owls", {"venue": "Zoo"})
    sound = (tmp_path / "library.db").read_bytes()
    numbers = itertools.count()
    refused = 0

    def receive(text: str) -> None:
        nonlocal refused
        for columns in _columns(storable(text)):
            path = tmp_path / f"{next(numbers)}.db"
            path.write_bytes(sound)
            with contextlib.closing(sqlite3.connect(path)) as connection, connection:
                for name, value in columns.items():
                    table, _, column = name.partition(".")
                    connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
            other = CommandLine(path)
            other("textconv", str(path))
            if other("list").code:
                refused += 1
                continue
            for command in (["history"], ["log"], ["show", "owls"], ["stats"], ["export"]):
                other(*command)
            other.data("history", "--json")

    each("a library.db of another program", texts(FEW, "received"), receive)
    assert refused


def test_two_machines_and_git(tmp_path: Path) -> None:
    """What two machines set becomes a conflict of two hostile values, and a diff of them."""
    for name in ("base", "mine", "theirs"):
        with Library.open(tmp_path / "base.db", state=tmp_path / "state") as library:
            if name == "base":
                for n, one in enumerate(texts(FEW, "base")):
                    library.add({"title": f"Owls {n}", "venue": storable(one.text), "key": f"o{n}"})
        (tmp_path / f"{name}.db").write_bytes((tmp_path / "base.db").read_bytes())
    for name in ("mine", "theirs"):
        with Library.open(tmp_path / f"{name}.db", state=tmp_path / f"state-{name}") as library:
            for n, one in enumerate(texts(FEW, name)):
                library.edit(f"o{n}", {"venue": storable(one.text)})
                library.note(f"o{n}", storable(one.text))
    merged = CommandLine(tmp_path / "mine.db")
    files = [str(tmp_path / f"{name}.db") for name in ("base", "mine", "theirs")]
    assert merged("merge-driver", *files).code == 0
    assert len(merged("conflicts").out.splitlines()) >= 4
    merged.data("conflicts", "--json")
    for file in files:
        diff = merged("textconv", file, is_terminal=False).out
        check_harmless(diff, "git diff")
        assert len(diff.splitlines()) == diff.count("\n")
    merged("conflicts", "--take")
    merged("log")
    TALLY.note("merge, conflicts, git diff", texts(FEW, "mine"))


# --- pictures


def test_pictures(full: CommandLine, tmp_path: Path) -> None:
    """A picture is XML in which nothing runs, whatever was searched for."""

    def draw(text: str) -> None:
        file = tmp_path / "picture.svg"
        full("--screenshot", str(file), "--search", text)
        for element in ET.parse(file).getroot().iter():
            assert element.tag.partition("}")[2] != "script"
            assert not any(name.lower().startswith("on") for name in element.attrib)

    each("--screenshot", texts(FEW, "pictures"), draw)
    plot = tmp_path / "plot.svg"
    full("mark", *[paper["key"] for paper in full.data("list", "--json")[:50]], "--status", "read")
    full("stats", "--plot", str(plot))
    for element in ET.parse(plot).getroot().iter():
        assert element.tag.partition("}")[2] not in ("script", "a", "image", "foreignObject")
    TALLY.note("stats --plot", texts(EXAMPLES))


# --- in a real terminal

_CONTROL_SEQUENCE = re.compile(r"\x1b\[([0-9;:<=>?]*[ !$]*[@-~])")
_OURS = re.compile(r"[0-9;]*[mH]|\?[0-9;]+[hl$]+p?|[<>=][0-9;]*[umq]|\?[0-9;]*u|[0-9]* q|\?25[hl]")
"""What Textual sends: colours, places, modes."""
_FORBIDDEN = re.compile(r"31m|6n|5i|8;1;1t|2J|200~|\?1049l.*|>4;2m")


def test_the_app_in_a_terminal(hostile_library: Path, tmp_path: Path) -> None:
    """At 80 columns the frame stands where it stands, and only Textual steers the terminal."""
    home, raw = tmp_path / "home", tmp_path / "raw"
    home.mkdir(exist_ok=True)
    (home / "library.db").write_bytes(hostile_library.read_bytes())
    pages = max(4, EXAMPLES // 100)
    with Terminal(80, 24, home) as terminal:
        terminal.start((sys.executable, "-m", "readinglist", "--library", "library.db"))
        terminal.record(raw)
        terminal.wait_for("? Help")
        for page in range(pages):
            listed = terminal.wait_for(lambda screen: "\n" + 80 * "─" + "\n" in screen)
            for line in listed.splitlines():
                assert width_of(line) <= 80, ascii(line)
            terminal.keys("n")
            noted = terminal.wait_for(is_framed)
            for line in noted.splitlines():
                assert width_of(line) == 80, ascii(line)
            terminal.keys("Escape")
            terminal.wait_for(lambda screen: "? Help" in screen and "Markdown" not in screen)
            terminal.keys("C-d" if page % 2 else "j")
        sent = raw.read_bytes().decode()
        terminal.keys("q")
        assert terminal.wait_for_end() == 0
    rest = _CONTROL_SEQUENCE.sub("", sent).replace("\x1b]22;default\x07", "").replace("\r", "")
    assert not STEERING.search(rest)
    assert len(sent) > 10_000
    for sequence in set(_CONTROL_SEQUENCE.findall(sent)):
        assert not _FORBIDDEN.fullmatch(sequence), sequence
    TALLY.note("the app in tmux, 80 x 24", texts(pages * 12))


def is_framed(screen: str) -> bool:
    """Return whether a box fills the screen."""
    lines = screen.splitlines()
    ends = {line[:1] + line[-1:] for line in lines[1:-1]}
    ends |= {lines[0][:1] + lines[0][-1:], lines[-1][:1] + lines[-1][-1:]}
    return ends == {"╭╮", "││", "╰╯"}


def width_of(line: str) -> int:
    """Return the columns that the C library, and tmux with it, gives a line."""
    return sum(max(0, _C.wcwidth(ord(letter))) for letter in line)


_C = ctypes.CDLL(None)
