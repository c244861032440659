"""When and where a paper is shown, as the list of a conference's site says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tracker.models import Slot
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = timedelta(days=1)
"""What is said to last longer is no slot of one paper: its end is left out."""


def slot_of(entry: Mapping[str, Any]) -> Slot | None:
    """Return when and where an entry is shown; None without a time, for a room alone is nothing to plan by."""
    starts, ends = _moment(entry, "starttime"), _moment(entry, "endtime")
    if not starts:
        return None
    return Slot(
        starts=starts.isoformat(timespec="minutes"),
        ends=ends.isoformat(timespec="minutes") if ends and _is_after(starts, ends) else "",
        form=_words(entry, "eventtype") or _words(entry, "event_type"),
        session=_words(entry, "session"),
        place=", ".join(filter(None, [_words(entry, "room_name"), _words(entry, "poster_position")])),
    )


def told(entry: Mapping[str, Any]) -> str:
    """Return where and when a paper is shown, in the time of the place: `Poster Session 3, Hall C, 2025-12-03 11:00`."""
    starts = _moment(entry, "starttime")
    words = [_words(entry, name) for name in ("session", "room_name") if isinstance(entry.get(name), str)]
    return ", ".join(filter(None, [*words, f"{starts:%Y-%m-%d %H:%M}" if starts else ""]))


def _is_after(starts: datetime, ends: datetime) -> bool:
    is_comparable = (starts.tzinfo is None) == (ends.tzinfo is None)
    return is_comparable and timedelta(0) < ends - starts < _LONGEST


def _moment(entry: Mapping[str, Any], name: str) -> datetime | None:
    """Return a time of an entry, with its distance from UTC where it is given; a day alone is no time."""
    try:
        found = datetime.fromisoformat(str(entry.get(name) or "")[:40])
    except ValueError:
        return None
    return found if "T" in str(entry[name]) and 1970 <= found.year <= 2100 else None


def _words(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return clean_line(str(value), 100) if isinstance(value, str | int) and not isinstance(value, bool) else ""
