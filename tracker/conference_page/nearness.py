"""Which papers are near to what the user starred, by the vectors that are stored; no model is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from tracker.store import vectors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from numpy.typing import NDArray

NEAREST = 100
"""One paper of so many is called near to a starred one."""
LEAST_LIKENESS = 0.4
"""Of what lies between an average paper here and the same text. Below, the nearest papers have little in common with a star."""
STANDARD_DEVIATIONS = 2.0
"""And it must stand out from all papers by so much: of a handful, one is always the nearest."""


@dataclass(frozen=True, slots=True)
class Near:
    """A paper is one of the `among` nearest to a liked one; `likeness` is 0 for an average paper here, 1 for the same text."""

    liked: int
    among: int
    likeness: float


def nearest(
    connection: sqlite3.Connection, papers: Sequence[int], liked: Sequence[int], disliked: Sequence[int]
) -> dict[int, Near] | None:
    """Return which papers are near to a liked one, and to which; one that is nearer to a disliked one is not.

    Args:
        connection: the store.
        papers: all papers of an edition: they tell what is near.
        liked, disliked: papers anywhere.

    Returns:
        None where no vectors are stored of either.
    """
    found = _matrices(connection, papers, liked, disliked)
    if found is None:
        return None
    (rows, matrix), (liked_rows, wanted), (_, unwanted) = found
    if len(rows) < 2:
        return {}
    similar = matrix @ wanted.T
    similar[np.asarray(rows)[:, None] == np.asarray(liked_rows)[None, :]] = np.nan
    mean, spread = np.nanmean(similar, axis=0), np.nanstd(similar, axis=0)
    similar = np.where(np.isnan(similar), -1.0, similar)
    among = ceil(len(rows) / NEAREST)
    least = np.sort(similar, axis=0)[-min(among, len(rows))]
    likeness = (similar - mean) / np.maximum(1.0 - mean, 1e-6)
    is_near = (similar >= least) & (similar >= mean + STANDARD_DEVIATIONS * spread) & (likeness >= LEAST_LIKENESS)
    if len(unwanted):
        is_near &= similar > (matrix @ unwanted.T).max(axis=1)[:, None]
    likeness = np.where(is_near, likeness, -1.0)
    best = likeness.argmax(axis=1)
    return {
        rows[place]: Near(liked_rows[best[place]], among, float(min(likeness[place, best[place]], 1.0)))
        for place in map(int, np.flatnonzero(is_near.any(axis=1)))
    }


_Part = tuple[list[int], "NDArray[np.float32]"]


def _matrices(connection: sqlite3.Connection, *groups: Sequence[int]) -> tuple[_Part, ...] | None:
    """Return rows and vectors of each group, by the model that has most of the first two; None where one of these is empty."""
    able = []
    for model in vectors.models(connection):
        parts = tuple(_part(connection, model, rows) for rows in groups)
        if parts[0][0] and parts[1][0]:
            able.append((len(parts[1][0]), len(parts[0][0]), model.number, parts))
    return max(able, key=lambda one: one[:3])[3] if able else None


def _part(connection: sqlite3.Connection, model: vectors.Model, rows: Sequence[int]) -> _Part:
    size = 2 * model.dimension
    found = [pair for pair in vectors.of_items(connection, model.number, sorted(rows)) if len(pair[1]) == size]
    matrix = np.frombuffer(b"".join(blob for _, blob in found), dtype="<f2").astype(np.float32)
    return [row for row, _ in found], matrix.reshape(len(found), model.dimension)
