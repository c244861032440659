"""`tracker` without a command: the terminal UI over the nearest home; one that follows nothing yet is asked for first."""

import sys
from pathlib import Path

from tracker import config
from tracker.cli.common import leave, log_to_file
from tracker.cli.verbs import VERBS
from tracker.errors import TrackerError
from tracker.session import Session

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
    folder = config.find_home(given)
    session = Session(folder)
    log_to_file(session)
    try:
        is_due = session.config.sync_on_open and bool(session.config.sources) and _is_stale(session)
        status = run(session, sync=is_due, plain=plain, first_run=_is_first(folder))
    finally:
        session.close()
    leave(status)
    return status


def _is_first(folder: Path) -> bool:
    from tracker.tui.beginning import is_wanted

    return is_wanted(folder)


def run(session: Session, *, sync: bool, plain: bool = False, first_run: bool = False) -> int:
    """Run the app; textual is imported here and not before."""
    from tracker.tui.app import run as run_app

    verbs = {verb: words for verb, (_, words) in VERBS.items() if verb not in OUTSIDE}
    return run_app(session, sync=sync, plain=plain, first_run=first_run, verbs=verbs)


def _is_stale(session: Session) -> bool:
    """Whether the last sync is more than an hour ago: opening the UI often must not bother the services."""
    from datetime import timedelta

    from tracker import times

    if not session.database.is_file():
        return True
    last = max((state.last_tried or "" for state in session.reader.source_states()), default="")
    return last < times.stamp(session.clock() - timedelta(hours=1))
