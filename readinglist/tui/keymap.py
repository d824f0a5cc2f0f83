"""The keys: one registry for the bindings, the help, the palette and the configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from readinglist.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from textual.binding import BindingType


class Key(NamedTuple):
    """What a key does."""

    id: str
    """The name to remap it by: `keys: {paper.read: z}`."""
    keys: str
    """The default keys, with commas between them."""
    action: str
    label: str
    """A word or two, for the footer."""
    help: str
    """A line, for the help and the palette."""
    in_footer: bool = False


_NTH_VIEW = "Open view {} of the side bar"

LIBRARY_SECTIONS: Mapping[str, tuple[Key, ...]] = {
    "Moving": (
        Key("move.down", "j,down", "move(1)", "Down", "Next paper"),
        Key("move.up", "k,up", "move(-1)", "Up", "Previous paper"),
        Key("move.top", "g,home", "move_to(0)", "Top", "First paper"),
        Key("move.bottom", "G,end", "move_to(-1)", "Bottom", "Last paper"),
        Key("move.page_down", "ctrl+d,pagedown", "move_page(1)", "Page down", "Half a page down"),
        Key("move.page_up", "ctrl+u,pageup", "move_page(-1)", "Page up", "Half a page up"),
        Key("detail", "enter", "detail", "Detail", "Read the paper's details; Esc goes back"),
        Key(
            "back",
            "escape",
            "back",
            "Back",
            "To the list; again: clear the search, then the choice",
        ),
    ),
    "Finding": (
        Key("search", "slash", "search", "Search", "Search as you type", True),
        Key(
            "like",
            "m",
            "more_like_this",
            "More like this",
            "Papers on the same topic; Esc goes back",
        ),
        Key("sort", "s", "sort", "Sort", "Choose the order of the list"),
        Key("columns", "vertical_line", "columns", "Columns", "Choose the columns and their order"),
        Key(
            "log",
            "L",
            "reading_log",
            "Reading log",
            "The reading log: what was read, week by week, in plots",
        ),
        Key(
            "duplicates",
            "D",
            "duplicates",
            "Duplicates",
            "Papers that may be the same, side by side",
        ),
    ),
    "Views": (
        Key("view", "v", "view", "View", "Choose a view: next up, reading, your own, a tag"),
        Key("view.keep", "V", "keep_view", "Keep view", "Keep the query as a view of your own"),
        *(
            Key(f"view.{n}", f"f{n},alt+{n}", f"open_view({n})", f"View {n}", _NTH_VIEW.format(n))
            for n in range(1, 10)
        ),
        Key(
            "view.star",
            "asterisk",
            "star",
            "Star",
            "Give a tag a place in the side bar, or take it",
        ),
        Key(
            "side_bar", "b", "side_bar", "Side bar", "Unfold the side bar of views, or fold it away"
        ),
        Key("triage", "T", "triage", "Triage", "Decide about the new papers, one at a time"),
    ),
    "Choosing": (
        Key("choose", "space", "choose", "Choose", "Choose the paper and go on", True),
        Key(
            "choose.down",
            "J,shift+down",
            "choose_on(1)",
            "Choose down",
            "Choose down to the next paper",
        ),
        Key(
            "choose.up", "K,shift+up", "choose_on(-1)", "Choose up", "Choose up to the paper before"
        ),
        Key(
            "choose.range", "X", "choose_range", "Range", "Choose all from the last chosen to here"
        ),
        Key("choose.all", "a", "choose_all", "All", "Choose all shown; again: none"),
    ),
    "Marking": (
        Key("paper.read", "r", "toggle_read", "Read", "Mark read, or unread again", True),
        Key("paper.reading", "R", "set_status('reading')", "Reading", "Mark as being read"),
        Key("paper.skipped", "x", "set_status('skipped')", "Skip", "Mark skipped"),
        Key("priority.high", "1", "set_priority('high')", "High", "Priority high"),
        Key("priority.medium", "2", "set_priority('medium')", "Medium", "Priority medium"),
        Key("priority.low", "3", "set_priority('low')", "Low", "Priority low"),
        Key("priority.none", "0", "set_priority('none')", "None", "No priority"),
        Key("tags", "t", "tags", "Tags", "Set the tags"),
        Key("delete", "d", "delete", "Delete", "Delete, after a question"),
        Key("edit", "F", "edit", "Edit fields", "Edit all fields of the paper"),
    ),
    "Writing": (
        Key("note", "n", "note", "Note", "Write the note here", True),
        Key("note.editor", "E", "note_in_editor", "Editor", "Write the note in your editor"),
        Key(
            "follow",
            "f",
            "follow",
            "Follow",
            "Follow a link of the note, or back to who links here",
        ),
    ),
    "In and out": (
        Key("import", "i", "import", "Import", "Import a listing page, a .bib file"),
        Key(
            "complete",
            "c",
            "complete",
            "Complete",
            "Complete papers: authors, venues, ids from online sources; again: stop",
        ),
        Key(
            "doubtful",
            "M",
            "doubtful",
            "Matches",
            "What sources have that may be a paper: you decide",
        ),
        Key("export", "e", "export", "Export", "Export the chosen papers, after a preview", True),
        Key("open", "o", "open", "Open", "Open the paper: its stored PDF, else in the browser"),
        Key("open.code", "O", "open_code", "Code", "Open the code or the project page"),
        Key(
            "fetch.pdf",
            "A",
            "fetch_pdf",
            "Fetch PDF",
            "Fetch the open-access PDFs of the chosen papers; again: stop",
        ),
        Key("copy.key", "y", "copy_key", "Copy key", "Copy the citation key"),
        Key("copy.bibtex", "Y", "copy_bibtex", "Copy BibTeX", "Copy the BibTeX entry"),
        Key(
            "new",
            "N",
            "new",
            "New paper",
            "New paper: typed in, or from pasted BibTeX, an arXiv id or a DOI",
        ),
    ),
    "Back and forth": (
        Key("undo", "u", "undo", "Undo", "Take back the last step"),
        Key("redo", "ctrl+r", "redo", "Redo", "Bring again what undo took back"),
        Key("sync", "S", "sync", "Sync", "Sync with git: commit, pull, push"),
        Key("conflicts", "C", "conflicts", "Conflicts", "Settle values that two machines set"),
        Key("bring_back", "B", "bring_back", "Bring back", "Make edits again that git took out"),
        Key(
            "history",
            "H",
            "history",
            "History",
            "What was done to the paper; old values can be brought back",
        ),
    ),
    "The app": (
        Key("help", "question_mark", "help", "Help", "Show these keys", True),
        Key("quit", "q", "quit", "Quit", "Quit; all is saved"),
    ),
}
"""The keys of the library by what they are for, in the order of the help."""

LIBRARY = tuple(key for keys in LIBRARY_SECTIONS.values() for key in keys)
"""The keys of the library."""

_ALSO_IN_TRIAGE = (
    "paper.read", "paper.reading", "paper.skipped", "priority.high", "priority.medium",
    "priority.low", "note", "note.editor", "tags", "edit", "open", "open.code", "copy.key",
    "history", "undo", "help",
)  # fmt: skip
TRIAGE = (
    Key("triage.now", "enter", "set_status('reading')", "Read now", "Mark as being read", True),
    Key("triage.later", "space,j,down,right", "go(1)", "Later", "Leave it undecided", True),
    *(
        key._replace(in_footer=key.id in ("paper.skipped", "priority.high", "undo", "help"))
        for key in LIBRARY
        if key.id in _ALSO_IN_TRIAGE
    ),
    Key("triage.before", "k,up,left", "go(-1)", "Before", "Back to the paper before"),
    Key("triage.scroll_down", "ctrl+d,pagedown", "scroll(1)", "Page down", "Read on"),
    Key("triage.scroll_up", "ctrl+u,pageup", "scroll(-1)", "Page up", "Read what was before"),
    Key("triage.close", "escape,q", "close", "Back", "Back to the list"),
)
"""The keys of triage: those that decide go on to the next paper."""

_IN_PAIRS = tuple(
    key._replace(in_footer=key.id == "undo")
    for key in LIBRARY
    if key.id in ("move.down", "move.up", "move.top", "move.bottom", "undo", "help")
)
"""The keys of the library that go through pairs of papers, too."""
DUPLICATES = (
    Key("duplicates.merge", "enter,M", "merge", "Merge", "Make one paper of the two", True),
    Key(
        "duplicates.apart", "x", "apart", "Not the same", "Two works: show the pair no more", True
    ),
    Key(
        "duplicates.fields", "tab,right,l,left,h", "switch", "Fields",
        "From the pairs to the fields, and back", True,
    ),
    Key(
        "duplicates.take", "space", "take", "Take",
        "Take the value of the other paper, or this one's again", True,
    ),
    *_IN_PAIRS,
    Key("duplicates.close", "escape,q", "close", "Back", "Back to the list", True),
)  # fmt: skip
"""The keys on papers that may be the same."""

DOUBTFUL = (
    Key("doubtful.take", "enter,M", "take", "It is", "It is the paper: take what is known", True),
    Key("doubtful.drop", "x", "drop", "It is not", "Another work: leave it", True),
    *_IN_PAIRS,
    Key("doubtful.close", "escape,q", "close", "Back", "Back to the list", True),
)
"""The keys on what sources have that may be a paper."""

READING_LOG = (
    Key("log.fewer", "h,left", "span(-1)", "Fewer weeks", "Show fewer weeks", True),
    Key("log.more", "l,right", "span(1)", "More", "Show more weeks: 13, 26, 52, all", True),
    Key(
        "log.year_before", "left_square_bracket", "year(-1)", "Year before", "The year before", True
    ),
    Key("log.year_after", "right_square_bracket", "year(1)", "After", "The year after", True),
    Key("log.down", "j,down", "scroll(2)", "Scroll", "Scroll down"),
    Key("log.up", "k,up", "scroll(-2)", "Up", "Scroll up"),
    Key("log.page_down", "ctrl+d,pagedown", "scroll_page(1)", "Page down", "Half a page down"),
    Key("log.page_up", "ctrl+u,pageup", "scroll_page(-1)", "Page up", "Half a page up"),
    Key("log.top", "g,home", "scroll_to(0)", "Top", "To the beginning"),
    Key("log.bottom", "G,end", "scroll_to(-1)", "Bottom", "To the end"),
    *(key._replace(in_footer=True) for key in LIBRARY if key.id == "help"),
    Key("log.close", "escape,q,L", "close", "Back", "Back to the list", True),
)
"""The keys of the reading log."""

PLACES = (LIBRARY, TRIAGE, DUPLICATES, DOUBTFUL, READING_LOG)
"""Where keys are looked up; in each place a key does one thing."""

_FUNCTION_KEY = re.compile(r"f\d+")
_MODIFIERS = re.compile(r"(?:(?:ctrl|shift|alt|super|hyper|meta)\+)*")
_NAMED_KEYS = frozenset(
    (*(key.value for key in Keys if key.value.isalnum()), *KEY_NAME_REPLACEMENTS.values())
)
"""The names of keys that are not those of a character in Unicode."""
_NO_LETTER = re.compile(
    r"(?:ctrl|alt|super|meta)\+.+|(?:shift\+)?(?:f\d+|tab)|escape|insert|page(?:up|down)"
)
"""The names of keys that write nothing, and that nobody needs in order to write."""

PALETTE = ("ctrl+p", "Palette: find anything by its name")
"""Textual's own key."""
SEARCH_BAR = (
    ("Tab", "Take what is offered for a tag:, an author: …, or the field suggested in grey"),
    ("up", "Earlier queries, of those that begin as was typed"),
    ("down", "Later queries, then the list; where something is offered, up and down go through it"),
    ("Esc", "Take the offers away; again: to the list"),
)
"""What keys do in the search bar; these are its own."""
LINK = ("[[", "Offer papers to link to, by their keys and the words of their titles")
"""What the note editor does with these two letters."""
DISPLAY = {
    "slash": "/",
    "question_mark": "?",
    "asterisk": "*",
    "vertical_line": "|",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "tab": "Tab",
    "enter": "Enter",
    "space": "Space",
}
"""How keys with a name of their own are written."""


