"""Exact nearest neighbours over float16 vectors, in memory or mapped from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.ports import FloatArray, IntArray

KIND = "IDMap2,SQfp16"
"""FAISS's name of it: recall is 1.0 at half the bytes of float32, and deleting works. Right up to some 200,000 vectors."""
GATHER = 4_000
"""Allowed rows up to which gathering them is cheaper than scanning all vectors past a bitmap."""


class FlatIndex:
    """Vectors by row id, searched exactly.

    Args:
        inner: a FAISS index of `KIND`, perhaps mapped read-only.
        load: returns the same index in memory; called before the first change of a mapped one.
        save: makes an index durable; gets this object.
    """

    def __init__(
        self,
        model: str,
        dimension: int,
        inner: Any,  # noqa: ANN401 - FAISS has no types
        *,
        sequence: int = 0,
        load: Callable[[], Any] | None = None,
        save: Callable[[FlatIndex], None] | None = None,
    ) -> None:
        self.model, self.dimension, self.sequence = model, dimension, sequence
        self.inner = inner
        self._load, self._save = load, save
        self._is_changed = load is None

    def __len__(self) -> int:
        return int(self.inner.ntotal)

    @property
    def is_changed(self) -> bool:
        """Whether it holds what its file does not."""
        return self._is_changed

    def _own(self) -> None:
        """Bring a mapped index into memory before it is changed."""
        if self._load is not None:
            self.inner, self._load = self._load(), None
        self._is_changed = True

    def add(self, ids: IntArray, matrix: FloatArray) -> None:
        """Put vectors (n, dimension) in, replacing those whose ids are there already: FAISS would keep both."""
        if not len(ids):
            return
        self._own()
        last = np.sort(np.unique(ids[::-1], return_index=True)[1])
        chosen = len(ids) - 1 - last  # of an id given twice, the later vector
        self.remove(ids)
        self.inner.add_with_ids(np.ascontiguousarray(matrix[chosen], dtype=np.float32), np.ascontiguousarray(ids[chosen]))

    def remove(self, ids: IntArray) -> None:
        """Take vectors out; unknown ids are ignored."""
        if not len(ids) or not len(self):
            return
        import faiss

        there = np.intersect1d(ids, faiss.vector_to_array(self.inner.id_map))
        if len(there):
            self._own()
            self.inner.remove_ids(there)

    def search(self, vector: FloatArray, k: int, allowed: IntArray | None = None) -> tuple[IntArray, FloatArray]:
        """Return at most k (ids, scores), best first, among `allowed` only when given: exactly k when k are there."""
        if k <= 0 or not len(self) or (allowed is not None and not len(allowed)):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if allowed is not None and len(allowed) <= GATHER:
            return self._gathered(question[0], k, allowed)
        scores, ids = self.inner.search(question, min(k, len(self)), params=_selector(allowed))
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]

    def _gathered(self, question: FloatArray, k: int, allowed: IntArray) -> tuple[IntArray, FloatArray]:
        ids, matrix = self._rows(allowed)
        scores = matrix @ question
        best = np.lexsort((ids, -scores))[:k]
        return ids[best], scores[best]

    def vectors(self, ids: IntArray) -> FloatArray:
        """Return the stored vectors of those ids that are there, (m, dimension)."""
        return self._rows(ids)[1]

    def _rows(self, ids: IntArray) -> tuple[IntArray, FloatArray]:
        import faiss

        there = np.intersect1d(ids, faiss.vector_to_array(self.inner.id_map))
        if not len(there):
            return there, np.empty((0, self.dimension), dtype=np.float32)
        return there, self.inner.reconstruct_batch(there)

    def save(self) -> None:
        """Make it durable; nothing is written when nothing changed.

        Raises:
            OSError: the file cannot be written; the old one is whole.
        """
        if self._save is not None and self._is_changed:
            self._save(self)
            self._is_changed = False


def empty(dimension: int) -> Any:  # noqa: ANN401 - FAISS has no types
    """Return an empty FAISS index."""
    import faiss

    return faiss.index_factory(dimension, KIND, faiss.METRIC_INNER_PRODUCT)


def _selector(allowed: IntArray | None) -> Any:  # noqa: ANN401 - FAISS has no types
    """Return search parameters that let only some ids through: a bitmap, since rows are small numbers."""
    import faiss

    if allowed is None:
        return None
    bits = np.zeros(int(allowed.max()) // 8 + 1, dtype=np.uint8)
    np.bitwise_or.at(bits, allowed >> 3, (1 << (allowed & 7)).astype(np.uint8))
    selector = faiss.IDSelectorBitmap(bits.size, faiss.swig_ptr(bits))
    parameters = faiss.SearchParameters(sel=selector)
    parameters.kept = (bits, selector)  # FAISS keeps pointers only
    return parameters
