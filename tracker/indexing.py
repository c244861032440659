"""Embedding what has no vector yet, and keeping derived indexes level with the change log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.store import vectors
from tracker.text import embedding_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from tracker.ports import Embedder, FloatArray, IntArray, VectorIndex

CHUNK = 512
"""Texts a transaction: what a kill loses at most."""
_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of so many texts have their vector."""

    done: int
    total: int


def embed_pending(connection: sqlite3.Connection, embedder: Embedder, limit: int | None = None) -> Iterator[Progress]:
    """Embed texts that have no vector, newest items first; each chunk is stored before the next one starts, so a kill loses one.

    Raises:
        ModelError: the model is missing or is not the right one.
        StoreError: the database refuses.
    """
    import numpy as np

    model = vectors.register(connection, embedder.name, embedder.dimension)
    waiting = vectors.pending_hashes(connection, model)[:limit]
    if waiting:
        yield Progress(0, len(waiting))  # the model takes seconds to load: say what is coming
    for start in range(0, len(waiting), CHUNK):
        texts = vectors.texts(connection, waiting[start : start + CHUNK])
        matrix = embedder.encode_documents([embedding_text(one.title, one.text) for one in texts])
        halves = np.ascontiguousarray(matrix, dtype=np.float16)
        vectors.put(connection, model, [(one.text_hash, halves[n].tobytes()) for n, one in enumerate(texts)])
        yield Progress(min(start + CHUNK, len(waiting)), len(waiting))


def build(connection: sqlite3.Connection, embedder: Embedder, index: VectorIndex) -> None:
    """Fill an empty index with every vector of the model, and remember up to which change."""
    model = vectors.model_id(connection, embedder.name)
    sequence = vectors.last_sequence(connection)
    if model is not None:
        _add(index, vectors.all_of(connection, model), embedder.dimension)
    index.sequence = sequence


def follow(connection: sqlite3.Connection, embedder: Embedder, index: VectorIndex) -> int:
    """Bring an index level with the change log; return how many items it touched.

    What the log says is only *which* items changed; what holds now is read from the store, so it does not matter how often
    or in which order a change is followed.
    """
    model = vectors.model_id(connection, embedder.name)
    touched = 0
    while changed := vectors.changed_since(connection, index.sequence, _BLOCK):
        import numpy as np

        rows = list({item for _, item in changed})
        index.remove(np.asarray(rows, dtype=np.int64))
        if model is not None:
            _add(index, vectors.of_items(connection, model, rows), embedder.dimension)
        index.sequence = changed[-1][0]
        touched += len(rows)
    return touched


def _add(index: VectorIndex, pairs: Iterable[tuple[int, bytes]], dimension: int) -> None:
    """Add (row, float16 bytes) in blocks; a vector of the wrong size is left out rather than trusted."""
    rows: list[int] = []
    blobs: list[bytes] = []
    for row, blob in pairs:
        if len(blob) == 2 * dimension:
            rows.append(row)
            blobs.append(blob)
        if len(rows) >= _BLOCK:
            index.add(*_matrix(rows, blobs, dimension))
            rows, blobs = [], []
    if rows:
        index.add(*_matrix(rows, blobs, dimension))


def _matrix(rows: list[int], blobs: list[bytes], dimension: int) -> tuple[IntArray, FloatArray]:
    import numpy as np

    matrix = np.frombuffer(b"".join(blobs), dtype=np.float16).reshape(-1, dimension).astype(np.float32)
    return np.asarray(rows, dtype=np.int64), matrix
