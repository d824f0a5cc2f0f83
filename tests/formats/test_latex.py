"""Titles and names as LaTeX: readable where they can be, harmless where they can't."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readinglist.formats.latex import definitions, latex_name, needs_t1, protect_title, to_latex

TITLES = [
    ("Attention Is All You Need", "Attention Is All You Need"),
    (
        "BERT: Pre-training of Deep Transformers",
        "{BERT}: Pre-training of Deep Transformers",
    ),
    ("LLaMA 2 and GPT-4o mini", "{LLaMA} 2 and {GPT-4o} mini"),
    ("Benchmarking LLMs with VQAv2", "Benchmarking {LLMs} with {VQAv2}"),
    ("LLMEval^2", r"{LLMEval{\textasciicircum}2}"),
    ("$γ-$MoD: Mixture-of-Depth", r"{$\gamma-$MoD}: Mixture-of-Depth"),
    ("An $O(n^2)$ bound on $L_2$", "An {$O(n^2)$} bound on {$L_2$}"),
    ("L_2 loss at 100% & #1_x", r"{L\_2} loss at 100\% \& \#1\_x"),
    ("C# costs $5", r"{C\#} costs \$5"),
    ("R&D with AT&T", r"{R\&D} with {AT\&T}"),
    ("D'OH: it’s OK", "{D'OH}: it's {OK}"),
    ("“Smart” quotes – and — dashes…", r"``Smart'' quotes -- and --- dashes{\ldots}"),
    ("''deep'' learning", "''deep'' learning"),
    ('"Why Should I Trust You?"', "``Why Should {I} Trust You?''"),
    (
        "Über die Schrödinger-Gleichung",
        r"{\"U}ber die Schr{\"o}dinger-Gleichung",
    ),
    ("naïve ﬁne-tuning", r"na{\"i}ve fine-tuning"),
    ("Poincare\u0301", r"Poincar{\'e}"),
    (
        "H₂O, x² and 10⁻³",
        r"{H\textsubscript{2}O}, x\textsuperscript{2} and 10\textsuperscript{-3}",
    ),
    ("α-divergence → ∞", r"{$\alpha$}-divergence {$\rightarrow$} {$\infty$}"),
    ("Flows on ℝⁿ", r"Flows on {$\mathbb{R}^{n}$}"),
    ("5 µm ± 2 °C × 3", r"5 {\textmu}m {$\pm$} 2 {\textdegree}{C} {$\times$} 3"),
    ("🦙 LLaMA-Omni", ":llama: {LLaMA-Omni}"),
    ("A {curly} title", "A {curly} title"),
    (r"G\"odel and {\'E}tienne", r"G{\"o}del and {\'E}tienne"),
    (r"The \emph{in vivo} case", r"The \emph{in vivo} case"),
    (
        "Unbalanced } and { braces",
        r"Unbalanced {\textbraceright} and {\textbraceleft} braces",
    ),
    (r"C:\dir~1", r"{C:{\textbackslash}dir{\textasciitilde}1}"),
    (
        r"\input{secret.tex}",
        r"{\textbackslash}input{\textbraceleft}secret.tex{\textbraceright}",
    ),
    (
        r"\immediate\write18{id}",
        r"{\textbackslash}immediate{\textbackslash}write18{\textbraceleft}id{\textbraceright}",
    ),
    ("x}, author={Evil", r"x{\textbraceright}, author={\textbraceleft}Evil"),
    (
        "<b>x</b> | y",
        r"{\textless}b{\textgreater}x{\textless}/b{\textgreater} {\textbar} y",
    ),
    ("deep\u200b learning\u00a0rocks", "deep learning~rocks"),
]
NAMES = [
    ("An, Nguyễn Văn", r"An, Nguy{\~{\^{e{}}}}n V{\u{a}}n"),
    ("Kaiser, Łukasz", r"Kaiser, {\L}ukasz"),
    ("Kaiser, ¸", "Kaiser, {,}"),
    ("Erdős, Paul", r"Erd{\H{o}}s, Paul"),
    ("Đoković, Đorđe", r"{\DJ}okovi{\'c}, {\DJ}or{\dj}e"),
    ("Zola, Émile", r"Zola, {\'E}mile"),
    ("Åse, Øystein", r"{\AA}se, {\O}ystein"),
    ("van Beethoven, Ludwig", "van Beethoven, Ludwig"),
    ("King, Jr., Martin Luther", "King, Jr., Martin Luther"),
    ("King Jr., Martin Luther", "King, Jr., Martin Luther"),
    ("King, Martin Luther, Jr.", "King, Jr., Martin Luther"),
    ("OpenAI", "{OpenAI}"),
    ("Barnes and Noble", "{Barnes and Noble}"),
    ("O'Brien, Conan", "O'Brien, Conan"),
    ("李明", "{LiMing}"),
    ("Işık, İsmail", r"I{\c{s}}{\i}k, {\.I}smail"),
    (
        "Țîru, Ștefan",
        r"{\textcommabelow{T}}{\^i}ru, {\textcommabelow{S}}tefan",
    ),
    ("Иван", "{Ivan}"),
    ("علي, عُمر", "ly, umr"),
    ("ʿAlī, ʿĀdil", r"Al{\=i}, {\=A}dil"),
    ("Saad, ع.", "Saad, {U+0639}."),
]

text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\\{}$%&#_^~\"'` ,=()[]@/AbC19éễ²α\u200b\u00a0"),
    )
)


@pytest.mark.parametrize(("title", "latex"), TITLES)
def test_a_title_reads_in_print_as_on_the_page(title: str, latex: str) -> None:
    assert protect_title(title) == latex


@pytest.mark.parametrize(
    ("title", "latex"),
    [
        ("الذكاء الاصطناعي", "aldhka' alastna`y"),
        ("ذَكّـاء", "dhaka'"),
        ("עִבְרִית", "'iveriyt"),
        ("मशीन लर्निंग", "msin lrnimg"),
        ("যন্ত্র", "yntr"),
        ("தமிழ்", "tmil"),
        ("การเรียนรู้ของเครื่อง", "kareriynrukhongekhrueong"),
        ("ອັກສອນ", "oakson"),
        ("ភាសាខ្មែរ", "phasakhmaer"),
        ("サーバー", "saba"),
    ],
)
def test_a_title_of_any_script_is_romanised_by_its_sounds(title: str, latex: str) -> None:
    assert protect_title(title) == latex


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("㧝", "{U+39DD}"),
        ("ー", "{U+30FC}"),
        ("F\u20d7", "F{U+20D7}"),
        ("α\u20d7", r"{$\alpha$}{U+20D7}"),
    ],
)
def test_what_has_no_sound_and_modifies_none_is_shown_by_its_number(text: str, latex: str) -> None:
    assert to_latex(text) == latex


@pytest.mark.parametrize(("name", "latex"), NAMES)
def test_a_name_is_one_name_for_bibtex(name: str, latex: str) -> None:
    assert latex_name(name) == latex


@pytest.mark.parametrize(
    ("title", "latex"),
    [
        ("Chain-of-Thought", "Chain-of-Thought"),
        ("Llama-3", "{Llama-3}"),
        ("Q-Learning and A* in A Maze", "{Q-Learning} and {A*} in A Maze"),
        ("I'm (BERT), too", "{I'm} ({BERT}), too"),
        ("Spin: SU(2), (and SU(3))", "Spin: {SU(2)}, (and {SU(3)})"),
        ("p(X|Y) of [R[x]].", r"{p(X{\textbar}Y)} of [{R[x]}]."),
        ("T$^2$I and α-Net", r"{T$^2$I} and {$\alpha$}-Net"),
        ("³HeX", r"{{}\textsuperscript{3}HeX}"),
        (r"{BERT}-based \emph{X}Net", r"{BERT}-based {{}\emph{X}Net}"),
    ],
)
def test_words_that_need_their_capitals_keep_them(title: str, latex: str) -> None:
    assert protect_title(title) == latex


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        (r"$\frac{1}{2}\left(x\right)^2$", r"{$\frac{1}{2}\left(x\right)^2$}"),
        (r"$x_i^2, x'^2, \{x\}$", r"{$x_i^2, x'^2, \{x\}$}"),
        ("$x²γx$", r"{$x^{2}\gamma x$}"),
        (r"$x^\alpha, 10^\mathrm{T}$", r"{$x^{\alpha}, 10^{\mathrm{T}}$}"),
        (r"$\text{top-k} \langle x \rangle$", r"{$\text{top-k} \rllangle x \rlrangle$}"),
        (
            "ℝⁿ²ₙ⁺ and ⟨x⟩",
            r"{$\mathbb{R}^{n2}_{n}$}\textsuperscript{+} and {$\rllangle$}x{$\rlrangle$}",
        ),
    ],
)
def test_a_formula_stays_a_formula(formula: str, latex: str) -> None:
    assert to_latex(formula) == latex


@pytest.mark.parametrize(
    "money",
    [
        "$5 or $6",
        "one $",
        "$x$5",
        "$$",
        "$x_1_2$",
        "$x^1'^2$",
        "$x^$",
        "$}{$",
        r"$\{$",
        r"$\input{x}$",
        "$^^5cinput$",
        "$a & b$",
        "$a % b$",
        "$a # b$",
        r"$\frac{1}$",
        r"$\left( x$",
        r"$\left x\right)$",
        r"$\text x$",
        r"$\text{\alpha}$",
        r"$x\\y$",
        "$李$",
        "$" + "{" * 30 + "}" * 30 + "$",
    ],
)
def test_dollars_around_anything_else_are_money(money: str) -> None:
    latex = to_latex(money)
    assert latex.count(r"\$") == latex.count("$") == money.count("$")


@pytest.mark.parametrize(
    ("source", "latex"),
    [
        (r"\c{c} \v s {\ss} \o \'{\i}", r"{\c{c}} {\v{s}} {\ss} {\o}{\'i}"),
        (r"\L{}odz 50\% \& \{x\}", r"{\L}odz 50\% \& {\textbraceleft}x{\textbraceright}"),
        (r"\textless{}b\ldots", r"{\textless}b{\ldots}"),
        (r"a \textbf{b \emph{c} {d}}", r"a \textbf{b \emph{c} {d}}"),
        (
            r"\emph{a \foo{b} c}",
            r"\emph{a {\textbackslash}foo{\textbraceleft}b{\textbraceright} c}",
        ),
        (r"\emph{open", r"{\textbackslash}emph{\textbraceleft}open"),
        ("ａ １ ﬃ №", r"a 1 ffi {\textnumero}"),
        ("x̄ ẹ ǿ", r"{\={x{}}} {\rldot{e}} o"),
    ],
)
def test_tex_in_the_source_is_understood_where_it_is_safe(source: str, latex: str) -> None:
    assert to_latex(source) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("", ""),
        (" \u200b, ", ""),
        ("Smith,", "{Smith}"),
        ("a, b, c, d", "{a, b, c, d}"),
        ("Smith, John, PhD", "{Smith, John, PhD}"),
        ("Smith and Sons, A [b]", "{Smith and Sons}, {A [b]}"),
        ("others", "{others}"),
        (r"x, \relax", "x, {{U+005C}relax}"),
        ("x, {}a & b", r"x, {{U+007B}{\textbraceright}a \& b}"),
        ("x, “Bob” $y$", "x, {{U+201C}Bob'' {$y$}}"),
        ("Phương, Ảnh", r"Ph{\rlhorn{u}}{\rlhorn{o}}ng, {\rlhook{A}}nh"),
    ],
)
def test_a_name_that_bibtex_would_misread_is_made_safe(name: str, latex: str) -> None:
    assert latex_name(name) == latex


def test_deep_nesting_ends_in_printed_braces() -> None:
    latex = to_latex("{" * 300 + "}" * 300)
    assert latex.count(r"{\textbraceleft}") == latex.count(r"{\textbraceright}") == 280


def test_a_long_word_of_foreign_letters_takes_no_long_time() -> None:
    began = time.process_time()
    assert protect_title("šſ" * 30_000) == r"{\v{s}}s" * 30_000
    assert time.process_time() - began < 5


def test_a_file_gets_the_definitions_that_it_needs() -> None:
    assert definitions("{BERT}") == []
    assert definitions(r"{\rldot{e}}") == [r"\providecommand{\rldot}[1]{\d{#1}}"]
    assert needs_t1(r"{\DJ}")
    assert not needs_t1(r"{\textthreequarters} {\o}")


@given(text)
def test_no_text_commands_tex(title: str) -> None:
    for write in (protect_title, to_latex, latex_name):
        latex = write(title)
        assert latex == write(title)
        assert latex.isascii()
        assert "\n" not in latex
        assert _balanced(latex)
        assert "^^" not in latex
        outside = re.sub(r"(?<!\\)\$.*?(?<!\\)\$", "", latex)
        assert not re.search(r"(?<!\\)[&%#_]", latex if write is latex_name else outside)
        commands = set(re.findall(r"\\([A-Za-z]+)", latex))
        assert not commands & {"input", "write", "def", "csname", "catcode", "end", "verb"}


@given(text.filter(lambda name: "," not in name))
def test_no_name_is_two_names(name: str) -> None:
    latex = latex_name(name)
    assert not latex or (latex.startswith("{") and latex.endswith("}"))


def _balanced(latex: str) -> bool:
    depth = 0
    for character in latex:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0
