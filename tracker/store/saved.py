"""Saved searches and what matched them: the user's own data, kept beside marks and notes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.models import SavedSearch
from tracker.store import filters
from tracker.store.connect import transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence

    from tracker.query import Filter

_VISIBLE = "NOT EXISTS (SELECT 1 FROM marks WHERE marks.item = matches.item AND hidden_at IS NOT NULL)"
_NEW = "matches.seen_at IS NULL AND NOT EXISTS (SELECT 1 FROM marks WHERE marks.item = matches.item AND read_at IS NOT NULL)"
_NEWEST = "matches.found_at DESC, items.date DESC, items.row DESC"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has looked.

    Attributes:
        known: the newest row when it was saved; nothing up to it is ever new.
        looked: the newest row that it was held against.
    """

    search: int
    name: str
    query: str
    known: int
    looked: int


@dataclass(frozen=True, slots=True)
class Found:
    """A match as it is stored."""

    row: int
    found_at: str
    is_new: bool


# searches


def add(connection: sqlite3.Connection, name: str, query: str, at: str, newest: int, known: Collection[int]) -> None:
    """Save a search together with the rows that are known to match it, in one transaction.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        made = connection.execute(
            "INSERT INTO searches (name, query, saved_at, known, looked) VALUES (?, ?, ?, ?, ?)",
            [name, query, at, newest, newest],
        )
        _insert(connection, made.lastrowid or 0, known, at, told_at=at)


def remove(connection: sqlite3.Connection, name: str) -> None:
    """Forget a search and its matches."""
    with transaction(connection):
        connection.execute("DELETE FROM searches WHERE name = ?", [name])


def searches(connection: sqlite3.Connection) -> list[SavedSearch]:
    """Return all saved searches by name, with their counts."""
    found = connection.execute(
        f"SELECT name, query, saved_at, COUNT(matches.item), COUNT(matches.item) FILTER (WHERE {_NEW}), searches.announced_at"
        f" FROM searches LEFT JOIN matches ON matches.search = searches.search AND {_VISIBLE}"
        " GROUP BY searches.search ORDER BY name COLLATE NOCASE"
    )
    return [
        SavedSearch(name=name, query=query, saved_at=saved, matches=count, new=new, announced_at=announced)
        for name, query, saved, count, new, announced in found
    ]


def progress(connection: sqlite3.Connection) -> list[Progress]:
    """Return how far each search has looked."""
    found = connection.execute("SELECT search, name, query, known, looked FROM searches ORDER BY name COLLATE NOCASE")
    return [Progress(*values) for values in found]


# looking


def newest_row(connection: sqlite3.Connection) -> int:
    """Return the newest row that was ever given; rows only grow."""
    return int(
        connection.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'items'").fetchone()[0]
    )


def rows_after(connection: sqlite3.Connection, row: int) -> list[int]:
    """Return the rows that came in after a row, in order."""
    return [found for (found,) in connection.execute("SELECT row FROM items WHERE row > ? ORDER BY row", [row])]


def awaiting(connection: sqlite3.Connection, model: int) -> list[int]:
    """Return the rows that had no vector when they were looked at, and have one now."""
    found = connection.execute(
        "SELECT item FROM awaiting_vectors CROSS JOIN items ON items.row = item CROSS JOIN vectors ON vectors.model = ?"
        " AND vectors.text_hash = items.text_hash ORDER BY item",
        [model],
    )
    return [row for (row,) in found]


def passing(connection: sqlite3.Connection, state: Filter, first: int, last: int) -> set[int]:
    """Return the rows from `first` to `last` that pass a filter."""
    where, values = filters.conditions(state)
    # new rows are few: NOT INDEXED walks them alone, where SQLite would go through all papers for `kind:paper`
    sql = f"SELECT row FROM items NOT INDEXED WHERE items.row BETWEEN ? AND ? AND {where}"
    return {row for (row,) in connection.execute(sql, [first, last, *values])}


def holding(connection: sqlite3.Connection, expression: str, first: int, last: int) -> set[int]:
    """Return the rows from `first` to `last` whose words match an expression of FTS5."""
    sql = "SELECT rowid FROM items_text WHERE items_text MATCH ? AND rowid BETWEEN ? AND ?"
    return {row for (row,) in connection.execute(sql, [expression, first, last])}


def record(
    connection: sqlite3.Connection,
    found: Mapping[int, Collection[int]],
    at: str,
    newest: int,
    judged: Sequence[int],
    without_vector: Sequence[int],
) -> None:
    """Store what a look has found and how far it went, in one transaction: a look that is cut off has not been.

    Args:
        found: matching rows by search; every search that was looked at is there.
        newest: the newest row that was looked at.
        judged: rows that had their vectors.
        without_vector: rows to be looked at once more when they have one.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        for search, rows in found.items():
            _insert(connection, search, rows, at)
            connection.execute("UPDATE searches SET looked = ? WHERE search = ?", [newest, search])
        connection.execute(
            "DELETE FROM awaiting_vectors WHERE item IN (SELECT value FROM json_each(?))", [json.dumps(list(judged))]
        )
        connection.executemany(
            "INSERT OR IGNORE INTO awaiting_vectors (item) VALUES (?)", [(row,) for row in without_vector]
        )


