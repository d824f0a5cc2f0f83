"""The configuration: what it may hold, and what it says when it holds something else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from readinglist.config import (
    Config,
    ExportConfig,
    config_path,
    load_config,
    parse_config,
    state_folder,
)
from readinglist.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parents[1] / "config.example.yaml"


def test_the_example_is_the_defaults() -> None:
    assert load_config(str(EXAMPLE)) == Config()


def test_the_example_documents_every_setting() -> None:
    """Each is there as an active line, with a comment above it."""
    written = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert list(written) == [field.name for field in fields(Config) if field.repr]
    assert list(written["export"]) == [field.name for field in fields(ExportConfig)]
    lines = EXAMPLE.read_text(encoding="utf-8").split("\n")
    for name in [*written, *written["export"]]:
        (place,) = (i for i, line in enumerate(lines) if line.strip().startswith(f"{name}:"))
        above = (
            lines[place + 1] if is_dataclass(getattr(Config(), name, None)) else lines[place - 1]
        )
        assert above.strip().startswith("#"), name


def test_the_keys_in_the_comment_of_the_example_can_be_used() -> None:
    from readinglist.tui.keymap import check_keys

    text = EXAMPLE.read_text(encoding="utf-8")
    comment = text[text.index("#   keys:") : text.index("keys: {}")].replace("#   ", "")
    config = parse_config(comment, "comment")
    assert len(config.keys) == 3
    check_keys(config.keys)


def test_the_columns_in_the_comment_of_the_example_are_all_there_are() -> None:
    from readinglist.config import COLUMNS

    text = EXAMPLE.read_text(encoding="utf-8")
    assert f"# There are: {', '.join(COLUMNS)}." in text


def test_settings_are_read_and_the_others_keep_their_defaults() -> None:
    config = parse_config(
        "library: /papers/all.db\n"
        "columns: [title, key]\n"
        "view: next\n"
        'editor: "code --wait"\n'
        'citation_key: "[auth][year]"\n'
        "export: {path: refs.bib, format: json}\n"
        'keys: {paper.read: z, priority.high: "9"}\n',
        "config.yaml",
    )
    assert config == Config(
        library="/papers/all.db",
        columns=("title", "key"),
        view="next",
        editor="code --wait",
        citation_key="[auth][year]",
        export=ExportConfig("refs.bib", "json"),
        keys={"paper.read": "z", "priority.high": "9"},
    )
    assert config.theme == Config().theme


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "export:\n  # path: x\ntheme:\n"])
def test_what_is_commented_out_keeps_its_default(text: str) -> None:
    assert parse_config(text, "config.yaml") == Config()


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("\nthem: x", 2, "there is no setting “them”", "Did you mean “theme”?"),
        ("export:\n  pth: x", 2, "there is no setting “pth”", "Did you mean “path”?"),
        ("zzz: 1", 1, "there is no setting “zzz”", "Known are: library, theme"),
        ("theme: x\n\ntheme: y", 3, "“theme” is set twice", "config.example.yaml"),
        ("library: 7", 1, "“library” is text: put “7” in quotes", "config.example.yaml"),
        ("library: [a]", 1, "“library” is text", "config.example.yaml"),
        ("theme: nord\ncolumns: [status]", 2, "“columns” needs the title", "config.example.yaml"),
        ("columns: title", 1, "“columns” is a list", "config.example.yaml"),
        ("columns:\n  - title\n  - 7", 3, "“columns” is text", "config.example.yaml"),
        ("columns: [titel]", 1, "“titel” can't be the columns", "Did you mean “title”?"),
        ("export:\n  format: bibtx", 2, "“bibtx” can't be the format", "Did you mean “bibtex”?"),
        ("export: references.bib", 1, "settings are written as", "config.example.yaml"),
        ("keys: m", 1, "“keys” holds “id: key” pairs", "config.example.yaml"),
        ("keys:\n  priority.high: 9", 2, "“priority.high” is text: put “9” in quotes", ""),
        ("keys:\n  a: z\n  a: y", 3, "“a” is set twice", ""),
        ("columns: [title, year, title]", 1, "“columns” has “title” twice", ""),
        ("theme: x\neditor: '\"vi'", 2, '“"vi” is no command: a quotation mark is not closed', ""),
        ("viewer: ' '", 1, "“ ” is no command", "Name a program"),
        ("keys: {[a]: b}", 1, "a setting's name is text", "config.example.yaml"),
        ("- a", 1, "settings are written as", "config.example.yaml"),
        ("just words", 1, "settings are written as", "config.example.yaml"),
        ("theme: x\ncitation_key: '[author]'", 2, "is no part of a citation-key", "authors"),
        ("citation_key: '[title:²]'", 1, "is no part of a citation-key", "There are"),
        ("citation_key: '[title:10000]'", 1, "is no part of a citation-key", "There are"),
        ("sync:\n  most_loose: 1000000000", 2, "“most_loose” is a number of 1 to 9 digits", ""),
        ('library: "a\\0b"', 1, "“library” holds a character that is none", ""),
        ('theme: "\\ud800"', 1, "“theme” holds a character that is none", ""),
        ("theme: x\nview: [a", 2, "it is no YAML", ""),
        ("a: 1\n\tb: 2", 2, "it is no YAML", ""),
        ("theme: x\n---\ntheme: y", 2, "it is no YAML", ""),
        ("theme: *x", 1, "it is no YAML", ""),
        ("theme: x\nview: \x07", 2, "it is no YAML", ""),
        ("[" * 5000, 1, "it is no YAML", ""),
    ],
)
def test_errors_name_file_and_line_and_the_nearest_right_name(
    text: str, line: int, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "config.yaml")
    assert caught.value.message.startswith(f"config.yaml:{line}: ")
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


@given(st.text() | st.text(alphabet="[]{}:-&*!|> \nthemkys\"'0", max_size=60))
def test_any_text_is_a_configuration_or_refused(text: str) -> None:
    try:
        config = parse_config(text, "config.yaml")
    except ConfigError as error:
        message = error.message
    else:
        assert isinstance(config, Config)
        return
    assert message.startswith("config.yaml:")


def test_the_place_is_the_given_one_then_the_variable_then_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config_path().name == "config.yaml"
    assert config_path().parent.name == "readinglist"
    assert state_folder().name == "readinglist"
    assert load_config() == Config()
    mine = tmp_path / "mine.yaml"
    mine.write_text("\ufefftheme: nord\n", encoding="utf-8")
    monkeypatch.setenv("READINGLIST_CONFIG", str(mine))
    assert config_path() == mine
    assert load_config().theme == "nord"
    assert config_path("~/other.yaml") == Path.home() / "other.yaml"


def test_a_file_that_was_named_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "missing.yaml"
    with pytest.raises(ConfigError, match="There is no configuration file"):
        load_config(str(missing))
    monkeypatch.setenv("READINGLIST_CONFIG", str(missing))
    with pytest.raises(ConfigError, match="There is no configuration file"):
        load_config()


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(str(tmp_path))
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"theme: caf\xe9\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_config(str(latin))


@pytest.mark.parametrize("linked", ["config.yaml", "."])
def test_a_link_that_leads_nowhere_is_no_missing_configuration(linked: str) -> None:
    """Else the papers would go to the default library until somebody wonders where they are."""
    assert load_config() == Config()
    link = config_path().parent / linked
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to("dotfiles")
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert caught.value.message == f"{link} is a symbolic link to dotfiles, which is not there."
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_the_library_path_may_begin_with_the_home_folder() -> None:
    assert Config(library="~/a.db").library_path == Path.home() / "a.db"
