"""Watching over sources that answer: is one silent by its own rhythm, and where else could its entries come from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tracker import radar
from tracker.ports import Filler
from tracker.store import sources

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from tracker.config import Source
    from tracker.ports import Batch, Client, Fetcher
    from tracker.radar import Alarm

    Repair = Callable[[Client], Iterator[Batch]]

LIST_HOUR = 6
"""The hour (UTC) by which arXiv's list of a day is out: midnight in New York, and an hour of grace."""
_UNWATCHED = frozenset({"conference", "openreview"})


def alarm_of(connection: sqlite3.Connection, source: Source, now: str) -> Alarm | None:
    """Return what is wrong with the rhythm of a source that has just answered, or None.

    Args:
        now: the present as ISO text, in UTC.
    """
    if source.kind in _UNWATCHED:
        return None
    today = date.fromisoformat(now[:10])
    since = (today - timedelta(weeks=4 * radar.LEARNT_WEEKS)).isoformat()
    counts = sources.entries_by_day(connection, source.name, since)
    if source.kind == "arxiv":
        whole = today if now[11:13] >= f"{LIST_HOUR:02d}" else today - timedelta(days=1)
        return radar.alarm(counts, whole, publishes=radar.has_arxiv_list, per_week=source.per_week)
    return radar.alarm(counts, today - timedelta(days=1), per_week=source.per_week)


def repair_of(source: Source, fetcher: Fetcher, alarm: Alarm | None) -> Repair | None:
    """Return what asks elsewhere for the entries of a source that is silent or failing, or None where there is no elsewhere."""
    if alarm and isinstance(fetcher, Filler):
        return lambda client: fetcher.fill(source, alarm.since, alarm.last, client)
    if source.fallback.startswith(("http://", "https://")) and "url" in source.options:
        mirror = replace(source, base="", options={**source.options, "url": source.fallback})
        return lambda client: fetcher.fetch(mirror, {}, client)
    return None
