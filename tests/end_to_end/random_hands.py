"""Somebody at the app's keyboard who presses anything, by dice.

Single keys come from the whole keymap; beside them there are deeds of several keys, so that each
dialog is really come to and written in. What is written there is hostile now and then.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import time
from collections import Counter, deque
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from readinglist.tui.dialog_keys import DIALOGS
from readinglist.tui.keymap import PALETTE, PLACES
from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TMUX = {
    "slash": "/", "question_mark": "?", "asterisk": "*", "vertical_line": "|",
    "left_square_bracket": "[", "right_square_bracket": "]", "escape": "Escape",
    "space": "Space", "enter": "Enter", "tab": "Tab", "shift+tab": "BTab", "up": "Up",
    "down": "Down", "left": "Left", "right": "Right", "shift+up": "S-Up",
    "shift+down": "S-Down", "pageup": "PPage", "pagedown": "NPage", "home": "Home",
    "end": "End", "backspace": "BSpace",
}  # fmt: skip
_EDITING = ("BSpace", "DC", "C-w", "C-k", "C-y", "C-a", "C-x", "C-v", "Left", "Right")
"""What fields know, beside the keymap.

C-c, C-z and C-s are the terminal's own wherever the app has just left it, to an editor or for good.
"""
_OF_TERMINAL = "C-s"
"""The key of the keymap that stops a terminal then: it is pressed only in boxes that it ends."""
_WRITES_FILES = "e"
"""The key of the export: it is pressed only where the path is seen."""
_QUITTING = ("q", "C-q")
SIZES = ((120, 40), (200, 50), (80, 24), (60, 15), (30, 8), (12, 4), (250, 70), (100, 30), (44, 60))
WORDS = (
    "amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "jetty",
    "kelp", "loam", "marsh", "needle", "orchard", "pine", "reef", "shoal", "thicket", "tide",
    "snow", "fox", "owl", "lantern", "meadow", "harbour", "gravel", "thunder", "velvet",
)  # fmt: skip
QUERIES = (
    "ambr brich", "tag:kelp", "author:fox year:2020..", "status:read -pine", '"owl meadow"',
    "priority:>=low has:note", "year:2019..2022", "key:a", "-", '"', "tag:", "a", "tidde", "::",
)  # fmt: skip
HOSTILE = (
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "\x1b[201~jjxr1u\x1b[200~",
    "\x1b]52;c;aGVsbG8=\x07\x1bP+p\x1b\\\x1b[?1049l",
    "[bold]markup[/bold] [@click=app.bell]x[/] [[amber]]",
    "日本語の論文 한국어 👩‍👩‍👧‍👦 ﷽ e\u0301\u0302\u0303\u0304 \u202eright to left\u202c",
    "\ufeff\u200b\u200d\ud7ff\U0010ffff",
    "'; DROP TABLE paper; -- %s {0} \\input{/etc/hosts} $(date) `date`",
    "a\tb\nc\rd\r\n\n\n",
    "@article{x, title={Half an entry",
)
"""Texts that steer a terminal, are markup, take two columns or none, or are half of something."""
_LONG = 1 << 20
"""Bytes of a long paste."""
_PATIENCE = 60
"""Seconds after which an app that does not come back to its list is stuck."""


class AppDiedError(AssertionError):
    """The app has ended, and nobody wanted it to."""


def key_names() -> list[str]:
    """Return all keys of the keymap, by tmux's names; the export is left out."""
    keys = (key.keys for key in chain(*PLACES, *DIALOGS.values()))
    names = {name for some in (*keys, PALETTE[0]) for name in some.split(",")}
    return sorted({*map(_tmux_name, names), *_EDITING} - {_WRITES_FILES, _OF_TERMINAL})


def _tmux_name(key: str) -> str:
    if key in _TMUX:
        return _TMUX[key]
    for held, sign in (("ctrl+", "C-"), ("alt+", "M-"), ("shift+", "S-")):
        if key.startswith(held):
            return sign + _TMUX.get(key.removeprefix(held), key.removeprefix(held))
    return key.upper() if key[0] == "f" and key[1:].isdigit() else key


