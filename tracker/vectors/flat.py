"""Exact nearest neighbours by FAISS over float16 vectors, in memory or mapped from a file."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from tracker.vectors import generation
from tracker.vectors.generation import DamagedError, Manifest

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.ports import FloatArray, IntArray

faiss: Any = importlib.import_module(
    "faiss"
)  # its types are missing in some versions and wrong about Python's side in others

KIND: Final = "IDMap2,SQfp16"
"""FAISS's name of it: the order of an exact float32 scan at half the bytes, and deleting works. Right up to some 200,000 vectors."""
_SPARSE: Final = 64
"""Bits of a bitmap an allowed id may cost before a hash set is the smaller selector."""


class FlatIndex:
    """Vectors by id, searched exactly; one thread at a time is inside.

    A file is mapped, so that opening costs nothing and a search reads only what it needs; the first change brings it into
    memory, because FAISS ends the process when a mapped index is added to.

    Args:
        folder: where its generations are kept.
        inner: a FAISS index of `KIND`.
        sequence: the last change of the store it contains; whoever follows the changes moves it on.
        mapped: the file that `inner` is a view of, or None when it is in memory.
    """

    def __init__(
        self,
        folder: Path,
        model: str,
        inner: Any,  # noqa: ANN401 - FAISS has no types
        *,
        sequence: int = 0,
        mapped: Path | None = None,
    ) -> None:
        self.model = model
        self.dimension = int(inner.d)
        self.sequence = sequence
        self._folder = folder
        self._inner = inner
        self._mapped = mapped
        self._saved = sequence if mapped else None
        self._lock = threading.RLock()

    @classmethod
    def empty(cls, folder: Path, model: str, dimension: int) -> Self:
        """Return an index with nothing in it; nothing is written before `save`."""
        return cls(folder, model, faiss.index_factory(dimension, KIND, faiss.METRIC_INNER_PRODUCT))

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> Self:
        """Map the verified data of a manifest.

        Raises:
            DamagedError: FAISS cannot read it, is another version than the one that wrote it, or finds something else in it.
        """
        if manifest.library != faiss.__version__:
            raise DamagedError(f"it was written by FAISS {manifest.library}, this is {faiss.__version__}")
        path = folder / manifest.file
        try:
            inner = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise DamagedError(f"FAISS cannot read {path.name}: {error}") from error
        if not isinstance(inner, faiss.IndexIDMap2) or (inner.d, inner.ntotal) != (manifest.dimension, manifest.count):
            raise DamagedError(f"{path.name} does not hold what its manifest says")
        return cls(folder, manifest.model, inner, sequence=manifest.sequence, mapped=path)

    def __len__(self) -> int:
        return int(self._inner.ntotal)

    def add(self, ids: IntArray, matrix: FloatArray) -> None:
        """Put vectors (n, dimension) in, replacing those whose ids are there already; of an id given twice the last counts.

        Raises:
            ValueError: the shapes do not fit, an id is negative, or a number is none or too large for float16.
        """
        ids, matrix = np.asarray(ids, dtype=np.int64), np.asarray(matrix, dtype=np.float32)
        if matrix.shape != (len(ids), self.dimension):
            raise ValueError(f"{len(ids)} ids and a matrix of {matrix.shape} for vectors of {self.dimension}")
        if (ids < 0).any() or not (np.abs(matrix) < np.finfo(np.float16).max).all():
            raise ValueError("an id is negative, or a number is none or too large for float16")
        _, last = np.unique(ids[::-1], return_index=True)
        chosen = np.sort(len(ids) - 1 - last)
        with self._lock:
            self.remove(ids)  # FAISS would keep both
            self._change().add_with_ids(np.ascontiguousarray(matrix[chosen]), ids[chosen])

    def remove(self, ids: IntArray) -> None:
        """Take vectors out; unknown ids are ignored. FAISS moves what lies behind them: 30 ms at 100,000."""
        with self._lock:
            there = self._there(ids)
            if len(there):
                self._change().remove_ids(there)

    def search(self, vector: FloatArray, k: int, allowed: IntArray | None = None) -> tuple[IntArray, FloatArray]:
        """Return at most k (ids, scores), best first, among `allowed` only when given: exactly k when k are there.

        The scan passes over what a bitmap does not allow: at 100,000 vectors 3 ms for all of them, 7 ms for half, 1 ms for a
        tenth, 0.3 ms for one. Gathering the allowed rows instead is quicker by 0.2 ms below a thousandth and slower above
        a hundredth, so there is one way for all.
        """
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, self.dimension)
        with self._lock:
            k = min(k, len(self))
            if k <= 0 or (allowed is not None and not len(allowed)):
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            scores, ids = self._inner.search(question, k, params=self._only(allowed))
        found = ids[0] >= 0  # FAISS fills up with -1
        order = np.lexsort((ids[0][found], -scores[0][found]))  # equal scores in the order of ids
        return ids[0][found][order], scores[0][found][order]

    def vectors(self, ids: IntArray) -> FloatArray:
        """Return the stored vectors (m, dimension) of those ids that are there, in the order asked for."""
        with self._lock:
            there = self._there(ids)
            if not len(there):
                return np.empty((0, self.dimension), dtype=np.float32)
            rows: FloatArray = self._inner.reconstruct_batch(there)
            return rows

    def save(self) -> None:
        """Make it durable as a new generation; the old one serves until then. Nothing is written when nothing changed.

        Raises:
            OSError: it cannot be written; what was there before is whole.
        """
        with self._lock:
            if self._saved == self.sequence:
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / generation.new_name()
            try:
                self._write(path)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            self._saved = self.sequence
            generation.remove_others(self._folder, path.name)

    def _write(self, path: Path) -> None:
        try:
            faiss.write_index(self._inner, str(path))
        except RuntimeError as error:
            raise OSError(f"{path} cannot be written: {error}") from error
        generation.flush(path)
        digest = generation.digest(path)
        generation.remember(path, digest)
        Manifest(
            format=generation.FORMAT,
            kind=KIND,
            model=self.model,
            dimension=self.dimension,
            count=len(self),
            sequence=self.sequence,
            library=faiss.__version__,
            file=path.name,
            bytes=path.stat().st_size,
            digest=digest,
            sample=generation.sample(path),
        ).write(self._folder)

    def _change(self) -> Any:  # noqa: ANN401 - FAISS has no types
        """Return the inner index, in memory and about to differ from its file."""
        if self._mapped is not None:
            try:
                self._inner = faiss.read_index(str(self._mapped))
            except RuntimeError:  # another process saved since and removed the file; the map still holds it
                self._inner = faiss.deserialize_index(faiss.serialize_index(self._inner))
            self._mapped = None
        self._saved = None
        return self._inner

    def _there(self, ids: IntArray) -> IntArray:
        """Return those of some ids that have a vector."""
        ids = np.asarray(ids, dtype=np.int64)
        return ids[np.isin(ids, faiss.vector_to_array(self._inner.id_map))]

    def _only(self, allowed: IntArray | None) -> Any:  # noqa: ANN401 - FAISS has no types
        """Return search parameters that let only some ids through."""
        if allowed is None:
            return None
        allowed = np.asarray(allowed, dtype=np.int64)
        top = int(allowed.max())
        if top > _SPARSE * len(self):
            return faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))
        bits = np.zeros(max(top, 0) + 1, dtype=bool)
        bits[allowed[allowed >= 0]] = True
        return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little")))
