"""What the entries of a .bib file say, decoded; the entries themselves stay as they are."""

from __future__ import annotations

import time

import pytest

from readinglist.domain.paper import Paper
from readinglist.errors import FormatError
from readinglist.formats.bibtex_reading import names, parse
from readinglist.formats.parsed import Problem


def paper(fields: str, kind: str = "article") -> Paper:
    (found,) = parse(f"@{kind}{{k, {fields}}}").papers
    return found


@pytest.mark.parametrize(
    ("latex", "found"),
    [
        ("Jane Doe", ("Doe, Jane",)),
        ("Doe, Jane and Richard Roe", ("Doe, Jane", "Roe, Richard")),
        ("Ludwig van Beethoven", ("van Beethoven, Ludwig",)),
        ("de la Cruz, Juan AND others", ("de la Cruz, Juan",)),
        ("King, Jr., Martin Luther", ("King Jr., Martin Luther",)),
        ("{Barnes and Noble} and {\\'E}mile Zola", ("Barnes and Noble", "Zola, Émile")),
        ("{OpenAI}", ("OpenAI",)),
        ("G{\\\"o}del, Kurt and Erd{\\H o}s, P{\\'a}l", ("Gödel, Kurt", "Erdős, Pál")),
        ("given=Hans, family=Harman, prefix=von", ("von Harman, Hans",)),
        ("Smith, John and Doe,", ("Smith, John", "Doe")),
        ("A, B, C, D, E", ("A B, C D E",)),
        ("Madonna", ("Madonna",)),
        ("{$}${ and s}", ("$ $ and s",)),
        (" ", ()),
        ("Doe, Jane\n  and\tRoe, R.", ("Doe, Jane", "Roe, R.")),
    ],
)
def test_names_have_the_parts_that_bibtex_sees(latex: str, found: tuple[str, ...]) -> None:
    assert names(latex) == found


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year = 2004", "2004"),
        ("year = 2004, month = feb", "2004-02"),
        ("year = {2004}, month = {March}", "2004-03"),
        ("year = 2004, month = 12", "2004-12"),
        ("year = 2004, month = 13", "2004"),
        ("year = 2004, month = {²}", "2004"),
        ("year = 2004, month = 10 # {~} # jan", "2004-01"),
        ("date = {2004-05-31}", "2004-05-31"),
        ("date = {2004-05/2005-06}", "2004-05"),
        ("date = {2004-02-31}", "2004"),
        ("date = {1990/..}", "1990"),
        (r"year = {{\noopsort{1973c}}1981}", "1981"),
        ("year = {in press}", None),
        ("note = {2004}", None),
    ],
)
def test_dates(fields: str, date: str | None) -> None:
    assert paper(fields).published == date


@pytest.mark.parametrize(
    ("fields", "arxiv"),
    [
        ("eprint = {1706.03762}, archivePrefix = {arXiv}", "1706.03762"),
        ("eprint = {1706.03762v5}, eprinttype = {arxiv}", "1706.03762"),
        ("eprint = {1706.03762}, eprinttype = {jstor}", None),
        ("journal = {arXiv preprint arXiv:1706.03762}", "1706.03762"),
        ("journal = {CoRR}, volume = {abs/1706.03762}", None),
        ("journal = {CoRR abs/1706.03762}", "1706.03762"),
        ("url = {https://arxiv.org/abs/hep-th/9901001v2}", "hep-th/9901001"),
        ("doi = {10.48550/arXiv.1706.03762}", "1706.03762"),
        ("doi = {10.1000/182}", None),
    ],
)
def test_arxiv_ids(fields: str, arxiv: str | None) -> None:
    assert paper(fields).arxiv == arxiv


