"""What is to be run and when."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import ScheduleError

WEEKLY, DAILY, FETCH = "weekly", "daily", "fetch"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


Clock = tuple[int, int, int | None]
"""Hour, minute, and place of the day in `DAYS`; None means each day."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A command at a time of each day or of one day of each week, in the time of the machine.

    Attributes:
        name: of the entry; one a home and rhythm (`WEEKLY` and `DAILY` deliver, `FETCH` only fetches).
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


def program() -> tuple[str, ...]:
    """Return the words that start this program from anywhere: the script beside its Python, else the module."""
    script = Path(sys.executable).with_name("tracker")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "tracker")


def fetching(home: Path, time: str) -> Plan:
    """Return the plan that fetches what a home follows each day at a time, as `07:00`, and delivers nothing.

    Raises:
        ScheduleError: the text is no time, or the path of the home holds a line break.
    """
    home = home.resolve()
    return plan(name_of(home, FETCH), (*program(), "--home", str(home), "sync"), time)