class RandomHands:
    """Uses the app at random, and starts it again where a key has ended it.

    Attributes:
        count: how often what was done: keys, pastes, resizes, quits and so on.
        tokens: the words that were written into a tag or a note, and that the app took, each with
            the screen just after.
        may_quit: whether the keys that leave the app are among those pressed.
        pid: the process of the app.
    """

    def __init__(self, home: Path, library: Path, dice: random.Random) -> None:
        """Start the app.

        Args:
            home: the user's folder.
            library: the library file.
            dice: what decides.
        """
        self._home = home
        self._library = library
        self._dice = dice
        self._keys = key_names()
        self._deeds: Sequence[tuple[int, Callable[[], None]]] = (
            (80, self._press), (10, self._search), (8, self._tag), (8, self._note),
            (4, self._form), (3, self._new), (3, self._import), (2, self._export),
            (5, self._resize), (5, self._mouse), (3, self._paste), (3, self._sync),
            (4, self._choose_and_mark), (3, self._palette), (2, self._pause), (6, self._leave),
        )  # fmt: skip
        self.count: Counter[str] = Counter()
        self.tokens: dict[str, str] = {}
        self.may_quit = False
        self._long_pastes = 0
        self.diary: deque[str] = deque(maxlen=150)
        self._terminal: Terminal | None = None
        self.start()

    @property
    def terminal(self) -> Terminal:
        assert self._terminal
        return self._terminal

    def start(self) -> None:
        """Start the app in a terminal of its own."""
        self.close()
        terminal = self._terminal = Terminal(*SIZES[0], self._home)
        terminal.environment = {
            **terminal.environment,
            "BROWSER": f"{self._home / 'browser'} %s",
            "EDITOR": str(self._home / "editor"),
            # Whatever address a paper has, nobody outside is asked.
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
        }
        app = ("-X", "faulthandler", "-m", "readinglist", "--library", str(self._library))
        terminal.start((sys.executable, *app))
        terminal.wait_for("Space Choose", _PATIENCE)
        self.pid = terminal.pid
        self.count["starts"] += 1

    def close(self) -> None:
        """End the terminal."""
        if self._terminal:
            self._terminal.close()
            self._terminal = None

    def quit(self) -> None:
        """Leave the app as a person would."""
        self._to_list()
        self.terminal.keys("q")
        code = self.terminal.wait_for_end(_PATIENCE)
        if code:
            raise AppDiedError(self._story(code))

    def step(self) -> None:
        """Do one thing; start the app again if that has ended it.

        Raises:
            AppDiedError: it has ended otherwise; the message has its screen and its report.
            AssertionError: it does not answer any more.
        """
        weights, deeds = zip(*self._deeds, strict=True)
        (deed,) = self._dice.choices(deeds, weights)
        self.diary.append(deed.__name__.strip("_"))
        self.count[deed.__name__.strip("_")] += 1
        deed()
        time.sleep(self._dice.random() / 10)
        self._check_alive()

    def _check_alive(self) -> None:
        if os.path.exists(f"/proc/{self.pid}"):
            return
        code = self.terminal.wait_for_end(_PATIENCE)
        if code:
            raise AppDiedError(self._story(code))
        self.count["quits"] += 1
        self.start()

    def _story(self, code: int) -> str:
        reports = sorted(self._home.glob("state/readinglist/crashes/*"))
        told = "\n".join(report.read_text(errors="replace") for report in reports[-1:])
        return (
            f"The app ended with {code} after: {' '.join(self.diary)}\n"
            f"{self.terminal.screen()}\n{told}"
        )

    # --- what hands do

    def _send(self, *names: str) -> None:
        self.count["keys"] += len(names)
        self.diary.extend(names)
        self.terminal.keys(*names)

    def _type(self, text: str) -> None:
        self.count["keys"] += len(text)
        self.diary.append(repr(text[:60]))
        self.terminal.type(text)

    def _seen(self, wanted: str | Callable[[str], bool], seconds: float = 5) -> bool:
        """Return whether something has come to be on the screen."""
        try:
            self.terminal.wait_for(wanted, seconds)
        except AssertionError:
            return False
        return True

    def _to_list(self) -> None:
        """Go back until the list has the keys, in a terminal of a usual size."""
        self.terminal.resize(*SIZES[0])
        end = time.monotonic() + _PATIENCE
        key = ""
        while time.monotonic() < end:
            # Something may stand over the question: then it is Escape's turn again.
            before = self.terminal.screen()
            key = "y" if key == "Escape" and _asks(before) else "Escape"
            self._send(key)
            # A letter at once behind Escape would be one with Alt.
            self._seen(lambda screen, before=before: screen != before, 0.4)  # type: ignore[misc]
            # What was pressed before may still wait to be read: the search tells that it is.
            if self._seen(lambda screen: _asks(screen) or _is_list(screen), 0.4) and (
                _is_list(self.terminal.screen())
            ):
                self._send("/")
                if self._seen("To the list", 2):
                    self._send("Escape")
                    if self._seen(_is_list, 1):
                        return
            self._check_alive()
        raise AssertionError(
            f"The app does not come back to its list after: {' '.join(self.diary)}\n"
            f"{self.terminal.screen()}\n{self._where_it_is()}"
        )

    def _where_it_is(self) -> str:
        """Return what the system knows of the process, and what its threads are at."""
        process = Path(f"/proc/{self.pid}")
        known = [(process / name).read_text() for name in ("wchan", "status")]
        self.terminal.resize(200, 300)  # room for what comes
        os.kill(self.pid, signal.SIGABRT)
        with suppress(AssertionError):  # it may be stopped
            self.terminal.wait_for_end(5)
        return "\n".join([*known, self.terminal.screen()])

    def _press(self) -> None:
        keys = self._keys
        if not self.may_quit:
            keys = [key for key in keys if key not in _QUITTING]
        self._send(*self._dice.choices(keys, k=self._dice.randint(1, 20)))

    def _text(self) -> str:
        """Return a short text: plain, a token, or hostile."""
        if self._dice.random() < 0.2:
            return self._dice.choice(HOSTILE).translate({0: None})
        return " ".join(self._dice.choices(WORDS, k=self._dice.randint(1, 4)))

    def _token(self) -> str:
        return f"tok{len(self.tokens)}x{self._dice.getrandbits(32):08x}"

    def _write(self) -> None:
        """Write into whatever has the keys."""
        text = self._text()
        if text in HOSTILE:
            self.count["hostile"] += 1
            self.terminal.paste(text)
        else:
            self._type(text)

    def _search(self) -> None:
        self._to_list()
        self._send("/")
        if not self._seen("To the list"):
            return
        if self._dice.random() < 0.5:
            self._type(self._dice.choice(QUERIES))
        else:
            self._write()
        self._send(*self._dice.choice((("Enter",), ("Escape",), ("Tab", "Enter"), ("Up",), ("m",))))

    def _tag(self) -> None:
        self._to_list()
        self._send(*self._dice.choice(((), ("j",), ("Space", "Space"), ("G",), ("m",))), "t")
        if not self._seen("Enter done"):
            return
        token = self._token()
        self._type(f"{token}, ")
        if not self._seen(token):
            return
        chosen = re.search(r"([\d,]+) chosen", self.terminal.screen())
        are_many = chosen is not None and chosen[1] != "1"
        self._send("Enter")
        if not self._seen(lambda screen: "Enter done" not in screen):
            return
        if self._seen("─ Set tags", 20 if are_many else 1):  # the preview of a change of many
            self._send("Enter")
        elif are_many:
            return
        if not self._seen(_is_list):
            return
        if self._seen("Nothing was", 0.5):  # git took the paper away while its tags were typed
            return
        self.tokens[token] = self.terminal.screen()

    def _note(self) -> None:
        self._to_list()
        self._send(*self._dice.choice(((), ("k",), ("C-d",), ("g",))), "n")
        if not self._seen("─ Note: "):
            return
        if self._dice.random() < 0.3:
            self._write()
        if self._dice.random() < 0.02 and self._long_pastes < 3:
            self._long_pastes += 1
            self._paste_long()
        self._send(*self._dice.choice(((), (), ("C-z",), ("C-c", "C-v"), ("Left", "C-w", "C-z"))))
        token = self._token()
        self._type(f" {token} ")
        if not self._seen(token, 20):
            return
        self._send("Escape")
        if self._seen(lambda screen: "─ Note: " not in screen, 20):
            self.tokens[token] = self.terminal.screen()

    def _form(self) -> None:
        self._to_list()
        self._send("F")
        if self._seen("─ Edit: "):
            for _ in range(self._dice.randint(1, 3)):
                self._send(*["Tab"] * self._dice.randint(0, 6))
                self._write()
            self._send(self._dice.choice(("C-s", "Escape")))

    def _new(self) -> None:
        self._to_list()
        self._send("N")
        if not self._seen("─ New paper"):
            return
        title = " ".join(self._dice.choices(WORDS, k=4)).title()
        key = title.lower().replace(" ", "")
        entry = f"@article{{{key},\n  author = {{Fox, Ann}},\n  title = {{{title}}}\n}}\n"
        self.terminal.paste(self._dice.choice((entry, entry, title, *HOSTILE, "10.1000/182")))
        self._send("C-s", *self._dice.choice(((), ("C-s",), ("C-n",), ("C-t",))))

    def _import(self) -> None:
        """Import a page of papers, some of them known."""
        page = self._home / "page.txt"
        titles = (" ".join(self._dice.choices(WORDS, k=3)).title() for _ in range(12))
        lines = ["Get trending papers in your email inbox!", "Subscribe", "byAK"]
        for title in titles:
            lines += [title, " ".join(self._dice.choices(WORDS, k=60)), "·", "Nov 4, 2021"]
        page.write_text("\n\n".join(lines) + "\n")
        self._to_list()
        self._send("i")
        if self._seen("─ Import"):
            self._type("~/page.txt")
            self._send("Enter")
            if self._dice.random() < 0.7:
                self._seen("unchanged")
            self._send("Escape")

    def _export(self) -> None:
        self._to_list()
        self._send(_WRITES_FILES)
        if self._seen("─ Export"):
            self._send(*self._dice.choice((("Enter", "Enter"), ("Escape",), ("Tab", "NPage"))))

    def _resize(self) -> None:
        for _ in range(self._dice.randint(1, 3)):
            self.terminal.resize(*self._dice.choice(SIZES))
        self.count["resizes"] += 1

    def _mouse(self) -> None:
        """Click, or turn the wheel."""
        column, line = self._dice.randrange(120), self._dice.randrange(40)
        if self._dice.random() < 0.5:
            self.terminal.click(column, line)
        else:
            self.terminal.type(f"\x1b[<{self._dice.choice((64, 65))};{column};{line}M" * 3)

    def _paste(self) -> None:
        """Paste into whatever has the keys."""
        if self._dice.random() < 0.15:
            self._to_list()
            self._send(*self._dice.choice(("/", "t", "i", "V")))
            self._paste_long()
        else:
            self.count["hostile"] += 1
            self.terminal.paste(self._dice.choice(HOSTILE))

    def _paste_long(self) -> None:
        self.count["long pastes"] += 1
        self.diary.append("paste-long")
        line = " ".join(self._dice.choices(WORDS, k=12))
        self.terminal.paste(f"{line}\n" * (_LONG // (len(line) + 1)))

    def _sync(self) -> None:
        self._to_list()
        self._send("S")
        if self._dice.random() < 0.7:
            self._seen(lambda screen: "─ Sync" in screen and "back" in screen, 20)
        self._send(self._dice.choice(("Enter", "Escape")))

    def _choose_and_mark(self) -> None:
        """Change all that is shown, or some."""
        self._to_list()
        chosen = self._dice.choice((("a",), ("Space", "J", "J"), ("Space", "NPage", "X")))
        mark = self._dice.choice(("r", "R", "x", "1", "2", "3", "0", "d", "u"))
        self._send(*chosen, mark)
        self._seen("Enter", 1)
        self._send(self._dice.choice(("Enter", "Enter", "y", "Escape")))

    def _palette(self) -> None:
        self._to_list()
        self._send("C-p")
        if self.terminal.screen():
            self._type(self._dice.choice(("the", "view", "un", "sort", "log", "tri", "hist")))
            self._send(*self._dice.choice((("Enter",), ("Down", "Enter"), ("Escape",))))

    def _leave(self) -> None:
        if self.may_quit:
            self._to_list()
            self._send("q")

    def _pause(self) -> None:
        time.sleep(self._dice.random() * 2)


def _asks(screen: str) -> bool:
    """Return whether it is asked if what was written may go away."""
    return "Leave" in screen and "y yes" in screen


def _is_list(screen: str) -> bool:
    return "Space Choose" in screen and "╭" not in screen and "🔎" not in screen
