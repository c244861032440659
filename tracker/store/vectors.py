"""Vectors by (text hash, model) as float16: the truth about embeddings, and what derived indexes follow."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.store.connect import transaction

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Pending:
    """A text without a vector. Several items may share it."""

    text_hash: int
    title: str
    text: str


def model_id(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the number of a model, or None when nothing was embedded with it yet."""
    found = connection.execute("SELECT model FROM models WHERE name = ?", [name]).fetchone()
    return int(found[0]) if found else None


def register(connection: sqlite3.Connection, name: str, dimension: int) -> int:
    """Return the number of a model, giving it one if needed."""
    with transaction(connection):
        connection.execute("INSERT OR IGNORE INTO models (name, dimension) VALUES (?, ?)", [name, dimension])
    number = model_id(connection, name)
    assert number is not None
    return number


def pending_hashes(connection: sqlite3.Connection, model: int) -> list[int]:
    """Return the hashes of texts without a vector, those of the newest items first."""
    found = connection.execute(
        "SELECT text_hash FROM items WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE model = ? AND vectors.text_hash = items.text_hash) ORDER BY date DESC, row DESC",
        [model],
    )
    return list(dict.fromkeys(value for (value,) in found))


def texts(connection: sqlite3.Connection, hashes: Sequence[int]) -> list[Pending]:
    """Return the texts behind hashes; those that changed meanwhile are left out."""
    found: dict[int, Pending] = {}
    for start in range(0, len(hashes), CHUNK):
        part = hashes[start : start + CHUNK]
        sql = f"SELECT text_hash, title, text FROM items WHERE text_hash IN ({','.join('?' * len(part))})"
        found.update((key, Pending(key, title, text)) for key, title, text in connection.execute(sql, list(part)))
    return list(found.values())


def put(connection: sqlite3.Connection, model: int, vectors: Sequence[tuple[int, bytes]]) -> None:
    """Store vectors (text hash, float16 bytes) and note in the change log whose they are, in one transaction."""
    with transaction(connection):
        connection.executemany(
            "INSERT OR REPLACE INTO vectors (model, text_hash, vector) VALUES (?, ?, ?)",
            [(model, key, blob) for key, blob in vectors],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO changes (item, operation) SELECT row, 'vector' FROM items WHERE text_hash = ?",
            [(key,) for key, _ in vectors],
        )


def last_sequence(connection: sqlite3.Connection) -> int:
    """Return the number of the newest change."""
    return int(connection.execute("SELECT COALESCE(MAX(sequence), 0) FROM changes").fetchone()[0])


def changed_since(connection: sqlite3.Connection, sequence: int, limit: int) -> list[tuple[int, int]]:
    """Return (sequence, item) of changes after a sequence, oldest first."""
    return connection.execute(
        "SELECT sequence, item FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?", [sequence, limit]
    ).fetchall()


def of_items(connection: sqlite3.Connection, model: int, rows: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield (row, float16 bytes) of those rows that exist and have a vector of the model."""
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        sql = f"SELECT items.row, vector FROM items JOIN vectors ON vectors.model = ? AND vectors.text_hash = items.text_hash WHERE items.row IN ({','.join('?' * len(part))})"
        yield from connection.execute(sql, [model, *part])


def all_of(connection: sqlite3.Connection, model: int) -> Iterator[tuple[int, bytes]]:
    """Yield (row, float16 bytes) of every item that has a vector of the model, by row."""
    yield from connection.execute(
        "SELECT items.row, vector FROM items JOIN vectors ON vectors.model = ? AND vectors.text_hash = items.text_hash ORDER BY items.row",
        [model],
    )