def displayed(keys: str) -> str:
    """Return keys as people write them: `j, down`, `/`, `ctrl+d`, `F2`."""
    names = (key.strip() for key in keys.split(","))
    return " ".join(
        DISPLAY.get(name, name.upper() if _FUNCTION_KEY.fullmatch(name) else name) for name in names
    )


def help_lines(keys: Iterable[Key], remapped: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return keys, as they are now, with what they do; those of the nine views in one line."""
    now = {key.id: displayed(remapped.get(key.id, key.keys)) for key in keys}
    ends = [now[f"view.{n}"].split()[0] for n in (1, 9)] if "view.1" in now else []
    nine = (" … ".join(ends), "Open a view of the side bar")
    return [
        nine if key.id == "view.1" else (now[key.id], key.help)
        for key in keys
        if not key.id.startswith("view.") or key.id in ("view.1", "view.keep", "view.star")
    ]


def footer(keys: Iterable[Key], remapped: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the keys of a footer: each as written, its label, its action."""
    return [
        (displayed(remapped.get(key.id, key.keys)).split()[0], key.label, key.action)
        for key in keys
        if key.in_footer
    ]


def bindings(keys: Iterable[Key], priority: bool = True) -> list[BindingType]:
    """Return keys as Textual binds them; with `priority` the widget with the focus comes last."""
    return [
        Binding(key.keys, key.action, key.label, id=key.id, tooltip=key.help, priority=priority)
        for key in keys
    ]


def _is_key(name: str) -> bool:
    """Return whether a terminal can have such a key: `z`, `ctrl+t`, `f5`, `question_mark`."""
    bare = _MODIFIERS.sub("", name)
    return bare in _NAMED_KEYS or (key_to_character(bare) or "\0").isprintable()


def check_keys(
    remapped: Mapping[str, str], where: Callable[[str], str] = lambda setting: setting
) -> None:
    """Look whether the configuration's keys can be used.

    Args:
        remapped: keys by the id of what they do.
        where: says where a setting stands, see `Config.place`.

    Raises:
        ConfigError: an id or a key is not known, two actions have one key, or a letter was to
            be a key where one writes.
    """
    if not remapped:  # the default ones are in order
        return
    from readinglist.tui.dialog_keys import CHOSEN_FROM, DIALOGS, WRITTEN_IN

    places = (*PLACES, *DIALOGS.values())
    known = {key.id: key for place in places for key in place}
    for name in remapped:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            raise ConfigError(
                f"{where(f'keys.{name}')}: there is no action “{name}”.",
                f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}.",
            )
    for name, keys in remapped.items():
        for one in map(str.strip, keys.split(",")):
            if not _is_key(one):
                wrong = f"“{one}”, which is no key" if one else "an empty key"
                raise ConfigError(
                    f"{where(f'keys.{name}')}: {name} has {wrong}.",
                    "Name one, as z, f5, ctrl+t or question_mark.",
                )
    writing = [key for name in WRITTEN_IN for key in DIALOGS[name] if key.id in remapped]
    for key in writing:
        for one in map(str.strip, remapped[key.id].split(",")):
            if one not in key.keys.split(",") and not _NO_LETTER.fullmatch(one):
                raise ConfigError(
                    f"{where(f'keys.{key.id}')}: “{one}” can't be {key.id}: "
                    "one writes with it there.",
                    "Give it a key as ctrl+t, alt+t or f5.",
                )
    chosen_from = [DIALOGS[name] for name in CHOSEN_FROM]
    for place in places:
        owners: dict[str, str] = {"ctrl+p": "the palette"}
        if place in chosen_from:
            owners["enter"] = "what chooses"
        for key in place:
            for one in remapped.get(key.id, key.keys).split(","):
                owner = owners.setdefault(one.strip(), key.id)
                if owner != key.id:
                    told = where(f"keys.{key.id if key.id in remapped else owner}")
                    raise ConfigError(
                        f"{told}: “{one.strip()}” is given to both {owner} and {key.id}.",
                        "Give one of them another key.",
                    )
