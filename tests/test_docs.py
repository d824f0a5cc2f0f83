"""The documents say what the program does.

What is made from the program is written anew by
`UPDATE_DOCS=1 pytest tests/test_docs.py tests/tui/test_pictures.py`.
"""

from __future__ import annotations

import os
import pkgutil
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from importlib import import_module
from itertools import chain
from pathlib import Path

import click
import pytest
from textual.binding import Binding
from textual.screen import ModalScreen

from readinglist.cli.main import cli
from readinglist.services.demo import SAMPLE
from readinglist.tui import screens
from readinglist.tui.dialog_keys import DIALOGS, NOTE
from readinglist.tui.keymap import (
    DOUBTFUL,
    DUPLICATES,
    LIBRARY_SECTIONS,
    LINK,
    PALETTE,
    PLACES,
    READING_LOG,
    SEARCH_BAR,
    TRIAGE,
    Key,
    displayed,
    help_lines,
)
from tests.cli.conftest import CommandLine
from tests.conftest import PageMaker

ROOT = Path(__file__).parents[1]
MANUAL = sorted((ROOT / "docs" / "manual").glob("*.md"))
MANUAL_BEGINS = ROOT / "docs" / "manual" / "README.md"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *MANUAL]


def compare(file: Path, text: str) -> None:
    """Compare a document with what the program makes of it, or write it."""
    if os.environ.get("UPDATE_DOCS"):
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_every_command_is_in_the_readme() -> None:
    """A command that the README doesn't tell of can't be found."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command and command.hidden:  # git calls it
            continue
        assert re.search(rf"`{name}\b", readme), f"README.md lacks {name}"


def test_the_readme_names_only_files_that_are_there() -> None:
    """Each link within the project leads somewhere."""
    for document in DOCUMENTS:
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8"))
        for link in links:
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_example_in_python(
    page: PageMaker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The README's program runs as printed."""
    monkeypatch.chdir(tmp_path)
    page("Attention Is All You Need", name="monday.txt")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert program
    exec(program[1], {})
    assert "Attention Is All You Need" in capsys.readouterr().out
    assert "title = {Attention Is All You Need}" in Path("references.bib").read_text()


FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
"""A block of code, in a list, too."""


def commands_in(document: Path) -> Iterator[list[str]]:
    """Yield the arguments of each `readinglist ...` in the code of a document."""
    text = document.read_text(encoding="utf-8")
    for block in FENCED.findall(text):
        yield from commands_of(block.splitlines())
    text = FENCED.sub("", text)
    yield from commands_of(re.findall(r"^    (readinglist .*)", text, re.MULTILINE))
    yield from commands_of(re.findall(r"`(readinglist [^`]+)`", text))


