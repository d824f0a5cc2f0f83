"""Both dialects, for listed papers and for what came from a .bib file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.domain.paper import Paper
from readinglist.formats.bib_syntax import split
from readinglist.formats.bibtex_reading import parse
from readinglist.formats.bibtex_writing import Context, Dialect, entry, write_bibtex
from readinglist.formats.latex_text import to_text

CLASSIC = Context(Dialect.BIBTEX)
BIBLATEX = Context(Dialect.BIBLATEX)

ROWS = [
    ("Attention Is All You Need", "Attention Is All You Need", None),
    ("BERT: Pre-training of Deep", "{BERT}: Pre-training of Deep", None),
    ("LLaMA 2 and GPT-4o mini", "{LLaMA} 2 and {GPT-4o} mini", None),
    ("Benchmarking LLMs with VQAv2", "Benchmarking {LLMs} with {VQAv2}", None),
    ("LLMEval^2", r"{LLMEval{\textasciicircum}2}", None),
    ("$γ-$MoD: Mixture-of-Depth", r"{$\gamma-$MoD}: Mixture-of-Depth", None),
    ("An $O(n^2)$ bound on $L_2$", "An {$O(n^2)$} bound on {$L_2$}", None),
    ("L_2 loss at 100% & #1_x", r"{L\_2} loss at 100\% \& \#1\_x", None),
    ("C# costs $5", r"{C\#} costs \$5", None),
    ("R&D with AT&T", r"{R\&D} with {AT\&T}", None),
    ("D'OH: it’s OK", "{D'OH}: it's {OK}", "{D'OH}: it’s {OK}"),
    (
        "“Smart” quotes – and — dashes…",
        r"``Smart'' quotes -- and --- dashes{\ldots}",
        "“Smart” quotes – and — dashes…",
    ),
    ("''deep'' learning", "''deep'' learning", None),
    ('"Why Should I Trust You?"', "``Why Should {I} Trust You?''", None),
    (
        "Über die Schrödinger-Gleichung",
        r"{\"U}ber die Schr{\"o}dinger-Gleichung",
        "Über die Schrödinger-Gleichung",
    ),
    ("naïve ﬁne-tuning", r"na{\"i}ve fine-tuning", "naïve fine-tuning"),
    ("Poincare\u0301", r"Poincar{\'e}", "Poincaré"),
    (
        "H₂O, x² and 10⁻³",
        r"{H\textsubscript{2}O}, x\textsuperscript{2} and 10\textsuperscript{-3}",
        None,
    ),
    ("α-divergence → ∞", r"{$\alpha$}-divergence {$\rightarrow$} {$\infty$}", None),
    ("Flows on ℝⁿ", r"Flows on {$\mathbb{R}^{n}$}", None),
    ("5 µm ± 2 °C × 3", r"5 {\textmu}m {$\pm$} 2 {\textdegree}{C} {$\times$} 3", None),
    ("🦙 LLaMA-Omni", ":llama: {LLaMA-Omni}", "🦙 {LLaMA-Omni}"),
    ("A {curly} title", "A {curly} title", None),
    (r"G\"odel and {\'E}tienne", r"G{\"o}del and {\'E}tienne", "Gödel and Étienne"),
    (r"The \emph{in vivo} case", r"The \emph{in vivo} case", None),
    (
        "Unbalanced } and { braces",
        r"Unbalanced {\textbraceright} and {\textbraceleft} braces",
        None,
    ),
    (r"C:\dir~1", r"{C:{\textbackslash}dir{\textasciitilde}1}", None),
    (
        r"\input{secret.tex}",
        r"{\textbackslash}input{\textbraceleft}secret.tex{\textbraceright}",
        None,
    ),
    (
        "x}, author={Evil",
        r"x{\textbraceright}, author={\textbraceleft}Evil",
        None,
    ),
    (
        "<b>x</b> | y",
        r"{\textless}b{\textgreater}x{\textless}/b{\textgreater} {\textbar} y",
        None,
    ),
    ("deep\u200b learning\u00a0rocks", "deep learning~rocks", None),
]

NAMES = [
    ("An, Nguyễn Văn", r"An, Nguy{\~{\^{e{}}}}n V{\u{a}}n", None),
    ("Kaiser, Łukasz", r"Kaiser, {\L}ukasz", "Kaiser, Łukasz"),
    ("Erdős, Paul", r"Erd{\H{o}}s, Paul", "Erdős, Paul"),
    ("Đoković, Đorđe", r"{\DJ}okovi{\'c}, {\DJ}or{\dj}e", "Đoković, Đorđe"),
    ("Åse, Øystein", r"{\AA}se, {\O}ystein", "Åse, Øystein"),
    ("van Beethoven, Ludwig", "van Beethoven, Ludwig", None),
    ("King Jr., Martin Luther", "King, Jr., Martin Luther", None),
    ("OpenAI", "{OpenAI}", None),
    ("Barnes and Noble", "{Barnes and Noble}", None),
    ("O'Brien, Conan", "O'Brien, Conan", None),
    ("李明", "{LiMing}", "{李明}"),
    ("Işık, İsmail", r"I{\c{s}}{\i}k, {\.I}smail", "Işık, İsmail"),
    (
        "Țîru, Ștefan",
        r"{\textcommabelow{T}}{\^i}ru, {\textcommabelow{S}}tefan",
        "Țîru, Ștefan",
    ),
    ("Петров, Иван", "Petrov, Ivan", "Петров, Иван"),
]


def value(paper: Paper, context: Context, name: str) -> str:
    text = entry(paper, context)
    return next(
        line.split(" = {", 1)[1][:-2] for line in text.splitlines() if f" {name} = " in line
    )


@pytest.mark.parametrize(("title", "classic", "biblatex"), ROWS)
def test_titles(title: str, classic: str, biblatex: str | None) -> None:
    paper = Paper(title, key="k", authors=("Doe, Jane",))
    assert value(paper, CLASSIC, "title") == classic
    assert value(paper, BIBLATEX, "title") == (biblatex or classic)


@pytest.mark.parametrize(("author", "classic", "biblatex"), NAMES)
def test_names(author: str, classic: str, biblatex: str | None) -> None:
    paper = Paper("T", key="k", authors=(author,))
    assert value(paper, CLASSIC, "author") == classic
    assert value(paper, BIBLATEX, "author") == (biblatex or classic)


def test_a_listed_paper_in_biblatex() -> None:
    paper = Paper("Attention", key="k", author_count=8, published="2017-06-12", arxiv="1706.03762")
    assert write_bibtex([paper], BIBLATEX).text == (
        "@online{k,\n"
        "  title = {Attention},\n"
        "  date = {2017-06-12},\n"
        "  eprint = {1706.03762},\n"
        "  eprinttype = {arXiv},\n"
        "  url = {https://arxiv.org/abs/1706.03762},\n"
        "}\n"
    )


def test_letters_beyond_pdflatex_are_told_with_entry_and_field() -> None:
    papers = [Paper("学 and 🦙", key="k", authors=("李明",))]
    assert write_bibtex(papers, CLASSIC).warnings == (
        "k: pdflatex can't print “李明” of the authors; it was romanised "
        "(--format biblatex keeps it).",
        "k: pdflatex can't print “学🦙” of the title; it was romanised "
        "(--format biblatex keeps it).",
    )
    assert len(write_bibtex(papers, BIBLATEX).warnings) == 2


def test_words_of_the_user_keep_their_case() -> None:
    context = Context(protected=frozenset({"Gauss", "Euler"}))
    assert value(Paper("From Gauss to Euler", key="k"), context, "title") == (
        "From {Gauss} to {Euler}"
    )


def test_abstracts_are_written_when_wanted() -> None:
    paper = Paper("T", key="k", abstract="100% sure")
    assert "abstract" not in entry(paper)
    assert value(paper, Context(abstracts=True), "abstract") == r"100\% sure"


UNTOUCHED = r"""@commentary{a:1,
  title = {{The \emph{Whole}} {T}itle --- ``so''},
  author = {G{\"o}del, Kurt and {ACME, Inc.} and others},
  year = {2001},
  month = {10~} # jan,
  journal = acmcs,
  pages = {1--2},
  url = {http://a.org/b_c%20d},
  custom-field = {x},
}
"""


@pytest.mark.parametrize("context", [CLASSIC, BIBLATEX])
def test_what_came_from_a_bib_file_goes_out_as_it_came(context: Context) -> None:
    (paper,) = parse(UNTOUCHED).papers
    assert entry(paper, context) == UNTOUCHED
    assert write_bibtex([paper], context).warnings == (
        "a:1: its file doesn't define acmcs (journal).",
    )


def test_what_a_person_set_goes_before_what_the_file_said() -> None:
    (paper,) = parse("@article{k, title={{Old}}, author={A, B}, year=2001, month=jan}").papers
    changed = replace(
        paper, title="New & BERT", published="2002", authors=(), arxiv="1706.03762", id=7
    )
    edited = {7: frozenset(("title", "published", "authors", "arxiv"))}
    assert entry(changed, Context(edited=edited)) == (
        "@article{k,\n"
        "  title = {New \\& {BERT}},\n"
        "  year = {2002},\n"
        "  eprint = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "}\n"
    )
    assert "title = {{Old}}" in entry(changed, CLASSIC)


def test_biblatex_entries_for_the_classic_styles() -> None:
    text = (
        "@online{a, title={A}, date={2004-05-31}, eprint={1}, eprinttype={arxiv}}\n"
        "@thesis{b, title={B}, author={C}, institution={U}, type={mastersthesis}, date={2004}}\n"
        "@report{c, title={C}, journaltitle={J}, location={L}}\n"
    )
    written = write_bibtex(parse(text).papers, CLASSIC).text
    kinds = [(e.type, dict(e.fields)) for _, e in split(written).entries]
    assert kinds == [
        ("misc", {"title": "A", "year": "2004", "month": ("may",), "eprint": "1",
                  "archiveprefix": "arxiv"}),
        ("mastersthesis", {"title": "B", "author": "C", "school": "U", "type": "mastersthesis",
                           "year": "2004"}),
        ("misc", {"title": "C", "journal": "J", "address": "L"}),
    ]  # fmt: skip


def test_tex_that_may_not_leave_is_text_and_is_told() -> None:
    (paper,) = parse(r"@misc{k, title={\input{x} \NRG}, note={n}, execute={\evil}}").papers
    written = write_bibtex([paper], Context(commands=frozenset({"NRG"})))
    assert r"title = {{\textbackslash}input{x} \NRG}" in written.text
    assert "execute" not in written.text
    assert written.warnings == (
        r"k: \input in title is not on the list of commands; it was written as text.",
        "k: execute runs TeX code; it was left out.",
    )


def test_a_preamble_goes_along_as_far_as_it_is_needed_and_harmless() -> None:
    parsed = parse(
        r'@preamble{"\newcommand{\mine}[1]{\emph{#1}} \newcommand{\other}{x} \input{y}"}'
        r"@misc{k, title={\mine{A}}}"
    )
    (paper,) = parsed.papers
    kept = replace(paper, entries=tuple(replace(e, source=5) for e in paper.entries))
    text = write_bibtex([kept], Context(preambles={5: parsed.preambles[0]})).text
    assert text.startswith('@preamble{"\\providecommand{\\mine}[1]{\\emph{#1}}"}\n')
    assert "other" not in text
    assert "input" not in text


def test_comments_go_along_and_can_not_become_entries() -> None:
    (paper,) = parse("To read\n@ 7 a@b\n% mine\n@misc{k, title={A}}").papers
    assert entry(paper).startswith("% To read\n% mine\n@misc{k,")


def test_a_parent_comes_after_its_children() -> None:
    text = "@proceedings{a, title={A}}@inproceedings{b, crossref={a}, title={B}}@misc{c}"
    text += "@inproceedings{d, crossref={b}}"
    written = write_bibtex(parse(text).papers).text
    assert [e.key for _, e in split(written).entries] == ["c", "d", "b", "a"]


def test_a_ring_of_parents_ends() -> None:
    text = "@misc{a, crossref={b}}@misc{b, crossref={a}}@misc{c, crossref={c}}"
    assert write_bibtex(parse(text).papers).text.count("@misc") == 3


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5), st.sampled_from(list(Dialect)))
def test_any_text_is_written_and_read_back(titles: list[str], dialect: Dialect) -> None:
    papers = [
        Paper(title or "x", key=f"k{number}", authors=(title,), venue=title)
        for number, title in enumerate(titles)
    ]
    written = write_bibtex(papers, Context(dialect)).text
    assert len(split(written).entries) == len(papers)
    assert not split(written).problems
    read = parse(written)
    known = Context(dialect, preambles={0: "\n".join(read.preambles)})
    again = write_bibtex(read.papers, known).text
    assert [e.get("title") for _, e in split(again).entries] == [
        e.get("title") for _, e in split(written).entries
    ]


LETTERS = st.characters(categories=["Ll", "Lu", "Nd", "Zs"], max_codepoint=0x24F)


@given(st.text(LETTERS, max_size=30))
def test_what_a_title_says_survives_the_round(title: str) -> None:
    paper = Paper(f"x{title}", key="k")
    shown = to_text(value(paper, BIBLATEX, "title"))
    (again,) = parse(write_bibtex([paper], BIBLATEX).text).papers
    assert again.title == shown


@pytest.mark.parametrize("title", ["Học tập Trương", "On ctƯ", "Ỏ, ở, ẹ, ç, ą and ḇ"])
def test_letters_with_hook_horn_or_dot_come_back_from_a_file_of_ours(title: str) -> None:
    """Their commands are our own: they are as good the second time."""
    text = write_bibtex([Paper(title, id=1, key="k", added_at="")]).text
    for _ in range(2):
        parsed = parse(text)
        assert [paper.title for paper in parsed.papers] == [title]
        written = write_bibtex(parsed.papers)
        assert "textbackslash" not in written.text
        assert not any("list of commands" in one for one in written.warnings)
        text = written.text
