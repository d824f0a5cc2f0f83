"""Inputs to begin with, invented, in the layouts that are met; and what they are made of."""

from __future__ import annotations

import html
import json
from typing import Any

ABSTRACT = (
    "Shopping lists are usually written in the order of thought, not in that of the shelves. "
    "We train very small networks to sort them, and walk 31\\% less in three shops of our town."
)

# --- listing

_HEAD = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers
byAK and the research community
May 2
"""
LISTINGS = (
    f"{_HEAD}\nSorting Lists with Very Small Networks\n\n{ABSTRACT}\n\n  • 2 authors\n\n·\n\n"
    f"Dec 8, 2022 3\n\nTea: How Long?\n\n{ABSTRACT} See https://example.org/tea.\n",
    f"Daily Papers\nOwls at $270^\\circ$\n{ABSTRACT}\nbarn-lab Barn Laboratory\n·\nJan 31 12\n"
    f"Naïve Café Models\n{ABSTRACT}\n  • 14 authors\n·\nFebruary 30, 2024\n",
    f"new\r\nGet trending papers in your email inbox once a day!\r\nSubscribeOn Ends\r\n"
    f"{ABSTRACT}\r\n\r\n·\r\nMay 5\r\nAgain\r\n{ABSTRACT}\r\n",
    f"Subscribe\nTrending Papers\nA Title Without Facts\n{ABSTRACT}\nA Title\nAnother\n{ABSTRACT}",
)
LISTING_WORDS = (
    "Daily Papers", "Trending Papers", "Papers", "by AK and the research community", "new",
    "Get trending papers in your email inbox", "Subscribe", "  • 12 authors", "  • 1 author", "·",
    "Dec 8, 2022 3", "Jan 31", "May 2", "Feb 29, 2023", ", 2023", " 12", "openbmb OpenBMB", ".",
    "\n\n", "\r\n", "https://example.org/a_b.", ABSTRACT, "\ufeff", "\u2028", "\x85", "\u0663",
)  # fmt: skip

# --- Hugging Face


def listed(**members: Any) -> dict[str, Any]:
    """Return what a listing wraps around a paper."""
    paper = {
        "id": "2401.00001",
        "authors": [{"_id": "65", "name": "Jane van Doe", "hidden": False}, {"name": "Li"}],
        "publishedAt": "2024-01-02T18:00:00.000Z",
        "title": "On Lists",
        "summary": "We sort lists\nby hand & by eye. https://example.org/x",
        "upvotes": 12,
        "githubRepo": "https://github.com/doe/lists.git",
        "projectPage": "https://example.org/lists",
        "githubStars": 3,
        "ai_summary": "A sentence.",
        "organization": {"name": "barn", "fullname": "Barn Laboratory"},
    }
    return {"paper": paper | members, "title": "On Lists", "numComments": 2}


def _page(target: str, props: Any, quote: str = '"') -> str:
    data = html.escape(json.dumps(props))
    data = data if quote == '"' else data.replace("&quot;", '"')
    return (
        f"<!DOCTYPE html>\n<html><body>\n<div data-target='Head' data-props='{{}}'></div>\n"
        f"<div data-target={quote}{target}{quote} data-props={quote}{data}{quote}>\n<h1>x</h1>"
    )


PAGES = (
    _page("DailyPapers", {"dailyPapers": [listed()], "periodType": "day"}),
    _page("DailyPapers", {"dailyPapers": [listed(title="Owls"), {"paper": {}}, 7]}, "'"),
    _page("PaperContent", {"paper": listed()["paper"], "comments": []}),
)
PAGE_WORDS = (
    "data-props=", "data-target=", '"', "'", "&quot;", "&amp;", "&#39;", "&#x", "&#0;", "&#xd800;",
    "<div ", ">", "dailyPapers", "PaperContent", "{&quot;paper&quot;:", "null", "true", "[", "]",
    "{", "}", "&quot;title&quot;:&quot;", "&quot;summary&quot;:", "\\ud800", "\\u0000", "1e999",
)  # fmt: skip
ANSWERS = (
    json.dumps([listed(), listed(title="Owls", upvotes=-1, authors=None)]),
    json.dumps(listed()["paper"]),
    json.dumps({"dailyPapers": [listed(githubRepo="doe/lists", organization={"name": "b"})]}),
    json.dumps({"error": "Too many requests"}),
)
_JSON_WORDS = (
    '"', ":", ",", "{", "}", "[", "]", "null", "true", "false", "1e999", "-1", "NaN", "Infinity",
    "99999999999999999999", "\\ud800", "\\u0000", "\\u202e", "\\n", "\\", "0.5", "[[[[[[[[",
)  # fmt: skip
ANSWER_WORDS = (
    *_JSON_WORDS, *(f'"{name}":' for name in listed()["paper"]), '"paper":', '"dailyPapers":',
    '"error":', '"numComments":', '"hidden":true', '"fullname":', "2024-01-02T18:00:00.000Z",
    "2401.00001v2", "owner/name", "https://",
)  # fmt: skip

# --- our JSON and CSL-JSON

_OURS: dict[str, Any] = {
    "id": "0f", "key": "doe2024lists", "type": "article", "title": "On Lists",
    "authors": ["Doe, Jane", "World Health Organization"], "author_count": 2,
    "organization": "Barn", "abstract": "We sort.\n\nTwice.", "published": "2024-01-02",
    "year": 2024, "venue": "Journal of Lists", "arxiv": "2401.00001", "doi": "10.1000/182",
    "url": "https://example.org/x", "links": ["https://github.com/doe/lists"], "comments": 1,
    "votes": 2, "stars": 3, "cite_as": "preprint", "status": "read", "priority": "high",
    "tags": ["lists", "to do"], "note": "# Mine", "added_at": "2024-01-01T00:00:00Z",
    "sources": ["a.html"],
}  # fmt: skip
JSON_LINES = (
    json.dumps(_OURS) + "\n" + json.dumps({"title": "Owls", "year": 2023}) + "\n",
    json.dumps([_OURS, {"title": "Tea", "published": "2023-05"}, {"title": ""}, 3]),
)
JSON_LINES_WORDS = (
    *_JSON_WORDS, *(f'"{name}":' for name in _OURS), "unread", "reading", "skipped", "medium",
    "2024-02", "https://", "arXiv:2401.00001", "doi:10.1/x", "\n",
)  # fmt: skip
_CSL: dict[str, Any] = {
    "id": "doe2024", "type": "article-journal", "title": "On <i>Lists</i> &amp; H<sub>2</sub>O",
    "author": [
        {"family": "Doe", "given": "Jane", "suffix": "Jr.", "non-dropping-particle": "van"},
        {"literal": "World Health Organization"},
    ],
    "editor": [{"family": "Roe"}], "issued": {"date-parts": [[2024, 1, "2"]]},
    "container-title": "Journal of Lists", "volume": "3", "issue": 2, "page": "1-9",
    "publisher": "Barn Press", "publisher-place": "Ulm", "collection-title": "Lists",
    "edition": 2, "ISBN": "1", "ISSN": "2", "abstract": "<jats:p>We sort.</jats:p>",
    "note": "n", "keyword": "lists, sorting", "language": "en", "DOI": "10.1000/182",
    "URL": "https://example.org/x_y",
}  # fmt: skip
CSL = (
    json.dumps([_CSL, {"type": "book", "title": "Owls", "issued": {"date-parts": [[]]}}]),
    json.dumps(_CSL | {"type": "thesis", "container-title": ["A", "B"], "id": 7}),
    json.dumps([_CSL | {"type": "paper-conference", "title": "Tea $x_1$ {Ö} #1 100%"}, {}]),
)
CSL_WORDS = (
    *_JSON_WORDS, *(f'"{name}":' for name in _CSL), '"family":', '"given":', '"literal":',
    '"date-parts":', "<jats:title>Abstract</jats:title>", "<mml:math>", "</mml:math>", "<i>",
    "</i>", "<sup>2</sup>", "&lt;", "&#x1F600;", "<tex-math>", "</tex-math>", "\\\\documentclass",
    "\\\\begin{document}", "\\\\end{document}", "$$", "report", "chapter",
)  # fmt: skip

# --- BibTeX

BIB = (
    """% A comment
