from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.markdown import KINDS, fence_behind, keys_in, parts_of
from readinglist.domain.note_links import Link, begun_at, completed, link_at, links_in
from readinglist.tui.widgets.part_styles import NOTE_LOOKS

KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9:_.+/-]{0,30}", fullmatch=True)
HOSTILE = st.text(alphabet="[]|`~*_$\\()<>#-! ah:/1.\n\t\x1b", max_size=200)


@pytest.mark.parametrize(
    ("note", "links"),
    [
        ("see [[a2020]] and [[b2021|the other]]", [Link("a2020"), Link("b2021", "the other")]),
        ("[[ a2020 ]][[b|]]", [Link("a2020"), Link("b")]),
        ("twice [[a2020]], [[A2020|again]]", [Link("a2020")]),
        ("no [a2020], [[]], [[ ]], [[a\nb]], [[a|b|c]], [a]]", []),
        ("in code `[[a]]` and ``b [[a]]``, not `` [[c]]", [Link("c")]),
        (r"\[[a]] is none, **[[b]]** is one", [Link("b")]),
        ("```\n[[a]]\n```\n[[b]]\n~~~~ x\n[[c]]\n~~~\n[[d]]\n~~~~\n[[e]]", [Link("b"), Link("e")]),
        ("```never closed\n[[a]]", []),
        ("# [[a]]\n> [[b]]\n- [ ] [[c]]", [Link("a"), Link("b"), Link("c")]),
    ],
)
def test_the_links_of_a_note(note: str, links: list[Link]) -> None:
    assert list(links_in(note)) == links


@given(KEYS, st.text(alphabet="ab ", max_size=20), HOSTILE)
def test_a_link_on_a_line_of_its_own_is_found(key: str, text: str, before: str) -> None:
    note = f"{before.replace('`', '').replace('~', '')}\n[[{key}|{text}]]\n"
    assert key.lower() in {link.key.lower() for link in links_in(note)}


@given(KEYS)
def test_what_stands_in_code_is_no_link(key: str) -> None:
    assert links_in(f"`[[{key}]]`\n```\n[[{key}]]\n```\n") == ()


def test_the_link_at_the_cursor_is_that_which_it_touches() -> None:
    line = "see [[a]][[b|x]] `[[c]]`"
    found = [link.key if (link := link_at(line, at)) else "" for at in range(len(line) + 1)]
    assert "".join(key or "." for key in found) == "....aaaaaabbbbbbb........"


@given(KEYS, st.text(alphabet="ab c]", max_size=9), st.text(alphabet="ab c]", max_size=9))
def test_a_link_that_is_begun_becomes_a_whole_one(key: str, before: str, behind: str) -> None:
    line = f"{before}[[{key[:3]}{behind}"
    column = len(before) + 2 + len(key[:3])
    assert begun_at(line, column) == key[:3]
    start, end, text = completed(line, column, key)
    result = line[:start] + text + line[end:]
    assert result.startswith(f"{before}[[{key}]]")
    assert result.count("]]") == max(1, line.count("]]")) or behind.startswith("]]") is False
    assert begun_at(result, start + len(text)) is None


@pytest.mark.parametrize("line", ["", "[x", "[[a]]", "[[a]", "[[a|b"])
def test_elsewhere_no_link_is_begun(line: str) -> None:
    assert begun_at(line, len(line)) is None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("# A *b*", [("heading", "# A *b*"), ("italic", "*b*")]),
        ("> q", [("quote", "> q")]),
        ("- [x] done", [("marker", "- [x]")]),
        ("12. **b _i_ `c`** d", [("marker", "12."), ("bold", "**b _i_ `c`**"), ("italic", "_i_"),
                                 ("code", "`c`")]),
        ("a [l](http://x.y) <http://z> https://a.b/c, w",
         [("link", "[l](http://x.y)"), ("address", "<http://z>"), ("address", "https://a.b/c")]),
        ("$x^2$ costs $5 and $6, $$y$$", [("math", "$x^2$"), ("math", "$$y$$")]),
        ("[[k]] \\*no\\* snake_case_name 2*3*4", [("key", "[[k]]"), ("italic", "*3*")]),
        ("* * *", [("marker", "* * *")]),
        ("```py", [("code", "```py")]),
        ("#hash ####### seven", []),
    ],
)  # fmt: skip
def test_the_parts_of_a_line(line: str, parts: list[tuple[str, str]]) -> None:
    assert [(part.kind, line[part.start : part.end]) for part in parts_of(line)] == parts


def test_lines_in_fenced_code_are_code() -> None:
    fence, kinds = "", []
    for line in ("a", "````x", "# b", "```", "````", "# c"):
        kinds.append([part.kind for part in parts_of(line, fence)])
        fence = fence_behind(line, fence)
    assert kinds == [[], ["code"], ["code"], ["code"], ["code"], ["heading"]]


@given(HOSTILE.map(lambda text: text.replace("\n", "")), st.sampled_from(["", "```", "~~~~"]))
def test_parts_are_within_the_line_whatever_it_holds(line: str, fence: str) -> None:
    for part in parts_of(line, fence):
        assert 0 <= part.start < part.end <= len(line)
        assert part.kind in KINDS
    assert isinstance(fence_behind(line, fence), str)


@pytest.mark.parametrize("piece", ["`", "[", "[[a", "*a ", "_a", "$a", "**a", "``a`", "![](", "~"])
def test_a_hostile_line_takes_no_more_time_than_its_length(piece: str) -> None:
    begin = time.process_time()
    line = piece * (100_000 // len(piece))
    parts_of(line)
    list(keys_in("[[" + line))
    links_in("[[" + line)
    assert time.process_time() - begin < 2


def test_each_part_has_a_style() -> None:
    assert list(NOTE_LOOKS) == list(KINDS)
