"""Sources in trouble as Today tells them: a line each, and one line for all that cannot be reached."""

from collections.abc import Sequence

from tracker.models import SourceState
from tracker.tui.messages import SourceTarget, ViewTarget
from tracker.tui.rows import TROUBLED, text_draw, trouble_draw
from tracker.tui.widgets.entry_list import Entry

UNREACHED = 3
"""So many sources out of reach at once have one cause, most likely: the network."""
_SOURCES = 7


def troubled(states: Sequence[SourceState]) -> list[SourceState]:
    """Return the sources that are in trouble."""
    return [state for state in states if state.state in TROUBLED]


def trouble_entries(states: Sequence[SourceState]) -> list[Entry]:
    """Return what does not work as entries of a list."""
    unreached = [state for state in states if state.state == "unreachable"]
    entries = []
    if len(unreached) >= UNREACHED:
        words = f"{len(unreached):,} sources cannot be reached"
        parts = [("▲ ", "bad"), (words, "strong"), ("  Is there a network? R tries again.", "dim")]
        entries.append(Entry(text_draw(parts, hanging=2), ViewTarget(_SOURCES), "unreached"))
        states = [state for state in states if state.state != "unreachable"]
    return [*entries, *(Entry(trouble_draw(state), SourceTarget(state), ("source", state.name)) for state in states)]
