"""Opening the index of a model: it is whole and ours, or the reason why it is not. Imports faiss only when there is one to open."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tracker.errors import DamagedError
from tracker.vectors.generation import MANIFEST, Manifest, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.ports import VectorIndex


class IndexState(StrEnum):
    """What was found on disk."""

    OK = "ok"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Opened:
    """An index, or why there is none: then it is to be built again from the store.

    Attributes:
        reason: empty when the state is ok, else half a sentence about it.
    """

    index: VectorIndex | None
    state: IndexState
    reason: str = ""


def open_index(folder: Path, model: str, dimension: int, *, thorough: bool = False) -> Opened:
    """Open the index of a model under a folder of indexes. Whatever lies there, it raises nothing.

    Args:
        folder: holds one folder for each model.
        model: name of the model that made the vectors.
        dimension: their length.
        thorough: hash all the data even when it looks untouched since it last was.
    """
    place = index_folder(folder, model, dimension)
    try:
        manifest = Manifest.read(place)
        try:
            index = _load(place, manifest, model, dimension, thorough=thorough)
        except DamagedError:
            newer = Manifest.read(place)  # a writer may have replaced the data after its manifest was read
            if newer == manifest:
                raise
            index = _load(place, newer, model, dimension, thorough=thorough)
    except FileNotFoundError:
        return Opened(None, IndexState.MISSING, f"there is no index of {model}")
    except DamagedError as error:
        return Opened(None, IndexState.DAMAGED, str(error))
    return Opened(index, IndexState.OK)


def new_index(folder: Path, model: str, dimension: int) -> VectorIndex:
    """Return an empty index; nothing is written before `save`, which replaces what was there."""
    from tracker.vectors.layered import LayeredIndex

    return LayeredIndex.empty(index_folder(folder, model, dimension), model, dimension)


def discard_newer(folder: Path, sequence: int) -> None:
    """Make indexes that know of later changes than the store be built anew: the store was restored from a backup.

    Must be done before anything is written, for the numbers of changes are used again.
    """
    for path in folder.glob(f"*/{MANIFEST}"):
        with suppress(DamagedError, OSError):  # whoever opens it finds that out
            if Manifest.read(path.parent).sequence > sequence:
                path.unlink(missing_ok=True)


def index_folder(folder: Path, model: str, dimension: int) -> Path:
    """Return the folder of one model's index; names that are no file names get a hash, so that no two share one."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-.") or "model"
    if plain != model:
        plain += "-" + hashlib.blake2b(model.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return folder / f"{plain}-{dimension}"


def _load(place: Path, manifest: Manifest, model: str, dimension: int, *, thorough: bool) -> VectorIndex:
    """Return the index of a manifest.

    Raises:
        DamagedError: it is another one, not whole, or cannot be read.
    """
    if (manifest.model, manifest.dimension) != (model, dimension):
        raise DamagedError(f"it holds {manifest.model} with {manifest.dimension} dimensions")
    verify(place, manifest, thorough=thorough)
    from tracker.vectors.layered import LayeredIndex

    return LayeredIndex.load(place, manifest)
