"""Commands for the paper being written: cite, rekey, export --for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from readinglist.domain.citation import CITATION_STYLES, cite
from readinglist.errors import InvalidValueError
from tests.conftest import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine

LIBRARY = """@misc{one, title={A Paper on Lists}, author={Doe, J}, year={2001}}
@misc{two, title={On Umbrellas}, author={Roe, R}, year={2002}}
"""


@pytest.fixture
def filled(cli: CommandLine, tmp_path: Path) -> CommandLine:
    (tmp_path / "all.bib").write_text(LIBRARY)
    cli("import", str(tmp_path / "all.bib"))
    return cli


def test_cite_prints_what_cites_the_best_match(filled: CommandLine) -> None:
    assert filled("cite", "umbrelas").out == "\\cite{two}\n"
    assert filled("cite", "one").out == "\\cite{one}\n"
    assert filled("cite", "--style", "pandoc", "on", "umbrellas").out == "[@two]\n"
    assert filled("list", "--json").data[0]["key"] in ("one", "two")


def test_cite_without_an_answer_fails(filled: CommandLine) -> None:
    assert "No paper answers" in filled("cite", "zzqqxx", code=1).err
    assert "QUERY" in filled("cite", code=2).err
    assert "needs a terminal" in filled("cite", "--pick", code=1).err


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("citep", r"\citep{a,b:c}"),
        ("pandoc", "[@a; @b:c]"),
        ("pandoc-text", "@a; @b:c"),
        ("typst", "@a @b:c"),
        ("org", "[cite:@a;@b:c]"),
        ("key", "a,b:c"),
    ],
)
def test_styles(style: str, text: str) -> None:
    assert cite(["a", "b:c"], style) == text
    assert style in CITATION_STYLES


def test_a_key_that_typst_does_not_take_is_a_label() -> None:
    assert cite(["a+b"], "typst") == '#cite(label("a+b"))'
    with pytest.raises(InvalidValueError):
        cite(["a"], "word")


def test_rekey_renames_and_leaves_the_old_name(filled: CommandLine) -> None:
    done = filled("rekey", "one", "--pattern", "auth.lower + year")
    assert "one → doe2001" in done.err
    assert filled("export", "one").out.startswith("@misc{one,")
    assert filled("export", "doe2001").out.startswith("@misc{doe2001,")
    filled("undo")
    assert filled("show", "one", "--json").data["key"] == "one"
    assert "Say which" in filled("rekey", code=2).err
    assert "no part" in filled("rekey", "--all", "--pattern", "[nobody]", code=2).err


def test_export_for_a_document(filled: CommandLine, tmp_path: Path) -> None:
    paper = tmp_path / "paper.tex"
    paper.write_text(r"\cite{one,umbrela,tow}\bibliography{refs}")
    done = filled("export", "--for", str(paper), code=1)
    assert "Nobody has tow. Did you mean two?" in done.err
    assert f"1 entry written to {tmp_path / 'refs.bib'}" in done.err
    assert "@misc{one," in (tmp_path / "refs.bib").read_text()
    paper.write_text(r"\cite{one}\bibliography{refs}")
    assert "1 entry already in" in filled("export", "--for", str(paper)).err


@pytest.mark.parametrize(
    "arguments", [("one", "--for", "p.tex"), ("--watch",), ("--for", "p.tex", "--format", "json")]
)
def test_what_does_not_go_together_is_said(filled: CommandLine, arguments: tuple[str, ...]) -> None:
    assert "--for" in filled("export", *arguments, code=2).err


def test_watching_keeps_the_file_current(filled: CommandLine, tmp_path: Path) -> None:
    paper, target = tmp_path / "paper.tex", tmp_path / "refs.bib"
    paper.write_text(r"\cite{one}\bibliography{refs}")
    command = ["--library", str(filled.path), "export", "--for", str(paper), "--watch"]
    watcher = subprocess.Popen(
        [sys.executable, "-m", "readinglist", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: target.exists() and "{one," in target.read_text())
        paper.write_text(r"\cite{one} \cite{two} \bibliography{refs}")
        until(lambda: "{two," in target.read_text())
        filled("edit", "two", "title=On Parasols")
        until(lambda: "Parasols" in target.read_text())
    finally:
        watcher.kill()
        watcher.wait()
