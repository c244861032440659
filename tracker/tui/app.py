"""The terminal face: opens a session on the screen."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider

from tracker.session import Session
from tracker.text import clean_line
from tracker.tui import look
from tracker.tui.cells import set_plain
from tracker.tui.desk import Desk
from tracker.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from tracker.tui.palette import Offer

SWITCH_SECONDS = 0.001
"""How long a counting thread may hold the interpreter while a key waits; Python's own 5 ms add up to 50 for one key."""
_SHOW_CURSOR = "\x1b[?25h"


def commands() -> type[Provider]:
    """Return what fills the palette, once it is opened."""
    from tracker.tui.palette import Commands

    return Commands


class TrackerApp(App[int]):
    """One main screen over one session.

    Args:
        session: what is shown.
        sync_after: all sources are fetched in the background, once the first frame is there, where the last time is longer ago; None: never.
        plain: whether everything is said in words, a line each, for screen readers.
        first_run: whether to ask first what to follow.
        few_colours: whether the terminal has 16 colours at most, or its user wants none.
        verbs: commands of the command line that the palette offers, each with a line of help.
        apart: whether long work is done in processes of its own.
    """

    TITLE = "tracker"
    CSS_PATH = Path(__file__).parent / "theme" / "tracker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {commands}
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self,
        session: Session,
        *,
        sync_after: timedelta | None = None,
        plain: bool = False,
        first_run: bool = False,
        few_colours: bool = False,
        verbs: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> None:
        # with few colours those of the terminal are sent as they are, and NO_COLOR takes all of them away
        super().__init__(ansi_color=True if few_colours else None)
        self.desk = Desk(session, apart=apart)
        self.verbs = verbs or {}
        self.is_plain = plain or session.config.plain
        self._sync_after = sync_after
        self._first_run = first_run
        set_plain(self.is_plain)
        self.set_class(self.is_plain, "-plain")
        for theme in look.THEMES:
            self.register_theme(theme)
        kept = self.desk.kept
        self.theme = look.choose(session.config.theme, kept.theme, kept.theme_over, few_colours=few_colours)
        self.stylesheet.set_variables(self.get_css_variables())
        self._is_styled = False

    def refresh_css(self, animate: bool = True) -> None:
        """Parse all styles anew, but not for the theme that the app begins with: they are parsed for it anyhow, which takes 4 ms."""
        if self._is_styled:
            super().refresh_css(animate)
        self._is_styled = True

    def pick_theme(self, name: str) -> None:
        """Change the theme, now and for the next runs."""
        self.theme = name
        self.desk.kept.theme, self.desk.kept.theme_over = name, self.desk.session.config.theme

    def offers(self) -> "Iterator[Offer]":
        """Yield what the palette offers."""
        from tracker.tui.screens.offering import offers

        return offers(cast("MainScreen", self.screen_stack[0]), self.verbs, self.pick_theme)

    def get_default_screen(self) -> MainScreen:
        """Return the main screen."""
        screen = MainScreen(sync_after=self._sync_after, plain=self.is_plain, first_run=self._first_run)
        # the class that the first resize would set: set before, it saves one layout of the first frame
        screen.add_class(
            next(name for width, name in reversed(screen.HORIZONTAL_BREAKPOINTS) if self.size.width >= width)
        )
        return screen

    def on_mount(self) -> None:
        """Give the commands the keys that the user chose; leave in order when the system ends the program."""
        self.set_keymap(dict(self.desk.session.config.keys))
        if self.is_plain and self._driver is not None:
            self._driver.write(_SHOW_CURSOR)  # a screen reader follows the cursor of the terminal
        if self._loop is not None and not self.is_headless:
            with suppress(NotImplementedError, RuntimeError):  # Windows has no such signals
                for number in (signal.SIGTERM, signal.SIGHUP):
                    self._loop.add_signal_handler(number, self.exit, 128 + number)

    async def on_key(self, event: events.Key) -> None:
        """Let a mode of the main screen take a key that no line has taken; here, so that keys typed fast stay in their order."""
        if not isinstance(self.screen, MainScreen):
            return
        line = self.screen.line_asked if event.is_printable else None
        if line is not None:  # typed while the line was still being opened: what had the keys then has let it pass
            event.prevent_default()
            line.post_message(events.Key(event.key, event.character))
        elif await self.screen.take_key(event.key):
            event.prevent_default()

    def _fatal_error(self) -> None:
        """Leave after an error that nobody foresaw, with one line; Textual itself prints all variables of all frames.

        Textual 8 has no public place for this: an error may bring a `__rich__` of its own, but not one that nobody foresaw.
        A version that calls it otherwise prints its own words; the terminal is restored all the same.
        """
        error = self._exception or RuntimeError("no exception was handed on")
        self.panic(Text(clean_line(self.desk.last_words_for(error), 1_000), overflow="fold"))


def run(
    session: Session,
    *,
    sync_after: timedelta | None = None,
    plain: bool = False,
    first_run: bool = False,
    verbs: Mapping[str, str] | None = None,
) -> int:
    """Show the terminal face until the user leaves; return the exit status, 1 after an error that nobody foresaw.

    Args:
        session: what is shown.
        sync_after: all sources are fetched in the background, once the first frame is there, where the last time is longer ago; None: never.
        plain: whether everything is said in words, a line each.
        first_run: whether to ask first what to follow.
        verbs: commands of the command line that the palette offers, each with a line of help.
    """
    app = TrackerApp(
        session,
        sync_after=sync_after,
        plain=plain,
        first_run=first_run,
        few_colours=look.has_few_colours(os.environ),
        verbs=verbs,
        apart=os.name == "posix",  # elsewhere nothing waits for a pipe for a while only
    )
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return app.run() or app.return_code or 0
    finally:
        app.desk.close()
