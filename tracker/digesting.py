"""Digests over a store: the shelf that they read from, and what a week or a day needs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from tracker import times
from tracker.digest import Counts, Near, compose_day, compose_week
from tracker.errors import ModelError
from tracker.pages import Shared, Voice
from tracker.store import saved, spans, vectors
from tracker.trends import RECENT
from tracker.trends.attaching import Embedded, attached
from tracker.weekly import COUNTED, Counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.findings import Topic
    from tracker.models import Item, Line, Talk
    from tracker.pages import Digest
    from tracker.ports import Embedder, FloatArray
    from tracker.roles import Role
    from tracker.store.reader import Reader
    from tracker.store.spans import Said

log = logging.getLogger("tracker")

TOPICS = COUNTED
"""So many rising topics may stand in a digest, told or named."""
NEAR = 0.45
"""Cosine from which a paper is near to a question."""


class StoreShelf:
    """Items of a store as a digest reads them.

    Args:
        reader: the store.
        embedder: returns what encodes a role's questions; asked only where papers have vectors of it. None does without.
    """

    def __init__(self, reader: Reader, embedder: Callable[[], Embedder] | None = None) -> None:
        self._reader, self._connection, self._embedder = reader, reader.connection, embedder

    def lines(self, ids: Sequence[str]) -> list[Line]:
        """Return the lines of items; those that are gone are left out."""
        return self._reader.lines(list(spans.rows_of(self._connection, ids).values()))

    def item(self, id: str) -> Item:  # noqa: A002 - the name of the port
        """Return one item whole."""
        return self._reader.item(id)

    def discussed(self, since: str, before: str, limit: int) -> list[tuple[Line, Talk]]:
        """Return the papers that were talked about most by people."""
        found = self._reader.discussed(since, before, limit)
        return [(one.line, one.talk) for one in found if one.talk.people]

    def shared(self, ids: Sequence[str], before: str) -> dict[str, Shared]:
        """Return who shared papers; those that nobody shared are left out."""
        rows = spans.rows_of(self._connection, ids)
        posts = spans.sharers(self._connection, list(rows.values()), before)
        return {name: _shared(posts[row]) for name, row in rows.items() if row in posts}

    def said(self, ids: Sequence[str]) -> list[Voice]:
        """Return posts by people."""
        return [_voice(one) for one in spans.said(self._connection, ids)]

    def counts(self, since: str, before: str) -> Counts:
        """Return what came in."""
        return Counts(*spans.came_in(self._connection, since, before))

    def silent(self, since: str, before: str) -> list[str]:
        """Return the sources that gave something in each of the four weeks before, and nothing in this span."""
        return spans.silent_sources(self._connection, since, before)

    def attached(self, topics: Sequence[Topic], before: str) -> list[Topic]:
        """Return topics with their papers in the order of nearness, and with those near to them; as they were where nothing is embedded."""
        if not topics:
            return []
        since = times.shifted(before, -7 * RECENT)
        papers = {row: name for row, name, *_ in spans.papers(self._connection, since, before)}
        stored = vectors.best_of(self._connection, list(papers))
        if not stored:
            return list(topics)
        return attached(topics, Embedded([papers[row] for row, _ in stored], _matrix([blob for _, blob in stored])))

    def near(self, role: Role, since: str, before: str, limit: int) -> list[Near]:
        """Return the papers nearest to the questions of a role; none where nothing is embedded or the model cannot be loaded."""
        papers = {row: (name, *places) for row, name, *places in spans.papers(self._connection, since, before)}
        if not role.queries or not papers or self._embedder is None:
            return []
        embedder = self._embedder()
        model = vectors.model_id(self._connection, embedder.name)
        stored = list(vectors.of_items(self._connection, model, list(papers))) if model is not None else []
        if not stored:
            return []
        try:
            asked = np.stack([embedder.encode_query(query) for query in role.queries])
        except ModelError as error:
            log.warning("a digest goes without recommendations: %s", error)
            return []
        return _nearest(role, [papers[row] for row, _ in stored], _matrix([blob for _, blob in stored]), asked)[:limit]


def _matrix(blobs: Sequence[bytes]) -> FloatArray:
    return np.frombuffer(b"".join(blobs), dtype=np.float16).reshape(len(blobs), -1).astype(np.float32)


def _nearest(role: Role, papers: Sequence[tuple[str, ...]], matrix: FloatArray, asked: FloatArray) -> list[Near]:
    """Return the papers near to a question, the nearest first; what comes from a source that counts more stands higher."""
    closeness = matrix @ asked.T
    best = closeness.argmax(axis=1)
    found = [
        Near(
            name,
            role.queries[best[number]],
            round(float(closeness[number, best[number]]) * role.preference(*places), 4),
        )
        for number, (name, *places) in enumerate(papers)
        if closeness[number, best[number]] >= NEAR
    ]
    return sorted(found, key=lambda near: (-near.closeness, near.id))


def _shared(posts: Sequence[Said]) -> Shared:
    first = {post.person: post for post in reversed(posts)}
    voices = tuple(_voice(post) for post in posts if first[post.person] is post)
    return Shared(people=len(first), voices=voices)


def _voice(post: Said) -> Voice:
    return Voice(id=post.id, network=post.network, author=post.author, text=post.text, url=post.url)


def digest_of_week(
    reader: Reader,
    week: str,
    role: Role,
    *,
    minutes: int = 0,
    failing: Sequence[str] = (),
    embedder: Callable[[], Embedder] | None = None,
    counted: Counted | None = None,
) -> Digest:
    """Return the digest of a week for a role.

    Args:
        counted: trends that were counted before, where there are any.

    Raises:
        QueryError: the text is no ISO week.
    """
    start = times.week_start(week)
    before = times.shifted(start.isoformat(), 7)
    return compose_week(
        (counted or Counted()).of_week(reader, week, TOPICS),
        StoreShelf(reader, embedder),
        week=times.week_of(start),
        role=role,
        minutes=minutes,
        seen=reader.read_ids(),
        failing=failing,
        saved=saved.of_dates(reader.connection, start.isoformat(), before),
    )


def brief_of_day(
    reader: Reader,
    day: str,
    role: Role,
    *,
    minutes: int = 0,
    failing: Sequence[str] = (),
    embedder: Callable[[], Embedder] | None = None,
    counted: Counted | None = None,
) -> Digest:
    """Return the brief of a day for a role: what came in, against the trends as of that day.

    Args:
        counted: trends that were counted before, where there are any.

    Raises:
        QueryError: the text is no ISO day.
    """
    before = times.shifted(day, 1)
    return compose_day(
        (counted or Counted()).of_week(reader, times.week_of_text(day) or "", TOPICS, as_of=day),
        StoreShelf(reader, embedder),
        day=day,
        role=role,
        minutes=minutes,
        papers=frozenset(name for _, name, *_ in spans.papers(reader.connection, day, before)),
        seen=reader.read_ids(),
        failing=failing,
        saved=saved.of_dates(reader.connection, day, before),
    )
