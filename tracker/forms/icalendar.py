"""The papers ranked for the reader as a calendar (RFC 5545): one event for each time at which one is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from tracker.forms.outside import address, plain
from tracker.forms.slots import slot_in_words, slots_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.models import Slot
    from tracker.pages import ConferencePage, Entry

_OCTETS = 75
_LONGEST = 1_000
_MEANS = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def to_calendar(page: ConferencePage, made: str) -> str:
    """Return the calendar, its lines ended by CR and LF; without a single event where no times are known.

    Times with a distance from UTC are told in UTC; others float, that is, they are times of whoever reads them.

    Args:
        page: its ranked papers are the plan.
        made: ISO time of now, `2026-05-18T09:00:00Z`.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tracker//conference//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(plain(f'{page.venue} {page.year}'))}",
    ]
    for entry, slot, number in slots_of(page.ranked):
        lines += _event(page, entry, slot, number, made)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(page: ConferencePage, entry: Entry, slot: Slot, number: int, made: str) -> Iterator[str]:
    """Yield the lines of an event. Its name is made from paper and form, so that a new time moves it and makes no second one."""
    where = address(entry.paper.id, entry.paper.url)
    why = "; ".join(reason.words for reason in entry.why)
    place = ", ".join(part for part in (slot.place, slot.session) if part)
    told = "\n".join(plain(part) for part in (entry.paper.byline, slot_in_words(slot), why, where) if part)
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid5(NAMESPACE_URL, f'tracker:{page.venue}:{page.year}:{entry.paper.id}:{slot.form}:{number}')}@tracker"
    yield f"DTSTAMP:{_moment(made)}"
    yield f"DTSTART:{_moment(slot.starts)}"
    if slot.ends:
        yield f"DTEND:{_moment(slot.ends)}"
    yield f"SUMMARY:{_text(plain(f'{slot.form}: {entry.paper.title}' if slot.form else entry.paper.title))}"
    if place:
        yield f"LOCATION:{_text(plain(place))}"
    yield f"DESCRIPTION:{_text(told)}"
    if where:
        yield f"URL:{where}"
    yield "END:VEVENT"


def _moment(text: str) -> str:
    """Return an ISO time as RFC 5545 writes it: `20251203T190000Z`, or without the Z where no distance from UTC is known."""
    moment = datetime.fromisoformat(text)
    return f"{moment:%Y%m%dT%H%M%S}" if moment.tzinfo is None else f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    return value[:_LONGEST].translate(_MEANS)


def _folded(line: str) -> str:
    """Return a content line cut into parts of at most 75 octets, none within a character."""
    parts, part, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > _OCTETS:
            parts.append(part)
            part, size = "", 1  # the space that goes before it
        part, size = part + sign, size + octets
    return "\r\n ".join([*parts, part])
