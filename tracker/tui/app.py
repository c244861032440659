"""The terminal face: opens a session on the screen."""

import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.command import Provider

from tracker.session import Session
from tracker.tui.desk import Desk
from tracker.tui.look import DEFAULTS, THEMES
from tracker.tui.screens.main import MainScreen

SWITCH_SECONDS = 0.001
"""How long a counting thread may hold the interpreter while a key waits; Python's own 5 ms add up to 50 for one key."""


def commands() -> type[Provider]:
    """Return what fills the palette, once it is opened."""
    from tracker.tui.palette import Commands

    return Commands


class TrackerApp(App[int]):
    """One main screen over one session."""

    TITLE = "tracker"
    CSS_PATH = Path(__file__).parent / "theme" / "tracker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS = App.COMMANDS | {commands}
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(self, session: Session, *, sync: bool = False, first_run: bool = False) -> None:
        super().__init__()
        self.desk = Desk(session)
        self._sync = sync
        self._first_run = first_run
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that Textual's own themes lack."""
        return DEFAULTS

    def get_default_screen(self) -> MainScreen:
        """Return the main screen."""
        screen = MainScreen(sync=self._sync, first_run=self._first_run)
        # the class that the first resize would set: set before, it saves one layout of the first frame
        screen.add_class(
            next(name for width, name in reversed(MainScreen.HORIZONTAL_BREAKPOINTS) if self.size.width >= width)
        )
        return screen

    def on_mount(self) -> None:
        """Give the commands the keys that the user chose."""
        self.set_keymap(dict(self.desk.session.config.keys))


def run(session: Session, *, sync: bool = False, first_run: bool = False) -> int:
    """Show the terminal face until the user leaves; return the exit status.

    Args:
        session: what is shown.
        sync: whether to fetch all sources in the background once the first frame is there.
        first_run: whether to ask first what to follow.
    """
    app = TrackerApp(session, sync=sync, first_run=first_run)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return app.run() or 0
    finally:
        app.desk.close()
