"""Embedding what has no vector yet, and keeping derived indexes level with the change log."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.store import vectors
from tracker.text import embedding_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from tracker.ports import Embedder, FloatArray, IntArray, VectorIndex

CHUNK = 512
"""Texts a transaction: what a kill loses at most."""
_BLOCK = 20_000
_FIRST: Final = 20
_ROUNDING: Final = 1e-6


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

    waiting = vectors.pending_hashes(connection, vectors.model_id(connection, embedder.name))[:limit]
    if waiting:
        yield Progress(0, len(waiting))  # the model takes seconds to load: say what is coming
    for start in range(0, len(waiting), CHUNK):
        texts = vectors.texts(connection, waiting[start : start + CHUNK])
        matrix = embedder.encode_documents([embedding_text(one.title, one.text) for one in texts])
        halves = np.ascontiguousarray(matrix, dtype=np.float16)
        model = vectors.register(connection, embedder.name, halves.shape[1])
        vectors.put(connection, model, [(one.text_hash, halves[n].tobytes()) for n, one in enumerate(texts)])
        yield Progress(min(start + CHUNK, len(waiting)), len(waiting))


def build(connection: sqlite3.Connection, index: VectorIndex) -> None:
    """Fill an empty index with every vector of its model, and remember up to which change."""
    model = vectors.model_id(connection, index.model)
    sequence = vectors.last_sequence(connection)
    if model is not None:
        _add(index, vectors.all_of(connection, model), index.dimension)
    index.sequence = sequence


def follow(connection: sqlite3.Connection, index: VectorIndex) -> int:
    """Bring an index level with the change log; return how many items it touched.

    What the log says is only *which* items changed; what holds now is read from the store, so it does not matter how often
    or in which order a change is followed.
    """
    model = vectors.model_id(connection, index.model)
    touched = 0
    while changed := vectors.changed_since(connection, index.sequence, _BLOCK):
        import numpy as np

        rows = list({item for _, item in changed})
        found = vectors.of_items(connection, model, rows) if model is not None else ()
        added = _add(index, found, index.dimension)
        index.remove(np.setdiff1d(np.asarray(rows, dtype=np.int64), added))
        index.sequence = changed[-1][0]
        touched += len(rows)
    return touched


@dataclass(frozen=True, slots=True)
class Measured:
    """How an index answers.

    Attributes:
        recall: the share of the first 20 of an exact scan that it finds.
        milliseconds: median time of a search for 20.
        questions: stored vectors it was asked with.
    """

    recall: float
    milliseconds: float
    questions: int


def measure(connection: sqlite3.Connection, index: VectorIndex, questions: int = 50) -> Measured:
    """Ask an index with some stored vectors, and compare with every vector of the store: 61,000 take 1 s.

    Ties at the twentieth place count as found.
    """
    import numpy as np

    model = vectors.model_id(connection, index.model) or 0
    rows = np.random.default_rng(1).permutation(vectors.last_row(connection))[: 20 * questions] + 1
    matrix = index.vectors(rows)[:questions]
    best = _best_of_all(connection, model, matrix)
    taken, shares = [], []
    for vector, (ids, scores) in zip(matrix, best, strict=True):
        begin = time.perf_counter()
        found, _ = index.search(vector, _FIRST)
        taken.append(time.perf_counter() - begin)
        count = min(_FIRST, len(ids))
        shares.append(np.isin(found, ids[scores >= scores[count - 1] - _ROUNDING]).sum() / count)
    if not taken:
        return Measured(1.0, 0.0, 0)
    return Measured(float(np.mean(shares)), float(np.median(taken) * 1e3), len(taken))


def _best_of_all(
    connection: sqlite3.Connection, model: int, questions: FloatArray
) -> list[tuple[IntArray, FloatArray]]:
    """Return for each question (ids, scores) of the best of an exact scan, with some more for ties."""
    import numpy as np

    ids, scores = np.empty((len(questions), 0), dtype=np.int64), np.empty((len(questions), 0), dtype=np.float32)
    for rows, matrix in _blocks(vectors.all_of(connection, model), questions.shape[1]):
        ids = np.hstack([ids, np.tile(rows, (len(questions), 1))])
        scores = np.hstack([scores, questions @ matrix.T])
        order = np.argsort(-scores, axis=1, kind="stable")[:, : 3 * _FIRST]
        ids, scores = np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)
    return list(zip(ids, scores, strict=True))


def _add(index: VectorIndex, pairs: Iterable[tuple[int, bytes]], dimension: int) -> IntArray:
    """Add (row, float16 bytes) and return the rows."""
    import numpy as np

    added = [np.empty(0, dtype=np.int64)]
    for rows, matrix in _blocks(pairs, dimension):
        index.add(rows, matrix)
        added.append(rows)
    return np.concatenate(added)


def _blocks(pairs: Iterable[tuple[int, bytes]], dimension: int) -> Iterator[tuple[IntArray, FloatArray]]:
    """Yield (rows, vectors) of (row, float16 bytes); a vector of the wrong size is left out rather than trusted."""
    rows: list[int] = []
    blobs: list[bytes] = []
    for row, blob in pairs:
        if len(blob) == 2 * dimension:
            rows.append(row)
            blobs.append(blob)
        if len(rows) >= _BLOCK:
            yield _matrix(rows, blobs, dimension)
            rows, blobs = [], []
    if rows:
        yield _matrix(rows, blobs, dimension)


def _matrix(rows: list[int], blobs: list[bytes], dimension: int) -> tuple[IntArray, FloatArray]:
    import numpy as np

    matrix = np.frombuffer(b"".join(blobs), dtype=np.float16).reshape(-1, dimension).astype(np.float32)
    return np.asarray(rows, dtype=np.int64), matrix
