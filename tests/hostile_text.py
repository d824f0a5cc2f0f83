"""Hostile text, of every kind and from one place, and what must hold of whatever is made of it.

`texts(count)` gives the same texts each time; a longer run gives more. They are made of what
stands in `PIECES`, with plain words around, so that one sees where they begin and end.
"""

from __future__ import annotations

import html
import json
import os
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st
from rich.cells import cell_len

from readinglist.domain.citekey import importable_key
from readinglist.domain.fields import parse_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from readinglist.domain.paper import Paper

EXAMPLES = int(os.environ.get("READINGLIST_EXAMPLES", "50"))
"""How many texts go through each door; READINGLIST_EXAMPLES=5000 is the long run."""
IS_LONG = EXAMPLES >= 1000
FEW = int(os.environ.get("READINGLIST_FEW", max(5, EXAMPLES // 25)))
"""How many go where each takes commands, or keys and a picture; READINGLIST_FEW is another."""

PIECES: dict[str, tuple[str, ...]] = {
    "escapes": (
        "\x1b[31m", "\x1b[2J\x1b[H", "\x1b[6n", "\x1b[?1049l", "\x1bc", "\x1b(0", "\x1b[200~",
        "\x1b", "\x1b]0;owned\x07", "\x1b]2;owned\x1b\\",
        "\x1b]8;;https://owned.example\x1b\\link\x1b]8;;\x1b\\", "\x1b]52;c;cm0gLXJmIH4=\x07",
        "\x1b]1337;File=inline=1:AAAA\x07", "\x1bP$q q\x1b\\", "\x1bP+q544e\x1b\\",
        "\x1b_Gi=1;AAAA\x1b\\", "\x1b^privacy\x1b\\", "\x1b[8;1;1t", "\x1b[5i",
        "\x1bPtmux;\x1b\x1b]52;c;QQ==\x07\x1b\\", "\x1b[?1003h", "\x1b[>4;2m", "\x1b#8", "\x1bM",
    ),
    "C1 controls": (
        "\x9b31m", "\x9d52;c;cm0=\x9c", "\x90q#0\x9c", "\x9d0;owned\x9c", "\x84", "\x85", "\x8d",
        "\x9b2J", "\x98x\x9c", "\x9ex\x9c", "\x9fGi=1\x9c", "\x80", "\x9a",
    ),
    "C0 controls": (
        "\x00", "\x07", "\x08\x08\x08", "\x0e", "\x0f", "\x05", "\x11", "\x13", "\x1a", "\x7f",
        "\x1c", "\x1f", "\x04", "\x18", "a\x00b", "\x03", "\x15", "\x17",
    ),
    "lines": (
        "a\nb", "a\rb", "a\r\nb", "a\x0bb", "a\x0cb", "a\u2028b", "a\u2029b", "a\x85b", "a\tb",
        "\n\n\n", "\t\t", "a\x1eb", "\r", "\n@article{x,\n", "\n---\n", "\n- [ ] x\n",
        "\nFrom: x\n",
    ),
    "bidi": (
        "\u202egnp.exe", "\u202dabc\u202c", "\u2066a\u2069", "\u2067b\u2069", "\u2068c\u2069",
        "\u200e", "\u200f", "\u061c", "\u202a\u202b", "\u202e" * 30,
        "x\u2067\u2066)\u2069(\u2069",
    ),
    "right-to-left": (
        "محمد الخوارزمي", "דוד בן-גוריון", "ابن سينا، علي", "שלום", "فارسی",
        "\u0627\u0644\u0633\u0644\u0627\u0645", "ܐܒܓ", "ޓެސްޓް", "א123ב",
    ),
    "zero-width": (
        "\u200b", "\u200c", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u180e", "\u2063",
        "a\u200bb" * 9, "\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4", "\U0001d173",
        "\u206a",
    ),
    "variation selectors": (
        "\ufe0f", "\ufe0e", "☃\ufe0f", "☃\ufe0e", "\U000e0100", "葛\U000e0101", "\u180b",
        "❤\ufe0f", "1\ufe0f\u20e3", "\ufe00" * 20,
    ),
    "combining floods": (
        "e" + "\u0301" * 60, "Z" + "\u0335\u0321\u0353\u0318" * 20, "a" + "\u20dd" * 30,
        "ก" + "\u0e49" * 40, "ב" + "\u05b0\u05bc" * 30, "ب" + "\u064b\u0651" * 30,
        "x" + "\ufe20" * 20, "и" + "\u0483" * 40, "ཀ" + "\u0f74\u0f71" * 30, "\u0301\u0302" * 10,
        "\u0489" * 25, "o" + "\u1ab0\u1dc0" * 25, "\U00011300" * 30, "म" + "\u093c\u0941" * 20,
    ),
    "wide": (
        "深層学習による言語モデル", "注意力", "한국어", "ｆｕｌｌ", "👩", "🎉" * 20, "漢" * 90,
        "﷽", "𒐫", "꧅", "가", "🀄", "㍿", "①",
    ),
    "emoji sequences": (
        "👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "👋🏽", "👩🏿\u200d🚀", "🇩🇪🇫🇷", "🇩",
        "#\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e007f", "👨\u200d\u200d\u200d👨",
        "❤\ufe0f\u200d🔥", "🏽" * 5, "🧑🏻\u200d❤\ufe0f\u200d🧑🏿",
    ),
    "tag characters": (
        "\U000e0001", "\U000e0041\U000e0042", "".join(map(chr, range(0xE0020, 0xE0080))),
    ),
    "non-characters": (
        "\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001fffe", "\U0010ffff", "\ufffd", "\ue000",
        "\uf8ff", "\U000f0000", "\u0378", "\ufff9a\ufffab\ufffb",
    ),
    "surrogates": (
        "\ud800", "\udfff", "\udc80\udcff", "\ud83d", "\ude00", "\ude00\ud83d", "\udce9",
    ),
    "markup": (
        "[red]x[/red]", "[@click=app.owned]x[/]", "[@click=screen.owned(1)]x[/]", "[/]", "[b]",
        "[[", "]]", "[link=https://owned.example]x[/link]", "[$primary on $error]x", "\\[b]",
        "[not a tag", "[reverse blink]x", ":smile:", "[#ff0000]x[/#ff0000]",
        "[@click=\"owned\"]x[/]", "[/red]", "[on red]", "[[key|text]]",
        "[x](javascript:alert(1))", "<script>alert(1)</script>", "![x](file:///etc/passwd)",
        "`code` **b** _i_", "<b onclick=x>&amp;&#x1b;[31m&lt;", "]]>", "<![CDATA[x]]>",
        "<!-- -->", "# h", "> q", "~~~", "| a | b |", "[auto]x[/auto]", "[bold", "$foreground",
        "{x}", "%s %(x)s {0}",
    ),
    "TeX": (
        "\\input{/etc/passwd}", "\\write18{rm -rf ~}", "$x$", "$", "$$", "{", "}", "\\", "%", "&",
        "#", "^^M", "\\def\\x{\\x}\\x", "\\catcode`\\@=0", "\\end{document}", "\"a", "~", "\\'e",
        "{\\'e}", "@comment{", "\\^^5e", "$\\frac{1}{0$", "\\verb|x|", "\\char127", "\\u{1b}",
        "a and b", "and", ", Jr., ", "\\ ", "\\%",
    ),
    "SQL and FTS5": (
        "'; DROP TABLE paper; --", "\" OR 1=1 --", "NEAR(a b, 2)", "title:x", "a AND", "NOT",
        "OR", "*", "a*", "^a", "{title abstract}: a", "(a", "a)", "\"\"\"", "tag:", "year:", "-",
        "--", ":", "year:2022..", "key:_", "?1 :x", "%_", "-tag:\"", "x'y", "a + b", "author:,",
        "has:x", "status:x,y",
    ),
    "names of files": (
        "CON", "NUL.bib", "aux", "COM1", "LPT1.txt", "-rf", "--help", "-", "../../etc/passwd",
        "/etc/passwd", "..", ".", "~", "~root", "$HOME", "$(id)", "`id`", "a;b", "a|b", "C:\\x",
        "file://x", "x.bib ", ".hidden", "*", "?", "a\tb.bib", "%00", "con.", "@file",
    ),
    "YAML": (
        "!!python/object/apply:os.system [id]", "&a [*a]", "- x", "a: b", "? x", "| x", "> x",
        "'", "\"", "{a: b", "[a", "#x", "%YAML 9", "---", "...", "<<: *x", "yes", "null", "~",
        "1e3", "0x1f", "\u0085", "@", "`", "*x", "&x",
    ),
    "JSON": (
        "\"", "\\", "\\u0000", "\\ud800", "{\"a\":", "[", "NaN", "null", "\\x", "\u2028",
        "</script>",
    ),
}  # fmt: skip
"""What texts are made of, by kind."""

WORDS = ("owl", "attention", "learning", "Müller", "graph", "of", "and", "the", "deep", "2023")

STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What may not go to a terminal in text: it steers it, or turns the order of letters round."""


class Hostile(NamedTuple):
    """A text that means harm."""

    kind: str
    text: str


def texts(count: int, seed: object = 0, without: Iterable[str] = ()) -> list[Hostile]:
    """Return `count` texts, all kinds in turn; each piece comes alone before any comes again."""
    left_out = set(without)
    rng = random.Random(f"hostile {seed}")
    makers = [_of_kind(kind, rng) for kind in PIECES if kind not in left_out]
    found: list[Hostile] = []
    while len(found) < count:
        found += (next(maker) for maker in makers)
    return found[:count]


def _of_kind(kind: str, rng: random.Random) -> Iterator[Hostile]:
    pieces = list(PIECES[kind])
    rng.shuffle(pieces)
    for piece in pieces:
        yield Hostile(kind, f"{rng.choice(WORDS)} {piece} {rng.choice(WORDS)}")
    others = [piece for of_kind in PIECES.values() for piece in of_kind]
    while True:
        parts = [rng.choice(pieces) for _ in range(rng.randint(1, 4))]
        parts += rng.choices(WORDS, k=rng.randint(1, 5))
        parts += rng.choices(others, k=rng.randint(0, 2))
        rng.shuffle(parts)
        yield Hostile(kind, rng.choice(("", " ")).join(parts))


def storable(text: str) -> str:
    """Return a text without what no file in UTF-8 and no database can hold."""
    return text.encode("utf-8", "ignore").decode()


def long_texts() -> list[Hostile]:
    """Return one text for each way to be long: a megabyte each in the long run."""
    size = 1_000_000 if IS_LONG else 10_000
    return [
        Hostile(f"long: {what}", (piece * (size // len(piece.encode()))))
        for what, piece in {
            "letters": "x", "words": "owl ", "lines": "owl\n", "wide letters": "漢",
            "marks": "e\u0301\u0301", "escapes": "\x1b[31m", "brackets": "[", "links": "[[owl]] ",
            "braces": "{", "pairs of braces": "{}", "dollars": "$x", "backslashes": "\\",
            "quotes": '"', "hyphens": "a-", "minus signs": "-a ", "blanks": " ", "and": "a and ",
            "angle brackets": "<a>", "ampersands": "&amp;", "colons": "tag:a ", "stars": "*a*",
            "addresses": "https://e.org/", "digits": "2401.00001 ", "backticks": "`a",
        }.items()
    ]  # fmt: skip


HOSTILE = st.one_of(
    st.sampled_from([piece for pieces in PIECES.values() for piece in pieces]),
    st.lists(
        st.sampled_from([*WORDS, " ", *(piece for pieces in PIECES.values() for piece in pieces)]),
        max_size=6,
    ).map("".join),
    st.text(),
)
"""For Hypothesis: pieces, some of them one after the other, or any text."""


def check_harmless(output: str, what: str = "") -> None:
    """Check that what goes to a terminal can't steer it; line breaks are the only controls."""
    found = STEERING.search(output)
    if found:
        around = output[max(0, found.start() - 60) : found.end() + 60]
        raise AssertionError(f"{what}: {found[0]!a} goes to the terminal in {around!a}")
    output.encode()


def check_width(lines: Sequence[str], width: int, what: str = "") -> None:
    """Check that no line is wider than a terminal of `width` cells."""
    for line in lines:
        assert cell_len(line) <= width, f"{what}: {cell_len(line)} cells: {line!a}"


def parsed_json(output: str) -> object:
    """Return strict JSON read: no NaN, and each string can be written in UTF-8."""

    def refuse(constant: str) -> object:
        raise AssertionError(f"{constant} is no JSON")

    value: object = json.loads(output, parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def check_stored(paper: Paper) -> None:
    """Check that a paper holds what a database, XML and TeX can do with, and a key to be typed."""
    for value in (
        *(paper.title, paper.venue, paper.abstract, paper.organization, paper.note, paper.key),
        *(paper.authors + paper.tags + paper.links + paper.sources),
    ):
        assert value is None or value.encode()
    assert paper.title.strip()
    assert "\n" not in paper.title
    assert paper.key
    assert importable_key(paper.key) == paper.key
    for tag in paper.tags:
        assert parse_tag(tag) == tag
    for address in (paper.url, *paper.links):
        assert address is None or address.startswith(("http://", "https://"))


class Tally:
    """Counts how many texts of each kind went through each door."""

    def __init__(self) -> None:
        self.doors: dict[str, Counter[str]] = {}

    def note(self, door: str, of: Iterable[Hostile]) -> None:
        """Count texts at a door."""
        self.doors.setdefault(door, Counter()).update(one.kind for one in of)

    def lines(self) -> Iterator[str]:
        """Yield a line for each door: how many texts, and how many of each kind."""
        for door, kinds in self.doors.items():
            told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
            yield f"{kinds.total():8,}  {door}: {told}"


TALLY = Tally()
"""What this run has tried."""


_NOTE = "# {one}\n\n- {other} [[owl2023]]\n```\n{one}\n```\n[[{other}|{one}]]\n> {one}\n"


def papers_of(hostile: Sequence[Hostile]) -> list[dict[str, object]]:
    """Return papers, as in our JSON: each text is the title of one, and in others all else."""
    found: list[dict[str, object]] = []
    for place, one in enumerate(hostile):
        other, third = (storable(hostile[place - by].text) for by in (1, 2))
        found.append(
            {
                "title": storable(one.text),
                "authors": [third, f"{other}, Ada"],
                "organization": other,
                "abstract": f"{other}\n{third}",
                "venue": third,
                "tags": [tag for tag in (other[:60],) if tag.isprintable() and tag.strip()],
                "note": _NOTE.format(one=other, other=third),
                "published": "2023-05",
            }
        )
    return found


def file_of(kind: str, hostile: Sequence[Hostile], first: int = 0) -> bytes:
    """Return a file of a format to import, with each text wherever text may stand.

    Its papers are numbered from `first` on.
    """
    return _FILES[kind](hostile, first).encode("utf-8", "surrogatepass")


def _daily(hostile: Sequence[Hostile], first: int) -> str:
    begin = "Get trending papers in your email inbox!\n\nSubscribe\n\n"
    begin += "byAK and the research community\n\nDec 7, 2022\n\n"
    return begin + "\n\n".join(
        f"Owls {n} {one.text}\n\n{_ABSTRACT} {one.text}\n\n  • {n} authors\n\n·\n\nDec 6, 2022 {n}"
        for n, one in enumerate(hostile, first)
    )


def _hugging_face(hostile: Sequence[Hostile], first: int) -> str:
    papers = [
        {
            "paper": {
                "id": f"2401.{n:05}",
                "authors": [{"name": one.text}, {"name": one.text, "user": {"fullname": one.text}}],
                "title": f"Owls {n} {one.text}",
                "summary": one.text,
                "publishedAt": "2024-01-02T18:00:00.000Z",
                "githubRepo": one.text,
                "organization": {"name": one.text, "fullname": one.text},
                "upvotes": n,
            },
            "title": one.text,
            "numComments": 2,
        }
        for n, one in enumerate(hostile, first)
    ]
    return json.dumps(papers)


def _atom(hostile: Sequence[Hostile], first: int) -> str:
    entries = (
        f"<entry><id>http://arxiv.org/abs/2402.{n:05}</id><title>Owls {n} {text}</title>"
        f"<summary>{text}</summary><published>2024-01-02T18:00:00Z</published>"
        f"<arxiv:comment>{text}</arxiv:comment><arxiv:journal_ref>{text}</arxiv:journal_ref>"
        f"<author><name>{text}</name></author></entry>\n"
        for n, one in enumerate(hostile, first)
        for text in (html.escape("".join(filter(_may_stand_in_xml, one.text))),)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:arxiv="http://arxiv.org/schemas/atom">{"".join(entries)}</feed>\n'
    )


def _may_stand_in_xml(letter: str) -> bool:
    return letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff"


def _mail(hostile: Sequence[Hostile], first: int) -> str:
    return "".join(
        f"\\\\\narXiv:2403.{n:05}\nDate: Mon, 1 Jan 2024 12:34:56 GMT   (1kb)\n\n"
        f"Title: Owls {n} {one.text}\nAuthors: {one.text}, Ada Vale\nCategories: cs.CL\n"
        f"Comments: {one.text}\nJournal-ref: {one.text}\n\\\\\n  {one.text}\n"
        f"\\\\ ( https://arxiv.org/abs/2403.{n:05} ,  1kb)\n"
        for n, one in enumerate(hostile, first)
    )


def _bibtex(hostile: Sequence[Hostile], first: int) -> str:
    return "".join(
        f"{one.text}\n@article{{owl{n}{one.text}, title = {{Owls {n} {one.text}}},\n"
        f'  author = {{{one.text} and Vale, Ada}}, journal = "{one.text}", year = 2024,\n'
        f"  keywords = {{{one.text}}}, abstract = {{{one.text}}}, note = {{{one.text}}},\n"
        f"  {one.text} = {{{one.text}}}, url = {{{one.text}}}\n}}\n\n"
        for n, one in enumerate(hostile, first)
    )


def _csl(hostile: Sequence[Hostile], first: int) -> str:
    items = [
        {
            "id": one.text,
            "type": "article-journal",
            "title": f"Owls {n} {one.text}",
            "author": [{"family": one.text, "given": one.text}, {"literal": one.text}],
            "container-title": one.text,
            "abstract": one.text,
            "keyword": one.text,
            "note": one.text,
            "publisher": one.text,
            "URL": one.text,
            "issued": {"date-parts": [[2024, 5]]},
        }
        for n, one in enumerate(hostile, first)
    ]
    return json.dumps(items)


def _ris(hostile: Sequence[Hostile], first: int) -> str:
    return "".join(
        f"TY  - JOUR\nAU  - {one.text}\nTI  - Owls {n} {one.text}\nJO  - {one.text}\n"
        f"PY  - 2024/05\nKW  - {one.text}\nAB  - {one.text}\nID  - {one.text}\nER  -\n\n"
        for n, one in enumerate(hostile, first)
    )


def _own(hostile: Sequence[Hostile], first: int) -> str:
    papers = [
        {
            "title": f"Owls {n} {one.text}",
            "authors": [one.text],
            "abstract": one.text,
            "venue": one.text,
            "organization": one.text,
            "note": one.text,
        }
        for n, one in enumerate(hostile, first)
    ]
    papers += [
        {"title": f"Owls {n}", name: one.text}
        for n, one in enumerate(hostile, first)
        for name in ("key", "tags", "url", "doi", "status")
    ]
    return "".join(f"{json.dumps(paper)}\n" for paper in papers)


_ABSTRACT = (
    "We study how careful measurement changes what owls believe about their own programs, and "
    "find in three experiments that a number beats an opinion."
)
_FILES = {
    "daily-papers": _daily, "hugging-face": _hugging_face, "arxiv-atom": _atom, "arxiv-mail": _mail,
    "bibtex": _bibtex, "csl-json": _csl, "ris": _ris, "json": _own,
}  # fmt: skip
FORMATS = tuple(_FILES)
"""The formats that `file_of` writes."""
