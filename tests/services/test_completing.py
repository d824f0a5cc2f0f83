"""Completing papers from sources of metadata: what comes in, what stays, what is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from readinglist.config import Config, ExportConfig, OnlineConfig
from readinglist.domain.change import describe
from readinglist.domain.paper import Paper
from readinglist.errors import SourceError
from readinglist.services.completing import Completion, Progress
from readinglist.services.library import Library
from tests.conftest import Listed, PageMaker, rows
from tests.look_alikes import as_others_write, look_alikes
from tests.online.forms import Work
from tests.online.local_sources import LocalSources
from tests.online.works import AUTHORS, PREPRINTS, PUBLISHED, TITLES

pytestmark = pytest.mark.usefixtures("hurry")

Opener = Callable[..., Library]


@pytest.fixture
def sources(server: HTTPServer) -> LocalSources:
    return LocalSources(server, [*PREPRINTS, PUBLISHED])


@pytest.fixture
def open_library(tmp_path: Path, sources: LocalSources) -> Iterator[Opener]:
    """Open a library that asks the local sources; some settings may be others."""
    opened: list[Library] = []

    def open_it(config: Config | None = None, **online: object) -> Library:
        config = replace(config or Config(), online=sources.config(**online))
        library = Library.open(tmp_path / "library.db", config, tmp_path / "state")
        opened.append(library)
        return library

    yield open_it
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Opener, page: PageMaker) -> Library:
    """A library with a page of papers of which the titles are known, and of one the number."""
    library = open_library()
    library.import_files([page(Listed(TITLES[0], authors=2), *TITLES[1:])])
    return library


def complete(library: Library, **settings: object) -> Completion:
    return library.complete_papers(library.find().ids, **settings)  # type: ignore[arg-type]


def by_title(library: Library, title: str = TITLES[0]) -> Paper:
    return next(p for p in library.papers(library.find().ids) if p.title == title)


def test_a_page_of_titles_becomes_citable(library: Library) -> None:
    completion = complete(library)
    assert len(completion.completed) == len(TITLES)
    assert (completion.problems, completion.doubtful) == ((), ())
    one = by_title(library)
    assert (one.authors, one.arxiv) == (AUTHORS[0], "2212.00000")
    assert (one.venue, one.doi, one.type) == ("ICML", "10.1000/icml.1", "inproceedings")
    other = by_title(library, TITLES[1])
    assert (other.authors, other.arxiv, other.published, other.venue) == (
        AUTHORS[1], "2212.00001", "2022-12-08", None,
    )  # fmt: skip
    text = library.export([one.id]).text
    for part in ("@inproceedings{", "author = {Ahn, Mina and Baker, Tom}", "booktitle = {ICML}",
                 "pages = {10--24}", "year = {2023}", "eprint = {2212.00000}"):  # fmt: skip
        assert part in text


def test_who_lacks_nothing_is_not_asked_about(library: Library, sources: LocalSources) -> None:
    complete(library)
    asked = dict(sources.requests)
    assert asked["arxiv"] == 1  # all titles at once
    assert "huggingface" not in asked
    again = library.complete_papers([by_title(library).id])
    assert (again.asked, again.completed) == (0, ())
    assert dict(sources.requests) == asked


def test_all_is_one_step_that_undo_takes_back(library: Library) -> None:
    before = library.papers(library.find().ids)
    complete(library)
    assert library.undo().summary == "4 papers: completed from arXiv, DBLP"
    assert library.papers(library.find().ids) == before
    library.redo()
    assert by_title(library).venue == "ICML"


def test_the_key_becomes_one_by_the_pattern_unless_it_is_known_outside(
    library: Library,
) -> None:
    known = by_title(library, TITLES[1])
    library.export([known.id])
    mine = by_title(library, TITLES[2])
    library.edit(mine.key, {"key": "forgetful"})
    before = by_title(library).key
    complete(library)
    assert by_title(library).key == "ahn2022sparse"
    assert library.paper(before).title == TITLES[0]
    assert by_title(library, TITLES[1]).key == known.key
    assert by_title(library, TITLES[2]).key == "forgetful"


def test_what_a_person_typed_stays(library: Library) -> None:
    library.edit(by_title(library).key, {"authors": "Ahn, M.", "venue": "", "published": "2021"})
    library.edit(by_title(library).key, {"doi": "10.1000/mine", "abstract": ""})
    complete(library)
    paper = by_title(library)
    assert (paper.authors, paper.venue, paper.published) == (("Ahn, M.",), None, "2021")
    assert (paper.doi, paper.arxiv) == ("10.1000/mine", "2212.00000")


def test_each_field_remembers_its_source(library: Library) -> None:
    complete(library)
    paper = by_title(library)
    origins = library.origins(paper)
    assert set(origins) == {"arXiv", "DBLP"}
    assert {"authors", "arxiv"} <= set(origins["arXiv"])
    assert {"venue", "doi", "type", "entries"} <= set(origins["DBLP"])
    assert paper.sources == ("page.txt", "arXiv", "DBLP")
    library.edit(paper.key, {"venue": "Proc. ICML"})
    assert "venue" not in library.origins(by_title(library))["DBLP"]
    library.undo()
    assert "venue" in library.origins(by_title(library))["DBLP"]
    told = [describe(change) for change in library.history(paper.key)]
    assert "arxiv: nothing → 2212.00000 (arXiv)" in told


def test_which_version_is_cited_is_for_the_user_to_say(
    library: Library, open_library: Opener
) -> None:
    complete(library)
    paper = by_title(library)
    assert "@inproceedings{" in library.export([paper.id]).text
    preprints = open_library(Config(export=ExportConfig(cite="preprint")))
    text = preprints.export([paper.id]).text
    assert "@misc{" in text
    assert "eprint = {2212.00000}" in text
    assert "year = {2022}" in text
    for part in ("ICML", "10.1000/icml.1", "2023"):
        assert part not in text
    library.edit(paper.key, {"cite_as": "published"})
    assert "booktitle = {ICML}" in preprints.export([paper.id]).text
    library.edit(paper.key, {"cite_as": "preprint"})
    assert "@misc{" in library.export([paper.id]).text


def test_a_preprint_of_a_bib_file_is_cited_as_what_was_published_of_it(
    open_library: Opener, tmp_path: Path
) -> None:
    library = open_library()
    (tmp_path / "mine.bib").write_text(
        f"@misc{{ahn22, title = {{{TITLES[0]}}}, author = {{Ahn, Mina and Baker, Tom}}, "
        "year = {2022}, eprint = {2212.00000}, archiveprefix = {arXiv}}"
    )
    library.import_files([tmp_path / "mine.bib"])
    complete(library)
    text = library.export(keys=["ahn22"]).text
    for part in ("@inproceedings{ahn22", "booktitle = {ICML}", "eprint = {2212.00000}"):
        assert part in text
    assert [entry.key for entry in library.paper("ahn22").entries] == ["ahn22", ""]
    library.edit("ahn22", {"cite_as": "preprint"})
    assert "@misc{ahn22" in library.export(keys=["ahn22"]).text
    assert library.import_files([tmp_path / "mine.bib"]).unchanged == 1


def test_a_sparse_entry_of_a_bib_file_gets_what_it_lacks(
    open_library: Opener, tmp_path: Path
) -> None:
    library = open_library()
    (tmp_path / "mine.bib").write_text(
        f"@inproceedings{{ahn, title = {{{TITLES[0]}}}, author = {{Ahn, Mina and Baker, Tom}}}}"
    )
    library.import_files([tmp_path / "mine.bib"])
    complete(library)
    text = library.export(keys=["ahn"]).text
    for part in ("booktitle = {ICML}", "pages = {10--24}", "doi = {10.1000/icml.1}"):
        assert part in text


# --- what may be meant


def test_what_differs_is_for_a_person_to_decide(open_library: Opener, page: PageMaker) -> None:
    library = open_library(sources=("arxiv",))
    library.import_files([page(Listed(TITLES[0], authors=24), f"{TITLES[1]} and Vines", "Foxes")])
    completion = complete(library)
    assert completion.completed == ()
    counted, longer = completion.doubtful
    assert (counted.paper, counted.why) == (by_title(library).id, "the number of authors differs")
    assert (counted.source, counted.candidate.arxiv) == ("arXiv", "2212.00000")
    assert longer.why == "the title differs"
    assert by_title(library).authors == ()
    step = library.take_candidate(counted)
    assert step.papers == (by_title(library).id,)
    assert by_title(library).authors == AUTHORS[0]
    assert library.origins(by_title(library)).keys() == {"arXiv"}
    library.undo()
    assert by_title(library).authors == ()


def test_two_papers_that_turn_out_to_be_one_are_told(library: Library, page: PageMaker) -> None:
    key = by_title(library).key
    library.add({"title": "Sparse Attention, Revisited and Renamed", "arxiv": "2212.00000"})
    completion = library.complete_papers([library.paper(key).id])
    (pair,) = completion.twins
    assert pair[0] == library.paper(key).id


# --- by an identifier


def test_a_paper_is_added_by_its_arxiv_id(open_library: Opener, sources: LocalSources) -> None:
    library = open_library()
    report = library.add_found(arxiv="2212.00001")
    assert report
    assert (report.added, report.file) == (1, "arXiv")
    paper = by_title(library, TITLES[1])
    assert (paper.key, paper.authors, paper.sources) == (
        "diaz2022learning", AUTHORS[1], ("arXiv",),
    )  # fmt: skip
    again = library.add_found(arxiv="2212.00001")
    assert again
    assert again.unchanged == 1
    library.undo()
    assert library.count() == 0
    assert sources.requests.keys() == {"arxiv"}


def test_a_paper_is_added_by_its_doi_and_completes_one_that_is_there(
    library: Library, sources: LocalSources
) -> None:
    before = by_title(library)
    report = library.add_found(doi="10.1000/ICML.1")
    assert report
    assert (report.completed, report.papers, report.file) == (1, (before.id,), "Crossref")
    paper = by_title(library)
    assert (paper.venue, paper.doi) == ("ICML", "10.1000/icml.1")
    assert "pages = {10--24}" in library.export([paper.id]).text
    assert sources.requests.keys() == {"crossref"}


def test_a_new_paper_by_its_doi_is_cited_under_its_own_key(open_library: Opener) -> None:
    library = open_library()
    report = library.add_found(doi="10.1000/icml.1")
    assert report
    (paper,) = library.papers(report.papers)
    assert [entry.key for entry in paper.entries] == [""]
    assert f"@inproceedings{{{paper.key},\n" in library.export([paper.id]).text
    library.edit(paper.key, {"key": "mine"})
    assert "@inproceedings{mine,\n" in library.export([paper.id]).text


def test_an_identifier_that_nobody_has_adds_nothing(
    library: Library, sources: LocalSources
) -> None:
    assert library.add_found(arxiv="2301.99999") is None
    assert library.add_found(doi="10.1000/nothing") is None
    sources.trouble["arxiv"] = sources.trouble["huggingface"] = refuse(403)
    with pytest.raises(SourceError, match="refuses"):
        library.add_found(arxiv="2212.00001")
    assert library.count() == len(TITLES)


# --- trouble


def refuse(status: int, **headers: str) -> Callable[[Request], Response]:
    return lambda request: Response(
        "no", status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_one_source_out_of_order_stops_no_other(library: Library, sources: LocalSources) -> None:
    sources.trouble["arxiv"] = refuse(500)
    completion = complete(library)
    assert len(completion.completed) == len(TITLES)
    assert completion.by_source["Hugging Face"] == len(TITLES)
    assert completion.problems == ("arXiv is out of order (500). Try again later.",)


def test_a_source_that_refuses_is_not_asked_for_each_paper(
    open_library: Opener, sources: LocalSources, page: PageMaker
) -> None:
    library = open_library(sources=("dblp",))
    library.import_files([page(*TITLES)])
    sources.trouble["dblp"] = refuse(429, Retry_After="54000")
    completion = complete(library)
    assert completion.completed == ()
    assert completion.problems == (
        "DBLP wants fewer questions (429), and asks to wait 54000 seconds. Try again later.",
    )
    assert sources.requests["dblp"] == 1


def test_a_source_at_a_wrong_address_is_told(library: Library, sources: LocalSources) -> None:
    for name in OnlineConfig().sources:
        sources.trouble[name] = refuse(404)
    completion = complete(library)
    assert len(completion.problems) == 5
    assert all("has no search at" in problem for problem in completion.problems)
    assert sources.requests.total() == 5


def test_without_a_network_nothing_is_changed(
    tmp_path: Path, page: PageMaker, server: HTTPServer
) -> None:
    nowhere = dict.fromkeys(OnlineConfig().sources, "http://127.0.0.1:9")
    config = Config(online=OnlineConfig(addresses=nowhere))
    with Library.open(tmp_path / "library.db", config, tmp_path / "state") as library:
        library.import_files([page(*TITLES)])
        library.save()
        before = (tmp_path / "library.db").read_bytes()
        with pytest.raises(SourceError) as caught:
            complete(library)
        library.save()
    told = "No source of metadata can be reached: nothing was changed. Is there a network?"
    assert str(caught.value) == told
    assert (tmp_path / "library.db").read_bytes() == before


def test_who_stops_keeps_what_was_found(library: Library, sources: LocalSources) -> None:
    stop = threading.Event()
    release = threading.Event()

    def hang(request: Request) -> None:
        stop.set()
        release.wait(30)

    sources.trouble["dblp"] = hang
    try:
        completion = complete(library, stop=stop)
    finally:
        release.set()
    assert completion.is_stopped
    assert len(completion.completed) == len(TITLES)
    assert by_title(library).authors == AUTHORS[0]
    library.undo()
    assert by_title(library).authors == ()


def test_a_paper_deleted_meanwhile_stays_deleted(library: Library, sources: LocalSources) -> None:
    gone = by_title(library).id

    def delete(request: Request) -> None:
        other = library.sibling()
        other.delete([gone])
        other.close()
        sources.trouble.clear()

    sources.trouble["arxiv"] = delete
    completion = complete(library)
    assert gone not in completion.completed
    assert library.papers([gone]) == []


def test_what_is_edited_meanwhile_stays(library: Library, sources: LocalSources) -> None:
    def edit(request: Request) -> None:
        other = library.sibling()
        other.edit(by_title(other).key, {"authors": "Me, Myself"})
        other.close()
        sources.trouble.clear()

    sources.trouble["arxiv"] = edit
    complete(library)
    assert by_title(library).authors == ("Me, Myself",)


def test_who_takes_it_back_while_it_goes_on_stops_it(
    library: Library, sources: LocalSources
) -> None:
    """It writes no more, so that redo brings again what there was."""

    def undo(request: Request) -> None:
        other = library.sibling()
        other.undo()
        other.close()
        sources.trouble.clear()

    sources.trouble["dblp"] = undo
    completion = complete(library)
    assert completion.is_stopped
    assert (completion.completed, completion.by_source) == ((), {})
    assert not any(paper.authors for paper in library.papers(library.find().ids))
    library.redo()
    assert by_title(library).authors == AUTHORS[0]
    assert by_title(library).venue is None


def test_it_is_told_how_far_it_is(library: Library) -> None:
    told: list[Progress] = []
    complete(library, progress=told.append)
    assert told[0] == Progress(0, 4)
    assert told[-1][:4] == (4, 4, 4, 0)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert {paper for one in told for paper in one.papers} == set(library.find().ids)


def test_hostile_answers_are_text_or_nothing(
    open_library: Opener, page: PageMaker, server: HTTPServer, tmp_path: Path
) -> None:
    evil = "\x1b]52;c;x\x07[red]\u202e \\input{/etc/passwd} '; DROP TABLE paper; --"
    work = replace(PUBLISHED, authors=(f"{evil}, A", "Baker, Tom"), venue=evil, publisher=evil)
    preprint = replace(PREPRINTS[0], authors=(f"{evil}, A",), abstract=evil)
    server.clear()
    LocalSources(server, [preprint, work])
    library = open_library()
    library.import_files([page(TITLES[0])])
    complete(library)
    library.save()
    paper = by_title(library)
    assert paper.authors
    exported = library.export([paper.id]).text
    assert "\\input" not in exported
    for text in (exported, *(describe(c) for c in library.history(paper.key))):
        assert not {"\x1b", "\x07", "\u202e"} & set(text) or "→" in text
    assert rows(tmp_path / "library.db", "SELECT count(*) FROM paper") == [(1,)]
    with Library.open(tmp_path / "library.db", state=tmp_path / "other") as again:
        assert again.paper(paper.key).authors == paper.authors


# --- many


def test_among_look_alikes_only_the_papers_themselves_are_taken(
    open_library: Opener, page: PageMaker, server: HTTPServer
) -> None:
    titles = [f"{a} {b} {c}" for a in ("Sparse", "Causal", "Robust", "Low-Rank", "Modular")
              for b in ("Attention", "Rendering", "Optimization") for c in
              ("for Graph Models", "under Distribution Shift")]  # fmt: skip
    others = look_alikes(titles, 300)
    works = [
        Work(as_others_write(title, n), (f"True{n}, A",), "2022", "preprint", arxiv=f"2201.1{n:04}")
        for n, title in enumerate(titles)
    ]
    works += [
        Work(title, (f"False{n}, A",), "2022", "preprint", arxiv=f"2202.1{n:04}")
        for n, title in enumerate(others)
    ]
    server.clear()
    LocalSources(server, works)
    library = open_library()
    library.import_files([page(*titles)])
    complete(library)
    papers = library.papers(library.find().ids)
    wrong = [p.title for p in papers if p.authors and not p.authors[0].startswith("True")]
    assert wrong == []
    assert sum(bool(paper.authors) for paper in papers) >= 0.99 * len(titles)


def test_where_the_papers_are_not_known_no_look_alike_is_taken(
    open_library: Opener, page: PageMaker, server: HTTPServer
) -> None:
    others = look_alikes(TITLES, 200)
    server.clear()
    LocalSources(
        server,
        [Work(title, ("False, A",), "2022", "preprint", arxiv=f"2202.1{n:04}")
         for n, title in enumerate(others)],
    )  # fmt: skip
    library = open_library()
    library.import_files([page(*TITLES)])
    completion = complete(library)
    assert completion.completed == ()
    assert not any(paper.authors for paper in library.papers(library.find().ids))


# --- what must not be mixed


def bib_library(open_library: Opener, tmp_path: Path, text: str) -> Library:
    library = open_library()
    (tmp_path / "mine.bib").write_text(text)
    library.import_files([tmp_path / "mine.bib"])
    return library


def test_another_publication_of_the_work_gives_an_entry_nothing(
    open_library: Opener, tmp_path: Path
) -> None:
    """A workshop paper of the same title, and a chapter that inherits from its book."""
    library = bib_library(
        open_library,
        tmp_path,
        f"@inproceedings{{ahn22, title = {{{TITLES[0]}}}, author = {{Ahn, Mina}}, "
        "booktitle = {NeurIPS Workshop on Efficient Things}, year = {2023}}\n"
        "@inproceedings{ahn23, crossref = {icml}, author = {Ahn, Mina and Baker, Tom}, "
        f"title = {{{TITLES[0]} Again}}}}\n"
        "@proceedings{icml, title = {Proc. of the 40th ICML}, year = {2023}, publisher = {PMLR}}",
    )
    before = library.export().text
    complete(library)
    text = library.export(keys=["ahn22"]).text
    for part in ("pages", "Press of Things", "10.1000/icml.1"):
        assert part not in text
    assert "publisher = {PMLR}" in before
    assert "Press of Things" not in library.export().text


def test_what_a_file_says_of_the_work_stays_with_what_was_published(
    open_library: Opener, tmp_path: Path
) -> None:
    library = bib_library(
        open_library,
        tmp_path,
        "@article{ahn, title = {{Sparse} Attention for Very Long Sequences}, "
        "author = {Ahn, Mina and Baker, Tom}, journal = {arXiv preprint arXiv:2212.00000}, "
        "year = {2022}, note = {Best paper}, keywords = {mine, x}}",
    )
    complete(library)
    text = library.export(keys=["ahn"]).text
    for part in ("@inproceedings{ahn,", "title = {{Sparse} Attention", "note = {Best paper}",
                 "keywords = {mine, x}", "booktitle = {ICML}", "year = {2023}"):  # fmt: skip
        assert part in text
    assert "arXiv preprint" not in text


def test_two_publications_stay_two_when_their_papers_become_one(
    open_library: Opener, page: PageMaker, server: HTTPServer
) -> None:
    journal = replace(
        PUBLISHED, title=f"{TITLES[0]} Extended", kind="article", venue="JMLR",
        doi="10.1000/jmlr.9", volume="24", pages="1-40",
    )  # fmt: skip
    server.clear()
    LocalSources(server, [PUBLISHED, journal])
    library = open_library()
    library.import_files([page(TITLES[0], f"{TITLES[0]} Extended")])
    complete(library)
    one, other = by_title(library), by_title(library, f"{TITLES[0]} Extended")
    library.merge_papers(one.id, other.id)
    entries = by_title(library).entries
    assert [entry.type for entry in entries] == ["inproceedings", "article"]
    text = library.export([one.id]).text
    assert "booktitle = {ICML}" in text
    assert "JMLR" not in text


def test_an_identifier_that_another_paper_has_is_for_a_person_to_decide(
    library: Library,
) -> None:
    other = library.add({"title": "Foxes of Kent", "arxiv": "2212.00001"}).papers[0]
    completion = complete(library)
    (doubt,) = (one for one in completion.doubtful if one.paper == by_title(library, TITLES[1]).id)
    assert doubt.why == "another paper here has its identifier"
    assert (doubt.paper, other) in completion.twins
    assert by_title(library, TITLES[1]).authors == ()
    (mistaken,) = (one for one in completion.doubtful if one.paper == other)
    assert mistaken.why == "same identifier, another title"


def test_a_look_alike_that_is_another_paper_here_is_told_and_no_twin(
    open_library: Opener, page: PageMaker
) -> None:
    library = open_library(sources=("arxiv",))
    library.import_files([page(TITLES[0], f"{TITLES[0]} and Vines")])
    complete(library)
    completion = complete(library)
    (doubt,) = completion.doubtful
    assert doubt.paper == by_title(library, f"{TITLES[0]} and Vines").id
    assert doubt.why == "the title differs, and another paper here has its identifier"
    assert completion.twins == ()


def test_a_source_that_fails_in_its_own_way_stops_nobody(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr("readinglist.online.arxiv.Arxiv.find", fail)
    completion = complete(library)
    assert completion.problems == ("arXiv failed: ZeroDivisionError: odd.",)
    assert len(completion.completed) == len(TITLES)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "foo://127.0.0.1:1"), ("SSL_CERT_FILE", "/nowhere/at/all.pem")],
)
def test_a_proxy_that_can_not_be_used_is_said(
    library: Library, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv(name, value)
    if name == "SSL_CERT_FILE":
        monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    problems = complete(library).problems
    assert problems
    assert all("can't be used" in problem for problem in problems), problems
