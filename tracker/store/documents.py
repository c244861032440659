"""The words of items for an index that is kept beside the store, and which of them changed."""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from tracker.models import Document

CHUNK = 500
_COLUMNS = "row, title, text, authors, keywords, tldr"


def changed_since(connection: sqlite3.Connection, sequence: int, limit: int) -> list[tuple[int, int]]:
    """Return (sequence, item) of texts that came, changed or went after a sequence, oldest first."""
    return connection.execute(
        "SELECT sequence, item FROM changes WHERE sequence > ? AND operation != 'vector' ORDER BY sequence LIMIT ?",
        [sequence, limit],
    ).fetchall()


def of_items(connection: sqlite3.Connection, rows: Sequence[int]) -> Iterator[Document]:
    """Yield the words of those rows that exist."""
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        sql = f"SELECT {_COLUMNS} FROM items WHERE row IN ({','.join('?' * len(part))})"
        yield from map(_document, connection.execute(sql, list(part)))


def all_of(connection: sqlite3.Connection) -> Iterator[Document]:
    """Yield the words of every item, by row."""
    yield from map(_document, connection.execute(f"SELECT {_COLUMNS} FROM items ORDER BY row"))


def _document(values: tuple[int, str, str, str, str, str]) -> Document:
    row, title, text, authors, keywords, tldr = values
    return Document(row, title, text, " ".join(json.loads(authors)), " ".join(json.loads(keywords)), tldr)
