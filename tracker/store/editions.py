"""Reading the editions of a conference, what the user marked, and who posted: all that its page is made from."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from tracker.models import Slot

_PREPRINTS = "arXiv"


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper of an edition as one sighting tells it."""

    row: int
    id: str
    title: str
    authors: tuple[str, ...]
    date: str
    url: str
    track: str
    status: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A paper that the user starred, rated or hid."""

    row: int
    id: str
    title: str
    authors: tuple[str, ...]
    is_starred: bool
    rating: int | None
    is_hidden: bool


def stored(connection: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """Return (venue, year, papers) of every edition, by venue and year; preprints have none."""
    return connection.execute(
        "SELECT venue, year, COUNT(DISTINCT item) FROM sightings WHERE venue != '' AND venue != ? AND year IS NOT NULL"
        " GROUP BY venue, year ORDER BY venue, year",
        [_PREPRINTS],
    ).fetchall()


def shown(connection: sqlite3.Connection, venue: str, year: int) -> list[Shown]:
    """Return the papers of an edition (its venue in any case), by id; one that several sources list comes several times."""
    found = connection.execute(
        "SELECT items.row, items.id, title, authors, date, url, sightings.track, sightings.status, slots FROM sightings"
        " CROSS JOIN items ON items.row = sightings.item WHERE sightings.venue = ? COLLATE NOCASE AND sightings.year = ?"
        " AND items.kind = 'paper' ORDER BY items.id, sightings.source, sightings.key",
        [venue, year],
    )
    return [
        Shown(row, name, title, tuple(json.loads(authors)), date, url, track, status, _slots(slots))
        for row, name, title, authors, date, url, track, status, slots in found
    ]


def _slots(text: str) -> tuple[Slot, ...]:
    if text == "[]":
        return ()
    return tuple(
        Slot(starts=starts, ends=ends, form=form, session=session, place=place)
        for starts, ends, form, session, place in json.loads(text)
    )


def marked(connection: sqlite3.Connection) -> list[Marked]:
    """Return the papers with a star, a rating or hidden, by id."""
    found = connection.execute(
        "SELECT items.row, id, title, authors, starred_at IS NOT NULL, rating, hidden_at IS NOT NULL FROM marks"
        " CROSS JOIN items ON items.row = marks.item WHERE kind = 'paper'"
        " AND (starred_at IS NOT NULL OR rating IS NOT NULL OR hidden_at IS NOT NULL) ORDER BY id"
    )
    return [
        Marked(row, name, title, tuple(json.loads(authors)), bool(starred), rating, bool(hidden))
        for row, name, title, authors, starred, rating, hidden in found
    ]


def sampled_authors(connection: sqlite3.Connection, limit: int) -> list[tuple[str, ...]]:
    """Return the authors of about so many papers, spread evenly over all that are stored."""
    papers = connection.execute("SELECT COUNT(*) FROM items WHERE kind = 'paper'").fetchone()[0]
    found = connection.execute(
        "SELECT authors FROM items WHERE row IN (SELECT row FROM items WHERE kind = 'paper' AND row % ? = 0)",
        [max(ceil(papers / limit), 1)],
    )
    return [tuple(json.loads(authors)) for (authors,) in found]


def voices(
    connection: sqlite3.Connection, sources: Collection[str]
) -> Iterator[tuple[str, str, str, tuple[str, ...], int]]:
    """Yield (source, network, account, names, posts) of all who post in some sources, under each name that they gave."""
    found = connection.execute(
        "SELECT sightings.source, network, author, authors, COUNT(*) FROM json_each(?) CROSS JOIN sightings ON sightings.source = json_each.value"
        " CROSS JOIN items ON items.row = sightings.item WHERE kind = 'post' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        [json.dumps(sorted(sources))],
    )
    for source, network, account, names, posts in found:
        yield source, network, account, tuple(json.loads(names)), posts


def brought_by(connection: sqlite3.Connection, items: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return for each item the sources that have shown it."""
    found: dict[int, set[str]] = {}
    for item, source in connection.execute(
        "SELECT item, source FROM json_each(?) CROSS JOIN sightings ON sightings.item = json_each.value",
        [json.dumps(list(items))],
    ):
        found.setdefault(item, set()).add(source)
    return {item: frozenset(sources) for item, sources in found.items()}
