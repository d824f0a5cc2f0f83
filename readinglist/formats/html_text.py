"""Titles and abstracts that hold tags of HTML, JATS or MathML, as plain text."""

from __future__ import annotations

import html
import re

_INLINE = (
    "i|b|u|em|strong|tt|sub|sup|span|sc|scp|italic|bold|monospace|underline|named-content|styled-content"
    "|ext-link|xref|inline-formula|alternatives|tex-math|math"
)
_TAG = re.compile(rf"</?(?:(?:jats:)?(?:{_INLINE})|mml:[\w-]+)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|br|div|title|sec|jats:[\w-]+)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_RAISED = re.compile(r"<(?:jats:)?(sup|sub)>([-+0-9]+)</(?:jats:)?\1>", re.IGNORECASE)
_RAISED_DIGITS = {
    "sup": str.maketrans("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "sub": str.maketrans("-+0123456789", "₋₊₀₁₂₃₄₅₆₇₈₉"),
}
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# A heading that says nothing.
_HEADING = re.compile(r"<(?:jats:)?title>\s*(?:abstract|summary)\.?\s*</(?:jats:)?title>", re.I)
# A formula is there twice: as TeX, which stays, and as MathML.
_TWICE = re.compile(r"(</(?:jats:)?tex-math>\s*)<mml:math\b[^<>]*>(?:(?!</?mml:math\b).)*", re.S)
_PREAMBLE = re.compile(
    r"\\documentclass(?:(?!\\documentclass|\\begin\{document\}).)*\\begin\{document\}", re.S
)


def plain_text(text: str) -> str:
    """Return `text` as one line without tags and entities; `<sup>2</sup>` becomes `²`."""
    text = _without_tags(text)
    if "&" in text:
        # Tags may be escaped, too: `&lt;i&gt;In vivo&lt;/i&gt;`.
        text = _without_tags(unescaped(text))
    return " ".join(text.split())


def unescaped(text: str) -> str:
    """Return `text` with the signs that its entities stand for; a number of no sign stays."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)


def _without_tags(text: str) -> str:
    if "tex-math" in text:
        text = _PREAMBLE.sub("", _TWICE.sub(r"\1", text)).replace(r"\end{document}", "")
        text = text.replace("$$", "$")
    text = _HEADING.sub("", text)
    text = _RAISED.sub(lambda m: m[2].translate(_RAISED_DIGITS[m[1].lower()]), text)
    return _BREAK.sub(" ", _TAG.sub("", text))
