"""When the system next fetches for a home, by what is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tracker.errors import ScheduleError
from tracker.schedule.choosing import everyone
from tracker.schedule.plans import DAILY, FETCH, WEEKLY, name_of

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.schedule.plans import Clock


def next_run(clock: Clock, now: datetime) -> datetime:
    """Return the first moment after `now`, in its zone, at which an entry runs."""
    hour, minute, day = clock
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while moment <= now or day not in {None, moment.weekday()}:
        moment += timedelta(days=1)
    return moment


def next_fetch(home: Path, now: datetime) -> datetime | None:
    """Return when the system next fetches what a home follows; None when nothing written does.

    Args:
        home: the folder.
        now: in the zone of the machine.
    """
    moments = []
    for way in everyone():
        for rhythm in (FETCH, DAILY, WEEKLY):
            try:
                text = way.installed(name_of(home.resolve(), rhythm))
            except (ScheduleError, OSError):
                continue
            fetches = rhythm == FETCH or "--sync" in text
            if fetches and (clock := way.clock(text)):
                moments.append(next_run(clock, now))
    return min(moments, default=None)
