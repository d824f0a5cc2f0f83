"""What loads what: looking at the list must not cost the start of a terminal app."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readinglist.config import Config
from readinglist.services.library import Library
from readinglist.tui.keymap import PLACES, check_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import PageMaker

ROOT = Path(__file__).resolve().parents[1]
SCREEN = {"textual", "rich"}
PLOTS = {"plotext"}


def loaded(code: str) -> set[str]:
    """Run `code` in a fresh interpreter and return the top-level modules that it loaded."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, json, atexit\n"
            "atexit.register(lambda: print('\\nLOADED' + json.dumps(sorted(sys.modules))))\n"
            + code,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stdout.rpartition("LOADED")[2])
    assert modules
    return {name.partition(".")[0] for name in modules}


def command(*arguments: str) -> str:
    return (
        f"import sys\nsys.argv = ['readinglist', *{list(arguments)!r}]\n"
        "from readinglist.__main__ import main\nmain()"
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"sqlite3", "textual", "rich", "click", "yaml", "bibtexparser", "platformdirs"}
    assert loaded("import readinglist; readinglist.open_library") & heavy == set()


def test_the_version_costs_click_and_no_more() -> None:
    heavy = SCREEN | {"sqlite3", "sqlite_utils", "yaml", "bibtexparser", "rapidfuzz"}
    assert loaded(command("--version")) & heavy == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["list", "atention"],
        ["mark", "Attention", "--status", "read"],
        ["show", "Attention", "--json"],
        ["undo"],
        ["stats"],
    ],
)
def test_a_command_on_a_library_loads_no_screen(
    library_file: Path, page: PageMaker, arguments: list[str]
) -> None:
    with Library.open(library_file) as library:
        library.import_files([page("Attention")])
    heavy = SCREEN | PLOTS | {"sqlite_utils", "bibtexparser", "yaml"}
    modules = loaded(command("--library", str(library_file), *arguments))
    assert "sqlite3" in modules
    assert modules & heavy == set()


@pytest.mark.parametrize(
    "room", ["domain", "storage", "formats", "search", "online", "services", "config"]
)
def test_a_headless_room_loads_neither_screen_nor_command_line_nor_network(room: str) -> None:
    modules = loaded(
        "import importlib, pkgutil\n"
        f"room = importlib.import_module('readinglist.{room}')\n"
        "for part in pkgutil.iter_modules(getattr(room, '__path__', ())):\n"
        "    importlib.import_module(f'{room.__name__}.{part.name}')\n"
    )
    assert "readinglist" in modules
    assert modules & (SCREEN | PLOTS | {"click", "httpx", "requests", "aiohttp"}) == set()


def test_the_app_loads_no_plots_before_they_are_wanted() -> None:
    modules = loaded("import readinglist.tui.app, readinglist.tui.screens.reading_log")
    assert "textual" in modules
    assert modules & PLOTS == set()


def test_the_first_screen_loads_neither_a_format_nor_a_source() -> None:
    modules = loaded(
        "import sys, readinglist.tui.app, readinglist.tui.screens.library\n"
        "rooms = ('readinglist.formats', 'readinglist.online', 'readinglist.services.importing')\n"
        "assert not [name for name in sys.modules if name.startswith(rooms)]"
    )
    assert "textual" in modules


def test_each_room_is_one_of_the_house() -> None:
    rooms = {
        path.name for path in (ROOT / "readinglist").iterdir() if (path / "__init__.py").is_file()
    }
    assert rooms <= {
        "domain", "storage", "formats", "search", "online", "sync", "services", "tui", "cli",
    }  # fmt: skip
    for room in rooms:
        text = (ROOT / "readinglist" / room / "__init__.py").read_text()
        assert text.startswith('"""'), f"{room} doesn't say what it is"


def test_keys_have_unique_ids_and_do_not_clash() -> None:
    for place in PLACES:
        assert [name for name, n in Counter(key.id for key in place).items() if n > 1] == []
        keys = Counter(one for key in place for one in key.keys.split(","))
        assert [name for name, n in keys.items() if n > 1] == []
    check_keys(Config().keys)
    for key in chain(*PLACES):
        assert key.label
        assert key.help
        assert key.action