@string{jl = {Journal of Lists}}
@preamble{"\\newcommand{\\noop}[1]{}"}
@article{doe2024,
  author = {Doe, Jane and {World Health Organization} and J{\\"o}rg van der Roe, Jr. and others},
  title = "On {L}ists: {\\'E}tudes \\& $x_1^2$ for 100\\%",
  journal = jl # { and Sets},
  year = 2024, month = jan # "~2",
  pages = {1--9},
  doi = {10.1000/182}, url = {https://example.org/a\\_b},
}
""",
    """@InProceedings(key:1,
  title = {{Nested {Braces {And} More}}},
  booktitle = {Proc.\\ of \\LaTeX{} \\url{http://a.b/~c}},
  crossref = "parent", eprint = {2401.00001}, archiveprefix = {arXiv},
  date = {2024-05-31},
)
@proceedings{parent, title = {Proc}, editor = {family=Doe, given=Jane}, year = {MMXX}}
@comment{@misc{hidden, title={x}}}
""",
    """@misc{a, title={One}, title={Two} year=2020}
@misc{a,
  title = {Ein \\"{U}berblick \\foo{x} \\input{/etc/passwd}},
  % year = 1999,
  note = {arXiv:2401.00001v2}, urldate = {2024-01-02}, keywords = {a, b}
@book{, author = "Ann {"}Quote{"} Lee", title = undefinedmacro # 12 }
trailing text
""",
    "@online{ü/1,\n title = {Größe – ﬁn… “x” ẞ 中文 e\u0301 𝒳},\n abstract={a\n\nb},\n "
    "options={x=1}}",
)
BIB_WORDS = (
    "@article{", "@misc{", "@string{", "@preamble{", "@comment{", "@book(", "key,", " = {", "},\n",
    "}\n", '"', " # ", "{", "}", "(", ")", "%", "\n% ", ",", "title", "author", "year", "month",
    "journal", "crossref", "eprint", "doi", "url", "date", "abstract", "note", "keywords",
    "execute", "jan", " and ", "others", "family=", "given=", "\\", '\\"', "\\'", "\\'{\\i}",
    "{\\\"o}", "\\ss", "\\v{c}", "\\t{oo}", "\\href{", "\\url{", "\\input{", "\\textsuperscript{2}",
    "\\enquote{", "$", "$$", "\\{", "\\}", "^^", "~", "--", "``", "''", "#1", "&", "_", "^",
    "\\verb|", "\\par", "\\newcommand{\\x}[1]{", "\\providecommand", "\\begin{", "\u0301", "\u202e",
    "\x00", "\x1b", "²", "\\textbf{", "https://", "10.1000/182", "arXiv:2401.00001",
    "10.48550/arXiv.2401.00001", "\\\\",
)  # fmt: skip

# --- queries

QUERIES = (
    "transformer atention", '"mixture of experts" -survey', "tag:ml,nlp -status:read has:note",
    'author:nguyen year:2022.. venue:"neural ""x"" systems" added:>=2024-01-31',
    "priority:low..high key:doe2024 tagg:ml -tag:\"a,b\" \"open", "year:>2020 status:un,rea",
)  # fmt: skip
QUERY_WORDS = (
    "status:", "priority:", "tag:", "author:", "venue:", "year:", "added:", "has:", "key:", "-",
    '"', '""', ",", "..", ">=", "<", ".", "2022", "-01", "unread", "high", "note", "*", "NEAR(",
    "AND", "OR", "NOT", "^", "(", ")", "{", "}", ":", "+", "'", ";", "\\", "\x00", "\udc80",
    "\u0301", "ß", "İ", "中", "\u200b", "[[", " ", "\t", "\n", "due:2024-01-01",
)  # fmt: skip

# --- the configuration

CONFIGS = (
    """library: ~/x/library.db
theme: nord
columns: [status, title, year]
view: inbox
notes:
  template: reading
  templates:
    reading: |
      # {title}
      {authors}, {year}. {{x}}
citation_key: "[auth:lower][year][title:1]"
export: {path: a.bib, format: biblatex, protect: [Gauss], commands: ["\\\\x"], abstracts: true}
sync:
  most_loose: 64
online:
  sources: [arxiv, crossref]
  mail: a@example.org
  cache_days: 0
  addresses: {arxiv_pdf: "https://example.org/pdf/"}
keys: {paper.read: z}
""",
    "citation_key: auth.lower + shorttitle(3, 2) + year\nexport:\nkeys: {paper.read: 'ctrl+x'}\n",
    "exprot: {}\n",
    "sources: [arxiv]\ncolumns: title\n",
)
VIEWS = (
    "mine: tag:ml -status:read\nsorted: {query: 'year:2020..', sort: -title}\n",
    "a:\n  query: x\n  sort: title\n# a comment\nb: 12\nc: null\n",
)
CONFIG_WORDS = (
    "library: ", "theme: ", "columns: [", "view: ", "triage: ", "editor: ", "viewer: ", "notes:",
    "template: ", "templates:", "citation_key: ", "export: {", "format: ", "protect: [",
    "abstracts: ", "cite: ", "sync: {most_loose: ", "online: {", "sources: [", "mail: ",
    "openalex_key: ", "cache_days: ", "addresses: {", "keys: {", "paper.read: ", "query: ",
    "sort: ", "[auth", "[year]", "[title:", ":lower", "shorttitle(3,2)", " + ", "auth.lower",
    ".abbr", "{title}", "{{", "}}", "&a ", "*a", "<<: ", "!!int ", "!!str ", "!!null", "!!bool ",
    "!x ", "|\n", ">-\n", "---\n", "...\n", "? ", "- ", "# ", "%YAML 1.1\n", "\\ud800", "\\x00",
    "\\u202e", "~", "null", "true", "0x10", "1_000", "٣", "'", '"', "\t", "\n  ", "ctrl+x",
    "https://", "{", "}", "[", "]", ",",
)  # fmt: skip

# --- LaTeX

TEX = (
    """\\documentclass{article} % \\cite{no}
\\addbibresource[location=local]{refs.bib}
\\begin{document} \\input{chapter} \\include{a/b}
As \\citep[see][p.~3]{doe2024, roe2023} and \\textcites(a)(b)[c]{d}{e}<f>{g} say, 50\\% \\nocite{*}.
\\begin{verbatim} \\cite{no} \\end{verbatim} \\verb|\\cite{no}| \\iffalse \\cite{no} \\fi
\\subimport{parts/}{one} \\bibliography{one,two.bib}
""",
    "\\relax\n\\citation{doe2024,roe2023}\n\\abx@aux@cite{0}{tea}\n\\bibdata{paper-blx,refs}\n"
    "\\@input{chapter.aux}\n",
    '<?xml version="1.0"?>\n<bcf:controlfile>\n<bcf:citekey order="1">doe2024</bcf:citekey>\n'
    '<bcf:datasource type="file" datatype="bibtex">refs.bib</bcf:datasource>\n',
)
TEX_WORDS = (
    "\\cite{", "\\citep[", "\\Cites(", "\\nocite{*}", "\\bibentry{", "\\citestyle{", "[a]", "(b)",
    "<c>", "{key}", ",", "%", "\\%", "\\\\", "\\begin{verbatim}", "\\end{verbatim}",
    "\\begin{comment}", "\\verb|", "\\lstinline[x]!", "\\mintinline{py}|", "\\iffalse", "\\fi",
    "\\bibliography{", "#1", "\\addbibresource[", "\\input{", "\\input a ", "\\import{a/}{b}",
    "\\citation{", "\\bibdata{", "\\abx@aux@cite{0}{", "<bcf:citekey ", "</bcf:citekey>",
    "<bcf:datasource ", ">", "</bcf:datasource>",
)  # fmt: skip

# --- arXiv

ATOM = (
    """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<title>ArXiv Query</title><id>http://arxiv.org/api/x</id>
<entry><id>http://arxiv.org/abs/2401.00001v2</id><published>2024-01-02T18:00:00Z</published>
<title>On Lists
  and Sets</title><summary>  We sort.
  Twice.</summary><author><name>Jane van Doe</name></author><author><name>Li</name></author>
<arxiv:doi>10.1000/182</arxiv:doi><link href="http://arxiv.org/abs/2401.00001v2"/></entry></feed>
""",
    """<rss version="2.0"><channel><title>cs.CL</title><item><title>Owls &amp; $x$</title>
<link>https://arxiv.org/abs/2401.00002</link><description>arXiv:2401.00002v1 Announce Type: replace
Abstract: We look.</description><guid>oai:arXiv.org:2401.00002v1</guid>
<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">J. Doe (MIT), K. Roe</dc:creator>
<pubDate>Wed, 31 Jan 2024 00:00:00 -0500</pubDate></item></channel></rss>
""",
)
ATOM_WORDS = (
    "<entry>", "</entry>", "<item>", "</item>", "<id>", "</id>", "<title>", "</title>", "<summary>",
    "</summary>", "<author><name>", "</name></author>", "<published>", "</published>", "<pubDate>",
    "<guid>", "</guid>", "<link href=\"", "\"/>", "<dc:creator>", "Announce Type: new", "Abstract:",
    "http://arxiv.org/abs/", "oai:arXiv.org:", "&#x0;", "&#xFFFE;", "&amp;", "<![CDATA[", "]]>",
    "<!--", "-->", "<?xml version=\"1.0\" encoding=\"", "UTF-16", "latin-1", "xmlns:a=\"",
    "http://arxiv.org/api/errors", "&#8238;", "&#x1b;", "\\'e", "{", "}",
)  # fmt: skip
MAILS = (
    """From: no-reply@arxiv.org
Subject: cs daily
\\\\
arXiv:2401.00001
Date: Mon, 1 Jan 2024 12:34:56 GMT   (123kb)

Title: On Lists, which
  go on
Authors: Jane Doe (MIT), J\\'er\\^ome Roe and others
Categories: cs.CL
Comments: 3 pages
DOI: 10.1000/182
\\\\
  We sort
lists. https://example.org/x
\\\\ ( https://arxiv.org/abs/2401.00001 ,  123kb)
------------------------------------------------------------------------------
\\\\
arXiv:2401.00002 (*cross-listing*)
replaced with revised version Tue, 2 Jan 2024 01:02:03 GMT   (5kb)

Title: Owls
Authors: A. Lee
\\\\ ( https://arxiv.org/abs/2401.00002 ,  5kb)
%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%
""",
    """From x@arxiv.org Mon Jan  1 00:00:00 2024
From: x@arxiv.org
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

\\\\
arXiv:2401.00003
Date: Mon, 1 Jan 2024 12:34:56 GMT

Title: Caf=C3=A9s
Authors: B. Lee
\\\\
  Text.
\\\\ ( https://arxiv.org/abs/2401.00003 , 1kb)
""",
)
MAIL_WORDS = (
    "\\\\\n", "arXiv:2401.00001", "Paper: cs/0112017", "Date: ", "Title: ", "Authors: ",
    "Comments: ", "DOI: ", "\\\\ ( https://arxiv.org/abs/2401.00001 , 1kb)\n", "-" * 30, "%-" * 10,
    "replaced with revised version ", "(*cross-listing*)", "From: a@arxiv.org\n", "From x\n",
    "=C3=A9", "=\n", "=00", "=1B", "Content-Transfer-Encoding: base64\n",
    "Content-Type: text/plain; charset=", "multipart/mixed; boundary=\"b\"", "--b\n", "--b--",
    "utf-16", "utf-7", "unicode_escape", "rot13", "idna", "punycode", " and ", "(MIT)", ", Jr.",
    "\\'e", "Content-Transfer-Encoding: quoted-printable\n",
)  # fmt: skip
RIS = (
    """TY  - JOUR
ID  - doe2024
TI  - On Lists & Sets
AU  - Doe, Jane, Jr.
AU  - World Health Organization
A2  - Roe, K.
JO  - Journal of Lists
PY  - 2024/01/02/
SP  - 1
EP  - 9
VL  - 3
DO  - 10.1000/182
UR  - https://example.org/a_b
KW  - lists
KW  - sets
AB  - We sort.
N1  - a note
ER  -

TY  - BOOK
T1  - Owls
PB  - Barn Press
""",
)
RIS_WORDS = (
    "TY  - JOUR\n", "ER  - \n", "TI  - ", "T1  - ", "AU  - ", "A1  - ", "PY  - ", "DA  - ",
    "UR  - ", "KW  - ", "SP  - ", "EP  - ", "DO  - ", "AB  - ", "N1  - ", "ID  - ", "JO  - ",
    "T2  - ", "ZZ  - ", "2024/13/99", "2024///", "\n", ", ", "THES", "CHAP", "CONF", "²",
    "https://",
)  # fmt: skip

# --- all of them

MORE_PAPERS = "".join(
    json.dumps({"title": title, "tags": [tag], "note": note}) + "\n"
    for title, tag, note in (
        ("Transformers and Attention", "ml", 'a "quote"'),
        ("Mixture of Experts for Owls", "nlp", "see [[doe2024lists]]"),
        ("A Survey of Ünïcode 中文", "a:b", "-x"),
    )
)
OF_ALL_FORMATS = (
    LISTINGS[0], LISTINGS[1], PAGES[0], ANSWERS[0], JSON_LINES[0], CSL[0], *BIB[:2], *ATOM, *MAILS,
    *RIS,
)  # fmt: skip
WORDS_OF_ALL_FORMATS = (
    "@misc{", "TY  - ", "ER  - ", "\\\\\narXiv:", "data-props=", "<feed", "<rss", "<?xml ?>",
    "<!doctype", '"title":', '"type": "book"', '"DOI":', '"paper": {', '"publishedAt":', "[{", "{",
    "Daily Papers\n", "\n·\nDec 8, 2022 3\n", "Get trending papers in your email inbox", "\ufeff",
    "From: arxiv.org\n",
)  # fmt: skip
