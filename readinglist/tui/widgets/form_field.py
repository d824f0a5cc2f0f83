"""A field of a form: its label, a place to write or to choose, and what is wrong, in words.

text -> shown as any terminal can -> edited -> `FormField.Changed`
Nothing was edited: `is_changed` is False, whatever could not be shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.suggester import Suggester, SuggestFromList
from textual.widgets import Input, Static, TextArea

from readinglist.domain.text import printable, printable_block
from readinglist.tui.widgets.text_block import TextBlock
from readinglist.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a form asks for."""

    name: str
    """The field of a paper."""
    label: str
    kind: Literal["line", "wrapped", "block", "choice"] = "line"
    """A line; one that is wrapped where it is long; several lines; one of `known`."""
    example: str = ""
    """What is shown where nothing is written yet."""
    known: tuple[str, ...] = ()
    """What may be written; a line is completed to it."""
    is_wide: bool = False
    """Whether it takes all of the width."""


class FormField(Horizontal):
    """A label and a place to write."""

    @dataclass
    class Changed(Message):
        """Something else is written in it."""

        form_field: FormField

    def __init__(self, prompt: Prompt, text: str, suggester: Suggester | None = None) -> None:
        """Make a field.

        Args:
            prompt: what it asks for.
            text: what is written in it.
            suggester: completes a line, instead of what the prompt knows.
        """
        super().__init__(classes="wide" if prompt.is_wide else "")
        self.prompt = prompt
        self.editor = _editor(prompt, text, suggester)
        self._before = self.editor.text
        self._problem = Static("", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        """Put them side by side, what is wrong under them."""
        yield Static(self.prompt.label, classes="label", markup=False)
        with Vertical():
            yield self.editor
            yield self._problem

    @property
    def text(self) -> str:
        """What is written."""
        return self.editor.text

    @property
    def is_changed(self) -> bool:
        """Whether something else is written than in the beginning."""
        return self.editor.text != self._before

    def tell(self, problem: str) -> None:
        """Say what is wrong; nothing where nothing is."""
        self._problem.update(printable(problem))
        self._problem.display = bool(problem)

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong."""
        return self._problem.display

    def on_click(self) -> None:
        """Go to the place to write, wherever the mouse is."""
        self.editor.focus()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _pass_on(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed(self))


class Line(TextLine):
    """A line; up and down leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down,enter", "app.focus_next", show=False),
    ]
    """Beside those of any line of text."""

    def __init__(self, text: str, example: str, suggester: Suggester | None) -> None:
        super().__init__(
            printable(text),
            placeholder=example,
            suggester=suggester,
            compact=True,
            select_on_focus=False,
        )

    @property
    def text(self) -> str:
        """What is written."""
        return self.value

    def _on_paste(self, event: events.Paste) -> None:
        """Take all lines as one, and nothing that steers a terminal."""
        event.prevent_default()
        event.stop()
        self.replace(printable(event.text), *self.selection)


class Block(TextBlock):
    """Several lines, or a long one; up and down leave it at its ends."""

    def __init__(self, text: str, example: str, one_line: bool = False) -> None:
        """Make a block.

        Args:
            text: what is written.
            example: what is shown where nothing is.
            one_line: whether the lines are one that is wrapped: Enter goes on to the next field.
        """
        shown = printable(text) if one_line else printable_block(text)
        super().__init__(shown, placeholder=example, compact=True, highlight_cursor_line=False)
        self._one_line = one_line

    def on_mount(self) -> None:
        """Begin where the text ends, as a line does; a long text from its beginning."""
        self.cursor_blink = self.app.animation_level != "none"
        if self._one_line:
            self.move_cursor(self.document.end)

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up by a line; from the first one, to the field before."""
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            self.app.action_focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down by a line; from the last one, to the next field."""
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location):
            self.app.action_focus_next()
        else:
            super().action_cursor_down(select)

    async def _on_key(self, event: events.Key) -> None:
        if self._one_line and event.key == "enter":
            event.prevent_default()
            event.stop()
            self.app.action_focus_next()

    async def _on_paste(self, event: events.Paste) -> None:
        """Take nothing that steers a terminal."""
        event.prevent_default()
        event.stop()
        text = printable(event.text) if self._one_line else printable_block(event.text)
        self.replace(text, *self.selection)


class OneOf(Static, can_focus=True):
    """Some words side by side, of which one holds: left, right, a first letter, or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down,enter", "app.focus_next", show=False),
    ]
    """Choosing, and leaving it."""

    text: var[str] = var("")
    """The word that holds."""

    def __init__(self, words: Sequence[str], text: str) -> None:
        super().__init__(markup=False)
        self._words = list(words)
        self.set_reactive(OneOf.text, text)

    def on_mount(self) -> None:
        """Show the words."""
        self._show()

    def watch_text(self) -> None:
        """Show which word holds, and tell."""
        self._show()
        parent = self.query_ancestor(FormField)
        parent.post_message(FormField.Changed(parent))

    def _show(self) -> None:
        words = [
            Content.styled(f" {word} ", "bold $text on $primary")
            if word == self.text
            else Content(f" {word} ").stylize(f"@click=pick('{word}')")
            for word in self._words
        ]
        self.update(Content("").join(words))

    def action_pick(self, word: str) -> None:
        """Let a word hold."""
        self.focus()
        self.text = word

    def action_step(self, by: int) -> None:
        """Let the next word hold, or the one before."""
        place = self._words.index(self.text) + by
        self.text = self._words[max(0, min(place, len(self._words) - 1))]

    def on_key(self, event: events.Key) -> None:
        """Let the next word hold that begins with a letter."""
        place = self._words.index(self.text) + 1
        around = self._words[place:] + self._words[:place]
        word = next((w for w in around if event.character and w[0] == event.character), None)
        if word:
            event.stop()
            self.text = word


def _editor(prompt: Prompt, text: str, suggester: Suggester | None) -> Line | Block | OneOf:
    if prompt.kind == "choice":
        return OneOf(prompt.known, text)
    if prompt.kind == "line":
        known = SuggestFromList(prompt.known) if prompt.known else None
        return Line(text, prompt.example, suggester or known)
    return Block(text, prompt.example, prompt.kind == "wrapped")
