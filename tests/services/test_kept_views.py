"""The views of the user's own: a file that people edit, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readinglist.domain.paper import Status
from readinglist.errors import ConfigError, InvalidValueError, ReadingListError
from readinglist.services.finding import VIEWS, View
from readinglist.services.kept_views import KeptViews
from readinglist.services.library import Library
from tests.conftest import PageMaker, add_by_hand

BY_HAND = """\
# What I read for the thesis.
thesis: tag:thesis -status:read   # most of it

# Later.
to skim:
  query: survey year:>=2024
  sort: date
# the end
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "views.yaml"


def test_a_query_is_kept_under_a_name_with_its_order(file: Path) -> None:
    views = KeptViews(file)
    assert views.all() == {}
    assert views.keep(" My  thesis ", "tag:thesis") == View(
        "My thesis", "My thesis", "tag:thesis", ""
    )
    views.keep("skim", '"two words" 2024', "date")
    assert KeptViews(file).all() == {
        "My thesis": View("My thesis", "My thesis", "tag:thesis", ""),
        "skim": View("skim", "skim", '"two words" 2024', "date"),
    }
    assert file.read_text() == (
        "My thesis: tag:thesis\nskim:\n  query: '\"two words\" 2024'\n  sort: date\n"
    )
    assert [path.name for path in file.parent.iterdir()] == ["views.yaml"]


@pytest.mark.parametrize(
    ("query", "sort", "kept"),
    [
        ("tag:a", "added", ""),
        ("tag:a", "title", "title"),
        ("", "title", "title"),
        ("words", "", ""),
        ("words", "added", "added"),
        ("-word", "added", ""),
    ],
)
def test_the_usual_order_is_not_written(file: Path, query: str, sort: str, kept: str) -> None:
    """It is the best match first with words to look for, else what was added last."""
    assert KeptViews(file).keep("x", query, sort).sort == kept


def test_what_stands_around_in_the_file_stays(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(BY_HAND)
    views = KeptViews(file)
    views.keep("new", "diffusion")
    assert file.read_text() == BY_HAND + "new: diffusion\n"
    views.keep("to skim", "tag:skim")
    assert file.read_text().replace("to skim: tag:skim\n", "") == (
        BY_HAND.replace("to skim:\n  query: survey year:>=2024\n  sort: date\n", "")
        + "new: diffusion\n"
    )
    views.delete("thesis")
    views.delete("new")
    views.delete("not there")
    assert file.read_text() == (
        "# What I read for the thesis.\n\n# Later.\nto skim: tag:skim\n# the end\n"
    )
    views.delete("to skim")
    assert views.all() == {}
    assert "# the end" in file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "{a: x, b: {query: y, sort: title}}\n",
        "a: &q x\nb: *q\n",
        "a: >\n  x\n\n\nb: |\n  y\n",
        "a: x",
        "---\na: x\n...\n",
        "\ufeffa: x\n",
        "a: x\r\nb: y\r\n",
        "a:\nb: {}\n",
        '"a": "x"  \n? b\n: y\n',
    ],
)
def test_however_the_file_is_written_nothing_else_changes(file: Path, text: str) -> None:
    file.parent.mkdir()
    for change in ("keep", "replace", "delete"):
        file.write_text(text, encoding="utf-8")
        views = KeptViews(file)
        before = views.all()
        assert "a" in before
        if change == "delete":
            views.delete("a")
            assert views.all() == {name: view for name, view in before.items() if name != "a"}
        else:
            name = "c" if change == "keep" else "a"
            view = views.keep(name, "new: #query")
            assert views.all() == before | {name: view}