def _insert(
    connection: sqlite3.Connection, search: int, rows: Collection[int], at: str, told_at: str | None = None
) -> None:
    """Insert matches, of items that tell one story the first only; a search that is gone by now takes none."""
    connection.executemany(
        "INSERT OR IGNORE INTO matches (search, item, found_at, announced_at, seen_at)"
        " SELECT searches.search, items.row, ?3, ?4, ?4 FROM searches, items WHERE searches.search = ?1 AND items.row = ?2"
        " AND (items.story IS NULL OR NOT EXISTS (SELECT 1 FROM items AS told JOIN matches ON matches.search = ?1 AND matches.item = told.row"
        " WHERE told.story = items.story))",
        [(search, row, at, told_at) for row in sorted(rows)],
    )


def merge(connection: sqlite3.Connection, row: int, other: int) -> None:
    """Move the matches of an item to the one it was found to be; what was told of either is told."""
    connection.execute(
        "UPDATE matches SET announced_at = COALESCE(matches.announced_at, o.announced_at), seen_at = COALESCE(matches.seen_at, o.seen_at)"
        " FROM matches AS o WHERE o.search = matches.search AND matches.item = ? AND o.item = ?",
        [row, other],
    )
    connection.execute("UPDATE OR IGNORE matches SET item = ? WHERE item = ?", [row, other])


# telling


def unannounced(connection: sqlite3.Connection) -> list[tuple[int, str, list[int]]]:
    """Return (search, name, rows, the newest first) of what no sync has told yet."""
    found: dict[tuple[int, str], list[int]] = {}
    for search, name, row in connection.execute(
        f"SELECT searches.search, name, items.row FROM matches JOIN searches USING (search) JOIN items ON items.row = matches.item"
        f" WHERE matches.announced_at IS NULL AND {_VISIBLE} ORDER BY name COLLATE NOCASE, {_NEWEST}"
    ):
        found.setdefault((search, name), []).append(row)
    return [(search, name, rows) for (search, name), rows in found.items()]


def announce(connection: sqlite3.Connection, search: int, at: str) -> None:
    """Note that a sync has told of all matches of a search."""
    with transaction(connection):
        connection.execute(
            "UPDATE matches SET announced_at = ? WHERE search = ? AND announced_at IS NULL", [at, search]
        )
        connection.execute("UPDATE searches SET announced_at = ? WHERE search = ?", [at, search])


def newest(connection: sqlite3.Connection, name: str, limit: int, *, only_new: bool = False) -> list[Found]:
    """Return the matches of a search, those found last first; hidden items are left out."""
    narrowed = f" AND {_NEW}" if only_new else ""
    found = connection.execute(
        f"SELECT items.row, matches.found_at, {_NEW} FROM searches JOIN matches USING (search) JOIN items ON items.row = matches.item"
        f" WHERE name = ? AND {_VISIBLE}{narrowed} ORDER BY {_NEWEST} LIMIT ?",
        [name, limit],
    )
    return [Found(row, at, bool(is_new)) for row, at, is_new in found]


def see(connection: sqlite3.Connection, name: str, rows: Sequence[int], at: str) -> None:
    """Note that the user has seen matches of a search."""
    with transaction(connection):
        connection.execute(
            "UPDATE matches SET seen_at = ? WHERE seen_at IS NULL AND search = (SELECT search FROM searches WHERE name = ?)"
            " AND item IN (SELECT value FROM json_each(?))",
            [at, name, json.dumps(list(rows))],
        )


def of_dates(connection: sqlite3.Connection, since: str, before: str) -> list[tuple[str, list[str]]]:
    """Return (name, ids) of the searches that match items of the ISO days from `since` to before `before`, the newest items first."""
    found: dict[str, list[str]] = {}
    for name, item in connection.execute(
        "SELECT name, items.id FROM searches JOIN matches USING (search) JOIN items ON items.row = matches.item"
        f" WHERE items.date >= ? AND items.date < ? AND length(items.date) >= 10 AND {_VISIBLE}"
        " ORDER BY name COLLATE NOCASE, items.date DESC, items.row DESC",
        [since, before],
    ):
        found.setdefault(name, []).append(item)
    return list(found.items())
