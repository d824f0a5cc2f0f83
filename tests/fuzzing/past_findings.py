"""Inputs that were once findings, by target. Each is mended, and has a test where it was mended."""

from __future__ import annotations

from tests.fuzzing.seeds import ABSTRACT

_ITEM = '{"type": "book", "title": %s}'


def _listing(date: str) -> str:
    return f"On Lists\n{ABSTRACT}\n·\n{date}\n"


#: Those of a long text of one letter over and over are not from atheris: they were found by
#: making its corpus long, and by looking for regular expressions of the same kind.
PAST_FINDINGS: dict[str, tuple[str, ...]] = {
    "listing": (
        "s\nHttp://xlea.",
        f"\x0f\n{ABSTRACT}",
        f"On Lists\n{ABSTRACT} " + "http://" * 30_000 + " x",
        f"On Lists\n{ABSTRACT} http://a" + ")" * 300_000,
        _listing("Dec 8, 2022 " + "9" * 5000),
        _listing("Dec 8, 2022 " + "9" * 30),
    ),
    "html": (f"<div data-props='{{\"paper\": &#{'9' * 5000};}}'></div>",),
    "atom": (
        "<rss><channel><item><title>x</title><guid>oai:arXiv.org:2401.00001</guid>"
        "<description>at http\u017f://a.org/x</description></item></channel></rss>",
    ),
    "csl": (
        _ITEM % '"x", "issued": {"date-parts": [[1e999]]}',
        _ITEM % r'"\ud800x"',
        _ITEM % r'"x", "DOI": "10.1000/\ud800"',
        _ITEM % r'"x", "URL": "http://\ud800"',
        _ITEM % '" "',
        _ITEM % '"x", "DOI": "{/2"',
        _ITEM % f'"x", "page": "1{" " * 200_000}2"',
        _ITEM % ('"' + "šſ" * 40_000 + '"'),
    ),
    "jsonlines": ('{"key":"d ","title":"s"}',),
    "ris": ("TY -O\nTI  -On\nSP  -1}", "TY  - JOUR\nTI  - Os\nAU  - D} and w\nER  - \n"),
    "bib": (
        "@j{}",
        "@preamblea{p}",
        "@stringe{title=@þ@}",
        "@misc{a, title = {x}, year = {2020}, month = {²}}",
        "@s(1,k={\\url{ÿ}})",
        "@a{d r={${}$ $${}×}}",
        "@e{4 author={{$}${ and s}}}",
        "@I(k$)@r{title=\x02}",
        "@a{k}" * 20_000,
        "% \n@@m{v}",
        "@misc{k, title = {On ct\u01af}}",
        '@misc{a, title={One} x,\n@book{, author =*"'
        + 'Ann {"}Quo{"} Lee@book{, author =*"' * 9000,
    ),
    "config": (
        "sync: {most_loose: " + "9" * 5000 + "}",
        "citation_key: '[title:" + "9" * 5000 + "]'",
        "citation_key: '[title:²]'",
        "citation_key: shorttitle(" + "9" * 5000 + ")",
        'library: "\\0"',
        'library: "\\ud800"',
    ),
    "aux": (
        "\\input{a\0b}",
        "\\input{" + "a" * 300 + "}",
        "\\begin{verbatim}" * 20_000,
        "\\iffalse" * 40_000,
        "\\" + "cite" * 25_000,
    ),
}
