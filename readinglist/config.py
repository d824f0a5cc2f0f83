"""The configuration: YAML in, frozen dataclasses out; the defaults are here."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from readinglist.domain.citekey import DEFAULT_PATTERN
from readinglist.domain.command import words_of
from readinglist.domain.key_pattern import check_pattern
from readinglist.domain.note_template import check_template
from readinglist.domain.paper import VERSIONS
from readinglist.errors import ConfigError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yaml import MappingNode, Node

APP = "readinglist"
COLUMNS = (
    *("status", "priority", "year", "title", "why", "authors", "tags", "key", "venue", "added"),
)
"""The columns that the list can show."""
SOURCES = ("arxiv", "huggingface", "dblp", "crossref", "openalex")
"""The sources of metadata, by the names that the settings have for them."""
ARXIV_PDF = "arxiv_pdf"
"""The name that the settings have for where arXiv's PDFs are."""


@dataclass(frozen=True, slots=True)
class ExportConfig:
    """What `export` and the key `e` do unless told otherwise."""

    path: str = "references.bib"
    """Where the app writes; a path without a folder is in the folder it was started from."""
    format: str = "bibtex"
    """What a file is written in that doesn't show its format already."""
    protect: tuple[str, ...] = ()
    """Words that keep their case in titles, beside those with capitals inside."""
    commands: tuple[str, ...] = ()
    """TeX commands that may stand in imported entries, beside those of our own list."""
    abstracts: bool = False
    """Whether the abstracts of listing pages are written into .bib files."""
    cite: str = VERSIONS[0]
    """Which version of a paper is cited, where there are a preprint and a published one."""


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """How the library is kept in step with its remote."""

    most_loose: int = 64
    """How many MiB of loose objects may lie in the repository before git packs them."""


@dataclass(frozen=True, slots=True)
class OnlineConfig:
    """Where metadata comes from."""

    sources: tuple[str, ...] = SOURCES
    """The sources to ask, in order."""
    mail: str = ""
    """Whom Crossref may write to about our questions; it answers those faster who say so."""
    openalex_key: str = ""
    """The user's key for OpenAlex, which lets some more questions a day."""
    cache_days: int = 7
    """For how many days an answer is kept; 0 for not at all."""
    addresses: dict[str, str] = field(default_factory=dict)
    """Base URLs of mirrors, by source; `arxiv_pdf` is where PDFs are, before the id."""


@dataclass(frozen=True, slots=True)
class NotesConfig:
    """What notes begin with."""

    template: str = ""
    """The name of the template of new notes; empty: they begin empty."""
    templates: dict[str, str] = field(default_factory=dict)
    """Texts by name, see `readinglist.domain.note_template`."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    library: str = "~/readinglist/library.db"
    """The library file; made when it is not there."""
    theme: str = ""
    """Empty: the one that was chosen last; at first readinglist-dark."""
    columns: tuple[str, ...] = ("status", "priority", "year", "title", "authors", "tags")
    """The columns of the list, in order; narrow terminals leave out the last ones."""
    view: str = ""
    """The view to begin with: one that each library has, or one of the user's own.

    Empty: the one in which the user left, at first all papers.
    """
    triage: str = "inbox"
    """The view of the papers that are new: triage shows them one at a time."""
    editor: str = ""
    """The editor for notes; empty: $VISUAL, $EDITOR, else vi."""
    viewer: str = ""
    """The program that shows PDFs; empty: the system's."""
    notes: NotesConfig = field(default_factory=NotesConfig)
    citation_key: str = DEFAULT_PATTERN
    export: ExportConfig = field(default_factory=ExportConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)
    online: OnlineConfig = field(default_factory=OnlineConfig)
    keys: dict[str, str] = field(default_factory=dict)
    """Keys by the id of what they do, as in the help: `{paper.read: z}`."""
    _places: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where the settings were read, see `place`."""

    def place(self, setting: str) -> str:
        """Return where a setting stands, as file and line; its name where it is in no file.

        Args:
            setting: its name; one within others is `keys.paper.read`.
        """
        return self._places.get(setting, setting)

    @property
    def library_path(self) -> Path:
        """The library file, `~` resolved."""
        return Path(os.path.expanduser(self.library))


_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
"""What YAML can name and no file name and no text can hold."""
_CHOICES = {
    "format": ("bibtex", "biblatex", "csl-json", "json"),
    "columns": COLUMNS,
    "cite": VERSIONS,
    "sources": SOURCES,
    "addresses": (*SOURCES, ARXIV_PDF),
}


_ONE_OF = {"sources": "a source", "addresses": "a source with an address"}
"""What a choice is called that is one of several."""
_PAIRS = {"templates": "name: text", "addresses": "source: address"}
"""What those settings hold that are pairs."""


def config_path(given: str | None = None) -> Path:
    """Return where the configuration is: `given`, $READINGLIST_CONFIG, else the user's folder."""
    chosen = given or os.environ.get("READINGLIST_CONFIG")
    if chosen:
        return Path(os.path.expanduser(chosen))
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False) / "config.yaml"


