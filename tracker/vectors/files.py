"""Where an index is kept: a data file of one generation and a manifest that names it, both replaced by rename.

Opening is cheap because it does not read the data: size and modification time of the data file must be those that the
manifest recorded when the file was whole. When they are not (a copy, a crash, a stranger's hand), the whole file is read
and its BLAKE2b hash decides. What remains unseen is a disk that changes bytes and keeps the time; `verify` looks for that.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.vectors.flat import KIND, FlatIndex, empty

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Opened:
    """An index, or why there is none to be trusted."""

    index: FlatIndex | None
    reason: str = ""


def folder_of(root: Path, model: str, dimension: int) -> Path:
    """Return the folder of one model's index."""
    return root / f"{re.sub(r'[^A-Za-z0-9.]+', '-', model).strip('-.') or 'model'}-{dimension}"


def new_index(root: Path, model: str, dimension: int) -> FlatIndex:
    """Return an empty index that is saved under `root`."""
    return FlatIndex(model, dimension, empty(dimension), save=lambda index: write(root, index))


def open_index(root: Path, model: str, dimension: int, *, verify: bool = False) -> Opened:
    """Open the saved index of a model, mapped into memory; anything odd about it is a reason, never an exception.

    Args:
        verify: read the whole file and check its hash, whatever its time says.
    """
    folder = folder_of(root, model, dimension)
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        path = folder / str(manifest["file"])
        if path.parent != folder:
            return Opened(None, "its manifest names a file elsewhere")
        if reason := _mismatch(manifest, model, dimension):
            return Opened(None, reason)
        if (verify or _stamp(path) != manifest["stamp"]) and _hash(path) != manifest["hash"]:
            return Opened(None, "its file is not the one that was written")
        inner = _read(path, mapped=True)
        if inner.ntotal != manifest["count"] or inner.d != dimension:
            return Opened(None, "its file does not hold what its manifest says")
    except FileNotFoundError:
        return Opened(None, "it is missing")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        return Opened(None, f"it cannot be read ({type(error).__name__})")
    return Opened(
        FlatIndex(
            model,
            dimension,
            inner,
            sequence=int(manifest["sequence"]),
            load=lambda: _read(path, mapped=False),
            save=lambda index: write(root, index),
        )
    )


def _mismatch(manifest: dict[str, Any], model: str, dimension: int) -> str:
    """Say which promise of a manifest is not the one wanted, or nothing."""
    wanted = {"format": FORMAT, "kind": KIND, "model": model, "dimension": dimension}
    return next((f"its {name} is {manifest[name]!r}" for name, value in wanted.items() if manifest[name] != value), "")


def write(root: Path, index: FlatIndex) -> None:
    """Write an index as a new generation: data first, then the manifest that names it; then old generations go.

    Raises:
        OSError: it cannot be written; what was there before is whole.
    """
    import faiss

    folder = folder_of(root, index.model, index.dimension)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{index.sequence}-{os.getpid()}-{os.urandom(4).hex()}.faiss"
    path = folder / name
    try:
        data = faiss.serialize_index(index.inner)
        with path.open("wb") as file:
            file.write(memoryview(data))
            file.flush()
            os.fsync(file.fileno())
        manifest = {
            "format": FORMAT, "kind": KIND, "model": index.model, "dimension": index.dimension, "count": len(index),
            "sequence": index.sequence, "file": name, "hash": hashlib.blake2b(memoryview(data)).hexdigest(),
            "stamp": _stamp(path), "faiss": faiss.__version__,
        }  # fmt: skip
        partial = folder / f"{name}.manifest"
        partial.write_text(json.dumps(manifest), "utf-8")
        partial.replace(folder / MANIFEST)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    for old in folder.iterdir():
        if old.name not in {name, MANIFEST}:
            old.unlink(missing_ok=True)


def _stamp(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _read(path: Path, *, mapped: bool) -> Any:  # noqa: ANN401 - FAISS has no types
    import faiss

    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0)
