"""What is to be run and when."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import ScheduleError

if TYPE_CHECKING:
    from pathlib import Path

WEEKLY, DAILY = "weekly", "daily"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Plan:
    """A command at a time of each day or of one day of each week, in the time of the machine.

    Attributes:
        name: of the entry; one a home and rhythm.
        words: the command, with absolute paths.
        hour, minute: when.
        day: place in `DAYS`; None means each day.
    """

    name: str
    words: tuple[str, ...]
    hour: int
    minute: int
    day: int | None = None


def name_of(home: Path, rhythm: str) -> str:
    """Return the name of the entry of a home, the same from wherever it is asked for."""
    return f"research-tracker-{rhythm}-{hashlib.blake2b(str(home).encode(), digest_size=4).hexdigest()}"


def plan(name: str, words: tuple[str, ...], time: str, day: str = "") -> Plan:
    """Return the plan that texts name.

    Args:
        name: see `name_of`.
        words: the command.
        time: as `07:00`.
        day: as `mon` or `Monday`; empty means each day.

    Raises:
        ScheduleError: a text is no day or no time, or a word holds a line break, which no schedule can write.
    """
    found = _TIME.fullmatch(time)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ScheduleError(f"'{time}' is no time.", "Write it as 07:00.")
    if day and day[:3].lower() not in DAYS:
        raise ScheduleError(f"'{day}' is no day.", f"It is one of: {', '.join(DAYS)}.")
    if broken := next((word for word in words if not word.isprintable()), None):
        raise ScheduleError(
            f"{broken!r} cannot stand in a schedule.", "Move the home to a path without control characters."
        )
    return Plan(name, words, int(found[1]), int(found[2]), DAYS.index(day[:3].lower()) if day else None)
