"""Dates as ISO 8601 text of whatever precision is known: `2025`, `2025-10-01`, `2025-10-01T12:00:00Z`.

Such texts sort correctly as strings, so a range of dates is a range of strings in SQL too.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tracker.errors import QueryError

WEEK = re.compile(r"^(\d{4})-?W(\d{1,2})$", re.IGNORECASE)
AGE = re.compile(r"^(\d{1,4})([hdwmy])$")
UNIT_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.44, "y": 365.25}


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return a moment as `YYYY-MM-DDTHH:MM:SSZ`; naive moments are taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str | None) -> str | None:
    """Return an ISO date or time in canonical form, or None when it is no date or outside 1970 to 2100."""
    if not text:
        return None
    text = text.strip()
    if re.fullmatch(r"\d{4}", text):
        return text if 1900 <= int(text) <= 2100 else None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            known = date.fromisoformat(text)
            return text if 1970 <= known.year <= 2100 else None
        moment = datetime.fromisoformat(text)
        return stamp(moment) if 1970 <= moment.year <= 2100 else None
    except (ValueError, OverflowError):
        return None


def week_of(day: date) -> str:
    """Return the ISO week of a day, as `2026-W20`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_start(week: str) -> date:
    """Return the Monday of an ISO week.

    Raises:
        QueryError: the text is no ISO week.
    """
    found = WEEK.match(week.strip())
    try:
        if found:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise QueryError(f"'{week}' is no ISO week.", "Write it as 2026-W20.")


def last_day(edition: str) -> str:
    """Return the last ISO day of an ISO week or of an ISO day.

    Raises:
        QueryError: the text is neither.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", edition) and parse(edition):
        return edition
    return (week_start(edition) + timedelta(days=6)).isoformat()


def weeks_before(week: str, count: int) -> list[str]:
    """Return `count` ISO weeks ending with `week`, oldest first."""
    start = week_start(week)
    return [week_of(start - timedelta(weeks=back)) for back in range(count - 1, -1, -1)]


def since(text: str, today: date) -> str:
    """Return the ISO date that `7d`, `3w`, `2025`, `2025-06-01`, `today` or `2026-W20` stands for.

    Raises:
        QueryError: the text is none of these.
    """
    word = text.strip().lower()
    if word in {"today", "yesterday"}:
        return (today - timedelta(days=word == "yesterday")).isoformat()
    if found := AGE.match(word):
        return (today - timedelta(days=round(int(found[1]) * UNIT_DAYS[found[2]]))).isoformat()
    if WEEK.match(word):
        return week_start(word).isoformat()
    if re.fullmatch(r"\d{4}(-\d{2})?(-\d{2})?", word):
        return word
    raise QueryError(f"'{text}' is no date.", "Write 7d, 3w, 2025, 2025-06-01 or 2026-W20.")


def week_of_text(when: str | None) -> str | None:
    """Return the ISO week of an ISO date text, or None when it is less precise than a day."""
    if not when or len(when) < 10:
        return None
    return _week_of_day(when[:10])


@lru_cache(maxsize=4_096)
def _week_of_day(day: str) -> str:
    """Return the ISO week of an ISO day: a window of many thousand items has a few days."""
    return week_of(date.fromisoformat(day))


def shifted(day: str, days: int) -> str:
    """Return an ISO day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def ago(when: str | None, moment: datetime) -> str:
    """Return a short age such as `3d`, `5w` or `2y`; the date text itself when only a year is known."""
    if not when or len(when) < 10:
        return when or ""
    days = (moment.date() - date.fromisoformat(when[:10])).days
    for limit, size, unit in ((1, 1, "today"), (14, 1, "d"), (70, 7, "w"), (730, 30, "mo")):
        if days < limit:
            return unit if unit == "today" else f"{max(days // size, 1)}{unit}"
    return f"{days // 365}y"
