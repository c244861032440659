"""`tracker` without a command: the terminal UI over the nearest home; one that follows nothing yet is asked for first."""

import gc
import os
import sys
from datetime import timedelta
from pathlib import Path

from tracker import config
from tracker.cli.ending import leave
from tracker.cli.verbs import VERBS
from tracker.errors import TrackerError
from tracker.session import Session

REST = timedelta(hours=1)
"""Opening the UI often must not bother the services: only what is longer ago is fetched anew."""
ESCAPE_MILLISECONDS = "25"
"""So long a lone escape is waited on, as it also begins what other keys send; Textual's own 100 are felt."""
OUTSIDE = frozenset({"init", "open", "schedule", "eval", "demo"})
"""Verbs that make no sense inside the UI: it has a home, a key for the browser, and no answers to give."""


def open_ui(given: Path | None, *, plain: bool = False) -> int:
    """Open the UI and sync in the background; where nothing is followed yet, ask first. Return the exit status.

    Args:
        given: the home that was named.
        plain: whether everything is said in words, a line each.

    Raises:
        TrackerError: standard output is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise TrackerError("The terminal UI needs a terminal.", "'tracker --help' lists what works without one.")
    gc.disable()  # until the first frame: searching ten thousand classes for garbage again and again costs a tenth of the start
    folder = config.find_home(given)
    session = Session(folder)
    session.log_to_file()
    try:
        follows = bool(session.config.sources)
        status = run(
            session,
            sync_after=REST if follows and session.config.sync_on_open else None,
            plain=plain,
            first_run=not follows and _is_first(folder),
        )
    finally:
        session.close()
    leave(status)
    return status


def _is_first(folder: Path) -> bool:
    from tracker.tui.beginning import is_wanted  # with all that reads and writes feeds.toml: 20 ms

    return is_wanted(folder)


def run(session: Session, *, sync_after: timedelta | None, plain: bool = False, first_run: bool = False) -> int:
    """Run the app; textual is imported here and not before."""
    os.environ.setdefault("ESCDELAY", ESCAPE_MILLISECONDS)  # read when textual is imported
    from tracker.tui.app import run as run_app

    verbs = {verb: words for verb, (_, words) in VERBS.items() if verb not in OUTSIDE}
    return run_app(session, sync_after=sync_after, plain=plain, first_run=first_run, verbs=verbs)
