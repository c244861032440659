"""Trends over a store: reads what the pure service asks for and hands it over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tracker import times, trends
from tracker.errors import NotFoundError
from tracker.store import phrases, sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.findings import Trends
    from tracker.store.reader import Reader


COUNTED = 40
"""So many topics in each list are named whoever asks: a list of fewer is the beginning of it, and needs no count of its own."""
KEPT = 16
"""So many counted weeks are kept: some 0.2 MB each with 40 topics in each list."""


def window_of(week: str, as_of: str = "") -> tuple[str, str]:
    """Return the first ISO day that the trends of a week look at, and the one before which they end.

    Raises:
        QueryError: the text is no ISO week.
    """
    start = times.week_start(week)
    since, before = start - timedelta(weeks=trends.WEEKS - 1), (start + timedelta(weeks=1)).isoformat()
    return since.isoformat(), min(before, times.shifted(as_of, 1)) if as_of else before


def trends_of_week(reader: Reader, week: str, limit: int = 20, as_of: str = "") -> Trends:
    """Return what is rising in a week.

    Args:
        reader: the store, the phrases of the window extracted.
        week: ISO week.
        limit: how many topics in each list.
        as_of: an ISO day; nothing dated later is looked at.

    Raises:
        QueryError: the text is no ISO week.
    """
    since, before = window_of(week, as_of)
    papers = phrases.window(reader.connection, kind="paper", since=since, before=before)
    posts = phrases.window(reader.connection, kind="post", since=since, before=before)
    return trends.weekly(papers, posts, times.week_of(times.week_start(week)), limit=limit)


class Counted:
    """Trends of weeks, each counted once until the store changes: another role orders the same topics, and needs no recount."""

    def __init__(self) -> None:
        self._state: tuple[object, ...] = ()
        self._kept: dict[tuple[str, int, str], Trends] = {}

    def of_week(self, reader: Reader, week: str, limit: int = 20, as_of: str = "") -> Trends:
        """Return what is rising in a week, as `trends_of_week` does."""
        most = max(limit, COUNTED)
        state, asked = sources.state_of(reader.connection), (week, most, as_of)
        if state != self._state:
            self._state = state
            self._kept.clear()
        if asked not in self._kept:
            self._kept[asked] = trends_of_week(reader, week, most, as_of)
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        return _first(self._kept[asked], limit)


def _first(found: Trends, limit: int) -> Trends:
    """Return trends with no more than so many topics in each list."""
    return replace(
        found,
        topics=found.topics[:limit],
        new=found.new[:limit],
        fading=found.fading[:limit],
        spoken=found.spoken[:limit],
    )


def trends_of_editions(
    reader: Reader, venue: str, before: Sequence[int], after: Sequence[int], limit: int = 20
) -> Trends:
    """Return what rose from some editions of a venue to others.

    Raises:
        NotFoundError: nothing is stored of one of them.
    """
    old, new = phrases.editions(reader.connection, venue, before, after)
    for years, documents in ((before, old), (after, new)):
        if not documents:
            name = f"{venue} {'+'.join(map(str, years))}"
            raise NotFoundError(f"Nothing is stored of {name}.", "Follow it as a conference source, or import it.")
    window = f"{venue} {'+'.join(map(str, before))} → {'+'.join(map(str, after))}"
    return trends.editions(old, new, limit=limit, window=window)
