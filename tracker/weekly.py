"""Trends and digests over a store: reads what the pure services ask for and hands it to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tracker import digest, times, trends
from tracker.errors import NotFoundError
from tracker.store import phrases, saved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.models import Digest, Item, Line, Trends
    from tracker.store.reader import Reader

SEEN_WEEKS = 8


class Shelf:
    """Items of a store as a digest reads them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def lines(self, ids: Sequence[str]) -> list[Line]:
        """Return the lines of items; those that are gone are left out."""
        return self._reader.lines([row for row in map(self._row, ids) if row is not None])

    def _row(self, name: str) -> int | None:
        try:
            return self._reader.row_of(name)
        except NotFoundError:
            return None

    def item(self, id: str) -> Item:  # noqa: A002 - the name of the port
        """Return one item whole."""
        return self._reader.item(id)

    def discussed(self, since: str, before: str, limit: int) -> list[tuple[Line, int, int]]:
        """Return the papers that most people posted about: (paper, people, posts)."""
        return [(found.line, found.people, found.posts) for found in self._reader.discussed(since, before, limit)]

    def counts(self, since: str, before: str) -> digest.Counts:
        """Return what came in from one day to before another."""
        return digest.Counts(*self._reader.came_in(since, before))


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


def digest_of_week(reader: Reader, week: str, role: str, gaps: Sequence[str] = ()) -> Digest:
    """Return the digest of a week for a role.

    Raises:
        QueryError: the text is no ISO week.
    """
    found = trends_of_week(reader, week)
    start = times.week_start(week)
    before = start + timedelta(weeks=1)
    return digest.compose(
        found,
        Shelf(reader),
        week=times.week_of(start),
        role=role,
        seen=reader.read_ids(),
        gaps=gaps,
        saved=saved.of_dates(reader.connection, start.isoformat(), before.isoformat()),
    )
