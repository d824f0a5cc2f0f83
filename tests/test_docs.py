"""The documents say what the program does.

What is made from the program is written anew by
`UPDATE_DOCS=1 pytest tests/test_docs.py tests/tui/test_snapshots.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

from readinglist.cli.main import cli
from readinglist.tui.keymap import LIBRARY, NOTE_EDITOR, SEARCH_BAR, TRIAGE, Key, displayed
from tests.conftest import PageMaker

ROOT = Path(__file__).parents[1]


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
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8"))
        for link in links:
            assert (document.parent / link).is_file(), f"{document.name}: {link}"


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


def test_the_page_of_keys() -> None:
    """docs/keys.md has each key of the registry, with its id."""

    def rows(keys: Iterable[Key]) -> str:
        return "\n".join(
            f"| {' '.join(f'`{k}`' for k in displayed(key.keys).split())} | {key.help} "
            f"| `{key.id}` |"
            for key in keys
        )

    in_note_editor = "\n".join(f"| `{key}` | {deed} |" for key, deed in NOTE_EDITOR)
    in_search_bar = "\n".join(f"| `{key}` | {deed} |" for key, deed in SEARCH_BAR)
    compare(
        ROOT / "docs" / "keys.md",
        f"""# Keys

Each key can be changed by its id in the configuration: `keys: {{paper.read: z}}`; several keys
have commas between them. Keys that clash are named at the start and by `readinglist config check`.

| key | what it does | id |
| --- | --- | --- |
{rows(LIBRARY)}
| `ctrl+p` | the palette: find anything by its name | |

In triage:

| key | what it does | id |
| --- | --- | --- |
{rows(TRIAGE)}

In the search bar:

| key | what it does |
| --- | --- |
{in_search_bar}

In the list of views: `d` deletes one of your own.

In the note editor:

| key | what it does |
| --- | --- |
{in_note_editor}
""",
    )