def views_path(given: str | None = None) -> Path:
    """Return where the user's own views are: beside the configuration."""
    return config_path(given).with_name("views.yaml")


def state_folder() -> Path:
    """Return the folder for what belongs to this machine: the working copies."""
    from platformdirs import user_state_path

    return user_state_path(APP, appauthor=False)


def cache_folder() -> Path:
    """Return the folder for what can be fetched again."""
    from platformdirs import user_cache_path

    return user_cache_path(APP, appauthor=False)


def load_config(given: str | None = None) -> Config:
    """Return the configuration in `given`, or in its usual place; defaults where there is none.

    Raises:
        ConfigError: the file can't be read, or holds an unknown key or a wrong value.
    """
    path = config_path(given)
    try:
        text = read_text(path)
    except FileNotFoundError:
        if given or os.environ.get("READINGLIST_CONFIG"):
            raise ConfigError(f"There is no configuration file {path}.") from None
        return Config()
    return parse_config(text, str(path))


def read_text(path: Path) -> str:
    """Return the text of a file that the user writes.

    Raises:
        FileNotFoundError: it is not there.
        ConfigError: it can't be read, or is there as a link that leads nowhere.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        for part in (path, *path.parents):
            if part.is_symlink() and not part.exists():
                raise ConfigError(
                    f"{part} is a symbolic link to {part.readlink()}, which is not there.",
                    "Bring it back, or delete the link.",
                ) from None
        raise
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8.", "Save it as UTF-8.") from error


def parse_config(text: str, name: str) -> Config:
    """Return the configuration in the YAML `text`; `name` is the file to name in errors.

    Raises:
        ConfigError: it is no YAML, or holds an unknown key or a wrong value.
    """
    root = compose(text, name)
    if root is None:
        return Config()
    config: Config = _section(root, Config, name)
    return replace(config, _places=_places(root, name))


def _places(node: Any, name: str, within: str = "") -> dict[str, str]:
    """Return where each setting stands, by its name."""
    import yaml

    places = {}
    for key_node, value_node in node.value:
        setting = f"{within}{key_node.value}"
        places[setting] = f"{name}:{key_node.start_mark.line + 1}"
        if isinstance(value_node, yaml.MappingNode):
            places |= _places(value_node, name, f"{setting}.")
    return places


def compose(text: str, name: str) -> Node | None:
    """Return the YAML `text` with its places; `name` is the file to name in errors.

    Raises:
        ConfigError: it is no YAML.
    """
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: it is no YAML: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise ConfigError(f"{name}:{line}: it is no YAML.") from error


def _section(node: Node, kind: type[Any], name: str) -> Any:
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, name, "settings are written as “name: value”")
    types = {key: hint for key, hint in get_type_hints(kind).items() if key[0] != "_"}
    values: dict[str, Any] = {}
    for key_node, value_node in _pairs(node, name):
        key = key_node.value
        if key not in types:
            raise ConfigError(
                f"{name}:{key_node.start_mark.line + 1}: there is no setting “{key}”.",
                _did_you_mean(key, types),
            )
        if key in values:
            raise _wrong(key_node, name, f"“{key}” is set twice")
        if value_node.tag == "tag:yaml.org,2002:null":  # “export:” with all below commented out
            continue
        if is_dataclass(types[key]):
            values[key] = _section(value_node, types[key], name)
        else:
            values[key] = _value(value_node, key, types[key], name)
        if key == "template":
            default_template = value_node
    section = kind(**values)
    if isinstance(section, NotesConfig) and section.template not in ("", *section.templates):
        raise ConfigError(
            f"{name}:{default_template.start_mark.line + 1}: "
            f"there is no template “{section.template}”.",
            _did_you_mean(section.template, section.templates)
            if section.templates
            else "Write it below “templates”.",
        )
    return section


def _value(node: Node, key: str, kind: Any, name: str) -> Any:
    import yaml

    value: Any
    if kind is str:
        if not isinstance(node, yaml.ScalarNode):
            raise _wrong(node, name, f"“{key}” is text")
        if node.tag != "tag:yaml.org,2002:str":
            raise _wrong(node, name, f"“{key}” is text: put “{node.value}” in quotes")
        value = node.value
        if _NO_CHARACTER.search(value):
            raise _wrong(node, name, f"“{key}” holds a character that is none")
        _check_choice(key, value, node, name)
    elif kind is int:
        if node.tag != "tag:yaml.org,2002:int" or not re.fullmatch(r"\d{1,9}", node.value):
            raise _wrong(node, name, f"“{key}” is a number of 1 to 9 digits, not less than 0")
        value = int(node.value)
    elif kind is bool:
        if node.tag != "tag:yaml.org,2002:bool":
            raise _wrong(node, name, f"“{key}” is true or false")
        value = node.value.lower() in ("true", "yes", "on")
    elif kind == tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise _wrong(node, name, f"“{key}” is a list in brackets, with commas")
        value = tuple(_value(item, key, str, name) for item in node.value)
        if key == "sources" and not value:
            raise _wrong(node, name, "“sources” needs one at least")
        twice = next((one for n, one in enumerate(value) if one in value[:n]), None)
        if twice and key in _CHOICES:
            raise _wrong(node, name, f"“{key}” has “{twice}” twice")
        if key == "columns" and "title" not in value:
            raise _wrong(node, name, "“columns” needs the title")
    else:
        if not isinstance(node, yaml.MappingNode):
            pair = _PAIRS.get(key, "id: key")
            raise _wrong(node, name, f"“{key}” holds “{pair}” pairs")
        value = {}
        for key_node, value_node in _pairs(node, name):
            if key == "addresses":
                _check_choice("addresses", key_node.value, key_node, name)
                _check(_web_address, value_node, name)
            if key_node.value in value:
                raise _wrong(key_node, name, f"“{key_node.value}” is set twice")
            value[key_node.value] = _value(value_node, str(key_node.value), str, name)
            if key == "templates":
                _check(check_template, value_node, name)
    if key == "citation_key":
        _check(check_pattern, node, name)
    if key in ("editor", "viewer") and value:
        _check(words_of, node, name)
    if key in ("mail", "openalex_key"):
        _check(_mail if key == "mail" else _word, node, name)
    return value


def _check(check: Callable[[str], object], node: Any, name: str) -> None:
    """Look whether a text is what `check` lets pass."""
    try:
        check(node.value)
    except InvalidValueError as error:
        line = node.start_mark.line + 1
        raise ConfigError(f"{name}:{line}: {error.message}", error.hint) from error


def _web_address(text: str) -> None:
    if not re.fullmatch(r"https?://[!-~]+", text):
        raise InvalidValueError(
            f"“{text}” is no web address.", "It begins with https:// or http://."
        )


def _mail(text: str) -> None:
    _word(text)
    if text and not re.fullmatch(r"[^@]+@[^@]+", text):
        raise InvalidValueError(f"“{text}” is no mail address.")


def _word(text: str) -> None:
    if not re.fullmatch(r"[!-~]*", text):
        raise InvalidValueError(f"“{text}” is not one word in ASCII.")


def _pairs(node: MappingNode, name: str) -> list[tuple[Any, Node]]:
    import yaml

    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _wrong(key_node, name, "a setting's name is text")
    return list(node.value)


def _check_choice(key: str, value: str, node: Node, name: str) -> None:
    choices = _CHOICES.get(key)
    if choices and value not in choices:
        what = _ONE_OF.get(key, f"the {key}")
        raise ConfigError(
            f"{name}:{node.start_mark.line + 1}: “{value}” can't be {what}.",
            _did_you_mean(value, choices),
        )


def _wrong(node: Node, name: str, message: str) -> ConfigError:
    return ConfigError(f"{name}:{node.start_mark.line + 1}: {message}.", "See config.example.yaml.")


def _did_you_mean(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}."