@pytest.mark.parametrize(
    ("keys", "id_"),
    [
        ("j,down", "move.down"), ("k,up", "move.up"), ("g,home", "move.top"),
        ("G,end", "move.bottom"), ("ctrl+d,pagedown", "move.page_down"),
        ("ctrl+u,pageup", "move.page_up"), ("slash", "search"), ("escape", "back"),
        ("enter", "detail"), ("space", "choose"), ("a", "choose.all"), ("r", "paper.read"),
        ("R", "paper.reading"), ("x", "paper.skipped"), ("1", "priority.high"),
        ("2", "priority.medium"), ("3", "priority.low"), ("0", "priority.none"), ("n", "note"),
        ("E", "note.editor"), ("t", "tags"), ("o", "open"), ("O", "open.code"),
        ("A", "fetch.pdf"), ("y", "copy.key"),
        ("Y", "copy.bibtex"), ("e", "export"), ("i", "import"), ("s", "sort"), ("v", "view"),
        ("V", "view.keep"),
        ("u", "undo"), ("ctrl+r", "redo"), ("d", "delete"), ("question_mark", "help"),
        ("q", "quit"),
    ],
)  # fmt: skip
def test_the_promised_keys_are_the_default_ones(keys: str, id_: str) -> None:
    """Ids and keys are a promise to those who remap them."""
    assert {key.id: key.keys for key in PLACES[0]}[id_] == keys


def test_each_key_id_is_documented() -> None:
    """On the page of keys, in the code that one copies."""
    text = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    assert [key.id for key in chain(*PLACES) if f"| `{key.id}` |" not in text] == []


STARTERS = {
    "cli/opening.py": "a browser, maybe one of the terminal",
    "services/clipboard.py": "the clipboard's programs, which get the text on their input",
    "services/external_editor.py": "the user's editor, with an absolute path",
    "services/opening.py": "a browser or a viewer, with an address or an absolute path",
    "services/repository.py": "git",
    "storage/line_merge.py": "git, in a folder of ours, which no repository has a say in",
}
"""The modules that start programs, and which. None is started by a shell."""
STARTING = {"subprocess", "webbrowser", "pty", "multiprocessing", "asyncio.subprocess"}
WRITERS = {
    "online/answer_cache.py": "answers of sources, in the cache",
    "online/download.py": "PDFs, in a folder that `pdf_files` has looked at; never through a link",
    "services/demo.py": "a folder of its own that goes at the end",
    "services/drafts.py": "this machine's state",
    "services/exporting.py": "all that is written where the user said: see `check_target`",
    "services/external_editor.py": "a folder of its own that goes at the end",
    "services/crash_report.py": "this machine's state",
    "services/pdf_files.py": "the folder of the PDFs; never through a link",
    "services/side_file.py": "this machine's state",
    "services/repository.py": "a folder of its own that goes at the end",
    "storage/document.py": "the library file, which is no link; copies in folders of its own",
    "storage/kept_here.py": "a copy of the library in a folder of its own",
    "storage/line_merge.py": "a folder of its own that goes at the end",
    "storage/rescue.py": "a folder of its own that goes at the end",
    "storage/salvaging.py": "a folder of its own that goes at the end",
    "storage/working_files.py": "this machine's state",
}
"""The modules that write files, and where."""
WRITING = {
    *("write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "symlink_to", "hardlink_to"),
    *("os.replace", "os.rename", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.move"),
}
NEVER = {"eval", "exec", "os.system", "os.popen", "yaml.load", "pickle", "marshal", "shelve"}


@cache
def modules() -> dict[str, ast.Module]:
    """Return the modules of the package, by their paths there."""
    package = ROOT / "readinglist"
    return {
        file.relative_to(package).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted(package.rglob("*.py"))
    }


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def calls(tree: ast.Module) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield each call: what it is called on, by name as far as that is one, and what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                on = node.func.value
                yield on.id if isinstance(on, ast.Name) else "…", node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield "", node.func.id, node


def test_no_shell_reads_anything_and_no_data_is_a_program() -> None:
    seen = 0
    for name, tree in modules().items():
        assert imported(tree) & NEVER == set(), name
        for on, called, call in calls(tree):
            seen += 1
            assert f"{on}.{called}".lstrip(".") not in NEVER, name
            assert "shell" not in {keyword.arg for keyword in call.keywords}, name
            assert not (on == "os" and called.startswith(("exec", "spawn", "posix_spawn"))), name
    assert seen > 1000


def test_programs_are_started_in_few_places() -> None:
    found = {name for name, tree in modules().items() if imported(tree) & STARTING}
    assert found == set(STARTERS)


def test_files_are_written_in_few_places() -> None:
    found = set()
    for name, tree in modules().items():
        for on, called, call in calls(tree):
            if on and (called in WRITING or f"{on}.{called}" in WRITING):
                found.add(name)
            modes = call.args[0 if on else 1 :][:1] if called == "open" else []
            if any(isinstance(m, ast.Constant) and {*str(m.value)} & {*"wax+"} for m in modes):
                found.add(name)
    assert found == set(WRITERS)