def commands_of(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the arguments of each `readinglist ...` in lines of a shell."""
    for line in lines:
        if "readinglist " not in line:
            continue
        words = shlex.shlex(line, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        command: list[str] = []
        for word in [*words, ";"]:
            if set(word) <= set("|&;<>()"):
                if command and Path(command[0]).name == "readinglist":
                    yield command[1:]
                command = []
            else:
                command.append(word)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_command_that_is_told_of_can_be_given(document: Path) -> None:
    """The command is there, and so are its options, with values that they can have."""
    for arguments in commands_in(document):
        context = cli.make_context("readinglist", list(arguments), resilient_parsing=False)
        left = [*context._protected_args, *context.args]
        if left:
            name, command, rest = cli.resolve_command(context, left)
            assert command, arguments
            with command.make_context(name, rest, parent=context):
                pass


def test_the_commands_of_the_documents_are_found() -> None:
    """The test above looks at something."""
    told = {word for document in DOCUMENTS for words in commands_in(document) for word in words[:1]}
    assert {"import", "export", "init", "sync", "duplicates", "merge", "restore"} <= told


WANTS_MORE = {
    *("complete", "fetch-pdf"),  # a network
    *("init", "sync", "conflicts", "recover"),  # git
    *("demo", "--pick", "--watch", "--library"),  # somebody who looks
}
"""What no example has that is tried here."""


@pytest.mark.parametrize("document", MANUAL, ids=lambda path: path.stem)
def test_the_examples_of_a_page_can_be_tried_on_the_sample(
    document: Path,
    page: PageMaker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One after the other, as the manual says; they find what they are about, and it is as shown.

    What is the reader's own is there: pages, a document with its .bib file, an editor.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "editor").write_text("#!/bin/sh\necho Seen. >> $1\n")
    (tmp_path / "editor").chmod(0o700)
    monkeypatch.setenv("VISUAL", str(tmp_path / "editor"))
    (tmp_path / "readinglist").mkdir()
    shutil.copy(SAMPLE, tmp_path / "readinglist")
    for name in ("monday.txt", "tuesday.txt"):
        page(f"On {name}", name=name)
    (tmp_path / "references.bib").write_text("@misc{herons, title={On Herons}, year=2001}")
    (tmp_path / "paper.tex").write_text(r"\cite{vaswani2017attention}\bibliography{paper}")
    program = CommandLine(tmp_path / "sample.db", capsys, monkeypatch)
    for text in dict.fromkeys((MANUAL_BEGINS, document)):
        for block in FENCED.findall(text.read_text(encoding="utf-8")):
            for arguments in commands_of(block.splitlines()):
                if not WANTS_MORE & {*arguments}:
                    done = program(*arguments, stdin=(tmp_path / "monday.txt").read_text())
                    assert not re.search("^(0 |nothing)", done.err, re.MULTILINE), arguments
            typed = re.findall("^> (.*)", block, re.MULTILINE)
            printed = program("--plain", stdin="\n".join(typed)).out if typed else ""
            for shown in re.findall("^(?!> )(.*?)…?$", block, re.MULTILINE) if typed else ():
                assert shown in printed


KEY = re.compile(r"[!-~]|(?:ctrl|alt|shift)\+\S+|[fF]\d|Enter|Esc|Tab|Space|up|down|left|right")
"""How a key is written: code that looks so names one."""


def dialog_keys() -> dict[str, set[str]]:
    """Return the keys of each dialog, by the name of its class."""
    modules = [
        import_module(f"{screens.__name__}.{part.name}")
        for part in pkgutil.iter_modules(screens.__path__)
    ]
    return {
        name: {
            one
            for binding in kind.BINDINGS
            if isinstance(binding, Binding)
            for one in displayed(binding.key).split()
        }
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, ModalScreen)
    }


def table(keys: Iterable[Key]) -> str:
    """Return keys and what they do, as a table."""

    def shown(keys: str) -> str:
        return " ".join(k if k == "…" else code(k) for k in keys.split())

    lines = (f"| {shown(keys)} | {deed} |\n" for keys, deed in help_lines(keys, {}))
    return "".join(("| key | what it does |\n| --- | --- |\n", *lines))


def code(key: str) -> str:
    """Return a key as code that can stand in a table."""
    return f"`{key}`".replace("|", "\\|")


@pytest.mark.parametrize("page", MANUAL, ids=lambda path: path.stem)
def test_the_keys_of_a_page_are_there(page: Path) -> None:
    """What looks like a key on a page of the manual is one of those that the page is about.

    Which these are stands in comments: `keys:` with ids, behind which their table is written,
    and `dialogs:` with the classes of dialogs, whose keys they name themselves.
    """
    text = page.read_text(encoding="utf-8")
    registry = {key.id: key for key in chain(*PLACES)}
    known = {PALETTE[0], *(key for key, _ in (*SEARCH_BAR, *help_lines(NOTE, {}), LINK))}

    def write(match: re.Match[str]) -> str:
        keys = []
        for pattern in match[1].split():
            fitting = [key for id_, key in registry.items() if fnmatch(id_, pattern)]
            assert fitting, pattern
            keys += fitting
        for key in keys:
            known.update(displayed(key.keys).split())
        return f"<!-- keys: {match[1]} -->\n\n{table(keys)}"

    compare(page, re.sub(r"<!-- keys: (.*?) -->\n\n?(?:\|.*\n)*", write, text))
    for names in re.findall(r"<!-- dialogs: (.*?) -->", text):
        known |= set().union(*(dialog_keys()[name] for name in names.split()))
    prose = re.sub(r"^\|.*", "", FENCED.sub("", text), flags=re.MULTILINE)
    named = {span for span in re.findall(r"`([^`\n]+)`", prose) if KEY.fullmatch(span)}
    assert named <= known, f"{page.name}: {sorted(named - known)}"


def test_the_keys_in_the_readme_are_there() -> None:
    """Those of the first column of its table."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = readme.partition("| keys |")[2].partition("\n\n")[0].replace("\\|", "vertical_line")
    named = set(
        re.findall(r"`([^`]+)`", " ".join(row.split("|")[1] for row in rows.split("\n")[2:]))
    )
    known = {one for place in PLACES for key in place for one in displayed(key.keys).split()}
    known |= {PALETTE[0]}
    assert {"|" if name == "vertical_line" else name for name in named} <= known


def test_the_page_of_keys() -> None:
    """docs/keys.md has each key of the registry, with its id."""

    def rows(keys: Iterable[Key]) -> str:
        lines = (
            f"| {' '.join(map(code, displayed(key.keys).split()))} | {key.help} | `{key.id}` |"
            for key in keys
        )
        return "\n".join(("| key | what it does | id |", "| --- | --- | --- |", *lines))

    sections = "\n\n".join(f"## {name}\n\n{rows(keys)}" for name, keys in LIBRARY_SECTIONS.items())
    in_search_bar = "\n".join(f"| `{key}` | {deed} |" for key, deed in SEARCH_BAR)
    boxes = "\n\n".join(f"### {name}\n\n{rows(keys)}" for name, keys in DIALOGS.items())
    page = ROOT / "docs" / "keys.md"
    compare(
        page,
        f"""# Keys

Each key can be changed by its id in the configuration: `keys: {{paper.read: z}}`; several keys
have commas between them. Keys that clash are named at the start and by `readinglist config check`.
Keys that are no sign are named as in Textual: `ctrl+r`, `f2`, `shift+down`.

{sections}
| `{PALETTE[0]}` | {PALETTE[1]} | |

## In triage

{rows(TRIAGE)}

## On duplicates

{rows(DUPLICATES)}

## On doubtful matches

{rows(DOUBTFUL)}

## In the reading log

{rows(READING_LOG)}

## In the search bar

| key | what it does |
| --- | --- |
{in_search_bar}

## In boxes

In lists `Enter` chooses, too. In the note editor `{LINK[0]}` begins a link: {LINK[1].lower()}.
Where one writes, a letter can be no key.

{boxes}
""",
    )
