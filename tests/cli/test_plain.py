"""The line-by-line mode: all that the app can do is said at a prompt."""

from __future__ import annotations

import re
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from readinglist.cli.listing import Listing
from readinglist.cli.plain import Plain
from readinglist.cli.session import Session
from readinglist.online.download import PdfDownloads
from readinglist.services import clipboard, external_editor
from readinglist.services.completing import Completion
from readinglist.services.library import Library
from readinglist.tui.keymap import LIBRARY, TRIAGE
from tests.cli.conftest import CommandLine, Outcome
from tests.cli.test_looking import HOSTILE, control_bytes
from tests.conftest import Listed, PageMaker

KEYS = ["AttentionDetail", "BuildTwice", "CachesEverywhere"]
Say = Callable[..., Outcome]

WAYS = {
    "search": "attention",
    "back": "list",
    "move.down": "more",
    "move.up": "list",
    "move.top": "show 1",
    "move.bottom": "show 3",
    "move.page_down": "more",
    "move.page_up": "list",
    "detail": "show 1",
    "choose": "high 1 3",
    "choose.down": "high 1-2",
    "choose.up": "high 1-2",
    "choose.range": "high 1-3",
    "choose.all": "high all",
    "paper.read": "read 1",
    "paper.reading": "reading 1",
    "paper.skipped": "skip 1",
    "priority.high": "high 1",
    "priority.medium": "medium 1",
    "priority.low": "low 1",
    "priority.none": "none 1",
    "note": "note 1 See section 2.",
    "note.editor": "note 1",
    "follow": "show 1",
    "tags": "tags 1 a,b",
    "edit": "edit 1 venue=Nature",
    "new": "add title=Foxes",
    "open": "open 1 --yes",
    "open.code": "open 1 --code --yes",
    "fetch.pdf": "fetch-pdf 1",
    "copy.key": "copy 1",
    "copy.bibtex": "export 1",
    "export": "export 1 -o references.bib",
    "import": "import page.txt",
    "complete": "complete --missing authors",
    "doubtful": "complete --all",
    "sort": "sort title",
    "view": "view unread",
    "view.keep": "keep mine",
    **{f"view.{n}": "view next" for n in range(1, 10)},
    "view.star": "tag:a",
    "side_bar": "view all",
    "columns": "list --json",
    "triage": "view inbox",
    "like": "like 1",
    "duplicates": "duplicates",
    "log": "stats",
    "history": "history 1",
    "undo": "undo",
    "redo": "redo",
    "delete": "delete 1",
    "sync": "sync --dry-run",
    "conflicts": "conflicts",
    "bring_back": "recover",
    "help": "help",
    "quit": "quit",
    "triage.now": "reading 1",
    "triage.later": "more",
    "triage.before": "list",
    "triage.scroll_down": "show 1",
    "triage.scroll_up": "show 1",
    "triage.close": "list",
}
"""What is typed for each key of the app."""
_NOT_HERE = ("note.editor", "sync")
"""What needs a person at a terminal, or a git repository."""


