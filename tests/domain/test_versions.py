"""A preprint and what was published of it: which facts hold, and which version is cited."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from readinglist.domain.entry import Entry
from readinglist.domain.paper import Paper
from readinglist.domain.versions import cited_version, completed, is_published

ICML = Entry("", "inproceedings", (("booktitle", "ICML"), ("year", "2023"), ("pages", "1--9")))
ON_ARXIV = Entry("ahn22", "misc", (("eprint", "2212.00001"), ("year", "2022")))
PREPRINT = Paper(
    "T", key="ahn22", authors=("Ahn, Mina",), published="2022-12-08", arxiv="2212.00001",
    doi="10.48550/arXiv.2212.00001",
)  # fmt: skip
PUBLISHED = Paper(
    "T", type="inproceedings", authors=("Ahn, M.",), published="2023-07", venue="ICML",
    doi="10.1000/icml", entries=(ICML,),
)  # fmt: skip


def test_what_was_published_goes_before_the_preprint_which_keeps_its_id() -> None:
    assert completed(PREPRINT, PUBLISHED, ()) == {
        "type": "inproceedings", "published": "2023-07", "venue": "ICML", "doi": "10.1000/icml",
        "entries": (ICML,),
    }  # fmt: skip


def test_of_one_year_the_more_exact_date_holds() -> None:
    paper = replace(PREPRINT, published="2023-01-05")
    assert "published" not in completed(paper, replace(PUBLISHED, published="2023"), ())
    assert completed(replace(paper, published="2023"), PUBLISHED, ())["published"] == "2023-07"


def test_a_preprint_says_nothing_of_what_was_published() -> None:
    paper = replace(PUBLISHED, doi=None, key="k")
    again = replace(PREPRINT, doi="10.65215/copy", venue=None)
    assert completed(paper, again, ()) == {"arxiv": "2212.00001"}


def test_who_deposits_a_preprint_again_gives_it_no_other_doi() -> None:
    paper = replace(PREPRINT, doi=None)
    assert completed(paper, replace(PREPRINT, doi="10.65215/copy"), ()) == {}
    alone = Paper("T", authors=("Ahn, Mina",))
    copied = Paper("T", published="2022", doi="10.1101/bio")
    assert completed(alone, copied, ())["doi"] == "10.1101/bio"


def test_what_a_person_set_stays() -> None:
    edited = ("venue", "published", "entries", "type")
    assert completed(PREPRINT, PUBLISHED, edited) == {"doi": "10.1000/icml"}


def test_of_counts_the_larger_holds() -> None:
    paper = Paper("T", votes=5, stars=None, comments=3)
    assert completed(paper, Paper("T", votes=4, stars=7, comments=9), ()) == {
        "stars": 7, "comments": 9,
    }  # fmt: skip


@pytest.mark.parametrize("venue", ["arXiv", "CoRR", "bioRxiv", "arXiv preprint arXiv:2212.00001"])
def test_a_preprint_server_publishes_nothing(venue: str) -> None:
    assert not is_published(Paper("T", venue=venue))
    assert is_published(Paper("T", venue="ICML"))
    began = time.process_time()
    assert is_published(Paper("T", venue="x" * 100_000))
    assert time.process_time() - began < 2


def test_an_entry_of_a_file_gets_only_what_it_lacks_of_the_same_kind() -> None:
    mine = Entry("ahn23", "inproceedings", (("booktitle", "Proc. ICML"), ("date", "2023")))
    (fuller,) = completed(replace(PREPRINT, entries=(mine,)), PUBLISHED, ())["entries"]
    assert fuller.fields == (*mine.fields, ("pages", "1--9"))
    article = replace(mine, type="article", fields=(("journal", "JMLR"),))
    assert "entries" not in completed(replace(PREPRINT, entries=(article,)), PUBLISHED, ())


# --- which is cited


def test_of_facts_alone_the_preprint_can_be_cited() -> None:
    paper = replace(PREPRINT, **completed(PREPRINT, PUBLISHED, ()))
    assert cited_version(paper, "published") == (paper, ICML)
    cited, entry = cited_version(paper, "preprint")
    assert entry is None
    assert (cited.type, cited.venue, cited.doi, cited.published) == ("misc", None, None, "2022-12")
    assert cited.arxiv == "2212.00001"


@pytest.mark.parametrize(
    ("arxiv", "date"), [("hep-th/9901001", "1999-01"), ("math.AG/0601001", "2006-01")]
)
def test_a_preprint_is_as_old_as_its_id(arxiv: str, date: str) -> None:
    paper = replace(PREPRINT, arxiv=arxiv, venue="Annals", published="2012")
    assert cited_version(replace(paper, entries=(ICML,)), "preprint")[0].published == date


def test_a_paper_that_a_person_decided_about_is_cited_so() -> None:
    paper = replace(PREPRINT, entries=(ON_ARXIV, ICML))
    (_, entry) = cited_version(paper, "published")
    assert entry == replace(ICML, key="ahn22", fields=(("eprint", "2212.00001"), *ICML.fields))
    assert cited_version(paper, "preprint")[1] is ON_ARXIV
    assert cited_version(replace(paper, cite_as="preprint"), "published")[1] is ON_ARXIV
    assert cited_version(replace(paper, cite_as="published"), "preprint")[1] is ICML


def test_two_entries_of_files_are_cited_by_their_keys() -> None:
    journal = Entry("ahn23", "article", (("journal", "JMLR"), ("year", "2023")))
    paper = replace(PREPRINT, entries=(ON_ARXIV, journal))
    for preferred in ("published", "preprint"):
        assert cited_version(paper, preferred)[1] is ON_ARXIV
        assert cited_version(replace(paper, key="ahn23"), preferred)[1] is journal
    assert cited_version(replace(paper, key="other"), "published")[1] is journal
    assert cited_version(replace(paper, key="other"), "preprint")[1] is ON_ARXIV


def test_what_is_only_published_is_cited_as_that() -> None:
    paper = replace(PUBLISHED, cite_as="preprint")
    assert cited_version(paper, "preprint") == (paper, ICML)
