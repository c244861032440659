"""The kinds of index by size, and their files: exact while that is quick enough, an inverted file above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.errors import DamagedError
from tracker.vectors import inverted
from tracker.vectors.flat import FlatRows, faiss
from tracker.vectors.inverted import InvertedRows
from tracker.vectors.layers import Base, Recent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tracker.ports import FloatArray, IntArray
    from tracker.vectors.generation import Manifest
    from tracker.vectors.layers import Rows

FLAT_LIMIT: Final = 200_000
"""Up to so many vectors an exact scan takes under 12 ms; twice as many take longer than the rest of a search."""
_BLOCK: Final = 20_000


def merged(base: Base, recent: Recent) -> Base:
    """Return the rows of both layers as one, in memory, in the kind that suits their number.

    An inverted file keeps its clusters while it grows up to four times; it does not become exact again when it shrinks, because its
    vectors are no longer whole.
    """
    kept = base.kept()
    ids = np.concatenate([base.ids[kept], recent.ids])
    order = np.argsort(ids, kind="stable")
    lists = inverted.lists_for(len(ids))
    if isinstance(base.rows, InvertedRows) and lists <= base.rows.inner.nlist:
        place = np.empty(len(ids), dtype=np.int64)
        place[order] = np.arange(len(ids))
        moved = np.full(len(base.ids), -1, dtype=np.int64)
        moved[kept] = place[: len(kept)]
        fresh = ((place[len(kept) + part], recent.rows.rows(part)) for part in _blocks(np.arange(len(recent))))
        return Base(base.rows.extended(moved, fresh), ids[order])

    def gather(part: IntArray) -> FloatArray:
        matrix = np.empty((len(part), recent.rows.inner.d), dtype=np.float32)
        old = part < len(kept)
        matrix[old] = base.rows.rows(kept[part[old]])
        matrix[~old] = recent.rows.rows(part[~old] - len(kept))
        return matrix

    blocks = (gather(part) for part in _blocks(order))
    if len(ids) <= FLAT_LIMIT and isinstance(base.rows, FlatRows):
        return Base(FlatRows.build(blocks, recent.rows.inner.d), ids[order])
    chosen = np.random.default_rng(1).choice(len(ids), min(len(ids), inverted.sample_size(lists)), replace=False)
    return Base(InvertedRows.build(gather(np.sort(order[chosen])), blocks, lists), ids[order])


def write(base: Base, path: Path) -> None:
    """Write a layer in which nothing was taken out.

    Raises:
        OSError: it cannot be written.
    """
    try:
        file = faiss.IndexIDMap(FlatRows.build((), base.rows.inner.d).inner)  # FAISS wants it empty at first
        file.index, file.own_fields, file.ntotal = base.rows.inner, False, len(base.ids)
        faiss.copy_array_to_vector(base.ids, file.id_map)
        faiss.write_index(file, str(path))
    except RuntimeError as error:
        reason = str(error).rpartition("failed: ")[2]  # before it stands where in FAISS
        raise OSError(f"{path} cannot be written: {reason}") from error


def read(path: Path, manifest: Manifest) -> Base:
    """Map a file that `write` made.

    Raises:
        DamagedError: FAISS cannot read it, is another version than the one that wrote it, or finds something else in it.
    """
    if manifest.library != faiss.__version__:
        raise DamagedError(f"it was written by FAISS {manifest.library}, this is {faiss.__version__}")
    try:
        file = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise DamagedError(f"FAISS cannot read {path.name}: {error}") from error
    rows = _rows(file.index) if isinstance(file, faiss.IndexIDMap) else None
    if rows is None or (rows.kind, file.d, file.ntotal) != (manifest.kind, manifest.dimension, manifest.count):
        raise DamagedError(f"{path.name} does not hold what its manifest says")
    ids: IntArray = _view(file.id_map)
    if not len(ids) == rows.inner.ntotal == manifest.count or (ids[1:] <= ids[:-1]).any():
        raise DamagedError(f"the ids of {path.name} are not in order")
    return Base(rows, ids, owner=file)


def _view(numbers: Any) -> Any:  # noqa: ANN401 - FAISS has no types
    """Return numbers that FAISS holds without copying them."""
    count = numbers.size()
    return faiss.rev_swig_ptr(numbers.data(), count) if count else np.empty(0, dtype=np.int64)


def _rows(inner: Any) -> Rows | None:  # noqa: ANN401 - FAISS has no types
    inner = faiss.downcast_index(inner)
    if isinstance(inner, faiss.IndexScalarQuantizer):
        return FlatRows(inner)
    return InvertedRows(inner) if isinstance(inner, faiss.IndexIVFScalarQuantizer) else None


def _blocks(order: IntArray) -> Iterator[IntArray]:
    for start in range(0, len(order), _BLOCK):
        yield order[start : start + _BLOCK]
