"""The app.

key -> action of the screen -> service -> working copy (durable) -> the list redrawn
edit -> 0.4 s later, in a thread -> library file
each second -> did git or another program change the file? -> taken in -> redrawn
letter in the search bar -> query -> ids in order -> the lines in view fetched and drawn
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand
from textual.css.stylesheet import Stylesheet
from textual.theme import ThemeProvider
from textual.widgets._toast import ToastRack
from textual.worker import WorkerFailed

from readinglist.config import views_path
from readinglist.errors import ConfigError, InvalidValueError, ReadingListError
from readinglist.services.kept_views import KeptViews
from readinglist.tui import themes
from readinglist.tui.keymap import check_keys, displayed
from readinglist.tui.notice import Notice
from readinglist.tui.presentation import as_markup
from readinglist.tui.screens.acting import Acting
from readinglist.tui.screens.leaving import Palette
from readinglist.tui.screens.library import LibraryScreen
from readinglist.tui.terminating import end_at_sigterm

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.notifications import Notify, SeverityLevel
    from textual.screen import Screen

    from readinglist.config import Config
    from readinglist.services.library import Library


_TURN = 0.001
"""Seconds for which one thread of Python keeps others waiting; by default it is 0.005.

The search has a thread of its own, and each time that the screen's one has waited for a key or
for the terminal, it has to wait for the search, too.
"""
_GARBAGE_THRESHOLDS = (10_000, 10, 10)
"""How often Python looks for cyclic garbage while the app runs: a search leaves megabytes."""

_MALLOC = {-8: 1, -3: 128 * 1024, -1: 512 * 1024}
"""glibc's M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, see mallopt(3).

Else each thread has memory of its own, and what a search or a long note leaves free in it, half of
all after some minutes, stays with the process.
"""
_ERRORS_SHOWN = 10.0
"""Seconds for which one can read what went wrong."""

_NOT_IN_PALETTE = (
    *(f"view.{n}" for n in range(1, 10)),
    "move.",
    "back",
    "triage.scroll",
    "triage.close",
    "duplicates.close",
)
"""What nobody looks for by its name, or under another one."""


class _Stylesheet(Stylesheet):
    """Reads each source once for the same variables, where Textual's own begins anew."""

    def reparse(self) -> None:
        """Take up new sources and new variables."""
        self.parse()


