"""What the user does with items: each call is one short transaction."""

import sqlite3
from collections.abc import Sequence

from tracker.store.connect import transaction
from tracker.text import clean_line, clean_text

_STAMPED = {"read": "read_at", "starred": "starred_at", "hidden": "hidden_at"}


def mark(connection: sqlite3.Connection, rows: Sequence[int], now: str, **changes: object) -> None:
    """Set `read`, `starred`, `hidden` (True or False), `rating` (1 to 5 or 0 for none) or `note` of items; a story is read or hidden in all its places.

    Raises:
        StoreError: the database refuses.
    """
    with transaction(connection):
        if changes.get("read") is not None or changes.get("hidden") is not None:
            rows = [*rows, *_told_elsewhere(connection, rows)]
        connection.executemany(
            "INSERT OR IGNORE INTO marks (item) SELECT row FROM items WHERE row = ?", [(row,) for row in rows]
        )
        for name, value in changes.items():
            if value is None:
                continue
            if name in _STAMPED:
                column = _STAMPED[name]
                sql = (
                    f"UPDATE marks SET {column} = COALESCE({column}, ?) WHERE item = ?"
                    if value
                    else f"UPDATE marks SET {column} = NULL WHERE item = ?"
                )
                connection.executemany(sql, [((now, row) if value else (row,)) for row in rows])
            elif name == "rating":
                connection.executemany(
                    "UPDATE marks SET rating = ? WHERE item = ?", [(value or None, row) for row in rows]
                )
            elif name == "note":
                connection.executemany(
                    "UPDATE marks SET note = ? WHERE item = ?", [(clean_text(value), row) for row in rows]
                )


def _told_elsewhere(connection: sqlite3.Connection, rows: Sequence[int]) -> list[int]:
    """Return the other posts that tell the stories of these: a story that was read is read wherever it was told."""
    sql = (
        "SELECT other.row FROM items JOIN items AS other ON other.story = items.story AND other.row != items.row"
        " WHERE items.row = ? AND items.story IS NOT NULL"
    )
    return [other for row in rows for (other,) in connection.execute(sql, [row])]


def tag(connection: sqlite3.Connection, row: int, tags: Sequence[str]) -> None:
    """Replace the tags of an item.

    Raises:
        StoreError: the database refuses.
    """
    wanted = sorted({name for name in (clean_line(one, 60).lstrip("#").replace(" ", "-") for one in tags) if name})
    with transaction(connection):
        connection.execute("DELETE FROM tags WHERE item = ?", [row])
        connection.executemany(
            "INSERT INTO tags (item, tag) SELECT row, ? FROM items WHERE row = ?", [(name, row) for name in wanted]
        )
