"""The keys of the boxes over a screen, each with an id as those of the screens have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readinglist.tui.keymap import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

Keys = tuple[Key, ...]

CONFIRM: Keys = (
    Key("confirm.yes", "y", "dismiss(True)", "Yes", "Do it"),
    Key("confirm.no", "n,escape,q", "dismiss(False)", "No", "Leave it"),
)
HOST: Keys = (
    Key("host.open", "enter,y", "dismiss(True)", "Open", "Open it; its host is known from then on"),
    Key("host.close", "escape,q,n", "dismiss(False)", "Back", "Open nothing"),
    Key("host.down", "j,down", "scroll(2)", "Down", "Read on in a long address"),
    Key("host.up", "k,up", "scroll(-2)", "Up", "Read what was before"),
)
CHOICE: Keys = (
    Key("choice.down", "j", "cursor(1)", "Down", "Next line; Enter chooses it"),
    Key("choice.up", "k", "cursor(-1)", "Up", "Line before"),
    Key("choice.close", "escape,q", "dismiss(None)", "Back", "Choose nothing"),
)
VIEWS: Keys = (
    *CHOICE,
    Key("views.delete", "d", "delete", "Delete", "Delete the view, if it is one of your own"),
)
LINE: Keys = (Key("line.close", "escape", "dismiss(None)", "Back", "Back, with nothing changed"),)
COLUMNS: Keys = (
    Key("columns.done", "enter", "done", "Done", "Show these columns"),
    Key("columns.choose", "space", "choose", "Show", "Show the column, or hide it"),
    Key("columns.move_down", "J,shift+down", "shift(1)", "Move down", "Move it to the right"),
    Key("columns.move_up", "K,shift+up", "shift(-1)", "Move up", "Move it to the left"),
    Key("columns.reset", "r", "reset", "Reset", "Take those of the configuration"),
    Key("columns.down", "j", "cursor(1)", "Down", "Next column"),
    Key("columns.up", "k", "cursor(-1)", "Up", "Column before"),
    Key("columns.close", "escape,q", "dismiss(None)", "Back", "Back, with nothing changed"),
)
BULK: Keys = (
    Key("bulk.do", "enter,y", "dismiss(True)", "Do it", "Do it, with all of these papers"),
    Key("bulk.close", "escape,q,n", "dismiss(False)", "Back", "Back, with nothing changed"),
    Key("bulk.down", "j,down", "move(1)", "Down", "Next paper"),
    Key("bulk.up", "k,up", "move(-1)", "Up", "Paper before"),
    Key("bulk.top", "g,home", "move_to(0)", "Top", "First paper"),
    Key("bulk.bottom", "G,end", "move_to(-1)", "Bottom", "Last paper"),
    Key("bulk.page_down", "ctrl+d,pagedown", "page(1)", "Page down", "Half a page down"),
    Key("bulk.page_up", "ctrl+u,pageup", "page(-1)", "Page up", "Half a page up"),
)
FORM: Keys = (
    Key("form.save", "ctrl+s", "save", "Save", "Save all fields, as one step"),
    Key("form.next", "tab", "app.focus_next", "Next", "Next field"),
    Key("form.before", "shift+tab", "app.focus_previous", "Before", "Field before"),
    Key("form.close", "escape", "leave", "Back", "Back; it asks if something was changed"),
)
NEW: Keys = (
    Key("new.go_on", "ctrl+s", "go_on", "Go on", "Import what was pasted, or fill in the fields"),
    Key("new.enter", "enter", "enter", "Go on", "The same, where it is no line break in BibTeX"),
    Key("new.as_new", "ctrl+n", "take_as_new", "New", "New, though the library has one like it"),
    Key("new.take", "ctrl+t", "take", "Take", "Take what it says where the library says other"),
    Key("new.close", "escape", "leave", "Back", "Back to the list"),
)
IMPORT: Keys = (
    Key("importing.complete", "tab", "complete", "Complete", "Complete the path"),
    Key("importing.take", "ctrl+t", "take", "Take", "Take what a file says otherwise"),
    Key("importing.page_down", "pagedown", "page(1)", "Page down", "Read on in the report"),
    Key("importing.page_up", "pageup", "page(-1)", "Page up", "Read what was before"),
    Key("importing.close", "escape", "close", "Back", "Back; what was begun goes on"),
)
NOTE: Keys = (
    Key(
        "editor.close",
        "escape",
        "back",
        "Save",
        "Take the offers away; else keep the note and close, as ctrl+s does",
    ),
    Key("editor.save", "ctrl+s", "save", "Save", "Keep the note and close"),
    Key(
        "editor.elsewhere", "ctrl+e", "go_on_elsewhere", "Editor",
        "Go on in your editor, and come back with what it wrote",
    ),
    Key("editor.template", "ctrl+t", "template", "Template", "Insert a template"),
    Key(
        "editor.follow", "ctrl+o", "follow", "Follow",
        "Keep the note and go to the paper of the link at the cursor",
    ),
    Key("editor.preview", "f2", "preview", "Preview", "Show the preview, or hide it"),
)  # fmt: skip
HISTORY: Keys = (
    Key("life.bring_back", "b", "bring_back", "Bring back", "Bring the old value back, as Enter"),
    Key("life.down", "j", "cursor(1)", "Down", "What was done before"),
    Key("life.up", "k", "cursor(-1)", "Up", "What was done later"),
    Key("life.scroll_down", "ctrl+d", "scroll(1)", "Read on", "Read on in a long value"),
    Key("life.scroll_up", "ctrl+u", "scroll(-1)", "Read before", "Read what was before"),
    Key("life.close", "escape,q,H", "dismiss(None)", "Back", "Back to the list"),
)
CONFLICTS: Keys = (
    Key("settle.take", "t", "settle(True)", "Take", "Take the other value"),
    Key("settle.keep", "k", "settle(False)", "Keep", "Keep what holds"),
    Key("settle.down", "j", "cursor(1)", "Down", "Next conflict"),
    Key("settle.close", "escape,q", "close", "Back", "Back to the list"),
)
SYNC: Keys = (
    Key("syncing.go", "enter", "go", "Go", "Set up what is missing; at the end: back"),
    Key("syncing.close", "escape,q", "close", "Back", "Back; what was begun goes on"),
)
WORKING: Keys = (
    Key("working.stop", "escape", "stop", "Stop", "Stop; what was done is taken back"),
)
HELP: Keys = (
    Key("help.down", "j,down", "scroll(2)", "Down", "Scroll down"),
    Key("help.up", "k,up", "scroll(-2)", "Up", "Scroll up"),
    Key("help.page_down", "ctrl+d,pagedown,space", "scroll(12)", "Page down", "Read on"),
    Key("help.page_up", "ctrl+u,pageup", "scroll(-12)", "Page up", "Read what was before"),
    Key("help.close", "escape,q,question_mark", "dismiss(None)", "Back", "Back"),
)
TOUR: Keys = (
    Key("tour.next", "enter,space,right,l,j,down", "go(1)", "Next", "Next step"),
    Key("tour.before", "h,left,k,up,backspace", "go(-1)", "Before", "Step before"),
    Key("tour.skip", "escape,q", "dismiss(None)", "Skip", "Skip the tour; it never returns"),
)

DIALOGS: Mapping[str, Keys] = {
    "A question": CONFIRM,
    "A new host": HOST,
    "Something to choose from": CHOICE,
    "The views": VIEWS,
    "A line to write": LINE,
    "The note editor": NOTE,
    "The form of a paper": FORM,
    "A new paper": NEW,
    "Import": IMPORT,
    "A change of many papers": BULK,
    "Large work": WORKING,
    "The columns": COLUMNS,
    "A paper's life": HISTORY,
    "Conflicts": CONFLICTS,
    "Sync": SYNC,
    "Help": HELP,
    "The tour": TOUR,
}
"""The keys of each box, by what it is."""

CHOSEN_FROM = ("Something to choose from", "The views", "A paper's life")
"""The boxes with a list, from which Enter chooses."""
WRITTEN_IN = ("A line to write", "The note editor", "The form of a paper", "A new paper", "Import")
"""The boxes in which one writes: a letter can be no key there."""