@pytest.fixture
def say(filled: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Say:
    """Say lines, as from a pipe, in a folder of one's own."""
    monkeypatch.chdir(tmp_path)

    def say(*lines: str, code: int = 0) -> Outcome:
        return filled("--plain", stdin="\n".join(lines) + "\n", code=code)

    return say


def test_each_key_of_the_app_has_a_way() -> None:
    """A new key needs a line that does the same."""
    ids = {key.id for key in (*LIBRARY, *TRIAGE)}
    assert set(WAYS) == ids


@pytest.mark.parametrize("way", [way for way in WAYS if way not in _NOT_HERE])
def test_the_ways_lead_there(
    filled: CommandLine, say: Say, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: True)
    monkeypatch.setattr(clipboard, "copy", lambda text: "xclip")
    monkeypatch.setattr(PdfDownloads, "fetch", lambda self, paper, target: target.touch())
    monkeypatch.setattr(Library, "complete_papers", lambda *_: Completion(0))
    filled("edit", KEYS[0], "url=https://e.org/a", "links=https://github.com/a")
    filled("mark", KEYS[1], "--status", "read")
    filled("undo")
    say("list --sort key", WAYS[way])


def test_what_needs_more_than_a_pipe_says_so(filled: CommandLine, say: Say) -> None:
    note, sync = (say("list", WAYS[way], code=1).err for way in _NOT_HERE)
    assert "Say what to note." in note
    assert "git" in sync


def test_papers_are_numbered_lines(filled: CommandLine, say: Say) -> None:
    filled("edit", KEYS[0], "authors=Curie, Marie; Planck, Max", "year=1911")
    filled("edit", KEYS[1], "authors=A, A; B, B; C, C")
    filled("mark", KEYS[2], "--priority", "high", "--status", "read")
    done = say("list --sort key")
    assert done.out.splitlines() == [
        f"1. Attention to Detail; Curie and Planck; 1911; unread; {KEYS[0]}",
        f"2. Build It Twice; A and others; unread; {KEYS[1]}",
        f"3. Caches Everywhere; read, high priority; {KEYS[2]}",
    ]
    assert done.err == "3 papers.\n"


def test_numbers_stand_for_the_papers_of_the_last_list(filled: CommandLine, say: Say) -> None:
    say("list --sort key", "read 1,3", "high 2-3", "note 2 it's “good”", "note 2 --text 'x y'")
    papers = {paper["key"]: paper for paper in filled("list", "--json").data}
    assert [papers[key]["status"] for key in KEYS] == ["read", "unread", "read"]
    assert [papers[key]["priority"] for key in KEYS] == ["none", "high", "high"]
    assert papers[KEYS[1]]["note"] == "x y"
    say("caches", "mark 1 --status skipped --tag x", "attention", f"tag 1 {'y, z w'}")
    papers = {paper["key"]: paper for paper in filled("list", "--json").data}
    assert papers[KEYS[2]]["tags"] == ["x"]
    assert papers[KEYS[0]]["tags"] == ["y", "z w"]
    assert papers[KEYS[0]]["status"] == "read"
    say("list", "skip all")
    assert filled("list", "status:skipped").err == "3 papers\n"
    say("list --sort key", "mark 1-2 --status read --tag 3", "delete 1 3")
    (paper,) = filled("list", "--json").data
    assert (paper["key"], paper["status"], paper["tags"]) == (KEYS[1], "read", ["3"])
    assert f"@misc{{{KEYS[1]}," in say("list", "export all --format bibtex").out


def test_a_note_is_added_to(filled: CommandLine, say: Say) -> None:
    say("list --sort key", "note 1 first", "note 1 it's second", "note 1 - a point")
    note = filled("show", KEYS[0], "--json").data["note"]
    assert note == "first\n\nit's second\n\n- a point\n"


def test_tags_are_set_added_and_taken_away(filled: CommandLine, say: Say) -> None:
    say("list --sort key", "tags 1-2 a,b", "tags 1 b, c d", "untag 2 b", "tag 2 e")
    assert filled("show", KEYS[0], "--json").data["tags"] == ["b", "c d"]
    assert filled("show", KEYS[1], "--json").data["tags"] == ["a", "e"]
    assert say("tags").out.splitlines() == [
        "a: 1 paper",
        "b: 1 paper",
        "c d: 1 paper",
        "e: 1 paper",
    ]


def test_a_long_list_is_told_some_at_a_time(cli: CommandLine, page: PageMaker) -> None:
    cli("import", str(page(*(f"Heron number {n:02}" for n in range(23)))))
    done = cli("--plain", stdin="herons\nmore\nread 12\nread 15\nmore\nmore\n")
    assert [int(line.partition(".")[0]) for line in done.out.splitlines()] == list(range(1, 24))
    assert done.err.splitlines()[:2] == [
        "10 of 23 papers; more goes on.",
        "20 of 23 papers; more goes on.",
    ]
    assert "status read" in done.err
    assert done.err.splitlines()[-2:] == ["23 papers.", "That was all."]
    # What was not told yet has no number.
    assert "It has 1 to 10." in cli("--plain", stdin="herons\nread 11\n", code=1).err


def test_views_orders_and_what_is_alike(filled: CommandLine, say: Say) -> None:
    filled("mark", KEYS[1], "--status", "read", "--tag", "thesis")
    done = say("view", "view read", "view unread caches", "sort title", "next", "/thesis", "like 1")
    assert done.out.splitlines()[0] == "Views: all, next, inbox, unread, reading, read, skipped."
    assert done.out.splitlines()[1].endswith(KEYS[1])
    listed = [line.rpartition("; ")[2] for line in done.out.splitlines()[2:]]
    assert listed[:2] == [KEYS[2], KEYS[2]]
    assert sorted(listed[2:4]) == [KEYS[0], KEYS[2]]
    assert listed[4] == KEYS[1]
    assert done.err.splitlines()[-1] == "More like “Build It Twice”: no paper."
    kept = say("view read thesis", "keep my own", "list", "view my own", "view my own zzzzqq")
    assert kept.out.splitlines()[-1].endswith(KEYS[1])
    assert "Kept: view my own shows it again." in kept.err
    assert kept.err.splitlines()[-1] == "No paper answers that."


def test_papers_like_one_in_another_order(cli: CommandLine, page: PageMaker) -> None:
    boats = ["Keels of Yachts", "Yachts, Hulls and Keels", "A Hull for Racing Yachts"]
    ants = ["Trails of Ants", "A Colony of Ants", "Ants, Trails and Rain"]
    cli("import", str(page(*(Listed(title, f"{title}.") for title in boats + ants))))
    done = cli("--plain", stdin="keels of yachts\nlike 1\nsort title\n")
    titles = [line.split(". ", 1)[1].partition(";")[0] for line in done.out.splitlines()]
    alike = titles[-(len(titles) - 1) // 2 :]
    assert alike == sorted(alike)
    assert set(boats[1:]) <= set(alike)
    assert boats[0] not in alike


def test_words_that_are_commands_are_searched_for_behind_a_slash(
    say: Say, filled: CommandLine
) -> None:
    filled("edit", KEYS[0], "title=Open source reading")
    assert KEYS[0] in say("/open source").out
    done = say("reading comprehension", code=1)
    assert done.err == (
        "There is no paper with the key comprehension. "
        "To search for these words: /reading comprehension\n"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("read", "Say which paper, by its number. For example: read 3."),
        ("read 9", "There is no number 9 in the last list. It has 1 to 3."),
        ("read 0", "There is no number 0 in the last list. It has 1 to 3."),
        ("read 2-9", "There is no number 9 in the last list. It has 1 to 3."),
        ("read ²", "There is no paper with the key ². To search for these words: /read ²"),
        ("show", "Missing argument 'KEY'."),
        ("show 1 --nonsense", "No such option '--nonsense'."),
        ("mark 1", "Say what to mark: --status, --priority, --tag or --untag."),
        ("mark 1 --tag 'x", "A quotation mark is not closed."),
        ("tags 1", "Say which tags. For example: tags 3 a,b."),
        ("note", "Say which paper, by its number. For example: read 3."),
        ("note 1 -", "Standard input is this prompt. Name a file, or give a text."),
        ("import -", "Standard input is this prompt. Name a file, or give a text."),
        ("open 1", f"No address is known for {KEYS[0]}."),
        ("sort year", "There is no order “year”."),
        ("view nonsense", "There is no view “nonsense”."),
        ("keep mine", "There is no query to keep yet. Search first."),
        ("keep all", "There is no query to keep yet. Search first."),
        ("undo 3", "Got unexpected extra argument (3)"),
        ("redo", "There is nothing to redo."),
    ],
)
def test_what_is_wrong_is_a_sentence_and_the_next_line_counts(
    filled: CommandLine, say: Say, line: str, says: str
) -> None:
    done = say("list", "sort key" if "keep" not in line else "list", line, "read 3", code=1)
    told = done.err.splitlines()
    assert told[2].startswith(says)
    assert told[3:] == [f"{done.out.splitlines()[-1].rpartition('; ')[2]}: status read"]


def test_before_a_list_there_are_no_numbers(say: Say) -> None:
    assert "List some papers first." in say("read 1", code=1).err
    for line in ("more", "sort key", "keep mine"):
        assert say(line, code=1).err == "Nothing is listed. Type what to search for, or list.\n"
    assert say("", "   ").err == ""


def test_what_a_query_got_wrong_is_told(say: Say) -> None:
    done = say("status:burnt caches")
    assert "status: takes" in done.err
    assert done.out.startswith("1. Caches Everywhere; ")


def test_a_paper_that_is_gone_has_no_number(filled: CommandLine, say: Say) -> None:
    done = say("list --sort key", "delete 2", "read 2", "read 3", code=1)
    assert f"There is no paper with the key {KEYS[1]}." in done.err
    assert filled("show", KEYS[2], "--json").data["status"] == "read"


def test_the_addresses_are_printed_and_opened(
    filled: CommandLine, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("edit", KEYS[0], "url=https://e.org/a")
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    assert "its host, e.org, is new here" in say("attention", "open 1", code=1).err
    assert opened == []
    assert say("attention", "open 1 --yes").out.splitlines()[1:] == ["https://e.org/a"]
    assert opened == ["https://e.org/a"]
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    assert "No browser could be opened." in say("attention", "open 1", code=1).err


def test_keys_are_copied_and_stay(
    filled: CommandLine, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "copy", lambda text: None)
    done = say("list --sort key", "copy 1-2", code=1)
    assert done.out.splitlines()[-1] == f"{KEYS[0]},{KEYS[1]}"
    assert "No program for the clipboard is there." in done.err
    assert say("list --sort key", "cite 2").out.splitlines()[-1] == f"\\cite{{{KEYS[1]}}}"


def test_help_is_a_dozen_lines_and_names_each_short_form(say: Say) -> None:
    lines = say("help").out.splitlines()
    assert 12 <= len(lines) <= 14
    assert max(map(len, lines)) <= 100
    plain = Plain(Session(listing=Listing()))
    own = [word for word in plain.words if word not in ("help", "exit", "cite")]
    for word in own[: own.index("quit") + 1]:
        assert re.search(rf"\b{word}\b", "\n".join(lines)), word
    assert "Usage: readinglist show" in say("help show").out


def test_a_line_ends_with_quit_or_with_the_input(filled: CommandLine, say: Say) -> None:
    say("list --sort key", "quit", "read 1")
    assert filled("show", KEYS[0], "--json").data["status"] == "unread"
    assert filled("--plain", stdin="list --sort key\nread 1").code == 0  # no line end
    assert filled("show", KEYS[0], "--json").data["status"] == "read"
    assert filled("--plain", stdin="").out == ""


def test_no_line_can_do_harm(cli: CommandLine, say: Say) -> None:
    """Bytes that are no text, control characters, a title that is an escape sequence."""
    cli("--plain", stdin=b"\xff\xfe\x00 herons\n\x1b[2J\nread \xff\n", code=1)
    cli("edit", KEYS[0], f"title={HOSTILE.replace(chr(0), '')}", f"authors={HOSTILE[:9]}")
    done = say("list", "more", "evil", "show 1", "history 1")
    assert control_bytes(done.out + done.err) == []
    assert "Evil" in done.out


def test_no_command_stands_beside_the_prompt(filled: CommandLine) -> None:
    assert "takes no command" in filled("--plain", "list", code=2).err


def test_nothing_is_drawn(filled: CommandLine, say: Say, page: PageMaker) -> None:
    filled("mark", KEYS[0], "--status", "read")
    done = say("stats", f"import {page('Another', name='other.txt')}", "list")
    assert "█" in filled("stats").out
    assert re.findall("[\u2500-\u259f\x1b]", done.out + done.err) == []


def test_what_may_follow_is_offered(filled: CommandLine, tmp_path: Path) -> None:
    plain = Plain(Session(str(filled.path), None, Listing()))
    assert plain.offers("", "re") == [
        "read ", "reading ", "rekey ", "redo ", "restore ", "recover ",
    ]  # fmt: skip
    assert plain.offers("show ", "attention") == [f"{KEYS[0]} "]
    assert plain.offers("view ", "rea") == ["reading ", "read "]
    assert plain.offers("sort ", "p") == ["priority "]
    assert plain.offers("help ", "ex") == ["exit ", "export "]
    assert plain.offers("show ", "") == []


def test_at_a_terminal_there_is_a_prompt_and_the_editor(
    filled: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person is greeted, asked, and may go back; what failed is no exit code."""
    import io
    import sys

    from readinglist.cli.main import run

    class Keyboard(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    lines: list[object] = [
        "attention",
        KeyboardInterrupt,
        "note 1",
        "nonsense zzz",
        "read 9",
        EOFError,
    ]

    def typed(prompt: str) -> str:
        assert prompt == "> "
        line = lines.pop(0)
        if isinstance(line, str):
            return line
        assert isinstance(line, type)
        raise line

    monkeypatch.setattr("builtins.input", typed)
    monkeypatch.setattr(sys, "stdin", Keyboard(io.BytesIO()))
    monkeypatch.setenv("EDITOR", "mine")
    monkeypatch.setattr(external_editor, "edit_text", lambda text, editor: "mine")
    capsys.readouterr()
    assert run(["--library", str(filled.path), "--plain"]) == 0
    assert capsys.readouterr().err.startswith("3 papers. help tells what can be typed")
    assert filled("show", KEYS[0], "--json").data["note"] == "mine"
