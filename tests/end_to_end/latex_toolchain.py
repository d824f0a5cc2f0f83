"""Runs real LaTeX over a bibliography, as the author of a paper would."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern,url}
%s
\begin{document}
\nocite{*}
%s
\end{document}
"""
_BIBLATEX = (
    r"\usepackage[backend=biber]{biblatex}\addbibresource{refs.bib}",
    r"\printbibliography",
)
_SECONDS = 300

_BIBTEX_ERROR = re.compile(
    r"---line \d+ of file|^I (?:was|found|couldn't)|error messages?\)|^Sorry|capacity"
)
_LATEX_WARNING = re.compile(r"(?:LaTeX|Package (?:natbib|biblatex)) Warning: (?!Font)(.*)")


@dataclass(frozen=True)
class Outcome:
    """What went wrong, and the log of the last run of pdflatex."""

    errors: list[str]
    warnings: list[str]
    log: str = ""


def missing_program() -> str | None:
    """Return the name of a program that is needed and not installed."""
    return next((p for p in ("pdflatex", "bibtex", "biber") if not shutil.which(p)), None)


def compile_bibliography(folder: Path, bib: str, style: str) -> Outcome:
    """Print the whole of `bib` in `folder`.

    Args:
        folder: where the files are written; it should be empty.
        bib: the text of a .bib file.
        style: a BibTeX style, such as `plain`, `abbrvnat` or `alpha`; or `biber`.

    Raises:
        subprocess.TimeoutExpired: a program didn't end.
    """
    load, show = _BIBLATEX
    if style != "biber":
        load = r"\usepackage{natbib}" if style.endswith("nat") else ""
        show = rf"\bibliographystyle{{{style}}}\bibliography{{refs}}"
    (folder / "refs.bib").write_text(bib, encoding="utf-8")
    (folder / "paper.tex").write_text(_DOCUMENT % (load, show), encoding="utf-8")
    pdflatex = ("pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "paper")
    _run(folder, pdflatex)
    errors, warnings = _biber(folder) if style == "biber" else _bibtex(folder)
    _run(folder, pdflatex)
    _run(folder, pdflatex)
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    lines = log.splitlines()
    errors += [line for line in lines if line.startswith(("!", "Missing character"))]
    warnings += [match[1] for match in map(_LATEX_WARNING.match, lines) if match]
    if not (folder / "paper.pdf").exists():
        errors.append("No page was printed.")
    return Outcome(errors, warnings, log)


def _bibtex(folder: Path) -> tuple[list[str], list[str]]:
    lines = _run(folder, ("bibtex", "paper"))
    errors = [line for line in lines if _BIBTEX_ERROR.search(line)]
    return errors, [line for line in lines if line.startswith("Warning--")]


def _biber(folder: Path) -> tuple[list[str], list[str]]:
    lines = _run(folder, ("biber", "paper"))
    errors = [line for line in lines if line.startswith("ERROR")]
    return errors, [line for line in lines if line.startswith("WARN")]


def _run(folder: Path, command: Sequence[str]) -> list[str]:
    run = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=_SECONDS,
        check=False,
    )
    return run.stdout.splitlines()
