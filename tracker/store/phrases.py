"""The phrases of items: extracted once, read back by the window. One row an item, so merges and edits need no recount."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tracker.store import voices
from tracker.store.connect import transaction
from tracker.topics import Document, Phrases, extract_all

CHUNK = 2_000
_REFUSED = "('reject', 'rejected', 'withdraw', 'withdrawn', 'desk reject', 'desk rejected')"
_COLUMNS = "items.row, items.id, items.date, item_phrases.title, item_phrases.body, item_phrases.surfaces"


def awaiting(connection: sqlite3.Connection, since: str = "", before: str = "") -> list[int]:
    """Return the rows of items whose phrases are missing or belong to an older text.

    Args:
        connection: the store.
        since: with it only items dated from this ISO day on and before the other are looked at.
        before: the ISO day after.
    """
    if since:
        found = connection.execute(
            "SELECT items.row FROM items CROSS JOIN awaiting_phrases ON awaiting_phrases.item = items.row"
            " WHERE items.kind IN ('paper', 'post') AND items.date >= ? AND items.date < ? ORDER BY items.row",
            (since, before),
        )
    else:
        found = connection.execute("SELECT item FROM awaiting_phrases ORDER BY item")
    return [row for (row,) in found]


def put(connection: sqlite3.Connection, rows: Iterable[tuple[int, int, Phrases]]) -> None:
    """Write the phrases of items: (row, text hash, phrases). The caller commits.

    An item whose text was changed meanwhile goes on waiting.
    """
    for row, text_hash, phrases in rows:
        connection.execute(
            "INSERT INTO item_phrases (item, text_hash, title, body, surfaces) VALUES (?, ?, ?, ?, ?) ON CONFLICT (item) DO UPDATE SET"
            " text_hash = excluded.text_hash, title = excluded.title, body = excluded.body, surfaces = excluded.surfaces",
            (row, text_hash, phrases.titled, phrases.held, phrases.written),
        )
        connection.execute(
            "DELETE FROM awaiting_phrases WHERE item = ? AND EXISTS (SELECT 1 FROM items WHERE items.row = item AND items.text_hash = ?)",
            (row, text_hash),
        )


def extract_pending(connection: sqlite3.Connection, since: str = "", before: str = "") -> Iterator[int]:
    """Extract the phrases of items that wait for it; yield how many are done after each chunk, which is then stored.

    Args:
        connection: the store.
        since: with it only items dated from this ISO day on and before the other: a week of a home that was never indexed
            needs a quarter of it.
        before: the ISO day after.

    Raises:
        StoreError: the database refuses.
    """
    rows = awaiting(connection, since, before)
    for start in range(0, len(rows), CHUNK):
        found = connection.execute(
            "SELECT items.row, text_hash, title, text FROM json_each(?) CROSS JOIN items ON items.row = json_each.value",
            [json.dumps(rows[start : start + CHUNK])],
        ).fetchall()
        extracted = extract_all([(title, text) for _, _, title, text in found])
        with transaction(connection):
            put(connection, [(row, text_hash, one) for (row, text_hash, *_), one in zip(found, extracted, strict=True)])
        yield start + len(found)
    if rows:
        connection.execute("PRAGMA shrink_memory")  # up to 128 MB of pages that nobody reads again


def window(connection: sqlite3.Connection, *, kind: str, since: str, before: str) -> list[Document]:
    """Return the papers or posts dated from `since` on and before `before` (ISO days); what has only a year is left out.

    Nothing dated later tells: which accounts are machines is judged by their posts before that day.
    """
    rows = connection.execute(
        f"SELECT {_COLUMNS}, items.origin, items.category, items.network, IIF(items.kind = 'paper', items.authors, items.author), COALESCE(voices.is_bot, 0) FROM items"
        " CROSS JOIN item_phrases ON item_phrases.item = items.row LEFT JOIN voices ON voices.network = items.network AND voices.author = items.author"
        " WHERE items.kind = ? AND items.date >= ? AND items.date < ? AND length(items.date) >= 10",
        (kind, since, before),
    ).fetchall()
    named = _named(connection, since, before) if kind == "post" else {}
    judged = voices.judged_before(connection, {(network, author) for *_, network, author, _ in rows}, before)
    return [
        Document(
            row=row,
            id=item,
            date=date,
            stratum=network if kind == "post" else f"{origin}\x1f{category}",
            phrases=Phrases(title, body, surfaces),
            author=author,
            papers=named.get(row, ()),
            is_bot=judged.get((network, author), bool(is_bot)),
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
        Document(row=row, id=item, stratum="", date=date, phrases=Phrases(title, body, surfaces))
        for row, item, date, title, body, surfaces in rows
    ]


def editions(
    connection: sqlite3.Connection, venue: str, before: Sequence[int], after: Sequence[int]
) -> tuple[list[Document], list[Document]]:
    """Return the papers of two groups of editions, taken alike.

    Refused and withdrawn submissions count only when both groups have some: a topic shows in what people write, but
    submissions on one side and accepted papers on the other would make a trend of the difference.
    """
    both = all(has_refused(connection, venue, years) for years in (before, after))
    return edition(connection, venue, before, refused=both), edition(connection, venue, after, refused=both)


def has_refused(connection: sqlite3.Connection, venue: str, years: Sequence[int]) -> bool:
    """Return whether refused or withdrawn submissions of some editions are stored."""
    found = connection.execute(
        "SELECT 1 FROM sightings WHERE venue = ? COLLATE NOCASE AND year IN (SELECT value FROM json_each(?))"
        f" AND lower(trim(status)) IN {_REFUSED} LIMIT 1",
        (venue, json.dumps(list(years))),
    ).fetchone()
    return found is not None
