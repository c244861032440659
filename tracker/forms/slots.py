"""When and where papers are shown, in words."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.models import Slot
    from tracker.pages import Entry

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_in_words(day: str) -> str:
    """Return an ISO day as `Wed 3 Dec 2025`."""
    known = datetime.fromisoformat(day)
    return f"{_DAYS[known.weekday()]} {known.day} {_MONTHS[known.month - 1]} {known.year}"


def slot_in_words(slot: Slot) -> str:
    """Return when and where a paper is shown, in the time of the place: `Poster, Wed 3 Dec 2025 11:00–14:00, Hall C`."""
    when = f"{day_in_words(slot.starts[:10])} {time_in_words(slot)}"
    return ", ".join(part for part in (slot.form, when, slot.session, slot.place) if part)


def time_in_words(slot: Slot) -> str:
    """Return the time of a slot at the place: `11:00–14:00`."""
    return slot.starts[11:16] + (f"\u2013{slot.ends[11:16]}" if slot.ends else "")


def slots_of(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Slot, int]]:
    """Yield each slot with its paper and its number among the slots of that paper and form, which stays when its time changes."""
    for entry in entries:
        seen: dict[str, int] = defaultdict(int)
        for slot in entry.slots:
            seen[slot.form] += 1
            yield entry, slot, seen[slot.form]