class ReadingListApp(App[None]):
    """The reading list in a terminal."""

    TITLE = "readinglist"
    CSS_PATH = "app.tcss"
    NOTIFICATION_TIMEOUT = 3

    def __init__(
        self,
        library: Library,
        config: Config,
        views: KeptViews | None = None,
        *,
        gives_tour: bool = False,
    ) -> None:
        """Make the app on an open library.

        Args:
            library: what is shown.
            config: the settings.
            views: the user's own views; those beside the usual configuration if not given.
            gives_tour: begin with the tour if this machine has never shown it.

        Raises:
            ReadingListError: the configuration names what is not there, or keys that clash.
        """
        # Textual takes only the hues away, unless it may leave the colours to the terminal.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        for theme in themes.OWN:
            self.register_theme(theme)
        self.stylesheet = _Stylesheet(variables=self.get_css_variables())
        self._views = views or KeptViews(views_path())
        check_settings(config, self._views)
        self._library = library
        self._config = config
        self._gives_tour = gives_tour
        last = library.memory.state().theme
        self.theme = config.theme or (last if last in themes.NAMES else themes.DARK.name)
        self.set_keymap(config.keys)
        self.remapped = config.keys
        """The keys of the configuration, by the ids of `keymap` and `dialog_keys`."""

    def get_default_screen(self) -> Screen[None]:
        """Begin in the library."""
        return LibraryScreen(self._library, self._config, self._views)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Tell something for a moment; what went wrong for a longer one, if not said otherwise."""
        if severity == "error" and timeout is None:
            timeout = _ERRORS_SHOWN
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_notify(self, event: Notify) -> None:
        """Have a notice shown, before Textual sees to it, in place of one that says the same."""
        event.notification = notice = Notice.of(event.notification)
        for standing in filter(notice.is_same_as, list(self._notifications)):
            self._unnotify(standing, refresh=False)
            for screen in self.screen_stack:
                screen.query(f"#{ToastRack._toast_id(standing)}").remove()

    def on_load(self) -> None:
        """Be ready to be ended from outside."""
        end_at_sigterm(self)

    def on_ready(self) -> None:
        """Give newcomers the tour."""
        memory = self._library.memory
        if self._gives_tour and not memory.had_tour:
            from readinglist.tui.screens.tour import Tour

            memory.note_tour()
            self.push_screen(Tour(self._config.keys))

    def _handle_exception(self, error: Exception) -> None:
        """End, and leave what is to be told to `run_app`: Textual would show a traceback.

        With the values of variables, which take their time to be written out, and are the
        user's own.
        """
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error  # where that came from is of more use
        if not isinstance(error, ReadingListError):  # a file may be at fault, not the program
            error = self._library.fault(error) or error
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    @property
    def fault(self) -> Exception | None:
        """What has ended the app before the user did: a file's fault in a sentence, or its own."""
        return self._exception

    def fail_in_thread(self, failure: threading.ExceptHookArgs) -> None:
        """End for what was raised in a thread that is no worker."""
        error = failure.exc_value
        if self._loop and isinstance(error, Exception):
            with suppress(RuntimeError):  # it is over already
                self._loop.call_soon_threadsafe(self._handle_exception, error)

    def action_command_palette(self) -> None:
        """Show the palette."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Show the themes in the palette."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer each action of the library in the palette, with its key."""
        if isinstance(screen, Acting):
            for key in screen.KEYS:
                if not key.id.startswith(_NOT_IN_PALETTE):
                    keys = displayed(self._config.keys.get(key.id, key.keys))
                    name = as_markup(f"{key.label} ({keys})")
                    yield SystemCommand(name, key.help, self._caller(screen, key.action))
        if isinstance(screen, LibraryScreen):
            for row in screen.view_rows():
                name = f"View: {row.label} ({row.key})" if row.key else f"View: {row.label}"
                yield SystemCommand(as_markup(name), "Open it", partial(screen.open_view, row.name))
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)

    def _caller(self, screen: Acting, action: str) -> Callable[[], Awaitable[None]]:
        async def call() -> None:
            if screen in self.screen_stack:  # else it was closed while one chose
                await screen.run_action(action)

        return call


def check_settings(config: Config, views: KeptViews) -> None:
    """Look whether the app can use the configuration.

    Raises:
        ConfigError: it names an unknown theme or view, or keys that clash.
    """
    check_keys(config.keys, config.place)
    for setting, view in (("view", config.view), ("triage", config.triage)):
        try:
            views.named(view or "all")
        except InvalidValueError as error:
            raise ConfigError(f"{config.place(setting)}: {error.message}", error.hint) from error
    if config.theme and config.theme not in themes.NAMES:
        raise ConfigError(
            f"{config.place('theme')}: there is no theme “{config.theme}”.",
            f"Known are: {', '.join(themes.NAMES)}.",
        )


def run_app(library: Library, config: Config, views: KeptViews) -> None:
    """Run the app until the user leaves; then everything is in the library file.

    Raises:
        SystemExit: the system asked the app to end, and it did.
        ReadingListError: the library file can't be written, or the working copy can't be used.
        Exception: what nobody foresaw and has ended the app. Nothing more is done then: each
            edit is on this machine, as is a note that was being written, for the next start.
    """
    app = ReadingListApp(library, config, views, gives_tour=True)
    tune_interpreter()
    before, threading.excepthook = threading.excepthook, app.fail_in_thread
    try:
        app.run()
    finally:
        threading.excepthook = before
    if app.fault and not isinstance(app.fault, ReadingListError):
        raise app.fault
    with library.faults_told():
        if library.has_drafts():  # the app ended while a note was being written
            library.take_up_drafts()
        library.save()
    if app.fault:
        raise app.fault
    if app.return_code:
        raise SystemExit(app.return_code)


def tune_interpreter() -> None:
    """Set up Python for an app that searches in another thread."""
    sys.setswitchinterval(_TURN)
    with suppress(OSError, AttributeError, TypeError):  # another C library may lack it
        import ctypes

        mallopt = ctypes.CDLL(None).mallopt
        for option, value in _MALLOC.items():
            mallopt(option, value)
    gc.freeze()  # what is there by now stays to the end: it is never looked through again
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
