"""Vectors by (text hash, model) as float16: the truth about embeddings, and what derived indexes follow."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.store.connect import transaction

CHUNK = 500
_DROPPED = 20_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A text without a vector. Several items may share it."""

    text_hash: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model that has embedded something."""

    number: int
    name: str
    dimension: int


def models(connection: sqlite3.Connection) -> list[Model]:
    """Return the models that have embedded something, the first one first."""
    return [Model(*row) for row in connection.execute("SELECT model, name, dimension FROM models ORDER BY model")]


def coverage(connection: sqlite3.Connection) -> dict[str, int]:
    """Return by the name of each model how many items have a vector of it; vectors themselves are not read."""
    sql = "SELECT COUNT(*) FROM items CROSS JOIN vectors ON vectors.model = ? AND vectors.text_hash = items.text_hash"
    return {one.name: int(connection.execute(sql, [one.number]).fetchone()[0]) for one in models(connection)}


def item_count(connection: sqlite3.Connection) -> int:
    """Return how many items there are."""
    return int(connection.execute("SELECT COUNT(*) FROM items").fetchone()[0])


def drop(connection: sqlite3.Connection, model: int) -> int:
    """Delete a model with its vectors, some in a transaction, so that readers never wait; return how many vectors that were."""
    dropped, last = 0, -1
    while last:
        with transaction(connection):
            last = connection.execute(
                "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors WHERE model = ? LIMIT ?)",
                [model, _DROPPED],
            ).rowcount
        dropped += last
    with transaction(connection):
        connection.execute("DELETE FROM models WHERE model = ?", [model])
    return dropped


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


def pending_hashes(connection: sqlite3.Connection, model: int | None) -> list[int]:
    """Return the hashes of texts without a vector, those of the newest items first; all of them without a model."""
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


def last_row(connection: sqlite3.Connection) -> int:
    """Return the highest number of an item, 0 without any."""
    return int(connection.execute("SELECT COALESCE(MAX(row), 0) FROM items").fetchone()[0])


def changed_since(connection: sqlite3.Connection, sequence: int, limit: int) -> list[tuple[int, int]]:
    """Return (sequence, item) of changes after a sequence, oldest first."""
    return connection.execute(
        "SELECT sequence, item FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?", [sequence, limit]
    ).fetchall()


def of_items(connection: sqlite3.Connection, model: int, rows: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield (row, float16 bytes) of those rows that exist and have a vector of the model."""
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        # CROSS keeps SQLite from going through all vectors for each chunk: 0.02 s instead of 9 s at 61,000
        sql = f"SELECT items.row, vector FROM items CROSS JOIN vectors ON vectors.model = ? AND vectors.text_hash = items.text_hash WHERE items.row IN ({','.join('?' * len(part))})"
        yield from connection.execute(sql, [model, *part])


def best_of(connection: sqlite3.Connection, rows: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return (row, float16 bytes) of rows, of the model that has most of them; of two, the one that came first."""
    found = [list(of_items(connection, model.number, rows)) for model in models(connection)]
    return max(found, key=len, default=[])


def all_of(connection: sqlite3.Connection, model: int) -> Iterator[tuple[int, bytes]]:
    """Yield (row, float16 bytes) of every item that has a vector of the model, in no order: sorting takes three times as long."""
    yield from connection.execute(
        "SELECT items.row, vector FROM items JOIN vectors ON vectors.model = ? AND vectors.text_hash = items.text_hash",
        [model],
    )