def test_an_entry_is_decoded_and_kept() -> None:
    text = (
        '@InProceedings{Goedel:31,\n  author = {G{\\"o}del, Kurt},\n  title = {On {$\\alpha$} \\&'
        " {\\'E}t{\\'e}},\n  booktitle = {Proc. \\emph{X}},\n  year = 1931,\n  DOI = {https://doi.org/"
        "10.1000/a\\_b},\n  url = {http://a.org/b\\_c},\n  abstract = {One\n two}}"
    )
    (found,) = parse(text).papers
    assert (found.key, found.type) == ("Goedel:31", "inproceedings")
    assert found.authors == ("Gödel, Kurt",)
    assert found.title == r"On $\alpha$ & Été"
    assert (found.venue, found.published) == ("Proc. X", "1931")
    assert (found.doi, found.url) == ("10.1000/a_b", "http://a.org/b_c")
    assert found.abstract == "One\n two"
    (entry,) = found.entries
    assert entry.get("title") == "On {$\\alpha$} \\& {\\'E}t{\\'e}"
    assert [name for name, _ in entry.fields] == [
        "author", "title", "booktitle", "year", "doi", "url", "abstract",
    ]  # fmt: skip


def test_a_chapter_has_the_year_and_the_book_of_its_parent() -> None:
    child, _ = parse(
        "@inproceedings{c, title={C}, crossref={P}}\n@proceedings{p, title={Proc}, year=1999}"
    ).papers
    assert (child.venue, child.published) == ("Proc", "1999")


def test_an_entry_without_a_title_is_called_by_what_it_has() -> None:
    assert paper("booktitle = {The Book}").title == "The Book"
    assert paper("note = {n}").title == "k"


def test_an_entry_that_says_not_what_it_is_is_left_out_and_told() -> None:
    parsed = parse("@misc{k}\n@misc{, author = {Doe, J}}")
    assert [p.title for p in parsed.papers] == ["k"]
    assert parsed.problems[-1] == Problem(2, "An entry with neither title nor key was left out.")


def test_letters_that_steer_a_terminal_are_none_in_any_text() -> None:
    assert paper("title = {A\x1b[0mB}").title == "A[0mB"
    assert paper("title = {Ä\x1b[0mB}").title == "Ä[0mB"


def test_thousands_of_entries_of_one_key_end_soon() -> None:
    began = time.process_time()
    keys = [p.key for p in parse("@a{k}" * 20_000).papers]
    assert (keys[:3], keys[-1]) == (["k", "k-2", "k-3"], "k-20000")
    assert time.process_time() - began < 5


def test_keys_that_break_latex_or_are_there_already_are_replaced_and_told() -> None:
    parsed = parse(
        "@misc{a{b, title={A}}\n@misc{caf%C3%A9, title={B}}\n@misc{x, title={C}}\n"
        "@misc{X, title={D}}\n@misc{title={E}}\n@misc{ключ-й:2004, title={F}}"
    )
    assert [p.key for p in parsed.papers][-5:] == ["cafC3A9", "x", "X-2", "", "ключ-й:2004"]
    assert any("“caf%C3%A9” breaks LaTeX" in problem.message for problem in parsed.problems)
    assert any("“X” is there already" in problem.message for problem in parsed.problems)
    assert any("no citation key" in problem.message for problem in parsed.problems)


@pytest.mark.parametrize(
    ("text", "line"), [("@misc{a, title={", 1), ("\n\n@misc{a, title={A}", 3), ("@misc", None)]
)
def test_a_file_without_an_entry_is_refused_with_its_line(text: str, line: int | None) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text)
    assert caught.value.line == line


def test_a_file_of_macros_is_none_for_itself() -> None:
    parsed = parse("@string{j = {Journal}}")
    assert (parsed.papers, parsed.strings) == ((), {"j": "Journal"})
    (found,) = parse("@misc{k, journal = j}", parsed.strings).papers
    assert found.venue == "Journal"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.org/\x1b[31mred", "https://a.org/[31mred"),
        ("https://a.org/\u202efdp.exe", "https://a.org/fdp.exe"),
        ("https://\x1b\x07", None),
    ],
)
def test_what_steers_a_terminal_is_left_out_of_an_address(url: str, address: str | None) -> None:
    (found,) = parse(f"@misc{{x, title = {{Owls}}, url = {{{url}}}}}").papers
    assert found.url == address