@settings(deadline=None)  # it waits for the disk
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=20), st.text(max_size=30)), max_size=4),
    st.sampled_from(["", BY_HAND, "{a: x}"]),
)
def test_any_name_and_query_come_back(
    tmp_path_factory: pytest.TempPathFactory, kept: list[tuple[str, str]], text: str
) -> None:
    file = tmp_path_factory.mktemp("views") / "views.yaml"
    file.write_text(text)
    views = KeptViews(file)
    expected = views.all()
    for name, query in kept:
        try:
            view = views.keep(name, query)
        except InvalidValueError:
            continue
        expected[view.name] = view
        assert views.all() == expected
    for name in list(expected):
        views.delete(name)
        del expected[name]
        assert views.all() == expected


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1bb", "a\u202eb", "next", "all"])
def test_not_everything_can_be_a_name(file: Path, name: str) -> None:
    with pytest.raises(InvalidValueError):
        KeptViews(file).keep(name, "x")
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: x\nb: [y]\n", 2, "“b” is a query, or has a query and a sort"),
        ("- a\n", 1, "views are written as “name: query”"),
        ("words\n", 1, "views are written as “name: query”"),
        ("a: x\n\na: y\n", 3, "“a” is there twice"),
        ("next: x\n", 1, "each library has a view “next”"),
        ("a:\n  query: x\n  order: title\n", 3, "“a” has a query and a sort, and nothing else"),
        ("a: {query: [x]}\n", 1, "“a” has a query and a sort, and nothing else"),
        ("a:\n  sort: colour\n", 2, "a sort is one of added, date, title"),
        ("[a]: x\n", 1, "a view's name is text"),
        ("a: x\nb: 'y\n", 3, "it is no YAML"),
        ("a: *x\n", 1, "it is no YAML"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_line_and_left_alone(
    file: Path, text: str, line: int, message: str
) -> None:
    file.parent.mkdir()
    file.write_text(text)
    views = KeptViews(file)
    for use in (
        views.all, lambda: views.keep("new", "x"), lambda: views.delete("a"),
        lambda: views.named("a"),
    ):  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            use()
        assert str(caught.value).startswith(f"{file}:{line}: ")
        assert message in str(caught.value)
    assert file.read_text() == text
    assert views.named("next") is VIEWS["next"]


def test_a_file_that_can_not_be_read_or_written_is_named(file: Path, tmp_path: Path) -> None:
    file.parent.write_text("a file where the folder should be")
    with pytest.raises(ReadingListError, match=r"views\.yaml can't be"):
        KeptViews(file).keep("a", "x")
    file.parent.unlink()
    file.parent.mkdir()
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        KeptViews(file).all()
    file.unlink()
    file.mkdir()
    with pytest.raises(ConfigError, match="can't be read"):
        KeptViews(file).all()


def test_a_name_that_is_not_there_gets_the_nearest(file: Path) -> None:
    views = KeptViews(file)
    views.keep("thesis", "tag:thesis")
    with pytest.raises(InvalidValueError, match="Did you mean “thesis”"):
        views.named("tesis")
    with pytest.raises(InvalidValueError, match="Did you mean “next”"):
        views.named("nxt")
    with pytest.raises(InvalidValueError, match=r"Known are: all, next, .*thesis"):
        views.named("zzz")


# --- what they show


@pytest.fixture
def ids(library: Library, page: PageMaker, tmp_path: Path) -> list[int]:
    titles = ["Owls at Night", "Night Owls Sleep", "Cats by Day"]
    return add_by_hand(library, titles, tmp_path)


def test_a_view_and_what_is_typed_go_together(library: Library, ids: list[int]) -> None:
    library.mark(ids[:1], status=Status.READ, add_tags=["a b"])
    owls = View("owls", "owls", "owls", "")
    assert set(library.find(view=owls).ids) == set(ids[:2])
    assert tuple(library.find("status:read", owls).ids) == (ids[0],)
    assert tuple(library.find("sleep", owls).ids) == (ids[1],)
    assert tuple(library.find("-sleep", owls).ids) == (ids[0],)
    assert tuple(library.find("day", owls).ids) == ()
    assert library.find(view=View("x", "x", "status:rad owls")).query.problems


def test_the_order_of_a_view_holds_until_one_searches(library: Library, ids: list[int]) -> None:
    by_title = View("x", "x", "owls", "title")
    found = library.find(view=by_title)
    assert (tuple(found.ids), found.sort) == ((ids[1], ids[0]), "title")
    assert library.find("night", view=by_title).sort == ""
    assert library.find("night", view=by_title, sort="key").sort == "key"
    assert library.find("status:unread", view=by_title).sort == "title"
    best = View("x", "x", "night owls", "")
    assert library.find(view=best).sort == ""
    assert library.find(view=View("x", "x", "-cats", "")).sort == "added"
    assert library.find().sort == "added"
    assert library.find("owls").sort == ""
