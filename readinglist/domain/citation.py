"""How a text cites papers by their keys, in the languages that researchers write in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LATEX = (
    "cite", "citep", "citet", "citealt", "citealp", "citeauthor", "citeyear", "nocite",
    "textcite", "parencite", "autocite", "footcite", "fullcite", "supercite",
)  # fmt: skip
CITATION_STYLES = (*_LATEX, "pandoc", "pandoc-text", "typst", "org", "key")
"""The ways to cite, by name: those without another meaning are LaTeX commands."""


def cite(keys: Sequence[str], style: str = "cite") -> str:
    r"""Return what cites `keys`: `\cite{a,b}`, `[@a; @b]`, `@a @b`.

    Raises:
        InvalidValueError: there is no such style.
    """
    if style in _LATEX:
        return rf"\{style}{{{','.join(keys)}}}"
    if style == "pandoc":
        return f"[{'; '.join(f'@{key}' for key in keys)}]"
    if style == "pandoc-text":
        return "; ".join(f"@{key}" for key in keys)
    if style == "typst":
        return " ".join(_typst(key) for key in keys)
    if style == "org":
        return f"[cite:{';'.join(f'@{key}' for key in keys)}]"
    if style == "key":
        return ",".join(keys)
    raise InvalidValueError(
        f"There is no way to cite named “{style}”.", f"It is one of {', '.join(CITATION_STYLES)}."
    )


def _typst(key: str) -> str:
    simple = all(c.isalnum() or c in "-_:." for c in key) and key[-1:] not in ".:"
    return f"@{key}" if simple else f'#cite(label("{key}"))'
