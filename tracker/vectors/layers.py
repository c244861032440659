"""The two layers of an index: what lies in a file and never changes, and what came since, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tracker.vectors.flat import FlatRows
from tracker.vectors.selecting import positions

if TYPE_CHECKING:
    from typing import Any

    from tracker.ports import FloatArray, IntArray
    from tracker.vectors.selecting import Allowed, BoolArray

_SPARE: Final = 256
"""Hits asked for beyond k so that removed rows among the best cost no second search."""


class Rows(Protocol):
    """Vectors by position, of one kind."""

    kind: str
    words: str
    inner: Any

    def search(self, question: FloatArray, k: int, mask: BoolArray | None) -> tuple[IntArray, FloatArray]:
        """Return (positions, scores) of the best k rows that a mask lets through."""
        ...

    def rows(self, where: IntArray) -> FloatArray:
        """Return the vectors (n, dimension) at some positions."""
        ...


class Base:
    """What lies in a file. It is never changed: what was taken out of it is noted beside it.

    Args:
        rows: the vectors, mapped.
        ids: their ids, ascending.
        owner: what FAISS frees the rows with; kept for as long as they are.
    """

    def __init__(self, rows: Rows, ids: IntArray, owner: object = None) -> None:
        self.rows = rows
        self._owner = owner
        self.ids = ids
        self.removed = 0
        self._alive: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.ids) - self.removed

    def remove(self, ids: IntArray) -> None:
        """Leave rows out from now on; unknown ids are ignored."""
        where = positions(self.ids, ids)
        if not len(where):
            return
        if self._alive is None:
            self._alive = np.ones(len(self.ids), dtype=bool)
        self._alive[where] = False
        self.removed = len(self.ids) - int(np.count_nonzero(self._alive))

    def search(self, question: FloatArray, k: int, allowed: Allowed | None) -> tuple[IntArray, FloatArray]:
        """Return (ids, scores) of the best k rows that are there and allowed."""
        k = min(k, len(self))
        if not k:
            return _nothing()
        if allowed is None:
            where, scores = self.rows.search(question, min(k + min(self.removed, _SPARE), len(self.ids)), None)
            kept = self._is_alive(where)
            if np.count_nonzero(kept) >= k:
                return self.ids[where[kept]][:k], scores[kept][:k]
            mask = self._alive
        else:
            mask = allowed.mask(self.ids, ascending=True)
            if self._alive is not None:
                mask &= self._alive
        where, scores = self.rows.search(question, k, mask)
        return self.ids[where], scores

    def vectors(self, ids: IntArray) -> tuple[IntArray, FloatArray]:
        """Return (ids, vectors) of those ids that are there."""
        where = positions(self.ids, ids)
        where = where[self._is_alive(where)]
        return self.ids[where], self.rows.rows(where)

    def kept(self) -> IntArray:
        """Return the positions that were not taken out."""
        return np.arange(len(self.ids)) if self._alive is None else np.flatnonzero(self._alive)

    def _is_alive(self, where: IntArray) -> BoolArray:
        return np.ones(len(where), dtype=bool) if self._alive is None else self._alive[where]


class Recent:
    """What was added since the file was written, exact and in memory."""

    def __init__(self, dimension: int) -> None:
        self.rows = FlatRows.build((), dimension)
        self.ids: IntArray = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: IntArray, matrix: FloatArray) -> None:
        """Put vectors in, replacing those whose ids are there already."""
        self.remove(ids)  # FAISS would keep both
        self.rows.add(matrix)
        self.ids = np.concatenate([self.ids, ids])

    def remove(self, ids: IntArray) -> None:
        """Take rows out; unknown ids are ignored."""
        where = np.flatnonzero(np.isin(self.ids, ids))
        if len(where):
            self.rows.remove(where)
            self.ids = np.delete(self.ids, where)

    def search(self, question: FloatArray, k: int, allowed: Allowed | None) -> tuple[IntArray, FloatArray]:
        """Return (ids, scores) of the best k rows that are allowed."""
        k = min(k, len(self))
        if not k:
            return _nothing()
        mask = None if allowed is None else allowed.mask(self.ids, ascending=False)
        where, scores = self.rows.search(question, k, mask)
        return self.ids[where], scores

    def vectors(self, ids: IntArray) -> tuple[IntArray, FloatArray]:
        """Return (ids, vectors) of those ids that are there."""
        where = np.flatnonzero(np.isin(self.ids, ids))
        return self.ids[where], self.rows.rows(where)


def _nothing() -> tuple[IntArray, FloatArray]:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
