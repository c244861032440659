"""The index of a model: a file that is never changed, and beside it in memory what changed since it was written."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from tracker.errors import DamagedError
from tracker.vectors import generation, kinds
from tracker.vectors.flat import FlatRows, faiss
from tracker.vectors.generation import Manifest
from tracker.vectors.layers import Base, Recent
from tracker.vectors.selecting import Allowed

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.ports import FloatArray, IntArray

_FOLLOWED: Final = 2_000
"""Rows that following the change log again takes 15 ms for."""
_SHARE: Final = 0.05


class LayeredIndex:
    """Vectors by id; one thread at a time is inside.

    Opening costs nothing, since the file is mapped and a search reads only what it needs. Changes go to memory and never touch
    the file. A new file is written once following the changes again at each opening would cost more: from 2,000 rows, or a
    twentieth of all, whichever is less.

    Args:
        folder: where its generations are kept.
        sequence: the last change of the store it contains; whoever follows the changes moves it on.
        manifest: describes the file that `base` is mapped from; None when there is none yet.
    """

    def __init__(
        self, folder: Path, model: str, base: Base, *, sequence: int = 0, manifest: Manifest | None = None
    ) -> None:
        self.model = model
        self.dimension = int(base.rows.inner.d)
        self.sequence = sequence
        self._folder = folder
        self._manifest = manifest
        self._base = base
        self._recent = Recent(self.dimension)
        self._touched = 0
        self._changing = threading.RLock()  # held for as long as a file is built; searches go on meanwhile
        self._lock = threading.RLock()

    @classmethod
    def empty(cls, folder: Path, model: str, dimension: int) -> Self:
        """Return an index with nothing in it; nothing is written before `save`."""
        return cls(folder, model, Base(FlatRows.build((), dimension), np.empty(0, dtype=np.int64)))

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> Self:
        """Map the verified data of a manifest.

        Raises:
            DamagedError: FAISS cannot read it, is another version than the one that wrote it, or finds something else in it.
        """
        base = kinds.read(folder / manifest.file, manifest)
        return cls(folder, manifest.model, base, sequence=manifest.sequence, manifest=manifest)

    def __len__(self) -> int:
        return len(self._base) + len(self._recent)

    def describe(self) -> str:
        """Return the kind of the file, its size and what it took to build, in one line."""
        if self._manifest is None:
            return "in memory, not saved"
        kind = f"{self._base.rows.words} ({self._manifest.kind})"
        return f"{kind}, {self._manifest.bytes / 1e6:,.1f} MB, built in {self._manifest.seconds:,.1f} s"

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
        with self._changing, self._lock:
            self._touched += len(ids)
            self._base.remove(ids)
            self._recent.add(ids[chosen], matrix[chosen])

    def remove(self, ids: IntArray) -> None:
        """Take vectors out; unknown ids are ignored."""
        ids = np.asarray(ids, dtype=np.int64)
        with self._changing, self._lock:
            self._touched += len(ids)
            self._base.remove(ids)
            self._recent.remove(ids)

    def search(self, vector: FloatArray, k: int, allowed: IntArray | None = None) -> tuple[IntArray, FloatArray]:
        """Return at most k (ids, scores), best first, among `allowed` only when given: exactly k when k are there."""
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(self.dimension)
        only = None if allowed is None else Allowed(allowed)
        with self._lock:
            parts = [layer.search(question, max(k, 0), only) for layer in (self._base, self._recent)]
        ids, scores = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.lexsort((ids, -scores))[: max(k, 0)]  # equal scores in the order of ids
        return ids[order], scores[order]

    def vectors(self, ids: IntArray) -> FloatArray:
        """Return the stored vectors (m, dimension) of those ids that are there, in the order asked for."""
        ids = np.asarray(ids, dtype=np.int64)
        with self._lock:
            parts = [layer.vectors(ids) for layer in (self._base, self._recent)]
        known, matrix = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
        order = np.argsort(known)
        there = ids[np.isin(ids, known)]
        return matrix[order[np.searchsorted(known[order], there)]]

    def save(self) -> None:
        """Make it durable as a new generation where that pays; the old one serves until then. Clusters are found here.

        What is not written is read again from the change log at the next opening.

        Raises:
            OSError: it cannot be written; what was there before is whole.
        """
        with self._changing:
            changed = len(self._recent) or self._base.removed
            if self._manifest and not changed:
                self._save_sequence(self._manifest)
                generation.remove_others(self._folder, self._manifest.file)
            elif not self._manifest or self._touched >= min(_FOLLOWED, _SHARE * len(self)):
                self._save_all()

    def _save_sequence(self, manifest: Manifest) -> None:
        """Note that the file is level with a later change that touched none of its rows."""
        if manifest.sequence != self.sequence:
            manifest = replace(manifest, sequence=self.sequence)
            manifest.write(self._folder)
            self._manifest, self._touched = manifest, 0

    def _save_all(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._manifest:
            generation.remove_others(self._folder, self._manifest.file)  # what killed writers left takes up room
        path = self._folder / generation.new_name()
        try:
            manifest = self._write(path)
            base = kinds.read(path, manifest)
            manifest.write(self._folder)
        except DamagedError as error:  # FAISS does not notice a disk that gets full while it closes the file
            path.unlink(missing_ok=True)
            raise OSError(f"{path} was not written whole: {error}") from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        with self._lock:
            self._manifest, self._base, self._recent, self._touched = manifest, base, Recent(self.dimension), 0
        generation.remove_others(self._folder, path.name)

    def _write(self, path: Path) -> Manifest:
        begin = time.perf_counter()
        sequence, base = self.sequence, kinds.merged(self._base, self._recent)
        kinds.write(base, path)
        generation.flush(path)
        digest = generation.digest(path)
        generation.remember(path, digest)
        return Manifest(
            format=generation.FORMAT,
            kind=base.rows.kind,
            model=self.model,
            dimension=self.dimension,
            count=len(base),
            sequence=sequence,
            library=faiss.__version__,
            file=path.name,
            bytes=path.stat().st_size,
            digest=digest,
            sample=generation.sample(path),
            seconds=round(time.perf_counter() - begin, 2),
        )
