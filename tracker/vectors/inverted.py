"""Nearest neighbours among very many vectors: an inverted file over their clusters, a byte a number, mapped from a file.

Sivic and Zisserman, Video Google, 2003 (inverted files); Douze et al., The Faiss library, 2024 (IVF with scalar quantisation).
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.threads import bulk_threads
from tracker.vectors.flat import faiss, found, selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.ports import FloatArray, IntArray
    from tracker.vectors.selecting import BoolArray

PROBES: Final = 256
"""Lists read for a question: at 1,000,000 vectors an eighth of all, 5 ms and recall@20 0.98; half of them, 2.6 ms and 0.97."""
_GATHERED: Final = 2_000
"""Up to so many allowed rows are fetched one by one."""
_ALL_LISTS: Final = 0.05
"""Below this share of allowed rows all lists are read: a twentieth of a million takes 16 ms, three times a search without filter."""
_WIDENED: Final = 0.75
"""How the lists grow as a filter narrows: the k best of a tenth are about the 10 k best of all, which lie further away. Under filters
that leave what is far from the question recall is 0.95 with 0.5, 0.96 with 0.75 and 0.98 with 1, which takes a quarter longer."""
_CANDIDATES: Final = 100
"""Rows to be looked at for each one asked for."""
_SAMPLE: Final = 40
"""Vectors a list to find the clusters by; FAISS asks for 39 at least."""
_ROUNDS: Final = 8


class InvertedRows:
    """Vectors by position in lists of neighbours, the nearest of which are compared with the question.

    Args:
        inner: a FAISS inverted file of bytes, whose ids are positions, with a map from positions to lists: finding that out when a
            file is opened takes 100 ms a million, reading it 5 ms.
    """

    words = "approximate"

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - FAISS has no types
        self.inner = inner
        self.kind = f"IVF{inner.nlist},SQ8"

    @classmethod
    def build(cls, sample: FloatArray, blocks: Iterable[FloatArray], lists: int) -> InvertedRows:
        """Find clusters in a sample and put the vectors of some blocks into their lists.

        A million of 384 numbers: 11 s for the clusters, 18 s for choosing each vector's list, 2 s for the rest, on one core.
        """
        inner = _empty(sample.shape[1], lists)
        clustering = inner.cp
        clustering.niter, clustering.spherical, clustering.seed = _ROUNDS, True, 1
        clustering.min_points_per_centroid, clustering.max_points_per_centroid = 1, 2 * _SAMPLE
        with _all_threads():
            inner.train(sample)
            for block in blocks:
                inner.add(np.ascontiguousarray(block))
        inner.make_direct_map(True)
        return cls(inner)

    def extended(self, moved: IntArray, fresh: Iterable[tuple[IntArray, FloatArray]]) -> InvertedRows:
        """Return the same clusters with other rows, in memory; what is kept is copied as it is, so nothing is lost by repeating.

        Args:
            moved: for each position its new one, -1 to leave it out.
            fresh: blocks of (new positions, vectors).
        """
        old, new = self.inner, _empty(self.inner.d, self.inner.nlist)
        new.quantizer.add(old.quantizer.reconstruct_n(0, old.nlist))
        faiss.copy_array_to_vector(faiss.vector_to_array(old.sq.trained), new.sq.trained)
        new.is_trained = True
        for number in range(old.nlist):
            size = old.invlists.list_size(number)
            if size:
                where = moved[faiss.rev_swig_ptr(old.invlists.get_ids(number), size)]
                codes = faiss.rev_swig_ptr(old.invlists.get_codes(number), size * old.code_size).reshape(size, -1)
                kept = np.ascontiguousarray(where[where >= 0])
                data = np.ascontiguousarray(codes[where >= 0])
                new.invlists.add_entries(number, len(kept), faiss.swig_ptr(kept), faiss.swig_ptr(data))
                new.ntotal += len(kept)
        with _all_threads():
            for where, matrix in fresh:
                new.add_with_ids(np.ascontiguousarray(matrix), np.ascontiguousarray(where))
        new.make_direct_map(True)
        return InvertedRows(new)

    def search(self, question: FloatArray, k: int, mask: BoolArray | None) -> tuple[IntArray, FloatArray]:
        """Return (positions, scores) of the best k rows that a mask lets through: exactly k when k are there.

        Compared with an exact search, scores are off by up to 0.002 because of the bytes. Under a narrow mask that is all; under
        a wide one or none, rows in lists that were not read are missed as well.
        """
        there = self.inner.ntotal if mask is None else int(np.count_nonzero(mask))
        if there == self.inner.ntotal:
            mask = None
        if mask is not None and there <= _GATHERED:
            return self._gathered(question, k, np.flatnonzero(mask))
        k, lists = min(k, there), self.inner.nlist
        wanted = max(PROBES, math.ceil(_CANDIDATES * k * lists / self.inner.ntotal))
        share = there / self.inner.ntotal
        probes = lists if share < _ALL_LISTS else min(lists, math.ceil(wanted / share**_WIDENED))
        answer = self._probed(question, k, mask, probes)
        return answer if len(answer[0]) == k else self._probed(question, k, mask, lists)

    def rows(self, where: IntArray) -> FloatArray:
        """Return the vectors (n, dimension) at some positions."""
        if not len(where):
            return np.empty((0, self.inner.d), dtype=np.float32)
        rows: FloatArray = self.inner.reconstruct_batch(np.ascontiguousarray(where))
        return rows

    def _probed(self, question: FloatArray, k: int, mask: BoolArray | None, probes: int) -> tuple[IntArray, FloatArray]:
        only = {} if mask is None else {"sel": selector(mask)}
        parameters = faiss.SearchParametersIVF(nprobe=probes, **only)
        return found(self.inner.search(question.reshape(1, -1), k, params=parameters))

    def _gathered(self, question: FloatArray, k: int, where: IntArray) -> tuple[IntArray, FloatArray]:
        scores = self.rows(where) @ question
        best = np.argsort(-scores, kind="stable")[:k]
        return where[best], scores[best]


def lists_for(count: int) -> int:
    """Return the number of lists for so many vectors: the power of two next to 2 √count, so it holds for a growth of four times."""
    return 1 << max(1, round(math.log2(2 * math.sqrt(max(count, 1)))))


def sample_size(lists: int) -> int:
    """Return how many vectors it takes to find the clusters of so many lists."""
    return _SAMPLE * lists


def _empty(dimension: int, lists: int) -> Any:  # noqa: ANN401 - FAISS has no types
    """Return an inverted file without clusters; its bytes stand for the vectors themselves, not for what is left of them."""
    return faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )


@contextmanager
def _all_threads() -> Iterator[None]:
    """Let FAISS use every core; a question goes back to the threads it had."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(bulk_threads())
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
