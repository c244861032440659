"""The phrases of items: extracted once, read back by the window. One row an item, so merges and edits need no recount."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tracker.store.connect import transaction
from tracker.topics import Document, Phrases, extract, pack, unpack

CHUNK = 2_000
_REFUSED = "('reject', 'rejected', 'withdraw', 'withdrawn', 'desk reject', 'desk rejected')"
_COLUMNS = "items.row, items.id, items.date, item_phrases.title, item_phrases.body, item_phrases.surfaces"


def pending(connection: sqlite3.Connection, limit: int) -> list[tuple[int, str, str, int]]:
    """Return (row, title, text, text hash) of items whose phrases are missing or belong to an older text."""
    return connection.execute(
        "SELECT items.row, items.title, items.text, items.text_hash FROM items LEFT JOIN item_phrases ON item_phrases.item = items.row"
        " WHERE item_phrases.text_hash IS NOT items.text_hash ORDER BY items.row LIMIT ?",
        (limit,),
    ).fetchall()


def put(connection: sqlite3.Connection, rows: Iterable[tuple[int, int, Phrases]]) -> None:
    """Write the phrases of items: (row, text hash, phrases). The caller commits."""
    connection.executemany(
        "INSERT INTO item_phrases (item, text_hash, title, body, surfaces) VALUES (?, ?, ?, ?, ?) ON CONFLICT (item) DO UPDATE SET"
        " text_hash = excluded.text_hash, title = excluded.title, body = excluded.body, surfaces = excluded.surfaces",
        ((row, text_hash, *pack(phrases)) for row, text_hash, phrases in rows),
    )


def extract_pending(connection: sqlite3.Connection) -> Iterator[int]:
    """Extract the phrases of all pending items; yield how many are done after each chunk, which is then stored.

    Raises:
        StoreError: the database refuses.
    """
    done = 0
    while waiting := pending(connection, CHUNK):
        found = [(row, text_hash, extract(title, text)) for row, title, text, text_hash in waiting]
        with transaction(connection):
            put(connection, found)
        done += len(found)
        yield done


def window(connection: sqlite3.Connection, *, kind: str, since: str, before: str) -> list[Document]:
    """Return the papers or posts dated from `since` on and before `before` (ISO days); what has only a year is left out."""
    rows = connection.execute(
        f"SELECT {_COLUMNS}, items.origin, items.category, items.network, IIF(items.kind = 'paper', items.authors, items.author), COALESCE(voices.is_bot, 0) FROM items"
        " JOIN item_phrases ON item_phrases.item = items.row LEFT JOIN voices ON voices.network = items.network AND voices.author = items.author"
        " WHERE items.kind = ? AND items.date >= ? AND items.date < ? AND length(items.date) >= 10",
        (kind, since, before),
    ).fetchall()
    named = _named(connection, since, before) if kind == "post" else {}
    return [
        Document(
            row=row,
            id=item,
            date=date,
            stratum=network if kind == "post" else f"{origin}\x1f{category}",
            phrases=unpack(title, body, surfaces),
            author=author,
            papers=named.get(row, ()),
            is_bot=bool(is_bot),
        )
        for row, item, date, title, body, surfaces, origin, category, network, author, is_bot in rows
    ]


def _named(connection: sqlite3.Connection, since: str, before: str) -> dict[int, list[int]]:
    """Return for each post of a span of time the papers that it names."""
    named: dict[int, list[int]] = defaultdict(list)
    for post, paper in connection.execute(
        "SELECT DISTINCT mentions.post, identifiers.item FROM items JOIN mentions ON mentions.post = items.row JOIN identifiers USING (identifier)"
        " WHERE items.kind = 'post' AND items.date >= ? AND items.date < ? ORDER BY 1, 2",
        (since, before),
    ):
        named[post].append(paper)
    return named


def edition(
    connection: sqlite3.Connection, venue: str, years: Sequence[int], *, refused: bool = True
) -> list[Document]:
    """Return the papers of editions of a venue (its name in any case), with or without refused and withdrawn submissions."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM items JOIN item_phrases ON item_phrases.item = items.row WHERE items.kind = 'paper' AND items.row IN ("
        " SELECT item FROM sightings WHERE venue = ? COLLATE NOCASE AND year IN (SELECT value FROM json_each(?))"
        f" AND (? OR lower(trim(status)) NOT IN {_REFUSED})) ORDER BY items.id",
        (venue, json.dumps(list(years)), refused),
    ).fetchall()
    return [
        Document(row=row, id=item, stratum="", date=date, phrases=unpack(title, body, surfaces))
        for row, item, date, title, body, surfaces in rows
    ]


def editions(
    connection: sqlite3.Connection, venue: str, before: Sequence[int], after: Sequence[int]
) -> tuple[list[Document], list[Document]]:
    """Return the papers of two groups of editions, taken alike.

    Refused and withdrawn submissions count only when both groups have some: a topic shows in what people write, but
    submissions on one side and accepted papers on the other would make a trend of the difference.
    """
    both = all(_has_refused(connection, venue, years) for years in (before, after))
    return edition(connection, venue, before, refused=both), edition(connection, venue, after, refused=both)


def _has_refused(connection: sqlite3.Connection, venue: str, years: Sequence[int]) -> bool:
    found = connection.execute(
        "SELECT 1 FROM sightings WHERE venue = ? COLLATE NOCASE AND year IN (SELECT value FROM json_each(?))"
        f" AND lower(trim(status)) IN {_REFUSED} LIMIT 1",
        (venue, json.dumps(list(years))),
    ).fetchone()
    return found is not None
