"""In which order papers come: forty and more cases, each made by hand for one rule.

Each group of papers has words of its own, so that a query meets only its group.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from readinglist.services.finding import VIEWS, View
from readinglist.services.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

PAPERS: tuple[dict[str, object], ...] = (
    # how well a word fits
    {"key": "g-exact", "title": "Gradient in a Garden", "status": "read"},
    {"key": "g-number", "title": "Gradients in a Garden"},
    {"key": "g-begins", "title": "Gradientless in a Garden", "status": "read"},
    {"key": "g-one", "title": "Gradiant in a Garden", "published": "2020"},
    {"key": "g-two", "title": "Gradyant in a Garden", "status": "read"},
    # where it stands
    {"key": "o-title", "title": "An Osprey Overhead"},
    {"key": "o-authors", "title": "An Eyrie Overhead", "authors": ["Osprey, Olive"]},
    {"key": "o-tags", "title": "An Eyrie Beneath", "tags": ["osprey"]},
    {"key": "o-venue", "title": "An Eyrie Within", "venue": "Osprey Letters"},
    {"key": "o-note", "title": "An Eyrie Without", "note": "Mentions an osprey once."},
    {"key": "o-abstract", "title": "An Eyrie Aside", "abstract": "Mentions an osprey once."},
    # how well it fits against where it stands
    {"key": "p-abstract", "title": "Birds with Pouches", "abstract": "All pelicans are meant."},
    {"key": "p-one", "title": "Pelycans"},
    # whether words stand together
    {"key": "s-phrase", "title": "Weighing Slow Light in Fibres"},
    {"key": "s-apart", "title": "Slow Fibres for Heavy Light"},
    {"key": "s-turned", "title": "Fibres for Light Slow Down"},
    {"key": "s-split", "title": "Slow Fibres", "abstract": "They carry light."},
    {"key": "s-body", "title": "Fibres", "abstract": "They carry slow light."},
    {"key": "sb-phrase", "title": "Burrows", "abstract": "Where badger clans meet at night."},
    {"key": "sb-apart", "title": "Setts", "abstract": "A clan of foxes and one badger meet clans."},
    {"key": "sg-apart", "title": "A Marmoset Mixture-of-Voices"},
    {"key": "sg-beside", "title": "Voices: Marmoset for Mixture"},
    # a word that is known, and beginnings of others near to it
    {"key": "q-exact", "title": "Quog"},
    {"key": "q-begins", "title": "Quogmire"},
    {"key": "q-near", "title": "Quagmirelike"},
    # how many of the words
    {"key": "k-three", "title": "Urchins, Otters, Kelp"},
    {"key": "k-two", "title": "Urchins and Kelp"},
    {"key": "k-apart", "title": "Kelp of the Coast", "note": "About urchins as well."},
    {"key": "k-one", "title": "Kelp"},
    {"key": "w", "title": "Walruses"},
    # misspelt words
    {"key": "b", "title": "Barnacles of the Bay"},
    {"key": "t", "title": "The Thermocline Revisited"},
    {"key": "m", "title": "Moss on a Roof"},
    {"key": "e", "title": "Elk"},
    {"key": "l", "title": "Lichens"},
    {"key": "hv", "title": "Haven"},
    {"key": "hn", "title": "Raven"},
    {"key": "y", "title": "Yesterday", "published": "2017-05-01"},
    # hyphens
    {"key": "h-hyphen", "title": "Self-repairing Concrete"},
    {"key": "h-glued", "title": "Selfrepairing Polymers"},
    {"key": "h-apart", "title": "Self Repairing Tissue"},
    {"key": "c-hyphen", "title": "A Co-Operative Dune"},
    {"key": "c-glued", "title": "A Cooperative Meadow"},
    # accents
    {"key": "a-accents", "title": "Über Évora", "authors": ["Ångström, Zoë"]},
    {"key": "a-plain", "title": "On Evora", "authors": ["Angstrom, Zed"]},
    # grammatical number
    {"key": "n-one", "title": "A Theory of Matrices"},
    {"key": "n-many", "title": "Theories of a Matrix"},
    {"key": "n-box", "title": "A Box of Boxes"},
    {"key": "n-series", "title": "One Series"},
)  # fmt: skip


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("order")
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS), encoding="utf-8")
    with Library.open(folder / "library.db", state=folder / "state") as library:
        assert library.import_files([file]).added == len(PAPERS)
        yield library


def keys(library: Library, query: str) -> list[str]:
    return [hit.paper.key for hit in library.search(query, limit=None)]


CASES: list[tuple[str, str]] = [
    # as written, in another number, begun so, one edit away, two edits away
    ("gradient", "g-exact, g-number, g-begins, g-one, g-two"),
    ("gradient ", "g-exact, g-number, g-begins, g-one, g-two"),
    ("gradients ", "g-number, g-exact, g-one"),
    ("gradiant ", "g-one, g-exact g-two, g-number"),
    ("gradient status:read", "g-exact, g-begins, g-two"),
    ("garden gradient", "g-exact, g-number, g-begins, g-one, g-two"),
    ("gradient -gradients", "g-exact, g-begins, g-one, g-two"),
    ("gradient year:2020", "g-one"),
    # the title first, the note and the abstract last
    ("osprey", "o-title, o-authors, o-tags, o-venue, o-note o-abstract"),
    ("eyrie osprey", "o-authors, o-tags, o-venue, o-note o-abstract"),
    # as written in an abstract before misspelt in a title
    ("pelicans", "p-abstract, p-one"),
    ("pelycans", "p-one, p-abstract"),
    ("pelicans birds", "p-abstract"),
    # a whole phrase before scattered words, the title before the rest
    ("slow light", "s-phrase, s-apart s-turned, s-split, s-body"),
    ("slow lihgt", "s-phrase, s-apart s-turned, s-split, s-body"),
    ("slow ligh", "s-phrase, s-apart s-turned, s-split, s-body"),
    ("light fibres slow", "s-apart s-turned, s-phrase, s-split, s-body"),
    ('"slow light"', "s-phrase, s-body"),
    ('"slow light" fibres', "s-phrase, s-body"),
    ('fibres -"slow light"', "s-split, s-apart s-turned"),
    # all of the words, else as many of them as any paper has
    ("kelp urchins otters", "k-three"),
    ("otter urchin kelp", "k-three"),
    ("urchins kelp", "k-two, k-three, k-apart"),
    ("urchins kelp walrus", "k-two, k-three, k-apart"),
    ("kelp zzyzx", "k-one, k-two, k-three k-apart"),
    ("kelp urchins otters zzyzx", "k-three"),
    ("otters walruses", "k-three w"),
    ("badger clans", "sb-phrase, sb-apart"),
    ("badger clan", "sb-phrase, sb-apart"),
    # a glued word is nobody's neighbour
    ("voices marmoset", "sg-beside, sg-apart"),
    # what is known is not taken for the beginning of something misspelt
    ("quog", "q-exact, q-begins"),
    ("quogm", "q-begins, q-near q-exact"),
    ("quigm", "q-begins q-near"),
    # one edit, of any kind, anywhere
    ("barnacles", "b"),
    ("arnacles", "b"),
    ("varnacles", "b"),
    ("xbarnacles", "b"),
    ("abrnacles", "b"),
    ("banracles", "b"),
    ("barnaclse", "b"),
    ("barnacls ", "b"),
    ("barnacles1 ", "b"),
    ("barnacles fo the byay", "b"),
    # two edits from eight letters: in the first half, in the second, in both, where they meet
    ("thxxmocline", "t"),
    ("htermoclnie", "t"),
    ("hermoclin ", "t"),
    ("thermoclxxe", "t"),
    ("thermcoline", "t"),
    ("tehrmcoline", "t"),
    ("thermcolien", "t"),
    ("txxxmocline ", ""),
    # few letters, few mistakes
    ("mosx", "m"),
    ("mss", "m"),
    ("oms", ""),
    ("elx", ""),
    ("lxchexs", ""),
    ("haven", "hv, hn"),
    ("raven", "hn, hv"),
    ("2018", ""),
    ("2017", "y"),
    # unfinished, and unfinished with a mistake
    ("barn", "b"),
    ("barnca", "b"),
    ("barnca ", ""),
    ("vrnac", ""),
    ("the thermoc", "t"),
    ("tehrmoc", "t"),
    ("thermoc revisi", "t"),
    # hyphens
    ("self-repairing", "h-hyphen, h-apart, h-glued"),
    ("self‑repairing ", "h-hyphen, h-apart, h-glued"),
    ("selfrepairing", "h-glued, h-hyphen"),
    ("self repairing", "h-hyphen, h-apart"),
    ("self-repa", "h-hyphen, h-apart, h-glued"),
    ("cooperative", "c-glued, c-hyphen"),
    ("co-operative", "c-hyphen, c-glued"),
    ("coöperative dune", "c-hyphen"),
    # accents
    ("Évora", "a-accents a-plain"),
    ("EVORA zoe", "a-accents"),
    ("èvora zed", "a-plain"),
    ("angstrøm zoë", "a-accents"),
    ("u\u0308ber", "a-accents"),
    # grammatical number
    ("theory", "n-one, n-many"),
    ("theories", "n-many, n-one"),
    ("box", "n-box"),
    ("matrixes", "n-many, n-one"),
    ("series", "n-series"),
]  # fmt: skip
"""Queries with the papers that they find; those with no comma between them come as they like."""


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_these_papers_come_in_this_order_and_no_others(
    ordered: Library, query: str, expected: str
) -> None:
    groups = [group.split() for group in expected.split(",") if group]
    found = keys(ordered, query)
    assert len(found) == sum(map(len, groups))
    for group in groups:
        assert sorted(found[: len(group)]) == sorted(group)
        del found[: len(group)]


@pytest.mark.parametrize("query", [query for query, _ in CASES])
def test_the_first_ones_are_the_first_of_all(ordered: Library, query: str) -> None:
    """As one types, the first papers come at once: then the others come behind them."""
    everything = list(ordered.find(query).ids)
    first = ordered.find(query, most=500)
    assert list(first.ids) == everything[: len(first.ids)]
    assert list(ordered.complete(first).ids) == everything
    assert [hit.paper.id for hit in ordered.search(query, limit=3)] == everything[:3]


def test_the_order_of_a_view_is_that_of_the_search_within_it(ordered: Library) -> None:
    found = ordered.find("gradient", VIEWS["read"])
    assert [p.key for p in ordered.papers(found.ids)] == ["g-exact", "g-begins", "g-two"]
    within = View("mine", "Mine", "garden")
    found = ordered.find("gradient", within)
    assert [p.key for p in ordered.papers(found.ids)] == [
        "g-exact", "g-number", "g-begins", "g-one", "g-two",
    ]  # fmt: skip
    assert list(ordered.find("osprey", within).ids) == []
