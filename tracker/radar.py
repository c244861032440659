"""Noticing a source that answers but has gone silent, by its own rhythm. Pure.

A source publishes at a rate that depends on the weekday. It is silent when what it should have brought since its newest
entry is far more than nothing, and thin when its last whole day holds a small part of what such days hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEARNT_WEEKS = 8
LEAST_DAYS = 10
"""So many days with entries make a rhythm."""
OVERDUE, OVERDUE_OF_THE_REGULAR = 14.0, 5.0
"""So many entries must be overdue; fewer suffice when three times as few never were before."""
LONGER = 1.5
"""So many times its longest pause may a source pause, when it publishes too seldom for its rate to say anything."""
THIN_SHARE, THIN_LEAST = 0.35, 12
UNLEARNT_PERIODS, UNLEARNT_DAYS = 4, 14


@dataclass(frozen=True, slots=True)
class Alarm:
    """A source is silent (`got` is 0) or thin since a day; `last` is the last whole day that is missing."""

    since: date
    last: date
    got: int
    usual: float

    def in_words(self) -> str:
        """Return what happened in a sentence."""
        if self.got:
            return f"It brought {self.got} of about {self.usual:.0f} entries on {self.last}."
        return f"It answers, but has brought nothing since {self.since}; {_rate(self.usual)} is usual."


def _rate(per_day: float) -> str:
    if per_day >= 1.0:
        return f"{per_day:.0f} a day"
    return f"one every {round(1 / per_day)} days" if per_day > 0 else "now and then"


def every_day(_: date) -> bool:
    """Tell that a source may publish on any day."""
    return True


def alarm(
    counts: Mapping[str, int],
    last: date,
    *,
    publishes: Callable[[date], bool] = every_day,
    per_week: float | None = None,
) -> Alarm | None:
    """Return what is wrong with a source's rhythm, or None.

    Args:
        counts: entries by ISO day.
        last: the last whole day: nothing more of it is to come.
        publishes: whether the source publishes on a day at all.
        per_week: what its owner expects, until there is a rhythm.
    """
    days = sorted(date.fromisoformat(day) for day, count in counts.items() if count)
    recent = [day for day in days if day >= last - timedelta(weeks=LEARNT_WEEKS)]
    if not days or days[-1] > last:
        return None
    pause = [day for day in _days(days[-1] + timedelta(days=1), last) if publishes(day)]
    if pause:
        return _silent(days, recent, counts, pause, publishes, per_week)
    return _thin(recent, counts, last) if days[-1] == last else None


def _silent(
    days: list[date],
    recent: list[date],
    counts: Mapping[str, int],
    pause: list[date],
    publishes: Callable[[date], bool],
    per_week: float | None,
) -> Alarm | None:
    first = max(days[0], pause[-1] - timedelta(weeks=LEARNT_WEEKS))
    rates = _rates(first, recent, counts, publishes)
    usual = sum(rates) / 7
    if len(days) >= LEAST_DAYS:
        late = _is_overdue(pause, recent, rates) or (usual < 1.0 and _is_long((pause[-1] - days[-1]).days, days[-21:]))
    else:
        usual = (per_week or 0.0) / 7
        late = bool(usual) and len(pause) > max(UNLEARNT_PERIODS / usual, UNLEARNT_DAYS)
    return Alarm(pause[0], pause[-1], 0, usual) if late else None


def _is_overdue(pause: list[date], recent: list[date], rates: list[float]) -> bool:
    def due(days: list[date]) -> float:
        return sum(rates[day.weekday()] for day in days)

    before = [due(_days(one + timedelta(days=1), other - timedelta(days=1))) for one, other in pairwise(recent)]
    now = due(pause)
    return now >= OVERDUE or now >= max(OVERDUE_OF_THE_REGULAR, 3 * max(before, default=OVERDUE))


def _is_long(length: int, days: list[date]) -> bool:
    pauses = [(after - before).days for before, after in pairwise(days)]
    return length > max(LONGER * max(pauses), 3 * median(pauses), 5)


def _rates(
    first: date, recent: list[date], counts: Mapping[str, int], publishes: Callable[[date], bool]
) -> list[float]:
    """Return the usual entries of each weekday: the median of the weeks known, their mean where that is nothing."""
    if not recent:
        return [0.0] * 7
    known = [day for day in _days(first, recent[-1]) if publishes(day)]
    rates = []
    for weekday in range(7):
        values = [counts.get(day.isoformat(), 0) for day in known if day.weekday() == weekday]
        rates.append(float(median(values) or sum(values) / len(values)) if values else 0.0)
    return rates


def _thin(recent: list[date], counts: Mapping[str, int], last: date) -> Alarm | None:
    before = [counts[day.isoformat()] for day in recent if day < last][-LEAST_DAYS * 2 :]
    if len(before) < LEAST_DAYS:
        return None
    same = [counts[day.isoformat()] for day in recent if day < last and day.weekday() == last.weekday()]
    usual = min(median(before), median(same)) if len(same) >= 3 else median(before)
    got = counts[last.isoformat()]
    return Alarm(last, last, got, usual) if usual >= THIN_LEAST and got < THIN_SHARE * usual else None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def has_arxiv_list(day: date) -> bool:
    """Tell whether arXiv publishes a list on a day: on working days, but not after an evening without announcements."""
    return day.weekday() < 5 and not _rests(day - timedelta(days=1))


def _rests(evening: date) -> bool:
    """Tell whether arXiv may announce nothing on an evening: holidays of the United States, and the days around New Year."""
    month, day, weekday = evening.month, evening.day, evening.weekday()
    if (month, day) in {(1, 1), (6, 19), (7, 3), (7, 4)} or (month == 12 and day >= 23):
        return True
    nth = math.ceil(day / 7)
    is_monday_off = weekday == 0 and ((month, nth) in {(1, 3), (9, 1)} or (month == 5 and day > 24))
    return is_monday_off or (month == 11 and weekday == 3 and nth == 4)
