"""The keys: one registry for the bindings, the help, the palette and the configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from readinglist.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Key:
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


LIBRARY = (
    Key("search", "slash", "search", "Search", "Search as you type", True),
    Key("back", "escape", "back", "Back", "To the list; again: clear the search, then the choice"),
    Key("move.down", "j,down", "move(1)", "Down", "Next paper"),
    Key("move.up", "k,up", "move(-1)", "Up", "Previous paper"),
    Key("move.top", "g,home", "move_to(0)", "Top", "First paper"),
    Key("move.bottom", "G,end", "move_to(-1)", "Bottom", "Last paper"),
    Key("move.page_down", "ctrl+d,pagedown", "move_page(1)", "Page down", "Half a page down"),
    Key("move.page_up", "ctrl+u,pageup", "move_page(-1)", "Page up", "Half a page up"),
    Key("detail", "enter", "detail", "Detail", "Read the paper's details; Esc goes back"),
    Key("choose", "space", "choose", "Choose", "Choose the paper and go on", True),
    Key("choose.all", "a", "choose_all", "All", "Choose all shown; again: none"),
    Key("paper.read", "r", "toggle_read", "Read", "Mark read, or unread again", True),
    Key("paper.reading", "R", "set_status('reading')", "Reading", "Mark as being read"),
    Key("paper.skipped", "x", "set_status('skipped')", "Skip", "Mark skipped"),
    Key("priority.high", "1", "set_priority('high')", "High", "Priority high"),
    Key("priority.medium", "2", "set_priority('medium')", "Medium", "Priority medium"),
    Key("priority.low", "3", "set_priority('low')", "Low", "Priority low"),
    Key("priority.none", "0", "set_priority('none')", "None", "No priority"),
    Key("note", "n", "note", "Note", "Write the note here", True),
    Key("note.editor", "E", "note_in_editor", "Editor", "Write the note in your editor"),
    Key("follow", "f", "follow", "Follow", "Follow a link of the note, or back to who links here"),
    Key("tags", "t", "tags", "Tags", "Set the tags"),
    Key("open", "o", "open", "Open", "Open the paper in the browser"),
    Key("copy.key", "y", "copy_key", "Copy key", "Copy the citation key"),
    Key("copy.bibtex", "Y", "copy_bibtex", "Copy BibTeX", "Copy the BibTeX entry"),
    Key("export", "e", "export", "Export", "Export the chosen papers, after a preview", True),
    Key("import", "i", "import", "Import", "Import a listing page, a .bib file"),
    Key("sort", "s", "sort", "Sort", "Choose the order of the list"),
    Key("view", "v", "view", "View", "Choose a view: next up, reading, your own, a tag"),
    Key("view.keep", "V", "keep_view", "Keep view", "Keep the query as a view of your own"),
    Key("triage", "T", "triage", "Triage", "Decide about the new papers, one at a time"),
    Key("like", "m", "more_like_this", "More like this", "Papers on the same topic; Esc goes back"),
    Key("undo", "u", "undo", "Undo", "Take back the last step"),
    Key("redo", "ctrl+r", "redo", "Redo", "Bring again what undo took back"),
    Key("delete", "d", "delete", "Delete", "Delete, after a question"),
    Key("sync", "S", "sync", "Sync", "Sync with git: commit, pull, push"),
    Key("conflicts", "C", "conflicts", "Conflicts", "Settle values that two machines set"),
    Key("bring_back", "B", "bring_back", "Bring back", "Make edits again that git took out"),
    Key("help", "question_mark", "help", "Help", "Show these keys", True),
    Key("quit", "q", "quit", "Quit", "Quit; all is saved"),
)
"""The keys of the library, in the order of the help."""

_ALSO_IN_TRIAGE = (
    "paper.read", "paper.reading", "paper.skipped", "priority.high", "priority.medium",
    "priority.low", "note", "note.editor", "tags", "open", "copy.key", "undo", "help",
)  # fmt: skip
TRIAGE = (
    Key("triage.now", "enter", "set_status('reading')", "Read now", "Mark as being read", True),
    Key("triage.later", "space,j,down,right", "go(1)", "Later", "Leave it undecided", True),
    *(
        replace(key, in_footer=key.id in ("paper.skipped", "priority.high", "undo", "help"))
        for key in LIBRARY
        if key.id in _ALSO_IN_TRIAGE
    ),
    Key("triage.before", "k,up,left", "go(-1)", "Before", "Back to the paper before"),
    Key("triage.scroll_down", "ctrl+d,pagedown", "scroll(1)", "Page down", "Read on"),
    Key("triage.scroll_up", "ctrl+u,pageup", "scroll(-1)", "Page up", "Read what was before"),
    Key("triage.close", "escape,q", "close", "Back", "Back to the list"),
)
"""The keys of triage: those that decide go on to the next paper."""

_PALETTE = ("ctrl+p", "Palette: find anything by its name")
SEARCH_BAR = (
    ("Tab", "Take what is offered for a tag:, an author: …, or the field suggested in grey"),
    ("up", "Earlier queries, of those that begin as was typed"),
    ("down", "Later queries, then the list; where something is offered, up and down go through it"),
    ("Esc", "Take the offers away; again: to the list"),
)
"""What keys do in the search bar; these are its own."""
NOTE_EDITOR = (
    ("Esc", "Take the offers away; else keep the note and close, as ctrl+s does"),
    ("[[", "Offer papers to link to, by their keys and the words of their titles"),
    ("ctrl+o", "Keep the note and go to the paper of the link at the cursor"),
    ("ctrl+t", "Insert a template"),
    ("ctrl+e", "Go on in your editor, and come back with what it wrote"),
    ("F2", "Show the preview, or hide it"),
)
"""What keys do in the note editor."""
DISPLAY = {"slash": "/", "question_mark": "?", "escape": "Esc", "enter": "Enter", "space": "Space"}
"""How keys with a name of their own are written."""


def displayed(keys: str) -> str:
    """Return keys as people write them: `j, down`, `/`, `ctrl+d`."""
    return " ".join(DISPLAY.get(key.strip(), key.strip()) for key in keys.split(","))


def help_lines(keys: Iterable[Key], remapped: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each key, as it is now, with what it does."""
    lines = [(displayed(remapped.get(key.id, key.keys)), key.help) for key in keys]
    return [*lines, _PALETTE]


def check_keys(remapped: Mapping[str, str]) -> None:
    """Look whether the configuration's keys can be used.

    Raises:
        ConfigError: an id is not known, or two actions have one key.
    """
    known = {key.id: key for place in (LIBRARY, TRIAGE) for key in place}
    for name in remapped:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            raise ConfigError(
                f"keys: there is no action “{name}”.",
                f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}.",
            )
    for place in (LIBRARY, TRIAGE):
        owners: dict[str, str] = {"ctrl+p": "the palette"}
        for key in place:
            for one in remapped.get(key.id, key.keys).split(","):
                owner = owners.setdefault(one.strip(), key.id)
                if owner != key.id:
                    raise ConfigError(
                        f"keys: “{one.strip()}” is given to both {owner} and {key.id}.",
                        "Give one of them another key.",
                    )
