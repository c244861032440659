"""The titles of papers, findable by their names and word pairs, and what is still to be linked. Follows merges and edits."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tracker.hub.titles import Rarity, keys_of_title, title_of

CHUNK = 500
REOPENED = 500
"""So many items that hold a phrase are looked at again, the newest; a phrase that more of them hold names no paper."""
COMMON = 100
"""Under a key that so many papers have, no further paper is put: it tells none of them from the others."""
_PENDING = "FROM items LEFT JOIN linked ON linked.item = items.row WHERE items.kind = ? AND linked.text_hash IS NOT items.text_hash"


def pending_papers(connection: sqlite3.Connection, limit: int) -> list[tuple[int, str, int, str]]:
    """Return (row, title, text hash, date) of papers whose title is not yet findable, or was edited."""
    return connection.execute(
        f"SELECT items.row, items.title, items.text_hash, items.date {_PENDING} ORDER BY items.row LIMIT ?",
        ["paper", limit],
    ).fetchall()


def pending_posts(connection: sqlite3.Connection, limit: int) -> list[tuple[int, str, str, int, str]]:
    """Return (row, title, text, text hash, date) of posts not yet looked through for titles, or edited since."""
    return connection.execute(
        f"SELECT items.row, items.title, items.text, items.text_hash, items.date {_PENDING} ORDER BY items.row LIMIT ?",
        ["post", limit],
    ).fetchall()


def reopen_posts(connection: sqlite3.Connection, since: str) -> None:
    """Have posts of an ISO date and later looked through again. The caller commits."""
    connection.execute(
        "DELETE FROM linked WHERE item IN (SELECT row FROM items WHERE kind = 'post' AND date >= ?)", [since]
    )


def reopen_posts_with(connection: sqlite3.Connection, phrases: Iterable[str]) -> None:
    """Have posts that hold one of these phrases looked through again. The caller commits."""
    for phrase in phrases:
        connection.execute(
            "DELETE FROM linked WHERE item IN (SELECT row FROM (SELECT rowid AS found FROM items_text WHERE items_text MATCH ?"
            f" ORDER BY rowid DESC LIMIT {REOPENED}) CROSS JOIN items ON items.row = found AND items.kind = 'post')",
            ['"' + phrase.replace('"', " ").replace("\x00", " ") + '"'],
        )


def put_titles(connection: sqlite3.Connection, papers: Sequence[tuple[int, str, int, str]]) -> None:
    """Make titles findable: rows as `pending_papers` returns them. The caller commits."""
    rows = [(row,) for row, *_ in papers]
    known = {row for (row,) in _chunked(connection, "SELECT item FROM linked WHERE item IN ({})", [r for (r,) in rows])}
    connection.executemany("DELETE FROM title_keys WHERE item = ?", [(row,) for row in known])
    keys = {row: [*names, *pairs] for row, title, *_ in papers for names, pairs in [keys_of_title(title_of(title))]}
    taken: dict[int, int] = dict(
        _chunked(
            connection,
            "SELECT key, COUNT(*) FROM title_keys WHERE key IN ({}) GROUP BY key",
            {key for own in keys.values() for key in own},
        )
    )
    fresh: list[tuple[int, int]] = []
    for row, own in keys.items():
        for key in own:
            taken[key] = taken.get(key, 0) + 1
            if taken[key] <= COMMON:
                fresh.append((key, row))
    connection.executemany("INSERT OR IGNORE INTO title_keys (key, item) VALUES (?, ?)", sorted(fresh))
    words: Counter[str] = Counter()
    for row, title, *_ in papers:
        words.update(
            dict.fromkeys(title_of(title).words, int(row not in known))
        )  # 0: counted, but perhaps under other words
    connection.executemany(
        "INSERT INTO title_words (word, papers) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers",
        sorted(words.items()),
    )
    done(connection, [(row, text_hash) for row, _, text_hash, _ in papers])


def done(connection: sqlite3.Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Note (row, text hash) as linked. The caller commits."""
    connection.executemany("INSERT OR REPLACE INTO linked (item, text_hash) VALUES (?, ?)", rows)


def found(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, list[int]]:
    """Return the papers under each key; under keys that are too common there is nothing."""
    papers: dict[int, list[int]] = defaultdict(list)
    for key, row in _chunked(connection, "SELECT key, item FROM title_keys WHERE key IN ({})", keys):
        papers[key].append(row)
    return {key: rows for key, rows in papers.items() if len(rows) < COMMON}


def titles(connection: sqlite3.Connection, rows: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Return (id, title, date) of papers."""
    return {
        row: (name, title, date)
        for row, name, title, date in _chunked(
            connection, "SELECT row, id, title, COALESCE(published, date) FROM items WHERE row IN ({})", rows
        )
    }


def rarity(connection: sqlite3.Connection) -> Rarity:
    """Return how many papers have each word in their title."""
    counts: Mapping[str, int] = dict(connection.execute("SELECT word, papers FROM title_words"))
    papers = connection.execute("SELECT COUNT(*) FROM items WHERE kind = 'paper'").fetchone()[0]
    return Rarity(int(papers), counts)


def put_mentions(connection: sqlite3.Connection, post: int, named: Sequence[tuple[str, float]]) -> None:
    """Replace the mentions by title of a post: (id of a paper, confidence). Those by link or id stay. The caller commits."""
    connection.execute("DELETE FROM mentions WHERE post = ? AND how = 'title'", [post])
    connection.executemany(
        "INSERT OR IGNORE INTO mentions (post, identifier, how, confidence) SELECT ?, ?, 'title', ? WHERE NOT EXISTS ("
        " SELECT 1 FROM mentions JOIN identifiers USING (identifier) WHERE post = ? AND item ="
        " (SELECT item FROM identifiers WHERE identifier = ?))",
        [(post, name, confidence, post, name) for name, confidence in named],
    )


def _chunked(connection: sqlite3.Connection, sql: str, values: Iterable[int]) -> Iterator[Any]:
    """Run a statement with `IN ({})` over values in order, in parts: neighbours share pages."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        yield from connection.execute(sql.format(",".join("?" * len(part))), part)
